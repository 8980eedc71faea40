"""What can go wrong, as exceptions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


class CritminError(ValueError):
    """What was asked for cannot be: the text says why, and what to do about it."""


@dataclass(frozen=True)
class Diagnostic:
    """One error or warning about a scenario, with its place. Codes are explained in docs/diagnostics.md."""

    #: ``error`` or ``warning``.
    level: str
    #: The code, such as ``CM301``.
    code: str
    #: Address of what it is about, such as ``event.ban.duration``; empty where the whole file is meant.
    address: str
    #: The file.
    file: str
    #: Line from 1; 0 where the whole file is meant.
    line: int
    #: Column from 1, in characters.
    column: int
    #: What is wrong.
    message: str
    #: What to do about it.
    hints: tuple[str, ...]

    @classmethod
    def _of(cls, found: dict[str, Any]) -> Diagnostic:
        return cls(
            level=found["level"],
            code=found["code"],
            address=found["address"],
            file=found["file"],
            line=found["line"],
            column=found["column"],
            message=found["message"],
            hints=tuple(found["hints"]),
        )


def _diagnostics(text: str) -> list[Diagnostic]:
    return [Diagnostic._of(found) for found in json.loads(text)["diagnostics"]]


class ScenarioError(CritminError):
    """A scenario is wrong: the text shows every error with its place in the file and how to mend it."""

    def __init__(self, rendered: str, diagnostics: str = '{"diagnostics": []}') -> None:
        super().__init__(rendered, diagnostics)
        #: As text, as the command line shows it.
        self.rendered = rendered
        #: Every error and warning, in the order of the file.
        self.diagnostics = _diagnostics(diagnostics)

    def __str__(self) -> str:
        return self.rendered.rstrip()


class Interrupted(KeyboardInterrupt):
    """Stopped by Ctrl-C; ``result`` holds what was complete by then, as the verb would have returned it."""

    def __init__(self, result: Any) -> None:
        super().__init__("stopped; what was complete by then is in .result")
        #: What was complete.
        self.result = result
