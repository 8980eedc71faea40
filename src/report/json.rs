//! JSON documents: results.json with everything in full precision, and the summary that `--json` prints.

use std::io::Write;

use serde::Serialize;
use serde_json::{Serializer, Value};

use crate::results::types::{
    Estimate, EventClass, EventResult, ManifestWarning, PolicyResults, ReplayableTrial, ReturnLevel, RunResults,
    SummaryRow, VarianceSplit,
};

use super::band;
use super::cautions::{Caution, cautions};
use super::comparison;
use super::harmless;
use super::layered::Layered;
use super::prose::{headline_classes, headline_levels, headline_sentence};
use crate::whatif::band::Band;

/// An estimate, its error and interval null where they are not known; null where there is none.
pub(super) fn estimate<'a>(found: impl Into<Option<&'a Estimate>>) -> Value {
    found.into().map_or(Value::Null, |found| {
        let known = |value: f64| Some(value).filter(|value| value.is_finite() && !found.standard_error.is_nan());
        serde_json::json!({
            "value": Some(found.value).filter(|value| value.is_finite()),
            "standard_error": known(found.standard_error),
            "low": known(found.low),
            "high": known(found.high),
        })
    })
}

/// The document of a command that asks what would help: what it was asked of, then its own keys; a key of its own that is there already takes its place.
pub(super) fn document(run: &RunResults, own: Value) -> Value {
    let manifest = &run.manifest;
    let headline = run.policies.first().map(|policy| &policy.headline);
    let mut document = serde_json::json!({
        "program": manifest.program,
        "title": run.title,
        "scenario": manifest.scenario,
        "scenario_sha256": manifest.scenario_sha256,
        "seed": manifest.seed,
        "trials": manifest.trials,
        "trials_asked": manifest.trials_asked,
        "interrupted": manifest.interrupted,
        "set": manifest.set,
        "sampling": manifest.sampling,
        "sampling_version": manifest.sampling_version,
        "headline": headline.map(|(material, country)| serde_json::json!({ "material": material, "country": country })),
    });
    if let (Value::Object(document), Value::Object(own)) = (&mut document, own) {
        document.extend(own);
    }
    document
}

/// How long a stage took. The only part of results.json that differs between runs of the same input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageTime {
    /// Stage: `load`, `simulate`, ...
    pub stage: String,
    /// Wall-clock seconds.
    pub seconds: f64,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    run: &'a RunResults,
    timing: &'a [StageTime],
}

/// `results.json`: every field of [`RunResults`] in its order, then `timing` as the last key. Not-available numbers are null.
pub fn results(run: &RunResults, timing: &[StageTime], mut to: impl Write) -> Result<(), serde_json::Error> {
    // In memory first: the serialiser writes a few bytes at a time.
    let mut text = Vec::new();
    Document { run, timing }.serialize(&mut Serializer::with_formatter(&mut text, Layered::default()))?;
    finish(text, &mut to)
}

/// Any document, indented, with what a terminal would act on escaped.
pub fn print(document: &impl Serialize, mut to: impl Write) -> Result<(), serde_json::Error> {
    finish(serde_json::to_vec_pretty(document)?, &mut to)
}

fn finish(text: Vec<u8>, to: &mut impl Write) -> Result<(), serde_json::Error> {
    // The serialiser writes UTF-8.
    let text = String::from_utf8_lossy(&text);
    to.write_all(harmless::json(&text).as_bytes())
        .and_then(|()| to.write_all(b"\n"))
        .map_err(serde_json::Error::io)
}

#[derive(Serialize)]
struct SummaryDocument<'a> {
    program: &'a str,
    title: &'a str,
    scenario: &'a str,
    scenario_sha256: &'a str,
    seed: u64,
    trials: u64,
    trials_asked: u64,
    interrupted: bool,
    set: &'a [String],
    sampling: &'a str,
    sampling_version: u32,
    policies: Vec<PolicySummary<'a>>,
    /// What policies change, in words; null without any.
    comparison: Option<String>,
    warnings: &'a [ManifestWarning],
    /// The headline under the rules of allocation that the scenario does not have; null where it was not looked at.
    allocation_rules: Option<Value>,
}

#[derive(Serialize)]
struct PolicySummary<'a> {
    policy: &'a str,
    name: &'a str,
    cost: Option<f64>,
    headline: Headline<'a>,
    sentence: String,
    cautions: Vec<Caution>,
    summary: &'a [SummaryRow],
    /// Of the headline.
    return_levels: Vec<&'a ReturnLevel>,
    events: &'a [EventResult],
    /// Of the headline.
    event_classes: Vec<&'a EventClass>,
    replayable: &'a [ReplayableTrial],
    variance: Option<VarianceSplit>,
}

#[derive(Serialize)]
struct Headline<'a> {
    material: &'a str,
    country: &'a str,
    /// `shortfall` or `after_adaptation`.
    measure: &'a str,
}

fn policy_summary<'a>(run: &'a RunResults, policy: &'a PolicyResults) -> PolicySummary<'a> {
    PolicySummary {
        policy: &policy.policy,
        name: &policy.name,
        cost: policy.cost,
        headline: Headline {
            material: &policy.headline.0,
            country: &policy.headline.1,
            measure: &run.manifest.headline_measure,
        },
        sentence: headline_sentence(run, policy),
        cautions: cautions(run, policy),
        summary: &policy.summary,
        return_levels: headline_levels(policy).collect(),
        events: &policy.events,
        event_classes: headline_classes(policy).collect(),
        replayable: &policy.replayable,
        variance: policy.variance,
    }
}

/// The document `--json` prints: where it comes from, and per policy the sentence, cautions, summary rows, events and trials to replay.
/// Holds no times, so the same input gives the same bytes.
pub fn summary(run: &RunResults, band: Option<&Band>, mut to: impl Write) -> Result<(), serde_json::Error> {
    let document = SummaryDocument {
        program: &run.manifest.program,
        title: &run.title,
        scenario: &run.manifest.scenario,
        scenario_sha256: &run.manifest.scenario_sha256,
        seed: run.manifest.seed,
        trials: run.manifest.trials,
        trials_asked: run.manifest.trials_asked,
        interrupted: run.manifest.interrupted,
        set: &run.manifest.set,
        sampling: &run.manifest.sampling,
        sampling_version: run.manifest.sampling_version,
        comparison: comparison::in_words(run),
        policies: run.policies.iter().map(|policy| policy_summary(run, policy)).collect(),
        warnings: &run.manifest.warnings,
        allocation_rules: band.map(|band| band::document(run, band)),
    };
    print(&document, &mut to)
}
