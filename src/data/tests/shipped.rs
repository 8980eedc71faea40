//! What the shipped tables must hold: sums, sources, known facts.

use std::collections::BTreeMap;

use crate::data::*;

pub(super) fn column(table: &Table, name: &str) -> usize {
    table
        .header()
        .iter()
        .position(|cell| cell == name)
        .unwrap_or_else(|| panic!("{}: no {name}", table.name))
}

fn share(mineral: &str, stage: &str, country: &str) -> f64 {
    let table = shares(mineral, stage).unwrap();
    table
        .rows
        .iter()
        .find(|row| row.country == country)
        .map_or(0.0, |row| row.share)
}

#[test]
fn at_least_thirty_minerals_have_shares() {
    assert!(minerals().len() >= 30, "{}", minerals().len());
}

#[test]
fn every_group_of_shares_sums_to_one_and_names_its_sources() {
    for (mineral, stages) in minerals() {
        for stage in stages {
            let table = shares(&mineral, &stage).unwrap();
            let sum: f64 = table.rows.iter().map(|row| row.share).sum();
            assert!((sum - 1.0).abs() < 0.005, "{mineral} {stage} sums to {sum}");
            assert!(
                table.rows.iter().all(|row| !row.source.is_empty() && row.share >= 0.0),
                "{mineral} {stage}"
            );
            let mut countries: Vec<&str> = table.rows.iter().map(|row| row.country.as_str()).collect();
            countries.sort_unstable();
            countries.dedup();
            assert_eq!(countries.len(), table.rows.len(), "{mineral} {stage}: a country twice");
        }
    }
}

#[test]
fn every_row_is_whole_and_has_a_permitted_source() {
    let excluded = [
        "BGS",
        "World Mining Data",
        "Comtrade",
        "IMF",
        "FRED",
        "OECD",
        "general knowledge",
        "hand-compiled",
        "low confidence",
        "materials-atlas",
    ];
    for table in tables() {
        let width = table.header().len();
        let lines = csv::Reader::from_reader(table.text.as_bytes()).into_records().count();
        assert_eq!(
            table.records().count(),
            lines,
            "{}: a row that cannot be read",
            table.name
        );
        assert!(lines > 0, "{} is empty", table.name);
        for row in table.records() {
            assert_eq!(row.len(), width, "{}: {row:?}", table.name);
            for cell in &row {
                // How a publisher spells a name is no figure of his.
                let names = table.name == "country_names.csv";
                assert!(
                    names || !excluded.iter().any(|word| cell.contains(word)),
                    "{}: {row:?}",
                    table.name
                );
            }
        }
        if table.name != "minerals.csv" {
            let source = column(table, "source");
            assert!(
                table.records().all(|row| !row[source].is_empty()),
                "{}: a row without a source",
                table.name
            );
        }
    }
}

#[test]
fn every_code_is_a_known_country() {
    for table in tables()
        .iter()
        .filter(|table| !["countries.csv", "sources.csv", "minerals.csv"].contains(&table.name))
    {
        for name in ["country", "exporter", "importer"] {
            let Some(index) = table.header().iter().position(|cell| cell == name) else {
                continue;
            };
            for row in table.records() {
                // What a scenario says of a material, whoever uses it.
                let of_all = table.name == "scenario_figures.csv" && &row[index] == "all";
                assert!(
                    of_all || country_name(&row[index]).is_some(),
                    "{}: {}",
                    table.name,
                    row[index]
                );
            }
        }
    }
}

#[test]
fn known_facts_of_2024() {
    let facts = [
        ("gallium", "primary_low_purity", "CHN", 0.99),
        ("cobalt", "mine", "COD", 0.75),
        ("nickel", "mine", "IDN", 0.62),
        ("rare_earths", "mine", "CHN", 0.70),
        ("magnet_rare_earths", "separation_refining", "CHN", 0.91),
        ("lithium", "mine", "AUS", 0.37),
        ("graphite", "battery_grade", "CHN", 0.96),
        ("niobium", "mine", "BRA", 0.92),
        ("platinum", "mine", "ZAF", 0.70),
        ("magnesium", "primary_smelting", "CHN", 0.88),
        ("rare_earth_magnets", "sintered_magnet", "CHN", 0.94),
        ("rare_earths_heavy", "separation_refining", "CHN", 1.0),
        ("tungsten", "mine", "CHN", 0.82),
    ];
    for (mineral, stage, country, expected) in facts {
        let found = share(mineral, stage, country);
        assert!((found - expected).abs() < 0.006, "{mineral} {stage} {country}: {found}");
    }
}

