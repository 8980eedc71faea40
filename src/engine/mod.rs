//! Simulates trials; here, what it tells whoever records.
pub mod observe;
