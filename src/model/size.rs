//! What a model needs in memory, and where its quantities go: a model that memory or numbers cannot hold is refused before anything is
//! allocated for it.

use super::compile::ModelError;
use super::world::all;
use super::{EffectModel, Model, World};
use crate::scenario::Scenario;

/// The most memory that one thread's share of a model may need, bytes.
const LIMIT_BYTES: f64 = 4e9;
/// Bytes of a number.
const NUMBER: f64 = 8.0;
/// Bytes that the results keep for each demand and period: counts by size of the shortfall, fewer in quiet scenarios.
const FAN: f64 = 1_000.0;
/// Bytes of a row's totals, and of its trials that wait for them.
const ROW: f64 = 10e3;
/// The largest quantity that is computed with, t per period or USD: what is larger is a mistake in the scenario, and far from overflow.
const REACH: f64 = 1e30;

/// Refuses a model whose arrays would not fit in memory. Knows only counts: nothing large has been allocated yet.
///
/// # Errors
/// [`ModelError::TooLarge`] with the largest part.
pub(super) fn check_memory(model: &Model, lanes: usize) -> Result<(), ModelError> {
    let number = |count: usize| count as f64;
    let periods = number(model.reference_periods);
    let (supplies, cells) = (number(model.supplies.len()), number(model.cells.len()));
    let (markets, rows) = (number(model.markets.len()), number(model.exporter_rows));
    let (events, causes) = (number(model.events.len()), number(model.cause_count()));
    let transit: f64 = model
        .materials
        .iter()
        .map(|material| number(material.lead_periods) * number(material.columns.len()))
        .sum();
    let lane_effects: usize = model
        .events
        .iter()
        .map(|event| match &event.effect {
            EffectModel::Lanes(effects) | EffectModel::Quota(effects) => {
                effects.iter().map(|effect| effect.lanes.len()).sum()
            }
            _ => 0,
        })
        .sum();
    let parts = [
        (
            format!("{lanes} lanes x {periods} periods"),
            NUMBER * number(lanes) * periods,
        ),
        (
            format!("{supplies} supplies and {cells} demands x {periods} periods"),
            NUMBER * (4.0 * supplies + cells + 3.0 * markets + rows) * periods,
        ),
        (
            format!("results of {cells} demands x {} periods", model.periods),
            // The fan, the open trial's periods, and totals with the trials that wait for them.
            cells * ((FAN + 3.0 * NUMBER) * number(model.periods) + ROW),
        ),
        (
            format!("{events} events x {} periods", model.periods),
            2.0 * NUMBER * events * number(model.periods),
        ),
        (
            format!("{cells} demands x {causes} causes (events x materials x countries that they strike)"),
            3.0 * NUMBER * cells * causes,
        ),
        (
            format!("{markets} markets with what is on its way to them x {causes} causes"),
            NUMBER * (rows + markets + transit) * causes,
        ),
        (
            format!("{lane_effects} lanes under events"),
            NUMBER * number(lane_effects),
        ),
    ];
    let total: f64 = parts.iter().map(|(_, bytes)| bytes).sum();
    if total <= LIMIT_BYTES {
        return Ok(());
    }
    let largest = parts.into_iter().max_by(|one, other| one.1.total_cmp(&other.1));
    Err(ModelError::TooLarge {
        gigabytes: total / 1e9,
        limit: LIMIT_BYTES / 1e9,
        largest: largest.map(|(what, _)| what).unwrap_or_default(),
    })
}

/// Refuses a model whose reference leaves the numbers that are computed with: at the means of its inputs, and with each at the
/// value that one draw of a thousand million exceeds.
///
/// # Errors
/// [`ModelError::OutOfReach`] with the quantity.
pub(super) fn check_reach(scenario: &Scenario, model: &Model, world: &World) -> Result<(), ModelError> {
    let code = |country: usize| scenario.countries[country].code.as_str();
    let id = |material: usize| scenario.materials[material].id.as_str();
    let market = |market: usize| (model.markets[market].material, model.markets[market].country);
    let place =
        |what: &str, (material, country): (usize, usize)| format!("{what} of {} in {}", id(material), code(country));
    let outside = |values: &[f64], count: usize| {
        values
            .iter()
            .position(|value| value.is_nan() || *value > REACH)
            .map(|at| (at % count.max(1), values[at]))
    };
    let supplies = model.supplies.len();
    let made = |supply: usize| (model.supplies[supply].material, model.supplies[supply].country);
    let found = None
        .or_else(|| outside(all(&world.capacity), supplies).map(|(at, value)| (place("the capacity", made(at)), value)))
        .or_else(|| {
            outside(all(&world.target), supplies).map(|(at, value)| (place("the planned output", made(at)), value))
        })
        .or_else(|| {
            outside(all(&world.need), model.cells.len())
                .map(|(at, value)| (place("the demand", market(model.cells[at].market)), value))
        })
        .or_else(|| {
            outside(all(&world.order), model.markets.len()).map(|(at, value)| (place("the orders", market(at)), value))
        })
        .or_else(|| {
            outside(&world.inventory_level, model.inventories.len())
                .map(|(at, value)| (place("the stock", market(model.inventories[at].market)), value))
        });
    found.map_or(Ok(()), |(what, value)| {
        Err(ModelError::OutOfReach {
            what,
            value,
            limit: REACH,
        })
    })
}
