//! The top of a scenario: title, time, run, focus, policies.

use super::world::{COUNTRY, GROUP, MATERIAL, SHARES, SUPPLY};
use super::{ASSUMPTION, Addressing, BARE, Kind, Range, SOURCE, TableSpec, Target, field};
use super::{events, flows};

/// The whole file.
pub(crate) const TOP: TableSpec = TableSpec {
    name: "the scenario",
    doc: "Keys at the top of the file, before the first table header.",
    fields: &[
        field("format", Kind::Count(1, 1), "Version of the format; always 1.").required(),
        field("title", Kind::Text, "One line that charts and reports carry.").required(),
        field(
            "description",
            Kind::Text,
            "The question that the scenario answers, and other prose.",
        ),
        field(
            "extends",
            Kind::Texts,
            "A scenario file (or several) that this one builds on, relative to this file. Tables merge key by key; tables of a list merge when they have the same address; other lists and values are replaced.",
        ),
        field(
            "assumption",
            Kind::Text,
            "Stands in for `source` and `assumption` of every table that has neither. For teaching and test files.",
        ),
        field("focus", Kind::Table(&FOCUS), "What tables and charts lead with."),
        field("time", Kind::Table(&TIME), "The simulated time.").required(),
        field("run", Kind::Table(&RUN), "How the simulation is run."),
        field("country", Kind::Tables(&COUNTRY), "Countries of your own."),
        field("group", Kind::Tables(&GROUP), "Named sets of countries."),
        field("material", Kind::Tables(&MATERIAL), "The traded goods.").required(),
        field(
            "shares",
            Kind::TablesByMaterial(&SHARES),
            "Supply by country, one table per material.",
        ),
        field("supply", Kind::Tables(&SUPPLY), "Plants and projects."),
        field("demand", Kind::Tables(&flows::DEMAND), "Final demand.").required(),
        field("trade", Kind::Tables(&flows::TRADE), "Observed trade."),
        field("inventory", Kind::Tables(&flows::INVENTORY), "Commercial stocks."),
        field("stockpile", Kind::Tables(&flows::STOCKPILE), "Strategic stocks."),
        field(
            "firm_supply",
            Kind::Tables(&flows::FIRM_SUPPLY),
            "Perfectly secure supply, as a yardstick.",
        ),
        field("recycling", Kind::Tables(&flows::RECYCLING), "Secondary supply."),
        field(
            "substitution",
            Kind::Tables(&flows::SUBSTITUTION),
            "Substitution and thrift.",
        ),
        field("host", Kind::Tables(&flows::HOST), "By-products and their hosts."),
        field(
            "chokepoint",
            Kind::Tables(&events::CHOKEPOINT),
            "Named sets of shipping lanes.",
        ),
        field(
            "lane_capacity",
            Kind::Tables(&events::LANE_CAPACITY),
            "Limits of lanes that are always there.",
        ),
        field("event", Kind::Tables(&events::EVENT), "Disruptions."),
        field(
            "frailty",
            Kind::Tables(&events::FRAILTY),
            "Shared random factors on rates.",
        ),
        field("copula", Kind::Tables(&events::COPULA), "Dependence between events."),
        field("policy", Kind::Tables(&POLICY), "Variants of the scenario to compare."),
        field(
            "lever",
            Kind::Tables(&LEVER),
            "Ranges of fixed numbers, for `critmin sensitivity`.",
        ),
        field(
            "acknowledge",
            Kind::Tables(&ACKNOWLEDGE),
            "Warnings that are meant to stand.",
        ),
    ],
    ..BARE
};

const FOCUS: TableSpec = TableSpec {
    name: "focus",
    doc: "What the answer and the tables speak of, in this order; charts show the places that lack most, and say what they leave out.",
    fields: &[
        field("materials", Kind::Many(Target::Material), "Materials.")
            .or(&["material"])
            .default("every material with final demand"),
        field(
            "countries",
            Kind::Many(Target::Place),
            "Countries and groups; \"all\": every country with final demand of these materials.",
        )
        .or(&["country"])
        .default("\"all\""),
    ],
    example: r#"focus = { materials = ["magnet"], countries = ["USA", "EU27"] }"#,
    ..BARE
};

