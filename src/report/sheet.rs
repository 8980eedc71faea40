//! A table row by row, whatever it is written into: text cells made harmless, numbers to six digits in CSV and in full in a workbook, and the columns that
//! every table of a run ends with. Headers are those of [`super::columns`].

use std::io::{Read, Write};

use super::columns::{Kind, Table};
use super::harmless;
use super::number::six_digits;
use crate::results::statistic::{Statistic, Unit};
use crate::results::types::{Estimate, Label, Manifest, PolicyResults, RunResults};
#[cfg(feature = "cli")]
use crate::study::Replay;

/// The unit of a statistic of a material, as files say it.
pub(super) fn unit_of<'a>(run: &'a RunResults, material: &str, statistic: Statistic) -> &'a str {
    match statistic.unit() {
        Unit::Quantity => unit(&run.materials, material),
        other => other.label(),
    }
}

type Written = Result<(), csv::Error>;

/// A cell with its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Text that a scenario may have written.
    Text(String),
    /// Text that the program has made: a date, options.
    Made(String),
    /// A number; not finite when it is not available.
    Number(f64),
    /// A number that CSV has with all its digits, too.
    Exact(f64),
    /// A whole number.
    Whole(u64),
    /// Yes or no.
    Truth(bool),
    /// Nothing: not available.
    Empty,
}

/// What cells are written into.
pub trait Sink {
    /// What is given back at the end.
    type Back;
    /// The names of columns.
    ///
    /// # Errors
    /// When it cannot be written.
    fn header(&mut self, table: &Table) -> Written;
    /// Text that a scenario may have written.
    ///
    /// # Errors
    /// When it cannot be written, as all of these.
    fn text(&mut self, text: &str) -> Written;
    /// Text that the program has made.
    fn made(&mut self, text: &str) -> Written;
    /// A number; empty where it is not finite.
    fn number(&mut self, value: f64) -> Written;
    /// A number with all its digits.
    fn exact(&mut self, value: f64) -> Written;
    /// A whole number.
    fn whole(&mut self, value: u64) -> Written;
    /// Yes or no.
    fn truth(&mut self, value: bool) -> Written;
    /// The end of a row.
    fn end(&mut self) -> Written;
    /// The end of the table.
    fn finish(self) -> Result<Self::Back, csv::Error>;
}

/// What a table can be written into: what takes bytes takes CSV, [`Rows`] take cells as they are.
pub trait Target {
    /// Where the cells go.
    type Sink: Sink<Back = Self>;
    /// Begins.
    fn begin(self) -> Self::Sink;
}

/// A CSV file being written.
pub struct Csv<W: Write>(csv::Writer<W>);

impl<W: Write> Target for W {
    type Sink = Csv<W>;
    fn begin(self) -> Csv<W> {
        Csv(csv::Writer::from_writer(self))
    }
}

impl<W: Write> Sink for Csv<W> {
    type Back = W;

    fn header(&mut self, table: &Table) -> Written {
        self.0
            .write_record(table.columns.iter().map(|column| column.name.as_bytes()))
    }

    fn text(&mut self, text: &str) -> Written {
        self.0.write_field(&*harmless::cell(text))
    }

    fn made(&mut self, text: &str) -> Written {
        self.0.write_field(text)
    }

    fn number(&mut self, value: f64) -> Written {
        self.0.write_field(six_digits(value))
    }

    fn exact(&mut self, value: f64) -> Written {
        match value.is_finite() {
            true => self.0.write_field(value.to_string()),
            false => self.0.write_field(""),
        }
    }

    fn whole(&mut self, value: u64) -> Written {
        self.0.write_field(value.to_string())
    }

    fn truth(&mut self, value: bool) -> Written {
        self.0.write_field(if value { "true" } else { "false" })
    }

    fn end(&mut self) -> Written {
        self.0.write_record(None::<&[u8]>)
    }

    fn finish(self) -> Result<W, csv::Error> {
        self.0
            .into_inner()
            .map_err(|error| csv::Error::from(error.into_error()))
    }
}

/// A table with its cells, to be written more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// Its columns.
    pub table: Table,
    /// Its cells, row by row.
    pub rows: Vec<Vec<Cell>>,
    row: Vec<Cell>,
}

impl Rows {
    /// The rows that a table's function writes.
    ///
    /// # Errors
    /// Those of the function.
    pub fn of(write: impl FnOnce(&mut Self) -> Written) -> Result<Self, csv::Error> {
        let mut rows = Self {
            table: Table::nameless(),
            rows: Vec::new(),
            row: Vec::new(),
        };
        write(&mut rows)?;
        Ok(rows)
    }

