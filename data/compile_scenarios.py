"""What the shipped scenarios say of a mineral, for drafts of other countries: `scenario_events.csv` and `scenario_figures.csv`.

Read from the files in `scenarios/`, so that a draft of `critmin new` and a shipped scenario have one set of parameters for one event. Nothing
here is a figure of its own: this file says which material of a scenario is which stage of the tables, and how an event that follows another
one there arrives where that one is not. A test compares the tables with the files.
"""
import tomllib
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"

# The first file that has an event in full states it; others may add what it hits.
FILES = [
    "base/china-ban.toml", "base/china-power.toml", "base/hormuz.toml", "base/rearmament.toml", "base/cobalt.toml", "base/cobalt-2026.toml", "base/copper.toml", "base/gallium.toml",
    "base/graphite.toml", "base/lithium.toml", "base/nickel.toml", "base/rare-earths.toml", "base/rare-earth-controls.toml",
    "gallium-germanium.toml", "defence-aerospace.toml", "electric-vehicle-batteries.toml", "indonesia-nickel.toml",
    "india-critical-minerals-mission.toml", "ministerial-coalition.toml", "drc-cobalt.toml",
]

# Material of a scenario -> (mineral, stage) of shares.csv.
MATERIALS = {
    "alumina": [("aluminium", "alumina_refining")], "aluminium": [("aluminium", "primary_smelting")], "bauxite": [("bauxite", "mine")],
    "cobalt_intermediate": [("cobalt", "mine")], "cobalt": [("cobalt", "refining")],
    "copper_mined": [("copper", "mine")], "copper": [("copper", "refining")],
    "gallium": [("gallium", "primary_low_purity")], "germanium": [("germanium", "refining")],
    "graphite_mined": [("graphite", "mine")], "graphite_anode": [("graphite", "battery_grade")],
    "lithium_mined": [("lithium", "mine")], "lithium": [("lithium", "chemical_refining")],
    "raw_nickel": [("nickel", "mine")], "nickel": [("nickel", "refining")],
    "light_concentrate": [("magnet_rare_earths", "mine")], "heavy_concentrate": [("magnet_rare_earths", "mine")],
    "ndpr_oxide": [("magnet_rare_earths", "separation_refining"), ("rare_earths_light", "separation_refining")],
    "dytb_oxide": [("magnet_rare_earths", "separation_refining"), ("rare_earths_heavy", "separation_refining")],
    "magnet_heat": [("rare_earth_magnets", "sintered_magnet")], "magnet_standard": [("rare_earth_magnets", "sintered_magnet")],
    "rhenium": [("rhenium", "mine")], "tantalum_ore": [("tantalum", "mine")], "titanium_sponge": [("titanium", "sponge_metal")],
    "tungsten_ore": [("tungsten", "mine")], "tungsten": [("tungsten", "apt_processing")], "zinc": [("zinc", "mine")],
}
# In these files a name means another stage.
IN_FILE = {("drc-cobalt.toml", "copper"): [("copper", "mine")], ("drc-cobalt.toml", "nickel"): [("nickel", "mine")]}
# The mine of all rare earths stands in the tables for their compounds: hit where NdPr, the bulk of them, may not leave.
WHOLE = {"export_restriction": {"ndpr_oxide": ("rare_earths", "mine")}, "production_loss": {"light_concentrate": ("rare_earths", "mine")}}
# Stages of which a material is only a part, by the outputs of the file: what hits one part alone hits the stage in proportion.
PARTS = [("base/rare-earths.toml", ("rare_earth_magnets", "sintered_magnet"), ("magnet_heat", "magnet_standard")),
         ("base/rare-earths.toml", ("magnet_rare_earths", "separation_refining"), ("ndpr_oxide", "dytb_oxide"))]

