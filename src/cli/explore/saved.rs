//! The page in one file, with the engine in it.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};

use super::ExploreOptions;
use crate::cli::failure::Failure;
use crate::cli::{Outcome, terminal};
use crate::explore::{Embedded, Limits, Session, page};
use crate::report::write::OutputFolder;
use crate::study::{Progress, Study};

/// Writes the page. `built_in` is the engine that the program was built with, if any.
pub fn save(study: &Study, scenario: &Path, file: &Path, options: &ExploreOptions, built_in: &[u8]) -> Outcome {
    let engine = match &options.engine {
        Some(path) => std::fs::read(path).map_err(|error| Failure::File {
            message: format!("the engine {} cannot be read: {error}", path.display()),
            hint: Some("browser/build.sh builds it".to_owned()),
            json: false,
        })?,
        None => built_in.to_vec(),
    };
    if !engine.starts_with(b"\0asm") {
        return Err(Failure::File {
            message: "this program was built without the engine for browsers, which a page in one file needs".to_owned(),
            hint: Some("run browser/build.sh in the source folder, then build the program again; or name an engine with --engine FILE".to_owned()),
            json: false,
        });
    }
    let (name, texts) = study.document().texts();
    let texts = beside(&name, texts);
    let shown = study.name().to_owned();
    let limits = Limits {
        trials: options.most_trials,
    };
    let session = Session::new(study.clone(), &shown, limits).map_err(|error| Failure::of_run(error, false))?;
    let scenario_text = json!({
        "name": study.name(),
        "files": texts,
        "set": study.document().changes().collect::<Vec<_>>(),
        "seed": options.scenario.seed,
        "trials": options.most_trials,
    });
    let mut first: Vec<Value> = Vec::new();
    let request = json!({ "do": "run", "choice": {}, "charts": true }).to_string();
    session.answer(&request, &Progress::default(), |message| first.push(message));
    first.retain(is_last);
    let embedded = Embedded {
        engine: base64::engine::general_purpose::STANDARD.encode(&engine),
        scenario: scenario_text.to_string(),
        first: Value::Array(first).to_string(),
    };
    let html = page(&session.title(), Some(&embedded)).html;
    write(file, &html)?;
    terminal::say(&format!(
        "wrote {} ({:.1} MB) from {}: it needs no program and no network",
        file.display(),
        html.len() as f64 / 1e6,
        scenario.display()
    ))?;
    Ok(0)
}

/// Whether a message belongs to the end of a run.
fn is_last(message: &Value) -> bool {
    message["final"].as_bool().unwrap_or(true)
}

/// The files by names that say nothing of where they are on this machine: beside the scenario's own.
fn beside(name: &str, texts: std::collections::BTreeMap<String, String>) -> std::collections::BTreeMap<String, String> {
    let folder = name.rsplit_once('/').map(|(folder, _)| format!("{folder}/"));
    let short = |name: String| match folder.as_deref().and_then(|folder| name.strip_prefix(folder)) {
        Some(short) => short.to_owned(),
        None => name,
    };
    texts.into_iter().map(|(name, text)| (short(name), text)).collect()
}

fn write(file: &Path, html: &str) -> Result<(), Failure> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let folder = OutputFolder::create(folder)?;
    folder.write(&name, |file| file.write_all(html.as_bytes()))?;
    Ok(())
}
