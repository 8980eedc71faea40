//! Recorders against values worked out by hand.

use super::made_up::{MadeUpTrial, feed, layout};
use crate::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use crate::model::CalendarYears;
use crate::model::layout::{Cause, Cell, Layout};
use crate::results::types::{AttributionKind, PolicyResults};
use crate::results::{PolicyFacts, Recorder, Recording, ShortfallProbe};

pub(super) fn one_cell(periods: usize, causes: usize) -> Layout {
    Layout {
        periods,
        step_months: 1.0,
        in_batches: false,
        headline_after_adaptation: false,
        years: CalendarYears::of(std::iter::repeat_n(2026, periods)),
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
        reference_demand_by_year_t: &[100.0 * periods.len() as f64],
        added_demand_by_year_t: &[0.0],
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
    assert_eq!(row.quantiles_pct[5].estimate.value, 50.0);
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
fn errors_come_from_batches() {
    // 16 batches of 256 trials, of which 26 or 24 lose half of the first of two periods: one of the two in turn.
    let layout = Layout {
        in_batches: true,
        ..one_cell(2, 1)
    };
    let mut recorder = Recorder::new(&layout);
    for trial in 0..16 * 256 {
        let short = trial % 256 < 26 - 2 * (trial / 256 % 2);
        let periods = if short {
            [(50.0, 50.0), (0.0, 0.0)]
        } else {
            [(0.0, 0.0); 2]
        };
        observe(&mut recorder, trial, &periods, &[1.0, 0.0]);
    }
    let headline = recorder.headline().unwrap();
    let results = recorder.finish(PolicyFacts::default());
    let row = &results.summary[0];
    // Hits of a batch are 25 +- 1: sample variance 16/15, so that the error of their mean is 1 / sqrt(15).
    let of_hits = (1.0_f64 / 15.0).sqrt() / 256.0;
    let is = |found: &crate::results::types::Estimate, value: f64, error: f64| {
        assert!((found.value - value).abs() < 1e-9, "{found:?} for {value}");
        assert!(
            (found.standard_error / error - 1.0).abs() < 1e-6,
            "{found:?} for {error}"
        );
    };
    let p = 25.0 / 256.0;
    is(&row.expected_shortfall_pct, 25.0 * p, 25.0 * of_hits);
    assert_eq!(row.expected_shortfall_pct, headline);
    is(&row.expected_shortfall_t, 50.0 * p, 50.0 * of_hits);
    is(&row.unmet_after_adaptation_pct, 25.0 * p, 25.0 * of_hits);
    is(&row.event_shortfall_pct, 25.0 * p, 25.0 * of_hits);
    is(&row.prob_any, p, of_hits);
    is(&row.prob_gt_10, p, of_hits);
    is(&row.prob_ge_25, p, of_hits);
    assert_eq!(row.prob_gt_25.value, 0.0);
    is(&row.expected_months_short, p, of_hits);
    is(&row.spell_count, p, of_hits);
    is(&row.worst_spell_pct, 25.0 * p, 25.0 * of_hits);
    // The worst tenth: all that is short and some of the rest, so a tenth of the mean.
    is(&row.cvar_pct[0].estimate, 250.0 * p, 250.0 * of_hits);
    assert_eq!(row.cvar_pct[1].estimate.value, 25.0);
    // Deviation sqrt(p q) of a coin: derivative (1 - 2 p) / (2 sqrt(p q)).
    let q = 1.0 - p;
    let more = (4096.0_f64 / 4095.0).sqrt();
    let deviation = 25.0 * (p * q).sqrt() * more;
    is(
        &row.sd_pct,
        deviation,
        25.0 * of_hits * (1.0 - 2.0 * p) / (2.0 * (p * q).sqrt()) / more,
    );
    let fan = &results.fans()[0].points;
    is(&fan[0].mean_pct, 50.0 * p, 50.0 * of_hits);
    // In whole batches: (25 of_hits / (0.01 x 25 p))^2 x 4,096.
    let trials = libm::pow(100.0 * of_hits / p, 2.0) * 4096.0;
    assert_eq!(row.trials_for_1pct, Some((trials / 256.0).ceil() as u64 * 256));
    // Intervals by Student's t with 15 degrees of freedom.
    let mean = &row.expected_shortfall_pct;
    assert!(((mean.high - mean.value) / mean.standard_error - 2.131_45).abs() < 1e-5);
    // The quantile at 90 % lies where trials are not short, however the hits turn out; with a level near 1 - p it would not.
    let quantile = &row.quantiles_pct[4].estimate;
    assert_eq!((quantile.low, quantile.value, quantile.high), (0.0, 0.0, 0.0));
    let exceeds = &results.exceedance[0].points[13];
    is(&exceeds.probability, p, of_hits);
    is(&exceeds.worst_spell_probability, p, of_hits);
}

#[test]
fn a_quantile_is_as_uncertain_as_its_level() {
    // 16 batches; losses uniform on (0, 1), of which one batch in two has 2 % more than half below the median, the other 2 % less.
    let layout = Layout {
        in_batches: true,
        ..one_cell(1, 1)
    };
    let mut recorder = Recorder::new(&layout);
    for trial in 0..16 * 250 {
        // 256 trials in a batch; six of them are left out, in each the same.
        let (batch, member) = (trial / 250, trial % 250);
        let below = 130 - 10 * (batch % 2);
        let share = match member < below {
            true => 0.5 * (member as f64 + 0.5) / below as f64,
            false => 0.5 + 0.5 * ((member - below) as f64 + 0.5) / (250 - below) as f64,
        };
        observe(
            &mut recorder,
            batch * 256 + member,
            &[(100.0 * share, 100.0 * share)],
            &[1.0, 0.0],
        );
    }
    for batch in 0..16 {
        // Six that are not short make the batch whole.
        (250..256).for_each(|member| observe(&mut recorder, batch * 256 + member, &[(0.0, 0.0)], &[1.0, 0.0]));
    }
    let found = recorder.finish(PolicyFacts::default()).summary[0].quantiles_pct[2].estimate;
    // P(X <= median) by batch is (6 + 125 +- 5) / 256: the error of the level is (5/256) / sqrt(15); a level more is a loss of 256/250 more.
    let expected = 100.0 * 5.0 / 250.0 / 15.0_f64.sqrt();
    assert!(
        (found.standard_error / expected - 1.0).abs() < 0.15,
        "{found:?} {expected}"
    );
    assert!((found.value - 100.0 * (128.0 - 6.0) / 250.0).abs() < 1.0, "{found:?}");
    let half = (found.high - found.low) / 2.0;
    assert!((half / found.standard_error - 2.131_45).abs() < 1e-4, "{found:?}");
}

#[test]
fn close_and_small_losses_have_causes_of_their_own() {
    // Six trials of 100 lose a little more, to event 0; the others to event 1: the tail of five is event 0's alone.
    for scale in [1.0, 1e-4] {
        let mut recorder = Recorder::new(&one_cell(1, 2));
        for trial in 0..100 {
            match trial {
                0..6 => observe(&mut recorder, trial, &[(50.1 * scale, 50.1 * scale)], &[1.0, 0.0, 0.0]),
                _ => observe(&mut recorder, trial, &[(50.0 * scale, 50.0 * scale)], &[0.0, 1.0, 0.0]),
            }
        }
        let results = recorder.finish(PolicyFacts::default());
        let (_, tail) = share_of(&results, AttributionKind::Event, "USA", "event_0");
        assert!((tail - 1.0).abs() < 1e-12, "{tail}");
        let row = &results.summary[0];
        assert!((row.cvar_pct[1].estimate.value - 50.1 * scale).abs() < 1e-12);
        assert!((row.quantiles_pct[2].estimate.value - 50.0 * scale).abs() < 1e-12);
        assert!((results.fans()[0].points[0].quantiles_pct[4] - 50.1 * scale).abs() < 1e-12);
        assert_eq!(results.replayable[1].trial, 0);
    }
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
