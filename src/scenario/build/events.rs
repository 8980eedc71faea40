//! Events: what they hit.

use std::collections::BTreeSet;

use super::arrivals::{MOST, TOO_MANY, arrival, practical_maximum, recovery};
use super::base::Base;
use super::consistency::unreadable_supplies;
use super::supplies::Made;
use super::view::{View, fixed};
use super::{Read, Skip, text_of};
use crate::sampling::{Distribution, Lasting};
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::diagnostics::Problem;
use crate::scenario::format::Target;
use crate::scenario::names::tables;
use crate::scenario::tree::Node;
use crate::scenario::values::{Problems, plural, show};

/// The largest increase of demand or costs: a million times as much.
const LARGEST_GROWTH: f64 = 1e6;
/// Durations of which fewer than this share reach the start are reported where an event is in force then.
const HARDLY: f64 = 0.01;

/// The events that could be read.
pub(crate) struct Events {
    pub list: Vec<Event>,
}

pub(crate) fn read(base: &Base<'_>, made: &Made, demands: &[Demand], out: &mut Problems) -> Events {
    let views = base.views("event");
    let list: Vec<Event> = views
        .iter()
        .filter_map(|view| one(view, made, demands, out).ok())
        .collect();
    crowding(base, &views, &list, out);
    Events { list }
}

/// All events together may not happen more often than memory can hold.
fn crowding(base: &Base<'_>, views: &[View<'_>], list: &[Event], out: &mut Problems) {
    let Some(end) = base.end_months() else { return };
    // Events that could not be read are missing from the list: followed events are then not known.
    if list.len() != views.len() {
        return;
    }
    let counts = followed_counts(list, end);
    // One event that happens too often has been reported.
    if counts.iter().any(|count| *count > TOO_MANY) {
        return;
    }
    let total: f64 = counts.iter().sum();
    // A single event that is too frequent has its own message.
    if total > MOST && counts.iter().all(|count| *count <= MOST) {
        let most = (0..counts.len()).max_by(|&one, &other| counts[one].total_cmp(&counts[other]));
        let span = most.map_or_else(Default::default, |event| views[event].span("arrival"));
        let message = format!(
            "all events together are expected to happen {} times in the simulated time",
            show(total.round())
        );
        out.error(Code::TooMany, span, message, format!("more than {}", show(MOST)));
    }
}

/// Expected number of times each event happens until `end`, months; a follower at most as often as what it follows.
fn followed_counts(list: &[Event], end: f64) -> Vec<f64> {
    let mut counts: Vec<Option<f64>> = vec![None; list.len()];
    for first in 0..list.len() {
        let mut trail = Vec::new();
        let mut at = first;
        let count = loop {
            if let Some(count) = counts.get(at).copied().flatten() {
                break count;
            }
            let Some(event) = list.get(at) else { break 0.0 };
            trail.push(at);
            match &event.arrival {
                // A circle has been or will be reported: it comes back to an event that counts as 0 meanwhile.
                Arrival::After { event: followed, .. } => {
                    counts[at] = Some(0.0);
                    at = *followed;
                }
                Arrival::Poisson { per_year } => break per_year.mean() / 12.0 * end,
                Arrival::Renewal { up, down, .. } => break end / (up.mean() + down.mean()),
                Arrival::Fixed { .. } | Arrival::Window { .. } | Arrival::InForce { .. } => break 1.0,
            }
        };
        for event in trail {
            counts[event] = Some(count);
        }
    }
    counts.into_iter().map(|count| count.unwrap_or(0.0)).collect()
}

fn one(view: &View<'_>, made: &Made, demands: &[Demand], out: &mut Problems) -> Read<Event> {
    let name = view.text("kind").ok_or(Skip)?;
    // Each part is read even if another fails, so that all is reported at once.
    let arrival = arrival(view, out);
    let duration = duration(view, out);
    if let (Ok(Arrival::InForce { since_months }), Ok(duration)) = (&arrival, &duration) {
        in_force(view, &name, *since_months, duration.as_ref(), out);
    }
    let notice = notice(view, out);
    let severity = severity(view, &name, out);
    let kind = kind(view, &name, made, demands, out);
    let (kind, countries) = kind?;
    let id = view.text("id").ok_or(Skip)?;
    Ok(Event {
        name: view.text("name").unwrap_or_else(|| id.clone()),
        id,
        kind,
        arrival: arrival?,
        duration: duration?,
        notice: notice?,
        severity: severity?,
        recovery: recovery(view)?,
        countries,
    })
}

