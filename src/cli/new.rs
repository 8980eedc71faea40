//! `critmin new`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::arguments::NewOptions;
use super::failure::Failure;
use super::{Outcome, load, schema, terminal};
use crate::draft::{self, Request};
use crate::report::harmless;
use crate::report::replay_command::quoted;
use crate::scenario::starter;

/// The schema beside a new scenario, for editors. There is no address on the network that it could be fetched from.
const SCHEMA: &str = "critmin.schema.json";

/// Writes a commented scenario to start from. Its first line names the schema, by which editors that know TOML complete keys and mark mistakes.
pub fn new(options: &NewOptions) -> Outcome {
    let path = &options.file;
    let title = path
        .file_stem()
        .map_or_else(|| load::file_name(path), |stem| stem.to_string_lossy().into_owned());
    let text = if options.minerals.is_empty() {
        starter(&title.replace(['-', '_'], " "))
    } else {
        drafted(options)?
    };
    let text = format!("#:schema ./{SCHEMA}\n\n{text}");
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::Input {
                message: format!("{} exists already", path.display()),
                hint: Some("choose another name; nothing has been overwritten".to_owned()),
                json: false,
            },
            _ => Failure::Internal(format!("cannot write {}: {error}", path.display())),
        })?;
    file.write_all(text.as_bytes()).map_err(|error| {
        // It is new: nobody else's is lost with it.
        let _ = std::fs::remove_file(path);
        Failure::Internal(format!("cannot write {}: {error}", path.display()))
    })?;
    write_schema(&path.with_file_name(SCHEMA))?;
    let done = format!("wrote {}; next: critmin run {}", path.display(), path.display());
    writeln!(std::io::stdout(), "{}", harmless::line(&done))?;
    Ok(0)
}

/// Writes the schema beside the scenario, unless something has its name: nothing is written over.
fn write_schema(path: &Path) -> Result<(), Failure> {
    let text = schema::text();
    let renew = format!("critmin schema > {}", quoted(&path.to_string_lossy()));
    let made = OpenOptions::new().write(true).create_new(true).open(path);
    let note = match made.and_then(|mut file| file.write_all(text.as_bytes())) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => match std::fs::read(path) {
            Ok(there) if there == text.as_bytes() => return Ok(()),
            _ => format!(
                "{} is there and is not this version's schema, by which editors check the scenario; to replace it: {renew}",
                path.display()
            ),
        },
        Err(error) => format!(
            "the schema by which editors check the scenario cannot be written to {}: {error}; to try again: {renew}",
            path.display()
        ),
    };
    Ok(terminal::say(&format!("note: {note}"))?)
}

/// A scenario from the shipped data.
fn drafted(options: &NewOptions) -> Result<String, Failure> {
    let request = Request {
        minerals: options.minerals.clone(),
        countries: options.countries.clone(),
        stages: options.stages.clone(),
        years: options.years.unwrap_or(5),
        uses: options.uses.clone(),
        outputs: options.outputs.clone(),
    };
    draft::draft(&request).map_err(|complaints| {
        let list = complaints
            .into_iter()
            .map(|complaint| (complaint.message, complaint.hint));
        Failure::Inputs(list.collect())
    })
}
