//! What the shipped scenarios say of a mineral: events with all their parameters, uses, outputs and hosts, from the tables that are compiled from
//! their files. A draft takes them as they are, so that one event has one set of parameters.

use super::chain::{Chain, START_YEAR, Stage};
use super::places::{ELSEWHERE, EUROPEAN_UNION, Places};
use super::tables::{Row, rows};
use super::text::{Page, number, quoted, significant, spoken};
use crate::data;

/// Keys of an event that the table has as the file of the scenario writes them.
const KEYS: [&str; 7] = [
    "notice",
    "approval_months",
    "duration",
    "severity",
    "tonnes_per_year",
    "recovery",
    "leak",
];

/// The mineral whose events stand for those of minerals that no shipped scenario has: the change of regime, and bans aimed at one importer.
const STANDS_FOR_OTHERS: &str = "rare_earths";

/// An event of a shipped scenario that can happen in a draft.
#[derive(Debug, Clone)]
pub(super) struct Event {
    row: Row,
    mineral: String,
    /// Ids of the materials of the draft.
    materials: Vec<String>,
    /// Supplies that lose output, for a loss of output of some countries.
    supplies: Vec<String>,
    /// Whether it is about another mineral in the shipped file.
    stands_in: bool,
    /// Whom it keeps from buying, `all` or codes of the scenario; empty for a loss of output.
    targets: Vec<String>,
}

impl Event {
    /// The country that restricts or loses output; `all` for an event that may hit any.
    pub fn country(&self) -> &str {
        self.row.get("from")
    }

    /// Its id in the shipped file.
    fn shipped_id(&self) -> &str {
        self.row.get("event")
    }

    /// Whether it keeps everybody, or a list of several countries, from buying.
    fn is_for_many(&self) -> bool {
        self.row.get("kind") == "export_restriction"
            && (self.row.get("targets") == "all" || self.row.get("targets").contains(';'))
    }

    /// Licences that keep many from buying.
    pub fn is_licensing(&self) -> bool {
        self.is_for_many() && self.row.get("form") == "licensing"
    }

    /// Whether it says what a control in force withholds, or how it may go on: licences that are in force or may be tightened, a quota, a ban; not the
    /// change of regime, nor a rule that may come back.
    pub fn is_about_control(&self, licensing: bool) -> bool {
        let arrival = self.arrival();
        let process = arrival.get("process").and_then(toml::Value::as_str).unwrap_or_default();
        let may_be_tightened = self.row.get("form") == "licensing" && process != "fixed";
        self.is_for_many()
            && self.shipped_id() != "china_ban"
            && (process == "in_force"
                || if licensing {
                    may_be_tightened
                } else {
                    self.row.get("form") != "licensing"
                })
    }

    /// A ban on many that may come.
    pub fn is_ban_on_all(&self) -> bool {
        self.is_for_many() && matches!(self.row.get("form"), "" | "ban")
    }

    /// Any restriction of exports to many.
    pub fn is_restriction(&self) -> bool {
        self.is_for_many()
    }

    /// Whether it is aimed at this importer alone.
    pub fn is_aimed_at(&self, place: &str) -> bool {
        self.row.get("targets") == place
    }

    /// Its id in the draft: with the mineral, so that several minerals can have it.
    fn id(&self) -> String {
        id(&self.mineral, self.shipped_id())
    }

    /// The event that it follows, by its id in the shipped file.
    fn parent(&self) -> Option<String> {
        let arrival = self.arrival();
        (arrival.get("process")?.as_str()? == "after").then(|| arrival["event"].as_str().map(str::to_owned))?
    }

    fn arrival(&self) -> toml::Table {
        let line = format!("arrival = {}", self.row.get("arrival"));
        let file: toml::Table = line.parse().unwrap_or_default();
        file.get("arrival")
            .and_then(toml::Value::as_table)
            .cloned()
            .unwrap_or_default()
    }

