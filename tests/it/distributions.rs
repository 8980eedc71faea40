//! Every distribution of the format, from the words in a scenario to the draws of the engine: Kolmogorov-Smirnov tests against distributions
//! computed from their densities alone, and a vector of stable values. A distribution of the format that is not listed here fails.

use std::collections::BTreeSet;
use std::fmt::Write;

use critmin::engine::draws::{Strike, Tail, TrialStreams};
use critmin::engine::trial::Simulator;
use critmin::sampling::{Distribution, LengthBiased, StreamKey};
use critmin::study::inside::{Prepared, prepare};

use crate::exact::assert_probability;
use crate::laws::{Law, Z90, beta_of, pert, weibull};
use crate::listed::{Entry, entries};
use crate::support::{Blind, in_repository, read};

const TRIALS: u64 = 40_000;

/// A distribution function at one point.
type PointCdf = Box<dyn Fn(f64) -> f64>;

/// A world in which events have nothing to do but be drawn, of one week.
const WORLD: &str = "format = 1\ntitle = \"draws\"\nassumption = \"test\"\n[time]\nstart = \"2026-01\"\nstep = \"week\"\nperiods = 1\n\
    [run]\ntrials = 1\nseed = 42\n[[country]]\nid = \"a\"\n[[country]]\nid = \"b\"\n[[country]]\nid = \"c\"\n[[material]]\nid = \"metal\"\n\
    [[supply]]\nid = \"plant\"\ncountry = \"a\"\nmaterial = \"metal\"\ncapacity = 100\n[[demand]]\nmaterial = \"metal\"\ncountry = \"b\"\namount = 100\n";

fn prepared(text: &str) -> Prepared {
    prepare(&read(text), None).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Runs trials and hands their occurrences and inputs over.
fn each_trial(prepared: &Prepared, trials: u64, mut see: impl FnMut(&[Strike], &[f64])) {
    let mut simulator = Simulator::new(&prepared.model);
    for trial in 0..trials {
        simulator.run(trial, TrialStreams::of(trial), &mut Blind);
        see(&simulator.strikes().all, simulator.inputs());
    }
}

/// Asserts that the largest distance between the sample's distribution and the exact one is below what chance exceeds once in 10,000 times
/// (Massart's bound). Of a discrete distribution the steps are compared.
fn assert_fits(what: &str, mut sample: Vec<f64>, discrete: bool, cdf: impl Fn(&[f64]) -> Vec<f64>) {
    assert!(sample.len() >= 20_000, "{what}: only {} draws", sample.len());
    sample.sort_by(f64::total_cmp);
    let count = sample.len() as f64;
    let exact = cdf(&sample);
    let mut worst = 0.0_f64;
    for (rank, (x, probability)) in sample.iter().zip(&exact).enumerate() {
        if sample.get(rank + 1) != Some(x) {
            worst = worst.max((probability - (rank + 1) as f64 / count).abs());
        }
        if !discrete {
            worst = worst.max((probability - rank as f64 / count).abs());
        }
    }
    let critical = (libm::log(2e4) / (2.0 * count)).sqrt();
    assert!(
        worst < critical,
        "{what}: Kolmogorov-Smirnov {worst:.5}, critical {critical:.5}"
    );
}

/// Draws of every entry, as durations of events that are certain.
fn drawn(entries: &[Entry], trials: u64) -> Vec<Vec<f64>> {
    let mut text = WORLD.to_owned();
    for (number, entry) in entries.iter().enumerate() {
        writeln!(
            text,
            "[[event]]\nid = \"e{number}\"\nkind = \"demand_surge\"\ncountry = \"b\"\nseverity = 0\narrival = {{ process = \"fixed\", at = \"2026-01\" }}\nduration = {}",
            entry.text()
        )
        .unwrap();
    }
    let mut draws = vec![Vec::new(); entries.len()];
    each_trial(&prepared(&text), trials, |strikes, _| {
        assert_eq!(strikes.len(), entries.len());
        for strike in strikes {
            draws[strike.occurrence.event].push(strike.occurrence.duration_months);
        }
    });
    draws
}

#[test]
fn every_distribution_of_the_format_is_drawn_as_it_is_defined() {
    let entries = entries();
    for (entry, sample) in entries.iter().zip(drawn(&entries, TRIALS)) {
        assert_fits(&entry.text(), sample, entry.discrete, &entry.cdf);
    }
}

/// The table of distributions in the description of the format: name, alternatives of parameters, optional parameters.
fn described() -> Vec<(String, Vec<BTreeSet<String>>, BTreeSet<String>)> {
    let text = std::fs::read_to_string(in_repository("docs/scenario-format.md")).unwrap();
    let table = text.split("\n## Distributions\n").nth(1).unwrap();
    let names = |text: &str| -> BTreeSet<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    let rows = table
        .lines()
        .filter(|line| line.starts_with("| `") && !line.starts_with("| `dist`"));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let alternatives = cells[2].split(", or ").map(names).collect();
        (cells[1].trim_matches('`').to_owned(), alternatives, names(cells[3]))
    })
    .collect()
}

