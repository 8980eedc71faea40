//! Arrivals as point processes with known laws: how many troubles are there at a time, how many come in all, under a Poisson process, a mixed
//! one, and renewal processes. Whole distributions, not only means.

use critmin::engine::draws::TrialStreams;
use critmin::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use critmin::engine::trial::Simulator;
use critmin::study::inside::{Prepared, prepare};

use crate::exact::{Outcomes, assert_agrees, assert_probability, poisson};
use crate::laws::{Law, Z90};
use crate::support::{in_repository, load, read, simulate, with};

const TRIALS: u64 = 40_000;

/// A buyer that lives on one plant, over so many months.
fn world(months: usize, events: &str) -> Prepared {
    let text = format!(
        "format = 1\ntitle = \"arrivals\"\nassumption = \"test\"\n[time]\nstart = \"2026-01\"\nperiods = {months}\n[run]\ntrials = 1\nseed = 42\n\
         [[country]]\nid = \"exporter\"\n[[country]]\nid = \"buyer\"\n[[material]]\nid = \"metal\"\n\
         [[supply]]\nid = \"plant\"\ncountry = \"exporter\"\nmaterial = \"metal\"\ncapacity = 1200\n\
         [[demand]]\nmaterial = \"metal\"\ncountry = \"buyer\"\namount = 1200\n{events}"
    );
    prepare(&read(&text), None).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Keeps, of one trial, the start and end of every occurrence by event, and which periods were short.
#[derive(Default)]
struct Watcher {
    occurrences: Vec<(usize, f64, f64)>,
    short: Vec<bool>,
}

impl Observer for Watcher {
    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        self.short.push(outcome.shortfall_t.iter().sum::<f64>() > 0.0);
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        let ends = outcome.occurrences.iter().map(|each| {
            let end = each.start_months + each.duration_months;
            (each.event, each.start_months, end)
        });
        self.occurrences.extend(ends);
    }
}

fn each_trial(prepared: &Prepared, mut see: impl FnMut(&Watcher)) {
    let mut simulator = Simulator::new(&prepared.model);
    for trial in 0..TRIALS {
        let mut watcher = Watcher::default();
        simulator.run(trial, TrialStreams::of(trial), &mut watcher);
        see(&watcher);
    }
}

/// A histogram of whole numbers against their exact probabilities, and its mean and variance against theirs.
fn assert_counts(what: &str, counts: &[usize], exact: &[f64]) {
    let trials = counts.len() as f64;
    for (number, probability) in exact.iter().enumerate() {
        let found = counts.iter().filter(|count| **count == number).count() as f64 / trials;
        assert_probability(&format!("{what}: P({number})"), found, *probability, trials);
    }
    let atoms = exact.iter().enumerate();
    let exact = Outcomes::new(
        atoms
            .map(|(number, probability)| (number as f64, *probability))
            .collect(),
    );
    let mean = counts.iter().sum::<usize>() as f64 / trials;
    assert_agrees(what, mean, exact.mean(), exact.deviation(), trials, 1e-9);
    let squares: f64 = counts
        .iter()
        .map(|count| (*count as f64 - mean) * (*count as f64 - mean))
        .sum();
    let (deviation, influence) = ((squares / trials).sqrt(), exact.influence_on_deviation());
    assert_agrees(
        &format!("{what}: deviation"),
        deviation,
        exact.deviation(),
        influence,
        trials,
        1e-6,
    );
}

/// The queue M/G/infinity from empty: the number of troubles that last at time t is Poisson with mean
/// rate x (integral of P(D > u) from 0 to t), which is rate x E[min(D, t)]; and a month without any, from t to t + 1, has the probability
/// exp(-rate (E[min(D, t)] + 1)), since troubles that lasted at t and those that come until t + 1 are independent Poisson counts.
#[test]
fn troubles_at_a_time_are_a_poisson_count() {
    let per_month = 3.0 / 12.0;
    let prepared = world(
        36,
        "[[event]]\nid = \"trouble\"\nkind = \"production_loss\"\nsupply = \"plant\"\narrival = { process = \"poisson\", per_year = 3 }\n\
         duration = { dist = \"lognormal\", median = 4, p90 = 12 }\n",
    );
    let law = Law::lognormal(libm::log(4.0), libm::log(3.0) / Z90);
    let mean_at = |time: f64| {
        let (found, _) = law.at(&[time]);
        let [below, partial] = found[0];
        per_month * (partial + time * (1.0 - below))
    };
    let times = [0.5, 3.0, 12.0, 35.5];
    let mut counts = vec![Vec::new(); times.len()];
    let mut calm = vec![0_u64; 36];
    let mut arrivals = Vec::new();
    each_trial(&prepared, |watcher| {
        arrivals.push(watcher.occurrences.len());
        for (time, counts) in times.iter().zip(&mut counts) {
            let lasts = |each: &&(usize, f64, f64)| each.1 <= *time && *time < each.2;
            counts.push(watcher.occurrences.iter().filter(lasts).count());
        }
        for (calm, short) in calm.iter_mut().zip(&watcher.short) {
            *calm += u64::from(!short);
        }
    });
    for (time, counts) in times.iter().zip(&counts) {
        let exact: Vec<f64> = (0..40).map(|n| poisson(mean_at(*time), n)).collect();
        assert_counts(&format!("troubles at {time} months"), counts, &exact);
    }
    let exact: Vec<f64> = (0..60).map(|n| poisson(9.0, n)).collect();
    assert_counts("arrivals", &arrivals, &exact);
    for (month, calm) in calm.iter().enumerate() {
        let before = if month == 0 { 0.0 } else { mean_at(month as f64) };
        let exact = libm::exp(-(before + per_month));
        assert_probability(
            &format!("no trouble in month {month}"),
            *calm as f64 / TRIALS as f64,
            exact,
            TRIALS as f64,
        );
    }
}

