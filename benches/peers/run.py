#!/usr/bin/env python3
"""Runs the small problem in critmin, NumPy, Numba and Rust: asserts that all agree, and prints times and ratios.

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
# Combined standard errors up to which two programs agree, and beyond which none of thousands of figures is by chance.
LIMIT, CERTAIN = 4, 5
# critmin reads quantiles from bins 1/256 wide.
BIN = 1 / 256
# The target for start to finish is stated for so many trials.
TRIALS_OF_TARGET = 10_000
PEERS = ["numpy_plain", "numpy", "numba_plain", "numba", "rust"]
# What critmin can leave out, as the others do not have it.
WITHOUT = ["--without", "timeline,attribution"]
# The problem has no refills of stocks, and its programs draw plain random numbers: results are compared on these.
PROBLEM, RANDOM = ["--set", "run.refill=false"], ["--set", 'run.sampling="random"']
# The share of the mean that its standard error is to come down to, and trials from which the others learn how many they need.
PRECISION, PILOT = 0.01, 10_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--critmin", type=Path, help="the program (default: built with cargo build --release)")
    parser.add_argument("--trials", type=int, default=10_000, help="trials of every run (default 10000)")
    parser.add_argument("--repeats", type=int, default=7, help="timed runs of every program (default 7)")
    parser.add_argument(
        "--replays", type=int, default=40, help="trials of critmin that the others must repeat exactly (default 40)"
    )
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "peers", help="folder for programs and results")
    parser.add_argument("--assert-targets", action="store_true", help="exit with 1 if a speed target is missed")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    problem = problem_module.load(SCENARIO)
    programs = build(arguments, problem)
    failures = exact_agreement(programs, arguments, problem)
    off = agreement(programs, arguments.trials, 1, problem)
    if off:
        # Thousands of comparisons: now and then one is a little off by chance. A true difference is still there, and
        # stands out more, with four times as many trials and other draws.
        again = agreement(programs, 4 * arguments.trials, 2, problem)
        failures += [
            f"{one}, {other}: {figure}, {place(problem, figure, row)}: {score:.1f} standard errors"
            for (one, other, figure, row), score in again.items()
            if (one, other, figure, row) in off or score > CERTAIN
        ]
    for failure in failures[:20]:
        print(f"DISAGREE {failure}")
    missed = measure(programs, arguments) + to_precision(programs, arguments, problem)
    if failures:
        print(f"{len(failures)} figures disagree")
    sys.exit(1 if failures or (missed and arguments.assert_targets) else 0)


# --- programs ---


class Program:
    """A program to run: `command(trials, seed)` and `replay_command(occurrences)` give command lines; `cores` limits
    it to so many."""

    def __init__(self, name, command, replay, cores=1):
        self.name, self.command, self.replay_command, self.cores = name, command, replay, cores
        self.environment = None

    def run(self, command):
        """Standard output, wall time and processor time in seconds. Pinned, so that no thread pool reaches further
        than it may."""
        cores = sorted(os.sched_getaffinity(0))[-self.cores :]
        started = time.perf_counter()
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, env=self.environment, preexec_fn=lambda: os.sched_setaffinity(0, cores)
        )
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"{self.name}: exit code {child.returncode} of {' '.join(map(str, command))}")
        return output, wall, usage.ru_utime + usage.ru_stime

    def simulate(self, trials, seed=1):
        """What it found; wall and processor time of the process, wall time of the simulation as it says itself, and
        processor time of the simulation if it says so."""
        output, wall, processor = self.run(self.command(trials, seed))
        found = json.loads(output)
        return found, (wall, processor, found["simulate_seconds"], found.get("simulate_processor_seconds"))

    def replay(self, occurrences):
        return json.loads(self.run(self.replay_command(occurrences))[0])["trials"]


class Python(Program):
    """A Python program. Memory that it frees is kept for its next array, not given back and cleared anew: with
    that NumPy takes a third less time."""

    def __init__(self, name, script, cache):
        start = [sys.executable, HERE / script, SCENARIO]
        command = lambda trials, seed: [*start, "--trials", str(trials), "--seed", str(seed)]
        super().__init__(name, command, lambda occurrences: [*start, "--occurrences", occurrences])
        keep = str(2**30)
        memory = {"MALLOC_MMAP_THRESHOLD_": keep, "MALLOC_TRIM_THRESHOLD_": keep}
        self.environment = {**os.environ, **memory, "NUMBA_CACHE_DIR": str(cache)}


class Critmin(Program):
    def __init__(self, path, cores, folder, without=()):
        self.path, self.folder = path, folder
        start = [path, "run", SCENARIO, *PROBLEM, "--quiet", "--formats", "none", "--out", folder, "--threads", str(cores)]
        command = lambda trials, seed, *more: [*start, *without, "--trials", str(trials), "--seed", str(seed), *more]
        kind = "critmin totals" if without else "critmin"
        super().__init__(f"{kind}, {cores} core{'s' * (cores > 1)}", command, None, cores)

    def simulate(self, trials, seed=1, *more):
        _, wall, processor = self.run(self.command(trials, seed, *more))
        found = json.loads((self.folder / "results.json").read_text())
        # Everything between the checked scenario and the written results.
        stages = {row["stage"]: row["seconds"] for row in found["timing"]}
        inside = sum(seconds for stage, seconds in stages.items() if stage not in ("load", "check", "charts"))
        return found, (wall, processor, inside, None)

    def trace(self, trial):
        return json.loads(self.run([self.path, "replay", SCENARIO, *PROBLEM, "--trial", str(trial), "--json"])[0])


def build(arguments, problem):
    critmin = arguments.critmin
    if critmin is None:
        subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
        critmin = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release" / "critmin"
    numbers, rust = arguments.work / "problem.txt", arguments.work / "rust_peer"
    numbers.write_text(problem.text())
    subprocess.run(
        ["rustc", "--edition", "2024", "-C", "opt-level=3", HERE / "rust" / "main.rs", "-o", rust], check=True
    )
    return {
        "critmin": Critmin(critmin.resolve(), 1, arguments.work / "critmin-1"),
        "critmin2": Critmin(critmin.resolve(), 2, arguments.work / "critmin-2"),
        "totals": Critmin(critmin.resolve(), 1, arguments.work / "totals-1", WITHOUT),
        "totals2": Critmin(critmin.resolve(), 2, arguments.work / "totals-2", WITHOUT),
        "numpy_plain": Python("NumPy, plain", "numpy_plain.py", arguments.work / "numba"),
        "numpy": Python("NumPy, tuned", "numpy_peer.py", arguments.work / "numba"),
        "numba_plain": Python("Numba, plain", "numba_plain.py", arguments.work / "numba"),
        "numba": Python("Numba, tuned", "numba_peer.py", arguments.work / "numba"),
        "rust": Program(
            "Rust by hand",
            lambda trials, seed: [rust, numbers, str(trials), str(seed)],
            lambda occurrences: [rust, numbers, "replay", occurrences],
        ),
    }


# --- agreement ---


def exact_agreement(programs, arguments, problem):
    """critmin's own trials, its occurrences handed to the others: every shortfall must be the same to 1e-9 of
    demand."""
    names = [event.name for event in problem.events]
    index = {f"{mineral.name}_metal": position for position, mineral in enumerate(problem.minerals)}
    lines, short, world = [], [], []
    for trial in range(arguments.replays):
        trace = programs["critmin"].trace(trial)
        for row in trace["events"]:
            numbers = [row["start_months"], row["duration_months"], row["severity"]]
            lines.append(" ".join([str(trial), str(names.index(row["event"])), *map(repr, numbers)]))
        users = np.zeros((len(problem.minerals), len(problem.countries) + 1))
        months = np.zeros((len(problem.minerals), problem.periods))
        for row in trace["markets"]:
            if row["material"] in index:
                mineral, user = index[row["material"]], problem.countries.index(row["country"])
                share = row["final_shortfall"] / problem.minerals[mineral].demand_t
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
            np.abs(np.array([trial[key] for trial in found]) - expected).max()
            for key, expected in (("short", short), ("world", world))
        )
        repeated = f"repeats {arguments.replays} trials of critmin"
        print(f"exact: {programs[name].name:<13} {repeated}, largest difference {worst:.1e} of demand")
        if not worst <= 1e-9:
            failures.append(f"{name}, trials of critmin repeated: {worst:.1e}")
    return failures


def of_critmin(found, problem):
    """critmin's cells and fan in the shape of the other programs', and the standard errors of quantiles and tail
    means."""
    baseline = found["policies"][0]
    rows = {(row["material"], row["country"]): row for row in baseline["summary"] if row["sector"] == "all"}
    curves = {(curve["material"], curve["country"]): curve["points"] for curve in baseline["timeline"]}
    cells, errors, fan = [], [], []
    for mineral in problem.minerals:
        name = f"{mineral.name}_metal"
        for country, share in zip([*problem.countries, "WLD"], [*mineral.users, 1.0]):
            row = rows[name, country]
            mean, tail = row["expected_shortfall_pct"], row["cvar95_pct"]
            demand = share * mineral.demand_t * problem.periods
            assert math.isclose(row["demand"], demand, rel_tol=1e-9), "the same demand"
            tonnes = row["expected_shortfall"]["value"]
            assert math.isclose(tonnes, demand * mean["value"] / 100, rel_tol=1e-9), "shares of constant demand"
            quantiles = [row[name] for name in ("p50_pct", "p95_pct", "p99_pct")]
            values = [mean["value"], mean["standard_error"], 100 * row["prob_any"]["value"]]
            cells.append([value / 100 for value in [*values, *(found["value"] for found in [*quantiles, tail])]])
            errors.append([found["standard_error"] / 100 for found in (quantiles[1], tail)])
        for point in curves[name, "WLD"]:
            # Of 5, 25, 50, 75 and 95 %.
            quantiles = [point["quantiles_pct"][position] for position in (0, 2, 4)]
            mean = point["mean_pct"]
            fan.append([value / 100 for value in (mean["value"], mean["standard_error"], *quantiles)])
    return np.array(cells), np.array(fan), np.array(errors)


def agreement(programs, trials, seed, problem):
    """Every pair of programs, with independent draws: means, probabilities of any shortfall, 95 % quantiles, means of
    the worst 5 % and the fan's means. Gives the figures that differ by more than LIMIT combined standard errors, and
    by how many.
    """
    cells, fans = {}, {}
    cells["critmin"], fans["critmin"], errors = of_critmin(
        programs["critmin"].simulate(trials, seed, *RANDOM)[0], problem
    )
    for name in PEERS:
        found, _ = programs[name].simulate(trials, seed)
        cells[name], fans[name] = np.array(found["cells"]), np.array(found["fan"])
    failures, worst = {}, 0.0
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
                "fan": fan_difference(fans[one], fans[other]),
            }
            for figure, (difference, error) in checks.items():
                score = np.abs(difference) / np.maximum(error, 1e-12)
                worst = max(worst, score.max())
                for row in np.flatnonzero(~(score <= LIMIT)):
                    failures[one, other, figure, row] = score[row]
    print(
        f"Monte Carlo: {trials:,} trials each, largest difference {worst:.2f} combined standard errors (limit {LIMIT})"
    )
    return failures


def place(problem, figure, row):
    """What a row of cells or of the fan is about."""
    names = range(problem.periods) if figure == "fan" else [*problem.countries, "WLD"]
    mineral, position = divmod(row, len(names))
    return f"{problem.minerals[mineral].name} {names[position]}"


def fan_difference(one, other):
    """Differences of a fan's means and their standard errors; none where so few trials are short that means are far
    from normal."""
    difference, error = one[:, 0] - other[:, 0], np.hypot(one[:, 1], other[:, 1])
    is_rare = np.maximum(one[:, 1], other[:, 1]) > 0.1 * np.minimum(one[:, 0], other[:, 0])
    return difference, np.where(is_rare, np.inf, error)


# --- times ---


def measure(programs, arguments):
    """Times all programs in turn, so that a disturbance hits all of them; prints the table; gives the targets missed.

    One core: processor time per trial, without start-up and compilation, which other programs on the machine disturb
    little. Two cores: the simulation's wall time.
    """
    trials, few = arguments.trials, max(arguments.trials // 10, 1)
    load = os.getloadavg()[0]
    runs = {name: [] for name in programs}
    short_runs = {name: [] for name in programs}
    for _ in range(arguments.repeats):
        for name, program in programs.items():
            runs[name].append(program.simulate(trials)[1])
            short_runs[name].append(program.simulate(few)[1])
    print(f"\n{trials:,} trials, {arguments.repeats} runs each, best (median); load average before: {load:.1f}")
    print(f"{'':24}{'start to finish, s':>20}{'simulation, s':>18}{'processor, s':>18}{'processor, us/trial':>21}")
    best = {}
    for name, rows in runs.items():
        wall, processor, inside, processor_inside = zip(*rows)
        # What the program says itself, or the difference between runs of all and of a tenth of the trials.
        long, short, count = processor_inside, [0], trials
        if None in processor_inside:
            long, short, count = processor, [row[1] for row in short_runs[name]], trials - few
        middle = (statistics.median(long) - statistics.median(short)) / count * 1e6
        best[name] = {
            "wall": min(wall),
            "processor": min(processor),
            "simulation": min(inside),
            "per_trial": (min(long) - min(short)) / count * 1e6,
        }
        cells = [f"{min(column):.3f} ({statistics.median(column):.3f})" for column in (wall, inside, processor)]
        cells.append(f"{best[name]['per_trial']:.1f} ({middle:.1f})")
        print(f"{programs[name].name:<24}{cells[0]:>20}{cells[1]:>18}{cells[2]:>18}{cells[3]:>21}")
    with tempfile.TemporaryDirectory() as folder:
        seconds = Python("Numba, cold", "numba_peer.py", folder).simulate(trials)[1][0]
        print(f"Numba without its cache: {seconds:.1f} s start to finish")
    if best["rust"]["wall"] > 1.1 * best["rust"]["processor"] + 0.01 or load > 0.5:
        print("The machine was busy: trust processor times; wall times and the ratio of one core to two say little.")
    return judge(best, trials)


def to_precision(programs, arguments, problem):
    """Times all programs from start to finish until the standard error of one mean, critmin's headline, is 1 % of it:
    critmin by its own early stop and sampling, the others with the trials that a pilot run of theirs asks for, and
    then with as many trials as critmin took. Gives the targets missed."""
    wanted = {}
    for name in PEERS:
        mean, error = headline_of_peer(programs[name].simulate(PILOT)[0], problem)
        wanted[name] = math.ceil(PILOT * (error / mean / PRECISION) ** 2)
    rows = {name: [] for name in programs}
    for seed in range(1, arguments.repeats + 1):
        for name, program in programs.items():
            if name in PEERS:
                rows[name].append(run_of_peer(program, wanted[name], seed, problem))
            else:
                share = f"{100 * PRECISION:g}%"
                found, (wall, processor, _, _) = program.simulate(10**8, seed, "--precision", share)
                mean, error = headline_of_critmin(found)
                rows[name].append((found["manifest"]["trials"], 100 * error / mean, wall, processor))
    print(f"\nstart to finish until the standard error is {100 * PRECISION:g} % of the mean, {arguments.repeats} seeds: medians, of times the best (median)")
    best = print_precision(programs, rows)
    same = round(statistics.median(trials for trials, *_ in rows["critmin"]))
    seeds = range(1, arguments.repeats + 1)
    print(f"\nthe others with critmin's number of trials, {same:,}: their errors are larger, because their draws are independent")
    print_precision(programs, {name: [run_of_peer(programs[name], same, seed, problem) for seed in seeds] for name in PEERS})
    missed = []
    for name in ("numpy_plain", "numba_plain"):
        met = [best[own] < best[name] for own in ("critmin", "totals")]
        text = f"critmin there before {programs[name].name}"
        print(f"{text:<44}" + " ".join("met" if each else "MISSED" for each in met))
        if not met[0]:
            missed.append(text)
    return missed


def run_of_peer(program, trials, seed, problem):
    """Trials, relative standard error of the mean in %, wall and processor time."""
    found, (wall, processor, _, _) = program.simulate(trials, seed)
    mean, error = headline_of_peer(found, problem)
    return trials, 100 * error / mean, wall, processor


def print_precision(programs, rows):
    """A line for each program; gives median processor times: how far a seed has to go differs, so that the median says what is to be expected."""
    print(f"{'':24}{'trials':>10}{'error, %':>10}{'start to finish, s':>20}{'processor, s':>18}")
    typical = {}
    for name, found in rows.items():
        trials, error, wall, processor = zip(*found)
        typical[name] = statistics.median(processor)
        cells = [f"{min(column):.3f} ({statistics.median(column):.3f})" for column in (wall, processor)]
        print(
            f"{programs[name].name:<24}{statistics.median(trials):>10.0f}{statistics.median(error):>10.2f}{cells[0]:>20}{cells[1]:>18}"
        )
    return typical


def headline_of_critmin(found):
    """Mean and standard error that --precision looks at: the first metal in all countries."""
    baseline = found["policies"][0]
    wanted = [*baseline["headline"], "all"]
    row = next(row for row in baseline["summary"] if [row["material"], row["country"], row["sector"]] == wanted)
    return row["expected_shortfall_pct"]["value"], row["expected_shortfall_pct"]["standard_error"]


def headline_of_peer(found, problem):
    """The same of another program: all countries are in focus, so it is the world's row of the first metal."""
    return found["cells"][len(problem.countries)][:2]


