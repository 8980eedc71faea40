//! Integration tests, in one binary: closed forms (`cases`), the allocation against a linear programme, conservation and other
//! invariants on generated scenarios, the same bytes for any number of threads, golden files, and the command line from outside.

mod allocation;
mod cases;
mod check;
mod command_line;
mod conservation;
mod determinism;
mod generator;
mod inspector;
mod properties;
mod support;
