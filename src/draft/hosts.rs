//! By-products: what they come with, where the tables have both.

use std::collections::BTreeSet;

use super::chain::{Chain, Stage, exact_shares, inline};
use super::places::{ELSEWHERE, OTHERS};
use super::shipped;
use super::tables::rows;
use super::text::{Page, number, percent, quoted};
use crate::data::{self, ShareTable};

/// Producers with a smaller share have no host of their own.
const LISTED_PRODUCER: f64 = 0.05;
/// What is taken of what hosts yield where nothing is known, and why.
const GUESSED_USE: &str = "0.9";
const GUESSED: &str = "A ninth more could be recovered from its hosts together: a guess, replace it with recovery capacity, and take out a host that it \
     does not come with in this country: the table of by-products tells none apart";

/// Hosts by the names of the table of by-products, with the mineral and stage that have shares. What comes with bauxite is won where alumina is made
/// of it.
fn host_stage(name: &str) -> (&str, &str) {
    match name {
        "phosphate" => ("phosphate_rock", "mine"),
        "zircon" => ("zirconium", "mine"),
        "bauxite" => ("aluminium", "alumina_refining"),
        other => (other, "mine"),
    }
}

/// Writes hosts of every chain; a host that is asked for itself is the material that it has already.
pub(super) fn write(page: &mut Page, chains: &[Chain]) {
    let mut there: BTreeSet<String> = chains
        .iter()
        .flat_map(|chain| &chain.stages)
        .map(|stage| stage.id.clone())
        .collect();
    for chain in chains {
        let Some(row) = rows("byproducts.csv", &chain.mineral).into_iter().next() else {
            page.blank();
            page.comment(&format!(
                "Gap: whether {} is a by-product is not in the tables.",
                chain.mineral.replace('_', " ")
            ));
            continue;
        };
        let class = row.get("class");
        let hosts: Vec<&str> = row
            .get("host_minerals")
            .split(';')
            .filter(|name| !name.is_empty())
            .collect();
        page.rule(&format!("{}: what it comes with", chain.name));
        page.comment(&format!(
            "{}: {class}, {} % as a companion{} ({}; {}).",
            chain.name,
            row.get("companionality_pct"),
            if hosts.is_empty() {
                String::new()
            } else {
                format!(" of {}", hosts.join(", "))
            },
            row.get("source"),
            row.get("quality")
        ));
        if class != "byproduct" {
            page.comment("Mostly mined for itself: no host limits it here.");
            continue;
        }
        let first = &chain.stages[0];
        let known = shipped::hosts(first);
        for (country, mineral, stage, row) in &known {
            let why = format!("{}: {}", row.get("source"), row.get("text"));
            if first.share(country) > 0.0 {
                page.comment(&format!(
                    "Host of {} as in {}.",
                    chain.name.to_lowercase(),
                    row.get("source")
                ));
                one(
                    page,
                    first,
                    (mineral, stage),
                    Some(country),
                    (row.get("value"), &why),
                    &mut there,
                );
            }
        }
        for host in hosts.into_iter().filter(|_| known.is_empty()) {
            one(page, first, host_stage(host), None, (GUESSED_USE, GUESSED), &mut there);
        }
    }
}

fn one(
    page: &mut Page,
    stage: &Stage,
    (mineral, host): (&str, &str),
    only: Option<&str>,
    (use_of_cap, why): (&str, &str),
    there: &mut BTreeSet<String>,
) {
    let Some(table) = data::shares(mineral, host).ok().filter(|table| table.total_t.is_some()) else {
        page.comment(&format!(
            "Gap: output of {} by country is not in the tables: no host.",
            mineral.replace('_', " ")
        ));
        return;
    };
    let made = |code: &str| {
        table
            .rows
            .iter()
            .find(|row| row.country == code)
            .map_or(0.0, |row| row.share)
    };
    let hosted: Vec<&str> = stage
        .sellers
        .iter()
        .filter(|(code, share)| code != OTHERS && *share >= LISTED_PRODUCER && made(code) > 0.0)
        .filter(|(code, _)| only.is_none_or(|only| only == code))
        .map(|(code, _)| code.as_str())
        .collect();
    if hosted.is_empty() {
        page.comment(&format!(
            "Gap: no leading producer of {} is listed with {}: no host.",
            stage.mineral.replace('_', " "),
            mineral.replace('_', " ")
        ));
        return;
    }
    let id = format!("{}_{host}", table.mineral);
    if there.insert(id.clone()) {
        material(page, &id, host, &table, &hosted, made);
    }
    for code in hosted {
        page.blank();
        page.line("[[host]]");
        page.text("supply", &format!("{}.{code}", stage.id));
        page.text("host", &format!("{id}.{code}"));
        page.line(&format!("use_of_cap = {use_of_cap}"));
        page.text("assumption", why);
    }
}

fn material(page: &mut Page, id: &str, stage: &str, table: &ShareTable, hosted: &[&str], made: impl Fn(&str) -> f64) {
    let total = table.total_t.unwrap_or_default();
    page.blank();
    page.line("[[material]]");
    page.text("id", id);
    page.text(
        "name",
        &match stage {
            "mine" => format!("Host: {} in ore", table.mineral.replace('_', " ")),
            _ => format!("Host: {}, {}", table.mineral.replace('_', " "), stage.replace('_', " ")),
        },
    );
    page.text("unit", &table.unit);
    page.text(
        "assumption",
        "Only as the host: it limits how much of the by-product can be had",
    );
    let mut shares: Vec<(String, f64)> = hosted.iter().map(|code| ((*code).to_owned(), made(code))).collect();
    let rest = 1.0 - shares.iter().map(|(_, share)| share).sum::<f64>();
    shares.push((OTHERS.to_owned(), rest));
    page.blank();
    page.line(&format!("[shares.{id}]"));
    page.line(&format!("output = {}", number(total)));
    page.line(&format!("by_country = {}", inline(&exact_shares(&shares))));
    let source = table.rows.first().map_or("", |row| row.source.as_str());
    page.text(
        "source",
        &format!(
            "{source}, {} of {}; all others together, {}",
            stage.replace('_', " "),
            table.year,
            percent(rest)
        ),
    );
    page.blank();
    page.line("[[demand]]");
    page.line(&format!("material = {}", quoted(id)));
    page.text("country", ELSEWHERE);
    page.line(&format!("amount = {}", number(total)));
    page.text("assumption", "All users of the host together");
}