#[test]
fn withheld_and_mismatched_totals_are_reported() {
    let lithium = shares("lithium", "mine").unwrap();
    assert!(
        lithium.warnings.iter().any(|text| text.contains("USA is withheld (W)")),
        "{:?}",
        lithium.warnings
    );
    assert!(lithium.rows.iter().all(|row| row.country != "USA"));
    let nickel = shares("nickel", "refining").unwrap();
    assert!(
        nickel
            .warnings
            .iter()
            .any(|text| text.contains("3.2 % above the stated world total of 3483697 t"))
    );
    assert_eq!(nickel.total_t, Some(3_596_797.0));
    let indonesia = nickel.rows.iter().find(|row| row.country == "IDN").unwrap();
    assert_eq!(indonesia.quantity_t, Some(1_493_200.0));
    assert!(shares("gallium", "primary_low_purity").unwrap().warnings.is_empty());
    assert!(shares("niobium", "processing").unwrap().warnings[0].contains("leading supplier"));
}

#[test]
fn us_cobalt_net_import_reliance() {
    let rows = net_import_reliance("cobalt").unwrap();
    let found: Vec<(String, f64)> = rows
        .iter()
        .map(|row| (row.year.clone(), 100.0 * row.share.unwrap()))
        .collect();
    let expected = [
        ("2021", 73.0),
        ("2022", 73.0),
        ("2023", 69.0),
        ("2024", 74.0),
        ("2025", 79.0),
    ];
    assert_eq!(found.len(), expected.len());
    for ((year, value), (expected_year, expected_value)) in found.iter().zip(expected) {
        assert_eq!(year, expected_year);
        assert!((value - expected_value).abs() < 1e-9);
    }
}

#[test]
fn net_exporters_and_bounds_are_not_numbers() {
    let boron = net_import_reliance("boron").unwrap();
    assert!(
        boron
            .iter()
            .all(|row| row.share.is_none() && row.qualifier == "net_exporter")
    );
    let lithium = net_import_reliance("lithium").unwrap();
    assert!(
        lithium
            .iter()
            .any(|row| row.qualifier == "more_than" && row.share.is_some())
    );
}

#[test]
fn trade_by_code_by_name_and_by_importer() {
    let magnets = trade("850511", Some("USA")).unwrap();
    assert_eq!(magnets.product, "850511 rare_earth_magnets/metal_permanent_magnets");
    assert!(magnets.warnings[0].contains("without rare earths"));
    assert_eq!(
        trade("rare_earth_magnets/metal_permanent_magnets", Some("USA")).unwrap(),
        magnets
    );
    assert_eq!(trade("rare_earth_magnets", Some("USA")).unwrap(), magnets);
    for (code, _) in trade_products() {
        let table = trade(&code, None).unwrap();
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for row in &table.rows {
            assert_ne!(row.exporter, row.importer);
            *sums.entry(&row.importer).or_default() += row.share;
        }
        for (importer, sum) in sums {
            assert!((sum - 1.0).abs() < 0.005, "{code} {importer} {sum}");
        }
    }
    let error = trade("lithium", None).unwrap_err();
    assert!(
        matches!(&error, DataError::AmbiguousProduct { choices, .. } if choices.len() == 2),
        "{error}"
    );
    let error = trade("850511", Some("DEU")).unwrap_err();
    assert!(matches!(&error, DataError::UnknownImporter { valid, .. } if valid.contains(&"EU27".to_owned())));
    let error = trade("rare_earth_magnet", None).unwrap_err();
    assert!(
        matches!(&error, DataError::UnknownProduct { nearest, .. } if nearest[0] == "rare_earth_magnets"),
        "{error}"
    );
}

#[test]
fn us_imports_of_a_total_or_a_named_product() {
    let rare_earths = us_import_sources("rare_earths", None).unwrap();
    assert_eq!(rare_earths.rows[0].exporter, "CHN");
    assert!((rare_earths.rows[0].share - 0.71).abs() < 1e-12);
    assert!(
        rare_earths
            .rows
            .iter()
            .all(|row| row.importer == "USA" && row.quantity_t.is_none())
    );
    assert_eq!(
        us_import_sources("germanium", None).unwrap().product,
        "germanium: Combined total"
    );
    assert_eq!(
        us_import_sources("germanium", Some("metal")).unwrap().product,
        "germanium: Germanium metal"
    );
    assert!(matches!(
        us_import_sources("zirconium", None),
        Err(DataError::AmbiguousProduct { .. })
    ));
    let copper = us_import_sources("copper", Some("ore and concentrate")).unwrap();
    assert!(
        copper
            .warnings
            .iter()
            .any(|text| text.contains("Canada is published as more than 99 %"))
    );
}

#[test]
fn the_nearest_names_are_offered() {
    let error = shares("galium", "refining").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no mineral `galium` in the shipped tables; did you mean `gallium`?"
    );
    let error = shares("cobalt", "smelting").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no shares of `cobalt` at the stage `smelting`; there are `mine`, `refining`"
    );
    let error = shares("rhodium", "mine").unwrap_err();
    assert!(
        matches!(&error, DataError::UnknownStage { valid, .. } if valid.is_empty()),
        "{error}"
    );
    assert_eq!(shares("Rare Earths", "mine").unwrap().mineral, "rare_earths");
}

