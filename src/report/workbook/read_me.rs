//! The sheet that is read first: what was asked, the answer in words, cautions, how to repeat it, and whose figures are in it.

use rust_xlsxwriter::{Format, FormatAlign, Worksheet, XlsxError};

use super::charts::Charts;
use super::{Contents, MOST_ROWS, shown};
use crate::data::ShippedSource;
use crate::report::data_package::About;
use crate::report::number::grouped;
use crate::report::sheet::Rows;
use crate::results::types::{Manifest, RunResults};

/// Width of the column of texts, in characters.
const COLUMN: f64 = 110.0;
/// Characters that surely stand in a line of it, whatever the font.
const LINE: usize = 100;
/// Height of a line, and of the highest row that there may be, in points.
const LINE_HEIGHT: f64 = 15.0;
const HIGHEST: f64 = 409.0;

/// Lines under headings.
#[derive(Default)]
pub(super) struct ReadMe {
    parts: Vec<(&'static str, Vec<String>)>,
}

impl ReadMe {
    /// Adds a part, unless there is nothing in it.
    pub(super) fn add(&mut self, heading: &'static str, lines: impl IntoIterator<Item = String>) {
        let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        if !lines.is_empty() {
            self.parts.push((heading, lines));
        }
    }

    /// How to get the same figures again.
    pub(super) fn repeat(&mut self, manifest: &Manifest, command: &str) {
        self.add("Command", [command.to_owned()]);
        self.add(
            "Version",
            [format!(
                "{}, sampling version {}",
                manifest.program, manifest.sampling_version
            )],
        );
        self.add("Seed", [manifest.seed.to_string()]);
        let trials = match manifest.trials == manifest.trials_asked {
            true => grouped(manifest.trials),
            false => format!(
                "{} of {} asked for",
                grouped(manifest.trials),
                grouped(manifest.trials_asked)
            ),
        };
        let sampling = manifest.sampling.replace('_', " ");
        self.add("Trials", [format!("{trials}, {sampling} sampling")]);
        self.add(
            "Scenario",
            [format!("{}, SHA-256 {}", manifest.scenario, manifest.scenario_sha256)],
        );
    }

    /// Warnings of the scenario's checks.
    pub(super) fn warnings(&mut self, manifest: &Manifest) {
        let of = manifest.warnings.iter().map(|warning| {
            let reason = warning.acknowledged.as_ref();
            let reason = reason.map_or_else(String::new, |reason| format!(" Acknowledged in the scenario: {reason}"));
            format!("{} ({}){reason}", warning.message, warning.code)
        });
        self.add("Warnings", of);
    }

    /// Licences and credit of shipped figures that the citations name.
    pub(super) fn licences(&mut self, sources: &[&ShippedSource]) {
        let of = sources.iter().map(|source| {
            let credit = match source.credit.is_empty() {
                true => String::new(),
                false => format!("; credit: {}", source.credit),
            };
            format!("{} ({}): {}{credit}", source.source, source.publisher, source.licence)
        });
        let mut lines: Vec<String> = of.collect();
        if !lines.is_empty() {
            lines.insert(
                0,
                "Shipped figures that the scenario's sources name, under these licences:".to_owned(),
            );
        }
        self.add("Licences", lines);
    }

    /// How to read cells, and what the sheets hold.
    pub(super) fn sheets<'a>(&mut self, tables: impl Iterator<Item = &'a Rows>) {
        self.add(
            "How to read it",
            [
                "Names that end in _pct are % of demand, 0 to 100; probabilities and shares are 0 to 1; times are months; quantities are in the unit that the column \
                 unit says. Names in _se are Monte Carlo standard errors, in _low and _high the ends of 95 % intervals. Cells have every digit, formats \
                 show some. An empty cell is a figure that is not available, or that the trials do not support: never a zero."
                    .to_owned(),
            ],
        );
        let of = tables.map(|rows| {
            let cut = match rows.rows.len() > MOST_ROWS {
                true => format!(
                    " (the first {} of {} rows, which is all that a sheet takes; the CSV file has all)",
                    grouped(MOST_ROWS as u64),
                    grouped(rows.rows.len() as u64)
                ),
                false => String::new(),
            };
            format!("{}: {}{cut}", rows.table.sheet, rows.table.holds)
        });
        self.add("Sheets", of);
    }

    pub(super) fn write(&self, sheet: &mut Worksheet, title: &str) -> Result<(), XlsxError> {
        sheet.set_name("Read me")?;
        sheet.set_column_width(0, 18)?;
        sheet.set_column_width(1, COLUMN)?;
        let heading = Format::new().set_bold().set_align(FormatAlign::Top);
        let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
        let large = Format::new().set_bold().set_font_size(16);
        sheet.write_string_with_format(0, 0, shown(title), &large)?;
        let mut row = 2;
        for (name, lines) in &self.parts {
            sheet.write_string_with_format(row, 0, *name, &heading)?;
            for line in lines {
                let line = shown(line).replace('`', "");
                sheet.set_row_height(row, height(&line))?;
                sheet.write_string_with_format(row, 1, line, &text)?;
                row += 1;
            }
            row += 1;
        }
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        Ok(())
    }
}

/// Height of the row of a text, in points. Programs differ in whether they make room for wrapped text by themselves.
fn height(text: &str) -> f64 {
    let lines = text.chars().count().div_ceil(LINE).max(1);
    (LINE_HEIGHT * lines as f64).min(HIGHEST)
}

/// What a command was asked, and what it said.
pub struct Asked<'a> {
    /// What it was asked of; `None` where that is no scenario.
    pub run: Option<&'a RunResults>,
    /// The command line that gives the same.
    pub command: String,
    /// What was found, in sentences.
    pub sentences: Vec<String>,
    /// Title, and texts that say where figures come from.
    pub about: About,
}

/// The workbook of a command other than `run`: its tables.
///
/// # Errors
/// When it cannot be written.
pub fn of_command(asked: Asked<'_>, tables: Vec<Rows>) -> Result<Vec<u8>, String> {
    let mut read_me = ReadMe::default();
    read_me.add("Question", asked.about.description.clone());
    read_me.add("Answer", asked.sentences);
    match asked.run {
        Some(run) => {
            read_me.warnings(&run.manifest);
            read_me.repeat(&run.manifest, &asked.command);
        }
        None => {
            read_me.add("Command", [asked.command]);
            read_me.add("Version", [format!("critmin {}", env!("CARGO_PKG_VERSION"))]);
        }
    }
    read_me.licences(&asked.about.sources());
    let contents = Contents {
        title: asked.about.title,
        read_me,
        tables,
        charts: Charts::default(),
    };
    contents.bytes().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_room_for_their_text() {
        for (characters, expected) in [(0, 15.0), (100, 15.0), (101, 30.0), (250, 45.0), (30_000, HIGHEST)] {
            assert_eq!(height(&"a".repeat(characters)), expected, "{characters}");
        }
    }
}
