//! Why a command failed, and how that is told: as text on stderr or as JSON on stdout.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::analysis::examine::code;
use crate::analysis::run::RunError;
use crate::report::charts::ChartError;
use crate::report::part_file::PartFileError;
use crate::report::write::WriteError;
use crate::scenario::Diagnostics;

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
    pub fn of_run(error: RunError, json: bool) -> Self {
        match error {
            RunError::Invalid(diagnostics) => Failure::Invalid { diagnostics, json },
            RunError::Model(error) => Failure::Input {
                message: format!("{error} ({})", code(&error).number()),
                hint: None,
                json,
            },
            RunError::Interrupted => Failure::Interrupted,
            RunError::Range { .. } => Failure::Usage(format!("{error} (--trials-range)")),
            RunError::AnotherRun(_) | RunError::AnotherModel => Failure::Input {
                message: error.to_string(),
                hint: None,
                json,
            },
            RunError::Samples(error) => Failure::Internal(error.to_string()),
        }
    }

    /// Tells it and gives the exit code.
    pub fn report(self) -> ExitCode {
        let code = match self {
            Failure::Invalid {
                diagnostics,
                json: true,
            } => {
                let _ = writeln!(io::stdout(), "{:#}", diagnostics.to_json());
                exit_code(&diagnostics)
            }
            Failure::Invalid {
                diagnostics,
                json: false,
            } => {
                let stderr = io::stderr();
                let _ = write!(&stderr, "{}", diagnostics.render(super::is_colored(&stderr)));
                exit_code(&diagnostics)
            }
            Failure::Input { message, hint, json } => {
                tell(&message, hint, json);
                EXIT_INVALID
            }
            Failure::File { message, hint, json } => {
                tell(&message, hint, json);
                EXIT_FAILURE
            }
            Failure::Usage(message) => {
                let _ = writeln!(io::stderr(), "error: {message}\n\nFor more information, try '--help'.");
                EXIT_USAGE
            }
            Failure::Internal(message) => {
                let _ = writeln!(io::stderr(), "error: {message}");
                EXIT_FAILURE
            }
            Failure::Interrupted => {
                let _ = writeln!(
                    io::stderr(),
                    "interrupted: no result was complete, nothing has been written"
                );
                EXIT_INTERRUPTED
            }
            Failure::ClosedPipe => 0,
        };
        ExitCode::from(code)
    }
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
/// Tells what is wrong and what to do, on stdout as JSON or on stderr.
fn tell(message: &str, hint: Option<String>, json: bool) {
    if json {
        let hints: Vec<String> = hint.into_iter().collect();
        let document = serde_json::json!({ "errors": [{ "level": "error", "message": message, "hints": hints }] });
        let _ = writeln!(io::stdout(), "{document:#}");
    } else {
        let hint = hint.map(|hint| format!("\n\nhint: {hint}")).unwrap_or_default();
        let _ = writeln!(io::stderr(), "error: {message}{hint}");
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Failure::ClosedPipe
        } else {
            Failure::Internal(format!("cannot write to standard output: {error}"))
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
