"""Runs beyond one machine, over a client of Dask (``pip install "critmin[dask]"``).

Trials go out as ranges, each a task that gives the bytes of a partial result; parts are merged in a tree as they arrive; scenario and data travel with the
task, so that workers share no disk. Sums are exact, so the results are those of one run, to the last bit, however often a task was tried and wherever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from critmin import _core
from critmin._errors import CritminError
from critmin._results import Answer, Result
from critmin._study import Study, Values, _vary
from critmin._table import Table

if TYPE_CHECKING:
    from distributed import Client

#: Trials of a batch of the sampling designs; ranges are whole numbers of them.
_BATCH = 1_024
#: Ranges for each thread of the workers, so that a slow one holds up little.
_RANGES = 8
#: Parts that are merged at a time.
_MERGED = 8


def _part(study: Study, first: int, end: int, options: Mapping[str, Any]) -> bytes:
    return study.run_part(first, end, threads=1, **options)


def _merge(parts: list[bytes]) -> bytes:
    return _core.merge_parts(parts)


def _rows(study: Study, axes: list[str], options: Mapping[str, Any]) -> bytes:
    found, raised = study._core.sweep(axes, threads=1, **options)
    assert raised is None
    return found.tables()[0][1]


def _mixes(study: Study, mixes: list[_core._Mix], trials: int, goal: str) -> list[_core._Simulated]:
    return study._core.simulate_mixes(mixes, trials, goal, threads=1)


def _answer(study: Study, policy: str, options: Mapping[str, Any]) -> tuple[bytes, _Bytes]:
    found = study.compare([policy], threads=1, progress=False, **options)
    return found.to_json(), [(name, table.csv) for name, table in found.tables.items()]


_Bytes = list[tuple[str, bytes]]


def ranges(trials: int, parts: int) -> list[tuple[int, int]]:
    """So many ranges of trials, or fewer, that make up the whole: first, and end (not part of it)."""
    if trials < 1 or parts < 1:
        raise CritminError("a run has trials, and parts")
    batches = -(-trials // _BATCH)
    each = -(-batches // parts) * _BATCH
    return [(first, min(first + each, trials)) for first in range(0, trials, each)]


def run(
    study: Study,
    trials: int | None = None,
    client: Client | None = None,
    *,
    policies: Sequence[str] | None = None,
    seed: int | None = None,
    without: Sequence[str] = (),
    return_periods: Sequence[float] | None = None,
    parts: int | None = None,
    retries: int = 3,
    progress: bool = False,
) -> Result:
    """`Study.run` with the trials spread over a client's workers: the same results, but for samples, which are not kept.

    ``parts`` is the number of tasks (eight for each of the workers' threads, where it is not given); a task that fails is tried again so many times
    (``retries``), one whose worker dies as often as Dask allows. ``progress`` shows Dask's bar."""
    client = _client(client)
    asked = study if seed is None else Study(study._asked(None, seed), study._path)
    total = trials or study.trials
    threads = sum(client.nthreads().values()) or 1
    options = {
        "policies": None if policies is None else list(policies),
        "trials": trials,
        "without": list(without),
        "return_periods": return_periods,
    }
    level = [
        client.submit(_part, asked, first, end, options, pure=False, retries=retries)
        for first, end in ranges(total, parts or _RANGES * threads)
    ]
    if progress:
        from distributed import progress as bar

        bar(level)
    while len(level) > 1:
        groups = [level[at : at + _MERGED] for at in range(0, len(level), _MERGED)]
        level = [
            group[0] if len(group) == 1 else client.submit(_merge, group, pure=False, retries=retries) for group in groups
        ]
    whole: bytes = level[0].result()
    core = asked._asked(trials, None)
    return Result(_core.finish_parts([whole], core), study._path)


def sweep(
    study: Study,
    vary: Mapping[str, Values],
    client: Client | None = None,
    *,
    to: Sequence[str] = (),
    of: str | None = None,
    policy: str | None = None,
    trials: int | None = None,
    seed: int | None = None,
    retries: int = 3,
) -> Table:
    """The table of `Study.sweep` with its points spread over a client's workers, byte for byte. The first key's values are given one by one."""
    client = _client(client)
    asked = Study(study._asked(trials, seed), study._path)
    (first, values), *others = vary.items()
    listed = [str(value) for value in values] if not isinstance(values, str) else values.split(",")
    if len(listed) < 2 or any(".." in value or ";" in value for value in listed):
        raise CritminError("name each value of the first key: [0.4, 0.5, 0.6]")
    listed.sort(key=lambda value: (0.0, value) if value.count("-") == 1 and value[0] != "-" else (float(value), ""))
    rest = [_vary(key, values) for key, values in others]
    options = {"to": list(to), "of": of, "policy": policy, "trials": trials}
    # A key takes at least two values, so the last task repeats one where their number is odd; its rows are dropped.
    tasks = [(listed[at : at + 2] if at + 1 < len(listed) else listed[at - 1 :]) for at in range(0, len(listed), 2)]
    futures = [
        client.submit(_rows, asked, [f"{first}={','.join(task)}", *rest], options, pure=False, retries=retries)
        for task in tasks
    ]
    return _sheet(client.gather(futures), len(listed))


def _sheet(tables: list[bytes], values: int) -> Table:
    """Tables of two values of the first key each as that of all: place by place, in each the points, numbered through."""
    header, before = b"", 0
    places: dict[int, list[bytes]] = {}
    for at, table in enumerate(tables):
        header, *lines = table.splitlines(keepends=True)
        rows = [(int(point), rest) for point, _, rest in (line.partition(b",") for line in lines)]
        points = max(point for point, _ in rows)
        # The last table of an odd number of values repeats the one before its own.
        repeated = points // 2 if at == len(tables) - 1 and values % 2 else 0
        place = -1
        for point, rest in rows:
            place += point == 1
            if point > repeated:
                places.setdefault(place, []).append(b"%d,%s" % (before + point - repeated, rest))
        before += points
    return Table("sweep.csv", header + b"".join(row for place in sorted(places) for row in places[place]))


def compare(
    study: Study,
    policies: Sequence[str] = (),
    client: Client | None = None,
    *,
    trials: int | None = None,
    seed: int | None = None,
    retries: int = 3,
) -> dict[str, dict[str, Table]]:
    """`Study.compare` with a task for each policy: the tables of each policy's comparison with the baseline, by its id. All meet the same draws, so that the
    figures are those of one comparison; ranks among policies are not told."""
    client = _client(client)
    asked = Study(study._asked(trials, seed), study._path)
    named = list(policies) or [policy.id for policy in study.policies]
    options = {"trials": trials, "band": False}
    futures = [client.submit(_answer, asked, policy, options, pure=False, retries=retries) for policy in named]
    found: list[tuple[bytes, _Bytes]] = client.gather(futures)
    tables = [{name: Table(f"{name}.csv", table) for name, table in one} for _, one in found]
    return dict(zip(named, tables))


def optimize(
    study: Study,
    budget: float | None = None,
    client: Client | None = None,
    *,
    goal: str = "cvar95",
    cap: float | None = None,
    policies: Sequence[str] = (),
    steps: int | None = None,
    trials: int | None = None,
    seed: int | None = None,
    precision: float | None = None,
    retries: int = 3,
) -> Answer:
    """`Study.optimize` with the mixes of policies spread over a client's workers: the same answer, byte for byte. The few mixes of which the answer speaks in
    the end are simulated once more here, with all that is recorded."""
    client = _client(client)
    asked = Study(study._asked(trials, seed), study._path)
    threads = sum(client.nthreads().values()) or 1

    def elsewhere(mixes: list[_core._Mix], trials: int) -> list[_core._Simulated]:
        each = max(1, -(-len(mixes) // (_RANGES * threads)))
        groups = [mixes[at : at + each] for at in range(0, len(mixes), each)]
        futures = [client.submit(_mixes, asked, group, trials, goal, pure=False, retries=retries) for group in groups]
        return [one for group in client.gather(futures) for one in group]

    return study._optimized(elsewhere, budget, goal, cap, policies, steps, trials, seed, precision, None, None)


def _client(client: Client | None) -> Client:
    if client is not None:
        return client
    from distributed import get_client

    return get_client()


__all__ = ["Answer", "Result", "compare", "optimize", "ranges", "run", "sweep"]
