//! Recorders and statistics: what trials came to, with errors. Knows what the engine tells ([`crate::engine::observe`]) and nothing of how
//! results are shown.
//!
//! Determinism is law here: nothing crosses trials but whole numbers (exact fixed-point sums, counts, largest and lowest), so that
//! merging is associative and commutative and the same bytes come out for any number of threads, blocks or shards. Memory does not
//! grow with the number of trials.
mod attribution;
mod binned;
mod bins;
mod cells;
pub mod difference;
mod errors;
mod estimate;
mod event_classes;
mod event_totals;
mod finish;
mod fixed;
mod flows;
mod grid;
mod groups;
mod histogram;
mod open_trial;
mod order_statistics;
mod prices;
mod probe;
mod recorder;
mod replayable;
mod return_levels;
mod row_groups;
mod row_totals;
mod rows;
pub mod sample_table;
mod samples;
mod spells;
mod state;
pub mod statistic;
mod steps;
mod taken;
mod timeline;
pub mod types;
mod values;
mod variance;
mod waiting;
mod years;

#[cfg(test)]
pub(crate) mod tests;

pub use attribution::{SEVERAL, STRUCTURAL};
pub use estimate::{Bounds, mean_estimate, normal_estimate, probability_estimate};
pub use finish::PolicyFacts;
pub use fixed::{FixedSum, Moments};
pub use groups::{FEWEST_BATCHES, GROUPS, group_of};
pub use histogram::NEGLIGIBLE;
pub use order_statistics::{Level, QuantileRanks, SUPPORT_TRIALS};
pub use probe::{ShortfallProbe, TrialShortfall};
pub use recorder::{Recorder, Recording};
pub use return_levels::RETURN_PERIODS;
pub use rows::{ALL_SECTORS, FEED, FOCUS, Row, Rows, WORLD, plan_rows};
pub use samples::Sample;
pub use state::{MOST_TRIALS, RecorderState, Unsound};
pub use variance::VarianceSplitter;
