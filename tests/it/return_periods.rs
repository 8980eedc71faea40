//! Years, return levels and the events of the worst trials of scenarios whose distributions are known.

use critmin::results::types::{EventInClass, ReturnMeasure};
use critmin::study::{Progress, RunPlan};

use crate::exact::assert_probability;
use crate::resume::Quiet;
use crate::support::{RunReport, read, run};

/// A buyer that lives on one plant, from January 2026 for three years. In each year the plant may stop for all of it, with probability 1/10.
fn three_years(extra: &str) -> String {
    let stops: String = [2026, 2027, 2028]
        .iter()
        .map(|year| {
            format!(
                "[[event]]\nid = \"stop_{year}\"\nkind = \"production_loss\"\nsupplies = [\"plant\"]\n\
                 arrival = {{ process = \"fixed\", at = \"{year}-01\", probability = 0.1 }}\nduration = 12\nseverity = 1\n"
            )
        })
        .collect();
    format!(
        "format = 1\ntitle = \"years\"\nassumption = \"test\"\n[time]\nstart = \"2026-01\"\nperiods = 36\n[run]\ntrials = 20480\nseed = 42\n\
         [[country]]\nid = \"exporter\"\n[[country]]\nid = \"buyer\"\n[[material]]\nid = \"metal\"\n\
         [[supply]]\nid = \"plant\"\ncountry = \"exporter\"\nmaterial = \"metal\"\ncapacity = 1200\n\
         [[demand]]\nmaterial = \"metal\"\ncountry = \"buyer\"\namount = 1200\n{extra}{stops}"
    )
}

fn report(text: &str, periods: &[f64]) -> RunReport {
    let plan = RunPlan {
        return_periods: periods.to_vec(),
        ..RunPlan::default()
    };
    run(&read(text), &plan, &Progress::default(), &mut Quiet).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn a_stop_of_a_tenth_of_years_is_exceeded_once_in_ten() {
    let periods = [8.0, 9.0, 10.0, 12.0, 20.0, 50.0, 100.0, 200.0];
    let report = report(&three_years(""), &periods);
    let policy = &report.results.policies[0];
    let level = |measure, years| {
        let mut levels = policy.return_levels.iter();
        let found = levels.find(|level| level.country == "buyer" && level.measure == measure && level.years == years);
        found.unwrap().level_pct
    };
    for (years, exact) in [(8.0, 0.0), (12.0, 100.0), (50.0, 100.0)] {
        let found = level(ReturnMeasure::Annual, years);
        assert!(found.supported && found.estimate.value == exact, "{years}: {found:?}");
    }
    // At ten years chance decides which of the two it is, and the interval says so.
    let found = level(ReturnMeasure::Annual, 10.0).estimate;
    assert!(found.low == 0.0 && found.high == 100.0, "{found:?}");
    // A horizon has a bad year at the rate -ln(0.9^3) / 3 a year: once in 9.49 years.
    for (years, exact) in [(9.0, 0.0), (10.0, 100.0)] {
        assert_eq!(level(ReturnMeasure::WorstYear, years).estimate.value, exact, "{years}");
    }
    // Two years on end have probability 0.019: once in 156 years. A year is a third of the horizon's demand.
    for (years, exact) in [
        (9.0, 0.0),
        (20.0, 100.0 / 3.0),
        (100.0, 100.0 / 3.0),
        (200.0, 200.0 / 3.0),
    ] {
        let found = level(ReturnMeasure::WorstSpell, years).estimate.value;
        assert!((found - exact).abs() < 1e-9, "{years}: {found}");
    }
    let years = policy.years.iter().find(|years| years.country == "buyer").unwrap();
    for (point, year) in years.points.iter().zip(2026..) {
        assert_eq!((point.year, point.months), (year, 12.0));
        assert!(
            (point.mean_pct.value - 10.0).abs() < 4.0 * point.mean_pct.standard_error + 0.05,
            "{point:?}"
        );
        assert!((point.sd_pct.unwrap() - 30.0).abs() < 1.0, "{point:?}");
        assert_eq!(
            point.quantiles_pct.map(|quantile| quantile.estimate.value),
            [0.0, 0.0, 0.0, 0.0, 100.0]
        );
        assert_probability("a bad year", point.prob_gt_10.value, 0.1, 20_480.0);
    }
    let fan = policy.fans().iter().find(|fan| fan.country == "buyer").unwrap();
    for point in &fan.points {
        assert_probability("a bad month", point.prob_any.value, 0.1, 20_480.0);
        assert_eq!(point.prob_any, point.prob_gt_10);
    }
}

#[test]
fn the_worst_trials_have_the_events_that_make_them() {
    // An event that is always in force in the last half year, of which nothing is noticed: less than 1e-8 of demand.
    let harmless = "[[event]]\nid = \"always\"\nkind = \"production_loss\"\nsupplies = [\"plant\"]\nduration = 24\nseverity = 1e-10\n\
                    arrival = { process = \"fixed\", at = \"2028-07\" }\n";
    let report = report(&three_years(harmless), &[]);
    let classes = &report.results.policies[0].event_classes;
    let worst: Vec<_> = classes
        .iter()
        .filter(|class| class.country == "buyer" || class.country == "WLD")
        .collect();
    let named = |class: usize, id: &str| -> &EventInClass {
        let mut events = worst[class].events.iter();
        events.find(|event| event.event == id).unwrap()
    };
    assert_eq!(worst[0].worst_pct, 1.0);
    // Two or three bad years have probability 0.028: the worst 1 % are cut there, or at the 0.001 of three and below.
    assert_probability("the worst 1 %", worst[0].share_of_trials, 0.028, 20_480.0);
    for year in [2026, 2027, 2028] {
        let event = named(0, &format!("stop_{year}"));
        // 0.019 of 0.028: with this year's stop, at least one other.
        let exact = 0.019 / 0.028;
        let found = event.in_force.unwrap();
        assert!((found.value - exact).abs() < 4.0 * found.standard_error, "{event:?}");
        assert!(
            (event.months_in_force.unwrap() / found.value - 12.0).abs() < 1e-9,
            "{event:?}"
        );
        assert_probability("in all", event.in_force_in_all, 0.1, 20_480.0);
        assert!((event.lift.unwrap() - found.value / event.in_force_in_all).abs() < 1e-12);
    }
    let event = named(0, "always");
    assert_eq!(
        (event.in_force.unwrap().value, event.in_force_in_all, event.lift),
        (1.0, 1.0, Some(1.0))
    );
    assert_eq!(
        (event.months_in_force.unwrap(), event.months_in_force_in_all),
        (6.0, 6.0)
    );
}
