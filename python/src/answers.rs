//! What questions about scenarios, and about the shipped tables, came to.

use std::path::PathBuf;

use critmin::data::{self, Governance, TableExcerpt};
use critmin::report::answer::Answer;
use critmin::report::file_list::ScenarioIdentity;
use critmin::report::results_folder::ResultsFolder;
use critmin::report::save::{Files, save};
use critmin::report::{CsvTable, html, json};
use critmin::study::Statistic;
use critmin::whatif::exposure::{ExposureError, Plan, expose};
use critmin::whatif::indices::of_mineral;
use critmin::whatif::screen;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{complaints, failed, no_indices, refused, unexpected, unwritten};
use crate::watch::watched;

/// What came of a question, and what was raised on the way, where something was.
pub type Told<T> = PyResult<(T, Option<PyErr>)>;

/// What a question came to.
#[pyclass(frozen, module = "critmin._core")]
pub struct Found {
    answer: Box<dyn Answer>,
    /// File name and resolved text of the scenario that it was asked of; else what it is about.
    identity: ScenarioIdentity,
    inputs: Vec<PathBuf>,
}

impl Found {
    /// An answer about a scenario.
    pub fn of(study: &critmin::study::Study, answer: impl Answer + 'static) -> Found {
        Found {
            answer: Box::new(answer),
            identity: ScenarioIdentity::new(study.name(), &study.document().resolved(None)),
            inputs: study.document().files(),
        }
    }

    fn of_tables(answer: impl Answer + 'static, about: &str) -> Found {
        let command = answer.command();
        let resolved = serde_json::json!({ "command": command, "about": about });
        Found {
            answer: Box::new(answer),
            identity: ScenarioIdentity::new(&format!("the shipped tables ({about})"), &resolved),
            inputs: Vec::new(),
        }
    }

    fn json(&self) -> PyResult<Vec<u8>> {
        let mut bytes = Vec::new();
        json::print(&self.answer.document(), &mut bytes).map_err(unexpected)?;
        Ok(bytes)
    }
}

#[pymethods]
impl Found {
    /// The command that asks the same.
    #[getter]
    fn command(&self) -> &'static str {
        self.answer.command()
    }

    /// Of what it is, where it was stopped on the way.
    #[getter]
    fn interrupted(&self) -> Option<&'static str> {
        self.answer.interrupted()
    }

    /// `COMMAND.json`.
    fn document<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &py.detach(|| self.json())?))
    }

    /// Every table, by the name of its file.
    fn tables<'py>(&self, py: Python<'py>) -> PyResult<Vec<(&'static str, Bound<'py, PyBytes>)>> {
        let tables = py.detach(|| self.answer.tables()).map_err(unexpected)?;
        let bytes = |bytes: Vec<u8>| PyBytes::new(py, &bytes);
        Ok(tables
            .into_iter()
            .map(|rows| CsvTable::of(&rows).map(|table| (table.name, bytes(table.bytes))))
            .collect::<Result<Vec<_>, _>>()
            .map_err(unexpected)?)
    }

    /// Name and SVG of every chart.
    fn charts(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        let charts = py.detach(|| self.answer.charts()).map_err(unexpected)?;
        Ok(charts.into_iter().map(|chart| (chart.name, chart.svg)).collect())
    }

    /// Sentences, the most important one first.
    fn sentences(&self) -> Vec<String> {
        self.answer.sentences()
    }

    /// What the terminal shows in so many columns.
    fn words(&self, scenario: &str, width: usize) -> String {
        self.answer.words(scenario, width)
    }

    /// The page; `None` where there is none. `command` is that which gives the same.
    fn report(&self, py: Python<'_>, command: String) -> PyResult<Option<String>> {
        py.detach(|| {
            let charts = self.answer.charts().map_err(unexpected)?;
            let tables = self.answer.tables().map_err(unexpected)?;
            self.answer.page(command, &charts, &tables).map_err(unexpected)
        })
    }

    /// Writes tables, charts, page and document into a folder.
    fn save(&self, py: Python<'_>, folder: PathBuf, command: String) -> PyResult<()> {
        py.detach(|| {
            let charts = self.answer.charts().map_err(unexpected)?;
            let tables = self.answer.tables().map_err(unexpected)?;
            let page = self.answer.page(command, &charts, &tables).map_err(unexpected)?;
            let described = tables.iter().map(|rows| rows.table.clone()).collect();
            let mut files: Vec<(String, Vec<u8>)> = page
                .map(|page| (html::NAME.to_owned(), page.into_bytes()))
                .into_iter()
                .collect();
            for rows in &tables {
                let table = CsvTable::of(rows).map_err(unexpected)?;
                files.push((table.name.to_owned(), table.bytes));
            }
            files.push((format!("{}.json", self.answer.command()), self.json()?));
            let folder = ResultsFolder::create(folder, self.identity.clone(), None).map_err(unwritten)?;
            let found = Files {
                about: self.answer.about(),
                tables: described,
                files,
                charts,
            };
            save(&folder, &found, &self.inputs).map_err(unwritten)?;
            Ok(())
        })
    }
}

