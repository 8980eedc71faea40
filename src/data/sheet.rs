//! A CSV as rows with true line numbers. It knows nothing of what the columns mean, but for the few names by which it tells how
//! cells are parted.

use super::DataError;

/// The cells of a CSV with the line each row starts on.
pub(super) struct Sheet {
    /// Name for messages.
    pub file: String,
    /// Column names, trimmed, in lower case.
    pub header: Vec<String>,
    /// Column names as written.
    pub written: Vec<String>,
    /// The line of the header.
    pub header_line: u64,
    /// Rows: line number from 1, and as many cells as the header has.
    pub rows: Vec<(u64, Vec<String>)>,
    /// What parts the cells.
    pub separator: u8,
}

/// One of these names in the first line says that its cells were parted rightly.
const KEYS: &[&str] = &["country", "country_iso3", "iso3", "exporter", "exporter_iso3"];

/// The columns of BACI, which have letters for names, and what they are.
const BACI: &[(&str, &str)] = &[
    ("t", "year"),
    ("i", "exporter"),
    ("j", "importer"),
    ("k", "product"),
    ("v", "value_thousand_usd"),
    ("q", "quantity_t"),
];

impl Sheet {
    /// Reads a table; `#` starts a comment line, blank lines are skipped, cells are trimmed. Rows that cannot be read are in
    /// `errors` and left out.
    pub fn read(file: &str, text: &str, errors: &mut Vec<DataError>) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (stated, text, first_line) = separator_line(text);
        let separator = stated.unwrap_or_else(|| separator(text));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .comment(Some(b'#'))
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut sheet = Self {
            file: file.to_owned(),
            header: Vec::new(),
            written: Vec::new(),
            header_line: first_line,
            rows: Vec::new(),
            separator,
        };
        let malformed = |line: u64, message: String, hint: &str| DataError::Malformed {
            file: file.to_owned(),
            line,
            message,
            advice: hint.to_owned(),
        };
        if let Some(line) = open_quote(text, separator) {
            errors.push(malformed(
                line + first_line - 1,
                "a double quote opens a cell and is never closed".to_owned(),
                "close it, or remove it: all lines after it would be one cell",
            ));
            return sheet;
        }
        let mut lines = LineCounter {
            text: text.as_bytes(),
            byte: 0,
            line: first_line,
        };
        let mut record = csv::StringRecord::new();
        loop {
            let start = reader.position().byte();
            let line = lines.line_of_record_at(start as usize);
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    errors.push(malformed(
                        line,
                        error.to_string(),
                        "put cells that hold a comma in double quotes",
                    ));
                    break;
                }
            }
            let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
            if cells.iter().all(String::is_empty) {
                continue;
            }
            if sheet.header.is_empty() {
                sheet.header = cells.iter().map(|cell| cell.to_lowercase()).collect();
                sheet.written = cells;
                sheet.header_line = line;
                sheet.check_header(errors);
                continue;
            }
            // Spreadsheets write empty cells after the last column.
            let width = sheet.header.len();
            while cells.len() > width && cells.last().is_some_and(String::is_empty) {
                cells.pop();
            }
            if cells.len() != width {
                let message = format!("{} cells, but the header has {width}", cells.len());
                let hint = match separator {
                    _ if cells.len() < width => "leave cells without a value empty, but write their separators",
                    b',' => {
                        "put cells that hold a comma in double quotes; write thousands without a separator and decimals with a point"
                    }
                    _ => "put cells that hold a separator in double quotes",
                };
                errors.push(malformed(line, message, hint));
                continue;
            }
            if cells
                .iter()
                .zip(&sheet.written)
                .all(|(cell, name)| cell.eq_ignore_ascii_case(name))
            {
                errors.push(malformed(
                    line,
                    format!("the header again, as on line {}", sheet.header_line),
                    "remove the line if the rows below belong to the same table, else keep one of the tables",
                ));
                continue;
            }
            if let Some((_, cell)) = sheet
                .header
                .iter()
                .zip(&cells)
                .find(|(name, cell)| name.is_empty() && !cell.is_empty())
            {
                errors.push(malformed(
                    line,
                    format!("`{}` stands under no column name", cell.escape_debug()),
                    "name the column, or put cells that hold a separator in double quotes",
                ));
                continue;
            }
            sheet.rows.push((line, cells));
        }
        sheet
    }

    fn check_header(&self, errors: &mut Vec<DataError>) {
        for (column, name) in self.header.iter().enumerate() {
            if !name.is_empty() && self.header[..column].contains(name) {
                errors.push(DataError::TwoColumns {
                    file: self.file.clone(),
                    line: self.header_line,
                    first: self.written[column].clone(),
                    second: self.written[column].clone(),
                });
            }
        }
    }

    /// Gives the columns of BACI their names, if these are they.
    pub fn name_columns_of_baci(&mut self) -> bool {
        let has = |name: &str| self.header.iter().any(|cell| cell == name);
        if !["i", "j", "q"].iter().all(|name| has(name)) || has("exporter") {
            return false;
        }
        for cell in &mut self.header {
            if let Some((_, name)) = BACI.iter().find(|(letter, _)| letter == cell) {
                *cell = (*name).to_owned();
            }
        }
        true
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
            line: self.header_line,
            wanted: quoted.join(" or "),
            found: self.written.clone(),
        }
    }
}

