//! The study of a page, and its answers.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::describe::describe;
use super::file::{Kept, command, policy_file};
use super::request::{Choice, NamedChoice, Refused, Request};
use super::steps;
use crate::report::charts::{Chart, ChartError, Path, Reading, render_comparison, render_explored};
use crate::report::{compare, explored, story};
use crate::results::FEWEST_BATCHES;
use crate::results::types::RunResults;
use crate::sampling::BATCH_TRIALS;
use crate::study::{Error, Input, Memory, Progress, Run, SizedPolicy, Study, Variant};
use crate::whatif::compare::Comparison;

/// Id of what the changes make of the scenario.
const CHANGED: &str = "changed";
/// Its name.
const YOURS: &str = "With your changes";
/// Width of a trial's story, in letters.
const STORY_WIDTH: usize = 96;

/// Trials from which on errors of differences are stated.
const STATED_FROM: u64 = FEWEST_BATCHES as u64 * BATCH_TRIALS;

/// What is too much for one request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Trials of a run, at most.
    pub trials: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { trials: 1_000_000 }
    }
}

/// A scenario that is explored.
#[derive(Debug)]
pub struct Session {
    study: Study,
    /// The scenario's file as commands name it.
    scenario: String,
    baseline: Variant,
    inputs: Vec<Input>,
    limits: Limits,
    of_baseline: Memory,
    /// The changes of the last run, and what has been simulated of them.
    last: Mutex<Option<(Vec<String>, Arc<Memory>)>>,
}

impl Session {
    /// Of a study, whose file commands call `scenario`. From now on it reads no file.
    ///
    /// # Errors
    /// What is wrong with the scenario.
    pub fn new(study: Study, scenario: &str, limits: Limits) -> Result<Session, Error> {
        let study = study.sealed();
        let baseline = study.baseline()?;
        Ok(Session {
            inputs: study.inputs(&baseline),
            scenario: scenario.to_owned(),
            baseline,
            study,
            limits,
            of_baseline: Memory::default(),
            last: Mutex::default(),
        })
    }

    /// The study.
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// The scenario's title.
    pub fn title(&self) -> String {
        self.baseline.title().to_owned()
    }

    /// The numbers that can be turned.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Answers a request by one message or several. Where it cannot, the last says why; after `progress` was stopped it may say nothing.
    pub fn answer(&self, request: &str, progress: &Progress, mut send: impl FnMut(Value)) {
        let answered = Request::read(request).and_then(|request| self.dispatch(request, progress, &mut send));
        if let Err(refused) = answered {
            send(json!({ "kind": "refused", "message": refused.message, "report": refused.report }));
        }
    }

    fn dispatch(&self, request: Request, progress: &Progress, send: &mut dyn FnMut(Value)) -> Result<(), Refused> {
        match request {
            Request::Describe {} => send(describe(
                &self.study,
                &self.baseline,
                &self.inputs,
                &self.scenario,
                self.limits,
            )?),
            Request::Run {
                choice,
                trials,
                precision,
                at,
                charts,
            } => {
                let wanted = Wanted { at, charts };
                self.run(&choice, trials, precision, &wanted, progress, send)?;
            }
            Request::Trial { choice, trial } => send(self.trial(&choice, trial)?),
            Request::Table { choice, trials, table } => {
                let (_, comparison, _) =
                    self.compared(&choice, self.trials(Some(trials))?, None, progress, |_, _| {})?;
                let written =
                    explored::table(&comparison, &table).map_err(|error| Refused::because(error.to_string()))?;
                let Some(bytes) = written else {
                    let known = explored::TABLES.join(", ");
                    return Err(Refused::because(format!("there is no table `{table}`; known: {known}")));
                };
                let text = String::from_utf8_lossy(&bytes);
                send(json!({ "kind": "table", "table": table, "csv": text }));
            }
            Request::Compare { kept, trials } => send(self.compare(&kept, trials, progress)?),
            Request::File { kept, trials } => send(self.file(&kept, trials)?),
        }
        Ok(())
    }