def judge(best, trials):
    """Prints the ratios beside their targets; gives those missed. The targets are for the best of each kind of peer, and for critmin with all that it
    records; beside them stand the ratios of runs without what the others do not have either."""
    per_trial = {name: figures["per_trial"] for name, figures in best.items()}
    best_of = lambda *names: min(per_trial[name] for name in names)
    ratios = [
        ("best NumPy / critmin", lambda own: best_of("numpy", "numpy_plain") / own, 8, "at least"),
        ("best Numba / critmin", lambda own: best_of("numba", "numba_plain") / own, 2, "at least"),
        ("plain NumPy / critmin", lambda own: per_trial["numpy_plain"] / own, None, ""),
        ("plain Numba / critmin", lambda own: per_trial["numba_plain"] / own, None, ""),
        ("critmin / Rust by hand", lambda own: own / per_trial["rust"], 2.5, "at most"),
    ]
    rows = [
        (text, [ratio(per_trial["critmin"]), ratio(per_trial["totals"])], target, sense)
        for text, ratio, target, sense in ratios
    ]
    scaling = [best[one]["simulation"] / best[one + "2"]["simulation"] for one in ("critmin", "totals")]
    rows.append(("critmin, one core / two cores, simulation", scaling, 1.8, "at least"))
    if trials == TRIALS_OF_TARGET:
        walls = [best[name]["wall"] for name in ("critmin2", "totals2")]
        rows.append(("critmin, two cores, start to finish, s", walls, 0.15, "at most"))
    missed = []
    print(f"\n{'one core, processor time per trial':<44}{'all':>9}{'totals':>9}")
    for text, values, target, sense in rows:
        line = f"{text:<44}" + "".join(f"{value:>9.3g}" for value in values)
        if target is not None:
            met = [value >= target if sense == "at least" else value <= target for value in values]
            line += f"   target {sense} {target:<4}  " + " ".join("met" if each else "MISSED" for each in met)
            if not met[0]:
                missed.append(text)
        print(line)
    print(f"all: everything that critmin records; totals: critmin run {' '.join(WITHOUT)}")
    return missed


if __name__ == "__main__":
    main()
