//! The IEA's published mean share of the three largest refiners, from the shipped rows.

use std::collections::BTreeMap;

use super::shipped::column;
use crate::data::*;

/// The refining rows of the IEA in one year: by mineral, the countries with their tonnes, and the stated total.
fn iea_refining(year: &str) -> BTreeMap<String, (BTreeMap<String, f64>, f64)> {
    let mut found: BTreeMap<String, (BTreeMap<String, f64>, f64)> = BTreeMap::new();
    for name in ["production.csv", "supply_projection.csv"] {
        let table = table(name).unwrap();
        let [mineral, stage, country, at, tonnes, source] =
            ["mineral", "stage", "country", "year", "quantity_t", "source"].map(|name| column(table, name));
        for row in table.records() {
            if row[at] != year || row[stage] == "mine" || !row[source].starts_with("IEA") {
                continue;
            }
            let entry = found.entry(row[mineral].clone()).or_default();
            let quantity: f64 = row[tonnes].parse().unwrap();
            match row[country].as_str() {
                "WLD" => entry.1 = quantity,
                code => drop(entry.0.insert(code.to_owned(), quantity)),
            }
        }
    }
    assert_eq!(found.len(), 6, "{:?}", found.keys());
    found
}

/// Percent of the stated total that the three largest countries refine.
fn top_three(rows: &BTreeMap<String, f64>, total: f64) -> f64 {
    let mut named: Vec<f64> = rows
        .iter()
        .filter(|(code, _)| *code != "OTH")
        .map(|(_, tonnes)| *tonnes)
        .collect();
    named.sort_by(|a, b| b.total_cmp(a));
    100.0 * named.iter().take(3).sum::<f64>() / total
}

#[test]
fn mean_top_three_share_of_refining_is_the_published_one() {
    let mean = |shares: Vec<f64>| shares.iter().sum::<f64>() / shares.len() as f64;
    let now = iea_refining("2024");
    let found = mean(now.values().map(|(rows, total)| top_three(rows, *total)).collect());
    assert!((found - 85.81).abs() < 0.005, "{found}");
    // In 2035 the published top three of graphite are China, Japan and the United States; Germany's row, which is larger than
    // that of the United States, is not among them. With the published three the mean is 82.43, with the rows' own 82.45.
    let later = iea_refining("2035");
    let published = |(mineral, (rows, total)): (&String, &(BTreeMap<String, f64>, f64))| {
        if mineral == "graphite" {
            100.0 * (rows["CHN"] + rows["JPN"] + rows["USA"]) / total
        } else {
            top_three(rows, *total)
        }
    };
    let found = mean(later.iter().map(published).collect());
    assert!((found - 82.43).abs() < 0.005, "{found}");
    let found = mean(later.values().map(|(rows, total)| top_three(rows, *total)).collect());
    assert!((found - 82.45).abs() < 0.005, "{found}");
}

#[test]
fn iea_nickel_and_graphite_rows_exceed_their_total() {
    let later = iea_refining("2035");
    let excess = |mineral: &str| {
        let (rows, total) = &later[mineral];
        rows.values().sum::<f64>() / total - 1.0
    };
    assert!((excess("nickel") - 0.019).abs() < 0.0005 && (excess("graphite") - 0.0111).abs() < 0.0005);
    assert!(excess("copper").abs() < 0.0005);
}
