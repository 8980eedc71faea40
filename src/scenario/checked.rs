//! The checked scenario: what the rest of the program works on. A value of [`Scenario`] cannot hold an invalid value: every
//! identifier is resolved to an index, every number is finite and in its range, every distribution is constructible, the
//! recipes and hosts form an acyclic graph, and dates are months from the start of the simulation.
//!
//! Indices (`CountryIndex`, `MaterialIndex`, ...) point into the vectors of [`Scenario`].

use crate::sampling::Distribution;

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
    /// 7 / 365.25 year.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplingDesign {
    /// Independent uniforms (default).
    Random,
    /// Trials in pairs u, 1 - u.
    Antithetic,
    /// Latin hypercube.
    LatinHypercube,
    /// Sobol' points with Owen scrambling.
    Sobol,
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

/// `focus`. Never empty: without one it is every material with final demand and every country with final demand of one of them
/// (at most the eight largest).
#[derive(Debug, Clone, PartialEq)]
pub struct Focus {
    /// Materials, in the order of the file.
    pub materials: Vec<MaterialIndex>,
    /// Countries and groups, in the order of the file.
    pub places: Vec<Place>,
}

/// One input of a recipe.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The material used up.
    pub material: MaterialIndex,
    /// Tonnes of it for one tonne of output, > 0.
    pub per_tonne: Number,
}

/// How far buyers can reroute (`flexibility`).
#[derive(Debug, Clone, PartialEq)]
pub enum Flexibility {
    /// The most by which a buyer can scale up its purchases from one supplier, >= 1 (1 = rigid).
    Limit(Number),
    /// The largest total delivery that the open lanes allow.
    Coordinated,
}

/// One traded good at one stage.
#[derive(Debug, Clone, PartialEq)]
pub struct Material {
    /// The id used in the file.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Unit of its tonnes, e.g. `t REO`. Default `t`.
    pub unit: String,
    /// Price in USD/t, if stated.
    pub price: Option<Number>,
    /// Default [`Flexibility::Limit`] of 1 (rigid).
    pub flexibility: Flexibility,
    /// Months over which flexibility rises from 1 to its value once the material is disrupted. Default 0.
    pub rerouting_months: Number,
    /// Short-run price elasticity of demand, < 0. Default -0.3.
    pub demand_elasticity: Number,
    /// Default price elasticity of its supplies' output, >= 0. Default 0.2.
    pub supply_elasticity: Number,
    /// Cap of the price index, > 1. Default 10.
    pub price_cap: f64,
    /// Time constant, in months, with which producers' price expectation follows the price index; >= 0. Default 3.
    pub price_lag_months: f64,
    /// Periods between allocation and arrival, of every shipment. Default 0.
    pub lead_time_periods: usize,
    /// Whether a country's own demand is served first. Default true.
    pub domestic_first: bool,
    /// Gravity share mixed into observed trade, 0 to 1. Default 0.05.
    pub openness: f64,
    /// Default recipe of its supplies.
    pub inputs: Vec<Input>,
    /// Priority class of processors' feed orders of this material (1 is served first). Default 2.
    pub feed_priority: u32,
}

/// How large a supply is.
#[derive(Debug, Clone, PartialEq)]
pub enum Size {
    /// Capacity in t/yr; baseline output is utilisation x capacity.
    Capacity(Quantity),
    /// Baseline output as a share of the world's output; capacity is that over the utilisation.
    Share {
        /// World output, t/yr.
        output: Quantity,
        /// The country's share.
        share: Share,
    },
    /// Secondary supply; position in [`Scenario::recyclings`].
    Recycled(usize),
}

/// A country's share in a `[shares]` table.
#[derive(Debug, Clone, PartialEq)]
pub enum Share {
    /// 0 to 1. An uncertain share is drawn by itself; the table's shares are then rescaled to their sum of means.
    Own(Number),
    /// A component of a Dirichlet vector.
    Dirichlet {
        /// Position in [`Scenario::share_vectors`].
        vector: usize,
        /// Component.
        component: usize,
    },
}

