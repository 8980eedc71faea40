//! A look at robustness for the terminal: the headline and the best policy under each alternative, how far each policy's effect reaches, and sentences
//! that say what stands and what does not.

use super::super::grid::{Column, draw};
use super::super::number::{counted, grouped, short, signed};
use super::super::prose::{few_trials, listed, material_name, place_name};
use super::super::sweep::called;
use super::super::width::wrapped;
use super::{named, policy_name};
use crate::results::types::{Estimate, RunResults};
use crate::whatif::compare::Direction;
use crate::whatif::robustness::{Alternative, Flip, Robustness, Setting};

/// Longest name of a policy shown in full.
const NAME_WIDTH: usize = 34;

/// The tables and the sentences, within a width.
pub fn terminal(found: &Robustness, width: usize) -> String {
    let Some(run) = named(found) else {
        return String::new();
    };
    let mut text = String::new();
    let say = |line: &str, to: &mut String| {
        to.push_str(&wrapped(line, "", "", width));
        to.push('\n');
    };
    let (material, place) = headline(run);
    say(
        &format!(
            "{}: {} of {} in {} under what data cannot decide",
            run.title,
            called(found.measure),
            material_name(run, material),
            place_name(run, place)
        ),
        &mut text,
    );
    let all = || found.settings.iter().map(Setting::trials);
    let trials = match (all().min(), all().max()) {
        (Some(least), Some(most)) if least < most => format!("{} to {}", grouped(least), counted(most, "trial")),
        _ => counted(run.manifest.trials, "trial"),
    };
    say(
        &format!("{trials} each; the policies of a row on the same draws"),
        &mut text,
    );
    text.push('\n');
    text.push_str(&draw(alternatives(found, run), width).0);
    if run.policies.len() > 1 {
        text.push('\n');
        say(
            "What each policy changes, from the least to the most, and its rank:",
            &mut text,
        );
        text.push_str(&draw(policies(found, run), width).0);
    }
    for sentence in sentences(found) {
        text.push('\n');
        say(&sentence, &mut text);
    }
    text
}

fn headline(run: &RunResults) -> (&str, &str) {
    let headline = run.policies.first().map(|policy| &policy.headline);
    headline.map_or(("", ""), |(material, place)| (material, place))
}

fn alternatives(found: &Robustness, run: &RunResults) -> Vec<Column> {
    let settings = || found.settings.iter();
    let baseline = |setting: &Setting| setting.standings.first().map(|standing| standing.value);
    let mut columns = vec![
        Column::names("", 20, settings().map(|setting| setting.alternative.name().to_owned())),
        Column::numbers(
            "short\n%",
            0,
            settings().map(|setting| match (setting.is_the_same, baseline(setting)) {
                (true, _) => "the same".to_owned(),
                (_, Some(value)) => with_interval(&value),
                (_, None) => "-".to_owned(),
            }),
        ),
    ];
    if run.policies.len() > 1 {
        let best = |setting: &Setting| match &setting.best {
            _ if setting.is_the_same => String::new(),
            Some(best) => policy_name(run, best).to_owned(),
            None => "none beyond doubt".to_owned(),
        };
        let change = |setting: &Setting| {
            let standing = setting.best.as_ref().and_then(|best| setting.of(best));
            let change = standing.and_then(|standing| standing.change.as_ref());
            change
                .filter(|_| !setting.is_the_same)
                .map_or_else(String::new, |change| {
                    signed(change.estimate.value, |value| short(value, 3))
                })
        };
        columns.push(Column::names("best policy", NAME_WIDTH, settings().map(best)));
        columns.push(Column::numbers("its change\npoints", 1, settings().map(change)));
    }
    columns
}

fn policies(found: &Robustness, run: &RunResults) -> Vec<Column> {
    let ids: Vec<&str> = run
        .policies
        .iter()
        .skip(1)
        .map(|policy| policy.policy.as_str())
        .collect();
    let changes = |id: &str| -> Vec<(Alternative, f64)> {
        let of = |setting: &Setting| {
            let change = setting.of(id)?.change?;
            Some((setting.alternative, change.estimate.value))
        };
        found.settings.iter().filter_map(of).collect()
    };
    let end = |id: &str, is_most: bool| {
        let all = changes(id).into_iter();
        let found = match is_most {
            true => all.min_by(|one, other| one.1.total_cmp(&other.1)),
            false => all.max_by(|one, other| one.1.total_cmp(&other.1)),
        };
        found.map_or_else(|| "-".to_owned(), |(_, value)| signed(value, |value| short(value, 3)))
    };
    let ranks = |id: &str| {
        let all = found.settings.iter().filter_map(|setting| Some(setting.of(id)?.rank));
        match (all.clone().min(), all.max()) {
            (Some(least), Some(most)) if least == most => least.to_string(),
            (Some(least), Some(most)) => format!("{least} to {most}"),
            _ => "-".to_owned(),
        }
    };
    let written = |id: &str| {
        let standing = found.settings.first().and_then(|setting| setting.of(id));
        let change = standing.and_then(|standing| standing.change);
        change.map_or_else(
            || "-".to_owned(),
            |change| signed(change.estimate.value, |value| short(value, 3)),
        )
    };
    vec![
        Column::names(
            "policy",
            NAME_WIDTH,
            ids.iter().map(|id| policy_name(run, id).to_owned()),
        ),
        Column::numbers("as written\npoints", 0, ids.iter().map(|id| written(id))),
        Column::numbers("least", 0, ids.iter().map(|id| end(id, false))),
        Column::numbers("most", 0, ids.iter().map(|id| end(id, true))),
        Column::numbers("rank", 0, ids.iter().map(|id| ranks(id))),
    ]
}

