//! Results as one workbook that explains itself: a sheet to read first, a sheet for each table with every digit, charts of the spreadsheet's own, where each figure
//! comes from, and what each column means. The same results give the same bytes.

mod charts;
mod read_me;
mod run;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

use super::columns::{self, BY_ROW, Column, Kind};
use super::harmless;
use super::sheet::{Cell, Rows, Sheet};
use charts::Charts;
use read_me::ReadMe;
pub use read_me::{Asked, of_command};
pub use run::{NAME, Run, of_run};

/// Rows that a sheet can hold, its header aside.
const MOST_ROWS: usize = 1_048_575;
/// Characters that a cell can hold.
const MOST_CHARACTERS: usize = 32_767;
/// Whole numbers up to this are exact in a cell; larger ones are text.
const EXACT: u64 = 1 << 53;
/// Rows that the width of a column is taken from.
const LOOKED_AT: usize = 40;
/// Widest and narrowest column, in characters.
const WIDTHS: (usize, usize) = (9, 44);

/// What a workbook holds.
struct Contents {
    title: String,
    read_me: ReadMe,
    tables: Vec<Rows>,
    charts: Charts,
}

impl Contents {
    /// The workbook, byte by byte.
    fn bytes(mut self) -> Result<Vec<u8>, XlsxError> {
        let columns = columns_of(&self.tables).map_err(|error| XlsxError::ParameterError(error.to_string()))?;
        self.read_me.sheets(self.tables.iter().chain([&columns]));
        let mut book = Workbook::new();
        // The time of writing would make every workbook another one.
        let properties = DocProperties::new()
            .set_title(&*harmless::line(&self.title))
            .set_comment(format!("critmin {}", env!("CARGO_PKG_VERSION")))
            .set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?);
        book.set_properties(&properties);
        self.read_me.write(book.add_worksheet(), &self.title)?;
        if !self.charts.is_empty() {
            self.charts.write(book.add_worksheet())?;
        }
        for rows in self.tables.iter().chain([&columns]) {
            write(book.add_worksheet(), rows)?;
        }
        book.save_to_buffer()
    }
}

/// A text as a cell can hold it. What begins like a formula stays text: nothing here is written as a formula.
fn shown(text: &str) -> String {
    harmless::line(text).chars().take(MOST_CHARACTERS).collect()
}

/// A table as a sheet.
fn write(sheet: &mut Worksheet, rows: &Rows) -> Result<(), XlsxError> {
    let columns = &rows.table.columns;
    sheet.set_name(rows.table.sheet)?;
    let header = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_background_color("E8EEF4");
    for (position, column) in (0..).zip(columns) {
        sheet.write_string_with_format(0, position, &*column.name, &header)?;
        sheet.set_column_width(position, width(rows, usize::from(position)) as f64)?;
    }
    let formats: Vec<Format> = columns
        .iter()
        .map(|column| Format::new().set_num_format(number_format(column)))
        .collect();
    for (row, cells) in (1..).zip(rows.rows.iter().take(MOST_ROWS)) {
        for ((position, cell), (format, column)) in (0..).zip(cells).zip(formats.iter().zip(columns)) {
            match cell {
                Cell::Number(value) | Cell::Exact(value) if value.is_finite() => {
                    sheet.write_number_with_format(row, position, *value, format)?;
                }
                Cell::Whole(value) if *value <= EXACT => {
                    sheet.write_number_with_format(row, position, *value as f64, format)?;
                }
                Cell::Whole(value) => {
                    sheet.write_string(row, position, value.to_string())?;
                }
                Cell::Truth(value) => {
                    sheet.write_boolean(row, position, *value)?;
                }
                Cell::Made(text) | Cell::Text(text) => match date(column, text) {
                    Some(date) => {
                        sheet.write_datetime_with_format(row, position, &date, format)?;
                    }
                    None => {
                        sheet.write_string(row, position, shown(text))?;
                    }
                },
                Cell::Number(_) | Cell::Exact(_) | Cell::Empty => {}
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    if let (Ok(last), false) = (u16::try_from(columns.len().saturating_sub(1)), columns.is_empty()) {
        let rows = rows.rows.len().min(MOST_ROWS) as u32;
        sheet.autofilter(0, 0, rows, last)?;
    }
    sheet
        .set_landscape()
        .set_print_fit_to_pages(1, 0)
        .set_repeat_rows(0, 0)?;
    Ok(())
}

fn date(column: &Column, text: &str) -> Option<ExcelDateTime> {
    (column.kind == Kind::Date)
        .then(|| ExcelDateTime::parse_from_str(text).ok())
        .flatten()
}

/// How the numbers of a column are shown; the cells have every digit.
fn number_format(column: &Column) -> &'static str {
    match (column.kind, column.unit) {
        (Kind::Whole, _) => "0",
        (Kind::Date, _) => "yyyy-mm-dd",
        (Kind::Number, "months" | "years" | "percentage points") => "0.00",
        (Kind::Number, "USD") => "#,##0",
        (Kind::Number, "million USD") => "#,##0.00",
        // Probabilities, shares and counts.
        (Kind::Number, "") => "0.0000",
        (Kind::Number, unit) if unit.starts_with('%') => "0.00",
        // What differs by row: tonnes in one, a probability in the next.
        _ => "General",
    }
}

/// Wide enough for the header's longest word, the button of the filter beside it, and most cells.
fn width(rows: &Rows, position: usize) -> usize {
    let header = rows.table.columns[position].name.chars().count().div_ceil(2) + 4;
    let cells = rows.rows.iter().take(LOOKED_AT).map(|row| match &row[position] {
        Cell::Text(text) | Cell::Made(text) => text.chars().count() + 1,
        _ => 0,
    });
    cells.fold(header, usize::max).clamp(WIDTHS.0, WIDTHS.1)
}

/// What the columns of these tables mean.
fn columns_of(tables: &[Rows]) -> Result<Rows, csv::Error> {
    Rows::of(|rows| {
        let mut sheet = Sheet::new(rows, &columns::columns())?;
        for rows in tables {
            for column in &rows.table.columns {
                let kind = match column.kind {
                    Kind::Text => "text",
                    Kind::Number => "number",
                    Kind::Whole => "whole number",
                    Kind::Truth => "true or false",
                    Kind::Date => "date",
                    Kind::Mixed => "number, date or text",
                };
                let unit = match column.unit {
                    BY_ROW => "as in the column unit",
                    unit => unit,
                };
                sheet.texts([
                    rows.table.sheet,
                    &column.name,
                    kind,
                    &unit.replace('`', ""),
                    &column.meaning.replace('`', ""),
                ])?;
                sheet.end()?;
            }
        }
        sheet.finish().map(drop)
    })
}
