//! A replayed trial as a story: what was drawn, what happened, and month by month what it did to the places in focus.

use super::harmless;
use super::sheet::unit;
use super::width::{PROSE, broken, columns, shortened, usable, wrapped};
use crate::study::{Replay, ReplayEvent, ReplayMarket};

/// Columns of a story on a page.
pub const PAGE_WIDTH: usize = 118;
/// Event names longer than this are cut in the table of periods.
const NAME_WIDTH: usize = 44;
/// Events stand beside the table of periods where they have so much room; below each period otherwise.
const EVENTS_WIDTH: usize = 24;
/// Uncertain inputs shown at most.
const INPUTS: usize = 20;
/// Widths of the columns of the table of periods.
const PERIOD: usize = 13;
const PLACE: usize = 9;
const COUNTRY: usize = 8;
const STOCK: usize = 12;
const PRICE: usize = 6;
/// Countries shown at most.
const COUNTRIES: usize = 7;

/// Tells the trial's story, no line wider than so many columns.
pub fn tell(replay: &Replay, width: usize) -> String {
    let width = usable(width);
    let mut text = String::new();
    let (material, place) = &replay.headline;
    line(&mut text, width, "", &replay.title);
    let trial = format!("Trial {}, seed {}, policy {}", replay.trial, replay.seed, replay.policy);
    line(&mut text, width, "", &trial);
    let shortfall = format!(
        "Shortfall of {} for {}: {:.2} % of demand over the horizon",
        replay.material_name, replay.place_name, replay.headline_pct
    );
    line(&mut text, width, "", &shortfall);
    text.push('\n');
    inputs(replay, width, &mut text);
    events(replay, width, &mut text);
    periods(replay, width, &mut text, material, place);
    // All of it has been made harmless piece by piece; this makes sure.
    harmless::lines(&text).into_owned()
}

/// A line, wrapped where it must be: what follows is set in by two more.
fn line(text: &mut String, width: usize, lead: &str, content: &str) {
    text.push_str(&wrapped(content, lead, &format!("{lead}  "), width.min(PROSE)));
    text.push('\n');
}

fn inputs(replay: &Replay, width: usize, text: &mut String) {
    if replay.inputs.is_empty() {
        return;
    }
    line(text, width, "", "Uncertain inputs drawn for this trial");
    for input in replay.inputs.iter().take(INPUTS) {
        let value = super::six_digits(input.value);
        let name = harmless::line(&input.input);
        let wide = width >= 76 && columns(&name) <= 60;
        if wide {
            let pad = " ".repeat(60 - columns(&name));
            text.push_str(&format!("  {name}{pad} {value}\n"));
        } else {
            line(text, width, "  ", &format!("{name} {value}"));
        }
    }
    if replay.inputs.len() > INPUTS {
        let more = replay.inputs.len() - INPUTS;
        line(
            text,
            width,
            "  ",
            &format!("... and {more} more (--json or --out shows all)"),
        );
    }
    text.push('\n');
}

fn events(replay: &Replay, width: usize, text: &mut String) {
    if replay.events.is_empty() {
        line(
            text,
            width,
            "",
            "What happens: nothing; no event strikes in this trial.",
        );
        text.push('\n');
        return;
    }
    line(text, width, "", "What happens");
    for event in &replay.events {
        let recovery = if event.recovery == "step" {
            String::new()
        } else {
            format!(", then back {}", event.recovery)
        };
        let notice = if event.notice_months > 0.0 {
            format!(", announced {:.1} months before", event.notice_months)
        } else {
            String::new()
        };
        let before = if event.start_months < 0.0 {
            ", in force at the start"
        } else {
            ""
        };
        let leak = match event.leak_from_months {
            Some(from) => format!(
                ", {:.0} % of it comes through third countries from {:.1} months after the start on",
                100.0 * event.leak_share,
                from - event.start_months
            ),
            None => String::new(),
        };
        let size = match event.tonnes_per_year {
            Some(tonnes) => format!("at most {} a year pass", super::six_digits(tonnes)),
            None => format!("severity {:.0} %", 100.0 * event.severity),
        };
        let what = format!(
            "{}\u{a0} {}: {size}, {:.1} months{recovery}{notice}{leak}{before}",
            event.start_date, event.name, event.duration_months,
        );
        line(text, width, "  ", &what);
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

/// So many countries that get a column, in their order: where there are more, those that lack the largest share of their demand.
fn with_a_column<'a>(replay: &'a Replay, material: &str, count: usize) -> Vec<&'a String> {
    if replay.headline_countries.len() <= count {
        return replay.headline_countries.iter().collect();
    }
    let share = |country: &str| {
        let markets = || {
            let of = |market: &&ReplayMarket| market.material == *material && market.country == country;
            replay.markets.iter().filter(of)
        };
        let demand: f64 = markets().map(|market| market.final_demand_t).sum();
        let short: f64 = markets().map(|market| market.final_shortfall_t).sum();
        if demand > 0.0 { short / demand } else { 0.0 }
    };
    let mut ranked: Vec<(usize, &String, f64)> = Vec::new();
    for (number, country) in replay.headline_countries.iter().enumerate() {
        ranked.push((number, country, share(country)));
    }
    ranked.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
    ranked.truncate(count);
    ranked.sort_by_key(|(number, ..)| *number);
    ranked.into_iter().map(|(_, country, _)| country).collect()
}

