//! Charts of a report, each with the figures that it draws.

use maud::{Markup, PreEscaped, html};

use super::Table;
use crate::report::charts::Chart;

/// The tables that charts are drawn from, by file name.
#[derive(Debug)]
pub struct Figures<'a> {
    tables: Vec<(&'a str, Table)>,
}

impl<'a> Figures<'a> {
    /// Of these tables.
    pub fn new(tables: Vec<(&'a str, Table)>) -> Self {
        Figures { tables }
    }

    /// A chart with its figures: those of its material, where its name ends with one.
    pub(super) fn chart(&self, chart: &Chart) -> Markup {
        let is_of = |id: &&str| chart.name.strip_suffix(id).is_some_and(|kind| kind.ends_with('-'));
        let shown: Vec<(&str, Table)> = self
            .tables
            .iter()
            .filter(|(name, _)| belongs(&chart.name, name))
            .map(|(name, table)| {
                let rows = match table.values("material").into_iter().find(is_of) {
                    Some(material) => table.only("material", material),
                    None => table.clone(),
                };
                (*name, rows.readable())
            })
            .filter(|(_, table)| !table.is_empty())
            .collect();
        html! {
            figure {
                div class="chart" { (PreEscaped(&chart.svg)) }
                @if !shown.is_empty() {
                    details {
                        summary { "The figures of this chart" }
                        @for (name, table) in &shown { (table.html(name, &format!(", of the chart {}", chart.name))) }
                    }
                }
            }
        }
    }

    /// Every table, folded.
    pub(super) fn all(&self) -> Markup {
        html! {
            @for (name, table) in self.tables.iter().filter(|(_, table)| !table.is_empty()) {
                details { summary { (name) } (table.readable().html(name, ", whole")) }
            }
        }
    }
}

/// Whether a chart of a run is drawn from a table of it. Commands that ask what would help have charts from all of their tables.
fn belongs(chart: &str, table: &str) -> bool {
    let of_run: [(&str, &str); 7] = [
        ("supply-shares", "supply.csv"),
        ("exceedance-", "exceedance.csv"),
        ("fan-", "timeline.csv"),
        ("years-", "years.csv"),
        ("shortfall-by-country-", "summary.csv"),
        ("events-", "attribution.csv"),
        ("policy-comparison-", "summary.csv"),
    ];
    match of_run.iter().find(|(kind, _)| chart.starts_with(kind)) {
        Some((_, of)) => *of == table,
        None => true,
    }
}
