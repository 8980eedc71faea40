//! `critmin run`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use rayon::prelude::*;

use super::arguments::{ChartFormat, RunOptions};
use super::failure::Failure;
use super::progress::Bar;
use super::{EXIT_INTERRUPTED, Outcome, load};
use crate::analysis::run::{RunListener, RunPlan, RunReport, run as simulate};
use crate::engine::run::Progress;
use crate::report::charts::{Format, KINDS, render_all};
use crate::report::csv::SamplesWriter;
use crate::report::json::{self, StageTime};
use crate::report::table;
use crate::report::write::{OutputFolder, PendingFile};
use crate::report::write_results;
use crate::results::Sample;
use crate::results::types::RunResults;
use crate::scenario::Document;

/// Policy id that stands for no policy.
const BASELINE: &str = "baseline";

/// Simulates a scenario, prints the summary, writes tables and charts.
pub fn run(options: &RunOptions) -> Outcome {
    let started = Instant::now();
    let document = load::load(&options.scenario, options.trials, options.json)?;
    let (_, warnings) = document.check(None).map_err(|diagnostics| Failure::Invalid {
        diagnostics: Box::new(diagnostics),
        json: options.json,
    })?;
    if !options.quiet && !warnings.is_empty() {
        let stderr = std::io::stderr();
        write!(&stderr, "{}", warnings.render(super::is_colored(&stderr)))?;
    }
    let mut timing = vec![stage("load", started)];
    let plan = RunPlan {
        policies: policies(options, &document),
        precision: options.precision,
        samples: options.samples,
    };
    let path = options
        .out
        .clone()
        .unwrap_or_else(|| default_folder(&options.scenario.scenario));
    // The folder is made first: a long run must not fail at its end for want of a place to write.
    let folder = OutputFolder::create(&path)?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let mut listener = Listener {
        bar: Bar::new(&progress, options.quiet),
        samples: None,
        folder: options.samples.then(|| folder.clone()),
    };
    let name = load::file_name(&options.scenario.scenario);
    let pool = thread_pool(options.threads)?;
    let report = pool.install(|| simulate(&document, &name, &plan, &progress, &mut listener));
    let samples = listener.samples.take();
    drop(listener);
    let report = report.map_err(|error| Failure::of_run(error, options.json))?;
    timing.extend(report.stages.iter().map(|stage| StageTime {
        stage: stage.name.to_owned(),
        seconds: stage.duration.as_secs_f64(),
    }));
    match samples {
        Some(samples) => {
            let pending = samples.finish().map_err(|error| Failure::Internal(error.to_string()))?;
            pending.commit()?;
        }
        None => folder.remove("samples.csv")?,
    }
    let charts_started = Instant::now();
    pool.install(|| write_charts(&folder, &report.results, &options.formats))?;
    timing.push(stage("charts", charts_started));
    write_results(&folder, &report.results, &timing)?;
    print(options, &report, &path, started)?;
    Ok(if report.interrupted { EXIT_INTERRUPTED } else { 0 })
}

fn stage(name: &str, started: Instant) -> StageTime {
    StageTime {
        stage: name.to_owned(),
        seconds: started.elapsed().as_secs_f64(),
    }
}

/// The policies to run beside the baseline: those named, else all.
fn policies(options: &RunOptions, document: &Document) -> Vec<String> {
    if options.policies.is_empty() {
        return document.policies().into_iter().map(|policy| policy.id).collect();
    }
    let mut chosen: Vec<String> = Vec::new();
    for policy in &options.policies {
        if policy != BASELINE && !chosen.contains(policy) {
            chosen.push(policy.clone());
        }
    }
    chosen
}

/// `out/<scenario name>`.
fn default_folder(scenario: &Path) -> PathBuf {
    let name = scenario
        .file_stem()
        .map_or_else(|| "scenario".into(), std::ffi::OsStr::to_os_string);
    Path::new("out").join(name)
}

pub(super) fn thread_pool(threads: Option<u16>) -> Result<rayon::ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::Internal(format!("cannot start threads: {error}")))
}

/// The first interrupt asks the run to stop after what is under way; the second ends the program.
pub(super) fn stop_on_interrupt(progress: &Arc<Progress>) {
    let progress = Arc::clone(progress);
    // Without a handler an interrupt ends the program at once, which is safe: files are written whole.
    let _ = ctrlc::set_handler(move || {
        if progress.stop.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(EXIT_INTERRUPTED));
        }
    });
}

struct Listener {
    bar: Bar,
    samples: Option<SamplesWriter<PendingFile>>,
    folder: Option<OutputFolder>,
}

impl RunListener for Listener {
    fn policy_begins(&mut self, policy: &str, number: usize, policies: usize, trials: u64) {
        let what = if policies > 1 {
            format!("{policy} ({}/{policies})", number + 1)
        } else {
            "simulating".to_owned()
        };
        self.bar.begin(&what, trials * policies as u64);
    }

    fn samples(
        &mut self,
        policy: &str,
        rows: &[(String, String)],
        samples: &[Sample],
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if self.samples.is_none()
            && let Some(folder) = &self.folder
        {
            self.samples = Some(SamplesWriter::new(folder.begin("samples.csv")?)?);
        }
        if let Some(writer) = &mut self.samples {
            writer.write(policy, rows, samples)?;
        }
        Ok(())
    }
}

/// Writes every chart in the wanted formats and removes charts of earlier runs that this one does not have: a chart that no longer belongs
/// to the tables beside it would mislead.
fn write_charts(folder: &OutputFolder, results: &RunResults, formats: &[ChartFormat]) -> Result<(), Failure> {
    let formats: Vec<Format> = formats
        .iter()
        .filter_map(|format| match format {
            ChartFormat::Svg => Some(Format::Svg),
            ChartFormat::Png => Some(Format::Png),
            ChartFormat::None => None,
        })
        .collect();
    let charts = if formats.is_empty() {
        Vec::new()
    } else {
        render_all(results)?
    };
    if charts.is_empty() {
        return Ok(folder.keep_only("charts", &KINDS, &[])?);
    }
    let charts_folder = folder.folder("charts")?;
    let files: Vec<(String, Vec<u8>)> = charts
        .par_iter()
        .flat_map(|chart| formats.par_iter().map(move |format| (chart, *format)))
        .map(|(chart, format)| {
            Ok((
                format!("{}.{}", chart.name, format.extension()),
                chart.to_bytes(format)?,
            ))
        })
        .collect::<Result<_, Failure>>()?;
    for (name, bytes) in &files {
        charts_folder.write(name, |file| file.write_all(bytes))?;
    }
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    Ok(folder.keep_only("charts", &KINDS, &names)?)
}

fn print(options: &RunOptions, report: &RunReport, folder: &Path, started: Instant) -> Result<(), Failure> {
    if options.json {
        json::summary(&report.results, std::io::stdout().lock())?;
    } else if !options.quiet {
        write!(std::io::stdout(), "{}", table::summary(&report.results))?;
    }
    if report.interrupted {
        let trials = report.results.manifest.trials;
        writeln!(
            std::io::stderr(),
            "interrupted: the results hold {trials} trials of {} of the policies, whole",
            report.results.policies.len()
        )?;
    }
    if !options.quiet {
        writeln!(
            std::io::stderr(),
            "\nwrote {} in {:.1} s",
            folder.display(),
            started.elapsed().as_secs_f64()
        )?;
    }
    Ok(())
}
