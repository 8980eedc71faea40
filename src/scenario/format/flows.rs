//! Demand, trade, stocks, recycling, substitution, by-products.

use super::{
    ASSUMPTION, Addressing, BARE, FLOW, Kind, MEASURE, Range, SOURCE, TableSpec, Target, YEAR, at_most_one_of, field,
    one_of,
};

pub(crate) const DEMAND: TableSpec = TableSpec {
    name: "demand",
    doc: "Final demand of one sector of one country. Its address is `MATERIAL.COUNTRY.SECTOR`.",
    fields: &[
        field("material", Kind::One(Target::Material), "What.").required(),
        field("country", Kind::One(Target::Country), "Where.").required(),
        field(
            "sector",
            Kind::Text,
            "Name of the sector; \"feed\" and \"all\" are reserved.",
        )
        .default("\"final\""),
        field(
            "amount",
            Kind::Quantity(Range::NonNegative),
            "Demand at the start, or a path.",
        )
        .unit("t/yr")
        .required(),
        field(
            "growth",
            Kind::Number(Range::AboveMinusOne),
            "Growth per year, compounding from the start (0.06 = 6 %).",
        )
        .unit("1/yr")
        .default("0"),
        field("priority", Kind::Count(1, 100), "Priority class; 1 is served first.").default("2"),
        field(
            "value_added",
            Kind::Number(Range::NonNegative),
            "Value added that depends on it.",
        )
        .unit("USD/yr"),
        field(
            "substitutability",
            Kind::Number(Range::Share),
            "Share of the unmet quantity whose value added is not lost.",
        )
        .default("0"),
        SOURCE,
        ASSUMPTION,
    ],
    figures: true,
    addressing: Addressing::Keys(&["material", "country", "sector"]),
    example: "[[demand]]\nmaterial = \"magnet\"\ncountry = \"USA\"\nsector = \"defence\"\namount = 2_000\ngrowth = 0.06\npriority = 1\nassumption = \"illustrative\"",
    ..BARE
};

pub(crate) const TRADE: TableSpec = TableSpec {
    name: "trade",
    doc: "Observed imports of one country. The rest of the trade follows the gravity rule. An origin that supplies nothing in the scenario belongs to EU27 if it is a member and EU27 supplies, else to OTH. State it in the file that states the supply under which it was observed: where a policy, `--set` or a file that extends this one changes that supply, purchases follow ([method.md](method.md#46-the-trade-pattern-b), 4.6). Its address is `MATERIAL.TO`.",
    fields: &[
        field("material", Kind::One(Target::Material), "What.").required(),
        field("to", Kind::One(Target::Country), "The importer.").required(),
        field("shares", Kind::Flows, "Share by origin; sums to 1 within 0.5 %. Without the importer itself: of what it imports; with it: of all that it gets.").unit("1"),
        field("tonnes", Kind::Flows, "Tonnes by origin.").unit("t/yr"),
        field("data", Kind::Text, "\"trade\" for the shipped trade table of the material's `product`, \"us_import_sources\" for the shipped US table of its `mineral`, or the name of a CSV file."),
        field("product", Kind::Label, "The product in the data: of a shipped table, or rows of it in the CSV file.").default("the material's"),
        YEAR,
        FLOW,
        field("mineral", Kind::Text, "Name of the mineral in the data.").default("the material's"),
        field("stage", Kind::Text, "Name of the stage in the data.").default("the material's"),
        MEASURE,
        SOURCE,
        ASSUMPTION,
    ],
    alternatives: &[one_of(&["shares", "tonnes", "data"])],
    figures: true,
    addressing: Addressing::Keys(&["material", "to"]),
    example: "[[trade]]\nmaterial = \"oxide\"\nto = \"USA\"\nshares = { CHN = 0.70, MYS = 0.13, OTH = 0.17 }\nsource = \"USGS MCS 2026, import sources 2021-24\"",
    ..BARE
};

