//! Each fault of a user's CSV has its error or warning, with the line.

use crate::data::*;

use super::csv::{message, one, read, trade};

#[test]
fn plain_shares() {
    let table = read("country,share,source\nCHN,0.9,a\nOTH,0.1,b\n").unwrap();
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.rows[0].share.to_bits(), 0.9_f64.to_bits());
    assert_eq!(table.total_t, None);
    assert!(table.warnings.is_empty(), "{:?}", table.warnings);
}

#[test]
fn percentages_and_quantities() {
    let table = read("country,share_pct\nCHN,90\nOTH,10\n").unwrap();
    assert!((table.rows[0].share - 0.9).abs() < 1e-15);
    let table = read("country,quantity_t\nCHN,90\nOTH,30\n").unwrap();
    assert_eq!(
        (table.rows[0].share, table.rows[1].quantity_t, table.total_t),
        (0.75, Some(30.0), Some(120.0))
    );
}

#[test]
fn a_source_that_is_missing_is_reported() {
    let table = read("country,share,source\nCHN,1,\n").unwrap();
    assert_eq!(table.warnings, ["my.csv, line 2: the row of CHN names no source"]);
    let table = read("country,share\nCHN,0.5\nUSA,0.5\n").unwrap();
    assert_eq!(
        table.warnings,
        ["my.csv: no column `source`: no row says where its figure comes from"]
    );
}

fn mineral<'a>(mineral: Option<&'a str>, stage: Option<&'a str>) -> Selection<'a> {
    Selection {
        mineral,
        stage,
        ..Selection::default()
    }
}

#[test]
fn rows_are_filtered_by_mineral_and_stage() {
    let text = "mineral,stage,country,share\ncobalt,mine,COD,1\ncobalt,refining,CHN,1\n";
    let table = shares_from_csv("my.csv", text, &mineral(Some("cobalt"), Some("refining"))).unwrap();
    assert_eq!(
        (table.rows[0].country.as_str(), table.stage.as_str()),
        ("CHN", "refining")
    );
    let error = one(shares_from_csv("my.csv", text, &mineral(Some("nickel"), None)));
    assert_eq!(error.to_string(), "my.csv: no row for `nickel`");
    assert_eq!(error.hint().unwrap(), "the file has `cobalt`");
}

#[test]
fn shares_above_one() {
    let error = one(read("country,share\nCHN,90\n"));
    assert_eq!(
        error.to_string(),
        "my.csv, line 2: 90 in the column `share` is above 1, the whole"
    );
    assert!(error.hint().unwrap().contains("share_pct"));
    assert_eq!(
        message("country,share_pct\nCHN,900\n"),
        "my.csv, line 2: 900 in the column `share_pct` is above 100, the whole"
    );
}

#[test]
fn shares_that_sum_above_one() {
    assert_eq!(
        message("country,share\nCHN,0.9\nUSA,0.2\n"),
        "my.csv: the shares sum to 1.1000, above 1 by more than 0.5 %"
    );
    assert!(
        read("country,share,source\nCHN,0.9,a\nUSA,0.104,a\n")
            .unwrap()
            .warnings
            .is_empty()
    );
}

#[test]
fn shares_that_sum_below_one_are_kept_and_reported() {
    let table = read("country,share,source\nCHN,0.6,a\nUSA,0.3,a\n").unwrap();
    assert_eq!(table.rows[0].share.to_bits(), 0.6_f64.to_bits());
    assert_eq!(
        table.warnings,
        ["my.csv: the shares sum to 0.9000; the missing 0.1000 is not shared out among the rows"]
    );
}

#[test]
fn a_country_twice() {
    let error = one(read("country,share\nCHN,0.5\n# comment\n\nCHN,0.5\n"));
    assert_eq!(
        error.to_string(),
        "my.csv, line 5: `CHN` is listed twice; the first time on line 2"
    );
    assert_eq!(error.line(), Some(5));
}

#[test]
fn numbers_that_cannot_be() {
    assert_eq!(
        message("country,share\nCHN,-0.1\n"),
        "my.csv, line 2: -0.1 in the column `share` is below zero"
    );
    assert_eq!(
        message("country,share\nCHN,NaN\n"),
        "my.csv, line 2: `NaN` in the column `share` is not a finite number"
    );
    assert_eq!(
        message("country,quantity_t\nCHN,inf\n"),
        "my.csv, line 2: `inf` in the column `quantity_t` is not a finite number"
    );
    for (cell, hint) in [
        ("90%", "share_pct"),
        (">95", "bound"),
        ("-", "0 for zero"),
        ("x", "write"),
    ] {
        let error = one(read(&format!("country,quantity_t\nCHN,{cell}\n")));
        assert!(matches!(error, DataError::NotANumber { line: 2, .. }), "{error}");
        assert!(error.hint().unwrap().contains(hint), "{cell}: {:?}", error.hint());
    }
}

#[test]
fn withheld_not_available_empty_and_zero_are_four_things() {
    let table = read("country,share,source\nCHN,0.9,a\nUSA,W,a\nRUS,NA,a\nIND,,a\nJPN,0,a\n").unwrap();
    let kept: Vec<&str> = table.rows.iter().map(|row| row.country.as_str()).collect();
    assert_eq!(kept, ["CHN", "JPN"]);
    assert_eq!(table.rows[0].share.to_bits(), 0.9_f64.to_bits());
    assert_eq!(
        table.warnings[..3],
        [
            "my.csv, line 3: `share` of USA is withheld (W), which is not zero; the row is left out",
            "my.csv, line 4: `share` of RUS is not available (NA), which is not zero; the row is left out",
            "my.csv, line 5: `share` of IND is empty, which is not zero; the row is left out",
        ]
    );
    assert!(table.warnings[3].contains("the missing 0.1000 is not shared out"));
    let table = read("country,quantity_t,source\nCHN,90,a\nUSA,W,a\n").unwrap();
    assert!(table.warnings[1].contains("of the sum of the 1 known quantities (90 t); 1 more are not known"));
    assert_eq!(
        message("country,share\nUSA,W\n"),
        "my.csv: no row with a number; 1 withheld, not available or empty"
    );
}

