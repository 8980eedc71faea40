//! A screening for the terminal: a table of what costs most at the headline, and sentences that say how it is meant.

use super::super::grid::{Column, draw};
use super::super::number::{counted, significant, tonnes};
use super::super::prose::{listed_up_to, material_name, place_name};
use super::super::sheet::unit;
use super::super::width::wrapped;
use super::{outage_in_words, what_fails};
use crate::results::FOCUS;
use crate::results::types::Estimate;
use crate::study::{Statistic, Taken};
use crate::whatif::screen::{Consequence, Screening};

/// Rows of the table.
const SHOWN: usize = 15;
/// Longest name shown in full.
const NAME_WIDTH: usize = 28;
/// Places named one by one.
const NAMED: usize = 4;

/// The table and the sentences, within a width.
pub fn terminal(found: &Screening, width: usize) -> String {
    let run = &found.results.run;
    let (material, place) = found.headline();
    let title = format!(
        "{}: whose failure costs {} most {}?",
        run.title,
        place_name(run, place),
        material_name(run, material)
    );
    let mut text = wrapped(&title, "", "", width);
    text.push('\n');
    text.push_str(&wrapped(&how(found), "", "", width));
    text.push_str("\n\n");
    let here: Vec<&Consequence> = found.at(material, place).collect();
    let costly: Vec<&Consequence> = here.iter().copied().filter(|of| of.year_pct.value > 0.0).collect();
    if !costly.is_empty() {
        add_table(&mut text, found, &costly, false, width);
    }
    let pairs: Vec<&Consequence> = found.pairs_at(material, place).collect();
    if pairs.iter().any(|of| of.year_pct.value > 0.0) {
        text.push_str("\nTwo at once:\n\n");
        add_table(&mut text, found, &pairs, true, width);
    }
    for sentence in sentences(found) {
        text.push('\n');
        text.push_str(&wrapped(&sentence, "", "", width));
        text.push('\n');
    }
    text
}

/// How it was found, in a line.
fn how(found: &Screening) -> String {
    let months = significant(found.outage_months, 3);
    let inputs = match (found.has_uncertain_inputs, found.is_at_means) {
        (false, _) => String::new(),
        (true, true) => ", uncertain inputs at their means".to_owned(),
        (true, false) => format!(", {} of the uncertain inputs", counted(found.results.trials(), "trial")),
    };
    format!("Each outage alone, certain, total, for {months} months from the start; no other event{inputs}")
}

fn add_table(text: &mut String, found: &Screening, all: &[&Consequence], is_pair: bool, width: usize) {
    let shown = &all[..all.len().min(SHOWN)];
    let (table, left_out) = draw(columns(found, shown, is_pair), width);
    text.push_str(&table);
    let file = if is_pair { "pairs.csv" } else { "screen.csv" };
    let mut notes = Vec::new();
    if all.len() > shown.len() {
        let more = all.len() - shown.len();
        notes.push(format!(
            "{} with a smaller loss, or none, in {file}.",
            counted(more as u64, "more outage")
        ));
    }
    if !left_out.is_empty() {
        notes.push(format!(
            "Left out for want of width: {}; {file} has all.",
            left_out.join(", ")
        ));
    }
    if !notes.is_empty() {
        text.push_str(&wrapped(&notes.join(" "), "", "", width));
        text.push('\n');
    }
}

