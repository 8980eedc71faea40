"""A scenario that is studied, and the verbs."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, Union

import numpy as np

from critmin import _core
from critmin._errors import CritminError, Diagnostic, Interrupted, _diagnostics
from critmin._progress import Progress, _Shown
from critmin._results import Answer, Batch, Replay, Result
from critmin._table import Table

#: What a key can be set to.
Value = Union[str, bool, int, float, date, Sequence[Any], Mapping[str, Any]]
#: The values of a key: from, to and how many; or each of them; or as ``--vary`` takes them.
Values = Union[tuple[float, float, int], Sequence[Any], np.ndarray[Any, Any], str]

_T = TypeVar("_T")
_Given = TypeVar("_Given")


def _toml(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, Iterable):
        return "[" + ", ".join(map(_toml, value)) + "]"
    raise CritminError(f"{value!r} is no value that a scenario can hold")


def _vary(key: str, values: Values) -> str:
    """``KEY=...`` as ``--vary`` takes it."""
    if isinstance(values, str):
        return f"{key}={values}"
    if isinstance(values, tuple) and len(values) == 3 and isinstance(values[2], int):
        low, high = sorted(values[:2])
        return f"{key}={low!r}..{high!r}:{values[2]}"
    one = [value.item() if isinstance(value, np.generic) else value for value in values]
    return f"{key}=" + ",".join(value if isinstance(value, str) else repr(value) for value in one)


def _years(return_periods: Sequence[float] | None) -> list[float]:
    """Years of which return levels are stated: those of the command line, where none are named."""
    return _core.RETURN_PERIODS if return_periods is None else sorted(set(map(float, return_periods)))


def _finished(told: tuple[_T, BaseException | None], wrap: Callable[[_T], _Given]) -> _Given:
    """What a verb gives back; what is complete goes with an interrupt."""
    found, raised = told
    if isinstance(raised, KeyboardInterrupt):
        raise Interrupted(wrap(found)) from None
    if raised is not None:
        raise raised
    return wrap(found)


@dataclass(frozen=True)
class Variant:
    """A scenario with some keys changed, to be run ``against`` it on the same draws."""

    #: What results call it.
    name: str
    #: What it changes: key and value as TOML.
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PolicyLabel:
    """A policy of the scenario."""

    #: Its id.
    id: str
    #: Its name.
    name: str
    #: Its cost in USD, where it is stated.
    cost: float | None


class Study:
    """A scenario that is studied. It never changes: `set` gives another one. It can be pickled, with all that it was read from."""

    def __init__(self, core: _core.Study, path: str) -> None:
        self._core = core
        self._path = path

    def __reduce__(self) -> Any:
        return (_unpickled, (*self._core.texts(), self._path))

    @property
    def name(self) -> str:
        """Name of its file."""
        return self._core.name

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return self._core.facts()[0]

    @property
    def trials(self) -> int:
        """Trials that the scenario asks for."""
        return self._core.facts()[1]

    @property
    def focus(self) -> tuple[list[str], list[str]]:
        """Materials and places in focus."""
        return self._core.facts()[2]

    @property
    def headline(self) -> tuple[str, str]:
        """Material and place of the headline."""
        return self._core.facts()[3]

    @property
    def policies(self) -> list[PolicyLabel]:
        """The policies, in the order of the file."""
        return [PolicyLabel(*policy) for policy in self._core.policies()]

    @property
    def changes(self) -> list[str]:
        """What was set since it was read, as ``key=value``."""
        return [f"{key}={value}" for _, key, value in self._core.texts()[2]]

    def inputs(self) -> Table:
        """The numbers that can be turned, with range, unit, value (the mean where ``is_uncertain`` is 1) and place in the file."""
        names = ["key", "name", "of", "unit", "low", "high", "step", "value", "is_uncertain", "place"]
        rows = [
            ["" if cell is None else str(int(cell)) if isinstance(cell, bool) else str(cell) for cell in row]
            for row in self._core.inputs()
        ]
        return Table._of("inputs.csv", names, rows)

    def uncertain(self) -> list[str]:
        """Keys of the uncertain numbers that `run_batch` can give to single trials."""
        return self._core.uncertain()

    def check(self) -> list[Diagnostic]:
        """Checks the scenario, its policies and their models, and gives every warning; raises `ScenarioError` with everything that is wrong."""
        return _diagnostics(self._core.check())

    def set(self, key: str | Mapping[str, Value], value: Value | None = None) -> Study:
        """The study with a value at a key, as ``--set KEY=VALUE`` puts it there; or with several: ``study.set({"run.seed": 7, "event.ban.severity": 0.5})``."""
        pairs = key if isinstance(key, Mapping) else {key: value}
        core = self._core
        for one, wanted in pairs.items():
            core = core.set(one, _toml(wanted))
        return Study(core, self._path)

    def variant(self, name: str, changes: Mapping[str, Value]) -> Variant:
        """A variant with these values at these keys, checked; for ``study.run(against=[...])``."""
        made = tuple((key, _toml(value)) for key, value in changes.items())
        self._core.check_variant(name, list(made))
        return Variant(name, made)

    def _asked(self, trials: int | None, seed: int | None) -> _core.Study:
        core = self._core
        if seed is not None:
            core = core.set_option("--seed", "run.seed", str(seed))
        if trials is not None:
            core = core.set_option("--trials", "run.trials", str(trials))
        return core

    def _command(self, command: str, core: _core.Study, options: Mapping[str, Any], *first: str) -> str:
        """The command line of the same meaning."""
        words = ["critmin", command, self.name, *first]
        for option, key, value in core.texts()[2]:
            words += [option, value] if option else ["--set", f"{key}={value}"]
        for option, wanted in options.items():
            name = "--" + option.replace("_", "-")
            if wanted is True:
                words.append(name)
            elif isinstance(wanted, (list, tuple)):
                for one in wanted:
                    words += [name, str(one)]
            elif wanted not in (None, False):
                words += [name, str(wanted)]
        return shlex.join(words)

    def run(
        self,
        policies: Sequence[str] | None = None,
        *,
        trials: int | None = None,
        seed: int | None = None,
        against: Sequence[Variant] = (),
        precision: float | None = None,
        samples: bool = True,
        without: Sequence[str] = (),
        return_periods: Sequence[float] | None = None,
        threads: int | None = None,
        progress: Progress = None,
    ) -> Result:
        """Simulates the scenario under the baseline and its policies (those named, else all), as ``critmin run`` does; or beside variants, where these are
        given.

        ``precision`` stops once the headline is known to this share of its mean; ``without`` names tables to do without for speed (``timeline``,
        ``attribution``); ``return_periods`` are those of the command line where none are named; ``samples=False`` keeps no trial's shortfall, so that memory does not grow with the trials."""
        core = self._asked(trials, seed)
        runs = 1 + (len(against) or len(core.policies() if policies is None else policies))
        total = (trials or core.facts()[1]) * runs
        with _Shown(progress, total) as told:
            if against:
                if policies is not None or without or return_periods is not None:
                    raise CritminError("a run against variants has neither policies nor tables to leave out")
                named = [(variant.name, list(variant.changes)) for variant in against]
                found = core.run_variants(named, trials, precision, True, True, threads, told)
            else:
                wanted = None if policies is None else [one for one in policies if one != "baseline"]
                years = _years(return_periods)
                found = core.run(wanted, precision, samples, list(without), years, threads, told)
        return _finished(found, lambda results: Result(results, self._path))

    def run_part(
        self,
        first: int,
        end: int,
        policies: Sequence[str] | None = None,
        *,
        trials: int | None = None,
        seed: int | None = None,
        without: Sequence[str] = (),
        return_periods: Sequence[float] | None = None,
        threads: int | None = None,
    ) -> bytes:
        """The trials ``first`` to ``end`` (not part of it) of `run`, as the bytes of a partial result: the file that ``critmin run --trials-range`` writes.
        `merge` puts parts together."""
        core = self._asked(trials, seed)
        wanted = None if policies is None else [one for one in policies if one != "baseline"]
        years = _years(return_periods)
        return core.run_part(first, end, wanted, list(without), years, threads)

    def run_batch(
        self,
        inputs: Any,
        keys: Sequence[str] | None = None,
        *,
        trials: int | None = None,
        trial: Any = None,
        of: str | None = None,
        at: tuple[str, str] | None = None,
        seed: int | None = None,
        threads: int | None = None,
        progress: Progress = None,
    ) -> Batch:
        """Simulates rows of inputs that somebody else has chosen: SALib, an experimental design, the search of another program.

        ``inputs`` is an array, row x key, with ``keys`` naming its columns; or a mapping (a frame, too) of columns by key. Each row is a run of ``trials``
        with these values set, and gives a statistic (``of``, at ``at``; the headline's where none is named). Or, with ``trial``, each row is a single trial
        of that number (one number for all rows, or one for each): the values take the place of what is drawn for these uncertain numbers, all else is drawn
        as ever, and the row gives the headline's shortfall in % of demand. Rows with the same number meet the same events."""
        if keys is None:
            if not (hasattr(inputs, "keys") or hasattr(inputs, "columns")):
                raise CritminError("an array of inputs needs the keys of its columns")
            keys = [str(key) for key in (inputs.columns if hasattr(inputs, "columns") else inputs.keys())]
            inputs = np.column_stack([np.asarray(inputs[key], dtype=float) for key in keys])
        values = np.ascontiguousarray(inputs, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] != len(keys):
            raise CritminError(f"inputs of {len(keys)} keys are an array of as many columns, not one of shape {values.shape}")
        numbers = None
        if trial is not None:
            if trials is not None:
                raise CritminError("a row is either a run of `trials` or a single `trial`")
            numbers = [int(number) for number in np.broadcast_to(np.asarray(trial), (len(values),))]
        core = self._asked(None, seed)
        with _Shown(progress, len(values) * (trials or core.facts()[1] if numbers is None else 1)) as told:
            found = core.run_batch(list(keys), values, trials, numbers, of, at, threads, told)
        return _finished(found, lambda batch: Batch(list(keys), *batch))

    def compare(
        self,
        policies: Sequence[str] | str = (),
        *others: Study,
        pairs: bool = False,
        trials: int | None = None,
        seed: int | None = None,
        precision: float | None = None,
        equivalent: str | None = None,
        equivalent_of: str = "cvar95",
        equivalent_places: bool = False,
        band: bool = True,
        threads: int | None = None,
        progress: Progress = None,
    ) -> Answer:
        """What policies (those named, else all) change, or other scenarios, on the same draws, as ``critmin compare`` tells it."""
        named = [policies] if isinstance(policies, str) else list(policies)
        core = self._asked(trials, seed)
        beside = [other._asked(trials, seed) for other in others]
        options = {"policy": named, "pairs": pairs, "precision": precision, "equivalent": equivalent, "no_band": not band}
        with _Shown(progress) as told:
            found = core.compare(
                named, beside, pairs, trials, precision, equivalent, equivalent_of, equivalent_places, band, threads, told
            )
        command = self._command("compare", core, options, *(other.name for other in others))
        return _finished(found, lambda one: Answer(one, self._path, command))

    def sweep(
        self,
        vary: Mapping[str, Values],
        *,
        to: Sequence[str] = (),
        of: str | None = None,
        level: float | None = None,
        policy: str | None = None,
        from_first: bool = False,
        trials: int | None = None,
        seed: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        progress: Progress = None,
    ) -> Answer:
        """Varies one key or two, as ``critmin sweep`` does: ``{"shares.magnet.by_country.CHN": (0.4, 0.9, 11)}`` for eleven values, or each of them in a list."""
        core = self._asked(trials, seed)
        axes = [_vary(key, values) for key, values in vary.items()]
        options = {"vary": axes, "to": list(to), "of": of, "level": level, "policy": policy, "from_first": from_first}
        with _Shown(progress) as told:
            found = core.sweep(axes, list(to), of, level, policy, from_first, trials, precision, threads, told)
        command = self._command("sweep", core, {**options, "precision": precision})
        return _finished(found, lambda one: Answer(one, self._path, command))

    def screen(
        self,
        *,
        pairs: bool = False,
        trials: int | None = None,
        seed: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        progress: Progress = None,
    ) -> Answer:
        """Lets every country stop making, or exporting, what it makes, one at a time, as ``critmin screen`` does."""
        core = self._asked(trials, seed)
        with _Shown(progress) as told:
            found = core.screen(pairs, trials, precision, threads, told)
        command = self._command("screen", core, {"pairs": pairs, "precision": precision})
        return _finished(found, lambda one: Answer(one, self._path, command))

    def indices(self, countries: Sequence[str] = (), governance: str | Path | None = None) -> Answer:
        """Published indices of concentration and dependence, as ``critmin indices`` tells them; ``governance`` names a CSV file of scores."""
        found = self._core.indices(list(countries), _governance(governance))
        options = {"for": list(countries), "governance": governance}
        return Answer(found, self._path, self._command("indices", self._core, options))

    def sensitivity(
        self,
        *,
        of: str | None = None,
        trials: int | None = None,
        seed: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        progress: Progress = None,
    ) -> Answer:
        """What drives the answer, as ``critmin sensitivity`` tells it: a tornado, Sobol' indices, and what marks the worst trials."""
        core = self._asked(trials, seed)
        with _Shown(progress) as told:
            found = core.sensitivity(of, trials, precision, threads, told)
        command = self._command("sensitivity", core, {"of": of, "precision": precision})
        return _finished(found, lambda one: Answer(one, self._path, command))

    def optimize(
        self,
        budget: float | None = None,
        *,
        goal: str = "cvar95",
        cap: float | None = None,
        policies: Sequence[str] = (),
        steps: int | None = None,
        trials: int | None = None,
        seed: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        progress: Progress = None,
    ) -> Answer:
        """Chooses policies and their sizes within a budget in USD, as ``critmin optimize`` does."""
        return self._optimized(None, budget, goal, cap, policies, steps, trials, seed, precision, threads, progress)

    def _optimized(
        self,
        elsewhere: _core._Elsewhere | None,
        budget: float | None,
        goal: str,
        cap: float | None,
        policies: Sequence[str],
        steps: int | None,
        trials: int | None,
        seed: int | None,
        precision: float | None,
        threads: int | None,
        progress: Progress,
    ) -> Answer:
        core = self._asked(trials, seed)
        with _Shown(progress) as told:
            found = core.optimize(budget, goal, cap, list(policies), steps, trials, precision, threads, told, elsewhere)
        options = {"budget": budget, "goal": goal, "cap": cap, "policy": list(policies), "steps": steps, "precision": precision}
        command = self._command("optimize", core, options)
        return _finished(found, lambda one: Answer(one, self._path, command))

    def robustness(
        self,
        policies: Sequence[str] = (),
        *,
        trials: int | None = None,
        seed: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        progress: Progress = None,
    ) -> Answer:
        """What stands and what flips under the choices that data cannot decide, as ``critmin robustness`` tells it."""
        core = self._asked(trials, seed)
        with _Shown(progress) as told:
            found = core.robustness(list(policies), trials, precision, threads, told)
        command = self._command("robustness", core, {"policy": list(policies), "precision": precision})
        return _finished(found, lambda one: Answer(one, self._path, command))

    def replay(self, trial: int, policy: str | None = None, *, seed: int | None = None) -> Replay:
        """One trial in full, as ``critmin replay`` shows it."""
        return Replay(*self._asked(None, seed).replay(trial, policy))

    def __repr__(self) -> str:
        changed = f", {len(self.changes)} changed" if self.changes else ""
        return f"<{self.name}: {self.title}{changed}>"


