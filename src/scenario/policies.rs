//! Policies: what each changes, with those that it includes and at its size, and what that costs.

use std::collections::BTreeSet;

use super::address::{Action, Override};
use super::checked::PolicyLabel;
use super::codes::Code;
use super::diagnostics::Problem;
use super::names::tables;
use super::source::Span;
use super::suggest::hint;
use super::tree::{Node, Table, Value};

/// What a policy offers to whoever puts policies together.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyOption {
    /// Its id, name and whole cost at its own size.
    pub label: PolicyLabel,
    /// Its sizes, where it has more than one.
    pub scale: Option<PolicyScale>,
    /// Ids of all policies that it includes, also through others.
    pub includes: Vec<String>,
    /// Whether it changes something that none of those changes.
    pub changes_more: bool,
}

/// The sizes that a policy can have.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyScale {
    /// The keys that take the size.
    pub keys: Vec<String>,
    /// The smallest size.
    pub low: f64,
    /// The largest.
    pub high: f64,
    /// The one that it has where nobody asks for another.
    pub size: f64,
    /// USD for each unit of size, beside its fixed cost.
    pub usd_per_unit: f64,
}

/// A policy at a size; its own where none is given.
pub type SizedPolicy<'a> = (&'a str, Option<f64>);

/// The table of a policy, with its place.
pub(super) fn find<'a>(top: &'a Table, id: &str) -> Option<(&'a Table, Span)> {
    tables(top, "policy").find(|(table, _)| table.text("id") == Some(id))
}

/// All policies, in the order of the file.
pub(super) fn options(top: &Table) -> Vec<PolicyOption> {
    let policies = tables(top, "policy");
    let option = |table: &Table| {
        let id = table.text("id")?;
        let includes = closure(top, &[(id, None)]);
        let included: Vec<String> = includes[..includes.len().saturating_sub(1)]
            .iter()
            .map(|(table, _)| table.text("id").unwrap_or_default().to_owned())
            .collect();
        let below: Vec<Override> = included.iter().flat_map(|id| changes(top, &[(id, None)])).collect();
        let is_new = |change: &Override| !below.iter().any(|other| other.is_same(change));
        Some(PolicyOption {
            label: label(top, table)?,
            scale: scale(table),
            changes_more: changes(top, &[(id, None)]).iter().any(is_new),
            includes: included,
        })
    };
    policies.filter_map(|(table, _)| option(table)).collect()
}

/// A policy's name and cost.
pub(super) fn label(top: &Table, policy: &Table) -> Option<PolicyLabel> {
    let id = policy.text("id")?.to_string();
    let name = policy.text("name").unwrap_or(&id).to_string();
    let cost = cost(top, &[(&id, None)]);
    Some(PolicyLabel { id, name, cost })
}

