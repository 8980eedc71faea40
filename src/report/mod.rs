//! Text formats of the results: CSV, JSON, the terminal's table and its sentences, and writing files whole. Knows the results
//! ([`crate::results::types`]) and nothing of how they came about.
pub mod cautions;
pub mod charts;
pub mod compare;
pub mod comparison;
pub mod csv;
pub mod file_list;
mod files;
pub mod grid;
pub mod harmless;
pub mod json;
mod layered;
pub(crate) mod number;
pub mod part_file;
mod pending;
pub mod prose;
pub mod rates;
pub mod regression;
mod replay_command;
pub mod results_folder;
pub mod samples_file;
pub mod screen;
pub mod sensitivity;
mod sheet;
pub mod story;
pub mod sweep;
pub mod table;
pub mod trace_csv;
pub mod width;
pub mod write;

#[cfg(test)]
mod tests;

pub use files::{prepare_results, result_names, write_results};
pub use number::{grouped, six_digits};
