//! Figures and scores by hand; the tables held to their episodes.

use std::collections::BTreeSet;

use super::*;
use crate::data::{lent, observations};
use crate::study::Course;

fn courses() -> Courses {
    let trial = |flows: [f64; 4]| flows.to_vec();
    Courses {
        dates: ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"]
            .map(str::to_owned)
            .to_vec(),
        courses: vec![Course {
            trials: vec![trial([10.0, 0.0, 0.5, 10.0]), trial([10.0, 5.0, 5.0, 20.0])],
            normal: vec![10.0; 4],
        }],
        trials: 2,
    }
}

fn observation(measure: &str, months: [&str; 2], figure: f64) -> Observation {
    Observation {
        episode: "made-up".to_owned(),
        measure: measure.to_owned(),
        materials: vec!["metal".to_owned()],
        from: "CHN".to_owned(),
        to: "all".to_owned(),
        first_month: months[0].to_owned(),
        last_month: months[1].to_owned(),
        figure,
        value: figure,
        unit: "t".to_owned(),
        normal: None,
        normal_months: None,
        basis: String::new(),
        note: String::new(),
        source: String::new(),
        normal_source: String::new(),
    }
}

#[test]
fn sums_are_shares_of_normal() {
    let found = courses();
    // February to April: 10.5 and 30 of 30.
    assert_eq!(figures(Measure::Exports, 0, [1, 3], &found), [0.35, 1.0]);
    assert_eq!(figures(Measure::Stopped, 0, [0, 3], &found), [2.0, 0.0]);
    assert_eq!(figures(Measure::Stock, 0, [0, 3], &found), [1.0, 2.0]);
    let one = compare(
        &observation("exports", ["2020-02", "2020-04"], 0.5),
        Measure::Exports,
        0,
        &found,
    )
    .unwrap();
    assert_eq!(one.simulated, [0.35, 0.35, 1.0]);
    assert!(one.is_inside);
    // (0.15 + 0.5) / 2 less half of 0.65 / 2.
    assert!((one.score - (0.325 - 0.1625)).abs() < 1e-12);
    assert!((one.naive - 0.5).abs() < 1e-12);
}

#[test]
fn months_are_scored_as_a_share_and_prices_on_their_logarithm() {
    let found = courses();
    let months = compare(
        &observation("stopped", ["2020-01", "2020-04"], 3.0),
        Measure::Stopped,
        0,
        &found,
    )
    .unwrap();
    // 2 and 0 of 3 months, in four: (1 + 3) / 2 / 4 less half of 1 / 4.
    assert!((months.score - (0.5 - 0.125)).abs() < 1e-12);
    assert!((months.naive - 0.75).abs() < 1e-12);
    assert!(!months.is_inside);
    let price = compare(
        &observation("price", ["2020-04", "2020-04"], 2.0),
        Measure::Price,
        0,
        &found,
    )
    .unwrap();
    // ln 1 and ln 2 for ln 2: half of ln 2 less a quarter.
    assert!((price.score - std::f64::consts::LN_2 / 4.0).abs() < 1e-12);
    assert!((price.naive - std::f64::consts::LN_2).abs() < 1e-12);
}

#[test]
fn a_month_beyond_the_horizon_is_no_comparison() {
    assert!(
        compare(
            &observation("exports", ["2020-04", "2020-05"], 1.0),
            Measure::Exports,
            0,
            &courses()
        )
        .is_none()
    );
}

#[test]
fn shares_of_all_and_between_episodes() {
    let score = |inside: usize, of: usize| Score {
        of: String::new(),
        observations: of,
        inside,
        share: probability_estimate(inside as u64, of as u64),
        score: 0.0,
        naive: 0.0,
    };
    let found = between(&[score(1, 2), score(2, 2)]).unwrap();
    // 0.5 and 1: mean 0.75, standard error 0.25; t with one degree of freedom is 12.7, so the interval is cut at 1.
    assert!((found.value - 0.75).abs() < 1e-12);
    assert!((found.standard_error - 0.25).abs() < 1e-12);
    assert_eq!([found.low, found.high], [0.0, 1.0]);
    assert!(between(&[score(1, 2)]).is_none());
}

