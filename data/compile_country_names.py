#!/usr/bin/env python3
"""Write country_names.csv: every name and code by which other tables call a country, beside the codes of countries.csv.

Usage: pip install Babel==2.19.0; python3 data/compile_country_names.py

Names in English, German, French and Spanish and the codes of two letters and of digits come from the Unicode CLDR as Babel
ships it. What publishers write otherwise is listed below, by publisher. A name that fits more than one country gets all of
them, and no program takes it for one. The script stops where two lists disagree.
"""
import csv
import sys
import unicodedata
from pathlib import Path

sys.dont_write_bytecode = True

HERE = Path(__file__).resolve().parent
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}
CLDR = "Unicode CLDR"

USGS = """
COD: Congo (Kinshasa)
COG: Congo (Brazzaville)
KOR: Korea, Republic of; Republic of Korea
PRK: Korea, North
MMR: Burma
BIH: Bosnia and Herzegovina
CIV: Cote d'Ivoire; Ivory Coast
TUR: Turkey; Turkiye
CZE: Czech Republic
GBR: United Kingdom
PSE: West Bank
"""

# Names as UN Comtrade and BACI print them.
COMTRADE = """
ATF: Fr. South Antarctic Terr.
ATG: Antigua and Barbuda
BES: Bonaire; Bonaire, Sint Eustatius and Saba; Bonaire, Saint Eustatius and Saba
BIH: Bosnia Herzegovina
BLM: Saint Barthelemy
BOL: Bolivia (Plurinational State of); Plurinational State of Bolivia
BRN: Brunei Darussalam
CAF: Central African Rep.
CCK: Cocos Isds
CIV: Cote d'Ivoire
COD: Dem. Rep. of the Congo
COG: Rep. of the Congo
COK: Cook Isds
CPV: Cabo Verde
CXR: Christmas Isds
CZE: Czechia
DOM: Dominican Rep.
FLK: Falkland Isds (Malvinas)
FRO: Faeroe Isds
FSM: FS Micronesia; Micronesia, Federated States of
GNQ: Equatorial Guinea
HKG: China, Hong Kong SAR
IOT: Br. Indian Ocean Terr.
IRN: Iran, Islamic Republic of
KNA: Saint Kitts and Nevis; Saint Kitts, Nevis
KOR: Rep. of Korea
LAO: Lao People's Dem. Rep.
LBY: Libyan Arab Jamahiriya
MAC: China, Macao SAR
MDA: Rep. of Moldova
MKD: TFYR of Macedonia; The former Yugoslav Republic of Macedonia; Macedonia
MNP: N. Mariana Isds
MYT: Mayotte (Overseas France)
PCN: Pitcairn
PRK: Dem. People's Rep. of Korea
PSE: State of Palestine; Occupied Palestinian Terr.
RUS: Russian Federation
SGS: South Georgia and the South Sandwich Islands
SWZ: Swaziland; Eswatini
SXM: Saint Maarten
SYR: Syria; Syrian Arab Republic
TCA: Turks and Caicos Isds
TLS: Timor-Leste; East Timor
TWN: Other Asia, nes; Other Asia, not elsewhere specified; Asia, not elsewhere specified
TZA: United Rep. of Tanzania
UMI: US Misc. Pacific Isds
USA: USA; USA, Puerto Rico and US Virgin Islands
VAT: Holy See (Vatican City State)
VEN: Venezuela (Bolivarian Republic of)
VGB: Br. Virgin Isds
VIR: US Virgin Isds
VNM: Viet Nam
WLF: Wallis and Futuna Isds
"""

# Numbers and letters that UN Comtrade and BACI use beside, or in place of, those of ISO 3166.
COMTRADE_CODES = """
CHE: 757
FRA: 251
IND: 699
ITA: 381
NOR: 579
TWN: 490; S19
USA: 842; 841
DEU: 280
ETH: 230
SDN: 729
"""

