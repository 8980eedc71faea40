//! What a command that asks "what would help" tells of what it found, whoever asked: the document, tables, charts and words that belong to it.

use serde_json::Value;

use super::charts::{
    Chart, ChartError, render_comparison, render_exposures, render_indices, render_optimum, render_robustness,
    render_screening, render_sensitivity, render_sweep,
};
use super::html::{Report, Table};
use super::{band, compare, exposure, indices, optimize, robustness, screen, sensitivity, sweep};
use crate::results::types::RunResults;
use crate::whatif::compare::Comparison;
use crate::whatif::exposure::Exposures;
use crate::whatif::indices::Indices;
use crate::whatif::optimize::Optimum;
use crate::whatif::robustness::Robustness;
use crate::whatif::screen::Screening;
use crate::whatif::sensitivity::Sensitivity;
use crate::whatif::sweep::Sweep;

/// A table as CSV: name of the file, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvTable {
    /// Name of the file.
    pub name: &'static str,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl CsvTable {
    /// A table that is written into memory.
    ///
    /// # Errors
    /// What the writer says; none is expected.
    pub fn written(
        name: &'static str,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), csv::Error>,
    ) -> Result<Self, csv::Error> {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        Ok(CsvTable { name, bytes })
    }
}

/// What a question about a scenario came to, ready to be told.
pub trait Answer: Send + Sync {
    /// The command that asks it: its document is `COMMAND.json`.
    fn command(&self) -> &'static str;

    /// Everything, in full precision.
    fn document(&self) -> Value;

    /// Its tables, in the order in which they are written.
    ///
    /// # Errors
    /// What the writer says; none is expected.
    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error>;

    /// Its charts.
    ///
    /// # Errors
    /// None is expected.
    fn charts(&self) -> Result<Vec<Chart>, ChartError>;

    /// The run that it was asked of, for a page; `None` where that is no scenario: then there is no page.
    fn run(&self) -> Option<&RunResults>;

    /// What is asked, for the line above the page's title.
    fn kind(&self) -> &'static str;

    /// Sentences, the most important one first.
    fn sentences(&self) -> Vec<String>;

    /// What a terminal of so many columns shows. `scenario` is where the scenario's file is, for commands to type next.
    fn words(&self, scenario: &str, width: usize) -> String;

    /// Of what the results are, where the command was stopped on the way.
    fn interrupted(&self) -> Option<&'static str> {
        None
    }

    /// The page; `None` where there is none. `command` is that which gives the same answer.
    ///
    /// # Errors
    /// What the writer of tables says; none is expected.
    fn page(&self, command: String, charts: &[Chart], tables: &[CsvTable]) -> Result<Option<String>, csv::Error> {
        let Some(run) = self.run() else {
            return Ok(None);
        };
        let read = |table: &CsvTable| Ok((table.name, Table::read(&table.bytes)?));
        let tables: Result<Vec<(&str, Table)>, csv::Error> = tables.iter().map(read).collect();
        let report = Report::of(run, self.kind(), command, &self.sentences(), charts, tables?);
        Ok(Some(report.html()))
    }
}

/// `what` where a run was stopped on the way.
fn where_stopped(run: &RunResults, what: &'static str) -> Option<&'static str> {
    run.manifest.interrupted.then_some(what)
}

impl Answer for Comparison {
    fn command(&self) -> &'static str {
        "compare"
    }

    fn document(&self) -> Value {
        compare::json::document(self)
    }

    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error> {
        let mut tables = vec![CsvTable::written("compare.csv", |to| compare::csv::effects(self, to))?];
        if self.with_pairs {
            tables.push(CsvTable::written("pairs.csv", |to| compare::csv::pairs(self, to))?);
        }
        if let Some(band) = &self.band {
            tables.push(CsvTable::written(band::NAME, |to| {
                band::table(&self.results.run, band, to)
            })?);
        }
        Ok(tables)
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_comparison(self)
    }

    fn run(&self) -> Option<&RunResults> {
        Some(&self.results.run)
    }

    fn kind(&self) -> &'static str {
        "Policies compared on the same draws"
    }

    fn sentences(&self) -> Vec<String> {
        compare::words::sentences(self)
    }

    fn words(&self, _: &str, width: usize) -> String {
        compare::words::terminal(self, width)
    }

    fn interrupted(&self) -> Option<&'static str> {
        let is_unmeasured = self.equivalents.as_ref().is_some_and(|found| found.interrupted);
        let all = where_stopped(
            &self.results.run,
            "the comparison is of the trials that were complete for all",
        );
        all.or(is_unmeasured.then_some("the comparison is complete; what policies are worth is known of some only"))
    }
}

impl Answer for Sweep {
    fn command(&self) -> &'static str {
        "sweep"
    }

    fn document(&self) -> Value {
        sweep::json::document(self)
    }

    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error> {
        let mut tables = vec![CsvTable::written("sweep.csv", |to| sweep::csv::points(self, to))?];
        if self.level.is_some() {
            let crossings = CsvTable::written("crossings.csv", |to| sweep::csv::crossings(self, to));
            tables.push(crossings?);
        }
        Ok(tables)
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_sweep(self)
    }

    fn run(&self) -> Option<&RunResults> {
        Some(&self.results.run)
    }

    fn kind(&self) -> &'static str {
        "One number varied"
    }

    fn sentences(&self) -> Vec<String> {
        sweep::words::sentences(self)
    }

    fn words(&self, scenario: &str, width: usize) -> String {
        sweep::words::terminal(self, scenario, width)
    }

    fn interrupted(&self) -> Option<&'static str> {
        where_stopped(
            &self.results.run,
            "the sweep is of the trials that were complete for all points",
        )
    }
}

