//! Why a question about a scenario has no answer.

use thiserror::Error as ThisError;

use crate::study::Error;

/// Why there is no answer.
#[derive(Debug, ThisError)]
pub enum Unanswered {
    /// The scenario is wrong, as it is or as it was to be changed, or its run failed.
    #[error(transparent)]
    Study(#[from] Error),
    /// What is asked for makes no sense.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// What was asked for, why it cannot be, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[error("{message}")]
pub struct Refusal {
    /// Why not.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Refusal {
    pub(super) fn new(message: String, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        Refusal { message, hint }
    }
}
