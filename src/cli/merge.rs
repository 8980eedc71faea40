//! `critmin merge`.

use std::io::{BufRead, Read, Write};
use std::path::Path;
use std::time::Instant;

use super::Outcome;
use super::arguments::MergeOptions;
use super::failure::Failure;
use super::results::{self, SAMPLES, default_folder, stage};
use crate::analysis::merge::order;
use crate::analysis::part::PartHead;
use crate::report::csv::SamplesWriter;
use crate::report::file_list::ScenarioIdentity;
use crate::report::part_file::{PartFile, PartKind};
use crate::report::results_folder::ResultsFolder;
use crate::report::write::{FormatError, OutputFolder, PendingFile};

/// What to do about a file that cannot be used.
const WRITE_AGAIN: &str = "write it again with critmin run SCENARIO --trials-range A..B";

/// A part that has been taken over: how many trials it holds, and how many samples each has.
struct Taken<'a> {
    file: &'a PartFile,
    samples_per_policy: u64,
}

/// Combines partial results into those of the whole run.
pub fn merge(options: &MergeOptions) -> Outcome {
    let started = Instant::now();
    let wrong = |message: String, hint: &str| Failure::Input {
        message,
        hint: Some(hint.to_owned()),
        json: options.json,
    };
    let of_file = |error| Failure::of_part_file(&error, WRITE_AGAIN, options.json);
    let mut files = Vec::new();
    for path in &options.partials {
        let file = PartFile::open(path).map_err(of_file)?;
        if file.kind == PartKind::Checkpoint {
            let message = format!("{} is the checkpoint of a run that is not complete", path.display());
            return Err(wrong(
                message,
                "continue that run with --resume; it then writes what can be merged",
            ));
        }
        files.push(file);
    }
    let names: Vec<String> = files.iter().map(|file| file.path().display().to_string()).collect();
    let heads: Vec<(&str, &PartHead)> = names
        .iter()
        .map(String::as_str)
        .zip(files.iter().map(|file| &file.head))
        .collect();
    let order = order(&heads).map_err(|problems| {
        let message = match problems.as_slice() {
            [problem] => format!("these parts do not make up a run: {problem}"),
            problems => format!("these parts do not make up a run:\n  {}", problems.join("\n  ")),
        };
        wrong(message, "give every part of one run once")
    })?;
    // The place comes before the work.
    let head = &files[order[0]].head;
    let manifest = &head.frame.manifest;
    let identity = ScenarioIdentity::new(&manifest.scenario, &manifest.resolved_scenario);
    let default = || default_folder(Path::new(&manifest.scenario));
    let folder = ResultsFolder::create(options.out.clone().unwrap_or_else(default), identity, None)?;
    let wanted = results::wanted(&options.formats, head.samples, &manifest.left_out);
    let checked = folder.check(&wanted, &options.partials);
    checked.map_err(|error| Failure::of_place(error, options.json))?;
    let mut timing = vec![stage("load", started)];
    let merging = Instant::now();
    let mut whole = None;
    let mut taken = Vec::new();
    for &number in &order {
        let file = &files[number];
        let part = file.part().map_err(of_file)?;
        let baseline = part.policies.first().map(|policy| &policy.recorder);
        taken.push(Taken {
            file,
            samples_per_policy: baseline.map_or(0, |recorder| recorder.trials() * recorder.samples_per_trial() as u64),
        });
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => whole.absorb(&part).map_err(|why| {
                wrong(
                    format!("{} cannot be merged with {}: {why}", names[number], names[order[0]]),
                    WRITE_AGAIN,
                )
            })?,
        }
    }
    let Some(mut whole) = whole else {
        return Err(Failure::Usage("there is nothing to merge".to_owned()));
    };
    whole.head.trials = 0..whole.head.frame.manifest.trials;
    let samples = match whole.head.samples {
        true => Some(merge_samples(
            folder.folder(),
            &taken,
            whole.policies.len(),
            options.json,
        )?),
        false => None,
    };
    let found = whole.finish();
    timing.push(stage("merge", merging));
    results::write(&folder, &found, &options.formats, samples, timing)?;
    results::print(
        &found,
        None,
        Path::new(&found.manifest.scenario),
        options.json,
        options.quiet,
    )?;
    results::warn_of_letters(&found, &options.formats, options.quiet)?;
    results::say_where(folder.folder().path(), options.quiet, started)?;
    Ok(0)
}

/// Samples go policy by policy, and within each by trial.
fn merge_samples(
    folder: &OutputFolder,
    parts: &[Taken<'_>],
    policies: usize,
    json: bool,
) -> Result<PendingFile, Failure> {
    let mut merged = folder.begin(SAMPLES)?;
    let header = SamplesWriter::new(Vec::new()).and_then(SamplesWriter::finish);
    let written = header
        .map_err(|error| FormatError::from(error).into())
        .and_then(|header| merged.write_all(&header));
    written.map_err(|error| merged.error(error))?;
    for policy in 0..policies {
        for part in parts {
            let note = part.file.samples.as_ref();
            let rows = note.and_then(|note| note.rows(policy)).unwrap_or_default();
            let from = part.file.samples(rows.start);
            let from = from.map_err(|error| Failure::of_part_file(&error, WRITE_AGAIN, json))?;
            let mut from = from.take(rows.end - rows.start);
            let lines = copy_lines(&mut from, &mut merged, part.file.path())?;
            if lines != part.samples_per_policy {
                return Err(Failure::Input {
                    message: format!("{} holds what no run writes: its samples", part.file.path().display()),
                    hint: Some(WRITE_AGAIN.to_owned()),
                    json,
                });
            }
        }
    }
    Ok(merged)
}

/// Copies and counts the ends of lines.
fn copy_lines(from: &mut impl BufRead, to: &mut PendingFile, path: &Path) -> Result<u64, Failure> {
    let mut lines = 0;
    loop {
        let bytes = from
            .fill_buf()
            .map_err(|error| Failure::Internal(format!("cannot read {}: {error}", path.display())))?;
        if bytes.is_empty() {
            return Ok(lines);
        }
        lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
        let length = bytes.len();
        to.write_all(bytes).map_err(|error| to.error(error))?;
        from.consume(length);
    }
}
