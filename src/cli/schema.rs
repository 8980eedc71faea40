//! `critmin schema`.

use std::io::Write;

use super::Outcome;
use crate::scenario::json_schema;

/// Prints the JSON Schema of the scenario format.
pub fn schema() -> Outcome {
    write!(std::io::stdout(), "{}", text())?;
    Ok(0)
}

/// The schema as a file has it.
pub fn text() -> String {
    format!("{:#}\n", json_schema())
}
