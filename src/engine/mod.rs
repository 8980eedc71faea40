//! The simulation: events to severities, the period step, allocation, stocks, adaptation, blocks of trials. Knows nothing of reports,
//! files or the command line.

pub mod adaptation;
pub mod allocation;
mod attribute;
pub mod blame;
pub mod draws;
mod effects;
pub mod kept;
mod limits;
pub mod maximum_flow;
pub mod notice;
pub mod observe;
mod plans;
mod premium;
pub mod projection;
pub mod refill;
mod refill_trade;
mod rigid;
pub mod run;
pub mod severity;
mod shipping;
pub mod state;
pub mod step;
mod stocks;
pub(crate) mod tolerance;
pub mod trace;
pub mod trial;
