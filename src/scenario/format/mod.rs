//! The one static description of the scenario format. The structural check, `--set`, the JSON Schema and the reference page all
//! come from it, so they cannot disagree. Knows nothing of files or of the checked scenario.

mod distributions;
mod events;
mod flows;
mod run;
mod world;

pub(crate) use distributions::{DISTRIBUTIONS, DistributionSpec};
pub(crate) use run::TOP;

/// What numbers are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// > 0
    Positive,
    /// >= 0
    NonNegative,
    /// 0 to 1
    Share,
    /// above 0, at most 1
    SharePositive,
    /// < 0
    Negative,
    /// >= 1
    AtLeastOne,
    /// > 1
    AboveOne,
    /// > -1
    AboveMinusOne,
    /// Any number.
    Any,
}

impl Range {
    /// (smallest, whether it is allowed itself, largest, whether it is allowed itself)
    pub const fn bounds(self) -> (f64, bool, f64, bool) {
        match self {
            Range::Positive => (0.0, false, f64::INFINITY, false),
            Range::NonNegative => (0.0, true, f64::INFINITY, false),
            Range::Share => (0.0, true, 1.0, true),
            Range::SharePositive => (0.0, false, 1.0, true),
            Range::Negative => (f64::NEG_INFINITY, false, 0.0, false),
            Range::AtLeastOne => (1.0, true, f64::INFINITY, false),
            Range::AboveOne => (1.0, false, f64::INFINITY, false),
            Range::AboveMinusOne => (-1.0, false, f64::INFINITY, false),
            Range::Any => (f64::NEG_INFINITY, false, f64::INFINITY, false),
        }
    }

    pub fn contains(self, value: f64) -> bool {
        let (low, low_in, high, high_in) = self.bounds();
        value.is_finite() && (value > low || (low_in && value == low)) && (value < high || (high_in && value == high))
    }

    pub const fn words(self) -> &'static str {
        match self {
            Range::Positive => "above 0",
            Range::NonNegative => "0 or more",
            Range::Share => "from 0 to 1",
            Range::SharePositive => "above 0 and at most 1",
            Range::Negative => "below 0",
            Range::AtLeastOne => "1 or more",
            Range::AboveOne => "above 1",
            Range::AboveMinusOne => "above -1",
            Range::Any => "any number",
        }
    }
}

/// What an id refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Material,
    /// A country.
    Country,
    /// A country or a group.
    Place,
    Supply,
    Event,
    Chokepoint,
    Sector,
}

impl Target {
    pub const fn noun(self) -> &'static str {
        match self {
            Target::Material => "material",
            Target::Country => "country",
            Target::Place => "country or group",
            Target::Supply => "supply",
            Target::Event => "event",
            Target::Chokepoint => "chokepoint",
            Target::Sector => "sector",
        }
    }
}

/// What a key holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A string.
    Text,
    /// A string or a whole number, as a cell of a table holds it.
    Label,
    /// An id that is defined here.
    Id,
    /// A string or a list of strings.
    Texts,
    /// true or false.
    Flag,
    /// A whole number between the two, inclusive.
    Count(u64, u64),
    /// A number that cannot be uncertain.
    Plain(Range),
    /// A number or a distribution, drawn once per trial.
    Number(Range),
    /// A number or a distribution, drawn anew for each occurrence.
    Drawn(Range),
    /// A rate: a number or a distribution, 0 or more, drawn once per trial; or a table that takes it from history.
    Rate(&'static TableSpec),
    /// A number, a distribution or a path over time.
    Quantity(Range),
    /// A date.
    Date,
    /// A date, or a distribution between dates.
    Dates,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// `flexibility`.
    Flexibility,
    /// One id.
    One(Target),
    /// One id or a list; "all" where it makes sense.
    Many(Target),
    /// A table.
    Table(&'static TableSpec),
    /// A list of tables.
    Tables(&'static TableSpec),
    /// Tables by material id.
    TablesByMaterial(&'static TableSpec),
    /// Numbers or distributions by country, or a Dirichlet vector.
    Shares,
    /// Plain numbers by country.
    Flows,
    /// Pairs of countries or groups.
    Lanes,
    /// A number or a square matrix.
    Correlation,
    /// Any value.
    Any,
}

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub name: &'static str,
    /// Other spellings that mean the same.
    pub aliases: &'static [&'static str],
    pub kind: Kind,
    pub required: bool,
    /// What holds when the key is absent; empty when nothing does.
    pub default: &'static str,
    pub unit: &'static str,
    pub doc: &'static str,
    /// The values of the table's tag with which the key goes; empty = all.
    pub only: &'static [&'static str],
}

