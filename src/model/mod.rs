//! The scenario compiled to indices and dense arrays. Knows nothing of the engine, results, reports or the command line.
//!
//! A [`Model`] holds what is the same in every trial; a [`World`] holds the undisrupted reference under one draw of the uncertain
//! inputs: capacity, planned output, orders and trade by period.

mod at_means;
pub mod balance;
mod chance;
mod compile;
mod compile_events;
mod event_streams;
mod first_draws;
pub(crate) mod fours;
pub mod layout;
mod limits;
pub mod linear;
mod links;
mod observed;
pub mod patterns;
pub mod ras;
mod shaping;
mod size;
mod value;
mod world;
mod years;

pub use compile::{ModelError, compile};
pub use event_streams::EventStreams;
pub use layout::{WORLD, layout};
pub use links::Links;
pub use value::{InputDriver, InputKind, Series, ShareNormalisation, Value};
pub use world::{World, all, row};
pub use years::CalendarYears;

use crate::sampling::{Copula, Design, LengthBiased, Sampler, StreamKey};
use crate::scenario::{Balance, Code, CopulaTarget, Overlap, RenewalStart};

/// One material, compiled. Rows are the countries that can supply it, columns the countries that may order it.
#[derive(Debug, Clone)]
pub struct MaterialModel {
    /// Country of each row.
    pub rows: Vec<usize>,
    /// Country of each column.
    pub columns: Vec<usize>,
    /// Column of each row's own country.
    pub domestic: Vec<Option<usize>>,
    /// Row of each column's own country.
    pub own_row: Vec<Option<usize>>,
    /// First market of this material; market = `first_market` + column.
    pub first_market: usize,
    /// First entry of this material in arrays by exporter row.
    pub first_row: usize,
    /// Supplies that make it, in order.
    pub supplies: Vec<usize>,
    /// Observed lanes; `None` = gravity rule alone.
    pub observed: Option<patterns::Observed>,
    /// Whether own demand is served first.
    pub domestic_first: bool,
    /// `None` = coordinated.
    pub flexibility: Option<Value>,
    /// Months over which flexibility rises.
    pub rerouting_months: Value,
    /// Price elasticity of demand, < 0.
    pub demand_elasticity: Value,
    /// The two ends of its 90 % range: (least elastic, most elastic), both < 0.
    pub demand_elasticity_band: (f64, f64),
    /// Cap of the price index.
    pub price_cap: f64,
    /// Share of the gap between the price index and producers' expectation that closes in one period.
    pub price_adjustment: f64,
    /// Periods between allocation and arrival.
    pub lead_periods: usize,
    /// Limits of lanes that are always there.
    pub capacities: Vec<LaneCapacityModel>,
}

/// What some lanes of a material carry together, compiled.
#[derive(Debug, Clone)]
pub struct LaneCapacityModel {
    /// Id.
    pub id: String,
    /// Lanes (row x columns + column), ascending; none at home.
    pub lanes: Vec<usize>,
    /// The most that they carry together, t/yr.
    pub tonnes_per_year: Series,
}

/// One supply, compiled.
#[derive(Debug, Clone)]
pub struct SupplyModel {
    /// Index of its material.
    pub material: usize,
    /// Index of its country.
    pub country: usize,
    /// Row in its material.
    pub row: usize,
    /// Capacity in t/yr before growth, opening and ramp (`None` for recycling).
    pub capacity: Option<Series>,
    /// Baseline utilisation.
    pub utilisation: Value,
    /// (feed market, t of feed per t of output).
    pub inputs: Vec<(usize, Value)>,
    /// Hosts of a by-product.
    pub hosts: Vec<HostModel>,
    /// Where the ratios to its hosts begin among those of all supplies.
    pub first_host: usize,
    /// Price elasticity of output.
    pub elasticity: Value,
    /// Most by which the target moves, share of capacity per month.
    pub ramp_per_month: Value,
    /// Opening, months from the start.
    pub opens_months: Option<Value>,
    /// Months to full capacity.
    pub ramp_months: Value,
    /// Closing, months from the start.
    pub closes_months: Option<Value>,
    /// Grows with demand.
    pub follows_demand: bool,
    /// Recycling: (rate, lag in years, market whose orders come back).
    pub recycling: Option<RecyclingModel>,
}

