//! A table in memory as the text of its file.

use super::sheet::Rows;

/// A table as CSV.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvTable {
    /// Name of its file.
    pub name: &'static str,
    /// What that holds.
    pub bytes: Vec<u8>,
}

impl CsvTable {
    /// Of a table in memory.
    ///
    /// # Errors
    /// What the writer says; none is expected.
    pub fn of(rows: &Rows) -> Result<Self, csv::Error> {
        let mut bytes = Vec::new();
        rows.csv(&mut bytes)?;
        let name = rows.table.file;
        Ok(CsvTable { name, bytes })
    }
}
