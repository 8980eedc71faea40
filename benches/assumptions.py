#!/usr/bin/env python3
"""How much the headline of each shipped scenario hangs on who is served first, on flexibility and on dependence between events.

    python3 benches/assumptions.py [--program PATH] [--trials N] [--place CODE] [NAME ...]      # from the repository's root

Prints a table in Markdown (docs/scenarios.md holds one). Every cell is the expected shortfall of the headline (first material, all places in focus together)
in percent of demand, the mean of the worst 5 % of trials in brackets, and the policy that lowers the mean most, of those with a cost
that are no combination of others. Python 3.11 or later,
standard library only.
"""

import argparse
import json
import subprocess
import tempfile
import tomllib
from pathlib import Path

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
    """Policies that set all that another sets, and more: they would always win."""
    policies = tomllib.loads(path.read_text()).get("policy", [])
    keys = {policy["id"]: {change["key"] for change in policy["set"]} for policy in policies}
    return {one for one in keys if any(keys[other] < keys[one] for other in keys)}


def run(program, scenario, trials, changes, place):
    """Mean and tail of the baseline, and the policy with a cost that lowers the mean most; `None` where the scenario does not allow the changes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "run", str(scenario), "--trials", str(trials), "--json", "--formats", "none"]
        command += ["--without", "timeline,attribution", "--out", folder]
        for change in changes:
            command += ["--set", change]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return None
    means, tails, paid = {}, {}, []
    for policy in json.loads(done.stdout)["policies"]:
        wanted = (policy["headline"]["material"], place or policy["headline"]["country"], "all")
        row = next(row for row in policy["summary"] if (row["material"], row["country"], row["sector"]) == wanted)
        means[policy["policy"]] = row["expected_shortfall_pct"]["value"]
        tail = next(tail for tail in row["cvar_pct"] if tail["level"] == 0.95)
        tails[policy["policy"]] = tail["estimate"]["value"] if tail["supported"] else None
        if policy["cost"] and policy["policy"] not in combinations(scenario):
            paid.append(policy["policy"])
    return means["baseline"], tails["baseline"], min(paid, key=lambda policy: means[policy], default="")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/critmin")
    parser.add_argument("--trials", type=int, default=512)
    parser.add_argument("--place", help="a place in focus, in place of all together")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    folder = Path("scenarios")
    names = options.names or sorted(path.stem for path in folder.glob("*.toml"))
    print("| scenario | " + " | ".join(VARIANTS) + " |")
    print("|---" * (len(VARIANTS) + 1) + "|")
    for name in names:
        path = folder / f"{name}.toml"
        found = merged(path)
        cells = []
        for variant in VARIANTS:
            changes = settings(found, variant)
            result = run(options.program, path, options.trials, changes, options.place) if changes is not None else ()
            if result is None:
                cells.append("fails")
            elif not result:
                cells.append("the same")
            else:
                mean, tail, best = result
                tail = "-" if tail is None else f"{tail:.1f}"
                cells.append(f"{mean:.2f} ({tail})" + (f"<br>{best}" if best else ""))
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
