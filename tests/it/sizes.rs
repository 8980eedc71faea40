//! Large scenarios: simulated with every period in balance, or refused with the largest part of what they would need in memory.

use std::fmt::Write;

use crate::extremes::{Outcome, outcome};
use crate::support::read;

/// A chain (or unconnected materials) in which all countries make and use everything, with events of three kinds.
struct Large {
    countries: usize,
    materials: usize,
    periods: usize,
    events: usize,
    step: &'static str,
    is_chain: bool,
}

const BASE: Large = Large {
    countries: 5,
    materials: 2,
    periods: 24,
    events: 6,
    step: "month",
    is_chain: true,
};

fn text(large: &Large) -> String {
    let Large {
        countries,
        materials,
        periods,
        events,
        step,
        is_chain,
    } = *large;
    let mut text = format!(
        "format = 1\ntitle = \"large\"\nassumption = \"test\"\n[time]\nstart = \"2026-01\"\nstep = \"{step}\"\nperiods = {periods}\n[run]\ntrials = 2\n"
    );
    for country in 0..countries {
        writeln!(text, "[[country]]\nid = \"c{country}\"").unwrap();
    }
    let share = 1.0 / countries as f64;
    let shares: Vec<String> = (0..countries).map(|country| format!("c{country} = {share}")).collect();
    for material in 0..materials {
        writeln!(text, "[[material]]\nid = \"m{material}\"").unwrap();
        if is_chain && material > 0 {
            writeln!(text, "inputs = [{{ material = \"m{}\", per_tonne = 1 }}]", material - 1).unwrap();
        }
        writeln!(
            text,
            "[shares.m{material}]\noutput = 1000\nby_country = {{ {} }}",
            shares.join(", ")
        )
        .unwrap();
        if !is_chain || material == materials - 1 {
            for country in 0..countries {
                writeln!(
                    text,
                    "[[demand]]\nmaterial = \"m{material}\"\ncountry = \"c{country}\"\namount = {}",
                    1000.0 * share
                )
                .unwrap();
            }
        }
    }
    for event in 0..events {
        writeln!(text, "[[event]]\nid = \"e{event}\"").unwrap();
        let (country, material) = (event % countries, event % materials);
        match event % 3 {
            1 if countries > 1 => writeln!(
                text,
                "kind = \"export_restriction\"\nfrom = \"c{country}\"\nto = \"all\"\nmaterials = \"all\""
            ),
            2 => writeln!(
                text,
                "kind = \"demand_surge\"\ncountries = \"all\"\nmaterials = [\"m{}\"]",
                materials - 1
            ),
            _ => writeln!(
                text,
                "kind = \"production_loss\"\ncountry = \"c{country}\"\nmaterials = [\"m{material}\"]"
            ),
        }
        .unwrap();
        writeln!(
            text,
            "arrival = {{ process = \"poisson\", per_year = 0.3 }}\nduration = 4\nseverity = 0.4"
        )
        .unwrap();
    }
    text
}

fn simulated(large: &Large) {
    match outcome(&read(&text(large)), 1) {
        Ok(Outcome::Simulated(_)) => {}
        other => panic!("{other:?}"),
    }
}

fn refused(large: &Large, largest: &str) {
    match outcome(&read(&text(large)), 1) {
        Ok(Outcome::Refused(told)) => assert!(told.contains("too large") && told.contains(largest), "{told}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_of_everything() {
    simulated(&Large {
        countries: 1,
        materials: 1,
        periods: 1,
        events: 1,
        ..BASE
    });
}

#[test]
fn two_hundred_countries() {
    simulated(&Large {
        countries: 200,
        materials: 1,
        ..BASE
    });
}

#[test]
fn a_hundred_materials() {
    simulated(&Large { materials: 100, ..BASE });
}

#[test]
fn a_thousand_events() {
    simulated(&Large { events: 1_000, ..BASE });
}

#[test]
fn six_hundred_months_and_ten_years_of_weeks() {
    simulated(&Large { periods: 600, ..BASE });
    simulated(&Large {
        periods: 520,
        step: "week",
        ..BASE
    });
}

#[test]
fn sizes_that_multiply_are_refused_by_their_largest_part() {
    refused(
        &Large {
            countries: 200,
            materials: 100,
            periods: 600,
            ..BASE
        },
        "4000000 lanes x 600 periods",
    );
    refused(
        &Large {
            countries: 100,
            materials: 40,
            events: 1_000,
            is_chain: false,
            ..BASE
        },
        "causes",
    );
}

/// Each event may happen as often, but all of them together would fill memory.
#[test]
fn arrivals_that_add_up_are_refused() {
    let often = text(&Large { events: 100, ..BASE }).replace("per_year = 0.3", "per_year = 9000");
    match outcome(&read(&often), 1) {
        Ok(Outcome::Refused(told)) => assert!(told.contains("all events together"), "{told}"),
        other => panic!("{other:?}"),
    }
}

/// Within the limits, but long in a test build: `EXTREMES=all cargo test --release --test it sizes`.
#[test]
fn the_largest() {
    if std::env::var_os("EXTREMES").is_none() {
        return;
    }
    simulated(&Large {
        countries: 200,
        materials: 80,
        periods: 60,
        ..BASE
    });
    simulated(&Large {
        countries: 200,
        materials: 10,
        periods: 600,
        ..BASE
    });
}
