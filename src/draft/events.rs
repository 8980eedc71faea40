//! What may happen: controls in force, and new restrictions at counted rates.

use super::chain::{Chain, START_YEAR, Stage};
use super::history::{self, Counted};
use super::market::Market;
use super::places::{EUROPEAN_UNION, OTHERS, Places};
use super::tables::{Row, rows};
use super::text::{Page, number, percent, quoted, significant};
use crate::data;

/// The year of shares and trade: controls before it are in their figures already, and bans and quotas of the year itself; licences came late in it.
const YEAR_OF_FIGURES: i32 = 2024;
/// The day of `export_controls.csv` (USGS MCS 2026, table 4).
const CONTROLS_AS_OF: &str = "2025-11-21";
/// Who makes at least this share of a stage has an event of its own.
const LEADING: f64 = 0.1;
/// From this share on, a mineral counts as dominated by China.
const DOMINATED: f64 = 0.4;

/// Writes the events of a chain; whether there are any.
pub(super) fn write(page: &mut Page, chain: &Chain, markets: &[Market], places: &Places) -> bool {
    page.rule(&format!("{}: what may happen", chain.name));
    let controls = controls(page, chain, places);
    let mut any = controls.any;
    for country in leaders(chain, places) {
        any = true;
        let shares: Vec<String> = chain
            .stages
            .iter()
            .filter(|stage| stage.share(&country) >= LEADING)
            .map(|stage| format!("{} of {}", percent(stage.share(&country)), stage.words()))
            .collect();
        page.blank();
        page.comment(&format!("{} makes {}.", places.name(&country), shares.join(", ")));
        let dominates = country == "CHN" && chain.stages.iter().any(|stage| stage.share("CHN") >= DOMINATED);
        if dominates && controls.chinese {
            restriction(
                page,
                chain,
                places,
                &country,
                "ban",
                "ban",
                "Ban on all buyers",
                &history::ban_on_all(),
                None,
            );
        } else if dominates {
            let loss = history::loss_after_listing(&chain.mineral);
            restriction(
                page,
                chain,
                places,
                &country,
                "licences",
                "licensing",
                "New export licences",
                &history::listing(),
                Some(&loss),
            );
        } else {
            restriction(
                page,
                chain,
                places,
                &country,
                "stop",
                "ban",
                "Stop of all exports",
                &history::stop(&country, &chain.mineral, &places.name(&country)),
                None,
            );
        }
    }
    any |= aimed(page, chain, markets, places);
    any
}

