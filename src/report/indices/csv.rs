//! `indices.csv`: one row a material, stage, place and index.

use super::super::columns;
use super::super::sheet::{Sheet, Target};
use crate::whatif::indices::Indices;

/// `indices.csv`.
pub fn indices(found: &Indices, to: impl Target) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, &columns::indices())?;
    for row in &found.found {
        sheet.texts([row.material.as_str(), &row.stage, &row.place, row.index.name()])?;
        match &row.figure {
            Ok(bounds) => sheet.numbers([bounds.value.unwrap_or(f64::NAN), bounds.low, bounds.high])?,
            Err(_) => sheet.numbers([f64::NAN; 3])?,
        }
        sheet.text(row.index.unit())?;
        sheet.text(&row.who.join(" "))?;
        sheet.text(row.figure.as_ref().err().map_or("", String::as_str))?;
        sheet.text(&row.notes.join("; "))?;
        sheet.texts([row.year.as_str(), &row.source, &row.material_name, &row.place_name])?;
        sheet.end()?;
    }
    sheet.finish().map(drop)
}
