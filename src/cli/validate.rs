//! `critmin validate`.

use std::io::Write;

use super::arguments::ValidateOptions;
use super::failure::exit_code;
use super::{Outcome, load, terminal};
use crate::model::compile;
use crate::report::json;
use crate::report::width::wrapped;
use crate::scenario::{Diagnostics, Document, Scenario};

/// Checks scenarios and prints every error and warning.
pub fn validate(options: &ValidateOptions) -> Outcome {
    let mut documents = Vec::new();
    let mut code = 0;
    let mut stdout = std::io::stdout();
    for path in &options.scenarios {
        let checked = Document::load(path).and_then(|mut document| {
            for change in &options.set {
                document.set(change)?;
            }
            document.check(None)
        });
        let (diagnostics, compiled) = match checked {
            Ok((scenario, warnings)) => (warnings, Some(compiles(&scenario))),
            Err(diagnostics) => (diagnostics, None),
        };
        let model_error = compiled.as_ref().and_then(|compiled| compiled.as_ref().err());
        let is_bad = diagnostics.has_errors()
            || model_error.is_some()
            || (options.strict && diagnostics.warnings().next().is_some());
        if is_bad {
            code = code.max(exit_code(&diagnostics));
        }
        if options.json {
            documents.push(serde_json::json!({
                "file": load::file_name(path),
                "valid": !is_bad,
                "diagnostics": diagnostics.to_json(),
                "model": match &compiled {
                    Some(Ok(notes)) => serde_json::json!({ "notes": notes }),
                    Some(Err(error)) => serde_json::json!({ "error": error }),
                    None => serde_json::Value::Null,
                },
            }));
            continue;
        }
        print(&diagnostics)?;
        match compiled {
            Some(Ok(notes)) => {
                for note in notes {
                    terminal::say(&format!("note: {note}"))?;
                }
            }
            Some(Err(error)) => terminal::say(&format!("error: {}: {error}", path.display()))?,
            None => {}
        }
        let (errors, warnings) = (diagnostics.errors().count(), diagnostics.warnings().count());
        let verdict = if is_bad { "not valid" } else { "valid" };
        let line = format!("{}: {verdict}{}", path.display(), counts(errors, warnings));
        writeln!(stdout, "{}", wrapped(&line, "", "  ", terminal::width()))?;
    }
    if options.json {
        json::print(&documents, &mut stdout)?;
    }
    Ok(code)
}

/// Compiles the model; gives what it has to say.
fn compiles(scenario: &Scenario) -> Result<Vec<String>, String> {
    compile(scenario)
        .map(|model| model.warnings)
        .map_err(|error| error.to_string())
}

fn print(diagnostics: &Diagnostics) -> std::io::Result<()> {
    let stderr = std::io::stderr();
    if !diagnostics.is_empty() {
        write!(&stderr, "{}", diagnostics.render(super::is_colored(&stderr)))?;
    }
    Ok(())
}

fn counts(errors: usize, warnings: usize) -> String {
    let count = |number: usize, what: &str| match number {
        0 => None,
        1 => Some(format!("1 {what}")),
        _ => Some(format!("{number} {what}s")),
    };
    let parts: Vec<String> = [count(errors, "error"), count(warnings, "warning")]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}
