//! Everything that can be said about a scenario before its first draw: the checks of the file, and the models of the baseline and of every
//! policy.

use rayon::prelude::*;

use super::facts;
use super::run::{Prepared, RunError};
use crate::model::{Model, ModelError, compile, layout, row};
use crate::results::types::BalanceRow;
use crate::scenario::{Code, Document, Finding, Scenario};

/// Supply and demand of a material that differ by more than this factor are probably in different units.
const FAR_APART: f64 = 10.0;
/// A shortfall of less than this share of orders is rounding.
const SHORT: f64 = 1e-6;

/// Checks and compiles the scenario and every policy. Gives the baseline, with all warnings.
///
/// # Errors
/// [`RunError::Invalid`] with everything that is wrong, also with the models.
pub fn examine(document: &Document) -> Result<Prepared, RunError> {
    let (scenario, under_policies, warnings) = document.check_all()?;
    // Side by side, as this is most of what a program takes to start; told in the order of the file.
    let (baseline, of_policies) = rayon::join(
        || compiled(&scenario),
        || -> Vec<Vec<Finding>> { under_policies.par_iter().map(|policy| compiled(policy).1).collect() },
    );
    let (baseline, mut findings) = baseline;
    findings.extend(of_policies.into_iter().flatten());
    let warnings = document.with_findings(warnings, findings);
    match baseline {
        Some(model) if !warnings.has_errors() => Ok(Prepared {
            layout: layout(&scenario, &model),
            scenario,
            warnings,
            model,
        }),
        _ => Err(warnings.into()),
    }
}

/// Compiles the model and notes what it has to say.
fn compiled(scenario: &Scenario) -> (Option<Model>, Vec<Finding>) {
    let mut findings = Vec::new();
    let id = scenario.policy.id.as_str();
    let policy = (id != "baseline").then(|| id.to_owned());
    let mut note = |code: Code, address: String, message: String, extent: f64| {
        findings.push(Finding {
            code,
            policy: policy.clone(),
            address,
            message,
            extent,
        });
    };
    let model = match compile(scenario) {
        Ok(model) => model,
        Err(error) => {
            note(code(&error), String::new(), error.to_string(), f64::INFINITY);
            return (None, findings);
        }
    };
    for warning in &model.warnings {
        note(
            warning.code,
            warning.address.clone(),
            warning.message.clone(),
            warning.extent,
        );
    }
    for row in facts::balance(scenario, &model) {
        if let Some((code, extent)) = imbalance(&row) {
            let unit = scenario
                .materials
                .iter()
                .find(|material| material.id == row.material)
                .map_or("t", |material| material.unit.as_str());
            note(
                code,
                format!("material.{}", row.material),
                words(&row, code, unit) + &reasons(&model, &row.material, scenario, unit),
                extent,
            );
        }
    }
    (Some(model), findings)
}

/// What holds back a material at the start, in words: capacities of lanes, and hosts of by-products.
fn reasons(model: &Model, id: &str, scenario: &Scenario, unit: &str) -> String {
    let Some(number) = scenario.materials.iter().position(|material| material.id == id) else {
        return String::new();
    };
    let wanted = model
        .reference
        .wanted_at_start
        .get(number)
        .map_or(&[][..], Vec::as_slice);
    let inputs = &model.reference.inputs;
    let held = model.materials[number]
        .capacities
        .iter()
        .zip(wanted)
        .filter_map(|(capacity, wanted)| {
            let most = capacity.tonnes(model, inputs, 0);
            let yearly = |tonnes: f64| crate::scenario::rounded(tonnes / model.step_years(), 3);
            (*wanted > most * (1.0 + SHORT)).then(|| {
                format!(
                    "`lane_capacity.{}` lets {} of {} {unit} a year pass",
                    capacity.id,
                    yearly(most),
                    yearly(*wanted)
                )
            })
        });
    let mut reasons: String = held.map(|held| format!("; {held}")).collect();
    for &supply in &model.materials[number].supplies {
        let compiled = &model.supplies[supply];
        let planned = model.reference.capacity[[0, supply]] * compiled.utilisation.of(inputs);
        let made = model.reference.target[[0, supply]];
        // Projects push everybody's plans down too, but to no less than is ordered.
        let limit = model.reference.host_limit(compiled, row(&model.reference.target, 0));
        if !compiled.hosts.is_empty() && made < planned * (1.0 - SHORT) && limit <= made * (1.0 + SHORT) {
            let yearly = |tonnes: f64| crate::scenario::rounded(tonnes / model.step_years(), 3);
            reasons.push_str(&format!(
                "; `{}` would make {} {unit} a year, and its hosts allow {} (a `ratio` does not follow what is made, `use_of_cap` does)",
                scenario.supplies[supply].id,
                yearly(planned),
                yearly(limit)
            ));
        }
    }
    reasons
}

/// The code of an error of the model.
pub fn code(error: &ModelError) -> Code {
    match error {
        ModelError::TooLarge { .. } => Code::ModelTooLarge,
        ModelError::OutOfReach { .. } => Code::OutOfReach,
        ModelError::Sampling { .. } => Code::NoNumbers,
    }
}

/// What is wrong with the balance of a material at the start, and how much.
fn imbalance(row: &BalanceRow) -> Option<(Code, f64)> {
    let (supply, orders) = (row.supply_t, row.orders_t);
    let short = row.baseline_shortfall_t / orders;
    if supply > 0.0 && orders > 0.0 && supply.max(orders) > FAR_APART * supply.min(orders) {
        Some((Code::FarApart, supply.max(orders) / supply.min(orders)))
    } else if short > SHORT {
        Some((Code::StartsShort, short))
    } else {
        None
    }
}

fn words(row: &BalanceRow, code: Code, unit: &str) -> String {
    let amount = |value: f64| crate::scenario::rounded(value, 3);
    let material = &row.material;
    let (supply, orders) = (amount(row.supply_t), amount(row.orders_t));
    if code == Code::FarApart {
        let apart = amount((row.supply_t / row.orders_t).max(row.orders_t / row.supply_t));
        return format!(
            "supply and demand of `{material}` are {apart} times apart at the start: {supply} {unit} a year are made, {orders} {unit} are ordered"
        );
    }
    let short = amount(100.0 * row.baseline_shortfall_t / row.orders_t);
    if row.supply_t >= row.orders_t {
        return format!(
            "`{material}` starts short: {short} % of orders ({orders} {unit} a year) are not met without any event, although {supply} {unit} are made"
        );
    }
    format!(
        "`{material}` starts short: {short} % of orders are not met without any event: {supply} {unit} a year are made, {orders} {unit} are ordered"
    )
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// What is doubtful about a shipped scenario is acknowledged in it, with the reason.
    #[test]
    fn shipped_scenarios_have_no_warning() {
        let mut paths: Vec<PathBuf> = std::fs::read_dir("scenarios")
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "toml"))
            .collect();
        paths.sort();
        let mut told = String::new();
        for path in &paths {
            let document = Document::load(path).unwrap_or_else(|errors| panic!("{errors}"));
            match examine(&document) {
                Ok(examined) => told.push_str(&examined.warnings.render(false)),
                Err(error) => told.push_str(&format!("{}: {error:?}", path.display())),
            }
        }
        assert!(paths.len() >= 12 && told.is_empty(), "{told}");
    }
}
