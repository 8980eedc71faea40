//! Samples to look at and to test: with the environment variable CRITMIN_GALLERY naming a folder, the test `gallery` writes them there.

use std::time::Instant;

use super::sample::{Place, Sample, Stage};
use crate::report::charts::{Chart, render_all, to_png};
use crate::results::types::{ExceedanceStep, RunResults};

const LONG: &str = "Export licensing of heavy rare earths & magnets <all users>";

fn stages() -> Vec<Stage> {
    let ore = vec![
        ("CHN", 59.5),
        ("USA", 12.0),
        ("MMR", 11.0),
        ("AUS", 8.0),
        ("THA", 3.5),
        ("IND", 2.2),
        ("OTH", 3.8),
    ];
    let oxide = vec![
        ("CHN", 91.0),
        ("MYS", 5.0),
        ("USA", 1.2),
        ("EST", 1.0),
        ("IND", 0.8),
        ("OTH", 1.0),
    ];
    let metal = vec![("CHN", 92.0), ("JPN", 3.0), ("VNM", 2.5), ("THA", 1.5), ("OTH", 1.0)];
    let magnets = vec![
        ("CHN", 93.5),
        ("JPN", 4.0),
        ("VNM", 1.0),
        ("DEU", 0.9),
        ("USA", 0.3),
        ("KOR", 0.3),
    ];
    vec![
        ("ree_concentrate", "Rare-earth concentrate", "t REO", 390_000.0, ore),
        (
            "magnet_ree_oxide",
            "Separated magnet rare-earth oxides",
            "t REO",
            100_000.0,
            oxide,
        ),
        ("ree_metal", "Rare-earth metals and alloys", "t", 62_000.0, metal),
        ("ndfeb_magnet", "NdFeB permanent magnets", "t", 240_000.0, magnets),
    ]
}

pub fn magnets() -> Sample {
    Sample {
        title: "China restricts heavy rare-earth exports",
        material: ("ndfeb_magnet", "NdFeB permanent magnets", "t"),
        places: vec![
            ("USA", "United States", 0.62, 11.0),
            ("IND", "India", 0.71, 14.0),
            ("EU27", "European Union", 0.58, 9.0),
            ("JPN", "Japan", 0.38, 5.5),
            ("KOR", "Republic of Korea", 0.49, 7.0),
        ],
        policies: vec![
            ("baseline", "Baseline", 1.0, None),
            (
                "us_india_processing",
                "US-India separation partnership",
                0.78,
                Some(1.2e9),
            ),
            ("stockpile_180", "180 days of strategic stocks", 0.55, Some(6.4e8)),
        ],
        events: vec![
            ("a", "Chinese export licensing of heavy rare earths".into(), 0.46, 0.61),
            ("b", "Myanmar border closure".into(), 0.17, 0.08),
            ("c", "Full embargo in a Taiwan Strait crisis".into(), 0.11, 0.22),
            ("d", "Malacca Strait closed".into(), 0.07, 0.03),
            ("e", "Flood at Kuantan separation plant".into(), 0.05, 0.02),
            ("f", "Rearmament surge".into(), 0.04, 0.03),
            ("structural", String::new(), 0.10, 0.01),
        ],
        stages: stages(),
        step: "month",
        start: "2026-01-01",
        periods: 60,
        trials: 20_000,
    }
}

pub fn all_zero() -> Sample {
    let mut sample = magnets();
    sample.places.iter_mut().for_each(|p| (p.2, p.3) = (0.0, 0.0));
    sample.events.iter_mut().for_each(|e| (e.2, e.3) = (0.0, 0.0));
    sample
}

pub fn one_country() -> Sample {
    let mut sample = magnets();
    sample.title = "Gallium: India alone, one policy, weekly steps";
    sample.material = ("gallium_metal", "Gallium metal", "t");
    sample.places = vec![("IND", "India", 0.031, 2.5)];
    sample.policies.truncate(1);
    (sample.step, sample.start, sample.periods, sample.trials) = ("week", "2026-03-02", 78, 5_000);
    sample
}

