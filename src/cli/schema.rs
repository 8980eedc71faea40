//! `critmin schema`.

use std::io::Write;

use super::Outcome;
use crate::scenario::json_schema;

/// Prints the JSON Schema of the scenario format.
pub fn schema() -> Outcome {
    writeln!(std::io::stdout(), "{:#}", json_schema())?;
    Ok(0)
}
