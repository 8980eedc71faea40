//! `critmin replay`.

use std::io::Write;
use std::path::Path;

use super::arguments::ReplayOptions;
use super::failure::Failure;
use super::{Outcome, load, terminal};
use crate::analysis::replay::replay as trace;
use crate::report::file_list::ScenarioIdentity;
use crate::report::json;
use crate::report::results_folder::{ResultsFolder, Wanted};
use crate::report::story;
use crate::report::trace_csv;
use crate::scenario::Document;

/// Shows one trial in full.
pub fn replay(options: &ReplayOptions) -> Outcome {
    let document = load::load(&options.scenario, None, options.json)?;
    let policy = options.policy.as_deref().filter(|policy| *policy != "baseline");
    let replay = trace(&document, policy, options.trial).map_err(|error| Failure::of_run(error, options.json))?;
    if let Some(path) = &options.out {
        let folder = place(options, &document, path)?;
        trace_csv::write(&folder, &replay).map_err(|error| Failure::of_place(error, options.json))?;
        terminal::say(&format!("wrote the trace to {}", folder.folder().path().display()))?;
    }
    let mut stdout = std::io::stdout().lock();
    if options.json {
        json::print(&replay, &mut stdout)?;
    } else {
        write!(stdout, "{}", story::tell(&replay, terminal::width()))?;
    }
    Ok(0)
}

/// The folder for the trace, where it may be written.
fn place(options: &ReplayOptions, document: &Document, path: &Path) -> Result<ResultsFolder, Failure> {
    let scenario = &options.scenario.scenario;
    let identity = ScenarioIdentity::new(&load::file_name(scenario), &document.resolved(None));
    let folder = ResultsFolder::create(path, identity, Some(scenario))?;
    let wanted = Wanted {
        files: trace_csv::NAMES.iter().map(|name| (*name).to_owned()).collect(),
        charts: Vec::new(),
    };
    let checked = folder.check(&wanted, &document.files());
    checked.map_err(|error| Failure::of_place(error, options.json))?;
    Ok(folder)
}