/// The separator that a first line such as `sep=;` states, the text after it, and the line that this begins on.
fn separator_line(text: &str) -> (Option<u8>, &str, u64) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = first.trim_end_matches('\r').trim_matches('"');
    let stated = line
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("sep="))
        .map(|_| &line[4..]);
    match stated.map(str::as_bytes) {
        // Spreadsheets fill the line with separators.
        Some([separator, more @ ..]) if more.iter().all(|byte| byte == separator) && separator.is_ascii() => {
            (Some(*separator), rest, 2)
        }
        _ => (None, text, 1),
    }
}

/// What parts the cells of the header: the one separator that makes a known name of a cell, else a comma.
fn separator(text: &str) -> u8 {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .unwrap_or_default();
    let cells = |separator: u8| -> Vec<String> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(separator)
            .trim(csv::Trim::All)
            .from_reader(header.as_bytes());
        let first = reader.records().next().and_then(Result::ok);
        first.map_or(Vec::new(), |record| record.iter().map(str::to_lowercase).collect())
    };
    let choices = [b',', b';', b'\t', b'|'];
    let known = |separator: &&u8| {
        let cells = cells(**separator);
        cells.len() > 1
            && cells
                .iter()
                .any(|cell| KEYS.contains(&cell.as_str()) || ["i", "j"].contains(&cell.as_str()))
    };
    let fallback = choices.iter().find(|separator| cells(**separator).len() > 1);
    choices.iter().find(known).or(fallback).copied().unwrap_or(b',')
}

/// The line of a quote that opens a cell and is never closed.
fn open_quote(text: &str, separator: u8) -> Option<u64> {
    let bytes = text.as_bytes();
    let (mut line, mut opened, mut cell_begins, mut comment, mut line_begins) = (1, None, true, false, true);
    let mut position = 0;
    while let Some(&byte) = bytes.get(position) {
        position += 1;
        if byte == b'\n' {
            line += 1;
        }
        if opened.is_some() {
            if byte == b'"' {
                if bytes.get(position) == Some(&b'"') {
                    position += 1;
                } else {
                    opened = None;
                }
            }
            continue;
        }
        match byte {
            b'\n' | b'\r' => (cell_begins, comment, line_begins) = (true, false, true),
            _ if comment => {}
            b'#' if line_begins => comment = true,
            b'"' if cell_begins => {
                opened = Some(line);
                (cell_begins, line_begins) = (false, false);
            }
            _ => {
                // The reader trims cells after it has read them: a quote after a blank opens none.
                cell_begins = byte == separator;
                line_begins = false;
            }
        }
    }
    opened
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
