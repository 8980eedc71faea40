//! Keyed random streams and quantile functions.
mod dirichlet;
pub mod distribution;
mod length_biased;
mod sampler;
pub mod special;
pub mod streams;
mod table;
pub use dirichlet::Dirichlet;
pub use distribution::{Distribution, DistributionError};
pub use length_biased::LengthBiased;
pub use sampler::Sampler;
pub use streams::StreamKey;
#[cfg(test)]
mod tests;
