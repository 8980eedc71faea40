//! The stages of a mineral: who makes how much, and what is made from what.

use std::collections::BTreeSet;

use super::complaint::Complaint;
use super::customs;
use super::places::{OTHERS, Places};
use super::request::Request;
use super::shipped;
use super::tables::{Row, rows};
use super::text::{Page, number, percent, quoted, significant, spoken, tonnes};
use super::uses;
use crate::data;

/// The first year simulated.
pub(super) const START_YEAR: i32 = 2026;

/// Where the tonnes of a stage come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Total {
    /// The sum of the table's rows.
    Table,
    /// Published beside shares that are of something else.
    Published(String),
    /// That of a shipped scenario, with its file and what it says.
    Scenario(String),
    /// Output of the stage before: what is mined is processed.
    Feed(String),
    /// What customs weigh all over the world, for want of anything better.
    Traded(String),
    /// Given with the request.
    Given,
}

/// One stage.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub mineral: String,
    pub stage: String,
    /// Id of its material in the scenario.
    pub id: String,
    pub name: String,
    pub year: String,
    pub unit: String,
    /// Share by place, largest first, OTH last.
    pub sellers: Vec<(String, f64)>,
    /// World output, t/yr.
    pub total: f64,
    pub basis: Total,
    pub source: String,
    pub notes: Vec<String>,
    /// Material and tonnes for a tonne, with the arithmetic.
    pub input: Option<(String, f64, String)>,
    /// Rows of `stages.csv`.
    pub links: Vec<Row>,
}

impl Stage {
    pub fn share(&self, place: &str) -> f64 {
        let mut sellers = self.sellers.iter();
        sellers.find(|(code, _)| code == place).map_or(0.0, |(_, share)| *share)
    }

    /// Output of a place, t/yr.
    pub fn output(&self, place: &str) -> f64 {
        self.share(place) * self.total
    }

    /// Whether a shipped scenario lets its sellers serve buyers abroad as they serve their own.
    pub fn serves_abroad_as_at_home(&self) -> bool {
        shipped::figure(self, "domestic first", "all").is_some_and(|row| row.get("value") == "false")
    }

    /// The rows of `stages.csv` of one kind.
    pub fn links(&self, kind: &str) -> impl Iterator<Item = &Row> {
        self.links.iter().filter(move |row| row.get("link") == kind)
    }

    /// The rows of `stages.csv` of the goods that customs know: weighed, or told by their value.
    pub fn products(&self) -> impl Iterator<Item = &Row> {
        self.links
            .iter()
            .filter(|row| ["product", "product_by_value"].contains(&row.get("link")))
    }

    /// The words for the stage.
    pub fn words(&self) -> String {
        words_of(&self.stage)
    }
}

/// A stage of the tables in words.
fn words_of(stage: &str) -> String {
    match stage {
        "apt_processing" => "ammonium paratungstate (APT)".to_owned(),
        "primary_low_purity" => "primary metal of low purity".to_owned(),
        "separation_refining" => "separated oxides".to_owned(),
        "sintered_magnet" => "sintered magnets".to_owned(),
        "sponge_metal" => "sponge".to_owned(),
        "trioxide_refining" => "trioxide".to_owned(),
        _ => stage.replace('_', " "),
    }
}

/// All stages of one mineral, first to last.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub mineral: String,
    pub name: String,
    pub stages: Vec<Stage>,
    /// Stages of which nobody's use is known, and why.
    pub left_out: Vec<(String, String)>,
}

impl Chain {
    pub fn read(mineral: &str, request: &Request, places: &Places) -> Result<Chain, Vec<Complaint>> {
        let (chain, complaints) = Chain::read_in_part(mineral, request, places);
        if complaints.is_empty() {
            Ok(chain)
        } else {
            Err(complaints.into_iter().map(|(_, complaint)| complaint).collect())
        }
    }

