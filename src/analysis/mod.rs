//! Analyses: each calls the scenario, the engine and the recorders in order and returns plain results. Knows nothing of files or of the
//! command line.

pub mod bounded;
pub mod examine;
pub mod facts;
pub mod indices;
pub mod merge;
pub mod part;
pub(crate) mod pick_freeze;
mod ranking;
pub mod replay;
pub mod run;
pub mod simulate;
mod variance;
