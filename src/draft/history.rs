//! What happened before, counted: rates, losses and lengths of export restrictions. Everything that rests on counts is here, so that it can be
//! taken from a table of events instead.

use super::text::{number, significant, spoken};
use crate::data::{self, EventState, PastEvent};
use crate::rates::{FitResult, Question};

/// A counted figure as the file has it, and what was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counted {
    /// The value of the key.
    pub value: String,
    /// What stands behind it.
    pub count: String,
}

/// A rate as the shipped events have it, which `critmin rates` shows.
fn of_events(question: Question, what: &str) -> Counted {
    let value = question.as_written();
    // Asked of shipped tables; a test asks all of them.
    let count = question.answer().map_or_else(
        |_| format!("{what} (critmin rates)"),
        |answer| {
            let (events, years) = (answer.whole.events, answer.whole.unit_years);
            let mean = (events as f64 + 0.5) / years;
            format!(
                "{what}: {events} in {} years watched, a mean of {} a year (critmin rates lists them)",
                spoken(years),
                spoken(significant(mean, 2))
            )
        },
    );
    Counted { value, count }
}

/// A new Chinese listing (licences) of a mineral that China dominates, at the pace that shipped scenarios take too where they count.
pub(super) fn listing() -> Counted {
    let question = Question {
        kind: "export_restriction".to_owned(),
        country: Some("CHN".to_owned()),
        since: Some(2023),
        until: Some(2025),
        ..Question::default()
    };
    of_events(
        question,
        "Chinese listings per dominated mineral at the pace of 2023-25 (since 2010 it was a quarter of that: leave out the years)",
    )
}

/// A country-wide stop of exports by another leading producer: its own count where it stopped this mineral before, since it is likelier to do so again;
/// else that of all leading producers.
pub(super) fn stop(country: &str, mineral: &str, name: &str) -> Counted {
    let own = Question {
        kind: "country_stop".to_owned(),
        country: Some(country.to_owned()),
        mineral: Some(mineral.to_owned()),
        ..Question::default()
    };
    if own.answer().is_ok_and(|answer| answer.whole.events > 0) {
        let what = format!("country-wide stops of {} by {name} itself", mineral.replace('_', " "));
        return of_events(own, &what);
    }
    let all = Question {
        kind: "country_stop".to_owned(),
        except: vec!["CHN".to_owned()],
        ..Question::default()
    };
    of_events(
        all,
        "country-wide stops by leading producers other than China, by producer and mineral",
    )
}

/// What the shipped events know of the Chinese listing of a mineral; of heavy rare earths by the two that are counted.
fn listed(mineral: &str) -> impl Iterator<Item = &'static PastEvent> {
    let mineral = match mineral {
        "rare_earths_heavy" => "dysprosium",
        _ => mineral,
    };
    data::past_events().iter().filter(move |event| {
        event.country == "CHN"
            && event.kind == "export_licensing"
            && event.is_country_wide
            && event.targets.is_empty()
            && event.state != EventState::NeverInForce
            && event.minerals.iter().any(|name| name == mineral)
    })
}

/// When what a Chinese listing held back flowed again, if it did.
pub(super) fn listing_ended(mineral: &str) -> Option<&'static PastEvent> {
    listed(mineral).find(|event| event.state == EventState::Ended)
}

/// Loss of exports after the Chinese listing of this mineral, where the shipped events state it.
pub(super) fn loss_after_listing(mineral: &str) -> Option<Counted> {
    listed(mineral).find_map(|event| {
        let severity = event.severity.filter(|_| event.severity_of == "country")?;
        Some(Counted {
            value: number(severity),
            count: format!(
                "loss after the listing of {} ({}; events.csv)",
                event.date_start, event.note
            ),
        })
    })
}

/// Loss of exports in the first year after a Chinese measure: the fit to all of them that `critmin rates` shows.
pub(super) fn loss_after_listings() -> Counted {
    let all = Question {
        kind: "export_restriction".to_owned(),
        country: Some("CHN".to_owned()),
        ..Question::default()
    };
    // Asked of shipped tables, which state enough of them; a test asks.
    let fitted = all.answer().ok().and_then(|answer| match answer.severity.result {
        FitResult::Fitted { as_written, .. } => Some((as_written, answer.severity.values.len())),
        FitResult::Insufficient => None,
    });
    match fitted {
        Some((value, events)) => Counted {
            value,
            count: format!(
                "loss in the first year of {events} Chinese measures, as far as figures reach (critmin rates lists them; sources state a share more often where \
                 much was lost)"
            ),
        },
        None => Counted {
            value: "0.5".to_owned(),
            count: "half, since too few events state a loss".to_owned(),
        },
    }
}

/// The mineral under whose name controls list a mineral too: rare earths for each of them.
pub(super) fn family(mineral: &str) -> Option<&'static str> {
    let head = data::watched()
        .iter()
        .find(|unit| unit.also.iter().any(|name| name == mineral))?;
    Some(head.mineral.as_str())
}

