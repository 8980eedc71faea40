//! Further features for generated scenarios, each by chance: what the generator alone does not have. Some are tables after its own, some are
//! `--set` changes of its tables, one is a policy.

use std::fmt::Write;

use crate::generator::{Generated, scenario_of};
use crate::support::Random;

macro_rules! put {
    ($text:expr, $($part:tt)*) => { writeln!($text, $($part)*).unwrap() };
}

/// A generated scenario with further features; `changes` are to be set on it.
pub struct Rich {
    pub generated: Generated,
    pub changes: Vec<String>,
}

/// A scenario with features for this seed.
pub fn rich(seed: u64) -> Rich {
    rich_of(&mut Random::new(seed), seed)
}

/// A scenario with features from these choices.
pub fn rich_of(random: &mut Random, seed: u64) -> Rich {
    let mut generated = scenario_of(random, seed);
    let mut changes = Vec::new();
    run_settings(random, &mut changes);
    for stage in 0..generated.stages {
        material(random, &generated, stage, &mut changes);
    }
    supplies(random, &mut generated, &mut changes);
    stocks(random, &mut generated);
    trade(random, &mut generated);
    events(random, &mut generated);
    dependence(random, &mut generated);
    policy(random, &mut generated);
    Rich { generated, changes }
}

fn run_settings(random: &mut Random, changes: &mut Vec<String>) {
    let sampling = random.pick(&["random", "antithetic", "latin_hypercube", "sobol"]);
    changes.push(format!("run.sampling=\"{sampling}\""));
}

/// Price response, precedence, openness and delays of a material.
fn material(random: &mut Random, generated: &Generated, stage: usize, changes: &mut Vec<String>) {
    let mut set = |key: &str, value: String| changes.push(format!("material.m{stage}.{key}={value}"));
    if random.chance(0.3) {
        set("price_cap", format!("{:.2}", random.between(1.1, 30.0)));
    }
    if random.chance(0.3) {
        set("price_lag_months", format!("{:.2}", random.between(0.0, 12.0)));
    }
    if random.chance(0.3) {
        set(
            "supply_elasticity",
            format!(
                "{{ dist = \"uniform\", low = 0, high = {:.2} }}",
                random.between(0.1, 2.0)
            ),
        );
    }
    if random.chance(0.3) {
        set("feed_priority", random.whole(1, 4).to_string());
    }
    if random.chance(0.3) {
        set("openness", random.pick(&["0.01", "0.3", "1"]).to_owned());
    }
    if random.chance(0.2) {
        set(
            "flexibility",
            format!(
                "{{ dist = \"uniform\", low = 1, high = {:.2} }}",
                random.between(1.1, 5.0)
            ),
        );
        set("rerouting_months", "{ dist = \"gamma\", mean = 3, sd = 2 }".to_owned());
    }
    if random.chance(0.2) {
        set("lead_time", random.whole(0, 7).to_string());
    }
    if stage > 0 && generated.has_by_product && random.chance(0.3) {
        // A recipe of two inputs, one of them the by-product.
        let inputs = format!(
            "[{{ material = \"m{}\", per_tonne = {:.3} }}, {{ material = \"extra\", per_tonne = {:.5} }}]",
            stage - 1,
            random.between(0.4, 2.5),
            random.between(0.0001, 0.003)
        );
        set("inputs", inputs);
    }
}

