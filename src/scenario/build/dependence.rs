//! Frailty and copula groups.

use std::collections::BTreeMap;

use super::arrivals::{MOST, mean_within, practical_maximum};
use super::base::Base;
use super::events::Events;
use super::view::View;
use super::{Read, Skip, text_of};
use crate::sampling::Distribution;
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::diagnostics::Problem;
use crate::scenario::source::Span;
use crate::scenario::tree::Node;
use crate::scenario::values::{Problems, plural, show};

/// The events of a group, with the place of each. An event that stands twice, or in another group, is reported.
fn members(
    view: &View<'_>,
    what: &str,
    taken: &mut BTreeMap<(String, EventIndex), Span>,
    on: &str,
    out: &mut Problems,
) -> Read<Vec<EventIndex>> {
    let node = view.get("events").ok_or(Skip)?;
    let mut list = Vec::new();
    if node.text() == Some("all") {
        list.extend(0..view.base.views("event").len());
        return Ok(list);
    }
    for item in node.one_or_many() {
        let id = text_of(item)?;
        let event = view.base.event(id)?;
        match taken.get(&(on.to_string(), event)) {
            Some(first) => {
                let message = format!("the event `{id}` can be in one {what} only");
                out.push(
                    Problem::error(Code::Grouping, item.span, message, "again here").related(*first, "first here"),
                );
            }
            None => {
                taken.insert((on.to_string(), event), item.span);
                list.push(event);
            }
        }
    }
    Ok(list)
}

pub(crate) fn frailties(base: &Base<'_>, events: &Events, out: &mut Problems) -> Vec<Frailty> {
    let mut taken = BTreeMap::new();
    let mut one = |view: &View<'_>| -> Read<Frailty> {
        let list = members(view, "frailty group", &mut taken, "", out)?;
        for event in list.iter().filter_map(|event| events.list.get(*event)) {
            // What is in force at the start has no rate left to multiply: the factor passes it by.
            if !matches!(
                event.arrival,
                Arrival::Poisson { .. } | Arrival::Renewal { .. } | Arrival::InForce { .. }
            ) {
                let message = format!("the event `{}` has no rate that a frailty could multiply", event.id);
                out.push(
                    Problem::error(
                        Code::Grouping,
                        view.span("events"),
                        message,
                        "needs a poisson or renewal arrival",
                    )
                    .hint("tie the probabilities of fixed and window arrivals with a [[copula]] on = \"occurrence\""),
                );
            }
        }
        let factor = view.drawn("factor")?.ok_or(Skip)?;
        for event in list.iter().filter_map(|event| events.list.get(*event)) {
            if let Some(most) = most_arrivals(view, event, &factor)
                && (most.is_nan() || most > MOST)
            {
                let message = format!(
                    "with this factor the event `{}` can happen {} times in one trial",
                    event.id,
                    show(most.round())
                );
                out.push(
                    Problem::error(
                        Code::TooMany,
                        view.span("factor"),
                        message,
                        format!("at most {}", show(MOST)),
                    )
                    .hint("a factor has a mean of about 1; choose a distribution with a lighter tail"),
                );
                break;
            }
        }
        Ok(Frailty {
            id: view.text("id").ok_or(Skip)?,
            events: list,
            factor,
        })
    };
    base.views("frailty").iter().filter_map(|view| one(view).ok()).collect()
}

/// The most arrivals that a factor can bring about in one trial, of all but one of a thousand million draws.
fn most_arrivals(view: &View<'_>, event: &Event, factor: &Distribution) -> Option<f64> {
    let (most, end) = (practical_maximum(factor), view.base.end_months()?);
    match &event.arrival {
        Arrival::Poisson { per_year } => {
            let rate = match per_year {
                Number::Fixed(rate) => *rate,
                Number::Uncertain { distribution, .. } => practical_maximum(distribution),
            };
            Some(rate * most / 12.0 * end)
        }
        // The factor divides up times; a first draw of a renewal is no arrival.
        Arrival::Renewal { up, down, .. } if most > 0.0 => {
            Some(end / (mean_within(up, end * most) / most + mean_within(down, end)))
        }
        _ => None,
    }
}

