//! Policies beside the baseline: what helps most, what does not, and by how much.

use crate::results::types::{PolicyResults, RunResults, SummaryRow};

use super::grid::Column;
use super::number::{percent, short, tonnes};
use super::prose::{Measure, headline_row, material_name, place_name};

/// A change below this part of the baseline's shortfall is hardly one.
const HARDLY: f64 = 0.005;
/// Policies named in one breath; the others are in the table.
const NAMED: usize = 3;

/// A policy's headline against the baseline's.
struct Change<'a> {
    policy: &'a PolicyResults,
    row: &'a SummaryRow,
    /// Expected shortfall less the baseline's, percentage points.
    points: f64,
}

/// The baseline's row, and every policy against it.
fn changes(run: &RunResults) -> Option<(&SummaryRow, Vec<Change<'_>>)> {
    let (baseline, policies) = run.policies.split_first()?;
    let before = headline_row(baseline)?;
    let measure = Measure::of(run);
    let changes: Vec<Change<'_>> = policies
        .iter()
        .filter_map(|policy| {
            let row = headline_row(policy)?;
            let points = measure.mean(row).value - measure.mean(before).value;
            Some(Change { policy, row, points })
        })
        .collect();
    (!changes.is_empty()).then_some((before, changes))
}

/// Points without their sign.
fn points(value: f64) -> String {
    short(value.abs(), 3)
}

fn plural(value: f64) -> String {
    let text = points(value);
    let unit = if text == "1" {
        "percentage point"
    } else {
        "percentage points"
    };
    format!("{text} {unit}")
}

/// One paragraph on the policies; `None` without any.
pub fn in_words(run: &RunResults) -> Option<String> {
    let (before, mut changes) = changes(run)?;
    let measure = Measure::of(run);
    let mean = measure.mean(before).value;
    let what = format!(
        "the expected shortfall of {} in {}{}",
        material_name(run, &before.material),
        place_name(run, &before.country),
        measure.suffix()
    );
    changes.sort_by(|one, other| one.points.total_cmp(&other.points));
    let is_small = |change: &&Change<'_>| change.points == 0.0 || change.points.abs() < HARDLY * mean;
    let lower: Vec<&Change<'_>> = changes.iter().filter(|c| c.points < 0.0 && !is_small(c)).collect();
    let same: Vec<&Change<'_>> = changes.iter().filter(is_small).collect();
    let higher: Vec<&Change<'_>> = changes
        .iter()
        .rev()
        .filter(|c| c.points > 0.0 && !is_small(c))
        .collect();
    let mut sentences = Vec::new();
    match lower.split_first() {
        None if mean == 0.0 && higher.is_empty() => {
            return Some("Nothing is short under the baseline, and nothing under any policy.".to_owned());
        }
        None => sentences.push(format!("No policy lowers {what}, {} % of demand.", short(mean, 3))),
        Some((best, others)) => {
            let lead = match changes.len() {
                1 => format!("\"{}\" lowers", best.policy.shown_name()),
                count => format!(
                    "Of {count} policies, \"{}\" helps most: it lowers",
                    best.policy.shown_name()
                ),
            };
            sentences.push(format!(
                "{lead} {what} by {}, from {} to {} % of demand{}.",
                plural(best.points),
                short(mean, 3),
                short(measure.mean(best.row).value, 3),
                in_the_tail(measure, before, best.row)
            ));
            if !others.is_empty() {
                let list = listed(others, |change| format!(" ({})", points(change.points)));
                sentences.push(format!(
                    "Then {} {list}.",
                    if others.len() == 1 { "comes" } else { "come" }
                ));
            }
        }
    }
    if !same.is_empty() {
        let verb = match (same.len(), same.iter().all(|change| change.points == 0.0)) {
            (1, true) => "changes nothing",
            (_, true) => "change nothing",
            (1, false) => "hardly changes it (by less than 0.5 % of it)",
            (_, false) => "hardly change it (by less than 0.5 % of it)",
        };
        sentences.push(format!("{} {verb}.", listed(&same, |_| String::new())));
    }
    if !higher.is_empty() {
        let by = listed(&higher, |change| format!(" ({})", points(change.points)));
        sentences.push(format!("It is raised by {by}."));
    }
    Some(sentences.join(" "))
}