WORLD_BANK = """
AND: ADO
BHS: Bahamas, The
COD: Congo, Dem. Rep.; ZAR
COG: Congo, Rep.
EGY: Egypt, Arab Rep.
FSM: Micronesia, Fed. Sts.
GMB: Gambia, The
HKG: Hong Kong SAR, China
IMN: IMY
IRN: Iran, Islamic Rep.
KGZ: Kyrgyz Republic
KNA: St. Kitts and Nevis
KOR: Korea, Rep.
LAO: Lao PDR
MAC: Macao SAR, China
MAF: St. Martin (French part)
PRI: Puerto Rico (US)
PRK: Korea, Dem. People's Rep.; Korea, Dem. Rep.
PSE: West Bank and Gaza; WBG
ROU: ROM
SOM: Somalia, Fed. Rep.
SVK: Slovak Republic
SXM: Sint Maarten (Dutch part)
TLS: TMP
TWN: Taiwan, China
VCT: St. Vincent and the Grenadines
VEN: Venezuela, RB
VIR: Virgin Islands (U.S.)
XKX: KSV
YEM: Yemen, Rep.
"""

# Short names of ISO 3166-1 where they are neither of the CLDR nor above.
ISO = """
ASM: American Samoa
BES: Bonaire, Sint Eustatius and Saba
COD: Congo (the Democratic Republic of the)
FLK: Falkland Islands (the) [Malvinas]
GBR: United Kingdom of Great Britain and Northern Ireland (the)
HMD: Heard Island and McDonald Islands
IRN: Iran (Islamic Republic of)
LAO: Lao People's Democratic Republic (the)
MAF: Saint Martin (French part)
MMR: Myanmar
MDA: Moldova (the Republic of)
NLD: Netherlands (Kingdom of the)
PRK: Korea (the Democratic People's Republic of)
PSE: Palestine, State of
SHN: Saint Helena, Ascension and Tristan da Cunha; Saint Helena
SJM: Svalbard and Jan Mayen
TWN: Taiwan (Province of China)
TZA: Tanzania, the United Republic of
UMI: United States Minor Outlying Islands
USA: United States of America
VAT: Holy See
VGB: Virgin Islands (British)
VIR: Virgin Islands (U.S.)
"""

# What people write: former names, abbreviations, official names in four languages.
COMMON = """
ARE: UAE; U.A.E.; VAE; EAU
AUS: Commonwealth of Australia
AUT: Republik Österreich
BFA: Upper Volta
BLR: Belorussia; Weißrussland; Biélorussie; Belarús; Belarus; Republic of Belarus
BRA: Federative Republic of Brazil
CHE: Swiss Confederation; SUI; Suiza; Schweizerische Eidgenossenschaft
CHN: PRC; PR China; P.R. China; China, PR; People's Republic of China; Mainland China; China (mainland); Volksrepublik China; VR China; République populaire de Chine; República Popular China
CIV: Elfenbeinküste; Costa de Marfil
COD: DRC; D.R. Congo; DR Congo; Congo DR; Congo, DR; Democratic Republic of Congo; Congo (DRC); Zaire; Zaïre; DR Kongo; Kongo, DR; Demokratische Republik Kongo; Kongo, Demokratische Republik; RDC; RD Congo; R.D. Congo; République démocratique du Congo; Congo, République démocratique du; República Democrática del Congo; Congo, República Democrática del; Congo-Zaire
COG: Congo (Republic); Republic of Congo; Congo Republic; Republik Kongo; République du Congo; República del Congo
CPV: Cape Verde
CZE: Tschechische Republik; République tchèque; República Checa
DEU: GER; Federal Republic of Germany; Germany, Federal Republic of; Bundesrepublik Deutschland; BRD; République fédérale d'Allemagne; República Federal de Alemania; Fed. Rep. of Germany
DNK: DEN
EU27: EU; EU-27; EU 27; European Union (27); European Union - 27 countries; Europäische Union; Union européenne; Unión Europea; EUU; EU27_2020
GBR: UK; U.K.; Great Britain; Great Britain and Northern Ireland; Großbritannien; Grande-Bretagne; Gran Bretaña
GRC: GRE; Hellenic Republic
HRV: CRO
IDN: INA; Republic of Indonesia
IND: Republic of India
IRN: Iran, Islamische Republik; République islamique d'Iran; República Islámica de Irán
JPN: JAP; Nippon
KHM: Kampuchea
KOR: ROK; South-Korea; Republik Korea; Korea, Republik; République de Corée; Corée, République de; República de Corea; Corea, República de; Korea, South; Korea (South); Korea (Republic)
LKA: Ceylon
MKD: Republic of North Macedonia; FYROM; FYR Macedonia
MMR: Birma; Birmanie; Birmania; Myanmar/Burma
MYS: MAS
NLD: Holland; NED; Hollande; Holanda; The Netherlands
PHL: PHI
PRK: DPRK; Democratic People's Republic of Korea; Korea (North); Demokratische Volksrepublik Korea; République populaire démocratique de Corée; República Popular Democrática de Corea
PRT: POR
RUS: Russia (Federation); Russian Fed.; Russische Föderation; Fédération de Russie; Federación de Rusia; Federación Rusa
SAU: KSA; Kingdom of Saudi Arabia
SVK: Slowakische Republik; République slovaque; República Eslovaca
SWZ: Swasiland; Suazilandia
SYR: République arabe syrienne; República Árabe Siria
THA: Siam
TUR: Republic of Türkiye; Turkey; Türkei
TWN: Chinese Taipei; Formosa; Separate Customs Territory of Taiwan, Penghu, Kinmen and Matsu
TZA: Tansania, Vereinigte Republik; République-Unie de Tanzanie; República Unida de Tanzania
USA: US; U.S.; U.S.A.; United States (US); Vereinigte Staaten von Amerika; États-Unis d'Amérique; Estados Unidos de América; EEUU; EE.UU.; EE. UU.
VAT: Vatican; Vatican City State
VNM: Vietnam; Socialist Republic of Vietnam
XKX: Kosovo; Republic of Kosovo
ZAF: RSA; Republic of South Africa
ZWE: Rhodesia
"""

