#!/usr/bin/env python3
"""How much the headline of each shipped scenario hangs on who is served first, on flexibility and on dependence between events.

    python3 benches/assumptions.py [--program PATH] [--trials N] [NAME ...]      # from the repository's root

Prints the table of docs/scenarios.md. With --update it writes the figures of the named scenarios (of all) to benches/assumptions.json and
the table of all to docs/scenarios.md; tests/it/documents.rs holds the one to the other, and both to the golden files. Every cell is the
expected shortfall of the headline (first material, all places in focus together) in percent of demand with its standard error, the mean of the
worst 5 % of trials in brackets, and the policy that lowers the mean most, of those with a cost that are no combination of others. Trials
come in batches of 256. Python 3.11 or later, standard library only.
"""

import argparse
import json
import subprocess
import tempfile
import tomllib
from pathlib import Path

FIGURES = Path("benches/assumptions.json")
PAGE = Path("docs/scenarios.md")
MARKS = ("<!-- benches/assumptions.py: begin -->\n", "<!-- benches/assumptions.py: end -->")
# Scenarios that are shown for one place of several too.
ALONE = {"us-india-partnership": ["IND"]}
VARIANTS = ["as written", "own users first", "pro rata", "flexibility 1", "flexibility 3", "coordinated", "independent"]


def merged(path):
    """Ids of materials, frailties and copulas of a scenario and of what it extends, each with what is stated of it."""
    tree = tomllib.loads(path.read_text())
    found = {"material": {}, "frailty": {}, "copula": {}}
    bases = tree.get("extends", [])
    for base in [bases] if isinstance(bases, str) else bases:
        for kind, ids in merged(path.parent / base).items():
            found[kind].update(ids)
    for kind, ids in found.items():
        for table in tree.get(kind, []):
            ids.setdefault(table["id"], {}).update(table)
    return found


def settings(found, variant):
    """The `--set` arguments of a variant; None where it changes nothing."""
    materials = found["material"]
    if variant == "as written":
        return []
    if variant == "own users first":
        changed = [name for name, table in materials.items() if table.get("domestic_first") is False]
        return [f"material.{name}.domestic_first=true" for name in changed] or None
    if variant == "pro rata":
        changed = [name for name, table in materials.items() if table.get("domestic_first", True)]
        return [f"material.{name}.domestic_first=false" for name in changed] or None
    if variant.startswith("flexibility"):
        return [f"material.{name}.flexibility={variant.split()[1]}" for name in materials]
    if variant == "coordinated":
        return [f'material.{name}.flexibility="coordinated"' for name in materials]
    return [f"frailty.{name}.factor=1" for name in found["frailty"]] + [
        f"copula.{name}.correlation=0" for name in found["copula"]
    ] or None


def combinations(path):
    """Policies that include others, or set all that another sets, and more: they would always win."""
    policies = tomllib.loads(path.read_text()).get("policy", [])
    keys = {policy["id"]: {change["key"] for change in policy.get("set", [])} for policy in policies}
    more = {one for one in keys if any(keys[other] and keys[other] < keys[one] for other in keys)}
    return more | {policy["id"] for policy in policies if "includes" in policy}


def run(program, scenario, trials, changes):
    """Figures by place: mean, standard error, tail and the policy with a cost that lowers the mean most; `None` where the scenario does not allow it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "run", str(scenario), "--trials", str(trials), "--json", "--formats", "none"]
        command += ["--without", "timeline,attribution", "--out", folder]
        for change in changes:
            command += ["--set", change]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return None
    policies = json.loads(done.stdout)["policies"]
    combined = combinations(scenario)
    found = {}
    for place in ["focus", *ALONE.get(scenario.stem, [])]:
        rows = {}
        for policy in policies:
            wanted = (policy["headline"]["material"], policy["headline"]["country"] if place == "focus" else place, "all")
            rows[policy["policy"]] = next(
                row for row in policy["summary"] if (row["material"], row["country"], row["sector"]) == wanted
            )
        means = {name: row["expected_shortfall_pct"]["value"] for name, row in rows.items()}
        paid = [policy["policy"] for policy in policies if policy["cost"] and policy["policy"] not in combined]
        tail = rows["baseline"]["cvar95_pct"]
        found[place] = {
            "mean": means["baseline"],
            "standard_error": rows["baseline"]["expected_shortfall_pct"]["standard_error"],
            "tail": tail and tail["value"],
            "policy": min(paid, key=means.get, default=""),
        }
    return found


def measure(program, name, trials):
    """The rows of one scenario."""
    path = Path("scenarios") / f"{name}.toml"
    found = merged(path)
    rows = {place: {"scenario": name, "place": place, "trials": trials, "cells": []} for place in ["focus", *ALONE.get(name, [])]}
    for variant in VARIANTS:
        changes = settings(found, variant)
        result = "the same" if changes is None else run(program, path, trials, changes) or "fails"
        for place, row in rows.items():
            row["cells"].append(result if isinstance(result, str) else result[place])
    return list(rows.values())


def cell(figures):
    if isinstance(figures, str):
        return figures
    digits = 1 if figures["standard_error"] >= 0.1 else 2
    text = f"{figures['mean']:.{digits}f} ± {figures['standard_error']:.{digits}f}"
    if figures["tail"] is not None:
        text += f" ({figures['tail']:.1f})"
    return text + (f"<br>{figures['policy']}" if figures["policy"] else "")


def table(rows):
    lines = ["| scenario | trials | " + " | ".join(VARIANTS) + " |", "|---" * (len(VARIANTS) + 2) + "|"]
    for row in rows:
        name = row["scenario"] + ("" if row["place"] == "focus" else f", {row['place']} alone")
        lines.append(f"| {name} | {row['trials']} | " + " | ".join(map(cell, row["cells"])) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/critmin")
    parser.add_argument("--trials", type=int, default=256)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in Path("scenarios").glob("*.toml"))
    known = json.loads(FIGURES.read_text()) if FIGURES.exists() else []
    for name in names:
        rows = measure(options.program, name, options.trials)
        if not options.update:
            print(table(rows), end="", flush=True)
            continue
        known = sorted(
            [row for row in known if row["scenario"] != name] + rows, key=lambda row: (row["scenario"], row["place"] != "focus")
        )
        FIGURES.write_text(json.dumps(known, indent=1) + "\n")
        page = PAGE.read_text()
        begin, end = page.index(MARKS[0]) + len(MARKS[0]), page.index(MARKS[1])
        PAGE.write_text(page[:begin] + table(known) + page[end:])


if __name__ == "__main__":
    main()
