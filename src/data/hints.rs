//! What to do about each fault of a request for data or of a user's CSV.

use super::DataError;

impl DataError {
    /// What to do about it, in a sentence.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::UnknownMineral { .. } => "`critmin data` lists every mineral and stage".to_owned(),
            Self::UnknownStage { valid, .. } if valid.is_empty() => {
                "give the shares in the scenario or in a CSV of your own".to_owned()
            }
            Self::UnknownStage { .. } => return None,
            Self::UnknownProduct { .. } => {
                "name a six-digit HS code or `mineral/form`; for US import sources, a product as published".to_owned()
            }
            Self::AmbiguousProduct { .. } => "name one of them".to_owned(),
            Self::UnknownImporter { valid, .. } => format!("there are rows for {}", valid.join(", ")),
            Self::NoMatch { present, .. } => format!("the file has {}", Self::list(present)),
            Self::Malformed { advice, .. } | Self::UnknownUnit { advice, .. } => advice.clone(),
            Self::TwoColumns { .. } => "keep one, and remove or rename the other".to_owned(),
            Self::MissingColumn { found, wanted, .. } => column_hint(found, wanted),
            Self::AmbiguousNumber { value, .. } => both_readings(value),
            Self::MixedUnits { .. } => {
                "state all quantities as one thing, in one unit of content or of gross weight, or keep the rows of one"
                    .to_owned()
            }
            Self::UnitMissing { .. } => "write the unit in every row that has a quantity".to_owned(),
            Self::NoUnit { .. } => {
                "name it `quantity_t` for tonnes, `quantity_kt` for thousand tonnes, or add a column `unit`".to_owned()
            }
            Self::SeveralParts {
                key: Some(key), values, ..
            } => {
                let one = values.iter().find(|value| !value.is_empty()).map_or("", String::as_str);
                format!(
                    "choose one where the scenario names the file, such as {key} = \"{}\", or keep the rows of one",
                    one.escape_debug()
                )
            }
            Self::SeveralParts { key: None, .. } => "keep the rows of one".to_owned(),
            Self::NoColumnToSelect { key, .. } => format!("remove `{key}`, or add the column"),
            Self::Contradiction { .. } => {
                "correct one, or keep one of the two columns: shares are not changed to fit quantities".to_owned()
            }
            Self::FractionsForPercentages { .. } => "name the column `share` if 0.5 means one half".to_owned(),
            Self::More { .. } => "correct those above first".to_owned(),
            Self::NotANumber { value, .. } => number_hint(value),
            Self::NotFinite { .. } => "write NA if the number is not available".to_owned(),
            Self::Negative { .. } => "shares and quantities are zero or more".to_owned(),
            Self::ShareAboveWhole { limit, .. } if *limit < 2.0 => {
                "shares are from 0 to 1; name the column `share_pct` if these are percentages, `quantity_t` if tonnes"
                    .to_owned()
            }
            Self::ShareAboveWhole { .. } => "name the column `quantity_t` if these are tonnes".to_owned(),
            Self::SumAboveOne { .. } => {
                "shares are not rescaled: look for a total among the rows or a region beside its members".to_owned()
            }
            Self::RowsAboveTotal { .. } => "quantities are not rescaled: correct the rows or the total, or remove the \
                 total and let shares be of the sum of the rows"
                .to_owned(),
            Self::Duplicate { .. } => {
                "if the file holds several minerals, stages, years, products, flows or measures, say which is meant"
                    .to_owned()
            }
            Self::NotACode {
                advice: Some(advice), ..
            } => advice.clone(),
            Self::NotACode { value, .. } if value.to_lowercase().contains("total") => {
                "a total of some countries is no country: remove the row".to_owned()
            }
            Self::NotACode { .. } => "write the ISO code of three letters, EU27, or OTH for the rest".to_owned(),
            Self::OwnImport { .. } => "leave home supply out of a trade table".to_owned(),
            Self::NoRows { .. } => "a withheld number is not a zero".to_owned(),
            Self::ZeroTotal { .. } => "write at least one quantity above zero".to_owned(),
        };
        Some(text)
    }
}

fn column_hint(found: &[String], wanted: &str) -> String {
    let lower: Vec<String> = found.iter().map(|name| name.to_lowercase()).collect();
    let has = |name: &str| lower.iter().any(|cell| cell.starts_with(name));
    if found.is_empty() {
        "the first line names the columns".to_owned()
    } else if has("reporter") || has("partner") {
        "of imports in UN Comtrade the reporter is the importer and the partner the exporter: name the columns so, and the quantity \
         `quantity_t` or `quantity_kg`"
            .to_owned()
    } else if wanted.contains("country") && (has("exporter") || (lower.iter().any(|cell| cell == "i") && has("q"))) {
        "this is a table of trade, which goes with [[trade]]".to_owned()
    } else if wanted.contains("exporter") && has("country") {
        "this is a table of shares, which goes with [shares.M]".to_owned()
    } else {
        "the first line names the columns".to_owned()
    }
}

/// Both readings of a number with a mark before three digits, or how to write it.
fn both_readings(value: &str) -> String {
    let parts: Vec<&str> = value.split([',', '.']).collect();
    match parts.as_slice() {
        [whole, decimals] if decimals.len() == 3 => format!(
            "write {whole}{decimals} or {whole}.{decimals}0, whichever is meant: thousands without a separator, decimals with a point"
        ),
        _ => "the file has decimal points and decimal commas: write thousands without a separator and decimals with a point".to_owned(),
    }
}

fn number_hint(value: &str) -> String {
    let lower = value.to_lowercase();
    let without_mark = value
        .trim_end_matches(|c: char| c.is_alphabetic() || ['*', '/', ' ', '\u{b9}', '\u{b2}', '\u{b3}'].contains(&c));
    let digits = |text: &str| text.chars().any(|c| c.is_ascii_digit());
    if lower.contains("unit")
        || lower.contains("1/2")
        || lower.contains('\u{bd}')
        || ["small", "s", "negligible", "trace"].contains(&lower.as_str())
    {
        "it is small, not withheld: write 0, or half of the smallest unit, and say so in `source`".to_owned()
    } else if value.ends_with('%') {
        "leave the % away and name the column `share_pct`".to_owned()
    } else if value.starts_with(['<', '>', '\u{2264}', '\u{2265}', '~']) {
        "a bound is not a number: choose one and say so in `source`".to_owned()
    } else if !value.is_empty()
        && value
            .chars()
            .all(|c| ['-', '\u{2013}', '\u{2014}', '\u{2212}'].contains(&c))
    {
        "write 0 for zero, W for withheld, NA for not available".to_owned()
    } else if value.chars().all(|c| c == '.' || c == '\u{2026}') {
        "write NA if the number is not available".to_owned()
    } else if without_mark.len() < value.len() && digits(without_mark) && without_mark.parse::<f64>().is_ok() {
        let mark = value[without_mark.len()..].trim();
        format!(
            "`{mark}` looks like a mark of an estimate or a footnote: write {without_mark} alone and say in `source` what it is"
        )
    } else if without_mark.len() < value.len() && digits(without_mark) && without_mark.contains(',') {
        "write the number alone, thousands without a separator, and say in `source` what the mark means".to_owned()
    } else if value.contains('(') && digits(value) {
        "leave footnotes away: write the number alone, or 0 for zero, W for withheld, NA for not available".to_owned()
    } else if value.contains(',') || value.contains(' ') && digits(value) {
        "write thousands without a separator and decimals with a point".to_owned()
    } else {
        "write a number, W for withheld, or NA for not available".to_owned()
    }
}
