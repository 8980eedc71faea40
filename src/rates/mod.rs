//! Base rates from counted history: which past events qualify, over what they were watched, and what that says of the rate, of the
//! share lost and of the time it lasts.
//!
//! The rate is Poisson's, per watched unit and year. With Jeffreys' prior its posterior after n events in E unit-years is a gamma
//! distribution of shape n + 1/2 and rate E: what `critmin rates` prints and what `rate = "history"` puts into a scenario are one.

mod count;
mod error;
mod fit;
mod question;
#[cfg(test)]
mod tests;

pub use count::{BaseRate, Counted, Era, Posterior, Qualifying};
pub use error::{RateAspect, RateError};
pub use fit::{Fit, FitResult, LEAST_FOR_FIT};
pub use question::{Question, known_kinds};
