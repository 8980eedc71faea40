//! A scenario that is studied, and what can be asked of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use critmin::report::{json, part_file, story};
use critmin::results::types::CostlyTable;
use critmin::study::Replay;
use critmin::study::{Basis, Change, Error, Progress, Run, RunPlan, Statistic, Variant, Whole};
use critmin::whatif::firm::{Measured, Yardstick};
use critmin::whatif::optimize::{Goal, Here, NamedMix, Simulator};
use critmin::whatif::sweep::Axis;
use critmin::whatif::{Unanswered, batch, compare, indices, optimize, robustness, screen, sensitivity, sweep};
use ndarray::ArrayView2;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::answers::{Found, Told, governance, raised_or};
use crate::elsewhere::{Elsewhere, SimulatedMix};
use crate::errors::{CritminError, failed, invalid, no_indices, refused, unanswered, unexpected};
use crate::results::Results;
use crate::watch::watched;

/// Option (empty for `--set`), key, value.
type Changed = (String, String, String);

/// Name, and the changes that make it: key and value as TOML.
type Named = (String, Vec<(String, String)>);

/// A scenario with the changes that were made to it. It never changes itself.
#[pyclass(frozen, module = "critmin._core")]
pub struct Study {
    study: critmin::study::Study,
    changed: Vec<Changed>,
}

impl Study {
    /// The library's.
    pub fn inner(&self) -> &critmin::study::Study {
        &self.study
    }

    fn with(&self, option: &str, key: &str, value: &str) -> PyResult<Study> {
        let mut document = self.study.document().clone();
        let done = match option {
            "" => document.set(&format!("{key}={value}")),
            option => document.set_option(option, key, value),
        };
        done.map_err(|diagnostics| invalid(&diagnostics))?;
        let mut changed = self.changed.clone();
        changed.push((option.to_owned(), key.to_owned(), value.to_owned()));
        Ok(Study {
            study: critmin::study::Study::of(document, self.study.name()),
            changed,
        })
    }

    /// Simulates and tells what came of it.
    fn asked<T: Send>(
        py: Python<'_>,
        watch: (Option<usize>, Option<Py<PyAny>>),
        ask: impl FnOnce(&Progress) -> Result<T, Unanswered> + Send,
    ) -> Told<T> {
        let (threads, told) = watch;
        let (found, raised) = watched(py, threads, told.as_ref(), ask)?;
        let found = found.map_err(|error| match error {
            Unanswered::Study(error) => raised_or(error, &raised, py),
            error => unanswered(error),
        })?;
        Ok((found, raised))
    }
}

fn statistic(name: Option<&str>) -> PyResult<Option<Statistic>> {
    let Some(name) = name else { return Ok(None) };
    let found = Statistic::named(name).ok_or_else(|| {
        let known: Vec<&str> = Statistic::ALL.iter().map(|statistic| statistic.name()).collect();
        refused(
            &format!("there is no statistic `{name}`"),
            Some(&format!("known: {}", known.join(", "))),
        )
    });
    found.map(Some)
}

/// What an option names, of those that it can.
fn one_of<T: Copy>(what: &str, name: &str, all: &[(&'static str, T)]) -> PyResult<T> {
    let found = all.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = all.iter().map(|(known, _)| *known).collect();
        refused(
            &format!("there is no {what} `{name}`"),
            Some(&format!("known: {}", known.join(", "))),
        )
    })
}

fn costly(names: &[String]) -> PyResult<Vec<CostlyTable>> {
    let all = [CostlyTable::Timeline, CostlyTable::Attribution].map(|table| (table.name(), table));
    names
        .iter()
        .map(|name| one_of("table to leave out", name, &all))
        .collect()
}

