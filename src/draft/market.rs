//! An end of a chain: who uses it, who sells to whom, what stands in store, what is recycled.

use std::collections::BTreeMap;

use super::chain::{Chain, Stage, exact_shares, inline};
use super::complaint::Complaint;
use super::origins::{self, Purchases};
use super::places::{ELSEWHERE, OTHERS, Places};
use super::request::Request;
use super::shipped;
use super::tables::{Row, rows};
use super::text::{Page, number, percent, significant, spoken, tonnes};
use super::uses::{self, Kept, Use};

/// Producers with a smaller share are taken to sell abroad all that they make.
const LISTED_PRODUCER: f64 = 0.02;

/// A smaller part of a use is rounding.
const ROUNDING: f64 = 1e-3;

/// A demand of more than this part of output counts something else too.
const MOST_DEMAND: f64 = 1.1;

/// A stage with users.
#[derive(Debug, Clone)]
pub(super) struct Market {
    /// The material.
    pub id: String,
    /// Whose use is known, in the order asked for.
    pub users: Vec<(String, Use)>,
    /// Places whose use the tables do not tell, and why.
    pub unknown: Vec<(String, String)>,
    /// What producers use.
    pub producers: Vec<(String, Kept)>,
    /// What is left for everybody else.
    pub elsewhere: f64,
    /// By importer.
    pub purchases: Vec<(String, Purchases)>,
    /// What sellers have left for everybody else, by seller.
    pub left: BTreeMap<String, f64>,
    /// Purchases of producers, by seller, where they do not follow from the rule that own users come first.
    of_producers: Vec<(String, BTreeMap<String, f64>)>,
    stage: Stage,
}

impl Market {
    /// The ends of a chain at which the use of some place is known; complaints where there is none. Ends of which nobody's use is known leave the
    /// chain.
    pub fn of_chain(chain: &mut Chain, request: &Request, places: &Places) -> Result<Vec<Market>, Vec<Complaint>> {
        let ends: Vec<Stage> = chain.ends().into_iter().cloned().collect();
        let mut complaints = Vec::new();
        let mut markets = Vec::new();
        let mut missing: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (at, stage) in ends.iter().enumerate() {
            // A use that is given belongs to the last stage, or to the only one.
            let last = at + 1 == ends.len();
            let plain = Request {
                uses: Vec::new(),
                ..request.clone()
            };
            match Market::of(stage, if last { request } else { &plain }, places) {
                Ok(market) => {
                    for (place, why) in &market.unknown {
                        missing
                            .entry(place.clone())
                            .or_default()
                            .push((stage.words(), why.clone()));
                    }
                    markets.push(market);
                }
                Err(complaint) => complaints.push(complaint),
            }
        }
        let cannot_tell = !complaints.is_empty();
        for code in &places.named {
            let anywhere = markets
                .iter()
                .any(|market| market.users.iter().any(|(place, _)| place == code));
            if !anywhere && !cannot_tell {
                let why: Vec<String> = missing
                    .get(code)
                    .into_iter()
                    .flatten()
                    .map(|(stage, why)| format!("{stage}: {why}"))
                    .collect();
                complaints.push(Complaint::new(
                    format!(
                        "the tables do not tell how much {} {} uses ({})",
                        chain.mineral,
                        places.name(code),
                        why.join("; ")
                    ),
                    format!(
                        "{}give it in tonnes a year, with a source of your own: --use {code}=TONNES",
                        shipped::known(&chain.mineral, "use", code).map_or(String::new(), |words| format!("{words}; "))
                    ),
                ));
            }
        }
        if !complaints.is_empty() {
            return Err(complaints);
        }
        for market in markets.extract_if(.., |market| market.users.is_empty()) {
            chain.leave_out(&market.id, &market.unknown[0].1);
        }
        Ok(markets)
    }

