//! What can be wrong with a question about a rate.

use thiserror::Error;

/// The part of a question that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateAspect {
    /// The kind of event.
    Kind,
    /// The country.
    Country,
    /// The countries left out.
    Except,
    /// The mineral.
    Mineral,
    /// The country that restrictions are aimed at.
    Target,
    /// The first year.
    Since,
    /// The last year.
    Until,
    /// The least share of a supply.
    LeastShare,
}

impl RateAspect {
    /// The key of a scenario.
    pub fn key(self) -> &'static str {
        match self {
            RateAspect::Kind => "kind",
            RateAspect::Country => "country",
            RateAspect::Except => "except",
            RateAspect::Mineral => "mineral",
            RateAspect::Target => "target",
            RateAspect::Since => "since",
            RateAspect::Until => "until",
            RateAspect::LeastShare => "least_share",
        }
    }
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct RateError {
    /// What of it is wrong; several where they exclude each other.
    pub aspect: RateAspect,
    /// Whether everything is known, but nothing that fits all of it is watched.
    pub is_unwatched: bool,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}
