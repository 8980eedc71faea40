//! What the tests of users' CSVs have in common.

use crate::data::*;

pub(super) fn read(text: &str) -> Result<ShareTable, Vec<DataError>> {
    shares_from_csv("my.csv", text, &Selection::default())
}

pub(super) fn trade(text: &str, importer: Option<&str>) -> Result<TradeTable, Vec<DataError>> {
    let selection = Selection {
        importer,
        ..Selection::default()
    };
    trade_from_csv("t.csv", text, &selection)
}

/// The only fault.
pub(super) fn one<T: std::fmt::Debug>(result: Result<T, Vec<DataError>>) -> DataError {
    let mut errors = result.unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:#?}");
    errors.remove(0)
}

pub(super) fn message(text: &str) -> String {
    one(read(text)).to_string()
}

/// What to do about the only fault.
pub(super) fn hint(text: &str) -> String {
    one(read(text)).hint().unwrap_or_default()
}

/// Country and share in percent, rounded to a tenth.
pub(super) fn percent(table: &ShareTable) -> Vec<String> {
    let row = |row: &ShareRow| format!("{} {:.1}", row.country, 100.0 * row.share);
    table.rows.iter().map(row).collect()
}
