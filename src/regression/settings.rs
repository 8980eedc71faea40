//! What a golden file says about the run that it pins, other than figures: compared exactly.

use serde::{Deserialize, Serialize};

/// Where a run's figures come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// File name of the scenario (no folder).
    pub scenario: String,
    /// SHA-256 of the resolved scenario and its data files, with seed 0 and 1 trial: seed and trials are settings of their own here.
    pub scenario_sha256: String,
    /// Raised whenever the same input gives other values.
    pub sampling_version: u32,
    /// Sampling design: `random`, `antithetic`, `latin_hypercube` or `sobol`.
    pub sampling: String,
    /// Seed.
    pub seed: u64,
    /// Trials per policy.
    pub trials: u64,
    /// Simulation start, `YYYY-MM-DD`.
    pub start: String,
    /// `week`, `month`, `quarter` or `year`.
    pub step: String,
    /// Number of periods.
    pub periods: u64,
    /// Material and place of the baseline's headline, with a space between them; empty in a model without demand.
    pub headline: String,
    /// Whether all policies of the scenario are pinned, so that one added later is new.
    pub every_policy: bool,
    /// Ids of the pinned policies, baseline first.
    pub policies: Vec<String>,
    /// Ids of the materials in file order.
    pub materials: Vec<String>,
    /// Codes and ids of countries and groups.
    pub places: Vec<String>,
}

/// A setting that is not what the golden file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingChange {
    /// Its name in the golden file.
    pub name: &'static str,
    /// What the golden file says.
    pub old: String,
    /// What it is now.
    pub new: String,
}

impl SettingChange {
    /// Whether it may move figures without being wrong, so that where noise is allowed the figures decide: the scenario's content and how it is
    /// sampled.
    pub fn is_judged_by_figures(&self) -> bool {
        ["scenario_sha256", "sampling_version", "sampling"].contains(&self.name)
    }
}

impl Settings {
    /// Whether trials are drawn in batches that are independent of each other, while trials of one batch are not.
    pub(super) fn in_batches(&self) -> bool {
        self.sampling != "random"
    }

    /// Whether trials of both runs face the same draws, else why not. Another number of trials with the same seed shares some of them; it counts
    /// as not shared, which overstates errors rather than understates them.
    pub(super) fn draws(&self, now: &Self) -> Vec<SettingChange> {
        let mut other = Vec::new();
        differ(&mut other, "seed", self.seed, now.seed);
        differ(&mut other, "trials", self.trials, now.trials);
        differ(
            &mut other,
            "sampling_version",
            self.sampling_version,
            now.sampling_version,
        );
        differ(&mut other, "sampling", &self.sampling, &now.sampling);
        other
    }

    /// What differs, seed and number of trials apart: they are the golden file's own unless somebody asked for others. `policies` says whether
    /// the list of policies is compared.
    pub(super) fn changes(&self, now: &Self, policies: bool) -> Vec<SettingChange> {
        let mut found = Vec::new();
        differ(&mut found, "scenario", &self.scenario, &now.scenario);
        differ(
            &mut found,
            "scenario_sha256",
            &self.scenario_sha256,
            &now.scenario_sha256,
        );
        differ(
            &mut found,
            "sampling_version",
            self.sampling_version,
            now.sampling_version,
        );
        differ(&mut found, "sampling", &self.sampling, &now.sampling);
        differ(&mut found, "start", &self.start, &now.start);
        differ(&mut found, "step", &self.step, &now.step);
        differ(&mut found, "periods", self.periods, now.periods);
        differ(&mut found, "headline", &self.headline, &now.headline);
        if policies {
            lists(&mut found, "policies", &self.policies, &now.policies);
        }
        lists(&mut found, "materials", &self.materials, &now.materials);
        lists(&mut found, "places", &self.places, &now.places);
        found
    }
}

fn differ<T: PartialEq + ToString>(found: &mut Vec<SettingChange>, name: &'static str, old: T, new: T) {
    if old != new {
        found.push(SettingChange {
            name,
            old: old.to_string(),
            new: new.to_string(),
        });
    }
}

/// Says what a list has lost and gained rather than both lists in full; both in full where only the order differs.
fn lists(found: &mut Vec<SettingChange>, name: &'static str, old: &[String], new: &[String]) {
    if old == new {
        return;
    }
    let without = |list: &[String], other: &[String]| {
        let only: Vec<&str> = list
            .iter()
            .filter(|item| !other.contains(item))
            .map(String::as_str)
            .collect();
        only.join(", ")
    };
    let (lost, gained) = (without(old, new), without(new, old));
    let (old, new) = if lost.is_empty() && gained.is_empty() {
        (old.join(", "), new.join(", "))
    } else {
        (lost, gained)
    };
    found.push(SettingChange { name, old, new });
}