    fn of(stage: &Stage, request: &Request, places: &Places) -> Result<Market, Complaint> {
        let mut market = Market {
            id: stage.id.clone(),
            users: Vec::new(),
            unknown: Vec::new(),
            producers: Vec::new(),
            elsewhere: 0.0,
            purchases: Vec::new(),
            left: BTreeMap::new(),
            of_producers: Vec::new(),
            stage: stage.clone(),
        };
        for place in &places.named {
            match uses::of(stage, place, request, places) {
                Ok(found) => market.users.push((place.clone(), found)),
                Err(why) => market.unknown.push((place.clone(), why)),
            }
        }
        let primary: f64 = market
            .users
            .iter()
            .map(|(_, found)| found.tonnes * (1.0 - found.recycled))
            .sum();
        let room = stage.total - primary;
        if room < 0.0 {
            let list: Vec<String> = market
                .users
                .iter()
                .map(|(place, found)| format!("{} {}", places.name(place), spoken(found.tonnes)))
                .collect();
            return Err(Complaint::new(
                format!(
                    "use of {} ({} t) exceeds the output that the tables have at the stage {} ({} t): the figures do not go together",
                    stage.mineral,
                    list.join(", "),
                    stage.words(),
                    spoken(stage.total)
                ),
                format!(
                    "give what is known better: --output {}=TONNES or --use CODE=TONNES",
                    stage.stage
                ),
            ));
        }
        for (code, share) in &stage.sellers {
            if code != OTHERS
                && !places.has(code)
                && *share >= LISTED_PRODUCER
                && let Some(kept) = uses::kept_at_home(stage, code, places)
            {
                market.producers.push((code.clone(), kept));
            }
        }
        let kept: f64 = market.producers.iter().map(|(_, kept)| kept.tonnes).sum();
        if kept > room {
            for (_, here) in &mut market.producers {
                here.tonnes = tonnes(here.tonnes * room / kept * 0.999);
                here.arithmetic.push(format!(
                    "cut by {} so that uses add up to the world's output",
                    percent(1.0 - room / kept)
                ));
            }
        }
        let kept: f64 = market.producers.iter().map(|(_, kept)| kept.tonnes).sum();
        market.elsewhere = rounded_down(room - kept);
        market.buy(places);
        Ok(market)
    }

    /// Observed purchases of the places asked for.
    fn buy(&mut self, places: &Places) {
        let mut exports: BTreeMap<String, f64> = self
            .stage
            .sellers
            .iter()
            .map(|(code, _)| (code.clone(), self.stage.output(code)))
            .collect();
        for (code, kept) in &self.producers {
            exports
                .entry(code.clone())
                .and_modify(|tonnes| *tonnes = (*tonnes - kept.tonnes).max(0.0));
        }
        for (code, found) in &self.users {
            let own = found.tonnes * (1.0 - found.recycled);
            exports
                .entry(code.clone())
                .and_modify(|tonnes| *tonnes = (*tonnes - own).max(0.0));
        }
        let mut codes = Vec::new();
        let mut needs = Vec::new();
        for (code, found) in &self.users {
            let need = found.tonnes * (1.0 - found.recycled) - self.stage.output(code);
            // Who makes nearly all of it buys nothing that a pattern could be seen in.
            if need > 0.02 * found.tonnes
                && let Some(purchases) = origins::observed(&self.stage, code, &found.imports, places)
            {
                codes.push(code.clone());
                needs.push((need, purchases));
            }
        }
        origins::within_exports(&exports, &mut needs);
        self.purchases = codes
            .into_iter()
            .zip(needs.into_iter().map(|(_, purchases)| purchases))
            .collect();
        self.left = origins::left(&exports, self.purchases.iter().map(|(_, purchases)| purchases));
        self.complete_purchases();
    }

