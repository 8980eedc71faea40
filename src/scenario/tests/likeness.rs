//! Which materials two scenarios have in common.

use crate::scenario::*;

/// Ore and metal from it, an alloy of its own, and two things that nothing is made from; several can be struck by one event.
const TEXT: &str = r#"
format = 1
title = "Four chains"
assumption = "made up"
time = { start = "2026-01", periods = 12 }
focus = { materials = ["metal"], countries = ["USA"] }
demand = [
  { material = "metal", country = "USA", amount = 100 },
  { material = "salt", country = "USA", amount = 100 },
  { material = "gas", country = "USA", amount = 100 },
]
inventory = [{ material = "salt", country = "USA", days = 30 }]

[[material]]
id = "ore"
[[material]]
id = "metal"
inputs = [{ material = "ore", per_tonne = 2.0 }]
[[material]]
id = "salt"
[[material]]
id = "gas"

[shares.ore]
output = 200
by_country = { AUS = 1.0 }
[shares.metal]
output = 100
by_country = { CHN = 0.8, USA = 0.2 }
[shares.salt]
output = 100
by_country = { CHN = 1.0 }
[shares.gas]
output = 100
by_country = { CHN = 0.5, RUS = 0.5 }

[[event]]
id = "ban"
kind = "export_restriction"
from = "CHN"
to = "all"
materials = ["metal", "salt"]
arrival = { process = "poisson", per_year = 0.1 }
duration = 6
[[event]]
id = "reply"
kind = "export_restriction"
from = "RUS"
to = "all"
materials = ["gas"]
arrival = { process = "after", event = "ban", probability = 0.5 }
duration = 6
[[event]]
id = "war"
kind = "production_loss"
country = "RUS"
arrival = { process = "poisson", per_year = 0.1 }
duration = 6
[[supply]]
id = "new_plant"
material = "metal"
country = "USA"
capacity = 1
[[policy]]
id = "plant"
set = [{ key = "supply.new_plant.capacity", value = 10 }]
"#;

fn checked(document: &Document) -> Scenario {
    document.check(None).unwrap_or_else(|errors| panic!("{errors}")).0
}

/// The materials that differ once this is set.
fn differ(assignments: &[&str]) -> Vec<String> {
    let document = Document::from_text("four.toml", TEXT).unwrap_or_else(|errors| panic!("{errors}"));
    let mut changed = document.clone();
    for assignment in assignments {
        changed.set(assignment).unwrap_or_else(|errors| panic!("{errors}"));
    }
    names(&checked(&document), &checked(&changed))
}

fn names(one: &Scenario, other: &Scenario) -> Vec<String> {
    let both = [differing(one, other), differing(other, one)];
    assert_eq!(both[0], both[1]);
    let named = other.materials.iter().zip(&both[0]);
    named
        .filter(|(_, differs)| **differs)
        .map(|(material, _)| material.id.clone())
        .collect()
}

#[test]
fn nothing_differs_where_nothing_was_changed() {
    assert!(differ(&[]).is_empty());
    assert!(differ(&["run.trials=77", "title=\"Another\""]).is_empty());
}

#[test]
fn a_chain_differs_as_a_whole_and_alone() {
    for change in [
        "shares.ore.output=210",
        "demand.metal.USA.final.amount=90",
        "material.metal.inputs=[{ material = \"ore\", per_tonne = 2.1 }]",
        "shares.metal.by_country.CHN=0.7",
        "material.ore.flexibility=2",
    ] {
        assert_eq!(differ(&[change]), ["ore", "metal"], "{change}");
    }
    for change in ["inventory.salt.USA.days=31", "demand.salt.USA.final.growth=0.01"] {
        assert_eq!(differ(&[change]), ["salt"], "{change}");
    }
}

/// An event is of every material that it strikes, and decides when those strike that follow it.
#[test]
fn an_event_reaches_what_it_strikes_and_what_follows_it() {
    assert_eq!(differ(&["event.war.arrival.per_year=0.2"]), ["gas"]);
    assert_eq!(differ(&["event.reply.arrival.probability=0.6"]), ["gas"]);
    for change in ["event.ban.arrival.per_year=0.2", "event.ban.duration=7"] {
        assert_eq!(differ(&[change]), ["ore", "metal", "salt", "gas"], "{change}");
    }
    assert_eq!(differ(&["event.ban.materials=[\"metal\"]"]), ["salt"]);
}

#[test]
fn what_holds_for_all_makes_all_differ() {
    for change in [
        "run.seed=7",
        "run.refill=false",
        "time.periods=13",
        "focus.countries=[\"CHN\"]",
        // What is bought ahead is held while anything announced is in force.
        "event.war.notice=1",
    ] {
        assert_eq!(differ(&[change]), ["ore", "metal", "salt", "gas"], "{change}");
    }
}

#[test]
fn a_policy_differs_where_it_does_something() {
    let document = Document::from_text("four.toml", TEXT).unwrap_or_else(|errors| panic!("{errors}"));
    let (policy, _) = document
        .check(Some("plant"))
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(names(&checked(&document), &policy), ["ore", "metal"]);
}
