//! `critmin replay`.

use std::io::Write;
use std::path::Path;

use super::arguments::ReplayOptions;
use super::failure::Failure;
use super::{Outcome, load, terminal};
use crate::report::file_list::ScenarioIdentity;
use crate::report::json;
use crate::report::results_folder::{ResultsFolder, Wanted};
use crate::report::story;
use crate::report::trace_csv;
use crate::study::Study;

/// Shows one trial in full.
pub fn replay(options: &ReplayOptions) -> Outcome {
    let document = load::load(&options.scenario, None, options.json)?;
    let study = Study::of(document, &load::file_name(&options.scenario.scenario));
    let found = study.replay(options.policy.as_deref(), options.trial);
    let replay = found.map_err(|error| Failure::of_run(error, options.json))?;
    if let Some(path) = &options.out {
        let folder = place(options, &study, path)?;
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
fn place(options: &ReplayOptions, study: &Study, path: &Path) -> Result<ResultsFolder, Failure> {
    let scenario = &options.scenario.scenario;
    let identity = ScenarioIdentity::new(study.name(), &study.document().resolved(None));
    let folder = ResultsFolder::create(path, identity, Some(scenario))?;
    let wanted = Wanted {
        files: trace_csv::NAMES.iter().map(|name| (*name).to_owned()).collect(),
        charts: Vec::new(),
    };
    let checked = folder.check(&wanted, &study.document().files());
    checked.map_err(|error| Failure::of_place(error, options.json))?;
    Ok(folder)
}
