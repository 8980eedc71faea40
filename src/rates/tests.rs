//! Counts that were worked out by hand, the posterior in closed form, and the fits.

use super::fit::lognormal;
use super::*;
use crate::sampling::special::{normal_density, normal_survival};

fn ask(kind: &str) -> Question {
    Question {
        kind: kind.to_owned(),
        ..Question::default()
    }
}

fn of(kind: &str, country: &str) -> Question {
    Question {
        country: Some(country.to_owned()),
        ..ask(kind)
    }
}

fn counts(question: &Question) -> (usize, f64) {
    let rate = question.answer().unwrap_or_else(|errors| panic!("{errors:?}"));
    (rate.whole.events, rate.whole.unit_years)
}

/// 2 / 234 and 11 / 54 by hand, over 18 minerals. The table has 19 that China makes half of; antimony and molybdenum, listed in 2024
/// and 2025, are not among them (their largest Chinese shares in the table are 34 and 39 %).
#[test]
fn chinese_listings_of_dominated_minerals() {
    let early = Question {
        until: Some(2022),
        ..of("export_restriction", "CHN")
    };
    assert_eq!(counts(&early), (2, 19.0 * 13.0));
    let late = Question {
        since: Some(2023),
        ..of("export_restriction", "CHN")
    };
    assert_eq!(counts(&late), (9, 19.0 * 3.0));
    let wider = Question {
        least_share: Some(0.33),
        ..late
    };
    let minerals: Vec<&str> = wider
        .answer()
        .unwrap()
        .counted
        .iter()
        .map(|counted| counted.what)
        .collect();
    assert_eq!(minerals.len(), 11);
    assert!(
        minerals.contains(&"antimony") && minerals.contains(&"molybdenum"),
        "{minerals:?}"
    );
}

/// 0 / 288 by hand, over 18 minerals.
#[test]
fn no_chinese_ban_on_everyone() {
    assert_eq!(counts(&of("export_ban", "CHN")), (0, 19.0 * 16.0));
}

#[test]
fn bans_aimed_at_one_country() {
    for (target, expected) in [("JPN", 2), ("USA", 1), ("IND", 0)] {
        let question = Question {
            target: Some(target.to_owned()),
            until: Some(2026),
            ..of("export_ban", "CHN")
        };
        assert_eq!(counts(&question), (expected, 17.0), "{target}");
    }
}

/// 6 to 7 / about 650 by hand. Here three: the bans and stops of Indonesian and Malaysian bauxite and of tin of the Wa hit producers
/// whose share of 2024, after them, is below a fifth. The rate is 0.007 against 0.01.
#[test]
fn stops_by_another_leading_producer() {
    let question = Question {
        except: vec!["CHN".to_owned()],
        ..ask("country_stop")
    };
    assert_eq!(counts(&question), (3, 33.0 * 16.0));
}

#[test]
fn congolese_cobalt_indonesian_licences_and_copper_mines() {
    let cobalt = |kind: &str| Question {
        mineral: Some("cobalt".to_owned()),
        until: Some(2026),
        ..of(kind, "COD")
    };
    assert_eq!(counts(&cobalt("export_ban")), (1, 17.0));
    assert_eq!(counts(&cobalt("export_restriction")), (2, 17.0));
    // Plans of nickel late in 2024 and 2026, those of tin in 2024: three years of each.
    assert_eq!(counts(&of("licence_delay", "IDN")), (3, 6.0));
    let plans = |mineral: &str| Question {
        mineral: Some(mineral.to_owned()),
        ..of("licence_delay", "IDN")
    };
    assert_eq!(counts(&plans("nickel")), (2, 3.0));
    assert_eq!(counts(&plans("tin")), (1, 3.0));
    // 16 by hand. Beside them: one day at two mines of Codelco in July 2011, the rains of March 2015 and April 2016, and three days at
    // Escondida in August 2024.
    assert_eq!(counts(&ask("mine_stop")), (21, 96.0));
}

