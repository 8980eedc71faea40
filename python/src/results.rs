//! What a run came to.

use std::path::PathBuf;

use critmin::report::charts::render_all;
use critmin::report::data_package::About;
use critmin::report::file_list::ScenarioIdentity;
use critmin::report::json::StageTime;
use critmin::report::replay_command::run_command;
use critmin::report::results_folder::ResultsFolder;
use critmin::report::save::{Files, save};
use critmin::report::{columns, html, json, part_file, result_tables, story, table};
use critmin::study::Together;
use critmin::study::{RowDifferences, RunResults, Samples, Statistic, Whole};
use numpy::{IntoPyArray, PyArray2};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{refused, unexpected, unwritten};

/// Trials x columns, and what the columns are: (material, place).
type SampleTable = (Vec<(String, String)>, Py<PyArray2<f64>>);

/// Value, standard error, lower and upper end of the 95 % interval.
pub type Figures = (f64, f64, f64, f64);

/// The results of a run.
#[pyclass(frozen, module = "critmin._core")]
pub struct Results {
    run: RunResults,
    seconds: f64,
    samples: Vec<SampleTable>,
    /// By variant and row; empty for a run of policies.
    differences: Vec<Vec<RowDifferences>>,
    /// What it is a run of; unknown where it was merged.
    study: Option<critmin::study::Study>,
}

impl Results {
    /// Samples become NumPy's without being copied.
    pub fn new(
        py: Python<'_>,
        found: Whole,
        seconds: f64,
        differences: Vec<Vec<RowDifferences>>,
        study: Option<critmin::study::Study>,
    ) -> Results {
        let table = |samples: Samples| (samples.rows, samples.shortfall_pct.into_pyarray(py).unbind());
        Results {
            run: found.run,
            seconds,
            samples: found.samples.into_iter().map(table).collect(),
            differences,
            study,
        }
    }

    fn html(&self, charts: &[critmin::report::charts::Chart]) -> PyResult<String> {
        let told = self.study.as_ref().filter(|_| !self.run.manifest.interrupted);
        let told = told.and_then(|study| study.telling_trial(&self.run));
        let told = told.map(|replay| story::tell(&replay, story::PAGE_WIDTH));
        let report = html::of_run(&self.run, run_command(&self.run), charts, told.as_deref());
        Ok(report.map_err(unexpected)?.html())
    }

    fn json(&self) -> PyResult<Vec<u8>> {
        let timing = [StageTime {
            stage: "run".to_owned(),
            seconds: self.seconds,
        }];
        let mut bytes = Vec::new();
        json::results(&self.run, &timing, &mut bytes).map_err(unexpected)?;
        Ok(bytes)
    }
}

