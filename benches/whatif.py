#!/usr/bin/env python3
"""How long the what-if commands take, against the marks that the project has set itself: a table in Markdown.

    python3 benches/whatif.py [--program PATH] [--repeats N] [NAME ...]      # from the repository's root

Each is the whole command, start to finish, tables and sentences written, charts off, on all cores; of several runs the least time counts. Standard
library only.
"""

import argparse

import subprocess
import tempfile
import time
from pathlib import Path

FLAGSHIP = "scenarios/china-rare-earth-controls.toml"
PARTNERSHIP = "scenarios/us-india-partnership.toml"
# Name: what is asked, the mark in seconds, the command.
COMMANDS = {
    "sweep": (
        "flagship: 50 points to a standard error of 3 % of the baseline's mean",
        10,
        ["sweep", FLAGSHIP, "--vary", "event.china_licensing.severity=0.05..0.9:50", "--precision", "3%"],
    ),
    "screen": ("flagship: every country and material, one at a time", 5, ["screen", FLAGSHIP]),
    "sensitivity": ("flagship: all inputs and events, intervals of 0.1", 60, ["sensitivity", FLAGSHIP]),
    "mixes": (
        "us-india-partnership: all distinct mixes of its policies, 512 trials",
        60,
        ["optimize", PARTNERSHIP, "--trials", "512"],
    ),
    "twelve": ("twelve policies (`benches/twelve-policies.toml`), 4,096 mixes", 600, ["optimize", "benches/twelve-policies.toml"]),
}

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(COMMANDS))
    parser.add_argument("--program", type=Path, default=Path("target/release/critmin"))
    parser.add_argument("--repeats", type=int, default=2)
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in COMMANDS]
    if unknown:
        parser.error(f"{unknown[0]}: expected {', '.join(COMMANDS)}")
    print("| what | mark, s | took, s |\n|---|---|---|")
    for name in arguments.names or COMMANDS:
        what, mark, command = COMMANDS[name]
        times = []
        for _ in range(arguments.repeats):
            with tempfile.TemporaryDirectory() as folder:
                words = [arguments.program, *command, "--formats", "none", "--quiet", "--out", folder]
                begun = time.monotonic()
                done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
                times.append(time.monotonic() - begun)
            if done.returncode:
                raise SystemExit(f"{name}: exit code {done.returncode}\n{done.stderr[-600:]}")
        print(f"| {what} | {mark} | {min(times):.1f} |", flush=True)

if __name__ == "__main__":
    main()
