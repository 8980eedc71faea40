//! What is known of makers and of a buyer at one stage, wherever it comes from.

use super::OTHERS;
use crate::study::{Bounds, Suppliers};

/// What is known of makers at one stage.
pub(super) struct Stage {
    pub(super) material: String,
    pub(super) name: String,
    pub(super) stage: String,
    pub(super) year: String,
    pub(super) source: String,
    pub(super) makers: Result<Suppliers, String>,
    pub(super) notes: Vec<String>,
}

/// What is known of one buyer at one stage. Quantities are per year.
pub(super) struct Buyer {
    pub(super) place: String,
    pub(super) name: String,
    /// Its own output by country, other than by recycling.
    pub(super) output: Result<Vec<(String, f64)>, String>,
    pub(super) recycled: f64,
    /// Whether trade is that of a model, so that what is left of it is what is used.
    pub(super) is_of_model: bool,
    pub(super) imports: Result<Imports, String>,
    pub(super) used: Result<f64, String>,
    pub(super) stock: Result<f64, String>,
    /// Recycling input rate, and where it comes from.
    pub(super) recycling_rate: Option<(f64, String)>,
    /// Net import reliance as published, with its source.
    pub(super) published_reliance: Option<(Result<Bounds, String>, String)>,
    pub(super) source: String,
    pub(super) notes: Vec<String>,
}

/// Quantities by country.
pub(super) type Sizes = Vec<(String, f64)>;

#[derive(Clone)]
pub(super) struct Imports {
    pub(super) by_origin: Vec<(String, f64)>,
    pub(super) others: f64,
    /// The largest share of the imports that one of the others can have.
    pub(super) largest_other: f64,
    pub(super) total: f64,
    pub(super) exports: f64,
}

impl Imports {
    pub(super) fn new(all: Vec<(String, f64)>, largest_other: f64, total: f64, exports: f64) -> Imports {
        let (others, by_origin): (Sizes, Sizes) = all.into_iter().partition(|(origin, _)| origin == OTHERS);
        Imports {
            by_origin,
            others: others.iter().map(|(_, size)| size).sum(),
            largest_other,
            total,
            exports,
        }
    }
}
