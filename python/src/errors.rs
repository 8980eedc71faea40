//! Errors of the library as exceptions of the package.

use critmin::draft::Complaint;
use critmin::report::write::WriteError;
use critmin::scenario::Diagnostics;
use critmin::study::Error;
use critmin::whatif::Unanswered;
use critmin::whatif::indices::IndicesError;
use pyo3::PyErr;

pyo3::import_exception!(critmin._errors, CritminError);
pyo3::import_exception!(critmin._errors, ScenarioError);

/// Everything that is wrong with a scenario: as text, and as JSON.
pub fn invalid(diagnostics: &Diagnostics) -> PyErr {
    ScenarioError::new_err((diagnostics.render(false), diagnostics.to_json().to_string()))
}

/// Something that is wrong with what was asked for, with what to do about it.
pub fn refused(message: &str, hint: Option<&str>) -> PyErr {
    let hint = hint.map_or_else(String::new, |hint| format!("\n\nhint: {hint}"));
    CritminError::new_err(format!("{message}{hint}"))
}

/// From an error of the facade.
pub fn failed(error: Error) -> PyErr {
    match error {
        Error::Invalid(diagnostics) => invalid(&diagnostics),
        error => refused(&error.to_string(), None),
    }
}

/// From a question without an answer.
pub fn unanswered(error: Unanswered) -> PyErr {
    match error {
        Unanswered::Study(error) => failed(error),
        Unanswered::Refused(refusal) => refused(&refusal.message, Some(&refusal.hint)),
    }
}

/// From complaints about what was asked of the tables.
pub fn complaints(complaints: Vec<Complaint>) -> PyErr {
    let told: Vec<String> = complaints
        .into_iter()
        .map(|complaint| match complaint.hint {
            Some(hint) => format!("{}\n\nhint: {hint}", complaint.message),
            None => complaint.message,
        })
        .collect();
    refused(&told.join("\n"), None)
}

/// From indices that cannot be told.
pub fn no_indices(error: IndicesError) -> PyErr {
    match error {
        IndicesError::Study(error) => failed(*error),
        IndicesError::Asked(asked) => complaints(asked),
    }
}

/// From a folder that cannot be written.
pub fn unwritten(error: WriteError) -> PyErr {
    refused(&error.to_string(), None)
}

/// From what is expected of no results: a table or chart that cannot be made.
pub fn unexpected(error: impl std::fmt::Display) -> PyErr {
    pyo3::exceptions::PyRuntimeError::new_err(error.to_string())
}
