//! Events, their arrival, and what ties them together.

use super::{
    ASSUMPTION, Addressing, BARE, Kind, Range, SOURCE, TableSpec, Target, at_most_one_of, field, one_of, one_of_if,
};

const LOSS: &str = "production_loss";
const EXPORT: &str = "export_restriction";
const LANE: &str = "lane_closure";
const SURGE: &str = "demand_surge";
const STOCK: &str = "stock_loss";
const COST: &str = "cost_shock";

pub(crate) const CHOKEPOINT: TableSpec = TableSpec {
    name: "chokepoint",
    doc: "A named set of shipping lanes.",
    fields: &[
        field("id", Kind::Id, "Id.").required(),
        field("name", Kind::Text, "Display name.").default("the id"),
        field(
            "lanes",
            Kind::Lanes,
            "Pairs [exporter, importer] of countries, groups or \"all\".",
        )
        .required(),
    ],
    addressing: Addressing::Id,
    example: "[[chokepoint]]\nid = \"malacca\"\nlanes = [[\"IDN\", \"JPN\"], [\"MYS\", \"all\"]]",
    ..BARE
};

pub(crate) const LANE_CAPACITY: TableSpec = TableSpec {
    name: "lane_capacity",
    doc: "The most that some lanes carry of a material together, without any event: a harbour, a strait, a pipeline. Undisrupted trade keeps to it too: what it leaves short counts as structural.",
    fields: &[
        field("id", Kind::Id, "Id.").required(),
        field("name", Kind::Text, "Display name.").default("the id"),
        field("material", Kind::One(Target::Material), "What.").required(),
        field(
            "chokepoint",
            Kind::One(Target::Chokepoint),
            "The chokepoint whose lanes they are. Give this or `lanes`.",
        ),
        field(
            "lanes",
            Kind::Lanes,
            "Pairs [exporter, importer] of countries, groups or \"all\". What stays at home passes no lane.",
        ),
        field(
            "tonnes_per_year",
            Kind::Quantity(Range::NonNegative),
            "The most that all of them carry together.",
        )
        .unit("t/yr")
        .required(),
        SOURCE,
        ASSUMPTION,
    ],
    alternatives: &[one_of(&["chokepoint", "lanes"])],
    figures: true,
    addressing: Addressing::Id,
    example: "[[lane_capacity]]\nid = \"port\"\nmaterial = \"ore\"\nlanes = [[\"COD\", \"all\"]]\ntonnes_per_year = 40_000\nassumption = \"illustrative\"",
    ..BARE
};

const HISTORY: TableSpec = TableSpec {
    name: "per_year",
    doc: "A rate counted from past events (`docs/rates.md`): the events of `data/events.csv` that qualify, over what was watched for them (`data/exposure.csv`, `data/watched.csv`), as a gamma distribution with Jeffreys' prior. It is per watched unit: a mineral of a country, a pair of exporter and target, a mine. `critmin rates` prints what is counted. In place of a number or a distribution.",
    fields: &[
        field("rate", Kind::Word(&["history"]), "Says that it comes from history.").required(),
        field("kind", Kind::Text, "A class (`export_restriction`, `strike` ...), a kind (`export_ban` ...) or a question (`mine_stop` ...); `critmin rates` lists them.").required(),
        field("country", Kind::Text, "Only events of this country.").default("all that are watched"),
        field("except", Kind::Texts, "All countries but these.").default("none"),
        field("mineral", Kind::Text, "Only events of this mineral, by its id in the shipped tables.").default("all that are watched"),
        field("target", Kind::Text, "Only restrictions aimed at this country.").default("those that hit everyone"),
        field("since", Kind::Count(1_900, 2_999), "First year.").unit("year").default("as in `data/exposure.csv`"),
        field("until", Kind::Count(1_900, 2_999), "Last year, counted whole.").unit("year").default("as in `data/exposure.csv`"),
        field("least_share", Kind::Plain(Range::SharePositive), "Least share of the world's output of a supply that is watched.").default("as in `data/exposure.csv`"),
    ],
    example: "[[event]]\nid = \"listing\"\nkind = \"export_restriction\"\nfrom = \"CHN\"\nto = \"all\"\nmaterials = [\"oxide\"]\narrival = { process = \"poisson\", per_year = { rate = \"history\", kind = \"export_restriction\", country = \"CHN\", since = 2023 } }\nassumption = \"illustrative\"",
    ..BARE
};

