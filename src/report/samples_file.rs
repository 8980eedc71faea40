//! `samples.csv` on its way: written while a run goes on, noted in its checkpoints, and continued by `--resume`.

use std::fs::File;
use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::csv::{SamplesContext, SamplesWriter};
use super::number::hexadecimal;
use super::pending::final_name;
use super::write::{FormatError, OutputFolder, PendingFile, WriteError};
use crate::results::Sample;

/// What is known of a file of samples at some moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplesNote {
    /// Its temporary name, beside the checkpoint. `None` when its bytes are part of the file that holds this note.
    pub file: Option<String>,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// By policy, in order: where its rows begin.
    pub begins: Vec<u64>,
}

impl SamplesNote {
    /// Where the rows of a policy are; `None` when it has none.
    pub fn rows(&self, policy: usize) -> Option<std::ops::Range<u64>> {
        let begin = *self.begins.get(policy)?;
        Some(begin..self.begins.get(policy + 1).copied().unwrap_or(self.bytes))
    }

    /// Whether the numbers fit together.
    pub fn is_sound(&self) -> bool {
        let ends = self.begins.iter().skip(1).chain([&self.bytes]);
        // The name must not lead anywhere else: the file is opened and cut.
        self.file.as_deref().is_none_or(|file| final_name(file).is_some())
            && self.begins.iter().zip(ends).all(|(begin, end)| begin <= end)
    }
}

/// A file of samples that is being written.
pub struct SamplesFile {
    file: PendingFile,
    bytes: u64,
    hash: Sha256,
    begins: Vec<u64>,
}

impl SamplesFile {
    /// Begins it, with its header.
    pub fn begin(folder: &OutputFolder, name: &str) -> Result<Self, WriteError> {
        let mut samples = Self {
            file: folder.begin(name)?,
            bytes: 0,
            hash: Sha256::new(),
            begins: Vec::new(),
        };
        samples.append(SamplesWriter::new(Vec::new()))?;
        Ok(samples)
    }

    /// Goes on with one of an earlier run, as it was when the note was made: what was written after that is cut off. `is_ours` says whether what
    /// has its final name is as it was written.
    pub fn resume(folder: &OutputFolder, name: &str, note: &SamplesNote, is_ours: bool) -> Result<Self, WriteError> {
        let temporary = note.file.clone().unwrap_or_default();
        let (begun, committed) = (folder.path().join(&temporary), folder.path().join(name));
        // A run that was killed when the file had just got its name has left the checkpoint, too.
        if is_ours
            && std::fs::symlink_metadata(&begun).is_err()
            && File::open(&committed).is_ok_and(|mut file| read_noted(&mut file, note).is_ok())
            && let Err(source) = std::fs::rename(&committed, &begun)
        {
            let path = committed;
            return Err(WriteError::File { path, source });
        }
        let mut hash = Sha256::new();
        let file = folder.go_on(name, &temporary, |file| {
            hash = read_noted(file, note)?;
            Ok(())
        })?;
        Ok(Self {
            file,
            bytes: note.bytes,
            hash,
            begins: note.begins.clone(),
        })
    }

    /// A policy's rows follow; does nothing for one that was begun before.
    pub fn policy_begins(&mut self, number: usize) {
        if self.begins.len() <= number {
            self.begins.push(self.bytes);
        }
    }

    /// Writes rows; `rows` is [`crate::results::Recorder::sample_rows`].
    pub fn write(
        &mut self,
        context: &SamplesContext,
        policy: &str,
        rows: &[(String, String)],
        samples: &[Sample],
    ) -> Result<(), WriteError> {
        let mut csv = SamplesWriter::appending(Vec::new());
        let written = csv.write(context, policy, rows, samples).map(|()| csv);
        self.append(written)
    }

    fn append(&mut self, csv: Result<SamplesWriter<Vec<u8>>, csv::Error>) -> Result<(), WriteError> {
        let appended = csv.and_then(SamplesWriter::finish).and_then(|bytes| {
            self.file.write_all(&bytes)?;
            self.bytes += bytes.len() as u64;
            self.hash.update(&bytes);
            Ok(())
        });
        appended.map_err(|error| self.file.error(FormatError::from(error).into()))
    }

    /// Writes rows as they are in another such file.
    ///
    /// # Errors
    /// When either file cannot be read or written.
    pub fn copy_rows(&mut self, from: &mut impl Read) -> io::Result<()> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            self.file.write_all(&buffer[..read])?;
            self.bytes += read as u64;
            self.hash.update(&buffer[..read]);
        }
    }

    /// Has everything so far on disk, to stay there whatever becomes of the run, and says what it is.
    pub fn note(&mut self) -> Result<SamplesNote, WriteError> {
        self.file.keep()?;
        Ok(self.describe())
    }

    fn describe(&self) -> SamplesNote {
        SamplesNote {
            file: Some(self.file.temporary_name()),
            bytes: self.bytes,
            sha256: hexadecimal(&self.hash.clone().finalize()),
            begins: self.begins.clone(),
        }
    }

    /// Hands over everything so far, to be put inside another file.
    pub fn read_inside<T>(&mut self, put: impl FnOnce(SamplesNote, &mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        self.file.flush()?;
        let mut bytes = File::open(self.file.temporary_path())?;
        let note = SamplesNote {
            file: None,
            ..self.describe()
        };
        put(note, &mut bytes)
    }

    /// Copies the header and the rows of the first so many policies, as far as there are any.
    pub fn copy_policies(&mut self, policies: usize, to: &mut impl Write) -> io::Result<()> {
        self.file.flush()?;
        let end = self.begins.get(policies).copied().unwrap_or(self.bytes);
        let from = File::open(self.file.temporary_path())?;
        io::copy(&mut from.take(end), to).map(drop)
    }

    /// Ends it: what is left to do is to give it its name. One that a checkpoint knows stays until then.
    pub fn finish(self) -> PendingFile {
        self.file
    }
}

/// Reads what is noted of a file, from its beginning; gives its hash.
///
/// # Errors
/// When it is not what the note says.
fn read_noted(file: &mut File, note: &SamplesNote) -> io::Result<Sha256> {
    let mut hash = Sha256::new();
    let mut left = note.bytes;
    let mut buffer = vec![0; 1 << 16];
    while left > 0 {
        let wanted = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let read = file.read(&mut buffer[..wanted])?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        left -= read as u64;
    }
    if left > 0 || hexadecimal(&hash.clone().finalize()) != note.sha256 {
        let message = "it is not what the checkpoint says it is";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(hash)
}
