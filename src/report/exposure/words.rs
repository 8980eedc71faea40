//! The exposures of a country for the terminal: a table of what costs most, and sentences that say how it is meant.

use super::super::grid::{Column, draw};
use super::super::number::{counted, significant};
use super::super::width::wrapped;
use super::{country, fails, names, stage};
use crate::whatif::exposure::{Exposed, Exposures};

/// Rows of the table.
const SHOWN: usize = 20;
/// Exposures told in sentences.
const TOLD: usize = 4;
/// Longest name shown in full.
const NAME_WIDTH: usize = 32;
/// From this width on there is room for the costliest outage.
const WIDE: usize = 100;
/// What rounding leaves is nothing.
const NOTHING: f64 = 1e-6;

/// The table and the sentences, within a width.
pub fn terminal(found: &Exposures, width: usize) -> String {
    let mut text = wrapped(&format!("What is {} most exposed to?", found.name), "", "", width);
    text.push('\n');
    text.push_str(&wrapped(&how(found), "", "", width));
    text.push_str("\n\n");
    let costly: Vec<&Exposed> = costly(found).collect();
    let shown = &costly[..costly.len().min(SHOWN)];
    if !shown.is_empty() {
        let (table, left_out) = draw(columns(found, shown, width), width);
        text.push_str(&table);
        let mut notes = Vec::new();
        if costly.len() > shown.len() {
            let more = counted((costly.len() - shown.len()) as u64, "more stage");
            notes.push(format!("{more} with a smaller loss in ranking.csv."));
        }
        if !left_out.is_empty() {
            notes.push(format!(
                "Left out for want of width: {}; ranking.csv has all.",
                left_out.join(", ")
            ));
        }
        if !notes.is_empty() {
            text.push_str(&wrapped(&notes.join(" "), "", "", width));
            text.push('\n');
        }
    }
    for sentence in said(found) {
        text.push('\n');
        text.push_str(&wrapped(&sentence, "", "", width));
        text.push('\n');
    }
    if !found.missing.is_empty() {
        text.push_str("\nInsufficient data, and why:\n");
        for reason in reasons(found) {
            text.push_str(&wrapped(&reason, "  ", "    ", width));
            text.push('\n');
        }
    }
    text
}

fn how(found: &Exposures) -> String {
    let screenings = found.screened.first().map(|one| &one.found);
    let months = screenings.map_or(12.0, |one| one.outage_months);
    let inputs = match screenings {
        Some(one) if !one.is_at_means => format!(", {} of uncertain inputs", counted(one.results.trials(), "trial")),
        _ => String::new(),
    };
    format!(
        "Stop of the largest producer abroad at each stage, alone, certain, total, for {} months; scenarios drafted from the shipped tables as \
         `critmin new` writes them, without their events{inputs}",
        significant(months, 3)
    )
}

/// Those that cost anything, by rank.
fn costly(found: &Exposures) -> impl Iterator<Item = &Exposed> {
    found.exposed.iter().filter(|of| found.lost(of) > NOTHING)
}

fn columns(found: &Exposures, shown: &[&Exposed], width: usize) -> Vec<Column> {
    let of = |cell: &dyn Fn(&Exposed) -> String| shown.iter().map(|one| cell(one)).collect::<Vec<_>>();
    let leader = |one: &Exposed| {
        found
            .leader(one)
            .map_or_else(|| "-".to_owned(), |(outage, _)| country(found, one, outage))
    };
    let survive = |one: &Exposed| {
        let cost = found.leader(one).filter(|_| one.has_stocks);
        let months = cost.and_then(|(_, cost)| cost.months_to_survive.as_ref());
        months.map_or_else(|| "-".to_owned(), |months| significant(months.value, 2))
    };
    let worst = |one: &Exposed| {
        found.worst(one).map_or_else(
            || "-".to_owned(),
            |(outage, cost)| {
                format!(
                    "{} {} {}",
                    outage.country,
                    outage.kind(),
                    significant(cost.year_pct.value, 3)
                )
            },
        )
    };
    let share = |one: &Exposed| {
        one.leader_share
            .map_or_else(|| "-".to_owned(), |share| significant(100.0 * share, 2))
    };
    let mut table = vec![
        Column::names("stage that fails", NAME_WIDTH, of(&|one| stage(found, one))),
        Column::names("largest abroad", 20, of(&leader)),
        Column::numbers("makes, %\nof all", 2, of(&share)),
        Column::numbers("lost, % of\na year", 0, of(&|one| significant(found.lost(one), 3))),
    ];
    if shown.iter().any(|one| one.has_stocks) {
        table.push(Column::numbers("months to\nsurvive", 1, of(&survive)));
    }
    // Names are worth more than this where there is little room.
    if width >= WIDE {
        table.push(Column::numbers("costliest\noutage, %", 3, of(&worst)));
    }
    table
}

/// What it says, with every reason.
pub fn sentences(found: &Exposures) -> Vec<String> {
    let mut all = said(found);
    all.extend(
        reasons(found)
            .into_iter()
            .map(|reason| format!("Insufficient data: {reason}")),
    );
    all
}

