//! What must hold under common random numbers: more safety never raises a lone buyer's expected shortfall, events are independent drivers,
//! and a certain event gives what the Monte Carlo gives for it.

use std::fmt::Write;

use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;
use critmin::report::csv;
use critmin::scenario::Document;
use critmin::study::inside::prepare;

use crate::inspector::Inspector;
use crate::support::{Random, close, read, row, simulate, simulate_with_samples, with};

/// A lone buyer of one material from several exporters, with stock, under events of several kinds: nobody competes for its supply. A tenth
/// more is made than is bought. Producers do not respond to prices: where safety keeps a price down, less more is made.
fn lone_buyer(seed: u64) -> String {
    let mut random = Random::new(seed);
    let exporters = random.whole(1, 4);
    let mut text = format!(
        "format = 1\ntitle = \"lone buyer\"\nassumption = \"generated\"\nfocus = {{ materials = [\"metal\"], countries = [\"buyer\"] }}\n\
         [time]\nstart = \"2026-01\"\nperiods = 24\n[run]\ntrials = 400\nseed = {seed}\nprice_response = false\nbalance = \"as given\"\n[[country]]\nid = \"buyer\"\n"
    );
    let put = |text: &mut String, line: String| writeln!(text, "{line}").unwrap();
    put(
        &mut text,
        format!(
            "[[material]]\nid = \"metal\"\nflexibility = {:.2}",
            random.between(1.0, 2.0)
        ),
    );
    put(
        &mut text,
        "[[demand]]\nmaterial = \"metal\"\ncountry = \"buyer\"\namount = 1200".to_owned(),
    );
    put(
        &mut text,
        format!(
            "[[inventory]]\nmaterial = \"metal\"\ncountry = \"buyer\"\ntonnes = {:.1}",
            random.between(0.0, 150.0)
        ),
    );
    put(
        &mut text,
        format!(
            "[[stockpile]]\nmaterial = \"metal\"\ncountry = \"buyer\"\ntonnes = {:.1}\nrelease = {{ max_per_month = {:.2} }}",
            random.between(0.0, 100.0),
            random.between(0.2, 1.0)
        ),
    );
    for number in 0..exporters {
        put(&mut text, format!("[[country]]\nid = \"e{number}\""));
        put(
            &mut text,
            format!(
                "[[supply]]\nid = \"s{number}\"\ncountry = \"e{number}\"\nmaterial = \"metal\"\noutput = {:.4}\nutilisation = 0.95",
                1320.0 / exporters as f64
            ),
        );
        let kind = if random.chance(0.5) {
            format!("kind = \"production_loss\"\nsupply = \"s{number}\"")
        } else {
            format!("kind = \"export_restriction\"\nfrom = \"e{number}\"\nto = \"all\"\nmaterials = [\"metal\"]")
        };
        put(
            &mut text,
            format!(
                "[[event]]\nid = \"x{number}\"\n{kind}\narrival = {{ process = \"poisson\", per_year = {:.2} }}\nduration = {{ dist = \"exponential\", mean = 5 }}\nseverity = {:.2}",
                random.between(0.3, 0.8),
                random.between(0.5, 0.9)
            ),
        );
    }
    text
}

/// Expected shortfall of the buyer, t.
fn expected(document: &Document) -> f64 {
    let report = simulate(document, &[]);
    row(&report, "baseline", "metal", "buyer", "all")
        .unwrap()
        .expected_shortfall_t
        .value
}

/// What a step of a ladder may raise: stocks tie periods together, and what is bought in one is not there to refill them for another.
const SLACK: f64 = 1e-5;

/// The steps of a ladder must not raise the buyer's expected shortfall.
fn never_rises(what: &str, ladder: &dyn Fn(u64, &Document) -> Vec<Document>) {
    let mut failures = Vec::new();
    let mut fell = 0;
    for seed in 0..12 {
        let document = read(&lone_buyer(seed));
        let values: Vec<f64> = ladder(seed, &document).iter().map(expected).collect();
        if values.windows(2).any(|pair| pair[1] > pair[0] * (1.0 + SLACK) + 1e-9) {
            failures.push(format!("seed {seed}: {values:?}"));
        }
        fell += usize::from(values.last() < values.first());
    }
    assert!(
        failures.is_empty(),
        "{what} raised the expected shortfall:\n{}",
        failures.join("\n")
    );
    assert!(fell >= 6, "{what} made a difference in {fell} of 12 scenarios only");
}

#[test]
fn more_stock_never_hurts() {
    never_rises("more commercial stock", &|_, document| {
        ["0", "50", "120", "400"]
            .map(|t| with(document, &[&format!("inventory.metal.buyer.tonnes={t}")]))
            .into()
    });
    never_rises("a larger stockpile", &|_, document| {
        ["0", "50", "120", "400"]
            .map(|t| with(document, &[&format!("stockpile.metal.buyer.tonnes={t}")]))
            .into()
    });
}

