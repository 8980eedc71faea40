//! What a variant leaves to chance, as factors: uncertain inputs and events, each of which can be set, or drawn anew while all others are kept.

use std::collections::BTreeSet;
use std::ops::Range;

use ndarray::Array2;
use rayon::prelude::*;

use super::{Error, Progress, Variant};
use crate::analysis::pick_freeze::{SECOND_DRAWS, pick_freeze};
use crate::engine::draws::{Drivers, Strikes, draw_events, draw_inputs};
use crate::model::{InputKind, Model};
use crate::sampling::Design;
use crate::scenario::{Arrival, Calendar, Number, Scenario};

/// What a factor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactorKind {
    /// A number of the scenario, drawn once per trial.
    Input,
    /// A vector of shares, drawn once per trial.
    Shares,
    /// An event: when it comes, how severe it is, how long it lasts, and all else that is drawn for it.
    Event,
    /// Events that a copula or a shared factor on their rates ties together, with what ties them.
    Events,
}

/// Something that is left to chance, independent of all other factors.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Address of the input, id of the event; ids of events that are tied, with `+` between.
    pub id: String,
    /// What it is.
    pub kind: FactorKind,
    /// Ids and names of its events.
    pub events: Vec<(String, String)>,
    drivers: Drivers,
}

/// An uncertain number of the scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncertain {
    /// Its key, as `--set` takes it.
    pub key: String,
    /// Its quantiles at 10 % and 90 %, as TOML: numbers, or dates.
    pub ends: [String; 2],
}

/// Pick-freeze evaluations of the headline's shortfall over the horizon, percent of demand.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    /// Each trial.
    pub own: Vec<f64>,
    /// Each with everything drawn anew.
    pub other: Vec<f64>,
    /// Trial x factor: with that factor drawn anew.
    pub anew: Array2<f64>,
    /// In how many trials drawing a factor anew drew something else. An event that mostly does not come mostly does so again.
    pub moved: Vec<usize>,
}

/// What trials drew.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// What each column is.
    pub columns: Vec<Seen>,
    /// Trial x column.
    pub values: Array2<f64>,
}

/// Something that can be seen of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The value of an input, by its address (of a share vector's, with the number of the component).
    Input(String),
    /// Whether an event was there in the simulated time, 0 or 1: its id and name.
    Struck(String, String),
    /// Its severity times the months for which it was there at full severity, added up.
    SeverityMonths(String, String),
}

impl Variant {
    /// What is left to chance: uncertain inputs in the order of the model, then events in that of the file.
    pub fn factors(&self) -> Vec<Factor> {
        let model = &self.prepared.model;
        let mut factors = Vec::new();
        for (number, driver) in model.inputs.iter().enumerate().filter(|(_, driver)| driver.is_random()) {
            let mut drivers = Drivers::none(model);
            drivers.inputs[number] = true;
            factors.push(Factor {
                id: driver.name.clone(),
                kind: match driver.kind {
                    InputKind::Scalar(_) => FactorKind::Input,
                    InputKind::Dirichlet(..) => FactorKind::Shares,
                },
                events: Vec::new(),
                drivers,
            });
        }
        for group in tied(model) {
            if !group.iter().any(|event| model.is_left_to_chance(&model.events[*event])) {
                continue;
            }
            let mut drivers = Drivers::none(model);
            for &event in &group {
                drivers.events[event] = true;
                if let Some(frailty) = model.events[event].frailty {
                    drivers.frailties[frailty] = true;
                }
                for (copula, _) in model.events[event].coupled.into_iter().flatten() {
                    drivers.copulas[copula] = true;
                }
            }
            let events = group.iter().map(|event| &self.prepared.scenario.events[*event]);
            let events: Vec<(String, String)> = events.map(|event| (event.id.clone(), event.name.clone())).collect();
            let ids: Vec<&str> = events.iter().map(|(id, _)| id.as_str()).collect();
            factors.push(Factor {
                id: ids.join("+"),
                kind: if group.len() > 1 {
                    FactorKind::Events
                } else {
                    FactorKind::Event
                },
                events,
                drivers,
            });
        }
        factors
    }

    /// Uncertain numbers with their quantiles, in the order of the model. Share vectors are not among them: no key holds one of their shares alone.
    pub fn uncertain(&self) -> Vec<Uncertain> {
        let scenario = &self.prepared.scenario;
        let (dates, calendar) = (dates(scenario), scenario.time.calendar());
        let inputs = self.prepared.model.inputs.iter();
        let random = inputs.filter(|driver| driver.is_random());
        let found = random.filter_map(|driver| {
            let InputKind::Scalar(sampler) = &driver.kind else {
                return None;
            };
            let is_date = dates.contains(driver.name.as_str());
            let end = |level: f64| shown(sampler.quantile(level), is_date.then_some(calendar));
            let ends = [end(0.1)?, end(0.9)?];
            (ends[0] != ends[1]).then(|| Uncertain {
                key: driver.name.clone(),
                ends,
            })
        });
        found.collect()
    }

