//! Recorders against values worked out by hand.

use super::made_up::{MadeUpTrial, feed, layout};
use crate::engine::observe::{Cause, Cell, Layout, Observer, PeriodOutcome, TrialOutcome};
use crate::results::types::{AttributionKind, PolicyResults};
use crate::results::{PolicyFacts, Recorder, Recording, ShortfallProbe};

fn one_cell(periods: usize, causes: usize) -> Layout {
    Layout {
        periods,
        step_months: 1.0,
        in_batches: false,
        headline_after_adaptation: false,
        dates: vec!["2026-01-01".into(); periods],
        materials: vec![("magnet".into(), "Magnets".into(), "t".into())],
        countries: vec![("USA".into(), "United States".into())],
        groups: vec![],
        focus_materials: vec![0],
        focus_places: vec![Ok(0)],
        cells: vec![Cell {
            material: 0,
            country: 0,
            sector: "all users".into(),
            is_feed: false,
            market: 0,
            has_value_added: false,
        }],
        reference_demand_t: vec![100.0 * periods as f64],
        events: (0..causes)
            .map(|event| (format!("event_{event}"), format!("Event {event}")))
            .collect(),
        causes: (0..causes)
            .map(|event| Cause {
                event: Some(event),
                material: Some(0),
                country: None,
            })
            .chain([Cause {
                event: None,
                material: None,
                country: None,
            }])
            .collect(),
        supplies: vec![],
        stocks: vec![],
    }
}

/// One trial of one cell: (missing, shortfall) per period of demand 100, all blamed as `blame` says (parts by cause).
fn observe(recorder: &mut impl Observer, trial: u64, periods: &[(f64, f64)], blame: &[f64]) {
    let causes: Vec<usize> = (0..blame.len()).collect();
    let mut blame_t = vec![0.0; blame.len()];
    for (period, (missing, shortfall)) in periods.iter().enumerate() {
        for (sum, part) in blame_t.iter_mut().zip(blame) {
            *sum += part * shortfall;
        }
        recorder.period(&PeriodOutcome {
            period,
            short: if *missing == 0.0 { &[] } else { &[0] },
            demand_t: &[100.0],
            missing_t: &[*missing],
            shortfall_t: &[*shortfall],
            unmet_t: &[*shortfall],
            carried: &[if *missing > 0.0 { 1.0 - shortfall / missing } else { 1.0 }],
            onset: &[0.0],
            structural_t: &[0.0],
            exposed_usd: &[0.0],
        });
    }
    let nothing = TrialOutcome {
        trial,
        occurrences: &[],
        demand_t: &[100.0 * periods.len() as f64],
        structural_t: None,
        causes: std::slice::from_ref(&causes),
        blame_start: &[0],
        blame_t: &blame_t,
        price_peak: &[[1.0; 3]],
        output_t: &[],
        lost_output_t: &[],
        stock_end_t: &[],
    };
    recorder.end_trial(&nothing);
}

fn share_of(results: &PolicyResults, kind: AttributionKind, country: &str, key: &str) -> (f64, f64) {
    let found = results
        .attributed()
        .iter()
        .find(|part| part.kind == kind && part.country == country && part.key == key);
    found
        .map(|part| (part.share_of_expected, part.share_of_cvar95))
        .unwrap()
}

#[test]
fn e3_total_and_time_to_survive() {
    let mut recorder = Recorder::new(&one_cell(6, 1));
    let periods = [0.0, 0.0, 70.0, 90.0, 90.0, 90.0].map(|shortfall| (90.0, shortfall));
    (0..100).for_each(|trial| observe(&mut recorder, trial, &periods, &[1.0, 0.0]));
    let results = recorder.finish(PolicyFacts::default());
    assert_eq!(results.headline, ("magnet".into(), "USA".into()));
    let rows: Vec<_> = results
        .summary
        .iter()
        .map(|row| (row.country.as_str(), row.sector.as_str()))
        .collect();
    assert_eq!(rows, [("USA", "all"), ("WLD", "all")]);
    let row = &results.summary[0];
    assert_eq!(row.demand_t, 600.0);
    assert!((row.expected_shortfall_t.value - 340.0).abs() < 1e-9);
    assert_eq!(row.expected_shortfall_t.standard_error, 0.0);
    assert!((row.time_to_survive_months.unwrap().value - 2.2222).abs() < 5e-5);
    assert_eq!(row.time_to_recover_months.unwrap().value, 6.0);
    assert_eq!(row.expected_months_short.value, 4.0);
    assert_eq!((row.spell_count.value, row.spell_months), (1.0, Some(4.0)));
    assert!((row.spell_depth_pct.unwrap() - 85.0).abs() < 1e-12);
    assert_eq!(row.worst_spell_pct.value, row.expected_shortfall_pct.value);
    assert_eq!((row.prob_gt_50.value, row.prob_gt_25.value), (1.0, 1.0));
    assert_eq!(row.quantiles_pct[2].estimate.value, row.max_pct);
    assert!(row.quantiles_pct[2].supported && !row.quantiles_pct[6].supported);
    assert_eq!(results.fans()[0].points[3].quantiles_pct, [90.0; 5]);
    assert_eq!(row.peak_price_index.unwrap().value, 1.0);
}

