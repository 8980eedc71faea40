//! `files.json`: what critmin wrote into a folder, with hashes, and which scenario the folder belongs to. Only what it lists, and what is still as
//! it was written, may be replaced or removed. `docs/results.md` describes it.
//!
//! While files are being given their names the list holds both what is replaced and what replaces it, so that a run that is killed in between
//! leaves nothing that the next one would not know.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::number::hexadecimal;
use super::pending::sha256_of;
use crate::scenario::{not_a_file, read_text};

/// Name of the list.
pub const FILE_LIST: &str = "files.json";
/// Version of its format.
const FORMAT: u64 = 1;
/// What it says first, for whoever comes across one.
const ABOUT: &str = "Files that critmin wrote into this folder, each with its SHA-256 (two while it is being replaced). Only these, and only while \
                     they are unchanged, are replaced or removed by later runs.";

/// Which scenario a folder belongs to. A scenario may change and still be the same one, where it is the same file; and it may be moved, where it
/// says the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioIdentity {
    /// Its file name.
    pub name: String,
    /// Its path as seen from the folder, with `/`; unknown to `merge`.
    pub path: Option<String>,
    /// SHA-256 of what it says, seed and number of trials apart.
    pub sha256: String,
}

impl ScenarioIdentity {
    /// Of a scenario that is called `name` and says `resolved`.
    pub fn new(name: &str, resolved: &serde_json::Value) -> Self {
        let mut resolved = resolved.clone();
        if let Some(run) = resolved.get_mut("run").and_then(serde_json::Value::as_object_mut) {
            run.remove("seed");
            run.remove("trials");
        }
        Self {
            name: name.to_owned(),
            path: None,
            sha256: hexadecimal(&Sha256::digest(resolved.to_string().as_bytes())),
        }
    }

    /// With the path of its file, as seen from a folder. Both must exist.
    pub(super) fn seen_from(self, folder: &Path, scenario: &Path) -> Self {
        let path = fs::canonicalize(folder)
            .and_then(|folder| Ok(relative(&folder, &fs::canonicalize(scenario)?)))
            .ok();
        Self { path, ..self }
    }

    /// Whether both are the same scenario.
    pub fn is_same(&self, other: &Self) -> bool {
        self.sha256 == other.sha256 || (self.path.is_some() && self.path == other.path)
    }
}

impl std::fmt::Display for ScenarioIdentity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.path.as_deref().unwrap_or(&self.name))
    }
}

/// A path as seen from a folder, both absolute, with `/`.
fn relative(folder: &Path, path: &Path) -> String {
    let (folder, whole): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (folder.components().collect(), path.components().collect());
    let shared = folder
        .iter()
        .zip(&whole)
        .take_while(|(one, other)| one == other)
        .count();
    if shared == 0 {
        return path.to_string_lossy().replace('\\', "/");
    }
    let up = folder[shared..].iter().map(|_| "..".to_owned());
    let down = whole[shared..]
        .iter()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// How a file stands to the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing has that name.
    Absent,
    /// It is there as it was written.
    Ours,
    /// It is in the way: why.
    InTheWay(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    about: String,
    format: u64,
    program: String,
    scenario: ScenarioIdentity,
    files: BTreeMap<String, Vec<String>>,
}

/// The list of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileList {
    folder: PathBuf,
    /// `None` where there is no list.
    scenario: Option<ScenarioIdentity>,
    /// By name (`summary.csv`, `charts/fan-metal.svg`): the SHA-256 that it may have.
    files: BTreeMap<String, Vec<String>>,
}

impl FileList {
    /// Reads the list of a folder; without one nothing is listed.
    ///
    /// # Errors
    /// A sentence, when what has its name is no such list.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE_LIST);
        let mut list = Self {
            folder: folder.to_owned(),
            scenario: None,
            files: BTreeMap::new(),
        };
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(list),
            Ok(about) if about.is_symlink() => return Err("it is a symbolic link".to_owned()),
            _ => {}
        }
        let text = read_text(&path).map_err(|unreadable| unreadable.why)?;
        let no_list = "critmin has not written it, or it is damaged";
        let any: serde_json::Value = serde_json::from_str(&text).map_err(|_| no_list.to_owned())?;
        match any.get("format").and_then(serde_json::Value::as_u64) {
            Some(format) if format != FORMAT && any.get("scenario").is_some() => {
                return Err(format!("it has format {format}; this program reads format {FORMAT}"));
            }
            _ => {}
        }
        let document: Document = serde_json::from_value(any).map_err(|_| no_list.to_owned())?;
        if document.about != ABOUT {
            return Err(no_list.to_owned());
        }
        list.scenario = Some(document.scenario);
        list.files = document.files;
        Ok(list)
    }

    /// The scenario that the folder belongs to.
    pub fn scenario(&self) -> Option<&ScenarioIdentity> {
        self.scenario.as_ref()
    }

    /// Names of the files that are listed.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// How a file of the folder stands to the list.
    pub fn standing(&self, name: &str) -> Standing {
        let path = self.folder.join(name);
        let about = match fs::symlink_metadata(&path) {
            Ok(about) => about,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Standing::Absent;
            }
            Err(error) => return Standing::InTheWay(error.to_string()),
        };
        if about.is_symlink() {
            return Standing::InTheWay("a symbolic link".to_owned());
        }
        if let Some(what) = not_a_file(&about) {
            return Standing::InTheWay(what.to_owned());
        }
        let Some(listed) = self.files.get(name) else {
            return Standing::InTheWay(match self.scenario {
                Some(_) => format!("not listed in {FILE_LIST}"),
                None => format!("there is no {FILE_LIST} that lists it"),
            });
        };
        match sha256_of(&path) {
            Ok(sha256) if listed.contains(&sha256) => Standing::Ours,
            Ok(_) => Standing::InTheWay("changed since critmin wrote it".to_owned()),
            Err(error) => Standing::InTheWay(format!("it cannot be read: {error}")),
        }
    }

    /// Adds a file as it is about to be, beside what it may be now.
    pub(super) fn add(&mut self, name: &str, sha256: &str) {
        let known = self.files.entry(name.to_owned()).or_default();
        if !known.iter().any(|one| one == sha256) {
            known.push(sha256.to_owned());
        }
    }

    /// What a file is, and nothing else.
    pub(super) fn set(&mut self, name: &str, sha256: &str) {
        self.files.insert(name.to_owned(), vec![sha256.to_owned()]);
    }

    /// A file is listed no more.
    pub(super) fn forget(&mut self, name: &str) {
        self.files.remove(name);
    }

    /// The list as text, of a folder that belongs to a scenario.
    pub(super) fn to_text(&self, scenario: &ScenarioIdentity) -> String {
        let document = Document {
            about: ABOUT.to_owned(),
            format: FORMAT,
            program: format!("critmin {}", env!("CARGO_PKG_VERSION")),
            scenario: scenario.clone(),
            files: self.files.clone(),
        };
        // Strings and lists of strings always have a form in JSON.
        serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
    }
}
