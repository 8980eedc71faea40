//! Random valid scenarios as TOML, from a seed: a few countries, a chain of one to three stages, a by-product, stocks, lead times, recycling,
//! substitution, observed trade, and events of every kind and arrival.

use std::fmt::Write;

use crate::support::Random;

/// A generated scenario.
pub struct Generated {
    pub text: String,
    /// Whether an event destroys stocks (what they hold then disappears from the balance).
    pub loses_stocks: bool,
    /// Countries, `c0` and so on.
    pub countries: usize,
    /// Stages of the chain, `m0` and so on.
    pub stages: usize,
    /// (id, stage) of the supplies, projects and recycling apart.
    pub supplies: Vec<(String, usize)>,
    /// Whether there is a by-product, `extra`.
    pub has_by_product: bool,
}

macro_rules! put {
    ($text:expr, $($part:tt)*) => { writeln!($text, $($part)*).unwrap() };
}

/// A scenario for this seed.
pub fn scenario(seed: u64) -> Generated {
    scenario_of(&mut Random::new(seed), seed)
}

/// A scenario from these choices; `seed` names it and seeds its draws.
pub fn scenario_of(random: &mut Random, seed: u64) -> Generated {
    let mut text = String::new();
    let countries: Vec<String> = (0..random.whole(2, 6)).map(|number| format!("c{number}")).collect();
    let stages = random.whole(1, 3);
    let step = random.pick(&["month", "month", "month", "week", "quarter"]);
    let periods = match step {
        "week" => random.whole(44, 60),
        "quarter" => random.whole(4, 10),
        _ => random.whole(12, 30),
    };
    put!(
        text,
        "format = 1\ntitle = \"generated {seed}\"\nassumption = \"generated\""
    );
    put!(
        text,
        "[time]\nstart = \"2026-01\"\nstep = \"{step}\"\nperiods = {periods}"
    );
    let balance = random.pick(&["supply follows demand", "as given"]);
    let overlap = random.pick(&["multiply", "max", "sum"]);
    put!(
        text,
        "[run]\ntrials = 4\nseed = {}\nbalance = \"{balance}\"\noverlap = \"{overlap}\"",
        seed % 1000
    );
    for country in &countries {
        put!(text, "[[country]]\nid = \"{country}\"");
    }
    put!(text, "[[group]]\nid = \"some\"\nmembers = [\"c0\", \"c1\"]");
    let mut supplies: Vec<(String, usize)> = Vec::new();
    // Demand for the last stage; each stage before it is sized to what the next needs.
    let mut required = random.between(500.0, 5000.0);
    let sectors: &[&str] = if random.chance(0.5) {
        &["civil", "defence"]
    } else {
        &["final"]
    };
    let buyers = random.whole(1, countries.len());
    let buyer_order = random.order(countries.len());
    for stage in (0..stages).rev() {
        let material = format!("m{stage}");
        put!(
            text,
            "[[material]]\nid = \"{material}\"\nflexibility = {}",
            flexibility(random)
        );
        put!(
            text,
            "lead_time = {}",
            if random.chance(0.4) { random.whole(1, 4) } else { 0 }
        );
        put!(text, "domestic_first = {}", random.chance(0.7));
        if random.chance(0.3) {
            put!(text, "rerouting_months = {:.2}", random.between(0.5, 8.0));
        }
        if random.chance(0.3) {
            put!(
                text,
                "demand_elasticity = {{ dist = \"uniform\", low = -0.6, high = -0.1 }}"
            );
        }
        let per_tonne = random.between(0.4, 2.5);
        if stage > 0 {
            put!(
                text,
                "inputs = [{{ material = \"m{}\", per_tonne = {per_tonne:.3} }}]",
                stage - 1
            );
        }
        // Final demand: always of the last stage, sometimes of others.
        let wanted = stage == stages - 1 || random.chance(0.3);
        if wanted {
            for &buyer in &buyer_order[..buyers] {
                for sector in sectors {
                    let amount = required / (buyers * sectors.len()) as f64 * random.between(0.6, 1.4);
                    put!(
                        text,
                        "[[demand]]\nmaterial = \"{material}\"\ncountry = \"{}\"\nsector = \"{sector}\"",
                        countries[buyer]
                    );
                    match random.whole(0, 3) {
                        0 => put!(
                            text,
                            "amount = {{ path = {{ \"2026-01\" = {amount:.1}, \"2028-01\" = {:.1} }} }}",
                            amount * 1.5
                        ),
                        1 => put!(
                            text,
                            "amount = {{ dist = \"triangular\", low = {:.1}, mode = {amount:.1}, high = {:.1} }}",
                            amount * 0.8,
                            amount * 1.3
                        ),
                        _ => put!(text, "amount = {amount:.1}\ngrowth = {:.3}", random.between(-0.05, 0.1)),
                    }
                    put!(text, "priority = {}\nvalue_added = 1e9", random.whole(1, 3));
                }
            }
            if stage < stages - 1 {
                required *= 2.0;
            }
        }
        // Supply: shares or plants, near what is required.
        let makers = random.whole(1, countries.len());
        let maker_order = random.order(countries.len());
        let total = required * random.between(0.85, 1.3);
        let utilisation = random.between(0.5, 1.0);
        if random.chance(0.5) {
            let weights: Vec<f64> = (0..makers).map(|_| random.between(0.05, 1.0)).collect();
            let sum: f64 = weights.iter().sum();
            let shares: Vec<String> = maker_order[..makers]
                .iter()
                .zip(&weights)
                .map(|(&maker, weight)| format!("{} = {:.6}", countries[maker], weight / sum))
                .collect();
            let listed = shares.join(", ");
            let by_country = if makers > 1 && random.chance(0.4) {
                format!("{{ dist = \"dirichlet\", mean = {{ {listed} }}, concentration = 30 }}")
            } else {
                format!("{{ {listed} }}")
            };
            put!(
                text,
                "[shares.{material}]\noutput = {total:.2}\nutilisation = {utilisation:.3}\nby_country = {by_country}"
            );
            supplies.extend(
                maker_order[..makers]
                    .iter()
                    .map(|&maker| (format!("{material}.{}", countries[maker]), stage)),
            );
        } else {
            for &maker in &maker_order[..makers] {
                let id = format!("plant_{stage}_{maker}");
                put!(
                    text,
                    "[[supply]]\nid = \"{id}\"\ncountry = \"{}\"\nmaterial = \"{material}\"",
                    countries[maker]
                );
                put!(
                    text,
                    "output = {:.2}\nutilisation = {utilisation:.3}",
                    total / makers as f64
                );
                supplies.push((id, stage));
            }
        }
        if random.chance(0.3) {
            let country = &countries[random.whole(0, countries.len() - 1)];
            put!(
                text,
                "[[supply]]\nid = \"project_{stage}\"\ncountry = \"{country}\"\nmaterial = \"{material}\""
            );
            put!(
                text,
                "capacity = {:.2}\nramp_months = {}",
                total * 0.2,
                random.whole(0, 6)
            );
            put!(
                text,
                "opens = {{ dist = \"uniform\", low = \"2026-02\", high = \"2026-09\" }}"
            );
        }
        if random.chance(0.5) && countries.len() > 2 {
            // Observed imports of one buyer from makers.
            let to = random.whole(0, countries.len() - 1);
            let from: Vec<usize> = maker_order[..makers]
                .iter()
                .copied()
                .filter(|&maker| maker != to)
                .collect();
            let is_buyer = if stage == stages - 1 {
                buyer_order[..buyers].contains(&to)
            } else {
                true
            };
            if !from.is_empty() && is_buyer {
                let weights: Vec<f64> = from.iter().map(|_| random.between(0.1, 1.0)).collect();
                let sum: f64 = weights.iter().sum();
                let shares: Vec<String> = from
                    .iter()
                    .zip(&weights)
                    .map(|(&maker, weight)| format!("{} = {:.6}", countries[maker], weight / sum))
                    .collect();
                put!(
                    text,
                    "[[trade]]\nmaterial = \"{material}\"\nto = \"{}\"\nshares = {{ {} }}",
                    countries[to],
                    shares.join(", ")
                );
            }
        }
        stocks(&mut text, random, &material, &countries, required);
        required = total * per_tonne;
    }
    // A by-product of the first stage.
    let has_by_product = random.chance(0.5);
    if has_by_product {
        let hosts: Vec<&(String, usize)> = supplies.iter().filter(|(_, stage)| *stage == 0).collect();
        let host = hosts[random.whole(0, hosts.len() - 1)].0.clone();
        put!(
            text,
            "[[material]]\nid = \"extra\"\nflexibility = {}",
            flexibility(random)
        );
        put!(
            text,
            "[[supply]]\nid = \"by_product\"\ncountry = \"c0\"\nmaterial = \"extra\"\noutput = 10"
        );
        put!(
            text,
            "[[host]]\nsupply = \"by_product\"\nhost = \"{host}\"\nratio = {:.5}",
            random.between(0.005, 0.05)
        );
        put!(
            text,
            "[[demand]]\nmaterial = \"extra\"\ncountry = \"{}\"\namount = 9",
            countries[countries.len() - 1]
        );
    }
    let loses_stocks = events(&mut text, random, &countries, stages, &supplies);
    Generated {
        text,
        loses_stocks,
        countries: countries.len(),
        stages,
        supplies,
        has_by_product,
    }
}

