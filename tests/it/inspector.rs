//! An observer that checks every period of every trial: conservation, limits, signs, blame. Quantities that should balance do so to 1e-9.

use critmin::engine::draws::draw_inputs;
use critmin::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use critmin::engine::trace::PeriodTrace;
use critmin::model::Model;

/// Relative difference at which quantities still balance.
const BALANCE: f64 = 1e-9;

/// Checks trials and keeps their shortfalls.
#[derive(Debug, Default)]
pub struct Inspector {
    /// Whether periods are traced (and so simulated in full).
    pub traced: bool,
    /// Whether events destroy stocks.
    pub loses_stocks: bool,
    /// Shortfall by period and cell of every trial.
    pub shortfalls: Vec<f64>,
    /// Shortfall by cell and cause over each trial.
    pub blame: Vec<f64>,
    /// Of the open trial, by cell.
    shortfall_t: Vec<f64>,
    /// Events that struck, by trial: (event, start, duration, severity).
    pub occurrences: Vec<(u64, usize, f64, f64, f64)>,
    /// Lost output by trial and supply.
    pub lost_output: Vec<f64>,
    /// Stock at the end by trial and stock.
    pub stock_end: Vec<f64>,
    /// What was found wrong.
    pub complaints: Vec<String>,
    /// Number of the trial under way: trials are simulated in order from 0.
    trial: u64,
    /// Its uncertain inputs.
    inputs: Vec<f64>,
    stock_before: Vec<f64>,
    /// Ordinary shipments of past periods by material: what should arrive.
    sent: Vec<Vec<Vec<f64>>>,
    output: Vec<f64>,
    lost: Vec<f64>,
    /// Periods that differ from the reference, as a measure of how much was tested.
    pub short_periods: u64,
}

impl Inspector {
    pub fn traced(loses_stocks: bool) -> Self {
        Inspector {
            traced: true,
            loses_stocks,
            ..Inspector::default()
        }
    }

    fn complain(&mut self, message: String) {
        if self.complaints.len() < 20 {
            self.complaints.push(message);
        }
    }

    fn same(&mut self, what: &dyn Fn() -> String, one: f64, other: f64, scale: f64) {
        let good = (one - other).abs() <= BALANCE * one.abs().max(other.abs()).max(scale) + 1e-12;
        if !good {
            self.complain(format!("{}: {one} and {other} differ by {:.3e}", what(), one - other));
        }
    }

    fn at_most(&mut self, what: &dyn Fn() -> String, value: f64, limit: f64, scale: f64) {
        let good = value <= limit + BALANCE * limit.abs().max(scale) + 1e-12;
        if !good {
            self.complain(format!("{}: {value} is above {limit} by {:.3e}", what(), value - limit));
        }
    }