/// A Dirichlet share vector: one draw per trial for all countries of a `[shares]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct ShareVector {
    /// Name of the random stream.
    pub driver: String,
    /// Dirichlet parameters, each > 0.
    pub alphas: Vec<f64>,
}

/// A plant, or a country's aggregate, that makes one material in one country.
#[derive(Debug, Clone, PartialEq)]
pub struct Supply {
    /// The id; for a row of `[shares.M]` it is `M.COUNTRY`, for recycling `recycling.M.COUNTRY`.
    pub id: String,
    /// Where.
    pub country: CountryIndex,
    /// What it makes.
    pub material: MaterialIndex,
    /// How much.
    pub size: Size,
    /// Baseline utilisation, (0, 1]. Default 1.
    pub utilisation: Number,
    /// Recipe (the material's unless the supply has its own).
    pub inputs: Vec<Input>,
    /// Price elasticity of output, >= 0 (the material's unless the supply has its own).
    pub supply_elasticity: Number,
    /// Most by which target output moves, as a share of capacity per month, (0, 1]. Default 0.05.
    pub ramp_per_month: Number,
    /// Opening date in months from the start (may be negative or uncertain); `None` = open from the start.
    pub opens_months: Option<Number>,
    /// Months over which a new supply ramps up linearly from 0. Default 0.
    pub ramp_months: Number,
    /// Closing date in months from the start.
    pub closes_months: Option<Number>,
    /// Whether capacity grows along demand under [`Balance::SupplyFollowsDemand`]: true for supplies of constant size without
    /// an opening date, false for projects and for supplies whose size is a path.
    pub follows_demand: bool,
}

/// One final demand: (material, country, sector).
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// What.
    pub material: MaterialIndex,
    /// Where.
    pub country: CountryIndex,
    /// Sector name; `final` when none is given.
    pub sector: String,
    /// t/yr at the start, or a path.
    pub amount: Quantity,
    /// Growth per year (0.06 = 6 %), compounding from the start. Default 0.
    pub growth: Number,
    /// Priority class, 1 is served first. Default 2.
    pub priority: u32,
    /// USD/yr that depends on it.
    pub value_added: Option<Number>,
    /// Share of the unmet quantity whose value added is not lost, 0 to 1. Default 0 (Leontief).
    pub substitutability: Number,
}

/// Observed trade into one importer.
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// What.
    pub material: MaterialIndex,
    /// Importer.
    pub to: CountryIndex,
    /// Origins (may include the importer itself: its own production's share).
    pub flows: TradeFlows,
}

/// Observed flows into one importer.
#[derive(Debug, Clone, PartialEq)]
pub enum TradeFlows {
    /// t/yr by origin.
    Tonnes(Vec<(CountryIndex, f64)>),
    /// Share of what the importer gets from abroad by origin (or of all it gets, when the importer itself is listed); sums to 1.
    Shares(Vec<(CountryIndex, f64)>),
}

/// A level of stock.
#[derive(Debug, Clone, PartialEq)]
pub enum StockLevel {
    /// Tonnes.
    Tonnes(Quantity),
    /// Days of the holder's undisrupted orders (final demand and feed) at the start of the simulation.
    Days(Quantity),
}

/// Commercial stock at users or processors.
#[derive(Debug, Clone, PartialEq)]
pub struct Inventory {
    /// What.
    pub material: MaterialIndex,
    /// Where.
    pub country: CountryIndex,
    /// Level at the start, which orders refill.
    pub level: StockLevel,
    /// The most that it may hold; surplus offered to the country fills up to it. Default: the level.
    /// `Tonnes(Constant(Fixed(f64::INFINITY)))` for `maximum = "unlimited"`.
    pub maximum: Option<StockLevel>,
}