const TIME: TableSpec = TableSpec {
    name: "time",
    doc: "The simulated time.",
    fields: &[
        field(
            "start",
            Kind::Date,
            "First day: \"2026\", \"2026-01\" or \"2026-01-15\".",
        )
        .required(),
        field(
            "step",
            Kind::Word(&["week", "month", "quarter", "year"]),
            "Length of a period. Weeks are seven days, and a month is 365.25/12 days then; the other steps are whole calendar months.",
        )
        .default("month"),
        field("periods", Kind::Count(1, 6000), "Number of periods.").required(),
    ],
    example: "[time]\nstart = \"2026-01\"\nstep = \"month\"\nperiods = 60",
    ..BARE
};

const RUN: TableSpec = TableSpec {
    name: "run",
    doc: "How the simulation is run.",
    fields: &[
        field("trials", Kind::Count(1, 1_000_000_000), "Number of trials.").default("10_000"),
        field("seed", Kind::Count(0, i64::MAX as u64), "Seed of all random numbers.").default("42"),
        field("balance", Kind::Word(&["supply follows demand", "as given"]), "Whether undisrupted capacity grows along the demand paths, so that growth does not look like disruption, or both stand as written.").default("\"supply follows demand\""),
        field("overlap", Kind::Word(&["multiply", "max", "sum"]), "How events on the same target combine: what is left multiplies, the strongest counts, or severities add up to at most 1.").default("\"multiply\""),
        field("refill", Kind::Flag, "Whether stocks are refilled: `false` switches all refills off, so that it can be seen what hangs on them.").default("true"),
        field("price_response", Kind::Flag, "Whether producers respond to prices: `false` switches all responses off, so that it can be seen what hangs on them.").default("true"),
        field("headline", Kind::Word(&["shortfall", "after_adaptation"]), "Which shortfall the answer, the comparison of policies, `--precision` and the trials to replay speak of: what deliveries and stocks leave short, or what is left of that after substitution and thrift. Results hold both in any case; causes, probabilities and charts are of the first.").default("\"shortfall\""),
        field("sampling", Kind::Word(&["latin_hypercube", "random", "antithetic", "sobol"]), "Sampling design: Latin hypercubes of 256 trials each, independent trials, pairs of trials that mirror each other, or Sobol' points.").default("\"latin_hypercube\""),
    ],
    example: "[run]\ntrials = 20_000\nseed = 42",
    ..BARE
};

const ACKNOWLEDGE: TableSpec = TableSpec {
    name: "acknowledge",
    doc: "A warning that is meant to stand, with the reason: it is no longer printed and does not fail `validate --strict`, and results list it with its reason. `docs/diagnostics.md` lists all codes.",
    fields: &[
        field("code", Kind::Text, "The warning's code.").required(),
        field(
            "at",
            Kind::Text,
            "The warning's address, as the warning states it; what only a policy brings about begins with `policy.ID.`.",
        )
        .required(),
        field("reason", Kind::Text, "Why it is meant to stand.").required(),
    ],
    addressing: Addressing::Keys(&["code", "at"]),
    example: "[[acknowledge]]\ncode = \"W003\"\nat = \"supply.project.opens\"\nreason = \"opens in the sensitivity run of 2031 only\"",
    ..BARE
};

