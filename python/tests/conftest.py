"""What tests share."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import critmin

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"


@pytest.fixture
def quickstart() -> critmin.Study:
    return critmin.load(SCENARIOS / "quickstart.toml")


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Path]:
    """Runs the command line into a folder: that of CRITMIN_BINARY, else the one of the package."""

    def run(name: str, *words: object, exit_code: int = 0) -> Path:
        binary = os.environ.get("CRITMIN_BINARY")
        program = [binary] if binary else [sys.executable, "-m", "critmin"]
        folder = tmp_path / "command"
        line = [*program, name, *map(str, words), "--out", str(folder), "--quiet"]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == exit_code, done.stderr
        return folder

    return run


def without_timing(text: bytes) -> dict[str, object]:
    """results.json but for what differs between two runs; keys in their order."""
    document = json.loads(text)
    assert list(document)[-1] == "timing"
    del document["timing"]
    return document


def head(text: bytes) -> bytes:
    """results.json up to its timing, byte for byte."""
    before, timing, _ = text.partition(b'"timing"')
    assert timing
    return before