    /// The stages that can be read, and those that cannot with the reason.
    pub fn read_in_part(mineral: &str, request: &Request, places: &Places) -> (Chain, Vec<(String, Complaint)>) {
        let name = rows("minerals.csv", mineral)
            .first()
            .map_or(mineral.to_owned(), |row| row.get("name").to_owned());
        let all = data::minerals().into_iter().find(|(id, _)| id == mineral);
        let names: Vec<String> = all.map(|(_, stages)| stages).unwrap_or_default();
        let links = rows("stages.csv", mineral);
        let mut names: Vec<String> = names.into_iter().filter(|stage| request.wants(stage)).collect();
        // First what is made from nothing else.
        names.sort_by_key(|stage| (before(&links, stage).is_some(), stage.clone()));
        let mut chain = Chain {
            mineral: mineral.to_owned(),
            name,
            stages: Vec::new(),
            left_out: Vec::new(),
        };
        let mut complaints = Vec::new();
        for stage in names {
            let own: Vec<Row> = links.iter().filter(|row| row.get("stage") == stage).cloned().collect();
            match chain.stage(&stage, own, request, places) {
                Ok(found) => chain.stages.push(found),
                Err(complaint) => complaints.push((stage, complaint)),
            }
        }
        (chain, complaints)
    }

    /// Stages whose output no other stage of the scenario takes.
    pub fn ends(&self) -> Vec<&Stage> {
        let fed: BTreeSet<&str> = self
            .stages
            .iter()
            .filter_map(|stage| stage.input.as_ref().map(|(id, ..)| id.as_str()))
            .collect();
        self.stages
            .iter()
            .filter(|stage| !fed.contains(stage.id.as_str()))
            .collect()
    }

    /// Takes a stage out for which there are no users.
    pub fn leave_out(&mut self, id: &str, why: &str) {
        for stage in self.stages.extract_if(.., |stage| stage.id == id) {
            self.left_out.push((stage.words(), why.to_owned()));
        }
    }

    fn stage(&self, stage: &str, links: Vec<Row>, request: &Request, places: &Places) -> Result<Stage, Complaint> {
        let mineral = &self.mineral;
        let table = data::shares(mineral, stage).map_err(|error| Complaint {
            message: error.to_string(),
            hint: error.hint(),
        })?;
        let feed = before(&links, stage).and_then(|name| self.stages.iter().find(|known| known.stage == name));
        let sources: BTreeSet<&str> = table.rows.iter().map(|row| row.source.as_str()).collect();
        let mut found = Stage {
            id: format!("{mineral}_{stage}"),
            name: format!("{}, {}", self.name, words_of(stage)),
            mineral: mineral.clone(),
            stage: stage.to_owned(),
            unit: if table.unit == "share" {
                "t".to_owned()
            } else {
                table.unit.clone()
            },
            sellers: Vec::new(),
            total: 0.0,
            basis: Total::Table,
            source: sources.into_iter().collect::<Vec<_>>().join("; "),
            notes: table.warnings.clone(),
            input: None,
            links,
            year: table.year.clone(),
        };
        for row in table.rows.iter().filter(|row| row.share > 0.0) {
            let place = places.of(&row.country);
            match found.sellers.iter_mut().find(|(code, _)| code == place) {
                Some((_, share)) => *share += row.share,
                None => found.sellers.push((place.to_owned(), row.share)),
            }
        }
        found.sellers.sort_by(|a, b| {
            (a.0 == OTHERS)
                .cmp(&(b.0 == OTHERS))
                .then(b.1.total_cmp(&a.1))
                .then(a.0.cmp(&b.0))
        });
        let published = rows("production.csv", mineral).into_iter().find(|row| {
            (row.get("stage"), row.get("country"), row.get("year")) == (stage, "WLD", table.year.as_str())
                && row.number("quantity_t").is_some()
        });
        (found.total, found.basis) = if let Some(given) = request.given_output(stage) {
            (given, Total::Given)
        } else if let Some(total) = table.total_t {
            (tonnes(total), Total::Table)
        } else if let Some(row) = published {
            let text = format!("{}, world total of {}", row.get("source"), table.year);
            (row.number("quantity_t").unwrap_or_default(), Total::Published(text))
        } else if let Some(row) = shipped::figure(&found, "output", "WLD") {
            let text = format!("as in {}: {}", row.get("source"), row.get("text"));
            (row.number("value").unwrap_or_default(), Total::Scenario(text))
        } else if let Some(feed) = feed {
            (feed.total, Total::Feed(feed.words()))
        } else if let Some((traded, how)) = customs::world_trade(&found) {
            (significant(traded, 4), Total::Traded(how))
        } else {
            let why = found
                .links("no_product")
                .next()
                .map_or(String::new(), |row| format!(", and {}", row.get("basis")));
            return Err(Complaint::new(
                format!("the tables have shares of {mineral} at the stage {stage}, but no tonnes{why}"),
                format!(
                    "{}give the world output in tonnes a year: --output {stage}=TONNES{}",
                    shipped::known(mineral, "output", "WLD").map_or(String::new(), |words| format!("{words}; ")),
                    uses_too(&found, request, places)
                ),
            ));
        };
        if let Some(feed) = feed {
            // Rounded down, so that the stage before makes enough to the last digit.
            let exact = feed.total / found.total;
            let ratio = (exact * 1e6).floor() / 1e6;
            let how = match &found.basis {
                Total::Feed(_) => "all that is made before is taken: losses are not in the tables".to_owned(),
                _ => format!(
                    "{} t over {} t, what the two tables say together: losses, scrap, stocks and differences of definition in one figure",
                    spoken(feed.total),
                    spoken(found.total)
                ),
            };
            found.input = Some((feed.id.clone(), ratio, how));
        }
        Ok(found)
    }