    /// The trials to do: those asked for, else the scenario's, and not so few that nothing could be said of the error of a difference.
    fn trials(&self, asked: Option<u64>) -> Result<u64, Refused> {
        let trials = asked.unwrap_or_else(|| usual_trials(&self.baseline, self.limits));
        match (1..=self.limits.trials).contains(&trials) {
            true => Ok(trials),
            false => Err(Refused::because(format!(
                "a run here has from 1 to {} trials",
                self.limits.trials
            ))),
        }
    }

    /// What `--set` would be given to do the same.
    pub fn assignments(&self, choice: &Choice) -> Result<Vec<String>, Refused> {
        let mut assignments = self.study.assignments(&sized(choice)).map_err(refused)?;
        for turned in &choice.set {
            if !self.inputs.iter().any(|input| input.key == turned.key) {
                return Err(Refused::because(format!(
                    "there is nothing to turn called `{}`",
                    turned.key
                )));
            }
            assignments.push(format!("{}={}", turned.key, turned.value));
        }
        Ok(assignments)
    }

    fn variant(&self, id: &str, name: &str, choice: &Choice) -> Result<(Vec<String>, Variant), Refused> {
        let assignments = self.assignments(choice)?;
        let variant = self.study.point(id, &assignments, None).map_err(refused)?;
        Ok((assignments, variant.named(id, name, self.cost(choice))))
    }

    /// What the policies cost; nothing where there is none, or one does not say.
    fn cost(&self, choice: &Choice) -> Option<f64> {
        let policies = sized(choice);
        self.study.cost_of(&policies).filter(|_| !policies.is_empty())
    }