    fn check_material(&mut self, trace: &PeriodTrace<'_>, material: usize) {
        let PeriodTrace {
            period, model, state, ..
        } = *trace;
        let compiled = &model.materials[material];
        let (rows, columns) = (compiled.rows.len(), compiled.columns.len());
        let flows = trace.flows(material);
        let place = |what: &str| format!("period {period}, material {material}, {what}");
        let supply = &state.production.supply[compiled.first_row..compiled.first_row + rows];
        let scale: f64 = supply.iter().sum::<f64>().max(1e-6);
        // Rows: output = sold + curtailed.
        for row in 0..rows {
            let made: f64 = compiled
                .supplies
                .iter()
                .filter(|&&index| model.supplies[index].row == row)
                .map(|&index| state.production.output[index])
                .sum();
            self.same(
                &|| place(&format!("row {row}: supply and outputs")),
                supply[row] + state.stocks.refills.supply[compiled.first_row + row],
                made,
                scale,
            );
            let sold: f64 = flows[row * columns..(row + 1) * columns].iter().sum();
            self.at_most(
                &|| place(&format!("row {row}: sold against output")),
                sold,
                supply[row] + state.stocks.refills.supply[compiled.first_row + row],
                scale,
            );
        }
        // Lanes: within flexibility, restrictions and quotas.
        let clean = state.trade.is_clean[material];
        for (lane, flow) in flows.iter().enumerate() {
            if !flow.is_finite() || *flow < 0.0 {
                self.complain(place(&format!("lane {lane} carries {flow}")));
            }
            if clean {
                continue;
            }
            let normal = state.trade.normal[material][lane];
            let openness = state.trade.openness[material][lane];
            if openness < 1.0 {
                self.at_most(
                    &|| place(&format!("restricted lane {lane}")),
                    *flow,
                    openness * normal,
                    scale,
                );
            } else if let Some(flexibility) = &compiled.flexibility {
                let most = flexibility.of(&self.inputs) * normal;
                // Refills follow the pattern, beyond flexibility where a seller makes more.
                let refill = state.trade.refill_flows[material].get(lane).copied().unwrap_or(0.0);
                self.at_most(
                    &|| place(&format!("lane {lane} beyond flexibility")),
                    *flow - refill,
                    most,
                    scale,
                );
            } else if normal <= 0.0 {
                self.at_most(&|| place(&format!("unused lane {lane}")), *flow, 0.0, scale);
            }
        }
        if !clean {
            for quota in &state.trade.quotas[material] {
                let sum = |values: &[f64]| quota.lanes.iter().map(|&lane| values[lane]).sum::<f64>();
                let limit = quota.limit * sum(&state.trade.normal[material]);
                self.at_most(&|| place("a quota"), sum(&flows), limit, scale);
            }
        }
        for capacity in &compiled.capacities {
            let used: f64 = capacity.lanes.iter().map(|&lane| flows[lane]).sum();
            let limit = capacity.tonnes(model, &self.inputs, period);
            self.at_most(&|| place(&format!("capacity {}", capacity.id)), used, limit, scale);
        }
        // Columns: what arrives is what was sent a lead time before.
        let refill: Vec<f64> = (0..columns)
            .map(|column| {
                (0..rows)
                    .map(|row| {
                        state.trade.refill_flows[material]
                            .get(row * columns + column)
                            .copied()
                            .unwrap_or(0.0)
                    })
                    .sum()
            })
            .collect();
        let ordinary: Vec<f64> = (0..columns)
            .map(|column| (0..rows).map(|row| flows[row * columns + column]).sum::<f64>() - refill[column])
            .collect();
        self.sent[material].push(ordinary.iter().chain(&refill).copied().collect());
        let lead = compiled.lead_periods;
        let mut refill_arrived = 0.0;
        for column in 0..columns {
            let market = compiled.first_market + column;
            let arrival = state.trade.arrival[market];
            if period >= lead {
                let sent = self.sent[material][period - lead][column];
                refill_arrived += self.sent[material][period - lead][columns + column];
                self.same(
                    &|| place(&format!("column {column}: arrival and what was sent")),
                    arrival,
                    sent,
                    scale,
                );
            }
            if !(arrival >= 0.0 && state.stocks.commercial[market] >= 0.0 && state.prices.index[market] >= 1.0) {
                self.complain(place(&format!(
                    "column {column}: arrival {arrival}, stock {}, price {}",
                    state.stocks.commercial[market], state.prices.index[market]
                )));
            }
        }
        // The whole market: arrivals + stock before = served + stock after; feed handed back counts as arriving.
        let markets = compiled.first_market..compiled.first_market + columns;
        let stock = total_stock(model, trace, material);
        let before = std::mem::replace(&mut self.stock_before[material], stock);
        let (mut arrived, mut served, mut needed, mut returned) = (refill_arrived, 0.0, 0.0, 0.0);
        for market in markets {
            arrived += state.trade.arrival[market];
            served += state.stocks.refills.feed_used[market];
            for cell in model.markets[market].cells.clone() {
                served += state.demand.need[cell] - state.demand.shortfall[cell];
                needed += state.demand.need[cell];
            }
            if model.markets[market].feed_cell.is_some() {
                let left = state.production.feed_available[market] - state.production.feed_used[market];
                self.at_most(
                    &|| place("feed used"),
                    state.production.feed_used[market],
                    state.production.feed_available[market],
                    scale,
                );
                returned += left.max(0.0);
            }
        }
        let (have, hold) = (arrived + returned + before, served + stock);
        // What is served is a difference of need and shortfall, and no more exact than they are.
        let market_scale = scale.max(before).max(served).max(1e-6 * needed);
        if self.loses_stocks {
            self.at_most(
                &|| place("served and kept in stock against arrived and held"),
                hold,
                have,
                market_scale,
            );
        } else {
            self.same(&|| place("arrivals + stock = served + stock"), have, hold, market_scale);
        }
    }

