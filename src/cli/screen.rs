//! `critmin screen`.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::Outcome;
use super::arguments::{ScenarioOptions, ScreenOptions};
use super::asked::Asked;
use super::failure::Failure;
use super::run::{stop_on_interrupt, thread_pool};
use super::whatif::{Said, place_of_tables, refused, table, tell, write};
use crate::engine::run::Progress;
use crate::report::charts::{render_exposures, render_screening};
use crate::report::data_package::About;
use crate::report::exposure;
use crate::report::screen::json::document;
use crate::report::screen::{NAMES, csv, words};
use crate::whatif::exposure::{ExposureError, Plan as CountryPlan, expose};
use crate::whatif::screen::{Plan, prepare};

/// The command, as its folder is called.
const NAME: &str = "screen";

/// Screens every maker of a scenario, or of every mineral that ships for a country, and writes tables and charts.
pub fn screen(options: &ScreenOptions) -> Outcome {
    match (&options.scenario, &options.country) {
        (Some(scenario), _) => screen_scenario(options, scenario),
        (None, Some(country)) => screen_country(options, country),
        (None, None) => Err(Failure::Usage(
            "name a scenario, or a country with --country".to_owned(),
        )),
    }
}

fn screen_scenario(options: &ScreenOptions, scenario: &Path) -> Outcome {
    let changes = ScenarioOptions {
        scenario: scenario.to_owned(),
        set: options.set.clone(),
        seed: options.seed,
    };
    let asked = Asked::read(NAME, &changes, options.trials, &options.output)?;
    let plan = Plan {
        pairs: options.pairs,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = asked.prepared(|study| Ok(prepare(study, &plan)?))?;
    let (found, folder) = asked.simulated(&NAMES, |progress| prepared.run(&plan, progress))?;
    let tables = || {
        let mut tables = vec![table(|file| csv::outages(&found, file))?];
        if options.pairs {
            tables.push(table(|file| csv::pairs(&found, file))?);
        }
        Ok(tables)
    };
    let is_interrupted = found.results.run.manifest.interrupted;
    let interrupted = is_interrupted.then_some("the screening is of the trials that were complete for all");
    let words = |width| words::terminal(&found, width);
    asked.told(
        &folder,
        &document(&found),
        tables,
        || render_screening(&found),
        Said {
            run: Some(&found.results.run),
            kind: "Screening of outages, one at a time",
            sentences: words::sentences(&found),
            interrupted,
            about: About::default(),
        },
        words,
    )
}

fn screen_country(options: &ScreenOptions, country: &str) -> Outcome {
    let (started, output) = (Instant::now(), &options.output);
    let code = crate::draft::country(country).map_err(|complaint| refused(vec![complaint], output.json))?;
    let pool = thread_pool(output.threads)?;
    let plan = CountryPlan {
        screen: Plan {
            pairs: false,
            trials: options.trials,
            precision: options.precision,
        },
        seed: options.seed,
    };
    let folder = place_of_tables(NAME, output, &code, &exposure::NAMES, &[])?;
    let progress = Arc::new(Progress::default());
    stop_on_interrupt(&progress);
    let found = pool
        .install(|| expose(&code, &plan, &progress))
        .map_err(|error| match error {
            ExposureError::Country(complaint) => refused(vec![complaint], output.json),
            ExposureError::Study(error) => Failure::of_run(*error, output.json),
        })?;
    let document = exposure::json::document(&found);
    pool.install(|| {
        let tables = vec![
            table(|file| exposure::csv::ranking(&found, file))?,
            table(|file| exposure::csv::outages(&found, file))?,
        ];
        let runs = found.screened.iter().map(|one| About::of(&one.found.results.run, NAME));
        let about = About {
            name: format!("{NAME}-{code}"),
            title: format!("Screening of all minerals for {code}"),
            description: None,
            citations: runs.flat_map(|about| about.citations).collect(),
        };
        let said = Said::of_tables(about, &document);
        write(
            NAME,
            output,
            &folder,
            tables,
            &document,
            || render_exposures(&found),
            said,
        )
    })?;
    let interrupted = found.is_interrupted();
    let interrupted = interrupted.then_some("the screening of each mineral is of the trials that were complete");
    let words = |width| exposure::words::terminal(&found, width);
    tell(output, &folder, started, &document, words, interrupted)
}
