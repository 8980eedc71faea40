"""The ``critmin`` command, as the package installs it."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Runs the command line with the words that this process was started with, and ends with its exit code."""
    from critmin import _core

    # The process is the command's: what Python would do on Ctrl-C, it does itself.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.flush()
    sys.exit(_core.main(["critmin", *sys.argv[1:]]))
