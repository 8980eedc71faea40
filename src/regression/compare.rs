//! Two sets of figures: what moved, what is new, what has vanished.

use std::collections::BTreeMap;

use super::batches::paired_standard_error;
use super::figure::{Figure, Key, Table, Value};
use super::golden::Golden;
use super::noise::{Basis, Noise, Verdict, independent_error};
use super::partition::{Partition, degrees_of_errors};
use super::scenario_keys::{KeyChange, key_changes};
use super::settings::SettingChange;
use crate::results::ALL_SECTORS;

/// Policy id that stands for no policy.
const BASELINE: &str = "baseline";

/// The absolute floor of the tolerance, as a part of the figure's natural size ([`Figure::scale`]). Doubles carry about 1e-16 of that size, and
/// sums of some thousand of them in another order differ by at most some 1e-13 of it; what is smaller than 1e-12 of all demand, of certainty
/// or of the horizon is rounding about zero. The relative tolerance alone would call 0 and 1e-17 different.
pub const RELATIVE_FLOOR: f64 = 1e-12;

/// What figures are grouped by: a policy's material, or its events.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// Policy id.
    pub policy: String,
    /// Material id; `None` for events.
    pub material: Option<String>,
}

impl Group {
    /// The group that a figure belongs to.
    pub fn of(key: &Key) -> Self {
        Group {
            policy: key.policy.clone(),
            material: key.material().map(str::to_owned),
        }
    }
}

/// A figure that is not what the golden file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Move {
    /// Where it stands.
    pub key: Key,
    /// What the golden file says.
    pub old: Value,
    /// What it is now.
    pub new: Value,
    /// New less old, where both are numbers.
    pub change: Option<f64>,
    /// The change as a part of the old value; `None` from 0.
    pub relative_change: Option<f64>,
    /// Standard error of the figure itself, in the golden file.
    pub own_standard_error: Option<f64>,
    /// The change measured by its error.
    pub noise: Noise,
    /// Size of the change as a part of the figure's natural size, by which moves are ranked.
    size: f64,
}

impl Move {
    /// Whether the change is smaller than the Monte Carlo error of the figure itself.
    pub fn is_below_own_error(&self) -> bool {
        match (self.change, self.own_standard_error) {
            (Some(change), Some(error)) => change.abs() < error,
            _ => false,
        }
    }
}

/// A figure that only one side has.
#[derive(Debug, Clone, PartialEq)]
pub struct Lone {
    /// Where it stands.
    pub key: Key,
    /// What it says.
    pub value: Value,
}

/// What has become of the figures of a golden file.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Program that wrote the golden file, and the one that ran now.
    pub programs: (String, String),
    /// What differs in seed, trials, sampling version and design. Empty: both runs face the same draws.
    pub draws: Vec<SettingChange>,
    /// Settings that are not what the golden file says. Seed and trials are not among them.
    pub settings: Vec<SettingChange>,
    /// Keys of the scenario that are not what the golden file says; none where it does not hold them.
    pub scenario_keys: Vec<KeyChange>,
    /// Relative tolerance that numbers were compared with.
    pub relative_tolerance: f64,
    /// Trials per policy and seed of the run now.
    pub trials: u64,
    /// Its seed.
    pub seed: u64,
    /// Material and place of the baseline's headline.
    pub headline: String,
    /// Number of figures that both sides have, by group.
    pub compared: BTreeMap<Group, usize>,
    /// Figures that moved: beyond noise, then perhaps, then all others; among these the largest first.
    pub moves: Vec<Move>,
    /// Figures that the golden file does not have.
    pub added: Vec<Lone>,
    /// Figures that only the golden file has.
    pub vanished: Vec<Lone>,
}

impl Comparison {
    /// Whether anything is not as the golden file says.
    pub fn is_changed(&self) -> bool {
        !(self.settings.is_empty() && self.moves.is_empty() && self.added.is_empty() && self.vanished.is_empty())
    }

    /// Whether anything is out of place by more than Monte Carlo noise: a shift, a figure that is new or vanished, or a setting that is not
    /// [`SettingChange::is_judged_by_figures`].
    pub fn is_changed_beyond_noise(&self) -> bool {
        self.moves.iter().any(|figure| figure.noise.verdict == Verdict::Shift)
            || !self.added.is_empty()
            || !self.vanished.is_empty()
            || self.settings.iter().any(|change| !change.is_judged_by_figures())
    }

    /// Number of figures that both sides have.
    pub fn figures(&self) -> usize {
        self.compared.values().sum()
    }

    /// The move of the baseline's headline, its expected shortfall; `None` where it has not moved.
    pub fn headline_move(&self) -> Option<&Move> {
        let row = format!("{} {ALL_SECTORS}", self.headline);
        self.moves.iter().find(|moved| {
            let Key {
                policy,
                table,
                row: of,
                statistic,
            } = &moved.key;
            policy == BASELINE && *table == Table::Summary && *of == row && statistic == "expected_shortfall_pct"
        })
    }

