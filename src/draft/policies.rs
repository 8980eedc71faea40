//! Three policies to start from.

use super::market::Market;
use super::places::{OTHERS, Places};
use super::text::{Page, number, percent, significant};

/// Share of demand that the policy of recycling adds.
const MORE_RECYCLED: f64 = 0.1;

/// Writes them.
pub(super) fn write(page: &mut Page, markets: &[Vec<Market>], places: &Places) {
    let all: Vec<&Market> = markets.iter().flatten().collect();
    page.rule("what may help: three policies to compare, none with a cost yet (add `cost` in USD)");
    page.line("[[policy]]");
    page.line("id = \"stockpile\"");
    page.line("name = \"Stockpile of 90 days\"");
    page.line("description = \"What users take in 90 undisrupted days, full at the start\"");
    for market in &all {
        for (place, _) in &market.users {
            set(page, &format!("stockpile.{}.{place}.days", market.id), "90");
        }
    }
    let mut sets: Vec<(String, String)> = Vec::new();
    let mut words: Vec<String> = Vec::new();
    for market in &all {
        let stage = market.stage();
        let Some((leader, share)) = stage
            .sellers
            .iter()
            .find(|(code, _)| code != OTHERS && !places.has(code))
        else {
            continue;
        };
        let half = significant(share / 2.0, 4);
        words.push(format!(
            "{} of {} from {} to {}",
            places.name(leader),
            stage.words(),
            percent(*share),
            percent(half)
        ));
        sets.push((format!("shares.{}.by_country.{leader}", market.id), number(half)));
        if stage.sellers.len() == 1 {
            sets.push((format!("shares.{}.by_country.{OTHERS}", market.id), number(1.0 - half)));
        }
    }
    page.blank();
    if sets.is_empty() {
        page.comment("No leading producer abroad: no policy that moves half of its share elsewhere.");
    } else {
        page.line("[[policy]]");
        page.line("id = \"elsewhere\"");
        page.line("name = \"Half of the leader's share elsewhere\"");
        page.text(
            "description",
            &format!(
                "The others make it, in proportion to what they make today, from the start: {}. What they make it from still comes from where that is made: a bottleneck may move upstream",
                words.join("; ")
            ),
        );
        sets.iter().for_each(|(key, value)| set(page, key, value));
    }
    page.blank();
    page.line("[[policy]]");
    page.line("id = \"recycling\"");
    page.line("name = \"Recycling of another tenth of use\"");
    page.line("description = \"Ten percentage points more of use come from scrap, from the start\"");
    for market in &all {
        for (place, found) in &market.users {
            let rate = (found.recycled + MORE_RECYCLED).min(1.0);
            set(
                page,
                &format!("recycling.{}.{place}.rate", market.id),
                &number(significant(rate, 6)),
            );
        }
    }
}

fn set(page: &mut Page, key: &str, value: &str) {
    page.line("[[policy.set]]");
    page.text("key", key);
    page.line(&format!("value = {value}"));
}
