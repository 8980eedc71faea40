//! What a question has simulated, in a file of its folder for as long as the question is open: `--resume` finds it there again.
//!
//! A line of text with the format's version, then records: the key, the number of bytes, the bytes, and the SHA-256 of all three. They are added
//! one by one, so that of a program that was killed all but the last record can be read.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::terminal;
use crate::engine::kept::{Keep, Key};
use crate::scenario::not_a_file;

/// What the file begins with.
const TITLE: &[u8] = b"critmin trials of an open question, format 1\n";
/// Bytes of a key, a number of bytes and a checksum.
const FRAME: u64 = 32 + 8 + 32;
/// What took less time than this is not kept: it is as soon simulated again.
const WORTH: Duration = Duration::from_millis(20);
/// Bytes of the file at most.
const MOST_BYTES: u64 = 8 << 30;

/// The file of an open question. Clones share it.
#[derive(Debug, Clone)]
pub struct KeptFile(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// The file, once there is one.
    file: Option<File>,
    /// Where the bytes of a key are, and how many.
    places: BTreeMap<Key, (u64, u64)>,
    end: u64,
    /// When something was asked for that was not there, and has to be simulated.
    missed: Instant,
    /// What is worth keeping.
    worth: Duration,
    /// Records that were there at the start, and how often one was of use.
    offered: usize,
    recalled: usize,
    has_warned: bool,
}

impl KeptFile {
    /// The file of a command in a folder: with `resume` what it holds is used, else a file that is there is replaced, and told of.
    pub fn open(folder: &Path, command: &str, resume: bool, quiet: bool, json: bool) -> Result<Self, Failure> {
        let path = folder.join(format!("unfinished-{command}.critmin"));
        let mut inner = Inner {
            file: None,
            places: BTreeMap::new(),
            end: TITLE.len() as u64,
            missed: Instant::now(),
            worth: WORTH,
            offered: 0,
            recalled: 0,
            has_warned: false,
            path,
        };
        let refused = |path: &Path, why: String| Failure::File {
            message: format!("{} cannot be used: {why}", path.display()),
            hint: Some("move it away, or choose another folder with --out".to_owned()),
            json,
        };
        let about = match std::fs::symlink_metadata(&inner.path) {
            Ok(about) => about,
            Err(_) => {
                if resume && !quiet {
                    terminal::say(&format!(
                        "note: there is no {}: starting with the first trial",
                        inner.path.display()
                    ))?;
                }
                return Ok(inner.shared());
            }
        };
        if about.is_symlink() {
            return Err(refused(&inner.path, "it is a symbolic link".to_owned()));
        }
        if let Some(what) = not_a_file(&about) {
            return Err(refused(&inner.path, what.to_owned()));
        }
        if let Err(error) = inner.read(resume) {
            return Err(refused(&inner.path, error.to_string()));
        }
        inner.offered = inner.places.len();
        if !resume && !quiet {
            terminal::say(&format!(
                "note: {} of an earlier attempt is not continued, which --resume would do; this one starts anew and replaces it",
                inner.path.display()
            ))?;
        }
        Ok(inner.shared())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The question is answered: nothing has to be kept any more. Otherwise tells how to go on, where there is something to go on from.
    pub fn end(&self, is_answered: bool, quiet: bool) -> io::Result<()> {
        let mut inner = self.lock();
        let path = inner.path.display().to_string();
        if inner.recalled == 0 && inner.offered > 0 && !quiet {
            terminal::say(&format!("note: nothing in {path} belonged to this question"))?;
        }
        if is_answered {
            inner.file = None;
            return match std::fs::remove_file(&inner.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        match inner.places.is_empty() {
            true => Ok(()),
            false => terminal::say(&format!("the same command with --resume continues it (from {path})")),
        }
    }
}

impl Inner {
    fn shared(self) -> KeptFile {
        KeptFile(Arc::new(Mutex::new(self)))
    }

    /// Reads which records there are, up to the first that is not whole; without `resume` only whether it is such a file.
    fn read(&mut self, resume: bool) -> io::Result<()> {
        let file = File::open(&self.path)?;
        let length = file.metadata()?.len();
        let mut from = BufReader::new(file);
        let mut title = vec![0; TITLE.len()];
        // A program that was killed at once leaves an empty file.
        if length > 0 && (from.read_exact(&mut title).is_err() || title != TITLE) {
            return Err(io::Error::other("it is not what critmin keeps of a question"));
        }
        while resume && length.saturating_sub(self.end) >= FRAME {
            let (mut key, mut size, mut checksum) = ([0; 32], [0; 8], [0; 32]);
            from.read_exact(&mut key)?;
            from.read_exact(&mut size)?;
            let bytes = u64::from_le_bytes(size);
            if bytes > length - self.end - FRAME {
                break;
            }
            let mut hash = Sha256::new();
            hash.update(key);
            hash.update(size);
            let mut content = Vec::new();
            (&mut from).take(bytes).read_to_end(&mut content)?;
            hash.update(&content);
            from.read_exact(&mut checksum)?;
            if hash.finalize().as_slice() != checksum {
                break;
            }
            self.places.insert(Key(key), (self.end + 40, bytes));
            self.end += FRAME + bytes;
        }
        Ok(())
    }

    /// The file, opened to be read and written; what is broken at its end is cut off.
    fn file(&mut self) -> io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let mut file = OpenOptions::new()
                    .read(true)
                    .write(true)
                    .create(true)
                    .truncate(false)
                    .open(&self.path)?;
                file.set_len(self.end)?;
                file.rewind()?;
                file.write_all(TITLE)?;
                file
            }
        };
        Ok(self.file.insert(file))
    }

