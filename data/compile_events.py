"""How the collected events become `events.csv`, and over what they are watched: `exposure.csv` and `watched.csv`.

Nothing here is a figure of its own, but for the addresses that replace bare names of publishers and the days that a note states.
A row is named by (start, country, minerals, kind) as the facts write it. Rows that tell of one measure are merged: the better
sourced one stays, and its note names the source of the other.

Left out, since no address was found: 2021-02-01 Myanmar, coup (no loss stated either).
Left out, since they rest on memory alone: 30 rows of `historic_events.csv` whose source is "general knowledge", unless
`more_events.csv` has the same event with an address.
"""
import re
from collections import defaultdict
from datetime import date

_TABLE4 = "USGS MCS 2026 table 4 (https://doi.org/10.5066/P1WKQ63T)"
_TABLE4_SEEN = "2025-11-21"
_SEEN = "2026-06"

# Every kind of event, and its class.
CLASSES = {
    "export_ban": "export_restriction", "export_licensing": "export_restriction", "export_quota": "export_restriction",
    "conflict": "conflict", "unrest": "conflict", "protest": "conflict",
    "strike": "strike", "accident": "accident",
    "earthquake": "natural_hazard", "storm": "natural_hazard", "flood": "natural_hazard", "cyclone": "natural_hazard",
    "power_outage": "energy_shortage", "power_price": "energy_shortage",
    "policy_stop": "policy_stop", "licence_delay": "policy_stop",
    "price_closure": "market_closure", "sanctions": "sanctions", "input_shortage": "input_shortage",
}

# Minerals as the facts write them -> ids. `superhard` are synthetic diamonds in table 4.
_MINERALS = {"alumina": "aluminium", "ferronickel": "nickel", "tungsten carbide": "tungsten", "lithium batteries": "lithium",
             "graphite anodes": "graphite", "superhard": "diamond_synthetic"}

# One supply watched under several names: an event of any of them is an event of the first.
FAMILIES = {"rare_earths": ("rare_earths_heavy", "rare_earths_light", "magnet_rare_earths", "rare_earth_magnets", "dysprosium",
                            "gadolinium", "lutetium", "neodymium", "praseodymium", "samarium", "scandium", "terbium", "yttrium")}

_OPEN = {"date_end": "", "open_on": _SEEN}
_PART = {"extent": "part"}

