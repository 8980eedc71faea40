//! `critmin completions`.

use std::io::Write;

use clap::CommandFactory;

use super::Outcome;
use super::arguments::{Arguments, CompletionsOptions};

/// Prints a completion script.
pub fn completions(options: &CompletionsOptions) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "critmin", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(0)
}
