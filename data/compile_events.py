"""Which historic events are written, and what replaces cells that had no source of their own.

The key is (date, country, mineral) as the facts write them; the value is (ISO3, minerals, changed cells).
An event that rests on memory alone is not in this list.
"""
_TABLE4 = "USGS MCS 2026 table 4"
_CUT = {"date_end_or_duration": ""}

EVENTS = {
    ("1977-03", "Zaire", "cobalt; copper"): ("COD", "cobalt;copper", {
        "notes": "Shaba I invasion: no effect on mineral markets", "source": "CIA 1982, Shaba's Cobalt (cia.gov/readingroom/document/0005054239)"}),
    ("1978-05", "Zaire", "cobalt"): ("COD", "cobalt", {
        "notes": "Shaba II: physical loss small, price +380 %; inventories judged able to absorb a stop of a year"}),
    ("2006", "China", "rare earths"): ("CHN", "rare_earths", dict(_CUT, notes="Export quotas and duties introduced; abolished after the WTO ruling",
        source="birmingham.ac.uk/news-archive/2013/the-race-for-rare-earth-metals")),
    ("2007-11-14", "Chile", "copper"): ("CHL", "copper", {}),
    ("2010-02-27", "Chile", "copper"): ("CHL", "copper", {}),
    ("2010-07", "China", "rare earths"): ("CHN", "rare_earths", {}),
    ("2010-09-21", "China", "rare earths"): ("CHN", "rare_earths", dict(_CUT, date_start="2010-09", source="mining.com CHARTS rare earth")),
    ("2011-01", "China", "rare earths"): ("CHN", "rare_earths", {}),
    ("2014-01-12", "Indonesia", "nickel; bauxite"): ("IDN", "nickel;bauxite", {}),
    ("2014-01-23", "South Africa", "platinum"): ("ZAF", "platinum", {}),
    ("2014-03", "Ukraine", "neon"): ("UKR", "neon", {}),
    ("2017-02-09", "Chile", "copper"): ("CHL", "copper", {}),
    ("2019-08-30", "Indonesia", "nickel"): ("IDN", "nickel", {}),
    ("2021-02-01", "Myanmar", "tin; rare earths"): ("MMR", "tin;rare_earths", {}),
    ("2021-09-13", "China", "magnesium"): ("CHN", "magnesium", {}),
    ("2022-02-24", "Ukraine", "neon"): ("UKR", "neon", {}),
    ("2022-12-20", "Zimbabwe", "lithium"): ("ZWE", "lithium", {
        "date_start": "2022", "date_end_or_duration": "in force on 2025-11-21", "severity": "", "notes": "Export ban on lithium ore", "source": _TABLE4}),
    ("2023-06-10", "Indonesia", "bauxite"): ("IDN", "bauxite", {
        "date_start": "2023", "date_end_or_duration": "in force on 2025-11-21", "severity": "", "notes": "Export ban on bauxite", "source": _TABLE4}),
    ("2023-08-01", "China", "gallium; germanium"): ("CHN", "gallium;germanium", {}),
    ("2023-08-01", "Myanmar", "tin"): ("MMR", "tin", {}),
    ("2023-12-01", "China", "graphite"): ("CHN", "graphite", {
        "date_start": "2023", "date_end_or_duration": "in force on 2025-11-21", "notes": "Export licences for graphite materials and technologies", "source": _TABLE4}),
    ("2024-09-15", "China", "antimony"): ("CHN", "antimony", {}),
    ("2024-09-26", "United States", "high-purity quartz"): ("USA", "quartz", dict(_CUT, source="everstream.ai risk center; bnnbloomberg.ca")),
    ("2024-10-16", "Myanmar", "rare earths (heavy)"): ("MMR", "rare_earths_heavy", {}),
    ("2024-12-03", "China", "gallium; germanium; antimony"): ("CHN", "gallium;germanium;antimony", {}),
    ("2025-02-04", "China", "tungsten; tellurium; bismuth; molybdenum; indium"): ("CHN", "tungsten;tellurium;bismuth;molybdenum;indium", {
        "date_start": "2025", "date_end_or_duration": "in force on 2025-11-21", "source": "USGS MCS 2026 table 4 (measure); USGS MCS 2026 (prices)"}),
    ("2025-02-22", "DR Congo", "cobalt"): ("COD", "cobalt", {}),
    ("2025-10-16", "DR Congo", "cobalt"): ("COD", "cobalt", {}),
    ("2025-04-04", "China", "rare earths (Sm, Gd, Tb, Dy, Lu, Sc, Y)"): ("CHN", "samarium;gadolinium;terbium;dysprosium;lutetium;scandium;yttrium", {}),
    ("2025-05-20", "DR Congo", "copper"): ("COD", "copper", {}),
    ("2025-07-31", "Chile", "copper"): ("CHL", "copper", {}),
    ("2025-09-08", "Indonesia", "copper; gold"): ("IDN", "copper;gold", {}),
    ("2025-09", "Peru", "copper"): ("PER", "copper", {}),
    ("2025-10-09", "China", "rare earths; battery materials; superhard materials"): ("CHN", "rare_earths", {}),
}