# Rows of more_events.csv that need more than their cells say. None: merged into another row.
MORE = {
    ("1991", "CHL", "copper", "strike"): {"days": 14, "site": "Chuquicamata"},
    ("1991-08", "CHL", "copper", "strike"): {"site": "El Teniente"},
    ("1996-05", "CHL", "copper", "strike"): {"days": 10, "site": "Chuquicamata"},
    ("1998-01", "RUS", "palladium;platinum", "export_ban"): {"date_end": "", "open_on": "1998-04"},
    ("2003-04", "CHL", "copper", "strike"): {"days": 16},
    ("2003-12", "CHL", "copper", "strike"): {"days": 11},
    ("2006-08", "CHL", "copper", "strike"): {"days": 25, "site": "Escondida"},
    ("2007-06", "CHL", "copper", "strike"): {"days": 31},
    ("2010-05-07", "CHL", "copper", "strike"): {"days": 5, "site": "Collahuasi"},
    ("2010-09", "ZAF", "platinum", "strike"): {"days": 42},
    ("2011-05", "CHL", "copper", "strike"): {"site": "El Teniente"},
    ("2011-07", "CHL", "copper", "strike"): {"days": 14, "site": "Escondida"},
    ("2011-07", "IDN", "copper", "strike"): {"days": 8, "site": "Grasberg"},
    ("2011-07-11", "CHL", "copper", "strike"): {"days": 1, "site": "Chuquicamata;El Teniente"},
    ("2011-09-15", "IDN", "copper", "strike"): {"date_end": "", "open_on": "2011-11", "site": "Grasberg"},
    ("2011-10", "PER", "copper", "strike"): {"site": "Cerro Verde"},
    ("2011-11-28", "CHL", "copper", "strike"): {"site": "Collahuasi"},
    ("2012-01", "ZAF", "platinum", "strike"): {"days": 42},
    ("2012-05", "ZAF", "platinum", "strike"): {"days": 2},
    ("2013-05-14", "IDN", "copper", "accident"): {"date_end": "", "open_on": "2013-06-20", "site": "Grasberg"},
    ("2015-03-25", "CHL", "copper", "flood"): {"site": "Chuquicamata"},
    ("2015-08-09", "CHL", "copper", "storm"): {"site": "Chuquicamata;Radomiro Tomic"},
    ("2015-09", "COD", "copper;cobalt", "price_closure"): {"date_end": "", "note+": "18 months announced"},
    ("2016-01-15", "MYS", "bauxite", "policy_stop"): {"extent": "country"},
    ("2016-07", "PHL", "nickel", "policy_stop"): _PART,
    ("2017-01", "PHL", "nickel", "policy_stop"): _PART,
    ("2017-02-02", "PHL", "nickel", "policy_stop"): dict(_PART, date_end="", **{"note+": "appeals; most ran on"}),
    ("2017-02-11", "IDN", "copper", "export_ban"): {"date_end": "2017-03-20", "site": "Grasberg"},
    ("2017-06-06", "CHL", "copper", "storm"): {"site": "Escondida;Zaldivar"},
    ("2018-04", "BRA", "alumina", "policy_stop"): dict(_PART, date_end="", open_on="2018-08"),
    ("2018-04-06", "RUS", "aluminium;alumina", "sanctions"): {"date_end": "", "open_on": "2018-10"},
    ("2019-01", "PER", "copper", "protest"): {"site": "Las Bambas"},
    ("2019-06-14", "CHL", "copper", "strike"): {"site": "Chuquicamata"},
    ("2019-11", "COD", "cobalt;copper", "price_closure"): {"date_end": "", "note+": "restart planned for 2022"},
    ("2019-05-01", "RUS", "palladium;platinum", "export_ban"): _PART,
    ("2021-05", "CHN", "tin", "power_outage"): {"days": 15},
    ("2021-09-29", "USA", "magnesium", "accident"): {"date_end": "", "open_on": "2025-09"},
    ("2022-02-02", "PER", "copper", "protest"): {"site": "Las Bambas"},
    ("2022-03-20", "AUS", "alumina;bauxite", "export_ban"): dict(_OPEN, targets="RUS"),
    ("2022-04-08", "RUS", "palladium;platinum", "sanctions"): _OPEN,
    ("2022-06-13", "USA", "palladium;platinum", "flood"): {"days": 49},
    ("2022-07-16", "COD", "cobalt;copper", "export_ban"): dict(_PART, site="Tenke Fungurume"),
    ("2022-12-20", "ZWE", "lithium", "export_ban"): _OPEN,
    ("2023-02-01", "PER", "copper", "protest"): {"site": "Las Bambas"},
    ("2023-06-10", "IDN", "bauxite", "export_ban"): _OPEN,
    ("2023-11", "CHN", "aluminium", "power_outage"): {"date_end": "", "open_on": "2024-02"},
    ("2023-11-23", "PAN", "copper", "policy_stop"): dict(_PART, site="Cobre Panama", **_OPEN),
    # A share lost after a Chinese listing is that of the first year, as far as figures reach: what a rush brought forward and what came back later count
    # too. What the deepest months lost stays in the note.
    ("2023-12-01", "CHN", "graphite", "export_licensing"): {"date_end": "2024-03", "severity": "0.01", "note":
        "Announced 20 Oct 2023; November 2023 was a rush (12,186 t spherical, 23,502 t flake, three times normal), so November to February together held "
        "15,700 t spherical against 14,480 t normal and 28,200 t flake against 29,000 t; country share: 0.01 of a year, the 800 t of flake over 87,000 t; "
        "January and February alone 0.65 spherical, 0.78 flake", "note+": "licences stay; the end is that of the effect"},
    ("2024-01", "IDN", "tin", "regulation", "2024-02"): None,
    ("2024-01", "IDN", "tin", "regulation", "2024-06"): {"kind": "licence_delay", "extent": "country", "merge": (
        "2024-01", "IDN", "tin", "regulation", "2024-02")},
    ("2024-01", "IDN", "nickel", "regulation"): {"kind": "licence_delay", "extent": "country"},
    ("2024-03-17", "AUS", "manganese", "cyclone"): {"date_end": "", "note+": "exports expected again in the first quarter of 2025"},
    ("2024-04-30", "COD", "tantalum", "conflict"): _OPEN,
    ("2024-05-13", "NCL", "nickel", "unrest"): {"date_end": ""},
    ("2024-09-15", "CHN", "antimony", "export_licensing"): dict(_OPEN, merge_historic=("2024-09-15", "China", "antimony")),
    ("2024-10", "GIN", "bauxite", "export_ban"): dict(_PART, date_end="", open_on="2025-08-04", **{"note+": "licence revoked on 4 August 2025"}),
    ("2024-11-15", "RUS", "uranium", "export_ban"): {"date_end": "2025-12-31", "targets": "USA", "note+": "end as enacted", "table4": "2022"},
    ("2024-12-03", "CHN", "graphite", "export_licensing"): {"date_end": "2025-11-09", "targets": "USA"},
    ("2025-01", "CHN", "germanium", "export_licensing"): None,
    ("2025-01-01", "KAZ", "uranium", "regulation"): dict(_PART, kind="licence_delay"),
    ("2025-02-04", "CHN", "tungsten", "export_licensing"): dict(_OPEN, severity="0.13", note=
        "All tungsten products 10,800 t in Jan-Aug 2025, -13.1 %; APT alone 782 t in 2024, 243 t in Jan-Nov 2025, 0.66 less by month; country share: 0.13 of "
        "all tungsten products, part of the APT having left as these"),
    ("2025-04", "CHN", "rare_earth_magnets", "export_licensing"): {"date_start": "2025-04-04", "date_end": "2025-07", "severity": "0.075",
        "note+": "the share is that of January to September; licences stay; the end is that of the effect"},
    ("2025-04-04", "CHN", "dysprosium;terbium", "export_licensing"): _OPEN,
    ("2025-04-04", "CHN", "yttrium;scandium", "export_licensing"): _OPEN,
    ("2025-04-22", "PER", "copper", "accident"): {"site": "Antamina"},
    ("2025-05-20", "COD", "copper", "accident"): {"site": "Kamoa-Kakula", "merge_historic": ("2025-05-20", "DR Congo", "copper")},
    ("2025-07", "CHN", "lithium", "regulation"): dict(_PART, kind="policy_stop", date_start="2025-07-16", date_end="2025-10-11", **{
        "note+": "87 days, by the company; 11,000 t of lithium carbonate planned for the year, 5,170 t made in its first half",
        "source": "https://www.asianmetal.com/news/2242626/Zangge-Lithium-resumes-lithium-carbonate-production/1 ; https://gmteight.com/content/detail/287567 ; "
                  "https://stocknews24.com/2025/08/13/lithium-prices-jump-as-catl-shuts-major-jianxiawo-mine-in-china"}),
    ("2025-07-31", "CHL", "copper", "accident"): {"site": "El Teniente", "merge_historic": ("2025-07-31", "Chile", "copper")},
    ("2025-08-09", "CHN", "lithium", "regulation"): dict(_PART, kind="policy_stop", date_end="", open_on="2026-06-22", **{
        "note+": "restarts planned for December 2025 and February 2026 did not come; still closed on 22 June 2026, land use approved anew on 17 June",
        "source": "https://agentictribune.com/article/20250811-global-lithium-supply-shaken-by-catl-s-mine-suspension-in-china ; "
                  "https://investingnews.com/catl-restart-lithium-mine-december ; https://longbridge.com/en/news/290371326.md"}),
    ("2025-09-01", "IDN", "tin", "regulation"): dict(_PART, kind="policy_stop", date_end="", open_on="2025-10"),
    ("2025-10-09", "CHN", "rare_earths;lithium batteries;graphite anodes;superhard", "export_licensing"): {
        "date_end": "2025-11-07", "state": "never_in_force",
        "note+": "of rare earths, announcement 57 names holmium, erbium, thulium, europium and ytterbium beside the seven of April, not neodymium nor "
                 "praseodymium (https://www.siliconexpert.com/blog/china-expands-export-controls-on-middle-and-heavy-rare-earth-elements)", "merge_historic": (
            "2025-10-09", "China", "rare earths; battery materials; superhard materials")},
    ("2025-10-16", "COD", "cobalt", "export_ban"): None,
    ("2026-01", "CHN", "dysprosium;terbium;tungsten carbide", "export_ban"): None,
    ("2026-01", "IDN", "nickel", "regulation"): {"kind": "licence_delay", "extent": "country"},
    ("2026-01-01", "CHN", "silver", "export_licensing"): _OPEN,
    ("2026-01-06", "CHN", "rare_earths;gallium;germanium;tungsten;graphite", "export_ban"): dict(_OPEN, targets="JPN", merge=(
        "2026-01", "CHN", "dysprosium;terbium;tungsten carbide", "export_ban")),
    ("2026-01-28", "COD", "tantalum", "accident"): {"date_end": ""},
    ("2026-02-25", "ZWE", "lithium", "export_ban"): {"date_end": ""},
    ("2026-02-28", "IRN", "sulphur;aluminium;alumina", "conflict"): {"date_end": "", "open_on": "2026-03"},
    ("2026-03-03", "QAT", "aluminium", "conflict"): {"date_end": ""},
}

