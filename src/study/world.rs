//! What a variant says without being simulated: who makes what, what its events hit, and how probable that is.

use super::{Change, Variant};
use crate::data::OTHERS;
use crate::engine::draws::{Strikes, draw_events, draw_inputs};
use crate::results::FOCUS;
use crate::scenario::{Arrival, CountryIndex, EventKind, Place, Scenario};

/// Trials from which a probability of events is counted at most.
const MOST_TRIALS: u64 = 100_000;

/// A country that makes a material, other than by recycling, and the undisrupted balance of the material at the start, in its unit per year.
#[derive(Debug, Clone, PartialEq)]
pub struct Maker {
    /// Material id.
    pub material: String,
    /// Country code.
    pub country: String,
    /// Its output, recycling included.
    pub supply: f64,
    /// Everybody's.
    pub world_supply: f64,
    /// Its orders: final demand and feed.
    pub orders: f64,
    /// Everybody's.
    pub world_orders: f64,
}

/// What an event takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Taken {
    /// Output.
    Output,
    /// Exports.
    Exports,
}

impl Variant {
    /// The same with every uncertain input at its mean in every trial.
    #[must_use]
    pub fn at_means(&self) -> Variant {
        let mut variant = self.clone();
        variant.prepared.model = self.prepared.model.at_means();
        variant
    }

    /// Whether any input is uncertain.
    pub fn has_uncertain_inputs(&self) -> bool {
        !self.prepared.model.inputs.is_empty()
    }

    /// First day of the simulation, `YYYY-MM-DD`.
    pub fn start(&self) -> String {
        self.prepared.scenario.time.start.to_string()
    }

    /// Length of the horizon in months.
    pub fn horizon_months(&self) -> f64 {
        self.prepared.model.periods as f64 * self.prepared.model.step_months
    }

    /// Ids of all events.
    pub fn events(&self) -> impl Iterator<Item = &str> {
        self.scenario().events.iter().map(|event| event.id.as_str())
    }

    /// Ids of all materials, in the order of the file.
    pub fn materials(&self) -> Vec<String> {
        let materials = self.scenario().materials.iter();
        materials.map(|material| material.id.clone()).collect()
    }

    /// Ids and names of all materials, in the order of the file.
    pub fn material_names(&self) -> Vec<(String, String)> {
        let materials = self.scenario().materials.iter();
        materials
            .map(|material| (material.id.clone(), material.name.clone()))
            .collect()
    }

    /// Whether every material's makers serve their own users first where trade is not observed; `None` where materials differ.
    pub fn serves_own_users_first(&self) -> Option<bool> {
        let mut rules = self.scenario().materials.iter().map(|material| material.domestic_first);
        let first = rules.next().unwrap_or(true);
        rules.all(|rule| rule == first).then_some(first)
    }

    /// The changes that take away what ties events together: frailties and copulas.
    pub fn ties(&self) -> Vec<Change> {
        let scenario = self.scenario();
        let frailties = scenario.frailties.iter().map(|one| format!("frailty.{}", one.id));
        let copulas = scenario.copulas.iter().map(|one| format!("copula.{}", one.id));
        frailties.chain(copulas).map(Change::remove).collect()
    }

    /// The changes that take away every event, and what ties events together.
    pub fn without_events(&self) -> Vec<Change> {
        let events = self.scenario().events.iter().map(|one| format!("event.{}", one.id));
        self.ties().into_iter().chain(events.map(Change::remove)).collect()
    }

    /// Everyone who makes something other than by recycling, by material in the order of the file and output, the largest first.
    pub fn makers(&self) -> Vec<Maker> {
        let (scenario, model) = (self.scenario(), &self.prepared.model);
        let per_year = 1.0 / model.step_years();
        let mut makers = Vec::new();
        for (material, compiled) in model.materials.iter().enumerate() {
            let supply = model.reference.supply(model, material, 0);
            let orders = model.reference.orders(model, material, 0);
            let ordered_by = |country: CountryIndex| {
                let markets = model.markets[compiled.first_market..].iter().zip(orders);
                let own = markets.filter(|(market, _)| market.country == country);
                own.map(|(_, order)| order).sum::<f64>()
            };
            let mut here: Vec<Maker> = Vec::new();
            for (row, &country) in compiled.rows.iter().enumerate() {
                let supplies = compiled.supplies.iter().map(|supply| &model.supplies[*supply]);
                if supplies
                    .filter(|supply| supply.row == row)
                    .all(|supply| supply.recycling.is_some())
                {
                    continue;
                }
                here.push(Maker {
                    material: scenario.materials[material].id.clone(),
                    country: scenario.countries[country].code.clone(),
                    supply: supply[row] * per_year,
                    world_supply: supply.iter().sum::<f64>() * per_year,
                    orders: ordered_by(country) * per_year,
                    world_orders: orders.iter().sum::<f64>() * per_year,
                });
            }
            here.sort_by(|one, other| other.supply.total_cmp(&one.supply));
            makers.append(&mut here);
        }
        makers
    }

