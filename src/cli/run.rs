//! `critmin run`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::arguments::{CsvDialect, RunOptions};
use super::checkpoint::{self, Keeper};
use super::failure::Failure;
use super::place::{self, Added, Place};
use super::results::{self, stage};
use super::{EXIT_INTERRUPTED, Outcome, load, terminal};
use crate::report::json::{self, StageTime};
use crate::report::story;
use crate::study::{Error, Part, PartReport, Progress, RunListener, RunPlan, RunResults, Study};
use crate::whatif::band::{self, Band};

/// Policy id that stands for no policy.
const BASELINE: &str = "baseline";

/// Simulates a scenario, prints the summary, writes tables and charts; or simulates some of its trials and writes a partial result.
pub fn run(options: &RunOptions) -> Outcome {
    let started = Instant::now();
    if options.trials_range.is_some() && options.csv_dialect != CsvDialect::Comma {
        return Err(Failure::Usage(
            "a partial result has no tables: give --csv-dialect to critmin merge, which writes them".to_owned(),
        ));
    }
    let document = load::load(&options.scenario, options.trials, options.json)?;
    let study = Study::of(document, &load::file_name(&options.scenario.scenario));
    let pool = thread_pool(options.threads)?;
    let baseline = pool
        .install(|| study.baseline())
        .map_err(|error| Failure::of_run(error, options.json))?;
    if !options.quiet && !baseline.warnings().is_empty() {
        let stderr = std::io::stderr();
        write!(&stderr, "{}", baseline.warnings().render(super::is_colored(&stderr)))?;
    }
    let mut timing = vec![stage("load", started)];
    let plan = RunPlan {
        policies: policies(options, &study),
        precision: options.precision,
        samples: options.samples,
        left_out: options.without.iter().copied().map(Into::into).collect(),
        return_periods: ascending(&options.return_periods),
        trials: options.trials_range.clone(),
        block_trials: options.block_trials,
    };
    // The place comes first: a long run must not fail at its end for want of one, nor for what is there.
    let place = pool.install(|| Place::open(options, (&study, &baseline), &plan))?;
    let mut earlier = checkpoint::find(options, &place)?;
    place.claim(options)?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let mut keeper = Keeper::new(options, &place, &progress, earlier.as_mut());
    let begun = earlier.map(|earlier| earlier.part);
    let report = pool.install(|| study.simulate(&baseline, &plan, begun, &progress, &mut keeper));
    let checkpoint = place.checkpoint();
    let not_lost = |is_saved: bool| {
        if is_saved {
            let path = checkpoint.display();
            let _ = terminal::say(&format!(
                "note: what has been simulated is in {path}: --resume continues it"
            ));
        }
    };
    let PartReport { part, stages } = report.map_err(|error| match error {
        Error::AnotherRun(_) | Error::AnotherModel => checkpoint::not_this_run(&checkpoint, &error, options.json),
        _ => {
            not_lost(keeper.is_saved);
            Failure::of_run(error, options.json)
        }
    })?;
    timing.extend(stages.iter().map(|stage| StageTime {
        stage: stage.name.to_owned(),
        seconds: stage.duration.as_secs_f64(),
    }));
    // Drawing and writing take their time, too, and may fail.
    if part.is_complete() && progress.take_pause() {
        keeper.checkpoint(&part);
    }
    let is_saved = keeper.is_saved;
    let samples = keeper.samples.take();
    drop(keeper);
    let written = pool.install(|| match &options.trials_range {
        Some(_) => place.write_partial(&part, samples).map(|path| match path {
            Some(path) => Written::Partial(path),
            None => Written::Nothing,
        }),
        None => place
            .write_results(options, &part, samples, timing, |found| {
                Ok(Added {
                    band: rules(options, &study, found, &progress)?,
                    story: story(options, &study, found),
                })
            })
            .map(|results| Written::Results(Box::new(results))),
    });
    if written.is_err() {
        not_lost(is_saved);
    }
    let written = written?;
    if part.is_complete() {
        place.tidy(options)?;
    }
    print(options, &part, &written, started)?;
    let is_complete = part.is_complete();
    // The program ends here: the system takes back its memory at once, freeing it piece by piece takes milliseconds.
    std::mem::forget((part, written));
    if is_complete {
        return Ok(0);
    }
    if is_saved {
        let path = checkpoint.display();
        terminal::say(&format!("the same command with --resume continues it (from {path})"))?;
    }
    Ok(EXIT_INTERRUPTED)
}