# Rows of historic_events.csv that more_events.csv does not have: (ISO3, minerals, changed cells).
# `severity_of` is country unless it says otherwise; a source without an address is replaced by one that states the same.
HISTORIC = {
    ("1977-03", "Zaire", "cobalt; copper"): ("COD", "cobalt;copper", {
        "date_end": "", "days": 91, "source": "CIA 1982, Shaba's Cobalt, https://cia.gov/readingroom/document/0005054239"}),
    ("1978-05", "Zaire", "cobalt"): ("COD", "cobalt", {
        "date_end": "",
        "notes": "Shaba II: physical loss small, price +380 %; inventories judged able to absorb a stop of a year",
        "source": "https://ssir.org/articles/entry/greening_supply_chains ; https://cia.gov/readingroom/document/0005054239"}),
    ("2006", "China", "rare earths"): ("CHN", "rare_earths", {
        "notes": "Export quotas and duties introduced; abolished after the WTO ruling", "date_end": "",
        "source": "https://birmingham.ac.uk/news-archive/2013/the-race-for-rare-earth-metals"}),
    ("2007-11-14", "Chile", "copper"): ("CHL", "copper", {
        "date_end": "", "site": "Chuquicamata;Spence", "severity": "",
        "notes": "M7.7 Tocopilla: power lost at mines of the north",
        "source": "https://news.metal.com/newscontent/100007155/chile-faces-risk-that-quake-may-hit-copper-rich-north-update2-/ ; MDPI Sustainability 2024 16(4) 1487"}),
    ("2010-02-27", "Chile", "copper"): ("CHL", "copper", {
        "date_end": "", "days": 5, "site": "El Teniente", "severity_of": "company",
        "notes": "M8.8 Maule: power lost; at most 0.5 % of the output of Codelco, El Teniente last to restart",
        "source": "http://english.china.org.cn/world/chilequake/2010-03/05/content_19531151.htm ; https://gazetadopovo.com.br/economia/codelco-suspende-producao-em-duas-minas-apos-terremoto-no-chile-aghy1r6fi3rzdbsakydaoqvri"}),
    ("2010-07", "China", "rare earths"): ("CHN", "rare_earths", {
        "date_end": "2010-12", "source": "http://japanmetalbulletin.com/?p=4991 ; http://japanmetalbulletin.com/?p=3957 ; https://www.fiercewireless.com/europe/japan-pushes-china-rare-earth-ban (-72 %)"}),
    ("2010-09-21", "China", "rare earths"): ("CHN", "rare_earths", {
        "date_end": "2010-11-20", "targets": "JPN",
        "notes": "Shipments to Japan alone held up; China denied a ban; some shipments were seen in customs figures",
        "source": "https://www.globaltradealert.org/state-act/2092/china-temporary-export-restrictions-on-rare-earth-minerals-to-japan"}),
    ("2011-01", "China", "rare earths"): ("CHN", "rare_earths", {
        "date_end": "2011-06", "source": "http://japanmetalbulletin.com/?p=3957"}),
    ("2014-01-12", "Indonesia", "nickel; bauxite"): ("IDN", "nickel;bauxite", {
        "date_end": "2017-01", "source": "https://etf.com/sections/features-and-news/5997 ; ft.com 2014-01; e-mj.com"}),
    ("2014-01-23", "South Africa", "platinum"): ("ZAF", "platinum", {
        "date_end": "2014-06-24", "source": "http://in.reuters.com/article/safrica-strike-idINL6N0P420A20140623 ; http://www.sahistory.org.za/article/2014-south-african-platinum-strike-longest-wage-strike-south-africa ; newsmax.com 2014-01-23"}),
    ("2014-03", "Ukraine", "neon"): ("UKR", "neon", {
        "date_end": "", "source": "https://adamtooze.com/2022/03/02/40-50-of-all-exports-of-neon-come-from-russia-ukraine-neon-byproduct-of-steel-manufacturing-which-is-critical/"}),
    ("2017-02-09", "Chile", "copper"): ("CHL", "copper", {
        "date_end": "", "days": 44, "site": "Escondida", "severity_of": "world",
        "notes": "Escondida, 5 % of the world: 97,103 t in the first quarter, 265,597 t a year before",
        "source": "https://resourcestockdigest.com/market-commentary/output-at-worlds-largest-copper-mine-sank-by-63-in-q1 ; https://www.e-mj.com/breaking-news/escondidas-copper-production-ramps-up/"}),
    ("2019-08-30", "Indonesia", "nickel"): ("IDN", "nickel", {
        "date_start": "2020-01-01", "date_end": "", "open_on": _SEEN,
        "notes": "Ban of ore exports, brought forward by two years; announced on 2 September 2019; nickel 15,779 to 18,004 USD/t in three days",
        "source": "https://www.aljazeera.com/economy/2019/9/2/worlds-biggest-nickel-ore-maker-bans-exports-from-january-2020 ; https://miningnews.net/base-metals/news/1370943/impacts-indonesian-nickel-ban-2021"}),
    ("2021-09-13", "China", "magnesium"): ("CHN", "magnesium", {
        "date_end": "2021-12", "severity_of": "region",
        "notes": "Yulin (with Fugu): 15 plants halved and 35 shut (or 25 shut and 5 halved); its output some 40 % below the year before; 2,000 to 10,000-14,000 USD/t in Europe; worst from 20 to 30 September",
        "source": "https://sputnikglobe.com/amp/20211029/magnesium-prices-in-china-fall-after-resumption-of-production-at-key-enterprises-1090314453.html ; https://www.iene.eu/european-industry-warns-of-magnesium-supply-emergency-p6427.html ; https://www.abc.net.au/news/2021-10-27/magnesium-shortage-in-europe-and-us-china-slows-down-supply/100570048"}),
    ("2022-02-24", "Ukraine", "neon"): ("UKR", "neon", {
        "date_end": "", "notes": "Ingas (Mariupol) and Cryoin (Odesa) stopped: 45 to 54 % of the world's semiconductor-grade neon",
        "source": "https://techcentral.co.za/neon-gas-crisis-threatens-worlds-chip-supplies/208716"}),
    ("2023-08-01", "China", "gallium; germanium"): ("CHN", "gallium;germanium", {
        "date_end": "", "open_on": _SEEN, "severity": "0.45",
        "notes+": "country share: 0.45 of gallium exports over the first twelve months (scenarios/base/gallium.toml, customs)",
        "source": "https://www.cnbc.com/2023/09/20/china-exports-zero-germanium-gallium-in-august-amid-national-security-curbs.html (August 2023); rawmaterials.net (November 2023, customs)",
        "merge": ("2025-01", "CHN", "germanium", "export_licensing")}),
    ("2023-08-01", "Myanmar", "tin"): ("MMR", "tin", {
        "date_end": "", "open_on": "2025-04", "extent": "part",
        "notes": "Wa State, 70 % of Myanmar's tin and some 10 % of the world's concentrate, stops mining; stocks went on leaving",
        "source": "https://min-met.com/blog/myanmars-wa-state-announces-tin-mining-suspension-from-august ; https://www.irrawaddy.com/news/burma/tin-mining-in-myanmars-wa-state-faces-prolonged-ban.html"}),
    ("2024-09-26", "United States", "high-purity quartz"): ("USA", "quartz", {
        "date_end": "2024-10-10", "severity_of": "mine", "kind": "storm", "site": "Spruce Pine",
        "notes": "Helene: both mines of high-purity quartz at Spruce Pine stopped; the larger one resumed two weeks later",
        "source": "https://bnnbloomberg.ca/investing/2024/10/01/hurricane-helene-halts-sibelcos-quartz-mine-output ; https://tjjyly.com/blog/north-carolinas-spruce-pine-quartz-mine-reopens-after-hurricane-helene.html"}),
    ("2024-10-16", "Myanmar", "rare earths (heavy)"): ("MMR", "rare_earths_heavy", {
        "date_end": "", "notes": "Kachin forces take Chipwi and Pangwa; trade back in stages in 2025",
        "source": "https://www.irrawaddy.com/news/burma/myanmars-kia-says-rare-earth-mining-set-to-resume-in-pangwa-chipwi-area.html ; https://pajau.net/post/closure-of-rare-earth-mining-sites-in-panwa-and-chiphwi-leads-to-job-shortages"}),
    ("2024-12-03", "China", "gallium; germanium; antimony"): ("CHN", "gallium;germanium;antimony", {
        "date_end": "2025-11-09", "targets": "USA",
        "notes": "Ban on exports to the USA alone, suspended from 9 November 2025 to 27 November 2026; licences stay. US imports of germanium from China 11 t (2023), 3.5 t (2024), 1.3 t (to July 2025)",
        "source": "https://www.fastmarkets.com/insights/china-suspends-export-prohibition-on-superhard-materials-us ; projectblue.com opinion 1373"}),
    ("2025-02-04", "China", "tungsten; tellurium; bismuth; molybdenum; indium"): ("CHN", "tellurium;bismuth;molybdenum;indium", {
        "date_end": "", "open_on": _SEEN, "source": _TABLE4 + " (measure); https://www.fastmarkets.com/insights/tungsten-market-participants-concern-china-tightens-export-controls-japan (day, as for tungsten); USGS MCS 2026 (prices)"}),
    ("2025-02-22", "DR Congo", "cobalt"): ("COD", "cobalt", {
        # The end is that of the effect: ended on paper on 15 October 2025. January 2026 is known to the month; ten and a half months.
        "date_end": "2026-01", "days": 320,
        "source": "https://www.zawya.com/en/economy/africa/congos-cobalt-curbs-expose-chinas-critical-metals-weak-spot-uaopybdz ; https://bankable.africa/en/business-climate/1210-1810-dr-congo-s-cobalt-export-quota-rules-still-unpublished-as-october-16-deadline-nears ; https://mteexpos.co.za/drc-cobalt-ban-updated/ ; USGS MCS 2026"}),
    ("2025-10-16", "DR Congo", "cobalt"): ("COD", "cobalt", {
        "date_end": "", "open_on": _SEEN, "source": "https://www.trtpidgin.com/article/34e848bc6df4 ; https://www.africanews.com/2025/09/22/drc-set-to-replace-ban-on-cobalt-exports-with-strict-annual-quotas/ ; USGS MCS 2026",
        "merge": ("2025-10-16", "COD", "cobalt", "export_ban")}),
    ("2025-04-04", "China", "rare earths (Sm, Gd, Tb, Dy, Lu, Sc, Y)"): ("CHN", "samarium;gadolinium;lutetium", {
        "date_end": "", "open_on": _SEEN,
        "source": _TABLE4 + "; https://rawmaterials.net/rare-earths-chinese-exports-of-terbium-and-dysprosium-plummet-to-zero-in-may/ ; rareearthexchanges.com (IEA 23 Oct 2025); mining.com"}),
    ("2025-09-08", "Indonesia", "copper; gold"): ("IDN", "copper;gold", {
        "date_end": "", "open_on": "2025-11-24", "site": "Grasberg", "severity_of": "mine",
        "source": "https://www.fastmarkets.com/insights/grasberg-mine-force-majeure-2026-output ; https://www.kitco.com/news/off-the-wire/2025-11-24/freeport-indonesia-cuts-2026-output-plan-talks-amman-concentrate"}),
    ("2025-09", "Peru", "copper"): ("PER", "copper", {
        "date_start": "2025-09-22", "date_end": "2025-10-07", "site": "Constancia",
        "source": "https://secure.northernminer.com/news/hudbay-halts-constancia-mine-amid-peru-protests/1003882911 ; https://veridicor.com/2025/10/23/hudbay-resumes-operations-at-constancia-after-community-blockades-disrupt-production"}),
}

