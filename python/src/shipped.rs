//! The scenarios that come with the package.

use std::collections::BTreeMap;

use pyo3::prelude::*;

include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// Names and texts of the shipped scenarios; those that others build on are in `base/`.
#[pyfunction]
pub fn scenarios() -> BTreeMap<&'static str, &'static str> {
    SCENARIOS.iter().copied().collect()
}
