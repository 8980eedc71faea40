//! What a run found.
pub mod types;
