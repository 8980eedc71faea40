//! Plants, projects and by-product hosts.

use std::collections::BTreeMap;

use super::base::Base;
use super::view::View;
use super::{Read, Skip, materials, shares};
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::diagnostics::Problem;
use crate::scenario::tree::Node;
use crate::scenario::values::Problems;

/// The supplies read so far.
#[derive(Default)]
pub(crate) struct Made {
    pub list: Vec<Supply>,
    pub vectors: Vec<ShareVector>,
    index: BTreeMap<String, SupplyIndex>,
}

impl Made {
    pub fn add(&mut self, supply: Supply) {
        self.index.entry(supply.id.clone()).or_insert(self.list.len());
        self.list.push(supply);
    }

    pub fn find(&self, id: &str) -> Read<SupplyIndex> {
        self.index.get(id).copied().ok_or(Skip)
    }
}

pub(crate) fn read(base: &Base<'_>, materials: &[Material], out: &mut Problems) -> Made {
    let mut made = Made::default();
    shares::read(base, materials, &mut made, out);
    for view in base.views("supply") {
        if let Ok(supply) = one(&view, materials, out) {
            made.add(supply);
        }
    }
    made
}

fn one(view: &View<'_>, materials: &[Material], out: &mut Problems) -> Read<Supply> {
    let opens_months = dates(view, "opens", out)?;
    let closes_months = view.dates("closes")?;
    let latest = |number: &Number| match number {
        Number::Fixed(value) => (*value, *value),
        Number::Uncertain { distribution, .. } => distribution.support(),
    };
    if let (Some(opens), Some(closes)) = (&opens_months, &closes_months)
        && latest(closes).1 <= latest(opens).0
    {
        let problem = Problem::error(
            Code::NeverOpen,
            view.span("closes"),
            "this supply closes before it opens",
            "closes",
        );
        out.push(problem.related(view.span("opens"), "opens"));
    }
    let material = view.material("material")?;
    let own = materials.get(material).ok_or(Skip)?;
    let utilisation = view.number_or("utilisation", 1.0)?;
    let (capacity, constant) = match (view.quantity("capacity")?, view.quantity("output")?) {
        (Some(capacity), None) => {
            let constant = matches!(capacity, Quantity::Constant(_));
            (capacity, constant)
        }
        (None, Some(output)) => {
            let constant = matches!(output, Quantity::Constant(_));
            (over(output, &utilisation, view, out)?, constant)
        }
        _ => return Err(Skip),
    };
    Ok(Supply {
        id: view.text("id").ok_or(Skip)?,
        country: view.country("country")?,
        material,
        follows_demand: opens_months.is_none() && constant,
        size: Size::Capacity(capacity),
        utilisation,
        inputs: materials::inputs(view)?.unwrap_or_else(|| own.inputs.clone()),
        supply_elasticity: view
            .number("supply_elasticity")?
            .unwrap_or_else(|| own.supply_elasticity.clone()),
        ramp_per_month: view.number_or("ramp", 0.05)?,
        opens_months,
        ramp_months: view.number_or("ramp_months", 0.0)?,
        closes_months,
    })
}

/// Capacity from output and utilisation.
fn over(output: Quantity, utilisation: &Number, view: &View<'_>, out: &mut Problems) -> Read<Quantity> {
    let u = match utilisation {
        Number::Fixed(u) => *u,
        Number::Uncertain { .. } => {
            let problem = Problem::error(
                Code::Misplaced,
                view.span("utilisation"),
                "`utilisation` cannot be uncertain beside `output`",
                "",
            );
            out.push(problem.hint("give `capacity` instead of `output`"));
            return Err(Skip);
        }
    };
    match output {
        Quantity::Constant(Number::Fixed(value)) => Ok(Quantity::Constant(Number::Fixed(value / u))),
        other if u == 1.0 => Ok(other),
        Quantity::Path { points, factor } => Ok(Quantity::Path {
            points: points.into_iter().map(|(at, value)| (at, value / u)).collect(),
            factor,
        }),
        Quantity::Constant(factor) => Ok(Quantity::Path {
            points: vec![(0.0, 1.0 / u)],
            factor: Some(factor),
        }),
    }
}