/// Probabilities of a negative binomial count with mean m that a gamma factor of mean 1 and variance v makes of a Poisson count:
/// p(0) = (1 + m v)^(-1/v), p(n + 1) / p(n) = (n + 1/v) / (n + 1) x m v / (1 + m v).
fn negative_binomial(mean: f64, variance: f64, count: usize) -> Vec<f64> {
    let odds = mean * variance;
    let mut found = vec![libm::exp(-libm::log1p(odds) / variance)];
    for n in 0..count - 1 {
        let ratio = (n as f64 + 1.0 / variance) / (n as f64 + 1.0) * odds / (1.0 + odds);
        found.push(found[n] * ratio);
    }
    found
}

#[test]
fn a_gamma_frailty_makes_negative_binomial_counts() {
    let event = |id: &str| {
        format!(
            "[[event]]\nid = \"{id}\"\nkind = \"demand_surge\"\ncountry = \"buyer\"\nseverity = 0\narrival = {{ process = \"poisson\", per_year = 2 }}\nduration = 1\n"
        )
    };
    let prepared = world(
        24,
        &format!(
            "{}{}[[frailty]]\nid = \"tension\"\nevents = [\"one\", \"two\"]\nfactor = {{ dist = \"gamma\", mean = 1, sd = 0.7 }}\n",
            event("one"),
            event("two")
        ),
    );
    let (mut one, mut both, mut product) = (Vec::new(), Vec::new(), 0.0);
    each_trial(&prepared, |watcher| {
        let first = watcher.occurrences.iter().filter(|each| each.0 == 0).count();
        one.push(first);
        both.push(watcher.occurrences.len());
        product += (first * (watcher.occurrences.len() - first)) as f64;
    });
    assert_counts("one event", &one, &negative_binomial(4.0, 0.49, 400));
    // One factor for both: the sum is of the same kind, and the covariance is that of the factor.
    assert_counts("both events", &both, &negative_binomial(8.0, 0.49, 800));
    // E[N1 N2] = m^2 E[Z^2]; its square has the mean m^2 E[Z^2] + 2 m^3 E[Z^3] + m^4 E[Z^4].
    let (m, v): (f64, f64) = (4.0, 0.49);
    let second = 1.0 + v;
    let third = second * (1.0 + 2.0 * v);
    let fourth = third * (1.0 + 3.0 * v);
    let exact = m * m * second;
    let square = m * m * second + 2.0 * m * m * m * third + m * m * m * m * fourth;
    let deviation = (square - exact * exact).sqrt();
    assert_agrees(
        "both counts together",
        product / TRIALS as f64,
        exact,
        deviation,
        TRIALS as f64,
        0.0,
    );
}

/// Up times that are the sum of two exponential stages of 3 months, repaired in a ten-millionth of a month: every second event of a Poisson
/// process with 12 expected stages in 36 months. From new: N is the half of their number K. In the steady state the first stage is done
/// already in half of the cases.
#[test]
fn renewals_of_two_stages_are_every_second_event() {
    let stages = |n: i64| if n < 0 { 0.0 } else { poisson(12.0, n as usize) };
    let from_new: Vec<f64> = (0..40).map(|n| stages(2 * n) + stages(2 * n + 1)).collect();
    let steady: Vec<f64> = (0..40)
        .map(|n| 0.5 * (stages(2 * n) + stages(2 * n + 1)) + 0.5 * (stages(2 * n - 1) + stages(2 * n)))
        .collect();
    for (starts, exact) in [("up", from_new), ("steady", steady)] {
        let prepared = world(
            36,
            &format!(
                "[[event]]\nid = \"failure\"\nkind = \"demand_surge\"\ncountry = \"buyer\"\nseverity = 0\n\
                 arrival = {{ process = \"renewal\", up = {{ dist = \"gamma\", shape = 2, scale = 3 }}, down = 1e-7, starts = \"{starts}\" }}\n"
            ),
        );
        let mut counts = Vec::new();
        each_trial(&prepared, |watcher| counts.push(watcher.occurrences.len()));
        assert_counts(starts, &counts, &exact);
    }
}

/// The uncertainty of a rate from history reaches the split of variance. With rate gamma of shape a = 3.5 and rate b = 6 years, T = 10 years
/// and exponential durations, the loss is compound Poisson given the rate: its variance is a (T/b)^2 m^2 by the rate and (aT/b) 2 m^2 by
/// the events, so the rate has (T/b) / (T/b + 2) = 5/11 of it.
#[test]
fn a_rate_from_history_takes_its_part_of_the_variance() {
    let document = with(
        &load(&in_repository("tests/cases/history_rate.toml")),
        &["run.trials=6000"],
    );
    let results = simulate(&document, &[]).results;
    let split = results.policies[0].variance.as_ref().expect("a split");
    let part = split.inputs.value;
    assert!(
        (part - 5.0 / 11.0).abs() < 4.0 * split.inputs.standard_error,
        "{part} ± {}",
        split.inputs.standard_error
    );
    assert!(split.inputs.standard_error < 0.1);
    let cited = results.manifest.citations.iter().any(|citation| {
        citation.address == "event.late"
            && citation.kind == "source"
            && citation.text.contains("3 events (licence_delay)")
    });
    assert!(cited, "{:?}", results.manifest.citations);
}
