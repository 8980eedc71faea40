//! Courses of single quantities trial by trial: exports, arrivals, output, use, stocks and prices, each beside what it is without any event.

use super::{Error, Progress, Variant};
use crate::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use crate::engine::run::{Gather, simulate};
use crate::engine::trace::PeriodTrace;
use crate::model::patterns::{PatternMemory, pattern};
use crate::model::{Model, World};

/// A kind of quantity that can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// What is shipped from a country to another, or to all others.
    Exports,
    /// The same when it arrives.
    Imports,
    /// What a country makes.
    Output,
    /// What a market uses: what deliveries and stocks leave it with.
    Use,
    /// The commercial stock of a market at the end of the period; normal is what it holds at the start.
    Stock,
    /// The price index of a market; normal is 1.
    Price,
}

/// What is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// Which quantity.
    pub quantity: Quantity,
    /// Ids of materials, added up.
    pub materials: Vec<String>,
    /// Who sells or makes it; unused of markets.
    pub from: String,
    /// Who buys or uses it: a country; of exports and imports `None` is everybody else.
    pub to: Option<String>,
}

/// What was followed, by trial and period.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Course {
    /// By trial.
    pub trials: Vec<Vec<f64>>,
    /// The mean over trials of the same without any event.
    pub normal: Vec<f64>,
}

/// Courses of several quantities.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Courses {
    /// First days of the periods.
    pub dates: Vec<String>,
    /// In the order in which they were asked for.
    pub courses: Vec<Course>,
    /// Trials that were simulated: fewer than asked for where it was stopped.
    pub trials: u64,
}

impl Variant {
    /// Whether a quantity is one of the scenario's: its materials are there, its countries sell or buy them.
    pub fn has(&self, watched: &Watched) -> bool {
        Place::of(self, watched).is_some_and(|place| !place.parts.is_empty())
    }

    /// Follows quantities through so many trials. Those that the scenario does not have are 0 throughout.
    ///
    /// # Errors
    /// [`Error::TooManyRenewals`]; [`Error::Interrupted`] where no trial was complete.
    pub fn courses(&self, watched: &[Watched], trials: u64, progress: &Progress) -> Result<Courses, Error> {
        let mut model = self.prepared.model.clone();
        model.design = self.prepared.ranked_design();
        let places: Vec<Place> = watched
            .iter()
            .map(|one| Place::of(self, one).unwrap_or_default())
            .collect();
        let gathered = simulate(&model, 0..trials, progress, || Follower::new(&places));
        if let Some(found) = progress.exhausted() {
            return Err(Error::exhausted(&self.prepared, found, false));
        }
        let mut found = gathered.ok_or(Error::Interrupted)?.found;
        // Threads share the trials as it comes: order, and sums over them, are those of the trials.
        found.sort_by_key(|one| one.trial);
        let periods = model.periods;
        let courses = (0..places.len()).map(|number| Course {
            trials: found.iter().map(|one| one.values[number].clone()).collect(),
            normal: (0..periods)
                .map(|period| {
                    let all = found.iter().filter_map(|one| one.normal[number].get(period));
                    all.sum::<f64>() / found.len().max(1) as f64
                })
                .collect(),
        });
        Ok(Courses {
            dates: self.prepared.layout.dates.clone(),
            courses: courses.collect(),
            trials: found.len() as u64,
        })
    }
}

/// Where in the model a quantity is found.
#[derive(Debug, Clone, Default)]
struct Place {
    quantity: Option<Quantity>,
    /// By material: its number, and positions of lanes, supplies or markets.
    parts: Vec<(usize, Vec<usize>)>,
}

impl Place {
    /// `None` where the scenario does not have a material or a country.
    fn of(variant: &Variant, watched: &Watched) -> Option<Place> {
        let (model, layout) = (&variant.prepared.model, &variant.prepared.layout);
        let country = |code: &str| layout.countries.iter().position(|(known, _)| known == code);
        let from = country(&watched.from);
        let to = match &watched.to {
            Some(code) => Some(country(code)?),
            None => None,
        };
        let mut parts = Vec::new();
        for id in &watched.materials {
            let material = layout.materials.iter().position(|(known, ..)| known == id)?;
            let compiled = &model.materials[material];
            let positions: Vec<usize> = match watched.quantity {
                Quantity::Exports | Quantity::Imports => {
                    let row = compiled.rows.iter().position(|code| Some(*code) == from);
                    let lanes = row.into_iter().flat_map(|row| {
                        let columns = compiled.columns.iter().enumerate();
                        let wanted =
                            columns.filter(|(_, code)| Some(**code) != from && to.is_none_or(|to| **code == to));
                        wanted.map(move |(column, _)| row * compiled.columns.len() + column)
                    });
                    lanes.collect()
                }
                Quantity::Output => {
                    let supplies = layout.supplies.iter().enumerate();
                    let own = supplies.filter(|(_, supply)| supply.1 == material && Some(supply.2) == from);
                    own.map(|(number, _)| number).collect()
                }
                Quantity::Use | Quantity::Stock | Quantity::Price => {
                    let markets = model.markets.iter().enumerate();
                    let own = markets.filter(|(_, market)| market.material == material && Some(market.country) == to);
                    own.map(|(number, _)| number).collect()
                }
            };
            if !positions.is_empty() {
                parts.push((material, positions));
            }
        }
        Some(Place {
            quantity: Some(watched.quantity),
            parts,
        })
    }
}