    /// Materials and shares.
    pub fn write(&self, page: &mut Page, places: &Places) {
        for stage in &self.stages {
            stage.write(page);
        }
        for (stage, why) in &self.left_out {
            page.blank();
            page.comment(&format!(
                "Gap: {stage} is left out, since the tables do not tell who uses how much: {why}."
            ));
        }
        self.write_reserves(page, places);
    }

    /// Reserves take no part in the simulation.
    fn write_reserves(&self, page: &mut Page, places: &Places) {
        let all = rows("reserves.csv", &self.mineral);
        let mut known: Vec<(&str, f64)> = all
            .iter()
            .filter(|row| row.get("country") != "WLD")
            .filter_map(|row| Some((row.get("country"), row.number("quantity_t")?)))
            .collect();
        known.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        page.blank();
        let Some(row) = all.first().filter(|_| !known.is_empty()) else {
            page.comment(&format!(
                "Gap: no reserves of {} by country are in the tables.",
                self.mineral.replace('_', " ")
            ));
            return;
        };
        let list: Vec<String> = known
            .iter()
            .take(5)
            .map(|(code, tonnes)| format!("{} {}", places.name(code), spoken(*tonnes)))
            .collect();
        let world = all
            .iter()
            .find(|row| row.get("country") == "WLD")
            .and_then(|row| row.number("quantity_t"));
        page.comment(&format!(
            "Reserves {} ({}): {}{}. They take no part in the simulation: nothing here runs out.",
            row.get("year"),
            [row.get("unit"), row.get("source")]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("; "),
            list.join(", "),
            world
                .map(|tonnes| format!(", world {}", spoken(tonnes)))
                .unwrap_or_default()
        ));
    }
}

/// What has to be given beside the output, so that it is said at once: the use of those for whom the tables do not tell it.
fn uses_too(stage: &Stage, request: &Request, places: &Places) -> String {
    let unknown = places
        .named
        .iter()
        .filter(|place| uses::of(stage, place, request, places).is_err());
    let list: Vec<String> = unknown
        .map(|place| {
            let known = shipped::known(&stage.mineral, "use", place);
            format!(
                "--use {place}=TONNES{}",
                known.map_or(String::new(), |words| format!(" ({words})"))
            )
        })
        .collect();
    if list.is_empty() {
        String::new()
    } else {
        format!(", and the use that the tables do not tell: {}", list.join(", "))
    }
}

/// The stage that a stage is made from.
fn before<'a>(links: &'a [Row], stage: &str) -> Option<&'a str> {
    let mut own = links.iter().filter(|row| row.get("stage") == stage);
    own.find(|row| row.get("link") == "made_from")
        .map(|row| row.get("code"))
}

