//! A small run: 400 made-up trials of the made-up layout under two policies.

use crate::results::tests::made_up::{MadeUpTrial, feed, layout};
use crate::results::types::{BalanceRow, Label, Manifest, ManifestCitation, RunResults, SupplyShare};
use crate::results::{PolicyFacts, RETURN_PERIODS, Recorder, Sample};
use crate::study::Frame;

fn trial(number: u64, relief: f64) -> MadeUpTrial {
    // One trial in five is hit, by one of 20 depths, from the third month on.
    let hit = number.is_multiple_of(5);
    let depth = if hit { (number / 5 % 20 + 1) as f64 / 20.0 } else { 0.0 };
    let uncovered = |month: u64| if month == 2 { 0.25 } else { relief };
    let period = |month: u64| {
        if month < 2 {
            (0.0, 0.0, 0.0)
        } else {
            (depth, uncovered(month), 0.75)
        }
    };
    MadeUpTrial {
        periods: (0..6).map(period).collect(),
        occurrences: usize::from(hit),
    }
}

fn label(id: &str, name: &str, unit: &str) -> Label {
    Label {
        id: id.into(),
        name: name.into(),
        unit: unit.into(),
    }
}

fn supply_share(country: &str, output_t: f64, share_pct: f64) -> SupplyShare {
    SupplyShare {
        material: "magnet".into(),
        country: country.into(),
        output_t,
        share_pct,
        capacity_t: output_t * 1.25,
    }
}

/// The run.
pub fn run() -> RunResults {
    let mut policies = Vec::new();
    for (policy, name, cost, relief) in [
        ("baseline", "Baseline", None, 1.0),
        ("stock", "Stockpile of 60 days", Some(1.2e9), 0.5),
    ] {
        let mut recorder = Recorder::new(&layout());
        (0..400).for_each(|number| feed(&mut recorder, number, &trial(number, relief)));
        policies.push(recorder.finish(PolicyFacts {
            policy: policy.into(),
            name: name.into(),
            cost,
            supply_shares: vec![supply_share("CHN", 900.0, 90.0), supply_share("USA", 100.0, 10.0)],
            balance: vec![BalanceRow {
                material: "oxide".into(),
                supply_t: 950.0,
                orders_t: 1000.0,
                spare_output_t: 0.0,
                baseline_shortfall_t: 50.0,
            }],
            variance: None,
            return_periods: RETURN_PERIODS.to_vec(),
        }));
    }
    RunResults {
        title: "China restricts heavy rare-earth exports".into(),
        description: None,
        manifest: Manifest {
            program: "critmin 0.1.0".into(),
            sampling_version: 1,
            scenario: "rare_earths.toml".into(),
            scenario_sha256: "00".repeat(32),
            seed: 42,
            trials: 400,
            headline_measure: "shortfall".into(),
            trials_asked: 400,
            interrupted: false,
            set: Vec::new(),
            nothing_is_random: false,
            sampling: "random".into(),
            first_trial: 0,
            start: "2026-01-01".into(),
            step: "month".into(),
            periods: 6,
            step_months: 1.0,
            citations: vec![ManifestCitation {
                address: "supply.chn".into(),
                kind: "source".into(),
                text: "IEA 2025".into(),
                place: "example.toml:12".into(),
            }],
            defaults: vec![],
            warnings: vec![],
            acknowledgements: vec![],
            left_out: vec![],
            return_periods: RETURN_PERIODS.to_vec(),
            resolved_scenario: serde_json::json!({ "format": 1 }),
        },
        materials: vec![
            label("oxide", "Separated oxides", "t REO"),
            label("magnet", "NdFeB magnets", "t"),
        ],
        places: vec![
            label("USA", "United States", ""),
            label("IND", "India", ""),
            label("quad", "Quad", ""),
            label("focus", "Places in focus", ""),
            label("WLD", "World", ""),
        ],
        focus_materials: vec!["magnet".into()],
        focus_places: vec!["USA".into(), "IND".into()],
        policies,
    }
}

/// The run with no shortfall at all.
pub fn quiet_run() -> RunResults {
    let mut run = run();
    let mut recorder = Recorder::new(&layout());
    (0..400).for_each(|number| {
        feed(
            &mut recorder,
            number,
            &MadeUpTrial {
                periods: vec![(0.0, 0.0, 0.0); 6],
                occurrences: 0,
            },
        );
    });
    run.policies = vec![recorder.finish(PolicyFacts {
        policy: "baseline".into(),
        ..PolicyFacts::default()
    })];
    run
}

/// What it says beside the policies.
pub fn frame() -> Frame {
    let run = run();
    Frame {
        title: run.title,
        description: run.description,
        manifest: run.manifest,
        materials: run.materials,
        places: run.places,
        focus_materials: run.focus_materials,
        focus_places: run.focus_places,
    }
}

/// Two samples of the headline.
pub fn samples() -> Vec<Sample> {
    let sample = |trial, shortfall_t, worst_spell_months| Sample {
        trial,
        row: 0,
        shortfall_t,
        shortfall_pct: shortfall_t / 12.0,
        worst_spell_months,
    };
    vec![sample(0, 0.0, 0.0), sample(1, 100.0, 2.5)]
}
