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

mod batch;
mod factors;
mod firm;
mod inputs;
mod outcome;
mod run;
mod scenario;
mod start;
mod whole;
mod world;

pub use crate::analysis::bounded::{Bounds, Suppliers, bounded_import_risk, bounded_supply_risk};
pub use crate::analysis::facts::PROGRAM;
pub use crate::analysis::indices::concentration;
pub use crate::analysis::part::Part;
pub use crate::analysis::replay::Replay;
pub use crate::analysis::run::{RunError as Error, RunPlan};
pub use crate::engine::run::Progress;
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
pub use whole::Whole;
pub use world::{Maker, Taken};