/// The posterior after n events in E years under Jeffreys' prior is gamma with mean (n + 1/2) / E and variance (n + 1/2) / E^2.
#[test]
fn the_posterior_is_gamma() {
    let rate = of("export_restriction", "CHN").answer().unwrap();
    let posterior = rate.whole.posterior.clone().unwrap();
    let shape = rate.whole.events as f64 + 0.5;
    let unit_years = rate.whole.unit_years;
    assert!((posterior.distribution.mean() - shape / unit_years).abs() < 1e-15);
    assert!((posterior.distribution.standard_deviation() - shape.sqrt() / unit_years).abs() < 1e-15);
    // A quarter of squared normal: after no event, the rate is a chi-squared of one degree over 2 E.
    let none = of("export_ban", "CHN").answer().unwrap().whole;
    let upper = none.posterior.unwrap().quantile(0.975);
    let z = crate::sampling::special::normal_quantile(0.9875);
    assert!((upper - z * z / 2.0 / none.unit_years).abs() < 1e-9, "{upper}");
}

#[test]
fn the_pace_of_the_last_years_is_a_part_of_the_era() {
    let rate = of("export_restriction", "CHN").answer().unwrap();
    let recent = rate.recent.clone().unwrap();
    assert_eq!((recent.since, recent.until, recent.events), (2023, 2025, 9));
    assert_eq!(rate.whole.events, 11);
    let only = Question {
        since: Some(2023),
        ..of("export_restriction", "CHN")
    };
    assert_eq!(only.answer().unwrap().recent, None);
}

#[test]
fn a_posterior_needs_events_where_only_the_press_is_read() {
    let rate = of("conflict", "CHN").answer().unwrap();
    assert!(rate.counted.len() < 3 && rate.whole.posterior.is_none());
    assert!(
        rate.insufficient()
            .unwrap()
            .starts_with("insufficient data: 0 events counted, at least 3")
    );
    let chile = of("strike", "CHL").answer().unwrap();
    assert!(chile.whole.posterior.is_some() && chile.recent.unwrap().posterior.is_none());
}

/// Four rows tell of the licensing of rare earths in April 2025: it counts once, and all its figures are used.
#[test]
fn rows_of_one_measure_count_once_and_tell_all() {
    let rare_earths = Question {
        mineral: Some("rare_earths".to_owned()),
        since: Some(2023),
        ..of("export_restriction", "CHN")
    };
    let rate = rare_earths.answer().unwrap();
    assert_eq!((rate.counted.len(), rate.rows.len()), (1, 4));
    assert_eq!(rate.rows.iter().map(|row| row.newly_counted).sum::<usize>(), 1);
    assert_eq!(rate.severity.values, [0.075, 0.35]);
}

#[test]
fn what_was_never_in_force_does_not_count() {
    let lithium = Question {
        mineral: Some("lithium".to_owned()),
        ..of("export_restriction", "CHN")
    };
    assert_eq!(counts(&lithium).0, 0);
}

#[test]
fn stops_of_chinese_lithium_have_their_lengths() {
    let rate = Question {
        mineral: Some("lithium".to_owned()),
        ..of("policy_stop", "CHN")
    };
    let rate = rate.answer().unwrap();
    let starts: Vec<&str> = rate.rows.iter().map(|row| row.event.date_start.as_str()).collect();
    assert_eq!(starts, ["2025-07-16", "2025-08-09"]);
    // 87 days of the one; the other was still closed on 22 June 2026.
    let event = rate.rows[0].event;
    assert!(
        (event.duration_months.unwrap() - 87.0 / 30.4375).abs() < 0.01,
        "{event:?}"
    );
    assert_eq!(rate.rows[1].event.state, crate::data::EventState::Open);
}

