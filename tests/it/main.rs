//! Integration tests, in one binary: closed forms (`cases`), the allocation against a linear programme, conservation and other
//! invariants on generated scenarios, the same bytes for any number of threads, in parts and after interruptions, failures of input and output,
//! and the command line from outside.

mod allocation;
mod cases;
mod command_line;
mod conservation;
mod determinism;
mod failures;
mod generator;
mod inspector;
#[cfg(unix)]
mod kills;
mod part_files;
mod properties;
mod resume;
mod shards;
mod support;
