//! What would help, by how much, how sure: one file for each question. Each calls the facade ([`crate::study`]) and nothing else; none knows how its
//! answer is shown.

mod axis;
pub mod compare;
mod crossing;
mod giving;
pub mod prim;
pub mod screen;
pub mod sensitivity;
pub mod sobol;
pub mod sweep;
