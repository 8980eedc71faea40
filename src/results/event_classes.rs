//! What happened in the worst trials: how many had which event in force, and for how long, by how bad the trial was.
//!
//! Counts by bin of the trial's shortfall, at most 1/32 of it wide: whole numbers, so that parts merge exactly. A class of the worst trials is cut
//! between two bins.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::observe::Occurrence;
use crate::model::layout::Layout;

use super::bins::{OCTAVES, bin_index};
use super::estimate::probability_estimate;
use super::histogram::NEGLIGIBLE;
use super::order_statistics::SUPPORT_TRIALS;
use super::types::{EventClass, EventInClass};

/// Classes: the worst so many thousandths of trials.
pub const CLASSES: [u32; 3] = [10, 50, 100];

/// Bins within a power of two: 2^5.
const SUB_BITS: u32 = 5;
/// Key of trials in which nothing is short.
const NONE_SHORT: u16 = 0;
/// Steps of a month: 2^22, so that a billion trials of centuries cannot overflow.
const MONTH_STEPS: f64 = (1u64 << 22) as f64;

/// An event in the trials of a bin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct InForce {
    trials: u64,
    /// Time in force, in 1 / [`MONTH_STEPS`] months.
    steps: u64,
}

/// The trials of a bin.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Bin {
    trials: u64,
    /// By event.
    events: Vec<InForce>,
}

impl Bin {
    fn merge(&mut self, other: &Self) {
        self.trials = self.trials.saturating_add(other.trials);
        if self.events.len() < other.events.len() {
            self.events.resize(other.events.len(), InForce::default());
        }
        for (mine, added) in self.events.iter_mut().zip(&other.events) {
            mine.trials = mine.trials.saturating_add(added.trials);
            mine.steps = mine.steps.saturating_add(added.steps);
        }
    }
}

/// Events by how bad trials were, of some rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassRecorder {
    rows: Vec<BTreeMap<u16, Bin>>,
    events: usize,
    /// Months of the horizon.
    months: f64,
    /// Of the open trial: events in force, and for how long.
    #[serde(skip)]
    open: Vec<(usize, u64)>,
}

fn key(share: f64) -> u16 {
    match share > NEGLIGIBLE {
        // 27 x 32 bins at most.
        true => bin_index(share, SUB_BITS) as u16 + 1,
        false => NONE_SHORT,
    }
}

impl ClassRecorder {
    /// For that many rows.
    pub fn new(rows: usize, layout: &Layout) -> Self {
        Self {
            rows: vec![BTreeMap::new(); rows],
            events: layout.events.len(),
            months: layout.periods as f64 * layout.step_months,
            open: Vec::new(),
        }
    }

    /// Begins a trial with its occurrences, by event then start. Of occurrences that overlap the time counts once.
    pub fn begin(&mut self, occurrences: &[Occurrence]) {
        self.open.clear();
        // Until when the last event has been counted.
        let mut until = 0.0_f64;
        for occurrence in occurrences {
            let is_new = self.open.last().is_none_or(|(event, _)| *event != occurrence.event);
            if is_new {
                self.open.push((occurrence.event, 0));
                until = 0.0;
            }
            let start = occurrence.start_months.max(until);
            let end = (occurrence.start_months + occurrence.duration_months).min(self.months);
            until = until.max(end);
            if let Some((_, steps)) = self.open.last_mut() {
                // The cast saturates, at 0 too.
                *steps = steps.saturating_add(libm::round((end - start) * MONTH_STEPS) as u64);
            }
        }
    }

    /// Adds the trial that was begun to a row, by the share of demand that is short.
    pub fn add(&mut self, row: usize, share: f64) {
        let Self { rows, events, open, .. } = self;
        let bin = rows[row].entry(key(share)).or_insert_with(|| Bin {
            trials: 0,
            events: vec![InForce::default(); *events],
        });
        bin.trials += 1;
        for (event, steps) in open.iter() {
            let in_force = &mut bin.events[*event];
            in_force.trials += 1;
            in_force.steps = in_force.steps.saturating_add(*steps);
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.rows.iter_mut().zip(&other.rows) {
            for (key, bin) in theirs {
                mine.entry(*key).or_default().merge(bin);
            }
        }
    }

    /// Whether it can be of that many rows and trials, of this layout.
    pub fn fits(&self, rows: usize, layout: &Layout, trials: u64) -> bool {
        let known = Self::new(0, layout);
        self.rows.len() == rows
            && self.events == known.events
            && self.months == known.months
            && self.rows.iter().all(|bins| {
                let counts = bins.values().map(|bin| bin.trials);
                super::histogram::add_up(counts) == Some(trials)
                    && bins
                        .keys()
                        .all(|key| usize::from(*key) <= (OCTAVES as usize) << SUB_BITS | 1)
                    && bins.values().all(|bin| {
                        bin.trials > 0
                            && bin.events.len() == self.events
                            && bin.events.iter().all(|event| event.trials <= bin.trials)
                    })
            })
    }

    /// The classes of a row: from the worst bin down, as many whole bins as hold the class, but no trial in which nothing is short.
    pub fn classes(&self, row: usize, (material, country): (&str, &str), layout: &Layout) -> Vec<EventClass> {
        let bins = &self.rows[row];
        let mut all = Bin {
            events: vec![InForce::default(); self.events],
            ..Bin::default()
        };
        bins.values().for_each(|bin| all.merge(bin));
        let mut found = Vec::new();
        for thousandths in CLASSES {
            let wanted = all.trials as f64 * f64::from(thousandths) / 1000.0;
            let mut class = Bin {
                events: vec![InForce::default(); self.events],
                ..Bin::default()
            };
            for (_, bin) in bins.iter().rev().filter(|(key, _)| **key != NONE_SHORT) {
                if class.trials as f64 >= wanted {
                    break;
                }
                class.merge(bin);
            }
            if class.trials == 0 {
                continue;
            }
            let supported = class.trials >= SUPPORT_TRIALS;
            let events = layout.events.iter().zip(class.events.iter().zip(&all.events));
            found.push(EventClass {
                material: material.to_owned(),
                country: country.to_owned(),
                worst_pct: f64::from(thousandths) / 10.0,
                trials: class.trials,
                share_of_trials: class.trials as f64 / all.trials as f64,
                supported,
                events: events
                    .map(|((id, name), (in_class, in_all))| {
                        let months = |event: &InForce, of: &Bin| event.steps as f64 / MONTH_STEPS / of.trials as f64;
                        let in_force = supported.then(|| probability_estimate(in_class.trials, class.trials));
                        let in_force_in_all = in_all.trials as f64 / all.trials as f64;
                        EventInClass {
                            event: id.clone(),
                            name: name.clone(),
                            in_force,
                            months_in_force: supported.then(|| months(in_class, &class)),
                            in_force_in_all,
                            months_in_force_in_all: months(in_all, &all),
                            lift: in_force
                                .filter(|_| in_all.trials > 0)
                                .map(|in_force| in_force.value / in_force_in_all),
                        }
                    })
                    .collect(),
            });
        }
        found
    }
}
