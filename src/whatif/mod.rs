//! What would help, by how much, how sure: one file for each question. Each calls the facade ([`crate::study`]), those about the shipped
//! tables also these and drafts from them; none knows how its
//! answer is shown.

mod axis;
pub mod backtest;
pub mod band;
pub mod batch;
pub mod compare;
mod crossing;
pub mod exposure;
pub mod firm;
mod giving;
pub mod golden;
pub mod indices;
pub mod optimize;
pub mod prim;
mod refusal;
pub mod robustness;
pub mod screen;
pub mod sensitivity;
pub mod sobol;
pub mod sweep;

pub use refusal::{Refusal, Unanswered};
