//! `critmin check` from outside: golden files written, compared, refused; what it says and how it exits.

use std::path::{Path, PathBuf};

use critmin::regression::Golden;
use critmin::study::Study;
use critmin::whatif::golden::content_hash;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{in_repository, load, program, read, said, simulate_with_samples, with};

mod moves;
mod refusals;

/// Two materials, a stockpile, two events, two policies.
const SCENARIO: &str = r#"format = 1
title = "Check"
assumption = "invented"
focus = { materials = ["metal"], countries = ["buyer", "friend"] }

[time]
start = "2026-01"
periods = 24

[run]
trials = 900
seed = 5

[[country]]
id = "maker"
[[country]]
id = "buyer"
[[country]]
id = "friend"

[[material]]
id = "ore"
[[material]]
id = "metal"
flexibility = 1.2
inputs = [{ material = "ore", per_tonne = 2 }]

[[supply]]
id = "mine"
country = "maker"
material = "ore"
capacity = 5000

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
sector = "defence and space"
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
[[policy.set]]
key = "stockpile.metal.buyer.days"
value = 120

[[policy]]
id = "second_source"
[[policy.set]]
key = "supply.home.capacity"
value = 600
"#;

/// A folder with a scenario and its golden file, of 320 trials.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Bench {
            folder: tempfile::tempdir().unwrap(),
        };
        std::fs::write(bench.path("scenario.toml"), SCENARIO).unwrap();
        let (code, out, error) = bench.check(&["--update", "--trials", "320"]);
        assert_eq!((code, error.as_str()), (0, ""));
        assert!(
            out.contains("wrote golden.json") && out.contains("320 trials, seed 5"),
            "{out}"
        );
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn golden(&self) -> String {
        std::fs::read_to_string(self.path("golden.json")).unwrap()
    }

    fn edit(&self, name: &str, from: &str, to: &str) {
        let path = self.path(name);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = program();
        let command = command.env("NO_COLOR", "1").current_dir(self.folder.path());
        said(&command.args(arguments).output().unwrap())
    }

    /// Exit code, stdout, stderr of a check of the scenario against its golden file.
    fn check(&self, arguments: &[&str]) -> (i32, String, String) {
        let fixed = ["check", "scenario.toml", "--against", "golden.json"];
        self.command(&[&fixed, arguments].concat())
    }

    /// Exit code and the check's JSON.
    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let (code, out, error) = self.check(&[&["--json"], arguments].concat());
        assert_eq!(error, "");
        let document: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(document["changed"], Value::Bool(code == 1));
        (code, document["checks"][0].clone())
    }
}

/// A move of a check's JSON by row and statistic, under the baseline.
fn find<'a>(check: &'a Value, place: &str, sector: &str, statistic: &str) -> &'a Value {
    let moves = check["moves"].as_array().unwrap();
    moves
        .iter()
        .find(|moved| {
            moved["policy"] == "baseline"
                && moved["country"] == place
                && moved["sector"] == sector
                && moved["statistic"] == statistic
        })
        .unwrap_or_else(|| panic!("{statistic} of {place} {sector} has not moved"))
}

fn names(list: &Value, field: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item[field].as_str().unwrap().to_owned()).collect()
}
