//! How a back-test ([`crate::whatif::backtest`]) is shown: tables, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;

#[cfg(test)]
mod tests;

/// Names of the tables that are written.
pub const NAMES: [&str; 4] = ["observations.csv", "scores.csv", "bands.csv", "backtest.json"];
