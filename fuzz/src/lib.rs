//! What the fuzz targets share: what must hold of any document, and random choices that come from the fuzzer's bytes.

use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;
use critmin::scenario::{Arrival, Document, EventKind};
use critmin::study::Error;
use critmin::study::inside::{Prepared, prepare};

#[path = "../../tests/it/features.rs"]
pub mod features;
#[path = "../../tests/it/generator.rs"]
pub mod generator;
#[path = "../../tests/it/inspector.rs"]
pub mod inspector;
pub mod support;

use inspector::Inspector;

/// Lanes, cells and supplies x periods up to which a document is simulated too: the fuzzer should make many runs, not long ones.
const SMALL: usize = 200_000;
/// Expected arrivals up to which it is simulated.
const FEW: f64 = 2_000.0;
/// Trials of each simulation.
const TRIALS: u64 = 3;

/// Checks a document under the baseline and each policy; simulates it where it is valid and small. Panics where a promise is broken.
pub fn exercise(document: &Document) {
    // Both must work for every document that could be read.
    let _ = document.resolved(None).to_string();
    let _ = document.hash();
    let policies: Vec<String> = document
        .policies()
        .into_iter()
        .map(|policy| policy.id)
        .take(4)
        .collect();
    for policy in std::iter::once(None).chain(policies.iter().map(|id| Some(id.as_str()))) {
        match prepare(document, policy) {
            Ok(prepared) => simulate(&prepared).unwrap_or_else(|complaints| panic!("{complaints}")),
            Err(Error::Invalid(diagnostics)) => {
                assert!(diagnostics.has_errors(), "refused without an error");
                assert!(!diagnostics.render(true).is_empty());
                assert!(
                    diagnostics.to_json()["errors"]
                        .as_u64()
                        .is_some_and(|errors| errors > 0)
                );
            }
            Err(other) => assert!(!other.to_string().is_empty()),
        }
    }
}

fn is_small(prepared: &Prepared) -> bool {
    let Prepared { model, scenario, .. } = prepared;
    let lanes: usize = model
        .materials
        .iter()
        .map(|material| material.rows.len() * material.columns.len())
        .sum();
    let size = lanes + model.cells.len() * model.cause_count() + model.supplies.len() + model.events.len();
    let years = model.reference_periods as f64 * model.step_months / 12.0;
    let arrivals: f64 = scenario
        .events
        .iter()
        .map(|event| match &event.arrival {
            Arrival::Poisson { per_year } => per_year.mean() * years,
            Arrival::Renewal { up, down, .. } => 12.0 * years / (up.mean() + down.mean()),
            _ => 1.0,
        })
        .sum();
    size.saturating_mul(model.reference_periods) <= SMALL && arrivals <= FEW
}

/// Simulates a few trials with every period checked.
///
/// # Errors
/// What the inspector complains of.
pub fn simulate(prepared: &Prepared) -> Result<(), String> {
    if !is_small(prepared) {
        return Ok(());
    }
    let loses_stocks = prepared
        .scenario
        .events
        .iter()
        .any(|event| matches!(event.kind, EventKind::StockLoss { .. }));
    let mut simulator = Simulator::new(&prepared.model);
    let mut shortfalls = Vec::new();
    for traced in [true, false] {
        let mut inspector = if traced {
            Inspector::traced(loses_stocks)
        } else {
            Inspector::default()
        };
        for trial in 0..TRIALS {
            simulator.run(trial, TrialStreams::of(trial), &mut inspector);
        }
        if !inspector.complaints.is_empty() {
            return Err(format!("traced {traced}: {:#?}", inspector.complaints));
        }
        shortfalls.push(inspector.shortfalls);
    }
    // Periods that need not be simulated in full must give the same.
    let largest = shortfalls[0].iter().copied().fold(1e-3, f64::max);
    for (at, (full, quick)) in shortfalls[0].iter().zip(&shortfalls[1]).enumerate() {
        if (full - quick).abs() > 1e-9 * largest {
            return Err(format!("shortfall {at}: {full} in full, {quick} quickly"));
        }
    }
    Ok(())
}
