//! What is wrong with a scenario, where, and what to do about it. Knows how to show itself, nothing about scenarios.

use std::collections::BTreeSet;

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Renderer, Snippet};
use serde::Serialize;

use super::codes::Code;
use super::source::{Sources, Span};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The scenario cannot run.
    Error,
    /// The scenario runs, but is probably not what was meant.
    Warning,
}

/// A second place that belongs to a diagnostic, e.g. the first definition of an id that is defined twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Related {
    /// File.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is there.
    pub label: String,
    #[serde(skip)]
    pub(crate) span: Span,
}

/// One error or warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub level: Level,
    /// What it is about.
    pub code: Code,
    /// The address of what it is about, e.g. `event.ban.duration`; empty when the whole file is meant. What only a policy brings about begins
    /// with `policy.ID.`.
    pub address: String,
    /// The file, as the user named it.
    pub file: String,
    /// Line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Column, from 1, in characters; 0 when the whole file is meant.
    pub column: usize,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What stands beside the carets under the text; may be empty.
    pub label: String,
    /// What to do about it.
    pub hints: Vec<String>,
    /// Other places that matter.
    pub related: Vec<Related>,
    /// Why it may stand, if the scenario acknowledges it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
    #[serde(skip)]
    pub(crate) span: Option<Span>,
    /// Whether the system failed to read a file, which is not a mistake in the scenario.
    #[serde(skip)]
    pub(crate) by_system: bool,
}

/// A diagnostic that is not yet tied to lines and columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub code: Code,
    pub span: Span,
    pub message: String,
    pub label: Box<str>,
    pub hints: Vec<String>,
    /// Apart, so that results with a problem stay small.
    pub more: Box<More>,
    pub by_system: bool,
}

/// What most problems do not have when they are made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct More {
    /// Found from the place where it is empty.
    pub address: String,
    pub related: Vec<(Span, String)>,
    pub acknowledged: Option<String>,
}

impl Problem {
    pub fn error(code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
        debug_assert_eq!(code.level(), Level::Error);
        Problem::new(code, span, message.into(), label.into())
    }

    pub fn warning(code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) -> Problem {
        debug_assert_eq!(code.level(), Level::Warning);
        Problem::new(code, span, message.into(), label.into())
    }

    fn new(code: Code, span: Span, message: String, label: String) -> Problem {
        Problem {
            code,
            span,
            message,
            label: label.into_boxed_str(),
            hints: Vec::new(),
            more: Box::default(),
            by_system: false,
        }
    }

    pub fn is_error(&self) -> bool {
        self.code.level() == Level::Error
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hints.push(hint.into());
        self
    }

    pub fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Problem {
        self.hints.extend(hints);
        self
    }

    pub fn by_system(mut self, by_system: bool) -> Problem {
        self.by_system = by_system;
        self
    }

    pub fn related(mut self, span: Span, label: impl Into<String>) -> Problem {
        self.more.related.push((span, label.into()));
        self
    }
}

/// Something that was found after the file was checked, e.g. when its model was compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is about.
    pub code: Code,
    /// The policy under which it was found; `None` for the baseline.
    pub policy: Option<String>,
    /// Address of what it is about; empty when the whole scenario is meant.
    pub address: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// How bad it is, where that can be measured: under a policy only what is worse than in the baseline is told.
    pub extent: f64,
}

/// Errors and warnings, sorted by file and position.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    sources: Sources,
}

impl Diagnostics {
    /// Sorts, removes exact repetitions and finds lines and columns.
    pub(crate) fn new(mut problems: Vec<Problem>, sources: &Sources) -> Diagnostics {
        // Stable: what is said of one place, as of the lines of a data file, stays in its order.
        problems.sort_by_key(|problem| (problem.span, problem.code));
        let mut seen = BTreeSet::new();
        problems.retain(|problem| seen.insert((problem.span, problem.code, problem.message.clone())));
        let list = problems.into_iter().map(|problem| locate(problem, sources)).collect();
        Diagnostics {
            list,
            sources: sources.clone(),
        }
    }

    /// Adds others.
    pub(crate) fn extend(&mut self, other: Diagnostics) {
        self.list.extend(other.list);
        self.list.sort_by_key(|one| (one.span, one.code));
        self.sources = other.sources;
    }

