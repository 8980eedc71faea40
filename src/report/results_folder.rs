//! A folder of results: what may be written there, and how files in it are replaced. Nothing that critmin did not write, or that was changed since,
//! is replaced or removed; and no input of the run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::charts::KINDS;
use super::file_list::{FILE_LIST, FileList, ScenarioIdentity, Standing};
use super::pending::{PendingFile, commit_all};
use super::write::{OutputFolder, WriteError};

/// The folder within that of results that charts are in.
pub const CHARTS: &str = "charts";

/// What is in the way of output.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Obstruction {
    /// It would replace a file that is read.
    #[error("{} would be written over {}, which is read here; nothing has been written", output.display(), input.display())]
    Input {
        /// What would be written.
        output: PathBuf,
        /// The input, as it was named.
        input: PathBuf,
    },
    /// Files that are there.
    #[error("{} holds files in the way that critmin did not write, or that were changed since; nothing has been written{}", folder.display(), listed(files))]
    Files {
        /// The folder.
        folder: PathBuf,
        /// Each file's name, and why it may not be replaced.
        files: Vec<(String, String)>,
    },
    /// The folder has results of another scenario.
    #[error("{} belongs to another scenario: to {theirs}, not to {ours}; nothing has been written", folder.display())]
    AnotherScenario {
        /// The folder.
        folder: PathBuf,
        /// The scenario that it belongs to.
        theirs: String,
        /// The scenario of this run.
        ours: String,
    },
    /// One file that is there.
    #[error("{} may not be replaced: {why}; nothing has been written", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

fn listed(files: &[(String, String)]) -> String {
    let lines = files.iter().map(|(name, why)| format!("\n  {name}: {why}"));
    lines.collect::<Vec<_>>().concat()
}

impl Obstruction {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Obstruction::Input { .. } => "choose another place for the output",
            Obstruction::Files { .. } => {
                "choose another folder with --out; or move these files elsewhere (results without files.json are those of a version \
                 before it: remove them if you do not need them)"
            }
            Obstruction::AnotherScenario { .. } => {
                "choose another folder with --out; or remove this one if you do not need its results"
            }
            Obstruction::File { .. } => "choose another name, or move that file elsewhere",
        }
    }
}

/// Files that a command may write into a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Names of files.
    pub files: Vec<String>,
    /// Endings of charts (`svg`, `png`): their names are known only when they have been drawn, so any file that is named like a chart counts.
    pub charts: Vec<&'static str>,
}

impl Wanted {
    fn is_chart(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        KINDS.iter().any(|kind| name.starts_with(kind))
            && self
                .charts
                .iter()
                .any(|ending| name.strip_suffix(ending).is_some_and(|stem| stem.ends_with('.')))
    }

    /// Those that something in the folder has the name of, the list of files included.
    fn there(&self, folder: &Path) -> Vec<String> {
        let is_there = |name: &String| fs::symlink_metadata(folder.join(name)).is_ok();
        let mut names: Vec<String> = self.files.iter().filter(|name| is_there(name)).cloned().collect();
        if !self.charts.is_empty() {
            let entries = fs::read_dir(folder.join(CHARTS)).into_iter().flatten().flatten();
            let charts = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            names.extend(
                charts
                    .filter(|name| self.is_chart(name))
                    .map(|name| format!("{CHARTS}/{name}")),
            );
        }
        names.sort();
        names
    }
}

/// Checks that a file which is to be written is no input.
///
/// # Errors
/// When it is one.
pub fn is_no_input(output: &Path, inputs: &[PathBuf]) -> Result<(), Obstruction> {
    match inputs.iter().find(|input| is_same_file(output, input)) {
        None => Ok(()),
        Some(input) => Err(Obstruction::Input {
            output: output.to_owned(),
            input: input.clone(),
        }),
    }
}

/// Whether two names lead to one file, through links too.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (fs::metadata(one), fs::metadata(other)) {
        (Ok(one), Ok(other)) => one.dev() == other.dev() && one.ino() == other.ino(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// A folder of results of one scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultsFolder {
    folder: OutputFolder,
    scenario: ScenarioIdentity,
}

