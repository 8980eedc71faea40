//! A part of a run: what some of its trials came to, kept exactly, so that parts can be saved, continued and put together.

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::facts;
use super::run::Prepared;
use crate::results::difference::{RowDifferences, Side, differences};
use crate::results::sample_table::Collected;
use crate::results::types::{CostlyTable, Label, Manifest, PolicyResults, RunResults};
use crate::results::{PolicyFacts, Recorder, VarianceSplitter};
use crate::scenario::Document;

/// What results say beside the policies: it does not depend on the trials.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Scenario title.
    pub title: String,
    /// Its description.
    pub description: Option<String>,
    /// Where the results come from; `trials` are those of the whole run.
    pub manifest: Manifest,
    /// Every material in file order.
    pub materials: Vec<Label>,
    /// Every country and group, plus `focus` and `WLD`.
    pub places: Vec<Label>,
    /// Materials in focus that have final demand rows, in order.
    pub focus_materials: Vec<String>,
    /// Places in focus, in order (without `focus` itself).
    pub focus_places: Vec<String>,
}

impl Frame {
    /// Of a scenario under the baseline.
    pub(crate) fn new(
        document: &Document,
        scenario_name: &str,
        baseline: &Prepared,
        left_out: &[CostlyTable],
        return_periods: &[f64],
        nothing_is_random: bool,
    ) -> Self {
        let Prepared {
            scenario,
            warnings,
            layout,
            ..
        } = baseline;
        let (materials, places) = facts::labels(layout);
        let has_demand = |material: &usize| {
            layout
                .cells
                .iter()
                .any(|cell| cell.material == *material && !cell.is_feed)
        };
        Frame {
            title: scenario.title.clone(),
            description: scenario.description.clone(),
            manifest: Manifest {
                left_out: BTreeSet::from_iter(left_out.iter().copied()).into_iter().collect(),
                nothing_is_random,
                return_periods: return_periods.to_vec(),
                ..facts::manifest(document, scenario, scenario_name, warnings)
            },
            focus_materials: layout
                .focus_materials
                .iter()
                .filter(|material| has_demand(material))
                .map(|&material| layout.materials[material].0.clone())
                .collect(),
            focus_places: layout
                .focus_places
                .iter()
                .map(|place| match place {
                    Ok(country) => layout.countries[*country].0.clone(),
                    Err(group) => layout.groups[*group].0.clone(),
                })
                .collect(),
            materials,
            places,
        }
    }

    /// With the policies' results of so many trials.
    pub(crate) fn fill(&self, trials: u64, interrupted: bool, policies: Vec<PolicyResults>) -> RunResults {
        let frame = self.clone();
        RunResults {
            title: frame.title,
            description: frame.description,
            manifest: Manifest {
                trials,
                interrupted,
                ..frame.manifest
            },
            materials: frame.materials,
            places: frame.places,
            focus_materials: frame.focus_materials,
            focus_places: frame.focus_places,
            policies,
        }
    }
}

/// As so many equal trials the one trial of a run without chance counts where its results are summed up: quantiles and means of the worst
/// trials are then what it came to, their errors 0.
pub(crate) const EQUAL_TRIALS: u64 = 1 << 20;

/// Which run a part belongs to, and which of its trials it is to hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartHead {
    /// The trials of this part, of those of the whole run (`frame.manifest.trials`).
    pub trials: Range<u64>,
    /// Policies beside the baseline, in order.
    pub policies: Vec<String>,
    /// The precision at which the run stops early, if any.
    pub precision: Option<f64>,
    /// Whether samples are kept.
    pub samples: bool,
    /// What the results say beside the policies.
    pub frame: Frame,
}

/// Something in which two parts differ that parts of one run have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs, in words.
    pub what: &'static str,
    /// What it is in the first.
    pub one: String,
    /// What it is in the second.
    pub other: String,
}

impl PartHead {
    /// The trials to simulate: without chance the first one is all there is, and a part that does not hold it is complete without any.
    pub fn simulated(&self) -> Range<u64> {
        match self.frame.manifest.nothing_is_random {
            true => self.trials.start.min(1)..self.trials.end.min(1),
            false => self.trials.clone(),
        }
    }

