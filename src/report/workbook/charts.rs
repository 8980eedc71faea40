//! Charts of the spreadsheet's own, drawn from the sheets beside them: whoever changes a cell or a filter sees the curve move.

use rust_xlsxwriter::{
    Chart, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType, ChartSeries, ChartType,
    Worksheet, XlsxError,
};

use super::MOST_ROWS;
use crate::report::harmless;
use crate::report::sheet::{Cell, Rows};

/// Size of a chart in pixels, and rows of a sheet from one to the next.
const SIZE: (u32, u32) = (860, 440);
const ROWS: u32 = 24;
/// Lines are told apart by colour and by dashes.
const COLORS: [&str; 6] = ["0B4F8A", "C1440E", "2E7D32", "7B3FA0", "8A6D00", "444444"];
const DASHES: [ChartLineDashType; 6] = [
    ChartLineDashType::Solid,
    ChartLineDashType::Dash,
    ChartLineDashType::RoundDot,
    ChartLineDashType::DashDot,
    ChartLineDashType::LongDash,
    ChartLineDashType::LongDashDot,
];
/// Lines that one chart takes.
pub(super) const MOST_LINES: usize = COLORS.len();

/// A line of a chart: two columns of neighbouring rows of a sheet.
pub(super) struct Line {
    pub name: String,
    /// First and last row of the table, from 0.
    pub rows: (usize, usize),
    /// Its columns: across, and up.
    pub columns: (&'static str, &'static str),
}

/// A chart.
pub(super) struct Drawing {
    pub title: String,
    /// What the axes show.
    pub axes: (&'static str, &'static str),
    /// Whether the horizontal axis is of dates.
    pub is_dates: bool,
    /// The end of the horizontal axis, where it is not that of the figures.
    pub end: Option<f64>,
    pub lines: Vec<Line>,
}

/// The charts of a workbook.
#[derive(Default)]
pub(super) struct Charts {
    drawings: Vec<Chart>,
}

impl Charts {
    /// Adds a chart of a table, unless it has no lines.
    pub(super) fn add(&mut self, table: &Rows, drawing: Drawing) {
        if drawing.lines.is_empty() {
            return;
        }
        let mut chart = Chart::new(match drawing.is_dates {
            true => ChartType::Line,
            false => ChartType::ScatterStraight,
        });
        let column = |name: &str| table.table.columns.iter().position(|column| column.name == name);
        let range = |line: &Line, name: &str| {
            let column = u16::try_from(column(name)?).ok()?;
            let row = |row: usize| u32::try_from(row + 1).ok();
            Some((table.table.sheet, row(line.rows.0)?, column, row(line.rows.1)?, column))
        };
        for (line, (color, dash)) in drawing.lines.iter().zip(COLORS.into_iter().zip(DASHES)) {
            // What the sheet has no room for cannot be drawn.
            if line.rows.1 >= MOST_ROWS {
                continue;
            }
            let (Some(across), Some(up)) = (range(line, line.columns.0), range(line, line.columns.1)) else {
                continue;
            };
            let mut stroke = ChartLine::new();
            stroke.set_color(color).set_width(1.75).set_dash_type(dash);
            let mut series = ChartSeries::new();
            series
                .set_name(label(&line.name).as_str())
                .set_categories(across)
                .set_values(up)
                .set_format(ChartFormat::new().set_line(&stroke));
            series.set_marker(rust_xlsxwriter::ChartMarker::new().set_none());
            chart.push_series(&series);
        }
        let mut font = ChartFont::new();
        font.set_size(12);
        chart.title().set_name(label(&drawing.title).as_str()).set_font(&font);
        chart.legend().set_position(ChartLegendPosition::Bottom);
        chart
            .y_axis()
            .set_name(drawing.axes.1)
            .set_min(0)
            .set_num_format("General");
        chart.x_axis().set_name(drawing.axes.0);
        match drawing.is_dates {
            true => {
                chart.x_axis().set_date_axis(true).set_num_format("yyyy-mm");
            }
            false => {
                chart.x_axis().set_min(0).set_num_format("General");
                if let Some(end) = drawing.end {
                    chart.x_axis().set_max(end);
                }
            }
        }
        chart.set_width(SIZE.0).set_height(SIZE.1);
        self.drawings.push(chart);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.drawings.is_empty()
    }

    pub(super) fn write(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_name("Charts")?;
        for (row, chart) in (0..).step_by(ROWS as usize).zip(&self.drawings) {
            sheet.insert_chart(row, 0, chart)?;
        }
        // A page each: none is cut.
        let ends: Vec<u32> = (1..self.drawings.len() as u32).map(|chart| chart * ROWS).collect();
        sheet.set_landscape().set_page_breaks(&ends)?;
        Ok(())
    }
}

/// A text in a chart, where one that begins with `=`, or has `!` before what looks like cells, would be a range of cells.
fn label(text: &str) -> String {
    harmless::cell(text).replace('!', "! ")
}

/// First and last of the neighbouring rows that have these texts in these columns.
pub(super) fn rows_with(table: &Rows, key: &[(&str, &str)]) -> Option<(usize, usize)> {
    let is = |row: usize| {
        key.iter().all(|(column, wanted)| match table.cell(row, column) {
            Some(Cell::Text(text) | Cell::Made(text)) => text == wanted,
            _ => wanted.is_empty(),
        })
    };
    let first = (0..table.rows.len()).find(|row| is(*row))?;
    let last = (first..table.rows.len()).take_while(|row| is(*row)).last()?;
    Some((first, last))
}