pub(crate) fn copulas(base: &Base<'_>, events: &Events, out: &mut Problems) -> Vec<CopulaGroup> {
    let mut taken = BTreeMap::new();
    let mut one = |view: &View<'_>| -> Read<CopulaGroup> {
        let on = view.text("on").ok_or(Skip)?;
        let list = members(view, &format!("copula on {on}"), &mut taken, &on, out)?;
        if list.len() < 2 {
            out.error(
                Code::Grouping,
                view.span("events"),
                "a copula needs at least two events",
                "",
            );
            return Err(Skip);
        }
        for event in list.iter().filter_map(|event| events.list.get(*event)) {
            if let Some(why) = cannot(event, &on) {
                out.error(
                    Code::Grouping,
                    view.span("events"),
                    format!("the event `{}` {why}", event.id),
                    "",
                );
            }
        }
        let family = match view.text("family").as_deref() {
            Some("gaussian") => CopulaFamily::Gaussian,
            Some("t") => CopulaFamily::StudentT {
                degrees: view.plain("degrees")?.ok_or(Skip)?,
            },
            _ => return Err(Skip),
        };
        let on = match on.as_str() {
            "occurrence" => CopulaTarget::Occurrence,
            "duration" => CopulaTarget::Duration,
            "severity" => CopulaTarget::Severity,
            _ => return Err(Skip),
        };
        let correlation = correlation(view, list.len(), out)?;
        Ok(CopulaGroup {
            id: view.text("id").ok_or(Skip)?,
            family,
            events: list,
            on,
            correlation,
        })
    };
    base.views("copula").iter().filter_map(|view| one(view).ok()).collect()
}

fn cannot(event: &Event, on: &str) -> Option<&'static str> {
    match (on, &event.arrival) {
        ("occurrence", Arrival::Fixed { .. } | Arrival::Window { .. }) => None,
        ("occurrence", _) => Some("has no single occurrence: only fixed and window arrivals have one"),
        ("duration", Arrival::Renewal { .. }) => Some("has down times, which follow one another and cannot be tied"),
        ("severity", _) if is_in_tonnes(event) => Some("is a quota in tonnes and has no `severity` that could be tied"),
        ("duration", _) if event.duration.is_none() => Some("has no `duration` that could be tied"),
        _ => None,
    }
}

fn is_in_tonnes(event: &Event) -> bool {
    matches!(
        &event.kind,
        EventKind::ExportRestriction {
            form: RestrictionForm::Quota {
                tonnes_per_year: Some(_)
            },
            ..
        }
    )
}

fn correlation(view: &View<'_>, size: usize, out: &mut Problems) -> Read<Vec<Vec<f64>>> {
    let node = view.get("correlation").ok_or(Skip)?;
    let matrix: Vec<Vec<f64>> = match node.list() {
        None => {
            let value = node.number().filter(|value| (-1.0..=1.0).contains(value)).ok_or(Skip)?;
            (0..size)
                .map(|i| (0..size).map(|j| if i == j { 1.0 } else { value }).collect())
                .collect()
        }
        Some(rows) => {
            if rows.len() != size {
                let label = format!("{} for {size} events", plural(rows.len() as f64, "row"));
                out.error(
                    Code::Correlation,
                    node.span,
                    "the correlation matrix needs one row per event",
                    label,
                );
                return Err(Skip);
            }
            let row = |row: &Node| {
                row.list()
                    .and_then(|row| row.iter().map(Node::number).collect::<Option<Vec<f64>>>())
            };
            rows.iter().map(row).collect::<Option<Vec<_>>>().ok_or(Skip)?
        }
    };
    if matrix
        .iter()
        .any(|row| row.len() != size || row.iter().any(|value| !value.is_finite()))
    {
        return Err(Skip);
    }
    let symmetric = (0..size).all(|i| matrix[i][i] == 1.0 && (0..i).all(|j| matrix[i][j] == matrix[j][i]));
    if !symmetric {
        out.error(
            Code::Correlation,
            node.span,
            "the correlation matrix must be symmetric with 1 on its diagonal",
            "",
        );
        return Err(Skip);
    }
    let tied = |row: usize| (0..row).any(|column| matrix[row][column].abs() == 1.0);
    if (0..size).any(tied) {
        let message = "a correlation of 1 or -1 leaves nothing to draw: it must be above -1 and below 1";
        let problem = Problem::error(Code::Correlation, node.span, message, "fully tied");
        out.push(
            problem
                .hint("for events that always happen together write one event that hits all of them")
                .hint("0.99 ties events almost fully"),
        );
        return Err(Skip);
    }
    if !positive_definite(&matrix) {
        let lowest = if size > 1 { -1.0 / (size as f64 - 1.0) } else { -1.0 };
        let problem = Problem::error(
            Code::Correlation,
            node.span,
            "no events can be correlated like this",
            "not positive definite",
        );
        out.push(if node.list().is_none() {
            problem.hint(format!(
                "one correlation for {size} events must be above {lowest:.3} and below 1"
            ))
        } else {
            problem.hint("the matrix contradicts itself: bring the numbers nearer to 0")
        });
        return Err(Skip);
    }
    Ok(matrix)
}

/// By Cholesky's decomposition.
fn positive_definite(matrix: &[Vec<f64>]) -> bool {
    let size = matrix.len();
    let mut lower = vec![vec![0.0; size]; size];
    for i in 0..size {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| lower[i][k] * lower[j][k]).sum();
            let rest: f64 = matrix[i][j] - dot;
            if i == j {
                if rest <= 1e-12 {
                    return false;
                }
                lower[i][i] = rest.sqrt();
            } else {
                lower[i][j] = rest / lower[j][j];
            }
        }
    }
    true
}
