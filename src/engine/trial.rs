//! One trial from its random numbers to an observer.

use super::adaptation::price_peak;
use super::draws::{Exhausted, Strikes, TrialStreams, draw_events, draw_inputs};
use super::observe::{Observer, PeriodOutcome, TrialOutcome};
use super::severity::Severities;
use super::state::State;
use super::step::Trial;
use super::trace::PeriodTrace;
use crate::model::{Model, World, all, row};

/// Simulates trials one after the other, reusing its memory.
#[derive(Debug, Clone)]
pub struct Simulator<'a> {
    model: &'a Model,
    inputs: Vec<f64>,
    /// The last trial's undisrupted reference where that is not the model's.
    world: World,
    has_own_world: bool,
    strikes: Strikes,
    severities: Severities,
    quiet: Severities,
    state: State,
    structural: Vec<f64>,
    structural_is_known: bool,
    structural_total: Vec<f64>,
    zeros: Vec<f64>,
    demand: Vec<f64>,
    price_peak: Vec<[f64; 3]>,
    output: Vec<f64>,
    stock: Vec<f64>,
    occurrences: Vec<super::observe::Occurrence>,
    exhausted: Option<Exhausted>,
}

impl<'a> Simulator<'a> {
    /// A simulator of this model.
    pub fn new(model: &'a Model) -> Self {
        let mut quiet = Severities::default();
        quiet.fill(model, &Strikes::default());
        Simulator {
            model,
            inputs: Vec::new(),
            world: World::default(),
            has_own_world: false,
            strikes: Strikes::default(),
            severities: Severities::default(),
            quiet,
            state: State::default(),
            structural: Vec::new(),
            structural_is_known: false,
            structural_total: vec![0.0; model.cells.len()],
            zeros: vec![0.0; model.cells.len()],
            demand: Vec::new(),
            price_peak: Vec::new(),
            output: Vec::new(),
            stock: Vec::new(),
            occurrences: Vec::new(),
            exhausted: None,
        }
    }

    /// Lets every search for an allocation begin elsewhere: with factors lower by up to this share. Answers move by no more than what a search
    /// leaves open; tests hold the engine to that.
    #[doc(hidden)]
    pub fn shift_searches(&mut self, share: f64) {
        self.state.trade.workspace.start_shift = share;
    }

    /// The first of the trials so far in which an event had to be left off being drawn.
    pub fn exhausted(&self) -> Option<Exhausted> {
        self.exhausted
    }

    /// Simulates a trial.
    pub fn run(&mut self, trial: u64, streams: TrialStreams<'_>, observer: &mut impl Observer) {
        self.run_with(trial, streams, &[], observer);
    }

    /// Simulates a trial in which some inputs have these values, by their slots, whatever is drawn for them; all else is drawn as ever.
    pub fn run_with(
        &mut self,
        trial: u64,
        streams: TrialStreams<'_>,
        given: &[(usize, f64)],
        observer: &mut impl Observer,
    ) {
        draw_inputs(self.model, streams, &mut self.inputs);
        for (slot, value) in given {
            self.inputs[*slot] = *value;
        }
        draw_events(self.model, streams, &self.inputs, &mut self.strikes);
        let exhausted = self.strikes.exhausted.map(|event| Exhausted { trial, event });
        self.exhausted = self.exhausted.or(exhausted);
        self.severities.fill(self.model, &self.strikes);
        self.has_own_world = !self.model.has_reference_world(&self.inputs);
        if self.has_own_world {
            if self.model.has_reference_flows(&self.inputs) {
                self.world.follow_reference(self.model, &self.inputs);
            } else {
                self.world.compute(self.model, &self.inputs);
            }
        }
        let world = if self.has_own_world {
            &self.world
        } else {
            &self.model.reference
        };
        let is_known = self.structural_is_known && self.model.input_slots == 0;
        if !(world.balanced || is_known) {
            run_without_events(
                self.model,
                world,
                &self.inputs,
                &self.quiet,
                &mut self.state,
                &mut self.structural,
            );
            add_up(&self.structural, &mut self.structural_total);
            self.structural_is_known = true;
        }
        self.observe(trial, observer);
    }

