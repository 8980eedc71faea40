//! Rows of the shipped tables by the names of their columns.

use crate::data;

/// A row about one mineral.
#[derive(Debug, Clone)]
pub(super) struct Row {
    header: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    /// A cell; empty where the table has no such column.
    pub fn get(&self, column: &str) -> &str {
        let place = self.header.iter().position(|name| name == column);
        place.map_or("", |place| self.cells[place].as_str())
    }

    /// A cell that holds a number.
    pub fn number(&self, column: &str) -> Option<f64> {
        self.get(column).parse().ok()
    }
}

/// The rows of a table about a mineral, in the order of the table.
pub(super) fn rows(table: &str, mineral: &str) -> Vec<Row> {
    let Some(excerpt) = data::excerpt(table, mineral) else {
        return Vec::new();
    };
    let header = excerpt.header;
    let row = |cells| Row {
        header: header.clone(),
        cells,
    };
    excerpt.rows.into_iter().map(row).collect()
}
