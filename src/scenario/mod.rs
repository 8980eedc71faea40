//! The scenario.
mod checked;
pub use checked::*;
