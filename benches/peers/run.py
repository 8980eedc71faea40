#!/usr/bin/env python3
"""Runs the small problem in critmin, NumPy, Numba and plain Rust: asserts that all agree, measures them side by side, prints ratios.

Exit code 0: all agree; 1: they do not, or, with --assert-targets, a speed target was missed.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import problem as problem_module

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SCENARIO = HERE / "small.toml"
# What the programs report for every cell, and what critmin's summary calls it.
CELL_FIGURES = ["mean", "error", "prob_any", "p50", "p95", "p99", "cvar95"]
# critmin reads quantiles from bins 1/256 wide.
BIN = 1 / 256
TRIALS_OF_TARGET = 10_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--critmin", type=Path, help="the program (default: built with cargo build --release)")
    parser.add_argument("--trials", type=int, default=10_000, help="trials of every run (default 10000)")
    parser.add_argument("--repeats", type=int, default=7, help="timed runs of every program (default 7)")
    parser.add_argument("--replays", type=int, default=40, help="trials of critmin that the others must repeat exactly (default 40)")
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "peers", help="folder for programs and results")
    parser.add_argument("--assert-targets", action="store_true", help="exit with 1 if a speed target is missed")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    problem = problem_module.load(SCENARIO)
    programs = build(arguments, problem)
    failures = exact_agreement(programs, arguments, problem) + agreement(programs, arguments, problem)
    for failure in failures[:20]:
        print(f"DISAGREE {failure}")
    missed = measure(programs, arguments)
    if failures:
        print(f"{len(failures)} figures disagree")
    sys.exit(1 if failures or (missed and arguments.assert_targets) else 0)


# --- programs ---


class Program:
    """A program to run: `command(trials)` gives the command line; `cores` limits it to so many."""

    def __init__(self, name, command, replay, cores=1):
        self.name, self.command, self.replay_command, self.cores = name, command, replay, cores

    def run(self, command):
        """Standard output, wall time and processor time in seconds. Pinned, so that no thread pool reaches further than it may."""
        cores = sorted(os.sched_getaffinity(0))[-self.cores :]
        started = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, cores))
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{self.name}: exit code {child.returncode} of {' '.join(map(str, command))}")
        return output, wall, usage.ru_utime + usage.ru_stime

    def simulate(self, trials):
        """What it found, (wall, processor time, time of the simulation as it says itself)."""
        output, wall, processor = self.run(self.command(trials))
        found = json.loads(output)
        return found, (wall, processor, found["simulate_seconds"])

    def replay(self, occurrences):
        return json.loads(self.run(self.replay_command(occurrences))[0])["trials"]


class Critmin(Program):
    def __init__(self, path, cores, folder):
        self.path, self.folder = path, folder
        command = lambda trials: [path, "run", SCENARIO, "--quiet", "--formats", "none", "--threads", str(cores), "--trials", str(trials), "--out", folder]
        super().__init__(f"critmin, {cores} core{'s' * (cores > 1)}", command, None, cores)

    def simulate(self, trials):
        _, wall, processor = self.run(self.command(trials))
        found = json.loads((self.folder / "results.json").read_text())
        # Everything between the checked scenario and the written results.
        stages = {row["stage"]: row["seconds"] for row in found["timing"]}
        inside = sum(seconds for stage, seconds in stages.items() if stage not in ("load", "check", "charts"))
        return found, (wall, processor, inside)


def build(arguments, problem):
    critmin = arguments.critmin
    if critmin is None:
        subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
        critmin = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "critmin"
    numbers, rust = arguments.work / "problem.txt", arguments.work / "rust_peer"
    numbers.write_text(problem.text())
    subprocess.run(["rustc", "--edition", "2024", "-O", HERE / "rust" / "main.rs", "-o", rust], check=True)
    os.environ["NUMBA_CACHE_DIR"] = str(arguments.work / "numba")

    def script(name):
        start = [sys.executable, HERE / name, SCENARIO]
        return lambda trials: [*start, "--trials", str(trials)], lambda occurrences: [*start, "--occurrences", occurrences]

    return {
        "critmin": Critmin(critmin.resolve(), 1, arguments.work / "critmin-1"),
        "critmin2": Critmin(critmin.resolve(), 2, arguments.work / "critmin-2"),
        "numpy": Program("NumPy", *script("numpy_peer.py")),
        "numba": Program("Numba", *script("numba_peer.py")),
        "rust": Program(
            "Rust by hand", lambda trials: [rust, numbers, str(trials), "1"], lambda occurrences: [rust, numbers, "replay", occurrences]
        ),
    }


PEERS = ["numpy", "numba", "rust"]


# --- agreement ---


def exact_agreement(programs, arguments, problem):
    """critmin's own trials, its occurrences handed to the others: every shortfall must be the same to 1e-9 of demand."""
    names = [event.name for event in problem.events]
    index = {f"{mineral.name}_metal": position for position, mineral in enumerate(problem.minerals)}
    lines, short, world = [], [], []
    for trial in range(arguments.replays):
        trace = json.loads(programs["critmin"].run([programs["critmin"].path, "replay", SCENARIO, "--trial", str(trial), "--json"])[0])
        for row in trace["events"]:
            lines.append(f"{trial} {names.index(row['event'])} {row['start_months']!r} {row['duration_months']!r} {row['severity']!r}")
        users = np.zeros((len(problem.minerals), len(problem.countries) + 1))
        months = np.zeros((len(problem.minerals), problem.periods))
        for row in trace["markets"]:
            if row["material"] in index:
                mineral = index[row["material"]]
                user, share = problem.countries.index(row["country"]), row["final_shortfall_t"] / problem.minerals[mineral].demand_t
                months[mineral, row["period"]] += share
                users[mineral, user] += share / problem.minerals[mineral].users[user] / problem.periods
        users[:, -1] = months.mean(axis=1)
        short.append(users.ravel())
        world.append(months.ravel())
    occurrences = arguments.work / "occurrences.txt"
    occurrences.write_text("\n".join(lines) + "\n")
    failures = []
    for name in PEERS:
        found = programs[name].replay(occurrences)
        worst = max(
            np.abs(np.array([trial[key] for trial in found]) - expected).max() for key, expected in (("short", short), ("world", world))
        )
        print(f"exact: {programs[name].name:<13} repeats {arguments.replays} trials of critmin, largest difference {worst:.1e} of demand")
        if not worst <= 1e-9:
            failures.append(f"{name}, trials of critmin repeated: {worst:.1e}")
    return failures