/// Strategic stockpile of a country or a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Stockpile {
    /// Address: the `id`, else `MATERIAL.PLACE`.
    pub id: String,
    /// What.
    pub material: MaterialIndex,
    /// Owner: one country, or the members of a group who share it.
    pub owners: Vec<CountryIndex>,
    /// Full level. A path lets it be built up over time.
    pub level: StockLevel,
    /// Share of the full level that is there at the start, 0 to 1. Default 1.
    pub filled_at_start: Number,
    /// Released when the shortage of an allowed user exceeds this share of its orders, 0 to 1. Default 0.
    pub trigger: Number,
    /// Most that is released per month, as a share of the full level, (0, 1] . Default 1.
    pub max_per_month: Number,
    /// Sectors that may use it (`feed` = processors); `None` = all.
    pub sectors: Option<Vec<String>>,
    /// Countries that may use it beside the owners, after them.
    pub allies: Vec<CountryIndex>,
    /// Whether it is refilled, last in line, from surplus. Default true.
    pub refill: bool,
}

/// Recycling: secondary supply in a country.
#[derive(Debug, Clone, PartialEq)]
pub struct Recycling {
    /// What comes out.
    pub material: MaterialIndex,
    /// Where.
    pub country: CountryIndex,
    /// Share of the demand `lag_years` earlier that comes back, >= 0; may be a path.
    pub rate: Quantity,
    /// Years, >= 0.
    pub lag_years: Number,
    /// Material whose demand the scrap comes from. Default: the same material (its final demand and feed orders in the country).
    pub of: MaterialIndex,
}

/// Substitution or thrift at users.
#[derive(Debug, Clone, PartialEq)]
pub struct Substitution {
    /// What is replaced.
    pub material: MaterialIndex,
    /// Where.
    pub countries: Vec<CountryIndex>,
    /// Sectors; `None` = all.
    pub sectors: Option<Vec<String>>,
    /// Most that can be replaced, share of demand, 0 to 1.
    pub maximum: Number,
    /// Speed while the shortage lasts, share of demand per year, > 0; falls back at the same speed.
    pub per_year: Number,
}

/// By-product: a supply's output cannot exceed `ratio` x the output of its host supplies.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// The by-product supply.
    pub supply: SupplyIndex,
    /// The host.
    pub host: SupplyIndex,
    /// t of by-product per t of the host's output, > 0. With several hosts of one supply the limits add up.
    pub ratio: Number,
}

/// When an event starts.
#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// At a date, with a probability.
    Fixed {
        /// Months from the start.
        at_months: Number,
        /// 0 to 1. Default 1.
        probability: Number,
    },
    /// Once, with a probability, at a uniform date in a window.
    Window {
        /// Months from the start.
        from_months: f64,
        /// Months from the start, > `from_months`.
        to_months: f64,
        /// 0 to 1. Default 1.
        probability: Number,
    },
    /// Poisson process.
    Poisson {
        /// Rate per year, >= 0.
        per_year: Number,
    },
    /// Alternating up and down times; the event's duration is the down time.
    Renewal {
        /// Up time, months.
        up: Distribution,
        /// Down time, months.
        down: Distribution,
        /// State at the start.
        starts: RenewalStart,
    },
    /// Follows each occurrence of another event.
    After {
        /// Position in [`Scenario::events`].
        event: EventIndex,
        /// 0 to 1. Default 1.
        probability: Number,
        /// Months after the other's start (or end).
        delay: Distribution,
        /// Whether the delay counts from the end of the other event (its duration, without recovery). Default false.
        from_end: bool,
    },
}

/// State of a renewal process at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalStart {
    /// An up time begins.
    Up,
    /// A down time begins.
    Down,
    /// Stationary.
    Steady,
}

/// How severity goes back to 0 after the duration.
#[derive(Debug, Clone, PartialEq)]
pub enum Recovery {
    /// At once (default).
    Step,
    /// Linearly over so many months.
    Linear {
        /// Months.
        months: Distribution,
    },
    /// Exponentially with a time constant.
    Exponential {
        /// Time constant, months.
        months: Distribution,
    },
}

/// Which stocks a stock loss hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockKind {
    /// Commercial inventories.
    Commercial,
    /// Strategic stockpiles.
    Strategic,
    /// Both (default).
    All,
}

