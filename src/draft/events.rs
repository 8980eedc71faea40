//! What may happen: controls in force, and new restrictions at counted rates.

use super::chain::{Chain, START_YEAR, Stage};
use super::history::{self, Counted};
use super::market::Market;
use super::places::{EUROPEAN_UNION, OTHERS, Places};
use super::shipped;
use super::tables::{Row, rows};
use super::text::{Page, number, percent, quoted, significant};
use crate::data::{self, EventState};

/// The year of shares and trade: controls before it are in their figures already, and bans and quotas of the year itself; licences came late in it.
const YEAR_OF_FIGURES: i32 = 2024;
/// The year in which China listed single rare earths.
const YEAR_OF_ELEMENTS: i32 = 2025;
/// The day of `export_controls.csv` (USGS MCS 2026, table 4).
const CONTROLS_AS_OF: &str = "2025-11-21";
/// Who makes at least this share of a stage has an event of its own.
const LEADING: f64 = 0.1;
/// From this share of a stage on, China may aim a ban of it at one importer.
const DOMINATED: f64 = 0.4;

/// Writes the events of a chain; whether there are any.
pub(super) fn write(page: &mut Page, chain: &Chain, markets: &[Market], places: &Places, years: u32) -> bool {
    page.rule(&format!("{}: what may happen", chain.name));
    let mut known = shipped::events(chain, places);
    let of_many = |known: &[shipped::Event], country: &str, is: fn(&shipped::Event) -> bool| {
        known.iter().any(|event| event.country() == country && is(event))
    };
    let leaders = leaders(chain, places);
    let leads = leaders.iter().any(|country| country == "CHN");
    let dominates = leads && history::is_watched(&chain.mineral);
    let named = history::listed_elements(&chain.mineral, "CHN", YEAR_OF_ELEMENTS);
    let mut any = controls(page, chain, places, &known);
    if leads && !of_many(&known, "CHN", shipped::Event::is_ban_on_all) {
        known.extend(shipped::change_of_regime(chain, places));
    }
    any |= !known.is_empty();
    if !known.is_empty() {
        page.blank();
        page.comment(
            "Events of the shipped scenarios on this mineral, with their parameters: each names its file, and what differs from it and why. What ties them \
             together there (common frailty, correlated lengths) is left out; where one event hits several minerals of this file, let one follow the other \
             (`process = \"after\"`).",
        );
    }
    shipped::write(page, &known, years);
    page.blank();
    shipped::write_left_out(page, chain);
    for country in leaders {
        let shares: Vec<String> = chain
            .stages
            .iter()
            .filter(|stage| stage.share(&country) >= LEADING)
            .map(|stage| format!("{} of {}", percent(stage.share(&country)), stage.words()))
            .collect();
        page.blank();
        page.comment(&format!("{} makes {}.", places.name(&country), shares.join(", ")));
        if country == "CHN" && dominates {
            if of_many(&known, "CHN", shipped::Event::is_licensing) {
                // The shipped scenarios say what may come.
            } else if let Some(names) = &named {
                page.comment(&format!(
                    "No event for new licences: those of {YEAR_OF_ELEMENTS} name {names}, a part of {}, and what they withhold of the whole is in no \
                     table. `critmin new FILE --mineral rare_earths_heavy` is about dysprosium and terbium.",
                    chain.mineral.replace('_', " ")
                ));
            } else {
                any = true;
                let loss = history::loss_after_listings();
                restriction(
                    page,
                    chain,
                    places,
                    &country,
                    ("licences", "quota", "New or tighter export licences"),
                    &history::listing(),
                    Some(&loss),
                );
            }
        } else if !of_many(&known, &country, shipped::Event::is_restriction) {
            any = true;
            restriction(
                page,
                chain,
                places,
                &country,
                ("stop", "ban", "Stop of all exports"),
                &history::stop(&country, &chain.mineral, &places.name(&country)),
                None,
            );
        }
    }
    any |= aimed(page, chain, markets, places, &known, years);
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

fn restriction(
    page: &mut Page,
    chain: &Chain,
    places: &Places,
    country: &str,
    (id, form, name): (&str, &str, &str),
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
            page.line("duration = 12");
            page.line(&format!("severity = {}", loss.value));
            page.text(
                "assumption",
                &format!(
                    "Rate counted: {}. Severity counted: {}. It is of the whole year, the months before the first licence among it, hence a quota. Twelve \
                     months, since only the first year was counted: replace it",
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

/// Controls in force: as events where the figures do not hold them yet and what they withhold is known, else as comments. Whether there is an event.
fn controls(page: &mut Page, chain: &Chain, places: &Places, known: &[shipped::Event]) -> bool {
    let mut any = false;
    let family = history::family(&chain.mineral);
    let mut listed = rows("export_controls.csv", &chain.mineral);
    if let Some(head) = family.filter(|_| listed.is_empty()) {
        listed = rows("export_controls.csv", head);
    }
    if listed.is_empty() {
        page.comment(&format!(
            "Gap: no control on exports of {} is in the tables (as of 21 November 2025).",
            chain.mineral.replace('_', " ")
        ));
    }
    since_the_table(page, chain, places, known);
    for (at, row) in listed.iter().enumerate() {
        let country = row.get("country");
        let year: i32 = row.get("year_in_force").parse().unwrap_or(YEAR_OF_FIGURES);
        let of = match row.get("mineral") {
            name if name == chain.mineral => String::new(),
            name => format!(" on {}", name.replace('_', " ")),
        };
        let what = format!(
            "{}{of} of {}, in force since {year}: {} ({})",
            row.get("control_type").replace('_', " "),
            places.name(country),
            row.get("scope"),
            row.get("source")
        );
        let hit = stages_hit(chain, row, country);
        let licensing = row.get("control_type") == "export_licensing";
        let loss = history::loss_after_listing(&chain.mineral).filter(|_| country == "CHN");
        let why_not: Option<String> = if places.has(country) {
            Some("it is one of those whom the scenario is for".to_owned())
        } else if hit.is_empty() {
            Some("it makes none of what is controlled, as far as the tables list".to_owned())
        } else if let Some(event) = history::listing_ended(&chain.mineral).filter(|_| licensing && country == "CHN") {
            Some(format!(
                "what it held back flowed again by {} (events.csv: {})",
                event.date_end, event.note
            ))
        } else if known
            .iter()
            .any(|event| event.country() == country && event.is_about_control(licensing))
        {
            Some("the events of the shipped scenarios below say what it withholds, or what may come".to_owned())
        } else if year < YEAR_OF_FIGURES || (year == YEAR_OF_FIGURES && !licensing) {
            Some("shares and trade of 2024 hold its effect already: an event would count it twice".to_owned())
        } else if !licensing || loss.is_some() {
            None
        } else {
            Some(match history::listed_elements(&chain.mineral, country, year) {
                Some(names) => format!(
                    "it names {names}, which are a part of {}; what it withholds of the whole is not in the tables. `critmin new FILE --mineral \
                     rare_earths_heavy` is about dysprosium and terbium",
                    chain.mineral.replace('_', " ")
                ),
                None => format!(
                    "what it withholds of {} is not in the tables (loss in the first year of other Chinese measures: {}); add one if you know",
                    chain.mineral.replace('_', " "),
                    history::loss_after_listings().value
                ),
            })
        };
        page.blank();
        if let Some(why) = why_not {
            page.comment(&format!("No event of its own for the {what}: {why}."));
            continue;
        }
        any = true;
        in_force(page, chain, (row, at), &hit, places, &what, loss.as_ref());
    }
    any
}

/// Restrictions of everyone that began after the table of controls was made: no control there, so no event here.
fn since_the_table(page: &mut Page, chain: &Chain, places: &Places, known: &[shipped::Event]) {
    let newer = data::past_events().iter().filter(|event| {
        event.class == "export_restriction"
            && event.targets.is_empty()
            && event.is_country_wide
            && event.date_start.as_str() > CONTROLS_AS_OF
            && event.minerals.contains(&chain.mineral)
            && !known
                .iter()
                .any(|shipped| shipped.country() == event.country && shipped.is_restriction())
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

fn in_force(
    page: &mut Page,
    chain: &Chain,
    (row, at): (&Row, usize),
    hit: &[&Stage],
    places: &Places,
    what: &str,
    loss: Option<&Counted>,
) {
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
            page.line("form = \"licensing\"");
            page.line("approval_months = 1.5");
            let loss = loss.cloned().unwrap_or_else(history::loss_after_listings);
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

/// Bans that China aims at one importer, where no shipped scenario has one on this mineral.
fn aimed(
    page: &mut Page,
    chain: &Chain,
    markets: &[Market],
    places: &Places,
    known: &[shipped::Event],
    years: u32,
) -> bool {
    let mut any = false;
    for place in &places.named {
        let is_threatened = |stage: &&Stage| {
            stage.share("CHN") >= DOMINATED || (stage.share("CHN") > 0.0 && history::was_aimed(&chain.mineral, place))
        };
        let sold: Vec<&Stage> = markets.iter().map(Market::stage).filter(is_threatened).collect();
        let has_one = known
            .iter()
            .any(|event| event.country() == "CHN" && event.is_aimed_at(place));
        if sold.is_empty() || places.has("CHN") || has_one {
            continue;
        }
        page.blank();
        let event = match history::aimed_with_gallium(&chain.mineral, place) {
            Some(ban) => {
                page.comment(&format!(
                    "The ban that China aimed at {} on {} names {} and gallium alike{}.",
                    places.name(place),
                    ban.date_start,
                    chain.mineral.replace('_', " "),
                    if ban.state == EventState::Open {
                        "; what it took of it was not found"
                    } else {
                        ""
                    }
                ));
                shipped::aimed_as_gallium(chain, &sold, place, places)
            }
            None => shipped::aimed(chain, &sold, place, places),
        };
        match event {
            Some(event) => {
                any = true;
                shipped::write(page, &[event], years);
            }
            None => page.comment(&format!(
                "Gap: bans that China aims at {} were not counted: none here.",
                places.name(place)
            )),
        }
    }
    any
}
