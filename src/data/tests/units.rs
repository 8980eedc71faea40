//! Quantities of a user's CSV: units are converted or refused, never ignored.

use super::csv::{hint, message, one, percent, read, trade};
use crate::data::*;

#[test]
fn thousand_tonnes_are_converted_and_noted() {
    let table = read("country,quantity_t,unit,source\nCOD,220,thousand metric tons,a\nCHN,30,thousand metric tons,a\n")
        .unwrap();
    assert_eq!(table.total_t, Some(250_000.0));
    assert_eq!(
        table.warnings,
        ["my.csv: quantities in `thousand metric tons` are converted to tonnes, times 1000"]
    );
}

#[test]
fn units_may_differ_from_row_to_row() {
    let table = read("country,quantity_t,unit,source\nCOD,220000,t,a\nCHN,30,thousand metric tons,a\n").unwrap();
    assert_eq!(percent(&table), ["COD 88.0", "CHN 12.0"]);
    let table =
        read("country,quantity_t,unit,source\nCOD,1000,kg,a\nCHN,1,t,a\nUSA,2000,lb,a\nAUS,1,short tons,a\n").unwrap();
    let tonnes: Vec<f64> = table.rows.iter().filter_map(|row| row.quantity_t).collect();
    for (found, right) in tonnes.iter().zip([1.0, 1.0, 0.907_184_74, 0.907_184_74]) {
        assert!((found / right - 1.0).abs() < 1e-12, "{tonnes:?}");
    }
}

#[test]
fn the_total_has_a_unit_too() {
    let table = read("country,quantity_t,unit,source\nCOD,220000,t,a\nCHN,30000,t,a\nWLD,250,kt,a\n").unwrap();
    assert_eq!(
        (table.total_t, percent(&table)[0].as_str()),
        (Some(250_000.0), "COD 88.0")
    );
}

#[test]
fn gross_weight_beside_content_is_refused() {
    for (first, second) in [
        ("t (Co content)", "t (gross weight)"),
        ("t REO", "t"),
        ("t (Co content)", "kt (gross weight)"),
        ("dmt", "t"),
    ] {
        let text = format!("country,quantity_t,unit\nCOD,1,{first}\nCHN,3,{second}\n");
        assert_eq!(
            message(&text),
            format!("my.csv: quantities of different things in one table: `{first}`, `{second}`")
        );
    }
    let same = read("country,quantity_t,unit,source\nCOD,1,t (Co content),a\nCHN,3,t of contained Co,a\n").unwrap();
    assert_eq!(percent(&same), ["COD 25.0", "CHN 75.0"]);
}

#[test]
fn what_is_no_mass_is_refused() {
    let text = "country,quantity_t,unit\nCOD,1,t\nCHN,3,GWh\n";
    assert_eq!(
        message(text),
        "my.csv, line 3: the unit in the column `unit` cannot be used"
    );
    assert!(
        hint(text).starts_with("`GWh` is no known unit of mass: write t, kt, kg"),
        "{}",
        hint(text)
    );
    assert!(hint("country,quantity_t,unit\nCOD,1,tons\n").contains("short tons or long tons"));
    assert!(hint("country,quantity_t,unit\nCOD,1,t/month\n").contains("not per year"));
}

#[test]
fn a_unit_in_some_rows_only() {
    assert_eq!(
        message("country,quantity_t,unit\nCOD,220,kt\nCHN,30,\n"),
        "my.csv, line 3: a quantity without a unit, where other rows have `kt`"
    );
    // `quantity_t` says t where the column of units says nothing else.
    assert_eq!(
        percent(&read("country,quantity_t,unit,source\nCOD,3,t,a\nCHN,1,,a\n").unwrap()),
        ["COD 75.0", "CHN 25.0"]
    );
    // A row without a number needs no unit.
    assert!(read("country,quantity_t,unit,source\nCOD,3,kt,a\nCHN,W,,a\n").is_ok());
}

