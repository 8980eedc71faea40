//! A user's CSV that holds more than one table: rows of different kinds are never taken together.

use super::csv::{one, percent, read, trade};
use crate::data::*;

fn fault(text: &str) -> (String, String) {
    let error = one(read(text));
    (error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn several_minerals_stages_years_products_flows_and_measures() {
    for (column, first, second, key) in [
        ("mineral", "cobalt", "lithium", "mineral"),
        ("Commodity", "cobalt", "lithium", "mineral"),
        ("stage", "mine", "refining", "stage"),
        ("year", "2024", "2015", "year"),
        ("period", "2021-24", "2020", "year"),
        ("product", "ore", "metal", "product"),
        ("hs6", "260500", "282200", "product"),
        ("flow", "M", "X", "flow"),
        ("measure", "production", "capacity", "measure"),
    ] {
        let text = format!("{column},country,quantity_t\n{first},COD,1\n{second},CHN,2\n{first},AUS,3\n");
        let (message, hint) = fault(&text);
        assert_eq!(
            message,
            format!("my.csv: rows of different kinds in one table: the column `{column}` holds `{first}`, `{second}`")
        );
        assert_eq!(
            hint,
            format!(
                "choose one where the scenario names the file, such as {key} = \"{first}\", or keep the rows of one"
            )
        );
    }
}

#[test]
fn columns_without_a_key_part_a_table_too() {
    for column in ["scenario", "frequency", "customs", "partner", "reporter", "grade"] {
        let text = format!("{column},country,quantity_t\na,COD,1\nb,CHN,2\n");
        let (message, hint) = fault(&text);
        assert!(
            message.contains(&format!("the column `{column}` holds `a`, `b`")),
            "{message}"
        );
        assert_eq!(hint, "keep the rows of one");
    }
    let (message, _) = fault("status,country,quantity_t\nproven,COD,1\nprobable,CHN,2\n");
    assert!(message.contains("`proven`, `probable`"), "{message}");
    assert!(read("status,country,quantity_t\nestimated,COD,1\nreported,CHN,2\n").is_ok());
}

#[test]
fn an_empty_cell_is_a_value_too() {
    let (message, _) = fault("year,country,quantity_t\n2024,COD,1\n,CHN,2\n");
    assert!(message.ends_with("holds `2024`, empty cells"), "{message}");
}

#[test]
fn the_same_country_under_two_values_is_one_fault() {
    let (message, _) = fault("year,country,quantity_t\n2024,COD,1\n2015,COD,2\n");
    assert!(message.contains("the column `year` holds `2024`, `2015`"), "{message}");
}

#[test]
fn unknown_columns_that_look_like_parts_are_warned_of() {
    let table = read("quality,country,quantity_t,source\nhigh,COD,1,a\nlow,CHN,2,a\nhigh,AUS,1,a\n").unwrap();
    assert_eq!(
        table.warnings,
        ["my.csv: the column `quality` holds `high`, `low`; all rows are taken together"]
    );
    let error = one(read("quality,country,quantity_t\nhigh,COD,1\nlow,COD,2\n"));
    assert!(matches!(error, DataError::Duplicate { .. }), "{error}");
}

#[test]
fn rows_are_chosen_by_every_key() {
    let text = "mineral,stage,year,product,flow,measure,country,quantity_t,source\n\
                cobalt,mine,2024,ore,M,a,COD,3,s\n\
                cobalt,mine,2024,ore,M,a,AUS,1,s\n\
                lithium,mine,2024,ore,M,a,AUS,9,s\n\
                cobalt,refining,2024,ore,M,a,CHN,9,s\n\
                cobalt,mine,2015,ore,M,a,CAN,9,s\n\
                cobalt,mine,2024,metal,M,a,JPN,9,s\n\
                cobalt,mine,2024,ore,X,a,USA,9,s\n\
                cobalt,mine,2024,ore,M,b,IND,9,s\n";
    let wanted = Selection {
        mineral: Some("cobalt"),
        stage: Some("mine"),
        year: Some("2024"),
        product: Some("ore"),
        flow: Some("M"),
        measure: Some("a"),
        ..Selection::default()
    };
    assert_eq!(
        percent(&shares_from_csv("my.csv", text, &wanted).unwrap()),
        ["COD 75.0", "AUS 25.0"]
    );
    let error = one(shares_from_csv(
        "my.csv",
        text,
        &Selection {
            year: Some("1999"),
            ..wanted.clone()
        },
    ));
    assert_eq!(error.to_string(), "my.csv: no row for `cobalt mine 1999 ore M a`");
    assert!(
        error.hint().unwrap().contains("`cobalt mine 2015 ore M a`"),
        "{:?}",
        error.hint()
    );
}

#[test]
fn a_key_without_its_column() {
    let wanted = Selection {
        year: Some("2024"),
        ..Selection::default()
    };
    let error = one(shares_from_csv("my.csv", "country,share\nCOD,1\n", &wanted));
    assert_eq!(
        error.to_string(),
        "my.csv: no column for `year`, by which rows are to be selected; the header has `country`, `share`"
    );
}

#[test]
fn rows_without_the_value_are_not_left_out_in_silence() {
    let wanted = Selection {
        year: Some("2024"),
        ..Selection::default()
    };
    let table = shares_from_csv("my.csv", "year,country,share,source\n2024,COD,1,a\n,CHN,1,a\n", &wanted).unwrap();
    assert!(
        table.warnings[0].contains("rows without a `year`, 1 in number, are left out"),
        "{:?}",
        table.warnings
    );
}

#[test]
fn parts_of_trade() {
    let products =
        "exporter,importer,product,quantity_t,source\nCOD,USA,cobalt ore,500,a\nCHN,USA,lithium carbonate,300,a\n";
    let error = one(trade(products, Some("USA")));
    assert!(
        error
            .to_string()
            .contains("the column `product` holds `cobalt ore`, `lithium carbonate`"),
        "{error}"
    );
    let flows = "exporter,importer,flow,quantity_t,source\nCOD,USA,M,500,a\nCHN,USA,X,300,a\n";
    let error = one(trade(flows, Some("USA")));
    assert!(
        error.to_string().contains("the column `flow` holds `M`, `X`"),
        "{error}"
    );
    let wanted = Selection {
        importer: Some("USA"),
        product: Some("cobalt ore"),
        ..Selection::default()
    };
    let table = trade_from_csv("t.csv", products, &wanted).unwrap();
    assert_eq!((table.rows.len(), table.rows[0].share), (1, 1.0));
    // What other importers buy parts nothing.
    let others = "exporter,importer,product,quantity_t,source\nCOD,USA,ore,500,a\nCHN,JPN,metal,300,a\n";
    assert_eq!(trade(others, Some("USA")).unwrap().rows.len(), 1);
}
