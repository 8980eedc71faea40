//! `acknowledge`: warnings that are meant to stand, each by its code, its address and a reason.

use super::codes::{Code, Stage};
use super::diagnostics::{Level, Problem};
use super::names::tables;
use super::source::{Sources, Span};
use super::tree::{Node, Table};
use super::values::Problems;

/// A warning that is meant to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The warning's code.
    pub code: Code,
    /// The warning's address.
    pub at: String,
    /// Why it is meant to stand.
    pub reason: String,
    pub(crate) span: Span,
}

/// The acknowledgements that can be read.
pub(crate) fn read(top: &Table) -> Vec<Acknowledgement> {
    let one = |(table, header): (&Table, Span)| {
        let code = Code::of(table.text("code")?).filter(|code| code.level() == Level::Warning)?;
        let node = table.get("at")?;
        Some(Acknowledgement {
            code,
            at: node.text()?.trim().to_string(),
            reason: table
                .text("reason")
                .filter(|reason| !reason.trim().is_empty())?
                .to_string(),
            span: table.get("code").map_or(header, |node| node.span),
        })
    };
    tables(top, "acknowledge").filter_map(one).collect()
}

/// Reports codes that there are not, and those of errors.
pub(crate) fn check(top: &Table, out: &mut Problems) {
    for node in tables(top, "acknowledge").filter_map(|(table, _)| table.get("code")) {
        let Some(text) = node.text().filter(|text| !text.trim().is_empty()) else {
            continue;
        };
        match Code::of(text) {
            None => out.push(unknown(node, text)),
            Some(code) if code.level() == Level::Error => {
                let message = format!("{} is an error, and errors cannot be acknowledged", code.number());
                out.push(
                    Problem::error(Code::Acknowledgement, node.span, message, code.entry().title)
                        .hint(code.entry().advice),
                );
            }
            Some(_) => {}
        }
    }
}

fn unknown(node: &Node, text: &str) -> Problem {
    let message = format!("there is no warning `{text}`");
    let problem = Problem::error(Code::Acknowledgement, node.span, message, "unknown code");
    match Code::meant(text) {
        Some(meant) => problem.hint(format!("did you mean \"{meant}\"?")),
        None => problem.hint("a code is W and three digits; docs/diagnostics.md lists all"),
    }
}

/// Marks what is acknowledged.
pub(crate) fn apply(list: &[Acknowledgement], problems: &mut [Problem]) {
    for problem in problems.iter_mut().filter(|problem| !problem.is_error()) {
        let fits = |one: &&Acknowledgement| one.code == problem.code && one.at == problem.more.address;
        problem.more.acknowledged = list.iter().find(fits).map(|one| one.reason.clone());
    }
}

/// Warnings of acknowledgements of this stage that nothing answers to. Those of a file that the scenario extends are for all that extend it: in one
/// of them the warning may be gone.
pub(crate) fn idle(list: &[Acknowledgement], stage: Stage, problems: &[Problem], sources: &Sources) -> Vec<Problem> {
    let one = |one: &Acknowledgement| {
        let same = || problems.iter().filter(|problem| problem.code == one.code);
        let is_inherited = sources.is_extended(one.span.file);
        if is_inherited || one.code.stage() != stage || same().any(|problem| problem.more.address == one.at) {
            return None;
        }
        let message = format!(
            "{} does not occur at `{}`, so there is nothing to acknowledge",
            one.code.number(),
            one.at
        );
        let problem = Problem::warning(Code::AcknowledgesNothing, one.span, message, one.code.entry().title);
        let elsewhere: Vec<String> = same()
            .take(5)
            .map(|problem| format!("`{}`", problem.more.address))
            .collect();
        Some(if elsewhere.is_empty() {
            problem.hint("remove it: the warning has gone")
        } else {
            problem.hint(format!("it occurs at {}", elsewhere.join(", ")))
        })
    };
    list.iter().filter_map(one).collect()
}
