//! What policies are compared by: the same draws, the same time, the same places and materials. No policy may change that.

use std::collections::BTreeSet;

use super::checked::{Focus, Place, Scenario};
use super::codes::Code;
use super::diagnostics::Problem;
use super::names::tables;
use super::source::Span;
use super::tree::{Node, Table};

/// The refusal of a change that a policy may not make.
pub(crate) fn refusal(top: &Table, key: &str, key_span: Span) -> Option<Problem> {
    let parts: Vec<&str> = key.split('.').map(str::trim).collect();
    let why = match parts.as_slice() {
        ["run", ..] => "policies are compared on the same draws, so the run is the same for all",
        ["time", ..] => "policies are compared over the same time",
        ["focus", ..] => "policies are compared for the same materials and places",
        ["title" | "description" | "acknowledge" | "lever" | "country", ..] => "it belongs to the scenario as a whole",
        ["material"] => "policies are compared for the same materials",
        ["group"] => "policies are compared for the same places",
        ["group", id, ..] if in_focus(top, id) => {
            "the group is in focus, and policies are compared for the same places"
        }
        [_, .., "name" | "unit"] => "names and units are the same in all tables",
        _ => return None,
    };
    let message = format!("a policy cannot change `{key}`");
    Some(Problem::error(Code::PolicyFrame, key_span, message, why).hint(format!(
        "set it in the scenario; to see what it does to all policies, run with --set {key}=VALUE"
    )))
}

/// Whether the focus names the group, or a group that contains it.
fn in_focus(top: &Table, id: &str) -> bool {
    let Some(node) = top
        .get("focus")
        .and_then(Node::table)
        .and_then(|focus| focus.get("countries").or_else(|| focus.get("country")))
    else {
        return false;
    };
    let mut open: Vec<&str> = node.one_or_many().iter().filter_map(Node::text).collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if name == id {
            return true;
        }
        if !seen.insert(name) {
            continue;
        }
        for (table, _) in tables(top, "group").filter(|(table, _)| table.text("id") == Some(name)) {
            let members = table.get("members").or_else(|| table.get("member"));
            open.extend(
                members
                    .iter()
                    .flat_map(|node| node.one_or_many())
                    .filter_map(Node::text),
            );
        }
    }
    false
}

/// Brings the baseline's focus to a policy's scenario, so that both are told for the same places: without a `focus` the places with the largest
/// demand are chosen, and a policy may change demand. `None` where the policy's scenario has not all of them.
pub(crate) fn same_focus(baseline: &Scenario, policy: &Scenario) -> Option<Focus> {
    let material = |index: &usize| {
        let id = &baseline.materials.get(*index)?.id;
        policy.materials.iter().position(|material| material.id == *id)
    };
    let place = |place: &Place| match place {
        Place::Country(index) => {
            let code = &baseline.countries.get(*index)?.code;
            let at = policy.countries.iter().position(|country| country.code == *code);
            at.map(Place::Country)
        }
        Place::Group(index) => {
            let id = &baseline.groups.get(*index)?.id;
            policy.groups.iter().position(|group| group.id == *id).map(Place::Group)
        }
    };
    Some(Focus {
        materials: baseline.focus.materials.iter().map(material).collect::<Option<_>>()?,
        places: baseline.focus.places.iter().map(place).collect::<Option<_>>()?,
    })
}
