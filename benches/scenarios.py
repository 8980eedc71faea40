#!/usr/bin/env python3
"""Runs every shipped scenario and the small problem with one or several programs side by side, and prints a Markdown table: processor time of a
trial, of the start, and their ratios; with --precision also how well one second tells the headline's mean.

    python3 benches/scenarios.py --program before=PATH:FOLDER --program now=PATH [SCENARIO ...]

FOLDER is the repository (or a copy of its scenarios/, data/ and benches/peers/) that a program's scenarios are from, because the format may
have changed; without one it is this repository. Ratios are those of the first program's figure over the last one's: above 1, the last is quicker.

A trial: a part of a run (--trials-range), baseline only, on one thread, with two numbers of trials; the difference, divided by that of the
trials, is simulation and recording of one trial. Start-up is what a part without trials would take: loading, checking, compiling, writing it.
Programs take turns, and of several runs the least counts: other work on the machine can only add. Parts leave out the first trials, from
which the variance is split, and begin and end with a whole batch (256 trials). Every program samples as it does by default.

Exit code 0: all done; 1: a program failed on a scenario (its cells are `-`); 2: wrong arguments, or valgrind is missing.
"""

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SMALL = "small"
# Trials from which the variance may be split are before this one, in any run and version; whole batches.
BATCH = 256
FIRST = 8 * BATCH
# Trials of the run that the parts belong to.
OF = 1_000_000
# Trials of a short run: 0 would be none.
FEW = 2
# Under valgrind a program is some fifty times slower.
SLOWDOWN = 50
# With so few trials nothing can be said of an error.
FEWEST_TRIALS = 32


class Failed(Exception):
    """A program that could not do what it was asked for."""


class Program:
    """NAME=PATH[:FOLDER]."""

    def __init__(self, text):
        self.name, equals, rest = text.partition("=")
        path, _, folder = rest.partition(":")
        if not (self.name and equals and path):
            raise argparse.ArgumentTypeError(f"{text}: expected NAME=PATH or NAME=PATH:FOLDER")
        self.path, self.folder = Path(path).resolve(), Path(folder).resolve() if folder else ROOT
        if not os.access(self.path, os.X_OK):
            raise argparse.ArgumentTypeError(f"{path}: no such program")
        if not (self.folder / "scenarios").is_dir():
            raise argparse.ArgumentTypeError(f"{folder}: has no folder scenarios/")

    def scenario(self, name):
        """Its file, which this program's folder may lack."""
        if name == SMALL:
            return self.folder / "benches" / "peers" / "small.toml"
        return self.folder / "scenarios" / f"{name}.toml"

    def names(self):
        return [*sorted(path.stem for path in (self.folder / "scenarios").glob("*.toml")), SMALL]

    def run(self, name, out, *more, before=()):
        """Processor time in seconds and what it wrote on stderr: the baseline alone on one thread, no charts, no checkpoints."""
        path = self.scenario(name)
        if not path.exists():
            raise Failed(f"{self.name}: {path.name} is not in its folder")
        words = [*before, self.path, "run", path, "--policy", "baseline", "--threads", "1", "--formats", "none", "--quiet"]
        words += ["--checkpoint-seconds", "100000", "--out", out, *more]
        child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise Failed(f"{self.name}, {name}: exit code {child.returncode}\n{said.strip()[-400:]}")
        return usage.ru_utime + usage.ru_stime, said

    def part(self, name, trials, folder, before=()):
        """As `run`, of a part with so many trials. Parts of different ranges and programs get names of their own: none is replaced."""
        end = FIRST + trials
        out = folder / f"{self.name}-{name}-{FIRST}-{end}.critmin"
        out.unlink(missing_ok=True)
        return self.run(name, out, "--trials", OF, "--trials-range", f"{FIRST}..{end}", before=before)


# --- time of a trial ---


def whole_batches(trials):
    """So many trials, or the next whole batch."""
    return max(math.ceil(trials / BATCH), 1) * BATCH


