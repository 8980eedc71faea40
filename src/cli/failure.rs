//! Why a command failed, and how that is told: as text on stderr or as JSON on stdout.

use std::io::{self, Write};

use crate::report::charts::ChartError;
use crate::report::json;
use crate::report::part_file::PartFileError;
use crate::report::write::WriteError;
use crate::scenario::Diagnostics;
use crate::study::Error;

use super::arguments::OutputOptions;
use super::kept::KeptFile;
use super::terminal;
use super::{EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_INVALID, EXIT_USAGE};

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The scenario is invalid; `json` = tell it on stdout as JSON.
    Invalid { diagnostics: Box<Diagnostics>, json: bool },
    /// Wrong usage that the parser of arguments cannot see.
    Usage(String),
    /// Something else about the input is wrong.
    Input {
        message: String,
        hint: Option<String>,
        json: bool,
    },
    /// Several things about the input are wrong, each with its hint.
    Inputs(Vec<(String, Option<String>)>),
    /// A file that is absent, damaged or cannot be written.
    File {
        message: String,
        hint: Option<String>,
        json: bool,
    },
    /// Input/output or internal failure.
    Internal(String),
    /// Stopped by the user.
    Interrupted,
    /// The reader of stdout has gone.
    ClosedPipe,
}

impl Failure {
    /// From an error of a run.
    pub fn of_run(error: Error, json: bool) -> Self {
        match error {
            Error::Invalid(diagnostics) => Failure::Invalid { diagnostics, json },
            Error::TooManyRenewals { .. } | Error::Model(_) => Failure::Input {
                message: match error.code() {
                    Some(code) => format!("{error} ({})", code.number()),
                    None => error.to_string(),
                },
                hint: None,
                json,
            },
            Error::Interrupted => Failure::Interrupted,
            Error::Range { .. } => Failure::Usage(format!("{error} (--trials-range)")),
            Error::AnotherRun(_) | Error::AnotherModel | Error::Incomparable { .. } => Failure::Input {
                message: error.to_string(),
                hint: None,
                json,
            },
            Error::Samples(error) => Failure::Internal(error.to_string()),
        }
    }

    /// The same of a question whose trials are kept; where it was interrupted, it is told how to go on.
    pub fn of_question(error: Error, kept: &KeptFile, output: &OutputOptions) -> Self {
        if matches!(error, Error::Interrupted) {
            let _ = kept.end(false, output.quiet);
        }
        Failure::of_run(error, output.json)
    }

    /// From a table that could not be made, which is expected of no results.
    pub fn of_table(error: csv::Error) -> Self {
        Failure::Internal(format!("cannot write a table: {error}"))
    }

    /// From a workbook that could not be written.
    pub fn of_workbook(why: String) -> Self {
        Failure::Internal(format!("cannot write the workbook: {why}"))
    }

    /// Tells it and gives the exit code.
    pub fn report(self) -> u8 {
        self.tell();
        self.exit_code()
    }