fn columns(found: &Screening, shown: &[&Consequence], is_pair: bool) -> Vec<Column> {
    let run = &found.results.run;
    let of = |cell: &dyn Fn(&Consequence) -> String| shown.iter().map(|one| cell(one)).collect::<Vec<_>>();
    let optional =
        |value: Option<f64>, digits| value.map_or_else(|| "-".to_owned(), |value| significant(value, digits));
    let mut table = Vec::new();
    if is_pair {
        for (number, header) in ["one", "other"].into_iter().enumerate() {
            let name = |one: &Consequence| {
                let outage = &found.outages[found.pairs[one.outage][number]];
                outage_in_words(run, outage)
            };
            table.push(Column::names(header, NAME_WIDTH + 6, of(&name)));
        }
    } else {
        let country = |one: &Consequence| place_name(run, &found.outages[one.outage].country);
        let material = |one: &Consequence| material_name(run, &found.outages[one.outage].material).to_owned();
        let kind = |one: &Consequence| match found.outages[one.outage].taken {
            Taken::Output => "makes no".to_owned(),
            Taken::Exports => "exports no".to_owned(),
        };
        table.push(Column::names("country", NAME_WIDTH, of(&country)));
        table.push(Column::names("outage", NAME_WIDTH, of(&kind)));
        table.push(Column::names("material", NAME_WIDTH, of(&material)));
    }
    let material = shown.first().map_or("", |one| one.material.as_str());
    table.push(Column::numbers(
        "lost, % of\na year",
        0,
        of(&|one| percent(&one.year_pct)),
    ));
    if is_pair {
        let beyond = |one: &Consequence| {
            one.beyond_the_sum_pct
                .map_or_else(|| "-".to_owned(), |sum| signed(&sum))
        };
        table.push(Column::numbers("beyond\nthe sum", 1, of(&beyond)));
    }
    let header = format!("lost\n{}", unit(&run.materials, material));
    table.push(Column::numbers(
        &header,
        2,
        of(&|one| tonnes(one.quantity.value.max(0.0))),
    ));
    let survive = |one: &Consequence| optional(one.months_to_survive.map(|months| months.value), 2);
    table.push(Column::numbers("months to\nsurvive", 1, of(&survive)));
    if shown.iter().any(|one| one.value_musd.is_some()) {
        let value = |one: &Consequence| optional(one.value_musd.map(|value| value.value), 3);
        table.push(Column::numbers("value lost\nUSD million", 4, of(&value)));
    }
    if shown.iter().any(|one| one.probability.is_some()) {
        let chance = |one: &Consequence| optional(one.probability.map(|chance| chance * 100.0), 2);
        table.push(Column::numbers("own events\nchance, %", 3, of(&chance)));
    }
    table
}

/// `12.3`, or `12.3 ± 0.4` where it has an error.
fn percent(estimate: &Estimate) -> String {
    let value = signed_plain(estimate.value);
    match estimate.standard_error > 0.0 {
        true => format!("{value} ± {}", significant((estimate.high - estimate.low) / 2.0, 2)),
        false => value,
    }
}

fn signed_plain(value: f64) -> String {
    match value < 0.0 {
        true => format!("-{}", significant(-value, 3)),
        false => significant(value, 3),
    }
}

fn signed(estimate: &Estimate) -> String {
    // What rounding leaves is nothing.
    let value = if estimate.value.abs() < 1e-6 {
        0.0
    } else {
        estimate.value
    };
    match value > 0.0 {
        true => format!("+{}", significant(value, 3)),
        false => signed_plain(value),
    }
}

/// What the screening says.
pub fn sentences(found: &Screening) -> Vec<String> {
    let run = &found.results.run;
    let (material, place) = found.headline();
    if found.outages.is_empty() || found.consequences.is_empty() {
        return vec![
            "There is nothing to screen: the scenario has no country that makes something, or no demand in focus."
                .to_owned(),
        ];
    }
    let mut said = vec![at_the_headline(found, material, place)];
    said.extend(elsewhere(found, material, place));
    said.extend(by_risk(found, material, place));
    said.extend(harmless(found));
    said.extend(together(found, material, place));
    if !found.left_out.is_empty() {
        let materials = found.left_out.iter().map(|(id, _)| material_name(run, id).to_owned());
        said.push(format!(
            "Not screened: all other countries together as makers of {}: they are not one country.",
            listed_up_to(NAMED, materials.collect())
        ));
    }
    let chance = match found.consequences.iter().any(|one| one.probability.is_some()) {
        true => {
            " A chance is that of any event of the scenario of this kind, however small, starting within the horizon; that says nothing of how probable a total outage of this length is. Where the scenario has no such event none is stated."
        }
        false => " The scenario has no events of these kinds that could give them a chance, so none is stated.",
    };
    let taken = match found.events.is_empty() {
        true => "The scenario has no events of its own.".to_owned(),
        false => format!(
            "Taken away: the scenario's own {}, also what is in force at the start.",
            counted(found.events.len() as u64, "event")
        ),
    };
    said.push(taken + chance);
    said
}

fn where_it_is(found: &Screening, material: &str, place: &str) -> String {
    let run = &found.results.run;
    let after = match found.measure {
        Statistic::UnmetAfterAdaptationPct => " after substitution and thrift",
        _ => "",
    };
    format!("{} in {}{after}", material_name(run, material), place_name(run, place))
}

