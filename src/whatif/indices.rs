//! Indices of concentration, supply risk and dependence as they are published, by material, stage and buyer: of a scenario's start, or of the shipped
//! tables. What is not known is bounds, or a reason why there is no figure; never a default. `docs/what-if.md` has the conventions.

use crate::data::{self, Governance, Score};
use crate::draft::{self, Complaint, StageBalance};
use crate::study::{Bounds, Error, StartMarket, Study, Suppliers, Variant, bounded_import_risk, bounded_supply_risk};

/// All other countries together.
const OTHERS: &str = "OTH";
/// The world, as a place.
pub const WORLD: &str = "WLD";
const EUROPEAN_UNION: &str = "EU27";
/// Origins that customs pool have at most this share of what is imported.
const LARGEST_POOLED: f64 = 0.01;
/// Where less than this share of what a place makes and imports is left when exports are taken off, trade does not tell what it uses.
const LEAST_KEPT: f64 = 0.2;
const DAYS_PER_YEAR: f64 = 365.25;

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Index {
    /// Share of the largest maker.
    Top1,
    /// Share of the three largest.
    Top3,
    /// Herfindahl-Hirschman index of makers.
    Concentration,
    /// The same weighted by governance.
    WeightedConcentration,
    /// EU supply risk, before substitution.
    SupplyRisk,
    /// GeoPolRisk's import risk.
    ImportRisk,
    /// GeoPolRisk.
    GeoPolRisk,
    /// Net imports over use.
    NetImportReliance,
    /// Stocks over use.
    DaysOfCover,
}

impl Index {
    /// All, in the order of tables.
    pub const ALL: [Index; 9] = [
        Index::Top1,
        Index::Top3,
        Index::Concentration,
        Index::WeightedConcentration,
        Index::SupplyRisk,
        Index::ImportRisk,
        Index::GeoPolRisk,
        Index::NetImportReliance,
        Index::DaysOfCover,
    ];

    /// As tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Index::Top1 => "top1_share",
            Index::Top3 => "top3_share",
            Index::Concentration => "hhi",
            Index::WeightedConcentration => "hhi_wgi",
            Index::SupplyRisk => "eu_supply_risk",
            Index::ImportRisk => "import_risk",
            Index::GeoPolRisk => "geopolrisk",
            Index::NetImportReliance => "net_import_reliance",
            Index::DaysOfCover => "days_of_cover",
        }
    }

    /// For readers.
    pub fn words(self) -> &'static str {
        match self {
            Index::Top1 => "share of the largest maker",
            Index::Top3 => "share of the three largest makers",
            Index::Concentration => "HHI",
            Index::WeightedConcentration => "HHI weighted by governance",
            Index::SupplyRisk => "supply risk (EU method)",
            Index::ImportRisk => "import risk",
            Index::GeoPolRisk => "GeoPolRisk",
            Index::NetImportReliance => "net import reliance",
            Index::DaysOfCover => "days of cover",
        }
    }

    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Index::Top1 | Index::Top3 | Index::NetImportReliance => "share",
            Index::Concentration | Index::ImportRisk | Index::GeoPolRisk => "0 to 1",
            Index::WeightedConcentration => "0 to 10",
            Index::SupplyRisk => "EU scale",
            Index::DaysOfCover => "days",
        }
    }

    /// Whether it is about a buyer, not about makers alone.
    pub fn is_of_buyer(self) -> bool {
        self > Index::WeightedConcentration
    }
}

/// One index of one material at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Material id, or mineral.
    pub material: String,
    /// Its name.
    pub material_name: String,
    /// Stage of the shipped tables; empty for a scenario, whose materials are stages.
    pub stage: String,
    /// Buyer: country code or group; [`WORLD`] for makers.
    pub place: String,
    /// Its name.
    pub place_name: String,
    /// Which index.
    pub index: Index,
    /// What it is, or why there is none.
    pub figure: Result<Bounds, String>,
    /// Countries that it is of: the largest makers, the largest source.
    pub who: Vec<String>,
    /// Conventions that mattered here.
    pub notes: Vec<String>,
    /// Year of the figures.
    pub year: String,
    /// Where they come from.
    pub source: String,
}

