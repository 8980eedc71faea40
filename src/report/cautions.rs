//! What a reader must know before trusting the numbers.

use serde::Serialize;

use crate::results::types::{ManifestAcknowledgement, PolicyResults, RunResults};

use crate::scenario::Code;

use super::number::{grouped, percent, significant};
use super::prose::{Measure, headline_row, material_name};

/// Relative error of the headline's mean above which more trials are advised.
const LOOSE: f64 = 0.05;
/// Policy id that stands for no policy.
const BASELINE: &str = "baseline";
/// Structural shortfall worth a line, % of demand.
const STRUCTURAL_PCT: f64 = 0.1;

/// What a reader must know.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Caution {
    /// Its code: `docs/diagnostics.md` says what to do.
    pub code: Code,
    /// Address of what it is about.
    pub address: String,
    /// One sentence or two.
    pub message: String,
    /// Why it is meant to stand, if the scenario acknowledges it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
}

/// Cautions on a policy's headline; empty when there is nothing to say. Other warnings of the scenario's checks are in the manifest and not
/// repeated.
pub fn cautions(run: &RunResults, policy: &PolicyResults) -> Vec<Caution> {
    let mut list = all(run, policy);
    for caution in &mut list {
        if policy.policy != BASELINE {
            caution.address = format!("policy.{}.{}", policy.policy, caution.address);
        }
        let fits = |one: &&ManifestAcknowledgement| one.code == caution.code.number() && one.at == caution.address;
        let found = run.manifest.acknowledgements.iter().find(fits);
        caution.acknowledged = found.map(|one| one.reason.clone());
    }
    list
}

fn all(run: &RunResults, policy: &PolicyResults) -> Vec<Caution> {
    let Some(row) = headline_row(policy) else {
        return Vec::new();
    };
    let trials = run.manifest.trials;
    let mut found = Vec::new();
    let trials_at = "run.trials".to_owned();
    let material_at = |material: &str| format!("material.{material}");
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
        found.push(caution(
            Code::TooFewTrials,
            trials_at.clone(),
            format!(
                "{} too few for {} (fewer than ten expected beyond): not reported.",
                if trials == 1 {
                    "1 trial is".to_owned()
                } else {
                    format!("{} trials are", grouped(trials))
                },
                unsupported.join(", "),
            ),
        ));
    }
    let measure = Measure::of(run);
    let mean = measure.mean(row);
    if row.prob_any.value == 0.0 && !run.manifest.nothing_is_random {
        found.push(caution(
            Code::NoShortfall,
            trials_at,
            format!(
                "No trial fell short. That bounds the probability of a shortfall only to below {} % (95 %).",
                percent(row.prob_any.high * 100.0),
            ),
        ));
    } else if mean.standard_error > LOOSE * mean.value {
        let needed = row
            .trials_for_1pct
            .filter(|_| !measure.after_adaptation)
            .map_or_else(String::new, |needed| {
                format!(
                    " A standard error of 1 % of the mean needs about {} trials.",
                    grouped(needed)
                )
            });
        let relative = significant(100.0 * mean.standard_error / mean.value, 2);
        found.push(caution(
            Code::LooseMean,
            trials_at,
            format!("The mean's standard error is {relative} % of it.{needed}"),
        ));
    }
    if row.structural_shortfall_pct.value > STRUCTURAL_PCT {
        found.push(caution(
            Code::Structural,
            material_at(&row.material),
            format!(
                "{} % of demand is short without any event (supply falls behind demand); events add {} %.",
                percent(row.structural_shortfall_pct.value),
                percent(row.event_shortfall_pct.value),
            ),
        ));
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
        .map(|row| {
            caution(
                Code::StartsShort,
                format!("material.{}", row.material),
                format!(
                    "{}: orders exceed undisrupted supply by {} % at the start.",
                    material_name(run, &row.material),
                    percent(100.0 * row.baseline_shortfall_t / row.orders_t),
                ),
            )
        })
        .collect()
}

fn caution(code: Code, address: String, message: String) -> Caution {
    Caution {
        code,
        address,
        message,
        acknowledged: None,
    }
}
