//! The numbers of a scenario that somebody may want to turn: the levers that its author names, then those that follow from what is in it.

use std::collections::BTreeSet;

use super::{Study, Variant};
use crate::model::InputKind as Drawn;
use crate::sampling::Distribution;
use crate::scenario::{
    Arrival, CopulaTarget, Event, EventKind, Flexibility, Number, Provenance, Quantity, RestrictionForm, StockLevel,
};

/// What an input is, which decides where a page shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputKind {
    /// A `[[lever]]` of the file.
    Lever,
    /// Days of stock at users.
    Inventory,
    /// Days of a strategic stock.
    Stockpile,
    /// The largest supplier's share of a material.
    LeadersShare,
    /// How far a buyer can scale up its purchases from one supplier.
    Flexibility,
    /// The probability of an event.
    Probability,
    /// How often an event comes in a year.
    Rate,
    /// The severity of an event.
    Severity,
    /// The duration of an event.
    Duration,
}

/// What stands in the scenario.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Basis {
    /// A number.
    Fixed(f64),
    /// A distribution: its mean, and its quantiles at 10 % and 90 %.
    Uncertain {
        /// Mean.
        mean: f64,
        /// Quantile at 10 %.
        low: f64,
        /// Quantile at 90 %.
        high: f64,
    },
}

impl Basis {
    /// The number, or the mean.
    pub fn value(self) -> f64 {
        match self {
            Basis::Fixed(value) | Basis::Uncertain { mean: value, .. } => value,
        }
    }

    fn of(number: &Number) -> Basis {
        match number {
            Number::Fixed(value) => Basis::Fixed(*value),
            Number::Uncertain { distribution, .. } => Basis::of_distribution(distribution),
        }
    }

    fn of_distribution(distribution: &Distribution) -> Basis {
        match distribution.is_fixed() {
            true => Basis::Fixed(distribution.mean()),
            false => Basis::Uncertain {
                mean: distribution.mean(),
                low: distribution.quantile(0.1),
                high: distribution.quantile(0.9),
            },
        }
    }
}

/// A number that can be turned.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Its key, as `--set` takes it.
    pub key: String,
    /// What it is.
    pub kind: InputKind,
    /// What it belongs to, by id: an event, a material.
    pub of: String,
    /// The name of that.
    pub of_name: String,
    /// Its own name.
    pub name: String,
    /// Its unit; empty for a share or a probability.
    pub unit: String,
    /// Lower end of the range.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Distance between two values of a slider.
    pub step: f64,
    /// What stands in the scenario.
    pub basis: Basis,
    /// Where that comes from: whether it is an assumption, and the text.
    pub provenance: Option<(bool, String)>,
    /// File and line of it.
    pub place: Option<String>,
}

/// An input as it is found, before its provenance is looked up.
struct Candidate {
    key: String,
    kind: InputKind,
    of: (String, String),
    name: String,
    unit: &'static str,
    range: (f64, f64),
    basis: Basis,
}

/// A candidate with its provenance; its place is looked up with those of all others.
fn input(baseline: &Variant, candidate: Candidate) -> Input {
    let Candidate {
        key,
        kind,
        of: (of, of_name),
        name,
        unit,
        range: (low, high),
        basis,
    } = candidate;
    Input {
        provenance: provenance(baseline, &key),
        place: None,
        step: round_step(high - low),
        unit: unit.to_owned(),
        key,
        kind,
        of,
        of_name,
        name,
        low,
        high,
        basis,
    }
}

impl Study {
    /// The numbers that can be turned, in an order fit to be shown. `baseline` is this study's.
    pub fn inputs(&self, baseline: &Variant) -> Vec<Input> {
        let mut inputs: Vec<Input> = self.named_inputs(baseline);
        let mut known: BTreeSet<String> = inputs.iter().map(|input| input.key.clone()).collect();
        let mut candidates = Vec::new();
        stocks(baseline, &mut candidates);
        self.leaders(baseline, &mut candidates);
        flexibilities(baseline, &mut candidates);
        events(baseline, &mut candidates);
        for candidate in candidates {
            let key = candidate.key.clone();
            // What no key leads to cannot be turned: several tables in one, say.
            if self.is_key(&key, candidate.basis.value()) && known.insert(key) {
                inputs.push(input(baseline, candidate));
            }
        }
        let places = self.document().places_of(inputs.iter().map(|input| input.key.as_str()));
        for (input, place) in inputs.iter_mut().zip(places) {
            input.place = place;
        }
        inputs
    }

    fn is_key(&self, key: &str, value: f64) -> bool {
        let mut document = self.document().clone();
        document.set(&format!("{key}={value:?}")).is_ok()
    }

