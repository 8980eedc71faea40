//! What charts show: steps, the best policies, who is left out, where axes end.

use resvg::usvg::roxmltree::{Document, Node};

use super::gallery::{chart, crowd, every, magnets, rare, stepped};
use crate::report::charts::render_all;
use crate::results::types::{ExceedanceStep, RunResults, SupplyShare};

fn drawn(results: &RunResults, name: &str) -> String {
    chart(results, name).svg
}

/// All text of a chart in its order, lines joined.
fn words(svg: &str) -> String {
    let document = Document::parse(svg).unwrap();
    let texts = document.descendants().filter(|n| n.has_tag_name("text"));
    let texts: Vec<&str> = texts.filter_map(|n| n.text()).collect();
    texts.join(" ").replace('\u{A0}', " ")
}

/// Points of every line, and of every translucent area.
fn paths(svg: &str) -> Vec<Vec<(i64, i64)>> {
    let document = Document::parse(svg).unwrap();
    let shapes = document.descendants().filter(|n| {
        n.has_tag_name("polyline")
            || (n.has_tag_name("polygon") && n.attribute("fill-opacity").is_some_and(|o| o != "1"))
    });
    let numbers = |n: Node<'_, '_>| -> Vec<(i64, i64)> {
        let pair = |p: &str| {
            let (x, y) = p.split_once(',').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        };
        n.attribute("points").unwrap().split_whitespace().map(pair).collect()
    };
    shapes.map(numbers).collect()
}