/// What becomes of the worst trials.
fn in_the_tail(measure: Measure, before: &SummaryRow, after: &SummaryRow) -> String {
    let [before, after] = [before, after].map(|row| measure.tail(row));
    if !(before.supported && after.supported) {
        return String::new();
    }
    format!(
        ", and the mean of the worst 5 % of trials from {} to {} %",
        short(before.estimate.value, 3),
        short(after.estimate.value, 3)
    )
}

/// `"A" (1.2), "B" (0.3) and 4 more`.
fn listed(changes: &[&Change<'_>], note: impl Fn(&Change<'_>) -> String) -> String {
    let shown = if changes.len() > NAMED + 1 {
        NAMED
    } else {
        changes.len()
    };
    let mut parts: Vec<String> = changes[..shown]
        .iter()
        .map(|change| format!("\"{}\"{}", change.policy.shown_name(), note(change)))
        .collect();
    if changes.len() > shown {
        parts.push(format!("{} more", changes.len() - shown));
    }
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => parts.concat(),
    }
}

/// Longest name shown in full.
const NAME_WIDTH: usize = 40;

/// The table of policies, baseline first; `None` without any.
pub(super) fn table(run: &RunResults) -> Option<Vec<Column>> {
    let (before, changes) = changes(run)?;
    let baseline = run.policies.first()?;
    let all = || std::iter::once((baseline, before)).chain(changes.iter().map(|change| (change.policy, change.row)));
    let measure = Measure::of(run);
    let tail = |row: &SummaryRow| {
        let tail = measure.tail(row);
        tail.supported.then_some(tail.estimate.value)
    };
    let difference = |change: f64| match change {
        0.0 => "0".to_owned(),
        below if below < 0.0 => format!("-{}", points(below)),
        above => format!("+{}", points(above)),
    };
    let unknown = || "-".to_owned();
    let mut columns = vec![
        Column::names(
            "policy",
            NAME_WIDTH,
            all().map(|(policy, _)| policy.shown_name().to_owned()),
        ),
        Column::numbers(
            if measure.after_adaptation {
                "unmet\n% ± se"
            } else {
                "short\n% ± se"
            },
            0,
            all().map(|(_, row)| super::table::mean_and_error(measure.mean(row))),
        ),
        Column::numbers(
            "change\npoints",
            0,
            std::iter::once(String::new()).chain(changes.iter().map(|change| difference(change.points))),
        ),
        Column::numbers(
            "CVaR95\n%",
            1,
            all().map(|(_, row)| tail(row).map_or_else(unknown, percent)),
        ),
        Column::numbers(
            "CVaR95 change\npoints",
            2,
            std::iter::once(String::new()).chain(changes.iter().map(|change| match (tail(before), tail(change.row)) {
                (Some(before), Some(after)) => difference(after - before),
                _ => unknown(),
            })),
        ),
    ];
    if run.policies.iter().any(|policy| policy.cost.is_some()) {
        let cost = |policy: &PolicyResults| policy.cost.map_or_else(unknown, |usd| tonnes(usd / 1e6));
        columns.push(Column::numbers("cost\nM USD", 3, all().map(|(policy, _)| cost(policy))));
    }
    let worst = |policy: &PolicyResults| {
        let worst = policy.replayable.iter().find(|trial| trial.rank == "maximum");
        worst
            .filter(|trial| trial.shortfall_pct > 0.0)
            .map_or_else(unknown, |trial| trial.trial.to_string())
    };
    columns.push(Column::numbers(
        "worst\ntrial",
        4,
        all().map(|(policy, _)| worst(policy)),
    ));
    Some(columns)
}
