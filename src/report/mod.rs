//! Text formats of the results: CSV, JSON, the terminal's table and its sentences, and writing files whole. Knows the results
//! ([`crate::results::types`]) and nothing of how they came about.
pub mod answer;
pub mod backtest;
pub mod band;
pub mod cautions;
pub mod charts;
pub mod columns;
pub mod compare;
pub mod comparison;
pub mod csv;
mod csv_table;
pub mod data_package;
pub mod explored;
pub mod exposure;
#[cfg(feature = "cli")]
pub mod file_list;
#[cfg(feature = "cli")]
mod files;
pub mod grid;
pub mod harmless;
pub mod html;
pub mod indices;
pub mod json;
mod layered;
pub(crate) mod number;
pub mod optimize;
#[cfg(feature = "cli")]
pub mod part_file;
#[cfg(feature = "cli")]
mod pending;
pub mod prose;
pub mod rates;
pub mod regression;
pub mod replay_command;
#[cfg(feature = "cli")]
pub mod results_folder;
pub mod robustness;
#[cfg(feature = "cli")]
pub mod samples_file;
#[cfg(feature = "cli")]
pub mod save;
pub mod screen;
pub mod sensitivity;
pub mod sheet;
pub mod story;
pub mod sweep;
pub mod table;
#[cfg(feature = "cli")]
pub mod trace_csv;
pub mod width;
#[cfg(feature = "xlsx")]
pub mod workbook;
#[cfg(feature = "cli")]
pub mod write;

#[cfg(test)]
mod tests;

pub use csv_table::CsvTable;
#[cfg(feature = "cli")]
pub use files::{prepare_results, prepare_table, result_names, result_tables, samples_in, table_of, write_results};
pub use number::{grouped, six_digits};