fn flexibility(random: &mut Random) -> String {
    match random.whole(0, 3) {
        0 => "1".to_owned(),
        1 => "\"coordinated\"".to_owned(),
        _ => format!("{:.2}", random.between(1.0, 4.0)),
    }
}

fn stocks(text: &mut String, random: &mut Random, material: &str, countries: &[String], required: f64) {
    for country in countries {
        if random.chance(0.3) {
            put!(
                text,
                "[[inventory]]\nmaterial = \"{material}\"\ncountry = \"{country}\""
            );
            match random.whole(0, 3) {
                0 => put!(text, "tonnes = {:.2}\nmaximum = \"unlimited\"", required * 0.02),
                1 => put!(text, "days = {:.1}\nmaximum_days = 90", random.between(5.0, 60.0)),
                _ => put!(text, "days = {:.1}", random.between(5.0, 60.0)),
            }
        }
        if random.chance(0.15) {
            put!(
                text,
                "[[recycling]]\nmaterial = \"{material}\"\ncountry = \"{country}\"\nrate = 0.08\nlag_years = {}",
                random.whole(0, 3)
            );
        }
    }
    if random.chance(0.4) {
        let owner = random.pick(&["c0", "c1", "some"]);
        put!(
            text,
            "[[stockpile]]\nmaterial = \"{material}\"\ncountry = \"{owner}\"\ntonnes = {:.2}",
            required * random.between(0.01, 0.2)
        );
        put!(
            text,
            "filled = {:.2}\nrefill = {}",
            random.between(0.3, 1.0),
            random.chance(0.7)
        );
        let allies = if owner == "c0" { "allies = [\"c1\"], " } else { "" };
        put!(
            text,
            "release = {{ {allies}trigger = {:.2}, max_per_month = {:.2} }}",
            random.between(0.0, 0.3),
            random.between(0.05, 1.0)
        );
    }
    if random.chance(0.3) {
        put!(
            text,
            "[[substitution]]\nmaterial = \"{material}\"\ncountry = \"all\"\nmaximum = 0.2\nper_year = {:.2}",
            random.between(0.1, 1.0)
        );
    }
}

