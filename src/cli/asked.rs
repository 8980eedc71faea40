//! A question about a scenario, from reading it to what was found: what the commands that ask what would help have in common.

use std::path::Path;
use std::time::Instant;

use rayon::ThreadPool;

use super::arguments::{OutputOptions, ResumeOptions, ScenarioOptions};
use super::failure::Failure;
use super::kept::KeptFile;
use super::run::thread_pool;
use super::whatif::{place, simulated, tell, write};
use super::{Outcome, load};
use crate::report::answer::Answer;
use crate::report::results_folder::ResultsFolder;
use crate::study::{Error, Progress, Study};
use crate::whatif::Unanswered;

/// A scenario that has been read, with the threads that work on it.
pub struct Asked<'a> {
    /// The command, as its folder is called.
    command: &'static str,
    started: Instant,
    scenario: &'a Path,
    output: &'a OutputOptions,
    resume: &'a ResumeOptions,
    pool: ThreadPool,
    /// The scenario.
    pub study: Study,
}

/// Where the results of a question go, and what was kept of it.
pub struct Answered {
    folder: ResultsFolder,
    kept: KeptFile,
}

impl<'a> Asked<'a> {
    /// Reads the scenario with all that the command line changes.
    pub fn read(
        command: &'static str,
        scenario: &'a ScenarioOptions,
        trials: Option<u64>,
        (output, resume): (&'a OutputOptions, &'a ResumeOptions),
    ) -> Result<Self, Failure> {
        let started = Instant::now();
        let read = load::load(scenario, trials, output.json)?;
        Ok(Asked {
            command,
            started,
            scenario: &scenario.scenario,
            output,
            resume,
            pool: thread_pool(output.threads)?,
            study: Study::of(read, &load::file_name(&scenario.scenario)),
        })
    }

    /// Checks and compiles what is to be simulated.
    pub fn prepared<'s, T: Send>(
        &'s self,
        prepare: impl FnOnce(&'s Study) -> Result<T, Unanswered> + Send,
    ) -> Result<T, Failure> {
        let prepared = self.pool.install(|| prepare(&self.study));
        prepared.map_err(|error| match error {
            Unanswered::Study(error) => Failure::of_run(error, self.output.json),
            Unanswered::Refused(refusal) => Failure::Input {
                message: refusal.message,
                hint: Some(refusal.hint),
                json: self.output.json,
            },
        })
    }

    /// The place for the results, then the simulation, which must not fail at its end for want of one.
    pub fn simulated<T: Send>(
        &self,
        files: &[&str],
        run: impl FnOnce(&Progress) -> Result<T, Error> + Send,
    ) -> Result<(T, Answered), Failure> {
        let document = self.study.document();
        let inputs = document.files();
        let folder = place(self.command, self.output, (self.scenario, document), files, &inputs)?;
        let (found, kept) = simulated(self.command, (self.output, self.resume), &folder, &self.pool, run)?;
        let found = found.map_err(|error| Failure::of_question(error, &kept, self.output))?;
        Ok((found, Answered { folder, kept }))
    }

    /// Writes what was found and tells it.
    pub fn told(&self, answered: &Answered, answer: &dyn Answer) -> Outcome {
        let Answered { folder, kept } = answered;
        let document = answer.document();
        let folder = self.pool.install(|| write(self.output, folder, answer, &document))?;
        tell(
            self.output,
            &folder,
            Some(kept),
            self.started,
            answer,
            &document,
            self.scenario,
        )
    }
}
