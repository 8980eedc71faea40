//! Countries, materials and supply.

use super::{ASSUMPTION, Addressing, BARE, FLOW, Kind, MEASURE, Range, SOURCE, TableSpec, Target, YEAR, field, one_of};

pub(crate) const COUNTRY: TableSpec = TableSpec {
    name: "country",
    doc: "A country or region of your own. ISO 3166 alpha-3 codes, EU27 and OTH (other countries) need no declaration.",
    fields: &[
        field("id", Kind::Id, "Id.").required(),
        field("name", Kind::Text, "Display name.").default("the id"),
    ],
    addressing: Addressing::Id,
    example: "[[country]]\nid = \"rest\"\nname = \"Rest of the world\"",
    ..BARE
};

pub(crate) const GROUP: TableSpec = TableSpec {
    name: "group",
    doc: "A named set of countries, usable wherever a list of countries is.",
    fields: &[
        field("id", Kind::Id, "Id; must differ from every country.").required(),
        field("name", Kind::Text, "Display name.").default("the id"),
        field("members", Kind::Many(Target::Place), "Countries and other groups.")
            .or(&["member"])
            .required(),
    ],
    addressing: Addressing::Id,
    example: "[[group]]\nid = \"ministerial\"\nmembers = [\"USA\", \"IND\", \"JPN\"]",
    ..BARE
};

const INPUT: TableSpec = TableSpec {
    name: "inputs",
    doc: "One input of a recipe.",
    fields: &[
        field("material", Kind::One(Target::Material), "The material used up.").required(),
        field(
            "per_tonne",
            Kind::Number(Range::Positive),
            "Tonnes of it for one tonne of output.",
        )
        .unit("t/t")
        .required(),
    ],
    ..BARE
};

pub(crate) const MATERIAL: TableSpec = TableSpec {
    name: "material",
    doc: "One traded good at one stage of a chain, e.g. concentrate, separated oxide, magnet. Its recipe links it to the stage before.",
    fields: &[
        field("id", Kind::Id, "Id.").required(),
        field("name", Kind::Text, "Display name.").default("the id"),
        field("unit", Kind::Text, "What its tonnes are, e.g. \"t REO\".").default("\"t\""),
        field("price", Kind::Number(Range::Positive), "Price.").unit("USD/t"),
        field("flexibility", Kind::Flexibility, "The most by which a buyer can scale up purchases from one supplier: 1 is rigid contracts; \"coordinated\" is the best that a joint response could do.").default("1"),
        field("rerouting_months", Kind::Number(Range::NonNegative), "Months over which flexibility rises from 1 to its value once the material is disrupted.").unit("months").default("0"),
        field("demand_elasticity", Kind::Number(Range::Negative), "Short-run price elasticity of demand.").default("-0.3"),
        field("supply_elasticity", Kind::Number(Range::NonNegative), "Price elasticity of output, for supplies without their own.").default("0.2"),
        field("price_cap", Kind::Plain(Range::AboveOne), "Cap of the price index.").default("10"),
        field("price_lag_months", Kind::Plain(Range::NonNegative), "Time constant with which producers' price expectation follows the price index.").unit("months").default("3"),
        field("lead_time", Kind::Count(0, 600), "Periods between allocation and arrival of every shipment.").unit("periods").default("0"),
        field("domestic_first", Kind::Flag, "Whether a country's own demand is served first where trade is not observed.").default("true"),
        field("openness", Kind::Plain(Range::Share), "Gravity share mixed into observed trade, so that unused lanes can open.").default("0.05"),
        field("inputs", Kind::Tables(&INPUT), "Recipe of its supplies.").default("none: the first stage"),
        field("feed_priority", Kind::Count(1, 100), "Priority class of processors' orders of this material; 1 is served first.").default("2"),
        field("mineral", Kind::Text, "Name of the mineral in the shipped data, for `data = \"shares\"`."),
        field("stage", Kind::Text, "Name of the stage in the shipped data, for `data = \"shares\"`."),
        field("product", Kind::Text, "Name of the product in the shipped trade data, for `data = \"trade\"`."),
        SOURCE,
        ASSUMPTION,
    ],
    addressing: Addressing::Id,
    example: "[[material]]\nid = \"oxide\"\nname = \"Separated oxides\"\nprice = 60_000\nflexibility = 1.5\ninputs = [{ material = \"concentrate\", per_tonne = 1.1 }]\nassumption = \"illustrative price\"",
    ..BARE
};

