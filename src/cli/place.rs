//! Where the files of a run go; and whether they may, looked at before anything is simulated.

use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::RunOptions;
use super::checkpoint::Names;
use super::failure::Failure;
use super::results::{Beside, INTERRUPTED, SAMPLES, clear_interrupted, default_folder, wanted, wants_workbook, write};
use crate::report::file_list::ScenarioIdentity;
use crate::report::json::StageTime;
use crate::report::part_file::{self, PartFile, PartFileError, PartKind};
use crate::report::results_folder::{Obstruction, ResultsFolder, is_no_input};
use crate::report::samples_file::SamplesFile;
use crate::report::write::{OutputFolder, WriteError};
use crate::study::{Part, RunPlan, RunResults, Study, Variant};
use crate::whatif::band::Band;

/// Results that have been written.
pub struct Written {
    /// The results.
    pub found: RunResults,
    /// The headline under other rules of allocation.
    pub band: Option<Band>,
    /// Where they are.
    pub path: PathBuf,
}

/// Where a run's files go.
pub struct Place {
    results: ResultsFolder,
    /// What its other files are called.
    pub names: Names,
}

/// What only complete results have beside them.
#[derive(Default)]
pub struct Added {
    /// The headline under other rules of allocation.
    pub band: Option<Band>,
    /// One bad trial as a story, for the page.
    pub story: Option<String>,
}

impl Place {
    /// The place that was asked for, once it is known that the run may write there.
    pub fn open(options: &RunOptions, study: (&Study, &Variant), plan: &RunPlan) -> Result<Self, Failure> {
        let scenario = &options.scenario.scenario;
        let mut names = Names::of(options);
        let mut path = options.out.clone().unwrap_or_else(|| default_folder(scenario));
        // The partial result may be given a name of its own.
        let is_file = path.extension().is_some_and(|extension| extension == "critmin") && !path.is_dir();
        if options.trials_range.is_some()
            && is_file
            && let Some(name) = path.file_name()
        {
            names.partial = name.to_string_lossy().into_owned();
            if names.partial.to_lowercase().starts_with("checkpoint") {
                let message = format!("{} is a name for checkpoints: choose another with --out", names.partial);
                return Err(Failure::Usage(message));
            }
            path = match path.parent() {
                Some(parent) if parent != Path::new("") => parent.to_owned(),
                _ => PathBuf::from("."),
            };
        }
        let identity = ScenarioIdentity::new(study.0.name(), &study.0.document().resolved(None));
        let place = Self {
            results: ResultsFolder::create(path, identity, Some(scenario))?,
            names,
        };
        place.check(options, study, plan)?;
        place.results.folder().probe()?;
        Ok(place)
    }

    /// Notes that the folder belongs to the scenario. Parts say so themselves.
    pub fn claim(&self, options: &RunOptions) -> Result<(), Failure> {
        if options.trials_range.is_some() {
            return Ok(());
        }
        self.results
            .claim()
            .map_err(|error| Failure::of_place(error, options.json))
    }

    fn check(&self, options: &RunOptions, study: (&Study, &Variant), plan: &RunPlan) -> Result<(), Failure> {
        let inputs = study.0.document().files();
        let refused = |error: WriteError| Failure::of_place(error, options.json);
        let mut files = vec![&self.names.checkpoint];
        if options.trials_range.is_some() {
            files.push(&self.names.partial);
        }
        for name in files {
            is_no_input(&self.path().join(name), &inputs).map_err(|error| refused(error.into()))?;
        }
        if options.trials_range.is_some() {
            self.check_partial(options, study, plan)?;
        } else {
            let wanted = wanted(&options.formats, options.samples, &plan.left_out);
            let checked = self.results.check(&wanted, &inputs).map_err(WriteError::from);
            checked
                .and_then(|()| self.results.check_within(INTERRUPTED, &wanted, &inputs))
                .map_err(refused)?;
        }
        if options.resume {
            return Ok(());
        }
        self.check_checkpoint().map_err(|error| refused(error.into()))
    }

    /// A checkpoint is replaced where it is one, unchanged and of the same scenario.
    fn check_checkpoint(&self) -> Result<(), Obstruction> {
        let path = self.checkpoint();
        match fs::symlink_metadata(&path) {
            // A folder is in nobody's way: no checkpoint can be saved then, which the run says.
            Err(_) => return Ok(()),
            Ok(about) if about.is_dir() => return Ok(()),
            Ok(_) => {}
        }
        let refused = |why: String| {
            Err(Obstruction::File {
                path: path.clone(),
                why,
            })
        };
        let file = match whole_part(&path) {
            Ok(file) => file,
            Err(why) => return refused(why),
        };
        if file.kind != PartKind::Checkpoint {
            return refused("it is a partial result, not a checkpoint".to_owned());
        }
        let manifest = &file.head.frame.manifest;
        let theirs = ScenarioIdentity::new(&manifest.scenario, &manifest.resolved_scenario);
        if theirs.is_same(self.results.scenario()) || self.results.is_claimed() {
            return Ok(());
        }
        refused(format!(
            "it is the checkpoint of another scenario, {}",
            manifest.scenario
        ))
    }