/// Events; gives whether any destroys stocks.
fn events(
    text: &mut String,
    random: &mut Random,
    countries: &[String],
    stages: usize,
    supplies: &[(String, usize)],
) -> bool {
    let mut loses_stocks = false;
    let mut poisson = Vec::new();
    let mut fixed = Vec::new();
    let count = random.whole(1, 6);
    for number in 0..count {
        let id = format!("e{number}");
        let material = format!("m{}", random.whole(0, stages - 1));
        let country = countries[random.whole(0, countries.len() - 1)].clone();
        put!(text, "[[event]]\nid = \"{id}\"");
        let mut grows = false;
        match random.whole(0, 6) {
            0 | 1 => {
                put!(
                    text,
                    "kind = \"production_loss\"\nsupply = \"{}\"",
                    supplies[random.whole(0, supplies.len() - 1)].0
                );
            }
            2 => {
                // Some country that makes something, so that the event touches something.
                let (supply, stage) = &supplies[random.whole(0, supplies.len() - 1)];
                let from = maker(supply, countries.len());
                put!(
                    text,
                    "kind = \"export_restriction\"\nfrom = \"{from}\"\nto = \"all\"\nmaterials = [\"m{stage}\"]"
                );
                match random.whole(0, 2) {
                    0 => put!(text, "form = \"quota\""),
                    1 => put!(
                        text,
                        "form = \"licensing\"\napproval_months = {:.1}",
                        random.between(0.0, 4.0)
                    ),
                    _ => {}
                }
            }
            3 => put!(
                text,
                "kind = \"lane_closure\"\nlanes = [[\"all\", \"{country}\"], [\"{country}\", \"all\"]]"
            ),
            4 => {
                grows = true;
                put!(
                    text,
                    "kind = \"demand_surge\"\ncountries = \"all\"\nmaterials = [\"m{}\"]",
                    stages - 1
                );
            }
            5 => {
                loses_stocks = true;
                put!(text, "kind = \"stock_loss\"\ncountry = \"all\"");
            }
            _ => {
                grows = true;
                put!(
                    text,
                    "kind = \"cost_shock\"\nsupply = \"{}\"",
                    supplies[random.whole(0, supplies.len() - 1)].0
                );
            }
        }
        let _ = material;
        match random.whole(0, 4) {
            0 => {
                fixed.push(id.clone());
                put!(
                    text,
                    "arrival = {{ process = \"fixed\", at = \"2026-0{}\", probability = {:.2} }}",
                    random.whole(1, 3),
                    random.between(0.3, 1.0)
                );
            }
            1 => put!(
                text,
                "arrival = {{ process = \"window\", from = \"2026-01\", to = \"2026-03\", probability = 0.8 }}"
            ),
            2 if number > 0 => put!(
                text,
                "arrival = {{ process = \"after\", event = \"e{}\", probability = 0.8, delay = {{ dist = \"exponential\", mean = 1.5 }} }}",
                random.whole(0, number - 1)
            ),
            3 if !text.ends_with("stock_loss\"\ncountry = \"all\"\n") => {
                put!(
                    text,
                    "arrival = {{ process = \"renewal\", up = {{ dist = \"exponential\", mean = 6 }}, down = {{ dist = \"lognormal\", median = 1.5, p90 = 4 }} }}"
                );
                put!(text, "severity = {}", severity(random, grows));
                continue;
            }
            _ => {
                poisson.push(id.clone());
                put!(
                    text,
                    "arrival = {{ process = \"poisson\", per_year = {:.2} }}",
                    random.between(0.5, 3.0)
                );
            }
        }
        put!(text, "severity = {}", severity(random, grows));
        if random.chance(0.8) {
            put!(
                text,
                "duration = {{ dist = \"lognormal\", median = {:.1}, p90 = 9 }}",
                random.between(0.5, 4.0)
            );
            match random.whole(0, 2) {
                0 => put!(
                    text,
                    "recovery = {{ shape = \"linear\", months = {:.1} }}",
                    random.between(0.5, 6.0)
                ),
                1 => put!(
                    text,
                    "recovery = {{ shape = \"exponential\", months = {:.1} }}",
                    random.between(0.2, 3.0)
                ),
                _ => {}
            }
        }
    }
    if poisson.len() > 1 && random.chance(0.5) {
        put!(
            text,
            "[[frailty]]\nid = \"tension\"\nevents = [\"{}\"]\nfactor = {{ dist = \"gamma\", mean = 1, sd = 0.7 }}",
            poisson.join("\", \"")
        );
    }
    if fixed.len() > 1 {
        put!(
            text,
            "[[copula]]\nid = \"together\"\nfamily = \"gaussian\"\nevents = [\"{}\"]\non = \"occurrence\"\ncorrelation = 0.5",
            fixed.join("\", \"")
        );
    }
    loses_stocks
}

/// Country of a generated supply's id.
pub fn maker(supply: &str, countries: usize) -> String {
    if let Some((_, country)) = supply.split_once('.') {
        return country.to_owned();
    }
    let number: usize = supply
        .rsplit('_')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0);
    assert!(number < countries);
    format!("c{number}")
}

fn severity(random: &mut Random, grows: bool) -> String {
    match random.whole(0, 2) {
        0 => format!("{:.2}", random.between(0.2, 1.0)),
        1 if grows => "{ dist = \"gamma\", mean = 0.4, sd = 0.2 }".to_owned(),
        1 => "{ dist = \"beta\", mean = 0.6, sd = 0.2 }".to_owned(),
        _ => "1".to_owned(),
    }
}
