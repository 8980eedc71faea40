//! `critmin replay`.

use std::io::Write;
use std::path::Path;

use super::arguments::ReplayOptions;
use super::failure::Failure;
use super::{Outcome, load};
use crate::analysis::replay::replay as trace;
use crate::report::file_list::ScenarioIdentity;
use crate::report::results_folder::{ResultsFolder, Wanted};
use crate::report::story;
use crate::report::trace_csv;
use crate::scenario::{Document, SamplingDesign};

/// Shows one trial in full.
pub fn replay(options: &ReplayOptions) -> Outcome {
    let document = load::load(&options.scenario, options.trials, options.json)?;
    is_of_one_run(options, &document)?;
    let policy = options.policy.as_deref().filter(|policy| *policy != "baseline");
    let replay = trace(&document, policy, options.trial).map_err(|error| Failure::of_run(error, options.json))?;
    if let Some(path) = &options.out {
        let folder = place(options, &document, path)?;
        trace_csv::write(&folder, &replay).map_err(|error| Failure::of_place(error, options.json))?;
        writeln!(
            std::io::stderr(),
            "wrote the trace to {}",
            folder.folder().path().display()
        )?;
    }
    let mut stdout = std::io::stdout().lock();
    if options.json {
        serde_json::to_writer_pretty(&mut stdout, &replay)?;
        writeln!(stdout)?;
    } else {
        write!(stdout, "{}", story::tell(&replay))?;
    }
    Ok(0)
}

/// Where every trial depends on how many there are, the number of the run must be told: with another one, another trial would be shown.
fn is_of_one_run(options: &ReplayOptions, document: &Document) -> Result<(), Failure> {
    let (scenario, _) = document.check(None).map_err(|diagnostics| Failure::Invalid {
        diagnostics: Box::new(diagnostics),
        json: options.json,
    })?;
    let is_told = options.trials.is_some()
        || options.scenario.set.iter().any(|change| {
            change
                .split_once('=')
                .is_some_and(|(key, _)| key.trim() == "run.trials")
        });
    if scenario.run.sampling == SamplingDesign::LatinHypercube && !is_told {
        return Err(Failure::Usage(format!(
            "with sampling = \"latin_hypercube\" every trial depends on the number of trials: say with --trials how many the run had (the \
             scenario's number is {})",
            scenario.run.trials
        )));
    }
    Ok(())
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
