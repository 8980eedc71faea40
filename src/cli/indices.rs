//! `critmin indices`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::arguments::{IndicesOptions, ScenarioOptions};
use super::failure::Failure;
use super::run::thread_pool;
use super::whatif::{place, place_of_tables, refused, tell, write};
use super::{Outcome, load};
use crate::data::Governance;
use crate::report::answer::Answer;
use crate::report::indices::NAMES;
use crate::report::results_folder::ResultsFolder;
use crate::study::Study;
use crate::whatif::indices::{Indices, IndicesError, of_mineral, of_scenario};

/// The command, as its folder is called.
const NAME: &str = "indices";

/// Tells indices of a scenario, or of a mineral by the shipped tables, and writes tables and charts.
pub fn indices(options: &IndicesOptions) -> Outcome {
    let started = Instant::now();
    let output = &options.output;
    let governance = governance(options)?;
    let inputs: Vec<PathBuf> = options.governance.iter().cloned().collect();
    let pool = thread_pool(output.threads)?;
    let failed = |error| match error {
        IndicesError::Study(error) => Failure::of_run(*error, output.json),
        IndicesError::Asked(complaints) => refused(complaints, output.json),
    };
    let (found, folder): (Indices, ResultsFolder) = match (&options.scenario, &options.mineral) {
        (Some(scenario), _) => {
            let changes = ScenarioOptions {
                scenario: scenario.clone(),
                set: options.set.clone(),
                seed: None,
            };
            let read = load::load(&changes, None, output.json)?;
            let study = Study::of(read, &load::file_name(scenario));
            let found = pool.install(|| of_scenario(&study, &options.countries, &governance));
            let found = found.map_err(failed)?;
            let inputs: Vec<PathBuf> = study.document().files().into_iter().chain(inputs).collect();
            let folder = place(NAME, output, (scenario, study.document()), &NAMES, &inputs)?;
            (found, folder)
        }
        (None, Some(mineral)) => {
            let found = of_mineral(mineral, &options.countries, &governance).map_err(failed)?;
            let folder = place_of_tables(NAME, output, &about(&found), &NAMES, &inputs)?;
            (found, folder)
        }
        (None, None) => {
            return Err(Failure::Usage(
                "name a scenario, or a mineral with --mineral".to_owned(),
            ));
        }
    };
    let document = found.document();
    let folder = pool.install(|| write(output, &folder, &found, &document))?;
    let scenario = options.scenario.as_deref().unwrap_or(Path::new(""));
    tell(output, &folder, None, started, &found, &document, scenario)
}

/// The mineral and the buyers in codes.
fn about(found: &Indices) -> String {
    let mut names: Vec<&str> = Vec::new();
    for row in &found.found {
        for name in [row.material.as_str(), &row.place] {
            if name != crate::whatif::indices::WORLD && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.join("-")
}

fn governance(options: &IndicesOptions) -> Result<Governance, Failure> {
    let Some(path) = &options.governance else {
        return Ok(Governance::shipped());
    };
    let json = options.output.json;
    let text = read(path, json)?;
    Governance::from_csv(&load::file_name(path), &text).map_err(|errors| {
        let complaints = errors.into_iter().map(|error| crate::draft::Complaint {
            message: error.to_string(),
            hint: error.hint(),
        });
        refused(complaints.collect(), json)
    })
}

fn read(path: &Path, json: bool) -> Result<String, Failure> {
    let failed = |why: String| Failure::Input {
        message: format!("{} cannot be read: {why}", path.display()),
        hint: Some("--governance names a CSV file with the columns country,score".to_owned()),
        json,
    };
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| failed("it is no text in UTF-8".to_owned()))
}