/// Uncertain shares and outputs, ramps, closures, a second host, a growing path.
fn supplies(random: &mut Random, generated: &mut Generated, changes: &mut Vec<String>) {
    if let Some((material, shares)) = listed_shares(&generated.text)
        && random.chance(0.5)
    {
        let rows: Vec<String> = shares
            .iter()
            .map(|(country, share)| {
                format!(
                    "{country} = {{ dist = \"uniform\", low = {:.6}, high = {:.6} }}",
                    0.5 * share,
                    1.5 * share
                )
            })
            .collect();
        // A share of 1 could not vary upwards.
        if shares.iter().all(|(_, share)| *share < 0.66) {
            changes.push(format!("shares.{material}.by_country={{ {} }}", rows.join(", ")));
        }
        if random.chance(0.5) {
            changes.push(format!("shares.{material}.ramp={:.3}", random.between(0.01, 1.0)));
        }
    }
    let plants: Vec<String> = generated
        .supplies
        .iter()
        .map(|(id, _)| id.clone())
        .filter(|id| id.starts_with("plant"))
        .collect();
    if !plants.is_empty() && random.chance(0.5) {
        let plant = &plants[random.whole(0, plants.len() - 1)];
        match random.whole(0, 3) {
            0 => changes.push(format!(
                "supply.{plant}.output={{ path = {{ \"2026-01\" = 800, \"2027-01\" = {:.1} }}, factor = {{ dist = \"normal\", mean = 1, sd = 0.2, low = 0, high = 2 }} }}",
                random.between(200.0, 2_000.0)
            )),
            1 => changes.push(format!("supply.{plant}.closes=\"2026-0{}\"", random.whole(2, 9))),
            2 => changes.push(format!(
                "supply.{plant}.closes={{ dist = \"triangular\", low = \"2026-02\", mode = \"2026-05\", high = \"2027-02\" }}"
            )),
            _ => changes.push(format!("supply.{plant}.supply_elasticity={:.2}", random.between(0.0, 3.0))),
        }
    }
    let hosts: Vec<String> = generated
        .supplies
        .iter()
        .filter(|(_, stage)| *stage == 0)
        .map(|(id, _)| id.clone())
        .collect();
    if generated.has_by_product && hosts.len() > 1 && random.chance(0.5) {
        let host = &hosts[random.whole(0, hosts.len() - 1)];
        let written = format!("host = \"{host}\"");
        if !generated.text.contains(&written) {
            put!(
                generated.text,
                "[[host]]\nsupply = \"by_product\"\n{written}\nratio = {:.5}",
                random.between(0.001, 0.05)
            );
        }
    }
}

/// The first shares that are written as plain numbers: material, (country, share).
fn listed_shares(text: &str) -> Option<(String, Vec<(String, f64)>)> {
    let mut material = None;
    for line in text.lines() {
        if let Some(id) = line.strip_prefix("[shares.").and_then(|rest| rest.strip_suffix(']')) {
            material = Some(id.to_owned());
        } else if let Some(list) = line
            .strip_prefix("by_country = { ")
            .and_then(|rest| rest.strip_suffix(" }"))
            && !list.starts_with("dist")
            && let Some(material) = material.take()
        {
            let row = |row: &str| {
                let (country, share) = row.split_once(" = ")?;
                Some((country.to_owned(), share.parse().ok()?))
            };
            return Some((material, list.split(", ").map(row).collect::<Option<_>>()?));
        }
    }
    None
}

/// A stockpile of a group, in days along a path, for some sectors, with uncertain rules; an ally's is added to the group's own.
fn stocks(random: &mut Random, generated: &mut Generated) {
    let last = generated.stages - 1;
    if random.chance(0.4) {
        put!(generated.text, "[[group]]\nid = \"club\"\nmembers = [\"some\"]");
        put!(
            generated.text,
            "[[stockpile]]\nid = \"shared\"\nmaterial = \"m{last}\"\ncountry = \"club\""
        );
        put!(
            generated.text,
            "days = {{ path = {{ \"2026-01\" = {:.1}, \"2027-01\" = {:.1} }} }}",
            random.between(0.0, 60.0),
            random.between(0.0, 90.0)
        );
        put!(
            generated.text,
            "filled = {{ dist = \"uniform\", low = 0.2, high = 1 }}\nrefill = {}",
            random.chance(0.7)
        );
        put!(
            generated.text,
            "release = {{ trigger = {{ dist = \"uniform\", low = 0, high = 0.3 }}, max_per_month = {:.2}, sectors = [\"{}\"] }}",
            random.between(0.05, 1.0),
            if generated.text.contains("sector = \"defence\"") {
                "defence"
            } else {
                "final"
            }
        );
    }
    if generated.countries > 2 && random.chance(0.3) {
        let owner = format!("c{}", generated.countries - 1);
        put!(
            generated.text,
            "[[stockpile]]\nid = \"friend\"\nmaterial = \"m{last}\"\ncountry = \"{owner}\"\ntonnes = 50"
        );
        put!(
            generated.text,
            "release = {{ trigger = 0, max_per_month = 0.3, allies = [\"c0\", \"c1\"] }}"
        );
    }
    if random.chance(0.3) {
        put!(
            generated.text,
            "[[substitution]]\nid = \"thrift\"\nmaterial = \"m{last}\"\ncountries = [\"some\"]\nkind = \"thrift\"\nmaximum = {{ dist = \"uniform\", low = 0, high = 0.5 }}\nper_year = {:.2}",
            random.between(0.1, 4.0)
        );
    }
}

