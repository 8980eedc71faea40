"""Stopping, progress, pickling, and the command."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import SCENARIOS, head

import critmin

SMALL = Path(__file__).parent / "small.toml"
#: Trials that no test waits for.
MANY = 50_000_000


@pytest.fixture(autouse=True)
def interrupts_arrive():
    """A shell that starts something in the background lets it ignore interrupts: then none would ever come."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted_after(trials: int, ask) -> tuple[critmin.Interrupted, float]:
    """What an interrupt of this process, once so many trials are done, leaves of a verb, and how long it took to come back after it."""
    sent: list[float] = []

    def send(done: int) -> None:
        if done >= trials and not sent:
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(critmin.Interrupted) as caught:
        ask(send)
    return caught.value, time.monotonic() - sent[0]


def test_an_interrupt_keeps_what_is_complete(quickstart):
    handler = signal.getsignal(signal.SIGINT)
    without = ["timeline", "attribution"]
    stopped, took = interrupted_after(
        100, lambda send: quickstart.run(trials=MANY, samples=False, without=without, progress=send)
    )
    result = stopped.result
    assert result.interrupted and 100 <= result.trials < MANY
    assert result["magnet", "USA"].expected_shortfall_pct.value > 0
    assert isinstance(stopped, KeyboardInterrupt)
    # How long it takes is looked at where that is asked for: a machine with much else to do takes its time.
    if limit := os.environ.get("CRITMIN_STOP_SECONDS"):
        assert took < float(limit), took
    assert signal.getsignal(signal.SIGINT) is handler


def test_an_interrupt_of_a_question_keeps_what_is_complete():
    study = critmin.load(SMALL)
    stopped, _ = interrupted_after(
        4_000, lambda send: study.compare(["stockpile"], trials=MANY, band=False, progress=send)
    )
    assert isinstance(stopped.result, critmin.Answer) and stopped.result.interrupted
    assert 0 < stopped.result.document["trials"] < MANY


def test_other_threads_go_on_meanwhile(quickstart):
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1
            time.sleep(0.001)

    thread = threading.Thread(target=count)
    thread.start()
    quickstart.run(trials=20_000)
    done.set()
    thread.join()
    assert counted > 5


def test_progress_is_told(quickstart):
    told: list[int] = []
    quickstart.run(trials=50_000, progress=told.append)
    assert told and told == sorted(told) and told[-1] <= 50_000

    def refuse(done: int) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        quickstart.run(trials=MANY, samples=False, progress=refuse)


def test_a_study_travels_with_all_that_it_was_read_from(tmp_path):
    copy = tmp_path / "scenarios"
    subprocess.run(["cp", "-r", str(SCENARIOS), str(copy)], check=True)
    study = critmin.load(copy / "gallium-germanium.toml").set("run.seed", 3)
    pickled = pickle.dumps(study)
    before = study.run([], trials=64)
    subprocess.run(["rm", "-r", str(copy)], check=True)
    after = pickle.loads(pickled).run([], trials=64)
    assert head(after.to_json()) == head(before.to_json())
    again = pickle.loads(pickle.dumps(pickle.loads(pickled)))
    assert again.changes == ["run.seed=3"] and again.name == "gallium-germanium.toml"


def test_a_part_travels_as_bytes(quickstart):
    part = quickstart.run_part(0, 512, trials=1024)
    assert isinstance(part, bytes) and pickle.loads(pickle.dumps(part)) == part


def test_threads_make_no_difference(quickstart):
    one, two = (quickstart.run(trials=2048, threads=threads) for threads in (1, 2))
    assert head(one.to_json()) == head(two.to_json())


def test_the_command_comes_with_the_package(tmp_path):
    program = [str(Path(sys.executable).parent / "critmin")]
    said = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["critmin", critmin.__version__]
    wrong = subprocess.run([*program, "run"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2 and "Usage" in wrong.stderr
    missing = subprocess.run([*program, "validate", "nowhere.toml"], capture_output=True, text=True, check=False)
    assert missing.returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_the_command_stops_on_an_interrupt(tmp_path):
    line = [sys.executable, "-m", "critmin", "run", str(SMALL), "--trials", str(MANY), "--out", str(tmp_path / "out"), "--quiet"]
    running = subprocess.Popen(line, stderr=subprocess.PIPE)
    time.sleep(3)
    running.send_signal(signal.SIGINT)
    _, error = running.communicate(timeout=60)
    assert running.returncode == 130, error