/// One host of a by-product, compiled.
#[derive(Debug, Clone)]
pub struct HostModel {
    /// The host supply.
    pub supply: usize,
    /// Its ratio.
    pub ratio: HostRatioModel,
}

/// See [`crate::scenario::HostRatio`].
#[derive(Debug, Clone, Copy)]
pub enum HostRatioModel {
    /// t of by-product per t of the host's output.
    Stated(Value),
    /// The ratio follows from the sizes of both and this share of what the hosts allow.
    UseOfCap(Value),
}

/// Secondary supply, compiled.
#[derive(Debug, Clone)]
pub struct RecyclingModel {
    /// Share of the earlier demand.
    pub rate: Series,
    /// Years.
    pub lag_years: Value,
    /// Cells whose demand comes back: final demand of the source material in the country.
    pub cells: Vec<usize>,
    /// Feed markets whose orders come back (when the source material has feed orders in the country).
    pub market: Option<usize>,
}

/// One final demand or the feed orders of a market.
#[derive(Debug, Clone)]
pub struct CellModel {
    /// Index of its market.
    pub market: usize,
    /// Sector name; `feed` for feed orders.
    pub sector: String,
    /// Whether it is the feed cell.
    pub is_feed: bool,
    /// Priority class.
    pub priority: u32,
    /// t/yr (`None` for feed).
    pub amount: Option<Series>,
    /// Growth per year.
    pub growth: Value,
    /// USD/yr.
    pub value_added: Option<Value>,
    /// Share of the unmet quantity whose value is not lost.
    pub substitutability: Value,
    /// Substitution entries: (maximum, per year).
    pub substitutions: Vec<(Value, Value)>,
}

/// One country's market for one material.
#[derive(Debug, Clone)]
pub struct MarketModel {
    /// Index of the material.
    pub material: usize,
    /// Index of the country.
    pub country: usize,
    /// Cells, as a range of [`Model::cells`], by priority class.
    pub cells: std::ops::Range<usize>,
    /// The feed cell, if any supply here uses the material.
    pub feed_cell: Option<usize>,
    /// (supply, position of this market in its inputs).
    pub consumers: Vec<(usize, usize)>,
    /// Position in [`Model::inventories`].
    pub inventory: Option<usize>,
}

/// A stock level, compiled.
#[derive(Debug, Clone)]
pub enum LevelModel {
    /// Tonnes over time.
    Tonnes(Series),
    /// Days of orders over time.
    Days(Series),
}

impl LevelModel {
    /// Whether it stays the same over time.
    pub fn is_constant(&self) -> bool {
        match self {
            LevelModel::Tonnes(series) | LevelModel::Days(series) => series.profile.is_none(),
        }
    }
}

/// A commercial inventory, compiled.
#[derive(Debug, Clone)]
pub struct InventoryModel {
    /// Its market.
    pub market: usize,
    /// Level at the start and target of refills.
    pub level: LevelModel,
    /// The most it may hold.
    pub maximum: Option<LevelModel>,
    /// Months in which orders would fill it from empty; `None` = it is not refilled.
    pub refill_months: Option<Value>,
}

/// A strategic stockpile, compiled.
#[derive(Debug, Clone)]
pub struct StockpileModel {
    /// Its address.
    pub id: String,
    /// Index of its material.
    pub material: usize,
    /// Markets of the owners.
    pub owners: Vec<usize>,
    /// Markets of the allies.
    pub allies: Vec<usize>,
    /// Countries of the owners (stock losses).
    pub owner_countries: Vec<usize>,
    /// Full level.
    pub level: LevelModel,
    /// Filled share at the start.
    pub filled_at_start: Value,
    /// Trigger.
    pub trigger: Value,
    /// Most released per month, share of the full level.
    pub max_per_month: Value,
    /// By cell: whether it may draw.
    pub allowed: Vec<bool>,
    /// Months in which orders would fill it from empty; `None` = it is not refilled.
    pub refill_months: Option<Value>,
}

/// Perfectly secure supply, compiled.
#[derive(Debug, Clone)]
pub struct FirmSupplyModel {
    /// Index of its material.
    pub material: usize,
    /// Markets that share it.
    pub markets: Vec<usize>,
    /// t/yr.
    pub tonnes_per_year: Value,
}

