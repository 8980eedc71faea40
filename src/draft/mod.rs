//! A scenario about any mineral for any country, written from the shipped tables.
//!
//! [`draft`] reads the tables and writes the text of a scenario file: commented, every figure with its source, every guess as an assumption that
//! says what to replace. What the tables lack is named, in the file where the rest stands without it, as a [`Complaint`] where it does not.
//! This room knows the tables and the format as text. It knows nothing of how a scenario is checked, simulated or shown.

mod balance;
mod chain;
mod complaint;
mod customs;
mod events;
mod history;
mod hosts;
mod market;
mod origins;
mod places;
mod policies;
mod request;
mod shipped;
mod tables;
mod text;
mod uses;

#[cfg(test)]
mod taken_tests;
#[cfg(test)]
mod tests;

pub use balance::{StageBalance, Trade, balances};
pub use complaint::Complaint;
pub use request::Request;

use chain::Chain;
use market::Market;
use places::Places;
use text::{Page, quoted};

/// The code of a country as people write it, or of EU27.
///
/// # Errors
/// What is no country, with what may be meant.
pub fn country(text: &str) -> Result<String, Complaint> {
    places::meant(text)
}

/// A scenario as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The file.
    pub text: String,
    /// Stages with shares that are not in it, in words, and why: nobody's use of them is known.
    pub left_out: Vec<(String, String)>,
}

/// The text of a scenario, or all that is wrong with the request or missing for it.
pub fn draft(request: &Request) -> Result<String, Vec<Complaint>> {
    Ok(drafted(request)?.text)
}

/// The same, with what the file tells in comments.
///
/// # Errors
/// As [`draft`].
pub fn drafted(request: &Request) -> Result<Draft, Vec<Complaint>> {
    let mut complaints = Vec::new();
    let places = Places::read(&request.countries, &mut complaints);
    let minerals = request::minerals(&request.minerals, &mut complaints);
    request::check(request, &minerals, &places, &mut complaints);
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let mut chains = Vec::new();
    for mineral in &minerals {
        match Chain::read(mineral, request, &places) {
            Ok(chain) => chains.push(chain),
            Err(found) => complaints.extend(found),
        }
    }
    let mut markets: Vec<Vec<Market>> = Vec::new();
    for chain in &mut chains {
        match Market::of_chain(chain, request, &places) {
            Ok(list) => markets.push(list),
            Err(found) => complaints.extend(found),
        }
    }
    if complaints.is_empty() {
        Ok(Draft {
            text: write(request, &places, &chains, &markets),
            left_out: chains.iter().flat_map(|chain| chain.left_out.clone()).collect(),
        })
    } else {
        Err(complaints)
    }
}

fn write(request: &Request, places: &Places, chains: &[Chain], markets: &[Vec<Market>]) -> String {
    let mut page = Page::default();
    head(&mut page, request, places, chains, markets);
    for (chain, markets) in chains.iter().zip(markets) {
        page.rule(&format!("{}: who makes it, stage by stage", chain.name));
        chain.write(&mut page, places);
        for market in markets {
            market.write(&mut page, places);
        }
    }
    hosts::write(&mut page, chains);
    let mut any = false;
    for (chain, markets) in chains.iter().zip(markets) {
        any |= events::write(&mut page, chain, markets, places, request.years);
    }
    if !any {
        page.comment("No event: nobody makes a tenth of it who is not asked for. Add what may happen.");
    }
    policies::write(&mut page, markets, places);
    page.finish()
}

fn head(page: &mut Page, request: &Request, places: &Places, chains: &[Chain], markets: &[Vec<Market>]) {
    let names: Vec<&str> = chains.iter().map(|chain| chain.name.as_str()).collect();
    let who = places.names().join(", ");
    page.comment(&format!(
        "Question: how much {} may users in {who} miss, and what helps?",
        names.join(", ").to_lowercase()
    ));
    page.comment(&format!(
        "Written by `critmin new FILE --mineral {} --for {}` from the tables that critmin ships (`critmin data {}` prints them). Figures have a \
         `source`; guesses have an `assumption` that says what to replace. Lines that begin with `Gap:` name what the tables lack.",
        chains.iter().map(|chain| chain.mineral.as_str()).collect::<Vec<_>>().join(","),
        places.named.join(","),
        chains[0].mineral
    ));
    page.comment(
        "Read the result as a first look. It says what follows from shares, trade and counted events; it knows no contracts, prices, qualities or \
         stocks that nobody publishes. What to try first: --set material.ID.flexibility=1 and =3, and other severities.",
    );
    for (place, market) in markets.iter().flatten().flat_map(|market| market.embodied()) {
        let stage = market.stage();
        page.comment(&format!(
            "For {} use of {} is what is inside the magnets that it uses, wherever they were made: who makes them abroad is short first. `critmin new FILE \
             --mineral rare_earth_magnets --for {place}` is about the magnets themselves.",
            places.name(place),
            stage.words(),
        ));
    }
    page.line("format = 1");
    page.line(&format!(
        "title = {}",
        quoted(&format!("{}: supply of {who}", names.join(", ")))
    ));
    let question = format!(
        "How much {} may users in {who} miss, and what helps?",
        names.join(", ").to_lowercase()
    );
    page.line(&format!("description = {}", quoted(&question)));
    let ends: Vec<String> = markets.iter().flatten().map(|market| quoted(&market.id)).collect();
    let codes: Vec<String> = places.named.iter().map(|code| quoted(code)).collect();
    page.line(&format!(
        "focus = {{ materials = [{}], countries = [{}] }}",
        ends.join(", "),
        codes.join(", ")
    ));
    page.blank();
    page.line("[time]");
    page.line(&format!("start = \"{}-01\"", chain::START_YEAR));
    page.line("step = \"month\"");
    page.line(&format!("periods = {}", 12 * request.years));
    page.blank();
    page.line("[run]");
    page.line("trials = 2_000");
    page.line("seed = 42");
    page.blank();
    page.comment(
        "Users whom this file does not name, as one buyer. They are kept apart from OTH, the producers that it does not name: who of the ones buys from \
         whom of the others is not known.",
    );
    page.line("[[country]]");
    page.line(&format!("id = \"{}\"", places::ELSEWHERE));
    page.line("name = \"Users elsewhere\"");
}
