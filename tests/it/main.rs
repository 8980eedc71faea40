//! Integration tests, in one binary: closed forms (`cases`), the allocation against a linear programme, conservation and other
//! invariants on generated scenarios, extremes and what fuzzing found, the same bytes for any number of threads, and the command line from
//! outside.

mod allocation;
mod cases;
mod command_line;
mod conservation;
mod determinism;
mod extremes;
mod features;
mod fuzzed;
mod generator;
mod inspector;
mod properties;
mod support;