    fn observe(&mut self, number: u64, observer: &mut impl Observer) {
        let model = self.model;
        let world = if self.has_own_world {
            &self.world
        } else {
            &model.reference
        };
        let structural = (!world.balanced).then_some(self.structural.as_slice());
        let trial = Trial {
            model,
            world,
            inputs: &self.inputs,
            severities: &self.severities,
            structural,
        };
        let cells = model.cells.len();
        let state = &mut self.state;
        let traced = observer.wants_trace();
        state.start(model, world, &self.inputs);
        state.traced = traced;
        // Without an event there is no cause but the structural one.
        let blamed = if traced || observer.wants_causes() {
            &self.severities
        } else {
            &self.quiet
        };
        state.blame.start(model, blamed);
        for period in 0..model.periods {
            let structural_t = structural.map_or(&self.zeros[..cells], |values| {
                &values[period * cells..(period + 1) * cells]
            });
            if state.is_quiet(&trial, period) {
                observer.period(&PeriodOutcome {
                    period,
                    short: &[],
                    demand_t: row(&world.need, period),
                    missing_t: &self.zeros[..cells],
                    shortfall_t: &self.zeros[..cells],
                    unmet_t: &self.zeros[..cells],
                    carried: &self.zeros[..cells],
                    onset: &state.demand.onset,
                    structural_t,
                    exposed_usd: &self.zeros[..cells],
                });
                continue;
            }
            state.step(&trial, period);
            if traced {
                observer.trace(&PeriodTrace {
                    period,
                    model,
                    world,
                    state,
                });
            }
            observer.period(&PeriodOutcome {
                period,
                short: &state.short,
                demand_t: &state.demand.need,
                missing_t: &state.demand.missing,
                shortfall_t: &state.demand.shortfall,
                unmet_t: &state.demand.unmet,
                carried: &state.demand.carried,
                onset: &state.demand.onset,
                structural_t,
                exposed_usd: &state.demand.exposed,
            });
        }
        self.demand.clear();
        self.demand.extend(
            world
                .need_total
                .iter()
                .zip(&state.demand.demand_difference)
                .map(|(total, difference)| total + difference),
        );
        self.price_peak.clear();
        self.price_peak.extend(
            state
                .prices
                .least_served
                .iter()
                .zip(&model.markets)
                .zip(&state.prices.premium_at_peak)
                .map(|((served, market), premium)| {
                    let cap = model.materials[market.material].price_cap;
                    let peaks = price_peak(model, market.material, &self.inputs, *served);
                    peaks.map(|peak| (peak * premium).min(cap))
                }),
        );
        self.output.clear();
        self.output.extend(
            world
                .output_total
                .iter()
                .zip(&state.production.output_difference)
                .map(|(total, difference)| total + difference),
        );
        self.stock.clear();
        self.stock.extend(
            model
                .inventories
                .iter()
                .map(|inventory| state.stocks.commercial[inventory.market]),
        );
        self.stock.extend_from_slice(&state.stocks.stockpile);
        self.occurrences.clear();
        self.occurrences
            .extend(self.strikes.all.iter().map(|strike| strike.occurrence));
        observer.end_trial(&TrialOutcome {
            trial: number,
            occurrences: &self.occurrences,
            demand_t: &self.demand,
            reference_demand_by_year_t: all(&world.need_by_year),
            added_demand_by_year_t: &state.demand.demand_difference_by_year,
            structural_t: structural.map(|_| self.structural_total.as_slice()),
            causes: &state.blame.causes,
            blame_start: &state.blame.cell_start,
            blame_t: &state.blame.by_cell,
            price_peak: &self.price_peak,
            output_t: &self.output,
            lost_output_t: &state.production.lost_output,
            stock_end_t: &self.stock,
        });
    }

    /// The occurrences of the last trial, with recovery and approval times.
    pub fn strikes(&self) -> &Strikes {
        &self.strikes
    }

    /// The inputs of the last trial, by slot.
    pub fn inputs(&self) -> &[f64] {
        &self.inputs
    }
}

/// The structural shortfall: the same trial without any event, by period and cell.
fn run_without_events(
    model: &Model,
    world: &World,
    inputs: &[f64],
    quiet: &Severities,
    state: &mut State,
    structural: &mut Vec<f64>,
) {
    structural.clear();
    let trial = Trial {
        model,
        world,
        inputs,
        severities: quiet,
        structural: None,
    };
    state.start(model, world, inputs);
    state.traced = false;
    state.blame.start(model, quiet);
    for period in 0..model.periods {
        state.step(&trial, period);
        structural.extend_from_slice(&state.demand.shortfall);
    }
}

/// Sums of rows of values.
fn add_up(rows: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    for row in rows.chunks_exact(sums.len().max(1)) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
}