fn duration(view: &View<'_>, out: &mut Problems) -> Read<Option<Distribution>> {
    let process = view
        .get("arrival")
        .and_then(Node::table)
        .and_then(|table| table.text("process"));
    if process == Some("renewal") && view.get("duration").is_some() {
        let problem = Problem::error(
            Code::Misplaced,
            view.span("duration"),
            "`duration` does not go with a renewal",
            "",
        );
        out.push(problem.hint("`down` in `arrival` is the duration"));
    }
    view.drawn("duration")
}

fn notice(view: &View<'_>, out: &mut Problems) -> Read<Option<Distribution>> {
    let notice = view.drawn("notice")?;
    let process = view
        .get("arrival")
        .and_then(Node::table)
        .and_then(|table| table.text("process"));
    if notice.is_some() && process == Some("in_force") {
        let problem = Problem::error(
            Code::Misplaced,
            view.span("notice"),
            "`notice` does not go with an event that is in force at the start",
            "it was announced before the simulation starts",
        );
        out.push(problem.hint("leave `notice` out; stocks stand as they are at the start"));
    }
    Ok(notice)
}

/// An event that is in force at the start must be able to last until then.
fn in_force(view: &View<'_>, kind: &str, since_months: f64, duration: Option<&Distribution>, out: &mut Problems) {
    if kind == "stock_loss" {
        let problem = Problem::error(
            Code::Misplaced,
            view.span("arrival"),
            "a stock loss happens at once: it cannot be in force at the start",
            "",
        );
        out.push(problem.hint("state the stock that is left: stocks stand as they are at the start"));
        return;
    }
    let (elapsed, Some(duration)) = (-since_months, duration) else {
        return;
    };
    let lasts = Lasting::new(duration, elapsed).map_or(0.0, |lasting| lasting.survival());
    let span = view.span("duration");
    let months = plural((100.0 * elapsed).round() / 100.0, "month");
    if lasts <= 0.0 {
        let message = format!(
            "`{}` has struck {months} before the start, and is over by then",
            view.address
        );
        let label = if duration.is_fixed() {
            "ends at or before the start".to_string()
        } else {
            match duration.support().1 {
                most if most.is_finite() => format!("at most {}", plural(most, "month")),
                _ => "never lasts so long".to_string(),
            }
        };
        let problem = Problem::error(Code::NotInForce, span, message, label);
        out.push(problem.hint("the duration counts from `since`; leave the event out if it is over"));
    } else if lasts < HARDLY {
        let message = format!(
            "`{}` has lasted {months} at the start, as only {} % of its durations do",
            view.address,
            show_digits(100.0 * lasts)
        );
        let problem = Problem::warning(Code::HardlyInForce, span, message, "hardly ever lasts so long");
        out.push(problem.hint("what has lasted so long tells of longer durations: state one that fits what is known"));
    }
}

/// Two significant digits.
fn show_digits(value: f64) -> String {
    let digits = (1.0 - libm::floor(libm::log10(value))).max(0.0);
    format!("{value:.*}", digits.min(300.0) as usize)
}

fn severity(view: &View<'_>, kind: &str, out: &mut Problems) -> Read<Distribution> {
    let Some(severity) = view.drawn("severity")? else {
        return fixed(1.0);
    };
    let (low, high) = severity.support();
    if high > 1.0 && !["demand_surge", "cost_shock"].contains(&kind) {
        let mut problem = Problem::error(
            Code::NotAShare,
            view.span("severity"),
            format!("the severity of {kind} is a share: it must lie between 0 and 1"),
            if low == high {
                "not a share".to_string()
            } else {
                format!("runs from {} to {}", show(low), show(high))
            },
        );
        if high == low && (2.0..=100.0).contains(&high) {
            problem = problem.hint(format!("{} % is {}", show(high), show(high / 100.0)));
        } else if high == f64::INFINITY {
            problem = problem.hint("beta, uniform, triangular and pert have limits; normal takes `low` and `high`");
        }
        out.push(problem);
    } else if practical_maximum(&severity) > LARGEST_GROWTH {
        let message = format!(
            "the severity of {kind} is a share: {} is {} % more",
            show(0.3),
            show(30.0)
        );
        let label = format!("runs above {}", show(LARGEST_GROWTH));
        out.error(Code::NotAShare, view.span("severity"), message, label);
    }
    Ok(severity)
}

