//! CSV files as spreadsheets and publishers write them: read where they are unmistakable, else refused with what helps.

use super::csv::{hint, message, one, percent, read, trade};
use crate::data::*;

#[test]
fn a_separator_line_is_skipped() {
    for text in [
        "sep=,\ncountry,quantity_t,source\nCOD,3,a\nCHN,1,a\n",
        "sep=;\r\ncountry;quantity_t;source\r\nCOD;3;a\r\nCHN;1;a\r\n",
        "\"sep=;\"\ncountry;quantity_t;source\nCOD;3;a\nCHN;1;a\n",
        "SEP=\t\ncountry\tquantity_t\tsource\nCOD\t3\ta\nCHN\t1\ta\n",
        "sep=,,,\n# note\ncountry,quantity_t,source\nCOD,3,a\nCHN,1,a\n",
    ] {
        assert_eq!(percent(&read(text).unwrap()), ["COD 75.0", "CHN 25.0"], "{text}");
    }
    assert_eq!(one(read("sep=,\ncountry,share\nCOD,x\n")).line(), Some(3));
}

#[test]
fn semicolons_tabs_and_decimal_commas() {
    let table = read("country;share_pct;source\nCOD;75,5;a\nCHN;24,5;a\n").unwrap();
    assert_eq!(percent(&table), ["COD 75.5", "CHN 24.5"]);
    assert_eq!(
        table.warnings,
        ["my.csv: read as numbers: `24,5` as 24.5, `75,5` as 75.5"]
    );
    let table = read("country\tshare\tsource\nCOD\t0,755\ta\nCHN\t0,245\ta\n").unwrap();
    assert_eq!(percent(&table), ["COD 75.5", "CHN 24.5"]);
    // Points and semicolons are no contradiction.
    assert_eq!(
        percent(&read("country;share;source\nCOD;0.5;a\nCHN;0.5;a\n").unwrap()),
        ["COD 50.0", "CHN 50.0"]
    );
}

#[test]
fn what_can_be_read_in_two_ways_is_refused() {
    for text in [
        "country;quantity_t\nCOD;1.234\n",
        "country;quantity_t\nCOD;1.234\nCHN;75,5\n",
        "country;quantity_t\nCOD;1,234\n",
        "country,quantity_t\nCOD,\"1,234\"\n",
    ] {
        let error = one(read(text));
        assert!(
            matches!(error, DataError::AmbiguousNumber { line: 2, .. }),
            "{text}: {error}"
        );
        assert_eq!(
            error.hint().unwrap(),
            "write 1234 or 1.2340, whichever is meant: thousands without a separator, decimals with a point"
        );
    }
    let both = read("country;quantity_t\nCOD;2.5\nCHN;75,5\n").unwrap_err();
    assert_eq!(both.len(), 2);
    assert!(both[0].hint().unwrap().contains("decimal points and decimal commas"));
}

#[test]
fn thousands_are_read_where_they_are_unmistakable() {
    for cell in ["220 000", "220\u{a0}000", "220\u{202f}000", "220'000"] {
        let table = read(&format!("country,quantity_t,source\nCOD,{cell},a\n")).unwrap();
        assert_eq!(table.total_t, Some(220_000.0), "{cell}");
        assert!(table.warnings[0].contains("as 220000"), "{:?}", table.warnings);
    }
    let table = read("country,quantity_t,source\nCOD,\"1,234,567\",a\nCHN,\"1,000\",a\n").unwrap();
    assert_eq!(table.total_t, Some(1_235_567.0));
}

#[test]
fn a_thousand_that_falls_into_two_cells() {
    let text = "country,quantity_t,source\nCOD,220,000\n";
    assert_eq!(
        message(text),
        "my.csv, line 2: `000` in the column `source` looks like the end of the number before it"
    );
    assert_eq!(
        message("country,quantity_t,source\nCOD,220,000,a\n"),
        "my.csv, line 2: 4 cells, but the header has 3"
    );
    assert_eq!(
        message("country,quantity_t,source,\nCOD,220,000,a\n"),
        "my.csv, line 2: `a` stands under no column name"
    );
}

#[test]
fn tonnages_with_a_point_before_three_digits_are_warned_of() {
    let table = read("country,quantity_t,source\nCOD,23.000,a\nCHN,1.500,a\n").unwrap();
    assert!(
        table.warnings[0].contains("`23.000` in the column `quantity_t` is read as a little more than 23"),
        "{:?}",
        table.warnings
    );
    let table = read("country,quantity_t,source\nCOD,23.000,a\nCHN,1.5,a\n").unwrap();
    assert!(table.warnings.is_empty(), "{:?}", table.warnings);
}

#[test]
fn empty_cells_after_the_last_column_are_nothing() {
    let table = read("country,quantity_t,source\nCOD,3,a,,\nCHN,1,a,\n,,,,\n").unwrap();
    assert_eq!(percent(&table), ["COD 75.0", "CHN 25.0"]);
    let table = read("country,quantity_t,source,,\nCOD,3,a,,\nCHN,1,a,,\n").unwrap();
    assert_eq!(percent(&table), ["COD 75.0", "CHN 25.0"]);
}

