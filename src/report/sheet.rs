//! A CSV file row by row: text cells made harmless, numbers to six digits, and the columns that every table of a run ends with.

use std::io::Write;

use super::harmless;
use super::number::six_digits;
#[cfg(feature = "cli")]
use crate::analysis::replay::Replay;
use crate::results::statistic::{Statistic, Unit};
use crate::results::types::{Label, Manifest, PolicyResults, RunResults};

/// The unit of a statistic of a material, as files say it.
pub(super) fn unit_of<'a>(run: &'a RunResults, material: &str, statistic: Statistic) -> &'a str {
    match statistic.unit() {
        Unit::Quantity => unit(&run.materials, material),
        other => other.label(),
    }
}

/// A file being written.
pub(super) struct Sheet<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> Sheet<W> {
    /// Without a header, to go on with a file that has one.
    pub(super) fn headless(to: W) -> Self {
        let csv = csv::Writer::from_writer(to);
        Self { csv }
    }

    /// Begins with the names of columns.
    pub(super) fn new(to: W, header: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Self, csv::Error> {
        let mut sheet = Self::headless(to);
        sheet.csv.write_record(header)?;
        Ok(sheet)
    }

    /// A text cell.
    pub(super) fn text(&mut self, text: &str) -> Result<(), csv::Error> {
        self.csv.write_field(&*harmless::cell(text))
    }

    /// Text cells.
    pub(super) fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) -> Result<(), csv::Error> {
        texts.into_iter().try_for_each(|text| self.text(text))
    }

    /// A number; empty when it is not available.
    pub(super) fn number(&mut self, value: f64) -> Result<(), csv::Error> {
        self.plain(&six_digits(value))
    }

    /// Numbers.
    pub(super) fn numbers(&mut self, values: impl IntoIterator<Item = f64>) -> Result<(), csv::Error> {
        values.into_iter().try_for_each(|value| self.number(value))
    }

    /// Numbers with all their digits.
    pub(super) fn exact(&mut self, values: impl IntoIterator<Item = f64>) -> Result<(), csv::Error> {
        let mut values = values.into_iter();
        values.try_for_each(|value| match value.is_finite() {
            true => self.plain(&value.to_string()),
            false => self.plain(""),
        })
    }

    /// A cell that the program has made: a number, a date, a hash.
    pub(super) fn plain(&mut self, text: &str) -> Result<(), csv::Error> {
        self.csv.write_field(text)
    }

    /// Ends the row.
    pub(super) fn end(&mut self) -> Result<(), csv::Error> {
        self.csv.write_record(None::<&[u8]>)
    }

    /// Ends the row with these cells, made before by [`Stamp`].
    pub(super) fn end_with(&mut self, stamp: &Stamp) -> Result<(), csv::Error> {
        stamp.0.iter().try_for_each(|cell| self.plain(cell))?;
        self.end()
    }

    /// Ends the file, and gives back what was written to.
    pub(super) fn finish(self) -> Result<W, csv::Error> {
        self.csv
            .into_inner()
            .map_err(|error| csv::Error::from(error.into_error()))
    }
}

/// The last columns of every table of a run: which run it is. The scenario's hash is in `results.json` alone: an event that cannot happen is to
/// change no byte of a table.
pub(super) const STAMP: [&str; 4] = ["seed", "trials", "sampling", "sampling_version"];

/// The same for what does not depend on the number of trials.
#[cfg(feature = "cli")]
pub(super) const STAMP_WITHOUT_TRIALS: [&str; 3] = ["seed", "sampling", "sampling_version"];

/// Their cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp(Vec<String>);

impl Stamp {
    /// Of a run.
    pub fn of(manifest: &Manifest) -> Self {
        Self(vec![
            manifest.seed.to_string(),
            manifest.trials.to_string(),
            manifest.sampling.clone(),
            manifest.sampling_version.to_string(),
        ])
    }

    /// Of a run, but for the number of its trials.
    pub fn without_trials(manifest: &Manifest) -> Self {
        let mut stamp = Self::of(manifest);
        stamp.0.remove(1);
        stamp
    }

    /// Of a replayed trial, which is the same in runs of any length.
    #[cfg(feature = "cli")]
    pub fn of_replay(replay: &Replay) -> Self {
        Self(vec![
            replay.seed.to_string(),
            replay.sampling.clone(),
            replay.sampling_version.to_string(),
        ])
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