    /// What has been simulated of these changes; forgotten once others are run.
    fn memory_of(&self, assignments: &[String]) -> Arc<Memory> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((same, memory)) if same == assignments => Arc::clone(memory),
            _ => {
                let memory = Arc::new(Memory::default());
                *last = Some((assignments.to_vec(), Arc::clone(&memory)));
                memory
            }
        }
    }

    /// Runs changes beside the baseline, without changes the baseline alone; `show` sees what was found on the way.
    fn compared(
        &self,
        choice: &Choice,
        trials: u64,
        precision: Option<f64>,
        progress: &Progress,
        mut show: impl FnMut(&Comparison, Option<&Variant>),
    ) -> Result<(Vec<String>, Comparison, Option<Variant>), Refused> {
        let changed = match choice.is_empty() {
            true => None,
            false => Some(self.variant(CHANGED, YOURS, choice)?),
        };
        let (assignments, variant) = changed.map_or((Vec::new(), None), |(assignments, variant)| {
            (assignments, Some(variant))
        });
        let of_changed = self.memory_of(&assignments);
        let mut run = Run::new(&self.baseline)
            .against(&variant)
            .as_runs_alone()
            .with_causes()
            .with_timeline()
            .remembering([&self.of_baseline, &*of_changed])
            .trials(trials);
        if let Some(share) = precision {
            run = run.precision(share);
        }
        let compared = usize::from(variant.is_some());
        let results = run
            .stepped(progress, &steps(), |results| {
                show(&Comparison::of(&self.baseline, results, compared), variant.as_ref())
            })
            .map_err(refused)?;
        let comparison = Comparison::of(&self.baseline, results, compared);
        Ok((assignments, comparison, variant))
    }

    fn run(
        &self,
        choice: &Choice,
        trials: Option<u64>,
        precision: Option<f64>,
        wanted: &Wanted,
        progress: &Progress,
        send: &mut dyn FnMut(Value),
    ) -> Result<(), Refused> {
        if precision.is_some_and(|share| !(share > 0.0 && share < 1.0)) {
            return Err(Refused::because("a precision is a share between 0 and 1"));
        }
        let asked = match precision {
            Some(_) => self.trials(Some(trials.unwrap_or(self.limits.trials)))?,
            None => self.trials(trials)?,
        };
        let (assignments, comparison, variant) =
            self.compared(choice, asked, precision, progress, |comparison, variant| {
                // Nobody waits for a look at a run that is to stop.
                if !progress.is_stopped() {
                    wanted.send(self, (comparison, variant), asked, false, send);
                }
            })?;
        if comparison.results.run.manifest.interrupted {
            return Ok(());
        }
        wanted.send(self, (&comparison, variant.as_ref()), asked, true, send);
        let trials = comparison.results.trials();
        send(json!({
            "kind": "repeat",
            "assignments": assignments,
            "command": command(&self.scenario, &assignments, trials),
        }));
        Ok(())
    }

    fn trial(&self, choice: &Choice, trial: u64) -> Result<Value, Refused> {
        let mut study = self.study.clone();
        for assignment in self.assignments(choice)? {
            study.set(&assignment).map_err(refused)?;
        }
        let found = study.replay(None, trial).map_err(refused)?;
        let months = found.dates.iter().zip(&found.headline_by_period_pct);
        let months: Vec<Value> = months
            .map(|(date, share)| json!({ "date": date, "short_pct": share }))
            .collect();
        Ok(json!({
            "kind": "trial",
            "trial": trial,
            "shortfall_pct": found.headline_pct,
            "events": found.events,
            "periods": months,
            "story": story::tell(&found, STORY_WIDTH),
        }))
    }

    fn compare(&self, kept: &[NamedChoice], trials: Option<u64>, progress: &Progress) -> Result<Value, Refused> {
        let trials = self.trials(trials)?;
        let mut variants = Vec::new();
        for (number, one) in kept.iter().enumerate() {
            let (_, variant) = self.variant(&kept_id(number), &one.name, &one.choice)?;
            variants.push(variant);
        }
        let run = Run::new(&self.baseline)
            .against(&variants)
            .as_runs_alone()
            .with_causes()
            .trials(trials);
        let results = run.watched(progress).map_err(refused)?;
        let comparison = Comparison::of(&self.baseline, results, variants.len());
        let at = comparison
            .results
            .run
            .policies
            .first()
            .map(|policy| policy.headline.clone());
        let (material, place) = at.unwrap_or_default();
        let columns = variants.iter().map(|variant| {
            json!({
                "name": comparison.results.variant(variant.id()).map(|policy| policy.shown_name()),
                "figures": explored::figures(&comparison, Some(variant.id()), (&material, &place)),
            })
        });
        let columns: Vec<Value> = columns.collect();
        let mut csv = Vec::new();
        compare::csv::effects(&comparison, &mut csv).map_err(|error| Refused::because(error.to_string()))?;
        let charts = render_comparison(&comparison).map_err(not_drawn)?;
        Ok(json!({
            "kind": "compared",
            "trials": comparison.results.trials(),
            "columns": columns,
            "sentences": compare::words::sentences(&comparison),
            "csv": String::from_utf8_lossy(&csv),
            "charts": charts.iter().map(|chart| drawn(chart, "compare")).collect::<Vec<_>>(),
        }))
    }

    fn file(&self, kept: &[NamedChoice], trials: u64) -> Result<Value, Refused> {
        let trials = self.trials(Some(trials))?;
        let mut all = Vec::new();
        for (number, one) in kept.iter().enumerate() {
            let (assignments, _) = self.variant(&kept_id(number), &one.name, &one.choice)?;
            all.push(Kept {
                id: kept_id(number),
                name: one.name.clone(),
                cost: self.cost(&one.choice),
                assignments,
            });
        }
        let commands: Vec<String> = all
            .iter()
            .map(|one| command(&self.scenario, &one.assignments, trials))
            .collect();
        Ok(json!({
            "kind": "file",
            "name": "explored.toml",
            "text": policy_file(self.study.name(), &all, trials),
            "commands": commands,
        }))
    }
}

/// Trials of a run where nobody asks for another number.
pub(super) fn usual_trials(baseline: &Variant, limits: Limits) -> u64 {
    baseline.trials().max(STATED_FROM).min(limits.trials)
}

/// The id of a kept scenario.
fn kept_id(number: usize) -> String {
    format!("explored_{}", number + 1)
}

fn sized(choice: &Choice) -> Vec<SizedPolicy<'_>> {
    let policies = choice.policies.iter();
    policies.map(|policy| (policy.id.as_str(), policy.size)).collect()
}

/// What of a run is told.
struct Wanted {
    at: Option<(String, String)>,
    charts: bool,
}