# No event of a draft: over before January 2026; told by another event of the same mineral.
LEFT_OUT = {("drc_export_stop", None), ("idn_quota", "nickel")}
# Where an event follows one that its mineral lacks: the one to follow instead, or the rate that the file itself states.
INSTEAD = {("china_bans_us", "rare_earths_heavy"): "china_licensing_heavy", ("china_bans_us", "magnet_rare_earths"): "china_licensing_heavy",
           ("china_bans_us", "rare_earths"): 0.04, ("china_bans_us", "rare_earths_light"): 0.04}

KEYS = ["notice", "approval_months", "duration", "severity", "tonnes_per_year", "recovery", "leak"]

# (file, material, mineral, stage, what is made of it): uses and outputs where customs and consumption do not tell them, or tell less. `taken` by
# a draft, or a `hint` where shares differ.
USES = [
    ("base/gallium.toml", ["gallium"], ("gallium", "primary_low_purity"), "taken"),
    ("base/gallium.toml", ["gallium_refined"], ("gallium", "primary_low_purity"), "taken"),
    ("defence-aerospace.toml", ["gallium_refined"], ("gallium", "primary_low_purity"), "taken"),
    ("gallium-germanium.toml", ["germanium_refined"], ("germanium", "refining"), "hint"),
    ("base/rare-earths.toml", ["magnet_heat", "magnet_standard"], ("rare_earth_magnets", "sintered_magnet"), "taken"),
    ("defence-aerospace.toml", ["tungsten"], ("tungsten", "apt_processing"), "taken"),
    ("defence-aerospace.toml", ["rhenium"], ("rhenium", "mine"), "taken"),
]
# What the notes say to which rows of a file refer.
NOTES = {
    "rare_earth_magnets": "magnets traded in 2024 by value (CEPII BACI, HS 850511) over 54 USD/kg, imports less exports, plus own output; by weight the "
                          "code misleads, since it also holds cheap magnets without rare earths (notes at the head of the file)",
    "tungsten": "a judgement of size for APT, powder and scrap together, so that the world adds up to its output; customs weigh no APT, and "
                "US consumption is withheld (notes at the head of the file)",
    "rhenium": "a judgement of size, so that the world adds up to its output; only US use is published (notes at the head of the file)",
}
OUTPUTS = [("base/rare-earths.toml", ["magnet_heat", "magnet_standard"], ("rare_earth_magnets", "sintered_magnet"), "taken"),
           ("base/rare-earths.toml", ["dytb_oxide"], ("rare_earths_heavy", "separation_refining"), "taken"),
           ("gallium-germanium.toml", ["germanium"], ("germanium", "refining"), "hint")]
# What magnets are made of, by the recipes of the file: oxide used inside the magnets that a country uses.
INSIDE = [("base/rare-earths.toml", {"magnet_heat": ["ndpr_oxide", "dytb_oxide"], "magnet_standard": ["ndpr_oxide"]},
           ("magnet_rare_earths", "separation_refining")),
          ("base/rare-earths.toml", {"magnet_heat": ["dytb_oxide"]}, ("rare_earths_heavy", "separation_refining"))]
HOSTS = [("base/gallium.toml", "gallium.CHN", ("gallium", "primary_low_purity"), ("aluminium", "alumina_refining")),
         ("gallium-germanium.toml", "germanium.CHN", ("germanium", "refining"), ("zinc", "mine"))]

_NAMES = {"light_concentrate": "light feed", "ndpr_oxide": "NdPr oxide", "dytb_oxide": "Dy and Tb oxide", "magnet_heat": "heat-resistant magnets",
          "magnet_standard": "standard magnets"}


def _read():
    return {name: tomllib.loads((SCENARIOS / name).read_text(encoding="utf-8")) for name in FILES}