    /// What customs do not tell: purchases at home, where these have no precedence; and what a producer that uses more than it makes, or an importer
    /// with output of its own, buys of what sellers have left.
    fn complete_purchases(&mut self) {
        let is_alike = self.stage.serves_abroad_as_at_home();
        let at_home = |stage: &Stage, code: &str, tonnes: f64| stage.output(code).min(tonnes);
        if is_alike {
            for (code, purchases) in &mut self.purchases {
                let own = self.stage.output(code);
                if own > 0.0 {
                    *purchases.by_seller.entry(code.clone()).or_default() += own;
                }
            }
        }
        let others = self.users.iter().filter(|(code, _)| {
            let is_observed = self.purchases.iter().any(|(place, _)| place == code);
            !is_observed && self.stage.output(code) > 0.0
        });
        let others = others.map(|(code, found)| (code, found.tonnes * (1.0 - found.recycled)));
        let producers = self.producers.iter().map(|(code, kept)| (code, kept.tonnes));
        let all: f64 = self.left.values().sum();
        let mut part = 0.0;
        for (code, tonnes) in producers.chain(others) {
            let own = at_home(&self.stage, code, tonnes);
            let rest = (tonnes - own).min(all);
            let mut bought = BTreeMap::new();
            if is_alike && own > 0.0 {
                bought.insert(code.clone(), own);
            }
            if rest > ROUNDING * tonnes {
                part += rest / all;
                let of_others = self.left.iter();
                bought.extend(of_others.map(|(seller, left)| (seller.clone(), left * rest / all)));
            }
            if !bought.is_empty() {
                self.of_producers.push((code.clone(), bought));
            }
        }
        self.left
            .values_mut()
            .for_each(|tonnes| *tonnes *= (1.0 - part).max(0.0));
        self.left.retain(|_, tonnes| *tonnes > 0.0);
    }

    /// Demand, trade, stocks and recycling.
    pub fn write(&self, page: &mut Page, places: &Places) {
        page.rule(&format!("{}: who uses it", self.stage.name));
        self.write_demand(page, places);
        self.write_trade(page, places);
        self.write_stocks(page, places);
        self.write_recycling(page);
    }

    fn write_demand(&self, page: &mut Page, places: &Places) {
        for (place, why) in &self.unknown {
            page.comment(&format!("Gap: use in {}: {why}.", places.name(place)));
        }
        page.comment("Demand does not grow here: add `growth`, a share a year, where you know it.");
        let world = rows("consumption.csv", &self.stage.mineral).into_iter().find(|row| {
            row.get("country") == "WLD"
                && row.get("year") == self.stage.year
                && row.get("measure") == "world demand: Total"
        });
        if let Some((row, total)) = world.and_then(|row| row.number("quantity_t").map(|total| (row, total))) {
            // A demand that nobody could have met counts something else: all grades, synthetic material, other stages.
            let (year, source) = (&self.stage.year, row.get("source"));
            page.comment(&if total > MOST_DEMAND * self.stage.total {
                format!(
                    "World demand of {year} in the tables, {} t of {}, is more than the output above: it counts more than this stage ({source}). It is \
                     not used here.",
                    spoken(total),
                    row.get("unit").trim_start_matches("t ").trim_matches(['(', ')'])
                )
            } else {
                format!(
                    "World demand of {year} was {} t ({source}), {} of the output above, which the users below take whole. Where it is less, the rest \
                     went to stocks, and users can go without for longer than this file says.",
                    spoken(total),
                    percent(total / self.stage.total)
                )
            });
        }
        for (place, found) in &self.users {
            page.blank();
            for line in &found.arithmetic {
                page.comment(line);
            }
            if self.stage.stage == "mine" && self.stage.output(place) > 0.0 {
                page.comment(&format!(
                    "Note: what {} mines ({} t) serves its own users first here. Whether it is processed at home, or leaves as ore and comes back, is \
                     not in the tables.",
                    places.name(place),
                    spoken(self.stage.output(place))
                ));
            }
            self.demand(page, place, found.tonnes);
            page.text(
                if found.is_published { "source" } else { "assumption" },
                &found.provenance,
            );
        }
        for (place, kept) in &self.producers {
            page.blank();
            if !kept.arithmetic.is_empty() {
                page.comment(&format!(
                    "{} = {} t kept",
                    kept.arithmetic.join(", less "),
                    spoken(kept.tonnes)
                ));
            }
            self.demand(page, place, kept.tonnes);
            page.text("assumption", &kept.provenance);
        }
        if self.elsewhere > 0.0 {
            page.blank();
            self.demand(page, ELSEWHERE, self.elsewhere);
            page.text(
                "assumption",
                "The rest of the world's output, as if nothing went to stocks",
            );
        }
    }

