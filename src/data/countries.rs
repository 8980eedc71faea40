//! Country codes and short names.

use std::sync::OnceLock;

use serde::Deserialize;

use super::tables;

/// Code of all countries together that a table or scenario does not name.
pub const OTHERS: &str = "OTH";
/// Code of the European Union; where members stand beside it, of those that are not named.
pub const EUROPEAN_UNION: &str = "EU27";
/// Code of everyone together. Tables state it beside the countries; it is none.
pub const WORLD: &str = "WLD";

/// A country or one of the regions EU27, OTH and WLD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountryRow {
    /// ISO 3166 code of three letters, or EU27, OTH, WLD.
    pub code: String,
    /// Short name for charts.
    pub name: String,
    /// Whether it is a member of the European Union of 27.
    pub eu27: bool,
}

#[derive(Deserialize)]
struct Record {
    iso3: String,
    name: String,
    eu27: u8,
}

/// Every country, by code, and the regions EU27 "European Union", OTH "Other countries" and WLD "World".
pub fn countries() -> &'static [CountryRow] {
    static ROWS: OnceLock<Vec<CountryRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows: Vec<CountryRow> = tables::read::<Record>("countries.csv")
            .into_iter()
            .map(|r| CountryRow {
                code: r.iso3,
                name: r.name,
                eu27: r.eu27 == 1,
            })
            .collect();
        rows.sort_by(|a, b| a.code.cmp(&b.code));
        rows
    })
}

/// The short name of a country or region: "China", "DR Congo", "United States".
pub fn country_name(code: &str) -> Option<&'static str> {
    find(code).map(|row| row.name.as_str())
}

/// The codes of the members of the European Union of 27, in order.
pub fn members() -> impl Iterator<Item = &'static str> {
    countries().iter().filter(|row| row.eu27).map(|row| row.code.as_str())
}

/// Whether a code is that of a member of the European Union of 27.
pub fn is_member(code: &str) -> bool {
    find(code).is_some_and(|row| row.eu27)
}

/// The row of a code.
pub(super) fn find(code: &str) -> Option<&'static CountryRow> {
    let rows = countries();
    rows.binary_search_by(|row| row.code.as_str().cmp(code))
        .ok()
        .map(|index| &rows[index])
}
