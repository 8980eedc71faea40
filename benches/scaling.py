#!/usr/bin/env python3
"""Measures how time and memory of a run grow: with trials, countries, materials, periods, events and threads.

Writes the tables of docs/performance.md to standard output. Charts are off; times are from start to finish, the best of some runs, and memory is
the largest resident set. The machine should have nothing else to do."""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUICKSTART = ROOT / "scenarios" / "quickstart.toml"
SMALL = ROOT / "benches" / "peers" / "small.toml"
FLAGSHIP = ROOT / "scenarios" / "china-rare-earth-controls.toml"


def scenario(countries, materials, periods, events):
    """A world of one size: every country makes and uses every material, in amounts that differ; events of all main kinds."""
    codes = [f"c{index:03}" for index in range(countries)]
    lines = [
        "format = 1",
        'title = "Scaling"',
        'assumption = "made up to measure time"',
        f'time = {{ start = "2026-01", step = "month", periods = {periods} }}',
        "run = { trials = 1000, seed = 42 }",
    ]
    lines += [f'[[country]]\nid = "{code}"' for code in codes]
    for material in range(materials):
        weights = [1.0 / (1 + (index * 7 + material * 3) % countries) for index in range(countries)]
        total = sum(weights)
        lines.append(f'[[material]]\nid = "m{material:03}"\nflexibility = 1.5')
        lines.append(f"[shares.m{material:03}]\noutput = 1_020_000\nutilisation = 0.9\nby_country = {{")
        lines[-1] += ", ".join(f"{code} = {weight / total:.12f}" for code, weight in zip(codes, weights)) + " }"
        for index, code in enumerate(codes):
            weight = 1.0 / (1 + (index * 3 + material) % countries) / sum(1.0 / (1 + other) for other in range(countries))
            lines.append(f'[[demand]]\nmaterial = "m{material:03}"\ncountry = "{code}"\nsector = "use"')
            lines.append(f"amount = {1_000_000 * weight:.6f}")
            lines.append(f'[[inventory]]\nmaterial = "m{material:03}"\ncountry = "{code}"\ndays = 45')
    for event in range(events):
        country, material = codes[(event * 3) % countries], f"m{event % materials:03}"
        kind = "export_restriction" if event % 3 == 2 else "production_loss"
        where = f'from = "{country}"\nto = "all"' if event % 3 == 2 else f'country = "{country}"'
        lines.append(f'[[event]]\nid = "e{event:03}"\nkind = "{kind}"\n{where}\nmaterials = ["{material}"]')
        lines.append('arrival = { process = "poisson", per_year = 0.15 }\nduration = { dist = "lognormal", median = 6, p90 = 18 }')
        lines.append('severity = { dist = "beta", mean = 0.5, sd = 0.2 }\nrecovery = { shape = "linear", months = 3 }')
    return "\n".join(lines) + "\n"


def measure(program, path, trials, threads, repeats, folder):
    """Best wall time in seconds and the largest resident set in MB."""
    best, memory = float("inf"), 0
    for _ in range(repeats):
        started = time.perf_counter()
        child = subprocess.Popen(
            [program, "run", path, "--trials", str(trials), "--threads", str(threads), "--policy", "baseline"]
            + ["--formats", "none", "--quiet", "--out", str(folder / "out")]
        )
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            raise SystemExit(f"{path}: exit status {status}")
        best = min(best, time.perf_counter() - started)
        memory = max(memory, usage.ru_maxrss / 1024)
    return best, memory


def table(title, head, rows):
    print(f"\n{title}\n\n| {head} | s | MB |\n|---|---|---|")
    for name, (seconds, memory) in rows:
        print(f"| {name} | {seconds:.3g} | {memory:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--critmin", default=str(ROOT / "target" / "release" / "critmin"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--longest", type=int, default=10_000_000, help="most trials")
    arguments = parser.parse_args()
    cores = os.cpu_count()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def run(path, trials, threads=cores):
            repeats = arguments.repeats if trials <= 100_000 else 1
            return measure(arguments.critmin, str(path), trials, threads, repeats, folder)

        def sized(countries, materials, periods, events, trials=1_000):
            path = folder / "sized.toml"
            path.write_text(scenario(countries, materials, periods, events))
            return run(path, trials)

        counts = [10**power for power in range(3, 8) if 10**power <= arguments.longest]
        table("Trials, quickstart", "trials", [(f"{count:,}", run(QUICKSTART, count)) for count in counts])
        counts = [count for count in counts if count <= 100_000]
        table("Trials, small problem", "trials", [(f"{count:,}", run(SMALL, count)) for count in counts])
        table("Trials, flagship", "trials", [(f"{count:,}", run(FLAGSHIP, count)) for count in (1_000, 10_000)])
        table("Threads, small problem, 20,000 trials", "threads", [(n, run(SMALL, 20_000, n)) for n in range(1, cores + 1)])
        table("Countries (5 materials, 60 periods, 15 events)", "countries", [(n, sized(n, 5, 60, 15)) for n in (5, 10, 20, 50, 100)])
        table("Materials (10 countries, 60 periods, 15 events)", "materials", [(n, sized(10, n, 60, 15)) for n in (1, 5, 20, 50, 100)])
        table("Periods (10 countries, 5 materials, 15 events)", "periods", [(n, sized(10, 5, n, 15)) for n in (12, 60, 240, 600)])
        table("Events (10 countries, 5 materials, 60 periods)", "events", [(n, sized(10, 5, 60, n)) for n in (0, 15, 50, 200, 1_000)])


if __name__ == "__main__":
    main()