pub(crate) const INVENTORY: TableSpec = TableSpec {
    name: "inventory",
    doc: "Commercial stock at users or processors. Its address is its `id`, or `MATERIAL.COUNTRY`.",
    fields: &[
        field("id", Kind::Id, "Id.").default("`MATERIAL.COUNTRY`"),
        field("material", Kind::One(Target::Material), "What.").required(),
        field("country", Kind::One(Target::Country), "Where.").required(),
        field(
            "days",
            Kind::Quantity(Range::NonNegative),
            "Level in days of the country's undisrupted orders. Give this or `tonnes`.",
        )
        .unit("days"),
        field("tonnes", Kind::Quantity(Range::NonNegative), "Level in tonnes.").unit("t"),
        field(
            "maximum_days",
            Kind::Quantity(Range::NonNegative),
            "The most that it may hold: surplus offered to the country fills it.",
        )
        .unit("days")
        .default("the level"),
        field(
            "maximum_tonnes",
            Kind::Quantity(Range::NonNegative),
            "The same in tonnes.",
        )
        .unit("t"),
        field(
            "maximum",
            Kind::Word(&["unlimited"]),
            "\"unlimited\": it takes all surplus.",
        ),
        field(
            "refill",
            Kind::Flag,
            "Whether what was used is ordered again, last in line: up to the level from surplus and from idle capacity, up to the maximum from surplus.",
        )
        .default("true"),
        field(
            "refill_months",
            Kind::Number(Range::Positive),
            "Months in which orders would fill it from empty.",
        )
        .unit("months")
        .default("12"),
        SOURCE,
        ASSUMPTION,
    ],
    alternatives: &[
        one_of(&["days", "tonnes"]),
        at_most_one_of(&["maximum_days", "maximum_tonnes", "maximum"]),
    ],
    figures: true,
    addressing: Addressing::IdOrKeys(&["material", "country"]),
    example: "[[inventory]]\nmaterial = \"oxide\"\ncountry = \"USA\"\ndays = 30\nassumption = \"one month at users\"",
    ..BARE
};

const RELEASE: TableSpec = TableSpec {
    name: "release",
    doc: "When and for whom a stockpile is released.",
    fields: &[
        field(
            "trigger",
            Kind::Number(Range::Share),
            "Released when the shortage of an allowed user exceeds this share of its orders.",
        )
        .default("0"),
        field(
            "max_per_month",
            Kind::Number(Range::SharePositive),
            "Most that is released per month, as a share of the full level.",
        )
        .unit("1/month")
        .default("1"),
        field(
            "sectors",
            Kind::Many(Target::Sector),
            "Sectors that may use it; \"feed\" is processors.",
        )
        .or(&["sector"])
        .default("all"),
        field(
            "allies",
            Kind::Many(Target::Place),
            "Countries that may use it after the owners.",
        )
        .or(&["ally"])
        .default("none"),
    ],
    ..BARE
};

pub(crate) const STOCKPILE: TableSpec = TableSpec {
    name: "stockpile",
    doc: "Strategic stock of a country, or of a group that shares it. Its address is its `id`, or `MATERIAL.COUNTRY`.",
    fields: &[
        field("id", Kind::Id, "Id.").default("`MATERIAL.COUNTRY`"),
        field("material", Kind::One(Target::Material), "What.").required(),
        field("country", Kind::One(Target::Place), "Owner: a country or a group.").required(),
        field(
            "days",
            Kind::Quantity(Range::NonNegative),
            "Full level in days of the owners' undisrupted orders. Give this or `tonnes`.",
        )
        .unit("days"),
        field(
            "tonnes",
            Kind::Quantity(Range::NonNegative),
            "Full level in tonnes; a path builds it up over time.",
        )
        .unit("t"),
        field(
            "filled",
            Kind::Number(Range::Share),
            "Share of the full level that is there at the start.",
        )
        .default("1"),
        field("release", Kind::Table(&RELEASE), "Release rule."),
        field(
            "refill",
            Kind::Flag,
            "Whether what was used is ordered again, last in line: from surplus, and from idle capacity.",
        )
        .default("true"),
        field(
            "refill_months",
            Kind::Number(Range::Positive),
            "Months in which orders would fill it from empty.",
        )
        .unit("months")
        .default("24"),
        SOURCE,
        ASSUMPTION,
    ],
    alternatives: &[one_of(&["days", "tonnes"])],
    figures: true,
    addressing: Addressing::IdOrKeys(&["material", "country"]),
    example: "[[stockpile]]\nmaterial = \"oxide\"\ncountry = \"JPN\"\ndays = 60\nrelease = { trigger = 0.05, max_per_month = 0.5 }\nassumption = \"illustrative\"",
    ..BARE
};

pub(crate) const FIRM_SUPPLY: TableSpec = TableSpec {
    name: "firm_supply",
    doc: "Perfectly secure supply: tonnes a year that are there for a place whatever happens, beside all that is traded. No event strikes it, it needs no feed, and it changes nobody's orders. In each period it covers what deliveries miss, before any stock does; what is not missing then is not made and not kept. It is the yardstick of `critmin compare --equivalent`. Its address is its `id`, or `MATERIAL.COUNTRY`.",
    fields: &[
        field("id", Kind::Id, "Id.").default("`MATERIAL.COUNTRY`"),
        field("material", Kind::One(Target::Material), "What.").required(),
        field(
            "countries",
            Kind::Many(Target::Place),
            "Where; several countries share it by what each misses.",
        )
        .or(&["country"])
        .required(),
        field(
            "tonnes_per_year",
            Kind::Number(Range::NonNegative),
            "How much there is, from the first day to the last.",
        )
        .unit("t/yr")
        .required(),
        SOURCE,
        ASSUMPTION,
    ],
    figures: true,
    addressing: Addressing::IdOrKeys(&["material", "countries"]),
    example: "[[firm_supply]]\nmaterial = \"oxide\"\ncountry = \"JPN\"\ntonnes_per_year = 500\nassumption = \"what if 500 t a year were certain\"",
    ..BARE
};

