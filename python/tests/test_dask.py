"""Runs over a cluster are one run's, whatever happens to its workers."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from conftest import head

import critmin

pytest.importorskip("distributed")

import critmin.dask
from distributed import Client, LocalCluster

SMALL = Path(__file__).parent / "small.toml"


@pytest.fixture(scope="module")
def client():
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            yield client


def test_ranges_make_up_the_run():
    for trials, parts in [(1, 1), (1024, 4), (1025, 4), (100_000, 7), (10**9, 16)]:
        ranges = critmin.dask.ranges(trials, parts)
        assert len(ranges) <= parts and ranges[0][0] == 0 and ranges[-1][1] == trials
        assert all(one[1] == other[0] for one, other in zip(ranges, ranges[1:]))
        assert all(first < end for first, end in ranges)


def test_points_and_policies_are_tasks(client):
    study = critmin.load(SMALL)
    values = [0.2, 0.35, 0.5, 0.65, 0.8]
    vary = {"event.ban.arrival.probability": values, "inventory.metal.USA.days": [30, 60]}
    spread = critmin.dask.sweep(study, vary, client, trials=512)
    assert spread.csv == study.sweep(vary, trials=512).table.csv
    found = critmin.dask.compare(study, client=client, trials=2048)
    assert list(found) == ["stockpile", "second_source"]
    whole = study.compare(trials=2048, band=False).table
    alone = found["second_source"]["compare"]
    rows = [row for row in whole.rows() if row["policy"] == "second_source"]
    same = [name for name in alone.columns if name != "rank"]
    assert alone.height == len(rows) > 0
    for one, other in zip(alone.rows(), rows):
        assert str([one[name] for name in same]) == str([other[name] for name in same])


def test_mixes_of_policies_are_tasks(client):
    study = critmin.load(SMALL)
    spread = critmin.dask.optimize(study, 20e6, client, trials=1024)
    assert spread.to_json() == study.optimize(20e6, trials=1024).to_json()
    assert spread.command == study.optimize(20e6, trials=1024).command
    by_mean = critmin.dask.optimize(study, client=client, goal="expected", trials=4096, precision=0.2)
    assert by_mean.to_json() == study.optimize(goal="expected", trials=4096, precision=0.2).to_json()


def test_what_a_task_raises_arrives():
    study = critmin.load(SMALL)

    def refuse(mixes, trials):
        raise RuntimeError(f"{len(mixes)} mixes")

    with pytest.raises(RuntimeError, match="mixes"):
        study._optimized(refuse, None, "cvar95", None, (), None, 512, None, None, None, None)
    with pytest.raises(RuntimeError, match="0 of"):
        study._optimized(lambda mixes, trials: [], None, "cvar95", None, (), None, 512, None, None, None, None)


def test_a_killed_worker_makes_no_difference(client):
    study = critmin.load(SMALL)
    trials = 24_576
    first = next(iter(client.run(os.getpid).values()))
    killed = []

    def kill_once_some_are_done() -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            done = sum(len(keys) for keys in client.has_what().values())
            if done >= 2:
                os.kill(first, signal.SIGKILL)
                killed.append(done)
                return
            time.sleep(0.02)

    import threading

    thread = threading.Thread(target=kill_once_some_are_done)
    thread.start()
    result = critmin.dask.run(study, trials, client, parts=24)
    thread.join()
    assert killed, "no part was done in half a minute"
    assert result.trials == trials and not result.interrupted
    assert first not in client.run(os.getpid).values()
    assert head(result.to_json()) == head(study.run(trials=trials, samples=False).to_json())
