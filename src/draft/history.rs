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

/// A rate per year: n events in an exposure of years. The posterior of a Poisson rate under the prior of Jeffreys is a gamma distribution of shape
/// n + 1/2 and rate exposure.
fn rate(events: u32, exposure: f64, what: &str) -> Counted {
    let shape = f64::from(events) + 0.5;
    Counted {
        value: format!(
            "{{ dist = \"gamma\", shape = {}, scale = {} }}",
            number(shape),
            number(significant(1.0 / exposure, 6))
        ),
        count: format!(
            "{what}: {events} in {} years watched, a mean of {} a year",
            spoken(exposure),
            spoken(significant(shape / exposure, 2))
        ),
    }
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

/// A new Chinese listing (licences) of a mineral that China dominates, at the pace that the shipped scenarios take too.
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
        "Chinese listings per dominated mineral at the pace of 2023-25, as in the shipped scenarios (since 2010 it was a quarter of that: leave out the \
         years)",
    )
}

/// A Chinese ban on everybody: none, so what is left of the prior of Jeffreys.
pub(super) fn ban_on_all() -> Counted {
    rate(0, 304.0, "Chinese bans on every buyer per dominated mineral, 2010-25")
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

/// A Chinese ban aimed at one importer. Only for importers that were watched.
pub(super) fn aimed_ban(importer: &str, name: &str) -> Option<Counted> {
    let events = match importer {
        "JPN" => 2,
        "USA" => 1,
        "IND" => 0,
        _ => return None,
    };
    Some(rate(
        events,
        17.0,
        &format!("Chinese bans aimed at {name}, whatever the mineral, 2010 to 2026"),
    ))
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

/// Loss of exports after a Chinese listing: of this mineral where the shipped events state it, else the fit to all of them that `critmin rates` shows.
pub(super) fn loss_after_listing(mineral: &str) -> Counted {
    let own = listed(mineral).find_map(|event| {
        let severity = event.severity.filter(|_| event.severity_of == "country")?;
        Some((severity, event))
    });
    if let Some((severity, event)) = own {
        return Counted {
            value: number(severity),
            count: format!(
                "loss after the listing of {} ({}; events.csv)",
                event.date_start, event.note
            ),
        };
    }
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
                "loss while Chinese restrictions of {events} minerals bit (critmin rates lists them; sources state a share more often where much was lost)"
            ),
        },
        None => Counted {
            value: "0.5".to_owned(),
            count: "half, since too few events state a loss".to_owned(),
        },
    }
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

/// A ban aimed at one importer that began with the simulated time.
pub(super) struct FreshBan {
    pub at: &'static str,
    /// As `severity` has it.
    pub severity: &'static str,
    /// Why.
    pub known: &'static str,
}

/// Months of such a ban, and what of it comes through third countries: as in the shipped scenarios.
pub(super) const FRESH_DURATION: &str = "{ dist = \"lognormal\", median = 14, p90 = 36 }";
pub(super) const FRESH_LEAK: &str =
    "{ share = { dist = \"uniform\", low = 0.2, high = 0.6 }, delay = 3, premium = 0.3 }";

/// The bar of January 2026 on dual-use goods to Japan; severities as in the shipped scenarios.
pub(super) fn fresh_ban(mineral: &str, importer: &str) -> Option<FreshBan> {
    if importer != "JPN" {
        return None;
    }
    let (severity, known) = match mineral {
        "tungsten" => (
            "{ dist = \"pert\", low = 0.3, mode = 0.8, high = 1 }",
            "tungsten carbide and powder were reported at zero for January to March, APT was not named (press, secondary: exportflows.com, 23 June 2026)",
        ),
        "rare_earths_heavy" => (
            "{ dist = \"pert\", low = 0.6, mode = 0.95, high = 1 }",
            "dysprosium and terbium were reported at zero for January to March (press, secondary: exportflows.com, 23 June 2026)",
        ),
        "rare_earths" | "rare_earths_light" | "magnet_rare_earths" => (
            "{ dist = \"pert\", low = 0, mode = 0.2, high = 0.8 }",
            "Japan's imports of rare earths from China were 5.7 % below the year before in January (Mizuho Research, by press: \
             devdiscourse.com/article/technology/3819458)",
        ),
        "gallium" | "germanium" | "graphite" => (
            "{ dist = \"pert\", low = 0, mode = 0.15, high = 0.9 }",
            "what it took of this mineral was not found",
        ),
        _ => return None,
    };
    Some(FreshBan {
        at: "2026-01-06",
        severity,
        known,
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
        assert_eq!(loss_after_listing("tungsten").value, "0.69");
        assert_eq!(loss_after_listing("rare_earth_magnets").value, "0.19");
        assert_eq!(
            loss_after_listing("vanadium").value,
            "{ dist = \"beta\", mean = 0.48, sd = 0.208 }"
        );
        assert_eq!(
            listing_ended("rare_earth_magnets").map(|event| event.date_end.as_str()),
            Some("2025-07")
        );
        assert!(listing_ended("tungsten").is_none());
        assert_eq!(
            length_of_stops().value,
            "{ dist = \"empirical\", values = [1.22, 1.97, 7.72, 10.97, 36.11] }"
        );
    }
}
