//! Published and constructed index values from their inputs: every `tests/indices/NAME.toml` is a case, tables it names are in `tests/data`. And
//! E13: what the loader says of country rows that exceed their stated total.

use critmin::data::{Selection, shares_from_csv, table, trade_from_csv};
use critmin::study::concentration;
use critmin::study::inside::{WeightedShare, eu_supply_risk, import_risk, weighted_concentration};
use serde::Deserialize;
use std::collections::BTreeMap;

use crate::support::{close, in_repository, read};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Where the numbers come from; for readers.
    #[allow(dead_code)]
    because: String,
    eu_supply_risk: Option<SupplyRisk>,
    geopolrisk: Option<GeoPolRisk>,
    /// Values by name, to 1e-12 of themselves.
    expect: BTreeMap<String, f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SupplyRisk {
    global_supply: Vec<Part>,
    eu_sourcing: Vec<Part>,
    import_reliance: f64,
    recycling_input_rate: f64,
    substitution_index: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    share: f64,
    governance: f64,
    trade: f64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GeoPolRisk {
    /// World production by country: a file beside the repository, since the terms of its source are not verified.
    production: String,
    /// Imports by origin, with a column `governance`.
    imports: String,
    importer: String,
}

impl SupplyRisk {
    fn values(&self) -> Vec<(&'static str, f64)> {
        let weighted = |parts: &[Part]| -> Vec<WeightedShare> {
            let part = |part: &Part| WeightedShare {
                share: part.share,
                governance: part.governance,
                trade: part.trade,
            };
            parts.iter().map(part).collect()
        };
        let (global, eu) = (weighted(&self.global_supply), weighted(&self.eu_sourcing));
        let risk = eu_supply_risk(
            &global,
            &eu,
            self.import_reliance,
            self.recycling_input_rate,
            self.substitution_index,
        );
        vec![
            ("global_concentration", weighted_concentration(&global)),
            ("eu_concentration", weighted_concentration(&eu)),
            ("supply_risk", risk),
        ]
    }
}

/// A table of `tests/data`.
fn data(name: &str) -> String {
    std::fs::read_to_string(in_repository("tests/data").join(name)).unwrap()
}

/// World production from a table of published cases beside the repository; `None` where there is none.
fn published_production(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(in_repository(path)).ok()?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.unwrap());
    let rows = rows.map(|row| format!("{},{},published case\n", &row[2], &row[3]));
    Some(format!("country,quantity_t,source\n{}", rows.collect::<String>()))
}

impl GeoPolRisk {
    /// `None` where the table of production is not at hand.
    fn values(&self) -> Option<Vec<(&'static str, f64)>> {
        let production = published_production(&self.production)?;
        let production = shares_from_csv(&self.production, &production, &Selection::default()).unwrap();
        let text = data(&self.imports);
        let imports = trade_from_csv(
            &self.imports,
            &text,
            &Selection {
                importer: Some(&self.importer),
                ..Selection::default()
            },
        )
        .unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let place = |name: &str| header.iter().position(|cell| cell == name).unwrap();
        let (exporter, score) = (place("exporter"), place("governance"));
        let governance: BTreeMap<String, f64> = reader
            .records()
            .map(|row| row.unwrap())
            .map(|row| (row[exporter].to_owned(), row[score].parse().unwrap()))
            .collect();
        let concentration = concentration(production.rows.iter().map(|row| row.share));
        let domestic = production.rows.iter().find(|row| row.country == self.importer);
        let domestic = domestic.and_then(|row| row.quantity_t).unwrap_or(0.0);
        let risk = import_risk(
            imports
                .rows
                .iter()
                .map(|row| (row.quantity_t.unwrap(), governance[&row.exporter])),
            domestic,
        );
        Some(vec![
            ("concentration", concentration),
            ("import_risk", risk),
            ("score", concentration * risk),
        ])
    }
}