    /// The author's levers.
    fn named_inputs(&self, baseline: &Variant) -> Vec<Input> {
        let levers = self.levers().into_iter();
        let found = levers.filter_map(|lever| {
            let basis = match self.number_at(&lever.key) {
                Some(value) => Basis::Fixed(value),
                None => drawn(baseline, &lever.key)?,
            };
            let (low, high) = (lever.low.min(basis.value()), lever.high.max(basis.value()));
            Some(Input {
                provenance: provenance(baseline, &lever.key),
                place: None,
                step: lever.step.unwrap_or_else(|| round_step(high - low)),
                unit: unit_of(&lever.key).to_owned(),
                kind: InputKind::Lever,
                of: String::new(),
                of_name: String::new(),
                name: lever.name,
                key: lever.key,
                low,
                high,
                basis,
            })
        });
        found.collect()
    }

    /// The largest share of every material in focus and of what these are made of, where shares are stated.
    fn leaders(&self, baseline: &Variant, into: &mut Vec<Candidate>) {
        for (material, ..) in baseline.largest_shares_at_the_end() {
            let shares = self.shares_by_country(&material).into_iter();
            let stated = shares.filter_map(|(country, share)| Some((country, share?)));
            let single = stated.filter(|(country, _)| country != crate::data::OTHERS);
            let Some((country, share)) = single.max_by(|one, other| one.1.total_cmp(&other.1)) else {
                continue;
            };
            // Where nobody else makes any, nobody could take over.
            if share >= 1.0 {
                continue;
            }
            let country_name = name_of_country(baseline, &country);
            into.push(Candidate {
                key: format!("shares.{material}.by_country.{country}"),
                kind: InputKind::LeadersShare,
                of: (material.clone(), name_of_material(baseline, &material)),
                name: format!("Share of {country_name}"),
                unit: "",
                range: (0.05_f64.min(share), 0.95_f64.max(share)),
                basis: Basis::Fixed(share),
            });
        }
    }
}

fn name_of_material(baseline: &Variant, id: &str) -> String {
    let mut materials = baseline.scenario().materials.iter();
    let found = materials
        .find(|material| material.id == id)
        .map(|material| &material.name);
    found
        .filter(|name| !name.is_empty())
        .map_or_else(|| id.to_owned(), Clone::clone)
}

fn name_of_country(baseline: &Variant, code: &str) -> String {
    let places = baseline.places().into_iter();
    let mut named = places.filter(|(id, _)| id == code);
    named.next().map_or_else(|| code.to_owned(), |(_, name)| name)
}

fn stocks(baseline: &Variant, into: &mut Vec<Candidate>) {
    let scenario = baseline.scenario();
    let material = |index: usize| {
        let id = scenario.materials[index].id.clone();
        let name = name_of_material(baseline, &id);
        (id, name)
    };
    let mut add = |kind, key: String, of: (String, String), name: String, days: &Number| {
        let basis = Basis::of(days);
        into.push(Candidate {
            key,
            kind,
            of,
            name,
            unit: "days",
            range: (0.0, round_up(2.0 * basis.value()).max(180.0)),
            basis,
        });
    };
    for stock in &scenario.inventories {
        if let StockLevel::Days(Quantity::Constant(days)) = &stock.level {
            let country = &scenario.countries[stock.country].code;
            let of = material(stock.material);
            let key = format!("inventory.{}.{country}.days", of.0);
            let name = format!("Stock of users, {}", name_of_country(baseline, country));
            add(InputKind::Inventory, key, of, name, days);
        }
    }
    for stock in &scenario.stockpiles {
        if let StockLevel::Days(Quantity::Constant(days)) = &stock.level {
            let of = material(stock.material);
            let owners: Vec<String> = stock
                .owners
                .iter()
                .map(|owner| name_of_country(baseline, &scenario.countries[*owner].code))
                .collect();
            let owners = match owners.as_slice() {
                [one] => one.clone(),
                many => format!("{} countries together", many.len()),
            };
            let name = format!("Strategic stock, {owners}");
            add(
                InputKind::Stockpile,
                format!("stockpile.{}.days", stock.id),
                of,
                name,
                days,
            );
        }
    }
}

fn flexibilities(baseline: &Variant, into: &mut Vec<Candidate>) {
    for material in &baseline.scenario().materials {
        if let Flexibility::Limit(limit) = &material.flexibility {
            let basis = Basis::of(limit);
            into.push(Candidate {
                key: format!("material.{}.flexibility", material.id),
                kind: InputKind::Flexibility,
                of: (material.id.clone(), name_of_material(baseline, &material.id)),
                name: "Flexibility of purchases".to_owned(),
                unit: "times",
                range: (1.0, round_up(2.0 * basis.value()).max(3.0)),
                basis,
            });
        }
    }
}

