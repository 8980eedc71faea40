//! The terminal: how wide it is, and what is said beside the results.

use std::io::{self, Write};

use terminal_size::{Width, terminal_size_of};

use crate::report::harmless;
use crate::report::width::{UNKNOWN, wrapped};

/// Columns that the variable COLUMNS states: who sets it means it, also where there is no terminal.
fn stated() -> Option<usize> {
    std::env::var("COLUMNS")
        .ok()?
        .trim()
        .parse()
        .ok()
        .filter(|columns| *columns > 0)
}

/// Columns for results.
pub fn width() -> usize {
    let of_terminal = || terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns));
    stated()
        .or_else(of_terminal)
        .filter(|columns| *columns > 0)
        .unwrap_or(UNKNOWN)
}

/// Columns for what is said beside them; `None` where nothing is known of them, as in a file of a batch system: lines are then not wrapped.
pub fn width_of_talk() -> Option<usize> {
    let of_terminal = || terminal_size_of(io::stderr()).map(|(Width(columns), _)| usize::from(columns));
    stated().or_else(of_terminal).filter(|columns| *columns > 0)
}

/// Says something on standard error, harmless whatever names and paths it holds, and ends the line.
///
/// # Errors
/// When it cannot be written.
pub fn say(text: &str) -> io::Result<()> {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| match width_of_talk() {
            Some(width) => {
                let content = line.trim_start_matches(' ');
                let lead = &line[..line.len() - content.len()];
                wrapped(content, lead, lead, width)
            }
            None => harmless::line(line).into_owned(),
        })
        .collect();
    writeln!(io::stderr(), "{}", lines.join("\n"))
}