def of_critmin(found, problem):
    """critmin's cells and fan in the shape of the other programs', and the standard errors of quantiles and tail means."""
    baseline = found["policies"][0]
    rows = {(row["material"], row["country"]): row for row in baseline["summary"] if row["sector"] == "all"}
    curves = {(curve["material"], curve["country"]): curve["points"] for curve in baseline["timeline"]}
    cells, errors, fan = [], [], []
    for mineral in problem.minerals:
        name = f"{mineral.name}_metal"
        for place in [*problem.countries, "WLD"]:
            row = rows[name, place]
            tonnes, demand = row["expected_shortfall_t"]["value"], row["demand_t"]
            assert math.isclose(tonnes / demand, row["expected_shortfall_pct"]["value"] / 100, rel_tol=1e-9), "constant demand"
            share = 1.0 if place == "WLD" else mineral.users[problem.countries.index(place)]
            assert math.isclose(demand, share * mineral.demand_t * problem.periods, rel_tol=1e-9), "the same demand"
            mean, tail = row["expected_shortfall_pct"], row["cvar_pct"][1]["estimate"]
            # Of 5, 25, 50, 75, 90, 95 and 99 %.
            quantiles = [row["quantiles_pct"][position]["estimate"] for position in (2, 5, 6)]
            values = [mean["value"], mean["standard_error"], 100 * row["prob_any"]["value"], *(q["value"] for q in quantiles), tail["value"]]
            cells.append([value / 100 for value in values])
            errors.append([quantiles[1]["standard_error"] / 100, tail["standard_error"] / 100])
        for point in curves[name, "WLD"]:
            # Of 5, 25, 50, 75 and 95 %.
            quantiles = [point["quantiles_pct"][position] for position in (0, 2, 4)]
            fan.append([value / 100 for value in (point["mean_pct"]["value"], point["mean_pct"]["standard_error"], *quantiles)])
    return np.array(cells), np.array(fan), np.array(errors)


