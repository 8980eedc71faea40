//! What must hold under common random numbers for a lone buyer at the end of a chain of two stages: more of any safety never raises the expected
//! shortfall, wherever in the chain it is. Nobody competes for ore or metal.

use std::fmt::Write;

use critmin::scenario::Document;

use crate::support::{Random, read, row, simulate, with};

const SCENARIOS: u64 = 8;

/// Mines in several countries, one refinery, one buyer with two sectors; stocks at both ends, lead times, price response, events of several kinds.
fn chain(seed: u64) -> String {
    let mut random = Random::new(seed + 4000);
    let random = &mut random;
    let mut text = format!(
        "format = 1\ntitle = \"chain\"\nassumption = \"generated\"\nfocus = {{ materials = [\"metal\"], countries = [\"buyer\"] }}\n\
         [time]\nstart = \"2026-01\"\nperiods = 24\n[run]\ntrials = 100\nseed = {seed}\n[[country]]\nid = \"buyer\"\n[[country]]\nid = \"refiner\"\n"
    );
    let per_tonne = random.between(0.6, 2.0);
    for (material, recipe) in [
        ("ore", String::new()),
        (
            "metal",
            format!("inputs = [{{ material = \"ore\", per_tonne = {per_tonne:.2} }}]"),
        ),
    ] {
        writeln!(
            text,
            "[[material]]\nid = \"{material}\"\nflexibility = {:.2}\nlead_time = {}\n{recipe}",
            random.between(1.0, 1.6),
            random.whole(0, 2)
        )
        .unwrap();
    }
    writeln!(
        text,
        "[[supply]]\nid = \"refinery\"\ncountry = \"refiner\"\nmaterial = \"metal\"\noutput = 1200\nutilisation = 0.95\n\
         [[demand]]\nmaterial = \"metal\"\ncountry = \"buyer\"\nsector = \"civil\"\namount = 800\n\
         [[demand]]\nmaterial = \"metal\"\ncountry = \"buyer\"\nsector = \"defence\"\namount = 400\npriority = 1\n\
         [[inventory]]\nmaterial = \"ore\"\ncountry = \"refiner\"\ntonnes = {:.1}\n[[inventory]]\nmaterial = \"metal\"\ncountry = \"buyer\"\ntonnes = {:.1}\n\
         [[stockpile]]\nmaterial = \"metal\"\ncountry = \"buyer\"\ntonnes = {:.1}\nrelease = {{ max_per_month = {:.2} }}",
        random.between(0.0, 100.0),
        random.between(0.0, 100.0),
        random.between(0.0, 100.0),
        random.between(0.2, 1.0)
    )
    .unwrap();
    let mines = random.whole(1, 3);
    for mine in 0..mines {
        writeln!(
            text,
            "[[country]]\nid = \"e{mine}\"\n[[supply]]\nid = \"mine{mine}\"\ncountry = \"e{mine}\"\nmaterial = \"ore\"\noutput = {:.4}\nutilisation = 0.95",
            1200.0 * per_tonne / mines as f64
        )
        .unwrap();
    }
    let hits = [
        "kind = \"production_loss\"\nsupply = \"mine0\"",
        "kind = \"production_loss\"\nsupply = \"refinery\"",
        "kind = \"export_restriction\"\nfrom = \"e0\"\nto = \"all\"\nmaterials = [\"ore\"]",
        "kind = \"export_restriction\"\nfrom = \"refiner\"\nto = \"all\"\nmaterials = [\"metal\"]\nform = \"quota\"",
    ];
    for (number, hit) in hits.iter().enumerate() {
        writeln!(
            text,
            "[[event]]\nid = \"x{number}\"\n{hit}\narrival = {{ process = \"poisson\", per_year = {:.2} }}\nduration = {{ dist = \"exponential\", mean = 4 }}\nseverity = {:.2}\nrecovery = {{ shape = \"linear\", months = 2 }}",
            random.between(0.2, 0.6),
            random.between(0.4, 0.9)
        )
        .unwrap();
    }
    text
}

fn expected(document: &Document) -> f64 {
    let report = simulate(document, &[]);
    row(&report, "baseline", "metal", "buyer", "all")
        .unwrap()
        .expected_shortfall_t
        .value
}

/// The steps of a ladder of values of one key must not raise the buyer's expected shortfall.
fn never_rises(key: &str, values: &[&str], makes_a_difference: usize) {
    let (mut failures, mut fell) = (Vec::new(), 0);
    for seed in 0..SCENARIOS {
        let document = read(&chain(seed));
        let found: Vec<f64> = values
            .iter()
            .map(|value| expected(&with(&document, &[&format!("{key}={value}")])))
            .collect();
        if found.windows(2).any(|pair| pair[1] > pair[0] * (1.0 + 1e-9) + 1e-9) {
            failures.push(format!("seed {seed}: {found:?}"));
        }
        fell += usize::from(found.last() < found.first());
    }
    assert!(
        failures.is_empty(),
        "{key} = {values:?} raised the expected shortfall:\n{}",
        failures.join("\n")
    );
    assert!(
        fell >= makes_a_difference,
        "{key} made a difference in {fell} of {SCENARIOS} scenarios only"
    );
}

#[test]
fn more_stock_anywhere_in_the_chain_never_hurts() {
    never_rises("inventory.ore.refiner.tonnes", &["0", "60", "200"], 6);
    never_rises("inventory.metal.buyer.tonnes", &["0", "60", "200"], 6);
    never_rises("stockpile.metal.buyer.tonnes", &["0", "60", "200"], 6);
}

#[test]
fn more_spare_capacity_anywhere_in_the_chain_never_hurts() {
    never_rises("supply.mine0.utilisation", &["1", "0.9", "0.6"], 6);
    never_rises("supply.refinery.utilisation", &["1", "0.9", "0.6"], 6);
}

#[test]
fn more_flexibility_anywhere_in_the_chain_never_hurts() {
    never_rises("material.ore.flexibility", &["1", "1.3", "3", "\"coordinated\""], 3);
    never_rises("material.metal.flexibility", &["1", "1.3", "3", "\"coordinated\""], 3);
}

#[test]
fn weaker_or_rarer_events_anywhere_in_the_chain_never_hurt() {
    for event in ["x0", "x1", "x2", "x3"] {
        never_rises(&format!("event.{event}.severity"), &["1", "0.6", "0.2", "0"], 5);
        never_rises(
            &format!("event.{event}.arrival.per_year"),
            &["1.2", "0.6", "0.2", "0"],
            7,
        );
        never_rises(&format!("event.{event}.duration"), &["9", "4", "1", "0"], 5);
    }
}
