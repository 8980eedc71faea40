//! Governance scores by country: the shipped ones, or a user's table.

use crate::data::EUROPEAN_UNION;
use std::collections::BTreeMap;

use super::{CountryMeant, DataError, country_meant, country_nearly, governance_scores, members};

/// Scores are estimates of the Worldwide Governance Indicators, which lie almost all within this of 0.
const SCALE_END: f64 = 2.5;
/// What is farther from 0 is no such estimate.
const FARTHEST: f64 = 3.5;

/// A country's score, turned so that more is worse, and what it could be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The score; `None` where there is none.
    pub value: Option<f64>,
    /// The least that it could be: of a country without a score the best of any country.
    pub low: f64,
    /// The most that it could be.
    pub high: f64,
}

/// Scores of countries.
#[derive(Debug, Clone, PartialEq)]
pub struct Governance {
    /// Mean of the six indicators, -2.5 (weak) to 2.5 (strong).
    governance: BTreeMap<String, f64>,
    /// Political stability and absence of violence, on the same scale.
    stability: BTreeMap<String, f64>,
    /// Trade factor t of the EU's method, of those who have one.
    trade: BTreeMap<String, f64>,
    /// Where they come from, for readers.
    pub source: String,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// From -2.5 (weak) to 2.5 (strong) to 0 (strong) to `worst` (weak); what lies beyond counts as the end.
fn turned(score: f64, worst: f64) -> f64 {
    (SCALE_END - score.clamp(-SCALE_END, SCALE_END)) / (2.0 * SCALE_END) * worst
}

impl Governance {
    /// The shipped scores: the latest of each country.
    pub fn shipped() -> Governance {
        let [governance, stability] = governance_scores().map(|scores| {
            let scores = scores.into_iter();
            scores.map(|(country, score)| (country.to_owned(), score)).collect()
        });
        Governance {
            governance,
            stability,
            trade: BTreeMap::new(),
            source: "World Bank, Worldwide Governance Indicators (governance.csv)".to_owned(),
            warnings: Vec::new(),
        }
    }

    /// A user's table: columns `country` and `score` (mean of the six indicators, or what stands for it, -2.5 weak to 2.5 strong); `stability` for
    /// GeoPolRisk, which else takes `score`; `trade` for the factor t of the EU's method, else 1. It replaces the shipped scores: who is not in it has
    /// none.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn from_csv(name: &str, text: &str) -> Result<Governance, Vec<DataError>> {
        let fault = |line: u64, message: String, hint: &str| DataError::Malformed {
            file: name.to_owned(),
            line,
            message,
            advice: hint.to_owned(),
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let column = |wanted: &str| header.iter().position(|cell| cell.eq_ignore_ascii_case(wanted));
        let (Some(country), Some(score)) = (column("country"), column("score")) else {
            let there: Vec<&str> = header.iter().collect();
            let message = format!("no columns `country` and `score`; there are {}", there.join(", "));
            return Err(vec![fault(
                1,
                message,
                "the first line names the columns: country,score",
            )]);
        };
        let columns = [Some(score), column("stability"), column("trade")];
        let mut tables: [BTreeMap<String, f64>; 3] = Default::default();
        let mut errors = Vec::new();
        for row in reader.records() {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    errors.push(fault(
                        error.position().map_or(0, csv::Position::line),
                        error.to_string(),
                        "write the table as CSV in UTF-8",
                    ));
                    continue;
                }
            };
            let line = row.position().map_or(0, csv::Position::line);
            let typed = row.get(country).unwrap_or_default();
            let code = match country_meant(typed) {
                Some(CountryMeant::One(code)) => code.to_owned(),
                _ => {
                    let hint = country_nearly(typed).map_or_else(
                        || "write ISO codes of three letters (DEU, USA, ...) or names of countries".to_owned(),
                        |near| format!("did you mean {near}?"),
                    );
                    errors.push(fault(line, format!("`{typed}` is no country"), &hint));
                    continue;
                }
            };
            if tables[0].contains_key(&code) {
                errors.push(fault(line, format!("{code} occurs twice"), "leave one of the rows out"));
                continue;
            }
            for (number, column) in columns.iter().enumerate() {
                let Some(cell) = column
                    .and_then(|column| row.get(column))
                    .filter(|cell| !cell.is_empty())
                else {
                    continue;
                };
                let value = cell.parse::<f64>().ok().filter(|value| value.is_finite());
                let is_right = value.is_some_and(|value| match number {
                    2 => value > 0.0 && value <= 10.0,
                    _ => value.abs() <= FARTHEST,
                });
                match value.filter(|_| is_right) {
                    Some(value) => {
                        tables[number].insert(code.clone(), value);
                    }
                    None => errors.push(match number {
                        2 => fault(
                            line,
                            format!("`{cell}` is no trade factor"),
                            "1 is neither worse nor better; above it for export restrictions, below it for agreements",
                        ),
                        _ => fault(
                            line,
                            format!("`{cell}` is no score from -2.5 (weak) to 2.5 (strong)"),
                            "write estimates of the Worldwide Governance Indicators, not percentiles",
                        ),
                    }),
                }
            }
        }
        let [governance, stability, trade] = tables;
        if errors.is_empty() && governance.is_empty() {
            errors.push(fault(1, "no score in it".to_owned(), "a row a country: CHN,-0.3"));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let warnings = match stability.is_empty() {
            true => vec![format!(
                "{name}: no column `stability`, so GeoPolRisk is weighted by `score` too"
            )],
            false => Vec::new(),
        };
        Ok(Governance {
            stability: if stability.is_empty() {
                governance.clone()
            } else {
                stability
            },
            governance,
            trade,
            source: name.to_owned(),
            warnings,
        })
    }