#[pymethods]
impl Results {
    /// `results.json`.
    fn document<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &py.detach(|| self.json())?))
    }

    /// What `critmin run --json` prints.
    fn summary_document<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let mut bytes = Vec::new();
        json::summary(&self.run, None, &mut bytes).map_err(unexpected)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Every table, by the name of its file.
    fn tables<'py>(&self, py: Python<'py>) -> PyResult<Vec<(&'static str, Bound<'py, PyBytes>)>> {
        let tables = py.detach(|| result_tables(&self.run)).map_err(unexpected)?;
        let bytes = |bytes: Vec<u8>| PyBytes::new(py, &bytes);
        Ok(tables
            .into_iter()
            .map(|table| (table.name, bytes(table.bytes)))
            .collect())
    }

    /// Name and SVG of every chart.
    fn charts(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        let charts = py.detach(|| render_all(&self.run)).map_err(unexpected)?;
        Ok(charts.into_iter().map(|chart| (chart.name, chart.svg)).collect())
    }

    /// What the terminal shows in so many columns.
    fn words(&self, scenario: &str, width: usize) -> String {
        table::summary(&self.run, scenario, width)
    }

    /// Columns and values of each trial's shortfall, by number of the policy; none where samples were not kept.
    fn samples(&self, py: Python<'_>, policy: usize) -> Option<SampleTable> {
        let (rows, values) = self.samples.get(policy).filter(|(rows, _)| !rows.is_empty())?;
        Some((rows.clone(), values.clone_ref(py)))
    }

    /// A statistic of a variant less the baseline's, with the error of the pairs, and the trials with which two independent runs would know it as well.
    fn difference(
        &self,
        variant: &str,
        material: &str,
        place: &str,
        statistic: &str,
    ) -> PyResult<Option<(Figures, Option<u64>)>> {
        let Some(statistic) = Statistic::named(statistic) else {
            return Err(refused(&format!("there is no statistic `{statistic}`"), None));
        };
        let number = self.run.policies.iter().position(|policy| policy.policy == variant);
        let rows = number.and_then(|number| self.differences.get(number));
        let row = rows.and_then(|rows| {
            let mut rows = rows.iter();
            rows.find(|row| row.material == material && row.country == place && row.sector == "all")
        });
        Ok(row.and_then(|row| row.get(statistic)).map(|found| {
            let one = found.estimate;
            (
                (one.value, one.standard_error, one.low, one.high),
                found.independent_trials,
            )
        }))
    }

    /// The page that `critmin run --formats html` writes.
    fn report(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| self.html(&render_all(&self.run).map_err(unexpected)?))
    }

    /// Writes tables, charts, page and document into a folder.
    fn save(&self, py: Python<'_>, folder: PathBuf) -> PyResult<()> {
        py.detach(|| {
            let charts = render_all(&self.run).map_err(unexpected)?;
            let mut files = vec![(html::NAME.to_owned(), self.html(&charts)?.into_bytes())];
            let tables = result_tables(&self.run).map_err(unexpected)?;
            files.extend(tables.into_iter().map(|table| (table.name.to_owned(), table.bytes)));
            files.push(("results.json".to_owned(), self.json()?));
            let manifest = &self.run.manifest;
            let identity = ScenarioIdentity::new(&manifest.scenario, &manifest.resolved_scenario);
            let inputs = self
                .study
                .as_ref()
                .map_or_else(Vec::new, |study| study.document().files());
            let folder = ResultsFolder::create(folder, identity, None).map_err(unwritten)?;
            let mut described = columns::of_run();
            described.retain(|table| files.iter().any(|(name, _)| name == table.file));
            let found = Files {
                about: About::of(&self.run, "run"),
                tables: described,
                files,
                charts,
            };
            save(&folder, &found, &inputs).map_err(unwritten)?;
            Ok(())
        })
    }
}

fn merged(py: Python<'_>, parts: &[Vec<u8>], together: Together) -> PyResult<critmin::study::Part> {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let part = py.detach(|| part_file::merged(&parts, together));
    part.map_err(|why| refused(&format!("these parts do not make up a run: {why}"), None))
}

/// Merges neighbouring parts into a larger one.
#[pyfunction]
pub fn merge_parts<'py>(py: Python<'py>, parts: Vec<Vec<u8>>) -> PyResult<Bound<'py, PyBytes>> {
    let part = merged(py, &parts, Together::Part)?;
    let bytes = py.detach(|| part_file::to_bytes(&part)).map_err(unexpected)?;
    Ok(PyBytes::new(py, &bytes))
}

/// Merges all parts of a run into its results. `study` is that of the run, where a trial is to be told on its page.
#[pyfunction]
#[pyo3(signature = (parts, study=None))]
pub fn finish_parts(
    py: Python<'_>,
    parts: Vec<Vec<u8>>,
    study: Option<&Bound<'_, crate::study::Study>>,
) -> PyResult<Results> {
    let part = merged(py, &parts, Together::Whole)?;
    let run = py.detach(|| part.finish());
    let found = Whole {
        run,
        samples: Vec::new(),
    };
    let study = study.map(|study| study.get().inner().clone());
    Ok(Results::new(py, found, 0.0, Vec::new(), study))
}
