//! Source files and places in them. Reads files, from disk or from memory; knows nothing of their content.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most that a scenario or data file may hold.
pub const MAXIMUM_BYTES: u64 = 16 * 1024 * 1024;

/// One text that a scenario was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// As the user typed it, or relative to the file that names it.
    pub name: String,
    /// Its text, without a byte order mark.
    pub text: String,
}

/// A range of bytes in a source. Sorts by file, then position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub(crate) struct Span {
    pub file: usize,
    pub start: usize,
    pub end: usize,
}

#[derive(Clone)]
struct Entry {
    file: Arc<SourceFile>,
    /// `None` for what was typed on the command line.
    path: Option<PathBuf>,
    directory: PathBuf,
}

/// Where the files come from that a scenario names.
#[derive(Clone, Default)]
pub(crate) enum Files {
    /// The disk.
    #[default]
    Disk,
    /// These texts alone, by the name under which they are looked for: nothing else is ever read.
    Memory(Arc<BTreeMap<String, String>>),
}

impl Files {
    /// Reads a file.
    pub fn bytes(&self, path: &Path) -> Result<Vec<u8>, Unreadable> {
        match self {
            Files::Disk => read_bytes(path),
            Files::Memory(texts) => match texts.get(&shown(path)) {
                Some(text) => Ok(text.clone().into_bytes()),
                None => Err("it is not among the files that came with the scenario"
                    .to_owned()
                    .into()),
            },
        }
    }

    /// Reads a text file.
    pub fn text(&self, path: &Path) -> Result<String, Unreadable> {
        Ok(text_from_bytes(self.bytes(path)?)?)
    }

    /// The path by which a file is known again, however it is named.
    pub fn same_path(&self, path: &Path) -> PathBuf {
        match self {
            Files::Disk => std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()),
            Files::Memory(_) => path.to_path_buf(),
        }
    }
}

/// A path as messages show it, on every system the same.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The sources of a document, numbered in the order in which they were read.
#[derive(Clone, Default)]
pub(crate) struct Sources {
    entries: Vec<Entry>,
    /// Where further ones would come from.
    pub files: Files,
}

impl std::fmt::Debug for Sources {
    /// Names only: the texts may be long.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_list()
            .entries(self.iter().map(|file| &file.name))
            .finish()
    }
}

impl Sources {
    /// None yet, to come from there.
    pub fn from(files: Files) -> Self {
        let entries = Vec::new();
        Sources { entries, files }
    }

    /// Adds a file; the files that it names are looked for beside it.
    pub fn add_file(&mut self, name: &str, text: String, path: &Path) -> usize {
        let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
        self.add(name, text, Some(path.to_path_buf()), directory)
    }

    /// Adds what was typed.
    pub fn add_typed(&mut self, name: &str, text: String) -> usize {
        self.add(name, text, None, PathBuf::new())
    }

    fn add(&mut self, name: &str, text: String, path: Option<PathBuf>, directory: PathBuf) -> usize {
        let file = Arc::new(SourceFile {
            name: name.to_string(),
            text,
        });
        self.entries.push(Entry { file, path, directory });
        self.entries.len() - 1
    }

    pub fn get(&self, file: usize) -> &SourceFile {
        &self.entries[file].file
    }

    pub fn directory(&self, file: usize) -> &Path {
        &self.entries[file].directory
    }

    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.entries.iter().map(|entry| &*entry.file)
    }

    /// The files among them: not what was typed.
    pub fn files_read(&self) -> impl Iterator<Item = &SourceFile> {
        let files = self.entries.iter().filter(|entry| entry.path.is_some());
        files.map(|entry| &*entry.file)
    }

    /// Their paths.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.entries.iter().filter_map(|entry| entry.path.as_deref())
    }

    /// Whether it is a file that the scenario extends. The scenario itself comes first; what is typed has no path.
    pub fn is_extended(&self, file: usize) -> bool {
        file > 0 && self.entries[file].path.is_some()
    }

    /// File name, line and column (from 1, in characters).
    pub fn position(&self, span: Span) -> (String, usize, usize) {
        let source = self.get(span.file);
        let before = &source.text[..span.start];
        let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
        let column = 1 + before
            .rfind('\n')
            .map_or(before, |newline| &before[newline + 1..])
            .chars()
            .count();
        (source.name.clone(), line, column)
    }
}

/// Why there is no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// A sentence about the file, without its name.
    pub why: String,
    /// Whether the system failed to read a file that is there: not a mistake of whoever named it.
    pub by_system: bool,
}

impl From<String> for Unreadable {
    fn from(why: String) -> Self {
        let by_system = false;
        Unreadable { why, by_system }
    }
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
        Unreadable {
            why: match error.kind() {
                NotFound => "there is no such file".to_string(),
                PermissionDenied => "permission to read it is denied".to_string(),
                _ => format!("it cannot be read: {error}"),
            },
            by_system: !matches!(error.kind(), NotFound | NotADirectory),
        }
    }
}

/// What something is that is no file; `None` for a file. A pipe is never opened: that would wait for somebody to write into it.
pub(crate) fn not_a_file(about: &std::fs::Metadata) -> Option<&'static str> {
    let kind = about.file_type();
    if kind.is_file() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return Some(
                "it is a pipe, not a file (process substitution, `<(...)`, gives a pipe too); write what it gives to a file first",
            );
        }
        if kind.is_socket() {
            return Some("it is a socket, not a file");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("it is a device, not a file");
        }
    }
    if kind.is_dir() {
        Some("it is a folder, not a file")
    } else {
        Some("it is not a file")
    }
}

/// Reads a text file.
#[cfg(feature = "cli")]
pub(crate) fn read_text(path: &Path) -> Result<String, Unreadable> {
    Ok(text_from_bytes(read_bytes(path)?)?)
}

/// Reads a file.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let about = std::fs::metadata(path)?;
    if let Some(what) = not_a_file(&about) {
        return Err(what.to_string().into());
    }
    if about.len() > MAXIMUM_BYTES {
        return Err(format!(
            "it holds {:.1} MiB; the limit is 16 MiB",
            about.len() as f64 / 1_048_576.0
        )
        .into());
    }
    use std::io::Read as _;
    let mut bytes = Vec::new();
    std::fs::File::open(path).and_then(|file| file.take(MAXIMUM_BYTES + 1).read_to_end(&mut bytes))?;
    if bytes.len() as u64 > MAXIMUM_BYTES {
        return Err("it holds more than 16 MiB, which is the limit".to_string().into());
    }
    Ok(bytes)
}

/// UTF-8, with or without a byte order mark.
pub(crate) fn text_from_bytes(bytes: Vec<u8>) -> Result<String, String> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        format!("it is not UTF-8 text: the first wrong byte is in line {line}; save it as UTF-8")
    })?;
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_string(),
        None => text,
    };
    if text.trim().is_empty() {
        return Err("it is empty".to_string());
    }
    Ok(text)
}
