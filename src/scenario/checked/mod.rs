//! The checked scenario: what the rest of the program works on. A value of [`Scenario`] cannot hold an invalid value: every
//! identifier is resolved to an index, every number is finite and in its range, every distribution is constructible, the
//! recipes and hosts form an acyclic graph, and dates are months from the start of the simulation.
//!
//! Indices (`CountryIndex`, `MaterialIndex`, ...) point into the vectors of [`Scenario`].

use super::dates::Calendar;
use crate::sampling::Distribution;

mod chain;
mod events;

pub use chain::*;
pub use events::*;

/// Position in [`Scenario::countries`].
pub type CountryIndex = usize;
/// Position in [`Scenario::materials`].
pub type MaterialIndex = usize;
/// Position in [`Scenario::supplies`].
pub type SupplyIndex = usize;
/// Position in [`Scenario::events`].
pub type EventIndex = usize;

/// A number that may be uncertain. An uncertain number is drawn once per trial; two numbers with the same driver share the draw.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// The same in every trial.
    Fixed(f64),
    /// Drawn once per trial by the inverse CDF of `distribution` at the uniform of stream `driver`.
    Uncertain {
        /// What is drawn.
        distribution: Distribution,
        /// Name of the random stream: the key's address in the scenario, e.g. `supply.ind_separation.capacity`.
        driver: String,
    },
}

impl Number {
    /// The value, or the distribution's mean.
    pub fn mean(&self) -> f64 {
        match self {
            Number::Fixed(value) => *value,
            Number::Uncertain { distribution, .. } => distribution.mean(),
        }
    }
}

/// A number, or a path over time times an uncertain factor.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// Constant over time.
    Constant(Number),
    /// Linear between the points, flat before the first and after the last.
    Path {
        /// (months from the start of the simulation, value), ascending in time, at least one.
        points: Vec<(f64, f64)>,
        /// Multiplies the whole path; drawn once per trial.
        factor: Option<Number>,
    },
}

/// Value of a path at a time in months: linear between points, flat outside.
pub fn path_at(points: &[(f64, f64)], months: f64) -> f64 {
    let after = points.partition_point(|&(time, _)| time <= months);
    match (after.checked_sub(1).map(|before| points[before]), points.get(after)) {
        (Some((_, value)), None) => value,
        (None, Some(&(_, value))) => value,
        (Some((from, low)), Some(&(to, high))) => low + (high - low) * (months - from) / (to - from),
        (None, None) => 0.0,
    }
}

/// Where a figure comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Provenance {
    /// A published source.
    Source(String),
    /// A stated assumption.
    Assumption(String),
}

/// Simulation step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Seven days: 7 / 365.25 year.
    Week,
    /// 1/12 year.
    Month,
    /// 1/4 year.
    Quarter,
    /// One year.
    Year,
}

impl Step {
    /// Length in months (a month is 1/12 year).
    pub fn months(self) -> f64 {
        match self {
            Step::Week => 12.0 * 7.0 / 365.25,
            Step::Month => 1.0,
            Step::Quarter => 3.0,
            Step::Year => 12.0,
        }
    }

    /// As the file calls it.
    pub fn name(self) -> &'static str {
        match self {
            Step::Week => "week",
            Step::Month => "month",
            Step::Quarter => "quarter",
            Step::Year => "year",
        }
    }

    /// The step that the file calls by this name.
    pub fn named(name: &str) -> Option<Step> {
        [Step::Week, Step::Month, Step::Quarter, Step::Year]
            .into_iter()
            .find(|step| step.name() == name)
    }
}

/// The simulated horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeAxis {
    /// Calendar date of the start.
    pub start: jiff::civil::Date,
    /// Length of a period.
    pub step: Step,
    /// Number of periods, at least 1.
    pub periods: usize,
}

impl TimeAxis {
    /// Which instants its dates are.
    pub fn calendar(&self) -> Calendar {
        Calendar {
            start: self.start,
            step: self.step,
        }
    }
}

/// How undisrupted supply relates to growing demand (`[run] balance`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Balance {
    /// Undisrupted capacity grows along the demand paths (default).
    SupplyFollowsDemand,
    /// Supply and demand stand as written.
    AsGiven,
}

/// How effects of overlapping events on one target combine (`[run] overlap`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// What is left multiplies: 1 - (1 - s1)(1 - s2) (default).
    Multiply,
    /// The strongest counts.
    Max,
    /// Severities add, capped at 1.
    Sum,
}

/// Sampling design (`[run] sampling`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SamplingDesign {
    /// Independent uniforms.
    Random,
    /// Trials in pairs u, 1 - u.
    Antithetic,
    /// Latin hypercubes, one a batch of trials.
    #[default]
    LatinHypercube,
    /// Sobol' points with Owen scrambling.
    Sobol,
}

impl SamplingDesign {
    /// Every design.
    pub const ALL: [Self; 4] = [Self::LatinHypercube, Self::Random, Self::Antithetic, Self::Sobol];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Antithetic => "antithetic",
            Self::LatinHypercube => "latin_hypercube",
            Self::Sobol => "sobol",
        }
    }
}

