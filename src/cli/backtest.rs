//! `critmin backtest`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::Outcome;
use super::arguments::BacktestOptions;
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{place_of_tables, tell, write};
use crate::report::answer::Answer;
use crate::report::backtest::NAMES;
use crate::scenario::nearest;
use crate::study::Progress;
use crate::whatif::backtest::{EPISODES, Plan, chosen, prepare, run};

/// The command, as its folder is called.
const NAME: &str = "backtest";

/// Simulates past episodes, holds them against what was observed, and writes tables and charts.
pub fn backtest(options: &BacktestOptions) -> Outcome {
    let (started, output) = (Instant::now(), &options.output);
    let plan = Plan {
        episodes: options.episodes.clone(),
        trials: options.trials,
        seed: options.seed,
    };
    let episodes = chosen(&plan.episodes).map_err(|unknown| no_episode(&unknown, output.json))?;
    let failed = |error| Failure::of_run(error, output.json);
    let pool = thread_pool(output.threads)?;
    let prepared = pool.install(|| prepare(&episodes, &plan)).map_err(failed)?;
    let about = match plan.episodes.is_empty() {
        true => "history".to_owned(),
        false => episodes.iter().map(|one| one.name).collect::<Vec<_>>().join("-"),
    };
    let folder = place_of_tables(NAME, output, &about, &NAMES, &[])?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let found = pool.install(|| run(&prepared, &progress)).map_err(failed)?;
    let document = found.document();
    let folder = pool.install(|| write(output, &folder, &found, &document))?;
    tell(output, &folder, None, started, &found, &document, Path::new(""))
}

fn no_episode(unknown: &[String], json: bool) -> Failure {
    let known = || EPISODES.iter().map(|episode| episode.name);
    let all = || known().collect::<Vec<_>>().join(", ");
    let mut complaints: Vec<(String, Option<String>)> = unknown
        .iter()
        .map(|name| {
            let hint = match nearest(name, known()) {
                Some(near) => format!("did you mean `{near}`? Episodes: {}", all()),
                None => format!("episodes: {}", all()),
            };
            (format!("there is no episode `{name}`"), Some(hint))
        })
        .collect();
    match (complaints.len(), complaints.pop()) {
        (1, Some((message, hint))) => Failure::Input { message, hint, json },
        (_, last) => Failure::Inputs(complaints.into_iter().chain(last).collect()),
    }
}
