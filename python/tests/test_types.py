"""The stubs are those of the extension, and the package is typed."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import critmin
from critmin import _core

PACKAGE = Path(critmin.__file__).parent


def test_stubs_name_what_the_extension_has():
    tree = ast.parse((PACKAGE / "_core.pyi").read_text(encoding="utf-8"))
    stated: dict[str, list[str] | None] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            stated[node.name] = [argument.arg for argument in node.args.args]
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    is_property = any(isinstance(one, ast.Name) and one.id == "property" for one in method.decorator_list)
                    stated[f"{node.name}.{method.name}"] = None if is_property else [one.arg for one in method.args.args]
    there: dict[str, list[str] | None] = {}
    for name, one in vars(_core).items():
        if inspect.isclass(one):
            for method, value in vars(one).items():
                if not method.startswith("__"):
                    is_property = inspect.isdatadescriptor(value)
                    there[f"{name}.{method}"] = None if is_property else list(inspect.signature(getattr(one, method)).parameters)
        elif callable(one) and not name.startswith("__"):
            there[name] = list(inspect.signature(one).parameters)
    assert there == stated


def test_mypy_is_content():
    pytest.importorskip("mypy")
    line = [sys.executable, "-m", "mypy", "--config-file", str(PACKAGE.parent / "pyproject.toml"), "-p", "critmin"]
    done = subprocess.run(line, capture_output=True, text=True, cwd=PACKAGE.parent, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_users_program_is_checked(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import critmin\n"
        "study: critmin.Study = critmin.load('quickstart')\n"
        "result = study.set('inventory.magnet.USA.days', 90).run(trials=10)\n"
        "mean: float = result.samples('magnet', 'USA').mean()\n"
        "study.run(trails=10)\n"
    )
    line = [sys.executable, "-m", "mypy", "--strict", str(program)]
    done = subprocess.run(line, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert 'Unexpected keyword argument "trails"' in done.stdout and "Found 1 error" in done.stdout, done.stdout
