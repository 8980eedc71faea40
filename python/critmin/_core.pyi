"""The extension module: the library's facade, wrapped by the package. It changes without notice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_Told = Callable[[int], Any] | None
_Raised = BaseException | None
_Files = list[tuple[str, bytes]]
_Mix = tuple[str, list[tuple[str, float | None]]]
_Simulated = tuple[NDArray[np.float64], float, tuple[str, str, float] | None]
_Elsewhere = Callable[[list[_Mix], int], list[_Simulated]]

PROGRAM: str
RETURN_PERIODS: list[float]

def main(words: list[str]) -> int: ...
def scenarios() -> dict[str, str]: ...
def screen_country(
    country: str,
    trials: int | None = None,
    precision: float | None = None,
    seed: int | None = None,
    threads: int | None = None,
    told: _Told = None,
) -> tuple[Found, _Raised]: ...
def indices_of_mineral(mineral: str, countries: list[str], governance: tuple[str, str] | None = None) -> Found: ...
def excerpts(mineral: str | None = None, table: str | None = None) -> list[tuple[str, str, list[str], list[list[str]]]]: ...
def minerals() -> list[tuple[str, list[str]]]: ...
def tables() -> list[tuple[str, str]]: ...
def statistics() -> list[tuple[str, str, str]]: ...
def merge_parts(parts: list[bytes]) -> bytes: ...
def finish_parts(parts: list[bytes], study: Study | None = None) -> Results: ...

class Results:
    def document(self) -> bytes: ...
    def summary_document(self) -> bytes: ...
    def tables(self) -> _Files: ...
    def charts(self) -> list[tuple[str, str]]: ...
    def words(self, scenario: str, width: int) -> str: ...
    def samples(self, policy: int) -> tuple[list[tuple[str, str]], NDArray[np.float64]] | None: ...
    def difference(
        self, variant: str, material: str, place: str, statistic: str
    ) -> tuple[tuple[float, float, float, float], int | None] | None: ...
    def report(self) -> str: ...
    def save(self, folder: Path) -> None: ...

class Found:
    @property
    def command(self) -> str: ...
    @property
    def interrupted(self) -> str | None: ...
    def document(self) -> bytes: ...
    def tables(self) -> _Files: ...
    def charts(self) -> list[tuple[str, str]]: ...
    def sentences(self) -> list[str]: ...
    def words(self, scenario: str, width: int) -> str: ...
    def report(self, command: str) -> str | None: ...
    def save(self, folder: Path, command: str) -> None: ...

class Study:
    @staticmethod
    def load(path: Path) -> Study: ...
    @staticmethod
    def loads(text: str, name: str) -> Study: ...
    @staticmethod
    def of_texts(name: str, texts: dict[str, str], changed: list[tuple[str, str, str]]) -> Study: ...
    def texts(self) -> tuple[str, dict[str, str], list[tuple[str, str, str]]]: ...
    def set(self, key: str, value: str) -> Study: ...
    def set_option(self, option: str, key: str, value: str) -> Study: ...
    @property
    def name(self) -> str: ...
    def check(self) -> str: ...
    def facts(self) -> tuple[str, int, tuple[list[str], list[str]], tuple[str, str]]: ...
    def policies(self) -> list[tuple[str, str, float | None]]: ...
    def inputs(self) -> list[tuple[str, str, str, str, float, float, float, float, bool, str | None]]: ...
    def uncertain(self) -> list[str]: ...
    def check_variant(self, name: str, set: list[tuple[str, str]]) -> None: ...
    def run(
        self,
        policies: list[str] | None = None,
        precision: float | None = None,
        samples: bool = True,
        without: list[str] = ...,
        return_periods: list[float] = ...,
        threads: int | None = None,
        told: _Told = None,
    ) -> tuple[Results, _Raised]: ...
    def run_part(
        self,
        first: int,
        end: int,
        policies: list[str] | None = None,
        without: list[str] = ...,
        return_periods: list[float] = ...,
        threads: int | None = None,
        told: _Told = None,
    ) -> bytes: ...
    def run_variants(
        self,
        named: list[tuple[str, list[tuple[str, str]]]],
        trials: int | None = None,
        precision: float | None = None,
        causes: bool = False,
        timeline: bool = False,
        threads: int | None = None,
        told: _Told = None,
    ) -> tuple[Results, _Raised]: ...
    def run_batch(
        self,
        keys: list[str],
        values: NDArray[np.float64],
        trials: int | None = None,
        numbers: list[int] | None = None,
        of: str | None = None,
        at: tuple[str, str] | None = None,
        threads: int | None = None,
        told: _Told = None,
    ) -> tuple[tuple[str, tuple[str, str], NDArray[np.float64], NDArray[np.float64]], _Raised]: ...
    def compare(
        self,
        policies: list[str] = ...,
        others: list[Study] = ...,
        pairs: bool = False,
        trials: int | None = None,
        precision: float | None = None,
        equivalent: str | None = None,
        equivalent_of: str = "cvar95",
        everywhere: bool = False,
        band: bool = True,
        threads: int | None = None,
        told: _Told = None,
    ) -> tuple[Found, _Raised]: ...
    def sweep(
        self,
        vary: list[str],
        to: list[str] = ...,
        of: str | None = None,
        level: float | None = None,
        policy: str | None = None,
        from_first: bool = False,
        trials: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        told: _Told = None,
    ) -> tuple[Found, _Raised]: ...
    def screen(
        self,
        pairs: bool = False,
        trials: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        told: _Told = None,
    ) -> tuple[Found, _Raised]: ...
    def indices(self, countries: list[str] = ..., governance: tuple[str, str] | None = None) -> Found: ...
    def sensitivity(
        self,
        of: str | None = None,
        trials: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        told: _Told = None,
    ) -> tuple[Found, _Raised]: ...
    def optimize(
        self,
        budget: float | None = None,
        goal: str = "cvar95",
        cap: float | None = None,
        policies: list[str] = ...,
        steps: int | None = None,
        trials: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        told: _Told = None,
        elsewhere: _Elsewhere | None = None,
    ) -> tuple[Found, _Raised]: ...
    def simulate_mixes(
        self, mixes: list[_Mix], trials: int, goal: str = "cvar95", threads: int | None = None
    ) -> list[_Simulated]: ...
    def robustness(
        self,
        policies: list[str] = ...,
        trials: int | None = None,
        precision: float | None = None,
        threads: int | None = None,
        told: _Told = None,
    ) -> tuple[Found, _Raised]: ...
    def replay(self, trial: int, policy: str | None = None) -> tuple[bytes, str]: ...
