//! Every index of makers and of a buyer, with the conventions that mattered. `docs/what-if.md` has the formulas and their sources.

use super::known::{Buyer, Imports, Stage};
use super::{Found, Index, WORLD};
use crate::data::{Governance, Score};
use crate::study::{Bounds, Suppliers, bounded_import_risk, bounded_supply_risk};

/// Where less than this share of what a place makes and imports is left when exports are taken off, trade does not tell what it uses.
const LEAST_KEPT: f64 = 0.2;
const DAYS_PER_YEAR: f64 = 365.25;

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

pub(super) fn add_makers(found: &mut Vec<Found>, stage: &Stage, governance: &Governance) {
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

pub(super) fn add_buyer(found: &mut Vec<Found>, stage: &Stage, buyer: &Buyer, governance: &Governance) {
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