/// All that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Indices {
    /// The scenario's title, or the mineral's name.
    pub title: String,
    /// The scenario's file, or the shipped tables.
    pub origin: String,
    /// Whether it is of a scenario, not of the shipped tables.
    pub is_of_scenario: bool,
    /// Names of countries by code.
    pub countries: Vec<(String, String)>,
    /// By material, stage, place and index.
    pub found: Vec<Found>,
    /// Where governance scores come from.
    pub governance: String,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// What is known of makers at one stage.
struct Stage {
    material: String,
    name: String,
    stage: String,
    year: String,
    source: String,
    makers: Result<Suppliers, String>,
    notes: Vec<String>,
}

/// What is known of one buyer at one stage. Quantities are per year.
struct Buyer {
    place: String,
    name: String,
    /// Its own output by country, other than by recycling.
    output: Result<Vec<(String, f64)>, String>,
    recycled: f64,
    /// Whether trade is that of a model, so that what is left of it is what is used.
    is_of_model: bool,
    imports: Result<Imports, String>,
    used: Result<f64, String>,
    stock: Result<f64, String>,
    /// Recycling input rate, and where it comes from.
    recycling_rate: Option<(f64, String)>,
    /// Net import reliance as published, with its source.
    published_reliance: Option<(Result<Bounds, String>, String)>,
    source: String,
    notes: Vec<String>,
}

/// Quantities by country.
type Sizes = Vec<(String, f64)>;

#[derive(Clone)]
struct Imports {
    by_origin: Vec<(String, f64)>,
    others: f64,
    /// The largest share of the imports that one of the others can have.
    largest_other: f64,
    total: f64,
    exports: f64,
}

impl Indices {
    /// Name of a country.
    pub fn country<'a>(&'a self, code: &'a str) -> &'a str {
        let found = self.countries.iter().find(|(known, _)| known == code);
        found.map_or(code, |(_, name)| name)
    }
}

impl Found {
    /// The material, with its stage where it has one: `Lithium, chemical refining`.
    pub fn called(&self) -> String {
        match self.stage.as_str() {
            "" => self.material_name.clone(),
            stage => format!("{}, {}", self.material_name, stage.replace('_', " ")),
        }
    }
}

impl Imports {
    fn new(all: Vec<(String, f64)>, largest_other: f64, total: f64, exports: f64) -> Imports {
        let (others, by_origin): (Sizes, Sizes) = all.into_iter().partition(|(origin, _)| origin == OTHERS);
        Imports {
            by_origin,
            others: others.iter().map(|(_, size)| size).sum(),
            largest_other,
            total,
            exports,
        }
    }
}

/// Indices of a scenario's start, for the places in focus or those that are named (country codes or groups of the scenario).
///
/// # Errors
/// A scenario that is wrong; a place that it does not have.
pub fn of_scenario(study: &Study, places: &[String], governance: &Governance) -> Result<Indices, IndicesError> {
    let variant = study.baseline().map_err(|error| IndicesError::Study(Box::new(error)))?;
    let names = variant.places();
    let wanted = match places.is_empty() {
        true => variant.focus().1,
        false => named_places(places, &names)?,
    };
    let mut found = Vec::new();
    for market in variant.start_markets() {
        let stage = stage_of(&market);
        add_makers(&mut found, &stage, governance);
        for place in &wanted {
            if let Some(buyer) = buyer_of(&variant, &market, place, &names) {
                add_buyer(&mut found, &stage, &buyer, governance);
            }
        }
    }
    Ok(Indices {
        title: variant.title().to_owned(),
        origin: study.name().to_owned(),
        is_of_scenario: true,
        countries: names,
        found,
        governance: governance.source.clone(),
        warnings: governance.warnings.clone(),
    })
}

