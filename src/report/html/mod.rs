//! `report.html`: one file that says what was asked, what came out, how sure it is and what was assumed. It needs no network and no script; charts stand in it
//! as SVG, each with its figures in a table.

mod figures;
mod run;
mod sources;
mod table;

pub use figures::Figures;
pub use run::of_run;
pub use sources::figures as figures_at;
pub use table::Table;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::charts::Chart;
use super::harmless;
use super::number::grouped;
use crate::results::types::{Manifest, RunResults};

/// Name of the file.
pub const NAME: &str = "report.html";
/// How it looks: on screens light and dark, from phones up, and on paper.
const STYLE: &str = include_str!("report.css");

/// A report being put together.
#[derive(Debug)]
pub struct Report<'a> {
    run: &'a RunResults,
    /// The command line that gives the same, without the folder of results.
    command: String,
    /// What the command asks, for the line above the title.
    kind: &'static str,
    /// The one sentence that a reader keeps.
    lead: Option<String>,
    sections: Vec<Section>,
}

/// A part of it under a heading.
#[derive(Debug)]
struct Section {
    id: &'static str,
    heading: String,
    content: Markup,
}

impl<'a> Report<'a> {
    /// An empty report on what a command found. `kind` is what it asks.
    pub fn new(run: &'a RunResults, kind: &'static str, command: String) -> Self {
        Report {
            run,
            command,
            kind,
            lead: None,
            sections: Vec::new(),
        }
    }

    /// A report on a command of which nothing else is known than sentences, charts and tables.
    pub fn of(
        run: &'a RunResults,
        kind: &'static str,
        command: String,
        sentences: &[String],
        charts: &[Chart],
        tables: Vec<(&str, Table)>,
    ) -> Self {
        let mut report = Report::new(run, kind, command);
        let mut sentences = sentences.iter();
        report.lead = sentences.next().cloned();
        let rest: Vec<&String> = sentences.collect();
        if !rest.is_empty() {
            report.section("answer", "The answer", paragraphs(rest));
        }
        let figures = Figures::new(tables);
        let shown = charts.iter().map(|chart| figures.chart(chart));
        report.section(
            "charts",
            "Charts and figures",
            html! { @for chart in shown { (chart) } },
        );
        report.section("tables", "All figures", figures.all());
        report.closing(None);
        report
    }

    /// Adds a part.
    fn section(&mut self, id: &'static str, heading: &str, content: Markup) {
        self.sections.push(Section {
            id,
            heading: heading.to_owned(),
            content,
        });
    }

    /// What every report ends with: assumptions, cautions, how to repeat it.
    fn closing(&mut self, cautions: Option<Markup>) {
        let run = self.run;
        self.section(
            "assumptions",
            "Assumptions and sources, figure by figure",
            sources::listed(&run.manifest),
        );
        self.section(
            "cautions",
            "Cautions",
            html! {
                @if let Some(cautions) = cautions { (cautions) }
                (warnings(&run.manifest))
            },
        );
        let repeat = repeat(&run.manifest, &self.command);
        self.section("repeat", "How to repeat it", repeat);
    }

    /// The document.
    pub fn html(&self) -> String {
        let run = self.run;
        let manifest = &run.manifest;
        let trials = if manifest.nothing_is_random {
            "nothing is random: one trial".to_owned()
        } else {
            format!("{} trials", grouped(manifest.trials))
        };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="generator" content=(manifest.program);
                    title { (line(&run.title)) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    a class="skip" href="#main" { "To the answer" }
                    header {
                        p class="kind" { (self.kind) }
                        h1 { (line(&run.title)) }
                        @if let Some(question) = &run.description { p class="question" { (line(question)) } }
                        p class="about" {
                            (trials) " · " (manifest.periods) " " (plural(&manifest.step, manifest.periods)) " from " (manifest.start)
                            " · " (manifest.program) " · " (manifest.scenario)
                        }
                        @if manifest.interrupted {
                            p class="interrupted" { "Interrupted: the figures are of the " (grouped(manifest.trials)) " trials that were complete, of " (grouped(manifest.trials_asked)) "." }
                        }
                    }
                    nav aria-label="Contents" {
                        ol { @for section in &self.sections { li { a href={ "#" (section.id) } { (section.heading) } } } }
                    }
                    main id="main" {
                        @if let Some(lead) = &self.lead { p class="lead" { (line(lead)) } }
                        @for section in &self.sections {
                            section id=(section.id) aria-labelledby={ (section.id) "-heading" } {
                                h2 id={ (section.id) "-heading" } { (section.heading) }
                                (section.content)
                            }
                        }
                    }
                }
            }
        };
        page.into_string()
    }
}

/// Text of a scenario or of ours: markup is escaped by the template, what would act on a terminal or change the direction of writing here.
fn line(text: &str) -> std::borrow::Cow<'_, str> {
    harmless::line(text)
}

fn plural(step: &str, count: usize) -> String {
    if count == 1 {
        step.to_owned()
    } else {
        format!("{step}s")
    }
}

fn paragraphs(sentences: impl IntoIterator<Item = impl AsRef<str>>) -> Markup {
    html! { @for sentence in sentences { p { (line(sentence.as_ref())) } } }
}

/// Warnings of the scenario's checks.
fn warnings(manifest: &Manifest) -> Markup {
    html! {
        @if manifest.warnings.is_empty() {
            p { "The checks of the scenario have no warning." }
        } @else {
            ul {
                @for warning in &manifest.warnings {
                    li {
                        (line(&warning.message)) " "
                        small { "(" (warning.code) @if !warning.place.is_empty() { ", " (line(&warning.place)) } ")" }
                        @if let Some(reason) = &warning.acknowledged { br; small { "Acknowledged in the scenario: " (line(reason)) } }
                    }
                }
            }
        }
    }
}

/// What it takes to get the same figures again.
fn repeat(manifest: &Manifest, command: &str) -> Markup {
    html! {
        p { "The same program, scenario and seed give the same figures to the last digit, on any machine and with any number of threads:" }
        pre { code { (line(command)) } }
        dl {
            dt { "Program" } dd { (manifest.program) ", sampling version " (manifest.sampling_version) }
            dt { "Scenario" } dd { (line(&manifest.scenario)) ", SHA-256 of it, its data and what it extends: " code { (manifest.scenario_sha256) } }
            dt { "Seed" } dd { (manifest.seed) }
            dt { "Trials" } dd { (grouped(manifest.trials)) @if manifest.trials != manifest.trials_asked { " of " (grouped(manifest.trials_asked)) " asked for" } ", " (manifest.sampling.replace('_', " ")) " sampling" }
            @if !manifest.set.is_empty() {
                dt { "Changed on the command line" }
                @for change in &manifest.set { dd { code { (line(change)) } } }
            }
        }
    }
}