# Found while mines were watched and scenarios written: same form as the rows of more_events.csv.
ADDED = [
    {"date_start": "2024-09", "date_end": "2025-02", "country": "CHN", "mineral": "lithium", "stage": "mining", "kind": "price_closure",
     "site": "", "note": "Jianxiawo (CATL), closed at a low price of lithium; some 65,000 t LCE a year", "basis": "press (Reuters)",
     "source": "https://www.business-standard.com/world-news/catl-suspends-production-at-jianxiawo-lithium-mine-in-china-report-125081000524_1.html ; "
               "https://www.fastmarkets.com/insights/catl-lithium-mine-suspension"},
    {"date_start": "2016-04-16", "date_end": "2016-04-21", "country": "CHL", "mineral": "copper", "stage": "mining", "kind": "flood",
     "site": "El Teniente", "note": "Rain: the mine stopped for five days, some 1,500 t a day", "basis": "press (Reuters)",
     "source": "http://in.reuters.com/article/chile-rains-idINL2N17L0XD"},
    {"date_start": "2024-08-13", "date_end": "2024-08-16", "country": "CHL", "mineral": "copper", "stage": "mining", "kind": "strike",
     "site": "Escondida", "note": "Escondida: three days, 2,400 workers", "basis": "press",
     "source": "https://devdiscourse.com/article/headlines/3053891-bhp-strikes-deal-with-escondida-union-halting-copper-mine-strike ; https://www.hindustantimes.com/world-news/workers-strike-at-world-s-largest-copper-mine-in-blow-to-bhp-101723559388202.html"},
]

