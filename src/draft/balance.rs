//! What the tables say of one country and one mineral, stage by stage: output, imports by origin, exports, use, stocks.

use std::collections::BTreeMap;

use super::chain::{Chain, Stage, Total};
use super::complaint::Complaint;
use super::customs::{self, Flow};
use super::market::industry;
use super::places::{OTHERS, Places};
use super::request::Request;
use super::tables::rows;
use super::{places, uses};
use crate::data;

/// Trade of a stage, in tonnes of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// Imports by origin, most first, `OTH` (origins that customs pool) last. Empty where only the total is known.
    pub imports: Vec<(String, f64)>,
    /// All imports.
    pub imports_t: f64,
    /// All exports; 0 where it has less than half a percent of the world's.
    pub exports_t: f64,
    /// Where it comes from, and what the customs codes leave out.
    pub source: String,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// What the tables say of a country at one stage; where they say nothing, why.
#[derive(Debug, Clone, PartialEq)]
pub struct StageBalance {
    /// The stage.
    pub stage: String,
    /// Output by country, t a year: of the country, or of the members of EU27.
    pub output: Result<Vec<(String, f64)>, String>,
    /// Trade.
    pub trade: Result<Trade, String>,
    /// Use, t a year, recycled material included, and how it is known.
    pub used: Result<(f64, String), String>,
    /// Whether that is the country's consumption as published, of this stage.
    pub is_use_published: bool,
    /// Stocks of users, t, and where they come from.
    pub stocks: Result<(f64, String), String>,
}

/// Every stage of a mineral with shares, for one country (a code, a name, or EU27): its code and what the tables say.
///
/// # Errors
/// What is no such mineral or country.
pub fn balances(mineral: &str, country: &str) -> Result<(String, Vec<StageBalance>), Vec<Complaint>> {
    let code = places::meant(country).map_err(|complaint| vec![complaint])?;
    let mineral = data::mineral_id(mineral).map_err(|error| {
        vec![Complaint {
            message: error.to_string(),
            hint: error.hint(),
        }]
    })?;
    let request = Request {
        minerals: vec![mineral.to_owned()],
        countries: vec![code.clone()],
        years: 1,
        ..Request::default()
    };
    let places = Places {
        named: vec![code.clone()],
    };
    let (chain, failed) = Chain::read_in_part(mineral, &request, &places);
    let mut found: Vec<StageBalance> = chain
        .stages
        .iter()
        .map(|stage| of(stage, &code, &request, &places))
        .collect();
    found.extend(failed.into_iter().map(|(stage, complaint)| StageBalance {
        stage,
        output: Err(complaint.message.clone()),
        trade: Err(complaint.message.clone()),
        used: Err(complaint.message.clone()),
        is_use_published: false,
        stocks: Err(complaint.message),
    }));
    Ok((code, found))
}

fn of(stage: &Stage, code: &str, request: &Request, places: &Places) -> StageBalance {
    let used = uses::of(stage, code, request, places);
    StageBalance {
        stage: stage.stage.clone(),
        is_use_published: used.as_ref().is_ok_and(|found| found.is_published),
        output: output(stage, code, places),
        trade: trade(stage, code, places),
        used: used.map(|found| (found.tonnes, found.provenance)),
        stocks: industry(&rows("stocks.csv", &stage.mineral), code, stage).map_or_else(
            || Err(format!("no stocks of {} there are in the tables", stage.mineral)),
            |list| {
                let sum = list.iter().filter_map(|row| row.number("quantity")).sum();
                let what: Vec<&str> = list.iter().map(|row| row.get("detail")).collect();
                let text = format!(
                    "{}, {}: {}",
                    list[0].get("source"),
                    list[0].get("year"),
                    what.join("; ")
                );
                Ok((sum, text))
            },
        ),
    }
}

