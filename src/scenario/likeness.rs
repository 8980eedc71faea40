//! What two scenarios have in common: the materials that are made, ordered, traded and disrupted in the same way in both. On the same draws
//! they come to the same figures, and need to be simulated once.

use super::checked::{
    Arrival, CopulaGroup, Event, EventIndex, EventKind, Frailty, HostRatio, MaterialIndex, Scenario, Share,
    ShareVector, Size, Supply,
};

/// By material of both, whether anything that its figures can depend on differs: its own tables, what can strike it, and the same of whatever is
/// chained to it, upstream or downstream. Everything differs where the scenarios have not the same time, run, countries, groups, materials and focus.
pub fn differing(one: &Scenario, other: &Scenario) -> Vec<bool> {
    let mut differs: Vec<bool> = (0..other.materials.len())
        .map(|material| !has_same_frame(one, other) || !is_alike(one, other, material))
        .collect();
    let links: Vec<(MaterialIndex, MaterialIndex)> = links(one).chain(links(other)).collect();
    loop {
        let before = differs.clone();
        for (from, to) in &links {
            if let (Some(true), Some(false)) | (Some(false), Some(true)) = (before.get(*from), before.get(*to)) {
                (differs[*from], differs[*to]) = (true, true);
            }
        }
        if differs == before {
            return differs;
        }
    }
}

/// Whether materials, countries and periods have the same numbers, and what holds for all of them is the same.
fn has_same_frame(one: &Scenario, other: &Scenario) -> bool {
    let mut run = one.run.clone();
    run.trials = other.run.trials;
    one.time == other.time
        && run == other.run
        && one.countries == other.countries
        && one.groups == other.groups
        && one.focus == other.focus
        && one.materials.len() == other.materials.len()
        && one
            .materials
            .iter()
            .zip(&other.materials)
            .all(|(one, other)| one.id == other.id)
        && announced(one).eq(announced(other))
}

/// Events that are announced: what is bought ahead of one is held until none of them is announced or in force, of whatever material it is.
fn announced(scenario: &Scenario) -> impl Iterator<Item = (Event, Timing<'_>)> {
    let all = scenario.events.iter().enumerate();
    all.filter(|(_, event)| event.notice.is_some())
        .map(|(number, event)| (draws_of(event), timing(scenario, number)))
}

/// Pairs of materials of which one is made from the other, or comes as its by-product or scrap.
fn links(scenario: &Scenario) -> impl Iterator<Item = (MaterialIndex, MaterialIndex)> + '_ {
    let supplies = scenario.supplies.iter();
    let feed = supplies.flat_map(|supply| supply.inputs.iter().map(|input| (input.material, supply.material)));
    let material = |supply: usize| scenario.supplies[supply].material;
    let hosts = scenario
        .hosts
        .iter()
        .map(move |host| (material(host.host), material(host.supply)));
    let scrap = scenario
        .recyclings
        .iter()
        .map(|recycling| (recycling.of, recycling.material));
    feed.chain(hosts).chain(scrap)
}

/// Whether a material's own tables, and what can strike it, are the same.
fn is_alike(one: &Scenario, other: &Scenario, material: MaterialIndex) -> bool {
    supply_is_alike(one, other, material)
        && supply_is_alike(one.as_written(), other.as_written(), material)
        && same(&one.trades, &other.trades, |trade| trade.material == material)
        && same(&one.inventories, &other.inventories, |stock| stock.material == material)
        && same(&one.stockpiles, &other.stockpiles, |stock| stock.material == material)
        && same(&one.substitutions, &other.substitutions, |entry| {
            entry.material == material
        })
        && same(&one.firm_supplies, &other.firm_supplies, |firm| {
            firm.material == material
        })
        && same(&one.lane_capacities, &other.lane_capacities, |lanes| {
            lanes.material == material
        })
        && strikes(one, material).eq(strikes(other, material))
}

/// Whether what is made and ordered is the same.
fn supply_is_alike(one: &Scenario, other: &Scenario, material: MaterialIndex) -> bool {
    one.materials[material] == other.materials[material]
        && supplies(one, material).eq(supplies(other, material))
        && hosts(one, material).eq(hosts(other, material))
        && same(&one.demands, &other.demands, |demand| demand.material == material)
        && same(&one.recyclings, &other.recyclings, |recycling| {
            recycling.material == material
        })
}

/// Whether the items that are kept are the same, in the same order.
fn same<T: PartialEq>(one: &[T], other: &[T], keep: impl Fn(&T) -> bool) -> bool {
    one.iter()
        .filter(|item| keep(item))
        .eq(other.iter().filter(|item| keep(item)))
}

/// Supplies of a material, with what they point at in place of its number.
fn supplies(scenario: &Scenario, material: MaterialIndex) -> impl Iterator<Item = (Supply, Option<&ShareVector>)> {
    scenario
        .supplies
        .iter()
        .filter(move |supply| supply.material == material)
        .map(|supply| {
            let mut supply = supply.clone();
            let mut shares = None;
            match &mut supply.size {
                Size::Recycled(number) => *number = 0,
                Size::Share {
                    share: Share::Dirichlet { vector, .. },
                    ..
                } => shares = scenario.share_vectors.get(std::mem::take(vector)),
                Size::Share { .. } | Size::Capacity(_) => {}
            }
            (supply, shares)
        })
}