def agreement(programs, arguments, problem):
    """Every pair of programs, with independent draws: means, probabilities of any shortfall, 95 % quantiles, means of the worst 5 % and the
    fan's means within four combined standard errors."""
    trials = arguments.trials
    cells, fans = {}, {}
    cells["critmin"], fans["critmin"], errors = of_critmin(programs["critmin"].simulate(trials)[0], problem)
    for name in PEERS:
        found, _ = programs[name].simulate(trials)
        cells[name], fans[name] = np.array(found["cells"]), np.array(found["fan"])
    failures, worst = [], 0.0
    names = list(cells)
    for position, one in enumerate(names):
        for other in names[position + 1 :]:
            a, b = cells[one], cells[other]
            pooled = (a[:, 2] + b[:, 2]) / 2
            checks = {
                "mean": (a[:, 0] - b[:, 0], np.hypot(a[:, 1], b[:, 1])),
                "probability": (a[:, 2] - b[:, 2], np.sqrt(2 * pooled * (1 - pooled) / trials)),
                # Same distribution, same trials: critmin's errors of quantile and tail hold for all.
                "p95": (a[:, 4] - b[:, 4], np.sqrt(2) * errors[:, 0] + BIN / 4 * a[:, 4]),
                "CVaR95": (a[:, 6] - b[:, 6], np.sqrt(2) * errors[:, 1]),
                "fan": (fans[one][:, 0] - fans[other][:, 0], np.hypot(fans[one][:, 1], fans[other][:, 1])),
            }
            for figure, (difference, error) in checks.items():
                score = np.abs(difference) / np.maximum(error, 1e-12)
                worst = max(worst, score.max())
                failures += [f"{one}, {other}: {figure} of row {row}: {score[row]:.1f} standard errors" for row in np.flatnonzero(~(score <= 4))]
    print(f"Monte Carlo: {trials:,} trials each, largest difference of any two programs {worst:.2f} standard errors (limit 4)")
    return failures


# --- times ---


def measure(programs, arguments):
    """Times all programs in turn, so that a disturbance hits all of them; prints the tables; gives the targets missed."""
    trials, few = arguments.trials, max(arguments.trials // 10, 1)
    load = os.getloadavg()[0]
    times = {name: [] for name in programs}
    short_runs = {name: [] for name in programs}
    for _ in range(arguments.repeats):
        for name, program in programs.items():
            times[name].append(program.simulate(trials)[1])
            short_runs[name].append(program.simulate(few)[1][0])
    print(f"\n{trials:,} trials, {arguments.repeats} runs each, best (median); load average before {load:.1f}, after {os.getloadavg()[0]:.1f}")
    print(f"{'':16}{'start to finish, s':>20}{'processor, s':>18}{'simulation, s':>20}{'slope, us/trial':>17}")
    best = {}
    for name, rows in times.items():
        columns = list(zip(*rows))
        best[name] = [min(column) for column in columns]
        cells = [f"{min(column):.3f} ({statistics.median(column):.3f})" for column in columns]
        slope = (best[name][0] - min(short_runs[name])) / (trials - few) * 1e6 if trials > few else math.nan
        print(f"{programs[name].name:<16}{cells[0]:>20}{cells[1]:>18}{cells[2]:>20}{slope:>17.1f}")
    with tempfile.TemporaryDirectory() as folder:
        cold = Program("Numba, cold", programs["numba"].command, None)
        os.environ["NUMBA_CACHE_DIR"] = folder
        print(f"Numba without its cache: {cold.simulate(trials)[1][0]:.1f} s start to finish")
    ratio = lambda one, other, what: best[one][what] / best[other][what]
    targets = [
        ("NumPy / critmin, one core, simulation", ratio("numpy", "critmin", 2), 8, "at least"),
        ("Numba / critmin, one core, simulation", ratio("numba", "critmin", 2), 2, "at least"),
        ("critmin / Rust by hand, one core, simulation", ratio("critmin", "rust", 2), 2.5, "at most"),
        ("critmin, one core / two cores, simulation", ratio("critmin", "critmin2", 2), 1.8, "at least"),
        ("critmin, start to finish of 10,000 trials, s", best["critmin2"][0] if trials == TRIALS_OF_TARGET else math.nan, 0.15, "at most"),
    ]
    print()
    missed = []
    for text, value, target, sense in targets:
        met = value >= target if sense == "at least" else value <= target
        print(f"{text:<46}{value:>9.3g}   target {sense} {target:<4}  {'met' if met else 'MISSED'}")
        if not met:
            missed.append(text)
    for name in ("numpy", "numba", "rust"):
        print(f"{programs[name].name + ' / critmin, one core, start to finish':<46}{ratio(name, 'critmin', 0):>9.3g}")
    return missed


if __name__ == "__main__":
    main()
