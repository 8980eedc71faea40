"""What the back-test compares with what: `backtest.csv`, and what episodes lend to one another: `backtest_pool.csv`.

Values are taken from the collected observations by (episode, date, variable, place), or stand below with the address they were read at. What is computed
from them says so in `note`. `figure` is what a simulation is held against: value / normal, both by month; or months.

Not compared, though observed, since nothing simulated is like it:
- quotes of a day that are peaks (magnesium 16,250 USD/t, palladium 3,442 USD/oz): the model has the mean of a month;
- apparent consumption of antimony and palladium: what users put into stock is in it;
- lines of car makers that stood still (magnets 2025): single firms, the model has countries;
- China's exports of ammonium paratungstate: a few hundred tonnes of some 18,600 t of tungsten products, which the episode has;
- shares of China's exports by destination 2011 and contraband (rare earths); "more than" and "no more than" without a value;
- uranium 2006: the mine that was flooded was not yet open, so no supply was lost; neon 2022: a price alone, within three weeks.
"""
PRESS = "press"

# (start, end) in months; what of which normal.
_CHN = ("CHN", "all")
_GA, _GE = "gallium;gallium_refined", "germanium;germanium_refined"
_GG, _GR, _SB, _MG, _PD = "gallium_germanium_2023_25", "graphite_2023", "antimony_2024", "magnesium_2021", "palladium_neon_2022"
_MAG, _W, _CO, _RE = "rare_earth_magnets_2025", "tungsten_2025", "cobalt_drc_2025", "rare_earths_2010_12"

_OFFICIAL = "official figure via press"
_ENERGY = "https://energynews.oedigital.com/mineral-resources/2025/01/20/chinas-dec-antimony-exports-recover-delivery-to-us-stalls"
_ROHSTOFF = "https://rohstoff.net/gallium-und-germanium-export-aus-china-steigt-wieder/"
_MAY = "https://rohstoff.net/china-export-von-gallium-und-germanium-entwickelt-sich-sehr-unterschiedlich/"
_BLUE = "https://projectblue.com/blue/opinion-pieces/1373/the-impacts-of-suspending-the-ban-on-ga%E2%80%93ge%E2%80%93sb-exports-to-the-usa-"
_USGS = "USGS MCS 2026, doi:10.5066/P1WKQ63T (data/consumption.csv, stocks.csv, prices.csv)"
_CNIA = "https://www.indoasiancommodities.com/2022/02/10/chinas-magnesium-exports-hit-all-time-high-in-2021-cnia/"