    /// An error about a file as a whole.
    pub(crate) fn about_file(code: Code, file: &str, message: impl Into<String>, by_system: bool) -> Diagnostics {
        let (message, label, hints) = (message.into(), String::new(), Vec::new());
        let list = vec![Diagnostic {
            level: code.level(),
            code,
            address: String::new(),
            file: file.to_string(),
            line: 0,
            column: 0,
            message,
            label,
            hints,
            related: Vec::new(),
            acknowledged: None,
            span: None,
            by_system,
        }];
        Diagnostics {
            list,
            sources: Sources::default(),
        }
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many errors and warnings there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// All errors and warnings, sorted by file and position.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter().filter(|diagnostic| diagnostic.acknowledged.is_none())
    }

    /// The warnings that the scenario acknowledges: they are not among the others.
    pub fn acknowledged(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter().filter(|diagnostic| diagnostic.acknowledged.is_some())
    }

    /// The errors.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|diagnostic| diagnostic.level == Level::Error)
    }

    /// The warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|diagnostic| diagnostic.level == Level::Warning)
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Whether the system failed to read a file that is there: no mistake in the scenario.
    pub fn has_failed_reads(&self) -> bool {
        self.errors().any(|diagnostic| diagnostic.by_system)
    }

    /// As text for people: the message, the place, the text there with carets under it, and hints.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let shown: Vec<String> = self
            .iter()
            .map(|diagnostic| render_one(diagnostic, &self.sources, &renderer))
            .collect();
        let mut text = shown.join("\n\n");
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// As JSON for programs: `{"errors": 1, "warnings": 0, "diagnostics": [...], "acknowledged": []}`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "errors": self.errors().count(),
            "warnings": self.warnings().count(),
            "diagnostics": self.iter().collect::<Vec<_>>(),
            "acknowledged": self.acknowledged().collect::<Vec<_>>(),
        })
    }
}

impl std::fmt::Display for Diagnostics {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

fn locate(problem: Problem, sources: &Sources) -> Diagnostic {
    let (file, line, column) = sources.position(problem.span);
    let more = *problem.more;
    let related = more.related.into_iter().map(|(span, label)| {
        let (file, line, column) = sources.position(span);
        Related {
            file,
            line,
            column,
            label,
            span,
        }
    });
    Diagnostic {
        level: problem.code.level(),
        code: problem.code,
        address: more.address,
        file,
        line,
        column,
        message: problem.message,
        label: problem.label.into(),
        hints: problem.hints,
        related: related.collect(),
        acknowledged: more.acknowledged,
        span: Some(problem.span),
        by_system: problem.by_system,
    }
}

fn render_one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    };
    let at;
    let mut group = Group::with_title(
        level
            .primary_title(diagnostic.message.as_str())
            .id(diagnostic.code.number()),
    );
    match diagnostic.span {
        None => group = group.element(annotate_snippets::Origin::path(diagnostic.file.as_str())),
        Some(span) => {
            let near = |related: &&Related| related.span.file == span.file;
            let same: Vec<&Related> = diagnostic.related.iter().filter(near).collect();
            let mut spans = vec![(span, AnnotationKind::Primary, diagnostic.label.as_str())];
            spans.extend(same.iter().map(|r| (r.span, AnnotationKind::Context, r.label.as_str())));
            group = group.element(snippet(&spans, sources));
            for related in diagnostic.related.iter().filter(|related| !near(related)) {
                group = group.element(snippet(
                    &[(related.span, AnnotationKind::Context, related.label.as_str())],
                    sources,
                ));
            }
        }
    }
    if diagnostic.level == Level::Warning && !diagnostic.address.is_empty() {
        at = format!("at `{}`", diagnostic.address);
        group = group.element(Shown::NOTE.message(at.as_str()));
    }
    for hint in &diagnostic.hints {
        group = group.element(Shown::HELP.message(hint.as_str()));
    }
    renderer.render(&[group])
}

/// The lines that the spans (all of one file) touch. Only those are handed on, so that a large file costs nothing.
fn snippet<'a>(
    spans: &[(Span, AnnotationKind, &'a str)],
    sources: &'a Sources,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = sources.get(spans[0].0.file);
    let first = spans.iter().map(|(span, ..)| span.start).min().unwrap_or(0);
    let last = spans.iter().map(|(span, ..)| span.end).max().unwrap_or(0);
    let text = source.text.as_str();
    let from = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let to = text[last..].find('\n').map_or(text.len(), |newline| last + newline);
    let line = 1 + text[..from].bytes().filter(|byte| *byte == b'\n').count();
    let mut snippet = Snippet::source(&text[from..to])
        .line_start(line)
        .path(source.name.as_str());
    for (span, kind, label) in spans {
        let annotation = kind.span(span.start - from..span.end - from);
        snippet = snippet.annotation(if label.is_empty() {
            annotation
        } else {
            annotation.label(*label)
        });
    }
    snippet
}