/// Shares for the file: six decimals, and a sum of exactly 1, the largest taking up the rounding.
pub(super) fn exact_shares(shares: &[(String, f64)]) -> Vec<(String, f64)> {
    let total: f64 = shares.iter().map(|(_, share)| share).sum();
    let millionths = |share: f64| (1e6 * share / total).round();
    let mut list: Vec<(String, f64)> = shares
        .iter()
        .map(|(code, share)| (code.clone(), millionths(*share)))
        .collect();
    let sum: f64 = list.iter().map(|(_, share)| share).sum();
    if let Some(most) = list.iter_mut().max_by(|a, b| a.1.total_cmp(&b.1)) {
        most.1 += 1e6 - sum;
    }
    list.retain(|(_, share)| *share > 0.0);
    list.into_iter().map(|(code, share)| (code, share / 1e6)).collect()
}

/// Shares by place as an inline table.
pub(super) fn inline(shares: &[(String, f64)]) -> String {
    let list: Vec<String> = shares
        .iter()
        .map(|(code, share)| format!("{code} = {}", number(*share)))
        .collect();
    format!("{{ {} }}", list.join(", "))
}

impl Stage {
    fn write(&self, page: &mut Page) {
        page.blank();
        page.line("[[material]]");
        page.text("id", &self.id);
        page.text("name", &self.name);
        page.text("unit", &self.unit);
        page.text("mineral", &self.mineral);
        page.text("stage", &self.stage);
        page.line("flexibility = 1.2");
        page.line("rerouting_months = 12");
        if let Some(row) = shipped::figure(self, "domestic first", "all") {
            page.comment(&format!(
                "Buyers abroad are served as those at home, as in {}: {}.",
                row.get("source"),
                row.get("text").trim_end_matches('.')
            ));
            page.line(&format!("domestic_first = {}", row.get("value")));
        }
        if let Some((feed, per_tonne, how)) = &self.input {
            page.comment(&format!("The recipe: {how}."));
            page.line(&format!(
                "inputs = [{{ material = {}, per_tonne = {} }}]",
                quoted(feed),
                number(*per_tonne)
            ));
        }
        page.text(
            "assumption",
            "A guess to be varied: sellers who are not hit can send up to a fifth more after a year, as the Philippines sent 23 % more nickel ore to \
             China in the first year of the Indonesian ban of 2014 (events.csv). No price is stated: add `price` in USD per tonne of the \
             unit above",
        );
        page.blank();
        for note in &self.notes {
            page.comment(&format!("Note: {note}."));
        }
        let others = self.share(OTHERS);
        if others > 0.0 {
            page.comment(&format!(
                "OTH is all others together, {}: not one country.",
                percent(others)
            ));
        }
        page.line(&format!("[shares.{}]", self.id));
        page.line(&format!("output = {}", number(self.total)));
        if let Some(row) = shipped::figure(self, "utilisation", "all") {
            page.comment(&format!(
                "The output of a year is what its stops left, and stops are an event below: as in {} ({}).",
                row.get("source"),
                row.get("text").trim_end_matches('.')
            ));
            page.line(&format!("utilisation = {}", row.get("value")));
        }
        page.line(&format!("by_country = {}", inline(&exact_shares(&self.sellers))));
        let what = format!("{}, {} of {}", self.source, self.words(), self.year);
        match &self.basis {
            Total::Table => page.text("source", &what),
            Total::Published(how) => page.text("source", &format!("shares: {what}; output: {how}")),
            Total::Scenario(how) => page.text("assumption", &format!("Shares: {what}. The tables have no tonnes: output {how}")),
            Total::Feed(before) => page.text(
                "assumption",
                &format!("Shares: {what}. The tables have no tonnes: output is that of the stage before ({before}), as if nothing were lost. Replace it"),
            ),
            Total::Traded(how) => page.text(
                "assumption",
                &format!(
                    "Shares: {what}. The tables have no tonnes: {how} stand for the output, without what is used where it is made. Replace it; shares \
                     of the shortfall hang on it little"
                ),
            ),
            Total::Given => page.text("assumption", &format!("Shares: {what}. Output as given on the command line: state its source")),
        }
    }
}
