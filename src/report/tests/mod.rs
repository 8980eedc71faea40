//! Every text format drawn in full from one small run.
mod example;
mod rates;
mod snapshots;
