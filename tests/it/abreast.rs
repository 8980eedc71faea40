//! Several trials at once come to what they come to one by one: on generated scenarios that are plain enough, and on the small problem of the
//! benches. Whichever trials are simulated together, and whatever vectors the processor has, the bytes are the same.

use std::fmt::Write;
use std::ops::Range;

use critmin::analysis::run::{Prepared, prepare};
use critmin::engine::abreast::Abreast;
use critmin::engine::draws::TrialStreams;
use critmin::engine::observe::Observer;
use critmin::engine::trial::Simulator;
use critmin::results::{PolicyFacts, Recorder, Recording, Sample};
use critmin::scenario::Document;
use pulp::Arch;
use serde_json::Value;

use crate::support::{Random, close, in_repository, load, read};

const TRIALS: Range<u64> = 0..50;

macro_rules! put {
    ($text:expr, $($part:tt)*) => { writeln!($text, $($part)*).unwrap() };
}

/// Scenarios to generate; `SCENARIOS=5000 cargo test --test it abreast` looks further, `FIRST=100000` elsewhere.
fn seeds() -> Range<u64> {
    let number = |name: &str, default| {
        let set = std::env::var(name).ok();
        set.and_then(|number| number.parse().ok()).unwrap_or(default)
    };
    let first = number("FIRST", 0);
    first..first + number("SCENARIOS", 150)
}

/// A scenario with nothing but what can be simulated several trials at once (or nearly): chains of one to three stages, stocks, growth, own
/// users first or not; losses, bans and surges that overlap.
pub fn plain(seed: u64) -> String {
    let random = &mut Random::new(seed);
    let mut text = String::new();
    let countries: Vec<String> = (0..random.whole(2, 7)).map(|number| format!("c{number}")).collect();
    let overlap = random.pick(&["multiply", "max", "sum"]);
    let step = random.pick(&["month", "month", "quarter"]);
    put!(
        text,
        "format = 1\ntitle = \"plain {seed}\"\nassumption = \"generated\"\n[time]\nstart = \"2026-01\"\nstep = \"{step}\"\nperiods = {}",
        random.whole(8, 24)
    );
    put!(
        text,
        "[run]\ntrials = 50\nseed = {}\nbalance = \"supply follows demand\"\noverlap = \"{overlap}\"",
        seed % 1000
    );
    for country in &countries {
        put!(text, "[[country]]\nid = \"{country}\"");
    }
    let growth = if random.chance(0.4) { 0.05 } else { 0.0 };
    let bans_last_stage_only = random.chance(0.8);
    let mut materials = Vec::new();
    let mut lasts: Vec<(String, usize)> = Vec::new();
    for chain in 0..random.whole(1, 3) {
        let stages = random.whole(1, 3);
        let mut required = 0.0;
        let mut users: Vec<usize> = Vec::new();
        for stage in (0..stages).rev() {
            let material = format!("m{chain}_{stage}");
            put!(
                text,
                "[[material]]\nid = \"{material}\"\nflexibility = 1\nsupply_elasticity = 0\ndomestic_first = {}",
                random.chance(0.5)
            );
            if random.chance(0.2) {
                put!(
                    text,
                    "demand_elasticity = {{ dist = \"uniform\", low = -0.6, high = -0.1 }}"
                );
            }
            let per_tonne = (random.between(0.4, 2.5) * 1000.0).round() / 1000.0;
            if stage > 0 {
                put!(
                    text,
                    "inputs = [{{ material = \"m{chain}_{}\", per_tonne = {per_tonne} }}]",
                    stage - 1
                );
            }
            let some = |random: &mut Random| {
                let order = random.order(countries.len());
                order[..random.whole(1, countries.len())].to_vec()
            };
            if stage == stages - 1 {
                users = some(random);
                for &buyer in &users {
                    let amount = random.between(10.0, 1000.0).round();
                    required += amount;
                    if lasts.last().is_none_or(|(last, _)| *last != material) {
                        lasts.push((material.clone(), buyer));
                    }
                    put!(
                        text,
                        "[[demand]]\nmaterial = \"{material}\"\ncountry = \"{}\"\namount = {amount}\ngrowth = {growth}",
                        countries[buyer]
                    );
                }
            }
            let makers = some(random);
            let weights: Vec<f64> = makers.iter().map(|_| random.between(0.05, 1.0)).collect();
            let sum: f64 = weights.iter().sum();
            let shares = makers.iter().zip(&weights);
            let shares: Vec<String> = shares
                .map(|(&maker, weight)| format!("{} = {:.6}", countries[maker], weight / sum))
                .collect();
            put!(
                text,
                "[shares.{material}]\noutput = {}\nutilisation = {:.2}\nby_country = {{ {} }}",
                required * if random.chance(0.3) { 1.1 } else { 1.0 },
                random.between(0.6, 1.0),
                shares.join(", ")
            );
            required *= per_tonne;
            for country in users.iter().map(|&user| &countries[user]) {
                if random.chance(0.6) {
                    put!(
                        text,
                        "[[inventory]]\nmaterial = \"{material}\"\ncountry = \"{country}\"\ndays = {:.1}",
                        random.between(3.0, 60.0)
                    );
                    if random.chance(0.3) {
                        put!(text, "maximum_days = 90");
                    }
                }
            }
            users.clone_from(&makers);
            materials.push((material, makers));
        }
    }
    for number in 0..random.whole(1, 8) {
        put!(text, "[[event]]\nid = \"e{number}\"");
        let (material, makers) = &materials[random.whole(0, materials.len() - 1)];
        let from = &countries[makers[random.whole(0, makers.len() - 1)]];
        match random.whole(0, 4) {
            0 if !bans_last_stage_only || lasts.iter().any(|(last, _)| last == material) => {
                let to = random.pick(&["\"all\"", "[\"c0\", \"c1\"]"]);
                put!(
                    text,
                    "kind = \"export_restriction\"\nfrom = \"{from}\"\nto = {to}\nmaterials = [\"{material}\"]"
                );
            }
            1 => {
                let (material, buyer) = &lasts[random.whole(0, lasts.len() - 1)];
                put!(
                    text,
                    "kind = \"demand_surge\"\nmaterials = [\"{material}\"]\ncountries = [\"{}\"]",
                    countries[*buyer]
                );
            }
            _ => put!(
                text,
                "kind = \"production_loss\"\ncountry = \"{from}\"\nmaterials = [\"{material}\"]"
            ),
        }
        put!(
            text,
            "arrival = {{ process = \"poisson\", per_year = {:.2} }}\nduration = {{ dist = \"lognormal\", median = {:.1}, p90 = 9 }}",
            random.between(0.3, 2.0),
            random.between(0.5, 4.0)
        );
        put!(
            text,
            "severity = {}",
            random.pick(&["1", "0.5", "{ dist = \"beta\", mean = 0.6, sd = 0.2 }"])
        );
        if random.chance(0.5) {
            put!(text, "recovery = {{ shape = \"linear\", months = 3 }}");
        }
    }
    text
}

