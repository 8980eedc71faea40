//! Every state of a small scenario, run one by one as a certain scenario and weighed with its probability, against the Monte Carlo run that draws
//! the states: means, standard deviations, probabilities, quantiles, tails, exceedance, the timeline, spells and attribution.

use critmin::results::types::{PolicyResults, SummaryRow};

use crate::exact::{Outcomes, assert_agrees, assert_probability};
use crate::support::{read, simulate, with};

const TRIALS: f64 = 40_000.0;

/// Two buyers with stocks, three exporters. Six things may happen, and a seventh draw decides how bad one of them is.
const SCENARIO: &str = r#"
format = 1
title = "Every state"
assumption = "test"
focus = { materials = ["metal"], countries = ["a", "b"] }
[time]
start = "2026-01"
periods = 12
[run]
trials = 40_000
[[country]]
id = "a"
[[country]]
id = "b"
[[country]]
id = "x"
[[country]]
id = "y"
[[country]]
id = "z"
[[material]]
id = "metal"
flexibility = 1.4
[[supply]]
id = "px"
country = "x"
material = "metal"
output = 600
utilisation = 0.9
[[supply]]
id = "py"
country = "y"
material = "metal"
output = 400
utilisation = 0.95
[[supply]]
id = "pz"
country = "z"
material = "metal"
output = 200
[[demand]]
material = "metal"
country = "a"
amount = 700
[[demand]]
material = "metal"
country = "b"
amount = 500
[[inventory]]
material = "metal"
country = "a"
days = 20
[[stockpile]]
material = "metal"
country = "b"
tonnes = 80
release = { trigger = 0.1, max_per_month = 0.25 }
[[event]]
id = "outage_x"
kind = "production_loss"
supply = "px"
arrival = { process = "fixed", at = "2026-02", probability = 0.3 }
duration = 4
severity = { dist = "empirical", values = [0.4, 0.9], weights = [1, 3] }
recovery = { shape = "linear", months = 3 }
[[event]]
id = "outage_y"
kind = "production_loss"
supply = "py"
arrival = { process = "fixed", at = "2026-05", probability = 0.2 }
duration = 6
[[event]]
id = "quota_z"
kind = "export_restriction"
from = "z"
to = "all"
materials = ["metal"]
form = "quota"
arrival = { process = "fixed", at = "2026-03-10", probability = 0.4 }
duration = 5
severity = 0.7
[[event]]
id = "fire"
kind = "stock_loss"
country = "all"
arrival = { process = "window", from = "2026-04", to = "2026-04-25", probability = 0.25 }
severity = 0.5
[[event]]
id = "follows"
kind = "export_restriction"
from = "y"
to = "b"
materials = ["metal"]
arrival = { process = "after", event = "outage_x", probability = 0.5, delay = 2.25 }
duration = 3
severity = 0.8
[[event]]
id = "surge"
kind = "demand_surge"
country = "a"
arrival = { process = "fixed", at = "2026-06", probability = 0.35 }
duration = 4
severity = 0.3
"#;

const EVENTS: [(&str, f64); 6] = [
    ("outage_x", 0.3),
    ("outage_y", 0.2),
    ("quota_z", 0.4),
    ("fire", 0.25),
    ("follows", 0.5),
    ("surge", 0.35),
];
const SEVERITIES: [(f64, f64); 2] = [(0.4, 0.25), (0.9, 0.75)];
const PLACES: [&str; 4] = ["a", "b", "focus", "WLD"];

/// One state: its probability and what the program says of it.
struct State {
    probability: f64,
    results: PolicyResults,
}

impl State {
    fn row(&self, place: &str) -> &SummaryRow {
        summary(&self.results, place)
    }
}

fn summary<'a>(results: &'a PolicyResults, place: &str) -> &'a SummaryRow {
    let mut rows = results.summary.iter();
    rows.find(|row| row.country == place && row.sector == "all").unwrap()
}