/// When an event starts, compiled.
#[derive(Debug, Clone)]
pub enum ArrivalModel {
    /// At a date with a probability.
    Fixed {
        /// Months.
        at_months: Value,
        /// Probability.
        probability: Value,
    },
    /// At a uniform date in a window, with a probability.
    Window {
        /// Months.
        from_months: f64,
        /// Months.
        to_months: f64,
        /// Probability.
        probability: Value,
    },
    /// Poisson process.
    Poisson {
        /// Per year.
        per_year: Value,
    },
    /// Alternating up and down times.
    Renewal {
        /// Up times.
        up: Sampler,
        /// Down times.
        down: Sampler,
        /// Length-biased up and down times, for the steady state.
        biased: Option<Box<(LengthBiased, LengthBiased)>>,
        /// Long-run share of time down.
        share_down: f64,
        /// State at the start.
        starts: RenewalStart,
    },
    /// Follows another event.
    After {
        /// Index of the other event.
        event: usize,
        /// Probability.
        probability: Value,
        /// Months.
        delay: Sampler,
        /// From its end.
        from_end: bool,
    },
    /// Struck at or before the start; its duration is drawn given that it lasts beyond.
    InForce {
        /// Months from the start, <= 0.
        since_months: f64,
    },
}

/// Recovery, compiled.
#[derive(Debug, Clone)]
pub enum RecoveryModel {
    /// At once.
    Step,
    /// Over so many months.
    Linear(Sampler),
    /// With a time constant.
    Exponential(Sampler),
}

/// What an event touches, compiled.
#[derive(Debug, Clone)]
pub enum EffectModel {
    /// Supplies and the cause index of each.
    Production(Vec<(usize, usize)>),
    /// Supplies whose costs rise, with cause indices.
    Cost(Vec<(usize, usize)>),
    /// Lanes by material: (material, cause, lanes as row x columns + column).
    Lanes(Vec<LaneEffect>),
    /// Export quota by material.
    Quota(Vec<LaneEffect>),
    /// Cells with cause indices.
    Surge(Vec<(usize, usize)>),
    /// Markets and stockpiles with cause indices.
    Stock {
        /// (market, cause) whose commercial stock is hit.
        markets: Vec<(usize, usize)>,
        /// (stockpile, cause).
        stockpiles: Vec<(usize, usize)>,
    },
}

/// Lanes of one material that an event restricts.
#[derive(Debug, Clone)]
pub struct LaneEffect {
    /// Index of the material.
    pub material: usize,
    /// Cause index.
    pub cause: usize,
    /// Lanes (row x columns + column), ascending; for quotas those of one exporter.
    pub lanes: Vec<usize>,
    /// Of a quota in tonnes the most that they carry together, t/yr; then the severity says for how much of the time it is in force.
    pub tonnes_per_year: Option<Series>,
}

/// What reaches the targets of a restriction through third countries, compiled.
#[derive(Debug, Clone, Copy)]
pub struct LeakModel {
    /// Share of what is withheld.
    pub share: Value,
    /// Months after the start.
    pub delay_months: Value,
    /// By what share it is dearer.
    pub premium: Value,
}

/// An event, compiled.
#[derive(Debug, Clone)]
pub struct EventModel {
    /// Id.
    pub id: String,
    /// When it starts.
    pub arrival: ArrivalModel,
    /// Duration, months (`None` = to the end).
    pub duration: Option<Sampler>,
    /// Severity.
    pub severity: Sampler,
    /// Approval months of a licensing regime.
    pub approval_months: Option<Sampler>,
    /// Months by which it is announced before it strikes (`None` = not at all).
    pub notice_months: Option<Sampler>,
    /// What comes through third countries.
    pub leak: Option<LeakModel>,
    /// Recovery.
    pub recovery: RecoveryModel,
    /// What it touches.
    pub effect: EffectModel,
    /// Materials that it touches.
    pub materials: Vec<usize>,
    /// Index of the frailty factor on its rate.
    pub frailty: Option<usize>,
    /// Streams of its draws.
    pub streams: EventStreams,
    /// (copula, member) that couples its occurrence, duration, severity.
    pub coupled: [Option<(usize, usize)>; 3],
}

/// A frailty factor, compiled.
#[derive(Debug, Clone)]
pub struct FrailtyModel {
    /// Its stream.
    pub key: StreamKey,
    /// How it is drawn.
    pub factor: Sampler,
}

