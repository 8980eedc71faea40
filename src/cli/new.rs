//! `critmin new`.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use super::arguments::NewOptions;
use super::failure::Failure;
use super::{Outcome, load};
use crate::draft::{self, Request};
use crate::report::harmless;
use crate::scenario::starter;

/// Writes a commented scenario to start from.
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
    let done = format!("wrote {}; next: critmin run {}", path.display(), path.display());
    writeln!(std::io::stdout(), "{}", harmless::line(&done))?;
    Ok(0)
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
