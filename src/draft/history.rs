//! What happened before, counted: rates, losses and lengths of export restrictions. Everything that rests on counts is here, so that it can be
//! taken from a table of events instead.

use super::text::{number, significant};
use crate::rates::Question;

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
            number(exposure),
            number(significant(shape / exposure, 2))
        ),
    }
}

/// A rate as the shipped events have it, which `critmin rates` shows.
fn of_events(value: &str, question: Question, what: &str) -> Counted {
    // Asked of shipped tables; a test asks all of them.
    let count = question.answer().map_or_else(
        |_| format!("{what} (critmin rates)"),
        |answer| {
            let (events, years) = (answer.whole.events, answer.whole.unit_years);
            let mean = (events as f64 + 0.5) / years;
            format!(
                "{what}: {events} in {} years watched, a mean of {} a year (critmin rates lists them)",
                number(years),
                number(significant(mean, 2))
            )
        },
    );
    Counted {
        value: value.to_owned(),
        count,
    }
}

/// A new Chinese listing (licences) of a mineral that China dominates.
pub(super) fn listing() -> Counted {
    let question = Question {
        kind: "export_restriction".to_owned(),
        country: Some("CHN".to_owned()),
        ..Question::default()
    };
    of_events(
        "{ rate = \"history\", kind = \"export_restriction\", country = \"CHN\" }",
        question,
        "Chinese listings per dominated mineral since 2010 (the pace of 2023-25 alone is four times that)",
    )
}

/// A Chinese ban on everybody: none, so what is left of the prior of Jeffreys.
pub(super) fn ban_on_all() -> Counted {
    rate(0, 304.0, "Chinese bans on every buyer per dominated mineral, 2010-25")
}

/// A country-wide stop of exports by another leading producer.
pub(super) fn stop() -> Counted {
    let question = Question {
        kind: "country_stop".to_owned(),
        except: vec!["CHN".to_owned()],
        ..Question::default()
    };
    of_events(
        "{ rate = \"history\", kind = \"country_stop\", except = [\"CHN\"] }",
        question,
        "country-wide stops by leading producers other than China, by producer and mineral",
    )
}

/// A Chinese ban aimed at one importer. Only for importers that were watched.
pub(super) fn aimed_ban(importer: &str) -> Option<Counted> {
    let events = match importer {
        "JPN" => 2,
        "USA" => 1,
        "IND" => 0,
        _ => return None,
    };
    Some(rate(
        events,
        17.0,
        &format!("Chinese bans aimed at {importer}, whatever the mineral, 2010 to 2026"),
    ))
}

/// Loss of exports in the first year after a Chinese listing.
pub(super) fn loss_after_listing(mineral: &str) -> Counted {
    let own = match mineral {
        "tungsten" => Some((
            "0.13",
            "Chinese exports of all tungsten products in January to August 2025 against the year before (press: sscollege.cn/en/info/44949.html); of APT alone 0.69",
        )),
        "antimony" => Some((
            "0.74",
            "Chinese exports in the half-year after the listing (press: energynews.oedigital.com, 20 January 2025)",
        )),
        "rare_earth_magnets" => Some((
            "0.075",
            "Chinese exports of January to September 2025 against the year before (press: tradingeconomics.com/china/exports/news/471367)",
        )),
        _ => None,
    };
    match own {
        Some((value, count)) => Counted {
            value: value.to_owned(),
            count: count.to_owned(),
        },
        None => Counted {
            value: "{ dist = \"empirical\", values = [0, 0.075, 0.13, 0.35, 0.6, 0.74] }".to_owned(),
            count: "loss of Chinese exports in the first year after six listings: graphite 0 (fastmarkets.com), magnets 0.075 \
                    (tradingeconomics.com/china/exports/news/471367), tungsten 0.13 (sscollege.cn/en/info/44949.html), dysprosium and terbium 0.35 \
                    (rawmaterials.net), antimony 0.74 in half a year (energynews.oedigital.com), germanium 0.6 in 2025 (rawmaterials.net/?p=9734)"
                .to_owned(),
        },
    }
}

/// Months that export stops lasted.
pub(super) fn length_of_stops() -> Counted {
    Counted {
        value: "{ dist = \"empirical\", values = [1.2, 3, 3.5, 7.8, 36] }".to_owned(),
        count: "five that ended: Indonesian copper concentrate 2017 (magazine.cim.org), Russian palladium 2000 (economist.com) and 1998 \
                (si.frajer.net), Congolese cobalt 2025, Indonesian ore 2014-17 (both events.csv)"
            .to_owned(),
    }
}

/// A ban aimed at one importer that began with the simulated time: date, and what is known of it.
pub(super) fn fresh_ban(mineral: &str, importer: &str) -> Option<(&'static str, &'static str)> {
    let hit = [
        "rare_earths",
        "rare_earths_heavy",
        "rare_earths_light",
        "magnet_rare_earths",
        "gallium",
        "germanium",
        "tungsten",
        "graphite",
    ];
    (importer == "JPN" && hit.contains(&mineral)).then_some((
        "2026-01-06",
        "China barred dual-use goods to Japan for military users on 6 January 2026 (MOFCOM Announcement 1 of 2026, by press: geopolitechs.org, \
         livemint.com); tungsten carbide, dysprosium and terbium were reported at zero for January to March. In force when last seen, June 2026",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_the_shipped_events() {
        for counted in [listing(), stop()] {
            assert!(counted.count.contains(" years watched"), "{counted:?}");
        }
        assert!(listing().count.contains(": 11 in 304 years watched"), "{:?}", listing());
    }
}
