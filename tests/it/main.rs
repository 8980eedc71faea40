//! Integration tests, in one binary. Exact answers: closed forms in files (`cases`, `indices`), by computation (`compound_poisson`, `enumeration`,
//! `point_processes`), the allocation against a linear programme, replays against tables (`accumulators`). Draws: `distributions`, `streams`.
//! Invariants on generated scenarios: `conservation`, `properties`, `chain_properties`, `impossible`. Hard use: `extremes`, and what fuzzing
//! found (`fuzzed`). The same bytes for any number of threads (`determinism`), and the command line from outside. The other modules are what
//! these share.

mod accumulators;
mod allocation;
mod cases;
mod chain_properties;
mod command_line;
mod compound_poisson;
mod conservation;
mod course;
mod determinism;
mod distributions;
mod enumeration;
mod exact;
mod extremes;
mod features;
mod fuzzed;
mod generator;
mod impossible;
mod indices;
mod inspector;
mod laws;
mod listed;
mod lookup;
mod point_processes;
mod properties;
mod streams;
mod support;