/// A copula group, compiled.
#[derive(Debug, Clone)]
pub struct CopulaModel {
    /// Its stream.
    pub key: StreamKey,
    /// The copula.
    pub copula: Copula,
    /// Number of members.
    pub members: usize,
    /// What is coupled.
    pub on: CopulaTarget,
}

/// A compiled scenario.
#[derive(Debug, Clone)]
pub struct Model {
    /// Seed of every stream.
    pub seed: u64,
    /// How the draws of different trials relate. The dimensions of a Sobol' design are in the order of the file until they are ranked.
    pub design: Design,
    /// Months per period.
    pub step_months: f64,
    /// Simulated periods.
    pub periods: usize,
    /// Calendar years of the periods.
    pub years: CalendarYears,
    /// Periods of the reference: `periods` plus the look-ahead of lead times.
    pub reference_periods: usize,
    /// See [`Balance`].
    pub balance: Balance,
    /// See [`Overlap`].
    pub overlap: Overlap,
    /// Whether stocks are refilled, and buyers order ahead of announced events.
    pub run_refills: bool,
    /// Materials.
    pub materials: Vec<MaterialModel>,
    /// Materials that are simulated, from upstream to downstream.
    pub order: Vec<usize>,
    /// Neighbours of each material in the chain.
    pub links: Vec<Links>,
    /// Supplies.
    pub supplies: Vec<SupplyModel>,
    /// Supplies of each material in an order where hosts come first.
    pub supply_order: Vec<usize>,
    /// Markets.
    pub markets: Vec<MarketModel>,
    /// Number of exporter rows over all materials.
    pub exporter_rows: usize,
    /// Cells.
    pub cells: Vec<CellModel>,
    /// Commercial inventories.
    pub inventories: Vec<InventoryModel>,
    /// Strategic stockpiles.
    pub stockpiles: Vec<StockpileModel>,
    /// Perfectly secure supply.
    pub firm_supplies: Vec<FirmSupplyModel>,
    /// Events.
    pub events: Vec<EventModel>,
    /// Events in an order where the followed come before their followers.
    pub event_order: Vec<usize>,
    /// Frailty factors.
    pub frailties: Vec<FrailtyModel>,
    /// Copulas.
    pub copulas: Vec<CopulaModel>,
    /// Causes: (event, material, country); the structural one is last and not in this list.
    pub causes: Vec<(usize, usize, Option<usize>)>,
    /// Uncertain inputs.
    pub inputs: Vec<InputDriver>,
    /// Number of input slots.
    pub input_slots: usize,
    /// Shares that are rescaled together.
    pub normalisations: Vec<ShareNormalisation>,
    /// The reference with every input at its mean; shared by all trials when nothing is uncertain.
    pub reference: World,
    /// The uncertain inputs that shape the reference.
    pub(crate) shaping_inputs: Vec<shaping::ShapingInput>,
    /// What the compilation found worth saying (observed origins without supply, baseline shortfalls, ...).
    pub warnings: Vec<ModelWarning>,
}

/// Something that the compilation found worth saying.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelWarning {
    /// What it is about.
    pub code: Code,
    /// Address of what it is about.
    pub address: String,
    /// What is doubtful, in one sentence.
    pub message: String,
    /// How bad it is: under a policy only what is worse than in the baseline is told.
    pub extent: f64,
}

impl Model {
    /// Number of causes, the structural one included.
    pub fn cause_count(&self) -> usize {
        self.causes.len() + 1
    }

    /// Inputs at their means.
    pub fn mean_inputs(&self) -> Vec<f64> {
        self.inputs
            .iter()
            .flat_map(|driver| driver.means.iter().copied())
            .collect()
    }

    /// Inputs at values that one draw of a thousand million exceeds, or at the upper end where there is one; share vectors at their means.
    pub fn largest_inputs(&self) -> Vec<f64> {
        let mut largest = self.mean_inputs();
        for driver in &self.inputs {
            if let InputKind::Scalar(sampler) = &driver.kind {
                largest[driver.slot] = sampler.quantile(1.0 - 1e-9);
            }
        }
        largest
    }

    /// Years per period.
    pub fn step_years(&self) -> f64 {
        self.step_months / 12.0
    }
}
