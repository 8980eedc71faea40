//! Folders of files that are never seen half written: each is written to a temporary name, flushed to disk and renamed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

pub use super::pending::{PendingFile, commit_all};
use super::pending::{create_locked, final_name, open_locked};

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The folder cannot be made, or nothing in it.
    #[error("cannot write to the folder {}: {source}\n\nhint: check that you may write there, or choose another folder with --out", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is a file where the folder should be.
    #[error("{} is a file, not a folder\n\nhint: choose another folder with --out", path.display())]
    NotAFolder {
        /// The file.
        path: PathBuf,
    },
    /// What is there may not be replaced.
    #[error("{0}\n\nhint: {hint}", hint = .0.hint())]
    Obstructed(#[from] super::results_folder::Obstruction),
    /// The file cannot be written.
    #[error("cannot write {}: {source}\n\nhint: check free space and permissions, or choose another folder with --out", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system or the format's writer said.
        source: io::Error,
    },
}

/// A folder that results are written to.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputFolder {
    path: PathBuf,
}

impl OutputFolder {
    /// Makes the folder, with those above it, unless it is there.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, WriteError> {
        let path = path.into();
        if path.is_file() {
            return Err(WriteError::NotAFolder { path });
        }
        match fs::create_dir_all(&path) {
            Ok(()) => Ok(Self { path }),
            Err(source) => Err(WriteError::Folder { path, source }),
        }
    }

    /// Tries whether files can be made in it, so that a long run does not find out at its end.
    ///
    /// # Errors
    /// When they cannot.
    pub fn probe(&self) -> Result<(), WriteError> {
        self.begin("probe.csv").map(drop).map_err(|error| match error {
            WriteError::File { source, .. } => WriteError::Folder {
                path: self.path.clone(),
                source,
            },
            error => error,
        })
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes a file of an earlier run, if it is there.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub fn remove(&self, name: &str) -> Result<(), WriteError> {
        let path = self.path.join(name);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(WriteError::File { path, source }),
            _ => Ok(()),
        }
    }

    /// A folder within it.
    pub fn folder(&self, name: &str) -> Result<Self, WriteError> {
        Self::create(self.path.join(name))
    }

    /// Begins a file, to be committed when it is complete.
    pub fn begin(&self, name: &str) -> Result<PendingFile, WriteError> {
        let path = self.path.join(name);
        match create_locked(&self.path, name) {
            Ok((temporary, file)) => Ok(PendingFile::new(path, temporary, file, false)),
            Err(source) => Err(WriteError::File { path, source }),
        }
    }

    /// Goes on with a file that was begun by an earlier run under a temporary name ([`PendingFile::keep`]): `check` reads what is to
    /// be kept of it, and the file continues where it stopped reading.
    pub fn go_on(
        &self,
        name: &str,
        temporary: &str,
        check: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<PendingFile, WriteError> {
        let (path, temporary) = (self.path.join(name), self.path.join(temporary));
        let positioned = open_locked(&temporary).and_then(|mut file| {
            check(&mut file)?;
            let length = io::Seek::stream_position(&mut file)?;
            file.set_len(length)?;
            Ok(file)
        });
        match positioned {
            Ok(file) => Ok(PendingFile::new(path, temporary, file, true)),
            Err(source) => Err(WriteError::File {
                path: temporary,
                source,
            }),
        }
    }

    /// Writes a file to its temporary name with `fill`, complete but for its name; on an error nothing of it remains.
    pub fn prepare<E: Into<FormatError>>(
        &self,
        name: &str,
        fill: impl FnOnce(&mut PendingFile) -> Result<(), E>,
    ) -> Result<PendingFile, WriteError> {
        let mut file = self.begin(name)?;
        fill(&mut file).map_err(|error| file.error(error.into().0))?;
        file.finish()?;
        Ok(file)
    }

    /// Writes a whole file with `fill`; on an error nothing of it remains.
    pub fn write<E: Into<FormatError>>(
        &self,
        name: &str,
        fill: impl FnOnce(&mut PendingFile) -> Result<(), E>,
    ) -> Result<PathBuf, WriteError> {
        self.prepare(name, fill)?.commit()
    }

    /// Removes what runs that were killed have left: temporary files that nobody is writing, of those files that `is_wanted` names.
    pub fn remove_stale(&self, is_wanted: impl Fn(&str) -> bool) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !final_name(&name).is_some_and(&is_wanted) {
                continue;
            }
            // A courtesy: what is no file, or cannot be opened, locked or removed, stays.
            if entry.file_type().is_ok_and(|kind| kind.is_file())
                && let Ok(file) = OpenOptions::new().write(true).open(entry.path())
                && file.try_lock().is_ok()
            {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Failure of a format's writer, as an input/output error.
#[derive(Debug)]
pub struct FormatError(io::Error);

impl From<io::Error> for FormatError {
    fn from(error: io::Error) -> Self {
        Self(error)
    }
}

impl From<FormatError> for io::Error {
    fn from(error: FormatError) -> Self {
        error.0
    }
}

impl From<csv::Error> for FormatError {
    fn from(error: csv::Error) -> Self {
        Self(io::Error::from(error))
    }
}

impl From<serde_json::Error> for FormatError {
    fn from(error: serde_json::Error) -> Self {
        Self(io::Error::from(error))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = OutputFolder::create(scratch.path().join("a/b")).unwrap();
        folder.write("one.txt", |file| file.write_all(b"old")).unwrap();
        folder.write("one.txt", |file| file.write_all(b"new")).unwrap();
        let failed = folder.write("one.txt", |file| {
            file.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.unwrap_err().to_string().contains("one.txt: disk full"));
        let mut pending = folder.begin("two.txt").unwrap();
        pending.write_all(b"unfinished").unwrap();
        assert_eq!(names(folder.path()).len(), 2);
        drop(pending);
        assert_eq!(names(folder.path()), ["one.txt"]);
        assert_eq!(fs::read_to_string(folder.path().join("one.txt")).unwrap(), "new");
    }

    #[test]
    fn errors_name_the_path_and_what_to_do() {
        let scratch = tempfile::tempdir().unwrap();
        let file = scratch.path().join("taken");
        fs::write(&file, "x").unwrap();
        let error = OutputFolder::create(&file).unwrap_err().to_string();
        assert!(error.contains("taken is a file") && error.contains("--out"), "{error}");
        let error = OutputFolder::create(file.join("below")).unwrap_err().to_string();
        assert!(
            error.contains("cannot write to the folder") && error.contains("below"),
            "{error}"
        );
    }
}