    /// Evaluates trials with everything drawn anew, and with each of the factors. Trials are independent whatever the scenario's
    /// sampling design, as estimators of variances suppose; fewer than asked for where `progress` was stopped.
    ///
    /// # Errors
    /// [`Error::TooManyRenewals`].
    pub fn frozen(&self, factors: &[&Factor], trials: Range<u64>, progress: &Progress) -> Result<Frozen, Error> {
        let mut prepared = self.prepared.clone();
        prepared.model.design = Design::Random;
        let all = Drivers::all(&prepared.model);
        let sets: Vec<Drivers> = std::iter::once(all)
            .chain(factors.iter().map(|factor| factor.drivers.clone()))
            .collect();
        let found = pick_freeze(&prepared, trials, &sets, progress)?;
        let moved = (1..=factors.len()).map(|set| found.iter().filter(|doubles| doubles.moved[set]).count());
        let moved = moved.collect();
        let percent = |share: f64| 100.0 * share;
        let anew = found
            .iter()
            .flat_map(|doubles| doubles.anew[1..].iter().copied().map(percent));
        Ok(Frozen {
            own: found.iter().map(|doubles| percent(doubles.own)).collect(),
            other: found.iter().map(|doubles| percent(doubles.anew[0])).collect(),
            anew: Array2::from_shape_vec((found.len(), factors.len()), anew.collect())
                .unwrap_or_else(|_| Array2::zeros((0, factors.len()))),
            moved,
        })
    }

    /// What the same trials drew, then what they drew with everything anew.
    pub fn drawn(&self, trials: u64) -> Drawn {
        let mut model = self.prepared.model.clone();
        model.design = Design::Random;
        let columns = self.columns();
        let numbers: Vec<u64> = (0..trials)
            .chain((0..trials).map(|trial| trial + SECOND_DRAWS))
            .collect();
        let rows = numbers
            .par_iter()
            .map_init(Default::default, |(inputs, strikes), trial| {
                draw_inputs(&model, *trial, inputs);
                draw_events(&model, *trial, inputs, strikes);
                seen(&model, inputs, strikes)
            });
        let rows: Vec<Vec<f64>> = rows.collect();
        Drawn {
            values: Array2::from_shape_vec((rows.len(), columns.len()), rows.concat())
                .unwrap_or_else(|_| Array2::zeros((0, columns.len()))),
            columns,
        }
    }

    /// Ids and names of all events, in the order of the file.
    pub fn event_names(&self) -> Vec<(String, String)> {
        let events = self.prepared.scenario.events.iter();
        events.map(|event| (event.id.clone(), event.name.clone())).collect()
    }

    fn columns(&self) -> Vec<Seen> {
        let model = &self.prepared.model;
        let mut columns = Vec::new();
        for driver in model.inputs.iter().filter(|driver| driver.is_random()) {
            match driver.kind {
                InputKind::Scalar(_) => columns.push(Seen::Input(driver.name.clone())),
                InputKind::Dirichlet(_, components) => {
                    columns.extend((1..=components).map(|number| Seen::Input(format!("{}.{number}", driver.name))));
                }
            }
        }
        let events = || self.event_names().into_iter();
        columns.extend(events().map(|(id, name)| Seen::Struck(id, name)));
        columns.extend(events().map(|(id, name)| Seen::SeverityMonths(id, name)));
        columns
    }
}

/// A row in the order of the columns.
fn seen(model: &Model, inputs: &[f64], strikes: &Strikes) -> Vec<f64> {
    let mut row = Vec::new();
    for driver in model.inputs.iter().filter(|driver| driver.is_random()) {
        row.extend_from_slice(&inputs[driver.slot..driver.slot + driver.means.len()]);
    }
    let horizon = model.periods as f64 * model.step_months;
    let first = row.len();
    row.resize(first + 2 * model.events.len(), 0.0);
    let (struck, months) = row[first..].split_at_mut(model.events.len());
    for strike in &strikes.all {
        let one = &strike.occurrence;
        let end = (one.start_months + one.duration_months).min(horizon);
        struck[one.event] = 1.0;
        months[one.event] += one.severity * (end - one.start_months.max(0.0)).max(0.0);
    }
    row
}

/// Events by what ties them together, in the order of their first.
fn tied(model: &Model) -> Vec<Vec<usize>> {
    /// Events that are tied together, and their ties: whether by a copula, and its number.
    type Group = (Vec<usize>, Vec<(bool, usize)>);
    let ties = |event: usize| {
        let event = &model.events[event];
        let copulas = event.coupled.into_iter().flatten().map(|(copula, _)| (true, copula));
        copulas
            .chain(event.frailty.map(|frailty| (false, frailty)))
            .collect::<Vec<_>>()
    };
    let mut groups: Vec<Group> = Vec::new();
    for event in 0..model.events.len() {
        let own = ties(event);
        let (same, rest): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|(_, ties)| ties.iter().any(|tie| own.contains(tie)));
        groups = rest;
        let mut merged = (Vec::new(), own);
        for (events, ties) in same {
            merged.0.extend(events);
            merged.1.extend(ties);
        }
        merged.0.push(event);
        groups.push(merged);
    }
    let mut events: Vec<Vec<usize>> = groups.into_iter().map(|(events, _)| events).collect();
    events.iter_mut().for_each(|events| events.sort_unstable());
    events.sort();
    events
}

/// Drivers that are dates, in months from the start.
fn dates(scenario: &Scenario) -> BTreeSet<&str> {
    let events = scenario.events.iter().filter_map(|event| match &event.arrival {
        Arrival::Fixed { at_months, .. } => Some(at_months),
        _ => None,
    });
    let supplies = scenario.supplies.iter();
    let supplies = supplies.flat_map(|supply| supply.opens_months.iter().chain(&supply.closes_months));
    let numbers = events.chain(supplies);
    numbers
        .filter_map(|number| match number {
            Number::Uncertain { driver, .. } => Some(driver.as_str()),
            Number::Fixed(_) => None,
        })
        .collect()
}

/// A value as TOML: a date where there is a calendar, else six significant digits.
fn shown(value: f64, calendar: Option<Calendar>) -> Option<String> {
    match calendar {
        Some(calendar) => Some(format!("\"{}\"", calendar.day(value)?)),
        None => value
            .is_finite()
            .then(|| format!("{value:.5e}").parse().unwrap_or(value).to_string()),
    }
}
