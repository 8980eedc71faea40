//! `focus`, or what stands for it when there is none: everything with final demand. Nobody who goes short may be missing from an answer only
//! because nobody asked for them by name.

use super::base::Base;
use super::text_of;
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::diagnostics::Problem;
use crate::scenario::values::Problems;

pub(crate) fn read(base: &Base<'_>, demands: &[Demand], out: &mut Problems) -> Option<Focus> {
    let view = base.single("focus");
    let node = |key: &str| view.as_ref().and_then(|view| view.get(key));
    let mut materials: Vec<MaterialIndex> = match &view {
        Some(view) if view.get("materials").is_some_and(|node| node.text() != Some("all")) => {
            view.materials("materials").ok()?
        }
        _ => (0..base.material_ids.len())
            .filter(|m| demands.iter().any(|d| d.material == *m))
            .collect(),
    };
    if let Some(node) = node("materials")
        && demands.len() == crate::scenario::names::tables(base.top, "demand").count()
    {
        for item in node.one_or_many() {
            let Some(material) = item.text().and_then(|id| base.material(id).ok()) else {
                continue;
            };
            if !demands.iter().any(|demand| demand.material == material) {
                let id = &base.material_ids[material];
                let message = format!("the focus names `{id}`, for which there is no final demand");
                out.push(Problem::warning(
                    Code::FocusWithoutDemand,
                    item.span,
                    message,
                    "only processors use it",
                ));
            }
        }
    }
    materials.dedup();
    let places = match node("countries") {
        Some(node) if node.text() != Some("all") => {
            let mut places = Vec::new();
            for item in node.one_or_many() {
                let place = place(base, text_of(item).ok()?)?;
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            places
        }
        _ => all(demands, &materials),
    };
    Some(Focus { materials, places })
}

fn place(base: &Base<'_>, name: &str) -> Option<Place> {
    match base.groups.iter().position(|group| group.id == name) {
        Some(group) => Some(Place::Group(group)),
        None => base.country(name).ok().map(Place::Country),
    }
}

/// Every country with final demand for one of the materials, those with the largest shares of it first.
fn all(demands: &[Demand], materials: &[MaterialIndex]) -> Vec<Place> {
    let amount = |demand: &Demand| match &demand.amount {
        Quantity::Constant(number) => number.mean(),
        Quantity::Path { points, factor } => {
            points.first().map_or(0.0, |(_, value)| *value) * factor.as_ref().map_or(1.0, Number::mean)
        }
    };
    let mut weights: std::collections::BTreeMap<CountryIndex, f64> = Default::default();
    for material in materials {
        let of: Vec<&Demand> = demands.iter().filter(|demand| demand.material == *material).collect();
        let total: f64 = of.iter().map(|demand| amount(demand)).sum();
        for demand in of {
            *weights.entry(demand.country).or_default() += if total > 0.0 { amount(demand) / total } else { 0.0 };
        }
    }
    let mut ranked: Vec<(CountryIndex, f64)> = weights.into_iter().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked.into_iter().map(|(country, _)| Place::Country(country)).collect()
}