#[test]
fn a_stated_total_is_held_against_the_rows() {
    let error = one(read("country,quantity_t\nIDN,60\nCHN,50\nWLD,100\n"));
    assert_eq!(
        error.to_string(),
        "my.csv, line 4: the country rows sum to 110 t, 10.0 % above the stated total of 100 t"
    );
    assert!(error.hint().unwrap().contains("not rescaled"));
    let table = read("country,quantity_t,source\nIDN,60,a\nCHN,20,a\nWLD,100,a\n").unwrap();
    assert_eq!((table.rows[0].share, table.total_t), (0.6, Some(100.0)));
    assert!(
        table.warnings[0].contains("80.0 % of the stated total of 100 t"),
        "{:?}",
        table.warnings
    );
    let table = read("country,share,source\nIDN,1,a\nWLD,1,a\n").unwrap();
    assert!(table.warnings[0].contains("`WLD` is not a supplier"));
    assert_eq!(
        message("country,quantity_t\nIDN,0\n"),
        "my.csv: all quantities are zero, so there are no shares"
    );
}

#[test]
fn the_iea_nickel_rows_are_refused_not_rescaled() {
    let table = table("production.csv").unwrap();
    let mut text = table.header().join(",") + "\n";
    for row in table.records() {
        if row[0] == "nickel" && row[1] == "refining" && row[3] == "2024" {
            text += &(row.join(",") + "\n");
        }
    }
    let error = one(shares_from_csv(
        "iea.csv",
        &text,
        &mineral(Some("nickel"), Some("refining")),
    ));
    assert!(
        error.to_string().contains("3.2 % above the stated total of 3483697 t"),
        "{error}"
    );
}

#[test]
fn codes_and_names() {
    assert_eq!(
        message("country,share\n,1\n"),
        "my.csv, line 2: `` in the column `country` is not a country code"
    );
    let table = read("country,share,source\nMINE_A,1,a\n").unwrap();
    assert!(table.warnings[0].contains("not a code of a country"));
    let table = read("country,share,source\nEU27,0.5,a\nDEU,0.5,a\n").unwrap();
    assert_eq!(
        table.warnings,
        ["my.csv, line 3: DEU is a member of EU27 (line 2): is it counted twice?"]
    );
}

#[test]
fn the_form_of_the_file() {
    assert_eq!(
        message("land;share\nCHN;1\n"),
        "my.csv, line 1: no column `country_iso3` or `iso3` or `country`; the header has `land`, `share`"
    );
    assert!(message("country,amount\nCHN,1\n").contains("no column `share` or `share_pct` or `quantity_t`"));
    assert_eq!(
        message("country,share\nCHN\n"),
        "my.csv, line 2: 1 cells, but the header has 2"
    );
    assert!(matches!(one(read("")), DataError::MissingColumn { .. }));
    assert!(matches!(one(read("country,share\n")), DataError::NoRows { .. }));
    let table = read("\u{feff}Country , SHARE, source\r\n\r\nCHN , 1 , a\r\n").unwrap();
    assert_eq!(table.rows[0].country, "CHN");
    assert_eq!(one(read("country,share\r\n\r\nCHN,x\r\n")).line(), Some(3));
}

#[test]
fn trade_of_a_user() {
    let text = "exporter,importer,quantity_t,source\nCHN,USA,60,a\nJPN,USA,40,a\nCHN,IND,5,a\n";
    let table = trade(text, None).unwrap();
    assert_eq!(table.rows.len(), 3);
    let row = table
        .rows
        .iter()
        .find(|row| row.importer == "USA" && row.exporter == "CHN")
        .unwrap();
    assert_eq!((row.share, row.quantity_t), (0.6, Some(60.0)));
    assert_eq!(trade(text, Some("IND")).unwrap().rows.len(), 1);
    let error = one(trade(text, Some("KOR")));
    assert_eq!(error.hint().unwrap(), "the file has `IND`, `USA`");
    let table = trade("exporter,share,source\nCHN,1,a\n", Some("USA")).unwrap();
    assert_eq!(table.rows[0].importer, "USA");
}

#[test]
fn faults_in_trade() {
    let fault = |text: &str| one(trade(text, None)).to_string();
    assert!(fault("exporter,share\nCHN,1\n").contains("no column `importer`"));
    assert_eq!(
        fault("exporter,importer,share\nUSA,USA,1\n"),
        "t.csv, line 2: `USA` imports from itself"
    );
    assert_eq!(
        fault("exporter,importer,share\nCHN,USA,0.5\nCHN,USA,0.5\n"),
        "t.csv, line 3: `CHN to USA` is listed twice; the first time on line 2"
    );
    assert_eq!(
        fault("exporter,importer,share\nCHN,USA,0.8\nJPN,USA,0.8\n"),
        "t.csv: the shares of the imports of USA sum to 1.6000, above 1 by more than 0.5 %"
    );
    assert_eq!(
        fault("exporter,importer,share\nCHN,USA,W\n"),
        "t.csv: no row with a number of the imports of USA; 1 withheld, not available or empty"
    );
    assert!(matches!(
        one(trade("exporter,importer,share\n", None)),
        DataError::NoRows { .. }
    ));
}