def _unpickled(name: str, texts: dict[str, str], changed: list[tuple[str, str, str]], path: str) -> Study:
    return Study(_core.Study.of_texts(name, texts, changed), path)


def _governance(path: str | Path | None) -> tuple[str, str] | None:
    return None if path is None else (Path(path).name, Path(path).read_text(encoding="utf-8"))


def load(path: str | os.PathLike[str]) -> Study:
    """Reads a scenario file and everything that it extends; or a shipped scenario by its name (`scenarios`), where there is no such file. Raises
    `ScenarioError` with everything that is wrong with it."""
    text = os.fspath(path)
    shipped = _core.scenarios()
    name = text if text.endswith(".toml") else f"{text}.toml"
    if not Path(text).exists() and name in shipped and "/" not in name:
        return Study(_core.Study.of_texts(name, shipped, []), name)
    return Study(_core.Study.load(Path(text)), text)


def loads(text: str, name: str = "scenario.toml") -> Study:
    """Reads a scenario from text. Files that it names are looked for beside ``name``."""
    return Study(_core.Study.loads(text, name), name)


def scenarios() -> list[str]:
    """Names of the shipped scenarios, for `load`."""
    return [name.removesuffix(".toml") for name in _core.scenarios() if "/" not in name]


def run(study: Study, policies: Sequence[str] | None = None, **options: Any) -> Result:
    """`Study.run`."""
    return study.run(policies, **options)