const ARRIVAL: TableSpec = TableSpec {
    name: "arrival",
    doc: "When an event starts.",
    tag: Some("process"),
    fields: &[
        field("process", Kind::Word(&["fixed", "window", "poisson", "renewal", "after", "in_force"]), "fixed: at a date; window: once, at a uniform date between two; poisson: at a rate; renewal: up and down times in turn; after: follows another event; in_force: it has struck by the start and lasts.").required(),
        field("at", Kind::Dates, "Date; may be uncertain.").only(&["fixed"]).required(),
        field("from", Kind::Date, "First date of the window.").only(&["window"]).required(),
        field("to", Kind::Date, "Last date of the window.").only(&["window"]).required(),
        field("probability", Kind::Number(Range::Share), "Probability that it happens.").only(&["fixed", "window", "after"]).default("1"),
        field("per_year", Kind::Rate(&HISTORY), "Rate.").unit("1/yr").only(&["poisson"]).required(),
        field("up", Kind::Drawn(Range::NonNegative), "Up time.").unit("months").only(&["renewal"]).required(),
        field("down", Kind::Drawn(Range::NonNegative), "Down time; this is the event's duration.").unit("months").only(&["renewal"]).required(),
        field("starts", Kind::Word(&["up", "down", "steady"]), "State at the start.").only(&["renewal"]).default("\"steady\""),
        field("event", Kind::One(Target::Event), "The event that it follows.").only(&["after"]).required(),
        field("delay", Kind::Drawn(Range::NonNegative), "Time after the other event.").unit("months").only(&["after"]).default("0"),
        field("since", Kind::Date, "When it struck: the start of the simulation or earlier. The duration counts from here, and is drawn given that it reaches beyond the start.").only(&["in_force"]).required(),
        field("from", Kind::Word(&["start", "end"]), "Whether the delay counts from the other event's start or from its end.").only(&["after"]).default("\"start\""),
    ],
    ..BARE
};

const RECOVERY: TableSpec = TableSpec {
    name: "recovery",
    doc: "How the severity goes back to 0 after the duration.",
    tag: Some("shape"),
    fields: &[
        field(
            "shape",
            Kind::Word(&["step", "linear", "exponential"]),
            "At once, along a line, or exponentially.",
        )
        .required(),
        field(
            "months",
            Kind::Drawn(Range::NonNegative),
            "Length of the line, or time constant.",
        )
        .unit("months")
        .only(&["linear", "exponential"])
        .required(),
    ],
    ..BARE
};

const LEAK: TableSpec = TableSpec {
    name: "leak",
    doc: "What reaches the targets of an export restriction all the same, through third countries.",
    fields: &[
        field(
            "share",
            Kind::Number(Range::Share),
            "Share of what is withheld that arrives.",
        )
        .required(),
        field(
            "delay",
            Kind::Number(Range::NonNegative),
            "Time after the start of the restriction until the ways round it are found.",
        )
        .unit("months")
        .default("0"),
        field(
            "premium",
            Kind::Number(Range::NonNegative),
            "How much dearer it is (0.2 = 20 %): the target's price index rises by that share of what comes this way.",
        )
        .default("0"),
    ],
    ..BARE
};