/// Why there are no indices.
#[derive(Debug)]
pub enum IndicesError {
    /// The scenario is wrong.
    Study(Box<Error>),
    /// What was asked for is not there.
    Asked(Vec<Complaint>),
}

/// Ids of places of the scenario, as typed: an id, a code, or a country's name.
fn named_places(typed: &[String], names: &[(String, String)]) -> Result<Vec<String>, IndicesError> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for text in typed {
        let code = draft::country(text);
        let is_meant = |(id, name): &&(String, String)| {
            id == text || name.eq_ignore_ascii_case(text) || code.as_ref().is_ok_and(|code| code == id)
        };
        match names.iter().find(is_meant) {
            Some((id, _)) if found.contains(id) => {}
            Some((id, _)) => found.push(id.clone()),
            None => {
                let ids: Vec<&str> = names.iter().map(|(id, _)| id.as_str()).collect();
                let near = data::nearest_name(text, &ids);
                let near = near.map_or_else(String::new, |near| format!("did you mean {near}? "));
                wrong.push(Complaint {
                    message: format!("the scenario has no country or group `{text}`"),
                    hint: Some(format!("{near}It has {}", ids.join(", "))),
                });
            }
        }
    }
    match wrong.is_empty() {
        true => Ok(found),
        false => Err(IndicesError::Asked(wrong)),
    }
}

fn stage_of(market: &StartMarket) -> Stage {
    let of = |others: bool| {
        market
            .makers
            .iter()
            .filter(move |maker| (maker.country == OTHERS) == others)
    };
    let named = of(false).map(|maker| (maker.country.clone(), maker.primary)).collect();
    let others = of(true).map(|maker| maker.primary).sum();
    Stage {
        material: market.material.clone(),
        name: market.name.clone(),
        stage: String::new(),
        year: String::new(),
        source: "the scenario, undisrupted output at the start".to_owned(),
        makers: Suppliers::new(named, others, f64::INFINITY)
            .ok_or_else(|| "the scenario has no country that makes it".to_owned()),
        notes: Vec::new(),
    }
}

/// `None` where the place orders none.
fn buyer_of(variant: &Variant, market: &StartMarket, place: &str, names: &[(String, String)]) -> Option<Buyer> {
    let home = variant.countries_of(place);
    let is_home = |country: &String| home.contains(country);
    let buyers: Vec<_> = market.buyers.iter().filter(|buyer| is_home(&buyer.country)).collect();
    let orders: f64 = buyers.iter().map(|buyer| buyer.orders).sum();
    if orders <= 0.0 {
        return None;
    }
    let mut from: Vec<(String, f64)> = Vec::new();
    for (origin, flow) in buyers
        .iter()
        .flat_map(|buyer| &buyer.from)
        .filter(|(origin, _)| !is_home(origin))
    {
        match from.iter_mut().find(|(known, _)| known == origin) {
            Some((_, sum)) => *sum += flow,
            None => from.push((origin.clone(), *flow)),
        }
    }
    let abroad = market.buyers.iter().filter(|buyer| !is_home(&buyer.country));
    let exports = abroad
        .flat_map(|buyer| &buyer.from)
        .filter(|(origin, _)| is_home(origin))
        .map(|(_, flow)| flow)
        .sum();
    let own = || market.makers.iter().filter(|maker| is_home(&maker.country));
    let recycled: f64 = own().map(|maker| maker.recycled).sum();
    let total = from.iter().map(|(_, flow)| flow).sum();
    let name = names.iter().find(|(id, _)| id == place);
    Some(Buyer {
        place: place.to_owned(),
        name: name.map_or(place, |(_, name)| name).to_owned(),
        output: Ok(own().map(|maker| (maker.country.clone(), maker.primary)).collect()),
        recycled,
        is_of_model: true,
        imports: Ok(Imports::new(from, f64::INFINITY, total, exports)),
        used: Ok(orders),
        stock: Ok(buyers.iter().map(|buyer| buyer.stock).sum()),
        recycling_rate: Some((
            recycled / orders,
            "recycled output over orders in the scenario".to_owned(),
        )),
        published_reliance: None,
        source: "the scenario, undisrupted trade at the start".to_owned(),
        notes: Vec::new(),
    })
}

