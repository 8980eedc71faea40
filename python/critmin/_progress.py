"""How far a verb has come, shown where tqdm is installed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Union

#: Seconds after which a bar comes up.
_PATIENCE = 0.5

#: Whether to show a bar (``None``: on a terminal and in notebooks), or what to call with the trials done.
Progress = Union[bool, None, Callable[[int], Any]]


def _is_watched() -> bool:
    is_notebook = "ipykernel" in sys.modules
    return is_notebook or (sys.stderr is not None and sys.stderr.isatty())


class _Bar:
    """A bar that comes up once a verb takes its time."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._begun = time.monotonic()
        self._bar: Any = None

    def __call__(self, done: int) -> None:
        if self._bar is None:
            if time.monotonic() - self._begun < _PATIENCE:
                return
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self._total, unit="trials", unit_scale=True, leave=False)
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()


class _Shown:
    """What is told of how far a verb is, for as long as it takes."""

    def __init__(self, progress: Progress, total: int | None = None) -> None:
        self._bar: _Bar | None = None
        self.told: Callable[[int], Any] | None = None
        if callable(progress):
            self.told = progress
        elif progress or (progress is None and _is_watched()):
            try:
                import tqdm  # noqa: F401
            except ImportError:
                return
            self.told = self._bar = _Bar(total)

    def __enter__(self) -> Callable[[int], Any] | None:
        return self.told

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