#[test]
fn e2_two_suppliers_through_the_recorder() {
    // Loss 1 with probability 0.01, 0.5 with 0.18: 1000 trials of one period.
    let mut recorder = Recorder::new(&one_cell(1, 2));
    for trial in 0..1000 {
        match trial % 100 {
            0 => observe(&mut recorder, trial, &[(100.0, 100.0)], &[0.5, 0.5, 0.0]),
            1..=9 => observe(&mut recorder, trial, &[(50.0, 50.0)], &[1.0, 0.0, 0.0]),
            10..=18 => observe(&mut recorder, trial, &[(50.0, 50.0)], &[0.0, 1.0, 0.0]),
            _ => observe(&mut recorder, trial, &[(0.0, 0.0)], &[0.0, 0.0, 0.0]),
        }
    }
    let results = recorder.finish(PolicyFacts::default());
    let row = &results.summary[0];
    assert!((row.expected_shortfall_pct.value - 10.0).abs() < 1e-12);
    // sd 0.212132 over 1000 trials (n - 1 in the variance).
    let standard_error = 100.0 * 0.212_132 / 999.0f64.sqrt();
    assert!((row.expected_shortfall_pct.standard_error - standard_error).abs() < 1e-5);
    assert_eq!(
        (row.prob_any.value, row.prob_gt_25.value, row.prob_gt_50.value),
        (0.19, 0.19, 0.01)
    );
    assert_eq!(row.var_pct[1].estimate.value, 50.0);
    assert!((row.cvar_pct[1].estimate.value - 60.0).abs() < 1e-9);
    // trials for 1 %: 0.045 / 0.01 x 1e4 = 45,000 (times 1000/999).
    assert_eq!(row.trials_for_1pct, Some(45_046));
    for event in ["event_0", "event_1"] {
        let (expected, tail) = share_of(&results, AttributionKind::Event, "USA", event);
        assert!((expected - 0.5).abs() < 1e-12 && (tail - 0.5).abs() < 1e-12);
    }
    assert_eq!(share_of(&results, AttributionKind::Country, "WLD", "several").0, 1.0);
    assert_eq!(share_of(&results, AttributionKind::Stage, "WLD", "magnet").0, 1.0);
    assert_eq!(
        share_of(&results, AttributionKind::Stage, "WLD", "structural"),
        (0.0, 0.0)
    );
    assert_eq!(results.events[1].share_of_expected, Some(0.5));
    let replayable: Vec<_> = results
        .replayable
        .iter()
        .map(|found| (found.rank.as_str(), found.trial))
        .collect();
    assert_eq!(
        replayable,
        [("median", 10_u64 + 9), ("p95", 1), ("p99", 1), ("maximum", 0)]
    );
}

#[test]
fn the_boundary_bin_is_split_in_proportion() {
    // 100 trials: 2 lose all to event 0, 10 lose half to event 1. Tail of 5: 2 x 1 + 3 x 0.5 = 3.5, so 4/7 and 3/7.
    let mut recorder = Recorder::new(&one_cell(1, 2));
    for trial in 0..100 {
        match trial {
            0..=1 => observe(&mut recorder, trial, &[(100.0, 100.0)], &[1.0, 0.0, 0.0]),
            2..=11 => observe(&mut recorder, trial, &[(50.0, 50.0)], &[0.0, 1.0, 0.0]),
            _ => observe(&mut recorder, trial, &[(0.0, 0.0)], &[0.0, 0.0, 0.0]),
        }
    }
    let results = recorder.finish(PolicyFacts::default());
    assert!((results.summary[0].cvar_pct[1].estimate.value - 70.0).abs() < 1e-9);
    let (expected, tail) = share_of(&results, AttributionKind::Event, "USA", "event_0");
    assert!((expected - 2.0 / 7.0).abs() < 1e-12, "{expected}");
    assert!((tail - 4.0 / 7.0).abs() < 1e-12, "{tail}");
}