/// The generated scenario, unless its demand asks countries for goods that they cannot be asked for.
fn prepared(document: &Document) -> Option<Prepared> {
    prepare(document, None).ok()
}

fn recorder(prepared: &Prepared) -> Recorder {
    let recording = Recording {
        samples: true,
        ..Recording::RUN
    };
    Recorder::with(&prepared.layout, recording)
}

fn one_by_one(prepared: &Prepared) -> Recorder {
    let (mut simulator, mut recorder) = (Simulator::new(&prepared.model), recorder(prepared));
    for trial in TRIALS {
        simulator.run(trial, TrialStreams::of(trial), &mut recorder);
    }
    recorder
}

/// Trials in blocks of this size.
fn together(mut abreast: Abreast<'_>, prepared: &Prepared, block: u64) -> Recorder {
    let mut recorder = recorder(prepared);
    for first in TRIALS.step_by(block as usize) {
        abreast.run(first..(first + block).min(TRIALS.end), &mut recorder);
    }
    recorder.rest();
    recorder
}

fn samples(recorder: &mut Recorder) -> Vec<Sample> {
    let mut samples = recorder.take_samples();
    samples.sort_by_key(|sample| (sample.trial, sample.row));
    samples
}

/// Numbers that differ, with their place. Quantiles are read from bins, 3 % wide in fans: rounding may move a trial to the next one.
fn differences(one: &Value, other: &Value, place: &str, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(fields), Value::Object(others)) => {
            for (key, field) in fields {
                // A trial at a quantile: the first of its bin.
                if key != "replayable" {
                    differences(field, &others[key], &format!("{place}.{key}"), found);
                }
            }
        }
        (Value::Array(items), Value::Array(others)) => {
            assert_eq!(items.len(), others.len(), "{place}");
            for (number, (item, other)) in items.iter().zip(others).enumerate() {
                differences(item, other, &format!("{place}.{number}"), found);
            }
        }
        _ => {
            let [number, other_number] = [one, other].map(|value| value.as_f64().unwrap_or(0.0));
            let is_binned = ["quantile", "cvar", "low", "high", "trials_for", "share_of_cvar95"]
                .iter()
                .any(|word| place.contains(word));
            let (relative, absolute) = if is_binned { (0.05, 1e-3) } else { (1e-8, 1e-9) };
            let is_same = one == other || one.is_number() && close(number, other_number, relative, absolute);
            if !is_same {
                found.push(format!("{place}: {one} one by one, {other} together"));
            }
        }
    }
}

