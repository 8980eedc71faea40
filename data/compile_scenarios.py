"""What the shipped scenarios say of a mineral, for drafts of other countries: `scenario_events.csv` and `scenario_figures.csv`.

Read from the files in `scenarios/`, so that a draft of `critmin new` and a shipped scenario have one set of parameters for one event. Nothing
here is a figure of its own: this file says which material of a scenario is which stage of the tables, and how an event that follows another
one there arrives where that one is not. A test compares the tables with the files.
"""
import re
import tomllib
from pathlib import Path

SCENARIOS = Path(__file__).resolve().parent.parent / "scenarios"

# The first file that has an event in full states it; others may add what it hits.
FILES = [
    "base/china-ban.toml", "base/china-power.toml", "base/hormuz.toml", "base/rearmament.toml", "base/cobalt.toml", "base/cobalt-2026.toml", "base/cobalt-vehicles.toml", "base/copper.toml", "base/gallium.toml",
    "base/battery-ban-usa.toml", "base/graphite.toml", "base/lithium.toml", "base/lithium-users.toml", "base/nickel.toml", "base/rare-earths.toml", "base/rare-earth-controls.toml",
    "base/tungsten.toml", "base/germanium.toml", "gallium-germanium.toml", "defence-aerospace.toml", "electric-vehicle-batteries.toml", "indonesia-nickel.toml",
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

# No event of a draft, and why.
_NOT_NAMED = ("what China listed in 2025 is twelve elements, dysprosium and terbium among them (events.csv: seven in April; holmium, erbium, thulium, europium "
              "and ytterbium in October), not neodymium, praseodymium, lanthanum or cerium; that the rule reaches them is an assumption of the file, and "
              "which part of all rare earths the twelve are is in no table")
LEFT_OUT = {
    ("drc_export_stop", None): "it was over before January 2026",
    ("idn_quota", "nickel"): "another event of the same mineral tells of it",
    ("indonesian_concentrate", "copper"): "the smelters that were built for what it keeps at home (`idn_new_smelters` there) are in no table; without them "
                                          "the ore would find no use at all",
    ("october_rule_returns", "rare_earths"): _NOT_NAMED,
    ("october_rule_returns", "rare_earths_light"): _NOT_NAMED,
}
# Severities that follow from tonnes: those of the country that the file divides by, and where it says so. A draft on other tonnes scales them.
OF_TONNES = {"chinese_lithium": (62_000, "62,000 t in 2025")}
# Where an event follows one that its mineral lacks: the one to follow instead, or the rate that the file itself states.
INSTEAD = {("china_bans_us", "rare_earths_heavy"): "china_licensing_heavy", ("china_bans_us", "magnet_rare_earths"): "china_licensing_heavy",
           ("china_bans_us", "rare_earths"): 0.04, ("china_bans_us", "rare_earths_light"): 0.04}

KEYS = ["notice", "approval_months", "duration", "severity", "tonnes_per_year", "recovery", "leak"]

# What users take, where the table has it under the same stage as what it is refined from.
USERS = dict(MATERIALS, gallium_refined=MATERIALS["gallium"], germanium_refined=MATERIALS["germanium"], gallium=[], germanium=[],
             tantalum=MATERIALS["tantalum_ore"])
# Why refiners serve buyers abroad as they serve their own, where the file has no words on it.
PRO_RATA = {"lithium": "the file gives no source for it; refiners of cobalt, largely the same, sold abroad as at home through the stop of 2025 "
                       "(scenarios/base/cobalt.toml)"}

_CALLED = {"USA": "USA", "US ": "USA", "EU27": "EU27", "South Korea": "KOR", "China": "CHN", "Japan": "JPN"}

# (file, material, mineral, stage, what is made of it): uses and outputs where customs and consumption do not tell them, or tell less. `taken` by
# a draft, or a `hint` where shares differ.
USES = [
    ("base/gallium.toml", ["gallium"], ("gallium", "primary_low_purity"), "taken"),
    ("base/gallium.toml", ["gallium_refined"], ("gallium", "primary_low_purity"), "taken"),
    ("defence-aerospace.toml", ["gallium_refined"], ("gallium", "primary_low_purity"), "taken"),
    ("base/germanium.toml", ["germanium_refined"], ("germanium", "refining"), "hint"),
    ("base/rare-earths.toml", ["magnet_heat", "magnet_standard"], ("rare_earth_magnets", "sintered_magnet"), "taken"),
    ("base/tungsten.toml", ["tungsten"], ("tungsten", "apt_processing"), "taken"),
    ("defence-aerospace.toml", ["rhenium"], ("rhenium", "mine"), "taken"),
    (("base/nickel.toml", "indonesia-nickel.toml"), ["nickel"], ("nickel", "refining"), "taken"),
    (("base/cobalt.toml", "base/cobalt-vehicles.toml"), ["cobalt"], ("cobalt", "refining"), "taken"),
]
# What the notes say to which rows of a file refer.
NOTES = {
    "rare_earth_magnets": "magnets traded in 2024 by value (CEPII BACI, HS 850511) over 54 USD/kg, imports less exports, plus own output; by weight the "
                          "code misleads, since it also holds cheap magnets without rare earths (notes at the head of the file)",
    "tungsten": "a judgement of size for APT, powder and scrap together, so that the world adds up to its output; customs weigh no APT, and "
                "US consumption is withheld",
    "rhenium": "a judgement of size, so that the world adds up to its output; only US use is published (notes at the head of the file)",
}
OUTPUTS = [("base/rare-earths.toml", ["magnet_heat", "magnet_standard"], ("rare_earth_magnets", "sintered_magnet"), "taken"),
           ("base/rare-earths.toml", ["dytb_oxide"], ("rare_earths_heavy", "separation_refining"), "taken"),
           ("base/germanium.toml", ["germanium"], ("germanium", "refining"), "hint")]
# What magnets are made of, by the recipes of the file: oxide used inside the magnets that a country uses.
INSIDE = [("base/rare-earths.toml", {"magnet_heat": ["ndpr_oxide", "dytb_oxide"], "magnet_standard": ["ndpr_oxide"]},
           ("magnet_rare_earths", "separation_refining")),
          ("base/rare-earths.toml", {"magnet_heat": ["dytb_oxide"]}, ("rare_earths_heavy", "separation_refining"))]
HOSTS = [("base/gallium.toml", "gallium.CHN", ("gallium", "primary_low_purity"), ("aluminium", "alumina_refining")),
         ("base/germanium.toml", "germanium.CHN", ("germanium", "refining"), ("zinc", "mine"))]

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


def _arrives_at_a_rate(event):
    return event["arrival"]["process"] in ("poisson", "renewal")


def _files(names):
    return (names,) if isinstance(names, str) else names


def _groups(files):
    return {group["id"]: group["members"] for tree in files.values() for group in tree.get("group", []) if isinstance(group["members"], list)}


def events():
    files = _read()
    groups = _groups(files)
    full, hits, added = {}, {}, {}
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
                added.setdefault((event["id"], key), file)
                where.setdefault(key, {}).setdefault(restricted, []).extend(names)
            for supply in event.get("supplies", []):
                name, _, country = supply.partition(".")
                for key, names in _stages(kind, file, [name] if country else []).items():
                    where.setdefault(key, {}).setdefault(country, []).extend(names)
    outputs = {file: {name: shares.get("output") for name, shares in files[file].get("shares", {}).items()} for file in files}
    # Stages at which an event counts the stops of any mine: those of one country at a rate are among them.
    any_mine = {key: id_ for id_, event in full.items() if event["kind"] == "production_loss" and event.get("countries") == "all" for key in hits[id_]}
    rows, without = [], []
    for id_, event in full.items():
        if event["kind"] not in ("export_restriction", "production_loss"):
            continue
        minerals = {mineral for mineral, _ in hits[id_]}
        for mineral in sorted(minerals):
            keys = [key for key in hits[id_] if key[0] == mineral]
            why = LEFT_OUT.get((id_, None)) or LEFT_OUT.get((id_, mineral))
            counted = {any_mine.get(key, id_) for key in keys} - {id_}
            if counted and event["kind"] == "production_loss" and _arrives_at_a_rate(event):
                why = f"`{counted.pop()}` counts the stops of all mines, these among them"
            if why:
                country = event.get("from") or next(iter(hits[id_][keys[0]]))
                without.append([mineral, keys[0][1], "no event", country, id_, "taken", why, f"scenarios/{event['file']}"])
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
                form, of_tonnes = event.get("form", ""), ""
                own = [stage for stage in stages if added.get((id_, (mineral, stage))) == event["file"]]
                for stage in sorted(set(stages) - set(own)) if own else []:
                    other = added.get((id_, (mineral, stage)))
                    if other:
                        changed.append(f"`materials`, those of the stage {stage.replace('_', ' ')} as scenarios/{other} adds them")
                if id_ in OF_TONNES:
                    of_tonnes, words = OF_TONNES[id_]
                    if words not in event.get("source", ""):
                        raise SystemExit(f"{id_} no longer says {words!r}")
                elif "tonnes_per_year" in event:
                    shares = files[event["file"]].get("shares", {})
                    made = [shares[name] for names in stages.values() for name in names if "output" in shares.get(name, {})]
                    if len(made) == 1:
                        of_tonnes = f"{made[0]['output'] * made[0]['by_country'][country]:.0f}"
                for file, stage, parts in PARTS:
                    hit = stages.get(stage[1], set()) if stage[0] == mineral else set()
                    missing = [part for part in parts if part not in hit]
                    if hit and missing and event["kind"] == "export_restriction":
                        part = sum(outputs[file][name] for name in parts if name in hit) / sum(outputs[file][name] for name in parts)
                        values["severity"] = _scaled(event["severity"], part)
                        if form == "licensing":
                            # Months without a licence would stop the whole of it.
                            form = "quota"
                            values.pop("approval_months", None)
                            changed.append("`form` and `approval_months`, a quota without months in which nothing passes, since only a part of what is "
                                           "counted here needs the licences")
                        changed.append(f"`severity`, times {part:.2g}, the part of {' and '.join(_NAMES[name] for name in parts if name in hit)} "
                                       "in the output of both there")
                to = event.get("to", "")
                targets = to if isinstance(to, str) else ";".join(code for name in to for code in groups.get(name, [name]))
                rows.append([mineral, ";".join(sorted(stages)), event["file"], id_, event["name"], event["kind"], form, country,
                             targets, toml(arrival), *[toml(values[key]) if key in values else "" for key in KEYS],
                             str(of_tonnes), "; ".join(changed), "source" if "source" in event else "assumption", event.get("source") or event["assumption"],
                             f"scenarios/{event['file']}"])
    header = "mineral,stages,file,event,name,kind,form,from,targets,arrival".split(",") + KEYS + "of_tonnes,differs,stated_as,text,source".split(",")
    return header, rows, without


def _text(values):
    return "; ".join(dict.fromkeys(values))


def figures(without):
    """Rows of `scenario_figures.csv`; with the events that no draft takes."""
    files = _read()
    rows, known = [], set()

    def add(measure, key, country, value, file, how, words):
        if (measure, key, country) not in known and country != "OTH":
            known.add((measure, key, country))
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                value = f"{float(f'{value:.4g}'):g}" if value < 1e5 else f"{value:.0f}"
            rows.append([key[0], key[1], measure, country, value, how, words, " and ".join(f"scenarios/{name}" for name in _files(file))])

    for file, materials, key, how in USES:
        by_country = {}
        for row in (row for name in _files(file) for row in files[name]["demand"]):
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
            add("use", key, country, sum(amount * content for amount, content, _ in list_), file, "embodied",
                f"Inside the magnets that it uses, wherever they were made: {arithmetic} (recipes and uses of the file)")
    for file, materials, key, how in OUTPUTS:
        shares = [files[file]["shares"][name] for name in materials]
        add("output", key, "WLD", sum(row["output"] for row in shares), file, how, _text(row.get("source") or row["assumption"] for row in shares))
    for file, supply, key, host in HOSTS:
        row = next(row for row in files[file]["host"] if row["supply"] == supply)
        rows.append([key[0], key[1], f"host {host[0]} {host[1]}", supply.split(".")[1], repr(row["use_of_cap"]), "taken",
                     row.get("source") or row["assumption"], f"scenarios/{file}"])
    for file, tree in files.items():
        for material in tree.get("material", []):
            words = material.get("source") or material.get("assumption") or ""
            on_it = [part for part in re.split(r"(?<=[.]) (?=[A-Z])", words) if re.search("abroad|pro rata", part)]
            for key in USERS.get(material["id"], []) if material.get("domestic_first") is False else []:
                add("domestic first", key, "all", "false", file, "taken", PRO_RATA[material["id"]] if material["id"] in PRO_RATA else " ".join(on_it))
        for event in tree.get("event", []):
            # What any mine may lose is lost in the output of a year already: the file has what it would have been.
            for name in event.get("materials", []) if event.get("countries") == "all" and event.get("kind") == "production_loss" else []:
                shares = tree["shares"][name]
                for key in MATERIALS[name]:
                    add("utilisation", key, "all", shares["utilisation"], file, "taken", shares.get("source") or shares["assumption"])
    first = {}
    for file, tree in files.items():
        for row in tree.get("inventory", []):
            words = row.get("source") or row["assumption"]
            # "As the USA" says who was taken for whom: with what is known of these.
            who = next((code for name, code in _CALLED.items() if words.lower().startswith("as ") and name in words), None)
            known_of = first.get((file, row["material"], who))
            first[file, row["material"], row["country"]] = words = f"{words}: {known_of}" if known_of else words
            for key in USERS.get(row["material"], []):
                measure = "stock days" if "days" in row else "stock tonnes"
                value = row[measure.split()[1]]
                if any(("stock " + unit, key, row["country"]) in known for unit in ("days", "tonnes")):
                    continue
                add(measure, key, row["country"], toml(value) if isinstance(value, dict) else value, file, "taken", words)
    rows += without
    return "mineral,stage,measure,country,value,how,text,source".split(","), rows