#[test]
fn no_distribution_of_the_format_is_left_out() {
    let described = described();
    assert!(described.len() >= 12, "{described:?}");
    let entries = entries();
    for (dist, alternatives, optional) in &described {
        let tested: Vec<BTreeSet<String>> = entries
            .iter()
            .filter(|entry| entry.dist == dist)
            .map(|entry| {
                let names = entry.parameters.iter().map(|(name, _)| *name);
                names
                    .chain(entry.lists.iter().map(|(name, _)| *name))
                    .map(str::to_owned)
                    .collect()
            })
            .collect();
        for alternative in alternatives {
            let found = tested.iter().any(|names| names.difference(optional).eq(alternative));
            assert!(found, "{dist} with {alternative:?} is not tested");
        }
        for name in optional {
            assert!(
                tested.iter().any(|names| names.contains(name)),
                "{dist} with {name} is not tested"
            );
        }
    }
    assert!(
        entries
            .iter()
            .all(|entry| described.iter().any(|(dist, ..)| dist == entry.dist))
    );
}

/// A normal without bounds may stand where a date does; it is in months from the start.
#[test]
fn an_unbounded_normal_is_drawn_as_it_is_defined() {
    let text = format!(
        "{WORLD}[[supply]]\nid = \"late\"\ncountry = \"a\"\nmaterial = \"metal\"\ncapacity = 1\nopens = {{ dist = \"normal\", mean = \"2026-07\", sd = 2 }}\n"
    )
    .replace("step = \"week\"\nperiods = 1", "step = \"year\"\nperiods = 30");
    let mut sample = Vec::new();
    each_trial(&prepared(&text), TRIALS, |_, inputs| sample.push(inputs[0]));
    let law = Law::normal(6.0, 2.0, f64::NEG_INFINITY, f64::INFINITY);
    assert_fits("normal date", sample, false, |ascending| {
        law.at(ascending).0.iter().map(|each| each[0]).collect()
    });
}

#[test]
fn shares_of_a_dirichlet_vector_have_beta_margins() {
    let alphas = [0.5, 2.0, 7.5];
    let text = format!(
        "{}[shares.metal]\noutput = 100\nby_country = {{ dist = \"dirichlet\", alphas = {{ a = 0.5, b = 2, c = 7.5 }} }}\n",
        WORLD.replace(
            "[[supply]]\nid = \"plant\"\ncountry = \"a\"\nmaterial = \"metal\"\ncapacity = 100\n",
            ""
        )
    );
    let mut columns = vec![Vec::new(); 3];
    each_trial(&prepared(&text), TRIALS, |_, inputs| {
        assert!((inputs.iter().sum::<f64>() - 1.0).abs() < 1e-12 && inputs.len() == 3);
        for (column, share) in columns.iter_mut().zip(inputs) {
            column.push(*share);
        }
    });
    for (alpha, column) in alphas.into_iter().zip(columns) {
        let law = Law::beta(alpha, 10.0 - alpha, 0.0, 1.0);
        assert_fits(&format!("share {alpha}"), column, false, |ascending| {
            law.at(ascending).0.iter().map(|each| each[0]).collect()
        });
    }
}