impl ResultsFolder {
    /// Makes the folder, unless it is there. `file` is the scenario's file, where it is known.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(
        path: impl Into<PathBuf>,
        scenario: ScenarioIdentity,
        file: Option<&Path>,
    ) -> Result<Self, WriteError> {
        let folder = OutputFolder::create(path)?;
        let scenario = match file {
            Some(file) => scenario.seen_from(folder.path(), file),
            None => scenario,
        };
        Ok(Self { folder, scenario })
    }

    /// A folder of results within this one, of the same scenario; made unless it is there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn within(&self, name: &str) -> Result<Self, WriteError> {
        let path = self.scenario.path.as_ref().map(|path| format!("../{path}"));
        Ok(Self {
            folder: self.folder.folder(name)?,
            scenario: ScenarioIdentity {
                path,
                ..self.scenario.clone()
            },
        })
    }

    /// Checks what may be written into a folder within this one, which need not be there ([`ResultsFolder::check`]).
    ///
    /// # Errors
    /// What is in the way.
    pub fn check_within(&self, name: &str, wanted: &Wanted, inputs: &[PathBuf]) -> Result<(), WriteError> {
        match fs::symlink_metadata(self.folder.path().join(name)) {
            Err(_) => Ok(()),
            Ok(about) if about.is_dir() => Ok(self.within(name)?.check(wanted, inputs)?),
            Ok(_) => Ok(self.no_files(vec![(name.to_owned(), "no folder".to_owned())])?),
        }
    }

    /// The folder, for what is not listed.
    pub fn folder(&self) -> &OutputFolder {
        &self.folder
    }

    /// The scenario that it is to belong to.
    pub fn scenario(&self) -> &ScenarioIdentity {
        &self.scenario
    }

    /// Checks that all of this may be written: nothing of it is an input, the folder belongs to no other scenario, and what is in the way is what
    /// critmin wrote. Changes nothing.
    ///
    /// # Errors
    /// What is in the way.
    pub fn check(&self, wanted: &Wanted, inputs: &[PathBuf]) -> Result<(), Obstruction> {
        let folder = self.folder.path();
        let there = wanted.there(folder);
        for name in there.iter().map(String::as_str).chain([FILE_LIST]) {
            is_no_input(&folder.join(name), inputs)?;
        }
        let list = self.list()?;
        let mut files: Vec<(String, String)> = Vec::new();
        if !wanted.charts.is_empty() && fs::symlink_metadata(folder.join(CHARTS)).is_ok_and(|about| !about.is_dir()) {
            files.push((CHARTS.to_owned(), "no folder".to_owned()));
        }
        for name in there {
            if let Standing::InTheWay(why) = list.standing(&name) {
                files.push((name, why));
            }
        }
        self.no_files(files)
    }

    fn no_files(&self, files: Vec<(String, String)>) -> Result<(), Obstruction> {
        if files.is_empty() {
            return Ok(());
        }
        let folder = self.folder.path().to_owned();
        Err(Obstruction::Files { folder, files })
    }

    /// The list of the folder, which must belong to this scenario or to none.
    fn list(&self) -> Result<FileList, Obstruction> {
        let folder = self.folder.path();
        let list = FileList::read(folder).map_err(|why| Obstruction::Files {
            folder: folder.to_owned(),
            files: vec![(FILE_LIST.to_owned(), why)],
        })?;
        match list.scenario() {
            Some(theirs) if !theirs.is_same(&self.scenario) => Err(Obstruction::AnotherScenario {
                folder: folder.to_owned(),
                theirs: theirs.to_string(),
                ours: self.scenario.to_string(),
            }),
            _ => Ok(list),
        }
    }

    /// Whether the folder's list says that it belongs to this scenario.
    pub fn is_claimed(&self) -> bool {
        self.list().is_ok_and(|list| list.scenario().is_some())
    }

    /// Notes that the folder belongs to the scenario, before there are any results.
    ///
    /// # Errors
    /// When it belongs to another, or cannot be written to.
    pub fn claim(&self) -> Result<(), WriteError> {
        let list = self.list()?;
        match list.scenario() {
            Some(scenario) if *scenario == self.scenario => Ok(()),
            _ => self.write_list(&list),
        }
    }

    fn write_list(&self, list: &FileList) -> Result<(), WriteError> {
        // Where the scenario's file is stays known, where this command does not know it.
        let known = list.scenario().and_then(|scenario| scenario.path.clone());
        let scenario = ScenarioIdentity {
            path: self.scenario.path.clone().or(known),
            ..self.scenario.clone()
        };
        let text = list.to_text(&scenario);
        self.folder
            .write(FILE_LIST, |file| std::io::Write::write_all(file, text.as_bytes()))
            .map(drop)
    }

    /// Whether a file is listed, and as it was written.
    pub fn is_ours(&self, name: &str) -> bool {
        self.list().is_ok_and(|list| list.standing(name) == Standing::Ours)
    }

    /// Gives files of this folder and its charts their names, replacing what critmin wrote. Then removes those of earlier runs that `is_replaced`
    /// names and that are not among the new ones: what no longer belongs to the files beside it would mislead.
    ///
    /// # Errors
    /// When a file is in the way, or cannot be written. Before the first gets its name, all are complete.
    pub fn commit(&self, mut files: Vec<PendingFile>, is_replaced: impl Fn(&str) -> bool) -> Result<(), WriteError> {
        // Another run in this folder waits; where folders cannot be locked it does not.
        let lock = File::open(self.folder.path());
        if let Ok(folder) = &lock {
            let _ = folder.lock();
        }
        let mut list = self.list()?;
        let mut new: Vec<(String, String)> = Vec::new();
        let mut in_the_way = Vec::new();
        for file in &mut files {
            let name = self.name_of(file.path());
            if let Standing::InTheWay(why) = list.standing(&name) {
                in_the_way.push((name.clone(), why));
            }
            file.finish()?;
            let sha256 = file.sha256().map_err(|source| file.error(source))?;
            new.push((name, sha256));
        }
        self.no_files(in_the_way)?;
        new.iter().for_each(|(name, sha256)| list.add(name, sha256));
        self.write_list(&list)?;
        commit_all(files)?;
        new.iter().for_each(|(name, sha256)| list.set(name, sha256));
        let is_new = |name: &str| new.iter().any(|(new, _)| new == name);
        let old: Vec<String> = list
            .names()
            .filter(|name| is_replaced(name) && !is_new(name))
            .map(str::to_owned)
            .collect();
        for name in old {
            self.remove(&mut list, &name)?;
        }
        self.write_list(&list)
    }

    /// Removes a listed file; one that is not as it was written stays, and is listed no more.
    fn remove(&self, list: &mut FileList, name: &str) -> Result<(), WriteError> {
        if is_plain(name) && list.standing(name) == Standing::Ours {
            self.folder.remove(name)?;
        }
        list.forget(name);
        Ok(())
    }

    /// Removes what is listed, the list, and the folder where nothing else is in it. A folder of another scenario stays as it is.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn clear(&self) -> Result<(), WriteError> {
        let Ok(mut list) = self.list() else { return Ok(()) };
        let names: Vec<String> = list.names().map(str::to_owned).collect();
        for name in names {
            self.remove(&mut list, &name)?;
        }
        if list.scenario().is_some() {
            self.folder.remove(FILE_LIST)?;
        }
        self.folder.remove_stale(|_| true);
        if fs::symlink_metadata(self.folder.path().join(CHARTS)).is_ok_and(|about| about.is_dir()) {
            self.folder.folder(CHARTS)?.remove_stale(|_| true);
        }
        // They stay where something else is in them.
        let _ = fs::remove_dir(self.folder.path().join(CHARTS));
        let _ = fs::remove_dir(self.folder.path());
        Ok(())
    }

    /// A file's name as the list has it.
    fn name_of(&self, path: &Path) -> String {
        let name = path.strip_prefix(self.folder.path()).unwrap_or(path);
        name.to_string_lossy().replace('\\', "/")
    }
}

/// Whether a listed name leads to this folder or its charts, and nowhere else.
fn is_plain(name: &str) -> bool {
    let name = name.strip_prefix("charts/").unwrap_or(name);
    !name.is_empty() && !name.contains(['/', '\\', ':']) && name != ".." && name != "."
}