    fn check_supplies(&mut self, trace: &PeriodTrace<'_>) {
        let PeriodTrace {
            period,
            model,
            world,
            state,
        } = *trace;
        for (index, supply) in model.supplies.iter().enumerate() {
            let output = state.production.output[index];
            let capacity = world.capacity[[period, index]];
            let scale = capacity.max(1e-6);
            if !(output.is_finite() && output >= 0.0) {
                self.complain(format!("period {period}, supply {index} makes {output}"));
            }
            let most = (1.0 - state.production.loss[index]) * capacity;
            self.at_most(
                &|| format!("period {period}, supply {index} against capacity"),
                output,
                most,
                scale,
            );
            if !supply.hosts.is_empty() {
                let limit = world.host_limit(supply, &state.production.output);
                self.at_most(
                    &|| format!("period {period}, by-product {index} against hosts"),
                    output,
                    limit,
                    scale,
                );
            }
            self.output[index] += output;
            self.lost[index] += (world.output[[period, index]] - output).max(0.0);
        }
    }
}

/// Commercial and strategic stock of a material together.
fn total_stock(model: &Model, trace: &PeriodTrace<'_>, material: usize) -> f64 {
    let compiled = &model.materials[material];
    let commercial: f64 = trace.state.stocks.commercial
        [compiled.first_market..compiled.first_market + compiled.columns.len()]
        .iter()
        .sum();
    let strategic: f64 = model
        .stockpiles
        .iter()
        .zip(&trace.state.stocks.stockpile)
        .filter(|(stockpile, _)| stockpile.material == material)
        .map(|(_, level)| *level)
        .sum();
    commercial + strategic
}

/// Stock of a material at the start of a trial.
fn start_stock(trace: &PeriodTrace<'_>, inputs: &[f64], material: usize) -> f64 {
    let PeriodTrace { model, world, .. } = *trace;
    let commercial: f64 = model
        .inventories
        .iter()
        .zip(&world.inventory_level)
        .filter(|(inventory, _)| model.markets[inventory.market].material == material)
        .map(|(_, level)| *level)
        .sum();
    let strategic: f64 = model
        .stockpiles
        .iter()
        .enumerate()
        .filter(|(_, stockpile)| stockpile.material == material)
        .map(|(index, stockpile)| world.stockpile_level_at_start(model, index) * stockpile.filled_at_start.of(inputs))
        .sum();
    commercial + strategic
}

impl Inspector {
    /// Who is to blame: parts of at least 0 that add up to the shortfall.
    fn check_blame(&mut self, outcome: &TrialOutcome<'_>) {
        self.shortfall_t.resize(outcome.demand_t.len(), 0.0);
        for (cell, shortfall) in std::mem::take(&mut self.shortfall_t).into_iter().enumerate() {
            let ends = outcome.blame_start.get(cell + 1);
            let line = outcome.blame_start[cell]..ends.copied().unwrap_or(outcome.blame_t.len());
            let parts = &outcome.blame_t[line];
            let slack = BALANCE * outcome.demand_t[cell] + 1e-12;
            if parts.iter().any(|part| !part.is_finite() || *part < -slack) {
                self.complain(format!("cell {cell}: blame {parts:?} of {shortfall}"));
            }
            let blamed: f64 = parts.iter().sum();
            self.same(
                &|| format!("cell {cell}: blame and shortfall of the trial"),
                blamed,
                shortfall,
                outcome.demand_t[cell],
            );
        }
        self.blame.extend_from_slice(outcome.blame_t);
    }
}

