//! The file of a part of a run: a partial result, or a checkpoint. `docs/results.md` describes it.
//!
//! A line of text with the format's version; a line of JSON, the header, for programs and curious readers; the recorders' states in
//! postcard's format; samples as CSV; SHA-256 of all before it. Whole numbers stay whole numbers, so that what is read back is what was
//! written, to the last bit. A file is read only when its SHA-256 is right, and even then nothing in it is trusted.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::samples_file::SamplesNote;
use crate::results::{MOST_TRIALS, PolicyFacts, RecorderState, VarianceSplitter};
use crate::scenario::not_a_file;
use crate::study::{Part, PartHead, PolicyPart, Together, order};

/// What the first line begins with; the version of the format follows.
const TITLE: &str = "critmin part of a run, format ";
/// Version of the format.
const FORMAT: u32 = 7;
/// Bytes of the checksum at the end.
const CHECKSUM: u64 = 32;
/// Id of the baseline.
const BASELINE: &str = "baseline";

/// Which of the two it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// Some of a run's trials, complete, with samples inside: what `merge` takes.
    Partial,
    /// What was done when it was written, with samples beside it: what `--resume` continues.
    Checkpoint,
}

/// Why a file is no part of a run.
#[derive(Debug, Error)]
pub enum PartFileError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a folder, a pipe or a device.
    #[error("{} cannot be used: {what}", path.display())]
    NoFile {
        /// What has that name.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// It is not such a file, or not one that this program understands.
    #[error("{} {}", path.display(), fault)]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Why.
        fault: Fault,
    },
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// Something else.
    #[error("is no partial result or checkpoint of critmin")]
    Stranger,
    /// Of another version.
    #[error("has format {0}; this program reads format {FORMAT}")]
    Version(String),
    /// Cut short or changed.
    #[error("is damaged or cut short: its checksum does not match")]
    Checksum,
    /// The checksum is right, but what it holds makes no sense.
    #[error("holds what no run writes: {0}")]
    Nonsense(String),
}

impl Fault {
    fn nonsense(why: impl std::fmt::Display) -> Self {
        Fault::Nonsense(why.to_string())
    }
}

#[derive(Serialize, Deserialize)]
struct Header<'a> {
    kind: PartKind,
    samples: Option<SamplesNote>,
    part: Cow<'a, PartHead>,
}

/// One policy of a part.
#[derive(Serialize, Deserialize)]
struct PolicyBody<'a> {
    facts: Cow<'a, PolicyFacts>,
    recorder: RecorderState<'a>,
    variance: Cow<'a, VarianceSplitter>,
    complete: bool,
}

/// A complete part without samples, as its file holds it.
///
/// # Errors
/// None is expected.
pub fn to_bytes(part: &Part) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(PartKind::Partial, part, None, &mut bytes)?;
    Ok(bytes)
}

/// Merges parts that are held in memory, as [`to_bytes`] gives them, in whatever order: to the whole run, or to a larger part.
///
/// # Errors
/// In words, why they are no parts, or do not belong together.
pub fn merged(parts: &[&[u8]], together: Together) -> Result<Part, String> {
    let mut files = Vec::new();
    for (number, bytes) in parts.iter().enumerate() {
        let name = format!("part {}", number + 1);
        let read = PartFile::read(Path::new(&name), io::Cursor::new(*bytes)).map_err(|error| error.to_string())?;
        files.push(read.map_err(|fault| format!("{name} {fault}"))?);
    }
    let names: Vec<String> = files.iter().map(|file| file.path.display().to_string()).collect();
    let heads: Vec<(&str, &PartHead)> = names
        .iter()
        .map(String::as_str)
        .zip(files.iter().map(|file| &file.head))
        .collect();
    let order = order(&heads, together).map_err(|problems| problems.join("\n"))?;
    let mut whole: Option<Part> = None;
    for number in &order {
        let part = files[*number].part().map_err(|error| error.to_string())?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                whole.absorb(&part)?;
                whole.head.trials.end = part.head.trials.end;
            }
        }
    }
    whole.ok_or_else(|| "there is nothing to merge".to_owned())
}