    /// Whether it begins after the simulated years.
    fn is_too_late(&self, years: u32) -> bool {
        let arrival = self.arrival();
        let key = match arrival.get("process").and_then(toml::Value::as_str) {
            Some("fixed") => "at",
            Some("window") => "from",
            _ => return false,
        };
        let begins = arrival.get(key).and_then(toml::Value::as_str);
        begins.is_some_and(|date| date >= format!("{}", START_YEAR + years as i32).as_str())
    }

    /// A window that reaches beyond the simulated years, cut to them with its part of the chance, and what changed.
    fn shorter_window(&self, years: u32) -> Option<(String, String)> {
        let arrival = self.arrival();
        let text = |key: &str| arrival.get(key).and_then(toml::Value::as_str);
        if text("process")? != "window" {
            return None;
        }
        // Months since the year 0, of dates with a month.
        let month = |date: &str| -> Option<i32> {
            let (year, month) = date.split_once('-')?;
            Some(12 * year.parse::<i32>().ok()? + month.get(..2)?.parse::<i32>().ok()? - 1)
        };
        let (from, to) = (month(text("from")?)?, month(text("to")?)?);
        let last_year = START_YEAR + years as i32 - 1;
        let last = 12 * last_year + 11;
        let chance = arrival
            .get("probability")
            .and_then(toml::Value::as_float)
            .unwrap_or(1.0);
        (to > last && from <= last).then(|| {
            let part = f64::from(last - from + 1) / f64::from(to - from + 1);
            (
                format!(
                    "{{ process = \"window\", from = {}, to = \"{last_year}-12\", probability = {} }}",
                    quoted(text("from").unwrap_or_default()),
                    number(significant(chance * part, 3))
                ),
                "`arrival`, cut to the simulated years, with their part of the chance".to_owned(),
            )
        })
    }

