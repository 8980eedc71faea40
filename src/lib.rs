//! critmin: disruption risk in critical-mineral supply chains, simulated.
//!
//! One way through: load, check, compile, simulate, summarise, render. Each module is one room of that
//! pipeline and knows nothing of the rooms after it.
pub mod analysis;
#[cfg(feature = "cli")]
pub mod cli;
pub mod data;
pub mod draft;
pub mod engine;
pub mod explore;
pub mod model;
pub mod rates;
pub mod regression;
pub mod report;
pub mod results;
pub mod sampling;
pub mod scenario;
pub mod study;
pub mod whatif;