fn at_the_headline(found: &Screening, material: &str, place: &str) -> String {
    let what = where_it_is(found, material, place);
    let worst = found.at(material, place).next();
    let Some(worst) = worst.filter(|worst| worst.year_pct.value > 0.0) else {
        return format!("No single outage leaves demand for {what} short.");
    };
    let survive =
        worst
            .months_to_survive
            .map_or_else(String::new, |months| match significant(months.value, 2).as_str() {
                "0" => "; it is short at once when deliveries first miss demand".to_owned(),
                "1" => "; stocks last 1 month".to_owned(),
                months => format!("; stocks last {months} months"),
            });
    let value = worst.value_musd.filter(|value| value.value > 0.0);
    let value = value.map_or_else(String::new, |value| {
        format!(", and USD {} million of value added", significant(value.value, 3))
    });
    format!(
        "For {what} the worst single outage is that {}: it takes {} % of a year's demand ({} {}){value}{survive}.",
        what_fails(found, worst, false),
        significant(worst.year_pct.value, 3),
        tonnes(worst.quantity.value.max(0.0)),
        unit(&found.results.run.materials, material)
    )
}

/// The worst at other places and materials in focus, where it is another one or much worse.
fn elsewhere(found: &Screening, material: &str, place: &str) -> Option<String> {
    let run = &found.results.run;
    let headline = found.at(material, place).next().map(|worst| worst.outage);
    let worst = found.consequences.iter().filter(|one| {
        let is_here = one.material == material && one.place == place;
        one.rank == 1 && one.year_pct.value > 0.0 && !is_here && one.place != FOCUS
    });
    let mut told: Vec<&Consequence> = Vec::new();
    // Where the headline's worst is as bad as any, it is no other one.
    let is_the_same = |one: &&Consequence| {
        let mut here = found.at(&one.material, &one.place);
        here.any(|same| Some(same.outage) == headline && same.rank == 1)
    };
    for one in worst.filter(|one| !is_the_same(one)) {
        // Of outages that cost the same the first is named.
        let is_told = |other: &&Consequence| (&other.material, &other.place) == (&one.material, &one.place);
        if !told.iter().any(is_told) {
            told.push(one);
        }
    }
    told.sort_by(|one, other| other.year_pct.value.total_cmp(&one.year_pct.value));
    let count = told.len();
    let text = |one: &&Consequence| {
        format!(
            "{} in {}: {} ({} % of a year's demand)",
            material_name(run, &one.material),
            place_name(run, &one.place),
            what_fails(found, one, false),
            significant(one.year_pct.value, 3)
        )
    };
    let texts: Vec<String> = told.iter().take(NAMED).map(text).collect();
    let more = match count > NAMED {
        true => format!("; and {} more (screen.csv)", count - NAMED),
        false => String::new(),
    };
    (count > 0).then(|| format!("Elsewhere another outage is the worst. {}{more}.", texts.join("; ")))
}

/// The largest by consequence and chance, where the scenario has chances.
fn by_risk(found: &Screening, material: &str, place: &str) -> Option<String> {
    let mut with_risk: Vec<&Consequence> = found
        .at(material, place)
        .filter(|one| one.risk_rank.is_some())
        .collect();
    with_risk.sort_by_key(|one| (one.risk_rank, one.rank, one.outage));
    let first = with_risk.first().filter(|one| one.risk_pct > Some(0.0))?;
    Some(format!(
        "By consequence times the chance that the scenario gives to events of this kind ({} %): {}.",
        significant(100.0 * first.probability?, 3),
        what_fails(found, first, false)
    ))
}

fn harmless(found: &Screening) -> Option<String> {
    let is_harmless = |outage: usize| {
        let mut all = found.consequences.iter().filter(|one| one.outage == outage);
        all.all(|one| one.year_pct.value <= 0.0)
    };
    let count = (0..found.outages.len()).filter(|outage| is_harmless(*outage)).count();
    (count > 0).then(|| {
        format!(
            "{count} of {} leave nothing short anywhere in focus.",
            counted(found.outages.len() as u64, "outage")
        )
    })
}

fn together(found: &Screening, material: &str, place: &str) -> Option<String> {
    let worst = found
        .pairs_at(material, place)
        .next()
        .filter(|one| one.year_pct.value > 0.0)?;
    let beyond = worst.beyond_the_sum_pct.map_or(0.0, |beyond| beyond.value);
    let sum = match beyond {
        beyond if beyond > 1e-6 => format!("{} points more than the sum of each alone", significant(beyond, 3)),
        beyond if beyond < -1e-6 => format!("{} points less than the sum of each alone", significant(-beyond, 3)),
        _ => "the sum of each alone".to_owned(),
    };
    Some(format!(
        "The worst pair of {} tried: {}; together they take {} % of a year's demand, {sum}.",
        found.pairs.len(),
        what_fails(found, worst, true),
        significant(worst.year_pct.value, 3)
    ))
}
