//! Calendar years, return levels and the events of the worst trials against values worked out by hand.

use super::closed_form::one_cell;
use crate::engine::observe::{Observer, Occurrence, PeriodOutcome, TrialOutcome};
use crate::model::CalendarYears;
use crate::model::layout::Layout;
use crate::results::types::{PolicyResults, ReturnMeasure, TailEstimate};
use crate::results::{PolicyFacts, Recorder};

/// Months of one cell, over these calendar years.
fn months(of_years: &[(i16, usize)]) -> Layout {
    let of_periods = of_years
        .iter()
        .flat_map(|(year, months)| std::iter::repeat_n(*year, *months));
    Layout {
        years: CalendarYears::of(of_periods.clone()),
        ..one_cell(of_periods.count(), 2)
    }
}

/// A trial that lacks this share of demand in each month of a year, by year.
fn observe(recorder: &mut Recorder, trial: u64, by_year: &[f64], occurrences: &[Occurrence]) {
    let years = recorder.layout().years.clone();
    let mut demand_t = vec![0.0; years.len()];
    for (period, &year) in years.of_period.iter().enumerate() {
        let short_t = 100.0 * by_year[year];
        demand_t[year] += 100.0;
        recorder.period(&PeriodOutcome {
            period,
            short: if short_t > 0.0 { &[0] } else { &[] },
            demand_t: &[100.0],
            missing_t: &[short_t],
            shortfall_t: &[short_t],
            unmet_t: &[short_t],
            carried: &[0.0],
            onset: &[0.0],
            structural_t: &[0.0],
            exposed_usd: &[0.0],
        });
    }
    let added = vec![0.0; years.len()];
    recorder.end_trial(&TrialOutcome {
        trial,
        occurrences,
        demand_t: &[demand_t.iter().sum()],
        reference_demand_by_year_t: &demand_t,
        added_demand_by_year_t: &added,
        structural_t: None,
        causes: &[vec![0, 1, 2]],
        blame_start: &[0],
        blame_t: &[0.0; 3],
        price_peak: &[[1.0; 3]],
        output_t: &[],
        lost_output_t: &[],
        stock_end_t: &[],
    });
}

fn finish(recorder: &Recorder, periods: &[f64]) -> PolicyResults {
    recorder.finish(PolicyFacts {
        return_periods: periods.to_vec(),
        ..PolicyFacts::default()
    })
}

fn level(results: &PolicyResults, measure: ReturnMeasure, years: f64) -> TailEstimate {
    let mut levels = results.return_levels.iter();
    let found = levels.find(|level| level.country == "USA" && level.measure == measure && level.years == years);
    found.unwrap().level_pct
}

#[test]
fn independent_years_have_the_return_levels_of_their_probability() {
    // Each of two years fails altogether with probability 1/10, independently: every hundredth trial is one of the hundred pairs.
    let mut recorder = Recorder::new(&months(&[(2026, 12), (2027, 12)]));
    for trial in 0..1_000 {
        let fails = [trial % 10 == 0, trial / 10 % 10 == 0].map(f64::from);
        observe(&mut recorder, trial, &fails, &[]);
    }
    let results = finish(&recorder, &[5.0, 9.4, 9.6, 10.0, 10.1, 20.0, 50.0]);
    let value = |measure, years| level(&results, measure, years).estimate.value;
    // A tenth of years exceed 0: once in ten years, so 0 is the level of ten, and all is that of more.
    let annual = [5.0, 10.0, 10.1, 20.0].map(|years| value(ReturnMeasure::Annual, years));
    assert_eq!(annual, [0.0, 0.0, 100.0, 100.0]);
    // Of horizons 19 % exceed 0: at the rate -ln(0.81) / 2 a year, once in 9.491 years.
    let worst = [9.4, 9.6].map(|years| value(ReturnMeasure::WorstYear, years));
    assert_eq!(worst, [0.0, 100.0]);
    // A spell of one year is half of the horizon's demand. One of both has probability 1 %: once in -2 / ln(0.99) = 199 years.
    let spell = [9.4, 9.6, 50.0].map(|years| value(ReturnMeasure::WorstSpell, years));
    assert_eq!(spell, [0.0, 50.0, 50.0]);

    let years = &results.years[0];
    assert_eq!((years.country.as_str(), years.points.len()), ("USA", 2));
    for (point, year) in years.points.iter().zip([2026, 2027]) {
        assert_eq!((point.year, point.months), (year, 12.0));
        assert!((point.mean_pct.value - 10.0).abs() < 1e-12);
        let sd = 100.0 * (0.09f64 * 1000.0 / 999.0).sqrt();
        assert!((point.sd_pct.unwrap() - sd).abs() < 1e-9, "{point:?}");
        assert!((point.mean_pct.standard_error - sd / 1000.0f64.sqrt()).abs() < 1e-9);
        let quantiles = point.quantiles_pct.map(|quantile| quantile.estimate.value);
        assert_eq!(quantiles, [0.0, 0.0, 0.0, 0.0, 100.0]);
        assert_eq!(point.prob_gt_10.value, 0.1);
        assert!((point.prob_gt_10.standard_error - (0.09f64 / 1000.0).sqrt()).abs() < 1e-12);
        assert!((point.cvar95_pct.estimate.value - 100.0).abs() < 1e-9);
    }
    // Of a period: the same.
    let fan = &results.fans()[0].points[17];
    assert_eq!((fan.prob_any.value, fan.prob_gt_10.value), (0.1, 0.1));
}

