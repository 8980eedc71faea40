//! The program from outside: commands, flags, exit codes, streams and files.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{close, in_repository, said};

mod checks;
mod other_commands;
mod refusals;
mod run;

/// A scenario with two policies, an uncertain input, a stockpile and a few events: small enough to run often.
const SCENARIO: &str = r#"format = 1
title = "Command line"
description = "What the tests of the command line run."
assumption = "invented"
focus = { materials = ["metal"], countries = ["buyer", "friend"] }

[time]
start = "2026-01"
periods = 24

[run]
trials = 400
seed = 5

[[country]]
id = "maker"
[[country]]
id = "buyer"
[[country]]
id = "friend"

[[material]]
id = "metal"
flexibility = 1.2

[[supply]]
id = "plant"
country = "maker"
material = "metal"
capacity = { dist = "uniform", low = 2050, high = 2400 }
utilisation = 0.9

[[supply]]
id = "home"
country = "buyer"
material = "metal"
capacity = 200

[[demand]]
material = "metal"
country = "buyer"
sector = "civil"
amount = 1000
[[demand]]
material = "metal"
country = "buyer"
sector = "defence"
amount = 200
priority = 1
[[demand]]
material = "metal"
country = "friend"
amount = 800

[[stockpile]]
material = "metal"
country = "buyer"
days = 20

[[event]]
id = "ban"
name = "Export ban"
kind = "export_restriction"
from = "maker"
to = "all"
materials = ["metal"]
arrival = { process = "poisson", per_year = 0.4 }
duration = { dist = "exponential", mean = 6 }
severity = { dist = "uniform", low = 0.4, high = 1 }

[[event]]
id = "outage"
kind = "production_loss"
supply = "plant"
arrival = { process = "renewal", up = { dist = "exponential", mean = 18 }, down = { dist = "exponential", mean = 2 } }
severity = 0.3

[[policy]]
id = "stockpile"
name = "A larger stockpile"
cost = 1e6
[[policy.set]]
key = "stockpile.metal.buyer.days"
value = 120

[[policy]]
id = "second_source"
[[policy.set]]
key = "supply.home.capacity"
value = 600
"#;

fn critmin() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_critmin"));
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// A folder with the scenario in it.
fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.toml");
    std::fs::write(&path, SCENARIO).unwrap();
    (folder, path)
}

/// Exit code, stdout, stderr.
fn finish(command: &mut Command) -> (i32, String, String) {
    said(&command.output().unwrap())
}

fn succeed(command: &mut Command) -> String {
    let (code, out, error) = finish(command);
    assert_eq!(code, 0, "{error}");
    out
}

/// A CSV file as its header and rows.
fn table(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = cells(reader.headers().unwrap());
    (header, reader.records().map(|record| cells(&record.unwrap())).collect())
}

/// Results of a run with the given arguments.
fn run_into(out: &Path, scenario: &Path, arguments: &[&str]) -> String {
    succeed(critmin().arg("run").arg(scenario).arg("--out").arg(out).args(arguments))
}