    fn demand(&self, page: &mut Page, place: &str, tonnes: f64) {
        page.line("[[demand]]");
        page.text("material", &self.id);
        page.text("country", place);
        page.line(&format!("amount = {}", number(tonnes)));
    }

    fn write_trade(&self, page: &mut Page, places: &Places) {
        for (place, purchases) in &self.purchases {
            page.blank();
            for remark in &purchases.remarks {
                page.comment(&format!("{remark}."));
            }
            self.trade(page, place, &purchases.by_seller);
            let found = self
                .users
                .iter()
                .find(|(code, _)| code == place)
                .map(|(_, found)| found);
            let sources: std::collections::BTreeSet<&str> = found
                .into_iter()
                .flat_map(|found| &found.imports)
                .map(|flow| flow.source.as_str())
                .collect();
            let list = sources.into_iter().collect::<Vec<_>>().join("; ");
            page.text(
                "source",
                &format!("{list}: imports of 2024 by origin, which is the last place of real change, not the mine"),
            );
        }
        for (place, bought) in &self.of_producers {
            page.blank();
            self.trade(page, place, bought);
            page.text(
                "assumption",
                "What it makes itself, as far as that goes; the rest of what sellers have left when the purchases above are served",
            );
        }
        if !self.purchases.is_empty() && !self.left.is_empty() && self.elsewhere > 0.0 {
            page.blank();
            self.trade(page, ELSEWHERE, &self.left);
            page.text(
                "assumption",
                "What sellers have left when they have served their own users and the purchases above",
            );
        }
        let without: Vec<String> = self
            .users
            .iter()
            .filter(|(code, _)| !self.purchases.iter().any(|(place, _)| place == code))
            .map(|(code, _)| places.name(code))
            .collect();
        if !without.is_empty() {
            page.blank();
            let why = self
                .stage
                .links("no_product")
                .next()
                .map_or("no rows by origin, or little is imported".to_owned(), |row| {
                    row.get("basis").to_owned()
                });
            page.comment(&format!(
                "Gap: imports by origin of {}: {why}. They buy from everybody in proportion to what is sold abroad.",
                without.join(", ")
            ));
        }
        let notes: std::collections::BTreeSet<&str> = self
            .users
            .iter()
            .flat_map(|(_, found)| &found.imports)
            .flat_map(|flow| &flow.notes)
            .map(String::as_str)
            .collect();
        for note in notes {
            page.comment(&format!("Note: {note}."));
        }
    }

    fn trade(&self, page: &mut Page, place: &str, by_seller: &BTreeMap<String, f64>) {
        let mut shares: Vec<(String, f64)> = by_seller.iter().map(|(code, tonnes)| (code.clone(), *tonnes)).collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        page.line("[[trade]]");
        page.text("material", &self.id);
        page.text("to", place);
        page.line(&format!("shares = {}", inline(&exact_shares(&shares))));
    }

    fn write_stocks(&self, page: &mut Page, places: &Places) {
        let stocks = rows("stocks.csv", &self.stage.mineral);
        for (place, found) in &self.users {
            page.blank();
            match industry(&stocks, place, &self.stage) {
                Some(list) => {
                    let sum: f64 = list.iter().filter_map(|row| row.number("quantity")).sum();
                    let what: Vec<String> = list
                        .iter()
                        .map(|row| {
                            format!(
                                "{} {} t",
                                row.get("detail"),
                                spoken(row.number("quantity").unwrap_or(0.0))
                            )
                        })
                        .collect();
                    page.comment(&format!(
                        "{} t are {} days of the use above.",
                        spoken(sum),
                        spoken((365.25 * sum / found.tonnes).round())
                    ));
                    page.line("[[inventory]]");
                    page.text("material", &self.id);
                    page.text("country", place);
                    page.line(&format!("tonnes = {}", number(sum)));
                    page.text(
                        "source",
                        &format!(
                            "{}, {}: {}",
                            list[0].get("source"),
                            list[0].get("year"),
                            what.join("; ")
                        ),
                    );
                }
                None => self.write_stock_of_scenario(page, place, places),
            }
            for group in ["rare_metals", "nonferrous_metals"] {
                for row in rows("stocks.csv", group)
                    .iter()
                    .filter(|row| row.get("country") == place)
                {
                    page.comment(&format!(
                        "Stockpile policy of {} ({}): {} of {} {}; {}. A target for a class of minerals, no holding of this one.",
                        places.name(place),
                        row.get("source"),
                        row.get("kind").replace('_', " "),
                        row.get("quantity"),
                        row.get("unit"),
                        row.get("detail")
                    ));
                }
            }
            page.blank();
            page.line("[[stockpile]]");
            page.text("material", &self.id);
            page.text("country", place);
            page.line("days = 0");
            page.line("release = { trigger = 0.05, max_per_month = 0.5 }");
            page.text("assumption", "None is known; the policy `stockpile` fills it. Released when more than 5 % are short, at most half of it in a month: a guess");
        }
    }

