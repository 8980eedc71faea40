//! How a look at robustness ([`crate::whatif::robustness`]) is shown: a table, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;

use crate::results::types::RunResults;
use crate::whatif::robustness::Robustness;

/// Names of the files that it writes beside charts.
pub const NAMES: [&str; 2] = ["robustness.csv", "robustness.json"];

/// The results of the scenario as it is, which name everything.
pub(super) fn named(found: &Robustness) -> Option<&RunResults> {
    found.as_written().map(|results| &results.run)
}

/// A policy's name.
pub(super) fn policy_name<'a>(run: &'a RunResults, id: &'a str) -> &'a str {
    let policy = run.policies.iter().find(|policy| policy.policy == id);
    policy.map_or(id, |policy| policy.shown_name())
}