/// Screens every mineral that ships for a country.
#[pyfunction]
#[pyo3(signature = (country, trials=None, precision=None, seed=None, threads=None, told=None))]
pub fn screen_country(
    py: Python<'_>,
    country: &str,
    trials: Option<u64>,
    precision: Option<f64>,
    seed: Option<u64>,
    threads: Option<usize>,
    told: Option<Py<PyAny>>,
) -> Told<Found> {
    let code = critmin::draft::country(country).map_err(|complaint| complaints(vec![complaint]))?;
    let plan = Plan {
        screen: screen::Plan {
            pairs: false,
            trials,
            precision,
        },
        seed,
    };
    let (found, raised) = watched(py, threads, told.as_ref(), |progress| expose(&code, &plan, progress))?;
    let found = found.map_err(|error| match error {
        ExposureError::Country(complaint) => complaints(vec![complaint]),
        ExposureError::Study(error) => raised_or(*error, &raised, py),
    })?;
    Ok((Found::of_tables(found, &code), raised))
}

/// What was raised where a run was stopped before anything was complete; else what is wrong.
pub fn raised_or(error: critmin::study::Error, raised: &Option<PyErr>, py: Python<'_>) -> PyErr {
    match (&error, raised) {
        (critmin::study::Error::Interrupted, Some(raised)) => raised.clone_ref(py),
        _ => failed(error),
    }
}

/// A table of governance scores: its name and text; the shipped ones where none is given.
pub fn governance(table: Option<(String, String)>) -> PyResult<Governance> {
    let Some((name, text)) = table else {
        return Ok(Governance::shipped());
    };
    Governance::from_csv(&name, &text).map_err(|errors| {
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        refused(&told.join("\n"), None)
    })
}

/// Indices of a mineral by the shipped tables.
#[pyfunction]
#[pyo3(signature = (mineral, countries, governance=None))]
pub fn indices_of_mineral(
    mineral: &str,
    countries: Vec<String>,
    governance: Option<(String, String)>,
) -> PyResult<Found> {
    let governance = self::governance(governance)?;
    let found = of_mineral(mineral, &countries, &governance).map_err(no_indices)?;
    Ok(Found::of_tables(found, mineral))
}

/// A table or a part of it: name, description, header, rows.
type Excerpt = (&'static str, &'static str, Vec<String>, Vec<Vec<String>>);

fn told(excerpt: TableExcerpt) -> Excerpt {
    (excerpt.table, excerpt.description, excerpt.header, excerpt.rows)
}

/// What the shipped tables say of a mineral, or a whole table.
#[pyfunction]
#[pyo3(signature = (mineral=None, table=None))]
pub fn excerpts(mineral: Option<&str>, table: Option<&str>) -> PyResult<Vec<Excerpt>> {
    let known = match table {
        None => None,
        Some(name) => Some(data::table(name).ok_or_else(|| {
            let names: Vec<&str> = data::tables().iter().map(|table| table.name).collect();
            refused(
                &format!("there is no shipped table `{name}`"),
                Some(&format!("tables are {}", names.join(", "))),
            )
        })?),
    };
    let Some(mineral) = mineral else {
        return Ok(known
            .map(|table| (table.name, table.description, table.header(), table.records().collect()))
            .into_iter()
            .collect());
    };
    let about = data::about(mineral).map_err(|error| refused(&error.to_string(), error.hint().as_deref()))?;
    let wanted = about
        .into_iter()
        .filter(|excerpt| known.as_ref().is_none_or(|table| table.name == excerpt.table));
    Ok(wanted.map(told).collect())
}

/// Minerals and the stages for which shares by country ship.
#[pyfunction]
pub fn minerals() -> Vec<(String, Vec<String>)> {
    data::minerals()
}

/// Names and descriptions of the shipped tables.
#[pyfunction]
pub fn tables() -> Vec<(&'static str, &'static str)> {
    data::tables()
        .iter()
        .map(|table| (table.name, table.description))
        .collect()
}

/// Name, unit and meaning of every statistic of a row.
#[pyfunction]
pub fn statistics() -> Vec<(&'static str, &'static str, &'static str)> {
    Statistic::ALL
        .iter()
        .map(|statistic| (statistic.name(), statistic.unit().label(), statistic.meaning()))
        .collect()
}