fn states() -> Vec<State> {
    let document = read(SCENARIO);
    let mut states = Vec::new();
    for number in 0..1_usize << EVENTS.len() {
        for (severity, weight) in SEVERITIES {
            let mut probability = weight;
            let mut changes = vec!["run.trials=1".to_owned(), format!("event.outage_x.severity={severity}")];
            for (position, (event, likely)) in EVENTS.iter().enumerate() {
                let happens = number >> position & 1;
                probability *= if happens == 1 { *likely } else { 1.0 - likely };
                changes.push(format!("event.{event}.arrival.probability={happens}"));
            }
            let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
            let report = simulate(&with(&document, &changes), &[]);
            let results = report.results.policies.into_iter().next().unwrap();
            states.push(State { probability, results });
        }
    }
    states
}

fn outcomes(states: &[State], of: impl Fn(&State) -> f64) -> Outcomes {
    Outcomes::new(states.iter().map(|state| (of(state), state.probability)).collect())
}

#[test]
fn a_run_gives_what_the_enumeration_of_all_states_gives() {
    let states = states();
    let report = simulate(&read(SCENARIO), &[]);
    let run = &report.results.policies[0];
    for place in PLACES {
        let found = summary(run, place);
        let total = outcomes(&states, |state| state.row(place).expected_shortfall_pct.value);
        summary_agrees(place, found, &states, &total);
        let worst = outcomes(&states, |state| state.row(place).worst_spell_pct.value);
        let mut curves = run.exceedance.iter();
        let curve = curves.find(|curve| curve.country == place).unwrap();
        for point in &curve.points {
            let what = format!("{place}: P(above {} %)", point.shortfall_pct);
            let exact = total.exceedance(point.shortfall_pct);
            assert_probability(&what, point.probability.value, exact, TRIALS);
            let exact = worst.exceedance(point.shortfall_pct);
            assert_probability(
                &format!("{what}, worst spell"),
                point.worst_spell_probability.value,
                exact,
                TRIALS,
            );
        }
        let fan = |results: &PolicyResults| results.fans().iter().position(|fan| fan.country == place).unwrap();
        let number = fan(run);
        for (period, point) in run.fans()[number].points.iter().enumerate() {
            let exact = outcomes(&states, |state| {
                state.results.fans()[fan(&state.results)].points[period].mean_pct.value
            });
            let what = format!("{place}, period {period}");
            assert_agrees(
                &what,
                point.mean_pct.value,
                exact.mean(),
                exact.deviation(),
                TRIALS,
                1e-9,
            );
        }
    }
    events_agree(run, &states);
}