/// Every draw that an event makes beside its duration: start, severity, delay, approval, recovery.
#[test]
fn every_stream_of_an_event_has_its_distribution() {
    let text = WORLD.replace("step = \"week\"\nperiods = 1", "step = \"year\"\nperiods = 1")
        + "[[event]]\nid = \"licences\"\nkind = \"export_restriction\"\nfrom = \"a\"\nto = \"all\"\nmaterials = [\"metal\"]\nform = \"licensing\"\n\
           approval_months = { dist = \"gamma\", mean = 1, sd = 0.7 }\nseverity = { dist = \"beta\", mean = 0.6, sd = 0.2 }\n\
           arrival = { process = \"window\", from = \"2026-03\", to = \"2026-09\" }\nduration = 1\nrecovery = { shape = \"linear\", months = { dist = \"weibull\", shape = 1.7, scale = 3 } }\n\
           [[event]]\nid = \"follower\"\nkind = \"demand_surge\"\ncountry = \"b\"\nseverity = 0\nduration = 1\n\
           arrival = { process = \"after\", event = \"licences\", delay = { dist = \"uniform\", low = 0, high = 3 } }\n\
           recovery = { shape = \"exponential\", months = { dist = \"exponential\", mean = 2 } }\n\
           [[event]]\nid = \"often\"\nkind = \"demand_surge\"\ncountry = \"b\"\nseverity = 0\nduration = 1\narrival = { process = \"poisson\", per_year = 24 }\n\
           [[event]]\nid = \"renewed\"\nkind = \"demand_surge\"\ncountry = \"b\"\nseverity = 0\narrival = { process = \"renewal\", up = { dist = \"uniform\", low = 1, high = 3 }, down = { dist = \"weibull\", shape = 1.7, scale = 3 }, starts = \"up\" }\n";
    let mut streams: Vec<(&str, Vec<f64>, PointCdf)> = vec![
        ("window", Vec::new(), Box::new(|x| (x - 2.0) / 6.0)),
        ("delay", Vec::new(), Box::new(|x| x / 3.0)),
        ("linear recovery", Vec::new(), Box::new(weibull(1.7, 3.0))),
        ("time constant", Vec::new(), Box::new(|x| -libm::expm1(-x / 2.0))),
        ("first gap", Vec::new(), Box::new(|x| -libm::expm1(-2.0 * x))),
        ("second gap", Vec::new(), Box::new(|x| -libm::expm1(-2.0 * x))),
        ("first up time", Vec::new(), Box::new(|x| (x - 1.0) / 2.0)),
        ("first down time", Vec::new(), Box::new(weibull(1.7, 3.0))),
    ];
    let (mut severities, mut approvals) = (Vec::new(), Vec::new());
    each_trial(&prepared(&text), TRIALS, |strikes, _| {
        let of = |event: usize| strikes.iter().filter(move |strike| strike.occurrence.event == event);
        let licences = of(0).next().unwrap();
        let start = licences.occurrence.start_months;
        streams[0].1.push(start);
        severities.push(licences.occurrence.severity);
        approvals.push(licences.approval_months);
        let Tail::Linear(months) = licences.tail else {
            panic!("{licences:?}")
        };
        streams[2].1.push(months);
        // The follower is at most 3 months behind: within the year.
        let follower = of(1).next().unwrap();
        streams[1].1.push(follower.occurrence.start_months - start);
        let Tail::Exponential(months) = follower.tail else {
            panic!("{follower:?}")
        };
        streams[3].1.push(months);
        // Of 24 arrivals a year the first two are there, but once in 10^9 trials.
        let starts: Vec<f64> = of(2).map(|strike| strike.occurrence.start_months).collect();
        streams[4].1.push(starts[0]);
        streams[5].1.push(starts[1] - starts[0]);
        let renewed = of(3).next().unwrap();
        streams[6].1.push(renewed.occurrence.start_months);
        streams[7].1.push(renewed.occurrence.duration_months);
    });
    for (what, sample, cdf) in streams {
        assert_fits(what, sample, false, |ascending| {
            ascending.iter().map(|x| cdf(*x)).collect()
        });
    }
    for (what, sample, law) in [
        ("severity", severities, beta_of(0.6, 0.2, 0.0, 1.0)),
        ("approval", approvals, Law::gamma(1.0 / 0.49, 0.49)),
    ] {
        assert_fits(what, sample, false, |ascending| {
            law.at(ascending).0.iter().map(|each| each[0]).collect()
        });
    }
}