_HEADER = ("class,kind,country,mineral,stage,site,date_start,date_end,duration_months,open_on,open_months,state,extent,scope,targets,"
           "severity,severity_of,world_share,basis,note,source").split(",")


def _minerals(text):
    names = [_MINERALS.get(name.strip(), name.strip()) for name in text.split(";")]
    return ";".join(dict.fromkeys(names))


def _day(text):
    """Days of the year 1 for an ISO date; a month counts from its middle. None for a year alone."""
    parts = [int(part) for part in text.split("-")]
    if len(parts) < 2:
        return None
    return date(*parts, *([15] if len(parts) == 2 else [])).toordinal()


def _months(start, end):
    """Months between two dates; unknown within one month of a month's precision and for years."""
    if not start or not end or _day(start) is None or _day(end) is None:
        return ""
    if start[:7] == end[:7] and (len(start) < 10 or len(end) < 10):
        return ""
    days = _day(end) - _day(start)
    return f"{max(days, 1) / 30.4375:.2f}" if days >= 0 else ""


def _row(cells):
    kind = cells["kind"]
    kind = {"regulation": "policy_stop"}.get(kind, kind)
    group = CLASSES[kind]
    restricts = group == "export_restriction"
    months = f"{cells['days'] / 30.4375:.2f}" if "days" in cells else _months(cells["date_start"], cells["date_end"])
    targets = cells.get("targets", "")
    severity, of = cells.get("severity", ""), cells.get("severity_of", "country")
    if severity and targets:
        of = "targets"
    note = cells["note"]
    if cells.get("note+"):
        note = f"{note}; {cells['note+']}"
    world = cells.get("world_share", "")
    if of == "world" and severity:
        world, severity = severity, ""
    state = cells.get("state") or ("open" if cells.get("open_on") else "ended" if cells["date_end"] else "unknown")
    return {
        "class": group, "kind": kind, "country": cells["country"], "mineral": _minerals(cells["mineral"]), "stage": cells["stage"],
        "site": cells.get("site", ""), "date_start": cells["date_start"], "date_end": cells["date_end"], "duration_months": months,
        "open_on": cells.get("open_on", ""), "open_months": _months(cells["date_start"], cells.get("open_on", "")), "state": state,
        "extent": cells.get("extent") or ("country" if restricts else "part"),
        "scope": ("targets" if targets else "everyone") if restricts else "", "targets": targets,
        "severity": severity, "severity_of": of if severity else "", "world_share": world, "basis": cells["basis"], "note": note,
        "source": cells["source"],
    }