/// Countries with a leading share at any stage, largest first. Users that the scenario is for do not close their borders to themselves.
fn leaders(chain: &Chain, places: &Places) -> Vec<String> {
    let mut found: Vec<(String, f64)> = Vec::new();
    for (code, share) in chain.stages.iter().flat_map(|stage| &stage.sellers) {
        if *share < LEADING || code == OTHERS || code == EUROPEAN_UNION || places.named == [code.clone()] {
            continue;
        }
        match found.iter_mut().find(|(known, _)| known == code) {
            Some((_, most)) => *most = most.max(*share),
            None => found.push((code.clone(), *share)),
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found.into_iter().map(|(code, _)| code).collect()
}

/// The materials of a chain that a country makes.
fn materials(chain: &Chain, country: &str) -> String {
    let made = chain.stages.iter().filter(|stage| stage.share(country) > 0.0);
    let list: Vec<String> = made.map(|stage| quoted(&stage.id)).collect();
    format!("[{}]", list.join(", "))
}

#[expect(clippy::too_many_arguments, reason = "the parts of one event")]
fn restriction(
    page: &mut Page,
    chain: &Chain,
    places: &Places,
    country: &str,
    id: &str,
    form: &str,
    name: &str,
    rate: &Counted,
    loss: Option<&Counted>,
) {
    page.line("[[event]]");
    page.text("id", &format!("{}_{country}_{id}", chain.mineral));
    page.text(
        "name",
        &format!("{name}, {}, {}", places.name(country), chain.name.to_lowercase()),
    );
    page.line("kind = \"export_restriction\"");
    page.line(&format!("from = \"{country}\""));
    page.line("to = \"all\"");
    page.line(&format!("materials = {}", materials(chain, country)));
    page.text("form", form);
    page.line(&format!(
        "arrival = {{ process = \"poisson\", per_year = {} }}",
        rate.value
    ));
    match loss {
        Some(loss) => {
            page.line("approval_months = { dist = \"uniform\", low = 1.5, high = 2 }");
            page.line("duration = 12");
            page.line(&format!("severity = {}", loss.value));
            page.text(
                "assumption",
                &format!(
                    "Rate counted: {}. Severity counted: {}. First licences took one and a half to two months. Twelve months, since only the first \
                     year was counted: replace it",
                    rate.count, loss.count
                ),
            );
        }
        None => {
            let length = history::length_of_stops();
            page.line(&format!("duration = {}", length.value));
            page.line("severity = 1");
            page.text(
                "assumption",
                &format!(
                    "Rate counted: {}. Months counted: {}. That nothing gets out is the worst case: replace the severity",
                    rate.count, length.count
                ),
            );
        }
    }
}

struct Controls {
    any: bool,
    /// Whether Chinese exports of the mineral are controlled already.
    chinese: bool,
}

/// Controls in force: as events where the figures do not hold them yet, else as comments.
fn controls(page: &mut Page, chain: &Chain, places: &Places) -> Controls {
    let mut found = Controls {
        any: false,
        chinese: false,
    };
    let listed = rows("export_controls.csv", &chain.mineral);
    if listed.is_empty() {
        page.comment(&format!(
            "Gap: no control on exports of {} is in the tables (as of 21 November 2025).",
            chain.mineral.replace('_', " ")
        ));
    }
    since_the_table(page, chain, places);
    for (at, row) in listed.iter().enumerate() {
        let country = row.get("country");
        found.chinese |= country == "CHN";
        let year: i32 = row.get("year_in_force").parse().unwrap_or(YEAR_OF_FIGURES);
        let what = format!(
            "{} of {}, in force since {year}: {} ({})",
            row.get("control_type").replace('_', " "),
            places.name(country),
            row.get("scope"),
            row.get("source")
        );
        let hit = stages_hit(chain, row, country);
        let licensing = row.get("control_type") == "export_licensing";
        let over;
        let why_not = if places.has(country) {
            Some("it is one of those whom the scenario is for")
        } else if hit.is_empty() {
            Some("it makes none of what is controlled, as far as the tables list")
        } else if let Some(event) = history::listing_ended(&chain.mineral).filter(|_| licensing && country == "CHN") {
            over = format!(
                "what it held back flowed again by {} (events.csv: {})",
                event.date_end, event.note
            );
            Some(over.as_str())
        } else if year < YEAR_OF_FIGURES || (year == YEAR_OF_FIGURES && !licensing) {
            Some("shares and trade of 2024 hold its effect already: an event would count it twice")
        } else if licensing && country != "CHN" {
            Some("what licences of other countries than China withhold was not counted")
        } else {
            None
        };
        page.blank();
        if let Some(why) = why_not {
            page.comment(&format!("No event for the {what}: {why}."));
            continue;
        }
        found.any = true;
        in_force(page, chain, places, row, at, &hit, &what);
    }
    found
}

/// Restrictions of everyone that began after the table of controls was made: no control there, so no event here.
fn since_the_table(page: &mut Page, chain: &Chain, places: &Places) {
    let newer = data::past_events().iter().filter(|event| {
        event.class == "export_restriction"
            && event.targets.is_empty()
            && event.is_country_wide
            && event.date_start.as_str() > CONTROLS_AS_OF
            && event.minerals.contains(&chain.mineral)
    });
    for event in newer {
        page.comment(&format!(
            "Gap: {} of {} since {}: {} ({}). The table of controls ends on {CONTROLS_AS_OF}, so no event stands for it here: add one.",
            event.kind.replace('_', " "),
            places.name(&event.country),
            event.date_start,
            event.note,
            event.source
        ));
    }
}

/// The stages that a control is about. What is raw is the first stage; scrap, technology and goods made from it are none.
fn stages_hit<'a>(chain: &'a Chain, row: &Row, country: &str) -> Vec<&'a Stage> {
    let scope = row.get("scope").to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| scope.contains(word));
    let sells = |stage: &&Stage| stage.share(country) > 0.0;
    if has(&["scrap", "battery", "enriched", "processed"]) {
        Vec::new()
    } else if has(&["anode"]) {
        chain
            .stages
            .iter()
            .filter(|stage| stage.stage == "battery_grade")
            .filter(sells)
            .collect()
    } else if has(&[
        "raw",
        "ore",
        "concentrate",
        "chromite",
        "cassiterite",
        "columbite",
        "apatite",
    ]) {
        chain
            .stages
            .iter()
            .filter(|stage| stage.stage == "mine")
            .filter(sells)
            .collect()
    } else {
        chain.stages.iter().filter(sells).collect()
    }
}

