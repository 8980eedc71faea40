//! How often events occurred, how long and how hard.

use serde::{Deserialize, Serialize};

use crate::engine::observe::Occurrence;
use crate::model::layout::Layout;

use super::errors::Errors;
use super::estimate::Bounds;
use super::fixed::{FixedSum, Moments};
use super::groups::ByGroup;
use super::types::EventResult;

/// One event over trials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct EventTotals {
    occurrences: u64,
    per_trial: Moments,
    /// Occurrences by group of batches; nothing where trials are independent.
    by_group: ByGroup<u64>,
    /// Months.
    durations: FixedSum,
    severities: FixedSum,
}

/// Occurrences of every event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventRecorder {
    events: Vec<EventTotals>,
    /// Of the open trial.
    #[serde(skip)]
    counts: Vec<u32>,
}

impl EventRecorder {
    /// For that many events.
    pub fn new(events: usize) -> Self {
        Self {
            events: vec![EventTotals::default(); events],
            counts: vec![0; events],
        }
    }

    /// One trial's occurrences, and the group of batches that it is in.
    pub fn add(&mut self, group: Option<usize>, occurrences: &[Occurrence]) {
        for occurrence in occurrences {
            let event = &mut self.events[occurrence.event];
            event.occurrences += 1;
            event.durations.add(occurrence.duration_months);
            event.severities.add(occurrence.severity);
            self.counts[occurrence.event] += 1;
        }
        for (event, count) in self.events.iter_mut().zip(&mut self.counts) {
            if *count > 0 {
                event.per_trial.add(f64::from(*count));
                if let Some(group) = group {
                    *event.by_group.at(group) += u64::from(*count);
                }
                *count = 0;
            }
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.events.iter_mut().zip(&other.events) {
            mine.occurrences += theirs.occurrences;
            mine.per_trial.merge(&theirs.per_trial);
            mine.by_group.merge(&theirs.by_group);
            mine.durations.merge(&theirs.durations);
            mine.severities.merge(&theirs.severities);
        }
    }

    /// Whether it can be of that many events and trials, in groups or not.
    pub fn fits(&self, events: usize, trials: u64, in_groups: bool) -> bool {
        // No trial can have 2^32 occurrences.
        let most = u128::from(trials) << 32;
        self.events.len() == events
            && self.events.iter().all(|event| {
                u128::from(event.occurrences) <= most
                    && event.by_group.total() == if in_groups { event.occurrences } else { 0 }
            })
    }

    /// One row per event; `shares` gives its share of the headline's expected shortfall and CVaR 95, if that is known.
    pub fn finish(
        &self,
        layout: &Layout,
        errors: &Errors,
        shares: impl Fn(usize) -> Option<(f64, f64)>,
    ) -> Vec<EventResult> {
        let named = self.events.iter().zip(&layout.events).enumerate();
        named
            .map(|(number, (event, (id, name)))| {
                let (share_of_expected, share_of_cvar95) = shares(number).unzip();
                let occurred = event.occurrences > 0;
                EventResult {
                    event: id.clone(),
                    name: name.clone(),
                    expected_count: errors.mean_of(
                        &event.per_trial,
                        || event.by_group.map(|count| *count as f64),
                        1.0,
                        Bounds::NON_NEGATIVE,
                    ),
                    mean_duration_months: occurred.then(|| event.durations.mean(event.occurrences)),
                    mean_severity: occurred.then(|| event.severities.mean(event.occurrences)),
                    share_of_expected,
                    share_of_cvar95,
                }
            })
            .collect()
    }
}