    fn write(&self, page: &mut Page, years: u32) {
        let file = self.row.get("source");
        let mut changed: Vec<String> = [self.row.get("differs").to_owned()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        if self.row.get("targets").contains(';') {
            changed.push(
                "`to`, the buyers of this file among those named there, and users elsewhere, who are one buyer here"
                    .to_owned(),
            );
        }
        let window = self.shorter_window(years);
        if let Some((_, why)) = &window {
            changed.push(why.clone());
        }
        page.blank();
        let mut about = format!("As in {file}, event `{}`", self.shipped_id());
        if self.stands_in {
            about.push_str(", which is about other minerals there: no shipped scenario has one on this");
        }
        if changed.is_empty() {
            page.comment(&format!("{about}."));
        } else {
            page.comment(&format!("{about}. Differs from it: {}.", changed.join("; ")));
        }
        page.line("[[event]]");
        page.text("id", &self.id());
        let (name, mineral) = (self.row.get("name"), self.mineral.replace('_', " "));
        if name.to_lowercase().contains(&mineral) {
            page.text("name", name);
        } else {
            page.text("name", &format!("{name}, {mineral}"));
        }
        page.text("kind", self.row.get("kind"));
        match (self.row.get("kind"), self.country()) {
            ("export_restriction", from) => {
                page.text("from", from);
                if self.targets == ["all"] {
                    page.line("to = \"all\"");
                } else {
                    page.line(&format!("to = {}", list(&self.targets)));
                }
            }
            (_, "all") => page.line("countries = \"all\""),
            _ => page.line(&format!("supplies = {}", list(&self.supplies))),
        }
        if self.supplies.is_empty() {
            page.line(&format!("materials = {}", list(&self.materials)));
        }
        if !self.row.get("form").is_empty() {
            page.text("form", self.row.get("form"));
        }
        let arrival = match (self.parent(), window) {
            (_, Some((arrival, _))) => arrival,
            (Some(parent), None) => self.row.get("arrival").replace(
                &format!("event = {}", quoted(&parent)),
                &format!("event = {}", quoted(&id(&self.mineral, &parent))),
            ),
            (None, None) => self.row.get("arrival").to_owned(),
        };
        page.line(&format!("arrival = {arrival}"));
        for key in KEYS {
            if !self.row.get(key).is_empty() {
                page.line(&format!("{key} = {}", self.row.get(key)));
            }
        }
        page.text(self.row.get("stated_as"), &format!("{file}: {}", self.row.get("text")));
        if self.country() == "all" {
            // Many mines together: one of them stands nearly always.
            page.blank();
            page.line("[[acknowledge]]");
            page.text("at", &format!("event.{}.arrival.per_year", self.id()));
            page.text("code", "W015");
            page.text(
                "reason",
                "As in the shipped file: it stands for many mines, of which one is stopped nearly always",
            );
        }
    }
}

/// An id in the draft: with the mineral before it unless it begins so.
fn id(mineral: &str, event: &str) -> String {
    if event.starts_with(&format!("{mineral}_")) {
        event.to_owned()
    } else {
        format!("{mineral}_{event}")
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

/// The events of the shipped scenarios on a chain, as far as who restricts or loses makes what they hit.
pub(super) fn events(chain: &Chain, places: &Places) -> Vec<Event> {
    let mut found: Vec<Event> = Vec::new();
    for row in rows("scenario_events.csv", &chain.mineral) {
        let Some(event) = event(chain, row, places) else {
            continue;
        };
        // One event of several countries is one event.
        match found.iter_mut().find(|known| known.shipped_id() == event.shipped_id()) {
            Some(known) => known.supplies.extend(event.supplies),
            None => found.push(event),
        }
    }
    found
}

fn standing_in(mineral: &str, id: &str) -> Option<Row> {
    let all = rows("scenario_events.csv", mineral);
    all.into_iter().find(|row| row.get("event") == id)
}

/// The change of regime of the shipped scenarios, in which China lets nothing out, for a mineral that none of them has.
pub(super) fn change_of_regime(chain: &Chain, places: &Places) -> Option<Event> {
    let row = standing_in(STANDS_FOR_OTHERS, "china_ban")?;
    let stages: Vec<&Stage> = chain.stages.iter().collect();
    on_stages(chain, row, &stages, places, true)
}

/// A ban that China aims at one importer, for a mineral that no shipped scenario has under one.
pub(super) fn aimed(chain: &Chain, stages: &[&Stage], place: &str, places: &Places) -> Option<Event> {
    let id = match place {
        "JPN" => "china_bans_japan",
        "USA" => "china_bans_us",
        "IND" => "china_bans_india",
        _ => return None,
    };
    on_stages(chain, standing_in(STANDS_FOR_OTHERS, id)?, stages, places, true)
}

/// The bar on dual-use goods to Japan, for a mineral that it names and that no shipped scenario has under it.
pub(super) fn bar_on_japan(chain: &Chain, stages: &[&Stage], places: &Places) -> Option<Event> {
    on_stages(
        chain,
        standing_in("gallium", "gallium_japan_2026")?,
        stages,
        places,
        true,
    )
}

fn event(chain: &Chain, row: Row, places: &Places) -> Option<Event> {
    let named: Vec<String> = row.get("stages").split(';').map(str::to_owned).collect();
    let stages: Vec<&Stage> = chain
        .stages
        .iter()
        .filter(|stage| named.contains(&stage.stage))
        .collect();
    on_stages(chain, row, &stages, places, false)
}

fn on_stages(chain: &Chain, row: Row, stages: &[&Stage], places: &Places, stands_in: bool) -> Option<Event> {
    let from = row.get("from").to_owned();
    let place = places.of(&from).to_owned();
    // A restriction of those whom the scenario is for does not keep themselves from buying.
    if row.get("kind") == "export_restriction" && places.named == [place.clone()] {
        return None;
    }
    let hit = stages
        .iter()
        .filter(|stage| from == "all" || (place == from && stage.share(&place) > 0.0));
    let materials: Vec<String> = hit.map(|stage| stage.id.clone()).collect();
    let targets = targets(row.get("targets"), places);
    let is_loss_of_some = row.get("kind") == "production_loss" && from != "all";
    let supplies = materials.iter().map(|id| format!("{id}.{place}"));
    let supplies = supplies.filter(|_| is_loss_of_some).collect();
    let is_empty = materials.is_empty() || (row.get("kind") == "export_restriction" && targets.is_empty());
    (!is_empty).then(|| Event {
        row,
        mineral: chain.mineral.clone(),
        materials,
        supplies,
        stands_in,
        targets,
    })
}

/// Whom a restriction keeps from buying, as the draft names them.
fn targets(stated: &str, places: &Places) -> Vec<String> {
    match stated {
        "" => Vec::new(),
        "all" => vec!["all".to_owned()],
        _ => {
            let listed: Vec<&str> = stated.split(';').collect();
            let is_hit = |place: &&String| {
                listed.contains(&place.as_str()) || (listed.contains(&EUROPEAN_UNION) && data::is_member(place))
            };
            let mut found: Vec<String> = places.named.iter().filter(is_hit).cloned().collect();
            if !found.is_empty() && listed.len() > 1 {
                found.push(ELSEWHERE.to_owned());
            }
            found
        }
    }
}

/// Writes events, but those that begin after the simulated years, and those that follow one of them.
pub(super) fn write(page: &mut Page, events: &[Event], years: u32) {
    let mut written: Vec<&str> = Vec::new();
    for event in events {
        let is_lost = event.parent().is_some_and(|parent| !written.contains(&parent.as_str()));
        if event.is_too_late(years) || is_lost {
            page.blank();
            page.comment(&format!(
                "No event for `{}` of {}: it, or what it follows, begins after the simulated years or cannot happen here.",
                event.shipped_id(),
                event.row.get("source")
            ));
            continue;
        }
        written.push(event.shipped_id());
        event.write(page, years);
    }
}

/// A figure of a shipped scenario: `use` of a country, `output` of the world (WLD).
pub(super) fn figure(stage: &Stage, measure: &str, country: &str) -> Option<Row> {
    figures(&stage.mineral)
        .find(|row| row.get("stage") == stage.stage && row.get("measure") == measure && row.get("country") == country)
        .filter(|row| row.get("how") == "taken")
}

fn figures(mineral: &str) -> impl Iterator<Item = Row> {
    rows("scenario_figures.csv", mineral).into_iter()
}

/// The hosts of a stage as a shipped scenario has them: country, host mineral, its stage, use of the cap, and the row.
pub(super) fn hosts(stage: &Stage) -> Vec<(String, String, String, Row)> {
    figures(&stage.mineral)
        .filter(|row| row.get("stage") == stage.stage)
        .filter_map(|row| {
            let mut words = row.get("measure").strip_prefix("host ")?.split(' ');
            let (mineral, host) = (words.next()?.to_owned(), words.next()?.to_owned());
            Some((row.get("country").to_owned(), mineral, host, row))
        })
        .collect()
}

/// What shipped scenarios have of a mineral where the tables lack it, for a hint.
pub(super) fn known(mineral: &str, measure: &str, country: &str) -> Option<String> {
    let of = |code: &str| figures(mineral).find(|row| row.get("measure") == measure && row.get("country") == code);
    let said = |row: &Row, whose: &str| {
        format!(
            "{} takes {} t{whose} ({})",
            row.get("source"),
            spoken(row.number("value").unwrap_or_default()),
            row.get("text")
        )
    };
    if let Some(row) = of(country) {
        return Some(said(&row, ""));
    }
    let union = of(EUROPEAN_UNION).filter(|_| data::is_member(country))?;
    Some(said(&union, " for EU27 as a whole, so --for EU27 needs no figure"))
}