fn in_force(page: &mut Page, chain: &Chain, places: &Places, row: &Row, at: usize, hit: &[&Stage], what: &str) {
    let country = row.get("country");
    let control = row.get("control_type");
    let (since, until) = dates(chain, row);
    let materials: Vec<String> = hit.iter().map(|stage| quoted(&stage.id)).collect();
    page.line("[[event]]");
    page.text("id", &format!("{}_{country}_in_force_{}", chain.mineral, at + 1));
    page.text(
        "name",
        &format!(
            "In force: {} of {}, {}",
            control.replace('_', " "),
            places.name(country),
            row.get("scope")
        ),
    );
    page.line("kind = \"export_restriction\"");
    page.line(&format!("from = \"{country}\""));
    page.line("to = \"all\"");
    page.line(&format!("materials = [{}]", materials.join(", ")));
    page.line(&format!("arrival = {{ process = \"in_force\", since = \"{since}\" }}"));
    let quota = rows("stocks.csv", &chain.mineral)
        .into_iter()
        .find(|row| row.get("kind") == "export_quota" && row.get("country") == country)
        .filter(|_| control == "export_quota");
    let stated = quota
        .as_ref()
        .and_then(|quota| months_to_end_of(&since, last_year(quota.get("detail"))?));
    let end = match until.or(stated) {
        Some(months) => {
            page.line(&format!("duration = {}", number(months)));
            match stated {
                Some(_) => "stated to the end of the last year named; what follows is not known",
                None => "ends as announced (events.csv)",
            }
        }
        None if control == "export_licensing" => {
            page.line("duration = { dist = \"uniform\", low = 12, high = 60 }");
            "no end is announced; how long the loss lasts was not counted, one to five years since the beginning are a guess"
        }
        None => "no end is announced: it lasts to the end of the simulation",
    };
    let text = match (control, quota) {
        ("export_quota", Some(quota)) => {
            page.line("form = \"quota\"");
            page.line(&format!(
                "tonnes_per_year = {}",
                number(quota.number("quantity").unwrap_or(0.0))
            ));
            format!(
                "{}: {} ({})",
                quota.get("kind").replace('_', " "),
                quota.get("detail"),
                quota.get("source")
            )
        }
        ("export_ban" | "temporary_export_ban", _) => {
            page.line("form = \"ban\"");
            page.line("severity = 1");
            "a ban of all of it, as it reads".to_owned()
        }
        _ => {
            let loss = history::loss_after_listing(&chain.mineral);
            page.line("form = \"licensing\"");
            page.line("approval_months = 1.5");
            page.line(&format!("severity = {}", loss.value));
            format!("severity counted: {}", loss.count)
        }
    };
    page.text(
        "assumption",
        &format!(
            "{}; {text}; {end}. If the figures of 2024 hold part of it, that part counts twice: replace the severity",
            capital(what)
        ),
    );
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// When a control began, to the day where the table of events knows it, and how many months it lasts if its end is announced.
fn dates(chain: &Chain, row: &Row) -> (String, Option<f64>) {
    let (country, control, year) = (row.get("country"), row.get("control_type"), row.get("year_in_force"));
    let known = rows("events.csv", &chain.mineral).into_iter().find(|event| {
        let is_over = !event.get("date_end").is_empty() && event.get("date_end") < START_YEAR.to_string().as_str();
        event.get("country") == country
            && event.get("kind") == control
            && event.get("date_start").starts_with(year)
            && !is_over
    });
    let Some(event) = known else {
        return (year.to_owned(), None);
    };
    let since = event.get("date_start").to_owned();
    // From day to day; a month is 365.25 / 12 days.
    let days = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let months = days(&since).zip(days(event.get("date_end"))).map(|(from, to)| {
        let span = f64::from((to - from).get_days());
        significant(span / (365.25 / 12.0), 3)
    });
    (since, months)
}

/// The last year that the first words of a note name: "2026 and 2027 each, ...".
fn last_year(note: &str) -> Option<i32> {
    let first = note.split([',', ';']).next()?;
    let words = first.split(|letter: char| !letter.is_ascii_digit());
    let years = words
        .filter(|word| word.len() == 4)
        .filter_map(|word| word.parse().ok());
    years.filter(|year| *year >= START_YEAR).max()
}

/// Months from a date (or the beginning of a year) to the end of a year.
fn months_to_end_of(since: &str, year: i32) -> Option<f64> {
    let from = match since.len() {
        4 => format!("{since}-01-01"),
        7 => format!("{since}-01"),
        _ => since.to_owned(),
    };
    let (from, to) = (
        from.parse::<jiff::civil::Date>().ok()?,
        format!("{}-01-01", year + 1).parse::<jiff::civil::Date>().ok()?,
    );
    Some(significant(f64::from((to - from).get_days()) / (365.25 / 12.0), 3))
}

/// Bans that China aims at one importer, where such bans were counted.
fn aimed(page: &mut Page, chain: &Chain, markets: &[Market], places: &Places) -> bool {
    let mut any = false;
    let sold: Vec<&Stage> = markets
        .iter()
        .map(Market::stage)
        .filter(|stage| stage.share("CHN") >= DOMINATED)
        .collect();
    if sold.is_empty() || places.has("CHN") {
        return false;
    }
    let list: Vec<String> = sold.iter().map(|stage| quoted(&stage.id)).collect();
    for place in &places.named {
        page.blank();
        let fresh = history::fresh_ban(&chain.mineral, place);
        let Some(rate) = history::aimed_ban(place, &places.name(place)) else {
            page.comment(&format!(
                "Gap: bans that China aims at {} were not counted: none here.",
                places.name(place)
            ));
            continue;
        };
        any = true;
        page.line("[[event]]");
        page.text("id", &format!("{}_CHN_to_{place}", chain.mineral));
        page.text(
            "name",
            &format!(
                "Chinese ban aimed at {}, {}",
                places.name(place),
                chain.name.to_lowercase()
            ),
        );
        page.line("kind = \"export_restriction\"");
        page.line("from = \"CHN\"");
        page.line(&format!("to = \"{place}\""));
        page.line(&format!("materials = [{}]", list.join(", ")));
        page.line("form = \"ban\"");
        match fresh {
            Some(ban) => {
                page.line(&format!("arrival = {{ process = \"fixed\", at = \"{}\" }}", ban.at));
                page.line(&format!("duration = {}", history::FRESH_DURATION));
                page.line(&format!("severity = {}", ban.severity));
                page.line(&format!("leak = {}", history::FRESH_LEAK));
                page.text(
                    "assumption",
                    &format!(
                        "China barred dual-use goods to Japan for military users on 6 January 2026 (MOFCOM announcement 1 of 2026, by press: \
                         geopolitechs.org, livemint.com); {}. In force when last seen, June 2026. Severity, length and what comes through third \
                         countries are those of the shipped scenarios (scenarios/base/gallium.toml, rare-earth-controls.toml, defence-aerospace.toml), \
                         which call them assumptions: replace them",
                        ban.known
                    ),
                );
            }
            None => {
                page.line(&format!(
                    "arrival = {{ process = \"poisson\", per_year = {} }}",
                    rate.value
                ));
                page.line("duration = { dist = \"uniform\", low = 2, high = 12 }");
                page.line("severity = 1");
                page.line("leak = { share = 0.5, delay = 2 }");
                page.text(
                    "assumption",
                    &format!(
                        "Rate counted: {}; that such a ban hits this mineral is taken for granted. The ban on the USA of December 2024 lasted 11 months \
                         (events.csv). Half through third countries after two months: a guess, replace it",
                        rate.count
                    ),
                );
            }
        }
    }
    any
}