/// A trial in the worst twentieth as a story, for the page.
fn story(options: &RunOptions, study: &Study, found: &RunResults) -> Option<String> {
    results::report_name(&options.formats)?;
    Some(story::tell(&study.telling_trial(found)?, story::PAGE_WIDTH))
}

/// The headline under the rules of allocation that the scenario does not have, unless that is not wanted.
fn rules(
    options: &RunOptions,
    study: &Study,
    found: &RunResults,
    progress: &Progress,
) -> Result<Option<Band>, Failure> {
    if options.no_band || found.manifest.nothing_is_random {
        return Ok(None);
    }
    let looked = band::prepare(study, &[]).and_then(|prepared| match prepared {
        Some(prepared) => prepared.run(found, progress),
        None => Ok(None),
    });
    looked.map_err(|error| Failure::of_run(error, options.json))
}

/// What a run has written.
enum Written {
    /// Results, complete or as far as they go, and where.
    Results(Box<place::Written>),
    /// The results of a part.
    Partial(PathBuf),
    /// Nothing: a part is of no use before it is complete.
    Nothing,
}

fn print(options: &RunOptions, part: &Part, written: &Written, started: Instant) -> Result<(), Failure> {
    let policies = part.head.policies.len() + 1;
    match written {
        Written::Results(written) => {
            let place::Written { found, band, path } = written.as_ref();
            results::print(
                found,
                band.as_ref(),
                &options.scenario.scenario,
                options.json,
                options.quiet,
            )?;
            results::warn_of_letters(found, &options.formats, options.quiet)?;
            if !part.is_complete() {
                terminal::say(&format!(
                    "interrupted: the results hold {} trials of {} of {policies} policies, whole, of {} trials asked for; they are in {}, complete \
                     results beside them are as they were",
                    found.manifest.trials,
                    found.policies.len(),
                    found.manifest.trials_asked,
                    path.display(),
                ))?;
            }
            results::say_where(path, options.quiet, started)
        }
        Written::Partial(path) => {
            if options.json {
                json::print(&results::about_partial(path, part), std::io::stdout().lock())?;
            }
            results::say_where(path, options.quiet, started)
        }
        Written::Nothing => {
            let trials = part.head.trials.end - part.head.trials.start;
            terminal::say(&format!(
                "interrupted: {} of {} trials are done, all policies counted; no partial result has been written",
                part.trials_done(),
                trials * policies as u64
            ))?;
            Ok(())
        }
    }
}

/// Numbers in order, each once.
fn ascending(numbers: &[f64]) -> Vec<f64> {
    let mut numbers = numbers.to_vec();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers
}

/// The policies to run beside the baseline: those named, else all.
fn policies(options: &RunOptions, study: &Study) -> Vec<String> {
    if options.policies.is_empty() {
        return study.policies().into_iter().map(|policy| policy.id).collect();
    }
    let mut chosen: Vec<String> = Vec::new();
    for policy in &options.policies {
        if policy != BASELINE && !chosen.contains(policy) {
            chosen.push(policy.clone());
        }
    }
    chosen
}

pub(super) fn thread_pool(threads: Option<u16>) -> Result<rayon::ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::Internal(format!("cannot start threads: {error}")))
}

/// The first interrupt (Ctrl-C, or a request to end) asks the run to stop after what is under way; the second ends the program.
pub(super) fn stop_on_interrupt(progress: &Arc<Progress>) {
    // Without a handler an interrupt ends the program at once, which is safe: files are written whole.
    let of_keyboard = Arc::clone(progress);
    let _ = ctrlc::set_handler(move || stop(&of_keyboard));
    stop_on_request(progress);
}

/// Batch systems and service managers end a program by this signal.
#[cfg(unix)]
fn stop_on_request(progress: &Arc<Progress>) {
    let progress = Arc::clone(progress);
    if let Ok(mut signals) = signal_hook::iterator::Signals::new([signal_hook::consts::SIGTERM]) {
        std::thread::spawn(move || signals.forever().for_each(|_| stop(&progress)));
    }
}

#[cfg(not(unix))]
fn stop_on_request(_: &Arc<Progress>) {}

fn stop(progress: &Progress) {
    if progress.stop.swap(true, Ordering::Relaxed) {
        std::process::exit(i32::from(EXIT_INTERRUPTED));
    }
}