    /// The first thing in which it differs from a part of the same run; `None` when both belong together. What the scenario's file is
    /// called, and where it is, does not matter.
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        let facts = |head: &Self| {
            let manifest = &head.frame.manifest;
            let precision = head.precision.map_or("none".to_owned(), |share| share.to_string());
            let left_out: Vec<&str> = manifest.left_out.iter().map(|table| table.name()).collect();
            let policies = std::iter::once("baseline").chain(head.policies.iter().map(String::as_str));
            // What is most telling comes first: seed and trials are part of the scenario, so its hash differs with them.
            [
                ("program version", manifest.program.clone()),
                ("sampling version", manifest.sampling_version.to_string()),
                ("seed", manifest.seed.to_string()),
                ("number of trials of the whole run", manifest.trials.to_string()),
                ("scenario (SHA-256)", manifest.scenario_sha256.clone()),
                ("list of policies", policies.collect::<Vec<_>>().join(", ")),
                ("--precision", precision),
                (
                    "--without",
                    if left_out.is_empty() {
                        "none".to_owned()
                    } else {
                        left_out.join(",")
                    },
                ),
                ("--return-periods", in_words(&manifest.return_periods)),
                ("--samples", if head.samples { "on" } else { "off" }.to_owned()),
            ]
        };
        let pairs = facts(self).into_iter().zip(facts(other));
        pairs
            .map(|((what, one), (_, other))| Difference { what, one, other })
            .find(|difference| difference.one != difference.other)
    }

    /// The same, of parts that hold the same trials.
    pub fn difference_of_part(&self, other: &Self) -> Option<Difference> {
        self.difference(other).or_else(|| {
            let [one, other] = [self, other].map(|head| format!("{}..{}", head.trials.start, head.trials.end));
            let what = "range of trials";
            (one != other).then_some(Difference { what, one, other })
        })
    }
}

/// `5,10,20`.
fn in_words(numbers: &[f64]) -> String {
    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(",")
}

/// What one policy's trials came to.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyPart {
    /// What the recorder cannot know about the policy.
    pub facts: PolicyFacts,
    /// What has been recorded: the first so many of the part's trials.
    pub recorder: Recorder,
    /// The part's share in the variance split, once complete; empty under policies.
    pub variance: VarianceSplitter,
    /// Whether all that is wanted has been recorded.
    pub complete: bool,
}

/// A part of a run, complete or on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Which run it belongs to.
    pub head: PartHead,
    /// Baseline first, then the policies that have been begun, in order. All but the last are complete.
    pub policies: Vec<PolicyPart>,
}

impl Part {
    /// Whether the baseline and every policy are complete.
    pub fn is_complete(&self) -> bool {
        self.policies.len() == self.head.policies.len() + 1 && self.policies.iter().all(|policy| policy.complete)
    }

    /// Trials recorded, of all policies together.
    pub fn trials_done(&self) -> u64 {
        self.policies.iter().map(|policy| policy.recorder.trials()).sum()
    }

    /// The results of what is there: of every policy that is complete, and of the baseline as far as it goes. Policies are compared pair by
    /// pair, so that one with fewer trials than the baseline has no place in them.
    pub fn finish(&self) -> RunResults {
        let shown = self.policies.iter().enumerate();
        let nothing_is_random = self.head.frame.manifest.nothing_is_random;
        let policies = shown
            .filter(|(number, policy)| *number == 0 || policy.complete)
            .map(|(_, policy)| {
                let recorder = match nothing_is_random && policy.recorder.trials() > 0 {
                    true => &policy.recorder.repeated(EQUAL_TRIALS),
                    false => &policy.recorder,
                };
                recorder.finish(PolicyFacts {
                    variance: policy.variance.finish(),
                    return_periods: self.head.frame.manifest.return_periods.clone(),
                    ..policy.facts.clone()
                })
            });
        let trials = self.policies.first().map_or(0, |baseline| baseline.recorder.trials());
        self.head.frame.fill(trials, !self.is_complete(), policies.collect())
    }

    /// What each policy changes, trial by trial on the same draws, as far as a run keeps what that takes: errors of tail means are not known. By position in
    /// the results, which are those of [`Part::finish`]; nothing of the first, the baseline.
    pub fn differences(&self, found: &RunResults) -> Vec<Vec<RowDifferences>> {
        let shown = self.policies.iter().enumerate();
        let is_repeated = self.head.frame.manifest.nothing_is_random;
        let recorders: Vec<Recorder> = shown
            .filter(|(number, policy)| *number == 0 || policy.complete)
            .map(|(_, policy)| match is_repeated && policy.recorder.trials() > 0 {
                true => policy.recorder.repeated(EQUAL_TRIALS),
                false => policy.recorder.clone(),
            })
            .collect();
        let samples = Collected::default().table(0, &[]);
        let sides = recorders.iter().zip(&found.policies).map(|(recorder, results)| Side {
            recorder,
            results,
            samples: &samples,
        });
        let sides: Vec<Side<'_>> = sides.collect();
        let Some(baseline) = sides.first() else {
            return Vec::new();
        };
        let of = |(number, side): (usize, &Side<'_>)| {
            // Runs that were interrupted may have policies with other trials than the baseline.
            match number > 0 && side.recorder.trials() == baseline.recorder.trials() {
                true => differences(*baseline, *side),
                false => Vec::new(),
            }
        };
        sides.iter().enumerate().map(of).collect()
    }
}
