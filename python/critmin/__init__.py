"""Disruption risk in critical-mineral supply chains, simulated: the verbs, names and bytes of the ``critmin`` command, for Python.

    import critmin

    study = critmin.load("quickstart")
    result = study.run(trials=10_000)
    result["magnet", "USA"].expected_shortfall_pct
"""

from critmin import _core
from critmin._errors import CritminError, Diagnostic, Interrupted, ScenarioError
from critmin._estimate import Estimate
from critmin._results import Answer, Batch, Policy, Replay, Result, Row
from critmin._study import (
    PolicyLabel,
    Study,
    Variant,
    check,
    compare,
    data,
    indices,
    load,
    loads,
    merge,
    merge_parts,
    optimize,
    replay,
    report,
    run,
    scenarios,
    screen,
    sensitivity,
    statistics,
    sweep,
)
from critmin._table import Chart, Charts, Table

#: Version of the program, as results state it.
__version__: str = _core.PROGRAM.split()[-1]

__all__ = [
    "Answer",
    "Batch",
    "Chart",
    "Charts",
    "CritminError",
    "Diagnostic",
    "Estimate",
    "Interrupted",
    "Policy",
    "PolicyLabel",
    "Replay",
    "Result",
    "Row",
    "ScenarioError",
    "Study",
    "Table",
    "Variant",
    "check",
    "compare",
    "data",
    "indices",
    "load",
    "loads",
    "merge",
    "merge_parts",
    "optimize",
    "replay",
    "report",
    "run",
    "scenarios",
    "screen",
    "sensitivity",
    "statistics",
    "sweep",
]