    /// Writes them as CSV.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn csv(&self, to: impl Write) -> Written {
        let mut sheet = Sheet::new(to, &self.table)?;
        for row in &self.rows {
            for cell in row {
                sheet.cell(cell)?;
            }
            sheet.end()?;
        }
        sheet.finish().map(drop)
    }

    /// A row's cell in a column.
    pub fn cell(&self, row: usize, column: &str) -> Option<&Cell> {
        let column = self.table.columns.iter().position(|one| one.name == column)?;
        self.rows.get(row)?.get(column)
    }

    fn push(&mut self, cell: Cell) -> Written {
        self.row.push(cell);
        Ok(())
    }
}

impl Target for &mut Rows {
    type Sink = Self;
    fn begin(self) -> Self {
        self
    }
}

impl Sink for &mut Rows {
    type Back = Self;

    fn header(&mut self, table: &Table) -> Written {
        self.table = table.clone();
        Ok(())
    }

    fn text(&mut self, text: &str) -> Written {
        self.push(match text.is_empty() {
            true => Cell::Empty,
            false => Cell::Text(text.to_owned()),
        })
    }

    fn made(&mut self, text: &str) -> Written {
        self.push(match text.is_empty() {
            true => Cell::Empty,
            false => Cell::Made(text.to_owned()),
        })
    }

    fn number(&mut self, value: f64) -> Written {
        self.push(Cell::Number(value))
    }

    fn exact(&mut self, value: f64) -> Written {
        self.push(Cell::Exact(value))
    }

    fn whole(&mut self, value: u64) -> Written {
        self.push(Cell::Whole(value))
    }

    fn truth(&mut self, value: bool) -> Written {
        self.push(Cell::Truth(value))
    }

    fn end(&mut self) -> Written {
        let row = std::mem::take(&mut self.row);
        self.rows.push(row);
        Ok(())
    }

    fn finish(self) -> Result<Self, csv::Error> {
        Ok(self)
    }
}

/// A table being written.
pub(super) struct Sheet<T: Target> {
    sink: T::Sink,
}

impl<T: Target> Sheet<T> {
    /// Without a header, to go on with a file that has one.
    pub(super) fn headless(to: T) -> Self {
        Self { sink: to.begin() }
    }

    /// Begins with the names of columns.
    pub(super) fn new(to: T, table: &Table) -> Result<Self, csv::Error> {
        let mut sheet = Self::headless(to);
        sheet.sink.header(table)?;
        Ok(sheet)
    }

    /// A text cell.
    pub(super) fn text(&mut self, text: &str) -> Written {
        self.sink.text(text)
    }

    /// Text cells.
    pub(super) fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> Written {
        texts.into_iter().try_for_each(|text| self.text(text))
    }

    /// A number; empty when it is not available.
    pub(super) fn number(&mut self, value: f64) -> Written {
        self.sink.number(value)
    }

    /// Numbers.
    pub(super) fn numbers(&mut self, values: impl IntoIterator<Item = f64>) -> Written {
        values.into_iter().try_for_each(|value| self.number(value))
    }

    /// A number that there may be.
    pub(super) fn optional(&mut self, value: Option<f64>) -> Written {
        self.number(value.unwrap_or(f64::NAN))
    }

    /// An estimate: value, standard error, low and high end; the last three are empty where the error is not known.
    pub(super) fn estimate(&mut self, estimate: Option<&Estimate>) -> Written {
        self.optional(estimate.map(|estimate| estimate.value))?;
        self.error(estimate)
    }

    /// The same without the value.
    pub(super) fn error(&mut self, estimate: Option<&Estimate>) -> Written {
        let known = estimate.filter(|estimate| !estimate.standard_error.is_nan());
        self.optional(known.map(|estimate| estimate.standard_error))?;
        self.optional(known.map(|estimate| estimate.low))?;
        self.optional(known.map(|estimate| estimate.high))
    }

    /// Numbers with all their digits.
    pub(super) fn exact(&mut self, values: impl IntoIterator<Item = f64>) -> Written {
        values.into_iter().try_for_each(|value| self.sink.exact(value))
    }

    /// A whole number.
    pub(super) fn whole(&mut self, value: u64) -> Written {
        self.sink.whole(value)
    }

    /// A whole number that there may be.
    pub(super) fn optional_whole(&mut self, value: Option<u64>) -> Written {
        match value {
            Some(value) => self.whole(value),
            None => self.empty(),
        }
    }

    /// Yes or no.
    pub(super) fn truth(&mut self, value: bool) -> Written {
        self.sink.truth(value)
    }