/// Indices of a mineral at every stage with shares, from the shipped tables: of its makers, and of the buyers that are named (codes, names, EU27).
///
/// # Errors
/// What is no mineral or country, all at once.
pub fn of_mineral(mineral: &str, buyers: &[String], governance: &Governance) -> Result<Indices, IndicesError> {
    let mut wrong = Vec::new();
    let id = data::shares(mineral, "").map_or_else(
        |error| match error {
            data::DataError::UnknownStage { mineral, valid, .. } if !valid.is_empty() => Some(mineral),
            data::DataError::UnknownStage { mineral, .. } => {
                wrong.push(Complaint {
                    message: format!("the shipped tables have no shares by country of {mineral}"),
                    hint: Some("`critmin data` lists the minerals that have".to_owned()),
                });
                None
            }
            other => {
                wrong.push(Complaint {
                    message: other.to_string(),
                    hint: other.hint(),
                });
                None
            }
        },
        |table| Some(table.mineral),
    );
    let mut codes: Vec<String> = Vec::new();
    for text in buyers {
        match draft::country(text) {
            Ok(code) if codes.contains(&code) => {}
            Ok(code) => codes.push(code),
            Err(complaint) => wrong.push(complaint),
        }
    }
    let Some(id) = id.filter(|_| wrong.is_empty()) else {
        return Err(IndicesError::Asked(wrong));
    };
    let name = data::mineral_name(&id).to_owned();
    let mut by_buyer = Vec::new();
    for code in codes {
        by_buyer.push(draft::balances(&id, &code).map_err(IndicesError::Asked)?);
    }
    let stages = data::minerals().into_iter().find(|(mineral, _)| *mineral == id);
    let mut stages = stages.map(|(_, stages)| stages).unwrap_or_default();
    // In the order of the chain, where a buyer tells it.
    if let Some((_, balances)) = by_buyer.first() {
        stages.sort_by_key(|stage| balances.iter().position(|balance| balance.stage == *stage));
    }
    let mut found = Vec::new();
    for stage in &stages {
        let Some(stage) = shipped_stage(&id, &name, stage) else {
            continue;
        };
        add_makers(&mut found, &stage, governance);
        for (code, balances) in &by_buyer {
            if let Some(balance) = balances.iter().find(|balance| balance.stage == stage.stage) {
                add_buyer(&mut found, &stage, &shipped_buyer(&id, code, balance), governance);
            }
        }
    }
    Ok(Indices {
        title: name,
        origin: "the shipped tables".to_owned(),
        is_of_scenario: false,
        countries: data::countries()
            .iter()
            .map(|one| (one.code.clone(), one.name.clone()))
            .collect(),
        found,
        governance: governance.source.clone(),
        warnings: governance.warnings.clone(),
    })
}

