//! Whole recorders fed with made-up trials.
mod closed_form;
pub mod made_up;
mod merging;
mod years;
