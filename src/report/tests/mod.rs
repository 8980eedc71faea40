//! Every text format drawn in full from one small run.
mod columns;
mod example;
mod rates;
mod snapshots;
