//! What a reader must know before trusting the numbers.

use crate::results::types::{PolicyResults, RunResults};

use super::number::{grouped, percent, significant};
use super::prose::{headline_row, material_name};

/// Relative error of the headline's mean above which more trials are advised.
const LOOSE: f64 = 0.05;
/// Structural shortfall worth a line, % of demand.
const STRUCTURAL_PCT: f64 = 0.1;

/// What a caution is about. What is said of the baseline need not be said of every policy again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Quantiles that the trials do not support.
    Unsupported,
    /// Not one trial fell short.
    NoneShort,
    /// The mean is uncertain.
    LooseMean,
    /// What is short without events.
    Structural,
    /// A material that starts short.
    Balance(String),
}

/// A caution: a line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caution {
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// Cautions on a policy's headline, each one line; empty when there is nothing to say. Warnings of the scenario's checks are in
/// the manifest and not repeated.
pub fn cautions(run: &RunResults, policy: &PolicyResults) -> Vec<String> {
    of_policy(run, policy).into_iter().map(|caution| caution.text).collect()
}

/// The same with their kinds.
pub(super) fn of_policy(run: &RunResults, policy: &PolicyResults) -> Vec<Caution> {
    let Some(row) = headline_row(policy) else {
        return Vec::new();
    };
    let trials = run.manifest.trials;
    let mut found = Vec::new();
    let mut add = |kind, text| found.push(Caution { kind, text });
    let named = row
        .quantiles_pct
        .iter()
        .zip(["p5", "p25", "median", "p75", "p90", "p95", "p99"]);
    let tails = row.cvar_pct.iter().zip(["CVaR90", "CVaR95", "CVaR99"]);
    let unsupported: Vec<&str> = named
        .chain(tails)
        .filter(|(tail, _)| !tail.supported)
        .map(|(_, name)| name)
        .collect();
    if !unsupported.is_empty() {
        add(
            Kind::Unsupported,
            format!(
                "{} trials are too few for {} (fewer than ten expected beyond): not reported.",
                grouped(trials),
                unsupported.join(", "),
            ),
        );
    }
    let mean = &row.expected_shortfall_pct;
    if mean.value == 0.0 {
        add(
            Kind::NoneShort,
            format!(
                "No trial fell short. That bounds the probability of a shortfall only to below {} % (95 %).",
                percent(row.prob_any.high * 100.0),
            ),
        );
    } else if mean.standard_error > LOOSE * mean.value {
        let needed = row.trials_for_1pct.map_or_else(String::new, |needed| {
            format!(
                " A standard error of 1 % of the mean needs about {} trials.",
                grouped(needed)
            )
        });
        let relative = significant(100.0 * mean.standard_error / mean.value, 2);
        add(
            Kind::LooseMean,
            format!("The mean's standard error is {relative} % of it.{needed}"),
        );
    }
    if row.structural_shortfall_pct.value > STRUCTURAL_PCT {
        add(
            Kind::Structural,
            format!(
                "{} % of demand is short without any event (supply falls behind demand); events add {} %.",
                percent(row.structural_shortfall_pct.value),
                percent(row.event_shortfall_pct.value),
            ),
        );
    }
    found.extend(balance_cautions(run, policy));
    found
}

/// Materials in focus that start short.
fn balance_cautions(run: &RunResults, policy: &PolicyResults) -> Vec<Caution> {
    let short = policy
        .balance
        .iter()
        .filter(|row| row.baseline_shortfall_t > 1e-6 * row.orders_t);
    short
        .map(|row| Caution {
            kind: Kind::Balance(row.material.clone()),
            text: format!(
                "{}: orders exceed undisrupted supply by {} % at the start.",
                material_name(run, &row.material),
                percent(100.0 * row.baseline_shortfall_t / row.orders_t),
            ),
        })
        .collect()
}