#[test]
fn exactly_ten_percent_is_not_more() {
    let mut recorder = Recorder::new(&months(&[(2026, 12)]));
    for trial in 0..100 {
        observe(&mut recorder, trial, &[[0.1, 0.2, 0.0, 1e-9][trial as usize % 4]], &[]);
    }
    let results = finish(&recorder, &[]);
    assert_eq!(results.years[0].points[0].prob_gt_10.value, 0.25);
    let period = &results.fans()[0].points[3];
    assert_eq!((period.prob_any.value, period.prob_gt_10.value), (0.5, 0.25));
}

#[test]
fn levels_of_a_uniform_year() {
    // A year lacks 0, 0.1, ..., 99.9 % of its demand: once in N years it lacks more than 100 (1 - 1 / N) %, to a bin of 1/64.
    let mut recorder = Recorder::new(&months(&[(2026, 12)]));
    for trial in 0..1_000 {
        observe(&mut recorder, trial, &[trial as f64 / 1000.0], &[]);
    }
    let results = finish(&recorder, &[1.25, 2.0, 4.0, 20.0, 50.0, 100.0, 101.0]);
    for (years, exact) in [
        (1.25, 20.0),
        (2.0, 50.0),
        (4.0, 75.0),
        (20.0, 95.0),
        (50.0, 98.0),
        (100.0, 99.0),
    ] {
        let found = level(&results, ReturnMeasure::Annual, years);
        assert!(
            (found.estimate.value / exact - 1.0).abs() < 1.0 / 64.0,
            "{years}: {found:?}"
        );
        assert!(
            found.estimate.low < exact && exact < found.estimate.high,
            "{years}: {found:?}"
        );
        // Ten trials beyond the level of a hundred years.
        assert!(found.supported);
    }
    assert!(!level(&results, ReturnMeasure::Annual, 101.0).supported);
    // The standard error of the 95 % point of a uniform is sqrt(0.05 x 0.95 / 1000) = 0.69 %. The bins at both ends of the interval, 1/64 wide, add at
    // most 2 x 0.95 / 64 / (2 x 1.96) = 0.76 %.
    let found = level(&results, ReturnMeasure::Annual, 20.0).estimate.standard_error;
    assert!((0.68..0.69 + 0.77).contains(&found), "{found}");
    // By the rate: 1 - exp(-1 / 20) = 4.877 % of horizons of one year.
    let found = level(&results, ReturnMeasure::WorstYear, 20.0).estimate.value;
    assert!((found / 95.12 - 1.0).abs() < 1.0 / 64.0, "{found}");
}

#[test]
fn years_in_part_stand_in_the_table_and_not_in_return_levels() {
    let mut recorder = Recorder::new(&months(&[(2026, 6), (2027, 12), (2028, 3)]));
    for trial in 0..100 {
        // The first half year and the last quarter always fail.
        observe(
            &mut recorder,
            trial,
            &[1.0, if trial < 50 { 0.2 } else { 0.0 }, 1.0],
            &[],
        );
    }
    let results = finish(&recorder, &[4.0]);
    let points = &results.years[0].points;
    let means: Vec<(i16, f64, f64)> = points
        .iter()
        .map(|point| (point.year, point.months, point.mean_pct.value))
        .collect();
    assert_eq!(means[0], (2026, 6.0, 100.0));
    assert!((means[1].2 - 10.0).abs() < 1e-12);
    assert_eq!(means[2], (2028, 3.0, 100.0));
    for measure in [ReturnMeasure::Annual, ReturnMeasure::WorstYear] {
        let found = level(&results, measure, 4.0).estimate.value;
        assert!((found - 20.0).abs() < 1e-12, "{measure:?}: {found}");
    }
    // Without any whole year there is nothing but spells.
    let mut recorder = Recorder::new(&months(&[(2026, 6), (2027, 6)]));
    (0..100).for_each(|trial| observe(&mut recorder, trial, &[1.0, 0.0], &[]));
    let results = finish(&recorder, &[4.0]);
    assert!(
        results
            .return_levels
            .iter()
            .all(|level| level.measure == ReturnMeasure::WorstSpell)
    );
    assert_eq!(level(&results, ReturnMeasure::WorstSpell, 4.0).estimate.value, 50.0);
}

