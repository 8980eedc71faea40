//! `critmin replay`.

use std::io::Write;

use super::arguments::ReplayOptions;
use super::failure::Failure;
use super::{Outcome, load, terminal};
use crate::analysis::replay::replay as trace;
use crate::report::json;
use crate::report::story;
use crate::report::trace_csv;
use crate::report::write::OutputFolder;

/// Shows one trial in full.
pub fn replay(options: &ReplayOptions) -> Outcome {
    let document = load::load(&options.scenario, None, options.json)?;
    let policy = options.policy.as_deref().filter(|policy| *policy != "baseline");
    let replay = trace(&document, policy, options.trial).map_err(|error| Failure::of_run(error, options.json))?;
    if let Some(path) = &options.out {
        let folder = OutputFolder::create(path)?;
        trace_csv::write(&folder, &replay)?;
        terminal::say(&format!("wrote the trace to {}", folder.path().display()))?;
    }
    let mut stdout = std::io::stdout().lock();
    if options.json {
        json::print(&replay, &mut stdout)?;
    } else {
        write!(stdout, "{}", story::tell(&replay, terminal::width()))?;
    }
    Ok(0)
}