#[test]
fn rows_are_those_of_the_interface() {
    let recorder = Recorder::new(&layout());
    let results = recorder.finish(PolicyFacts::default());
    let rows: Vec<_> = results
        .summary
        .iter()
        .map(|row| format!("{} {} {}", row.material, row.country, row.sector))
        .collect();
    let expected = [
        "oxide IND feed",
        "oxide WLD feed",
        "magnet USA all",
        "magnet USA defence",
        "magnet USA cars",
        "magnet IND all",
        "magnet quad all",
        "magnet focus all",
        "magnet WLD all",
    ];
    assert_eq!(rows, expected);
    assert_eq!(results.headline, ("magnet".into(), "focus".into()));
    let prices: Vec<_> = results
        .summary
        .iter()
        .map(|row| row.peak_price_index.is_some())
        .collect();
    assert_eq!(prices, [true, true, true, true, true, true, false, false, false]);
    // No trial yet: everything is finite or unknown, nothing panics.
    assert_eq!(results.exceedance.len(), 5);
    assert_eq!(results.summary[2].expected_shortfall_pct.value, 0.0);
}

#[test]
fn samples_probe_and_totals_agree() {
    let recording = Recording {
        samples: true,
        ..Recording::TOTALS
    };
    let mut recorder = Recorder::with(&layout(), recording);
    let mut probe = ShortfallProbe::headline(&layout()).unwrap();
    let trial = MadeUpTrial {
        periods: vec![
            (0.5, 1.0, 0.5),
            (0.0, 0.0, 0.0),
            (0.8, 0.5, 0.0),
            (0.4, 1.0, 1.0),
            (0.2, 0.0, 0.0),
            (0.0, 0.0, 0.0),
        ],
        occurrences: 2,
    };
    feed(&mut recorder, 7, &trial);
    feed(&mut probe, 7, &trial);
    let samples = recorder.take_samples();
    let rows = recorder.sample_rows();
    let places: Vec<_> = samples.iter().map(|sample| rows[sample.row].1.as_str()).collect();
    assert_eq!(places, ["USA", "IND", "focus"]);
    let probed = probe.take()[0];
    assert_eq!(samples[2].shortfall_t, probed.shortfall_t);
    assert_eq!(samples[2].shortfall_pct, probed.share * 100.0);
    assert_eq!(recorder.last_headline_share(), probed.share);
    assert_eq!(samples[2].worst_spell_months, 2.0);
    assert!(recorder.take_samples().is_empty());
    let results = recorder.finish(PolicyFacts::default());
    assert!(results.timeline.is_none() && results.attribution.is_none());
    assert_eq!(results.events[0].share_of_expected, None);
    assert_eq!(results.events[0].expected_count.value, 2.0);
    assert!((results.events[0].mean_duration_months.unwrap() - 3.3).abs() < 1e-12);
    assert_eq!(results.events[1].mean_severity, None);
    assert_eq!(results.supplies[0].output_t, 997.0);
    assert_eq!(results.stocks[0].end_t, 25.0);
    let usa = &results.summary[2];
    assert!((usa.peak_price_index.unwrap().value - 1.8).abs() < 1e-12);
    let (least, most) = usa.peak_price_index_band.unwrap();
    assert!((least - 2.6).abs() < 1e-12 && (most - 1.4).abs() < 1e-12);
    // Exposed: 0.9 x shortfall x 1 million USD per tonne.
    let exposed = usa.exposed_value_musd.unwrap().value;
    assert!(
        (exposed - 0.9 * usa.expected_shortfall_t.value).abs() < 1e-6,
        "{exposed}"
    );
    assert!((usa.structural_shortfall_pct.value - 0.1 * usa.expected_shortfall_pct.value).abs() < 1e-12);
    assert!((usa.event_shortfall_pct.value - 0.9 * usa.expected_shortfall_pct.value).abs() < 1e-12);
}
