"""Names and sources used by compile.py."""

# Names as the facts write them -> the id used in every table here.
MINERAL_IDS = {
    "rare_earths_magnet": "magnet_rare_earths",
    "cokingcoal": "coking_coal",
    "pgms": "platinum_group_metals",
    "diamonds": "diamond",
    "total_ree": "rare_earths",
    "rare_metals_34_types": "rare_metals",
}

# Display names where the id with a capital letter would not do.
MINERAL_NAMES = {
    "aluminium": "Aluminium and alumina", "bauxite": "Bauxite", "magnet_rare_earths": "Magnet rare earths (Nd, Pr, Dy, Tb)",
    "rare_earth_magnets": "Rare-earth magnets (NdFeB)", "rare_earths": "Rare earths", "rare_earths_heavy": "Heavy rare earths",
    "rare_earths_light": "Light rare earths", "titanium_ilmenite": "Titanium (ilmenite)", "titanium_rutile": "Titanium (rutile)",
    "platinum_group_metals": "Platinum-group metals", "gallium_germanium_indium_etc": "Ga, Ge, In, Nb and others (HS 811292)",
    "boron_tellurium": "Boron and tellurium (HS 280450)", "helium_rare_gases": "Helium and rare gases",
    "silicon_carbide_fused_alumina": "Silicon carbide and fused alumina", "phosphate_rock": "Phosphate rock",
    "coking_coal": "Coking coal", "lithium": "Lithium", "graphite": "Graphite (natural; battery grade incl. synthetic)",
}

MINERAL_NOTES = {
    "aluminium": "alumina is the stage alumina_refining (t alumina), metal is primary_smelting (t Al)",
    "magnet_rare_earths": "sum of Nd, Pr, Dy and Tb as the IEA counts it",
    "rare_earth_magnets": "sintered magnets; HS 850511 also holds magnets without rare earths; shares: leading supplier only",
    "rare_earths": "t rare-earth oxide; all rare earths together",
    "graphite": "mine: natural graphite (USGS); battery_grade: spherical and synthetic (IEA)",
    "lithium": "US output is withheld, so the world total leaves it out; chemical_refining from the IEA",
    "nickel": "IEA refining: the country rows sum to 3.2 % more than the stated world total in 2024",
    "gallium_germanium_indium_etc": "one customs code for several metals: no use for any one of them alone",
    "boron": "mine: leading supplier only; US output is withheld",
    "niobium": "processing: leading supplier only",
    "tungsten": "apt_processing: leading supplier only",
    "tin": "refining: leading supplier only, from a press report of preliminary figures",
    "platinum": "refining: leading supplier only", "palladium": "refining: leading supplier only",
    "hafnium": "refining: leading supplier only", "phosphorus": "refining: leading supplier only",
    "feldspar": "mine: leading supplier only", "coking_coal": "mine: leading supplier only",
    "germanium": "refining: the period of the EU study, not a current year",
    "rare_earths_light": "the period of the EU study, not a current year",
    "rare_earths_heavy": "the period of the EU study, not a current year: 100 % is rounded and older than the plants opened since",
    "rhenium": "mine: Russia is not available (NA)",
    "silicon": "US output is withheld (W) for ferrosilicon and silicon metal",
    "tellurium": "US output is withheld (W)", "selenium": "US output is withheld (W)", "bauxite": "US output is withheld (W)",
    "barite": "US output is withheld (W)", "magnesite": "US output is withheld (W)",
}

# Short names for charts; all others are the ISO 3166 short name.
COUNTRY_NAMES = {
    "ARE": "UAE", "BIH": "Bosnia-Herzegovina", "BOL": "Bolivia", "BRN": "Brunei", "CAF": "Central African Rep.",
    "CIV": "Ivory Coast", "COD": "DR Congo", "COG": "Congo", "CPV": "Cape Verde", "CZE": "Czechia", "DOM": "Dominican Rep.",
    "FLK": "Falkland Islands", "FSM": "Micronesia", "GBR": "United Kingdom", "HKG": "Hong Kong", "IRN": "Iran", "KOR": "South Korea",
    "LAO": "Laos", "MAC": "Macao", "MDA": "Moldova", "MMR": "Myanmar", "PRK": "North Korea", "PSE": "Palestine",
    "RUS": "Russia", "SXM": "Sint Maarten", "SYR": "Syria", "TUR": "Turkey", "TWN": "Taiwan", "TZA": "Tanzania",
    "USA": "United States", "VEN": "Venezuela", "VGB": "British Virgin Islands", "VIR": "US Virgin Islands", "VNM": "Vietnam",
    "EU27": "European Union", "OTH": "Other countries", "WLD": "World",
}

