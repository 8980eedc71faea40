//! Checked materials, supplies, demand, trade and stocks.

use super::*;

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
    /// Months in which orders would fill it from empty, above 0; `None` = what was used is not ordered again. Default 12.
    pub refill_months: Option<Number>,
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
    /// Months in which orders would fill it from empty, above 0; `None` = what was used is not ordered again. Default 24.
    pub refill_months: Option<Number>,
}

/// Perfectly secure supply of a place: struck by nothing, needing nothing, used for what deliveries miss.
#[derive(Debug, Clone, PartialEq)]
pub struct FirmSupply {
    /// Address: the `id`, else `MATERIAL.PLACE`.
    pub id: String,
    /// What.
    pub material: MaterialIndex,
    /// Who shares it, by what each misses.
    pub countries: Vec<CountryIndex>,
    /// t/yr, >= 0.
    pub tonnes_per_year: Number,
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

/// How much of a by-product a tonne of the host's output yields at most.
#[derive(Debug, Clone, PartialEq)]
pub enum HostRatio {
    /// t per t, > 0.
    Stated(Number),
    /// Such that the by-product's output at the start is this share, (0, 1], of what its hosts allow then.
    UseOfCap(Number),
}

/// By-product: a supply's output cannot exceed `ratio` x the output of its host supplies.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// The by-product supply.
    pub supply: SupplyIndex,
    /// The host.
    pub host: SupplyIndex,
    /// With several hosts of one supply the limits add up; all are stated in the same way.
    pub ratio: HostRatio,
}
