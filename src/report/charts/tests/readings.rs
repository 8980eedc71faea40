//! What charts say where they are pointed at, and the chart of single futures.

use resvg::usvg::roxmltree::Document;

use super::gallery::{chart, every, magnets, stepped};
use crate::report::charts::source::Source;
use crate::report::charts::{Chart, Path, paths, render_all};

/// What is said, with plain spaces.
fn said(chart: &Chart) -> Vec<String> {
    let readings = chart.readings.iter();
    readings.map(|reading| reading.text.replace('\u{A0}', " ")).collect()
}

#[test]
fn every_reading_lies_on_its_chart() {
    let mut seen = 0;
    for (sample, built) in every() {
        for chart in render_all(&built.results()).unwrap() {
            let document = Document::parse(&chart.svg).unwrap();
            let size = ["width", "height"].map(|name| document.root_element().attribute(name).unwrap());
            for reading in &chart.readings {
                let is_on = reading
                    .at
                    .iter()
                    .zip(size)
                    .all(|(at, size)| (0..=size.parse().unwrap()).contains(at));
                assert!(is_on, "{sample} {}: {reading:?}", chart.name);
                assert!(!reading.text.contains("NaN"), "{sample} {}: {reading:?}", chart.name);
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[test]
fn a_curve_says_how_probable_more_is() {
    let results = stepped(&[(0.0, 10_000), (20.0, 5_000), (40.0, 0)]);
    let said = said(&chart(&results, "exceedance-ndfeb_magnet"));
    assert_eq!(said[0], "United States: more than 0 % is short in 50 % of the trials");
    assert!(
        said.last().unwrap().ends_with("is short in 25 % of the trials"),
        "{said:?}"
    );
    // Beyond the last step nobody is short of more: nothing is said of it.
    let largest = said
        .iter()
        .filter_map(|text| text.split(' ').nth(4)?.parse::<f64>().ok());
    assert!(largest.fold(0.0, f64::max) < 40.0, "{said:?}");
}

#[test]
fn a_fan_says_each_period_of_each_place() {
    let results = magnets().results();
    let chart = chart(&results, "fan-ndfeb_magnet");
    let fans = results.policies[0].fans();
    let of_material = fans.iter().filter(|fan| fan.material == "ndfeb_magnet");
    let points: usize = of_material.map(|fan| fan.points.len()).sum();
    assert_eq!(chart.readings.len(), points);
    let first = &said(&chart)[0];
    assert!(
        first.contains("2026-01-01: mean ") && first.contains("nine of ten "),
        "{first}"
    );
}

#[test]
fn bars_of_supply_say_even_the_shares_without_room_for_a_label() {
    let results = magnets().results();
    let chart = chart(&results, "supply-shares");
    let bar: Vec<String> = said(&chart);
    assert!(bar.iter().any(|text| text.contains("China ")), "{bar:?}");
    assert!(bar.iter().all(|text| text.ends_with('%')), "{bar:?}");
}

#[test]
fn single_futures_are_drawn_period_by_period_and_named_by_rank() {
    let results = magnets().results();
    let source = Source::new(&results).unwrap();
    let of = |rank: &str, trial, by_period_pct: &[f64]| Path {
        rank: rank.to_owned(),
        trial,
        by_period_pct: by_period_pct.to_vec(),
    };
    let variants = vec![
        (
            "Baseline".to_owned(),
            vec![
                of("In the middle", 7, &[0.0, 12.0, 3.0]),
                of("The worst", 11, &[80.0, 80.0, 0.0]),
            ],
        ),
        ("Nobody".to_owned(), Vec::new()),
        ("A stock".to_owned(), vec![of("In the middle", 9, &[0.0, 0.0, 1.0])]),
    ];
    let chart = paths::chart(&source, &variants).unwrap().expect("a chart");
    let document = Document::parse(&chart.svg).unwrap();
    let texts: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
    for wanted in ["Baseline", "A stock", "In the middle", "The worst"] {
        assert!(texts.contains(&wanted), "{wanted}: {texts:?}");
    }
    assert!(!texts.contains(&"Nobody"), "a variant without trials has no panel");
    let said = said(&chart);
    assert_eq!(said.len(), 9);
    assert!(
        said.contains(&"Baseline, In the middle, 2026-02-01: 12 % short".to_owned()),
        "{said:?}"
    );
    assert!(
        said.contains(&"A stock, In the middle, 2026-03-01: 1.0 % short".to_owned()),
        "{said:?}"
    );
    assert!(paths::chart(&source, &variants[1..2]).unwrap().is_none());
}
