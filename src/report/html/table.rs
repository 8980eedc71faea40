//! A table of a report, from the CSV text that a command writes: the figures are the same, to the last digit.

use maud::{Markup, html};

use super::line;

/// Rows shown at most: browsers and readers choke on more. The file has all.
const MOST_ROWS: usize = 400;

/// A table with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// From what writes CSV.
    ///
    /// # Errors
    /// When that fails, or writes no CSV.
    pub fn written(write: impl FnOnce(&mut Vec<u8>) -> Result<(), csv::Error>) -> Result<Self, csv::Error> {
        let mut text = Vec::new();
        write(&mut text)?;
        Self::read(&text)
    }

    /// From CSV.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &[u8]) -> Result<Self, csv::Error> {
        let mut reader = csv::Reader::from_reader(text);
        let header = reader.headers()?.iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            rows.push(record?.iter().map(str::to_owned).collect());
        }
        Ok(Table { header, rows })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// Whether it has such a column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    /// The different values of a column, in order of appearance.
    pub(super) fn values(&self, column: &str) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        if let Some(column) = self.column(column) {
            for row in &self.rows {
                if !found.contains(&row[column].as_str()) {
                    found.push(&row[column]);
                }
            }
        }
        found
    }

    /// The rows that have this value in a column; all, where there is no such column.
    #[must_use]
    pub(super) fn only(&self, column: &str, value: &str) -> Self {
        let Some(column) = self.column(column) else {
            return self.clone();
        };
        let rows = self.rows.iter().filter(|row| row[column] == value);
        Table {
            header: self.header.clone(),
            rows: rows.cloned().collect(),
        }
    }

    /// Without columns that say where it comes from, or the same as another in other words: ids where there are names.
    #[must_use]
    pub(super) fn readable(&self) -> Self {
        let named = ["policy", "material", "country", "place", "event", "key"];
        let is_shown = |name: &str| {
            let is_stamp = ["seed", "trials", "sampling", "sampling_version"].contains(&name);
            let has_name = match name {
                "country" | "place" => self.has("place_name"),
                "event" => self.has("name"),
                id if named.contains(&id) => self.has(&format!("{id}_name")),
                _ => false,
            };
            !is_stamp && !has_name
        };
        // What a row is of comes first.
        let mut columns: Vec<usize> = (0..self.header.len())
            .filter(|column| is_shown(&self.header[*column]))
            .collect();
        columns.sort_by_key(|column| !(self.header[*column].ends_with("_name") || self.header[*column] == "name"));
        let pick = |row: &Vec<String>| columns.iter().map(|column| row[*column].clone()).collect();
        Table {
            header: pick(&self.header),
            rows: self.rows.iter().map(pick).collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table, with its file's name. `whose` tells it from other tables of that file on the page.
    pub(super) fn html(&self, file: &str, whose: &str) -> Markup {
        let is_number = |cell: &str| cell.is_empty() || cell.parse::<f64>().is_ok();
        let numeric: Vec<bool> = (0..self.header.len())
            .map(|column| self.rows.iter().all(|row| is_number(&row[column])))
            .collect();
        html! {
            div class="scroll" tabindex="0" role="region" aria-label={ "Table of " (file) (whose) } {
                table {
                    caption {
                        (file)
                        @if self.rows.len() > MOST_ROWS { ": the first " (MOST_ROWS) " of " (self.rows.len()) " rows; the file has all" }
                    }
                    thead { tr { @for (name, numeric) in self.header.iter().zip(&numeric) {
                        th scope="col" class=[numeric.then_some("number")] { (called(name)) }
                    } } }
                    tbody { @for row in self.rows.iter().take(MOST_ROWS) { tr {
                        @for (cell, numeric) in row.iter().zip(&numeric) { td class=[numeric.then_some("number")] { (line(cell)) } }
                    } } }
                }
            }
        }
    }
}

/// A column's name in words.
fn called(column: &str) -> String {
    let known = match column {
        "policy_name" => "policy",
        "material_name" => "material",
        "place_name" => "place",
        "event_name" => "event",
        "key_name" => "cause",
        "pct" => "%",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    let (stem, unit) = match column.strip_suffix("_pct") {
        Some(stem) => (stem, " (%)"),
        None => (column, ""),
    };
    let stem = match stem.strip_suffix("_se") {
        Some(stem) => format!("{} (standard error)", stem.replace("_pct", " %").replace('_', " ")),
        None => stem.replace('_', " "),
    };
    format!("{stem}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::written(|to| {
            to.extend_from_slice(
                b"policy,material,mean_pct,policy_name,material_name,seed\na,m,1.5,A,\"M <b>\",1\nb,n,2,B,N,1\n",
            );
            Ok(())
        })
        .unwrap()
    }

    #[test]
    fn names_come_first_and_take_the_place_of_ids() {
        let shown = table().readable();
        assert_eq!(shown.header, ["policy_name", "material_name", "mean_pct"]);
        assert_eq!(shown.rows[1], ["B", "N", "2"]);
    }

    #[test]
    fn rows_are_chosen_by_a_value() {
        assert_eq!(table().only("material", "n").rows.len(), 1);
        assert_eq!(table().only("none", "n"), table());
    }

    #[test]
    fn cells_are_escaped_and_columns_have_words() {
        let html = table().readable().html("x.csv", ", of all").into_string();
        assert!(html.contains("aria-label=\"Table of x.csv, of all\""), "{html}");
        assert!(html.contains("M &lt;b&gt;") && html.contains("mean (%)"), "{html}");
        assert_eq!(
            called("expected_shortfall_pct_se"),
            "expected shortfall % (standard error)"
        );
        assert_eq!(called("prob_gt_10"), "prob gt 10");
    }

    #[test]
    fn long_tables_say_that_they_are_cut() {
        let rows: String = (0..500).map(|row| format!("{row}\n")).collect();
        let table = Table::written(|to| {
            to.extend_from_slice(format!("n\n{rows}").as_bytes());
            Ok(())
        });
        let html = table.unwrap().html("n.csv", "").into_string();
        assert!(html.contains("the first 400 of 500 rows") && !html.contains("<td class=\"number\">400<"));
    }
}
