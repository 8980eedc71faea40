"""``python -m critmin``: the ``critmin`` command."""

from critmin._command import main

main()