def compare(study: Study, policies: Sequence[str] | str = (), *others: Study, **options: Any) -> Answer:
    """`Study.compare`."""
    return study.compare(policies, *others, **options)


def sweep(study: Study, vary: Mapping[str, Values], **options: Any) -> Answer:
    """`Study.sweep`."""
    return study.sweep(vary, **options)


def screen(
    study: Study | None = None,
    *,
    country: str | None = None,
    trials: int | None = None,
    seed: int | None = None,
    precision: float | None = None,
    pairs: bool = False,
    threads: int | None = None,
    progress: Progress = None,
) -> Answer:
    """`Study.screen`; or of every mineral that ships for a country: ``critmin.screen(country="India")``."""
    if study is not None:
        return study.screen(
            pairs=pairs, trials=trials, seed=seed, precision=precision, threads=threads, progress=progress
        )
    if country is None:
        raise CritminError("name a scenario, or a country")
    with _Shown(progress) as told:
        found = _core.screen_country(country, trials, precision, seed, threads, told)
    command = shlex.join(["critmin", "screen", "--country", country])
    return _finished(found, lambda one: Answer(one, country, command))


def indices(
    study: Study | None = None,
    *,
    mineral: str | None = None,
    countries: Sequence[str] = (),
    governance: str | Path | None = None,
) -> Answer:
    """`Study.indices`; or of a mineral by the shipped tables: ``critmin.indices(mineral="cobalt", countries=["USA"])``."""
    if study is not None:
        return study.indices(countries, governance)
    if mineral is None:
        raise CritminError("name a scenario, or a mineral")
    found = _core.indices_of_mineral(mineral, list(countries), _governance(governance))
    return Answer(found, mineral, shlex.join(["critmin", "indices", "--mineral", mineral]))