impl Answer for Screening {
    fn command(&self) -> &'static str {
        "screen"
    }

    fn document(&self) -> Value {
        screen::json::document(self)
    }

    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error> {
        let mut tables = vec![CsvTable::written("screen.csv", |to| screen::csv::outages(self, to))?];
        if self.with_pairs {
            tables.push(CsvTable::written("pairs.csv", |to| screen::csv::pairs(self, to))?);
        }
        Ok(tables)
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_screening(self)
    }

    fn run(&self) -> Option<&RunResults> {
        Some(&self.results.run)
    }

    fn kind(&self) -> &'static str {
        "Screening of outages, one at a time"
    }

    fn sentences(&self) -> Vec<String> {
        screen::words::sentences(self)
    }

    fn words(&self, _: &str, width: usize) -> String {
        screen::words::terminal(self, width)
    }

    fn interrupted(&self) -> Option<&'static str> {
        where_stopped(
            &self.results.run,
            "the screening is of the trials that were complete for all",
        )
    }
}

/// Of all minerals for a country: of no scenario, so without a page.
impl Answer for Exposures {
    fn command(&self) -> &'static str {
        "screen"
    }

    fn document(&self) -> Value {
        exposure::json::document(self)
    }

    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error> {
        Ok(vec![
            CsvTable::written("ranking.csv", |to| exposure::csv::ranking(self, to))?,
            CsvTable::written("screen.csv", |to| exposure::csv::outages(self, to))?,
        ])
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_exposures(self)
    }

    fn run(&self) -> Option<&RunResults> {
        None
    }

    fn kind(&self) -> &'static str {
        ""
    }

    fn sentences(&self) -> Vec<String> {
        exposure::words::sentences(self)
    }

    fn words(&self, _: &str, width: usize) -> String {
        exposure::words::terminal(self, width)
    }

    fn interrupted(&self) -> Option<&'static str> {
        self.is_interrupted()
            .then_some("the screening of each mineral is of the trials that were complete")
    }
}

/// Nothing is simulated: without a page.
impl Answer for Indices {
    fn command(&self) -> &'static str {
        "indices"
    }

    fn document(&self) -> Value {
        indices::json::document(self)
    }

    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error> {
        let found = CsvTable::written("indices.csv", |to| indices::csv::indices(self, to));
        Ok(vec![found?])
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_indices(self)
    }

    fn run(&self) -> Option<&RunResults> {
        None
    }

    fn kind(&self) -> &'static str {
        ""
    }

    fn sentences(&self) -> Vec<String> {
        indices::words::sentences(self)
    }

    fn words(&self, _: &str, width: usize) -> String {
        indices::words::terminal(self, width)
    }
}

impl Answer for Sensitivity {
    fn command(&self) -> &'static str {
        "sensitivity"
    }

    fn document(&self) -> Value {
        sensitivity::json::document(self)
    }

    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error> {
        let figures = CsvTable::written("sensitivity.csv", |to| sensitivity::csv::figures(self, to));
        Ok(vec![figures?])
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_sensitivity(self)
    }

    fn run(&self) -> Option<&RunResults> {
        Some(&self.results.run)
    }

    fn kind(&self) -> &'static str {
        "What drives the answer"
    }

    fn sentences(&self) -> Vec<String> {
        sensitivity::words::sentences(self)
    }

    fn words(&self, _: &str, width: usize) -> String {
        sensitivity::words::terminal(self, width)
    }

    fn interrupted(&self) -> Option<&'static str> {
        self.interrupted
            .then_some("the analysis is of the trials that were complete")
    }
}

impl Answer for Optimum {
    fn command(&self) -> &'static str {
        "optimize"
    }

    fn document(&self) -> Value {
        optimize::json::document(self)
    }

    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error> {
        Ok(vec![
            CsvTable::written("optimize.csv", |to| optimize::csv::mixes(self, to))?,
            CsvTable::written("last_dollar.csv", |to| optimize::csv::steps(self, to))?,
        ])
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_optimum(self)
    }

    fn run(&self) -> Option<&RunResults> {
        Some(&self.results.run)
    }

    fn kind(&self) -> &'static str {
        "Which policies, within a budget"
    }

    fn sentences(&self) -> Vec<String> {
        optimize::words::sentences(self)
    }

    fn words(&self, _: &str, width: usize) -> String {
        optimize::words::terminal(self, width)
    }
}

impl Answer for Robustness {
    fn command(&self) -> &'static str {
        "robustness"
    }

    fn document(&self) -> Value {
        robustness::json::document(self)
    }

    fn tables(&self) -> Result<Vec<CsvTable>, csv::Error> {
        let figures = CsvTable::written("robustness.csv", |to| robustness::csv::standings(self, to));
        Ok(vec![figures?])
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_robustness(self)
    }

    fn run(&self) -> Option<&RunResults> {
        self.as_written().map(|results| &results.run)
    }

    fn kind(&self) -> &'static str {
        "What holds under other assumptions"
    }

    fn sentences(&self) -> Vec<String> {
        robustness::words::sentences(self)
    }

    fn words(&self, _: &str, width: usize) -> String {
        robustness::words::terminal(self, width)
    }
}