/// What policies cost together, each once; `None` where one does not say.
pub(super) fn cost(top: &Table, policies: &[SizedPolicy<'_>]) -> Option<f64> {
    let costs = closure(top, policies).into_iter().map(|(table, size)| {
        let fixed = table.get("cost").and_then(Node::number);
        let of_size = scale(table).map(|scale| scale.usd_per_unit * size.unwrap_or(scale.size));
        let is_sum = table.get("includes").is_some();
        match (fixed, of_size) {
            (None, None) => is_sum.then_some(0.0),
            (fixed, of_size) => Some(fixed.unwrap_or(0.0) + of_size.unwrap_or(0.0)),
        }
    });
    // The sum of nothing is -0.
    costs.sum::<Option<f64>>().map(|sum| sum + 0.0)
}

/// What policies change together: what they include first, of two values for one key the later.
pub(super) fn changes(top: &Table, policies: &[SizedPolicy<'_>]) -> Vec<Override> {
    let mut all: Vec<Override> = Vec::new();
    for (table, size) in closure(top, policies) {
        for change in own_changes(table, size) {
            all.retain(|other| other.key != change.key);
            all.push(change);
        }
    }
    all
}

/// What keeps policies from being in force together: two that set one key to different values, neither of which includes the other.
pub(super) fn conflict(top: &Table, policies: &[SizedPolicy<'_>]) -> Option<Problem> {
    let all = closure(top, policies);
    let contains = |one: &Table, other: &str| {
        let ids = one.text("id").map(|id| closure(top, &[(id, None)]));
        ids.is_some_and(|ids| ids.iter().any(|(table, _)| table.text("id") == Some(other)))
    };
    let mut made: Vec<(Override, &Table)> = Vec::new();
    for (table, size) in all {
        let id = table.text("id").unwrap_or_default();
        for change in own_changes(table, size) {
            let rival = made.iter().find(|(other, owner)| {
                let owner_id = owner.text("id").unwrap_or_default();
                other.key == change.key && !other.is_same(&change) && !contains(table, owner_id) && !contains(owner, id)
            });
            if let Some((other, owner)) = rival {
                let owner = owner.text("id").unwrap_or_default();
                let message = format!("`{owner}` and `{id}` set `{}` to different values", other.key);
                let problem = Problem::error(Code::PolicyFrame, change.key_span, message, "set here");
                return Some(problem.hint("they cannot be in force together"));
            }
            made.push((change, table));
        }
    }
    None
}

/// The policies that these come to, those included before those that include them, each once, with the size asked for.
fn closure<'a>(top: &'a Table, policies: &[SizedPolicy<'_>]) -> Vec<(&'a Table, Option<f64>)> {
    fn visit<'a>(
        top: &'a Table,
        (id, size): SizedPolicy<'_>,
        seen: &mut BTreeSet<String>,
        into: &mut Vec<(&'a Table, Option<f64>)>,
    ) {
        let Some((table, _)) = find(top, id).filter(|_| seen.insert(id.to_owned())) else {
            return;
        };
        for (part, _) in included(table) {
            visit(top, (part, None), seen, into);
        }
        into.push((table, size));
    }
    let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
    for policy in policies {
        visit(top, *policy, &mut seen, &mut all);
    }
    // A size that is asked for holds also where another of the policies includes this one at its own.
    for (table, size) in &mut all {
        let asked = policies.iter().find(|(id, _)| table.text("id") == Some(id));
        *size = asked.and_then(|(_, asked)| *asked).or(*size);
    }
    all
}

fn included(policy: &Table) -> impl Iterator<Item = (&str, Span)> {
    let nodes = policy.get("includes").map_or(&[][..], Node::one_or_many);
    nodes.iter().filter_map(|node| Some((node.text()?, node.span)))
}

fn own_changes(policy: &Table, size: Option<f64>) -> Vec<Override> {
    let set = tables(policy, "set").filter_map(|(set, _)| {
        let key = set.get("key")?;
        Some(Override {
            key: key.text()?.to_string(),
            key_span: key.span,
            action: Action::Set(set.get("value")?.clone()),
        })
    });
    set.chain(size_changes(policy, size)).collect()
}

/// What puts a policy's size at its keys.
fn size_changes(policy: &Table, size: Option<f64>) -> Vec<Override> {
    let Some((scale, table)) = scale(policy).zip(policy.get("scale").and_then(Node::table)) else {
        return Vec::new();
    };
    let size = size.unwrap_or(scale.size);
    // The figure that messages point at: the one that has this value, or the upper end.
    let stated = ["size", "low", "high"].into_iter().filter_map(|key| table.get(key));
    let span = stated
        .clone()
        .find(|node| node.number() == Some(size))
        .or(stated.into_iter().next_back())
        .map_or_else(Span::default, |node| node.span);
    let keys = table.get("key").map_or(&[][..], Node::one_or_many).iter();
    let change = |key: &Node| {
        Some(Override {
            key: key.text()?.to_owned(),
            key_span: key.span,
            action: Action::Set(Node {
                value: Value::Float(size),
                span,
            }),
        })
    };
    keys.filter_map(change).collect()
}

fn scale(policy: &Table) -> Option<PolicyScale> {
    let table = policy.get("scale")?.table()?;
    let number = |key: &str| table.get(key).and_then(Node::number);
    let keys = table.get("key")?.one_or_many().iter();
    let high = number("high")?;
    Some(PolicyScale {
        keys: keys.filter_map(|key| Some(key.text()?.to_owned())).collect(),
        low: number("low")?,
        high,
        size: number("size").unwrap_or(high),
        usd_per_unit: number("usd_per_unit")?,
    })
}

/// What is wrong with policies beside the values that they set.
pub(super) fn problems(top: &Table) -> Vec<Problem> {
    let mut problems = Vec::new();
    let known: Vec<&str> = tables(top, "policy")
        .filter_map(|(table, _)| table.text("id"))
        .collect();
    for (table, span) in tables(top, "policy") {
        let Some(id) = table.text("id") else { continue };
        if ["set", "scale", "includes"].iter().all(|key| table.get(key).is_none()) {
            let message = format!("the policy `{id}` changes nothing");
            problems.push(Problem::error(
                Code::MissingKey,
                span,
                message,
                "give `set`, `scale` or `includes`",
            ));
        }
        problems.extend(wrong_parts(top, table, id, &known));
        problems.extend(wrong_sizes(table, id));
    }
    problems
}

fn wrong_parts(top: &Table, policy: &Table, id: &str, known: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (part, span) in included(policy) {
        if !known.contains(&part) {
            let message = format!("`{id}` includes `{part}`, and there is no such policy");
            let problem = Problem::error(Code::UnknownPolicy, span, message, "no policy has this id");
            problems.push(problem.hints(hint(part, "policy", known.iter().copied())));
        } else if reaches(top, part, id, &mut BTreeSet::new()) {
            let message = format!("the policy `{id}` includes itself");
            problems.push(Problem::error(Code::Circle, span, message, "leads back to it"));
        }
    }
    if problems.is_empty() {
        let parts: Vec<SizedPolicy<'_>> = included(policy).map(|(part, _)| (part, None)).collect();
        if let Some(problem) = conflict(top, &parts) {
            problems.push(problem.hint(format!("`{id}` includes both")));
        }
    }
    problems
}

/// Whether a policy is another one, or includes it.
fn reaches(top: &Table, from: &str, to: &str, seen: &mut BTreeSet<String>) -> bool {
    if from == to {
        return true;
    }
    let new = seen.insert(from.to_owned());
    new && find(top, from).is_some_and(|(table, _)| included(table).any(|(part, _)| reaches(top, part, to, seen)))
}

fn wrong_sizes(policy: &Table, id: &str) -> Option<Problem> {
    let scale = scale(policy)?;
    let table = policy.get("scale")?.table()?;
    let at = |key: &str| table.get(key).map_or_else(Span::default, |node| node.span);
    if scale.low >= scale.high {
        let message = format!("the sizes of `{id}` go from {} to {}", scale.low, scale.high);
        return Some(Problem::error(
            Code::OutOfRange,
            at("high"),
            message,
            "`high` must be above `low`",
        ));
    }
    (!(scale.low..=scale.high).contains(&scale.size)).then(|| {
        let message = format!(
            "`{id}` has the size {}, outside {} to {}",
            scale.size, scale.low, scale.high
        );
        Problem::error(Code::OutOfRange, at("size"), message, "not among its sizes")
    })
}