    /// What a shipped scenario has in store at the users of a place, else that nobody tells.
    fn write_stock_of_scenario(&self, page: &mut Page, place: &str, places: &Places) {
        let Some(stock) = shipped::stock(&self.stage, place, places) else {
            let known = shipped::stocks_of_others(&self.stage);
            page.comment(&format!(
                "Gap: stocks at users in {} are in neither the tables nor a shipped scenario{}: none here, so a stop is felt at once. Known ones go into \
                 [[inventory]].",
                places.name(place),
                if known.is_empty() {
                    String::new()
                } else {
                    format!(" (of others: {known})")
                }
            ));
            return;
        };
        page.line("[[inventory]]");
        page.text("material", &self.id);
        page.text("country", place);
        page.line(&format!("{} = {}", stock.key, stock.row.get("value")));
        page.text(
            "assumption",
            &format!(
                "As in {}{}: {}",
                stock.row.get("source"),
                if stock.is_of_union { " for EU27 as a whole" } else { "" },
                stock.row.get("text")
            ),
        );
    }

    fn write_recycling(&self, page: &mut Page) {
        for (place, found) in &self.users {
            page.blank();
            page.line("[[recycling]]");
            page.text("material", &self.id);
            page.text("country", place);
            page.line(&format!("rate = {}", number(significant(found.recycled, 6))));
            page.line("lag_years = 0");
            page.text(
                "assumption",
                &format!(
                    "{}. No lag: as long as demand does not grow it changes nothing",
                    found.recycling
                ),
            );
        }
    }

    /// Places whose use is inside goods, with this market.
    pub fn embodied(&self) -> Vec<(&str, &Market)> {
        let inside = self.users.iter().filter(|(_, found)| found.is_embodied);
        inside.map(|(place, _)| (place.as_str(), self)).collect()
    }

    /// The stage that it is the market of.
    pub fn stage(&self) -> &Stage {
        &self.stage
    }
}

/// Without digits that no source has, and never more than there is.
fn rounded_down(tonnes: f64) -> f64 {
    match tonnes {
        whole if whole >= 1000.0 => whole.floor(),
        some if some >= 1.0 => (some * 100.0 + 1e-6).floor() / 100.0,
        little => little,
    }
}

/// Stocks of industry of the latest year; where several forms are listed, all of them.
pub(super) fn industry<'a>(stocks: &'a [Row], place: &str, stage: &Stage) -> Option<Vec<&'a Row>> {
    // Ore in store is no metal: forms with a stage of their own are left to the reader.
    let fits = |row: &&Row| {
        row.get("country") == place
            && row.get("kind") == "industry"
            && row.get("unit") == "t"
            && row.number("quantity").is_some_and(|tonnes| tonnes > 0.0)
            && !row.get("detail").contains("Treasury")
            && !(stage.stage != "mine" && row.get("detail").contains(" ore"))
    };
    let latest = stocks.iter().filter(fits).map(|row| row.get("year")).max()?;
    Some(
        stocks
            .iter()
            .filter(fits)
            .filter(|row| row.get("year") == latest)
            .collect(),
    )
}