def sensitivity(study: Study, **options: Any) -> Answer:
    """`Study.sensitivity`."""
    return study.sensitivity(**options)


def optimize(study: Study, budget: float | None = None, **options: Any) -> Answer:
    """`Study.optimize`."""
    return study.optimize(budget, **options)


def replay(study: Study, trial: int, policy: str | None = None, **options: Any) -> Replay:
    """`Study.replay`."""
    return study.replay(trial, policy, **options)


def report(result: Result | Answer, path: str | Path | None = None) -> str:
    """The page of a result or an answer, as the command line writes it."""
    return result.report(path)


def data(mineral: str | None = None, table: str | None = None) -> dict[str, Table]:
    """What the shipped tables say of a mineral, each row with its source; or a whole table. Tables by name."""
    if mineral is None and table is None:
        listed = [[name, description] for name, description in _core.tables()]
        stages = [[mineral, ", ".join(stages)] for mineral, stages in _core.minerals()]
        return {
            "tables": Table._of("tables.csv", ["table", "description"], listed),
            "minerals": Table._of("minerals.csv", ["mineral", "stages"], stages),
        }
    return {name: Table._of(name, header, rows) for name, _, header, rows in _core.excerpts(mineral, table)}


def check(
    scenarios: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    against: str | os.PathLike[str],
    *,
    update: bool = False,
    allow_noise: bool = False,
    trials: int | None = None,
    seed: int | None = None,
    policies: Sequence[str] = (),
) -> dict[str, Any]:
    """Compares runs of scenario files with golden files, or writes these with ``update``: the document of ``critmin check --json``, by that command, as its
    inputs and outputs are files. ``found["changed"]`` says whether a figure moved."""
    files = [scenarios] if isinstance(scenarios, (str, os.PathLike)) else list(scenarios)
    words = [sys.executable, "-m", "critmin", "check", *(os.fspath(file) for file in files), "--against", os.fspath(against), "--json"]
    words += ["--quiet"] + ["--update"] * update + ["--allow-noise"] * allow_noise
    for option, value in (("--trials", trials), ("--seed", seed)):
        words += [] if value is None else [option, str(value)]
    for policy in policies:
        words += ["--policy", policy]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        raise CritminError(done.stderr.strip() or f"the check ended with exit code {done.returncode}")
    found: dict[str, Any] = json.loads(done.stdout)
    if found.get("errors"):
        told = ["\n\nhint: ".join([error["message"], *error["hints"]]) for error in found["errors"]]
        raise CritminError("\n".join(told))
    return found


def merge(parts: Sequence[bytes], study: Study | None = None) -> Result:
    """Puts the parts of a run together, in whatever order, as ``critmin merge`` does: the results of the whole run. ``study`` is that of the run, where its page
    is to tell a trial."""
    found = _core.finish_parts(list(parts), None if study is None else study._core)
    return Result(found, "" if study is None else study._path)


def merge_parts(parts: Sequence[bytes]) -> bytes:
    """Puts neighbouring parts of a run together to a larger one."""
    return _core.merge_parts(list(parts))


def statistics() -> Table:
    """The statistics of a row: name, unit, meaning."""
    rows = [list(row) for row in _core.statistics()]
    return Table._of("statistics.csv", ["statistic", "unit", "meaning"], rows)