pub(crate) const RECYCLING: TableSpec = TableSpec {
    name: "recycling",
    doc: "Secondary supply: a share of the demand some years ago comes back. It becomes a supply with the id `recycling.MATERIAL.COUNTRY`.",
    fields: &[
        field("id", Kind::Id, "Id.").default("`MATERIAL.COUNTRY`"),
        field("material", Kind::One(Target::Material), "What comes out.").required(),
        field("country", Kind::One(Target::Country), "Where.").required(),
        field(
            "rate",
            Kind::Quantity(Range::Share),
            "Share of the earlier demand that comes back.",
        )
        .required(),
        field(
            "lag_years",
            Kind::Number(Range::NonNegative),
            "Years between use and scrap.",
        )
        .unit("years")
        .required(),
        field(
            "of",
            Kind::One(Target::Material),
            "The material whose demand the scrap comes from.",
        )
        .default("the same material"),
        SOURCE,
        ASSUMPTION,
    ],
    figures: true,
    addressing: Addressing::IdOrKeys(&["material", "country"]),
    example: "[[recycling]]\nmaterial = \"oxide\"\ncountry = \"IND\"\nrate = 0.05\nlag_years = 8\nassumption = \"illustrative\"",
    ..BARE
};

pub(crate) const SUBSTITUTION: TableSpec = TableSpec {
    name: "substitution",
    doc: "Substitution or thrift at users, which grows while a shortage lasts. Its address is its `id`, or `MATERIAL.COUNTRY`.",
    fields: &[
        field("id", Kind::Id, "Id.").default("`MATERIAL.COUNTRY`"),
        field("material", Kind::One(Target::Material), "What is replaced.").required(),
        field("countries", Kind::Many(Target::Place), "Where.")
            .or(&["country"])
            .required(),
        field("sectors", Kind::Many(Target::Sector), "Which sectors.")
            .or(&["sector"])
            .default("all"),
        field(
            "maximum",
            Kind::Number(Range::Share),
            "Most that can be replaced, as a share of demand.",
        )
        .required(),
        field(
            "per_year",
            Kind::Number(Range::Positive),
            "Speed, as a share of demand per year.",
        )
        .unit("1/yr")
        .required(),
        field("kind", Kind::Word(&["substitution", "thrift"]), "A label.").default("\"substitution\""),
        SOURCE,
        ASSUMPTION,
    ],
    figures: true,
    addressing: Addressing::IdOrKeys(&["material", "countries"]),
    example: "[[substitution]]\nmaterial = \"magnet\"\ncountries = \"all\"\nmaximum = 0.2\nper_year = 0.1\nassumption = \"illustrative\"",
    ..BARE
};

pub(crate) const HOST: TableSpec = TableSpec {
    name: "host",
    doc: "By-product: the output of `supply` is at most `ratio` times the output of `host`; limits of several hosts add up. A ratio is a figure of its own, which stays where a policy or `--set` changes a share; `use_of_cap` follows. Its address is `SUPPLY`, or `SUPPLY.HOST` when there are several.",
    fields: &[
        field(
            "supply",
            Kind::One(Target::Supply),
            "The by-product supply; a country's row of [shares.M] is `M.COUNTRY`.",
        )
        .required(),
        field("host", Kind::One(Target::Supply), "The host supply.").required(),
        field(
            "ratio",
            Kind::Number(Range::Positive),
            "Tonnes of by-product per tonne of the host's output. Give this or `use_of_cap`.",
        )
        .unit("t/t"),
        field(
            "use_of_cap",
            Kind::Number(Range::SharePositive),
            "Share of what the hosts allow that the by-product's output at the start is; the ratio follows from it and from the sizes of both.",
        ),
        SOURCE,
        ASSUMPTION,
    ],
    alternatives: &[one_of(&["ratio", "use_of_cap"])],
    figures: true,
    addressing: Addressing::Keys(&["supply", "host"]),
    example: "[[host]]\nsupply = \"gallium.CHN\"\nhost = \"alumina.CHN\"\nratio = 2.0e-5\nassumption = \"illustrative\"",
    ..BARE
};