/// Which shortfall the headline is (`[run] headline`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeadlineMeasure {
    /// What deliveries and stocks leave short (default).
    #[default]
    Shortfall,
    /// What is left of it after substitution and thrift.
    AfterAdaptation,
}

impl HeadlineMeasure {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Shortfall, Self::AfterAdaptation];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shortfall => "shortfall",
            Self::AfterAdaptation => "after_adaptation",
        }
    }
}

/// `[run]`.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSettings {
    /// Number of trials, 1 to 1e9. Default 10,000.
    pub trials: u64,
    /// Seed. Default 42.
    pub seed: u64,
    /// See [`Balance`].
    pub balance: Balance,
    /// See [`Overlap`].
    pub overlap: Overlap,
    /// Whether stocks that were used are refilled; false overrules what stocks say.
    pub refill: bool,
    /// Whether producers respond to prices; false overrules what supplies say.
    pub price_response: bool,
    /// See [`HeadlineMeasure`].
    pub headline: HeadlineMeasure,
    /// See [`SamplingDesign`].
    pub sampling: SamplingDesign,
}

/// A country (ISO 3166 alpha-3), a shipped region (EU27, OTH), or one declared under `[[country]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country {
    /// The code used in the file.
    pub code: String,
    /// Display name.
    pub name: String,
    /// Whether it is a member of EU27.
    pub is_in_eu27: bool,
}

/// A named set of countries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The id used in the file.
    pub id: String,
    /// Display name (the id when none is given).
    pub name: String,
    /// Members, ascending, no duplicates (nested groups are flattened).
    pub members: Vec<CountryIndex>,
}

/// What a table or chart leads with: a country or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One country.
    Country(CountryIndex),
    /// Position in [`Scenario::groups`].
    Group(usize),
}

/// `focus`. Never empty: without one it is every material with final demand and every country with final demand of one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Focus {
    /// Materials, in the order of the file.
    pub materials: Vec<MaterialIndex>,
    /// Countries and groups, in the order of the file; without one, by demand.
    pub places: Vec<Place>,
}

/// One figure with its provenance, for the manifest and the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Address of the table in the scenario, e.g. `shares.magnet_ree_oxide`.
    pub address: String,
    /// Where its figures come from.
    pub provenance: Provenance,
}

/// Name and cost of the policy under which this scenario was resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyLabel {
    /// The id; `baseline` without a policy.
    pub id: String,
    /// Display name.
    pub name: String,
    /// USD, if stated.
    pub cost: Option<f64>,
}

/// A checked scenario under one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Title, for charts and reports.
    pub title: String,
    /// The question that it answers, and other prose (`description`), if given.
    pub description: Option<String>,
    /// See [`PolicyLabel`].
    pub policy: PolicyLabel,
    /// See [`Focus`].
    pub focus: Focus,
    /// See [`TimeAxis`].
    pub time: TimeAxis,
    /// See [`RunSettings`].
    pub run: RunSettings,
    /// Every country mentioned, sorted by code.
    pub countries: Vec<Country>,
    /// Groups in the order of the file.
    pub groups: Vec<Group>,
    /// Materials in the order of the file.
    pub materials: Vec<Material>,
    /// Materials from upstream to downstream (inputs and hosts before users).
    pub material_order: Vec<MaterialIndex>,
    /// Supplies; every entry of `recyclings` has one, of size [`Size::Recycled`].
    pub supplies: Vec<Supply>,
    /// Dirichlet share vectors.
    pub share_vectors: Vec<ShareVector>,
    /// Final demands.
    pub demands: Vec<Demand>,
    /// Observed trade.
    pub trades: Vec<Trade>,
    /// The same with the supply as it is written in the file that states the trade, where `--set`, a policy or a file that extends it has
    /// changed it: under that supply the trade was observed. Without events, trade and stocks. `None` where nothing is changed.
    pub supply_as_written: Option<Box<Scenario>>,
    /// Commercial inventories.
    pub inventories: Vec<Inventory>,
    /// Strategic stockpiles.
    pub stockpiles: Vec<Stockpile>,
    /// Perfectly secure supply.
    pub firm_supplies: Vec<FirmSupply>,
    /// Recycling.
    pub recyclings: Vec<Recycling>,
    /// Substitution and thrift.
    pub substitutions: Vec<Substitution>,
    /// By-product hosts.
    pub hosts: Vec<Host>,
    /// Limits of lanes that are always there.
    pub lane_capacities: Vec<LaneCapacity>,
    /// Events.
    pub events: Vec<Event>,
    /// Frailty groups; an event is in at most one.
    pub frailties: Vec<Frailty>,
    /// Copula groups; an event is in at most one per target.
    pub copulas: Vec<CopulaGroup>,
    /// Provenance of every table that carries figures.
    pub citations: Vec<Citation>,
    /// Defaults in force where the file is silent, e.g. `material.x.demand_elasticity = -0.3`: shown in the manifest, since a
    /// hidden default is a hidden assumption.
    pub defaults: Vec<String>,
}

impl Scenario {
    /// The scenario under whose supply its trade was observed: itself, unless that was changed.
    pub fn as_written(&self) -> &Scenario {
        self.supply_as_written.as_deref().unwrap_or(self)
    }
}