pub(crate) const EVENT: TableSpec = TableSpec {
    name: "event",
    doc: "A disruption. `kind` decides which of the other keys go.",
    tag: Some("kind"),
    fields: &[
        field("id", Kind::Id, "Id; also the name of its random streams.").required(),
        field("name", Kind::Text, "Display name.").default("the id"),
        field("kind", Kind::Word(&[LOSS, EXPORT, LANE, SURGE, STOCK, COST]), "What it does.").required(),
        field("countries", Kind::Many(Target::Place), "Where. Give this or `supplies` for a production loss or cost shock.").or(&["country"]).only(&[LOSS, SURGE, STOCK, COST]),
        field("supplies", Kind::Many(Target::Supply), "The supplies hit; a country's row of [shares.M] is `M.COUNTRY`.").or(&["supply"]).only(&[LOSS, COST]),
        field("from", Kind::Many(Target::Place), "Exporters.").only(&[EXPORT]).required(),
        field("to", Kind::Many(Target::Place), "Destinations; \"all\" is every country but the exporter.").only(&[EXPORT]).required(),
        field("chokepoint", Kind::One(Target::Chokepoint), "The chokepoint that is closed. Give this or `lanes`.").only(&[LANE]),
        field("lanes", Kind::Lanes, "The lanes that are closed.").only(&[LANE]),
        field("materials", Kind::Many(Target::Material), "Materials. An export restriction needs them.").or(&["material"]).default("all"),
        field("sectors", Kind::Many(Target::Sector), "Sectors whose demand rises.").or(&["sector"]).only(&[SURGE]).default("all"),
        field("stock", Kind::Word(&["commercial", "strategic", "all"]), "Which stocks are hit.").only(&[STOCK]).default("\"all\""),
        field("form", Kind::Word(&["ban", "quota", "licensing"]), "ban: each lane carries at most (1 - severity) of its normal flow; quota: the exporter's total does, and buyers compete for it; licensing: nothing passes until the first licences, then as a ban.").only(&[EXPORT]).default("\"ban\""),
        field("approval_months", Kind::Drawn(Range::NonNegative), "Months until the first licences (form = \"licensing\").").unit("months").only(&[EXPORT]),
        field("arrival", Kind::Table(&ARRIVAL), "When it starts.").required(),
        field("duration", Kind::Drawn(Range::NonNegative), "How long it lasts. Not with a renewal, whose `down` it is.").unit("months").default("to the end of the horizon"),
        field("notice", Kind::Drawn(Range::NonNegative), "How long before it strikes it is announced (cut at the start of the simulation): buyers order ahead what it is going to take from them.").unit("months").only(&[LOSS, EXPORT, LANE, SURGE, COST]).default("0"),
        field("severity", Kind::Drawn(Range::NonNegative), "Share that is lost, 0 to 1; for a demand surge or cost shock the rise (0.5 = x 1.5).").default("1"),
        field("tonnes_per_year", Kind::Quantity(Range::NonNegative), "The quota in tonnes (form = \"quota\", in place of `severity`): the most that the exporter may sell to the destinations together. It may be above what it normally sells.").unit("t/yr").only(&[EXPORT]),
        field("leak", Kind::Table(&LEAK), "What reaches the destinations through third countries. Needs destinations that are not all others.").only(&[EXPORT]),
        field("recovery", Kind::Table(&RECOVERY), "How the severity goes back to 0.").default("at once"),
        SOURCE,
        ASSUMPTION,
    ],
    alternatives: &[one_of_if(&["countries", "supplies"], &[LOSS, COST]), one_of_if(&["chokepoint", "lanes"], &[LANE]), at_most_one_of(&["severity", "tonnes_per_year"])],
    figures: true,
    addressing: Addressing::Id,
    example: "[[event]]\nid = \"licensing\"\nkind = \"export_restriction\"\nfrom = \"CHN\"\nto = \"all\"\nmaterials = [\"oxide\"]\narrival = { process = \"poisson\", per_year = 0.25 }\nduration = { dist = \"lognormal\", median = 9, p90 = 24 }\nseverity = { dist = \"beta\", mean = 0.6, sd = 0.2 }\nrecovery = { shape = \"linear\", months = 6 }\nassumption = \"illustrative\"",
};

pub(crate) const FRAILTY: TableSpec = TableSpec {
    name: "frailty",
    doc: "One random factor per trial on the rates of several events, e.g. geopolitical tension. An event is in at most one.",
    fields: &[
        field("id", Kind::Id, "Id; also the name of its random stream.").required(),
        field("events", Kind::Many(Target::Event), "Events.")
            .or(&["event"])
            .required(),
        field(
            "factor",
            Kind::Drawn(Range::NonNegative),
            "The factor; usually with mean 1.",
        )
        .required(),
    ],
    addressing: Addressing::Id,
    example: "[[frailty]]\nid = \"tension\"\nevents = [\"licensing\"]\nfactor = { dist = \"gamma\", mean = 1, sd = 0.7 }",
    ..BARE
};

pub(crate) const COPULA: TableSpec = TableSpec {
    name: "copula",
    doc: "Dependence between events: of whether they happen, how long they last, or how severe they are.",
    tag: Some("family"),
    fields: &[
        field("id", Kind::Id, "Id; also the name of its random stream.").required(),
        field(
            "family",
            Kind::Word(&["gaussian", "t"]),
            "Family; \"t\" ties the extremes together.",
        )
        .required(),
        field("degrees", Kind::Plain(Range::Positive), "Degrees of freedom.")
            .only(&["t"])
            .required(),
        field("events", Kind::Many(Target::Event), "Events, at least two.").required(),
        field(
            "on",
            Kind::Word(&["occurrence", "duration", "severity"]),
            "What is tied.",
        )
        .required(),
        field(
            "correlation",
            Kind::Correlation,
            "One number for all pairs, or the full matrix.",
        )
        .required(),
    ],
    addressing: Addressing::Id,
    example: "[[copula]]\nid = \"same_quake\"\nfamily = \"gaussian\"\nevents = [\"quake_1\", \"quake_2\"]\non = \"severity\"\ncorrelation = 0.6",
    ..BARE
};