/// Every row names an episode that is shipped, and a material, places and months that it has; every row is compared.
#[test]
fn the_table_is_held_to_its_episodes() {
    let (all, mut seen) = (observations(), 0);
    for shipped in EPISODES {
        let variant = shipped.study().unwrap().baseline().unwrap();
        let own = of_episode(&all, shipped.name);
        assert!(!own.is_empty(), "{}", shipped.name);
        seen += own.len();
        for (one, (_, wanted)) in own
            .iter()
            .map(|one| (one, watched(std::slice::from_ref(one)).0.remove(0)))
        {
            let what = format!("{} {} {:?} {}", one.episode, one.measure, one.materials, one.to);
            assert!(Measure::named(&one.measure).is_some(), "{what}");
            assert!(variant.has(&wanted), "{what}");
            for material in &one.materials {
                assert!(variant.materials().contains(material), "{what}");
            }
            assert!(one.first_month.as_str() >= &variant.start()[..7], "{what}");
            assert!(one.first_month <= one.last_month, "{what}");
            assert!(one.source.contains("http") || one.source.contains("doi:"), "{what}");
            assert!(
                ["official", "official figure via press", "press"].contains(&one.basis.as_str()),
                "{what}"
            );
        }
        let prepared = Prepared {
            shipped,
            variant,
            observations: own.clone(),
        };
        let mut few = prepared;
        few.variant = {
            let mut study = shipped.study().unwrap();
            study.set("run.trials=2").unwrap();
            study.baseline().unwrap()
        };
        let episode = simulated(&few, &Progress::default()).unwrap();
        assert_eq!(
            episode.compared.len(),
            own.len(),
            "{}: a row that is not compared",
            shipped.name
        );
        for one in &episode.compared {
            assert!(one.simulated.iter().all(|value| value.is_finite()), "{one:?}");
        }
    }
    assert_eq!(seen, all.len(), "a row of no episode");
}

/// Every scenario of the folder is an episode.
#[test]
fn every_file_of_the_folder_is_shipped() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/backtest");
    let files: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let shipped: BTreeSet<String> = EPISODES.iter().map(|one| format!("{}.toml", one.name)).collect();
    assert_eq!(files, shipped);
}

/// What an episode of Chinese licensing draws is what the others had, never its own: neither that of the same announcement.
#[test]
fn no_episode_draws_what_it_is_scored_on() {
    let lent = lent();
    let parameters = [
        ("months_without", "approval_months"),
        ("months_in_force", "duration"),
        ("share_withheld", "severity"),
    ];
    let episodes: BTreeSet<&str> = lent.iter().map(|one| one.episode.as_str()).collect();
    assert!(episodes.len() >= 5);
    for name in episodes {
        let announced: BTreeSet<&str> = lent
            .iter()
            .filter(|one| one.episode == name)
            .map(|one| one.announcement.as_str())
            .collect();
        let shipped = EPISODES.iter().find(|one| one.name == name).unwrap();
        let scenario: toml::Table = shipped.text.parse().unwrap();
        let events = scenario["event"].as_array().unwrap();
        let licensing = events
            .iter()
            .find(|event| event["id"].as_str() == Some("licensing"))
            .unwrap();
        for (parameter, key) in parameters {
            let others = lent
                .iter()
                .filter(|one| one.parameter == parameter && !announced.contains(one.announcement.as_str()));
            let mut expected: Vec<f64> = others.map(|one| one.value).collect();
            expected.sort_by(f64::total_cmp);
            let number = |value: &toml::Value| {
                value
                    .as_float()
                    .or(value.as_integer().map(|whole| whole as f64))
                    .unwrap()
            };
            let mut values: Vec<f64> = licensing[key]["values"]
                .as_array()
                .unwrap()
                .iter()
                .map(number)
                .collect();
            values.sort_by(f64::total_cmp);
            assert_eq!(values, expected, "{name}: {key}");
        }
    }
}

/// What no episode can know is the same in all of them.
#[test]
fn general_figures_are_the_same_in_all_episodes() {
    for shipped in EPISODES {
        let scenario: toml::Table = shipped.text.parse().unwrap();
        let list = |key: &str| scenario[key].as_array().unwrap().clone();
        for material in list("material") {
            assert_eq!(
                material["flexibility"].to_string(),
                "{ dist = \"uniform\", low = 1, high = 2 }",
                "{}",
                shipped.name
            );
            assert_eq!(
                material["demand_elasticity"].to_string(),
                "{ dist = \"uniform\", low = -0.6, high = -0.1 }",
                "{}",
                shipped.name
            );
        }
        for demand in list("demand") {
            let growth = demand["growth"].to_string();
            assert_eq!(
                growth, "{ dist = \"normal\", mean = 0, sd = 0.11, low = -0.4, high = 0.6 }",
                "{}",
                shipped.name
            );
        }
        for stock in list("inventory") {
            if let Some(days) = stock.get("days") {
                assert_eq!(
                    days.to_string(),
                    "{ dist = \"uniform\", low = 20, high = 100 }",
                    "{}",
                    shipped.name
                );
            }
        }
    }
}
