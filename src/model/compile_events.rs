//! Events, frailties and copulas compiled to indices and samplers.

use super::compile::{Inputs, ModelError};
use super::{
    ArrivalModel, CopulaModel, EffectModel, EventModel, EventStreams, FrailtyModel, LaneEffect, LeakModel,
    MaterialModel, Model, RecoveryModel,
};
use crate::sampling::{Copula, Correlation, LengthBiased, Sampler, StreamKey};
use crate::scenario::{
    Arrival, CopulaFamily, CopulaTarget, Event, EventKind, Recovery, RenewalStart, RestrictionForm, Scenario, StockKind,
};

pub(super) fn compile_events(
    scenario: &Scenario,
    model: &mut Model,
    inputs: &mut Inputs<'_>,
) -> Result<(), ModelError> {
    for (index, event) in scenario.events.iter().enumerate() {
        let effect = compile_effect(model, inputs, scenario, index, event);
        let arrival = compile_arrival(inputs, event)?;
        let approval = match &event.kind {
            EventKind::ExportRestriction {
                form: RestrictionForm::Licensing { approval_months },
                ..
            } => Some(Sampler::new(approval_months)),
            _ => None,
        };
        let leak = match &event.kind {
            EventKind::ExportRestriction { leak: Some(leak), .. } => Some(LeakModel {
                share: inputs.number(&leak.share),
                delay_months: inputs.number(&leak.delay_months),
                premium: inputs.number(&leak.premium),
            }),
            _ => None,
        };
        let starts_by_arrival = matches!(arrival, ArrivalModel::Poisson { .. } | ArrivalModel::Renewal { .. });
        model.events.push(EventModel {
            id: event.id.clone(),
            streams: EventStreams::new(scenario.run.seed, &event.id, starts_by_arrival),
            arrival,
            duration: compile_duration(event)?,
            severity: Sampler::new(&event.severity),
            approval_months: approval,
            notice_months: event.notice.as_ref().map(Sampler::new),
            leak,
            recovery: match &event.recovery {
                Recovery::Step => RecoveryModel::Step,
                Recovery::Linear { months } => RecoveryModel::Linear(Sampler::new(months)),
                Recovery::Exponential { months } => RecoveryModel::Exponential(Sampler::new(months)),
            },
            materials: reached(model, &effect),
            effect,
            frailty: scenario
                .frailties
                .iter()
                .position(|frailty| frailty.events.contains(&index)),
            coupled: [CopulaTarget::Occurrence, CopulaTarget::Duration, CopulaTarget::Severity].map(|on| {
                scenario.copulas.iter().enumerate().find_map(|(copula, group)| {
                    let member = group.events.iter().position(|&member| member == index)?;
                    (group.on == on).then_some((copula, member))
                })
            }),
        });
    }
    model.event_order = follow_order(scenario);
    for frailty in &scenario.frailties {
        model.frailties.push(FrailtyModel {
            key: StreamKey::new(scenario.run.seed, &format!("frailty.{}", frailty.id)),
            factor: Sampler::new(&frailty.factor),
        });
    }
    for group in &scenario.copulas {
        let failed = |why: String| ModelError::Sampling {
            what: format!("copula.{}", group.id),
            why,
        };
        let correlation = Correlation::matrix(&group.correlation).map_err(|error| failed(error.to_string()))?;
        let copula = match group.family {
            CopulaFamily::Gaussian => Copula::gaussian(correlation),
            CopulaFamily::StudentT { degrees } => {
                Copula::student_t(correlation, degrees).map_err(|error| failed(error.to_string()))?
            }
        };
        model.copulas.push(CopulaModel {
            key: StreamKey::new(scenario.run.seed, &format!("copula.{}", group.id)),
            copula,
            members: group.events.len(),
            on: group.on,
        });
    }
    Ok(())
}

/// Followed events before their followers (the check has refused cycles): in rounds over the file, each event in the first round in which what
/// it follows has been placed.
fn follow_order(scenario: &Scenario) -> Vec<usize> {
    let followed = |index: usize| match &scenario.events[index].arrival {
        Arrival::After { event, .. } => Some(*event),
        _ => None,
    };
    let mut rounds: Vec<Option<usize>> = vec![None; scenario.events.len()];
    for first in 0..rounds.len() {
        let mut trail = vec![first];
        // Up the chain to what has a round, then down again.
        while let Some(event) = trail.last().and_then(|last| followed(*last)) {
            if rounds[event].is_some() || trail.len() > rounds.len() {
                break;
            }
            trail.push(event);
        }
        for &event in trail.iter().rev() {
            let round = followed(event).map(|before| rounds[before].unwrap_or(0) + usize::from(before > event));
            rounds[event] = rounds[event].or(Some(round.unwrap_or(0)));
        }
    }
    let mut order: Vec<usize> = (0..rounds.len()).collect();
    order.sort_by_key(|index| rounds[*index]);
    order
}