#[test]
fn a_column_twice_and_a_header_twice() {
    assert_eq!(
        message("country,quantity_t,Quantity_t,source\nCOD,1,2,a\n"),
        "my.csv, line 1: the column `Quantity_t` stands there twice"
    );
    let errors = read("country,share\nCOD,1\nCountry,Share\nCHN,1\n").unwrap_err();
    assert_eq!(errors[0].to_string(), "my.csv, line 3: the header again, as on line 1");
}

#[test]
fn a_quote_that_is_never_closed() {
    assert_eq!(
        message("country,quantity_t,source\nCOD,3,\"a\nCHN,1,b\nAUS,1,c\n"),
        "my.csv, line 2: a double quote opens a cell and is never closed"
    );
    assert!(read("# 5\" pipe\ncountry,share,source\nCOD,1,\"a \"\"quoted\"\" word\"\n").is_ok());
}

#[test]
fn cells_that_are_no_number_get_the_advice_that_helps() {
    for (cell, advice) in [
        ("--", "write 0 for zero, W for withheld"),
        ("\u{2014}", "write 0 for zero"),
        ("Less than 1/2 unit", "it is small, not withheld"),
        ("<1/2", "it is small"),
        ("less than \u{bd}", "it is small"),
        ("..", "write NA"),
        ("5e", "write 5 alone"),
        ("5 r", "write 5 alone"),
        ("\"220,000e\"", "write the number alone"),
        ("220000 (est.)", "leave footnotes away"),
        (">95", "a bound is not a number"),
        ("~50", "a bound is not a number"),
        ("\"75,5\"", "decimals with a point"),
        ("22 00", "thousands without a separator"),
        ("some", "write a number"),
    ] {
        let text = format!("country,quantity_t\nAUS,{cell}\n");
        assert!(hint(&text).contains(advice), "{cell}: {}", hint(&text));
    }
}

#[test]
fn every_mistake_is_reported_with_its_line() {
    let text = "country,quantity_t,source\n\
                Congo,1,a\n\
                COD,\"1,000\",a\n\
                AUS,--,a\n\
                CHL,5e,a\n\
                CAN,-3,a\n\
                PER,1,a,b\n\
                RUS,3,a\n\
                RUS,3,a\n";
    let errors = read(text).unwrap_err();
    let mut lines: Vec<u64> = errors.iter().filter_map(DataError::line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [2, 3, 4, 5, 6, 7, 9], "{errors:#?}");
}

#[test]
fn very_many_mistakes_are_counted() {
    let rows: String = (0..300).map(|row| format!("X{row},x\n")).collect();
    let errors = read(&format!("country,quantity_t\n{rows}")).unwrap_err();
    assert_eq!(errors.len(), 101);
    assert_eq!(errors[100].to_string(), "my.csv: 200 more faults are not shown");
}

#[test]
fn columns_of_baci() {
    let text = "t,i,j,k,v,q\n2024,180,842,282200,10.5,300\n2024,156,842,282200,3.5,100\n2024,490,156,282200,1,7\n";
    let table = trade(text, Some("USA")).unwrap();
    let rows: Vec<(&str, f64)> = table
        .rows
        .iter()
        .map(|row| (row.exporter.as_str(), row.share))
        .collect();
    assert_eq!(rows, [("COD", 0.75), ("CHN", 0.25)]);
    assert_eq!((table.year.as_str(), table.product.as_str()), ("2024", "282200"));
    assert!(
        table.warnings.iter().any(|note| note.contains("columns of BACI")),
        "{:?}",
        table.warnings
    );
    assert!(hint(text).contains("[[trade]]"), "{}", hint(text));
    let reporters = "reporter,partner,quantity_t\nUSA,COD,3\n";
    let error = one(trade(reporters, None));
    assert!(
        error.hint().unwrap().contains("the reporter is the importer"),
        "{:?}",
        error.hint()
    );
}

#[test]
fn encodings() {
    let text = "country,quantity_t,source\nCIV,3,C\u{f4}te\nCHN,1,a\n";
    let plain = decode(text.as_bytes().to_vec()).unwrap();
    assert_eq!((plain.text.as_str(), &plain.note), (text, &None));
    let marked = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
    assert_eq!(decode(marked).unwrap().text, text);
    for little in [true, false] {
        let mut bytes = if little { vec![0xff, 0xfe] } else { vec![0xfe, 0xff] };
        for unit in text.encode_utf16() {
            bytes.extend(if little { unit.to_le_bytes() } else { unit.to_be_bytes() });
        }
        let decoded = decode(bytes.clone()).unwrap();
        assert_eq!(decoded.text, text);
        assert!(decoded.note.unwrap().contains("UTF-16"));
        assert!(decode(bytes[2..].to_vec()).unwrap_err().contains("bytes of zero"));
    }
    let latin: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    let error = decode(latin).unwrap_err();
    assert!(error.contains("line 2, after `CIV,3,C`"), "{error}");
    assert!(
        error.contains("Windows-1252 or Latin-1") && error.contains("CSV UTF-8"),
        "{error}"
    );
    assert!(decode(b"PK\x03\x04...".to_vec()).unwrap_err().contains("workbook"));
    assert_eq!(decode(b" \n".to_vec()).unwrap_err(), "it is empty");
}