    /// The exit code that goes with it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Failure::Invalid { diagnostics, .. } => exit_code(diagnostics),
            Failure::Input { .. } | Failure::Inputs(_) => EXIT_INVALID,
            Failure::File { .. } | Failure::Internal(_) => EXIT_FAILURE,
            Failure::Usage(_) => EXIT_USAGE,
            Failure::Interrupted => EXIT_INTERRUPTED,
            Failure::ClosedPipe => 0,
        }
    }

    /// What kind of failure it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Failure::Invalid { .. } | Failure::Input { .. } | Failure::Inputs(_) => "invalid",
            Failure::File { .. } => "file",
            Failure::Usage(_) => "usage",
            Failure::Internal(_) => "failure",
            Failure::Interrupted | Failure::ClosedPipe => "interrupted",
        }
    }

    /// What is told on stderr, without colours.
    pub fn text(&self) -> String {
        match self {
            Failure::Invalid { diagnostics, .. } => diagnostics.render(false),
            Failure::Input { message, hint, .. } | Failure::File { message, hint, .. } => one(message, hint.as_deref()),
            Failure::Inputs(list) => {
                let texts: Vec<String> = list
                    .iter()
                    .map(|(message, hint)| one(message, hint.as_deref()))
                    .collect();
                texts.join("\n")
            }
            Failure::Usage(message) => format!("error: {message}\n\nFor more information, try '--help'.\n"),
            Failure::Internal(message) => format!("error: {message}\n"),
            Failure::Interrupted => "interrupted: no result was complete, nothing has been written\n".to_owned(),
            Failure::ClosedPipe => String::new(),
        }
    }

    /// The errors as a list in JSON.
    pub fn errors(&self) -> serde_json::Value {
        match self {
            Failure::Invalid { diagnostics, .. } => diagnostics.to_json()["diagnostics"].take(),
            Failure::Input { message, hint, .. } | Failure::File { message, hint, .. } => {
                let hints: Vec<&String> = hint.iter().collect();
                serde_json::json!([{ "level": "error", "message": message, "hints": hints }])
            }
            Failure::Inputs(list) => {
                let errors = list.iter().map(|(message, hint)| {
                    let hints: Vec<&String> = hint.iter().collect();
                    serde_json::json!({ "level": "error", "message": message, "hints": hints })
                });
                errors.collect()
            }
            Failure::Usage(message) | Failure::Internal(message) => {
                serde_json::json!([{ "level": "error", "message": message, "hints": [] }])
            }
            Failure::Interrupted | Failure::ClosedPipe => serde_json::json!([]),
        }
    }

    /// Tells it, on stderr or as JSON on stdout.
    pub fn tell(&self) {
        // Nobody can be told that telling failed.
        let _ = match self {
            Failure::Invalid {
                diagnostics,
                json: true,
            } => json::print(&diagnostics.to_json(), io::stdout()).map_err(io::Error::from),
            Failure::Input { json: true, .. } | Failure::File { json: true, .. } => {
                let document = serde_json::json!({ "errors": self.errors() });
                json::print(&document, io::stdout()).map_err(io::Error::from)
            }
            Failure::Invalid {
                diagnostics,
                json: false,
            } => {
                let stderr = io::stderr();
                write!(&stderr, "{}", diagnostics.render(super::is_colored(&stderr)))
            }
            Failure::ClosedPipe => Ok(()),
            _ => terminal::say(self.text().trim_end()),
        };
    }
}

/// One error with its hint.
fn one(message: &str, hint: Option<&str>) -> String {
    let hint = hint.map(|hint| format!("\n\nhint: {hint}"));
    format!("error: {message}{}\n", hint.unwrap_or_default())
}

/// A scenario that is wrong is invalid input; a file that is there and cannot be read is a failure.
pub fn exit_code(diagnostics: &Diagnostics) -> u8 {
    if diagnostics.has_failed_reads() {
        EXIT_FAILURE
    } else {
        EXIT_INVALID
    }
}

/// What commands write with `?` goes to standard output; errors about files name the file.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::ClosedPipe
        } else {
            Failure::Internal(format!("cannot write to standard output: {error}"))
        }
    }
}

impl Failure {
    /// From an error of a place that was looked at before anything was done.
    pub fn of_place(error: impl Into<WriteError>, json: bool) -> Self {
        match error.into() {
            WriteError::Obstructed(obstruction) => Failure::File {
                message: obstruction.to_string(),
                hint: Some(obstruction.hint().to_owned()),
                json,
            },
            error => error.into(),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Failure::Internal(error.to_string())
    }
}

impl Failure {
    /// From an error of a file of a part: a missing or wrong file is wrong input, one that cannot be read a failure.
    pub fn of_part_file(error: &PartFileError, hint: &str, json: bool) -> Self {
        match error {
            PartFileError::Unreadable { source, .. } if source.kind() != io::ErrorKind::NotFound => {
                Failure::Internal(error.to_string())
            }
            PartFileError::NoFile { .. } => Failure::File {
                message: error.to_string(),
                hint: Some(hint.to_owned()),
                json,
            },
            _ => Failure::Input {
                message: error.to_string(),
                hint: Some(hint.to_owned()),
                json,
            },
        }
    }
}

impl From<ChartError> for Failure {
    fn from(error: ChartError) -> Self {
        Failure::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        match error.io_error_kind() {
            Some(kind) => io::Error::from(kind).into(),
            None => Failure::Internal(error.to_string()),
        }
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Failure::Internal(format!("{other:?}")),
        }
    }
}