type Hit = (EventKind, Vec<CountryIndex>);

fn kind(view: &View<'_>, name: &str, made: &Made, demands: &[Demand], out: &mut Problems) -> Read<Hit> {
    match name {
        "production_loss" => {
            let (supplies, countries) = supplies(view, made, out)?;
            Ok((EventKind::ProductionLoss { supplies }, countries))
        }
        "cost_shock" => {
            let (supplies, countries) = supplies(view, made, out)?;
            Ok((EventKind::CostShock { supplies }, countries))
        }
        "export_restriction" => export_restriction(view, made, out),
        "lane_closure" => lane_closure(view),
        "demand_surge" => demand_surge(view, demands, out),
        "stock_loss" => {
            let countries = view
                .countries("countries")?
                .unwrap_or_else(|| (0..view.base.countries.len()).collect());
            let stock = match view.text("stock").as_deref() {
                Some("commercial") => StockKind::Commercial,
                Some("strategic") => StockKind::Strategic,
                _ => StockKind::All,
            };
            let kind = EventKind::StockLoss {
                countries: countries.clone(),
                materials: view.materials("materials")?,
                stock,
            };
            Ok((kind, countries))
        }
        _ => Err(Skip),
    }
}

/// The supplies that a production loss or cost shock hits, and their countries.
fn supplies(view: &View<'_>, made: &Made, out: &mut Problems) -> Read<(Vec<SupplyIndex>, Vec<CountryIndex>)> {
    let mut hit = BTreeSet::new();
    if let Some(node) = view.get("supplies") {
        if view.get("materials").is_some() {
            let problem = Problem::error(
                Code::Misplaced,
                view.span("materials"),
                "`materials` does not go with `supplies`",
                "",
            );
            out.push(problem.hint("each supply makes one material; leave `materials` out"));
        }
        if node.text() == Some("all") {
            hit.extend(0..made.list.len());
        } else {
            for item in node.one_or_many() {
                hit.insert(made.find(text_of(item)?)?);
            }
        }
    } else {
        let countries = view.countries("countries")?.ok_or(Skip)?;
        let materials = view.materials("materials")?;
        for (index, supply) in made.list.iter().enumerate() {
            let primary = !matches!(supply.size, Size::Recycled(_));
            if primary && countries.contains(&supply.country) && materials.contains(&supply.material) {
                hit.insert(index);
            }
        }
        if hit.is_empty() && !unreadable_supplies(view.base, made) {
            no_supply(view, "countries", made, &materials, out);
        }
    }
    let countries: BTreeSet<CountryIndex> = hit.iter().map(|index| made.list[*index].country).collect();
    Ok((hit.into_iter().collect(), countries.into_iter().collect()))
}

fn written(view: &View<'_>, key: &str) -> String {
    let node = view.get(key);
    let names: Vec<&str> = node.map_or(Vec::new(), |node| {
        node.one_or_many().iter().filter_map(Node::text).collect()
    });
    if names.is_empty() {
        "all".to_string()
    } else {
        names.join(", ")
    }
}

fn no_supply(view: &View<'_>, key: &str, made: &Made, materials: &[MaterialIndex], out: &mut Problems) {
    let (what, place) = (written(view, "materials"), written(view, key));
    let message = format!(
        "`{}` can never touch anything: there is no supply of {what} in {place}",
        view.address
    );
    let makers: BTreeSet<&str> = made
        .list
        .iter()
        .filter(|supply| materials.contains(&supply.material))
        .map(|supply| view.base.countries[supply.country].code.as_str())
        .collect();
    let makers: Vec<&str> = makers.into_iter().take(12).collect();
    let problem = Problem::error(
        Code::TouchesNothing,
        view.span(key),
        message,
        format!("makes no {what}"),
    );
    out.push(if makers.is_empty() {
        problem
    } else {
        problem.hint(format!("made in: {}", makers.join(", ")))
    });
}