fn shipped_stage(mineral: &str, name: &str, stage: &str) -> Option<Stage> {
    let table = data::shares(mineral, stage).ok()?;
    let size = |row: &data::ShareRow| row.quantity_t.unwrap_or(row.share);
    let named = table.rows.iter().filter(|row| row.country != OTHERS);
    let others = table.rows.iter().filter(|row| row.country == OTHERS);
    let mut sources: Vec<&str> = table.rows.iter().map(|row| row.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    let makers = Suppliers::new(
        named.map(|row| (row.country.clone(), size(row))).collect(),
        others.map(size).sum(),
        f64::INFINITY,
    );
    Some(Stage {
        material: mineral.to_owned(),
        name: name.to_owned(),
        stage: stage.to_owned(),
        year: table.year.clone(),
        source: sources.join("; "),
        makers: makers
            .map(|makers| makers.withholding(data::withheld(&table)))
            .ok_or_else(|| "the tables name no country that makes it".to_owned()),
        notes: table.warnings,
    })
}

fn shipped_buyer(mineral: &str, code: &str, balance: &StageBalance) -> Buyer {
    let imports = balance
        .trade
        .as_ref()
        .map(|trade| Imports::new(trade.imports.clone(), LARGEST_POOLED, trade.imports_t, trade.exports_t));
    let (source, notes) = balance.trade.as_ref().map_or_else(
        |_| (String::new(), Vec::new()),
        |trade| (trade.source.clone(), trade.notes.clone()),
    );
    let is_in_union = code == EUROPEAN_UNION || data::is_member(code);
    let rate = data::recycling_input_rate(mineral).filter(|_| is_in_union);
    Buyer {
        place: code.to_owned(),
        name: data::country_name(code).unwrap_or(code).to_owned(),
        output: balance.output.clone(),
        recycled: 0.0,
        is_of_model: false,
        imports: imports.map_err(Clone::clone),
        used: balance.used.clone().map(|(tonnes, _)| tonnes),
        stock: balance.stocks.clone().map(|(tonnes, _)| tonnes),
        recycling_rate: rate.map(|rate| (rate, "EU CRM study 2023 (recycling.csv)".to_owned())),
        published_reliance: published_reliance(mineral, code, balance),
        source,
        notes,
    }
}

/// Net import reliance as the USGS publishes it, where the mineral has one product only and the stage is the one that US consumption is of.
fn published_reliance(mineral: &str, code: &str, balance: &StageBalance) -> Option<(Result<Bounds, String>, String)> {
    let rows = data::net_import_reliance(mineral).ok()?;
    let latest = rows.iter().map(|row| row.year.as_str()).max()?;
    let mut latest_rows = rows.iter().filter(|row| row.year == latest);
    let row = latest_rows.next().filter(|_| latest_rows.next().is_none())?;
    if code != "USA" || !balance.is_use_published {
        return None;
    }
    let share = row.share.unwrap_or(0.0);
    let bounds = |low: f64, high: f64| Bounds { value: None, low, high };
    let found = match (row.qualifier.as_str(), row.share) {
        ("", Some(share)) => Ok(Bounds::exact(share)),
        ("more_than", Some(_)) => Ok(bounds(share, 1.0)),
        ("less_than", Some(_)) => Ok(bounds(0.0, share)),
        ("net_exporter", _) => Err("a net exporter; the figure is not published".to_owned()),
        (qualifier, _) => Err(format!("published as {}", qualifier.replace('_', " "))),
    };
    Some((found, format!("{}, {} {}", row.source, row.product, row.year)))
}

fn row(stage: &Stage, index: Index) -> Found {
    Found {
        material: stage.material.clone(),
        material_name: stage.name.clone(),
        stage: stage.stage.clone(),
        place: WORLD.to_owned(),
        place_name: "World".to_owned(),
        index,
        figure: Err(String::new()),
        who: Vec::new(),
        notes: Vec::new(),
        year: stage.year.clone(),
        source: stage.source.clone(),
    }
}

/// A percentage for notes.
fn percent(share: f64) -> String {
    let value = 100.0 * share;
    match value < 9.95 {
        true => format!("{value:.1} %"),
        false => format!("{value:.0} %"),
    }
}

fn add_makers(found: &mut Vec<Found>, stage: &Stage, governance: &Governance) {
    for index in Index::ALL.into_iter().filter(|index| !index.is_of_buyer()) {
        let mut row = row(stage, index);
        row.figure = stage.makers.as_ref().map_err(Clone::clone).map(|makers| match index {
            Index::Top1 => makers.top(1),
            Index::Top3 => makers.top(3),
            Index::Concentration => makers.concentration(),
            _ => makers.weighted_concentration(|code| governance.of_ten(code), |code| governance.trade(code)),
        });
        row.notes.clone_from(&stage.notes);
        if let Ok(makers) = &stage.makers {
            let most = if index == Index::Top1 { 1 } else { 3 };
            row.who = makers.named().iter().take(most).map(|(code, _)| code.clone()).collect();
            if makers.others() > 0.0 {
                row.notes.push(format!(
                    "other countries, {} together, count as many small ones in the value, and as few as can be in the upper end",
                    percent(makers.others())
                ));
            }
            if !makers.withheld().is_empty() {
                row.notes.push(format!(
                    "the ends let the output of {} be anything up to that of the largest",
                    makers.withheld().join(", ")
                ));
            }
            if index == Index::WeightedConcentration {
                row.notes
                    .extend(unscored(makers.named(), &|code| governance.of_ten(code)));
                row.figure = without_value(row.figure, makers.named(), &|code| governance.of_ten(code));
                row.source = format!("{}; {}", row.source, governance.source);
            }
        }
        found.push(row);
    }
}

/// Which countries have no score.
fn unscored(named: &[(String, f64)], score: &dyn Fn(&str) -> Score) -> Option<String> {
    let total: f64 = named.iter().map(|(_, size)| size).sum();
    let missing: Vec<&(String, f64)> = named.iter().filter(|(code, _)| score(code).value.is_none()).collect();
    let part = missing.iter().map(|(_, size)| size).sum::<f64>() / total;
    let codes: Vec<&str> = missing.iter().map(|(code, _)| code.as_str()).collect();
    (!missing.is_empty()).then(|| {
        format!(
            "no governance score of {} ({} of those named): the mean of the others in the value where it is no more than a tenth, the best and worst of any country in the ends",
            codes.join(", "),
            percent(part)
        )
    })
}

/// Where nobody has a score even the ends say nothing.
fn without_value(
    figure: Result<Bounds, String>,
    named: &[(String, f64)],
    score: &dyn Fn(&str) -> Score,
) -> Result<Bounds, String> {
    match named.is_empty() || named.iter().any(|(code, _)| score(code).value.is_some()) {
        true => figure,
        false => Err("no governance score of any country named".to_owned()),
    }
}

fn add_buyer(found: &mut Vec<Found>, stage: &Stage, buyer: &Buyer, governance: &Governance) {
    let reliance = reliance(buyer, buyer.recycled);
    let risk = import_risk(buyer, governance);
    for index in Index::ALL.into_iter().filter(|index| index.is_of_buyer()) {
        let mut row = row(stage, index);
        row.place.clone_from(&buyer.place);
        row.place_name.clone_from(&buyer.name);
        row.source.clone_from(&buyer.source);
        row.notes.clone_from(&buyer.notes);
        if let Ok(imports) = &buyer.imports {
            let largest = imports.by_origin.iter().max_by(|one, other| one.1.total_cmp(&other.1));
            row.who = largest.map(|(code, _)| code.clone()).into_iter().collect();
        }
        let scores = |code: &str| governance.instability(code);
        match index {
            Index::SupplyRisk => {
                let (figure, notes) = supply_risk(stage, buyer, governance);
                row.figure = figure;
                row.notes.extend(notes);
                row.source = format!("{}; {}; {}", stage.source, buyer.source, governance.source);
            }
            Index::ImportRisk | Index::GeoPolRisk => {
                if let Ok(imports) = &buyer.imports {
                    row.notes.extend(unscored(&imports.by_origin, &scores));
                    if imports.others > 0.0 {
                        row.notes.push(format!(
                            "origins that are not named, {} of the imports, have the mean score of the others in the value",
                            percent(imports.others / imports.total)
                        ));
                    }
                }
                row.source = format!("{}; {}", buyer.source, governance.source);
                row.figure = match (index, &stage.makers) {
                    (Index::ImportRisk, _) => risk.clone(),
                    (_, Ok(makers)) => risk.clone().map(|risk| makers.concentration().times(risk)),
                    (_, Err(why)) => Err(why.clone()),
                };
            }
            Index::NetImportReliance => {
                let published = buyer.published_reliance.as_ref();
                if let Some((_, source)) = published {
                    row.source.clone_from(source);
                }
                row.figure = published.map_or_else(|| reliance.clone(), |(figure, _)| figure.clone());
            }
            _ => {
                row.who.clear();
                let days = buyer.stock.as_ref().map_err(Clone::clone).and_then(|stock| {
                    let used = buyer.used.as_ref().map_err(Clone::clone)?;
                    Ok(Bounds::exact(stock / used * DAYS_PER_YEAR))
                });
                row.figure = days;
            }
        }
        found.push(row);
    }
}

/// Net imports over use: output, so much recycled material, and net imports.
fn reliance(buyer: &Buyer, recycled: f64) -> Result<Bounds, String> {
    let (output, imports) = output_and_imports(buyer)?;
    let output = output.iter().map(|(_, size)| size).sum::<f64>() + recycled;
    let net = imports.total - imports.exports;
    let least = if buyer.is_of_model { 0.0 } else { LEAST_KEPT };
    if output + net <= least * (output + imports.total) {
        return Err(
            "exports are nearly as large as output and imports, or larger: trade does not tell what is used".to_owned(),
        );
    }
    Ok(Bounds::exact(net / (output + net)))
}

type Known<'a> = (&'a [(String, f64)], &'a Imports);

fn output_and_imports(buyer: &Buyer) -> Result<Known<'_>, String> {
    let imports = buyer.imports.as_ref().map_err(Clone::clone)?;
    let output = buyer.output.as_ref().map_err(Clone::clone)?;
    Ok((output, imports))
}

