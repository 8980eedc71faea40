"""What verbs give back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from critmin import _core
from critmin._errors import CritminError
from critmin._estimate import Estimate, _figure
from critmin._table import Charts, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Columns of what is shown as text.
_WIDTH = 118


class Row:
    """The statistics of a material at a place, final demand of all sectors, as attributes: ``row.expected_shortfall_pct``.

    Statistics with a Monte Carlo error are `Estimate`; others are numbers; ``None`` stands for a figure that the trials do not support or that this row does
    not have. `critmin.statistics` lists them with units and meanings."""

    def __init__(self, figures: dict[str, Any]) -> None:
        self._figures = figures
        #: Material id.
        self.material: str = figures["material"]
        #: Country code, group id, ``focus`` or ``WLD``.
        self.country: str = figures["country"]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._figures:
            raise AttributeError(f"there is no statistic `{name}`; critmin.statistics() lists them")
        return _figure(self._figures[name])

    def __dir__(self) -> list[str]:
        return [*self._figures]

    def __repr__(self) -> str:
        return f"<{self.material} at {self.country}: {self.expected_shortfall_pct} % of demand short>"


class Policy:
    """What a run came to under a policy, or the baseline."""

    def __init__(self, document: dict[str, Any]) -> None:
        #: All of it, as in ``results.json``.
        self.document = document
        #: Its id; ``baseline`` for none.
        self.id: str = document["policy"]
        #: Its name.
        self.name: str = document["name"]
        #: Its cost in USD, where it is stated.
        self.cost: float | None = document["cost"]
        #: Material and place of the headline.
        self.headline: tuple[str, str] = tuple(document["headline"])

    def __getitem__(self, at: tuple[str, str]) -> Row:
        material, place = at
        for row in self.document["summary"]:
            if (row["material"], row["country"], row["sector"]) == (material, place, "all"):
                return Row(row)
        raise KeyError(at)

    def __iter__(self) -> Iterator[Row]:
        return (Row(row) for row in self.document["summary"] if row["sector"] == "all")

    def __repr__(self) -> str:
        return f"<{self.id}: {self[self.headline]!r}>" if self.headline[0] else f"<{self.id}>"


class _Told:
    """What is common to results and answers."""

    _found: _core.Results | _core.Found
    _scenario: str

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Every table by the name of its file without ``.csv``."""
        return {name.removesuffix(".csv"): Table(name, found) for name, found in self._found.tables()}

    @cached_property
    def charts(self) -> Charts:
        """Every chart by its name."""
        return Charts(self._found.charts())

    def to_json(self) -> bytes:
        """The document, byte for byte as the command line writes it (of a run: but for its ``timing``)."""
        return self._found.document()

    @cached_property
    def document(self) -> dict[str, Any]:
        """Everything, in full precision."""
        found: dict[str, Any] = json.loads(self.to_json())
        return found

    def __str__(self) -> str:
        return self._found.words(self._scenario, _WIDTH).rstrip()


