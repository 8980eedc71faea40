//! `critmin merge`.

use std::io::{BufRead, Read, Write};
use std::path::Path;
use std::time::Instant;

use super::Outcome;
use super::arguments::{CsvDialect, MergeOptions};
use super::failure::Failure;
use super::results::{self, Beside, SAMPLES, about_partial, default_folder, stage};
use crate::report::csv::SamplesWriter;
use crate::report::file_list::ScenarioIdentity;
use crate::report::json;
use crate::report::part_file::{self, PartFile, PartKind};
use crate::report::results_folder::ResultsFolder;
use crate::report::samples_file::SamplesFile;
use crate::report::write::{FormatError, OutputFolder, PendingFile};
use crate::study::{Part, PartHead, Together, order};

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
    let into_part = options.out.as_deref().filter(|out| is_part(out));
    let together = into_part.map_or(Together::Whole, |_| Together::Part);
    let order = order(&heads, together).map_err(|problems| {
        let message = match problems.as_slice() {
            [problem] => format!("these parts do not make up a run: {problem}"),
            problems => format!("these parts do not make up a run:\n  {}", problems.join("\n  ")),
        };
        wrong(message, "give every part of one run once")
    })?;
    if let Some(out) = into_part {
        if options.csv_dialect != CsvDialect::Comma {
            return Err(Failure::Usage(
                "a partial result has no tables: give --csv-dialect to the last merge, which writes them".to_owned(),
            ));
        }
        return merge_into_part(options, out, &files, &order);
    }
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
    let (mut whole, taken) = absorb(&files, &order, options.json)?;
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
    // Merging needs no scenario, so no trial can be told as a story.
    let beside = Beside {
        samples,
        differences: match results::wants_workbook(&options.formats) {
            true => whole.differences(&found),
            false => Vec::new(),
        },
        ..Beside::default()
    };
    let how = (options.formats.as_slice(), options.csv_dialect.into());
    results::write(&folder, &found, how, beside, timing)?;
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

/// Whether a partial result is asked for, not a folder of results.
fn is_part(out: &Path) -> bool {
    out.extension().is_some_and(|extension| extension == "critmin") && !out.is_dir()
}

/// All parts as one, in order.
fn absorb<'a>(files: &'a [PartFile], order: &[usize], json: bool) -> Result<(Part, Vec<Taken<'a>>), Failure> {
    let mut whole: Option<Part> = None;
    let mut taken = Vec::new();
    for &number in order {
        let file = &files[number];
        let part = file
            .part()
            .map_err(|error| Failure::of_part_file(&error, WRITE_AGAIN, json))?;
        let baseline = part.policies.first().map(|policy| &policy.recorder);
        taken.push(Taken {
            file,
            samples_per_policy: baseline.map_or(0, |recorder| recorder.trials() * recorder.samples_per_trial() as u64),
        });
        let Some(whole) = &mut whole else {
            whole = Some(part);
            continue;
        };
        whole.absorb(&part).map_err(|why| Failure::Input {
            message: format!(
                "{} cannot be merged with {}: {why}",
                file.path().display(),
                files[order[0]].path().display()
            ),
            hint: Some(WRITE_AGAIN.to_owned()),
            json,
        })?;
    }
    match whole {
        Some(whole) => Ok((whole, taken)),
        None => Err(Failure::Usage("there is nothing to merge".to_owned())),
    }
}

/// Combines neighbouring parts into a larger one, to be merged further.
fn merge_into_part(options: &MergeOptions, out: &Path, files: &[PartFile], order: &[usize]) -> Outcome {
    let started = Instant::now();
    let (folder, name) = part_place(options, out, files)?;
    let (mut part, taken) = absorb(files, order, options.json)?;
    part.head.trials.end = files[order[order.len() - 1]].head.trials.end;
    let samples = match part.head.samples {
        true => Some(part_samples(&folder, &taken, part.policies.len(), options.json)?),
        false => None,
    };
    let path = folder.write(&name, |file| match samples {
        Some(mut samples) => {
            samples.read_inside(|note, bytes| part_file::write(PartKind::Partial, &part, Some((note, bytes)), file))
        }
        None => part_file::write(PartKind::Partial, &part, None, file),
    })?;
    if options.json {
        json::print(&about_partial(&path, &part), std::io::stdout().lock())?;
    }
    results::say_where(&path, options.quiet, started)?;
    Ok(0)
}

/// Where a larger part goes. It takes no other file's place but that of a part of the same run.
fn part_place(options: &MergeOptions, out: &Path, files: &[PartFile]) -> Result<(OutputFolder, String), Failure> {
    let refused = |message: String| Failure::File {
        message,
        hint: Some("choose another name with --out".to_owned()),
        json: options.json,
    };
    if std::fs::symlink_metadata(out).is_ok() {
        if files.iter().any(|file| is_same_file(file.path(), out)) {
            return Err(refused(format!("{} is one of the parts to be merged", out.display())));
        }
        let there = PartFile::open(out).map_err(|error| refused(format!("will not replace {error}")))?;
        if let Some(difference) = files[0].head.difference(&there.head) {
            let what = difference.what;
            return Err(refused(format!(
                "will not replace {}: it is a part of another run, by its {what}",
                out.display()
            )));
        }
    }
    let parent = out.parent().filter(|parent| *parent != Path::new(""));
    let folder = OutputFolder::create(parent.unwrap_or(Path::new(".")))?;
    let name = out.file_name().unwrap_or_default();
    Ok((folder, name.to_string_lossy().into_owned()))
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    let [one, other] = [one, other].map(std::fs::canonicalize);
    matches!((one, other), (Ok(one), Ok(other)) if one == other)
}

/// The samples of a larger part: policy by policy, and within each by trial.
fn part_samples(
    folder: &OutputFolder,
    parts: &[Taken<'_>],
    policies: usize,
    json: bool,
) -> Result<SamplesFile, Failure> {
    let mut samples = SamplesFile::begin(folder, SAMPLES)?;
    for policy in 0..policies {
        samples.policy_begins(policy);
        for part in parts {
            let rows = part
                .file
                .samples
                .as_ref()
                .and_then(|note| note.rows(policy))
                .unwrap_or_default();
            let from = part.file.samples(rows.start);
            let from = from.map_err(|error| Failure::of_part_file(&error, WRITE_AGAIN, json))?;
            let copied = samples.copy_rows(&mut from.take(rows.end - rows.start));
            copied.map_err(|error| Failure::Internal(format!("cannot copy samples: {error}")))?;
        }
    }
    Ok(samples)
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