def toml(value):
    """A value as TOML has it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(toml(part) for part in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(part)}" for key, part in value.items()) + " }"
    return repr(value)


def _stages(kind, file, materials):
    """(mineral, stage) -> the materials of the scenario that are it."""
    found = {}
    for name in materials:
        list_ = list(IN_FILE.get((file, name), MATERIALS.get(name, [])))
        if name in WHOLE.get(kind, {}):
            list_.append(WHOLE[kind][name])
        for key in list_:
            found.setdefault(key, []).append(name)
    return found


def _scaled(severity, part):
    """A severity of a part of what is hit, as one of the whole."""
    if isinstance(severity, (int, float)):
        return float(f"{severity * part:.2g}")
    return {key: float(f"{value * part:.2g}") if isinstance(value, (int, float)) else value for key, value in severity.items()}


def _arrival(event, all_events, of_mineral, mineral):
    """The arrival without what the draft lacks, and what changed."""
    arrival = event["arrival"]
    if arrival["process"] != "after":
        return arrival, ""
    parent, chance = arrival["event"], arrival.get("probability", 1)
    plain = set(arrival) <= {"process", "event", "probability"}
    if parent in of_mineral and not (plain and chance == 1):
        return arrival, ""
    swapped = INSTEAD.get((event["id"], mineral))
    if isinstance(swapped, str):
        return dict(arrival, event=swapped), f"`arrival`, after `{swapped}`, since `{parent}` does not hit this mineral"
    if swapped:
        return ({"process": "poisson", "per_year": swapped},
                f"`arrival`, at the rate that the file names for it, since `{parent}` does not hit this mineral")
    if not plain:
        raise SystemExit(f"{event['id']} follows {parent}, which {mineral} lacks")
    above, why = _arrival(all_events[parent], all_events, of_mineral, mineral)
    above = dict(above)
    if chance != 1:
        if above["process"] == "poisson" and isinstance(above["per_year"], (int, float)):
            above["per_year"] = float(f"{above['per_year'] * chance:.3g}")
        elif above["process"] in ("fixed", "window"):
            above["probability"] = float(f"{above.get('probability', 1) * chance:.3g}")
        else:
            raise SystemExit(f"{event['id']} follows {parent} with a chance that has no form of its own")
    return above, f"`arrival`, that of `{parent}`{', times ' + str(chance) if chance != 1 else ''}, which it follows there"


def _groups(files):
    return {group["id"]: group["members"] for tree in files.values() for group in tree.get("group", []) if isinstance(group["members"], list)}


def events():
    files = _read()
    groups = _groups(files)
    full, hits = {}, {}
    for file, tree in files.items():
        for event in tree.get("event", []):
            if "kind" in event:
                if event["id"] in full:
                    raise SystemExit(f"{event['id']} is stated in full twice")
                full[event["id"]] = dict(event, file=file)
            elif event["id"] not in full:
                raise SystemExit(f"{event['id']} is changed in {file} before it is stated")
            where = hits.setdefault(event["id"], {})
            kind = full[event["id"]]["kind"]
            restricted = event.get("country") or event.get("from") or full[event["id"]].get("from") or full[event["id"]].get("country")
            restricted = restricted or ("all" if event.get("countries", full[event["id"]].get("countries")) == "all" else None)
            for key, names in _stages(kind, file, event.get("materials", [])).items():
                where.setdefault(key, {}).setdefault(restricted, []).extend(names)
            for supply in event.get("supplies", []):
                name, _, country = supply.partition(".")
                for key, names in _stages(kind, file, [name] if country else []).items():
                    where.setdefault(key, {}).setdefault(country, []).extend(names)
    outputs = {file: {name: shares.get("output") for name, shares in files[file].get("shares", {}).items()} for file in files}
    rows = []
    for id_, event in full.items():
        if event["kind"] not in ("export_restriction", "production_loss"):
            continue
        minerals = {mineral for mineral, _ in hits[id_]}
        for mineral in sorted(minerals):
            if (id_, None) in LEFT_OUT or (id_, mineral) in LEFT_OUT:
                continue
            of_mineral = {other for other in full if any(key[0] == mineral for key in hits[other])}
            countries = {}
            for (name, stage), by_country in hits[id_].items():
                for country, materials in by_country.items():
                    if name == mineral and country != "GULF":
                        countries.setdefault(country, {})[stage] = set(materials)
            for country, stages in sorted(countries.items()):
                arrival, differs = _arrival(event, full, of_mineral, mineral)
                changed = [differs] if differs else []
                values = {key: event[key] for key in KEYS if key in event}
                for file, stage, parts in PARTS:
                    hit = stages.get(stage[1], set()) if stage[0] == mineral else set()
                    missing = [part for part in parts if part not in hit]
                    if hit and missing and event["kind"] == "export_restriction":
                        part = sum(outputs[file][name] for name in parts if name in hit) / sum(outputs[file][name] for name in parts)
                        values["severity"] = _scaled(event["severity"], part)
                        changed.append(f"`severity`, times {part:.2g}, the part of {' and '.join(_NAMES[name] for name in parts if name in hit)} "
                                       "in the output of both there")
                to = event.get("to", "")
                targets = to if isinstance(to, str) else ";".join(code for name in to for code in groups.get(name, [name]))
                rows.append([mineral, ";".join(sorted(stages)), event["file"], id_, event["name"], event["kind"], event.get("form", ""), country,
                             targets, toml(arrival), *[toml(values[key]) if key in values else "" for key in KEYS],
                             "; ".join(changed), "source" if "source" in event else "assumption", event.get("source") or event["assumption"],
                             f"scenarios/{event['file']}"])
    header = "mineral,stages,file,event,name,kind,form,from,targets,arrival".split(",") + KEYS + "differs,stated_as,text,source".split(",")
    return header, rows


def _text(values):
    return "; ".join(dict.fromkeys(values))


def figures():
    files = _read()
    rows, known = [], set()

    def add(measure, key, country, value, file, how, words):
        if (measure, key, country) not in known and country != "OTH":
            known.add((measure, key, country))
            rows.append([key[0], key[1], measure, country, f"{float(f'{value:.4g}'):g}" if value < 1e5 else f"{value:.0f}", how, words,
                         f"scenarios/{file}"])

    for file, materials, key, how in USES:
        by_country = {}
        for row in files[file]["demand"]:
            if row["material"] in materials:
                by_country.setdefault(row["country"], []).append(row)
        for country, list_ in by_country.items():
            add("use", key, country, sum(row["amount"] for row in list_), file, how,
                NOTES.get(key[0]) or _text(row.get("source") or row["assumption"] for row in list_))
    for file, recipes, key in INSIDE:
        inputs = {material["id"]: {part["material"]: part["per_tonne"] for part in material.get("inputs", [])} for material in files[file]["material"]}
        by_country = {}
        for row in files[file]["demand"]:
            if row["material"] in recipes:
                content = sum(inputs[row["material"]][name] for name in recipes[row["material"]])
                by_country.setdefault(row["country"], []).append((row["amount"], content, row["material"]))
        for country, list_ in by_country.items():
            sums = {}
            for amount, content, material in list_:
                sums.setdefault((material, content), 0)
                sums[material, content] += amount
            arithmetic = " + ".join(f"{amount:g} t of {_NAMES[material]} x {content:.4g}" for (material, content), amount in sums.items())
            add("use", key, country, sum(amount * content for amount, content, _ in list_), file, "taken",
                f"Inside the magnets that it uses, wherever they were made: {arithmetic} (recipes and uses of the file)")
    for file, materials, key, how in OUTPUTS:
        shares = [files[file]["shares"][name] for name in materials]
        add("output", key, "WLD", sum(row["output"] for row in shares), file, how, _text(row.get("source") or row["assumption"] for row in shares))
    for file, supply, key, host in HOSTS:
        row = next(row for row in files[file]["host"] if row["supply"] == supply)
        rows.append([key[0], key[1], f"host {host[0]} {host[1]}", supply.split(".")[1], repr(row["use_of_cap"]), "taken",
                     row.get("source") or row["assumption"], f"scenarios/{file}"])
    return "mineral,stage,measure,country,value,how,text,source".split(","), rows
