//! `critmin data`.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::arguments::DataOptions;
use super::failure::Failure;
use super::{Outcome, terminal};
use crate::data::{self, DataError, TableExcerpt};
use crate::report::width::wrapped;
use crate::report::{self, grid, harmless};

/// Shows what the shipped data says.
pub fn data(options: &DataOptions) -> Outcome {
    let excerpts = match (&options.mineral, &options.table) {
        (None, None) if options.csv || options.json => {
            return Err(Failure::Usage(
                "--csv and --json need a mineral or --table NAME".to_owned(),
            ));
        }
        (None, None) => return overview(),
        (None, Some(table)) => vec![whole_table(table)?],
        (Some(mineral), table) => {
            let mut excerpts = data::about(mineral).map_err(|error| failure(&error, options.json))?;
            if let Some(name) = table {
                let known = data::table(name).ok_or_else(|| no_table(name))?;
                excerpts.retain(|excerpt| excerpt.table == known.name);
                if excerpts.is_empty() {
                    return Err(Failure::Input {
                        message: format!("{} says nothing about {mineral}", known.name),
                        hint: Some(format!("`critmin data {mineral}` shows the tables that do")),
                        json: options.json,
                    });
                }
            }
            excerpts
        }
    };
    if options.json {
        json(&excerpts)?;
    } else if options.csv {
        csv(&excerpts)?;
    } else {
        text(&excerpts)?;
    }
    Ok(0)
}

fn failure(error: &DataError, json: bool) -> Failure {
    Failure::Input {
        message: error.to_string(),
        hint: error.hint(),
        json,
    }
}

fn no_table(name: &str) -> Failure {
    let names: Vec<&str> = data::tables().iter().map(|table| table.name).collect();
    Failure::Input {
        message: format!("there is no shipped table `{name}`"),
        hint: Some(format!("tables are {}", names.join(", "))),
        json: false,
    }
}

fn whole_table(name: &str) -> Result<TableExcerpt, Failure> {
    let table = data::table(name).ok_or_else(|| no_table(name))?;
    Ok(TableExcerpt {
        table: table.name,
        description: table.description,
        header: table.header(),
        rows: table.records().collect(),
    })
}

/// Minerals with their stages, then tables.
fn overview() -> Outcome {
    let width = terminal::width();
    let mut out = io::stdout().lock();
    let mut list = |title: &str, most: usize, items: Vec<(String, String)>| -> io::Result<()> {
        writeln!(out, "{}\n", wrapped(title, "", "", width))?;
        // The second column begins where it leaves half of the width, or on a line of its own.
        let column = most.min(width / 2);
        for (name, about) in items {
            let lead = format!("  {name:<column$} ");
            let next = " ".repeat(column + 3);
            writeln!(out, "{}", wrapped(&about, &lead, &next, width))?;
        }
        writeln!(out)
    };
    let minerals = data::minerals()
        .into_iter()
        .map(|(mineral, stages)| (mineral.to_string(), stages.join(", ")));
    list(
        "Minerals and the stages for which shares by country ship:",
        22,
        minerals.collect(),
    )?;
    let tables = data::tables()
        .iter()
        .map(|table| (table.name.to_owned(), table.description.to_owned()));
    list("Tables:", 26, tables.collect())?;
    let next = "Next: critmin data gallium, or critmin data --table shares.csv --csv";
    writeln!(out, "{}", wrapped(next, "", "  ", width))?;
    Ok(0)
}

fn text(excerpts: &[TableExcerpt]) -> io::Result<()> {
    let width = terminal::width();
    let mut out = io::stdout().lock();
    for (position, excerpt) in excerpts.iter().enumerate() {
        if position > 0 {
            writeln!(out)?;
        }
        let title = format!("{}: {}", excerpt.table, excerpt.description);
        writeln!(out, "{}", wrapped(&title, "", "  ", width))?;
        // Sources repeat from row to row: each is written once, under the table.
        let source = excerpt.header.iter().position(|name| name == "source");
        let mut sources: Vec<&str> = Vec::new();
        let header: Vec<String> = excerpt.header.iter().map(|name| name.replace('_', " ")).collect();
        let rows: Vec<Vec<String>> = excerpt
            .rows
            .iter()
            .map(|row| {
                let cells = row.iter().enumerate().map(|(column, value)| {
                    if Some(column) != source {
                        return value.clone();
                    }
                    let number = sources.iter().position(|known| known == value).unwrap_or_else(|| {
                        sources.push(value);
                        sources.len() - 1
                    });
                    format!("[{}]", number + 1)
                });
                cells.collect()
            })
            .collect();
        write!(out, "{}", grid::texts(&header, &rows, width))?;
        for (number, source) in sources.iter().enumerate() {
            let lead = format!("  [{}] ", number + 1);
            writeln!(out, "{}", wrapped(source, &lead, "      ", width))?;
        }
        for note in notes(excerpt) {
            writeln!(out, "  note: {note}")?;
        }
    }
    Ok(())
}

/// What a scenario that takes these shares is told: withheld output, totals that do not add up, leading suppliers only.
fn notes(excerpt: &TableExcerpt) -> Vec<String> {
    let place = |name: &str| excerpt.header.iter().position(|cell| cell == name);
    let (Some(mineral), Some(stage)) = (place("mineral"), place("stage")) else {
        return Vec::new();
    };
    let groups: BTreeSet<(&str, &str)> = excerpt
        .rows
        .iter()
        .map(|row| (row[mineral].as_str(), row[stage].as_str()))
        .collect();
    // A whole table has no notes: they are those of its minerals.
    let one = groups
        .iter()
        .all(|(mineral, _)| Some(mineral) == groups.first().map(|(mineral, _)| mineral));
    if excerpt.table != "shares.csv" || !one {
        return Vec::new();
    }
    let tables = groups
        .into_iter()
        .filter_map(|(mineral, stage)| data::shares(mineral, stage).ok());
    tables.flat_map(|table| table.warnings).collect()
}

fn csv(excerpts: &[TableExcerpt]) -> Result<(), Failure> {
    let several = excerpts.len() > 1;
    let mut out = io::stdout().lock();
    for excerpt in excerpts {
        if several {
            writeln!(out, "# {}", excerpt.table)?;
        }
        let mut writer = csv::Writer::from_writer(&mut out);
        for row in std::iter::once(&excerpt.header).chain(&excerpt.rows) {
            writer.write_record(row.iter().map(|cell| harmless::cell(cell).into_owned()))?;
        }
        writer.flush()?;
    }
    Ok(())
}

fn json(excerpts: &[TableExcerpt]) -> Result<(), Failure> {
    let tables: serde_json::Map<String, serde_json::Value> = excerpts
        .iter()
        .map(|excerpt| {
            let rows: Vec<serde_json::Map<String, serde_json::Value>> = excerpt
                .rows
                .iter()
                .map(|row| {
                    excerpt
                        .header
                        .iter()
                        .cloned()
                        .zip(row.iter().map(|value| value.as_str().into()))
                        .collect()
                })
                .collect();
            (excerpt.table.to_owned(), rows.into())
        })
        .collect();
    Ok(report::json::print(&tables, io::stdout().lock())?)
}