impl Observer for Inspector {
    fn wants_trace(&self) -> bool {
        self.traced
    }

    fn trace(&mut self, trace: &PeriodTrace<'_>) {
        let materials = trace.model.materials.len();
        if trace.period == 0 {
            // The world holds means where no uncertain input shapes it.
            draw_inputs(trace.model, self.trial, &mut self.inputs);
            self.stock_before = (0..materials)
                .map(|material| start_stock(trace, &self.inputs, material))
                .collect();
            self.sent = vec![Vec::new(); materials];
            self.output = vec![0.0; trace.model.supplies.len()];
            self.lost = self.output.clone();
        }
        for material in 0..materials {
            self.check_material(trace, material);
        }
        self.check_supplies(trace);
        if trace
            .state
            .stocks
            .stockpile
            .iter()
            .any(|level| level.is_nan() || *level < 0.0)
        {
            self.complain(format!(
                "period {}: stockpiles {:?}",
                trace.period, trace.state.stocks.stockpile
            ));
        }
    }

    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        let period = outcome.period;
        for cell in 0..outcome.demand_t.len() {
            let demand = outcome.demand_t[cell];
            let (missing, shortfall, unmet) = (
                outcome.missing_t[cell],
                outcome.shortfall_t[cell],
                outcome.unmet_t[cell],
            );
            let slack = BALANCE * demand + 1e-12;
            let ordered = unmet <= shortfall + slack && shortfall <= missing + slack && missing <= demand + slack;
            let signs = [
                unmet,
                shortfall,
                missing,
                demand,
                outcome.structural_t[cell],
                outcome.exposed_usd[cell],
            ];
            if !ordered || signs.iter().any(|value| !value.is_finite() || *value < 0.0) {
                self.complain(format!(
                    "period {period}, cell {cell}: demand {demand}, missing {missing}, short {shortfall}, unmet {unmet}, structural {}, exposed {}",
                    outcome.structural_t[cell], outcome.exposed_usd[cell]
                ));
            }
            self.shortfall_t.resize(outcome.demand_t.len(), 0.0);
            self.shortfall_t[cell] += shortfall;
            if shortfall > BALANCE * demand {
                self.short_periods += 1;
            }
        }
        self.shortfalls.extend_from_slice(outcome.shortfall_t);
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        self.trial = outcome.trial + 1;
        self.check_blame(outcome);
        for price in outcome.price_peak.iter().flatten() {
            if !(price.is_finite() && *price >= 1.0) {
                self.complain(format!("trial {}: peak price index {price}", outcome.trial));
            }
        }
        for occurrence in outcome.occurrences {
            self.occurrences.push((
                outcome.trial,
                occurrence.event,
                occurrence.start_months,
                occurrence.duration_months,
                occurrence.severity,
            ));
        }
        if self.traced {
            let (outputs, losses) = (self.output.clone(), self.lost.clone());
            for (supply, (output, lost)) in outputs.iter().zip(&losses).enumerate() {
                // The engine adds differences to the undisrupted output: no more exact than that.
                let scale = (output + lost).max(1e-6);
                self.same(
                    &|| format!("supply {supply}: output of the trial"),
                    outcome.output_t[supply],
                    *output,
                    scale,
                );
                self.same(
                    &|| format!("supply {supply}: lost output"),
                    outcome.lost_output_t[supply],
                    *lost,
                    scale,
                );
            }
        }
        self.lost_output.extend_from_slice(outcome.lost_output_t);
        self.stock_end.extend_from_slice(outcome.stock_end_t);
    }
}