#[test]
fn more_spare_capacity_never_hurts() {
    never_rises("more spare capacity", &|_, document| {
        ["1", "0.9", "0.7", "0.5"]
            .map(|u| with(document, &[&format!("supply.s0.utilisation={u}")]))
            .into()
    });
}

#[test]
fn more_flexibility_of_ones_own_never_hurts() {
    never_rises("more flexibility", &|_, document| {
        ["1", "1.3", "2", "5", "\"coordinated\""]
            .map(|f| {
                with(
                    document,
                    &["supply.s0.utilisation=0.6", &format!("material.metal.flexibility={f}")],
                )
            })
            .into()
    });
}

#[test]
fn lower_severity_never_hurts() {
    never_rises("a lower severity", &|_, document| {
        ["1", "0.8", "0.5", "0.2", "0"]
            .map(|s| with(document, &[&format!("event.x0.severity={s}")]))
            .into()
    });
}

#[test]
fn a_lower_rate_never_hurts() {
    never_rises("a lower rate", &|_, document| {
        ["1.6", "0.8", "0.4", "0.1"]
            .map(|r| with(document, &[&format!("event.x0.arrival.per_year={r}")]))
            .into()
    });
}

/// `summary.csv` as text.
fn summary(document: &Document) -> String {
    let report = simulate(document, &[]);
    let mut text = Vec::new();
    csv::summary(&report.results, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

const IMPOSSIBLE: &[&str] = &[
    "kind = \"production_loss\"\nsupply = \"s0\"\narrival = { process = \"fixed\", at = \"2026-02\", probability = 0 }",
    "kind = \"production_loss\"\nsupply = \"s0\"\narrival = { process = \"window\", from = \"2026-02\", to = \"2026-05\", probability = 0 }",
    "kind = \"export_restriction\"\nfrom = \"e0\"\nto = \"all\"\nmaterials = [\"metal\"]\nform = \"quota\"\narrival = { process = \"poisson\", per_year = 0 }",
    "kind = \"stock_loss\"\ncountry = \"buyer\"\narrival = { process = \"after\", event = \"x0\", probability = 0 }",
    "kind = \"demand_surge\"\ncountry = \"buyer\"\narrival = { process = \"fixed\", at = \"2026-02\" }\nseverity = 0",
];

#[test]
fn an_event_of_probability_zero_changes_no_byte() {
    for seed in 0..4 {
        let text = lone_buyer(seed);
        let before = summary(&read(&text));
        for (number, event) in IMPOSSIBLE.iter().enumerate() {
            // In front and behind: its place in the file must not matter either.
            let block = format!("[[event]]\nid = \"never\"\n{event}\n");
            let first = text.find("[[country]]").unwrap();
            for with_event in [
                format!("{text}{block}"),
                format!("{}{block}{}", &text[..first], &text[first..]),
            ] {
                let after = summary(&read(&with_event));
                assert!(
                    before == after,
                    "seed {seed}: event {number} changed the summary\n{event}"
                );
            }
        }
    }
}

/// Occurrences by trial, by event id.
fn occurrences(document: &Document) -> Vec<(u64, String, f64, f64, f64)> {
    let prepared = prepare(document, None).unwrap_or_else(|error| panic!("{error}"));
    let mut inspector = Inspector::default();
    let mut simulator = Simulator::new(&prepared.model);
    for trial in 0..200 {
        simulator.run(trial, TrialStreams::of(trial), &mut inspector);
    }
    assert!(inspector.complaints.is_empty(), "{:?}", inspector.complaints);
    let mut found: Vec<_> = inspector
        .occurrences
        .iter()
        .map(|&(trial, event, start, duration, severity)| {
            (
                trial,
                prepared.layout.events[event].0.clone(),
                start,
                duration,
                severity,
            )
        })
        .collect();
    found.sort_by(|one, other| {
        (one.0, &one.1)
            .cmp(&(other.0, &other.1))
            .then(one.2.total_cmp(&other.2))
    });
    found
}

#[test]
fn adding_an_event_moves_no_other_events_draws() {
    for seed in 0..6 {
        let text = lone_buyer(seed);
        let before = occurrences(&read(&text));
        assert!(!before.is_empty());
        let first = text.find("[[country]]").unwrap();
        let added = "[[event]]\nid = \"added\"\nkind = \"demand_surge\"\ncountry = \"buyer\"\nseverity = { dist = \"gamma\", mean = 0.2, sd = 0.1 }\n\
                     duration = { dist = \"exponential\", mean = 3 }\narrival = { process = \"poisson\", per_year = 2 }\n\
                     [[event]]\nid = \"follows\"\nkind = \"stock_loss\"\ncountry = \"buyer\"\nseverity = 0.5\narrival = { process = \"after\", event = \"x0\", probability = 0.5 }\n";
        let mut after = occurrences(&read(&format!("{}{added}{}", &text[..first], &text[first..])));
        assert!(after.iter().any(|(_, event, ..)| event == "added"));
        after.retain(|(_, event, ..)| event != "added" && event != "follows");
        assert_eq!(before, after, "seed {seed}");
        // An uncertain input is a driver of its own too.
        let uncertain = with(
            &read(&text),
            &["demand.metal.buyer.final.amount={ dist = \"uniform\", low = 1000, high = 1400 }"],
        );
        assert_eq!(before, occurrences(&uncertain), "seed {seed}");
    }
}

#[test]
fn a_changed_rate_only_adds_arrivals() {
    // Gaps are drawn in units of the mean gap: at twice the rate the same arrivals come twice as early, and more follow.
    let text = lone_buyer(3);
    let of = |rate: &str| -> Vec<(u64, String, f64, f64, f64)> {
        let mut found = occurrences(&with(&read(&text), &[&format!("event.x0.arrival.per_year={rate}")]));
        found.retain(|(_, event, ..)| event == "x0");
        found
    };
    let (slow, fast) = (of("0.5"), of("1"));
    for (trial, _, start, duration, severity) in &slow {
        let twin = fast
            .iter()
            .find(|other| other.0 == *trial && close(other.2, start / 2.0, 1e-12, 0.0));
        let twin = twin.unwrap_or_else(|| panic!("trial {trial}: no arrival at {}", start / 2.0));
        assert_eq!((twin.3, twin.4), (*duration, *severity));
    }
    assert!(fast.len() > slow.len());
}

#[test]
fn one_certain_event_is_what_the_monte_carlo_gives_for_it() {
    for seed in 0..8 {
        let mut random = Random::new(seed + 77);
        let text = lone_buyer(seed);
        let others: Vec<String> = (1..4)
            .filter(|number| text.contains(&format!("\"x{number}\"")))
            .map(|number| format!("event.x{number}.arrival.per_year=0"))
            .collect();
        let fixed = |probability: f64| {
            format!(
                "event.x0.arrival={{ process = \"fixed\", at = \"2026-0{}\", probability = {probability} }}",
                1 + seed % 6
            )
        };
        let duration = format!("event.x0.duration={:.2}", random.between(2.0, 12.0));
        let mut changes: Vec<&str> = others.iter().map(String::as_str).collect();
        changes.push(&duration);
        let certain = fixed(1.0);
        let alone = expected(&with(
            &read(&text),
            &[changes.as_slice(), &[certain.as_str(), "run.trials=1"]].concat(),
        ));
        let many = with(&read(&text), &[changes.as_slice(), &[certain.as_str()]].concat());
        let report = simulate(&many, &[]);
        let found = row(&report, "baseline", "metal", "buyer", "all")
            .unwrap()
            .expected_shortfall_t;
        assert!(
            close(found.value, alone, 1e-12, 1e-12) && found.standard_error == 0.0,
            "seed {seed}: {found:?}, {alone}"
        );
        // Half the time: each trial has either nothing or exactly that.
        let half = fixed(0.5);
        let half = with(&read(&text), &[changes.as_slice(), &[half.as_str()]].concat());
        let (_, samples) = simulate_with_samples(&half, &[], true);
        assert_eq!(samples.len(), 400);
        let struck = samples.iter().filter(|(.., sample)| sample.shortfall_t > 0.0).count();
        for (.., sample) in &samples {
            assert!(
                sample.shortfall_t == 0.0 || close(sample.shortfall_t, alone, 1e-12, 0.0),
                "{sample:?}, {alone}"
            );
        }
        assert!(
            alone == 0.0 || (150..250).contains(&struck),
            "seed {seed}: {struck} of 400"
        );
    }
}

#[test]
fn samples_add_up_to_the_summary() {
    let document = read(&lone_buyer(5));
    let (report, samples) = simulate_with_samples(&document, &[], true);
    let found = row(&report, "baseline", "metal", "buyer", "all").unwrap();
    let mean: f64 = samples.iter().map(|(.., sample)| sample.shortfall_t).sum::<f64>() / samples.len() as f64;
    assert!(close(mean, found.expected_shortfall_t.value, 1e-9, 0.0));
    let mut sorted: Vec<f64> = samples.iter().map(|(.., sample)| sample.shortfall_pct).collect();
    sorted.sort_by(f64::total_cmp);
    assert!(close(*sorted.last().unwrap(), found.max_pct, 1e-12, 0.0));
    // Coherent CVaR 95 of 400 trials: the mean of the 20 largest.
    let tail: f64 = sorted[380..].iter().sum::<f64>() / 20.0;
    assert!(
        close(tail, found.cvar_pct[1].estimate.value, 5e-3, 0.0),
        "{tail} and {:?}",
        found.cvar_pct[1]
    );
    let any = sorted.iter().filter(|share| **share > 0.0).count() as f64 / 400.0;
    assert!(close(any, found.prob_any.value, 1e-12, 0.0));
}