def trials_for(seconds, programs, name, folder):
    """Trials with which the slowest program takes about so long: from some first trials, of which there are more and more until they take a
    time worth measuring."""
    slowest = 0.0
    for program in programs:
        start, few, some = program.part(name, FEW, folder)[0], FEW, 8
        while True:
            took = program.part(name, some, folder)[0] - start
            if took > 0.05 or some >= OF // 16:
                break
            some *= 8
        slowest = max(slowest, took / (some - few))
    return min(whole_batches(seconds / max(slowest, 1e-9)), OF // 2)


def times(programs, name, arguments, folder):
    """By program: processor time of a trial in us, and of the start in ms."""
    trials = trials_for(arguments.seconds, programs, name, folder)
    short, long = ({program.name: math.inf for program in programs} for _ in range(2))
    for _ in range(arguments.repeats):
        for program in programs:
            short[program.name] = min(short[program.name], program.part(name, FEW, folder)[0])
            long[program.name] = min(long[program.name], program.part(name, trials, folder)[0])
    found = {}
    for program in programs:
        trial = (long[program.name] - short[program.name]) / (trials - FEW)
        found[program.name] = 1e6 * trial, 1e3 * (short[program.name] - FEW * trial)
    return found


def instructions(programs, name, arguments, folder):
    """By program: instructions of a trial in thousands, and of the start in millions. One count each: it does not depend on other work."""
    trials = trials_for(arguments.seconds / SLOWDOWN, programs, name, folder)
    found = {}
    for program in programs:
        counts = []
        for number in (FEW, trials):
            kept = folder / f"{program.name}-{name}-{number}.callgrind"
            program.part(name, number, folder, before=["valgrind", "--tool=callgrind", f"--callgrind-out-file={kept}"])
            total = re.search(r"^totals: (\d+)", kept.read_text(), re.MULTILINE)
            if not total:
                raise Failed("valgrind has written no total")
            counts.append(int(total.group(1)))
        trial = (counts[1] - counts[0]) / (trials - FEW)
        found[program.name] = trial / 1e3, (counts[0] - FEW * trial) / 1e6
    return found


# --- what a second tells ---


def relative_error(program, name, arguments, folder, trial_us, start_ms):
    """Relative standard error in % of the headline's mean that a whole run states after one second of processor time, start-up, variance
    split and results included: the root mean square over some seeds. The number of trials that fit into a second is found by trying; what
    the time is still off by is made up for as 1 / sqrt(time). NaN where too few trials fit."""
    left = 1.0 - start_ms / 1e3
    if left <= 0:
        return math.nan
    trials, out = left / trial_us * 1e6, folder / f"{program.name}-{name}"
    for _ in range(4):
        trials = max(int(trials), FEWEST_TRIALS)
        took = whole_run(program, name, trials, 1, out)[0]
        if abs(took - 1) < 0.05 or (trials == FEWEST_TRIALS and took > 1):
            break
        trials *= left / max(took - start_ms / 1e3, 1e-3)
    trials = max(int(trials), FEWEST_TRIALS)
    runs = [whole_run(program, name, trials, seed, out) for seed in range(1, arguments.seeds + 1)]
    took = sum(seconds for seconds, _ in runs) / len(runs)
    if took > 1.5:
        return math.nan
    return math.sqrt(sum(error * error for _, error in runs) / len(runs) * took)


def whole_run(program, name, trials, seed, out):
    """Processor time, and the stated relative standard error of the headline's mean in %."""
    shutil.rmtree(out, ignore_errors=True)
    seconds, _ = program.run(name, out, "--trials", trials, "--seed", seed)
    baseline = json.loads((out / "results.json").read_text())["policies"][0]
    wanted = [*baseline["headline"], "all"]
    row = next(row for row in baseline["summary"] if [row["material"], row["country"], row["sector"]] == wanted)
    mean = row["expected_shortfall_pct"]
    if not mean["value"] > 0 or mean["standard_error"] is None:
        return seconds, math.nan
    return seconds, 100 * mean["standard_error"] / mean["value"]


# --- the table ---


def number(value):
    """With three digits that count."""
    if value is None or not math.isfinite(value):
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(programs, names, arguments):
    """Prints it row by row; gives what failed."""
    measure = instructions if arguments.instructions else times
    a_trial, a_start = ("thousand instructions a trial", "start-up, million") if arguments.instructions else ("µs a trial", "start-up, ms")
    first, last = programs[0].name, programs[-1].name
    heads = ["scenario", *(f"{program.name}, {a_trial}" for program in programs)]
    if len(programs) > 1:
        heads.append(f"{first} / {last}")
    heads += [f"{program.name}, {a_start}" for program in programs]
    if arguments.precision:
        heads += [f"{program.name}, standard error after 1 s, % of the mean" for program in programs]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)
    failures = []
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        for name in names:
            found, errors, able = {}, {}, []
            for program in programs:
                try:
                    program.part(name, FEW, folder)
                    able.append(program)
                except Failed as failure:
                    failures.append(str(failure))
            try:
                if able:
                    found = measure(able, name, arguments, folder)
                for program in able if arguments.precision else ():
                    errors[program.name] = relative_error(program, name, arguments, folder, *found[program.name])
            except Failed as failure:
                failures.append(str(failure))
            of = lambda which: [found[program.name][which] if program.name in found else None for program in programs]
            trial, start = of(0), of(1)
            cells = [name, *map(number, trial)]
            if len(programs) > 1:
                known = trial[0] is not None and trial[-1] is not None
                cells.append(f"{trial[0] / trial[-1]:.2f}" if known else "-")
            cells += map(number, start)
            if arguments.precision:
                cells += [number(errors.get(program.name)) for program in programs]
            print("| " + " | ".join(cells) + " |", flush=True)
            for left in folder.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--program", action="append", required=True, type=Program, metavar="NAME=PATH[:FOLDER]", help="repeat for more"
    )
    parser.add_argument("--instructions", action="store_true", help="count instructions under valgrind instead: needs no quiet machine")
    parser.add_argument("--precision", action="store_true", help="also the error that a run states after a second")
    parser.add_argument("--repeats", type=int, default=5, help="runs of which the least counts (default 5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="processor time of the slowest program's run (default 2)")
    parser.add_argument("--seeds", type=int, default=5, help="runs for the error after a second (default 5)")
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help="names of shipped scenarios, or `small` (default: all)")
    arguments = parser.parse_args()
    programs = arguments.program
    if len({program.name for program in programs}) < len(programs):
        parser.error("programs need different names")
    if arguments.repeats < 1 or arguments.seeds < 1 or not arguments.seconds > 0:
        parser.error("--repeats, --seeds and --seconds are above 0")
    if arguments.instructions and arguments.precision:
        parser.error("--precision is about time: not together with --instructions")
    if arguments.instructions and not shutil.which("valgrind"):
        parser.error("valgrind is missing")
    known = programs[-1].names()
    unknown = [name for name in arguments.names if name not in known]
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(known)}")
    load, started = os.getloadavg()[0], time.strftime("%Y-%m-%d %H:%M")
    failures = table(programs, arguments.names or known, arguments)
    print(f"\n{started}, load average before: {load:.1f}.", file=sys.stderr)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