# Names that fit more than one country, and states that are no more: nothing is taken for one of them.
SEVERAL = """
COD;COG: Congo; Kongo; Republic of the Congo (former)
KOR;PRK: Korea; Corée; Corea
CHL;CHN;CHE: CHI
CHN;TWN: ROC; Republic of China
AUS;AUT: AUSTR; AU/AT
NER;NGA: NIG
GIN;GNB;GNQ: GUI; Guineas
VGB;VIR: Virgin Islands; Virgin Isds; Jungferninseln; Îles Vierges; Islas Vírgenes
MAF;SXM: Saint Martin; San Martin
GGY;JEY: Channel Islands
SDN;SSD: Sudan (Former); Sudan (before 2012); Fmr Sudan; 736
CZE;SVK: Czechoslovakia; Tschechoslowakei; Tchécoslovaquie; Checoslovaquia; 200; CSK
SRB;MNE: Serbia and Montenegro; SCG; 891
BIH;HRV;MKD;MNE;SRB;SVN;XKX: Yugoslavia; Jugoslawien; Yougoslavie; Fmr Yugoslavia; SFR of Yugoslavia (former); YUG; 890
ARM;AZE;BLR;EST;GEO;KAZ;KGZ;LTU;LVA;MDA;RUS;TJK;TKM;UKR;UZB: USSR; U.S.S.R.; Fmr USSR; Soviet Union; Sowjetunion; UdSSR; URSS; Union soviétique; SUN; 810
BEL;LUX: Belgium-Luxembourg; Belgium and Luxembourg; 058
BES;CUW;SXM: Netherlands Antilles; Neth. Antilles; ANT; 530
MCO;OTH: 492
BWA;LSO;NAM;SWZ;ZAF: Southern African Customs Union; So. African Customs Union; 711
"""

REST = """
UN Comtrade: Areas, nes; Areas, not elsewhere specified; Areas nes (not elsewhere specified); Other areas; Special Categories; Bunkers; Free Zones; Other Europe, nes; Other Africa, nes; Oceania, nes; Rest of America, nes; North America and Central America, nes; CACM, nes; LAIA, nes; Caribbean, nes; Africa CAMEU region, nes; Europe EU, nes; Eastern Europe, nes; Europe EFTA, nes; Northern Africa, nes; Western Asia, nes; Neutral Zone; Unspecified; 471; 472; 473; 527; 536; 568; 577; 636; 637; 837; 838; 839; 849; 879; 899; 129; 221; 290; 697; XX; _X
USGS: Other countries; Other; Others; Other countries (rounded)
common: All other; All others; All other countries; Other nations; Rest of world; Rest of the world; Remaining countries; ROW; RoW; Rest; Not specified; Unknown; Andere; Andere Länder; Übrige; Übrige Länder; Sonstige; Sonstige Länder; Rest der Welt; Autres; Autres pays; Reste du monde; Otros; Otros países; Resto del mundo
"""

