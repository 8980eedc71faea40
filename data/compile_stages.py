"""How the stages of a mineral, the goods of customs and published consumption belong together: used by compile.py.

What customs weigh is not always what a stage counts. A factor turns one into the other: 1 where both are the same, else the content of the
pure compound (molar masses from IUPAC atomic weights), which is an upper bound of what real goods contain, and says so.
"""
MASS = {"H": 1.008, "O": 15.999, "S": 32.06, "Mn": 54.938, "Fe": 55.845, "Co": 58.933, "Cu": 63.546, "Zn": 65.38, "As": 74.922,
        "Sr": 87.62, "Nb": 92.906, "Mo": 95.95, "Pb": 207.2, "Li": 6.94, "C": 12.011, "V": 50.942, "Nd": 144.242}


def content(element, **compound):
    """Mass share of an element in a compound given as atoms."""
    whole = sum(MASS[atom] * count for atom, count in compound.items())
    return MASS[element] * compound[element] / whole


JUDGED = "matching by this project"
CHEMISTRY = "molar masses (IUPAC atomic weights)"
SAME = "tonnes of the good are taken as tonnes of the stage"


def product(code, factor=1.0, basis=SAME):
    return ("product", code, factor, basis, JUDGED if factor == 1.0 else CHEMISTRY)


def by_value(code, usd_per_t, basis, source):
    """A code whose tonnes mislead: tonnes of the stage for a US dollar."""
    return ("product_by_value", code, 1 / usd_per_t, basis, source)


def use(measure, factor=1.0, basis="US consumption as published"):
    return ("us_use", measure, factor, basis, JUDGED if factor == 1.0 else CHEMISTRY)


def derived(measure):
    return ("derived_use", measure, 1.0, "apparent use derived from production and trade", JUDGED)


def made_from(stage):
    return ("made_from", stage, 1.0, "the stage before", JUDGED)


def none(why):
    return ("no_product", "", 1.0, why, JUDGED)