pub fn crowd() -> Sample {
    let mut sample = magnets();
    sample.title = "Twelve ministries, five policies and a title that is rather long because somebody wanted to say everything in \
                    it, including the year (2026) & the author's <reservations>";
    sample.material = (
        "cobalt_x",
        "Battery-grade cobalt sulphate heptahydrate and cobalt hydroxide intermediates (Co content)",
        "t Co",
    );
    let names: [(&str, &str); 12] = [
        ("USA", "United States of America"),
        ("IND", "India"),
        ("AUS", "Australia"),
        ("CAN", "Canada"),
        ("EU27", "European Union"),
        ("JPN", "Japan"),
        ("KOR", "Republic of Korea"),
        ("GBR", "United Kingdom of Great Britain and Northern Ireland"),
        ("MEX", "Mexico"),
        ("COD", "Democratic Republic of the Congo"),
        ("BRA", "Brazil"),
        ("ZAF", "South Africa"),
    ];
    sample.places = names
        .iter()
        .enumerate()
        .map(|(i, (id, name))| -> Place { (id, name, 0.9 / (1.0 + i as f64), 30.0 / (1.0 + 0.7 * i as f64)) })
        .collect();
    sample.policies.push((
        "recycling",
        "Recycling quota of 25 % with deposit scheme & collection points <2030>",
        0.9,
        None,
    ));
    sample.policies.push(("all", "Everything together", 0.4, Some(2.1e9)));
    sample.events = (0..14)
        .map(|i| {
            (
                "k",
                format!("{LONG} no. {i}"),
                0.9 / f64::from(2 << i),
                0.8 / f64::from(14 - i) / 3.25,
            )
        })
        .collect();
    sample.stages.push((
        "cobalt_x",
        sample.material.1,
        "t Co",
        198_000.0,
        vec![
            ("COD", 62.0),
            ("IDN", 9.0),
            ("RUS", 5.0),
            ("AUS", 4.5),
            ("CAN", 4.0),
            ("ZAF", 3.5),
            ("BRA", 3.0),
            ("CHN", 2.0),
        ],
    ));
    sample
}

pub fn rare() -> Sample {
    let mut sample = magnets();
    sample.title = "Rare and small: a strait closes";
    sample.places.iter_mut().enumerate().for_each(|(i, p)| {
        (p.2, p.3) = (0.02 / (1.0 + 4.0 * i as f64), 8.0 / (1.0 + i as f64));
    });
    sample
}

pub fn single_period() -> Sample {
    let mut sample = magnets();
    sample.title = "One year in one step";
    (sample.step, sample.periods, sample.trials) = ("year", 1, 100);
    sample.places.truncate(2);
    sample
}

pub fn huge() -> Sample {
    let mut sample = magnets();
    sample.places = vec![
        ("USA", "United States", 1.0, 1e9),
        ("IND", "India", 1.0, 1e-7),
        ("JPN", "Japan", 0.5, 1.0),
    ];
    sample.stages[0].3 = 1e13;
    sample.stages[1].3 = 1e-4;
    sample
}

pub fn every() -> Vec<(&'static str, Sample)> {
    vec![
        ("magnets", magnets()),
        ("zero", all_zero()),
        ("one", one_country()),
        ("crowd", crowd()),
        ("rare", rare()),
        ("single", single_period()),
        ("huge", huge()),
    ]
}

#[test]
fn gallery() {
    let folder = std::env::var_os("CRITMIN_GALLERY").map(std::path::PathBuf::from);
    for (name, sample) in every() {
        let results = sample.results();
        let before = Instant::now();
        let charts = render_all(&results).unwrap();
        let drawn = before.elapsed();
        assert!(!charts.is_empty(), "{name}");
        for chart in &charts {
            let Some(folder) = &folder else { continue };
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(format!("{name}-{}.svg", chart.name)), &chart.svg).unwrap();
            std::fs::write(
                folder.join(format!("{name}-{}.png", chart.name)),
                to_png(&chart.svg).unwrap(),
            )
            .unwrap();
        }
        println!(
            "{name}: {} charts, SVG {drawn:?}, with PNG {:?}",
            charts.len(),
            before.elapsed()
        );
    }
}

/// One of the charts of results.
pub fn chart(results: &RunResults, name: &str) -> Chart {
    let mut charts = render_all(results).unwrap().into_iter();
    charts
        .find(|chart| chart.name == name)
        .unwrap_or_else(|| panic!("no {name}"))
}

/// Magnets at one place under the baseline alone, with these steps of the exceedance curves: shortfall in %, trials beyond.
pub fn stepped(steps: &[(f64, u64)]) -> RunResults {
    let mut results = magnets().results();
    results.focus_places.truncate(1);
    results.policies.truncate(1);
    for curve in &mut results.policies[0].exceedance {
        let steps = steps.iter().map(|&(shortfall_pct, trials_beyond)| ExceedanceStep {
            shortfall_pct,
            trials_beyond,
        });
        curve.steps = steps.collect();
    }
    results
}
