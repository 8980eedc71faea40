//! Tables within a width. Long names are shortened; columns that do not fit are left out by rank, the least important first, and named. A number is
//! never cut.

use super::harmless;
use super::width::{broken, columns, shortened, usable};

/// Spaces between columns.
const GAP: usize = 2;
/// Names are shortened so far before columns are left out.
const SHORT_NAME: usize = 16;
/// Names are shortened to no less.
const LEAST_NAME: usize = 5;
/// A word that is longer may be cut where a cell is wrapped; what is shorter is kept whole, and so is every number.
const LONGEST_WORD: usize = 24;

/// A column.
pub(super) struct Column {
    /// Lines above it.
    header: Vec<String>,
    cells: Vec<String>,
    /// Whether it holds numbers, which stand at the right; names stand at the left.
    is_number: bool,
    /// The larger, the sooner it is left out; 0 is never left out.
    rank: usize,
}

impl Column {
    /// Of names, at most so wide.
    pub(super) fn names(header: &str, most: usize, cells: impl IntoIterator<Item = String>) -> Self {
        let shown = |cell: String| shortened(&harmless::line(&cell), most);
        Self {
            header: header.lines().map(ToOwned::to_owned).collect(),
            cells: cells.into_iter().map(shown).collect(),
            is_number: false,
            rank: 0,
        }
    }

    /// Of numbers.
    pub(super) fn numbers(header: &str, rank: usize, cells: impl IntoIterator<Item = String>) -> Self {
        Self {
            header: header.lines().map(|line| harmless::line(line).into_owned()).collect(),
            cells: cells.into_iter().collect(),
            is_number: true,
            rank,
        }
    }

    fn width(&self) -> usize {
        let texts = self.header.iter().chain(&self.cells);
        texts.map(|text| columns(text)).max().unwrap_or(0)
    }

    /// Its header in one line, without its unit.
    fn title(&self) -> String {
        self.header.first().cloned().unwrap_or_default()
    }
}

/// Columns that fit, as text that ends in a line feed, and the titles of those that do not.
pub(super) fn draw(mut table: Vec<Column>, width: usize) -> (String, Vec<String>) {
    let width = usable(width);
    let mut left_out = Vec::new();
    shorten_names(&mut table, width, SHORT_NAME);
    while total(&table) > width {
        let last = table.iter().enumerate().filter(|(_, column)| column.rank > 0);
        let Some((position, _)) = last.max_by_key(|(_, column)| column.rank) else {
            break;
        };
        left_out.push((table[position].rank, table.remove(position).title()));
    }
    shorten_names(&mut table, width, LEAST_NAME);
    left_out.sort();
    (layout(&table), left_out.into_iter().map(|(_, title)| title).collect())
}

/// Shortens the widest names to the width of the table, but none to less than so many columns.
fn shorten_names(table: &mut [Column], width: usize, least: usize) {
    while total(table) > width {
        let names = table
            .iter_mut()
            .filter(|column| !column.is_number && column.width() > least);
        let Some(widest) = names.max_by_key(|column| column.width()) else {
            return;
        };
        let most = widest.width() - 1;
        for text in widest.header.iter_mut().chain(&mut widest.cells) {
            *text = shortened(text, most);
        }
    }
}

fn total(table: &[Column]) -> usize {
    table.iter().map(Column::width).sum::<usize>() + GAP * table.len().saturating_sub(1)
}

fn layout(table: &[Column]) -> String {
    let widths: Vec<usize> = table.iter().map(Column::width).collect();
    let lines = table.iter().map(|column| column.header.len()).max().unwrap_or(0);
    let rows = table.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let mut text = String::new();
    for line in 0..lines {
        row(&mut text, table, &widths, |column| column.header.get(line));
    }
    text.push_str(&"─".repeat(total(table)));
    text.push('\n');
    for number in 0..rows {
        row(&mut text, table, &widths, |column| column.cells.get(number));
    }
    text
}

