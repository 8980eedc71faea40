//! Indices of a scenario's undisrupted start.

use super::formulas::{add_buyer, add_makers};
use super::known::{Buyer, Imports, Stage};
use super::{Indices, IndicesError, OTHERS};
use crate::data::{self, Governance};
use crate::draft::{self, Complaint};
use crate::study::{StartMarket, Study, Suppliers, Variant};

/// Indices of a scenario's start, for the places in focus or those that are named (country codes or groups of the scenario).
///
/// # Errors
/// A scenario that is wrong; a place that it does not have.
pub fn of_scenario(study: &Study, places: &[String], governance: &Governance) -> Result<Indices, IndicesError> {
    let variant = study.baseline().map_err(|error| IndicesError::Study(Box::new(error)))?;
    let names = variant.places();
    let wanted = match places.is_empty() {
        true => variant.focus().1,
        false => named_places(places, &names)?,
    };
    let mut found = Vec::new();
    for market in variant.start_markets() {
        let stage = stage_of(&market);
        add_makers(&mut found, &stage, governance);
        for place in &wanted {
            if let Some(buyer) = buyer_of(&variant, &market, place, &names) {
                add_buyer(&mut found, &stage, &buyer, governance);
            }
        }
    }
    Ok(Indices {
        title: variant.title().to_owned(),
        origin: study.name().to_owned(),
        is_of_scenario: true,
        countries: names,
        found,
        governance: governance.source.clone(),
        warnings: governance.warnings.clone(),
    })
}

/// Ids of places of the scenario, as typed: an id, a code, or a country's name.
fn named_places(typed: &[String], names: &[(String, String)]) -> Result<Vec<String>, IndicesError> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for text in typed {
        let code = draft::country(text);
        let is_meant = |(id, name): &&(String, String)| {
            id == text || name.eq_ignore_ascii_case(text) || code.as_ref().is_ok_and(|code| code == id)
        };
        match names.iter().find(is_meant) {
            Some((id, _)) if found.contains(id) => {}
            Some((id, _)) => found.push(id.clone()),
            None => {
                let ids: Vec<&str> = names.iter().map(|(id, _)| id.as_str()).collect();
                let near = data::nearest_name(text, &ids);
                let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
                wrong.push(Complaint {
                    message: format!("the scenario has no country or group `{text}`"),
                    hint: Some(format!("{near}It has {}", ids.join(", "))),
                });
            }
        }
    }
    match wrong.is_empty() {
        true => Ok(found),
        false => Err(IndicesError::Asked(wrong)),
    }
}

fn stage_of(market: &StartMarket) -> Stage {
    let of = |others: bool| {
        market
            .makers
            .iter()
            .filter(move |maker| (maker.country == OTHERS) == others)
    };
    let named = of(false).map(|maker| (maker.country.clone(), maker.primary)).collect();
    let others = of(true).map(|maker| maker.primary).sum();
    Stage {
        material: market.material.clone(),
        name: market.name.clone(),
        stage: String::new(),
        year: String::new(),
        source: "the scenario, undisrupted output at the start".to_owned(),
        makers: Suppliers::new(named, others, f64::INFINITY)
            .ok_or_else(|| "the scenario has no country that makes it".to_owned()),
        notes: Vec::new(),
    }
}

/// `None` where the place orders none.
fn buyer_of(variant: &Variant, market: &StartMarket, place: &str, names: &[(String, String)]) -> Option<Buyer> {
    let home = variant.countries_of(place);
    let is_home = |country: &String| home.contains(country);
    let buyers: Vec<_> = market.buyers.iter().filter(|buyer| is_home(&buyer.country)).collect();
    let orders: f64 = buyers.iter().map(|buyer| buyer.orders).sum();
    if orders <= 0.0 {
        return None;
    }
    let mut from: Vec<(String, f64)> = Vec::new();
    for (origin, flow) in buyers
        .iter()
        .flat_map(|buyer| &buyer.from)
        .filter(|(origin, _)| !is_home(origin))
    {
        match from.iter_mut().find(|(known, _)| known == origin) {
            Some((_, sum)) => *sum += flow,
            None => from.push((origin.clone(), *flow)),
        }
    }
    let abroad = market.buyers.iter().filter(|buyer| !is_home(&buyer.country));
    let exports = abroad
        .flat_map(|buyer| &buyer.from)
        .filter(|(origin, _)| is_home(origin))
        .map(|(_, flow)| flow)
        .sum();
    let own = || market.makers.iter().filter(|maker| is_home(&maker.country));
    let recycled: f64 = own().map(|maker| maker.recycled).sum();
    let total = from.iter().map(|(_, flow)| flow).sum();
    let name = names.iter().find(|(id, _)| id == place);
    Some(Buyer {
        place: place.to_owned(),
        name: name.map_or(place, |(_, name)| name).to_owned(),
        output: Ok(own().map(|maker| (maker.country.clone(), maker.primary)).collect()),
        recycled,
        is_of_model: true,
        imports: Ok(Imports::new(from, f64::INFINITY, total, exports)),
        used: Ok(orders),
        stock: Ok(buyers.iter().map(|buyer| buyer.stock).sum()),
        recycling_rate: Some((
            recycled / orders,
            "recycled output over orders in the scenario".to_owned(),
        )),
        published_reliance: None,
        source: "the scenario, undisrupted trade at the start".to_owned(),
        notes: Vec::new(),
    })
}