/// The minerals that a licensing of a year names, where it does not name this one but others of its family.
pub(super) fn listed_elements(mineral: &str, country: &str, year: i32) -> Option<String> {
    let head = family(mineral).unwrap_or(mineral);
    let unit = data::watched()
        .iter()
        .find(|unit| unit.country == country && unit.mineral == head && !unit.also.is_empty())?;
    let mut names: Vec<String> = data::past_events()
        .iter()
        .filter(|event| {
            event.country == country
                && event.kind == "export_licensing"
                && event.state != EventState::NeverInForce
                && event.date_start.starts_with(&year.to_string())
        })
        .flat_map(|event| &event.minerals)
        .filter(|name| unit.also.contains(name) && !name.contains("rare_earth"))
        .cloned()
        .collect();
    names.sort();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Months that country-wide stops of exports lasted which are over, by other producers than China.
pub(super) fn length_of_stops() -> Counted {
    let mut ended: Vec<(f64, &PastEvent)> = data::past_events()
        .iter()
        .filter(|event| {
            ["export_ban", "policy_stop"].contains(&event.kind.as_str())
                && event.is_country_wide
                && event.targets.is_empty()
                && event.country != "CHN"
                && event.state == EventState::Ended
        })
        .filter_map(|event| Some((event.duration_months?, event)))
        .collect();
    ended.sort_by(|one, other| one.0.total_cmp(&other.0));
    let values: Vec<String> = ended.iter().map(|(months, _)| number(*months)).collect();
    let named: Vec<String> = ended
        .iter()
        .map(|(_, event)| {
            let name = data::country_name(&event.country).unwrap_or(&event.country);
            format!(
                "{name}, {}, {}",
                event.minerals.join(" and ").replace('_', " "),
                event.date_start
            )
        })
        .collect();
    Counted {
        value: format!("{{ dist = \"empirical\", values = [{}] }}", values.join(", ")),
        count: format!(
            "country-wide stops of exports that are over: {} (events.csv)",
            named.join("; ")
        ),
    }
}

/// The mineral that the shipped scenarios follow under each ban that China aimed at an importer since 2024; other minerals were named with it.
pub(super) const NAMED_WITH: &str = "gallium";

/// Bans that China aimed at an importer and that name the mineral.
fn aimed_at(mineral: &str, importer: &str) -> impl Iterator<Item = &'static PastEvent> {
    let head = family(mineral).unwrap_or(mineral);
    data::past_events().iter().filter(move |event| {
        event.country == "CHN"
            && event.kind == "export_ban"
            && event.targets.iter().any(|code| code == importer)
            && event.minerals.iter().any(|name| name == mineral || name == head)
    })
}

/// Whether a ban that China aimed at an importer names the mineral.
pub(super) fn was_aimed(mineral: &str, importer: &str) -> bool {
    aimed_at(mineral, importer).next().is_some()
}

/// The ban aimed at an importer that names the mineral and gallium alike.
pub(super) fn aimed_with_gallium(mineral: &str, importer: &str) -> Option<&'static PastEvent> {
    aimed_at(mineral, importer).find(|event| event.minerals.iter().any(|name| name == NAMED_WITH))
}

/// Whether listings of the mineral by China are watched: of it China makes at least half at some stage.
pub(super) fn is_watched(mineral: &str) -> bool {
    let least = data::exposures()
        .iter()
        .find(|exposure| exposure.kind == "export_restriction")
        .and_then(|exposure| exposure.least_share);
    data::watched().iter().any(|unit| {
        unit.country == "CHN"
            && unit.unit == data::WatchedUnit::Supply
            && unit.is_of(mineral)
            && unit.share.zip(least).is_some_and(|(share, least)| share >= least)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_shipped_events() {
        for (counted, rate) in [
            (listing(), ": 9 in 57 years watched, a mean of 0.17 a year"),
            (
                stop("COD", "cobalt", "DR Congo"),
                ": 1 in 16 years watched, a mean of 0.094 a year",
            ),
            (
                stop("ZAF", "platinum", "South Africa"),
                ": 3 in 528 years watched, a mean of 0.0066 a year",
            ),
        ] {
            assert!(counted.count.contains(rate), "{counted:?}");
        }
        assert_eq!(
            stop("COD", "cobalt", "DR Congo").value,
            "{ rate = \"history\", kind = \"country_stop\", country = \"COD\", mineral = \"cobalt\" }"
        );
    }

    #[test]
    fn losses_and_lengths_are_those_of_the_shipped_events() {
        assert_eq!(loss_after_listing("antimony").unwrap().value, "0.74");
        // First years: rare earths of 2010 and 2011 0.40 and 0.35, gallium 0.45, graphite 0.01, tungsten 0.13, dysprosium 0.35, magnets 0.075: a mean of 0.252.
        for (mineral, share) in [
            ("gallium", 0.45),
            ("graphite", 0.01),
            ("tungsten", 0.13),
            ("rare_earths_heavy", 0.35),
        ] {
            let loss = loss_after_listing(mineral).unwrap();
            assert_eq!(loss.value, number(share), "{mineral}");
        }
        assert!(loss_after_listings().count.contains("of 7 Chinese measures"));
        assert_eq!(loss_after_listing("indium"), None);
        assert_eq!(
            loss_after_listings().value,
            "{ dist = \"beta\", mean = 0.252, sd = 0.176 }"
        );
        assert_eq!(
            listed_elements("rare_earths", "CHN", 2025).as_deref(),
            Some("dysprosium, gadolinium, lutetium, samarium, scandium, terbium, yttrium")
        );
        let state = |mineral, place| aimed_with_gallium(mineral, place).map(|event| event.state);
        assert_eq!(state("graphite", "JPN"), Some(EventState::Open));
        assert_eq!(state("antimony", "USA"), Some(EventState::Ended));
        assert_eq!((state("graphite", "USA"), state("bismuth", "JPN")), (None, None));
        assert!(was_aimed("antimony", "USA") && !was_aimed("bismuth", "JPN"));
        // China makes 45 % of refined copper, and more than half of graphite, and of rare earths with all that count as they.
        assert!(is_watched("graphite") && is_watched("rare_earths_light") && !is_watched("copper"));
        assert_eq!(
            listing_ended("rare_earth_magnets").map(|event| event.date_end.as_str()),
            Some("2025-07")
        );
        assert!(listing_ended("tungsten").is_none());
        assert_eq!(
            length_of_stops().value,
            "{ dist = \"empirical\", values = [1.22, 1.97, 10.51, 10.97, 36.11] }"
        );
    }
}