# Observations that the collected table lacks: (value, unit, basis and note, address).
ADDED = {
    "ga_aug_sep": (0, "kg", f"{_OFFICIAL}; customs: nothing in August and September 2023", _ROHSTOFF),
    "ge_aug_sep": (1, "kg", f"{_OFFICIAL}; customs: nothing in August, 1 kg in September 2023", _ROHSTOFF),
    "ge_normal": (4208, "kg", f"{_OFFICIAL}; derived: mean of the four months before the licences that are told: October and November 2022, March and May 2023 (2,410, 5,488, 4,702 and 4,233 kg)",
                  f"{_ROHSTOFF} ; https://germanium.com/2024/04/22/china-exports-of-gallium-and-germanium-remain-below-last-years-level/ ; {_MAY}"),
    "ge_may": (1820, "kg", f"{_OFFICIAL}; customs, 57 % below May 2023", _MAY),
    "ge_2024": (22000, "kg", f"{_OFFICIAL}; customs, a little more than 22 t in the year so far (27 December, so to November)", "https://germanium.de/2024/12/27/gallium-und-germanium-deutschland-zaehlt-zu-den-wichtigsten-importlaendern/"),
    "ge_august": (1166, "kg", f"{_OFFICIAL}; customs", "https://rohstoff.net/?p=13572"),
    "ga_may": (6210, "kg", f"{_OFFICIAL}; customs", _MAY),
    "ga_july": (11523, "kg", f"{_OFFICIAL}; customs, the record", "https://germanium.de/2024/08/20/china-export-von-gallium-und-germanium-entwickelt-sich-gegenlaeufig/"),
    "ga_august": (7201, "kg", f"{_OFFICIAL}; customs", "https://rohstoff.net/?p=13572"),
    "ge_usa_2024": (3.5, "t", f"{_OFFICIAL}; US imports from China", _BLUE),
    "ge_usa_2023": (11, "t", f"{_OFFICIAL}; US imports from China, seven months before and five under the licences", _BLUE),
    "sb_sep": (6533, "t", f"{_OFFICIAL}; customs, antimony products; a rush until 15 September", _ENERGY),
    "sb_oct": (190, "t", f"{_OFFICIAL}; customs", _ENERGY),
    "sb_nov": (808, "t", f"{_OFFICIAL}; customs", _ENERGY),
    "sb_dec": (1721, "t", f"{_OFFICIAL}; customs", _ENERGY),
    "sb_2024": (38632, "t", f"{_OFFICIAL}; customs, -24.1 %", _ENERGY),
    "sb_2023": (50900, "t", f"{_OFFICIAL}; derived: 38,632 t in 2024 were 24.1 % less", _ENERGY),
    "sb_usa": (0, "t", f"{_OFFICIAL}; deliveries to the USA stalled since October", _ENERGY),
    "sb_h1": (0.26, "1", f"{_OFFICIAL}; 74 % below the first half of 2024", "https://rawmaterials.net/chinese-antimony-exports-plummet-in-first-half-of-the-year"),
    "sb_june": (107, "t", f"{_OFFICIAL}; customs", "https://rawmaterials.net/chinese-antimony-exports-plummet-in-first-half-of-the-year"),
    "sb_june_before": (3199, "t", f"{_OFFICIAL}; customs, June 2024", "https://rawmaterials.net/chinese-antimony-exports-plummet-in-first-half-of-the-year"),
    "sb_price_2023": (5.49, "USD/lb", "official; metal, annual mean", _USGS),
    "sb_price_2024": (10.24, "USD/lb", "official; metal, annual mean", _USGS),
    "sb_price_2025": (25, "USD/lb", "official; metal, annual mean, estimate", _USGS),
    "magnets_2024": (58152, "t", f"{_OFFICIAL}; customs", "https://www.adamasintel.com/record-rare-earth-magnet-exports-from-china-in-2024/"),
    "magnets_usa_may": (46, "t", f"{_OFFICIAL}; customs", "https://tradingeconomics.com/china/exports/news/471367"),
    "magnets_usa_normal": (590.6, "t", f"{_OFFICIAL}; derived: 619 t in July 2025 were 4.8 % more than in July 2024", "https://www.kitco.com/news/off-the-wire/2025-08-20/chinas-rare-earth-magnet-exports-hit-six-month-high-july"),
    "one": (1, "1", "", ""),
    "mg_2021_price": (1.86, "x", "official figure via press; mean of 2021 86 % above that of 2020", _CNIA),
    "pd_exports": (1, "1", "press; no lasting loss of supply (data/events.csv has 0 lost)", "https://oilprice.com/Latest-Energy-News/World-News/Palladium-Prices-Return-To-Earth-But-Supply-Concerns-Remain.html"),
    "pd_2021": (2419.18, "USD/oz", "official; annual mean", _USGS),
    "pd_2022": (2133.81, "USD/oz", "official; annual mean", _USGS),
    "co_use_2024": (7830, "t", "official; estimated consumption", _USGS),
    "co_use_2025": (8000, "t", "official; estimated consumption, estimate", _USGS),
    "co_price_2024": (16.77, "USD/lb", "official; US spot cathode, annual mean", _USGS),
    "co_price_2025": (21, "USD/lb", "official; US spot cathode, annual mean, estimate", _USGS),
    "mg_use_2021": (48000, "t", "official; reported, primary", _USGS),
    "mg_use_2022": (50000, "t", "official; reported, primary", _USGS),
    "re_2009": (30568, "t", f"{_OFFICIAL}; derived: 35,000 t in January to November 2010 were 14.5 % more", "https://www.job853.com/MacauNews/jobs_newsE.aspx?id=955&page=3&type=9"),
    "re_price": (2.3, "x", f"{_OFFICIAL}; mean price of all exports about 130 % above the year before", "https://www.job853.com/MacauNews/jobs_newsE.aspx?id=955&page=3&type=9"),
    "re_usa": (1.055, "1", f"{_OFFICIAL}; Ministry of Commerce: +5.5 % on the year before", "http://covid-19.chinadaily.com.cn/business/2010-11/16/content_11559088.htm"),
    "w_all": (0.869, "1", f"{_OFFICIAL}; customs, all tungsten products: -13.1 %", "http://www.sscollege.cn/en/info/44949.html"),
    "w_apt_may": (1.18, "x", "press; 400 USD/mtu on 15 May, 18 % above February", "https://energynews.oedigital.com/mining/2025/05/15/china-export-restrictions-propel-tungsten-at-its-highest-level-since-2013"),
    "w_apt_september": (1.86, "x", "press; 580 to 650 USD/mtu on 30 September, 86 % above the start of the year", "http://www.sscollege.cn/en/info/44949.html"),
}
_SUM = {
    "ga_stopped": (3, "months", f"{_OFFICIAL}; derived: August, September, October 2023; November had 1,530 kg of 7,833", _ROHSTOFF),
    "ge_stopped": (2, "months", f"{_OFFICIAL}; derived: August, September 2023; October had 650 kg of 4,208", _ROHSTOFF),
    "gr_stopped": (0, "months", f"{_OFFICIAL}; derived: no month of spherical graphite below a quarter of normal", "https://vinachem.com.vn/content/market-and-product-vnc/chinas-jan-feb-graphite-exports-plunge-amid-export-controls.html"),
    "sb_stopped": (1, "months", f"{_OFFICIAL}; derived: October 2024; November had 808 t of 4,242", _ENERGY),
    "co_stopped": (10, "months", "press; derived: March to December 2025 whole; first lorry in January 2026", "https://www.zawya.com/en/economy/africa/congos-cobalt-curbs-expose-chinas-critical-metals-weak-spot-uaopybdz"),
    "magnets_stopped": (0, "months", f"{_OFFICIAL}; derived: no month from May to September 2025 below a quarter of normal", "https://tradingeconomics.com/china/exports/news/471367"),
}
ADDED.update(_SUM)