def _has_address(source):
    return re.search(r"https?://\S+\.\S+|doi\.org/", source) is not None


def _check_row(row):
    if not _has_address(row["source"]):
        raise SystemExit(f"an event without an address: {row}")
    if "general knowledge" in row["source"]:
        raise SystemExit(f"an event without a source: {row}")
    for cell in ("date_start", "date_end", "open_on"):
        if row[cell] and not re.fullmatch(r"\d{4}(-\d\d){0,2}", row[cell]):
            raise SystemExit(f"{cell} is no date: {row}")


def _key(row, name):
    """The key under which MORE has a row: with the end where two rows would share one."""
    short = (row["date_start"], row["country"], row["mineral"], row["kind"])
    return short + (row["date_end"],) if short + (row["date_end"],) in name else short


def events(facts):
    """The rows of events.csv."""
    raw_more = [dict(row, mineral=raw) for row, raw in facts.with_raw_minerals("more_events.csv")]
    more = {_key(row, MORE): row for row in raw_more}
    historic = {(row["date_start"], row["country"], raw): row for row, raw in facts.with_raw_minerals("historic_events.csv")}
    unused = [key for key in MORE if key not in more]
    if unused or len(more) != len(raw_more):
        raise SystemExit(f"rows of more_events.csv that are not there, or two with one key: {unused}")
    out = []

    def noted(cells, other):
        cells["note"] += f". Same measure: {other['note']} ({other['source']})"

    for key, row in more.items():
        changes = MORE.get(key, {})
        if changes is None:
            continue
        cells = dict(row, severity=row["share_of_country_lost"], world_share=row["share_of_world_lost"])
        cells.update(changes)
        if "merge" in changes:
            noted(cells, more[changes["merge"]])
        if "merge_historic" in changes:
            cells["note"] += f". Also in: {historic[changes['merge_historic']]['source']}"
        out.append(_row(cells))
    for key, (country, minerals, changes) in HISTORIC.items():
        row = historic[key]
        cells = dict(row, country=country, note=row["notes"], date_end=row["date_end_or_duration"])
        cells["basis"] = "official or study" if any(word in row["source"] for word in ("USGS", "CIA", "cia.gov")) else "press"
        cells.update(changes)
        cells["mineral"] = minerals
        cells["note"] = changes.get("notes", cells["note"])
        if "notes+" in changes:
            cells["note"] += f"; {changes['notes+']}"
        if "merge" in changes:
            noted(cells, more[changes["merge"]])
        out.append(_row(cells))
    out += [_row(dict(cells)) for cells in ADDED]
    out += _listed(facts, out)
    for row in out:
        _check_row(row)
    _check_twice(out)
    return [[row[name] for name in _HEADER] for row in out]


