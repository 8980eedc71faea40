//! A replayed trial as a story: what was drawn, what happened, and month by month what it did to the places in focus.

use std::fmt::Write;

use crate::analysis::replay::{Replay, ReplayEvent, ReplayMarket};

/// Event names longer than this are cut in the table of periods.
const NAME_WIDTH: usize = 44;
/// Uncertain inputs shown at most.
const INPUTS: usize = 20;

/// Tells the trial's story.
pub fn tell(replay: &Replay) -> String {
    let mut text = String::new();
    let (material, place) = &replay.headline;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{}", replay.title);
    let _ = writeln!(
        text,
        "Trial {}, seed {}, policy {}",
        replay.trial, replay.seed, replay.policy
    );
    let _ = writeln!(
        text,
        "Shortfall of {} for {}: {:.2} % of demand over the horizon\n",
        replay.material_name, replay.place_name, replay.headline_pct
    );
    inputs(replay, &mut text);
    events(replay, &mut text);
    periods(replay, &mut text, material, place);
    text
}

fn inputs(replay: &Replay, text: &mut String) {
    if replay.inputs.is_empty() {
        return;
    }
    let _ = writeln!(text, "Uncertain inputs drawn for this trial");
    for input in replay.inputs.iter().take(INPUTS) {
        let _ = writeln!(text, "  {:<60} {}", input.input, super::six_digits(input.value));
    }
    if replay.inputs.len() > INPUTS {
        let _ = writeln!(
            text,
            "  ... and {} more (--json or --out shows all)",
            replay.inputs.len() - INPUTS
        );
    }
    text.push('\n');
}

fn events(replay: &Replay, text: &mut String) {
    if replay.events.is_empty() {
        let _ = writeln!(text, "What happens: nothing; no event strikes in this trial.\n");
        return;
    }
    let _ = writeln!(text, "What happens");
    for event in &replay.events {
        let recovery = if event.recovery == "step" {
            String::new()
        } else {
            format!(", then back {}", event.recovery)
        };
        let _ = writeln!(
            text,
            "  {}  {}: severity {:.0} %, {:.1} months{recovery}",
            event.start_date,
            event.name,
            100.0 * event.severity,
            event.duration_months,
        );
    }
    text.push('\n');
}

fn active(replay: &Replay, period: usize) -> impl Iterator<Item = &ReplayEvent> {
    let from = period as f64 * replay.step_months;
    let to = from + replay.step_months;
    replay
        .events
        .iter()
        .filter(move |event| event.start_months < to && event.end_months > from)
}

/// Names of the events active in a period, each once, with the number of its occurrences.
fn named(replay: &Replay, period: usize) -> Vec<String> {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for event in active(replay, period) {
        match counts.iter_mut().find(|(name, _)| *name == event.name) {
            Some((_, count)) => *count += 1,
            None => counts.push((&event.name, 1)),
        }
    }
    counts
        .into_iter()
        .map(|(name, count)| {
            if count > 1 {
                format!("{} x{count}", cut(name))
            } else {
                cut(name)
            }
        })
        .collect()
}

fn periods(replay: &Replay, text: &mut String, material: &str, place: &str) {
    let columns: Vec<&String> = replay.headline_countries.iter().take(7).collect();
    let of = |period: usize, country: &str| -> Option<&ReplayMarket> {
        replay
            .markets
            .iter()
            .find(|market| market.period == period && market.material == *material && market.country == country)
    };
    let _ = writeln!(
        text,
        "Shortfall of final demand by period, % (periods in which nothing is missing and nothing happens are left out)\n"
    );
    let _ = write!(
        text,
        "  {:<11}{:>9}",
        "first day",
        place.chars().take(8).collect::<String>()
    );
    for country in &columns {
        let _ = write!(text, "{:>8}", country.chars().take(7).collect::<String>());
    }
    let _ = writeln!(text, "{:>12}{:>7}  events", "stock t", "price");
    let mut skipped = false;
    for (period, date) in replay.dates.iter().enumerate() {
        let markets: Vec<&ReplayMarket> = replay
            .headline_countries
            .iter()
            .filter_map(|country| of(period, country))
            .collect();
        let missing: f64 = markets.iter().map(|market| market.missing_t).sum();
        let names = named(replay, period);
        if missing <= 0.0 && names.is_empty() {
            skipped = true;
            continue;
        }
        if skipped {
            let _ = writeln!(text, "  ...");
            skipped = false;
        }
        let _ = write!(text, "  {date:<11}{:>9.1}", replay.headline_by_period_pct[period]);
        for country in &columns {
            match of(period, country) {
                Some(market) if market.final_demand_t > 0.0 => {
                    let _ = write!(
                        text,
                        "{:>8.1}",
                        100.0 * market.final_shortfall_t / market.final_demand_t
                    );
                }
                _ => {
                    let _ = write!(text, "{:>8}", "");
                }
            }
        }
        let stock: f64 = markets.iter().map(|market| market.commercial_stock_t).sum::<f64>()
            + replay
                .stockpiles
                .iter()
                .filter(|stockpile| stockpile.period == period && stockpile.material == *material)
                .map(|stockpile| stockpile.level_t)
                .sum::<f64>();
        let price = markets.iter().map(|market| market.price_index).fold(1.0, f64::max);
        let _ = writeln!(text, "{stock:>12.0}{price:>7.2}  {}", names.join("; "));
    }
    if skipped {
        let _ = writeln!(text, "  ... nothing more to the end of the horizon");
    }
    let _ = writeln!(
        text,
        "\nstock: commercial stocks of the places shown and strategic stockpiles of {}, t; price: highest index, 1 = undisrupted",
        replay.material_name
    );
}

fn cut(name: &str) -> String {
    if name.chars().count() <= NAME_WIDTH {
        name.to_owned()
    } else {
        name.chars().take(NAME_WIDTH - 3).chain("...".chars()).collect()
    }
}
