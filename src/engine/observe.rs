//! What the engine tells whoever records: one trial's outcomes period by period, by the cells and causes of a [`Layout`].

#[cfg(doc)]
use crate::model::layout::Layout;

/// One period of one trial. Slices are by cell unless said otherwise.
#[derive(Debug, Clone, Copy)]
pub struct PeriodOutcome<'a> {
    /// Period number, from 0.
    pub period: usize,
    /// Materials in which something is missing. In the cells of all others `missing_t`, `shortfall_t`, `unmet_t` and `exposed_usd` are
    /// zero and need not be read.
    pub short: &'a [usize],
    /// Demand (orders for feed cells), t in the period.
    pub demand_t: &'a [f64],
    /// Demand less deliveries, before stocks, t.
    pub missing_t: &'a [f64],
    /// What remains after commercial inventories and stockpiles, t. 0 <= shortfall <= missing <= demand.
    pub shortfall_t: &'a [f64],
    /// What remains after substitution and thrift, t.
    pub unmet_t: &'a [f64],
    /// Where something is short: the part of what is missing that stocks had covered when the first of it was short.
    pub carried: &'a [f64],
    /// By material: the part of the period before the first event that can reach it began, where none was in force before.
    pub onset: &'a [f64],
    /// Shortfall in the same period of the same trial without events, t (the structural shortfall).
    pub structural_t: &'a [f64],
    /// Value added exposed in the period, USD.
    pub exposed_usd: &'a [f64],
}

/// An occurrence of an event in a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occurrence {
    /// Index of the event.
    pub event: usize,
    /// Start, months from the start of the simulation.
    pub start_months: f64,
    /// Full-severity duration, months, as drawn (cut at the horizon's end when the scenario gives none).
    pub duration_months: f64,
    /// Severity.
    pub severity: f64,
}

/// What is known when a trial ends.
#[derive(Debug, Clone, Copy)]
pub struct TrialOutcome<'a> {
    /// Trial number.
    pub trial: u64,
    /// Occurrences within the horizon, by event then start.
    pub occurrences: &'a [Occurrence],
    /// Demand over the horizon by cell, t.
    pub demand_t: &'a [f64],
    /// Demand by calendar year and cell without any event, t.
    pub reference_demand_by_year_t: &'a [f64],
    /// What events add to it (less than 0: take from it), t.
    pub added_demand_by_year_t: &'a [f64],
    /// Structural shortfall over the horizon by cell, t; `None` = nothing is short without events.
    pub structural_t: Option<&'a [f64]>,
    /// By material, the causes that can have a part in its shortfalls in this trial (indices of [`Layout::causes`]), the structural one last.
    pub causes: &'a [Vec<usize>],
    /// By cell, where its line in `blame_t` begins.
    pub blame_start: &'a [usize],
    /// Shortfall over the horizon by cause, t: a cell's line has a number for each of its material's causes, adding up to the cell's shortfall.
    pub blame_t: &'a [f64],
    /// Largest price index of the horizon by market, >= 1; then the same if demand were as little and as much elastic as the two ends of the
    /// elasticity's 90 % range say.
    pub price_peak: &'a [[f64; 3]],
    /// Output over the horizon by supply, t.
    pub output_t: &'a [f64],
    /// Output lost against the same trial without events by supply (sum of the periods' losses), t.
    pub lost_output_t: &'a [f64],
    /// Stock at the end, by stock, t.
    pub stock_end_t: &'a [f64],
}

/// Receives trials from the engine. The engine calls `period` for every period in order, then `end_trial`.
pub trait Observer {
    /// One period has been simulated.
    fn period(&mut self, outcome: &PeriodOutcome<'_>);
    /// The trial is complete.
    fn end_trial(&mut self, outcome: &TrialOutcome<'_>);
    /// Whether [`Observer::trace`] should be called; the engine then simulates quiet periods in full too.
    fn wants_trace(&self) -> bool {
        false
    }
    /// Whether it reads what causes are blamed for. Where nobody does, none are followed and `blame_t` says nothing; everything else is the same, to the last bit.
    fn wants_causes(&self) -> bool {
        true
    }
    /// No more trials for now: what was put off may be done.
    fn rest(&mut self) {}
    /// Everything about the period that has just been simulated (before `period` is called for it).
    fn trace(&mut self, _trace: &super::trace::PeriodTrace<'_>) {}
}
