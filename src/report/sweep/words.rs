//! A sweep for the terminal: a table of the headline, and sentences that say how far it moves and where it crosses the level.

use super::super::grid::{Column, draw};
use super::super::number::{counted, signed, significant};
use super::super::prose::{few_trials, material_name, place_name};
use super::super::replay_command::{in_lines, quoted};
use super::super::sheet::unit_of;
use super::super::width::wrapped;
use super::{called, option_words, reference, said, short_key};
use crate::results::statistic::Unit;
use crate::whatif::sweep::{At, Cell, Sweep, is_known};

/// Rows of the table, at most; a longer sweep shows every other point, every third and so on.
const ROWS: usize = 26;
/// Crossings told one by one.
const TOLD: usize = 6;

/// The table and the sentences, within a width. `scenario` is where its file is.
pub fn terminal(sweep: &Sweep, scenario: &str, width: usize) -> String {
    let run = &sweep.results.run;
    let Some(baseline) = sweep.baseline() else {
        return String::new();
    };
    let (material, country) = &baseline.headline;
    let mut text = String::new();
    let say = |line: &str, to: &mut String| {
        to.push_str(&wrapped(line, "", "", width));
        to.push('\n');
    };
    let what = format!(
        "{}: {} of {} in {}, {}",
        run.title,
        called(sweep.statistic),
        material_name(run, material),
        place_name(run, country),
        unit(sweep)
    );
    say(what.trim_end_matches(", "), &mut text);
    let keys = ["down", "across"].iter().zip(&sweep.axes);
    for (way, axis) in keys {
        let way = if sweep.axes.len() == 1 { "varied" } else { way };
        say(&format!("{way}: {}", axis.key), &mut text);
    }
    if let Some(policy) = &sweep.policy {
        say(&format!("policy: {policy}"), &mut text);
    }
    say(
        &format!(
            "{}, the same draws for all points",
            counted(run.manifest.trials, "trial")
        ),
        &mut text,
    );
    text.push('\n');
    let cells = sweep.at(material, country);
    let (columns, every) = match sweep.axes.len() {
        1 => line(sweep, &cells),
        _ => matrix(sweep, &cells),
    };
    let (table, left_out) = draw(columns, width);
    text.push_str(&table);
    let mut notes = Vec::new();
    if every > 1 {
        notes.push(format!("Shown: one point in {every}, and the last; sweep.csv has all."));
    }
    if !left_out.is_empty() {
        notes.push(format!(
            "Left out for want of width: {}; sweep.csv has all.",
            left_out.join(", ")
        ));
    }
    for note in notes {
        say(&note, &mut text);
    }
    for sentence in sentences(sweep) {
        text.push('\n');
        say(&sentence, &mut text);
    }
    if let Some(point) = sweep.points.last() {
        text.push('\n');
        say(
            "Each point is a run of its own, with the same figures; the last one:",
            &mut text,
        );
        let words = ["critmin".to_owned(), "run".to_owned(), quoted(scenario)];
        let words: Vec<String> = words.into_iter().chain(option_words(sweep, point)).collect();
        text.push_str(&in_lines(&words, width));
    }
    text
}

/// The unit of the headline's figures; probabilities are shown in percent.
fn unit(sweep: &Sweep) -> &str {
    match (sweep.statistic.unit(), sweep.baseline()) {
        (Unit::Probability, _) => "%",
        (_, Some(baseline)) => unit_of(&sweep.results.run, &baseline.headline.0, sweep.statistic),
        _ => "",
    }
}

fn scale(sweep: &Sweep) -> f64 {
    match sweep.statistic.unit() {
        Unit::Probability => 100.0,
        _ => 1.0,
    }
}

fn is_percent(sweep: &Sweep) -> bool {
    matches!(sweep.statistic.unit(), Unit::Percent | Unit::Probability)
}

fn value(sweep: &Sweep, cell: &Cell) -> String {
    let value = cell.found.value();
    value.map_or_else(|| "-".to_owned(), |value| significant(value * scale(sweep), 3))
}