/// By-products among a material's supplies, and their hosts.
fn hosts(scenario: &Scenario, material: MaterialIndex) -> impl Iterator<Item = (&str, &str, &HostRatio)> {
    let supply = |number: usize| &scenario.supplies[number];
    let of_material = scenario
        .hosts
        .iter()
        .filter(move |host| supply(host.supply).material == material);
    of_material.map(move |host| {
        (
            supply(host.supply).id.as_str(),
            supply(host.host).id.as_str(),
            &host.ratio,
        )
    })
}

/// What can strike a material, in the order of the file.
fn strikes(scenario: &Scenario, material: MaterialIndex) -> impl Iterator<Item = (Event, Target<'_>, Timing<'_>)> {
    scenario.events.iter().enumerate().filter_map(move |(number, event)| {
        let target = target(scenario, event, material)?;
        // What it does elsewhere, and which number the event that it follows has, are of no matter here.
        let mut alone = event.clone();
        match &mut alone.kind {
            EventKind::ProductionLoss { supplies } | EventKind::CostShock { supplies } => supplies.clear(),
            EventKind::ExportRestriction { materials, .. }
            | EventKind::LaneClosure { materials, .. }
            | EventKind::StockLoss { materials, .. } => materials.clear(),
            EventKind::DemandSurge { demands } => demands.clear(),
        }
        if let Arrival::After { event, .. } = &mut alone.arrival {
            *event = 0;
        }
        Some((alone, target, timing(scenario, number)))
    })
}

/// What an event hits of one material.
#[derive(Debug, PartialEq)]
enum Target<'a> {
    Supplies(Vec<&'a str>),
    Demands(Vec<(usize, &'a str)>),
    /// Its trade or its stocks.
    Whole,
}

/// `None` where the event does not touch the material.
fn target<'a>(scenario: &'a Scenario, event: &Event, material: MaterialIndex) -> Option<Target<'a>> {
    match &event.kind {
        EventKind::ProductionLoss { supplies } | EventKind::CostShock { supplies } => {
            let all = supplies.iter().map(|supply| &scenario.supplies[*supply]);
            let ids: Vec<&str> = all
                .filter(|supply| supply.material == material)
                .map(|supply| supply.id.as_str())
                .collect();
            (!ids.is_empty()).then_some(Target::Supplies(ids))
        }
        EventKind::DemandSurge { demands } => {
            let all = demands.iter().map(|demand| &scenario.demands[*demand]);
            let users: Vec<(usize, &str)> = all
                .filter(|demand| demand.material == material)
                .map(|demand| (demand.country, demand.sector.as_str()))
                .collect();
            (!users.is_empty()).then_some(Target::Demands(users))
        }
        EventKind::ExportRestriction { materials, .. }
        | EventKind::LaneClosure { materials, .. }
        | EventKind::StockLoss { materials, .. } => materials.contains(&material).then_some(Target::Whole),
    }
}

/// What decides, beside its own table, whether and when an event strikes: the event that it follows, and what couples it to others.
#[derive(Debug, PartialEq)]
struct Timing<'a> {
    frailty: Option<(&'a str, &'a crate::sampling::Distribution)>,
    copulas: Vec<(CopulaGroup, Vec<&'a str>)>,
    follows: Option<(&'a str, Event, Box<Timing<'a>>)>,
}

fn timing(scenario: &Scenario, number: EventIndex) -> Timing<'_> {
    let has = |events: &[EventIndex]| events.contains(&number);
    let frailty = scenario.frailties.iter().find(|frailty| has(&frailty.events));
    let groups = scenario.copulas.iter().filter(|group| has(&group.events));
    let follows = match &scenario.events[number].arrival {
        Arrival::After { event, .. } => Some(*event),
        _ => None,
    };
    Timing {
        frailty: frailty.map(|Frailty { id, factor, .. }| (id.as_str(), factor)),
        copulas: groups
            .map(|group| {
                let members = group.events.iter().map(|member| scenario.events[*member].id.as_str());
                let alone = CopulaGroup {
                    events: Vec::new(),
                    ..group.clone()
                };
                (alone, members.collect())
            })
            .collect(),
        follows: follows.map(|event| {
            let followed = &scenario.events[event];
            (
                followed.id.as_str(),
                draws_of(followed),
                Box::new(timing(scenario, event)),
            )
        }),
    }
}

/// An event's draws alone, without what it does.
fn draws_of(event: &Event) -> Event {
    let mut event = event.clone();
    event.kind = EventKind::DemandSurge { demands: Vec::new() };
    if let Arrival::After { event, .. } = &mut event.arrival {
        *event = 0;
    }
    event
}
