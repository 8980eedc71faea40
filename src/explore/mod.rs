//! The explorer: one protocol for a page on which the levers of a scenario are moved, whatever carries it. A [`Session`] holds the study and answers
//! requests, which are JSON, by messages, which are JSON too.
//!
//! Knows nothing of servers, browsers, clocks and files: no request makes it read one. Every figure is the facade's ([`crate::study`]), every chart and
//! sentence that of the reports ([`crate::report`]).

mod describe;
mod file;
mod page;
mod request;
mod session;

pub use file::{Kept, command, policy_file};
pub use page::{Embedded, Page, page};
pub use request::{Choice, Refused, Request, SizedChoice, Turned};
pub use session::{Limits, Session};

/// Version of the protocol and of the addresses that the page makes. Raised when old ones would be read wrongly.
pub const VERSION: u32 = 1;

/// Trials after which an answer is shown on the way, each sharper than the one before. From 2,048 on, errors of differences are stated.
pub fn steps() -> Vec<u64> {
    let first = [64, 256, 1_024];
    let doubled = (0..20).map(|power| 2_048 << power);
    first.into_iter().chain(doubled).collect()
}