pub(crate) const fn field(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field {
        name,
        aliases: &[],
        kind,
        required: false,
        default: "",
        unit: "",
        doc,
        only: &[],
    }
}

impl Field {
    pub const fn required(self) -> Field {
        Field { required: true, ..self }
    }
    pub const fn default(self, default: &'static str) -> Field {
        Field { default, ..self }
    }
    pub const fn unit(self, unit: &'static str) -> Field {
        Field { unit, ..self }
    }
    pub const fn or(self, aliases: &'static [&'static str]) -> Field {
        Field { aliases, ..self }
    }
    pub const fn only(self, only: &'static [&'static str]) -> Field {
        Field { only, ..self }
    }
    pub fn is(&self, key: &str) -> bool {
        self.name == key || self.aliases.contains(&key)
    }
    pub fn goes_with(&self, tag: &str) -> bool {
        self.only.is_empty() || self.only.contains(&tag)
    }
}

/// Keys of which only one may be given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Alternative {
    pub keys: &'static [&'static str],
    /// Whether one must be given.
    pub required: bool,
    /// The values of the table's tag with which this goes; empty = all.
    pub only: &'static [&'static str],
}

pub(crate) const fn one_of(keys: &'static [&'static str]) -> Alternative {
    Alternative {
        keys,
        required: true,
        only: &[],
    }
}

pub(crate) const fn at_most_one_of(keys: &'static [&'static str]) -> Alternative {
    Alternative {
        keys,
        required: false,
        only: &[],
    }
}

pub(crate) const fn one_of_if(keys: &'static [&'static str], only: &'static [&'static str]) -> Alternative {
    Alternative {
        keys,
        required: true,
        only,
    }
}

/// By what a table of a list is addressed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Addressing {
    /// Not at all.
    None,
    /// By its `id`.
    Id,
    /// By the values of these keys.
    Keys(&'static [&'static str]),
    /// By its `id`, or by the values of these keys when it has none.
    IdOrKeys(&'static [&'static str]),
}

/// A table of the format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TableSpec {
    pub name: &'static str,
    pub doc: &'static str,
    pub fields: &'static [Field],
    pub alternatives: &'static [Alternative],
    /// The key whose value decides which other keys go.
    pub tag: Option<&'static str>,
    /// Whether the table states figures, and so needs `source` or `assumption`.
    pub figures: bool,
    pub addressing: Addressing,
    pub example: &'static str,
}

/// A table without keys, to be filled in.
pub(crate) const BARE: TableSpec = TableSpec {
    name: "",
    doc: "",
    fields: &[],
    alternatives: &[],
    tag: None,
    figures: false,
    addressing: Addressing::None,
    example: "",
};

impl TableSpec {
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.is(key))
    }

    /// Keys that cannot stand beside `key`: other spellings of it and alternatives to it.
    pub fn rivals(&self, key: &str) -> Vec<&'static str> {
        let mut rivals = Vec::new();
        if let Some(field) = self.field(key) {
            rivals.push(field.name);
            rivals.extend(field.aliases);
        }
        let own = if rivals.is_empty() { vec![key] } else { rivals.to_vec() };
        for alternative in self
            .alternatives
            .iter()
            .filter(|a| a.keys.iter().any(|k| own.contains(k)))
        {
            for other in alternative.keys {
                rivals.extend(self.field(other).iter().flat_map(|f| f.aliases.iter().chain([&f.name])));
            }
        }
        rivals.retain(|rival| *rival != key);
        rivals.sort_unstable();
        rivals.dedup();
        rivals
    }

    /// The values that the tag may take.
    pub fn tag_values(&self) -> &'static [&'static str] {
        match self.tag.and_then(|tag| self.field(tag)).map(|field| field.kind) {
            Some(Kind::Word(words)) => words,
            _ => &[],
        }
    }
}

/// Keys that select rows of the data that a table names.
pub(crate) const YEAR: Field = field(
    "year",
    Kind::Label,
    "Rows of this year in the CSV file; for shipped data, the year that they must be of.",
);
pub(crate) const FLOW: Field = field(
    "flow",
    Kind::Label,
    "Rows of this value in the CSV file's column `flow`, e.g. \"M\" for imports.",
);
pub(crate) const MEASURE: Field = field(
    "measure",
    Kind::Label,
    "Rows of this value in the CSV file's column `measure`.",
);

pub(crate) const SOURCE: Field = field(
    "source",
    Kind::Text,
    "Where the figures of this table come from: publication, table, year.",
);
pub(crate) const ASSUMPTION: Field = field(
    "assumption",
    Kind::Text,
    "Why the figures of this table are what they are, when there is no source. One of `source` and `assumption` is required, here or (`assumption`) at the top of the file.",
);
