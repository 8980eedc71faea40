//! A CSV as rows with true line numbers. It knows nothing of what the columns mean.

use super::DataError;

/// The cells of a CSV with the line each row starts on.
pub(super) struct Sheet {
    /// Name for messages.
    pub file: String,
    /// Column names, trimmed, in lower case.
    pub header: Vec<String>,
    /// Rows: line number from 1, and as many cells as the header has.
    pub rows: Vec<(u64, Vec<String>)>,
}

impl Sheet {
    /// Reads a table; `#` starts a comment line, blank lines are skipped, cells are trimmed.
    pub fn read(file: &str, text: &str) -> Result<Self, DataError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut sheet = Self {
            file: file.to_owned(),
            header: Vec::new(),
            rows: Vec::new(),
        };
        let mut lines = LineCounter {
            text: text.as_bytes(),
            byte: 0,
            line: 1,
        };
        let mut record = csv::StringRecord::new();
        loop {
            let start = reader.position().byte();
            let line = lines.line_of_record_at(start as usize);
            let more = reader.read_record(&mut record).map_err(|error| DataError::Malformed {
                file: file.to_owned(),
                line,
                message: error.to_string(),
            })?;
            if !more {
                break;
            }
            let cells: Vec<String> = record.iter().map(str::to_owned).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            if sheet.header.is_empty() {
                sheet.header = cells.iter().map(|cell| cell.to_lowercase()).collect();
                continue;
            }
            if cells.len() != sheet.header.len() {
                let message = format!("{} cells, but the header has {}", cells.len(), sheet.header.len());
                return Err(DataError::Malformed {
                    file: file.to_owned(),
                    line,
                    message,
                });
            }
            sheet.rows.push((line, cells));
        }
        Ok(sheet)
    }

    /// The index of the first of these columns that the header has.
    pub fn column(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.header.iter().position(|cell| cell == name))
    }

    /// The same, or the error that names what is missing.
    pub fn needed(&self, names: &[&str]) -> Result<usize, DataError> {
        self.column(names).ok_or_else(|| self.missing(names))
    }

    /// The error that one of these columns is missing.
    pub fn missing(&self, names: &[&str]) -> DataError {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        DataError::MissingColumn {
            file: self.file.clone(),
            wanted: quoted.join(" or "),
            found: self.header.clone(),
        }
    }
}

/// Counts lines up to a byte. The reader's own positions point before comments and blank lines, so those are skipped here.
struct LineCounter<'a> {
    text: &'a [u8],
    byte: usize,
    line: u64,
}

impl LineCounter<'_> {
    fn line_of_record_at(&mut self, start: usize) -> u64 {
        while self.byte < start.min(self.text.len()) {
            self.step();
        }
        loop {
            match self.text.get(self.byte) {
                Some(b'\n' | b'\r') => self.step(),
                Some(b'#') => {
                    while self.text.get(self.byte).is_some_and(|&byte| byte != b'\n') {
                        self.step();
                    }
                }
                _ => return self.line,
            }
        }
    }

    fn step(&mut self) {
        if self.text[self.byte] == b'\n' {
            self.line += 1;
        }
        self.byte += 1;
    }
}