fn with_interval(value: &Estimate) -> String {
    let half = (value.high - value.low) / 2.0;
    match value.standard_error.is_nan() || half <= 0.0 {
        true => short(value.value, 3),
        false => format!("{} ± {}", short(value.value, 3), short(half, 2)),
    }
}

/// What was found, a sentence or a few for each question.
pub fn sentences(found: &Robustness) -> Vec<String> {
    let Some(run) = named(found) else {
        return Vec::new();
    };
    let mut said: Vec<String> = spread(found, run).into_iter().collect();
    said.extend(best(found, run));
    said.extend(help(found, run));
    let refused: Vec<String> = found
        .refused
        .iter()
        .map(|(alternative, why)| format!("\"{}\" ({why})", alternative.name()))
        .collect();
    if !refused.is_empty() {
        said.push(format!("Not possible in this scenario: {}.", listed(&refused)));
    }
    said.extend(few_trials(run));
    said
}

fn spread(found: &Robustness, run: &RunResults) -> Option<String> {
    let written = found.settings.first()?.standings.first()?.value.value;
    let baseline = run.policies.first().map_or("", |policy| policy.policy.as_str());
    let [(least_under, least), (most_under, most)] = found.range(baseline)?;
    let (material, place) = headline(run);
    let what = format!(
        "{} % of {} in {} is short on average as the scenario is written",
        short(written, 3),
        material_name(run, material),
        place_name(run, place)
    );
    if short(least, 3) == short(most, 3) {
        return Some(format!("{what}, and under every alternative."));
    }
    Some(format!(
        "{what}; under the alternatives it is {} % ({}) to {} % ({}).",
        short(least, 3),
        least_under.name(),
        short(most, 3),
        most_under.name()
    ))
}

/// Which policy is best, and under what another one is.
fn best(found: &Robustness, run: &RunResults) -> Option<String> {
    if run.policies.len() < 3 {
        return None;
    }
    let quoted = |id: &str| format!("\"{}\"", policy_name(run, id));
    let bundles = if found.bundles.is_empty() {
        ""
    } else {
        " (bundles of others left aside)"
    };
    let Some(written) = found.settings.first()?.best.as_deref() else {
        return Some("As written no policy is known to help.".to_owned());
    };
    let flips: Vec<String> = found
        .flips
        .iter()
        .filter_map(|flip| match flip {
            Flip::Best {
                alternative,
                policy,
                by,
                ..
            } => Some(format!(
                "{} ({}, by {} points)",
                quoted(policy),
                alternative.name(),
                short(by.value.abs(), 3)
            )),
            _ => None,
        })
        .collect();
    if !flips.is_empty() {
        return Some(format!(
            "Which policy is best{bundles} hangs on what is not known: as written {}, but {}. The scenario does not decide between them.",
            quoted(written),
            listed(&flips)
        ));
    }
    let is_best = |setting: &&Setting| setting.best.as_deref() == Some(written);
    let others: Vec<String> = found
        .settings
        .iter()
        .filter(|setting| !is_best(setting))
        .map(|setting| setting.alternative.name().to_owned())
        .collect();
    Some(match others.is_empty() {
        true => format!(
            "{} is the best policy{bundles} under every alternative.",
            quoted(written)
        ),
        false => format!(
            "{} is the best policy{bundles} as written; under {} the trials do not tell it from another one.",
            quoted(written),
            listed(&others)
        ),
    })
}

/// Which policies help whatever is assumed, and which do not.
fn help(found: &Robustness, run: &RunResults) -> Option<String> {
    let quoted = |id: &str| format!("\"{}\"", policy_name(run, id));
    let ids = run.policies.iter().skip(1).map(|policy| policy.policy.as_str());
    let under = |id: &str, helps: bool| -> Vec<String> {
        let is_such = |setting: &&Setting| {
            let direction = setting.of(id).map(|standing| standing.direction());
            (direction == Some(Direction::Less)) == helps
        };
        let settings = found.settings.iter().filter(is_such);
        settings.map(|setting| setting.alternative.name().to_owned()).collect()
    };
    let (mut always, mut never, mut sometimes) = (Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        let (helps, not) = (under(id, true), under(id, false));
        match (helps.is_empty(), not.is_empty()) {
            (_, true) => always.push(quoted(id)),
            (true, _) => never.push(quoted(id)),
            _ if helps.len() < not.len() => sometimes.push(format!("{} only under {}", quoted(id), listed(&helps))),
            _ => sometimes.push(format!("{} but not under {}", quoted(id), listed(&not))),
        }
    }
    let mut said = Vec::new();
    if !always.is_empty() {
        let verb = if always.len() == 1 { "helps" } else { "help" };
        said.push(format!("{} {verb} under every alternative.", listed(&always)));
    }
    if !sometimes.is_empty() {
        said.push(format!("Known to help: {}.", sometimes.join("; ")));
    }
    if !never.is_empty() {
        let verb = if never.len() == 1 { "is" } else { "are" };
        said.push(format!("{} {verb} known to help under none.", listed(&never)));
    }
    (!said.is_empty()).then(|| said.join(" "))
}