fn with_origins(buyer: &Buyer) -> Result<Known<'_>, String> {
    let (output, imports) = output_and_imports(buyer)?;
    if imports.by_origin.is_empty() && imports.total > 0.0 {
        return Err("imports by origin are not in the tables, only their sum".to_owned());
    }
    Ok((output, imports))
}

fn import_risk(buyer: &Buyer, governance: &Governance) -> Result<Bounds, String> {
    let (output, imports) = with_origins(buyer)?;
    let score = |code: &str| governance.instability(code);
    let domestic = output.iter().map(|(_, size)| size).sum();
    let found = bounded_import_risk(&imports.by_origin, imports.others, domestic, score);
    without_value(Ok(found), &imports.by_origin, &score)
}

/// EU supply risk with the conventions that it rests on.
fn supply_risk(stage: &Stage, buyer: &Buyer, governance: &Governance) -> (Result<Bounds, String>, Vec<String>) {
    let mut notes = vec!["no substitution index SI_SR in the data: taken as 1, no substitutes".to_owned()];
    let rate = match &buyer.recycling_rate {
        Some((rate, from)) => {
            notes.push(format!("recycling input rate {}: {from}", percent(*rate)));
            *rate
        }
        None => {
            notes.push("no recycling input rate in the data: taken as 0".to_owned());
            0.0
        }
    };
    notes.push("trade factor t: 1, unless the table of --governance says otherwise".to_owned());
    let figure = (|| {
        let makers = stage.makers.as_ref().map_err(Clone::clone)?;
        let (output, imports) = with_origins(buyer)?;
        let reliance = match &buyer.published_reliance {
            Some((Ok(published), _)) => *published,
            // Recycling enters as a factor of its own.
            _ => reliance(buyer, 0.0)?,
        };
        let sources: Vec<(String, f64)> = output.iter().chain(&imports.by_origin).cloned().collect();
        let score = |code: &str| governance.of_ten(code);
        let trade = |code: &str| governance.trade(code);
        notes.extend(unscored(&sources, &score));
        let all = imports.total + output.iter().map(|(_, size)| size).sum::<f64>();
        let largest = imports.largest_other * imports.total / all;
        let sourcing = Suppliers::new(sources.clone(), imports.others, largest)
            .ok_or_else(|| "nobody who supplies it is named".to_owned())?;
        let risk = bounded_supply_risk(
            makers.weighted_concentration(score, trade),
            sourcing.weighted_concentration(score, trade),
            reliance,
            rate,
            1.0,
        );
        let makers_scored = without_value(Ok(risk), makers.named(), &score);
        without_value(makers_scored, &sources, &score)
    })();
    (figure, notes)
}
