//! Results shown: one small room per format. Knows the results and how to draw them, not how the numbers came about.
pub mod charts;
