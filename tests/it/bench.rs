//! A folder with a small scenario, in which commands are run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{program, said};

/// A scenario with shares from a table that is either in the file or beside it.
pub fn scenario(shares: &str) -> String {
    format!(
        r#"format = 1
title = "Outputs"
assumption = "made up for a test"
time = {{ start = "2026-01", periods = 12 }}
run = {{ trials = 200 }}
demand = [ {{ material = "metal", country = "USA", amount = 1200 }} ]
[[material]]
id = "metal"
[shares.metal]
output = 1200
{shares}
[[event]]
id = "outage"
kind = "production_loss"
countries = ["CHN"]
severity = {{ dist = "uniform", low = 0, high = 1 }}
arrival = {{ process = "fixed", at = "2026-03", probability = 0.5 }}
"#
    )
}

pub const INLINE: &str = "by_country = { CHN = 1 }";
pub const SHARES_CSV: &str = "country,share\nCHN,1\n";

/// A folder that commands are run in.
pub struct Bench(pub TempDir);

impl Bench {
    pub fn new() -> Self {
        let bench = Bench(tempfile::tempdir().unwrap());
        bench.write("scenario.toml", &scenario(INLINE));
        bench
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Exit code, stdout and stderr of a command line.
    pub fn run(&self, line: &str) -> (i32, String, String) {
        let mut command = program();
        command.env("NO_COLOR", "1").current_dir(self.0.path());
        said(&command.args(line.split_whitespace()).output().unwrap())
    }

    pub fn succeed(&self, line: &str) -> String {
        let (code, out, error) = self.run(line);
        assert_eq!(code, 0, "{line}: {error}");
        out
    }

    /// Refused with this in the message, and nothing in the folder has changed.
    pub fn refuse(&self, line: &str, code: i32, words: &[&str]) {
        let before = self.everything();
        let (found, _, error) = self.run(line);
        assert_eq!(found, code, "{line}: {error}");
        for word in words {
            assert!(error.contains(word), "{line}: `{word}` is not in\n{error}");
        }
        let after = self.everything();
        assert!(before == after, "{line}: {:?} became {:?}", before.keys(), after.keys());
    }

    /// Every name below the folder, with the file's bytes or where a link leads.
    pub fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        gather(self.0.path(), &mut found);
        found
    }
}

fn gather(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let about = std::fs::symlink_metadata(&path).unwrap();
        let bytes = if about.is_symlink() {
            std::fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
        } else if about.is_file() {
            std::fs::read(&path).unwrap()
        } else {
            Vec::new()
        };
        if about.is_dir() {
            gather(&path, found);
        }
        found.insert(path, bytes);
    }
}