fn line(sweep: &Sweep, cells: &[&Cell]) -> (Vec<Column>, usize) {
    let every = cells.len().div_ceil(ROWS).max(1);
    let last = cells.len().saturating_sub(1);
    let shown: Vec<&&Cell> = cells
        .iter()
        .enumerate()
        .filter(|(number, _)| number % every == 0 || *number == last)
        .map(|(_, cell)| cell)
        .collect();
    let column = |rank, header: &str, of: &dyn Fn(&Cell) -> String| {
        Column::numbers(header, rank, shown.iter().map(|cell| of(cell)).collect::<Vec<_>>())
    };
    let scale = scale(sweep);
    let unit = unit(sweep);
    let points = if is_percent(sweep) { "points" } else { unit };
    let mut table = vec![column(0, &short_key(&sweep.axes[0].key), &|cell| {
        said(&sweep.axes[0], sweep.points[cell.point].at[0], 4)
    })];
    if shows_hhi(sweep) {
        table.push(column(3, "HHI", &|cell| {
            let hhi = sweep.points[cell.point].concentration.first().copied().flatten();
            hhi.map_or_else(|| "-".to_owned(), |hhi| format!("{hhi:.3}"))
        }));
    }
    table.push(column(0, &format!("value\n{unit}"), &|cell| value(sweep, cell)));
    table.push(column(1, "95 % interval", &|cell| match cell.interval() {
        Some((low, high)) if low < high => {
            format!("{} to {}", significant(low * scale, 3), significant(high * scale, 3))
        }
        _ => String::new(),
    }));
    table.push(column(
        2,
        &format!("change\n{points}"),
        &|cell| match &cell.difference {
            None => "-".to_owned(),
            Some(difference) => {
                let estimate = difference.estimate;
                let half = is_known(&estimate)
                    .then_some((estimate.high - estimate.low) / 2.0)
                    .filter(|half| *half > 0.0);
                let half = half.map_or_else(String::new, |half| format!(" ± {}", significant(half * scale, 2)));
                format!(
                    "{}{half}",
                    signed(estimate.value * scale, |value| significant(value, 3))
                )
            }
        },
    ));
    (table, every)
}

fn matrix(sweep: &Sweep, cells: &[&Cell]) -> (Vec<Column>, usize) {
    let (down, across) = (&sweep.axes[0], &sweep.axes[1]);
    let every = down.values.len().div_ceil(ROWS).max(1);
    let last = down.values.len() - 1;
    let rows: Vec<usize> = (0..=last).filter(|row| row % every == 0 || *row == last).collect();
    let corner = format!("{} \\\n{}", short_key(&down.key), short_key(&across.key));
    let mut table = vec![Column::numbers(
        &corner,
        0,
        rows.iter()
            .map(|row| said(down, down.values[*row], 4))
            .collect::<Vec<_>>(),
    )];
    if shows_hhi(sweep) {
        let hhi = |row: &usize| {
            let point = &sweep.points[row * across.values.len()];
            point.concentration.first().copied().flatten()
        };
        let index = |row: &usize| hhi(row).map_or_else(|| "-".to_owned(), |hhi| format!("{hhi:.3}"));
        table.push(Column::numbers(
            "HHI",
            across.values.len(),
            rows.iter().map(index).collect::<Vec<_>>(),
        ));
    }
    for (number, at) in across.values.iter().enumerate() {
        let of = |row: &usize| {
            cells
                .get(row * across.values.len() + number)
                .map_or_else(String::new, |cell| value(sweep, cell))
        };
        // The ends stay longest.
        let rank = if number == 0 { 0 } else { across.values.len() - number };
        table.push(Column::numbers(
            &said(across, *at, 4),
            rank,
            rows.iter().map(of).collect::<Vec<_>>(),
        ));
    }
    (table, every)
}

/// Whether the table has the index beside the first key's share: of two keys only where the other is no share, too, on which it depends.
fn shows_hhi(sweep: &Sweep) -> bool {
    let is_share: Vec<bool> = sweep.axes.iter().map(|axis| axis.share().is_some()).collect();
    matches!(is_share[..], [true] | [true, false])
}

/// What the sweep says, a sentence or a few for each question.
pub fn sentences(sweep: &Sweep) -> Vec<String> {
    let run = &sweep.results.run;
    let Some(baseline) = sweep.baseline() else {
        return Vec::new();
    };
    let (material, country) = &baseline.headline;
    let cells = sweep.at(material, country);
    let mut found = vec![how_far(sweep, &cells)];
    found.extend(as_it_is(sweep));
    found.extend(level(sweep, material, country));
    if shows_hhi(sweep) {
        found.push(
            "HHI: sum of the squared shares of undisrupted output at the start, 0 to 1; countries that are not listed (OTH) count as many small ones."
                .to_owned(),
        );
    }
    if sweep.axes.len() == 1 && cells.iter().any(|cell| cell.difference.is_some()) {
        let from = reference(sweep);
        found.push(format!(
            "Changes are from {from}, on the same draws; ± is half of a 95 % interval."
        ));
    }
    found.extend(few_trials(run));
    found
}

/// Where a point lies: `share of CHN = 0.5`, of two keys both.
fn place(sweep: &Sweep, at: &[f64]) -> String {
    let parts: Vec<String> = sweep
        .axes
        .iter()
        .zip(at)
        .map(|(axis, value)| format!("{} = {}", short_key(&axis.key), said(axis, *value, 4)))
        .collect();
    parts.join(", ")
}