fn compare(prepared: &Prepared, text: &str) {
    let abreast = Abreast::new(&prepared.model).unwrap();
    let (mut one, mut other) = (one_by_one(prepared), together(abreast, prepared, 128));
    for (one, other) in samples(&mut one).iter().zip(samples(&mut other)) {
        assert_eq!((one.trial, one.row), (other.trial, other.row));
        assert!(
            close(one.shortfall_t, other.shortfall_t, 1e-9, 1e-7),
            "{one:?} one by one, {other:?} together\n{text}"
        );
        assert_eq!(one.worst_spell_months, other.worst_spell_months, "{one:?}\n{text}");
    }
    let [one, other] = [one, other].map(|recorder| {
        let results = recorder.finish(PolicyFacts::default());
        serde_json::to_value(results).unwrap()
    });
    let mut found = Vec::new();
    differences(&one, &other, "", &mut found);
    assert!(
        found.is_empty(),
        "{} differ:\n{}\n{text}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn generated_scenarios_come_to_the_same_as_one_by_one() {
    let (mut plain_ones, mut growing, mut home_first) = (0, 0, 0);
    for seed in seeds() {
        let text = plain(seed);
        let Some(prepared) = prepared(&read(&text)) else {
            continue;
        };
        if Abreast::new(&prepared.model).is_none() {
            continue;
        }
        plain_ones += 1;
        growing += u64::from(text.contains("growth = 0.05"));
        home_first += u64::from(text.contains("domestic_first = true"));
        compare(&prepared, &text);
    }
    let scenarios = seeds().count() as u64;
    assert!(plain_ones > scenarios / 3, "only {plain_ones} of {scenarios}");
    assert!(
        growing > scenarios / 20 && home_first > scenarios / 10,
        "{growing}, {home_first}"
    );
}

#[test]
fn the_small_problem_comes_to_the_same_as_one_by_one() {
    let document = load(&in_repository("benches/peers/small.toml"));
    compare(&prepare(&document, None).unwrap(), "small.toml");
}

/// A trial's outcome depends neither on its neighbours nor on the width of vectors.
#[test]
fn neighbours_and_vectors_change_no_bit() {
    let mut documents = vec![load(&in_repository("benches/peers/small.toml"))];
    documents.extend(seeds().take(60).map(|seed| read(&plain(seed))));
    let mut compared = 0;
    for document in &documents {
        let Some(prepared) = prepared(document) else { continue };
        let Some(abreast) = Abreast::new(&prepared.model) else {
            continue;
        };
        compared += 1;
        let mut expected = together(abreast, &prepared, 128);
        let expected_samples = samples(&mut expected);
        for (arch, block) in [
            (Arch::new(), 1),
            (Arch::new(), 3),
            (Arch::Scalar, 128),
            (Arch::Scalar, 7),
        ] {
            let abreast = Abreast::on(arch, &prepared.model).unwrap();
            let mut found = together(abreast, &prepared, block);
            assert_eq!(samples(&mut found), expected_samples, "{arch:?}, blocks of {block}");
            assert_eq!(
                serde_json::to_string(&found.state()).unwrap(),
                serde_json::to_string(&expected.state()).unwrap(),
                "{arch:?}, blocks of {block}"
            );
        }
    }
    assert!(compared > 20, "only {compared}");
}

/// What a recorder puts off counts as added, whether or not it has been told to rest.
#[test]
fn nothing_is_lost_without_a_rest() {
    let prepared = prepare(&load(&in_repository("benches/peers/small.toml")), None).unwrap();
    let mut abreast = Abreast::new(&prepared.model).unwrap();
    let (mut restless, mut merged) = (recorder(&prepared), recorder(&prepared));
    abreast.run(TRIALS, &mut restless);
    merged.merge(&restless);
    let state = |recorder: &Recorder| serde_json::to_string(&recorder.state()).unwrap();
    let finished = |recorder: &Recorder| serde_json::to_string(&recorder.finish(PolicyFacts::default())).unwrap();
    let mut rested = restless.clone();
    rested.rest();
    for recorder in [&restless, &merged] {
        assert_eq!(state(recorder), state(&rested));
        assert_eq!(finished(recorder), finished(&rested));
    }
}

/// What is not plain is simulated trial by trial.
#[test]
fn other_scenarios_are_not_simulated_so() {
    let small = load(&in_repository("benches/peers/small.toml"));
    assert!(Abreast::new(&prepare(&small, None).unwrap().model).is_some());
    for change in [
        "material.copper_metal.flexibility=1.5",
        "material.copper_metal.lead_time=1",
        "material.copper_metal.supply_elasticity=0.5",
        "event.ban_copper.kind=\"cost_shock\"",
    ] {
        let mut document = small.clone();
        if document.set(change).is_err() {
            continue;
        }
        let Some(prepared) = prepared(&document) else { continue };
        assert!(Abreast::new(&prepared.model).is_none(), "{change}");
    }
    for scenario in ["scenarios/china-rare-earth-controls.toml", "scenarios/quickstart.toml"] {
        let prepared = prepare(&load(&in_repository(scenario)), None).unwrap();
        assert!(Abreast::new(&prepared.model).is_none(), "{scenario}");
    }
}