#[pymethods]
impl Study {
    /// Reads a file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Study> {
        let study = py.detach(|| critmin::study::Study::open(path)).map_err(failed)?;
        Ok(Study {
            study,
            changed: Vec::new(),
        })
    }

    /// Reads a text.
    #[staticmethod]
    fn loads(py: Python<'_>, text: &str, name: &str) -> PyResult<Study> {
        let study = py.detach(|| critmin::study::Study::from_text(name, text));
        Ok(Study {
            study: study.map_err(failed)?,
            changed: Vec::new(),
        })
    }

    /// Reads texts in memory, and makes changes.
    #[staticmethod]
    fn of_texts(name: &str, texts: BTreeMap<String, String>, changed: Vec<Changed>) -> PyResult<Study> {
        let mut study = Study {
            study: critmin::study::Study::from_files(name, texts).map_err(failed)?,
            changed: Vec::new(),
        };
        for (option, key, value) in changed {
            study = study.with(&option, &key, &value)?;
        }
        Ok(study)
    }

    /// Name and texts that it was read from, and the changes made since: what `of_texts` takes.
    fn texts(&self) -> (String, BTreeMap<String, String>, Vec<Changed>) {
        let (name, texts) = self.study.document().texts();
        (name, texts, self.changed.clone())
    }

    /// With a value at a key, as `--set` puts it there.
    fn set(&self, key: &str, value: &str) -> PyResult<Study> {
        self.with("", key, value)
    }

    /// The same by an option of its own, such as `--seed`.
    fn set_option(&self, option: &str, key: &str, value: &str) -> PyResult<Study> {
        self.with(option, key, value)
    }

    /// Name of its file.
    #[getter]
    fn name(&self) -> &str {
        self.study.name()
    }

    /// Everything noteworthy about it, as JSON.
    fn check(&self, py: Python<'_>) -> PyResult<String> {
        let warnings = py.detach(|| self.study.check()).map_err(failed)?;
        Ok(warnings.to_json().to_string())
    }

    /// Title, trials, (materials, places) in focus, (material, place) of the headline.
    #[allow(clippy::type_complexity)]
    fn facts(&self) -> PyResult<(String, u64, (Vec<String>, Vec<String>), (String, String))> {
        let baseline = self.study.baseline().map_err(failed)?;
        Ok((
            baseline.title().to_owned(),
            baseline.trials(),
            baseline.focus(),
            baseline.headline(),
        ))
    }

    /// Id, name and cost of every policy.
    fn policies(&self) -> Vec<(String, String, Option<f64>)> {
        let policies = self.study.policies().into_iter();
        policies.map(|policy| (policy.id, policy.name, policy.cost)).collect()
    }

    /// Numbers that can be turned: key, name, of what, unit, lowest, highest, step, value, place in the file.
    #[allow(clippy::type_complexity)]
    fn inputs(&self) -> PyResult<Vec<(String, String, String, String, f64, f64, f64, f64, bool, Option<String>)>> {
        let baseline = self.study.baseline().map_err(failed)?;
        let inputs = self.study.inputs(&baseline).into_iter().map(|input| {
            let is_uncertain = matches!(input.basis, Basis::Uncertain { .. });
            (
                input.key,
                input.name,
                input.of_name,
                input.unit,
                input.low,
                input.high,
                input.step,
                input.basis.value(),
                is_uncertain,
                input.place,
            )
        });
        Ok(inputs.collect())
    }

    /// Uncertain numbers that single trials can be given.
    fn uncertain(&self) -> PyResult<Vec<String>> {
        let baseline = self.study.baseline().map_err(failed)?;
        Ok(baseline.can_be_given().into_iter().map(str::to_owned).collect())
    }

    /// Checks a variant.
    fn check_variant(&self, name: &str, set: Vec<(String, String)>) -> PyResult<()> {
        self.variants(&[(name.to_owned(), set)]).map(drop)
    }

    /// The run of `critmin run`.
    #[pyo3(signature = (policies=None, precision=None, samples=true, without=Vec::new(), return_periods=Vec::new(), threads=None, told=None))]
    #[allow(clippy::too_many_arguments)]
    fn run(
        &self,
        py: Python<'_>,
        policies: Option<Vec<String>>,
        precision: Option<f64>,
        samples: bool,
        without: Vec<String>,
        return_periods: Vec<f64>,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> Told<Results> {
        let plan = RunPlan {
            policies: self.policies_to_run(policies),
            precision,
            samples,
            left_out: costly(&without)?,
            return_periods,
            trials: None,
            block_trials: None,
        };
        let started = Instant::now();
        let (found, raised) = Study::asked(py, (threads, told), |progress| Ok(self.study.run(&plan, progress)?))?;
        let seconds = started.elapsed().as_secs_f64();
        let results = Results::new(py, found, seconds, Vec::new(), Some(self.study.clone()));
        Ok((results, raised))
    }

    /// Some of the trials of that run, as the bytes of a partial result.
    #[pyo3(signature = (first, end, policies=None, without=Vec::new(), return_periods=Vec::new(), threads=None, told=None))]
    #[allow(clippy::too_many_arguments)]
    fn run_part<'py>(
        &self,
        py: Python<'py>,
        first: u64,
        end: u64,
        policies: Option<Vec<String>>,
        without: Vec<String>,
        return_periods: Vec<f64>,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let plan = RunPlan {
            policies: self.policies_to_run(policies),
            precision: None,
            samples: false,
            left_out: costly(&without)?,
            return_periods,
            trials: Some(first..end),
            block_trials: None,
        };
        let (part, raised) = Study::asked(py, (threads, told), |progress| Ok(self.study.part(&plan, progress)?))?;
        // What is not complete cannot be merged.
        if let Some(raised) = raised {
            return Err(raised);
        }
        let bytes = py.detach(|| part_file::to_bytes(&part)).map_err(unexpected)?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Variants beside the scenario as it is, on the same draws.
    #[pyo3(signature = (named, trials=None, precision=None, causes=false, timeline=false, threads=None, told=None))]
    #[allow(clippy::too_many_arguments)]
    fn run_variants(
        &self,
        py: Python<'_>,
        named: Vec<Named>,
        trials: Option<u64>,
        precision: Option<f64>,
        causes: bool,
        timeline: bool,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> Told<Results> {
        let baseline = self.study.baseline().map_err(failed)?;
        let variants = self.variants(&named)?;
        let mut run = Run::new(&baseline).against(&variants);
        if let Some(trials) = trials {
            run = run.trials(trials);
        }
        if let Some(share) = precision {
            run = run.precision(share);
        }
        if causes {
            run = run.with_causes();
        }
        if timeline {
            run = run.with_timeline();
        }
        let started = Instant::now();
        let (found, raised) = Study::asked(py, (threads, told), |progress| Ok(run.watched(progress)?))?;
        let seconds = started.elapsed().as_secs_f64();
        let whole = Whole {
            run: found.run,
            samples: found.samples,
        };
        let study = Some(self.study.clone());
        Ok((Results::new(py, whole, seconds, found.differences, study), raised))
    }

    /// A run, or a trial, for each row of values.
    #[pyo3(signature = (keys, values, trials=None, numbers=None, of=None, at=None, threads=None, told=None))]
    #[allow(clippy::too_many_arguments, clippy::type_complexity)]
    fn run_batch(
        &self,
        py: Python<'_>,
        keys: Vec<String>,
        values: PyReadonlyArray2<'_, f64>,
        trials: Option<u64>,
        numbers: Option<Vec<u64>>,
        of: Option<&str>,
        at: Option<(String, String)>,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> Told<(&'static str, (String, String), Py<PyArray1<f64>>, Py<PyArray1<f64>>)> {
        let given: ArrayView2<'_, f64> = values.as_array();
        let rows = match (trials, numbers) {
            (_, Some(numbers)) => batch::Rows::Trials(numbers),
            (trials, None) => batch::Rows::Runs(trials.unwrap_or(self.study.baseline().map_err(failed)?.trials())),
        };
        let plan = batch::Plan {
            keys,
            values: given.to_owned(),
            rows,
            of: statistic(of)?,
            at,
        };
        let (found, raised) = Study::asked(py, (threads, told), |progress| batch::run(&self.study, &plan, progress))?;
        let [values, errors] = [found.values, found.standard_errors].map(|values| values.into_pyarray(py).unbind());
        Ok(((found.statistic.name(), found.at, values, errors), raised))
    }

    /// `critmin compare`.
    #[pyo3(signature = (policies=Vec::new(), others=Vec::new(), pairs=false, trials=None, precision=None, equivalent=None, equivalent_of="cvar95", everywhere=false, band=true, threads=None, told=None))]
    #[allow(clippy::too_many_arguments)]
    fn compare(
        &self,
        py: Python<'_>,
        policies: Vec<String>,
        others: Vec<Py<Study>>,
        pairs: bool,
        trials: Option<u64>,
        precision: Option<f64>,
        equivalent: Option<&str>,
        equivalent_of: &str,
        everywhere: bool,
        band: bool,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> Told<Found> {
        let measured = match equivalent {
            None => None,
            Some(name) => Some(Measured {
                yardstick: one_of("yardstick", name, &Yardstick::ALL)?,
                by: one_of("goal", equivalent_of, &Goal::ALL)?,
                everywhere,
            }),
        };
        let plan = compare::Plan {
            policies,
            pairs,
            trials,
            precision,
            equivalent: measured,
            band,
        };
        let others = others.iter().map(|other| other.get().study.clone());
        let studies: Vec<critmin::study::Study> = std::iter::once(self.study.clone()).chain(others).collect();
        let (found, raised) = Study::asked(py, (threads, told), |progress| {
            Ok(compare::prepare(&studies, &plan)?.run(&plan, progress)?)
        })?;
        Ok((Found::of(&self.study, found), raised))
    }

    /// `critmin sweep`.
    #[pyo3(signature = (vary, to=Vec::new(), of=None, level=None, policy=None, from_first=false, trials=None, precision=None, threads=None, told=None))]
    #[allow(clippy::too_many_arguments)]
    fn sweep(
        &self,
        py: Python<'_>,
        vary: Vec<String>,
        to: Vec<String>,
        of: Option<&str>,
        level: Option<f64>,
        policy: Option<String>,
        from_first: bool,
        trials: Option<u64>,
        precision: Option<f64>,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> Told<Found> {
        let axes: Result<Vec<Axis>, String> = vary.iter().map(|text| Axis::parse(text)).collect();
        let plan = sweep::Plan {
            axes: axes.map_err(|why| refused(&why, None))?,
            to,
            of: statistic(of)?,
            level,
            policy,
            from_first,
            trials,
            precision,
        };
        let (found, raised) = Study::asked(py, (threads, told), |progress| {
            Ok(sweep::prepare(&self.study, &plan)?.run(&plan, progress)?)
        })?;
        Ok((Found::of(&self.study, found), raised))
    }

    /// `critmin screen`.
    #[pyo3(signature = (pairs=false, trials=None, precision=None, threads=None, told=None))]
    fn screen(
        &self,
        py: Python<'_>,
        pairs: bool,
        trials: Option<u64>,
        precision: Option<f64>,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> Told<Found> {
        let plan = screen::Plan {
            pairs,
            trials,
            precision,
        };
        let (found, raised) = Study::asked(py, (threads, told), |progress| {
            Ok(screen::prepare(&self.study, &plan)?.run(&plan, progress)?)
        })?;
        Ok((Found::of(&self.study, found), raised))
    }

    /// `critmin indices`.
    #[pyo3(signature = (countries=Vec::new(), governance=None))]
    fn indices(&self, py: Python<'_>, countries: Vec<String>, governance: Option<(String, String)>) -> PyResult<Found> {
        let governance = self::governance(governance)?;
        let found = py.detach(|| indices::of_scenario(&self.study, &countries, &governance));
        Ok(Found::of(&self.study, found.map_err(no_indices)?))
    }

    /// `critmin sensitivity`.
    #[pyo3(signature = (of=None, trials=None, precision=None, threads=None, told=None))]
    fn sensitivity(
        &self,
        py: Python<'_>,
        of: Option<&str>,
        trials: Option<u64>,
        precision: Option<f64>,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> Told<Found> {
        let plan = sensitivity::Plan {
            of: statistic(of)?,
            trials,
            precision,
        };
        let (found, raised) = Study::asked(py, (threads, told), |progress| {
            Ok(sensitivity::prepare(&self.study)?.run(&plan, progress)?)
        })?;
        Ok((Found::of(&self.study, found), raised))
    }

    /// `critmin optimize`.
    /// `elsewhere` is given names and policies of mixes and a number of trials, and gives back what `simulate_mixes` does; without it they are simulated here.
    #[pyo3(signature = (budget=None, goal="cvar95", cap=None, policies=Vec::new(), steps=None, trials=None, precision=None, threads=None, told=None, elsewhere=None))]
    #[allow(clippy::too_many_arguments)]
    fn optimize(
        &self,
        py: Python<'_>,
        budget: Option<f64>,
        goal: &str,
        cap: Option<f64>,
        policies: Vec<String>,
        steps: Option<usize>,
        trials: Option<u64>,
        precision: Option<f64>,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
        elsewhere: Option<Py<PyAny>>,
    ) -> Told<Found> {
        let usual = optimize::Plan::default();
        let plan = optimize::Plan {
            budget,
            goal: one_of("goal", goal, &Goal::ALL)?,
            cap,
            policies,
            steps: steps.unwrap_or(usual.steps),
            trials,
            precision,
            ..usual
        };
        let prepared = py.detach(|| optimize::prepare(&self.study, &plan)).map_err(failed)?;
        if !prepared.has_choices() {
            return Err(CritminError::new_err(
                "there is nothing to choose from: no policy has a cost",
            ));
        }
        let elsewhere = elsewhere.map(Elsewhere::new);
        let asked = Study::asked(py, (threads, told), |progress| match &elsewhere {
            Some(elsewhere) => Ok(prepared.run_by(elsewhere, progress)?),
            None => Ok(prepared.run(progress)?),
        });
        if let Some(raised) = elsewhere.and_then(Elsewhere::raised) {
            return Err(raised);
        }
        let (found, raised) = asked?;
        Ok((Found::of(&self.study, found), raised))
    }

    /// What mixes of policies come to: by trial, the goal, and the largest share of a country.
    #[pyo3(signature = (mixes, trials, goal="cvar95", threads=None))]
    fn simulate_mixes<'py>(
        &self,
        py: Python<'py>,
        mixes: Vec<NamedMix>,
        trials: u64,
        goal: &str,
        threads: Option<usize>,
    ) -> PyResult<Vec<SimulatedMix<Bound<'py, PyArray1<f64>>>>> {
        let goal = one_of("goal", goal, &Goal::ALL)?;
        let (found, _) = Study::asked(py, (threads, None), |progress| {
            let baseline = self.study.baseline()?;
            Ok(Here::new(&self.study, &baseline, goal, progress).simulate(&mixes, trials)?)
        })?;
        let told = found
            .into_iter()
            .map(|one| (one.shortfall_pct.into_pyarray(py), one.goal, one.largest_share));
        Ok(told.collect())
    }

    /// `critmin robustness`.
    #[pyo3(signature = (policies=Vec::new(), trials=None, precision=None, threads=None, told=None))]
    fn robustness(
        &self,
        py: Python<'_>,
        policies: Vec<String>,
        trials: Option<u64>,
        precision: Option<f64>,
        threads: Option<usize>,
        told: Option<Py<PyAny>>,
    ) -> Told<Found> {
        let plan = robustness::Plan {
            policies,
            trials,
            precision,
        };
        let (found, raised) = Study::asked(py, (threads, told), |progress| {
            Ok(robustness::prepare(&self.study, &plan)?.run(progress)?)
        })?;
        Ok((Found::of(&self.study, found), raised))
    }

    /// One trial in full: the document of `critmin replay --json`, and its story.
    #[pyo3(signature = (trial, policy=None))]
    fn replay<'py>(
        &self,
        py: Python<'py>,
        trial: u64,
        policy: Option<&str>,
    ) -> PyResult<(Bound<'py, PyBytes>, String)> {
        let replay: Result<Replay, Error> = py.detach(|| self.study.replay(policy, trial));
        let replay = replay.map_err(failed)?;
        let mut bytes = Vec::new();
        json::print(&replay, &mut bytes).map_err(unexpected)?;
        Ok((PyBytes::new(py, &bytes), story::tell(&replay, story::PAGE_WIDTH)))
    }
}

impl Study {
    /// The policies to run beside the baseline: those named, else all.
    fn policies_to_run(&self, policies: Option<Vec<String>>) -> Vec<String> {
        let all = || self.study.policies().into_iter().map(|policy| policy.id).collect();
        policies.unwrap_or_else(all)
    }

    fn variants(&self, named: &[Named]) -> PyResult<Vec<Variant>> {
        let named: Vec<(String, Vec<Change>)> = named
            .iter()
            .map(|(name, set)| {
                let changes = set.iter().map(|(key, value)| Change::set(key, value));
                (name.clone(), changes.collect())
            })
            .collect();
        self.study.variants(&named).map_err(failed)
    }
}