    /// Number of moves with a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.moves
            .iter()
            .filter(|figure| figure.noise.verdict == verdict)
            .count()
    }
}

/// Compares a run with a golden file. `chosen`: the run holds only some policies on purpose, so the others of the golden file are left out.
pub fn compare(golden: &Golden, now: &Golden, chosen: bool, relative_tolerance: f64) -> Comparison {
    let draws = golden.settings.draws(&now.settings);
    let is_in_scope = |key: &Key| !chosen || now.settings.policies.contains(&key.policy);
    let mut comparison = Comparison {
        programs: (golden.program.clone(), now.program.clone()),
        settings: golden.settings.changes(&now.settings, !chosen),
        scenario_keys: if golden.scenario.is_empty() {
            Vec::new()
        } else {
            key_changes(&golden.scenario, &now.scenario)
        },
        relative_tolerance,
        trials: now.settings.trials,
        seed: now.settings.seed,
        headline: now.settings.headline.clone(),
        compared: BTreeMap::new(),
        moves: Vec::new(),
        added: Vec::new(),
        vanished: Vec::new(),
        draws,
    };
    for (key, old) in golden.figures.iter().filter(|(key, _)| is_in_scope(key)) {
        let Some(new) = now.figures.get(key) else {
            comparison.vanished.push(Lone {
                key: key.clone(),
                value: old.value,
            });
            continue;
        };
        *comparison.compared.entry(Group::of(key)).or_default() += 1;
        if is_same(old, new, relative_tolerance) {
            continue;
        }
        let noise = match change(old, new) {
            Some(change) => noise(golden, now, key, (old, new), change, comparison.draws.is_empty()),
            None => Noise::unknown(),
        };
        comparison.moves.push(moved(key, old, new, noise));
    }
    let is_new = |key: &Key| is_in_scope(key) && !golden.figures.contains_key(key);
    comparison.added = now
        .figures
        .iter()
        .filter(|(key, _)| is_new(key))
        .map(|(key, figure)| Lone {
            key: key.clone(),
            value: figure.value,
        })
        .collect();
    let rank = |moved: &Move| match moved.noise.verdict {
        Verdict::Shift => 0,
        Verdict::Unclear => 1,
        Verdict::Unknown | Verdict::Noise => 2,
    };
    comparison.moves.sort_by(|one, other| {
        let ranks = rank(one).cmp(&rank(other));
        ranks.then(other.size.total_cmp(&one.size))
    });
    comparison
}

/// Whether two figures agree: exactly, or as numbers within the tolerance.
fn is_same(old: &Figure, new: &Figure, relative_tolerance: f64) -> bool {
    match (old.value, new.value) {
        (Value::Number(one), Value::Number(other)) => {
            let allowed = relative_tolerance * one.abs().max(other.abs()) + RELATIVE_FLOOR * new.scale;
            (one - other).abs() <= allowed
        }
        (one, other) => one == other,
    }
}

fn change(old: &Figure, new: &Figure) -> Option<f64> {
    match (old.value, new.value) {
        (Value::Number(one), Value::Number(other)) => Some(other - one),
        _ => None,
    }
}

fn noise(golden: &Golden, now: &Golden, key: &Key, figures: (&Figure, &Figure), change: f64, shared: bool) -> Noise {
    if key.table.is_without_draws() {
        return Noise::without_draws();
    }
    if shared
        && let (Some(old), Some(new)) = (golden.batch_means.get(key), now.batch_means.get(key))
        && let Some(partition) = Partition::of(&golden.settings)
        && let Some(error) = paired_standard_error(old, new, &partition)
    {
        return Noise::measured(Basis::Paired, change, (error, partition.degrees()));
    }
    let degrees = [golden, now].map(|side| degrees_of_errors(&side.settings));
    match independent_error(figures.0, figures.1, degrees) {
        // Without any spread in either run there is nothing to measure by; with shared draws that is a change all the same.
        Some(error) if shared => Noise::measured(Basis::Unpaired, change, error),
        Some(error) => Noise::measured(Basis::Independent, change, error),
        None => Noise::unknown(),
    }
}

fn moved(key: &Key, old: &Figure, new: &Figure, noise: Noise) -> Move {
    let change = change(old, new);
    let base = match old.value {
        Value::Number(value) if value != 0.0 => Some(value.abs()),
        _ => None,
    };
    Move {
        key: key.clone(),
        old: old.value,
        new: new.value,
        change,
        relative_change: change.zip(base).map(|(change, base)| change / base),
        own_standard_error: old.standard_error,
        noise,
        size: change.map_or(0.0, |change| {
            if new.scale > 0.0 {
                change.abs() / new.scale
            } else {
                change.abs()
            }
        }),
    }
}
