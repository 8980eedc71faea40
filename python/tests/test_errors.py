"""What is wrong is told with its place, and can be read by programs."""

from __future__ import annotations

import pickle

import pytest

import critmin

WRONG = """
format = 1
title = "x"
assumption = "made up"
time = { start = "2026-01", periods = 12 }
demand = [ { material = "n", country = "USA", amount = 1 } ]
[[material]]
id = "m"
"""


def test_errors_say_where_and_what(tmp_path):
    file = tmp_path / "wrong.toml"
    file.write_text(WRONG)
    with pytest.raises(critmin.ScenarioError) as caught:
        critmin.load(file).run(trials=16)
    error = caught.value
    assert "wrong.toml:6" in str(error) and "`n`" in str(error)
    first = error.diagnostics[0]
    assert (first.level, first.line) == ("error", 6) and first.code
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) and again.diagnostics == error.diagnostics
    with pytest.raises(critmin.ScenarioError):
        critmin.loads(WRONG).check()


def test_all_that_is_wrong_is_a_value_error(quickstart):
    with pytest.raises(ValueError, match="no such file"):
        critmin.load("nowhere.toml")
    with pytest.raises(critmin.ScenarioError, match="inventory.magnet.USA.dayz"):
        quickstart.set("inventory.magnet.USA.dayz", 3)
    with pytest.raises(critmin.CritminError, match="there is no statistic `x`"):
        quickstart.sweep({"inventory.magnet.USA.days": (0, 90, 3)}, of="x")
    with pytest.raises(critmin.CritminError, match="there is no `x`"):
        quickstart.run(trials=16).policy("x")
    with pytest.raises(critmin.CritminError, match="known: timeline, attribution"):
        quickstart.run(trials=16, without=["summary"])


def test_warnings_are_told(quickstart):
    assert quickstart.check() == []
    (warning, *_) = quickstart.set("event.ban.arrival.probability", 0).check()
    assert warning.level == "warning" and warning.code and warning.address.startswith("event.ban")