fn output(stage: &Stage, code: &str, places: &Places) -> Result<Vec<(String, f64)>, String> {
    let table = data::shares(&stage.mineral, &stage.stage).map_err(|error| error.to_string())?;
    if data::withheld(&table).iter().any(|country| places.of(country) == code) {
        return Err(format!(
            "its output in {} is withheld (W), which is not zero",
            table.year
        ));
    }
    if let Total::Traded(_) = stage.basis {
        return Err("the tables have shares of this stage, but no tonnes".to_owned());
    }
    let own = table
        .rows
        .iter()
        .filter(|row| row.country != OTHERS && places.of(&row.country) == code);
    Ok(own.map(|row| (row.country.clone(), row.share * stage.total)).collect())
}

fn trade(stage: &Stage, code: &str, places: &Places) -> Result<Trade, String> {
    if let Some(link) = stage.links("no_product").next() {
        return Err(link.get("basis").to_owned());
    }
    let (imports, exports) = (
        customs::imports(stage, code, places),
        customs::exports(stage, code, places),
    );
    if imports.is_empty() {
        let codes: Vec<String> = stage
            .products()
            .map(|row| format!("HS {}", row.get("code").replace('|', " or ")))
            .collect();
        return Err(format!(
            "customs show no imports of {} (importers of less than 0.3 % of the world's are not in the tables)",
            codes.join(", ")
        ));
    }
    let mut by_origin: BTreeMap<&str, f64> = BTreeMap::new();
    for flow in &imports {
        for (origin, tonnes) in &flow.origins {
            *by_origin.entry(origin).or_default() += tonnes * flow.factor;
        }
    }
    // Where one good has no origins, those of the others do not tell them of all.
    if imports.iter().any(|flow| flow.origins.is_empty()) {
        by_origin.clear();
    }
    let mut listed: Vec<(String, f64)> = by_origin
        .into_iter()
        .map(|(origin, tonnes)| (origin.to_owned(), tonnes))
        .collect();
    listed.sort_by(|one, other| {
        (one.0 == OTHERS)
            .cmp(&(other.0 == OTHERS))
            .then(other.1.total_cmp(&one.1))
            .then(one.0.cmp(&other.0))
    });
    let goods: Vec<String> = imports
        .iter()
        .map(|flow| format!("HS {} ({})", flow.code, flow.basis))
        .collect();
    let mut notes: Vec<String> = imports.iter().flat_map(|flow| flow.notes.clone()).collect();
    notes.sort();
    notes.dedup();
    Ok(Trade {
        imports: listed,
        imports_t: imports.iter().map(Flow::content).sum(),
        exports_t: exports.iter().map(Flow::content).sum(),
        source: format!("{}, 2024: {}", imports[0].source, goods.join(", ")),
        notes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_at_every_stage() {
        let (code, found) = balances("lithium", "India").unwrap();
        assert_eq!(code, "IND");
        let stages: Vec<&str> = found.iter().map(|one| one.stage.as_str()).collect();
        assert_eq!(stages, ["mine", "chemical_refining"]);
        assert!(found[0].trade.as_ref().unwrap_err().contains("spodumene"));
        let trade = found[1].trade.as_ref().unwrap();
        let sum: f64 = trade.imports.iter().map(|(_, tonnes)| tonnes).sum();
        assert!((sum / trade.imports_t - 1.0).abs() < 1e-9, "{trade:?}");
        assert!(found[1].used.is_ok() && found[1].stocks.is_err());
        // Withheld is not zero.
        let (_, found) = balances("lithium", "USA").unwrap();
        assert!(found[0].output.as_ref().unwrap_err().contains("withheld"));
    }

    #[test]
    fn members_of_the_union_stand_on_their_own() {
        let (_, found) = balances("copper", "EU27").unwrap();
        let output = found[1].output.as_ref().unwrap();
        assert!(
            output.len() > 1 && output.iter().all(|(code, _)| data::is_member(code)),
            "{output:?}"
        );
    }

    #[test]
    fn what_is_no_mineral_or_country_is_told() {
        let said = balances("lithum", "IND").unwrap_err();
        assert!(said[0].message.contains("did you mean `lithium`"), "{said:?}");
        assert!(
            balances("lithium", "Indja").unwrap_err()[0]
                .hint
                .as_ref()
                .unwrap()
                .contains("IND")
        );
    }
}
