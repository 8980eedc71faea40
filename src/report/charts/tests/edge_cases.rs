//! Bytes are stable, every chart is well-formed, and odd results never panic.

use resvg::usvg::roxmltree::Document;

use super::gallery::{all_zero, crowd, every, magnets};
use crate::report::charts::{Chart, Format, render_all};
use crate::results::types::{Estimate, RunResults};

fn check(charts: &[Chart]) {
    let mut names: Vec<&str> = charts.iter().map(|c| c.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), charts.len(), "names are unique");
    for chart in charts {
        let document = Document::parse(&chart.svg).unwrap_or_else(|e| panic!("{}: {e}", chart.name));
        let root = document.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        for tag in ["title", "desc"] {
            let found = root.children().find(|n| n.has_tag_name(tag)).unwrap();
            assert!(
                !found.text().unwrap_or_default().is_empty(),
                "{}: empty {tag}",
                chart.name
            );
        }
        assert!(
            !chart.svg.contains("NaN") && !chart.svg.contains("inf\"") && !chart.svg.contains(" inf"),
            "{}",
            chart.name
        );
    }
}

#[test]
fn same_results_give_the_same_bytes() {
    for (_, sample) in every() {
        let results = sample.results();
        let charts = render_all(&results).unwrap();
        assert_eq!(charts, render_all(&results.clone()).unwrap());
        check(&charts);
    }
}

#[test]
fn a_run_with_policies_has_every_chart_in_order() {
    let charts = render_all(&magnets().results()).unwrap();
    let names: Vec<&str> = charts.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "supply-shares",
            "exceedance-ndfeb_magnet",
            "exceedance-policies-ndfeb_magnet",
            "fan-ndfeb_magnet",
            "years-ndfeb_magnet",
            "shortfall-by-country-ndfeb_magnet",
            "events-ndfeb_magnet",
            "policy-comparison-ndfeb_magnet",
        ]
    );
}

#[test]
fn nothing_short_is_said_in_words() {
    for chart in render_all(&all_zero().results()).unwrap() {
        let said = chart
            .svg
            .contains(">No shortfall in any of the 20\u{A0}000\u{A0}trials.<");
        assert_eq!(said, chart.name != "supply-shares", "{}", chart.name);
    }
}

#[test]
fn titles_are_escaped_and_shown() {
    let mut results = magnets().results();
    results.title = "Salt & <b>\"steel\"</b> \u{1} 中国".into();
    let charts = render_all(&results).unwrap();
    check(&charts);
    assert!(
        charts[0]
            .svg
            .contains("Salt &amp; &lt;b&gt;&quot;steel&quot;&lt;/b&gt; 中国")
    );
}

#[test]
fn pictures_are_twice_the_size_of_the_chart() {
    let chart = &render_all(&magnets().results()).unwrap()[0];
    let png = chart.to_bytes(Format::Png).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(u32::from_be_bytes([png[16], png[17], png[18], png[19]]), 1800);
    assert_eq!(png, chart.to_bytes(Format::Png).unwrap());
}

fn everywhere(results: &mut RunResults, value: f64) {
    let estimate = Estimate {
        value,
        standard_error: value,
        low: value,
        high: value,
    };
    for policy in &mut results.policies {
        policy.cost = Some(value);
        for row in &mut policy.summary {
            (row.expected_shortfall_pct, row.prob_any, row.prob_gt_10) = (estimate, estimate, estimate);
            row.cvar_pct[1].estimate = estimate;
        }
        for point in policy.exceedance.iter_mut().flat_map(|c| &mut c.points) {
            (point.shortfall_pct, point.probability) = (value, estimate);
        }
        for point in policy.timeline.iter_mut().flatten().flat_map(|f| &mut f.points) {
            (point.mean_pct, point.quantiles_pct) = (estimate, [value; 5]);
        }
        for share in policy.attribution.iter_mut().flatten() {
            (share.share_of_expected, share.share_of_cvar95) = (value, -value);
        }
        for share in &mut policy.supply_shares {
            (share.share_pct, share.output_t) = (value, value);
        }
    }
}

#[test]
fn odd_numbers_never_panic() {
    for value in [
        f64::NAN,
        f64::INFINITY,
        -1.0,
        -0.0,
        0.0,
        1e-300,
        1e-9,
        1.0,
        100.0,
        1e9,
        1e300,
        f64::MAX,
    ] {
        let mut results = magnets().results();
        everywhere(&mut results, value);
        check(&render_all(&results).unwrap());
    }
}

#[test]
fn missing_pieces_never_panic() {
    let full = crowd().results();
    let strip: [fn(&mut RunResults); 9] = [
        |r| r.policies.clear(),
        |r| r.focus_places.clear(),
        |r| r.focus_materials.clear(),
        |r| r.materials.clear(),
        |r| r.places.clear(),
        |r| r.policies.iter_mut().for_each(|p| p.summary.clear()),
        |r| {
            r.policies
                .iter_mut()
                .for_each(|p| p.timeline.iter_mut().flatten().for_each(|f| f.points.clear()))
        },
        |r| {
            r.policies
                .iter_mut()
                .for_each(|p| p.exceedance.iter_mut().for_each(|c| c.points.truncate(1)))
        },
        |r| (r.manifest.start, r.manifest.periods, r.manifest.trials) = ("soon".into(), 0, 0),
    ];
    for change in strip {
        let mut results = full.clone();
        change(&mut results);
        check(&render_all(&results).unwrap());
    }
}

#[test]
fn materials_with_like_names_get_files_of_their_own() {
    let mut results = magnets().results();
    results.focus_materials = vec!["ndfeb_magnet".into(), "ndfeb.magnet".into()];
    for policy in &mut results.policies {
        let rows: Vec<_> = policy.summary.clone();
        policy.summary.extend(rows.into_iter().map(|mut r| {
            r.material = "ndfeb.magnet".into();
            r
        }));
    }
    check(&render_all(&results).unwrap());
}

#[test]
fn every_length_of_horizon_has_ticks_that_fit() {
    for step in ["week", "month", "quarter", "year", "fortnight"] {
        for periods in [1, 2, 3, 7, 12, 13, 30, 60, 120, 400] {
            let mut sample = magnets();
            (sample.step, sample.periods) = (step, periods);
            check(&render_all(&sample.results()).unwrap());
        }
    }
}