/// Writes a part. With samples inside, `samples` reads exactly the bytes that the note tells.
pub fn write(
    kind: PartKind,
    part: &Part,
    samples: Option<(SamplesNote, &mut dyn Read)>,
    to: &mut dyn Write,
) -> io::Result<()> {
    let mut to = Hashing {
        to,
        hash: Sha256::new(),
    };
    let (note, bytes) = samples.map_or((None, None), |(note, bytes)| (Some(note), Some(bytes)));
    let header = Header {
        kind,
        samples: note,
        part: Cow::Borrowed(&part.head),
    };
    let policies: Vec<PolicyBody<'_>> = part
        .policies
        .iter()
        .map(|policy| PolicyBody {
            facts: Cow::Borrowed(&policy.facts),
            recorder: policy.recorder.state(),
            variance: Cow::Borrowed(&policy.variance),
            complete: policy.complete,
        })
        .collect();
    let body = postcard::to_allocvec(&policies).map_err(io::Error::other)?;
    writeln!(to, "{TITLE}{FORMAT}")?;
    serde_json::to_writer(&mut to, &header)?;
    writeln!(to)?;
    to.write_all(&(body.len() as u64).to_le_bytes())?;
    to.write_all(&body)?;
    if let Some(bytes) = bytes {
        io::copy(bytes, &mut to)?;
    }
    let checksum = to.hash.finalize();
    to.to.write_all(&checksum)
}

struct Hashing<'a> {
    to: &'a mut dyn Write,
    hash: Sha256,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A file of a part, its checksum checked and its header read.
#[derive(Debug, Clone)]
pub struct PartFile {
    path: PathBuf,
    /// Which of the two it is.
    pub kind: PartKind,
    /// Which run it belongs to.
    pub head: PartHead,
    /// Where its samples are, if it has any.
    pub samples: Option<SamplesNote>,
    body: Vec<u8>,
    /// Where samples begin that are inside.
    samples_at: u64,
}

impl PartFile {
    /// Opens a file and reads all but its samples.
    ///
    /// # Errors
    /// See [`PartFileError`].
    pub fn open(path: &Path) -> Result<Self, PartFileError> {
        let unreadable = |source| PartFileError::Unreadable {
            path: path.to_owned(),
            source,
        };
        // A pipe must not be opened: that would wait for somebody to write into it.
        if let Some(what) = not_a_file(&std::fs::metadata(path).map_err(unreadable)?) {
            return Err(PartFileError::NoFile {
                path: path.to_owned(),
                what,
            });
        }
        let file = File::open(path).map_err(unreadable)?;
        let read = Self::read(path, BufReader::new(file)).map_err(unreadable)?;
        read.map_err(|fault| PartFileError::Wrong {
            path: path.to_owned(),
            fault,
        })
    }

    /// The same from anything that can be read; `path` is what it is called.
    ///
    /// # Errors
    /// The outer one when reading fails, the inner one when what was read is wrong.
    pub fn read(path: &Path, mut from: impl BufRead + Seek) -> io::Result<Result<Self, Fault>> {
        let mut title = Vec::new();
        (&mut from).take(64).read_until(b'\n', &mut title)?;
        let text = String::from_utf8_lossy(&title);
        let Some(version) = text.strip_prefix(TITLE) else {
            return Ok(Err(Fault::Stranger));
        };
        if version.trim_end() != FORMAT.to_string() {
            return Ok(Err(Fault::Version(version.trim_end().to_owned())));
        }
        let length = from.seek(SeekFrom::End(0))?;
        from.rewind()?;
        let Some(end) = length.checked_sub(CHECKSUM) else {
            return Ok(Err(Fault::Checksum));
        };
        let mut hash = Hashing {
            to: &mut io::sink(),
            hash: Sha256::new(),
        };
        io::copy(&mut (&mut from).take(end), &mut hash)?;
        let mut checksum = Vec::new();
        (&mut from).take(CHECKSUM).read_to_end(&mut checksum)?;
        if hash.hash.finalize().as_slice() != checksum {
            return Ok(Err(Fault::Checksum));
        }
        from.seek(SeekFrom::Start(title.len() as u64))?;
        let mut header = Vec::new();
        (&mut from)
            .take(end - title.len() as u64)
            .read_until(b'\n', &mut header)?;
        let header: Header<'static> = match serde_json::from_slice(&header) {
            Ok(header) => header,
            Err(error) => return Ok(Err(Fault::nonsense(format!("its header: {error}")))),
        };
        let mut size = [0; 8];
        let at = from.stream_position()?;
        if end.saturating_sub(at) < size.len() as u64 {
            return Ok(Err(Fault::nonsense("it ends after its header")));
        }
        from.read_exact(&mut size)?;
        let samples_at = (at + size.len() as u64).saturating_add(u64::from_le_bytes(size));
        let inside = header.samples.as_ref().filter(|note| note.file.is_none());
        if samples_at.checked_add(inside.map_or(0, |note| note.bytes)) != Some(end) {
            return Ok(Err(Fault::nonsense("its lengths do not add up")));
        }
        let mut body = Vec::new();
        (&mut from).take(u64::from_le_bytes(size)).read_to_end(&mut body)?;
        let file = Self {
            path: path.to_owned(),
            kind: header.kind,
            head: header.part.into_owned(),
            samples: header.samples,
            body,
            samples_at,
        };
        Ok(file.head_is_sound().map(|()| file))
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn head_is_sound(&self) -> Result<(), Fault> {
        let head = &self.head;
        let whole = head.frame.manifest.trials;
        if whole > MOST_TRIALS || head.trials.is_empty() || head.trials.end > whole {
            return Err(Fault::nonsense("its range of trials"));
        }
        let note_fits = match &self.samples {
            Some(note) => {
                let is_inside = note.file.is_none() == (self.kind == PartKind::Partial);
                head.samples && is_inside && note.is_sound()
            }
            None => !head.samples,
        };
        if note_fits {
            Ok(())
        } else {
            Err(Fault::nonsense("what it says of samples"))
        }
    }

