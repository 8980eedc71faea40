//! Integration tests, in one binary: closed forms (`cases`), the allocation against a linear programme, conservation and other
//! invariants on generated scenarios, the same bytes for any number of threads, and the command line from outside.

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
