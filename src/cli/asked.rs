//! A question about a scenario, from reading it to what was found: what the commands that ask what would help have in common.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rayon::ThreadPool;

use super::arguments::{OutputOptions, ScenarioOptions};
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{place, tell, write};
use super::{Outcome, load};
use crate::engine::run::Progress;
use crate::report::answer::Answer;
use crate::report::results_folder::ResultsFolder;
use crate::study::{Error, Study};
use crate::whatif::Unanswered;

/// A scenario that has been read, with the threads that work on it.
pub struct Asked<'a> {
    /// The command, as its folder is called.
    command: &'static str,
    started: Instant,
    scenario: &'a Path,
    output: &'a OutputOptions,
    pool: ThreadPool,
    /// The scenario.
    pub study: Study,
}

impl<'a> Asked<'a> {
    /// Reads the scenario with all that the command line changes.
    pub fn read(
        command: &'static str,
        scenario: &'a ScenarioOptions,
        trials: Option<u64>,
        output: &'a OutputOptions,
    ) -> Result<Self, Failure> {
        let started = Instant::now();
        let read = load::load(scenario, trials, output.json)?;
        Ok(Asked {
            command,
            started,
            scenario: &scenario.scenario,
            output,
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
    ) -> Result<(T, ResultsFolder), Failure> {
        let document = self.study.document();
        let inputs = document.files();
        let folder = place(self.command, self.output, (self.scenario, document), files, &inputs)?;
        let progress = Arc::new(Progress::default());
        stop_on_interrupt(&progress);
        let found = self.pool.install(|| run(&progress));
        Ok((found.map_err(|error| Failure::of_run(error, self.output.json))?, folder))
    }

    /// Writes what was found and tells it.
    pub fn told(&self, folder: &ResultsFolder, answer: &dyn Answer) -> Outcome {
        let document = answer.document();
        self.pool.install(|| write(self.output, folder, answer, &document))?;
        tell(self.output, folder, self.started, answer, &document, self.scenario)
    }
}