impl Wanted {
    fn send(
        &self,
        session: &Session,
        (comparison, changed): (&Comparison, Option<&Variant>),
        asked: u64,
        is_last: bool,
        send: &mut dyn FnMut(Value),
    ) {
        let run = &comparison.results.run;
        let Some(baseline) = run.policies.first() else { return };
        let variant = run.policies.get(1).map(|policy| policy.policy.as_str());
        let rows = explored::rows(run);
        let at = self.at.clone().filter(|at| rows.contains(at));
        let (material, place) = at.unwrap_or_else(|| baseline.headline.clone());
        let replayable = |number: usize| run.policies.get(number).map(|policy| &policy.replayable);
        send(json!({
            "kind": "answer",
            "final": is_last,
            "trials": comparison.results.trials(),
            "asked": asked,
            "nothing_is_random": run.manifest.nothing_is_random,
            "at": { "material": material, "place": place },
            "sentence": explored::sentence(comparison, variant, (&material, &place)),
            "figures": explored::figures(comparison, variant, (&material, &place)),
            "more": match (is_last, variant) {
                // Of few trials the words speak of options of the command line.
                (true, Some(_)) if comparison.results.trials() >= STATED_FROM => compare::words::sentences(comparison).into_iter().skip(1).collect(),
                _ => Vec::new(),
            },
            "cost": run.policies.get(1).and_then(|policy| policy.cost),
            "replayable": { "baseline": replayable(0), "changed": replayable(1) },
            "rows": rows_told(run, &rows),
        }));
        if !self.charts {
            return;
        }
        let futures = futures(comparison, std::iter::once(&session.baseline).chain(changed));
        send(match render_explored(comparison, &material, &futures) {
            Ok(charts) => {
                let charts: Vec<Value> = charts.iter().map(|(chart, table)| drawn(chart, table)).collect();
                json!({ "kind": "charts", "trials": comparison.results.trials(), "final": is_last, "charts": charts })
            }
            Err(error) => {
                let refused = not_drawn(error);
                json!({ "kind": "refused", "message": refused.message, "report": null })
            }
        });
    }
}

/// Of each variant the trials that are worth a look, period by period.
fn futures<'a>(comparison: &Comparison, variants: impl Iterator<Item = &'a Variant>) -> Vec<(String, Vec<Path>)> {
    let policies = comparison.results.run.policies.iter();
    let found = policies.zip(variants).map(|(policy, variant)| {
        let paths = policy.replayable.iter().filter_map(|one| {
            let rank = match one.rank.as_str() {
                "median" => "In the middle",
                "p95" => "As bad as 1 in 20",
                "p99" => "As bad as 1 in 100",
                "maximum" => "The worst",
                other => other,
            };
            Some(Path {
                rank: rank.to_owned(),
                trial: one.trial,
                by_period_pct: variant.path(one.trial).ok()?,
            })
        });
        (policy.shown_name().to_owned(), paths.collect())
    });
    found.collect()
}

fn rows_told(run: &RunResults, rows: &[(String, String)]) -> Vec<Value> {
    let told = rows.iter().map(|(material, place)| {
        json!({
            "material": material,
            "material_name": crate::report::prose::material_name(run, material),
            "place": place,
            "place_name": crate::report::prose::place_name(run, place),
        })
    });
    told.collect()
}

fn drawn(chart: &Chart, table: &str) -> Value {
    let readings = chart.readings.iter();
    let readings: Vec<Value> = readings
        .map(|Reading { at: [x, y], text }| json!([x, y, text]))
        .collect();
    json!({ "name": chart.name, "svg": chart.svg, "table": table, "readings": readings })
}

fn not_drawn(error: ChartError) -> Refused {
    Refused::because(error.to_string())
}

fn refused(error: Error) -> Refused {
    match &error {
        Error::Invalid(diagnostics) => {
            let first = diagnostics.errors().next().map(|error| error.message.clone());
            Refused {
                message: first.unwrap_or_else(|| error.to_string()),
                report: Some(diagnostics.render(false)),
            }
        }
        _ => Refused::because(error.to_string()),
    }
}