#[test]
fn countries_and_names() {
    for (code, name) in [
        ("CHN", "China"),
        ("COD", "DR Congo"),
        ("USA", "United States"),
        ("KOR", "South Korea"),
        ("RUS", "Russia"),
        ("EU27", "European Union"),
        ("OTH", "Other countries"),
        ("WLD", "World"),
    ] {
        assert_eq!(country_name(code), Some(name));
    }
    assert_eq!(country_name("ZZZ"), None);
    assert_eq!(countries().iter().filter(|row| row.eu27).count(), 27);
}

#[test]
fn all_tables_about_one_mineral() {
    let excerpts = about("gallium").unwrap();
    let names: Vec<&str> = excerpts.iter().map(|excerpt| excerpt.table).collect();
    for name in [
        "shares.csv",
        "production.csv",
        "export_controls.csv",
        "prices.csv",
        "events.csv",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(about("unobtainium").is_err());
    assert!(table("shares").is_some() && table("shares.csv").is_some() && table("nothing").is_none());
}

#[test]
fn governance_and_recycling() {
    assert!(governance_score("NOR").unwrap() > governance_score("COD").unwrap());
    assert!(political_stability("NOR").is_some() && political_stability("OTH").is_none());
    assert_eq!(recycling_input_rate("cobalt"), Some(0.22));
    assert_eq!(recycling_input_rate("unobtainium"), None);
    assert_eq!(
        recycling_input_rate("copper"),
        None,
        "the two tabulations differ: 17 and 55"
    );
}

#[test]
fn every_mineral_of_shares_is_in_the_index() {
    let index = table("minerals.csv").unwrap();
    let (mineral, stages) = (column(index, "mineral"), column(index, "stages"));
    let listed: BTreeMap<String, String> = index
        .records()
        .map(|row| (row[mineral].clone(), row[stages].clone()))
        .collect();
    for (name, found) in minerals() {
        assert_eq!(listed[&name], found.join(";"), "{name}");
    }
}

#[test]
fn the_rest_of_the_union_is_the_sum_of_its_members() {
    let tonnes = |table: &TradeTable, from: &str| -> f64 {
        let rows = table.rows.iter().filter(|row| row.exporter == from);
        rows.filter_map(|row| row.quantity_t).sum()
    };
    let rest = trade_of_rest("810510", &["DEU", "FRA"]).unwrap();
    let sum: f64 = rest.rows.iter().map(|row| row.share).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    assert!(
        rest.rows.iter().all(|row| row.importer == "EU27"
            && (!is_member(&row.exporter) || ["DEU", "FRA"].contains(&row.exporter.as_str())))
    );
    assert!(
        tonnes(&rest, "DEU") > 0.0,
        "what the rest buys from Germany is an import"
    );
    let all = trade("810510", None).unwrap();
    let members = all
        .rows
        .iter()
        .filter(|row| is_member(&row.importer) && !["DEU", "FRA"].contains(&row.importer.as_str()));
    let from_china: f64 = members
        .filter(|row| row.exporter == "CHN")
        .filter_map(|row| row.quantity_t)
        .sum();
    assert!((tonnes(&rest, "CHN") - from_china).abs() < 1e-6, "{from_china}");
    assert_eq!(
        trade_of_rest("810510", &[]).unwrap(),
        trade("810510", Some("EU27")).unwrap()
    );
    // Where customs are shipped for the Union as one only, it says so.
    let magnets = trade_of_rest("850511", &["DEU"]).unwrap();
    assert!(
        magnets
            .warnings
            .iter()
            .any(|warning| warning.contains("the imports of DEU are in its figures")),
        "{:?}",
        magnets.warnings
    );
}

#[test]
fn a_good_with_two_codes_is_taken_by_the_one_that_has_the_importer() {
    assert!(trade("beryllium", Some("DEU")).unwrap().product.starts_with("811211"));
    assert!(trade("boron", Some("EU27")).unwrap().product.starts_with("252800"));
    assert!(matches!(
        trade("lithium", Some("DEU")).unwrap_err(),
        DataError::AmbiguousProduct { .. }
    ));
}

#[test]
fn members_of_the_union_import_on_their_own() {
    for member in ["DEU", "FRA", "ITA", "ESP", "NLD"] {
        let products = trade_products()
            .into_iter()
            .filter(|(code, _)| trade(code, Some(member)).is_ok())
            .count();
        assert!(products >= 20, "{member}: {products}");
    }
    let with_own = |code: &str| {
        trade(code, Some("DEU"))
            .unwrap()
            .rows
            .iter()
            .any(|row| is_member(&row.exporter))
    };
    assert!(with_own("810510"), "trade inside the Union is trade of its members");
}

#[test]
fn every_stage_has_its_links() {
    for (mineral, stages) in minerals() {
        let links = excerpt("stages.csv", &mineral).unwrap();
        let at = links.header.iter().position(|name| name == "stage").unwrap();
        for stage in stages {
            assert!(links.rows.iter().any(|row| row[at] == stage), "{mineral} {stage}");
        }
    }
}