    fn bytes_of(&mut self, key: Key) -> io::Result<Option<Vec<u8>>> {
        let Some(&(at, size)) = self.places.get(&key) else {
            return Ok(None);
        };
        let mut from = File::open(&self.path)?;
        from.seek(SeekFrom::Start(at))?;
        let mut bytes = Vec::new();
        from.take(size).read_to_end(&mut bytes)?;
        Ok((bytes.len() as u64 == size).then_some(bytes))
    }

    fn add(&mut self, key: Key, bytes: &[u8]) -> io::Result<()> {
        let (end, size) = (self.end, bytes.len() as u64);
        let mut hash = Sha256::new();
        let mut record = Vec::with_capacity(bytes.len() + 72);
        for part in [&key.0[..], &size.to_le_bytes()[..], bytes] {
            hash.update(part);
            record.extend_from_slice(part);
        }
        record.extend_from_slice(&hash.finalize());
        let file = self.file()?;
        file.seek(SeekFrom::Start(end))?;
        file.write_all(&record)?;
        self.places.insert(key, (end + 40, size));
        self.end += record.len() as u64;
        Ok(())
    }

    fn warn(&mut self, why: &str) {
        if !std::mem::replace(&mut self.has_warned, true) {
            // The answer may well be found: the question goes on.
            let path = self.path.display();
            let _ = terminal::say(&format!("warning: no more is kept for --resume in {path}: {why}"));
        }
    }
}

impl Keep for KeptFile {
    fn recall(&self, key: Key) -> Option<Vec<u8>> {
        let mut inner = self.lock();
        let found = inner.bytes_of(key).ok().flatten();
        inner.recalled += usize::from(found.is_some());
        inner.missed = Instant::now();
        found
    }

    fn keep(&self, key: Key, bytes: &mut dyn FnMut() -> Option<Vec<u8>>) {
        let mut inner = self.lock();
        if inner.has_warned || inner.missed.elapsed() < inner.worth {
            return;
        }
        let Some(bytes) = bytes() else { return };
        if inner.end + bytes.len() as u64 > MOST_BYTES {
            inner.warn("it has as many bytes as it may have");
        } else if let Err(error) = inner.add(key, &bytes) {
            inner.warn(&error.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(folder: &Path, resume: bool) -> KeptFile {
        let file = KeptFile::open(folder, "compare", resume, true, false).unwrap_or_else(|_| panic!("refused"));
        file.lock().worth = Duration::ZERO;
        file
    }

    fn keep(file: &KeptFile, name: u8, bytes: &[u8]) {
        file.keep(Key([name; 32]), &mut || Some(bytes.to_vec()));
    }

    fn recall(file: &KeptFile, name: u8) -> Option<Vec<u8>> {
        file.recall(Key([name; 32]))
    }

    #[test]
    fn what_was_kept_is_found_again_and_gone_once_the_question_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unfinished-compare.critmin");
        let first = open(folder.path(), false);
        assert!(!path.exists(), "nothing is kept yet");
        keep(&first, 1, b"one");
        keep(&first, 2, b"");
        assert_eq!(recall(&first, 1).unwrap(), b"one");
        first.end(false, true).unwrap();
        drop(first);
        let again = open(folder.path(), true);
        assert_eq!(recall(&again, 1).unwrap(), b"one");
        assert_eq!(recall(&again, 2).unwrap(), b"");
        assert_eq!(recall(&again, 3), None);
        keep(&again, 3, b"three");
        drop(again);
        let last = open(folder.path(), true);
        assert_eq!(recall(&last, 3).unwrap(), b"three");
        last.end(true, true).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn without_resume_it_starts_anew() {
        let folder = tempfile::tempdir().unwrap();
        keep(&open(folder.path(), false), 1, b"one");
        let anew = open(folder.path(), false);
        assert_eq!(recall(&anew, 1), None);
        keep(&anew, 2, b"two");
        drop(anew);
        let again = open(folder.path(), true);
        assert_eq!(recall(&again, 1), None);
        assert_eq!(recall(&again, 2).unwrap(), b"two");
    }

    #[test]
    fn a_record_that_was_cut_or_changed_is_left_out_and_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unfinished-compare.critmin");
        let file = open(folder.path(), false);
        keep(&file, 1, b"one");
        let whole = std::fs::read(&path).unwrap().len();
        keep(&file, 2, b"two");
        drop(file);
        let bytes = std::fs::read(&path).unwrap();
        for cut in whole..bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let file = open(folder.path(), true);
            assert_eq!(recall(&file, 1).unwrap(), b"one");
            assert_eq!(recall(&file, 2), None, "cut at {cut}");
        }
        let mut changed = bytes.clone();
        *changed.last_mut().unwrap() ^= 1;
        std::fs::write(&path, &changed).unwrap();
        let file = open(folder.path(), true);
        assert_eq!(recall(&file, 2), None);
        keep(&file, 2, b"anew");
        drop(file);
        assert_eq!(recall(&open(folder.path(), true), 2).unwrap(), b"anew");
    }

    #[test]
    fn what_is_quick_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = open(folder.path(), false);
        file.lock().worth = WORTH;
        assert_eq!(recall(&file, 1), None);
        keep(&file, 1, b"one");
        assert_eq!(recall(&file, 1), None);
    }

    #[test]
    fn files_of_others_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unfinished-compare.critmin");
        std::fs::write(&path, "my notes, which happen to have this name").unwrap();
        for resume in [false, true] {
            assert!(KeptFile::open(folder.path(), "compare", resume, true, false).is_err());
        }
        assert!(path.exists());
    }
}
