//! Commercial and strategic stocks, perfectly secure supply, recycling.

use super::base::Base;
use super::supplies::Made;
use super::uniqueness::once_each;
use super::view::View;
use super::{Read, Skip};
use crate::scenario::checked::*;
use crate::scenario::values::Problems;

pub(crate) fn inventories(base: &Base<'_>, out: &mut Problems) -> Vec<Inventory> {
    let mut places = Vec::new();
    let mut one = |view: &View<'_>| -> Read<Inventory> {
        let (material, country) = (view.material("material")?, view.country("country")?);
        places.push((material, country, view.header, view.address.clone()));
        let unlimited = || StockLevel::Tonnes(Quantity::Constant(Number::Fixed(f64::INFINITY)));
        let maximum = match view.get("maximum") {
            Some(_) => Some(unlimited()),
            None => level(view, "maximum_days", "maximum_tonnes")?,
        };
        Ok(Inventory {
            material,
            country,
            level: level(view, "days", "tonnes")?.ok_or(Skip)?,
            maximum,
            refill_months: refill_months(view, 12.0)?,
        })
    };
    let read = base
        .views("inventory")
        .iter()
        .filter_map(|view| one(view).ok())
        .collect();
    once_each("inventory", &places, out);
    read
}

fn refill_months(view: &View<'_>, default: f64) -> Read<Option<Number>> {
    let wanted = view.flag("refill", true)?;
    let months = view.number_or("refill_months", default)?;
    Ok(wanted.then_some(months))
}

fn level(view: &View<'_>, days: &str, tonnes: &str) -> Read<Option<StockLevel>> {
    let days = view.quantity(days)?.map(StockLevel::Days);
    Ok(days.or(view.quantity(tonnes)?.map(StockLevel::Tonnes)))
}

pub(crate) fn stockpiles(base: &Base<'_>) -> Vec<Stockpile> {
    let one = |view: &View<'_>| -> Read<Stockpile> {
        let owners = view
            .base
            .place(view.get("country").and_then(|node| node.text()).ok_or(Skip)?)?;
        let release = view.inner("release")?;
        let rule = release.as_ref();
        let allies = rule
            .map_or(Ok(None), |rule| rule.countries("allies"))?
            .unwrap_or_default();
        Ok(Stockpile {
            id: view.address.trim_start_matches("stockpile.").to_string(),
            material: view.material("material")?,
            level: level(view, "days", "tonnes")?.ok_or(Skip)?,
            filled_at_start: view.number_or("filled", 1.0)?,
            trigger: rule.map_or(Ok(Number::Fixed(0.0)), |rule| rule.number_or("trigger", 0.0))?,
            max_per_month: rule.map_or(Ok(Number::Fixed(1.0)), |rule| rule.number_or("max_per_month", 1.0))?,
            sectors: rule.map_or(Ok(None), |rule| rule.sectors("sectors"))?,
            allies: allies.into_iter().filter(|ally| !owners.contains(ally)).collect(),
            refill_months: refill_months(view, 24.0)?,
            owners,
        })
    };
    base.views("stockpile")
        .iter()
        .filter_map(|view| one(view).ok())
        .collect()
}

pub(crate) fn firm_supplies(base: &Base<'_>) -> Vec<FirmSupply> {
    let one = |view: &View<'_>| -> Read<FirmSupply> {
        Ok(FirmSupply {
            id: view.address.trim_start_matches("firm_supply.").to_string(),
            material: view.material("material")?,
            countries: view.countries("countries")?.ok_or(Skip)?,
            tonnes_per_year: view.number("tonnes_per_year")?.ok_or(Skip)?,
        })
    };
    base.views("firm_supply")
        .iter()
        .filter_map(|view| one(view).ok())
        .collect()
}

/// Recycling, and the supply that each entry becomes.
pub(crate) fn recyclings(
    base: &Base<'_>,
    materials: &[Material],
    made: &mut Made,
    out: &mut Problems,
) -> Vec<Recycling> {
    let mut places = Vec::new();
    let mut read: Vec<Recycling> = Vec::new();
    for view in base.views("recycling") {
        let one = || -> Read<Recycling> {
            let material = view.material("material")?;
            Ok(Recycling {
                material,
                country: view.country("country")?,
                rate: view.quantity("rate")?.ok_or(Skip)?,
                lag_years: view.number("lag_years")?.ok_or(Skip)?,
                of: if view.get("of").is_some() {
                    view.material("of")?
                } else {
                    material
                },
            })
        };
        let Ok(one) = one() else { continue };
        let Some(own) = materials.get(one.material) else {
            continue;
        };
        places.push((one.material, one.country, view.header, view.address.clone()));
        made.add(Supply {
            id: format!("recycling.{}.{}", own.id, base.countries[one.country].code),
            country: one.country,
            material: one.material,
            size: Size::Recycled(read.len()),
            utilisation: Number::Fixed(1.0),
            inputs: Vec::new(),
            supply_elasticity: Number::Fixed(0.0),
            ramp_per_month: Number::Fixed(0.05),
            opens_months: None,
            ramp_months: Number::Fixed(0.0),
            closes_months: None,
            follows_demand: false,
        });
        read.push(one);
    }
    once_each("recycling", &places, out);
    read
}