fn said(found: &Exposures) -> Vec<String> {
    let mut said = Vec::new();
    let mut ranked = costly(found);
    match ranked.next() {
        Some(first) => said.push(most_exposed(found, first)),
        None => said.push(format!("No stop of a leading producer leaves {} short.", found.name)),
    }
    // Stages of one mineral say much the same: each mineral is told once.
    let mut told: Vec<usize> = costly(found).take(1).map(|of| of.screened).collect();
    let mut next = Vec::new();
    for of in ranked {
        if !told.contains(&of.screened) && next.len() < TOLD {
            told.push(of.screened);
            next.extend(found.leader(of).map(|(outage, cost)| {
                let who = country(found, of, outage);
                format!(
                    "{who} for {} ({} %)",
                    stage(found, of),
                    significant(cost.year_pct.value, 3)
                )
            }));
        }
    }
    if !next.is_empty() {
        said.push(format!("Next come {}.", next.join("; ")));
    }
    said.extend(not_the_leader(found));
    let harmless: Vec<&Exposed> = found.exposed.iter().filter(|of| found.lost(of) <= NOTHING).collect();
    if !harmless.is_empty() {
        let stages: Vec<String> = harmless.iter().map(|of| stage(found, of)).collect();
        let shown = match stages.len() > 6 {
            true => format!("{} and {} more", stages[..5].join("; "), stages.len() - 5),
            false => stages.join("; "),
        };
        said.push(format!(
            "A stop of the largest producer abroad leaves nothing short at {shown}."
        ));
    }
    let (stages, without) = (
        found.exposed.len(),
        found.exposed.iter().filter(|of| !of.has_stocks).count(),
    );
    let minerals = counted(found.screened.len() as u64, "mineral");
    said.push(match without == stages {
        true => format!(
            "No stocks of {} are known at any of the {stages} stages of {minerals}, so no time to survive is told.",
            found.name
        ),
        false => format!(
            "At {without} of the {stages} stages of {minerals} no stocks of {} are known, so no time to survive is told there.",
            found.name
        ),
    });
    said.push(
        "It is a first look: it knows shares, trade and published stocks, no contracts, prices or qualities, and not how important a use is. \
         `critmin new FILE --mineral M --for C` writes the scenario of any line, to be corrected and run."
            .to_owned(),
    );
    said
}

fn most_exposed(found: &Exposures, of: &Exposed) -> String {
    let [name, material] = names(found, of);
    let Some((outage, cost)) = found.leader(of) else {
        return String::new();
    };
    let share = of.leader_share.map_or_else(String::new, |share| {
        format!(", which makes {} % of all", significant(100.0 * share, 2))
    });
    let whose = match name == material {
        true => String::new(),
        false => format!(" for {material}"),
    };
    let stocks = match (of.has_stocks, &cost.months_to_survive) {
        (true, Some(months)) => format!("; known stocks last {} months", significant(months.value, 2)),
        _ => "; no stocks are known".to_owned(),
    };
    format!(
        "{} is most exposed to {} for {}{share}: a year's stop takes {} % of a year's demand{whose}{stocks}.",
        found.name,
        country(found, of, outage),
        stage(found, of),
        significant(cost.year_pct.value, 3),
    )
}

/// Stages at which another outage than the leader's stop costs clearly more.
fn not_the_leader(found: &Exposures) -> Option<String> {
    let mut clear: Vec<(&Exposed, f64)> = found
        .exposed
        .iter()
        .filter_map(|of| {
            let (_, cost) = found.worst(of)?;
            let more = cost.year_pct.value - found.lost(of);
            (more > 1.0 && more > 0.1 * cost.year_pct.value).then_some((of, more))
        })
        .collect();
    clear.sort_by(|one, other| other.1.total_cmp(&one.1));
    let tell = |of: &Exposed| {
        let (outage, cost) = found.worst(of)?;
        let who = country(found, of, outage);
        let lost = significant(cost.year_pct.value, 3);
        Some(format!("{}: {who} {} ({lost} %)", stage(found, of), fails(outage)))
    };
    let told: Vec<String> = clear.iter().take(TOLD).filter_map(|(of, _)| tell(of)).collect();
    let more = match clear.len() > TOLD {
        true => format!("; and {} more (ranking.csv)", clear.len() - TOLD),
        false => String::new(),
    };
    (!told.is_empty()).then(|| {
        format!(
            "At some stages another outage costs clearly more than the stop of the largest producer. {}{more}.",
            told.join("; ")
        )
    })
}

/// What could not be screened, and why.
fn reasons(found: &Exposures) -> Vec<String> {
    let tell = |missing: &crate::whatif::exposure::Missing| {
        let stage = match missing.stage.as_str() {
            "" => String::new(),
            stage => format!(", {stage}"),
        };
        format!("{}{stage}: {}.", missing.name, missing.why.trim_end_matches('.'))
    };
    found.missing.iter().map(tell).collect()
}
