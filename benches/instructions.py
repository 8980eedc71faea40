#!/usr/bin/env python3
"""Counts the instructions of a trial under valgrind and compares them with instructions.txt.

A count does not depend on what else the machine does, so a loss of a few per cent shows that a clock would not. It depends on
the program, the compiler and the target, not on the processor's speed: renew the file (--update) when the compiler changes.

Every scenario is run with two numbers of trials, on one thread, without policies; the difference, divided by that of the trials,
leaves out start-up, and no run splits the variance, summarises or draws: it is simulation and recording of one trial.

Exit code 0: no count is more than the tolerance above the pinned one; 1: one is; 2: the counts could not be taken.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PINNED = HERE / "instructions.txt"
# Scenario, and the two numbers of trials.
CASES = {
    "flagship": ("scenarios/china-rare-earth-controls.toml", 40, 240),
    "small": ("benches/peers/small.toml", 200, 1000),
    "quickstart": ("scenarios/quickstart.toml", 400, 8400),
}
# Trials are counted from this one of a run of so many: the variance is split from the trials before it (src/analysis/variance.rs: 2,000 at most),
# which would be simulated twice more. A whole number of batches.
FIRST, OF = 2_048, 16_000
TOLERANCE_PCT = 3.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--critmin", type=Path, help="the program (default: built with cargo build --release)")
    parser.add_argument("--update", action="store_true", help="write the counts into instructions.txt")
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help=f"of {', '.join(CASES)} (default: all)")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in CASES]
    if unknown:
        parser.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(CASES)}")
    program = arguments.critmin.resolve() if arguments.critmin else build()
    pinned = read()
    counts = dict(pinned)
    print(f"{'instructions per trial':24} {'pinned':>12} {'now':>12} {'change':>9}")
    worse = []
    for name in arguments.names or CASES:
        counts[name] = per_trial(program, *CASES[name])
        change = f"{100 * (counts[name] / pinned[name] - 1):+.2f} %" if name in pinned else "new"
        print(f"{name:24} {pinned.get(name, '-'):>12} {counts[name]:>12} {change:>9}")
        if name not in pinned or counts[name] > pinned[name] * (1 + TOLERANCE_PCT / 100):
            worse.append(name)
    if arguments.update:
        write(counts)
        return 0
    for name in worse:
        why = f"more than {TOLERANCE_PCT:g} % above the pinned count" if name in pinned else "not pinned (--update pins it)"
        print(f"{name}: {why}", file=sys.stderr)
    return 1 if worse else 0


def build():
    """The release build."""
    run(["cargo", "build", "--release", "--quiet", "--manifest-path", ROOT / "Cargo.toml"])
    described = run(
        ["cargo", "metadata", "--no-deps", "--format-version", "1", "--manifest-path", ROOT / "Cargo.toml"]
    )
    folder = re.search(r'"target_directory":"([^"]+)"', described.stdout).group(1)
    return Path(folder) / "release" / "critmin"


def per_trial(program, scenario, few, many):
    """Instructions that one more trial costs."""
    more, less = instructions(program, scenario, many), instructions(program, scenario, few)
    return round((more - less) / (many - few))


def instructions(program, scenario, trials):
    """Instructions of a whole run."""
    with tempfile.TemporaryDirectory() as folder:
        counted = Path(folder) / "callgrind"
        run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={counted}"]
            + [program, "run", ROOT / scenario, "--policy", "baseline", "--threads", "1", "--formats", "none"]
            + ["--quiet", "--trials", str(OF), "--trials-range", f"{FIRST}..{FIRST + trials}"]
            # No checkpoint: on a busy machine one would be written, and counted.
            + ["--checkpoint-seconds", "100000", "--out", Path(folder) / "out"]
        )
        found = re.search(r"^totals: (\d+)", counted.read_text(), re.MULTILINE)
    if not found:
        fail("valgrind has written no total")
    return int(found.group(1))


def run(command):
    command = [str(word) for word in command]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        fail(f"{command[0]} is missing")
    if done.returncode != 0:
        fail(f"{' '.join(command)}\n{done.stderr}")
    return done


def fail(why):
    print(why, file=sys.stderr)
    sys.exit(2)


def read():
    """Pinned counts by scenario."""
    if not PINNED.exists():
        return {}
    lines = (line.split("#")[0].split() for line in PINNED.read_text().splitlines())
    return {words[0]: int(words[1]) for words in lines if words}


def write(counts):
    compiler = run(["rustc", "-vV"]).stdout
    version = re.search(r"^release: (.+)$", compiler, re.MULTILINE).group(1)
    target = re.search(r"^host: (.+)$", compiler, re.MULTILINE).group(1)
    text = "# Instructions per trial; benches/instructions.py compares, --update renews.\n"
    text += f"# rustc {version}, {target}\n"
    text += "".join(f"{name} {counts[name]}\n" for name in CASES if name in counts)
    PINNED.write_text(text)


if __name__ == "__main__":
    sys.exit(main())