/// Everything in a row of the summary.
fn summary_agrees(place: &str, found: &SummaryRow, states: &[State], total: &Outcomes) {
    let mean = |what: &str, value: f64, of: &dyn Fn(&SummaryRow) -> f64| {
        let exact = outcomes(states, |state| of(state.row(place)));
        assert!(exact.deviation() > 0.0, "{place}, {what}: every state has the same");
        assert_agrees(
            &format!("{place}, {what}"),
            value,
            exact.mean(),
            exact.deviation(),
            TRIALS,
            1e-9,
        );
    };
    mean("mean, %", found.expected_shortfall_pct.value, &|row| {
        row.expected_shortfall_pct.value
    });
    mean("mean, t", found.expected_shortfall_t.value, &|row| {
        row.expected_shortfall_t.value
    });
    mean("months short", found.expected_months_short.value, &|row| {
        row.expected_months_short.value
    });
    mean("spells", found.spell_count.value, &|row| row.spell_count.value);
    mean("worst spell", found.worst_spell_pct.value, &|row| {
        row.worst_spell_pct.value
    });
    if let Some(price) = found.peak_price_index {
        mean("price", price.value, &|row| row.peak_price_index.unwrap().value);
    }
    // A surge in one country alone leaves the demand of the other as it is.
    if place != "b" {
        mean("demand", found.demand_t, &|row| row.demand_t);
    }
    let deviation = found.sd_pct.value;
    let influence = total.influence_on_deviation();
    assert_agrees(
        &format!("{place}, deviation"),
        deviation,
        total.deviation(),
        influence,
        TRIALS,
        0.0,
    );
    for (threshold, estimate) in [
        (0.0, found.prob_any),
        (5.0, found.prob_gt_5),
        (10.0, found.prob_gt_10),
        (25.0, found.prob_gt_25),
        (50.0, found.prob_gt_50),
    ] {
        let what = format!("{place}, P(above {threshold} %)");
        assert_probability(&what, estimate.value, total.exceedance(threshold), TRIALS);
    }
    for (level, estimate) in [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
        .into_iter()
        .zip(&found.quantiles_pct)
    {
        let error = 4.0 * (level * (1.0 - level) / TRIALS).sqrt();
        let (least, most) = (total.quantile(level - error), total.quantile(level + error));
        let value = estimate.estimate.value;
        assert!(
            value >= least * 0.996 && value <= most * 1.004,
            "{place}, quantile {level}: {value} outside {least}..{most}"
        );
    }
    for (level, estimate) in [0.9, 0.95, 0.99].into_iter().zip(&found.cvar_pct) {
        let (exact, influence) = total.tail(level);
        let what = format!("{place}, CVaR {level}");
        assert_agrees(&what, estimate.estimate.value, exact, influence, TRIALS, 1e-4 * exact);
    }
    // Of the states that end short: the mean over them, a ratio.
    for (what, value, of) in [
        (
            "time to survive",
            found.time_to_survive_months,
            (|row: &SummaryRow| row.time_to_survive_months.map(|estimate| estimate.value))
                as fn(&SummaryRow) -> Option<f64>,
        ),
        ("time to recover", found.time_to_recover_months, |row: &SummaryRow| {
            row.time_to_recover_months.map(|estimate| estimate.value)
        }),
    ] {
        let short = outcomes(states, |state| f64::from(of(state.row(place)).is_some())).mean();
        let exact = outcomes(states, |state| of(state.row(place)).unwrap_or(0.0)).mean() / short;
        let residual = outcomes(states, |state| of(state.row(place)).map_or(0.0, |time| time - exact));
        let deviation = residual.deviation() / short;
        assert_agrees(
            &format!("{place}, {what}"),
            value.unwrap().value,
            exact,
            deviation,
            TRIALS,
            1e-9,
        );
    }
}

/// Counts of events, and their shares of the headline: sums over states of what each is to blame for.
fn events_agree(run: &PolicyResults, states: &[State]) {
    let of = |results: &PolicyResults, event: &str| {
        let mut events = results.events.iter();
        events.find(|found| found.event == event).unwrap().clone()
    };
    let total = outcomes(states, |state| state.row("focus").expected_shortfall_pct.value).mean();
    let mut shares = 0.0;
    for (event, _) in EVENTS {
        let found = of(run, event);
        let count = outcomes(states, |state| of(&state.results, event).expected_count.value);
        assert_agrees(
            event,
            found.expected_count.value,
            count.mean(),
            count.deviation(),
            TRIALS,
            1e-12,
        );
        let blamed = |state: &State| {
            of(&state.results, event).share_of_expected.unwrap() * state.row("focus").expected_shortfall_pct.value
        };
        let exact = outcomes(states, blamed).mean() / total;
        let residual = outcomes(states, |state| {
            blamed(state) - exact * state.row("focus").expected_shortfall_pct.value
        });
        let what = format!("share of {event}");
        assert_agrees(
            &what,
            found.share_of_expected.unwrap(),
            exact,
            residual.deviation() / total,
            TRIALS,
            1e-9,
        );
        shares += exact;
    }
    assert!((shares - 1.0).abs() < 1e-9, "the exact shares sum to {shares}");
}
