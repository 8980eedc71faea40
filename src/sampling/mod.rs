//! Keyed random streams and quantile functions.