    /// Who makes most of each material that the focus hangs on, in the last year of the horizon without events: material, country, share of output. Bloc and
    /// members stand as the scenario has them; what is left to other countries belongs to no single one.
    pub fn largest_shares_at_the_end(&self) -> Vec<(String, String, f64)> {
        let (scenario, model) = (self.scenario(), &self.prepared.model);
        let last_year = libm::ceil(12.0 / model.step_months) as usize;
        let periods = model.periods.saturating_sub(last_year)..model.periods;
        let mut shares = Vec::new();
        for material in self.materials_of_focus() {
            let compiled = &model.materials[material];
            let mut output = vec![0.0; compiled.rows.len()];
            for period in periods.clone() {
                let supply = model.reference.supply(model, material, period);
                output.iter_mut().zip(supply).for_each(|(sum, tonnes)| *sum += tonnes);
            }
            let total: f64 = output.iter().sum();
            let countries = compiled
                .rows
                .iter()
                .map(|country| scenario.countries[*country].code.as_str());
            let single = countries.zip(output).filter(|(code, _)| *code != OTHERS);
            if let Some((country, tonnes)) = single
                .max_by(|one, other| one.1.total_cmp(&other.1))
                .filter(|_| total > 0.0)
            {
                let id = scenario.materials[material].id.clone();
                shares.push((id, country.to_owned(), tonnes / total));
            }
        }
        shares
    }

    /// The materials in focus and all that they are made of, by index.
    fn materials_of_focus(&self) -> Vec<usize> {
        let model = &self.prepared.model;
        let mut wanted = vec![false; model.materials.len()];
        let mut open = self.scenario().focus.materials.clone();
        while let Some(material) = open.pop() {
            if !std::mem::replace(&mut wanted[material], true) {
                open.extend(model.links[material].inputs.iter().copied());
            }
        }
        (0..wanted.len()).filter(|material| wanted[*material]).collect()
    }

    /// Ids of the events that may yet come and take something of a country's output or exports of a material; of its exports those to a place (country,
    /// group or `focus`): all of its countries but the exporter itself. Events that are in force at the start are not among them.
    pub fn events_that_take(&self, taken: Taken, (material, country): (&str, &str), place: &str) -> Vec<&str> {
        let scenario = self.scenario();
        let is_material = |index: &usize| scenario.materials[*index].id == material;
        let is_country = |index: &usize| scenario.countries[*index].code == country;
        let buyers = countries_of(scenario, place);
        let hits = scenario.events.iter().filter(|event| {
            let takes = match (&event.kind, taken) {
                (EventKind::ProductionLoss { supplies }, Taken::Output) => supplies.iter().any(|supply| {
                    let supply = &scenario.supplies[*supply];
                    is_material(&supply.material) && is_country(&supply.country)
                }),
                (
                    EventKind::ExportRestriction {
                        from, to, materials, ..
                    },
                    Taken::Exports,
                ) => {
                    from.iter().any(is_country)
                        && materials.iter().any(is_material)
                        && buyers.iter().all(|buyer| is_country(buyer) || to.contains(buyer))
                }
                _ => false,
            };
            takes && !matches!(event.arrival, Arrival::InForce { .. })
        });
        hits.map(|event| event.id.as_str()).collect()
    }

    /// For each set of events the probability that any of them starts within the horizon, from the trials of the scenario (at most 100,000): the draws
    /// that a run has.
    pub fn probabilities_of_any(&self, sets: &[Vec<String>]) -> Vec<f64> {
        let mut model = self.prepared.model.clone();
        model.design = self.prepared.ranked_design();
        let trials = self.trials().min(MOST_TRIALS);
        let place = |id: &String| self.events().position(|event| event == id);
        let sets: Vec<Vec<usize>> = sets.iter().map(|ids| ids.iter().filter_map(place).collect()).collect();
        let (mut inputs, mut strikes) = (Vec::new(), Strikes::default());
        let mut counts = vec![0_u64; sets.len()];
        let mut happened = vec![false; model.events.len()];
        for trial in 0..trials {
            draw_inputs(&model, trial, &mut inputs);
            draw_events(&model, trial, &inputs, &mut strikes);
            happened.fill(false);
            for strike in strikes
                .all
                .iter()
                .filter(|strike| strike.occurrence.start_months >= 0.0)
            {
                happened[strike.occurrence.event] = true;
            }
            for (set, count) in sets.iter().zip(&mut counts) {
                *count += u64::from(set.iter().any(|event| happened[*event]));
            }
        }
        let share = |count: u64| count as f64 / trials.max(1) as f64;
        counts.into_iter().map(share).collect()
    }

    pub(super) fn scenario(&self) -> &Scenario {
        &self.prepared.scenario
    }
}

/// The countries of a place: a code, a group's id, or `focus`.
pub(super) fn countries_of(scenario: &Scenario, place: &str) -> Vec<CountryIndex> {
    let of = |place: &Place| match place {
        Place::Country(country) => vec![*country],
        Place::Group(group) => scenario.groups[*group].members.clone(),
    };
    if place == FOCUS {
        return scenario.focus.places.iter().flat_map(of).collect();
    }
    let group = scenario.groups.iter().position(|group| group.id == place);
    let country = scenario.countries.iter().position(|country| country.code == place);
    group
        .map(Place::Group)
        .or(country.map(Place::Country))
        .map_or(Vec::new(), |place| of(&place))
}