fn export_restriction(view: &View<'_>, made: &Made, out: &mut Problems) -> Read<Hit> {
    let licensing = view.text("form").as_deref() == Some("licensing");
    if view.get("approval_months").is_some() && !licensing {
        let problem = Problem::error(
            Code::Misplaced,
            view.span("approval_months"),
            "`approval_months` goes with form = \"licensing\" only",
            "not with this form",
        );
        out.push(problem);
    }
    if licensing && view.get("approval_months").is_none() {
        let problem = Problem::error(
            Code::MissingKey,
            view.span("form"),
            "form = \"licensing\" needs `approval_months`",
            "",
        );
        out.push(problem.hint("approval_months = 3: nothing passes for so long"));
    }
    if view.get("materials").is_none() {
        out.push(
            Problem::error(
                Code::MissingKey,
                view.header,
                "an export restriction needs `materials`",
                "`materials` is missing",
            )
            .hint("materials = \"all\" restricts everything that the exporter sells"),
        );
        return Err(Skip);
    }
    let from = view.countries("from")?.ok_or(Skip)?;
    let to_node = view.get("to").ok_or(Skip)?;
    let mut to = view.base.places(to_node)?;
    let materials = view.materials("materials")?;
    if let [only] = from[..] {
        to.retain(|country| *country != only);
    }
    if to.is_empty() {
        out.error(
            Code::TouchesNothing,
            to_node.span,
            "an export restriction needs a destination other than the exporter",
            "no destination is left",
        );
    }
    if view.get("tonnes_per_year").is_some() {
        quota_in_tonnes(view, &from, &materials, out);
    }
    let sells = |supply: &Supply| from.contains(&supply.country) && materials.contains(&supply.material);
    if !made.list.iter().any(sells) && !unreadable_supplies(view.base, made) {
        no_supply(view, "from", made, &materials, out);
    }
    let form = match view.text("form").as_deref() {
        Some("quota") => RestrictionForm::Quota {
            tonnes_per_year: view.quantity("tonnes_per_year")?.map(Box::new),
        },
        Some("licensing") => RestrictionForm::Licensing {
            approval_months: view.drawn("approval_months")?.ok_or(Skip)?,
        },
        _ => RestrictionForm::Ban,
    };
    let to_all = to_node.text() == Some("all");
    let leak = leak(view, (&from, &to), out)?;
    Ok((
        EventKind::ExportRestriction {
            from: from.clone(),
            to,
            to_all,
            materials,
            form,
            leak,
        },
        from,
    ))
}

/// What leaks, which needs somebody through whom.
fn leak(
    view: &View<'_>,
    (from, to): (&[CountryIndex], &[CountryIndex]),
    out: &mut Problems,
) -> Read<Option<Box<Leak>>> {
    let Some(leak) = view.inner("leak")? else {
        return Ok(None);
    };
    let third = |country: &CountryIndex| !from.contains(country) && !to.contains(country);
    if !(0..view.base.countries.len()).any(|country| third(&country)) {
        let problem = Problem::error(
            Code::Misplaced,
            view.span("leak"),
            "a restriction on everyone cannot leak: there is no third country for it to go through",
            "",
        );
        out.push(
            problem.related(view.span("to"), "all others").hint(
                "name the destinations that are restricted; for what passes all the same give a severity below 1",
            ),
        );
    }
    if view.get("tonnes_per_year").is_some() {
        let problem = Problem::error(
            Code::Misplaced,
            view.span("leak"),
            "`leak` does not go with a quota in tonnes",
            "",
        );
        out.push(problem.hint("a quota that leaks lets more tonnes pass: raise `tonnes_per_year`"));
    }
    Ok(Some(Box::new(Leak {
        share: leak.number("share")?.ok_or(Skip)?,
        delay_months: leak.number_or("delay", 0.0)?,
        premium: leak.number_or("premium", 0.0)?,
    })))
}

/// A quota in tonnes is of one exporter and one material: else it would not be known whose tonnes they are.
fn quota_in_tonnes(view: &View<'_>, from: &[CountryIndex], materials: &[MaterialIndex], out: &mut Problems) {
    let span = view.span("tonnes_per_year");
    if view.text("form").as_deref() != Some("quota") {
        let message = "`tonnes_per_year` goes with form = \"quota\" only";
        let problem = Problem::error(Code::Misplaced, span, message, "not with this form");
        out.push(problem.hint("a ban or licensing takes a share of each lane: give `severity`"));
        return;
    }
    if from.len() > 1 || materials.len() > 1 {
        let message = "a quota in tonnes is of one exporter and one material";
        let label = format!(
            "{} and {}",
            plural(from.len() as f64, "exporter"),
            plural(materials.len() as f64, "material")
        );
        let problem = Problem::error(Code::Misplaced, span, message, label);
        out.push(problem.hint("write one event for each; or give `severity`, which cuts what each normally sells"));
    }
    if view.get("notice").is_some() {
        let message = "`notice` does not go with a quota in tonnes";
        let label = "what it takes away is not known before trade is";
        let problem = Problem::error(Code::Misplaced, view.span("notice"), message, label);
        out.push(problem.hint("give `severity` instead of `tonnes_per_year`"));
    }
}