PURE = "as pure {}, an upper bound: real goods contain less"
# (mineral, stage) -> links. Codes parted by | are the same good in two editions of the Harmonized System: the first with rows is taken.
STAGES = {
    ("aluminium", "alumina_refining"): [none("trade in alumina is not in the tables")],
    ("aluminium", "primary_smelting"): [made_from("alumina_refining"), product("760110", basis="unwrought, not alloyed; alloyed aluminium is another code"),
                                        derived("apparent primary aluminium use")],
    ("antimony", "mine"): [product("811010", basis="metal; oxide is another code, ore is left to smelters"), use("Consumption, apparent [Antimony]")],
    ("arsenic", "trioxide_refining"): [
        product("280480", 1 / content("As", As=2, O=3), "arsenic metal as the trioxide it is made of; the trioxide itself is not in the tables"),
        use("Consumption, estimated, all forms of arsenic [Arsenic]", 1 / content("As", As=2, O=3), "arsenic as the trioxide it is made of")],
    ("barite", "mine"): [product("251110")],
    ("bauxite", "mine"): [product("260600"), use("Consumption: Reported [Bauxite]")],
    ("beryllium", "mine"): [product("811212|811211", basis="unwrought metal; compounds and alloys are other codes"), use("Consumption: Apparent [Beryllium]")],
    ("bismuth", "refining"): [product("810600"), use("Consumption: Apparent [Bismuth]")],
    ("boron", "mine"): [product("252800|252890", basis="natural borates; boric acid and refined borates are other codes")],
    ("cadmium", "refining"): [product("810710")],
    ("chromium", "mine"): [product("261000", basis="chromite; ferrochromium is another code and not in the tables")],
    ("cobalt", "mine"): [none("ore and hydroxide share codes with metal (810510)")],
    ("cobalt", "refining"): [made_from("mine"), product("810510", basis="misleads: unwrought metal, powders, scrap and intermediates share one code, and 97 % of what China imports "
                                                     "under it are Congolese intermediates (scenarios/base/cobalt.toml)"),
                             product("282200", content("Co", Co=3, O=4), PURE.format("Co3O4")),
                             use("Consumption (includes secondary): Apparent [Cobalt]")],
    ("coking_coal", "mine"): [none("HS 270112 is all bituminous coal, coking coal and steam coal together")],
    ("copper", "mine"): [product("260300", content("Cu", Cu=1, Fe=1, S=2), PURE.format("CuFeS2"))],
    ("copper", "refining"): [made_from("mine"), product("740311", basis="cathodes"), use("Consumption: Reported, refined copper [Copper]")],
    ("feldspar", "mine"): [product("252910"), use("Consumption, apparent: Feldspar [Feldspar]")],
    ("fluorspar", "mine"): [product("252922", basis="acid grade; other grades are another code"), use("Consumption, apparent [Fluorspar]")],
    ("gallium", "primary_low_purity"): [none("HS 811292 holds gallium, germanium, indium and others together"), use("Consumption, reported [Gallium]")],
    ("germanium", "refining"): [none("HS 811292 holds gallium, germanium, indium and others together"), use("Consumption, estimated [Germanium]")],
    ("graphite", "mine"): [product("250410", basis="flake and powder"), product("250490", basis="other natural graphite"),
                           use("Consumption, apparent [Graphite (Natural)]")],
    ("graphite", "battery_grade"): [none("spherical and artificial graphite have no trade in the tables")],
    ("hafnium", "refining"): [none("no trade of hafnium is in the tables")],
    ("indium", "refining"): [none("HS 811292 holds gallium, germanium, indium and others together"), use("Consumption, estimated [Indium]")],
    ("lead", "mine"): [product("260700", content("Pb", Pb=1, S=1), PURE.format("PbS"))],
    ("lithium", "mine"): [none("spodumene has no code of its own")],
    ("lithium", "chemical_refining"): [made_from("mine"), product("283691", content("Li", Li=2, C=1, O=3), "as Li2CO3"),
                                       product("282520", content("Li", Li=1, O=2, H=3), "as LiOH.H2O"), derived("apparent lithium-chemical use")],
    ("magnesite", "mine"): [product("251910")],
    ("magnesium", "primary_smelting"): [product("810411", basis="at least 99.8 %; alloyed magnesium is another code"), derived("apparent primary magnesium use")],
    ("magnet_rare_earths", "mine"): [none("customs do not tell neodymium, praseodymium, dysprosium and terbium from other rare earths")],
    ("magnet_rare_earths", "separation_refining"): [
        made_from("mine"), none("customs do not tell neodymium, praseodymium, dysprosium and terbium from other rare earths")],
    ("manganese", "mine"): [product("260200", content("Mn", Mn=1, O=2), PURE.format("MnO2")), use("Consumption, apparent, manganese content [Manganese]")],
    ("molybdenum", "mine"): [product("261390", content("Mo", Mo=1, S=2), PURE.format("MoS2") + "; roasted concentrate is another code"),
                             use("Consumption: Apparent [Molybdenum]")],
    ("nickel", "mine"): [none("the nickel content of ore varies too much for tonnes of ore to say anything")],
    ("nickel", "refining"): [made_from("mine"), product("750210", basis="unwrought, not alloyed; ferro-nickel and mattes are other codes"),
                             use("Consumption: Apparent, primary [Nickel]")],
    ("niobium", "mine"): [none("ore is processed where it is mined")],
    ("niobium", "processing"): [made_from("mine"), product("720293", content("Nb", Nb=1, Fe=1), "as FeNb, one atom each"),
                                use("Consumption: Apparent [Niobium (Columbium)]")],
    ("palladium", "mine"): [none("ore is processed before it is traded")],
    ("palladium", "refining"): [made_from("mine"), product("711021"), use("Consumption, apparent: Palladium [Palladium]")],
    ("phosphate_rock", "mine"): [product("251010", basis="unground"), product("251020", basis="ground"), use("Consumption, apparent [Phosphate Rock]")],
    ("phosphorus", "refining"): [product("280470")],
    ("platinum", "mine"): [none("ore is processed before it is traded")],
    ("platinum", "refining"): [made_from("mine"), by_value("711011", 30_887_200, "by value at 30.89 USD/g, the mean price of 2024, since by weight the code holds other metal too: 176 t from the Emirates "
                                     "to India at 6 USD/g", "prices.csv: USGS MCS 2026, 960.70 USD a troy ounce in 2024"),
                               use("Consumption, apparent: Platinum [Platinum]")],
    ("potash", "mine"): [none("no trade of potash is in the tables"), use("Consumption, apparent [Potash]")],
    ("rare_earth_magnets", "sintered_magnet"): [
        by_value("850511", 54_000, "by value at 54 USD/kg, since by weight the code holds cheap metal magnets without rare earths too",
                 "scenarios/base/rare-earths.toml, note 2: China's exports of 2024, 3,110 million USD (CEPII BACI HS17 V202601) over 57,400 t (Chinese customs, by press)")],
    ("rare_earths", "mine"): [product("284610", basis="cerium compounds as oxide, an upper bound"), product("284690", basis="other compounds as oxide, an upper bound"),
                              product("280530", 1 / content("Nd", Nd=2, O=3), "metals as the oxide they are made of, as Nd2O3"),
                              use("Consumption, apparent, compounds and metals [Rare Earths]")],
    ("rare_earths_heavy", "separation_refining"): [none("customs do not tell heavy rare earths from light ones")],
    ("rare_earths_light", "separation_refining"): [none("customs do not tell heavy rare earths from light ones")],
    ("rhenium", "mine"): [none("no trade of rhenium is in the tables"), use("Consumption, apparent [Rhenium]")],
    ("selenium", "refining"): [product("280490")],
    ("silicon", "ferrosilicon"): [none("trade in ferrosilicon is not in the tables")],
    ("silicon", "silicon_metal"): [product("280469", basis="below 99.99 % Si"), derived("apparent metallurgical silicon use")],
    ("silver", "mine"): [none("the silver content of ore (HS 261610) varies too much, and trade in metal is not in the tables"),
                         use("Consumption, apparent [Silver]")],
    ("strontium", "mine"): [none("no trade of strontium is in the tables"),
                            use("Consumption, apparent: Total [Strontium]", 1 / content("Sr", Sr=1, S=1, O=4), "strontium as celestite, SrSO4")],
    ("tantalum", "mine"): [product("810320|810310", basis="unwrought metal and powder; ore shares a code with other ores"), use("Consumption, apparent [Tantalum]")],
    ("tellurium", "refining"): [none("HS 280450 holds boron and tellurium together")],
    ("tin", "mine"): [none("ore goes to few smelters; its tin content varies")],
    ("tin", "refining"): [made_from("mine"), none("trade in unwrought tin is not in the tables"), use("Consumption, apparent, refined [Tin]")],
    ("titanium", "sponge_metal"): [product("810820", basis="unwrought titanium, sponge and powder"), use("Consumption, apparent [Titanium sponge metal]")],
    ("titanium_ilmenite", "mine"): [none("HS 261400 holds ilmenite and rutile together")],
    ("titanium_rutile", "mine"): [none("HS 261400 holds ilmenite and rutile together")],
    ("tungsten", "mine"): [none("the tungsten content of ore is not what customs weigh")],
    ("tungsten", "apt_processing"): [made_from("mine"), product("810110", basis="powders"), product("810194", basis="unwrought"), ],
    ("vanadium", "mine"): [product("282530", content("V", V=2, O=5), PURE.format("V2O5")), product("720292", content("V", V=1, Fe=1), "as FeV, one atom each"),
                           use("Consumption: Apparent [Vanadium]")],
    ("zinc", "mine"): [product("260800", content("Zn", Zn=1, S=1), PURE.format("ZnS"))],
    ("zirconium", "mine"): [product("261510")],
}