# Countries of ISO 3166-1 that the facts do not use.
MORE_COUNTRIES = {
    "ALA": "Aland Islands", "ATA": "Antarctica", "ATF": "French Southern Territories", "BES": "Bonaire, Sint Eustatius and Saba",
    "BLM": "Saint Barthelemy", "BVT": "Bouvet Island", "CCK": "Cocos (Keeling) Islands", "ESH": "Western Sahara",
    "FLK": "Falkland Islands", "FRO": "Faroe Islands", "GGY": "Guernsey", "GIB": "Gibraltar", "GLP": "Guadeloupe", "GUF": "French Guiana",
    "HMD": "Heard Island and McDonald Islands", "IMN": "Isle of Man", "IOT": "British Indian Ocean Territory", "MAF": "Saint Martin",
    "MNP": "Northern Mariana Islands", "MSR": "Montserrat", "MYT": "Mayotte", "NFK": "Norfolk Island", "PCN": "Pitcairn",
    "SGS": "South Georgia", "SHN": "Saint Helena", "SJM": "Svalbard and Jan Mayen", "SPM": "Saint Pierre and Miquelon",
    "TCA": "Turks and Caicos Islands", "TKL": "Tokelau", "UMI": "US Minor Outlying Islands", "VAT": "Vatican City",
    "WLF": "Wallis and Futuna",
}

_RELEASE = "public repositories that hold the publisher's files; figures only"
SOURCES = [
    ["USGS MCS 2026", "U.S. Geological Survey", "Mineral Commodity Summaries 2026 (data release; tables 4, 6, 7; figure 13)",
     "doi:10.5066/P1WKQ63T", "CC0 1.0 (stated in its metadata)", "U.S. Geological Survey", _RELEASE],
    ["USGS MCS 2025", "U.S. Geological Survey", "Mineral Commodity Summaries 2025 world data release", "doi:10.5066/P13XCP3R",
     "US Government work, public domain", "U.S. Geological Survey", _RELEASE],
    ["USGS OFR 2024-1057", "U.S. Geological Survey", "Open-File Report 2024-1057 (Nassar and others)", "OFR 2024-1057",
     "US Government work, public domain", "U.S. Geological Survey", "publication page and press release of 2024-11-19"],
    ["CRS R47833", "Congressional Research Service", "Report R47833", "R47833", "US Government work, public domain",
     "Congressional Research Service", "public page"],
    ["IEA Critical Minerals Data Explorer 2025", "International Energy Agency",
     "Critical Minerals Data Explorer, May 2025 edition (inferred: base year 2024)", "iea.org",
     "CC BY 4.0 (stated by two repositories that hold the file; not read at iea.org)", "IEA", _RELEASE],
    ["IEA Global Critical Minerals Outlook 2025", "International Energy Agency", "Global Critical Minerals Outlook 2025",
     "iea.org", "CC BY 4.0 (as for the data explorer; not read at iea.org)", "IEA", "the figure as cited by a third party"],
    ["IEA policies database", "International Energy Agency", "policies 16639 and 17940", "iea.org/policies",
     "single facts, cited", "IEA", "public page"],
    ["EU CRM study 2023", "European Commission", "Study on the Critical Raw Materials for the EU 2023, final report",
     "doi:10.2873/725585", "CC BY 4.0 (EC reuse decision)", "European Union", "third-party tabulations of the report's tables"],
    ["CEPII BACI HS17 V202601", "CEPII", "BACI, HS 2017, release 202601, year 2024", "cepii.fr", "Etalab Open Licence 2.0",
     "CEPII, BACI", _RELEASE],
    ["CEPII BACI HS92 V2026", "CEPII", "BACI, HS 1992, 2026 release, year 2024", "cepii.fr", "Etalab Open Licence 2.0",
     "CEPII, BACI", _RELEASE],
    ["World Bank WGI", "World Bank", "Worldwide Governance Indicators", "worldbank.org", "CC BY 4.0",
     "World Bank, Worldwide Governance Indicators", _RELEASE],
    ["Nassar et al. 2015 and USGS MCS 2024", "Nassar, Graedel and Harper (Science Advances); USGS",
     "by-product shares, rounded by a third party", "Science Advances 2015",
     "single facts, cited; the rounding is a third party's judgement", "Nassar, Graedel and Harper 2015", "third-party table"],
    ["ITA preliminary 2023 (The Strategist 2024-04-08)", "International Tin Association, as reported by The Strategist",
     "preliminary 2023", "thestrategist.media", "two single facts, cited", "International Tin Association", "press report"],
    ["Pothen 2013 (ZEW DP 14-005)", "ZEW", "Discussion paper 14-005 (abstract)", "ZEW DP 14-005", "single facts, cited",
     "Pothen 2013", "abstract"],
    ["Blomberg and Soderholm 2009 (abstract)", "Resources, Conservation and Recycling 53(8) 455-463", "abstract", "",
     "single fact, cited", "Blomberg and Soderholm 2009", "abstract"],
    ["Baffes, Kabundi and Nagle 2020 (abstract)", "World Bank working paper", "abstract", "", "single facts, cited",
     "Baffes, Kabundi and Nagle 2020", "abstract"],
    ["ISO 3166-1", "ISO", "country codes; short names by this project", "", "codes, free to use", "", "pycountry"],
    ["Unicode CLDR", "Unicode, Inc.", "Common Locale Data Repository, country names and codes in country_names.csv, as of Babel 2.19.0",
     "cldr.unicode.org", "Unicode License v3 (data/LICENSE-UNICODE.txt)", "Unicode, Inc.", "Babel"],
    ["matching by this project", "this project", "which customs code and which consumption go with a stage", "", "", "", ""],
    ["molar masses (IUPAC atomic weights)", "IUPAC", "standard atomic weights, rounded to three decimals", "iupac.org", "facts", "", "arithmetic in compile_stages.py"],
    ["region of these tables", "this project", "codes EU27, OTH, WLD", "", "", "", ""],
]
