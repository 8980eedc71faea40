//! How indices ([`crate::whatif::indices`]) are shown: a table, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;

/// Names of the tables that are written.
pub const NAMES: [&str; 2] = ["indices.csv", "indices.json"];