#[test]
fn indices_are_the_published_ones() {
    let (mut compared, mut cases_left_out) = (0, 0);
    for entry in std::fs::read_dir(in_repository("tests/indices")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display();
        let case: Case =
            toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = match (&case.eu_supply_risk, &case.geopolrisk) {
            (Some(case), None) => Some(case.values()),
            (None, Some(case)) => case.values(),
            _ => panic!("{name}: give one index"),
        };
        let Some(found) = found else {
            eprintln!("{name}: left out, its table of production is not beside the repository");
            cases_left_out += 1;
            continue;
        };
        let found: BTreeMap<&str, f64> = found.into_iter().collect();
        for (what, expected) in &case.expect {
            let value = found.get(what.as_str()).unwrap_or_else(|| panic!("{name}: no {what}"));
            assert!(
                close(*value, *expected, 1e-12, 0.0),
                "{name}: {what} is {value} for {expected}"
            );
            compared += 1;
        }
    }
    // Three values a case; a clone alone has one case's table less.
    assert!(
        cases_left_out <= 1 && compared >= 6 - 3 * cases_left_out,
        "only {compared} values were compared"
    );
}

/// Rows of a shipped table for one mineral and year, as a user's file.
fn as_file(name: &str, mineral: &str, stages: &[&str], year: &str) -> String {
    let table = table(name).unwrap();
    let place = |name: &str| table.header().iter().position(|cell| cell == name).unwrap();
    let [mineral_at, stage, at] = ["mineral", "stage", "year"].map(place);
    let mut text = table.header().join(",") + "\n";
    for row in table.records() {
        if row[mineral_at] == mineral && stages.contains(&row[stage].as_str()) && row[at] == year {
            let quoted: Vec<String> = row.iter().map(|cell| format!("\"{cell}\"")).collect();
            text += &(quoted.join(",") + "\n");
        }
    }
    text
}

/// E13: the IEA's country rows of refined nickel and of battery-grade graphite sum to more than the stated total in 2035. The loader refuses
/// them, says by how much, and rescales nothing; of the others it takes the shares of the total as they are.
#[test]
fn e13_rows_above_their_total_are_refused_by_name_and_amount() {
    let stages = ["refining", "battery_grade", "chemical_refining", "separation_refining"];
    for (mineral, excess) in [("nickel", "1.9 %"), ("graphite", "1.1 %")] {
        let text = as_file("supply_projection.csv", mineral, &stages, "2035");
        let error = shares_from_csv("iea.csv", &text, &Selection::default())
            .unwrap_err()
            .remove(0);
        let message = error.to_string();
        assert!(
            message.contains(excess) && message.contains("above the stated total"),
            "{mineral}: {message}"
        );
        assert!(
            error.hint().unwrap().contains("not rescaled"),
            "{mineral}: {:?}",
            error.hint()
        );
    }
    for mineral in ["copper", "cobalt", "lithium", "magnet_rare_earths"] {
        let text = as_file("supply_projection.csv", mineral, &stages, "2035");
        let table = shares_from_csv("iea.csv", &text, &Selection::default())
            .unwrap_or_else(|errors| panic!("{mineral}: {errors:?}"));
        let total = table.total_t.unwrap();
        for row in &table.rows {
            assert!(
                close(row.share, row.quantity_t.unwrap() / total, 1e-12, 0.0),
                "{mineral}: {row:?}"
            );
        }
    }
}

/// E13, in a scenario: the citations of whoever takes the shipped nickel shares say so too.
#[test]
fn e13_a_scenario_that_takes_such_shares_says_so() {
    let text = "format = 1\ntitle = \"nickel\"\nassumption = \"test\"\n[time]\nstart = \"2026-01\"\nperiods = 12\n\
        [[material]]\nid = \"metal\"\nmineral = \"nickel\"\nstage = \"refining\"\n[shares.metal]\ndata = \"shares\"\n\
        [[demand]]\nmaterial = \"metal\"\ncountry = \"USA\"\namount = 1000\n";
    let (scenario, _) = read(text)
        .check(None)
        .unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let said = format!("{:?}", scenario.citations);
    assert!(
        said.contains("3.2 % above the stated world total of 3483697 t"),
        "{said}"
    );
}