fn events(baseline: &Variant, into: &mut Vec<Candidate>) {
    let scenario = baseline.scenario();
    for (number, event) in scenario.events.iter().enumerate() {
        let is_tied = |target| {
            let mut copulas = scenario.copulas.iter();
            copulas.any(|copula| copula.on == target && copula.events.contains(&number))
        };
        let name = if event.name.is_empty() { &event.id } else { &event.name };
        let mut add = |kind, key: &str, name_of_input: &str, unit, range, basis| {
            into.push(Candidate {
                key: format!("event.{}.{key}", event.id),
                kind,
                of: (event.id.clone(), name.clone()),
                name: name_of_input.to_owned(),
                unit,
                range,
                basis,
            });
        };
        match &event.arrival {
            Arrival::Fixed { probability, .. }
            | Arrival::Window { probability, .. }
            | Arrival::After { probability, .. } => {
                let basis = Basis::of(probability);
                add(
                    InputKind::Probability,
                    "arrival.probability",
                    "Probability",
                    "",
                    (0.0, 1.0),
                    basis,
                );
            }
            Arrival::Poisson { per_year } => {
                let basis = Basis::of(per_year);
                let range = (0.0, round_up(3.0 * basis.value()).max(0.1));
                add(InputKind::Rate, "arrival.per_year", "How often", "a year", range, basis);
            }
            Arrival::Renewal { .. } | Arrival::InForce { .. } => {}
        }
        if has_severity(event) && !is_tied(CopulaTarget::Severity) {
            let basis = Basis::of_distribution(&event.severity);
            let is_share = !matches!(event.kind, EventKind::DemandSurge { .. } | EventKind::CostShock { .. });
            let high = if is_share {
                1.0
            } else {
                round_up(3.0 * basis.value()).max(1.0)
            };
            add(InputKind::Severity, "severity", "Severity", "", (0.0, high), basis);
        }
        // An event in force has lasted for a while already: a duration below that is none.
        let is_in_force = matches!(event.arrival, Arrival::InForce { .. });
        if let Some(duration) = event
            .duration
            .as_ref()
            .filter(|_| !is_in_force && !is_tied(CopulaTarget::Duration))
        {
            let basis = Basis::of_distribution(duration);
            let high = round_up(3.0 * basis.value()).max(12.0);
            let low = 0.5_f64.min(basis.value());
            add(
                InputKind::Duration,
                "duration",
                "Duration",
                "months",
                (low, high),
                basis,
            );
        }
    }
}

/// Whether an event's severity says what it does: a quota in tonnes has none.
fn has_severity(event: &Event) -> bool {
    !matches!(
        &event.kind,
        EventKind::ExportRestriction {
            form: RestrictionForm::Quota {
                tonnes_per_year: Some(_)
            },
            ..
        }
    )
}

/// What the model draws under this key.
fn drawn(baseline: &Variant, key: &str) -> Option<Basis> {
    let mut inputs = baseline.prepared.model.inputs.iter();
    let driver = inputs.find(|driver| driver.name == key)?;
    let Drawn::Scalar(sampler) = &driver.kind else {
        return None;
    };
    Some(Basis::Uncertain {
        mean: *driver.means.first()?,
        low: sampler.quantile(0.1),
        high: sampler.quantile(0.9),
    })
}

/// The provenance of the table that a key is in, or of one around it.
fn provenance(baseline: &Variant, key: &str) -> Option<(bool, String)> {
    let mut address = key;
    loop {
        if let found @ Some(_) = provenance_of(baseline, address) {
            return found;
        }
        address = address.rsplit_once('.')?.0;
    }
}

fn provenance_of(baseline: &Variant, address: &str) -> Option<(bool, String)> {
    let mut citations = baseline.scenario().citations.iter();
    let found = citations.find(|citation| citation.address == address)?;
    Some(match &found.provenance {
        Provenance::Source(text) => (false, text.clone()),
        Provenance::Assumption(text) => (true, text.clone()),
    })
}

/// What a key is measured in, as far as its name tells.
fn unit_of(key: &str) -> &'static str {
    match key.rsplit('.').next().unwrap_or_default() {
        "days" | "maximum_days" => "days",
        "per_year" => "a year",
        "flexibility" => "times",
        "capacity" | "output" | "amount" => "units of the material a year",
        "duration" => "months",
        last if last.ends_with("_months") => "months",
        last if last.ends_with("_years") => "years",
        _ => "",
    }
}