#[test]
fn units_in_the_header() {
    for (header, total) in [
        ("quantity_kt", 4000.0),
        ("quantity (kt)", 4000.0),
        ("Quantity [thousand tonnes]", 4000.0),
        ("quantity_Mt", 4e6),
        ("quantity_kg", 0.004),
        ("quantity_t_per_year", 4.0),
    ] {
        let table = read(&format!("country,{header},source\nCOD,3,a\nCHN,1,a\n")).unwrap();
        let found = table.total_t.unwrap();
        assert!((found / total - 1.0).abs() < 1e-12, "{header}: {found}");
    }
    assert_eq!(
        message("country,quantity\nCOD,3\n"),
        "my.csv: nothing says in what unit the column `quantity` is"
    );
    assert!(hint("country,quantity_gwh\nCOD,3\n").contains("no known unit of mass"));
    assert!(hint("country,quantity_mt\nCOD,3\n").contains("write t or Mt"));
    assert!(hint("country,quantity_kt,unit\nCOD,3,t\n").contains("make them one"));
    assert_eq!(
        message("country,quantity_t,quantity_kt\nCOD,3,1\n"),
        "my.csv, line 1: both `quantity_t` and `quantity_kt` hold quantities"
    );
}

#[test]
fn units_of_trade() {
    let table = trade(
        "exporter,importer,quantity_t,unit,source\nCOD,USA,30,kt,a\nCHN,USA,10000,t,a\n",
        None,
    )
    .unwrap();
    assert_eq!((table.rows[0].share, table.rows[0].quantity_t), (0.75, Some(30_000.0)));
    let error = one(trade(
        "exporter,importer,quantity_t,unit\nCOD,USA,30,t REO\nCHN,USA,10,t metal\n",
        None,
    ));
    assert!(matches!(error, DataError::MixedUnits { .. }), "{error}");
}

#[test]
fn shares_beside_quantities_must_agree() {
    let text = "country,share,quantity_t,source\nCOD,0.75,100,a\nCHN,0.25,300,a\n";
    let errors = read(text).unwrap_err();
    assert_eq!(
        errors.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "my.csv, line 2: COD has a share of 0.7500 in one column, and of 0.2500 by another",
            "my.csv, line 3: CHN has a share of 0.2500 in one column, and of 0.7500 by another",
        ]
    );
    assert!(read("country,share,quantity_t,source\nCOD,0.25,100,a\nCHN,0.75,301,a\n").is_ok());
    assert_eq!(
        message("country,share,share_pct\nCOD,0.75,57\nCHN,0.25,25\n"),
        "my.csv, line 2: COD has a share of 0.7500 in one column, and of 0.5700 by another"
    );
}

#[test]
fn fractions_and_percentages_are_told_apart() {
    assert!(hint("country,share_pct\nCOD,0.75\nCHN,0.25\n").contains("name the column `share`"));
    assert!(hint("country,share,unit\nCOD,0.75,%\nCHN,0.25,%\n").contains("name the column `share_pct`"));
    let table = read("country,share_pct,source\nCOD,75%,a\nCHN,25 %,a\n").unwrap();
    assert_eq!(percent(&table), ["COD 75.0", "CHN 25.0"]);
}

#[test]
fn quantities_beside_shares_that_cannot_be_used_are_left_aside() {
    let table = read("country,share,quantity_t,unit,source\nCOD,0.75,3,GWh,a\nCHN,0.25,1,GWh,a\n").unwrap();
    assert_eq!((table.total_t, percent(&table)[0].as_str()), (None, "COD 75.0"));
    assert!(
        table.warnings[0].contains("the shares are taken, the quantities are not"),
        "{:?}",
        table.warnings
    );
}

#[test]
fn every_unit_of_the_shipped_tables_is_known() {
    for name in [
        "production.csv",
        "supply_projection.csv",
        "consumption.csv",
        "reserves.csv",
    ] {
        let table = table(name).unwrap();
        let unit = super::shipped::column(table, "unit");
        for row in table.records().filter(|row| !row[unit].is_empty()) {
            let text = format!("country,quantity_t,unit,source\nCOD,1,\"{}\",a\n", row[unit]);
            assert_eq!(read(&text).unwrap().total_t, Some(1.0), "{name}: {}", row[unit]);
        }
    }
}