def _month(episode, measure, materials, lane, date, key, normal, normal_months, months=1, end=None):
    return (episode, measure, materials, lane, date, end or date, key, normal, normal_months, months)


def _gg(date, variable, place="CHN"):
    return (_GG, date, variable, place)


_GA_NORMAL, _GE_NORMAL = _gg("2022", "exports_gallium"), "ge_normal"
_USA = ("", "USA")


def _observed():
    """(episode, measure, materials, (from, to), first month, last month, observation, its normal, months of the normal, months)"""
    rows = []
    add = lambda *row, **more: rows.append(_month(*row, **more))
    ga, ge, gr, sb, mag, w, co, mg, pd, re = (
        "gallium-2023", "germanium-2023", "graphite-2023", "antimony-2024", "magnets-2025", "tungsten-2025", "cobalt-2025", "magnesium-2021",
        "palladium-2022", "rare-earths-2010")
    add(ga, "exports", _GA, _CHN, "2023-08", "ga_aug_sep", _GA_NORMAL, 12, months=2, end="2023-09")
    for month in ("2023-10", "2023-11", "2024-03", "2024-06", "2024-08", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-12"):
        add(ga, "exports", _GA, _CHN, month, _gg(month, "exports_gallium"), _GA_NORMAL, 12)
    for month, key in (("2024-05", "ga_may"), ("2024-07", "ga_july"), ("2025-08", "ga_august")):
        add(ga, "exports", _GA, _CHN, month, key, _GA_NORMAL, 12)
    for year in ("2024", "2025"):
        add(ga, "exports", _GA, _CHN, year + "-01", _gg(year, "exports_gallium"), _GA_NORMAL, 12, months=12, end=year + "-12")
    add(ga, "exports", _GA, ("CHN", "USA"), "2023-08", _gg("2023-08..2024-12", "direct_exports_to_USA"), None, None, months=17, end="2024-12")
    add(ga, "stopped", _GA, _CHN, "2023-08", "ga_stopped", None, None, months=8, end="2024-03")
    for year in ("2023", "2024", "2025"):
        for measure, variable in (("use", "consumption_gallium"), ("stock", "stock_gallium_consumers_yearend"),
                                  ("price", "price_gallium_import_unit_value")):
            add(ga, measure, "gallium_refined", _USA, year + "-01", _gg(year, variable, "USA"), _gg("2022", variable, "USA"), 12, months=12,
                end=year + "-12")
    add(ge, "exports", _GE, _CHN, "2023-08", "ge_aug_sep", _GE_NORMAL, 1, months=2, end="2023-09")
    for month in ("2023-10", "2023-11", "2024-03", "2024-06", "2025-04", "2025-06", "2025-07"):
        add(ge, "exports", _GE, _CHN, month, _gg(month, "exports_germanium"), _GE_NORMAL, 1)
    for month, key in (("2024-05", "ge_may"), ("2025-08", "ge_august")):
        add(ge, "exports", _GE, _CHN, month, key, _GE_NORMAL, 1)
    add(ge, "exports", _GE, _CHN, "2024-01", "ge_2024", _GE_NORMAL, 1, months=11, end="2024-11")
    add(ge, "exports", _GE, ("CHN", "USA"), "2024-01", "ge_usa_2024", "ge_usa_2023", 12, months=12, end="2024-12")
    add(ge, "stopped", _GE, _CHN, "2023-08", "ge_stopped", None, None, months=8, end="2024-03")
    for year in ("2023", "2024", "2025"):
        add(ge, "price", "germanium_refined", _USA, year + "-01", _gg(year, "price_germanium_metal", "USA"), _gg("2022", "price_germanium_metal", "USA"),
            12, months=12, end=year + "-12")
    for kind, material in (("spherical", "spherical_graphite"), ("flake", "flake_graphite")):
        normal = (_GR, "2023-01..2023-02", f"exports_{kind}", "CHN")
        for month in ("2023-11", "2023-12", "2024-01", "2024-02"):
            add(gr, "exports", material, _CHN, month, (_GR, month, f"exports_{kind}", "CHN"), normal, 2)
    add(gr, "exports", "spherical_graphite", _CHN, "2023-11", (_GR, "2023-11..2024-02", "exports_spherical", "CHN"),
        (_GR, "2023-01..2023-02", "exports_spherical", "CHN"), 2, months=4, end="2024-02")
    for month in ("2023-11", "2023-12"):
        add(gr, "exports", "spherical_graphite", ("CHN", "KOR"), month, (_GR, month, "exports_spherical_to_KOR", "CHN"), "gr_kor", 1)
    add(gr, "stopped", "spherical_graphite", _CHN, "2023-12", "gr_stopped", None, None, months=3, end="2024-02")
    for month, key in (("2024-09", "sb_sep"), ("2024-10", "sb_oct"), ("2024-11", "sb_nov"), ("2024-12", "sb_dec")):
        add(sb, "exports", "antimony", _CHN, month, key, "sb_2023", 12)
    add(sb, "exports", "antimony", _CHN, "2024-01", "sb_2024", "sb_2023", 12, months=12, end="2024-12")
    add(sb, "exports", "antimony", ("CHN", "USA"), "2024-10", "sb_usa", None, None, months=3, end="2024-12")
    add(sb, "exports", "antimony", _CHN, "2025-01", "sb_h1", "one", 6, months=6, end="2025-06")
    add(sb, "exports", "antimony", _CHN, "2025-06", "sb_june", "sb_june_before", 1)
    add(sb, "stopped", "antimony", _CHN, "2024-09", "sb_stopped", None, None, months=4, end="2024-12")
    for year in ("2024", "2025"):
        add(sb, "price", "antimony", _USA, year + "-01", "sb_price_" + year, "sb_price_2023", 12, months=12, end=year + "-12")
    for month in ("2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-11"):
        add(mag, "exports", "magnet", _CHN, month, (_MAG, month, "exports", "CHN"), "magnets_2024", 12)
    add(mag, "exports", "magnet", _CHN, "2025-01", (_MAG, "2025-01..2025-06", "exports_change_on_year", "CHN"), "change", 6, months=6, end="2025-06")
    add(mag, "exports", "magnet", _CHN, "2025-01", (_MAG, "2025-01..2025-09", "exports_change_on_year", "CHN"), "change", 9, months=9, end="2025-09")
    add(mag, "exports", "magnet", ("CHN", "USA"), "2025-05", "magnets_usa_may", "magnets_usa_normal", 1)
    for month in ("2025-06", "2025-07"):
        add(mag, "exports", "magnet", ("CHN", "USA"), month, (_MAG, month, "exports_to_USA", "CHN"), "magnets_usa_normal", 1)
    add(mag, "stopped", "magnet", _CHN, "2025-05", "magnets_stopped", None, None, months=5, end="2025-09")
    add(w, "exports", "tungsten", _CHN, "2025-01", "w_all", "one", 8, months=8, end="2025-08")
    add(w, "price", "tungsten", ("", "EU27"), "2025-05", "w_apt_may", "one", 1)
    add(w, "price", "tungsten", ("", "EU27"), "2025-09", "w_apt_september", "one", 1)
    add(w, "price", "tungsten", ("", "EU27"), "2025-01", (_W, "2025", "price_concentrate", "Europe"), (_W, "2024", "price_concentrate", "Europe"), 12,
        months=12, end="2025-12")
    for month in ("2025-06", "2025-07"):
        add(co, "imports", "cobalt_intermediate", ("COD", "CHN"), month, (_CO, month, "imports_intermediates", "CHN"),
            (_CO, "2024", "imports_intermediates", "CHN"), 12)
    add(co, "exports", "cobalt_intermediate", ("COD", "all"), "2025-10", (_CO, "2025-10..2025-12", "exports", "COD"), None, None, months=3,
        end="2025-12")
    add(co, "stopped", "cobalt_intermediate", ("COD", "all"), "2025-02", "co_stopped", None, None, months=17, end="2026-06")
    add(co, "stock", "cobalt", _USA, "2025-01", (_CO, "2025", "stock_industry_yearend", "USA"), (_CO, "2024", "stock_industry_yearend", "USA"), 12,
        months=12, end="2025-12")
    add(co, "use", "cobalt", _USA, "2025-01", "co_use_2025", "co_use_2024", 12, months=12, end="2025-12")
    add(co, "price", "cobalt", _USA, "2025-01", "co_price_2025", "co_price_2024", 12, months=12, end="2025-12")
    add(co, "price", "cobalt", _USA, "2026-02", (_CO, "2026-02", "price_metal", "world"), (_CO, "2025-01", "price_metal", "world"), 1)
    add(mg, "output", "magnesium", ("CHN", ""), "2021-08", "mg_output", (_MG, "2021-01..2021-07", "output", "CHN"), 7, months=3, end="2021-10")
    for month in ("2021-10", "2021-11"):
        add(mg, "exports", "magnesium", _CHN, month, (_MG, month, "exports", "CHN"), (_MG, "2020-11", "exports", "CHN"), 1)
    add(mg, "use", "magnesium", _USA, "2022-01", "mg_use_2022", "mg_use_2021", 12, months=12, end="2022-12")
    add(mg, "price", "magnesium", ("", "CHN"), "2021-01", "mg_2021_price", "one", 12, months=12, end="2021-12")
    add(mg, "price", "magnesium", ("", "CHN"), "2021-11", "mg_november", "one", 1)
    add(pd, "exports", "palladium", ("RUS", "all"), "2022-01", "pd_exports", "one", 12, months=12, end="2022-12")
    add(pd, "price", "palladium", _USA, "2022-01", "pd_2022", "pd_2021", 12, months=12, end="2022-12")
    add(re, "exports", "rare_earths", _CHN, "2010-01", (_RE, "2010-01..2010-11", "exports", "CHN"), "re_2009", 11, months=11, end="2010-11")
    add(re, "exports", "rare_earths", _CHN, "2011-01", (_RE, "2011", "exports", "CHN"), "re_2009", 11, months=12, end="2011-12")
    add(re, "imports", "rare_earths", ("CHN", "JPN"), "2010-01", (_RE, "2010", "imports_from_CHN", "JPN"), "re_jpn", 12, months=12, end="2010-12")
    add(re, "exports", "rare_earths", ("CHN", "USA"), "2010-01", "re_usa", "one", 9, months=9, end="2010-09")
    add(re, "price", "rare_earths", ("", "JPN"), "2010-01", "re_price", "one", 11, months=11, end="2010-11")
    return rows


ADDED.update({
    "gr_kor": (3000, "t", f"{_OFFICIAL}; monthly mean of 2022", "https://www.fastmarkets.com/insights/chinas-graphite-exports-plunge-in-december-after-introduction-of-export-controls"),
    "mg_output": (250100, "t", f"{_OFFICIAL}; derived: 744,200 t to October less 494,100 t to July (CNIA)", "https://www.cmgroup.net/news/china-produces-744-2-kt-of-mg-from-january-to-october-2021/"),
    "mg_november": (2.6, "x", "press; monthly mean 33,983 CNY/t, 160 % above the year before", "https://www.cmgroup.net/news/china-produces-744-2-kt-of-mg-from-january-to-october-2021/"),
    "re_jpn": (20000, "t", f"{_OFFICIAL}; Trade Minister: unchanged from 2009", "http://blogs.wsj.com/chinarealtime/2011/01/06/japan-sustains-chinese-rare-earth-imports/"),
})

# What Chinese licensing did: (announcement, episode, parameter, value, how it follows from the observations).
POOL = [
    ("2023-08-01", "gallium-2023", "months_without", 3, "months with less than a tenth of 7,833 kg: August, September, October 2023 (0, 0, 250 kg)"),
    ("2023-08-01", "gallium-2023", "share_withheld", 0.82, "1 - mean of November 2023 and March 2024 (1,530 and 1,214 kg) over 7,833 kg"),
    ("2023-08-01", "gallium-2023", "months_in_force", 8, "until exports were above half of normal: April 2024"),
    ("2023-08-01", "germanium-2023", "months_without", 2, "August, September 2023 (0 and 1 kg)"),
    ("2023-08-01", "germanium-2023", "share_withheld", 0.64, "1 - mean of October and November 2023 and March 2024 (650, 721 and 3,206 kg) over 4,208 kg"),
    ("2023-08-01", "germanium-2023", "months_in_force", 36, "still held back when last seen, December 2025"),
    ("2023-12-01", "graphite-2023", "months_without", 0, "spherical: no month below a quarter of normal; first licence after about 15 days"),
    ("2023-12-01", "graphite-2023", "share_withheld", 0.68, "spherical: 1 - 3,514 t in December to February over 3 x 3,620 t"),
    ("2023-12-01", "graphite-2023", "months_in_force", 3, "data/events.csv: until March 2024"),
    ("2024-09-15", "antimony-2024", "months_without", 1.5, "half of September and October 2024 (190 of 4,242 t)"),
    ("2024-09-15", "antimony-2024", "share_withheld", 0.74, "first half of 2025 against that of 2024"),
    ("2024-09-15", "antimony-2024", "months_in_force", 36, "still held back when last seen, June 2025"),
    ("2025-02-04", "tungsten-2025", "share_withheld", 0.15, "-13.1 % in January to August 2025, all of it in the seven months from February"),
    ("2025-02-04", "tungsten-2025", "months_in_force", 36, "still in force when last seen"),
    ("2025-04-04", "magnets-2025", "months_without", 0, "no month below a quarter of normal"),
    ("2025-04-04", "magnets-2025", "share_withheld", 0.54, "1 - mean of May and June 2025 (1,238 and 3,188 t) over 4,846 t"),
    ("2025-04-04", "magnets-2025", "months_in_force", 3, "above normal again in July 2025"),
]

OBSERVED_HEADER = ("episode,measure,materials,from,to,first_month,last_month,figure,value,unit,normal,normal_months,basis,note,source,normal_source"
                   ).split(",")
POOL_HEADER = "announcement,episode,parameter,value,how,source".split(",")


def pool():
    """Rows of `backtest_pool.csv`."""
    return [(*row, "derived: observations of the episode in backtest.csv, each with its address") for row in POOL]


def _basis(note):
    kind, _, rest = note.partition(";")
    return kind.strip(), rest.strip()


def observed(rows):
    """Rows of `backtest.csv`."""
    known = {(row["episode"], row["date"], row["variable"], row["place"]): row for row in rows}

    def read(key):
        if isinstance(key, str):
            value, unit, note, source = ADDED[key]
            return float(value), unit, note, source
        row = known.get(key)
        if row is None:
            raise SystemExit(f"backtest: no observation {key}")
        return float(row["value"]), row["unit"], row["note"], row["source"]

    out = []
    for episode, measure, materials, (sender, to), first, last, key, normal, normal_months, months in _observed():
        value, unit, note, source = read(key)
        basis, note = _basis(note)
        normal_value, normal_source = "", ""
        if measure == "stopped":
            figure, normal_months = value, ""
        elif normal is None:
            if value != 0:
                raise SystemExit(f"backtest: {key} has no normal")
            figure, normal_months = 0.0, ""
        elif normal == "change":
            figure, normal_months = 1 + value, ""
            note = f"change on the same months of the year before; {note}"
        else:
            normal_value, _, normal_note, normal_source = read(normal)
            # Sums go by month; means, shares and stocks do not.
            if measure in ("price", "stock") or unit in ("1", "x"):
                figure = value / normal_value
            else:
                figure = (value / months) / (normal_value / normal_months)
            if normal_source == source:
                normal_source = ""
            if normal == "one":
                normal_value, normal_months = "", ""
            elif normal_note and normal_note != f"{basis}; {note}":
                note = f"{note}; normal: {_basis(normal_note)[1]}" if _basis(normal_note)[1] else note
        out.append((episode, measure, materials, sender, to, first, last, figure, value, unit, normal_value, normal_months, basis, note.strip("; "),
                    source, normal_source))
    return out
