//! What the tables of events and of what is watched must hold.

use std::collections::BTreeSet;

use crate::data::*;

#[test]
fn every_class_and_kind_has_an_exposure() {
    let counted: BTreeSet<&str> = exposures()
        .iter()
        .flat_map(|row| &row.counts)
        .map(String::as_str)
        .collect();
    let names: BTreeSet<&str> = exposures().iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(names.len(), exposures().len(), "a kind twice");
    for event in past_events() {
        assert!(names.contains(event.class.as_str()), "{event:?}");
        assert!(counted.contains(event.kind.as_str()), "{event:?}");
        let class = exposures().iter().find(|row| row.kind == event.class).unwrap();
        assert!(class.counts.contains(&event.kind), "{event:?}");
    }
    for row in exposures() {
        assert!(
            row.since <= row.until && !row.how.is_empty() && !row.bias.is_empty(),
            "{row:?}"
        );
        assert_eq!(row.least_share.is_some(), row.unit == WatchedUnit::Supply, "{row:?}");
        assert!(watched().iter().any(|unit| unit.unit == row.unit), "{row:?}");
        for kind in &row.counts {
            assert!(
                class_of_kind(kind).is_some() || kind == "drought",
                "{kind}: no event of the kind"
            );
        }
    }
}

#[test]
fn no_event_is_there_twice() {
    let mut seen = BTreeSet::new();
    for event in past_events() {
        for mineral in &event.minerals {
            let key = (
                &event.country,
                mineral,
                &event.class,
                &event.date_start,
                &event.sites,
                &event.targets,
                event.is_country_wide,
            );
            assert!(seen.insert(key), "{key:?}");
        }
    }
    // The same measure seen by two of the collected tables, with another day.
    let restrictions: Vec<&PastEvent> = past_events()
        .iter()
        .filter(|event| event.class == "export_restriction" && event.is_country_wide && event.targets.is_empty())
        .collect();
    for (position, first) in restrictions.iter().enumerate() {
        for second in &restrictions[position + 1..] {
            let is_shared = first.minerals.iter().any(|mineral| second.minerals.contains(mineral));
            let is_near = first.date_start[..4] == second.date_start[..4];
            let is_same = first.country == second.country && first.kind == second.kind && is_shared && is_near;
            assert!(!is_same, "{first:?}\n{second:?}");
        }
    }
}

#[test]
fn every_event_has_an_address_and_a_note() {
    for event in past_events() {
        assert!(
            event.source.contains("https://") || event.source.contains("http://"),
            "{event:?}"
        );
        assert!(!event.note.is_empty() && !event.minerals.is_empty(), "{event:?}");
        assert!(event.severity.is_none() == event.severity_of.is_empty(), "{event:?}");
        assert!(
            event.severity.is_none_or(|share| (0.0..=1.0).contains(&share)),
            "{event:?}"
        );
        let months = event.duration_months.into_iter().chain(event.open_months);
        assert!(months.into_iter().all(|months| months > 0.0), "{event:?}");
    }
}

#[test]
fn every_country_and_mineral_of_the_events_is_known() {
    for event in past_events() {
        for code in event.targets.iter().chain([&event.country]) {
            assert!(country_name(code).is_some(), "{code}: {event:?}");
        }
        for mineral in &event.minerals {
            assert_eq!(mineral_id(mineral).ok(), Some(mineral.as_str()), "{event:?}");
        }
    }
    for unit in watched() {
        assert!(country_name(&unit.country).is_some(), "{unit:?}");
        assert!(unit.mineral.is_empty() || mineral_id(&unit.mineral).is_ok(), "{unit:?}");
    }
}

/// What is watched as a supply has the share that the shipped shares state, and nothing of a tenth is missing.
#[test]
fn supplies_watched_are_those_of_the_shares() {
    for (mineral, stages) in minerals() {
        for stage in stages {
            for row in shares(&mineral, &stage).unwrap().rows {
                if row.share < 0.1 || ["OTH", "EU27", "WLD"].contains(&row.country.as_str()) {
                    continue;
                }
                let unit = watched().iter().find(|unit| {
                    unit.unit == WatchedUnit::Supply && unit.country == row.country && unit.is_of(&mineral)
                });
                let share = unit.and_then(|unit| unit.share).unwrap_or_default();
                assert!(share >= row.share - 1e-6, "{mineral} {stage} {}", row.country);
            }
        }
    }
}
