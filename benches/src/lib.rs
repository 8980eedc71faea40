//! What the benches share: scenarios of this repository, ready to be simulated, and observers.

pub mod tally;

use std::path::{Path, PathBuf};

use critmin::engine::observe::{Observer, Occurrence, PeriodOutcome, TrialOutcome};
use critmin::scenario::Document;
use critmin::study::inside::{Prepared, prepare};

/// The flagship: chains of rare earths under export controls.
pub const FLAGSHIP: &str = "scenarios/china-rare-earth-controls.toml";
/// 10 countries, 5 minerals, 2 stages, 60 months, 15 Poisson events, rigid trade.
pub const SMALL: &str = "benches/peers/small.toml";
/// One material, one event, 18 months.
pub const QUICKSTART: &str = "scenarios/quickstart.toml";

/// The scenarios with the names that benches give them.
pub const SCENARIOS: [(&str, &str); 3] = [("flagship", FLAGSHIP), ("small", SMALL), ("quickstart", QUICKSTART)];

/// Where a file of this repository is.
pub fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Loads a scenario of this repository.
///
/// # Panics
/// When it has errors.
pub fn load(path: &str) -> Document {
    Document::load(&in_repository(path)).unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)))
}

/// Checks and compiles, without a policy.
///
/// # Panics
/// When that fails.
pub fn compile(document: &Document) -> Prepared {
    prepare(document, None).unwrap_or_else(|error| panic!("{error}"))
}

/// A scenario of this repository, loaded, checked and compiled.
pub fn prepared(path: &str) -> Prepared {
    compile(&load(path))
}

/// The small problem with the rate of every event at 0: nothing ever happens.
pub fn quiet() -> Prepared {
    let mut document = load(SMALL);
    for event in prepared(SMALL).scenario.events {
        let change = format!("event.{}.arrival.per_year=0", event.id);
        if let Err(diagnostics) = document.set(&change) {
            panic!("--set {change}\n{}", diagnostics.render(false));
        }
    }
    compile(&document)
}

/// Looks at nothing; has every period simulated in full if that is asked for.
pub struct Blind {
    /// Whether quiet periods and those that repeat the one before are simulated, too.
    pub in_full: bool,
}

impl Observer for Blind {
    fn period(&mut self, _outcome: &PeriodOutcome<'_>) {}
    fn end_trial(&mut self, _outcome: &TrialOutcome<'_>) {}
    fn wants_trace(&self) -> bool {
        self.in_full
    }
}

/// Keeps all that the engine tells, to tell it again without the engine.
#[derive(Default)]
pub struct Tape {
    trials: Vec<Trial>,
    open: Vec<Period>,
}

struct Period {
    period: usize,
    short: Vec<usize>,
    demand_t: Vec<f64>,
    missing_t: Vec<f64>,
    shortfall_t: Vec<f64>,
    unmet_t: Vec<f64>,
    carried: Vec<f64>,
    onset: Vec<f64>,
    structural_t: Vec<f64>,
    exposed_usd: Vec<f64>,
}

struct Trial {
    periods: Vec<Period>,
    trial: u64,
    occurrences: Vec<Occurrence>,
    demand_t: Vec<f64>,
    reference_demand_by_year_t: Vec<f64>,
    added_demand_by_year_t: Vec<f64>,
    structural_t: Option<Vec<f64>>,
    causes: Vec<Vec<usize>>,
    blame_start: Vec<usize>,
    blame_t: Vec<f64>,
    price_peak: Vec<[f64; 3]>,
    output_t: Vec<f64>,
    lost_output_t: Vec<f64>,
    stock_end_t: Vec<f64>,
}

impl Tape {
    /// Trials on the tape.
    pub fn len(&self) -> usize {
        self.trials.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.trials.is_empty()
    }

    /// Tells a trial again.
    pub fn play(&self, number: usize, observer: &mut impl Observer) {
        let trial = &self.trials[number];
        for period in &trial.periods {
            observer.period(&PeriodOutcome {
                period: period.period,
                short: &period.short,
                demand_t: &period.demand_t,
                missing_t: &period.missing_t,
                shortfall_t: &period.shortfall_t,
                unmet_t: &period.unmet_t,
                carried: &period.carried,
                onset: &period.onset,
                structural_t: &period.structural_t,
                exposed_usd: &period.exposed_usd,
            });
        }
        observer.end_trial(&TrialOutcome {
            trial: trial.trial,
            occurrences: &trial.occurrences,
            demand_t: &trial.demand_t,
            reference_demand_by_year_t: &trial.reference_demand_by_year_t,
            added_demand_by_year_t: &trial.added_demand_by_year_t,
            structural_t: trial.structural_t.as_deref(),
            causes: &trial.causes,
            blame_start: &trial.blame_start,
            blame_t: &trial.blame_t,
            price_peak: &trial.price_peak,
            output_t: &trial.output_t,
            lost_output_t: &trial.lost_output_t,
            stock_end_t: &trial.stock_end_t,
        });
    }
}

impl Observer for Tape {
    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        self.open.push(Period {
            period: outcome.period,
            short: outcome.short.to_vec(),
            demand_t: outcome.demand_t.to_vec(),
            missing_t: outcome.missing_t.to_vec(),
            shortfall_t: outcome.shortfall_t.to_vec(),
            unmet_t: outcome.unmet_t.to_vec(),
            carried: outcome.carried.to_vec(),
            onset: outcome.onset.to_vec(),
            structural_t: outcome.structural_t.to_vec(),
            exposed_usd: outcome.exposed_usd.to_vec(),
        });
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        self.trials.push(Trial {
            periods: std::mem::take(&mut self.open),
            trial: outcome.trial,
            occurrences: outcome.occurrences.to_vec(),
            demand_t: outcome.demand_t.to_vec(),
            reference_demand_by_year_t: outcome.reference_demand_by_year_t.to_vec(),
            added_demand_by_year_t: outcome.added_demand_by_year_t.to_vec(),
            structural_t: outcome.structural_t.map(<[f64]>::to_vec),
            causes: outcome.causes.to_vec(),
            blame_start: outcome.blame_start.to_vec(),
            blame_t: outcome.blame_t.to_vec(),
            price_peak: outcome.price_peak.to_vec(),
            output_t: outcome.output_t.to_vec(),
            lost_output_t: outcome.lost_output_t.to_vec(),
            stock_end_t: outcome.stock_end_t.to_vec(),
        });
    }
}
