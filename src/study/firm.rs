//! Changes that add a yardstick at a place: perfectly secure supply, or a stockpile.

use super::{Change, Variant};
use crate::results::WORLD;
use crate::scenario::CountryIndex;

use super::world::countries_of;

/// What the id of an added table begins with.
const ADDED: &str = "added";

impl Variant {
    /// The change that adds perfectly secure supply at (material, place): so many tonnes a year that no event strikes, that need no feed, and that are
    /// there first for what deliveries to the place miss. A place is a country, a group, `focus` or `WLD`; several countries share it.
    pub fn firm_supply(&self, (material, place): (&str, &str), tonnes_per_year: f64) -> Change {
        let taken = self.scenario().firm_supplies.iter().map(|firm| firm.id.as_str());
        let id = free(&taken.collect::<Vec<_>>());
        Change::add(format!(
            "[[firm_supply]]\nid = \"{id}\"\nmaterial = \"{material}\"\ncountries = [{}]\ntonnes_per_year = {tonnes_per_year:e}\nassumption = \"a yardstick\"\n",
            self.listed(place)
        ))
    }

    /// The change that adds a stockpile at (material, place) that is full at the start, is released at the first shortage, as much as is missing, and
    /// refilled as the format's default says. Several countries share it.
    pub fn stockpile(&self, (material, place): (&str, &str), tonnes: f64) -> Change {
        let scenario = self.scenario();
        let taken = scenario.stockpiles.iter().map(|pile| pile.id.as_str());
        let groups = scenario.groups.iter().map(|group| group.id.as_str());
        let id = free(&taken.chain(groups).collect::<Vec<_>>());
        let is_one = self.members(place).len() == 1;
        let (group, owner) = match is_one {
            true => (String::new(), self.listed(place)),
            false => (
                format!("[[group]]\nid = \"{id}\"\nmembers = [{}]\n", self.listed(place)),
                format!("\"{id}\""),
            ),
        };
        Change::add(format!(
            "{group}[[stockpile]]\nid = \"{id}\"\nmaterial = \"{material}\"\ncountry = {owner}\ntonnes = {tonnes:e}\nassumption = \"a yardstick\"\n"
        ))
    }

    fn members(&self, place: &str) -> Vec<CountryIndex> {
        let scenario = self.scenario();
        let mut members = match place {
            WORLD => (0..scenario.countries.len()).collect(),
            place => countries_of(scenario, place),
        };
        members.sort_unstable();
        members.dedup();
        members
    }

    /// The countries of a place, as TOML lists them.
    fn listed(&self, place: &str) -> String {
        let countries = &self.scenario().countries;
        let members = self.members(place).into_iter();
        let codes: Vec<String> = members
            .map(|country| format!("\"{}\"", countries[country].code))
            .collect();
        codes.join(", ")
    }
}

/// An id that is not taken.
fn free(taken: &[&str]) -> String {
    let mut id = ADDED.to_owned();
    while taken.contains(&id.as_str()) {
        id.push('_');
    }
    id
}