fn compile_arrival(inputs: &mut Inputs<'_>, event: &Event) -> Result<ArrivalModel, ModelError> {
    Ok(match &event.arrival {
        Arrival::Fixed { at_months, probability } => ArrivalModel::Fixed {
            at_months: inputs.number(at_months),
            probability: inputs.number(probability),
        },
        Arrival::Window {
            from_months,
            to_months,
            probability,
        } => ArrivalModel::Window {
            from_months: *from_months,
            to_months: *to_months,
            probability: inputs.number(probability),
        },
        Arrival::InForce { since_months } => ArrivalModel::InForce {
            since_months: *since_months,
        },
        Arrival::Poisson { per_year } => ArrivalModel::Poisson {
            per_year: inputs.number(per_year),
        },
        Arrival::Renewal { up, down, starts } => {
            let failed = |error: &dyn std::fmt::Display| ModelError::Sampling {
                what: format!("event.{}.arrival", event.id),
                why: error.to_string(),
            };
            let biased = if *starts == RenewalStart::Steady {
                let up = LengthBiased::new(up).map_err(|error| failed(&error))?;
                let down = LengthBiased::new(down).map_err(|error| failed(&error))?;
                Some(Box::new((up, down)))
            } else {
                None
            };
            ArrivalModel::Renewal {
                up: Sampler::new(up),
                down: Sampler::new(down),
                biased,
                share_down: down.mean() / (up.mean() + down.mean()),
                starts: *starts,
            }
        }
        Arrival::After {
            event,
            probability,
            delay,
            from_end,
        } => ArrivalModel::After {
            event: *event,
            probability: inputs.number(probability),
            delay: Sampler::new(delay),
            from_end: *from_end,
        },
    })
}

fn compile_duration(event: &Event) -> Result<Option<Sampler>, ModelError> {
    let Some(duration) = &event.duration else {
        return Ok(None);
    };
    let Arrival::InForce { since_months } = event.arrival else {
        return Ok(Some(Sampler::new(duration)));
    };
    // The check has refused durations that cannot reach the start.
    let lasting = Sampler::lasting(duration, -since_months).ok_or_else(|| ModelError::Sampling {
        what: format!("event.{}.duration", event.id),
        why: "no duration reaches beyond the start".to_owned(),
    })?;
    Ok(Some(lasting))
}

/// The index of a cause, added when new.
fn cause(model: &mut Model, event: usize, material: usize, country: usize) -> usize {
    let cause = (event, material, Some(country));
    // Events are compiled one after the other: the event's own causes are the last.
    let own = model
        .causes
        .iter()
        .enumerate()
        .rev()
        .take_while(|(_, other)| other.0 == event);
    if let Some((index, _)) = own.into_iter().find(|(_, other)| **other == cause) {
        return index;
    }
    model.causes.push(cause);
    model.causes.len() - 1
}

/// Materials that an effect touches, ascending.
fn reached(model: &Model, effect: &EffectModel) -> Vec<usize> {
    let mut materials: Vec<usize> = match effect {
        EffectModel::Production(supplies) | EffectModel::Cost(supplies) => supplies
            .iter()
            .map(|&(supply, _)| model.supplies[supply].material)
            .collect(),
        EffectModel::Lanes(effects) | EffectModel::Quota(effects) => {
            effects.iter().map(|effect| effect.material).collect()
        }
        EffectModel::Surge(cells) => cells
            .iter()
            .map(|&(cell, _)| model.markets[model.cells[cell].market].material)
            .collect(),
        EffectModel::Stock { markets, stockpiles } => {
            let markets = markets.iter().map(|&(market, _)| model.markets[market].material);
            let stockpiles = stockpiles
                .iter()
                .map(|&(stockpile, _)| model.stockpiles[stockpile].material);
            markets.chain(stockpiles).collect()
        }
    };
    materials.sort_unstable();
    materials.dedup();
    materials
}