/// The next of 1, 1.5, 2, 3, 5 times a power of ten.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return 0.0;
    }
    let power = libm::pow(10.0, libm::floor(libm::log10(value)));
    let steps = [1.0, 1.5, 2.0, 3.0, 5.0, 10.0];
    let found = steps.into_iter().find(|step| step * power >= value * (1.0 - 1e-9));
    // Whole multiples of powers below 1 are not exact; their shortest text is.
    let rounded = found.unwrap_or(10.0) * power;
    format!("{rounded:.3e}").parse().unwrap_or(rounded)
}

/// A hundredth of a range or a little more, as 1, 2 or 5 times a power of ten.
fn round_step(length: f64) -> f64 {
    if length <= 0.0 || !length.is_finite() {
        return 1.0;
    }
    let least = length / 200.0;
    let power = libm::pow(10.0, libm::floor(libm::log10(least)));
    let found = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|step| step * power >= least * (1.0 - 1e-9));
    let rounded = found.unwrap_or(10.0) * power;
    format!("{rounded:.3e}").parse().unwrap_or(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_steps_are_round() {
        let ends = [0.12, 0.3, 1.0, 4.2, 240.0, 0.0].map(round_up);
        assert_eq!(ends, [0.15, 0.3, 1.0, 5.0, 300.0, 0.0]);
        let steps = [0.95, 1.0, 2.0, 180.0, 7_000.0].map(round_step);
        assert_eq!(steps, [0.005, 0.005, 0.01, 1.0, 50.0]);
    }

    #[test]
    fn every_kind_of_input_is_found_with_its_place_and_source() {
        let text = r#"
format = 1
title = "T"
[time]
start = "2026-01"
step = "month"
periods = 12
[[material]]
id = "oxide"
flexibility = { dist = "uniform", low = 1.2, high = 1.6 }
assumption = "bend"
[shares.oxide]
output = 100
by_country = { CHN = 0.7, AUS = 0.2, OTH = 0.1 }
source = "counted"
[[demand]]
material = "oxide"
country = "USA"
amount = 40
source = "counted"
[[inventory]]
material = "oxide"
country = "USA"
days = 30
assumption = "a month"
[[stockpile]]
material = "oxide"
country = "USA"
days = 0
assumption = "none"
[[event]]
id = "ban"
kind = "export_restriction"
from = "CHN"
to = "all"
material = "oxide"
arrival = { process = "poisson", per_year = 0.2 }
duration = { dist = "lognormal", median = 6, p90 = 12 }
severity = 0.5
assumption = "a ban"
[[lever]]
key = "stockpile.oxide.USA.days"
name = "The stock"
low = 0
high = 90
step = 5
assumption = "what could be"
"#;
        let study = Study::from_text("t.toml", text).unwrap();
        let inputs = study.inputs(&study.baseline().unwrap());
        let told: Vec<String> = inputs
            .iter()
            .map(|input| {
                let Input {
                    key,
                    name,
                    low,
                    high,
                    step,
                    basis,
                    ..
                } = input;
                let source = input.provenance.as_ref().map_or("-", |(_, text)| text);
                format!(
                    "{key} | {name} | {low}..{high}:{step} {} | {:.3} | {source}",
                    input.unit,
                    basis.value()
                )
            })
            .collect();
        let expected = [
            "stockpile.oxide.USA.days | The stock | 0..90:5 days | 0.000 | none",
            "inventory.oxide.USA.days | Stock of users, United States | 0..180:1 days | 30.000 | a month",
            "shares.oxide.by_country.CHN | Share of China | 0.05..0.95:0.005  | 0.700 | counted",
            "material.oxide.flexibility | Flexibility of purchases | 1..3:0.01 times | 1.400 | bend",
            "event.ban.arrival.per_year | How often | 0..1:0.005 a year | 0.200 | a ban",
            "event.ban.severity | Severity | 0..1:0.005  | 0.500 | a ban",
        ];
        assert_eq!(told[..expected.len()], expected);
        // A lognormal of median 6 and 90 % quantile 12 has the mean 6 exp(sigma^2 / 2), sigma = ln 2 / 1.28155.
        let duration = &inputs[expected.len()];
        assert_eq!(
            (duration.key.as_str(), duration.low, duration.high),
            ("event.ban.duration", 0.5, 30.0)
        );
        let Basis::Uncertain { mean, high, .. } = duration.basis else {
            panic!("{duration:?}")
        };
        assert!(
            (mean - 6.945).abs() < 0.01 && (high - 12.0).abs() < 1e-9,
            "{duration:?}"
        );
        assert_eq!(inputs.len(), expected.len() + 1);
        assert!(
            inputs
                .iter()
                .all(|input| input.place.as_deref().is_some_and(|place| place.starts_with("t.toml:")))
        );
    }
}
