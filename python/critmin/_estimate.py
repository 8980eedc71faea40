"""Figures with their Monte Carlo error."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Estimate:
    """An estimate with its Monte Carlo error. It prints with it, and counts as its value where a number is wanted."""

    #: The estimate.
    value: float
    #: Its standard error; NaN where too few trials tell one.
    standard_error: float
    #: Lower end of the 95 % interval.
    low: float
    #: Upper end of the 95 % interval.
    high: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval."""
        return (self.low, self.high)

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        error = self.standard_error
        if not math.isfinite(error):
            return f"{self.value:.6g} (error not known)"
        if error == 0:
            return f"{self.value:.6g} ± 0"
        # Two digits of the error, and as many places of the value.
        places = 1 - math.floor(math.log10(error))
        value, error = round(self.value, places), round(error, places)
        shown = max(places, 0)
        return f"{value:.{shown}f} ± {error:.{shown}f}"

    def __repr__(self) -> str:
        return str(self)

    def __format__(self, spec: str) -> str:
        return str(self) if not spec else format(self.value, spec)

    @classmethod
    def _of(cls, found: dict[str, Any]) -> Estimate:
        names = ("value", "standard_error", "low", "high")
        return cls(*(math.nan if found[name] is None else float(found[name]) for name in names))


def _figure(found: Any) -> Any:
    """A figure of a document: an estimate where it has an error."""
    if isinstance(found, dict) and {"value", "standard_error", "low", "high"} <= found.keys():
        return None if found["value"] is None else Estimate._of(found)
    return found