#[test]
fn names_are_read_as_people_write_them() {
    let loose = Question {
        mineral: Some("Dysprosium".to_owned()),
        ..of("Export restriction", "China")
    };
    let strict = Question {
        mineral: Some("rare_earths".to_owned()),
        ..of("export_restriction", "CHN")
    };
    assert_eq!(loose.answer().unwrap().whole, strict.answer().unwrap().whole);
    assert_eq!(
        loose.as_written(),
        "{ rate = \"history\", kind = \"export_restriction\", country = \"CHN\", mineral = \"dysprosium\" }"
    );
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    let wrong = Question {
        kind: "export_restrictoin".to_owned(),
        country: Some("Chian".to_owned()),
        mineral: Some("galium".to_owned()),
        target: Some("Korea".to_owned()),
        ..Question::default()
    };
    let errors = wrong.answer().unwrap_err();
    let said: Vec<String> = errors
        .iter()
        .map(|error| {
            format!(
                "{}: {} / {}",
                error.aspect.key(),
                error,
                error.hint.as_deref().unwrap_or("")
            )
        })
        .collect();
    assert_eq!(errors.len(), 4, "{said:#?}");
    assert!(said[0].contains("did you mean `export_restriction`?"), "{said:#?}");
    assert!(said[1].contains("did you mean CHN (China)?"), "{said:#?}");
    assert!(said[2].contains("KOR") && said[2].contains("PRK"), "{said:#?}");
    assert!(said[3].contains("gallium"), "{said:#?}");
    for (question, aspect) in [
        (
            Question {
                since: Some(2005),
                ..ask("strike")
            },
            RateAspect::Since,
        ),
        (
            Question {
                until: Some(2040),
                ..ask("strike")
            },
            RateAspect::Until,
        ),
        (
            Question {
                since: Some(2020),
                until: Some(2015),
                ..ask("strike")
            },
            RateAspect::Until,
        ),
        (
            Question {
                least_share: Some(0.01),
                ..ask("strike")
            },
            RateAspect::LeastShare,
        ),
        (
            Question {
                least_share: Some(0.3),
                ..ask("mine_stop")
            },
            RateAspect::LeastShare,
        ),
        (
            Question {
                target: Some("JPN".to_owned()),
                ..ask("strike")
            },
            RateAspect::Target,
        ),
        (
            Question {
                target: Some("CHN".to_owned()),
                ..of("export_ban", "CHN")
            },
            RateAspect::Target,
        ),
    ] {
        let errors = question.answer().unwrap_err();
        assert!(errors.len() == 1 && errors[0].aspect == aspect, "{errors:?}");
        assert!(!errors[0].is_unwatched);
    }
}

#[test]
fn nothing_watched_is_told_with_what_is() {
    let few = Question {
        mineral: Some("antimony".to_owned()),
        ..of("export_restriction", "CHN")
    };
    let errors = few.answer().unwrap_err();
    assert!(
        errors[0].is_unwatched && errors[0].hint.as_deref().unwrap().contains("0.33"),
        "{errors:?}"
    );
    let at_that_share = Question {
        least_share: Some(0.33),
        ..few
    };
    assert_eq!(counts(&at_that_share), (1, 16.0));
    let elsewhere = Question {
        mineral: Some("gallium".to_owned()),
        ..of("export_restriction", "CHL")
    };
    let errors = elsewhere.answer().unwrap_err();
    assert!(
        errors[0].is_unwatched && errors[0].hint.as_deref().unwrap().contains("watched are CHN"),
        "{errors:?}"
    );
}

#[test]
fn a_fit_needs_figures() {
    let strikes = ask("mine_stop").answer().unwrap();
    let FitResult::Fitted {
        distribution,
        as_written,
    } = &strikes.duration.result
    else {
        panic!("{:?}", strikes.duration);
    };
    assert!(strikes.duration.values.len() >= LEAST_FOR_FIT && as_written.contains("lognormal"));
    assert!(distribution.quantile(0.5) > 0.0);
    let platinum = of("strike", "ZAF").answer().unwrap();
    assert_eq!(platinum.severity.result, FitResult::Insufficient);
    assert_eq!(platinum.severity.values, [0.57]);
    assert_eq!(platinum.duration.result, FitResult::Insufficient);
    assert_eq!(
        platinum.duration.values.len() + platinum.duration.without,
        platinum.counted.len()
    );
}

/// Without censoring the estimate is the sample's; with it, the derivatives of the likelihood vanish.
#[test]
fn lognormal_times_by_maximum_likelihood() {
    let values = [1.0, 2.0, 4.0, 8.0, 16.0];
    let (median, sigma) = lognormal(&values, &[]);
    assert!((median - 4.0).abs() < 1e-12);
    assert!((sigma - std::f64::consts::LN_2 * 2.0_f64.sqrt()).abs() < 1e-12);
    let open = [3.0, 20.0, 30.0];
    let (longer, sigma) = lognormal(&values, &open);
    assert!(longer > median);
    let mean = libm::log(longer);
    let mut slopes = (0.0, 0.0);
    for value in values {
        let z = (libm::log(value) - mean) / sigma;
        slopes.0 += z / sigma;
        slopes.1 += (z * z - 1.0) / sigma;
    }
    for limit in open {
        let z = (libm::log(limit) - mean) / sigma;
        let hazard = normal_density(z) / normal_survival(z);
        slopes.0 += hazard / sigma;
        slopes.1 += z * hazard / sigma;
    }
    assert!(slopes.0.abs() < 1e-8 && slopes.1.abs() < 1e-8, "{slopes:?}");
}