    /// Mean of six as the EU's method scales it: 0 (best) to 10 (worst).
    pub fn of_ten(&self, country: &str) -> Score {
        score(&self.governance, country, 10.0)
    }

    /// Political stability as GeoPolRisk scales it: 0 (best) to 1 (worst).
    pub fn instability(&self, country: &str) -> Score {
        score(&self.stability, country, 1.0)
    }

    /// Trade factor t of the EU's method: 1 where none is given.
    pub fn trade(&self, country: &str) -> f64 {
        self.trade.get(country).copied().unwrap_or(1.0)
    }
}

fn score(table: &BTreeMap<String, f64>, country: &str, worst: f64) -> Score {
    let ends = |scores: &mut dyn Iterator<Item = f64>| {
        scores.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), score| {
            (low.min(score), high.max(score))
        })
    };
    if let Some(value) = table.get(country) {
        let value = turned(*value, worst);
        return Score {
            value: Some(value),
            low: value,
            high: value,
        };
    }
    let members: Vec<f64> = members()
        .filter_map(|code| table.get(code))
        .map(|score| turned(*score, worst))
        .collect();
    if country == EUROPEAN_UNION && !members.is_empty() {
        let (low, high) = ends(&mut members.iter().copied());
        return Score {
            value: Some(members.iter().sum::<f64>() / members.len() as f64),
            low,
            high,
        };
    }
    let (low, high) = ends(&mut table.values().map(|score| turned(*score, worst)));
    Score { value: None, low, high }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_turned_and_missing_ones_are_bounds() {
        let text = "country,score,stability,trade\nChina,-0.5,0.5,1.1\nNOR,1.5,1,\n";
        let table = Governance::from_csv("own.csv", text).unwrap();
        assert_eq!(table.of_ten("CHN").value, Some(6.0));
        assert_eq!(table.of_ten("NOR").value, Some(2.0));
        assert_eq!(table.instability("CHN").value, Some(0.4));
        assert_eq!((table.trade("CHN"), table.trade("NOR")), (1.1, 1.0));
        let missing = table.of_ten("USA");
        assert_eq!((missing.value, missing.low, missing.high), (None, 2.0, 6.0));
        assert!(table.warnings.is_empty());
        let plain = Governance::from_csv("own.csv", "country,score\nCHN,-2.7\n").unwrap();
        assert_eq!(plain.instability("CHN").value, Some(1.0));
        assert_eq!(plain.warnings.len(), 1);
    }

    #[test]
    fn the_shipped_ones_are_those_of_the_published_case() {
        // Political stability of China 2022 in the GeoPolRisk case is (2.5 + 0.44) / 5; the shipped one is of a newer year and edition.
        let shipped = Governance::shipped();
        let china = shipped.instability("CHN").value.unwrap();
        assert!((0.4..0.65).contains(&china), "{china}");
        let union = shipped.of_ten("EU27");
        assert!(union.low < union.value.unwrap() && union.value.unwrap() < union.high);
    }

    #[test]
    fn faults_are_told_together_with_their_lines() {
        let text = "country,score\nChyna,1\nDEU,97\nFRA,1\nFRA,2\n";
        let errors = Governance::from_csv("own.csv", text).unwrap_err();
        let said: Vec<String> = errors
            .iter()
            .map(|error| format!("{error} [{}]", error.hint().unwrap_or_default()))
            .collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(
            said[0].starts_with("own.csv, line 2: `Chyna` is no country [") && said[0].contains("did you mean CHN?"),
            "{said:?}"
        );
        assert_eq!(
            said[1],
            "own.csv, line 3: `97` is no score from -2.5 (weak) to 2.5 (strong) [write estimates of the Worldwide Governance Indicators, not percentiles]"
        );
        assert_eq!(said[2], "own.csv, line 5: FRA occurs twice [leave one of the rows out]");
        let errors = Governance::from_csv("own.csv", "land,wert\n").unwrap_err();
        assert!(errors[0].to_string().contains("there are land, wert"));
        assert!(Governance::from_csv("own.csv", "country,score\n").is_err());
    }
}
