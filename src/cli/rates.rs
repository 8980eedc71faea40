//! `critmin rates`.

use std::io::{self, Write};

use super::arguments::RatesOptions;
use super::failure::Failure;
use super::{Outcome, terminal};
use crate::rates::{Question, RateError};
use crate::report::{self, harmless};

/// Shows what counted history says of a rate.
pub fn rates(options: &RatesOptions) -> Outcome {
    let Some(kind) = &options.kind else {
        if options.is_narrowed() || options.csv || options.json {
            let message = "the other options need --kind, e.g. --kind export_restriction".to_owned();
            return Err(Failure::Usage(message));
        }
        write!(io::stdout().lock(), "{}", report::rates::overview(terminal::width()))?;
        return Ok(0);
    };
    let question = Question {
        kind: kind.clone(),
        country: options.country.clone(),
        except: options.except.clone(),
        mineral: options.mineral.clone(),
        target: options.target.clone(),
        since: options.since,
        until: options.until,
        least_share: options.least_share,
    };
    let rate = question.answer().map_err(|errors| failure(&errors, options.json))?;
    let mut out = io::stdout().lock();
    if options.json {
        report::json::print(&report::rates::json(&question, &rate), out)?;
    } else if options.csv {
        let mut writer = csv::Writer::from_writer(&mut out);
        for row in report::rates::rows(&rate) {
            writer.write_record(row.iter().map(|cell| harmless::cell(cell).into_owned()))?;
        }
        writer.flush()?;
    } else {
        write!(out, "{}", report::rates::text(&question, &rate, terminal::width()))?;
    }
    Ok(0)
}

/// Every error, each with its option and what to do.
fn failure(errors: &[RateError], json: bool) -> Failure {
    let option = |error: &RateError| format!("--{}: {error}", error.aspect.key().replace('_', "-"));
    let (message, hint) = match errors {
        [one] => (option(one), one.hint.clone()),
        several => {
            let lines: Vec<String> = several
                .iter()
                .map(|error| match &error.hint {
                    Some(hint) => format!("{}\n  hint: {hint}", option(error)),
                    None => option(error),
                })
                .collect();
            (
                format!("{} things are wrong\n{}", several.len(), lines.join("\n")),
                None,
            )
        }
    };
    Failure::Input { message, hint, json }
}