fn with_unit(sweep: &Sweep, value: f64) -> String {
    let text = significant(value * scale(sweep), 3);
    match unit(sweep) {
        "" => text,
        unit => format!("{text} {unit}"),
    }
}

fn how_far(sweep: &Sweep, cells: &[&Cell]) -> String {
    let name = called(sweep.statistic);
    let with: Vec<(&&Cell, f64)> = cells
        .iter()
        .filter_map(|cell| Some((cell, cell.found.value()?)))
        .collect();
    let lowest = with.iter().min_by(|one, other| one.1.total_cmp(&other.1));
    let highest = with.iter().max_by(|one, other| one.1.total_cmp(&other.1));
    let (Some((low, least)), Some((high, most))) = (lowest, highest) else {
        return format!(
            "The {name} has no figure here: the row has none, or the trials do not support it (fewer than ten beyond a quantile)."
        );
    };
    let missing = cells.len() - with.len();
    let missing = match missing {
        0 => String::new(),
        count => format!(" {} without a figure.", counted(count as u64, "point")),
    };
    if least == most {
        return format!(
            "The {name} is {} at every point: what is varied changes nothing here.{missing}",
            with_unit(sweep, *least)
        );
    }
    let interval = |cell: &Cell| match cell.interval() {
        Some((low, high)) if low < high => format!(
            " (95 % interval {} to {})",
            significant(low * scale(sweep), 3),
            significant(high * scale(sweep), 3)
        ),
        _ => String::new(),
    };
    let at = |cell: &Cell| place(sweep, &sweep.points[cell.point].at);
    format!(
        "The {name} is lowest at {}: {}{}, and highest at {}: {}{}.{missing}",
        at(low),
        with_unit(sweep, *least),
        interval(low),
        at(high),
        with_unit(sweep, *most),
        interval(high)
    )
}

/// Where the scenario stands.
fn as_it_is(sweep: &Sweep) -> Option<String> {
    let baseline = sweep.baseline()?;
    let (material, country) = &baseline.headline;
    let found = sweep.results.variant(&baseline.policy)?.summary.iter();
    let mut rows = found.filter(|row| row.material == *material && row.country == *country);
    let value = sweep
        .statistic
        .of(rows.find(|row| row.sector == crate::results::ALL_SECTORS)?)
        .value()?;
    let stands: Option<Vec<f64>> = sweep.stands.iter().copied().collect();
    let at = match stands {
        Some(at) => format!("has {}", place(sweep, &at)),
        None => "has no single number for what is varied".to_owned(),
    };
    let under = sweep
        .policy
        .as_ref()
        .map_or_else(String::new, |policy| format!(", under the policy `{policy}`"));
    Some(format!(
        "The scenario as it is {at}{under}: {}.",
        with_unit(sweep, value)
    ))
}

fn level(sweep: &Sweep, material: &str, country: &str) -> Option<String> {
    let level = sweep.level?;
    let here: Vec<&At> = sweep
        .crossings
        .iter()
        .filter(|found| found.material == material && found.country == country)
        .collect();
    let name = with_unit(sweep, level);
    if here.is_empty() {
        return Some(format!("Nowhere in the sweep does it cross {name}."));
    }
    let key = short_key(&sweep.axes[0].key);
    let told = here.iter().take(TOLD).map(|found| {
        let crossing = found.crossing;
        let end =
            |end: Option<f64>, beyond: &str| end.map_or_else(|| beyond.to_owned(), |end| said(&sweep.axes[0], end, 3));
        let interval = match (crossing.has_band, crossing.low, crossing.high) {
            (false, ..) => ", its interval unknown".to_owned(),
            (true, low, high) if low == high && low.is_some() => String::new(),
            (true, low, high) => format!(
                " (95 % interval {} to {})",
                end(low, "below the range"),
                end(high, "above the range")
            ),
        };
        let second = match (found.second, sweep.axes.get(1)) {
            (Some(second), Some(axis)) => format!(" where {} = {}", short_key(&axis.key), said(axis, second, 4)),
            _ => String::new(),
        };
        let way = if crossing.rises { "rises" } else { "falls" };
        format!(
            "{way} through {name} at {key} = {}{interval}{second}",
            said(&sweep.axes[0], crossing.at, 3)
        )
    });
    let more = match here.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!("; and {more} more (crossings.csv)"),
    };
    let told: Vec<String> = told.collect();
    Some(format!(
        "It {}{more}; straight lines between the points.",
        told.join("; it ")
    ))
}
