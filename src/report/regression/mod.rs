//! What `critmin check` found: for people, as JSON, and as JUnit XML. Knows the comparison ([`crate::regression`]) and nothing of how the
//! figures came about.
mod json;
mod junit;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use json::json;
pub use junit::{is_junit, junit};
pub use text::text;

use crate::regression::{Comparison, Golden};

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every figure is as the golden file says.
    Same,
    /// Something changed, but nothing by more than Monte Carlo noise, and that was allowed.
    WithinNoise,
    /// Something changed.
    Changed,
    /// The golden file was made.
    Created,
    /// The golden file was rewritten.
    Updated,
}

impl Outcome {
    /// Whether the check has failed.
    pub fn is_failure(self) -> bool {
        self == Outcome::Changed
    }

    fn name(self) -> &'static str {
        match self {
            Outcome::Same => "same",
            Outcome::WithinNoise => "within_noise",
            Outcome::Changed => "changed",
            Outcome::Created => "created",
            Outcome::Updated => "updated",
        }
    }
}

/// One scenario checked against one golden file.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The scenario's file as the user named it.
    pub scenario: String,
    /// The golden file.
    pub against: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether moves within Monte Carlo noise are no failure.
    pub allow_noise: bool,
    /// Seconds that it took.
    pub seconds: f64,
    /// The run now, as a golden file would hold it.
    pub now: Golden,
    /// What has become of the golden file's figures; `None` where there was none.
    pub comparison: Option<Comparison>,
}

/// A scenario that could not be checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Failed {
    /// The scenario's file as the user named it.
    pub scenario: String,
    /// The golden file.
    pub against: String,
    /// Seconds until it failed.
    pub seconds: f64,
    /// What kind of failure it is, in a word.
    pub kind: &'static str,
    /// Why, as it is told to people.
    pub text: String,
    /// Why, as JSON: a list.
    pub errors: serde_json::Value,
}

/// What came of one scenario.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// It was checked.
    Done(Box<Check>),
    /// It could not be checked.
    Failed(Failed),
}

impl From<Check> for Entry {
    fn from(check: Check) -> Self {
        Entry::Done(Box::new(check))
    }
}
