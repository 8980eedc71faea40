//! What a command that asks "what would help" tells of what it found, whoever asked: the document, tables, charts and words that belong to it.

use serde_json::Value;

use super::CsvTable;
use super::charts::{
    Chart, ChartError, render_backtest, render_comparison, render_exposures, render_indices, render_optimum,
    render_robustness, render_screening, render_sensitivity, render_sweep,
};
use super::data_package::About;
use super::html::{Report, Table};
use super::sheet::Rows;
use super::{backtest, band, compare, exposure, indices, optimize, robustness, screen, sensitivity, sweep};
use crate::results::types::RunResults;
use crate::whatif::backtest::Backtest;
use crate::whatif::compare::Comparison;
use crate::whatif::exposure::Exposures;
use crate::whatif::indices::Indices;
use crate::whatif::optimize::Optimum;
use crate::whatif::robustness::Robustness;
use crate::whatif::screen::Screening;
use crate::whatif::sensitivity::Sensitivity;
use crate::whatif::sweep::Sweep;

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
    fn tables(&self) -> Result<Vec<Rows>, csv::Error>;

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

    /// What a folder of it is about.
    fn about(&self) -> About {
        self.run()
            .map_or_else(About::default, |run| About::of(run, self.command()))
    }

    /// Of what the results are, where the command was stopped on the way.
    fn interrupted(&self) -> Option<&'static str> {
        None
    }

    /// The page; `None` where there is none. `command` is that which gives the same answer.
    ///
    /// # Errors
    /// What the writer of tables says; none is expected.
    fn page(&self, command: String, charts: &[Chart], tables: &[Rows]) -> Result<Option<String>, csv::Error> {
        let Some(run) = self.run() else {
            return Ok(None);
        };
        let read = |rows: &Rows| {
            let table = CsvTable::of(rows)?;
            Ok((table.name, Table::read(&table.bytes)?))
        };
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

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        let mut tables = vec![Rows::of(|to| compare::csv::effects(self, to))?];
        if self.with_pairs {
            tables.push(Rows::of(|to| compare::csv::pairs(self, to))?);
        }
        if let Some(band) = &self.band {
            tables.push(Rows::of(|to| band::table(&self.results.run, band, to))?);
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

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        let mut tables = vec![Rows::of(|to| sweep::csv::points(self, to))?];
        if self.level.is_some() {
            let crossings = Rows::of(|to| sweep::csv::crossings(self, to));
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

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        let mut tables = vec![Rows::of(|to| screen::csv::outages(self, to))?];
        if self.with_pairs {
            tables.push(Rows::of(|to| screen::csv::pairs(self, to))?);
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

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        Ok(vec![
            Rows::of(|to| exposure::csv::ranking(self, to))?,
            Rows::of(|to| exposure::csv::outages(self, to))?,
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

    fn about(&self) -> About {
        let runs = self.screened.iter();
        let runs = runs.map(|one| About::of(&one.found.results.run, self.command()));
        About {
            name: format!("{}-{}", self.command(), self.country),
            title: format!("Screening of all minerals for {}", self.country),
            description: None,
            citations: runs.flat_map(|about| about.citations).collect(),
        }
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

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        let found = Rows::of(|to| indices::csv::indices(self, to));
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

    fn about(&self) -> About {
        About {
            name: format!("{}-{}", self.command(), self.title),
            title: format!("Indices of concentration and dependence: {}", self.title),
            description: None,
            citations: self.found.iter().map(|row| row.source.clone()).collect(),
        }
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

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        let figures = Rows::of(|to| sensitivity::csv::figures(self, to));
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

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        Ok(vec![
            Rows::of(|to| optimize::csv::mixes(self, to))?,
            Rows::of(|to| optimize::csv::steps(self, to))?,
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

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        let figures = Rows::of(|to| robustness::csv::standings(self, to));
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

/// Of past episodes: of no scenario of the user's, so without a page.
impl Answer for Backtest {
    fn command(&self) -> &'static str {
        "backtest"
    }

    fn document(&self) -> Value {
        backtest::json::document(self)
    }

    fn tables(&self) -> Result<Vec<Rows>, csv::Error> {
        Ok(vec![
            Rows::of(|to| backtest::csv::observations(self, to))?,
            Rows::of(|to| backtest::csv::scores(self, to))?,
            Rows::of(|to| backtest::csv::bands(self, to))?,
        ])
    }

    fn charts(&self) -> Result<Vec<Chart>, ChartError> {
        render_backtest(self)
    }

    fn run(&self) -> Option<&RunResults> {
        None
    }

    fn kind(&self) -> &'static str {
        ""
    }

    fn sentences(&self) -> Vec<String> {
        backtest::words::sentences(self)
    }

    fn words(&self, _: &str, width: usize) -> String {
        backtest::words::terminal(self, width)
    }

    fn interrupted(&self) -> Option<&'static str> {
        self.is_interrupted
            .then_some("the back-test is of the episodes that were complete")
    }
}
