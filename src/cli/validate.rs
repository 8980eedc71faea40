//! `critmin validate`.

use std::io::Write;

use super::arguments::ValidateOptions;
use super::failure::{Failure, exit_code};
use super::{Outcome, load, terminal};
use crate::report::json;
use crate::report::number::counted;
use crate::report::width::wrapped;
use crate::scenario::{Code, Diagnostics, Document};
use crate::study::{Error, Study};

/// Checks scenarios and their models under every policy, and prints every error and warning; or explains a code.
pub fn validate(options: &ValidateOptions) -> Outcome {
    if let Some(number) = &options.explain {
        return explain(number);
    }
    let mut documents = Vec::new();
    let mut code = 0;
    let mut stdout = std::io::stdout();
    for path in &options.scenarios {
        let checked = Document::load(path).and_then(|mut document| {
            for change in &options.set {
                document.set(change)?;
            }
            Ok(document)
        });
        let examined = match checked {
            Ok(document) => Study::of(document, &load::file_name(path)).check(),
            Err(diagnostics) => Err(diagnostics.into()),
        };
        let diagnostics = match examined {
            Ok(warnings) => warnings,
            Err(Error::Invalid(diagnostics)) => *diagnostics,
            Err(error) => return Err(Failure::of_run(error, options.json)),
        };
        let is_bad = diagnostics.has_errors() || (options.strict && diagnostics.warnings().next().is_some());
        if is_bad {
            code = code.max(exit_code(&diagnostics));
        }
        if options.json {
            documents.push(serde_json::json!({
                "file": load::file_name(path),
                "valid": !is_bad,
                "diagnostics": diagnostics.to_json(),
            }));
            continue;
        }
        print(&diagnostics)?;
        let verdict = if is_bad { "not valid" } else { "valid" };
        let line = format!("{}: {verdict}{}", path.display(), counts(&diagnostics));
        writeln!(stdout, "{}", wrapped(&line, "", "  ", terminal::width()))?;
    }
    if options.json {
        json::print(&documents, &mut stdout)?;
    }
    Ok(code)
}

/// Prints what a code means.
fn explain(number: &str) -> Outcome {
    let Some(code) = Code::of(number) else {
        let meant = Code::meant(number).map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
        return Err(Failure::Usage(format!("there is no code `{number}`{meant}")));
    };
    let entry = code.entry();
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}: {}\n\n{}", entry.number, entry.title, entry.advice)?;
    Ok(0)
}

fn print(diagnostics: &Diagnostics) -> std::io::Result<()> {
    let stderr = std::io::stderr();
    if !diagnostics.is_empty() {
        write!(&stderr, "{}", diagnostics.render(super::is_colored(&stderr)))?;
    }
    Ok(())
}

fn counts(diagnostics: &Diagnostics) -> String {
    let (errors, warnings) = (diagnostics.errors().count(), diagnostics.warnings().count());
    let acknowledged = diagnostics.acknowledged().count();
    let mut parts: Vec<String> = [(errors, "error"), (warnings, "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| counted(count as u64, what))
        .collect();
    if acknowledged > 0 {
        parts.push(format!("{} acknowledged", counted(acknowledged as u64, "warning")));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}
