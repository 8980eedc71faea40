//! Loading a scenario with the changes of the command line.

use std::path::Path;

use super::arguments::ScenarioOptions;
use super::failure::Failure;
use crate::scenario::Document;

/// Loads the scenario and applies `--seed` and `--set`.
pub fn load(options: &ScenarioOptions, trials: Option<u64>, json: bool) -> Result<Document, Failure> {
    let mut document = open(&options.scenario, json)?;
    let mut changes = options.set.clone();
    changes.extend(options.seed.map(|seed| format!("run.seed={seed}")));
    changes.extend(trials.map(|trials| format!("run.trials={trials}")));
    set(&mut document, &changes, json)?;
    Ok(document)
}

/// Loads a scenario.
pub fn open(path: &Path, json: bool) -> Result<Document, Failure> {
    Document::load(path).map_err(|diagnostics| Failure::Invalid {
        diagnostics: Box::new(diagnostics),
        json,
    })
}

/// Applies `key=value` changes.
pub fn set(document: &mut Document, changes: &[String], json: bool) -> Result<(), Failure> {
    for change in changes {
        document.set(change).map_err(|diagnostics| Failure::Invalid {
            diagnostics: Box::new(diagnostics),
            json,
        })?;
    }
    Ok(())
}

/// The scenario's file name, without its folder.
pub fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