/// Limits of lanes that are always there.
pub(crate) fn lane_capacities(base: &Base<'_>, made: &Made, out: &mut Problems) -> Vec<LaneCapacity> {
    let one = |view: &View<'_>, out: &mut Problems| -> Read<LaneCapacity> {
        let material = view.material("material")?;
        let lanes = lanes(view)?;
        let sells = |supply: &Supply| {
            supply.material == material && lanes.iter().any(|(exporter, _)| *exporter == supply.country)
        };
        if !made.list.iter().any(sells) && !unreadable_supplies(base, made) {
            let key = if view.get("lanes").is_some() {
                "lanes"
            } else {
                "chokepoint"
            };
            let message = format!(
                "`{}` can never touch anything: no exporter on its lanes makes {}",
                view.address,
                written(view, "material")
            );
            out.error(Code::TouchesNothing, view.span(key), message, "no such exporter");
        }
        Ok(LaneCapacity {
            id: view.text("id").ok_or(Skip)?,
            material,
            lanes,
            tonnes_per_year: view.quantity("tonnes_per_year")?.ok_or(Skip)?,
        })
    };
    let views = base.views("lane_capacity");
    views.iter().filter_map(|view| one(view, out).ok()).collect()
}

fn lane_closure(view: &View<'_>) -> Read<Hit> {
    Ok((
        EventKind::LaneClosure {
            lanes: lanes(view)?,
            materials: view.materials("materials")?,
        },
        Vec::new(),
    ))
}

/// The lanes that a table states or whose chokepoint it names, ascending; home is none.
fn lanes(view: &View<'_>) -> Read<Vec<(CountryIndex, CountryIndex)>> {
    let node = match view.get("chokepoint") {
        Some(node) => {
            let id = text_of(node)?;
            let mut points = tables(view.base.top, "chokepoint");
            let (table, _) = points.find(|(table, _)| table.text("id") == Some(id)).ok_or(Skip)?;
            table.get("lanes").ok_or(Skip)?
        }
        None => view.get("lanes").ok_or(Skip)?,
    };
    let mut lanes = BTreeSet::new();
    for pair in node.list().ok_or(Skip)? {
        let Some([from, to]) = pair.list() else {
            return Err(Skip);
        };
        for exporter in view.base.place(text_of(from)?)? {
            for importer in view.base.place(text_of(to)?)? {
                if exporter != importer {
                    lanes.insert((exporter, importer));
                }
            }
        }
    }
    Ok(lanes.into_iter().collect())
}

fn demand_surge(view: &View<'_>, demands: &[Demand], out: &mut Problems) -> Read<Hit> {
    let countries = view.countries("countries")?;
    let (sectors, materials) = (view.sectors("sectors")?, view.materials("materials")?);
    if sectors
        .iter()
        .flatten()
        .any(|sector| !view.base.names.has(Target::Sector, sector))
    {
        return Err(Skip);
    }
    let fits = |demand: &Demand| {
        countries.as_ref().is_none_or(|list| list.contains(&demand.country))
            && sectors.as_ref().is_none_or(|list| list.contains(&demand.sector))
            && materials.contains(&demand.material)
    };
    let hit: Vec<usize> = (0..demands.len()).filter(|index| fits(&demands[*index])).collect();
    if hit.is_empty() && demands.len() == tables(view.base.top, "demand").count() {
        let message = format!(
            "`{}` can never touch anything: no demand is of these materials ({}), sectors ({}) and countries ({})",
            view.address,
            written(view, "materials"),
            written(view, "sectors"),
            written(view, "countries")
        );
        out.error(Code::TouchesNothing, view.span("countries"), message, "no such demand");
    }
    let places: BTreeSet<CountryIndex> = hit.iter().map(|index| demands[*index].country).collect();
    Ok((EventKind::DemandSurge { demands: hit }, places.into_iter().collect()))
}
