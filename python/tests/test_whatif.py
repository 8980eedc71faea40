"""Questions, and that answers are the command line's to the byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import critmin

SMALL = Path(__file__).parent / "small.toml"
TRIALS = 2048
#: Enough to see whether bytes are the same.
FEW = 256

#: Command, its options, and the same in Python.
QUESTIONS = {
    "compare": (["--pairs"], lambda study: critmin.compare(study, pairs=True, trials=FEW)),
    "sweep": (
        ["--vary", "event.ban.arrival.probability=0.2..0.8:3", "--vary", "inventory.metal.USA.days=30,60", "--level", "5"],
        lambda study: critmin.sweep(
            study, {"event.ban.arrival.probability": (0.2, 0.8, 3), "inventory.metal.USA.days": [30, 60]}, level=5, trials=FEW
        ),
    ),
    "screen": ([], lambda study: critmin.screen(study, trials=FEW)),
    "sensitivity": ([], lambda study: critmin.sensitivity(study, trials=FEW)),
    "optimize": (["--budget", "10e6"], lambda study: critmin.optimize(study, 10e6, trials=FEW)),
    "robustness": ([], lambda study: study.robustness(trials=FEW)),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_answers_are_the_command_lines(name, command, tmp_path):
    options, ask = QUESTIONS[name]
    folder = command(name, SMALL, *options, "--trials", FEW, "--formats", "svg,html")
    answer = ask(critmin.load(SMALL))
    assert answer.to_json() == (folder / f"{name}.json").read_bytes()
    assert {path.stem for path in folder.glob("*.csv")} == set(answer.tables)
    for table, found in answer.tables.items():
        assert found.csv == (folder / f"{table}.csv").read_bytes(), table
    for chart, drawn in answer.charts.items():
        assert drawn.svg == (folder / "charts" / f"{chart}.svg").read_text(encoding="utf-8"), chart
    answer.save(tmp_path / "saved")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {path.relative_to(tmp_path / "saved").as_posix() for path in (tmp_path / "saved").rglob("*") if path.is_file()}
    assert (folder / "datapackage.json").read_bytes() == (tmp_path / "saved" / "datapackage.json").read_bytes()
    assert answer.sentences and answer.sentences[0] in answer._repr_html_().replace("&#x27;", "'").replace("&quot;", '"')
    assert answer.command.startswith(f"critmin {name} small.toml --trials {FEW}")
    assert answer.table.height > 0 and not answer.interrupted


def test_indices_are_the_command_lines(command):
    folder = command("indices", SMALL)
    assert critmin.indices(critmin.load(SMALL)).to_json() == (folder / "indices.json").read_bytes()


def test_what_the_tables_say_needs_no_scenario(command):
    folder = command("indices", "--mineral", "cobalt")
    answer = critmin.indices(mineral="cobalt")
    assert answer.to_json() == (folder / "indices.json").read_bytes()
    with pytest.raises(critmin.CritminError, match="no page"):
        answer.report()
    tables = critmin.data("gallium")
    assert all(table.height > 0 and "source" in table.columns for table in tables.values() if "source" in table.columns)
    assert "shares.csv" in tables
    assert "gallium" in critmin.data()["minerals"]["mineral"]
    whole = critmin.data(table="shares.csv")["shares.csv"]
    assert whole.height > tables["shares.csv"].height
    with pytest.raises(critmin.CritminError, match="unobtainium"):
        critmin.data("unobtainium")


def test_a_comparison_names_what_helps():
    study = critmin.load(SMALL)
    assert [policy.id for policy in study.policies] == ["stockpile", "second_source"]
    table = study.compare(["stockpile"], trials=TRIALS).table
    assert set(table["policy"]) == {"stockpile"}
    with pytest.raises(critmin.CritminError):
        study.compare(["no such policy"], trials=TRIALS)
    beside = study.set("event.ban.arrival.probability", 0.1)
    assert study.compare((), beside, trials=TRIALS).table.height > 0


def test_a_trial_is_told(command):
    study = critmin.load(SMALL)
    result = study.run([], trials=TRIALS)
    worst = result.policy().document["replayable"][-1]
    replay = critmin.replay(study, worst["trial"])
    assert replay.document["headline_pct"] == pytest.approx(worst["shortfall_pct"])
    assert f"Trial {worst['trial']}" in str(replay)
    assert result.samples("metal", "USA")[worst["trial"]] == pytest.approx(worst["shortfall_pct"])


def test_the_page_of_an_answer_is_a_page(tmp_path):
    study = critmin.load(SMALL)
    page = critmin.report(study.compare(trials=TRIALS), tmp_path / "page.html")
    assert page.startswith("<!DOCTYPE html>") and "critmin compare small.toml" in page
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page


def test_a_check_tells_what_moved(tmp_path):
    golden = tmp_path / "small.json"
    with pytest.raises(critmin.CritminError, match="no golden file"):
        critmin.check(SMALL, golden, trials=256)
    assert not critmin.check(SMALL, golden, trials=256, update=True)["changed"]
    assert not critmin.check(SMALL, golden)["changed"]
    moved = tmp_path / "small.toml"
    moved.write_text(SMALL.read_text().replace("probability = 0.5", "probability = 0.6"))
    assert critmin.check(moved, golden)["changed"]


def test_rows_of_inputs_are_runs():
    study = critmin.load(SMALL)
    days = np.array([[20.0], [80.0]])
    batch = study.run_batch(days, ["inventory.metal.USA.days"], trials=TRIALS)
    for row, value, error in zip(days, batch.values, batch.standard_errors):
        alone = study.set("inventory.metal.USA.days", float(row[0])).run([], trials=TRIALS)
        found = alone["metal", "USA"].expected_shortfall_pct
        assert (found.value, found.standard_error) == (value, error)
    table = {"inventory.metal.USA.days": [20.0, 80.0]}
    again = study.run_batch(table, trials=TRIALS, of="prob_gt_10", at=("metal", "USA"))
    assert again.statistic == "prob_gt_10" and 0 < again.values[1] < again.values[0] < 1


def test_rows_of_inputs_are_trials():
    study = critmin.load(SMALL).set("run.sampling", "random")
    keys = study.uncertain()
    assert "inventory.metal.USA.days" in keys and "material.metal.flexibility" in keys
    # With what a trial draws itself it is that trial.
    result = study.run([], trials=64)
    drawn = [study.replay(trial).document["inputs"] for trial in range(64)]
    inputs = np.array([[one["value"] for key in keys for one in trial if one["input"] == key] for trial in drawn])
    batch = study.run_batch(inputs, keys, trial=np.arange(64))
    assert np.array_equal(np.asarray(batch), result.samples("metal", "USA"))
    # The same events under a larger stock are never worse.
    more = inputs.copy()
    more[:, keys.index("inventory.metal.USA.days")] += 60
    assert (study.run_batch(more, keys, trial=np.arange(64)).values <= batch.values + 1e-9).all()
    with pytest.raises(critmin.CritminError, match="no uncertain number"):
        study.run_batch(inputs[:, :1], ["event.ban.severity"], trial=0)
    with pytest.raises(critmin.CritminError, match="columns"):
        study.run_batch(inputs, keys[:1], trial=0)


def test_inputs_tell_what_can_be_turned():
    inputs = critmin.load(SMALL).inputs()
    (lever,) = inputs.where(key="shares.metal.output")
    assert (lever["low"], lever["high"], lever["value"]) == (1800, 2200, 2000)
    (event,) = inputs.where(key="event.ban.arrival.probability")
    assert event["value"] == 0.5 and event["place"].startswith("small.toml:")