def _listed(facts, known):
    """Rows of table 4 that no other row tells of, and a note of the table in those that do."""
    family = {member: head for head, members in FAMILIES.items() for member in members}
    head = lambda name: family.get(name, name)
    groups = defaultdict(list)
    renamed = {key[:3]: changes["table4"] for key, changes in MORE.items() if changes and "table4" in changes}
    for row in facts.rows("export_controls.csv"):
        kind = row["control_type"].removeprefix("temporary_")
        same = []
        for event in known:
            start = renamed.get((event["date_start"], event["country"], event["mineral"]), event["date_start"])[:4]
            if (event["class"] == "export_restriction" and event["country"] == row["country_iso3"] and start == row["year_in_force"]
                    and head(row["mineral"]) in [head(name) for name in event["mineral"].split(";")]):
                same.append(event)
        for event in same:
            if "table 4" not in event["source"]:
                event["source"] += f"; {_TABLE4}"
        if not same:
            groups[row["country_iso3"], kind, row["year_in_force"], row["scope"]].append(row["mineral"])
    rows = []
    for (country, kind, year, scope), minerals in groups.items():
        rows.append(_row({"kind": kind, "country": country, "mineral": ";".join(sorted(minerals)), "stage": "", "date_start": year,
                          "date_end": "", "open_on": _TABLE4_SEEN, "note": f"Listed: {scope}; only the year is stated", "basis": "official",
                          "source": _TABLE4}))
    return rows


def _check_twice(rows):
    """One row per country, mineral, class, start, place and targets."""
    seen = set()
    for row in rows:
        for name in row["mineral"].split(";"):
            key = (row["country"], name, row["class"], row["date_start"], row["site"], row["targets"], row["extent"])
            if key in seen:
                raise SystemExit(f"an event twice: {key}")
            seen.add(key)


