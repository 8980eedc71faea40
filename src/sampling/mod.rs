//! Keyed random streams, probability distributions as quantile functions, and dependence between draws.
//!
//! Everything starts from uniforms in (0, 1) that are a pure function of (seed, driver, trial, index): [`StreamKey`], or
//! one of the other [`Design`]s, whose draws can have nets in common ([`Stream`]). A [`Copula`] may tie some of them together. A [`Distribution`] (checked) compiled to a
//! [`Sampler`] (quick) turns one uniform into one draw. [`Dirichlet`] and [`LengthBiased`] are made from those.
//!
//! The same bits come out on every platform: only `libm`, `sqrt` and plain arithmetic are used.
//!
//! This room knows nothing of files, models, events or units; values have the units of the parameters given.
mod copula;
mod design;
mod dimensions;
mod dirichlet;
pub mod distribution;
mod generator;
mod lasting;
mod length_biased;
mod sampler;
mod sobol;
pub mod special;
mod stream;
pub mod streams;
mod table;

pub use copula::{Copula, CopulaError, Correlation};
pub use design::{BATCH_TRIALS, Design, batch};
pub use dimensions::Dimensions;
pub use dirichlet::Dirichlet;
pub use distribution::{Distribution, DistributionError};
pub use generator::Generator;
pub use lasting::Lasting;
pub use length_biased::LengthBiased;
pub use sampler::Sampler;
pub use stream::Stream;
pub use streams::StreamKey;

#[cfg(test)]
mod tests;
