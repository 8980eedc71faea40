//! What a compiled model says without simulating: undisrupted supply, balance, and the manifest of a run.

use crate::model::layout::Layout;
use crate::model::{Model, WORLD};
use crate::results::FOCUS;
use crate::results::types::{
    BalanceRow, Label, Manifest, ManifestAcknowledgement, ManifestCitation, ManifestWarning, SupplyShare,
};
use crate::scenario::{Code, Diagnostics, Document, Provenance, SamplingDesign, Scenario};

/// Raised whenever the same input gives other values.
pub const SAMPLING_VERSION: u32 = 3;

/// The program and its version.
pub const PROGRAM: &str = concat!("critmin ", env!("CARGO_PKG_VERSION"));

/// Undisrupted supply at the start, by material in file order and share descending.
pub fn supply_shares(scenario: &Scenario, model: &Model) -> Vec<SupplyShare> {
    let per_year = 1.0 / model.step_years();
    let reference = &model.reference;
    let mut rows = Vec::new();
    for (material, compiled) in model.materials.iter().enumerate() {
        let outputs = reference.supply(model, material, 0);
        let total: f64 = outputs.iter().sum();
        let mut shares: Vec<SupplyShare> = compiled
            .rows
            .iter()
            .zip(outputs)
            .enumerate()
            .map(|(row, (&country, output))| SupplyShare {
                material: scenario.materials[material].id.clone(),
                country: scenario.countries[country].code.clone(),
                output_t: output * per_year,
                share_pct: if total > 0.0 { 100.0 * output / total } else { 0.0 },
                capacity_t: per_year
                    * compiled
                        .supplies
                        .iter()
                        .filter(|&&supply| model.supplies[supply].row == row)
                        .map(|&supply| reference.capacity[[0, supply]])
                        .sum::<f64>(),
            })
            .collect();
        shares.sort_by(|one, other| other.output_t.total_cmp(&one.output_t));
        rows.append(&mut shares);
    }
    rows
}

/// Undisrupted balance at the start.
pub fn balance(scenario: &Scenario, model: &Model) -> Vec<BalanceRow> {
    let per_year = 1.0 / model.step_years();
    (0..model.materials.len())
        .map(|material| {
            let first_market = model.materials[material].first_market;
            let orders = model.reference.orders(model, material, 0);
            let supply: f64 = model.reference.supply(model, material, 0).iter().sum();
            let covered: f64 = orders
                .iter()
                .enumerate()
                .map(|(at, order)| order * model.reference.coverage[[0, first_market + at]])
                .sum();
            let ordered: f64 = orders.iter().sum();
            BalanceRow {
                material: scenario.materials[material].id.clone(),
                supply_t: supply * per_year,
                orders_t: ordered * per_year,
                spare_output_t: rounded(supply - covered, supply) * per_year,
                baseline_shortfall_t: rounded(ordered - covered, ordered) * per_year,
            }
        })
        .collect()
}

/// A difference, or 0 where it is rounding.
fn rounded(difference: f64, of: f64) -> f64 {
    if difference <= 1e-9 * of { 0.0 } else { difference }
}

/// Names of materials and places for charts and prose.
pub fn labels(layout: &Layout) -> (Vec<Label>, Vec<Label>) {
    let label = |id: &str, name: &str, unit: &str| Label {
        id: id.into(),
        name: name.into(),
        unit: unit.into(),
    };
    let materials = layout
        .materials
        .iter()
        .map(|(id, name, unit)| label(id, name, unit))
        .collect();
    let mut places: Vec<Label> = layout
        .countries
        .iter()
        .map(|(code, name)| label(code, name, ""))
        .collect();
    places.extend(layout.groups.iter().map(|(id, name, _)| label(id, name, "")));
    places.push(label(FOCUS, "All places in focus", ""));
    places.push(label(WORLD, "World", ""));
    (materials, places)
}

/// Whether a `KEY=VALUE` change is of what the manifest has in keys of its own.
fn is_seed_or_trials(change: &str) -> bool {
    let key = change.split('=').next().unwrap_or_default();
    ["run.seed", "run.trials"].contains(&key.trim())
}

/// Where a run's results come from.
pub fn manifest(document: &Document, scenario: &Scenario, scenario_name: &str, warnings: &Diagnostics) -> Manifest {
    let acknowledgements: Vec<ManifestAcknowledgement> = document
        .acknowledgements()
        .into_iter()
        .map(|one| ManifestAcknowledgement {
            code: one.code.number().into(),
            at: one.at,
            reason: one.reason,
        })
        .collect();
    Manifest {
        program: PROGRAM.to_owned(),
        sampling_version: SAMPLING_VERSION,
        scenario: scenario_name.to_owned(),
        scenario_sha256: document.hash(),
        seed: scenario.run.seed,
        trials: scenario.run.trials,
        trials_asked: scenario.run.trials,
        interrupted: false,
        nothing_is_random: false,
        sampling: scenario.run.sampling.name().to_owned(),
        headline_measure: scenario.run.headline.name().to_owned(),
        first_trial: 0,
        start: scenario.time.start.to_string(),
        step: scenario.time.step.name().to_owned(),
        periods: scenario.time.periods,
        step_months: scenario.time.step.months(),
        citations: scenario
            .citations
            .iter()
            .zip(document.places_of(scenario.citations.iter().map(|citation| citation.address.as_str())))
            .map(|(citation, place)| {
                let (kind, text) = match &citation.provenance {
                    Provenance::Source(text) => ("source", text),
                    Provenance::Assumption(text) => ("assumption", text),
                };
                ManifestCitation {
                    address: citation.address.clone(),
                    kind: kind.into(),
                    text: text.clone(),
                    place: place.unwrap_or_default(),
                }
            })
            .collect(),
        defaults: scenario.defaults.clone(),
        set: document
            .changes()
            .filter(|change| !is_seed_or_trials(change))
            .map(str::to_owned)
            .collect(),
        left_out: Vec::new(),
        return_periods: Vec::new(),
        warnings: listed(scenario, warnings, &acknowledgements),
        acknowledgements,
        resolved_scenario: document.resolved(None),
    }
}

/// The warnings, first those that stand, then those that are acknowledged.
fn listed(
    scenario: &Scenario,
    warnings: &Diagnostics,
    acknowledgements: &[ManifestAcknowledgement],
) -> Vec<ManifestWarning> {
    let all = warnings.warnings().chain(warnings.acknowledged());
    let mut list: Vec<ManifestWarning> = all
        .map(|warning| ManifestWarning {
            code: warning.code.number().into(),
            address: warning.address.clone(),
            place: if warning.line == 0 {
                warning.file.clone()
            } else {
                format!("{}:{}", warning.file, warning.line)
            },
            message: warning.message.clone(),
            acknowledged: warning.acknowledged.clone(),
        })
        .collect();
    if scenario.run.sampling == SamplingDesign::Sobol {
        let (code, address) = (Code::NotIndependent.number(), "run.sampling");
        list.push(ManifestWarning {
            code: code.into(),
            address: address.into(),
            place: String::new(),
            message: "standard errors and intervals do not know how evenly Sobol' points fill each other's gaps: they are usually too wide".into(),
            acknowledged: acknowledgements
                .iter()
                .find(|one| one.code == code && one.at == address)
                .map(|one| one.reason.clone()),
        });
    }
    list
}