/// How an export restriction works (`form`).
#[derive(Debug, Clone, PartialEq)]
pub enum RestrictionForm {
    /// Each restricted lane carries at most (1 - severity) x its normal flow (default).
    Ban,
    /// The exporter's total exports to the listed destinations are at most (1 - severity) x normal; buyers compete for them.
    Quota,
    /// Nothing passes for the first `approval_months`; then as [`RestrictionForm::Ban`].
    Licensing {
        /// Months until the first licences, >= 0.
        approval_months: Distribution,
    },
}

/// What an event does.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// Supplies lose a share of their capacity.
    ProductionLoss {
        /// The supplies hit (recycling only where named by id).
        supplies: Vec<SupplyIndex>,
    },
    /// Exports are restricted.
    ExportRestriction {
        /// Exporters.
        from: Vec<CountryIndex>,
        /// Destinations (never the exporter itself).
        to: Vec<CountryIndex>,
        /// Whether `to` was "all".
        to_all: bool,
        /// Materials.
        materials: Vec<MaterialIndex>,
        /// See [`RestrictionForm`].
        form: RestrictionForm,
    },
    /// Shipping lanes are cut.
    LaneClosure {
        /// (exporter, importer) pairs.
        lanes: Vec<(CountryIndex, CountryIndex)>,
        /// Materials.
        materials: Vec<MaterialIndex>,
    },
    /// Demand rises by the severity (0.5 = x 1.5).
    DemandSurge {
        /// Positions in [`Scenario::demands`].
        demands: Vec<usize>,
    },
    /// Stocks lose a share at once.
    StockLoss {
        /// Where.
        countries: Vec<CountryIndex>,
        /// Materials.
        materials: Vec<MaterialIndex>,
        /// Which.
        stock: StockKind,
    },
    /// Costs rise by the severity (0.5 = +50 %): target output falls by the factor (1 + severity)^(-supply elasticity).
    CostShock {
        /// The supplies hit.
        supplies: Vec<SupplyIndex>,
    },
}

/// A disruption event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The id; also the name of its random streams.
    pub id: String,
    /// Display name (the id when none is given).
    pub name: String,
    /// What it does.
    pub kind: EventKind,
    /// When it starts.
    pub arrival: Arrival,
    /// Months; `None` = until the end of the horizon (and for a renewal, whose down time is the duration).
    pub duration: Option<Distribution>,
    /// 0 to 1 (>= 0 for demand surges and cost shocks). Default 1.
    pub severity: Distribution,
    /// See [`Recovery`].
    pub recovery: Recovery,
    /// The countries that it belongs to (exporters, hit countries): for attribution by country. May be empty.
    pub countries: Vec<CountryIndex>,
}

/// One random factor on the rates of several events.
#[derive(Debug, Clone, PartialEq)]
pub struct Frailty {
    /// The id, and the name of its stream.
    pub id: String,
    /// Events.
    pub events: Vec<EventIndex>,
    /// Factor, >= 0; drawn once per trial.
    pub factor: Distribution,
}

/// Copula family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CopulaFamily {
    /// Gaussian.
    Gaussian,
    /// Student t.
    StudentT {
        /// Degrees of freedom, > 0.
        degrees: f64,
    },
}

/// What a copula couples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopulaTarget {
    /// Whether the events happen (fixed and window arrivals).
    Occurrence,
    /// Their durations.
    Duration,
    /// Their severities.
    Severity,
}

/// Dependence between events.
#[derive(Debug, Clone, PartialEq)]
pub struct CopulaGroup {
    /// The id, and the name of its stream.
    pub id: String,
    /// Family.
    pub family: CopulaFamily,
    /// Events, at least two.
    pub events: Vec<EventIndex>,
    /// What is coupled.
    pub on: CopulaTarget,
    /// Correlation matrix, row by row; positive definite.
    pub correlation: Vec<Vec<f64>>,
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
    /// Commercial inventories.
    pub inventories: Vec<Inventory>,
    /// Strategic stockpiles.
    pub stockpiles: Vec<Stockpile>,
    /// Recycling.
    pub recyclings: Vec<Recycling>,
    /// Substitution and thrift.
    pub substitutions: Vec<Substitution>,
    /// By-product hosts.
    pub hosts: Vec<Host>,
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
