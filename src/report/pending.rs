//! Files under a temporary name, complete or not. Files that belong together are all complete before the first of them is renamed.
//!
//! A temporary file is locked while it is being written. One that is not was left by a run that was killed, and is removed by the next. Its name
//! cannot be foreseen, and it is made new: never opened through a link, and never somebody else's file.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::number::hexadecimal;
use super::write::WriteError;

/// How temporary names end.
const TEMPORARY: &str = ".part";
/// What stands in temporary names between the file's name and random letters.
const MARK: &str = ".critmin-";
/// How many letters are random.
const RANDOM: usize = 12;
/// What the files of results are called at their end.
const EXTENSIONS: [&str; 7] = ["csv", "json", "svg", "png", "html", "xlsx", "critmin"];

/// What a file of results is called whose temporary name this is (`.NAME.critmin-RANDOM.part`); `None` for any other name.
pub(super) fn final_name(temporary: &str) -> Option<&str> {
    let (name, random) = temporary
        .strip_prefix('.')?
        .strip_suffix(TEMPORARY)?
        .rsplit_once(MARK)?;
    let (_, extension) = name.rsplit_once('.')?;
    let is_ours = random.len() == RANDOM
        && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && EXTENSIONS.contains(&extension)
        && !name.contains(['/', '\\']);
    is_ours.then_some(name)
}

/// Makes a temporary file for a file called `name`, locked for as long as it is open. Where the file system knows no locks there is none.
pub(super) fn create_locked(folder: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    // Another run that removes stale files may get hold of it before it is locked here, and remove it.
    for _ in 0..100 {
        let made = tempfile::Builder::new()
            .prefix(&format!(".{name}{MARK}"))
            .suffix(TEMPORARY)
            .rand_bytes(RANDOM)
            .make_in(folder, |path| {
                OpenOptions::new().read(true).write(true).create_new(true).open(path)
            })?;
        let (file, path) = made.keep().map_err(|error| error.error)?;
        let path = folder.join(path.file_name().unwrap_or_default());
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {}
            _ if path.exists() => return Ok((path, file)),
            _ => {}
        }
    }
    Err(busy())
}

/// Opens a temporary file of an earlier run, and locks it. What is a link, or has another name too, is not opened.
pub(super) fn open_locked(path: &Path) -> io::Result<File> {
    let about = fs::symlink_metadata(path)?;
    let no_file = || io::Error::new(io::ErrorKind::InvalidData, "it is a link, or no file");
    if !about.is_file() {
        return Err(no_file());
    }
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    if !is_the_only_name(&about, &file.metadata()?) {
        return Err(no_file());
    }
    for _ in 0..100 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(1)),
            _ => return Ok(file),
        }
    }
    Err(busy())
}

fn busy() -> io::Error {
    io::Error::new(io::ErrorKind::ResourceBusy, "another run is writing it")
}

/// Whether what was opened is what was looked at, and no other name leads to it.
#[cfg(unix)]
fn is_the_only_name(about: &fs::Metadata, opened: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    about.dev() == opened.dev() && about.ino() == opened.ino() && opened.nlink() == 1
}

#[cfg(not(unix))]
fn is_the_only_name(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

/// Gives files their names, one right after the other, replacing older ones.
///
/// # Errors
/// When one cannot be completed or renamed. Before the first is renamed, all are complete, and no folder is in the place of any.
pub fn commit_all(files: Vec<PendingFile>) -> Result<Vec<PathBuf>, WriteError> {
    let mut files = files;
    for file in &mut files {
        file.finish()?;
    }
    let mut paths = Vec::new();
    let mut folders = BTreeSet::new();
    for file in files {
        let path = file.path.clone();
        folders.extend(path.parent().map(Path::to_path_buf));
        file.rename()?;
        paths.push(path);
    }
    // Renames reach the disk with their folders; where folders cannot be synced they do so later.
    for folder in folders {
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
    Ok(paths)
}

/// SHA-256 of a file, in hexadecimal digits.
pub(super) fn sha256_of(path: &Path) -> io::Result<String> {
    struct Hasher(Sha256);
    impl Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut hasher = Hasher(Sha256::new());
    io::copy(&mut File::open(path)?, &mut hasher)?;
    Ok(hexadecimal(&hasher.0.finalize()))
}

/// A file under its temporary name. Dropped without [`PendingFile::commit`] or [`PendingFile::keep`], it is removed.
#[derive(Debug)]
pub struct PendingFile {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
    /// Of all that has been written; `None` where it was begun by an earlier run.
    hash: Option<Sha256>,
    is_kept: bool,
    /// Whether all that has been written is on the disk.
    is_flushed: bool,
}

impl PendingFile {
    pub(super) fn new(path: PathBuf, temporary: PathBuf, file: File, is_kept: bool) -> Self {
        Self {
            path,
            temporary,
            file: Some(BufWriter::new(file)),
            hash: (!is_kept).then(Sha256::new),
            is_kept,
            is_flushed: false,
        }
    }

    /// Flushes the file to disk and gives it its name, replacing an older one.
    pub fn commit(self) -> Result<PathBuf, WriteError> {
        let path = self.path.clone();
        commit_all(vec![self])?;
        Ok(path)
    }

    /// Flushes what has been written to disk, and leaves the file under its temporary name even when it is never committed.
    pub fn keep(&mut self) -> Result<(), WriteError> {
        self.finish()?;
        self.is_kept = true;
        Ok(())
    }

    /// Its name until it is committed.
    pub fn temporary_name(&self) -> String {
        let name = self.temporary.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Its path until it is committed.
    pub fn temporary_path(&self) -> &Path {
        &self.temporary
    }

    /// The path that it is to have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// SHA-256 of what has been written, in hexadecimal digits.
    pub(super) fn sha256(&mut self) -> io::Result<String> {
        match &self.hash {
            Some(hash) => Ok(hexadecimal(&hash.clone().finalize())),
            None => {
                self.flush()?;
                sha256_of(&self.temporary)
            }
        }
    }

    /// An error about this file.
    pub fn error(&self, source: io::Error) -> WriteError {
        let path = self.path.clone();
        WriteError::File { path, source }
    }

    /// Flushes the file to disk, where it must be able to take its name.
    pub(super) fn finish(&mut self) -> Result<(), WriteError> {
        let flushed = match &mut self.file {
            Some(file) if !self.is_flushed => file.flush().and_then(|()| file.get_ref().sync_all()),
            _ => Ok(()),
        };
        self.is_flushed = flushed.is_ok();
        let finished = flushed.and_then(|()| match self.path.is_dir() {
            true => Err(io::Error::new(io::ErrorKind::IsADirectory, "a folder has that name")),
            false => Ok(()),
        });
        finished.map_err(|source| self.error(source))
    }

    fn rename(mut self) -> Result<(), WriteError> {
        // Some systems rename closed files only.
        drop(self.file.take());
        fs::rename(&self.temporary, &self.path).map_err(|source| self.error(source))
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.is_flushed = false;
        match &mut self.file {
            Some(file) => {
                let written = file.write(bytes)?;
                if let Some(hash) = &mut self.hash {
                    hash.update(&bytes[..written]);
                }
                Ok(written)
            }
            None => Err(io::Error::other("the file is complete")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if let Some(file) = self.file.take() {
            // What has not been flushed is not wanted.
            let (file, _) = file.into_parts();
            drop(file);
        }
        // After a commit there is nothing under the temporary name.
        if !self.is_kept {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}
