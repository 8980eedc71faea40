//! What is wrong with a request, or missing for it.

use std::fmt;

/// One thing that keeps a scenario from being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// What it is.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Complaint {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Complaint {
        Complaint {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}
