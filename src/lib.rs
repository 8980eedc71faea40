//! critmin: disruption risk in critical-mineral supply chains, simulated.
//!
//! [`study`] is the front door: open a scenario, make variants of it, run them on the same draws, ask what differs. [`whatif`] answers whole questions on it
//! (what helps, at what cost, how sure), each as the command of the same name does. [`data`] has the shipped tables.
//!
//! The other modules are the rooms behind that door, one way through: load, check, compile, simulate, summarise, render. They are there for the command line, the
//! tests and the benches, are left out of this documentation, and change without notice.
mod analysis;
#[cfg(feature = "cli")]
#[doc(hidden)]
// The texts of options are written for the terminal.
#[allow(rustdoc::invalid_html_tags)]
pub mod cli;
pub mod data;
#[doc(hidden)]
pub mod draft;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod explore;
#[doc(hidden)]
pub mod model;
#[doc(hidden)]
pub mod rates;
#[doc(hidden)]
pub mod regression;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod results;
#[doc(hidden)]
pub mod sampling;
#[doc(hidden)]
pub mod scenario;
pub mod study;
pub mod whatif;

/// The programs in the README, as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