    /// The part that it holds.
    ///
    /// # Errors
    /// When it cannot be that of any run.
    pub fn part(&self) -> Result<Part, PartFileError> {
        self.decoded().map_err(|fault| PartFileError::Wrong {
            path: self.path.clone(),
            fault,
        })
    }

    fn decoded(&self) -> Result<Part, Fault> {
        let head = &self.head;
        let decoded = postcard::take_from_bytes::<Vec<PolicyBody<'static>>>(&self.body);
        let (bodies, rest) = decoded.map_err(Fault::nonsense)?;
        if !rest.is_empty() || bodies.len() > head.policies.len() + 1 {
            return Err(Fault::nonsense("its number of policies"));
        }
        let ids = std::iter::once(BASELINE).chain(head.policies.iter().map(String::as_str));
        let trials = head.simulated();
        let wanted = trials.end - trials.start;
        let count = bodies.len();
        let mut policies: Vec<PolicyPart> = Vec::new();
        for ((number, body), id) in bodies.into_iter().enumerate().zip(ids) {
            let recorder = body.recorder.restore(&head.trials).map_err(Fault::nonsense)?;
            let trials = recorder.trials();
            // A run that stopped early has fewer, and then as many under every policy.
            let most = policies.first().map_or(wanted, |baseline| baseline.recorder.trials());
            let is_whole = trials == most || (number == 0 && head.precision.is_some());
            let is_sound = body.facts.policy == id
                && body.facts.is_sound()
                && body.variance.fits(trials)
                && trials <= most
                && (is_whole || !body.complete)
                && (body.complete || number + 1 == count);
            if !is_sound {
                return Err(Fault::nonsense(format!("its policy {number}")));
            }
            policies.push(PolicyPart {
                facts: body.facts.into_owned(),
                recorder,
                variance: body.variance.into_owned(),
                complete: body.complete,
            });
        }
        let part = Part {
            head: head.clone(),
            policies,
        };
        let begun = self.samples.as_ref().map_or(count, |note| note.begins.len());
        if begun != count || (self.kind == PartKind::Partial && !part.is_complete()) {
            return Err(Fault::nonsense("its number of policies"));
        }
        Ok(part)
    }

    /// The samples inside, from a position within them.
    ///
    /// # Errors
    /// When the file cannot be read any more.
    pub fn samples(&self, from: u64) -> Result<impl BufRead + use<>, PartFileError> {
        let opened = File::open(&self.path).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.samples_at.saturating_add(from)))?;
            Ok(BufReader::new(file))
        });
        opened.map_err(|source| PartFileError::Unreadable {
            path: self.path.clone(),
            source,
        })
    }
}
