//! Keyed random streams and quantile functions.
pub mod special;
pub mod streams;
#[cfg(test)]
mod tests;