/// One trial's courses, and what they are without events, by quantity and period.
struct Found {
    trial: u64,
    values: Vec<Vec<f64>>,
    normal: Vec<Vec<f64>>,
}

struct Follower<'a> {
    places: &'a [Place],
    values: Vec<Vec<f64>>,
    normal: Vec<Vec<f64>>,
    memory: PatternMemory,
    pattern: Vec<f64>,
    found: Vec<Found>,
}

impl<'a> Follower<'a> {
    fn new(places: &'a [Place]) -> Self {
        Follower {
            places,
            values: vec![Vec::new(); places.len()],
            normal: vec![Vec::new(); places.len()],
            memory: PatternMemory::default(),
            pattern: Vec::new(),
            found: Vec::new(),
        }
    }
}

impl Observer for Follower<'_> {
    fn wants_trace(&self) -> bool {
        true
    }

    fn trace(&mut self, trace: &PeriodTrace<'_>) {
        let PeriodTrace {
            period,
            model,
            world,
            state,
        } = *trace;
        for (number, place) in self.places.iter().enumerate() {
            for (material, positions) in &place.parts {
                let (mut value, mut normal, mut late) = (0.0, 0.0, 0);
                match place.quantity {
                    Some(Quantity::Exports | Quantity::Imports) => {
                        pattern(model, world, *material, period, &mut self.memory, &mut self.pattern);
                        let flows = trace.flows(*material);
                        value += positions.iter().map(|lane| flows[*lane]).sum::<f64>();
                        normal += positions.iter().map(|lane| self.pattern[*lane]).sum::<f64>();
                        if place.quantity == Some(Quantity::Imports) {
                            late = model.materials[*material].lead_periods;
                        }
                    }
                    Some(Quantity::Output) => {
                        value += positions.iter().map(|one| state.production.output[*one]).sum::<f64>();
                        normal += positions.iter().map(|one| world.output[[period, *one]]).sum::<f64>();
                    }
                    Some(Quantity::Use) => {
                        for market in positions {
                            let cells = model.markets[*market].cells.clone();
                            let need: f64 = cells.clone().map(|cell| state.demand.need[cell]).sum();
                            value += need - cells.map(|cell| state.demand.shortfall[cell]).sum::<f64>();
                            normal += need;
                        }
                    }
                    Some(Quantity::Stock) => {
                        for market in positions {
                            value += state.stocks.commercial[*market];
                            normal += level_at_start(model, world, *market);
                        }
                    }
                    Some(Quantity::Price) => {
                        value += positions.iter().map(|one| state.prices.index[*one]).sum::<f64>();
                        normal += positions.len() as f64;
                    }
                    None => {}
                }
                let courses = [(&mut self.values[number], value), (&mut self.normal[number], normal)];
                for (course, amount) in courses {
                    course.resize(model.periods, 0.0);
                    // What arrives before the first shipments do is the undisrupted pipeline.
                    if period == 0 {
                        course.iter_mut().take(late).for_each(|arrived| *arrived += normal);
                    }
                    if let Some(arrived) = course.get_mut(period + late) {
                        *arrived += amount;
                    }
                }
            }
        }
    }

    fn period(&mut self, _outcome: &PeriodOutcome<'_>) {}

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        self.found.push(Found {
            trial: outcome.trial,
            values: self.values.iter_mut().map(std::mem::take).collect(),
            normal: self.normal.iter_mut().map(std::mem::take).collect(),
        });
    }
}

impl Gather for Follower<'_> {
    fn absorb(&mut self, other: Self) {
        self.found.extend(other.found);
    }
}

fn level_at_start(model: &Model, world: &World, market: usize) -> f64 {
    let inventories = model.inventories.iter().zip(&world.inventory_level);
    let own = inventories.filter(|(inventory, _)| inventory.market == market);
    own.map(|(_, level)| level).sum()
}