    /// A partial result is replaced by the same trials of the same run only.
    fn check_partial(&self, options: &RunOptions, study: (&Study, &Variant), plan: &RunPlan) -> Result<(), Failure> {
        let path = self.path().join(&self.names.partial);
        match fs::symlink_metadata(&path) {
            Err(_) => return Ok(()),
            Ok(about) if about.is_dir() => {
                return Err(Failure::File {
                    message: format!("cannot write {}: a folder has that name", path.display()),
                    hint: Some("choose another name with --out".to_owned()),
                    json: options.json,
                });
            }
            Ok(_) => {}
        }
        let refused = |why: String| {
            let path = path.clone();
            Err(Failure::of_place(Obstruction::File { path, why }, options.json))
        };
        let file = match whole_part(&path) {
            Ok(file) => file,
            Err(why) => return refused(why),
        };
        if file.kind != PartKind::Partial {
            return refused("it is the checkpoint of a run that is not complete".to_owned());
        }
        let (study, baseline) = study;
        let head = study.part_head(baseline, plan);
        let head = head.map_err(|error| Failure::of_run(error, options.json))?;
        match file.head.difference_of_part(&head) {
            None => Ok(()),
            Some(difference) => refused(format!(
                "it is a part of another run: its {} is {}, that of this run is {}",
                difference.what, difference.one, difference.other
            )),
        }
    }

    /// The folder.
    pub fn folder(&self) -> &OutputFolder {
        self.results.folder()
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.folder().path()
    }

    /// Path of the checkpoint.
    pub fn checkpoint(&self) -> PathBuf {
        self.path().join(&self.names.checkpoint)
    }

    /// Whether a file is there as critmin wrote it and listed it.
    pub fn is_ours(&self, name: &str) -> bool {
        self.results.is_ours(name)
    }

    /// Writes results: complete ones into the folder, others into one within it. Complete ones are looked at under other rules of allocation first.
    pub fn write_results(
        &self,
        options: &RunOptions,
        part: &Part,
        samples: Option<SamplesFile>,
        timing: Vec<StageTime>,
        add: impl FnOnce(&RunResults) -> Result<Added, Failure>,
    ) -> Result<Written, Failure> {
        let found = part.finish();
        let added = match part.is_complete() {
            true => add(&found)?,
            false => Added::default(),
        };
        let folder = if part.is_complete() {
            self.results.clone()
        } else {
            self.results.within(INTERRUPTED)?
        };
        let samples = match samples {
            Some(samples) if part.is_complete() => Some(samples.finish()),
            // What is under way stays with the checkpoint; the results get a copy of what belongs to them.
            Some(mut samples) => {
                let policies = found.policies.len();
                let copy = |file: &mut _| samples.copy_policies(policies, file);
                Some(folder.folder().prepare(SAMPLES, copy)?)
            }
            None => None,
        };
        let beside = Beside {
            samples,
            band: added.band.as_ref(),
            story: added.story.as_deref(),
            differences: match wants_workbook(&options.formats) {
                true => part.differences(&found),
                false => Vec::new(),
            },
        };
        let how = (options.formats.as_slice(), options.csv_dialect.into());
        write(&folder, &found, how, beside, timing)?;
        Ok(Written {
            found,
            band: added.band,
            path: folder.folder().path().to_owned(),
        })
    }

    /// Writes a partial result, once it is complete. Gives its path.
    pub fn write_partial(&self, part: &Part, samples: Option<SamplesFile>) -> Result<Option<PathBuf>, Failure> {
        if !part.is_complete() {
            return Ok(None);
        }
        let path = self.folder().write(&self.names.partial, |file| match samples {
            Some(mut samples) => {
                samples.read_inside(|note, bytes| part_file::write(PartKind::Partial, part, Some((note, bytes)), file))
            }
            None => part_file::write(PartKind::Partial, part, None, file),
        })?;
        Ok(Some(path))
    }

    /// Removes what an interrupted run has left: its checkpoint, and its results where they are as they were written.
    pub fn tidy(&self, options: &RunOptions) -> Result<(), WriteError> {
        if self.checkpoint().is_file() {
            self.folder().remove(&self.names.checkpoint)?;
        }
        if options.trials_range.is_none() {
            clear_interrupted(&self.results)?;
        }
        self.names.remove_stale(self.folder());
        Ok(())
    }
}

/// A file of a part that may be looked into; otherwise why it is none that critmin wrote.
fn whole_part(path: &Path) -> Result<PartFile, String> {
    if fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()) {
        return Err("it is a symbolic link".to_owned());
    }
    PartFile::open(path).map_err(|error| match error {
        PartFileError::Unreadable { source, .. } => format!("it cannot be read: {source}"),
        PartFileError::NoFile { what, .. } => what.to_owned(),
        PartFileError::Wrong { fault, .. } => format!("it {fault}"),
    })
}
