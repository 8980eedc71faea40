//! Checked events, and what makes them come together.

use super::*;

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
    /// Has struck by the start, and is in force then.
    InForce {
        /// Months from the start, <= 0. A duration is drawn given that it reaches beyond the start.
        since_months: f64,
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
    /// The exporter's total exports to the listed destinations are limited; buyers compete for them.
    Quota {
        /// The limit, t/yr, of one exporter and one material; `None` = (1 - severity) x normal.
        tonnes_per_year: Option<Box<Quantity>>,
    },
    /// Nothing passes for the first `approval_months`; then as [`RestrictionForm::Ban`].
    Licensing {
        /// Months until the first licences, >= 0.
        approval_months: Distribution,
    },
}

/// What reaches the targets of an export restriction through third countries.
#[derive(Debug, Clone, PartialEq)]
pub struct Leak {
    /// Share of what is withheld, 0 to 1.
    pub share: Number,
    /// Months after the start of the restriction, >= 0. Default 0.
    pub delay_months: Number,
    /// By what share it is dearer, >= 0. Default 0.
    pub premium: Number,
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
        /// What comes through third countries.
        leak: Option<Box<Leak>>,
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
    /// Months by which the announcement comes before the strike; `None` = it comes unannounced.
    pub notice: Option<Distribution>,
    /// 0 to 1 (>= 0 for demand surges and cost shocks). Default 1.
    pub severity: Distribution,
    /// See [`Recovery`].
    pub recovery: Recovery,
    /// The countries that it belongs to (exporters, hit countries): for attribution by country. May be empty.
    pub countries: Vec<CountryIndex>,
}

/// What some lanes carry of a material together, without any event.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneCapacity {
    /// The id.
    pub id: String,
    /// What.
    pub material: MaterialIndex,
    /// (exporter, importer) pairs, ascending.
    pub lanes: Vec<(CountryIndex, CountryIndex)>,
    /// The most that all of them carry together, t/yr.
    pub tonnes_per_year: Quantity,
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
