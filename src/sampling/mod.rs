//! Keyed random streams and quantile functions.
pub mod distribution;
pub mod special;
pub mod streams;
pub use distribution::{Distribution, DistributionError};
#[cfg(test)]
mod tests;
