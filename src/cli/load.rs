//! Loading a scenario with the changes of the command line.

use std::path::Path;

use super::arguments::ScenarioOptions;
use super::failure::Failure;
use crate::scenario::Document;

/// Loads the scenario and applies `--seed` and `--set`.
pub fn load(options: &ScenarioOptions, trials: Option<u64>, json: bool) -> Result<Document, Failure> {
    let mut document = open(&options.scenario, json)?;
    set(&mut document, &options.set, json)?;
    set_run(&mut document, options.seed, trials, json)?;
    Ok(document)
}

/// Applies `--seed` and `--trials`.
pub fn set_run(document: &mut Document, seed: Option<u64>, trials: Option<u64>, json: bool) -> Result<(), Failure> {
    for (option, key, value) in [("--seed", "run.seed", seed), ("--trials", "run.trials", trials)] {
        if let Some(value) = value {
            document
                .set_option(option, key, &value.to_string())
                .map_err(|diagnostics| Failure::Invalid {
                    diagnostics: Box::new(diagnostics),
                    json,
                })?;
        }
    }
    Ok(())
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