pub(crate) const SHARES: TableSpec = TableSpec {
    name: "shares",
    doc: "Supply of a material by country: each country of the table becomes a supply with the id `MATERIAL.COUNTRY`. Shares sum to 1 within 0.5 %. Missing, zero and withheld are different things: 0 says that a country makes none; a figure that is withheld or unknown is left out and its share goes to OTH.",
    fields: &[
        field(
            "output",
            Kind::Quantity(Range::NonNegative),
            "World output. With `data` the table's total is taken when none is given.",
        )
        .unit("t/yr"),
        field(
            "utilisation",
            Kind::Number(Range::SharePositive),
            "Output over capacity.",
        )
        .default("1"),
        field(
            "by_country",
            Kind::Shares,
            "Share by country: numbers or distributions; or `{ dist = \"dirichlet\", mean = { CHN = 0.9, OTH = 0.1 }, concentration = 50 }`, or the same with `alphas` instead of both.",
        ),
        field(
            "data",
            Kind::Text,
            "\"shares\" for the shipped table of the mineral and stage, or the name of a CSV file, relative to the file that names it.",
        ),
        field("mineral", Kind::Text, "Name of the mineral in the data.").default("the material's"),
        field("stage", Kind::Text, "Name of the stage in the data.").default("the material's"),
        YEAR,
        field("product", Kind::Label, "Rows of this product in the CSV file.").default("the material's"),
        FLOW,
        MEASURE,
        field("inputs", Kind::Tables(&INPUT), "Recipe of these supplies.").default("the material's"),
        field(
            "supply_elasticity",
            Kind::Number(Range::NonNegative),
            "Price elasticity of output.",
        )
        .default("the material's"),
        field(
            "ramp",
            Kind::Number(Range::SharePositive),
            "Most by which output moves, as a share of capacity per month.",
        )
        .unit("1/month")
        .default("0.05"),
        SOURCE,
        ASSUMPTION,
    ],
    alternatives: &[one_of(&["by_country", "data"])],
    figures: true,
    addressing: Addressing::None,
    example: "[shares.oxide]\noutput = 100_000\nutilisation = 0.85\nby_country = { CHN = 0.91, MYS = 0.05, OTH = 0.04 }\nsource = \"IEA 2025, refining 2024\"",
    ..BARE
};

pub(crate) const SUPPLY: TableSpec = TableSpec {
    name: "supply",
    doc: "A plant or a project.",
    fields: &[
        field("id", Kind::Id, "Id.").required(),
        field("country", Kind::One(Target::Country), "Where.").required(),
        field("material", Kind::One(Target::Material), "What it makes.").required(),
        field(
            "capacity",
            Kind::Quantity(Range::NonNegative),
            "Capacity. Give this or `output`.",
        )
        .unit("t/yr"),
        field(
            "output",
            Kind::Quantity(Range::NonNegative),
            "Baseline output; capacity is that over the utilisation.",
        )
        .unit("t/yr"),
        field(
            "utilisation",
            Kind::Number(Range::SharePositive),
            "Output over capacity.",
        )
        .default("1"),
        field("inputs", Kind::Tables(&INPUT), "Its own recipe.").default("the material's"),
        field(
            "supply_elasticity",
            Kind::Number(Range::NonNegative),
            "Price elasticity of output.",
        )
        .default("the material's"),
        field(
            "ramp",
            Kind::Number(Range::SharePositive),
            "Most by which output moves, as a share of capacity per month.",
        )
        .unit("1/month")
        .default("0.05"),
        field("opens", Kind::Dates, "Opening date; may be uncertain.").default("open from the start"),
        field("closes", Kind::Dates, "Closing date; may be uncertain.").default("never"),
        field(
            "ramp_months",
            Kind::Number(Range::NonNegative),
            "Months over which it ramps up after opening.",
        )
        .unit("months")
        .default("0"),
        SOURCE,
        ASSUMPTION,
    ],
    alternatives: &[one_of(&["capacity", "output"])],
    figures: true,
    addressing: Addressing::Id,
    example: "[[supply]]\nid = \"project\"\ncountry = \"IND\"\nmaterial = \"oxide\"\ncapacity = 3_000\nopens = { dist = \"triangular\", low = \"2027-01\", mode = \"2028-01\", high = \"2030-06\" }\nramp_months = 18\nassumption = \"announced project\"",
    ..BARE
};
