//! Chains of tens of thousands: groups of groups, recipes, events after events, keys and brackets. Neither the stack nor the time may give out.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::scenario::*;

const BASE: &str = "format = 1\ntitle = \"x\"\nassumption = \"made up\"\ntime = { start = \"2026-01\", periods = 12 }\n\
    [[demand]]\nmaterial = \"m\"\ncountry = \"USA\"\namount = 10\n[[material]]\nid = \"m\"\n[shares.m]\noutput = 10\nby_country = { CHN = 1 }\n";

/// Checks in a thread with a small stack, in a time that no cubic rule would keep (seconds, if nothing else runs).
fn checked(text: String) -> Result<(Scenario, Diagnostics), Diagnostics> {
    let started = Instant::now();
    let work = move || Document::from_text("deep.toml", &text).and_then(|document| document.check(None));
    let thread = std::thread::Builder::new().stack_size(1024 * 1024).spawn(work).unwrap();
    let done = thread.join().unwrap();
    let took = started.elapsed();
    assert!(took < Duration::from_secs(240), "{took:?}");
    done
}

#[test]
fn groups_of_groups() {
    let mut text = BASE.to_string();
    let number = 60_000;
    for group in 0..number {
        let _ = write!(text, "[[group]]\nid = \"g{group}\"\nmembers = [\"g{}\"]\n", group + 1);
    }
    let open = format!("{text}[[group]]\nid = \"g{number}\"\nmembers = [\"USA\", \"CHN\"]\n");
    let (scenario, _) = checked(open).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(scenario.groups.len(), number + 1);
    assert_eq!(scenario.groups[0].id, "g0");
    assert!(scenario.groups.iter().all(|group| group.members == [0, 1]));
    // The same in a circle.
    let closed = format!("{text}[[group]]\nid = \"g{number}\"\nmembers = [\"g0\"]\n");
    let errors = checked(closed).unwrap_err();
    let first = errors.iter().next().unwrap();
    assert_eq!((errors.len(), first.code), (1, Code::Circle));
}

#[test]
fn events_after_events() {
    let number = 20_000;
    let mut text = BASE.to_string();
    for event in 0..number {
        let _ = write!(
            text,
            "[[event]]\nid = \"e{event}\"\nkind = \"production_loss\"\ncountries = [\"CHN\"]\narrival = {{ process = \"after\", event = \"e{}\" }}\n",
            event + 1
        );
    }
    let _ = write!(
        text,
        "[[event]]\nid = \"e{number}\"\nkind = \"production_loss\"\ncountries = [\"CHN\"]\narrival = {{ process = \"poisson\", per_year = 0.5 }}\n"
    );
    let (scenario, _) = checked(text).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(scenario.events.len(), number + 1);
}

#[test]
fn recipes_of_recipes() {
    let number = 2_000;
    let mut text = BASE.replace(
        "id = \"m\"\n[shares",
        "id = \"m\"\ninputs = [{ material = \"m0\", per_tonne = 1 }]\n[shares",
    );
    for material in 0..number {
        let input = if material + 1 < number {
            format!("inputs = [{{ material = \"m{}\", per_tonne = 1 }}]\n", material + 1)
        } else {
            String::new()
        };
        let _ = write!(
            text,
            "[[material]]\nid = \"m{material}\"\n{input}[shares.m{material}]\noutput = 10\nby_country = {{ CHN = 1 }}\n"
        );
    }
    let (scenario, _) = checked(text).unwrap_or_else(|errors| panic!("{errors}"));
    // Upstream first: the last of the file down to the first.
    assert_eq!(scenario.material_order[0], number);
    assert_eq!(scenario.material_order[number], 0);
}

#[test]
fn brackets_and_keys() {
    let depth = 100_000;
    for text in [
        format!("{BASE}x = {}", "[".repeat(depth)),
        format!("{BASE}x = {}{}", "[".repeat(depth), "]".repeat(depth)),
        format!("{BASE}x = {}", "{ a = ".repeat(depth)),
        format!("{BASE}{}x = 1", "a.".repeat(depth)),
        format!("{BASE}[{}x]", "a.".repeat(depth)),
    ] {
        let errors = checked(text).unwrap_err();
        assert!(
            errors.iter().any(|error| error.code == Code::TooDeep) && errors.len() <= 5,
            "{errors}"
        );
    }
    let mut document = Document::from_text("deep.toml", BASE).unwrap();
    for assignment in [
        format!("{}x=1", "a.".repeat(depth)),
        format!("{}x=1", "material.m.".repeat(depth)),
        format!("title={}", "[".repeat(depth)),
    ] {
        assert!(document.set(&assignment).is_err());
    }
}

#[test]
fn a_long_chain_of_extends_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..300 {
        let text = format!("format = 1\nextends = \"{}.toml\"\n", file + 1);
        std::fs::write(folder.path().join(format!("{file}.toml")), text).unwrap();
    }
    let errors = Document::load(&folder.path().join("0.toml")).unwrap_err();
    assert!(
        errors.to_string().contains("too many files extend one another"),
        "{errors}"
    );
}