fn periods(replay: &Replay, width: usize, text: &mut String, material: &str, place: &str) {
    let fixed = PERIOD + PLACE + STOCK + PRICE;
    let room = width.saturating_sub(fixed) / COUNTRY;
    // Beside the countries there is to be room for events, unless there is room for few countries only.
    let beside = width.saturating_sub(fixed + EVENTS_WIDTH + 2) / COUNTRY;
    let wanted = replay.headline_countries.len().min(COUNTRIES);
    let shown = if beside >= wanted { wanted } else { room.min(wanted) };
    let countries = with_a_column(replay, material, shown);
    let events_beside = width >= fixed + COUNTRY * shown + EVENTS_WIDTH + 2;
    let of = |period: usize, country: &str| -> Option<&ReplayMarket> {
        replay
            .markets
            .iter()
            .find(|market| market.period == period && market.material == *material && market.country == country)
    };
    let left_out = "(periods in which nothing is missing and nothing happens are left out)";
    line(
        text,
        width,
        "",
        &format!("Shortfall of final demand by period, % {left_out}"),
    );
    text.push('\n');
    let full_unit = unit(&replay.materials, material);
    let unit = full_unit.split_whitespace().next().unwrap_or("t");
    let mut row = padded("  first day", PERIOD, false) + &padded(place, PLACE, true);
    countries
        .iter()
        .for_each(|country| row.push_str(&padded(country, COUNTRY, true)));
    row.push_str(&padded(&format!("stock {unit}"), STOCK, true));
    row.push_str(&padded("price", PRICE, true));
    if events_beside {
        row.push_str("  events");
    }
    text.push_str(&row);
    text.push('\n');
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
        if std::mem::take(&mut skipped) {
            text.push_str("  ...\n");
        }
        let percent = |value: f64| format!("{value:.1}");
        let mut row = padded(&format!("  {date}"), PERIOD, false);
        row.push_str(&padded(&percent(replay.headline_by_period_pct[period]), PLACE, true));
        for country in &countries {
            let market = of(period, country).filter(|market| market.final_demand_t > 0.0);
            let share = market.map(|market| percent(100.0 * market.final_shortfall_t / market.final_demand_t));
            row.push_str(&padded(&share.unwrap_or_default(), COUNTRY, true));
        }
        let stock: f64 = markets.iter().map(|market| market.commercial_stock_t).sum::<f64>()
            + replay
                .stockpiles
                .iter()
                .filter(|stockpile| stockpile.period == period && stockpile.material == *material)
                .map(|stockpile| stockpile.level_t)
                .sum::<f64>();
        let price = markets.iter().map(|market| market.price_index).fold(1.0, f64::max);
        row.push_str(&format!("{stock:>STOCK$.0}{price:>PRICE$.2}"));
        let happening = names.join("; ");
        if events_beside || happening.is_empty() {
            let lead = format!("{row}  ");
            let next = " ".repeat(columns(&lead));
            for (number, part) in broken(&happening, width.saturating_sub(columns(&lead)).max(1))
                .iter()
                .enumerate()
            {
                let lead = if number == 0 { &lead } else { &next };
                text.push_str(format!("{lead}{part}").trim_end());
                text.push('\n');
            }
        } else {
            text.push_str(&row);
            text.push('\n');
            text.push_str(&wrapped(&happening, "      ", "      ", width));
            text.push('\n');
        }
    }
    if skipped {
        line(text, width, "  ", "... nothing more to the end of the horizon");
    }
    text.push('\n');
    let more = replay.headline_countries.len() - shown;
    if more > 0 {
        let countries = if more == 1 { "country is" } else { "countries are" };
        line(
            text,
            width,
            "",
            &format!(
                "{more} more {countries} not shown, which lack a smaller share of their demand (--json or --out shows all)"
            ),
        );
    }
    let legend = format!(
        "stock: commercial stocks of all places and strategic stockpiles of {}, {}; price: highest index, 1 = undisrupted",
        replay.material_name, full_unit,
    );
    line(text, width, "", &legend);
}

/// A cell of so many columns, with a space before it at the right; a name that is longer is cut.
fn padded(cell: &str, width: usize, right: bool) -> String {
    let cell = shortened(&harmless::line(cell), width - 1);
    let pad = " ".repeat(width - columns(&cell));
    if right { pad + &cell } else { cell + &pad }
}

fn cut(name: &str) -> String {
    shortened(&harmless::line(name), NAME_WIDTH)
}
