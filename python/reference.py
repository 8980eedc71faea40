"""Writes the reference in docs/python.md from the docstrings: ``python python/reference.py``; with ``--check`` it only says whether it is up to date."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import critmin
import critmin.dask

PAGE = Path(__file__).resolve().parents[1] / "docs" / "python.md"
BEGIN, END = "<!-- reference: begin -->\n", "<!-- reference: end -->\n"


def signature(of: object, name: str) -> str:
    """As one calls it, without types."""
    shown = []
    is_keyword = False
    for one in inspect.signature(of).parameters.values():
        if one.name == "self":
            continue
        if one.kind is one.VAR_POSITIONAL:
            shown.append(f"*{one.name}")
            is_keyword = True
            continue
        if one.kind is one.VAR_KEYWORD:
            shown.append(f"**{one.name}")
            continue
        if one.kind is one.KEYWORD_ONLY and not is_keyword:
            shown.append("*")
            is_keyword = True
        shown.append(one.name if one.default is one.empty else f"{one.name}={one.default!r}")
    return f"{name}({', '.join(shown)})"


def words(of: object) -> str:
    """Its docstring in Markdown."""
    text = inspect.getdoc(of) or ""
    return " ".join(text.replace("``", "`").split("\n\n")[0].split()) + "".join(
        "\n\n" + " ".join(part.split()) for part in text.replace("``", "`").split("\n\n")[1:]
    )


def fields(of: type) -> list[tuple[str, str]]:
    """Names of instances' attributes, with what `#:` says above them."""
    found, above = [], ""
    for line in inspect.getsource(of).splitlines():
        line = line.strip()
        if line.startswith("#: "):
            above = f"{above} {line[3:]}".strip()
        elif above:
            name = line.removeprefix("self.").split(":")[0].split("=")[0].strip()
            found.append((name, above.replace("``", "`")))
            above = ""
    return found


def of_class(of: type) -> str:
    """A class with what can be done with it."""
    text = [f"### {of.__name__}\n\n{words(of)}\n"]
    members = {name: one for base in reversed(of.__mro__[:-1]) if base.__module__.startswith("critmin") for name, one in vars(base).items()}
    lines = [f"- `.{name}`: {about}" for name, about in fields(of)]
    methods = []
    for name, one in members.items():
        if name.startswith("_"):
            continue
        if inspect.isfunction(one):
            methods.append(f"#### {signature(one, name)}\n\n{words(one)}\n")
        elif isinstance(one, property) or hasattr(one, "func"):
            lines.append(f"- `.{name}`: {words(getattr(one, 'fget', None) or one.func)}")
    if lines:
        text.append("\n".join(lines) + "\n")
    return "\n".join(text + methods)


def reference() -> str:
    """Verbs first, then what they give back."""
    named = {name: getattr(critmin, name) for name in critmin.__all__}
    functions = [f"#### critmin.{signature(one, name)}\n\n{words(one)}\n" for name, one in named.items() if inspect.isfunction(one)]
    over = [getattr(critmin.dask, name) for name in ("run", "sweep", "compare", "optimize", "ranges")]
    dask = [f"#### critmin.dask.{signature(one, one.__name__)}\n\n{words(one)}\n" for one in over]
    first = ["Study", "Result", "Policy", "Row", "Estimate", "Answer", "Table", "Charts"]
    classes = [name for name, one in named.items() if inspect.isclass(one)]
    ordered = first + sorted(set(classes) - set(first))
    parts = ["### Verbs\n", *functions, "### Over a cluster\n", words(critmin.dask) + "\n", *dask, *(of_class(named[name]) for name in ordered)]
    return "\n".join(parts)


def renewed(page: str) -> str:
    """The page with the reference as it is now."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + reference() + END + after


if __name__ == "__main__":
    there = PAGE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        sys.exit(0 if renewed(there) == there else "run python/reference.py and commit docs/python.md")
    PAGE.write_text(renewed(there), encoding="utf-8")
