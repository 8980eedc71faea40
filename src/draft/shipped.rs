//! What the shipped scenarios say of a mineral: events with all their parameters, uses, outputs and hosts, from the tables that are compiled from
//! their files. A draft takes them as they are, so that one event has one set of parameters.

use super::chain::{Chain, START_YEAR, Stage};
use super::history;
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

/// Within this of the output that a shipped file has, a measure in tonnes is the same part of it here.
const LIKE_THERE: f64 = 0.02;

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
    /// Output here of whoever restricts or loses it, t/yr: what a measure in tonnes is a part of.
    made: f64,
    /// What differs because of where it is taken to, beside what the table says.
    moved: Option<String>,
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

    /// A severity that follows from tonnes, as a part of what is made here, and what changed.
    fn of_tonnes_here(&self) -> Option<(String, String)> {
        let there = self.row.number("of_tonnes")?;
        let stated = self.row.get("severity");
        let factor = there / self.made;
        if stated.is_empty() || (factor - 1.0).abs() < LIKE_THERE {
            return None;
        }
        Some((
            scaled(stated, factor),
            format!(
                "`severity`, times {}, since it is of tonnes: of {} t there, of {} t here",
                significant(factor, 3),
                spoken(there),
                spoken(self.made)
            ),
        ))
    }

    /// What a quota in tonnes cuts here, where the file has it against another output.
    fn cut_here(&self) -> Option<String> {
        let there = self.row.number("of_tonnes")?;
        let quota = numbers(self.row.get("tonnes_per_year"));
        let (low, high) = (
            quota.iter().copied().reduce(f64::min)?,
            quota.iter().copied().reduce(f64::max)?,
        );
        ((there / self.made - 1.0).abs() >= LIKE_THERE).then(|| {
            let cut = |tonnes: f64, of: f64| (100.0 * (1.0 - tonnes / of)).clamp(0.0, 100.0).round();
            format!(
                "output, {} t here against the {} t used there, so that the same quota cuts {} to {} % here, {} to {} % there",
                spoken(self.made),
                spoken(there),
                cut(high, self.made),
                cut(low, self.made),
                cut(high, there),
                cut(low, there)
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
        changed.extend(self.moved.clone());
        let severity = self.of_tonnes_here();
        if let Some((_, why)) = &severity {
            changed.push(why.clone());
        }
        changed.extend(self.cut_here());
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
            let value = match &severity {
                Some((scaled, _)) if key == "severity" => scaled,
                _ => self.row.get(key),
            };
            if !value.is_empty() {
                page.line(&format!("{key} = {value}"));
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

/// The numbers in a value as TOML has it.
fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace()
        .filter_map(|word| word.trim_end_matches(',').parse().ok())
        .collect()
}

/// A share or a distribution of shares as TOML has it, all of its numbers times a factor, none above 1.
fn scaled(text: &str, factor: f64) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| match word.trim_end_matches(',').parse::<f64>() {
            Ok(value) => {
                let comma = if word.ends_with(',') { "," } else { "" };
                format!("{}{comma}", number(significant(value * factor, 2).min(1.0)))
            }
            Err(_) => word.to_owned(),
        })
        .collect();
    words.join(" ")
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

/// The change of regime of the shipped scenarios, in which China lets nothing out: as they have it of this mineral at a stage that is not in the
/// draft, else as of others.
pub(super) fn change_of_regime(chain: &Chain, places: &Places) -> Option<Event> {
    let stages: Vec<&Stage> = chain.stages.iter().collect();
    let is_ban_on_many = |row: &Row| {
        ["", "ban"].contains(&row.get("form")) && (row.get("targets") == "all" || row.get("targets").contains(';'))
    };
    at_another_stage(chain, &stages, places, is_ban_on_many).or_else(|| {
        on_stages(
            chain,
            standing_in(STANDS_FOR_OTHERS, "china_ban")?,
            &stages,
            places,
            true,
        )
    })
}

/// A restriction by China that a shipped scenario has on this mineral, but at a stage that is not in the draft.
fn at_another_stage(chain: &Chain, stages: &[&Stage], places: &Places, fits: impl Fn(&Row) -> bool) -> Option<Event> {
    let row = rows("scenario_events.csv", &chain.mineral).into_iter().find(|row| {
        row.get("kind") == "export_restriction"
            && row.get("from") == "CHN"
            && row
                .get("stages")
                .split(';')
                .all(|name| chain.stages.iter().all(|stage| stage.stage != name))
            && fits(row)
    })?;
    let there = row.get("stages").replace(';', " and ").replace('_', " ");
    let here: Vec<String> = stages.iter().map(|stage| stage.words()).collect();
    let mut event = on_stages(chain, row, stages, places, false)?;
    event.moved = Some(format!(
        "`materials`, {} here, while the file has it of {there}, which is not in this draft",
        here.join(" and ")
    ));
    Some(event)
}

/// A ban that China aims at one importer, for a mineral that no shipped scenario has under one at a stage of the draft.
pub(super) fn aimed(chain: &Chain, stages: &[&Stage], place: &str, places: &Places) -> Option<Event> {
    if let Some(event) = at_another_stage(chain, stages, places, |row| row.get("targets") == place) {
        return Some(event);
    }
    let id = match place {
        "JPN" => "china_bans_japan",
        "USA" => "china_bans_us",
        "IND" => "china_bans_india",
        _ => return None,
    };
    on_stages(chain, standing_in(STANDS_FOR_OTHERS, id)?, stages, places, true)
}

/// A ban aimed at one importer that names gallium and this mineral, as the shipped scenarios have it of gallium.
pub(super) fn aimed_as_gallium(chain: &Chain, stages: &[&Stage], place: &str, places: &Places) -> Option<Event> {
    let all = rows("scenario_events.csv", history::NAMED_WITH);
    let row = all.into_iter().find(|row| row.get("targets") == place)?;
    on_stages(chain, row, stages, places, true)
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
    let hit: Vec<&Stage> = hit.copied().collect();
    let made = hit.iter().map(|stage| stage.output(&place)).sum();
    let materials: Vec<String> = hit.iter().map(|stage| stage.id.clone()).collect();
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
        made,
        moved: None,
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
        .filter(|row| ["taken", "embodied"].contains(&row.get("how")))
}

/// What users hold in store in a shipped scenario.
pub(super) struct Stock {
    /// `days` or `tonnes`.
    pub key: &'static str,
    pub row: Row,
    /// Whether the scenario has the days for the Union as a whole, of which this is a member.
    pub is_of_union: bool,
}

/// Stocks at the users of a place; the days of the Union for its members, and for the rest of it.
pub(super) fn stock(stage: &Stage, place: &str, places: &Places) -> Option<Stock> {
    let is_rest = place == EUROPEAN_UNION && !places.members().is_empty();
    let own = |measure: &str, key| {
        Some(Stock {
            key,
            row: figure(stage, measure, place)?,
            is_of_union: is_rest,
        })
    };
    let of_union = || {
        let row = figure(stage, "stock days", EUROPEAN_UNION).filter(|_| data::is_member(place))?;
        Some(Stock {
            key: "days",
            row,
            is_of_union: true,
        })
    };
    let tonnes = || own("stock tonnes", "tonnes").filter(|_| !is_rest);
    own("stock days", "days").or_else(tonnes).or_else(of_union)
}

/// Stocks of other places at a stage, for the line that says that none is known.
pub(super) fn stocks_of_others(stage: &Stage) -> String {
    let found: Vec<String> = figures(&stage.mineral)
        .filter(|row| row.get("stage") == stage.stage)
        .filter_map(|row| {
            let unit = row.get("measure").strip_prefix("stock ")?;
            Some(format!(
                "{} {} {unit} in {}",
                row.get("country"),
                row.get("value"),
                row.get("source")
            ))
        })
        .collect();
    found.join(", ")
}

/// Writes why events of the shipped scenarios on a chain are left out, where they are.
pub(super) fn write_left_out(page: &mut Page, chain: &Chain) {
    let here = |row: &Row| {
        row.get("measure") == "no event" && chain.stages.iter().any(|stage| stage.stage == row.get("stage"))
    };
    for row in figures(&chain.mineral).filter(here) {
        page.comment(&format!(
            "No event for `{}` of {}: {}.",
            row.get("value"),
            row.get("source"),
            row.get("text")
        ));
    }
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
