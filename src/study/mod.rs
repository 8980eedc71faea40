//! The front door of the library: open a scenario, make variants of it, run them on the same draws, and ask what differs.
//!
//! ```
//! use critmin::study::{Change, Run, Statistic, Study};
//!
//! # fn main() -> Result<(), critmin::study::Error> {
//! let study = Study::open("scenarios/quickstart.toml")?;
//! let baseline = study.baseline()?;
//! let plant = study.variant("half elsewhere", &[Change::set("shares.magnet.by_country.CHN", 0.5)])?;
//! let results = Run::new(&baseline).against([&plant]).trials(2_048).results()?;
//! let less = results.difference("half elsewhere", ("magnet", "USA"), Statistic::ExpectedShortfallPct);
//! println!("{:+.2} points", less.unwrap().estimate.value);
//! # Ok(())
//! # }
//! ```
//!
//! Knows nothing of files' formats nor of the terminal.

/// For tests, benches and fuzz targets that look at the rooms behind the door.
#[doc(hidden)]
pub mod inside {
    pub use crate::analysis::indices::{WeightedShare, eu_supply_risk, import_risk, weighted_concentration};
    pub use crate::analysis::run::{Prepared, prepare};
}

mod batch;
mod factors;
mod firm;
mod inputs;
mod outcome;
mod run;
mod scenario;
mod start;
mod watched;
mod whole;
mod world;

pub use crate::analysis::bounded::{Bounds, Suppliers, bounded_import_risk, bounded_supply_risk};
pub use crate::analysis::facts::PROGRAM;
pub use crate::analysis::indices::concentration;
pub use crate::analysis::merge::{Together, order};
pub use crate::analysis::part::{Frame, Part, PartHead, PolicyPart};
pub use crate::analysis::replay::{Replay, ReplayEvent, ReplayMarket};
pub use crate::analysis::run::{PartReport, RunError as Error, RunListener, RunPlan, Stage};
pub use crate::engine::run::Progress;
pub use crate::results::Sample;
pub use crate::results::difference::{COMPARED, Difference, RowDifferences};
pub use crate::results::sample_table::Samples;
pub use crate::results::statistic::{Found, Statistic, Unit};
pub use crate::results::types::{Estimate, PolicyResults, RunResults, SummaryRow};
pub use crate::scenario::{Change, Diagnostics, Lever, PolicyLabel, PolicyOption, PolicyScale, SizedPolicy};
pub use batch::Given;
pub use factors::{Drawn, Factor, FactorKind, Frozen, Seen, Uncertain};
pub use inputs::{Basis, Input, InputKind};
pub use outcome::Results;
pub use run::{Memory, Run};
pub use scenario::{Study, Variant};
pub use start::{StartBuyer, StartMaker, StartMarket};
pub use watched::{Course, Courses, Quantity, Watched};
pub use whole::Whole;
pub use world::{Maker, Taken};
