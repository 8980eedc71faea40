//! Integration tests, in one binary. Exact answers: closed forms in files (`cases`, `indices`), by computation (`compound_poisson`, `enumeration`, `return_periods`,
//! `point_processes`), the allocation against a linear programme (`allocation`) and as the optimum of a convex one (`allocation_search`), replays against tables (`accumulators`). Draws: `distributions`, `streams`.
//! Invariants on generated scenarios: `conservation`, `properties`, `chain_properties`, `impossible`. Hard use: `extremes`, what fuzzing
//! found (`fuzzed`), failures of input and output (`failures`), files that must not be lost (`outputs`), hostile texts (`hostile`). What scenarios promise (`headers`), which shortfall is the headline (`headline`), what fits a terminal (`widths`). The same bytes for any number of threads (`determinism`), in parts
//! (`shards`, `part_files`), after interruptions (`resume`, `kills`), with tables left out (`without`), and against golden files (`check`). What answers and charts leave out is said (`shown`). Trials ask for no memory
//! (`allocations`). What each column is (`columns`), and what spreadsheets and other programs read (`spreadsheets`). The command line from outside. The other modules are what these share.

mod accumulators;
mod allocation;
mod allocation_search;
mod allocations;
mod backtest;
mod band;
mod bench;
mod calendar;
mod cases;
mod chain_properties;
mod check;
mod columns;
mod command_line;
mod compare;
mod compound_poisson;
mod conservation;
mod country_screen;
mod course;
mod coverage;
mod determinism;
mod distributions;
mod documents;
mod echo;
mod enumeration;
mod equivalent;
mod exact;
mod explore;
mod explore_server;
mod extremes;
mod failures;
mod features;
mod fuzzed;
mod generator;
mod headers;
mod headline;
mod hostile;
mod impossible;
mod index_command;
mod indices;
mod inspector;
#[cfg(unix)]
mod kept;
#[cfg(unix)]
mod kills;
mod laws;
mod listed;
mod lookup;
mod nothing_random;
mod observed_trade;
mod optimize;
mod outputs;
mod part_files;
mod point_processes;
mod properties;
mod renewals;
mod replaying;
mod report_page;
mod resume;
mod return_periods;
mod robustness;
mod screen;
mod sellers;
mod sensitivity;
mod shards;
mod shipped;
mod shown;
mod sizes;
mod spreadsheets;
mod streams;
mod study;
mod support;
mod sweep;
mod widths;
mod without;
mod worlds;
