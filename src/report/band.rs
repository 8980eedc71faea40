//! The headline under the rules of allocation that the scenario does not have: a sentence or two, a table, a part of a document.

use serde_json::{Value, json};

use super::columns;
use super::json::estimate;
use super::number::{counted, short, significant};
use super::prose::listed_up_to;
use super::sheet::{Sheet, Stamp, Target, name, unit_of};
use crate::results::types::{Estimate, RunResults};
use crate::whatif::band::{Band, Rule, Turned};
use crate::whatif::robustness::Alternative;

/// Name of the table.
pub const NAME: &str = "allocation_rules.csv";
/// Policies named one by one.
const NAMED: usize = 4;

/// What a rule is, after "if producers".
fn rule(alternative: Alternative) -> &'static str {
    match alternative {
        Alternative::OwnUsersFirst => "served their own users first",
        _ => "served all alike",
    }
}

/// `8.1 % ± 0.4`.
fn percent(found: &Estimate) -> String {
    let half = (found.high - found.low) / 2.0;
    match half.is_finite() && half > 0.0 {
        true => format!("{} % ± {}", short(found.value, 3), significant(half, 2)),
        false => format!("{} %", short(found.value, 3)),
    }
}

/// Whether the rule moves nothing, in any of its trials.
fn is_the_same(rule: &Rule) -> bool {
    let mut shifts = rule.standings.iter().map(|standing| standing.shift);
    shifts.all(|shift| shift.is_some_and(|shift| shift.value == 0.0 && shift.low == 0.0 && shift.high == 0.0))
}

/// What the rule of allocation alone does to the headline, and to conclusions about policies.
pub fn sentences(run: &RunResults, band: &Band) -> Vec<String> {
    let mut said = vec![headline(run, band)];
    said.extend(policies(run, band));
    said
}

fn headline(run: &RunResults, band: &Band) -> String {
    let trials = counted(band.trials, "trial");
    let place = |id: &str| {
        let policy = run.policies.iter().find(|policy| policy.policy == id)?;
        band.measure
            .of(policy.row((&band.headline.0, &band.headline.1))?)
            .value()
    };
    let written = place("baseline").map_or_else(|| "-".to_owned(), |value| format!("{} %", short(value, 3)));
    if band.rules.iter().all(is_the_same) {
        return format!(
            "Who is served first makes no difference to the headline: {written} also if producers {} ({trials}).",
            band.rules
                .iter()
                .map(|found| rule(found.alternative))
                .collect::<Vec<_>>()
                .join(", or ")
        );
    }
    let value = |found: &Rule| {
        let value = found.standings.first().map(|standing| percent(&standing.value));
        value.unwrap_or_else(|| "-".to_owned())
    };
    match (band.written, band.rules.as_slice()) {
        (Some(own), [found]) => format!(
            "If producers {}, not {}, the headline would be {} instead of {written} ({trials}).",
            rule(found.alternative),
            rule(own).trim_start_matches("served "),
            value(found)
        ),
        (_, rules) => {
            let told: Vec<String> = rules
                .iter()
                .map(|found| format!("{} if all {}", value(found), rule(found.alternative)))
                .collect();
            format!(
                "Whom producers serve first differs by material: the headline of {written} would be {} ({trials}).",
                told.join(", ")
            )
        }
    }
}

fn policies(run: &RunResults, band: &Band) -> Option<String> {
    let count = band.rules.first()?.standings.len();
    if count < 2 || band.rules.iter().all(is_the_same) {
        return None;
    }
    let name = |id: &str| {
        let policy = run.policies.iter().find(|policy| policy.policy == id);
        format!("\"{}\"", policy.map_or(id, |policy| policy.shown_name()))
    };
    let mut said = Vec::new();
    for found in &band.rules {
        let lead = format!("If they {}", rule(found.alternative));
        let of = |which: fn(&Turned) -> Option<&String>| -> Vec<String> {
            found.flips.iter().filter_map(which).map(|id| name(id)).collect()
        };
        let lost = of(|flip| match flip {
            Turned::NoHelp(id) => Some(id),
            _ => None,
        });
        let gained = of(|flip| match flip {
            Turned::Helps(id) => Some(id),
            _ => None,
        });
        if !lost.is_empty() {
            said.push(format!("{lead}, {} would no longer help.", listed_up_to(NAMED, lost)));
        }
        if !gained.is_empty() {
            said.push(format!(
                "{lead}, {} would help instead of making it worse.",
                listed_up_to(NAMED, gained)
            ));
        }
        for flip in &found.flips {
            if let Turned::Best { instead_of, policy } = flip {
                said.push(format!(
                    "{lead}, {} would be best, not {}.",
                    name(policy),
                    name(instead_of)
                ));
            }
        }
    }
    if said.is_empty() {
        said.push(
            "As far as these trials tell, no policy turns from help to none, and the best stays the best.".to_owned(),
        );
    }
    if !band.keep_their_own.is_empty() {
        let those = band.keep_their_own.iter().map(|id| name(id)).collect();
        said.push(format!(
            "The rule is set by {} itself, which keeps it.",
            listed_up_to(NAMED, those)
        ));
    }
    Some(said.join(" "))
}

/// `allocation_rules.csv`: one row a rule and policy.
pub fn table(run: &RunResults, band: &Band, to: impl Target) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, &columns::allocation_rules())?;
    let stamp = Stamp::of(&run.manifest);
    let (material, place) = &band.headline;
    for found in &band.rules {
        for standing in &found.standings {
            sheet.texts([
                found.alternative.id(),
                &standing.policy,
                material,
                place,
                band.measure.name(),
            ])?;
            sheet.whole(band.trials)?;
            for part in [Some(standing.value), standing.shift, standing.change] {
                sheet.estimate(part.as_ref())?;
            }
            let policy = run.policies.iter().find(|policy| policy.policy == standing.policy);
            sheet.texts([
                unit_of(run, material, band.measure),
                policy.map_or(standing.policy.as_str(), |policy| policy.shown_name()),
                name(&run.materials, material),
                name(&run.places, place),
            ])?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// The part of a document.
pub fn document(run: &RunResults, band: &Band) -> Value {
    let flip = |flip: &Turned| match flip {
        Turned::NoHelp(policy) => json!({ "policy": policy, "flips": "no_help" }),
        Turned::Helps(policy) => json!({ "policy": policy, "flips": "helps" }),
        Turned::Best { instead_of, policy } => {
            json!({ "policy": policy, "flips": "best", "instead_of": instead_of })
        }
    };
    let rules = band.rules.iter().map(|found| {
        let standings = found.standings.iter().map(|standing| {
            json!({
                "policy": standing.policy,
                "value": estimate(&standing.value),
                "shift": estimate(standing.shift.as_ref()),
                "change": estimate(standing.change.as_ref()),
            })
        });
        json!({
            "rule": found.alternative.id(),
            "policies": standings.collect::<Vec<_>>(),
            "flips": found.flips.iter().map(flip).collect::<Vec<_>>(),
        })
    });
    json!({
        "statistic": band.measure.name(),
        "material": band.headline.0,
        "country": band.headline.1,
        "trials": band.trials,
        "as_written": band.written.map(Alternative::id),
        "rules": rules.collect::<Vec<_>>(),
        "keep_their_own": band.keep_their_own,
        "sentences": sentences(run, band),
    })
}