TOTAL = """
USGS: World total (rounded); World total; World total (rounded, excluding U.S. production); World total, rounded; World (rounded); Total (rounded); World total (may be rounded)
UN Comtrade: World; 0; 000; W00
common: Total; Totals; Grand total; Global; Global total; Total world; All countries; Sum; Welt; Weltweit; Welt gesamt; Insgesamt; Gesamt; Summe; Monde; Total monde; Monde entier; Mundo; Total mundial; Mundo total
"""


def plain(name):
    """Roughly as the program reads names: without accents, case, punctuation and order."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c if c.isalnum() else "" if unicodedata.combining(c) or c in ".'" else " " for c in letters)
    return " ".join(sorted("saint" if word == "st" else word for word in letters.split()))


def lines(text):
    for line in text.strip().splitlines():
        codes, names = line.split(": ", 1)
        for name in names.split("; "):
            yield codes, name.strip()


def main():
    from babel import Locale
    from babel.core import get_global

    with open(HERE / "countries.csv", encoding="utf-8", newline="") as handle:
        known = {row["iso3"] for row in csv.DictReader(handle)}
    aliases = get_global("territory_aliases")
    # Of the letters and numbers that mean one territory, those that ISO 3166 has given up.
    former = {"BUR", "ZAR", "DDR", "FXX", "TMP", "YMD", "SCG", "YUG", "278", "280", "230", "736", "720", "886", "249"}
    iso3, numeric = {"XK": "XKX", "EU": "EU27"}, {}
    for code, territories in aliases.items():
        if len(territories) == 1 and code not in former:
            if code.isdigit():
                numeric[territories[0]] = code
            elif len(code) == 3 and territories[0] not in iso3:
                iso3[territories[0]] = code
    rows, means = {}, {}

    def add(name, codes, what, source):
        for code in codes.split(";"):
            if code not in known:
                raise SystemExit(f"{name}: {code} is not in countries.csv")
        key = name.casefold()
        if plain(name) in means and means[plain(name)] != codes:
            raise SystemExit(f"{name}: {codes} or {means[plain(name)]}?")
        means[plain(name)] = codes
        if key in rows:
            if rows[key][1] != codes:
                raise SystemExit(f"{name}: {codes} or {rows[key][1]}?")
            return
        rows[key] = [name, codes, what, source]

    for codes, name in lines(SEVERAL):  # First: what is unclear stays so.
        add(name, codes, "several", "fits more than one")
    unclear = set(means)
    for language, words in LANGUAGES.items():
        for territory, name in Locale(language).territories.items():
            name = " ".join(name.replace("\u2019", "'").split())
            if iso3.get(territory) in known and plain(name) not in unclear:
                add(name, iso3[territory], "country", f"{CLDR}, {words}")
    for territory, code in iso3.items():
        if code in known:
            if territory != "EU":
                add(territory, code, "country", "ISO 3166-1")
            if territory in numeric and numeric[territory] not in unclear:
                add(numeric[territory], code, "country", "ISO 3166-1")
    for text, source in ((ISO, "ISO 3166-1"), (USGS, "USGS"), (COMTRADE, "UN Comtrade"), (COMTRADE_CODES, "UN Comtrade"),
                         (WORLD_BANK, "World Bank"), (COMMON, "common usage")):
        for code, name in lines(text):
            add(name, code, "country", source)
    for source, name in lines(REST):
        add(name, "OTH", "rest", source.replace("common", "common usage"))
    for source, name in lines(TOTAL):
        add(name, "WLD", "total", source.replace("common", "common usage"))
    with open(HERE / "country_names.csv", "w", encoding="utf-8", newline="") as handle:
        out = csv.writer(handle, lineterminator="\n")
        out.writerow(["name", "codes", "what", "source"])
        out.writerows(sorted(rows.values(), key=lambda row: (row[1], row[0])))
    print(f"country_names.csv: {len(rows)} rows")


main()
