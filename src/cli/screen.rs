//! `critmin screen`.

use std::path::Path;
use std::time::Instant;

use super::Outcome;
use super::arguments::{ScenarioOptions, ScreenOptions};
use super::asked::Asked;
use super::failure::Failure;
use super::run::thread_pool;
use super::whatif::{place_of_tables, refused, simulated, tell, write};
use crate::report::answer::Answer;
use crate::report::exposure;
use crate::report::screen::NAMES;
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
    let asked = Asked::read(NAME, &changes, options.trials, (&options.output, &options.resume))?;
    let plan = Plan {
        pairs: options.pairs,
        trials: options.trials,
        precision: options.precision,
    };
    let prepared = asked.prepared(|study| Ok(prepare(study, &plan)?))?;
    let (found, answered) = asked.simulated(&NAMES, |progress| prepared.run(&plan, progress))?;
    asked.told(&answered, &found)
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
    let expose = |progress: &_| expose(&code, &plan, progress);
    let (found, kept) = simulated(NAME, (output, &options.resume), &folder, &pool, expose)?;
    let found = found.map_err(|error| match error {
        ExposureError::Country(complaint) => refused(vec![complaint], output.json),
        ExposureError::Study(error) => Failure::of_question(*error, &kept, output),
    })?;
    let document = found.document();
    let folder = pool.install(|| write(output, &folder, &found, &document))?;
    tell(
        output,
        &folder,
        Some(&kept),
        started,
        &found,
        &document,
        Path::new(&code),
    )
}