fn row<'a>(text: &mut String, table: &'a [Column], widths: &[usize], cell: impl Fn(&'a Column) -> Option<&'a String>) {
    let mut line = String::new();
    for (number, (column, width)) in table.iter().zip(widths).enumerate() {
        if number > 0 {
            line.push_str(&" ".repeat(GAP));
        }
        let content = cell(column).map_or("", String::as_str);
        let pad = " ".repeat(width.saturating_sub(columns(content)));
        match column.is_number {
            true => line.push_str(&(pad + content)),
            false => line.push_str(&(content.to_owned() + &pad)),
        }
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// A table of texts, all of which are wanted: cells are wrapped, and where even that does not fit every row becomes a list of its cells. Ends in a line feed.
pub fn texts(header: &[String], rows: &[Vec<String>], width: usize) -> String {
    let width = usable(width);
    let header: Vec<String> = header.iter().map(|name| harmless::line(name).into_owned()).collect();
    let shown = |row: &Vec<String>| row.iter().map(|cell| harmless::line(cell).into_owned()).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(shown).collect();
    let of_column = |number: usize| {
        let cells = rows.iter().filter_map(move |row| row.get(number));
        std::iter::once(&header[number]).chain(cells).map(String::as_str)
    };
    let wanted: Vec<usize> = (0..header.len())
        .map(|number| of_column(number).map(columns).max().unwrap_or(0))
        .collect();
    let least: Vec<usize> = (0..header.len())
        .map(|number| of_column(number).map(longest_word).max().unwrap_or(0).max(1))
        .collect();
    let Some(room) = width.checked_sub(GAP * header.len().saturating_sub(1)) else {
        return lists(&header, &rows, width);
    };
    if least.iter().sum::<usize>() > room {
        return lists(&header, &rows, width);
    }
    let widths = shared(&least, &wanted, room);
    let wrapped = |row: &[String]| -> Vec<Vec<String>> {
        row.iter()
            .zip(&widths)
            .map(|(cell, width)| broken(cell, *width))
            .collect()
    };
    let mut text = String::new();
    physical(&mut text, &wrapped(&header), &widths);
    text.push_str(&"─".repeat(widths.iter().sum::<usize>() + GAP * header.len().saturating_sub(1)));
    text.push('\n');
    for row in &rows {
        physical(&mut text, &wrapped(row), &widths);
    }
    text
}

/// Width of the longest word that must not be cut.
fn longest_word(text: &str) -> usize {
    let words = text.split(' ');
    let most = |word: &str| match word.parse::<f64>() {
        Ok(_) => columns(word),
        Err(_) => columns(word).min(LONGEST_WORD),
    };
    // A number keeps its `%`.
    words
        .map(|word| most(word) + 2 * usize::from(text.contains('%')))
        .max()
        .unwrap_or(0)
}

/// Widths between the least and the wanted, as even as they can be, within the room.
fn shared(least: &[usize], wanted: &[usize], room: usize) -> Vec<usize> {
    let at = |level: usize| -> Vec<usize> {
        let both = least.iter().zip(wanted);
        both.map(|(least, wanted)| level.clamp(*least, (*wanted).max(*least)))
            .collect()
    };
    let most = wanted.iter().copied().max().unwrap_or(0);
    let fits = |level: &usize| at(*level).iter().sum::<usize>() <= room;
    at((0..=most).rev().find(fits).unwrap_or(0))
}

/// One row in as many lines as its longest cell takes.
fn physical(text: &mut String, cells: &[Vec<String>], widths: &[usize]) {
    for number in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            let part = cell.get(number).map_or("", String::as_str);
            line.push_str(part);
            line.push_str(&" ".repeat(width.saturating_sub(columns(part)) + GAP));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

/// Every row as a list of its cells.
fn lists(header: &[String], rows: &[Vec<String>], width: usize) -> String {
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        for (name, cell) in header.iter().zip(row).filter(|(_, cell)| !cell.is_empty()) {
            text.push_str(&super::width::wrapped(cell, &format!("{name}: "), "  ", width));
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vec<Column> {
        let own = |cells: [&str; 2]| cells.map(ToOwned::to_owned);
        vec![
            Column::names("place", 30, own(["United Kingdom of Great Britain", "日本"])),
            Column::numbers("short\n%", 0, own(["12.5", "3.25"])),
            Column::numbers("p95\n%", 1, own(["50.0", "40.0"])),
            Column::numbers("demand\nGWh", 2, own(["1,234,567", "12"])),
        ]
    }

    #[test]
    fn columns_are_left_out_by_rank_then_names_shortened() {
        let (text, left_out) = draw(table(), 80);
        insta::assert_snapshot!(text, @r"
        place                           short   p95     demand
                                            %     %        GWh
        ──────────────────────────────────────────────────────
        United Kingdom of Great Brita…   12.5  50.0  1,234,567
        日本                             3.25  40.0         12
        ");
        assert!(left_out.is_empty());
        let (text, left_out) = draw(table(), 32);
        insta::assert_snapshot!(text, @r"
        place            short   p95
                             %     %
        ────────────────────────────
        United Kingdom…   12.5  50.0
        日本              3.25  40.0
        ");
        assert_eq!(left_out, ["demand"]);
    }

    #[test]
    fn texts_are_wrapped_or_listed() {
        let own = |cells: [&str; 3]| cells.map(ToOwned::to_owned).to_vec();
        let rows = [own(["2024", "1234567.5", "reported by the country; includes stocks"])];
        insta::assert_snapshot!(texts(&own(["year", "value", "note"]), &rows, 40), @r"
        year  value      note
        ────────────────────────────────────────
        2024  1234567.5  reported by the
                         country; includes
                         stocks
        ");
        let rows = [own([
            "2024",
            "12345678901234567.25",
            "reported by the country; includes stocks",
        ])];
        insta::assert_snapshot!(texts(&own(["year", "value", "note"]), &rows, 32), @r"
        year: 2024
        value: 12345678901234567.25
        note: reported by the country;
          includes stocks
        ");
    }
}