/// Observed imports in tonnes, more or less than what is ordered.
fn trade(random: &mut Random, generated: &mut Generated) {
    for stage in 0..generated.stages {
        let material = format!("m{stage}");
        let makers: Vec<usize> = (0..generated.countries)
            .filter(|country| {
                generated.text.contains(&format!("plant_{stage}_{country}\""))
                    || generated.supplies.contains(&(format!("m{stage}.c{country}"), stage))
            })
            .collect();
        let buyer = (0..generated.countries).find(|country| {
            generated.text.contains(&format!(
                "[[demand]]\nmaterial = \"{material}\"\ncountry = \"c{country}\""
            ))
        });
        let Some(buyer) = buyer else { continue };
        let from: Vec<String> = makers
            .into_iter()
            .filter(|&maker| maker != buyer)
            .map(|maker| format!("c{maker} = {:.1}", random.between(1.0, 800.0)))
            .collect();
        let is_observed = generated
            .text
            .contains(&format!("[[trade]]\nmaterial = \"{material}\""));
        if !from.is_empty() && !is_observed && random.chance(0.3) {
            put!(
                generated.text,
                "[[trade]]\nmaterial = \"{material}\"\nto = \"c{buyer}\"\ntonnes = {{ {} }}",
                from.join(", ")
            );
        }
    }
}

/// Events that overlap with the generator's: wide restrictions and quotas, chokepoints, stocks of one kind, surges of a group, renewals that
/// start in a known state, followers of followers.
fn events(random: &mut Random, generated: &mut Generated) {
    let last = generated.stages - 1;
    let supplies: Vec<String> = generated.supplies.iter().map(|(id, _)| format!("\"{id}\"")).collect();
    // A country that makes the last stage, so that the restriction touches something.
    let maker = generated
        .supplies
        .iter()
        .rev()
        .find(|(_, stage)| *stage == last)
        .map_or("c0".to_owned(), |(id, _)| {
            let number = id.rsplit(['_', 'c']).next().unwrap_or("0");
            format!("c{number}")
        });
    let buys = |country: &str| {
        let demand = format!("[[demand]]\nmaterial = \"m{last}\"\ncountry = \"{country}\"");
        generated.text.contains(&demand)
    };
    let buyers = if buys("c0") || buys("c1") {
        "[\"some\"]"
    } else {
        "\"all\""
    };
    let text = &mut generated.text;
    let duration = |random: &mut Random| {
        let choices = [
            "3",
            "0",
            "{ dist = \"weibull\", shape = 0.8, scale = 3 }",
            "{ dist = \"gamma\", mean = 4, sd = 6 }",
            "{ dist = \"empirical\", values = [0.5, 2, 30], weights = [3, 2, 1] }",
        ];
        random.pick(&choices).to_owned()
    };
    if random.chance(0.5) {
        put!(
            text,
            "[[event]]\nid = \"wide\"\nkind = \"export_restriction\"\nfrom = \"all\"\nto = [\"some\"]\nmaterials = \"all\""
        );
        put!(text, "form = \"{}\"", random.pick(&["ban", "quota"]));
        put!(
            text,
            "arrival = {{ process = \"poisson\", per_year = {{ dist = \"gamma\", mean = 1, sd = 1 }} }}"
        );
        put!(
            text,
            "duration = {}\nseverity = {{ dist = \"pert\", low = 0, mode = 0.5, high = 1 }}",
            duration(random)
        );
    }
    if random.chance(0.5) {
        put!(
            text,
            "[[event]]\nid = \"narrow\"\nkind = \"export_restriction\"\nfrom = [\"{maker}\"]\nto = \"all\"\nmaterials = [\"m{last}\"]\nform = \"quota\""
        );
        put!(
            text,
            "arrival = {{ process = \"renewal\", up = 4, down = {{ dist = \"gamma\", mean = 3, sd = 2 }}, starts = \"{}\" }}",
            random.pick(&["up", "down", "steady"])
        );
        put!(text, "severity = {:.2}", random.between(0.0, 1.0));
    }
    if random.chance(0.5) {
        put!(
            text,
            "[[chokepoint]]\nid = \"strait\"\nlanes = [[\"some\", \"all\"], [\"all\", \"c0\"]]"
        );
        put!(
            text,
            "[[event]]\nid = \"closure\"\nkind = \"lane_closure\"\nchokepoint = \"strait\""
        );
        put!(
            text,
            "arrival = {{ process = \"fixed\", at = {{ dist = \"uniform\", low = \"2026-01\", high = \"2026-05\" }}, probability = {{ dist = \"uniform\", low = 0.2, high = 1 }} }}"
        );
        put!(
            text,
            "duration = {}\nseverity = {}",
            duration(random),
            random.pick(&["1", "0", "0.5"])
        );
    }
    if random.chance(0.4) {
        generated.loses_stocks = true;
        put!(
            text,
            "[[event]]\nid = \"fire\"\nkind = \"stock_loss\"\ncountries = [\"some\"]\nstock = \"{}\"",
            random.pick(&["commercial", "strategic"])
        );
        put!(
            text,
            "arrival = {{ process = \"poisson\", per_year = 2 }}\nseverity = {}",
            random.pick(&["1", "0.3"])
        );
    }
    if random.chance(0.5) {
        put!(
            text,
            "[[event]]\nid = \"rush\"\nkind = \"demand_surge\"\ncountries = {buyers}\nmaterials = \"all\""
        );
        put!(
            text,
            "arrival = {{ process = \"window\", from = \"2026-01\", to = \"2026-04\" }}"
        );
        put!(
            text,
            "duration = {}\nseverity = {{ dist = \"lognormal\", median = 0.2, p90 = 3 }}",
            duration(random)
        );
        put!(
            text,
            "recovery = {{ shape = \"linear\", months = {{ dist = \"exponential\", mean = 3 }} }}"
        );
        put!(
            text,
            "[[event]]\nid = \"echo\"\nkind = \"production_loss\"\nsupplies = [{}]",
            supplies.join(", ")
        );
        put!(
            text,
            "arrival = {{ process = \"after\", event = \"rush\", probability = 0.9, delay = {{ dist = \"weibull\", shape = 2, scale = 1 }}, from = \"{}\" }}",
            random.pick(&["start", "end"])
        );
        put!(
            text,
            "duration = {}\nseverity = {}",
            duration(random),
            random.pick(&["1", "0.2", "{ dist = \"beta\", alpha = 0.5, beta = 0.5 }"])
        );
        put!(
            text,
            "[[event]]\nid = \"echo_of_echo\"\nkind = \"cost_shock\"\ncountries = \"all\"\nmaterials = [\"m{last}\"]"
        );
        put!(
            text,
            "arrival = {{ process = \"after\", event = \"echo\" }}\nduration = 2\nseverity = {:.2}",
            random.between(0.0, 5.0)
        );
    }
}

