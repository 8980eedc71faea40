//! Regression of model outputs: the figures of a run that are pinned in a golden file, and what has become of them since.
//!
//! `collect` chooses the figures of a run, `Golden` is the file that holds them, `compare` finds what moved between two sets and
//! `Noise` says whether a move is more than Monte Carlo noise. Pure: knows results, and nothing of running, files, or how it is shown.

mod batches;
mod collect;
mod compare;
mod duplicates;
mod figure;
mod golden;
mod noise;
mod partition;
mod scenario_keys;
mod settings;

#[cfg(test)]
pub(crate) mod tests;

pub use batches::{BatchMeans, BatchSums};
pub use collect::collect;
pub use compare::{Comparison, Group, Lone, Move, RELATIVE_FLOOR, compare};
pub use figure::{Figure, Figures, Key, Table, Value};
pub use golden::{FORMAT, Golden, GoldenError, RELATIVE_TOLERANCE};
pub use noise::{Basis, Noise, SHIFT, UNCLEAR, Verdict};
pub use scenario_keys::{KeyChange, ScenarioKeys, scenario_keys};
pub use settings::{SettingChange, Settings};
