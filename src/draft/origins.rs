//! Who sells to an importer, by customs, as the sellers of the scenario can.

use std::collections::BTreeMap;

use super::chain::Stage;
use super::customs::Flow;
use super::places::{OTHERS, Places};
use super::tables::{Row, rows};
use super::text::{percent, spoken};

/// A seller keeps at least this part of what leaves it for buyers elsewhere.
const MOST_TAKEN: f64 = 0.9;

/// Purchases of one importer.
#[derive(Debug, Clone, Default)]
pub(super) struct Purchases {
    /// Tonnes of the stage by seller of the scenario.
    pub by_seller: BTreeMap<String, f64>,
    /// What was done to get there, for the comment.
    pub remarks: Vec<String>,
}

/// Purchases by customs, in tonnes of the stage, each origin at the seller who stands for it. None where no origin is known.
pub(super) fn observed(stage: &Stage, place: &str, imports: &[Flow], places: &Places) -> Option<Purchases> {
    let mut by_origin: BTreeMap<&str, f64> = BTreeMap::new();
    for flow in imports {
        for (origin, tonnes) in &flow.origins {
            *by_origin.entry(places.of(origin)).or_default() += tonnes * flow.factor;
        }
    }
    by_origin.remove(place);
    let total: f64 = by_origin.values().sum();
    if total <= 0.0 {
        return None;
    }
    let mut listed: Vec<(&str, f64)> = by_origin.iter().map(|(origin, tonnes)| (*origin, *tonnes)).collect();
    listed.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let words: Vec<String> = listed
        .iter()
        .take(10)
        .map(|(origin, tonnes)| format!("{} {}", places.name(origin), spoken(*tonnes)))
        .collect();
    let mut found = Purchases::default();
    found
        .remarks
        .push(format!("By customs, t of the stage: {}", words.join(", ")));
    // Whoever makes none passes on what others made: OTH stands for them, or all sellers where there is no OTH.
    let sells = |code: &str| code != place && stage.share(code) > 0.0;
    let mut without = 0.0;
    for (origin, tonnes) in &by_origin {
        if sells(origin) {
            *found.by_seller.entry((*origin).to_owned()).or_default() += tonnes;
        } else {
            without += tonnes;
        }
    }
    if without > 0.0 {
        if sells(OTHERS) {
            *found.by_seller.entry(OTHERS.to_owned()).or_default() += without;
            found.remarks.push(format!(
                "{} t come from places that the table of output does not list: OTH",
                spoken(without)
            ));
        } else {
            let others: Vec<&(String, f64)> = stage.sellers.iter().filter(|(code, _)| sells(code)).collect();
            let sum: f64 = others.iter().map(|(_, share)| share).sum();
            if sum <= 0.0 {
                return None;
            }
            for (code, share) in others {
                *found.by_seller.entry(code.clone()).or_default() += without * share / sum;
            }
            let mostly = without > 0.5 * total;
            found.remarks.push(format!(
                "{}{} t come from places that make none of it: dealt out over those who do, by their output{}",
                if mostly {
                    "Gap: whose ore most of it was made from. "
                } else {
                    ""
                },
                spoken(without),
                if mostly {
                    published(stage, place, places)
                } else {
                    String::new()
                }
            ));
        }
    }
    Some(found)
}

/// Import sources of an importer as published, to compare: of all forms together, or of the only one.
fn published(stage: &Stage, place: &str, places: &Places) -> String {
    let all: Vec<Row> = rows("import_sources.csv", &stage.mineral)
        .into_iter()
        .filter(|row| row.get("importer") == place)
        .collect();
    let is_total = |row: &&Row| row.get("product").starts_with("Total");
    let Some(first) = all.iter().find(is_total).or(all.first()) else {
        return String::new();
    };
    let list: Vec<String> = all
        .iter()
        .filter(|row| row.get("product") == first.get("product"))
        .filter_map(|row| {
            Some(format!(
                "{} {}",
                places.name(row.get("exporter")),
                percent(row.number("share")?)
            ))
        })
        .collect();
    format!(
        ". Published import sources of {}, {} ({}): {}. Write [[trade]] by them where you know whose it is",
        first.get("product").to_lowercase(),
        first.get("period"),
        first.get("source"),
        list.join(", ")
    )
}

/// Cuts what importers take together from a seller to what leaves it, and moves the rest to sellers with something left.
pub(super) fn within_exports(exports: &BTreeMap<String, f64>, needs: &mut [(f64, Purchases)]) {
    // In tonnes of need: customs give the mix, the need the size.
    for (need, purchases) in needs.iter_mut() {
        let total: f64 = purchases.by_seller.values().sum();
        purchases
            .by_seller
            .values_mut()
            .for_each(|tonnes| *tonnes *= *need / total);
    }
    for _ in 0..20 {
        let mut asked: BTreeMap<String, f64> = BTreeMap::new();
        for (_, purchases) in needs.iter() {
            for (seller, tonnes) in &purchases.by_seller {
                *asked.entry(seller.clone()).or_default() += tonnes;
            }
        }
        let most = |seller: &str| MOST_TAKEN * exports.get(seller).copied().unwrap_or(0.0);
        let over: BTreeMap<&String, f64> = asked
            .iter()
            .filter(|(seller, tonnes)| **tonnes > most(seller) * (1.0 + 1e-9))
            .map(|(seller, tonnes)| (seller, most(seller) / tonnes))
            .collect();
        let slack: BTreeMap<&String, f64> = exports
            .keys()
            .map(|seller| {
                (
                    seller,
                    (most(seller) - asked.get(seller).copied().unwrap_or(0.0)).max(0.0),
                )
            })
            .collect();
        let all: f64 = slack.values().sum();
        if over.is_empty() || all <= 0.0 {
            break;
        }
        for (_, purchases) in needs.iter_mut() {
            let mut moved = 0.0;
            for (seller, kept) in &over {
                if let Some(tonnes) = purchases.by_seller.get_mut(*seller) {
                    let cut = *tonnes * (1.0 - kept);
                    *tonnes -= cut;
                    moved += cut;
                    let remark =
                        format!("{seller} has too little to sell in this file: part of it moved to other sellers");
                    if cut > 0.0 && !purchases.remarks.contains(&remark) {
                        purchases.remarks.push(remark);
                    }
                }
            }
            if moved > 0.0 {
                for (seller, room) in &slack {
                    *purchases.by_seller.entry((*seller).clone()).or_default() += moved * room / all;
                }
            }
        }
    }
}

/// What sellers have left after the purchases of some.
pub(super) fn left<'a>(
    exports: &BTreeMap<String, f64>,
    bought: impl Iterator<Item = &'a Purchases>,
) -> BTreeMap<String, f64> {
    let mut left = exports.clone();
    for purchases in bought {
        for (seller, tonnes) in &purchases.by_seller {
            left.entry(seller.clone()).and_modify(|rest| *rest -= tonnes);
        }
    }
    left.retain(|_, tonnes| *tonnes > 0.0);
    left
}
