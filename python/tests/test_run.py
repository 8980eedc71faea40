"""Runs, and that they are the command line's to the byte."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from conftest import SCENARIOS, head

import critmin


def test_a_run_gives_the_bytes_of_the_command_line(quickstart, command):
    folder = command("run", SCENARIOS / "quickstart.toml", "--trials", 2048, "--set", "inventory.magnet.USA.days=90", "--no-band")
    result = quickstart.set("inventory.magnet.USA.days", 90).run(trials=2048)
    assert head(result.to_json()) == head((folder / "results.json").read_bytes())
    written = {path.stem for path in folder.glob("*.csv")}
    assert written == set(result.tables) and "summary" in written
    for name, table in result.tables.items():
        assert table.csv == (folder / f"{name}.csv").read_bytes(), name
    for name, chart in result.charts.items():
        assert chart.svg == (folder / "charts" / f"{name}.svg").read_text(encoding="utf-8"), name
    assert len(result.charts) == len(list((folder / "charts").glob("*.svg")))


def test_policies_seed_and_what_is_left_out_are_the_command_lines(command):
    path = Path(__file__).parent / "small.toml"
    study = critmin.load(path)
    policy = study.policies[0].id
    folder = command("run", path, "--trials", 512, "--seed", 7, "--policy", policy, "--without", "timeline", "--no-band")
    result = study.run([policy], trials=512, seed=7, without=["timeline"])
    assert result.policies == ["baseline", policy]
    assert head(result.to_json()) == head((folder / "results.json").read_bytes())
    assert "timeline" not in result.tables


def test_saved_results_are_the_command_lines(quickstart, command, tmp_path):
    folder = command("run", SCENARIOS / "quickstart.toml", "--trials", 512, "--no-band", "--formats", "svg,html")
    result = quickstart.run(trials=512)
    result.save(tmp_path / "saved")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {path.relative_to(tmp_path / "saved").as_posix() for path in (tmp_path / "saved").rglob("*") if path.is_file()}
    assert (folder / "datapackage.json").read_bytes() == (tmp_path / "saved" / "datapackage.json").read_bytes()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert result.report() == page == (tmp_path / "saved" / "report.html").read_text(encoding="utf-8")
    # What somebody else has put there stays.
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "summary.csv").write_text("mine")
    with pytest.raises(critmin.CritminError, match="did not write"):
        result.save(tmp_path / "other")
    assert (tmp_path / "other" / "summary.csv").read_text() == "mine"


def test_estimates_print_with_their_error(quickstart):
    row = quickstart.run(trials=2048)["magnet", "USA"]
    found = row.expected_shortfall_pct
    assert found.low < found.value < found.high and found.interval == (found.low, found.high)
    value, error = str(found).split(" ± ")
    assert float(value) == pytest.approx(found.value, abs=found.standard_error)
    assert float(error) == pytest.approx(found.standard_error, rel=0.06)
    assert f"{found:.3f}" == f"{found.value:.3f}" and float(found) == found.value
    assert row.demand == pytest.approx(12_000)
    with pytest.raises(AttributeError, match="statistics"):
        row.expected
    assert str(critmin.Estimate(1234.5, 56.7, 0, 0)) == "1234 ± 57"
    assert str(critmin.Estimate(0.12345, 0.00067, 0, 0)) == "0.12345 ± 0.00067"
    assert str(critmin.Estimate(5.0, math.nan, 0, 0)) == "5 (error not known)"
    assert str(critmin.Estimate(5.0, 0.0, 0, 0)) == "5 ± 0"


def test_samples_are_what_estimates_are_of_and_no_copy(quickstart):
    result = quickstart.run(trials=4096)
    samples = result.samples("magnet", "USA")
    assert samples.shape == (4096,) and samples.base is result.sample_array()
    assert not samples.flags.writeable
    assert samples.mean() == pytest.approx(result["magnet", "USA"].expected_shortfall_pct.value, rel=1e-9)
    assert (samples > 10).mean() == pytest.approx(result["magnet", "USA"].prob_gt_10.value)
    assert ("magnet", "USA") in result.sample_columns()
    with pytest.raises(critmin.CritminError, match="there are those of"):
        result.samples("magnet", "XXX")
    with pytest.raises(critmin.CritminError, match="samples"):
        quickstart.run(trials=64, samples=False).samples("magnet", "USA")


def test_tables_are_columns(quickstart):
    summary = quickstart.run(trials=512).summary
    (row,) = summary.where(material="magnet", country="USA", sector="all")
    assert summary["expected_shortfall_pct"].dtype == np.float64
    assert summary["trials"].dtype.kind == "i" and set(summary["trials"]) == {512}
    frame = summary.to_pandas()
    assert list(frame.columns) == summary.columns and len(frame) == summary.height
    assert frame[frame.country == "USA"].expected_shortfall_pct.iloc[0] == row["expected_shortfall_pct"]
    polars = summary.to_polars()
    assert polars.columns == summary.columns and polars.height == summary.height
    assert "<th>material</th>" in summary._repr_html_()


def test_variants_are_compared_on_the_same_draws(quickstart):
    half = quickstart.variant("half", {"shares.magnet.by_country.CHN": 0.5})
    result = quickstart.run(against=[half], trials=4096)
    assert result.policies == ["baseline", "half"]
    less = result.difference("half", "magnet", "USA")
    apart = result.policy("half")["magnet", "USA"].expected_shortfall_pct.value - result["magnet", "USA"].expected_shortfall_pct.value
    assert less.value == pytest.approx(apart) and less.value < 0
    pairs = result.samples("magnet", "USA", "half") - result.samples("magnet", "USA")
    assert pairs.mean() == pytest.approx(less.value, rel=1e-6)
    with pytest.raises(critmin.CritminError):
        quickstart.variant("other seed", {"run.seed": 7})


def test_charts_show_in_notebooks(quickstart):
    result = quickstart.run(trials=256)
    chart = next(iter(result.charts.values()))
    assert chart._repr_svg_().startswith("<svg") or "<svg" in chart._repr_svg_()
    assert chart.svg in result.charts._repr_html_()
    assert result.sentence in str(result).replace("\n", " ")


def test_a_figure_is_drawn_with_matplotlib(quickstart):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = quickstart.run(trials=256).plot()
    assert len(axes.lines) == 1 and "magnet" in axes.get_xlabel()


def test_optional_packages_are_imported_late():
    import subprocess
    import sys

    code = "import critmin, sys; print(sorted({'pandas', 'polars', 'matplotlib', 'tqdm', 'dask', 'distributed'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_parts_make_up_the_run(quickstart, command, tmp_path):
    whole = quickstart.run(trials=3000)
    parts = [quickstart.run_part(first, end, trials=3000) for first, end in [(1000, 2500), (0, 1000), (2500, 3000)]]
    assert head(critmin.merge(parts).to_json()) == head(whole.to_json())
    larger = critmin.merge_parts(parts[:2])
    assert head(critmin.merge([parts[2], larger]).to_json()) == head(whole.to_json())
    # They are the command line's, too.
    folder = command("run", SCENARIOS / "quickstart.toml", "--trials", 3000, "--trials-range", "0..1000")
    (file,) = folder.glob("*.critmin")
    assert file.read_bytes() == parts[1]
    with pytest.raises(critmin.CritminError, match="missing"):
        critmin.merge(parts[:2])
    with pytest.raises(critmin.CritminError, match="damaged"):
        critmin.merge([parts[0][:-1] + b"x"])


def test_the_shipped_scenarios_come_with_the_package(command):
    names = critmin.scenarios()
    assert "quickstart" in names and len(names) == len(list(SCENARIOS.glob("*.toml")))
    shipped, from_disk = critmin.load("gallium-germanium"), critmin.load(SCENARIOS / "gallium-germanium.toml")
    one, other = shipped.run([], trials=64), from_disk.run([], trials=64)
    assert one.manifest["scenario_sha256"] == other.manifest["scenario_sha256"]
    assert one.summary.csv == other.summary.csv