const LEVER: TableSpec = TableSpec {
    name: "lever",
    doc: "A range in which a number may lie that is fixed in the scenario, or that could be chosen: `critmin sensitivity` shows what its ends do, `critmin explore` has a slider for it. For a number that is uncertain in the scenario the range stands in for its quantiles at 10 % and 90 %.",
    fields: &[
        field(
            "key",
            Kind::Text,
            "Address of the number: `supply.ID.capacity`, `event.ID.arrival.per_year`, `material.ID.flexibility`.",
        )
        .required(),
        field("low", Kind::Plain(Range::Any), "Lower end, within what the key allows.").required(),
        field("high", Kind::Plain(Range::Any), "Upper end, above `low`.").required(),
        field(
            "step",
            Kind::Plain(Range::Positive),
            "Distance between two values of the slider in `critmin explore`.",
        )
        .default("a round part of the range"),
        field("name", Kind::Text, "Name in tables and charts.").default("the key"),
        SOURCE,
        ASSUMPTION,
    ],
    figures: true,
    addressing: Addressing::Keys(&["key"]),
    example: "[[lever]]\nkey = \"stockpile.magnet.USA.days\"\nlow = 0\nhigh = 120\nassumption = \"from none to four months, as in Japan\"",
    ..BARE
};

const POLICY: TableSpec = TableSpec {
    name: "policy",
    doc: "A variant of the scenario: some keys take other values. `critmin run` runs each policy beside the baseline with the same random draws.",
    fields: &[
        field("id", Kind::Id, "Id, for `--policy`.").required(),
        field("name", Kind::Text, "Name in tables and charts.").default("the id"),
        field(
            "cost",
            Kind::Plain(Range::NonNegative),
            "What it costs over the horizon, whatever its size; of one that includes others, beside what those cost.",
        )
        .unit("USD"),
        field("description", Kind::Text, "What it is."),
        field("set", Kind::Tables(&POLICY_SET), "The changes."),
        field(
            "scale",
            Kind::Table(&POLICY_SCALE),
            "The sizes that it can have, of which `critmin optimize` chooses.",
        ),
        field(
            "includes",
            Kind::Texts,
            "Ids of policies that are part of it: it does what they do, and costs what they cost.",
        ),
    ],
    addressing: Addressing::Id,
    example: "[[policy]]\nid = \"second_source\"\ncost = 1.2e9\n[[policy.set]]\nkey = \"supply.project.capacity\"\nvalue = 12_000",
    ..BARE
};

const POLICY_SCALE: TableSpec = TableSpec {
    name: "policy.scale",
    doc: "Sizes of a policy: the key (or each of several) takes the size, and each unit of it costs so much. `run` and `compare` take `size`.",
    fields: &[
        field(
            "key",
            Kind::Texts,
            "Address of a key that holds a number, or of several.",
        )
        .required(),
        field(
            "low",
            Kind::Plain(Range::NonNegative),
            "Smallest size, in the unit of the key.",
        )
        .required(),
        field("high", Kind::Plain(Range::Positive), "Largest size.").required(),
        field(
            "size",
            Kind::Plain(Range::NonNegative),
            "The size that it has where none is chosen.",
        )
        .default("`high`"),
        field(
            "usd_per_unit",
            Kind::Plain(Range::NonNegative),
            "What each unit of size costs over the horizon.",
        )
        .unit("USD")
        .required(),
    ],
    example: "[[policy]]\nid = \"stockpile\"\nscale = { key = \"stockpile.magnet.USA.days\", low = 30, high = 180, usd_per_unit = 1.7e6 }",
    ..BARE
};

const POLICY_SET: TableSpec = TableSpec {
    name: "policy.set",
    doc: "One change of a policy.",
    fields: &[
        field("key", Kind::Text, "Address of the key: `supply.ID.capacity`, `shares.MATERIAL.by_country.CHN`, `event.ID.arrival.per_year`, `demand.MATERIAL.COUNTRY.SECTOR.amount`. Not what policies are compared by: `run`, `time`, `focus`, `title`, names, units, and the members of a group in focus.").required(),
        field("value", Kind::Any, "The new value: anything that the key may hold, also a list or a table.").required(),
    ],
    ..BARE
};