# kind: what `critmin rates --kind` takes beside the kinds of event, which go by the row of their class.
# counts: kinds of event, parted by `;`; empty: those of the class of that name. unit: supply (a country's mineral, by its share), country (a
# country's mineral that is watched as such, whatever its share), site.
# coverage: register (public acts, so none found is a finding) or press (none found is no finding).
# least_events: below it a rate is not given.
_PRESS = ("read in the press, not a census: copper in Chile and Peru and South African platinum were read for, others only when "
          "found. Too low wherever nobody looked; none found is no evidence of none")
_SHARES = "mineral of a country that made at least least_share of the world's output at any stage in shares.csv (2024 mostly), x years"
_HINDSIGHT = "Shares are those of 2024 and may follow from the event itself"
EXPOSURE = [
    ["export_restriction", "", "supply", "0.5", "country", "2010", "2025", "register", "0", _SHARES,
     "a law or announcement is public, but table 4 lists what was in force in November 2025: measures lifted earlier are known only "
     "where the press has them, so early years are too low. Minerals listed on one day are not independent. " + _HINDSIGHT],
    ["country_stop", "export_ban;policy_stop", "supply", "0.2", "country", "2010", "2025", "register", "0",
     _SHARES + "; only bans and stops of a country's whole output or exports",
     "a stop that a leading producer imposed and that cost it its place is left out with the place (Indonesian bauxite). " + _HINDSIGHT],
    ["conflict", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES, _PRESS + ". " + _HINDSIGHT],
    ["strike", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES,
     _PRESS + ". Chilean strikes were read for up to 2011 more closely than after. " + _HINDSIGHT],
    ["accident", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES, _PRESS + ". " + _HINDSIGHT],
    ["natural_hazard", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES, _PRESS + ". " + _HINDSIGHT],
    ["energy_shortage", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES, _PRESS + ". " + _HINDSIGHT],
    ["policy_stop", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES, _PRESS + ". " + _HINDSIGHT],
    ["market_closure", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES,
     _PRESS + ". What closes at a low price is often no loss to users. " + _HINDSIGHT],
    ["sanctions", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES, _PRESS + ". " + _HINDSIGHT],
    ["input_shortage", "", "supply", "0.2", "", "2010", "2025", "press", "3", _SHARES, _PRESS + ". " + _HINDSIGHT],
    ["licence_delay", "licence_delay", "country", "", "country", "2024", "2026", "press", "3",
     "mineral of a country whose yearly work plans came late x years since the first did",
     "the watch begins with the first late year, so it is biased up; 2026 counts as a whole year though the sources reach to June"],
    ["mine_stop", "accident;conflict;cyclone;earthquake;export_ban;flood;policy_stop;power_outage;price_closure;protest;storm;strike;unrest", "site", "", "",
     "2010", "2025", "press", "3", "mine x years, for six large copper mines; any stop or cut of a day and more that a source names",
     "biased up: mines were chosen for their reported stops, and one-day stops are among them; mines without one (Antamina before 2025, Morenci ...) are not watched"],
]

# Mines and countries that are watched as such.
_SITES = [("Escondida", "CHL"), ("Collahuasi", "CHL"), ("El Teniente", "CHL"), ("Chuquicamata", "CHL"), ("Grasberg", "IDN"), ("Cerro Verde", "PER")]
_LEAST = 0.1


def exposure():
    header = "kind,counts,unit,least_share,extent,since,until,coverage,least_events,how,bias,source".split(",")
    kinds = lambda row: row[1] or ";".join(sorted(kind for kind, group in CLASSES.items() if group == row[0]))
    return header, [[row[0], kinds(row), *row[2:], "derived: counted units x years, events in events.csv"] for row in EXPOSURE]


def watched(shares):
    """Supplies of at least a tenth of the world, one row per country and family of minerals; then mines and countries."""
    family = {member: head for head, members in FAMILIES.items() for member in members}
    best = {}
    for row in shares:
        if row["country"] in ("OTH", "EU27", "WLD"):
            continue
        key = (row["country"], family.get(row["mineral"], row["mineral"]))
        if key not in best or float(row["share"]) > float(best[key]["share"]):
            best[key] = row
    header = "unit,country,mineral,also,site,stage,share,share_year,source".split(",")
    rows = [["supply", country, name, ";".join(FAMILIES.get(name, ())), "", row["stage"], row["share"], row["year"],
             "derived: largest share at any stage in shares.csv (" + row["source"] + ")"]
            for (country, name), row in best.items() if float(row["share"]) >= _LEAST]
    rows += [["site", country, "copper", "", site, "mine", "", "", "derived: mines named in events.csv"] for site, country in _SITES]
    rows += [["country", "IDN", name, "", "", "", "", "", "derived: yearly work plans (RKAB), events.csv"] for name in ("nickel", "tin")]
    return header, rows


def header():
    return _HEADER