fn dates(view: &View<'_>, key: &str, out: &mut Problems) -> Read<Option<Number>> {
    let read = view.dates(key)?;
    let earliest = match &read {
        None => return Ok(None),
        Some(Number::Fixed(value)) => *value,
        Some(Number::Uncertain { distribution, .. }) => distribution.support().0,
    };
    if view.base.end_months().is_some_and(|end| earliest >= end) {
        let message = format!(
            "`{}` opens after the end of the simulated time, so it never produces",
            view.address
        );
        out.push(Problem::warning(
            Code::NeverOpens,
            view.span(key),
            message,
            "after the end",
        ));
    }
    Ok(read)
}

pub(crate) fn hosts(base: &Base<'_>, made: &Made, out: &mut Problems) -> Vec<Host> {
    let one = |view: &View<'_>, out: &mut Problems| -> Read<Host> {
        let find = |key: &str| made.find(view.get(key).and_then(Node::text).ok_or(Skip)?);
        let (supply, host) = (find("supply")?, find("host")?);
        if made.list[supply].material == made.list[host].material {
            let problem = Problem::error(
                Code::SameMaterial,
                view.span("host"),
                "a by-product and its host make the same material",
                "host",
            );
            out.push(problem.related(view.span("supply"), "by-product"));
            return Err(Skip);
        }
        let ratio = match (view.number("ratio")?, view.number("use_of_cap")?) {
            (Some(ratio), None) => HostRatio::Stated(ratio),
            (None, Some(used)) => {
                has_size(view, &made.list[supply], "supply", out);
                has_size(view, &made.list[host], "host", out);
                HostRatio::UseOfCap(used)
            }
            _ => return Err(Skip),
        };
        Ok(Host { supply, host, ratio })
    };
    let views = base.views("host");
    let mut hosts: Vec<Host> = Vec::new();
    for view in &views {
        let Ok(host) = one(view, out) else { continue };
        let follows = |host: &Host| matches!(host.ratio, HostRatio::UseOfCap(_));
        let other = hosts.iter().find(|other| other.supply == host.supply);
        if other.is_some_and(|other| follows(other) != follows(&host)) {
            let key = if follows(&host) { "use_of_cap" } else { "ratio" };
            let problem = Problem::error(
                Code::Exclusive,
                view.span(key),
                "the hosts of one by-product are stated in two ways",
                "the other one is not",
            );
            out.push(problem.hint("give all of them a `ratio`, or all of them `use_of_cap`"));
        }
        hosts.push(host);
    }
    hosts
}

/// A ratio that follows from sizes needs sizes.
fn has_size(view: &View<'_>, supply: &Supply, key: &str, out: &mut Problems) {
    let is_nothing = |number: &Number| matches!(number, Number::Fixed(0.0));
    let at_start = |quantity: &Quantity| match quantity {
        Quantity::Constant(number) => !is_nothing(number),
        Quantity::Path { points, .. } => path_at(points, 0.0) > 0.0,
    };
    let (has, why) = match &supply.size {
        Size::Recycled(_) => (false, "recycling has no size of its own"),
        Size::Capacity(capacity) => (at_start(capacity), "its size is 0 at the start"),
        Size::Share { output, share } => {
            let none = matches!(share, Share::Own(number) if is_nothing(number));
            (at_start(output) && !none, "its size is 0 at the start")
        }
    };
    if !has {
        let message = format!("`use_of_cap` cannot follow `{}`", supply.id);
        let problem = Problem::error(Code::Misplaced, view.span(key), message, why);
        out.push(problem.hint("give a `ratio`"));
    }
}