/// In proportion to length: P(X* <= x) is the partial expectation of X up to x over its mean.
#[test]
fn length_biased_draws_weigh_by_length() {
    let cases: Vec<(Distribution, Law)> = vec![
        (Distribution::uniform(2.0, 7.0).unwrap(), Law::plain(2.0, 7.0, |_| 1.0)),
        (Distribution::lognormal(0.5, 0.8).unwrap(), Law::lognormal(0.5, 0.8)),
        (Distribution::gamma(0.3, 2.0).unwrap(), Law::gamma(0.3, 2.0)),
        (Distribution::gamma(7.5, 0.2).unwrap(), Law::gamma(7.5, 0.2)),
        (Distribution::exponential(4.0).unwrap(), Law::gamma(1.0, 4.0)),
        (
            Distribution::weibull(2.0, 3.0).unwrap(),
            Law::plain(0.0, 36.0, |x| x * libm::exp(-x * x / 9.0)),
        ),
        (
            Distribution::beta(0.4, 3.0, 0.0, 1.0).unwrap(),
            Law::beta(0.4, 3.0, 0.0, 1.0),
        ),
        (
            Distribution::beta(2.0, 3.0, 1.0, 6.0).unwrap(),
            Law::beta(2.0, 3.0, 1.0, 6.0),
        ),
        (Distribution::pert(1.0, 2.0, 5.0, 4.0).unwrap(), pert(1.0, 2.0, 5.0)),
        (Distribution::pert(0.0, 2.0, 5.0, 4.0).unwrap(), pert(0.0, 2.0, 5.0)),
        (
            Distribution::truncated_normal(3.0, 2.0, 0.0, f64::INFINITY).unwrap(),
            Law::normal(3.0, 2.0, 0.0, f64::INFINITY),
        ),
        (
            Distribution::triangular(1.0, 2.0, 6.0).unwrap(),
            Law::plain(1.0, 6.0, |x| if x < 2.0 { x - 1.0 } else { (6.0 - x) / 4.0 }),
        ),
    ];
    for (number, (distribution, law)) in cases.iter().enumerate() {
        let biased = LengthBiased::new(distribution).unwrap();
        let key = StreamKey::new(7, &format!("length {number}"));
        let sample: Vec<f64> = (0..TRIALS).map(|trial| biased.sample(key.uniform(trial, 0))).collect();
        assert_fits(&format!("{distribution:?}"), sample, false, |ascending| {
            let (found, mean) = law.at(ascending);
            found.iter().map(|each| each[1] / mean).collect()
        });
    }
}

/// In the steady state what is left of a down time has the distribution (integral of P(D > t) from 0 to x) / E[D], which is
/// (partial expectation up to x + x P(D > x)) / E[D] (Cox 1962). Those trials that begin within a down time show it.
#[test]
fn a_steady_renewal_begins_in_the_middle_of_a_spell() {
    let laws: Vec<(&str, Law)> = vec![
        (
            "{ dist = \"weibull\", shape = 2, scale = 3 }",
            Law::plain(0.0, 36.0, |x| x * libm::exp(-x * x / 9.0)),
        ),
        (
            "{ dist = \"lognormal\", median = 9, p90 = 24 }",
            Law::lognormal(libm::log(9.0), libm::log(24.0 / 9.0) / Z90),
        ),
        (
            "{ dist = \"uniform\", low = 2, high = 7 }",
            Law::plain(2.0, 7.0, |_| 1.0),
        ),
        ("{ dist = \"gamma\", shape = 2.5, scale = 2 }", Law::gamma(2.5, 2.0)),
        (
            "{ dist = \"triangular\", low = 1, mode = 2, high = 6 }",
            Law::plain(1.0, 6.0, |x| if x < 2.0 { x - 1.0 } else { (6.0 - x) / 4.0 }),
        ),
    ];
    let mut text = WORLD.to_owned();
    for (number, (words, _)) in laws.iter().enumerate() {
        writeln!(
            text,
            "[[event]]\nid = \"e{number}\"\nkind = \"demand_surge\"\ncountry = \"b\"\nseverity = 0\narrival = {{ process = \"renewal\", up = 1, down = {words} }}"
        )
        .unwrap();
    }
    let mut left = vec![Vec::new(); laws.len()];
    each_trial(&prepared(&text), TRIALS, |strikes, _| {
        for strike in strikes.iter().filter(|strike| strike.occurrence.start_months == 0.0) {
            left[strike.occurrence.event].push(strike.occurrence.duration_months);
        }
    });
    for ((words, law), sample) in laws.iter().zip(left) {
        let (_, mean) = law.at(&[1.0]);
        let (share, expected) = (sample.len() as f64 / TRIALS as f64, mean / (mean + 1.0));
        assert_probability(words, share, expected, TRIALS as f64);
        assert_fits(words, sample, false, |ascending| {
            // The residual may lie below the least spell.
            let (found, mean) = law.at(ascending);
            let points = ascending.iter().zip(&found);
            points
                .map(|(x, [below, partial])| (partial + x * (1.0 - below)) / mean)
                .collect()
        });
    }
}

/// Draws are part of the interface: published results depend on their bits. A change here is value-breaking (see CHANGELOG.md).
#[test]
fn draws_of_the_format_are_stable() {
    let entries = entries();
    let mut found = String::new();
    for (entry, sample) in entries.iter().zip(drawn(&entries, 4)) {
        let bits: Vec<String> = sample.iter().map(|value| format!("{:016x}", value.to_bits())).collect();
        writeln!(found, "{} {}", entry.text(), bits.join(" ")).unwrap();
    }
    let path = in_repository("tests/data/stable_draws.txt");
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "the draws have changed; found\n{found}\nexpected\n{expected}"
    );
}