/// A frailty on a renewal, and copulas on durations and severities.
fn dependence(random: &mut Random, generated: &mut Generated) {
    let text = &mut generated.text;
    if text.contains("id = \"narrow\"") && random.chance(0.6) {
        put!(
            text,
            "[[frailty]]\nid = \"climate\"\nevents = [\"narrow\"]\nfactor = {{ dist = \"lognormal\", mean = 1, sd = 1 }}"
        );
    }
    let pairs = [
        ("wide", "rush", "duration"),
        ("rush", "echo", "severity"),
        ("closure", "rush", "occurrence"),
    ];
    for (number, (one, other, on)) in pairs.iter().enumerate() {
        let both = text.contains(&format!("id = \"{one}\"")) && text.contains(&format!("id = \"{other}\""));
        if both && random.chance(0.6) {
            put!(
                text,
                "[[copula]]\nid = \"tie_{number}\"\nevents = [\"{one}\", \"{other}\"]\non = \"{on}\""
            );
            if random.chance(0.5) {
                put!(text, "family = \"t\"\ndegrees = {:.1}", random.between(1.0, 20.0));
                put!(text, "correlation = [[1, -0.6], [-0.6, 1]]");
            } else {
                put!(
                    text,
                    "family = \"gaussian\"\ncorrelation = {:.2}",
                    random.between(-0.9, 0.9)
                );
            }
        }
    }
}

/// A policy of several changes, called `other`.
fn policy(random: &mut Random, generated: &mut Generated) {
    let last = generated.stages - 1;
    put!(generated.text, "[[policy]]\nid = \"other\"\ncost = 1e9");
    put!(
        generated.text,
        "[[policy.set]]\nkey = \"material.m{last}.flexibility\"\nvalue = {}",
        random.pick(&["3", "\"coordinated\""])
    );
    put!(
        generated.text,
        "[[policy.set]]\nkey = \"material.m{last}.domestic_first\"\nvalue = {}",
        random.pick(&["true", "false"])
    );
    put!(
        generated.text,
        "[[policy.set]]\nkey = \"event.e0.severity\"\nvalue = {}",
        random.pick(&["0", "0.5", "1"])
    );
    if generated.text.contains("id = \"shared\"") {
        put!(
            generated.text,
            "[[policy.set]]\nkey = \"stockpile.shared.filled\"\nvalue = {:.2}",
            random.between(0.0, 1.0)
        );
    }
}
