"""The page on the package is true: its lines work, its reference is that of the docstrings."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import critmin

ROOT = Path(__file__).resolve().parents[2]


def test_the_reference_is_that_of_the_docstrings():
    line = [sys.executable, str(ROOT / "python" / "reference.py"), "--check"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_lines_of_the_page_work(capsys):
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"<!-- python: run .*?-->\n```python\n(.*?)```", page, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "docs/python.md", "exec"), names)
    said = capsys.readouterr().out.splitlines()
    assert " ± " in said[0] and " ± " in said[2]
    assert float(said[2].split()[0]) < float(said[0].split()[0])
    assert len(names["samples"]) == 10_000 and len(names["summary"]) > 0


def test_the_lines_of_the_read_me_work(capsys):
    for page in ("README.md", "python/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            exec(compile(code, page, "exec"), {})


def test_everything_public_is_described():
    for name in critmin.__all__:
        one = getattr(critmin, name)
        assert inspect.getdoc(one), name
        if inspect.isclass(one):
            for method, value in vars(one).items():
                if not method.startswith("_") and callable(value):
                    assert inspect.getdoc(value), f"{name}.{method}"