    /// A cell that the program has made: a word, a date, options.
    pub(super) fn plain(&mut self, text: &str) -> Written {
        self.sink.made(text)
    }

    /// A cell without anything.
    pub(super) fn empty(&mut self) -> Written {
        self.sink.made("")
    }

    /// Any cell.
    fn cell(&mut self, cell: &Cell) -> Written {
        match cell {
            Cell::Text(text) => self.text(text),
            Cell::Made(text) => self.plain(text),
            Cell::Number(value) => self.number(*value),
            Cell::Exact(value) => self.exact([*value]),
            Cell::Whole(value) => self.whole(*value),
            Cell::Truth(value) => self.truth(*value),
            Cell::Empty => self.empty(),
        }
    }

    /// Ends the row.
    pub(super) fn end(&mut self) -> Written {
        self.sink.end()
    }

    /// Ends the row with these cells, made before by [`Stamp`].
    pub(super) fn end_with(&mut self, stamp: &Stamp) -> Written {
        stamp.0.iter().try_for_each(|cell| self.cell(cell))?;
        self.end()
    }

    /// Ends the file, and gives back what was written to.
    pub(super) fn finish(self) -> Result<T, csv::Error> {
        self.sink.finish()
    }
}

/// The last cells of every row of a run: which run it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp(Vec<Cell>);

impl Stamp {
    /// Of a run.
    pub fn of(manifest: &Manifest) -> Self {
        Self(vec![
            Cell::Whole(manifest.seed),
            Cell::Whole(manifest.trials),
            Cell::Made(manifest.sampling.clone()),
            Cell::Whole(u64::from(manifest.sampling_version)),
        ])
    }

    /// Of a run, but for the number of its trials.
    pub fn without_trials(manifest: &Manifest) -> Self {
        let mut stamp = Self::of(manifest);
        stamp.0.remove(1);
        stamp
    }

    /// Of no run.
    pub(super) fn empty() -> Self {
        Self(vec![Cell::Empty; 4])
    }

    /// Of a replayed trial, which is the same in runs of any length.
    #[cfg(feature = "cli")]
    pub fn of_replay(replay: &Replay) -> Self {
        Self(vec![
            Cell::Whole(replay.seed),
            Cell::Made(replay.sampling.clone()),
            Cell::Whole(u64::from(replay.sampling_version)),
        ])
    }
}

/// Which CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Commas between cells, points in numbers: what programs read.
    #[default]
    Comma,
    /// Semicolons between cells, commas in numbers, a byte-order mark at the beginning: what spreadsheets read where numbers are written so, as in
    /// German and French.
    Semicolon,
}

impl Dialect {
    /// Writes a table again that is there with commas.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn write(self, table: &Table, mut from: impl Read, mut to: impl Write) -> Written {
        if self == Dialect::Comma {
            std::io::copy(&mut from, &mut to)?;
            return Ok(());
        }
        to.write_all("\u{feff}".as_bytes())?;
        let mut reader = csv::Reader::from_reader(from);
        let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(to);
        writer.write_record(reader.headers()?)?;
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            for (cell, column) in record.iter().zip(&table.columns) {
                let is_number = match column.kind {
                    Kind::Number => true,
                    Kind::Mixed => cell.parse::<f64>().is_ok(),
                    _ => false,
                };
                match is_number {
                    true => writer.write_field(cell.replace('.', ","))?,
                    false => writer.write_field(cell)?,
                }
            }
            writer.write_record(None::<&[u8]>)?;
        }
        Ok(writer.flush()?)
    }
}

/// Display name of an id, which stands for itself where it has none.
pub(super) fn name<'a>(labels: &'a [Label], id: &'a str) -> &'a str {
    let label = labels.iter().find(|label| label.id == id);
    label
        .map(|label| label.name.as_str())
        .filter(|name| !name.is_empty())
        .unwrap_or(id)
}

/// Unit of a material: `t` where it states none.
pub fn unit<'a>(materials: &'a [Label], id: &str) -> &'a str {
    let label = materials.iter().find(|label| label.id == id);
    label
        .map(|label| label.unit.as_str())
        .filter(|unit| !unit.is_empty())
        .unwrap_or("t")
}

/// Display names of a row's policy, material and place.
pub(super) fn names<'a>(
    run: &'a RunResults,
    policy: &'a PolicyResults,
    material: &'a str,
    country: &'a str,
) -> [&'a str; 3] {
    [
        policy.shown_name(),
        name(&run.materials, material),
        name(&run.places, country),
    ]
}