#[test]
fn curves_over_trials_and_periods_are_steps_not_slopes() {
    let mut seen = 0;
    for (sample, built) in every() {
        for chart in render_all(&built.results()).unwrap() {
            if !chart.name.starts_with("exceedance") && !chart.name.starts_with("fan") {
                continue;
            }
            for path in paths(&chart.svg) {
                for pair in path.windows(2) {
                    let (a, b) = (pair[0], pair[1]);
                    assert!(a.0 == b.0 || a.1 == b.1, "{sample} {}: {a:?} {b:?}", chart.name);
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 1000, "{seen}");
}

#[test]
fn an_atom_falls_where_it_lies() {
    let results = stepped(&[(0.0, 10_000), (500.0 / 12.0, 0)]);
    let svg = drawn(&results, "exceedance-ndfeb_magnet");
    // The one vertical fall, at 41.67 of the axis' 42.27 (5/12 and 0.06 steps of 10), to the axis.
    let falls = |path: &Vec<(i64, i64)>| path.len() == 3 && path[0].1 == path[1].1 && path[1].0 == path[2].0;
    let path = paths(&svg).into_iter().find(falls).expect("a step");
    let (left, fall) = (path[0].0 as f64, path[1].0 as f64);
    let right = 10.0 * (900.0 - 28.0 - 182.0 - 26.0);
    let at = (fall - left) / (right - left) * (500.0 / 12.0 + 0.6);
    assert!((at - 500.0 / 12.0).abs() < 0.02, "{at}");
}

#[test]
fn the_end_of_an_axis_is_said() {
    let mut results = stepped(&[(0.0, 10_000), (20.0, 40), (80.0, 0)]);
    for row in &mut results.policies[0].summary {
        row.max_pct = 80.0;
    }
    let said = words(&drawn(&results, "exceedance-ndfeb_magnet"));
    assert!(
        said.contains(
            "The axis ends at 20 %: up to 0.20 % of the trials lie beyond, the largest at 80 % (United States)."
        ),
        "{said}"
    );
    // A scale of decades has no zero, and says where it ends.
    let said = words(&drawn(&rare().results(), "exceedance-ndfeb_magnet"));
    assert!(
        said.contains("(logarithmic scale)") && said.contains("are not drawn."),
        "{said}"
    );
    // Nothing is said where all is drawn.
    for curve in &mut results.policies[0].exceedance {
        curve.steps.truncate(1);
        curve.steps.push(ExceedanceStep {
            shortfall_pct: 20.0,
            trials_beyond: 0,
        });
    }
    results.policies[0]
        .summary
        .iter_mut()
        .for_each(|row| row.max_pct = 20.0);
    assert!(!words(&drawn(&results, "exceedance-ndfeb_magnet")).contains("axis ends"));
}

/// Twelve policies, of which the last is the best and the eleventh the worst.
fn with_policies() -> RunResults {
    let mut sample = magnets();
    sample.policies.truncate(1);
    const IDS: [(&str, &str); 12] = [
        ("p1", "One"),
        ("p2", "Two"),
        ("p3", "Three"),
        ("p4", "Four"),
        ("p5", "Five"),
        ("p6", "Six"),
        ("p7", "Seven"),
        ("p8", "Eight"),
        ("p9", "Nine"),
        ("p10", "Ten"),
        ("p11", "Worst"),
        ("p12", "Best"),
    ];
    for (i, (id, name)) in IDS.into_iter().enumerate() {
        let factor = match i {
            10 => 1.15,
            11 => 0.5,
            i => 1.0 - 0.002 * i as f64,
        };
        sample.policies.push((id, name, factor, None));
    }
    sample.results()
}

#[test]
fn charts_show_the_policies_that_change_most_and_name_the_others() {
    let results = with_policies();
    for name in ["exceedance-policies-ndfeb_magnet", "shortfall-by-country-ndfeb_magnet"] {
        let said = words(&drawn(&results, name));
        assert!(
            said.contains("Shown: the baseline and the 5 of 12 policies that change the expected shortfall most, the best among them."),
            "{said}"
        );
        assert!(
            said.contains("Not shown: One, Two, Three, Four, Five, Six and Seven."),
            "{said}"
        );
        assert!(said.contains(" Best ") && said.contains(" Worst "), "{said}");
    }
    let said = words(&drawn(&results, "policy-comparison-ndfeb_magnet"));
    assert!(
        said.contains("Three") && said.contains("Best") && !said.contains("Not shown"),
        "{said}"
    );
}

#[test]
fn the_best_policy_is_shown_even_if_all_others_change_more() {
    let mut results = with_policies();
    for (i, policy) in results.policies.iter_mut().enumerate().skip(1) {
        let better = if i == 12 { -0.001 } else { 1.0 + i as f64 };
        policy
            .summary
            .iter_mut()
            .for_each(|row| row.expected_shortfall_pct.value = 10.0 + better);
    }
    results.policies[0]
        .summary
        .iter_mut()
        .for_each(|row| row.expected_shortfall_pct.value = 10.0);
    let said = words(&drawn(&results, "exceedance-policies-ndfeb_magnet"));
    let (shown, left) = said.split_once("Not shown").unwrap();
    assert!(shown.contains(" Best ") && !left.contains("Best"), "{said}");
}

#[test]
fn differences_say_whether_they_are_points_or_relative() {
    let mut results = with_policies();
    results.policies.truncate(2);
    results.policies[0]
        .summary
        .iter_mut()
        .for_each(|row| row.expected_shortfall_pct.value = 10.0);
    results.policies[1]
        .summary
        .iter_mut()
        .for_each(|row| row.expected_shortfall_pct.value = 7.4);
    let said = words(&drawn(&results, "policy-comparison-ndfeb_magnet"));
    assert!(said.contains("7.4 % −2.6 points relative −26 %"), "{said}");
    assert!(
        said.contains("difference from the baseline in percentage points of demand, and relative"),
        "{said}"
    );
}

#[test]
fn places_left_out_are_counted_and_bounded() {
    let results = crowd().results();
    let said = words(&drawn(&results, "exceedance-cobalt_x"));
    assert!(
        said.contains(
            "Shown: 6 of 12 places, those with the largest expected shortfall in % of their demand. Not shown:"
        ),
        "{said}"
    );
    assert!(said.contains("which lack at most"), "{said}");
    // A small place that goes short is not hidden by large ones.
    let mut results = results;
    let mean = |results: &mut RunResults, place: &str, value: f64, demand: f64| {
        for row in results.policies[0]
            .summary
            .iter_mut()
            .filter(|row| row.country == place)
        {
            (row.expected_shortfall_pct.value, row.demand_t) = (value, demand);
        }
    };
    for place in results.focus_places.clone() {
        mean(&mut results, &place, 1.0, 1e6);
    }
    mean(&mut results, "ZAF", 2.0, 1e-3);
    let said = words(&drawn(&results, "exceedance-cobalt_x"));
    let (shown, left) = said.split_once("Not shown").unwrap();
    assert!(
        shown.contains("South Africa") && !left.contains("South Africa"),
        "{said}"
    );
}

#[test]
fn materials_without_charts_are_named() {
    let mut results = magnets().results();
    let rows = results.policies[0].summary.clone();
    for number in 1..=7 {
        let id = format!("m{number}");
        results.focus_materials.push(id.clone());
        results.policies[0].summary.extend(rows.iter().cloned().map(|mut row| {
            row.material = id.clone();
            row.expected_shortfall_pct.value = f64::from(number);
            row
        }));
    }
    let charts = render_all(&results).unwrap();
    let said = words(&chart(&results, "supply-shares").svg);
    assert!(
        said.contains("6 of 8 materials in focus have charts") && said.contains("Without charts: m1 and m2."),
        "{said}"
    );
    assert!(charts.iter().any(|c| c.name == "shortfall-by-country-m7"));
    assert!(!charts.iter().any(|c| c.name.ends_with("-m1")));
}

#[test]
fn a_single_supplier_is_nobodys_other() {
    let mut results = magnets().results();
    let share = |country: &str, share_pct| SupplyShare {
        material: "ndfeb_magnet".into(),
        country: country.into(),
        output_t: share_pct,
        share_pct,
        capacity_t: share_pct,
    };
    results.policies[0].supply_shares = vec![share("CHN", 99.7), share("PER", 0.3)];
    let said = words(&drawn(&results, "supply-shares"));
    assert!(
        !said.contains("Other") && said.contains("Peru") && said.contains("Grey in NdFeB permanent magnets: Peru."),
        "{said}"
    );
    results.policies[0].supply_shares = vec![share("CHN", 90.0), share("OTH", 10.0)];
    assert!(words(&drawn(&results, "supply-shares")).contains("Other countries"));
    results.policies[0].supply_shares = vec![share("CHN", 60.0), share("PER", 40.0)];
    assert!(!words(&drawn(&results, "supply-shares")).contains("Other"));
    assert!(!words(&drawn(&results, "supply-shares")).contains("upstream"));
}

#[test]
fn a_country_has_one_color_in_all_charts() {
    let results = magnets().results();
    let usa = "#0072B2";
    for name in ["exceedance-ndfeb_magnet", "supply-shares"] {
        assert!(chart(&results, name).svg.contains(usa), "{name}");
    }
    // The same when others are in focus and in another order.
    let mut turned = results.clone();
    turned.focus_places.reverse();
    assert!(drawn(&turned, "exceedance-ndfeb_magnet").contains(usa));
    turned.focus_places = vec!["JPN".into()];
    assert!(!drawn(&turned, "exceedance-ndfeb_magnet").contains(usa));
}
