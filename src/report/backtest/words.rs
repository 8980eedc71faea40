//! A back-test for the terminal: scores, what was observed beside what was simulated, and sentences that say how it is meant.

use super::super::grid::{Column, draw};
use super::super::number::{counted, significant};
use super::super::width::wrapped;
use crate::study::Estimate;
use crate::whatif::backtest::{Backtest, Compared, Episode, Measure, Score};

/// Of more episodes only scores are shown.
const MOST_TOLD: usize = 3;
/// Longest name shown in full.
const NAME_WIDTH: usize = 42;

/// The tables and the sentences, within a width.
pub fn terminal(found: &Backtest, width: usize) -> String {
    let mut text = String::new();
    if found.episodes.len() <= MOST_TOLD {
        for episode in &found.episodes {
            text.push_str(&wrapped(
                &format!("{}: observed and simulated", episode.title),
                "",
                "",
                width,
            ));
            text.push_str("\n\n");
            add(&mut text, observations(episode), width, "observations.csv");
            text.push('\n');
        }
    }
    text.push_str("How well was it told?\n\n");
    add(
        &mut text,
        scores("episode", &found.by_episode, Some(&found.all)),
        width,
        "scores.csv",
    );
    text.push('\n');
    add(
        &mut text,
        scores("observed", &found.by_measure, None),
        width,
        "scores.csv",
    );
    for sentence in sentences(found) {
        text.push('\n');
        text.push_str(&wrapped(&sentence, "", "", width));
        text.push('\n');
    }
    text
}

fn add(text: &mut String, columns: Vec<Column>, width: usize, all_in: &str) {
    let (table, left_out) = draw(columns, width);
    text.push_str(&table);
    if !left_out.is_empty() {
        let note = format!("Left out for want of width: {}; {all_in} has all.", left_out.join(", "));
        text.push_str(&wrapped(&note, "", "", width));
        text.push('\n');
    }
}

/// A figure for people: two significant digits, three from 10 on.
pub(in crate::report) fn figure(value: f64) -> String {
    match value {
        value if value.abs() < 0.005 => "0".to_owned(),
        value if value.abs() < 1.0 => format!("{value:.2}"),
        value => significant(value, 3),
    }
}

/// What an observation is of: `exports CHN to USA`.
fn called(one: &Compared) -> String {
    let observed = &one.observed;
    let whom = match (observed.from.as_str(), observed.to.as_str()) {
        (from, "all" | "") => from.to_owned(),
        ("", to) => to.to_owned(),
        (from, to) => format!("{from} to {to}"),
    };
    let material = observed.materials.last().map_or("", String::as_str);
    format!("{} {whom}, {material}", one.measure.name())
}

fn months(one: &Compared) -> String {
    let observed = &one.observed;
    match (observed.first_month == observed.last_month, one.measure) {
        (false, Measure::Stock) => format!("end {}", observed.last_month),
        (false, _) => format!(
            "{}–{}",
            observed.first_month,
            observed.last_month.get(2..).unwrap_or("")
        ),
        (true, _) => observed.first_month.clone(),
    }
}

fn observations(episode: &Episode) -> Vec<Column> {
    let all = &episode.compared;
    let ends = |at: usize| all.iter().map(move |one| figure(one.simulated[at]));
    vec![
        Column::names("what", NAME_WIDTH, all.iter().map(called)),
        Column::names("months", 16, all.iter().map(months)),
        Column::numbers(
            "observed\nx normal",
            0,
            all.iter().map(|one| figure(one.observed.figure)),
        ),
        Column::numbers("5 %", 0, ends(0)),
        Column::numbers("50 %", 0, ends(1)),
        Column::numbers("95 %", 0, ends(2)),
        Column::names(
            "",
            3,
            all.iter()
                .map(|one| if one.is_inside { "in" } else { "out" }.to_owned()),
        ),
    ]
}

fn percent(share: f64) -> String {
    // What rounds to nothing has no sign.
    format!("{:.0}", libm::round(100.0 * share) + 0.0)
}

fn scores(what: &str, scores: &[Score], all: Option<&Score>) -> Vec<Column> {
    let rows: Vec<&Score> = scores.iter().chain(all.filter(|_| scores.len() > 1)).collect();
    let column = |header: &str, rank: usize, cell: &dyn Fn(&Score) -> String| {
        Column::numbers(header, rank, rows.iter().map(|row| cell(row)))
    };
    let interval = |score: &Score| format!("{}–{}", percent(score.share.low), percent(score.share.high));
    vec![
        Column::names(what, 20, rows.iter().map(|row| row.of.clone())),
        column("seen", 0, &|score| score.observations.to_string()),
        column("inside", 0, &|score| score.inside.to_string()),
        column("inside\n%", 0, &|score| percent(score.share.value)),
        column("95 %\ninterval", 2, &interval),
        column("CRPS", 0, &|score| format!("{:.2}", score.score)),
        column("if nothing\nhappened", 1, &|score| format!("{:.2}", score.naive)),
        column("better by\n%", 0, &|score| {
            score
                .skill()
                .map_or_else(|| "-".to_owned(), |skill| percent(skill).replace('-', "−"))
        }),
    ]
}

fn range(of: &Estimate) -> String {
    format!(
        "{} % ({} to {} %)",
        percent(of.value),
        percent(of.low),
        percent(of.high)
    )
}

/// What they say.
pub fn sentences(found: &Backtest) -> Vec<String> {
    let all = &found.all;
    let of = counted(found.episodes.len() as u64, "episode");
    let mut said = vec![format!(
        "Of {} of {of}, {} {} inside the simulated 5 to 95 % band: {}. A forecast that knew its own uncertainty would have 90 % there.",
        counted(all.observations as u64, "observation"),
        all.inside,
        if all.inside == 1 { "lies" } else { "lie" },
        range(&all.share)
    )];
    if let Some(share) = &found.share_by_episode {
        said.push(format!(
            "What is observed of one episode hangs together, so that interval is too narrow. By episode, each of the same weight, the share is {}.",
            range(share)
        ));
    }
    said.push(match all.skill() {
        Some(skill) if skill >= 0.0 => format!(
            "The score (CRPS, 0 is perfect) is {:.2} on average, {} % better than that of a forecast that nothing happens ({:.2}).",
            all.score,
            percent(skill),
            all.naive
        ),
        Some(skill) => format!(
            "The score (CRPS, 0 is perfect) is {:.2} on average, {} % worse than that of a forecast that nothing happens ({:.2}).",
            all.score,
            percent(-skill),
            all.naive
        ),
        None => format!("The score (CRPS, 0 is perfect) is {:.2} on average; nothing happened.", all.score),
    });
    let worse: Vec<String> = found
        .by_episode
        .iter()
        .filter(|score| score.skill().is_none_or(|skill| skill < 0.0) && score.score > score.naive)
        .map(|score| score.of.clone())
        .collect();
    if !worse.is_empty() {
        said.push(format!(
            "Worse than if nothing had been expected to happen: {}.",
            super::super::prose::listed(&worse.iter().map(String::as_str).collect::<Vec<_>>())
        ));
    }
    said.push(
        "Parameters are those known at the time, or of other episodes; none was fitted to what it is scored on. What is compared with what, and why what is \
         outside is outside: docs/backtest.md."
            .to_owned(),
    );
    said
}