#[test]
fn demand_is_that_of_the_year() {
    // Half of the year's demand is short, which events have doubled: a share of what was demanded.
    let mut recorder = Recorder::new(&months(&[(2026, 1)]));
    for trial in 0..10 {
        recorder.period(&PeriodOutcome {
            period: 0,
            short: &[0],
            demand_t: &[200.0],
            missing_t: &[100.0],
            shortfall_t: &[100.0],
            unmet_t: &[100.0],
            carried: &[0.0],
            onset: &[0.0],
            structural_t: &[0.0],
            exposed_usd: &[0.0],
        });
        recorder.end_trial(&TrialOutcome {
            trial,
            occurrences: &[],
            demand_t: &[200.0],
            reference_demand_by_year_t: &[100.0],
            added_demand_by_year_t: &[100.0],
            structural_t: None,
            causes: &[vec![0, 1, 2]],
            blame_start: &[0],
            blame_t: &[0.0; 3],
            price_peak: &[[1.0; 3]],
            output_t: &[],
            lost_output_t: &[],
            stock_end_t: &[],
        });
    }
    assert_eq!(finish(&recorder, &[]).years[0].points[0].mean_pct.value, 50.0);
}

#[test]
fn years_of_one_trial_count_as_one_where_they_are_alike() {
    // The same year once and three times: as much is known of its level, with errors from batches and without.
    for in_batches in [false, true] {
        let found = [1, 3].map(|years| {
            let of_years: Vec<(i16, usize)> = (0..years).map(|year| (2026 + year, 12)).collect();
            let layout = Layout {
                in_batches,
                ..months(&of_years)
            };
            let mut recorder = Recorder::new(&layout);
            for trial in 0..16 * 256 {
                // Every other batch is half as bad.
                let scale = if trial / 256 % 2 == 0 { 100.0 } else { 200.0 };
                let short = f64::from(trial as u32 * 7 % 100) / scale;
                observe(&mut recorder, trial, &vec![short; years as usize], &[]);
            }
            level(&finish(&recorder, &[10.0]), ReturnMeasure::Annual, 10.0)
        });
        let ends = found.map(|level| [level.estimate.value, level.estimate.low, level.estimate.high]);
        assert_eq!(ends[0], ends[1], "{in_batches}");
        // Of the bad batches a fifth exceed 80 %.
        let [value, low, high] = ends[0];
        assert!((value - 79.5).abs() < 2.0 && low < value && value < high, "{ends:?}");
    }
}

fn occurrence(event: usize, start_months: f64, duration_months: f64) -> Occurrence {
    Occurrence {
        event,
        start_months,
        duration_months,
        severity: 1.0,
    }
}

#[test]
fn events_of_the_worst_trials_are_counted() {
    let mut recorder = Recorder::new(&months(&[(2026, 12)]));
    for trial in 0..1_000 {
        // 1 % lose all with the first event; 4 % lose half with the second, which is in force in 6 % more without harm.
        match trial % 100 {
            0 => observe(&mut recorder, trial, &[1.0], &[occurrence(0, 3.0, 24.0)]),
            1..=4 => {
                // Twice, overlapping: six months in all.
                let twice = [occurrence(1, 0.0, 4.0), occurrence(1, 2.0, 4.0)];
                observe(&mut recorder, trial, &[0.5], &twice);
            }
            5..=10 => observe(&mut recorder, trial, &[0.0], &[occurrence(1, 1.5, 1.0)]),
            _ => observe(&mut recorder, trial, &[0.0], &[]),
        }
    }
    let results = finish(&recorder, &[]);
    let classes: Vec<_> = results
        .event_classes
        .iter()
        .filter(|class| class.country == "USA")
        .collect();
    let sizes: Vec<(f64, u64, f64)> = classes
        .iter()
        .map(|class| (class.worst_pct, class.trials, class.share_of_trials))
        .collect();
    // The worst tenth: no more than what lacks anything.
    assert_eq!(sizes, [(1.0, 10, 0.01), (5.0, 50, 0.05), (10.0, 50, 0.05)]);
    let of = |class: usize, event: usize| {
        let event = &classes[class].events[event];
        (
            event.in_force.unwrap().value,
            event.months_in_force.unwrap(),
            event.in_force_in_all,
            event.lift.unwrap(),
        )
    };
    // Nine months until the horizon's end.
    assert_eq!(of(0, 0), (1.0, 9.0, 0.01, 100.0));
    assert_eq!(of(0, 1), (0.0, 0.0, 0.1, 0.0));
    assert_eq!((of(1, 0).0, of(1, 0).1), (0.2, 1.8));
    let (in_force, in_months, in_all, lift) = of(1, 1);
    assert_eq!((in_force, in_all), (0.8, 0.1));
    assert!((in_months - 4.8).abs() < 1e-12 && (lift - 8.0).abs() < 1e-12);
    let in_all = classes[1].events[1].months_in_force_in_all;
    assert!((in_all - (0.04 * 6.0 + 0.06)).abs() < 1e-12, "{in_all}");
    // Too few trials for the worst 1 %.
    let mut recorder = Recorder::new(&months(&[(2026, 12)]));
    (0..100).for_each(|trial| {
        observe(
            &mut recorder,
            trial,
            &[trial as f64 / 100.0],
            &[occurrence(0, 0.0, 1.0)],
        )
    });
    let class = &finish(&recorder, &[]).event_classes[0];
    assert!(class.worst_pct == 1.0 && !class.supported && class.events[0].in_force.is_none());
}