class Result(_Told):
    """The results of a run: ``result["magnet", "USA"].expected_shortfall_pct`` is the baseline's, ``result.policy("stockpile")["magnet", "USA"]`` a policy's."""

    _found: _core.Results

    def __init__(self, found: _core.Results, scenario: str) -> None:
        self._found = found
        self._scenario = scenario

    @cached_property
    def _policies(self) -> dict[str, Policy]:
        return {policy["policy"]: Policy(policy) for policy in self.document["policies"]}

    @property
    def policies(self) -> list[str]:
        """Ids of the policies (or names of the variants) that were run, ``baseline`` first."""
        return list(self._policies)

    def policy(self, policy: str = "baseline") -> Policy:
        """What the run came to under a policy, or as a variant."""
        if policy not in self._policies:
            raise CritminError(f"there is no `{policy}` in this run; there are {', '.join(self.policies)}")
        return self._policies[policy]

    def __getitem__(self, at: tuple[str, str]) -> Row:
        return self.policy()[at]

    @property
    def headline(self) -> tuple[str, str]:
        """Material and place of the headline."""
        return self.policy().headline

    @cached_property
    def _summary_document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._found.summary_document())
        return found

    @property
    def sentence(self) -> str:
        """The headline in words."""
        sentence: str = self._summary_document["policies"][0]["sentence"]
        return sentence

    @property
    def cautions(self) -> list[str]:
        """What to keep in mind when the headline is quoted."""
        return [caution["text"] for caution in self._summary_document["policies"][0]["cautions"]]

    @property
    def manifest(self) -> dict[str, Any]:
        """Where the results come from: program, scenario, seed, trials, sources and assumptions, warnings."""
        manifest: dict[str, Any] = self.document["manifest"]
        return manifest

    @property
    def trials(self) -> int:
        """Trials of each policy."""
        return int(self.manifest["trials"])

    @property
    def interrupted(self) -> bool:
        """Whether the run was stopped: the results are then of the trials that were complete."""
        return bool(self.manifest["interrupted"])

    @property
    def summary(self) -> Table:
        """``summary.csv``: every statistic of every material, place and sector."""
        return self.tables["summary"]

    def sample_columns(self, policy: str = "baseline") -> list[tuple[str, str]]:
        """(material, place) of every column of `sample_array`."""
        return self._samples(policy)[0]

    def sample_array(self, policy: str = "baseline") -> np.ndarray[Any, np.dtype[np.float64]]:
        """Each trial's shortfall in % of demand, trial x (material, place): the run's own memory, not a copy."""
        return self._samples(policy)[1]

    def samples(self, material: str, place: str, policy: str = "baseline") -> np.ndarray[Any, np.dtype[np.float64]]:
        """Each trial's shortfall of a material at a place in focus, % of demand: a view, not a copy."""
        columns, values = self._samples(policy)
        if (material, place) not in columns:
            there = ", ".join(f"{one} at {other}" for one, other in columns)
            raise CritminError(f"there are no samples of {material} at {place}; there are those of {there}")
        return values[:, columns.index((material, place))]

    def _samples(self, policy: str) -> tuple[list[tuple[str, str]], np.ndarray[Any, np.dtype[np.float64]]]:
        self.policy(policy)
        found = self._found.samples(self.policies.index(policy))
        if found is None:
            raise CritminError("samples were not kept: run with samples=True; a merged run has none")
        columns, values = found
        values.flags.writeable = False
        return columns, values

    def difference(self, variant: str, material: str, place: str, statistic: str = "expected_shortfall_pct") -> Estimate | None:
        """A statistic of a variant less the baseline's, with the error of the common draws; of runs ``against`` variants. ``None`` for statistics of which
        no difference is told."""
        found = self._found.difference(variant, material, place, statistic)
        return None if found is None else Estimate(*found[0])

    def plot(self, material: str | None = None, place: str | None = None, ax: Axes | None = None) -> Axes:
        """Draws the exceedance curves of a material at a place, a line for each policy, with matplotlib (which has to be installed). The headline's where
        none is named."""
        import matplotlib.pyplot as plt

        if material is None or place is None:
            material, place = self.headline
        axes = plt.subplots()[1] if ax is None else ax
        for policy in self.policies:
            ordered = np.sort(self.samples(material, place, policy))
            beyond = 1 - np.arange(1, len(ordered) + 1) / len(ordered)
            axes.step(ordered, beyond, where="post", label=policy)
        axes.set_xlabel(f"shortfall of {material} at {place}, % of demand")
        axes.set_ylabel("probability of more")
        axes.legend()
        return axes

    def report(self, path: str | Path | None = None) -> str:
        """The page that the command line writes as ``report.html``; written to a file, too, where one is named."""
        page = self._found.report()
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page

    def save(self, folder: str | Path) -> None:
        """Writes tables, charts (SVG), page and document into a folder as ``critmin run --out`` does. Nothing that critmin did not write is replaced."""
        self._found.save(Path(folder))

    def __repr__(self) -> str:
        return f"<{self.document['title']}: {self.policy()!r}, {self.trials:,} trials>"

    def _repr_html_(self) -> str:
        import html

        return f"<p><b>{html.escape(self.document['title'])}</b></p><p>{html.escape(self.sentence)}</p>"


class Answer(_Told):
    """What a question came to: its document, tables, charts, and sentences."""

    _found: _core.Found

    def __init__(self, found: _core.Found, scenario: str, command: str) -> None:
        self._found = found
        self._scenario = scenario
        #: The command that asks the same.
        self.command = command

    @property
    def sentences(self) -> list[str]:
        """What was found in words, the most important sentence first."""
        return self._found.sentences()

    @property
    def table(self) -> Table:
        """The first of its tables."""
        return next(iter(self.tables.values()))

    @property
    def interrupted(self) -> bool:
        """Whether it was stopped on the way: it is then of what was complete."""
        return self._found.interrupted is not None

    def report(self, path: str | Path | None = None) -> str:
        """The page that the command line writes as ``report.html``; written to a file, too, where one is named."""
        page = self._found.report(self.command)
        if page is None:
            raise CritminError("there is no page for what is asked of the shipped tables, not of a scenario")
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page

    def save(self, folder: str | Path) -> None:
        """Writes tables, charts (SVG), page and document into a folder as the command does. Nothing that critmin did not write is replaced."""
        self._found.save(Path(folder), self.command)

    def __repr__(self) -> str:
        return f"<{self.command}: {', '.join(map(repr, self.tables.values()))}>"

    def _repr_html_(self) -> str:
        import html

        return "".join(f"<p>{html.escape(sentence)}</p>" for sentence in self.sentences)


class Replay:
    """One trial in full; it prints as a story."""

    def __init__(self, document: bytes, story: str) -> None:
        #: Everything that was drawn and happened, as ``critmin replay --json`` tells it.
        self.document: dict[str, Any] = json.loads(document)
        #: The trial as a story.
        self.story = story

    def __str__(self) -> str:
        return self.story

    def __repr__(self) -> str:
        return f"<trial {self.document['trial']}: {self.document['headline_pct']:.3g} % of demand short>"


class Batch:
    """What came of rows of inputs: ``values`` by row, in the order of the inputs."""

    def __init__(self, keys: list[str], statistic: str, at: tuple[str, str], values: Any, standard_errors: Any) -> None:
        #: The keys of the inputs' columns.
        self.keys = keys
        #: The statistic that values are of.
        self.statistic = statistic
        #: Material and place.
        self.at = at
        #: The statistic of each row; of a single trial its shortfall, % of demand.
        self.values: np.ndarray[Any, np.dtype[np.float64]] = values
        #: Standard error of each; NaN for single trials.
        self.standard_errors: np.ndarray[Any, np.dtype[np.float64]] = standard_errors

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
        return np.array(self.values, dtype=dtype) if copy else np.asarray(self.values, dtype=dtype)

    def __len__(self) -> int:
        return len(self.values)

    def __repr__(self) -> str:
        material, place = self.at
        return f"<{len(self)} rows: {self.statistic} of {material} at {place}>"