fn compile_effect(
    model: &mut Model,
    inputs: &mut Inputs<'_>,
    scenario: &Scenario,
    index: usize,
    event: &Event,
) -> EffectModel {
    let with_causes = |model: &mut Model, supplies: &[usize]| {
        supplies
            .iter()
            .map(|&supply| {
                let (material, country) = (model.supplies[supply].material, model.supplies[supply].country);
                (supply, cause(model, index, material, country))
            })
            .collect::<Vec<_>>()
    };
    match &event.kind {
        EventKind::ProductionLoss { supplies } => EffectModel::Production(with_causes(model, supplies)),
        EventKind::CostShock { supplies } => EffectModel::Cost(with_causes(model, supplies)),
        EventKind::ExportRestriction {
            from,
            to,
            materials,
            form,
            ..
        } => {
            let mut effects = Vec::new();
            let tonnes_per_year = match form {
                RestrictionForm::Quota { tonnes_per_year } => {
                    tonnes_per_year.as_ref().map(|tonnes| inputs.quantity(tonnes))
                }
                _ => None,
            };
            for &material in materials {
                for &exporter in from {
                    let pairs: Vec<_> = to.iter().map(|&importer| (exporter, importer)).collect();
                    let effect = lane_effect(model, index, material, exporter, &pairs);
                    effects.extend(effect.map(|effect| LaneEffect {
                        tonnes_per_year: tonnes_per_year.clone(),
                        ..effect
                    }));
                }
            }
            match form {
                RestrictionForm::Quota { .. } => EffectModel::Quota(effects),
                RestrictionForm::Ban | RestrictionForm::Licensing { .. } => EffectModel::Lanes(effects),
            }
        }
        EventKind::LaneClosure { lanes, materials } => {
            let mut effects = Vec::new();
            for &material in materials {
                for exporter in model.materials[material].rows.clone() {
                    effects.extend(lane_effect(model, index, material, exporter, lanes));
                }
            }
            EffectModel::Lanes(effects)
        }
        EventKind::DemandSurge { demands } => EffectModel::Surge(
            demands
                .iter()
                .filter_map(|&demand| {
                    let demand = &scenario.demands[demand];
                    let market = model.market(demand.material, demand.country)?;
                    let cell = model.markets[market]
                        .cells
                        .clone()
                        .find(|&cell| !model.cells[cell].is_feed && model.cells[cell].sector == demand.sector)?;
                    Some((cell, cause(model, index, demand.material, demand.country)))
                })
                .collect(),
        ),
        EventKind::StockLoss {
            countries,
            materials,
            stock,
        } => {
            let mut markets = Vec::new();
            let mut stockpiles = Vec::new();
            for &material in materials {
                for &country in countries {
                    if *stock != StockKind::Strategic
                        && let Some(market) = model.market(material, country)
                    {
                        markets.push((market, cause(model, index, material, country)));
                    }
                }
                if *stock != StockKind::Commercial {
                    for stockpile in 0..model.stockpiles.len() {
                        let owned = |country: &&usize| model.stockpiles[stockpile].owner_countries.contains(country);
                        if model.stockpiles[stockpile].material == material
                            && let Some(&country) = countries.iter().find(owned)
                        {
                            stockpiles.push((stockpile, cause(model, index, material, country)));
                        }
                    }
                }
            }
            EffectModel::Stock { markets, stockpiles }
        }
    }
}

/// The lanes (row x columns + column) of one exporter of a material among `pairs`, ascending; home is none.
pub(super) fn lanes_of(material: &MaterialModel, exporter: usize, pairs: &[(usize, usize)]) -> Vec<usize> {
    let Ok(row) = material.rows.binary_search(&exporter) else {
        return Vec::new();
    };
    let columns = material.columns.len();
    let mut lanes: Vec<usize> = pairs
        .iter()
        .filter(|&&(from, to)| from == exporter && to != exporter)
        .filter_map(|(_, to)| material.columns.binary_search(to).ok())
        .map(|column| row * columns + column)
        .collect();
    lanes.sort_unstable();
    lanes.dedup();
    lanes
}

/// What an event does to the lanes of one exporter; home lanes are never cut.
fn lane_effect(
    model: &mut Model,
    event: usize,
    material: usize,
    exporter: usize,
    pairs: &[(usize, usize)],
) -> Option<LaneEffect> {
    let lanes = lanes_of(&model.materials[material], exporter, pairs);
    if lanes.is_empty() {
        return None;
    }
    Some(LaneEffect {
        material,
        cause: cause(model, event, material, exporter),
        lanes,
        tonnes_per_year: None,
    })
}
