//! What would help, by how much, how sure: one file for each question. Each calls the facade ([`crate::study`]) and nothing else; none knows how its
//! answer is shown.

mod axis;
pub mod compare;
mod crossing;
mod giving;
pub mod optimize;
pub mod robustness;
pub mod screen;
pub mod sweep;
