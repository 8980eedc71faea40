//! What the shipped scenarios promise in their opening comments is there: columns, policies, ids, and the numbers of the teaching example.

use std::collections::BTreeSet;

use crate::support::{in_repository, load, simulate, with};

/// The comments before the first key.
fn header(text: &str) -> String {
    let lines = text.lines().take_while(|line| line.starts_with('#') || line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn scenarios() -> Vec<(String, String)> {
    let entries = std::fs::read_dir(in_repository("scenarios")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<(String, String)> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_word_of_code_in_a_header_exists() {
    let docs = std::fs::read_to_string(in_repository("docs/results.md")).unwrap();
    // Columns are named in the first cell of the rows of tables.
    let columns: BTreeSet<&str> = docs
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| line.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2))
        .collect();
    let mut checked = 0;
    for (name, text) in scenarios() {
        let document = load(&in_repository(&format!("scenarios/{name}")));
        let resolved = document.resolved(None).to_string();
        let policies: Vec<String> = document.policies().into_iter().map(|policy| policy.id).collect();
        let opening = header(&text).replace("\n#", " ");
        let words = opening.split('`').skip(1).step_by(2);
        for word in words.filter(|word| !word.starts_with("critmin ")) {
            checked += 1;
            assert!(
                columns.contains(word)
                    || policies.iter().any(|policy| policy == word)
                    || resolved.contains(&format!("\"{word}\"")),
                "{name} speaks of `{word}`, which is no column, policy or id"
            );
        }
        for file in opening
            .split(' ')
            .filter(|word| word.ends_with(".csv") && !word.contains('/'))
        {
            assert!(docs.contains(file), "{name} speaks of {file}");
        }
    }
    assert!(checked >= 8, "only {checked}");
}

#[test]
fn every_scenario_has_its_section_and_its_row() {
    let page = std::fs::read_to_string(in_repository("docs/scenarios.md")).unwrap();
    let sections: BTreeSet<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let names: BTreeSet<String> = scenarios()
        .into_iter()
        .map(|(name, _)| name.replace(".toml", ""))
        .collect();
    assert!(
        names.iter().map(String::as_str).eq(sections.iter().copied()),
        "{sections:?}"
    );
    for name in names.iter().filter(|name| *name != "student-diversification") {
        assert!(page.contains(&format!("| {name} | ")), "{name} has no row");
    }
    // Every base file is named, and every base file that is named exists.
    let bases = std::fs::read_dir(in_repository("scenarios/base")).unwrap();
    for base in bases {
        let name = base.unwrap().file_name().to_string_lossy().into_owned();
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

/// Binomial coefficients times powers: the probability that `k` of `n` suppliers fail.
fn fail(n: u32, k: u32) -> f64 {
    let ways = (0..k).fold(1.0, |ways, i| ways * f64::from(n - i) / f64::from(i + 1));
    ways * libm::pow(0.1, f64::from(k)) * libm::pow(0.9, f64::from(n - k))
}

/// Standard deviation in %, P(loss >= 50 %), P(loss > 50 %) with `n` suppliers, exactly.
fn exact(n: u32) -> (f64, f64, f64) {
    let sum = |counts: &dyn Fn(u32) -> bool| (0..=n).filter(|k| counts(*k)).map(|k| fail(n, k)).sum::<f64>();
    let deviation = 100.0 * (0.09 / f64::from(n)).sqrt();
    (deviation, sum(&|k| 2 * k >= n), sum(&|k| 2 * k > n))
}

#[test]
fn the_teaching_example_shows_what_its_header_says() {
    let path = in_repository("scenarios/student-diversification.toml");
    let trials = 20_000.0;
    // Independent trials: their errors have closed forms, too.
    let changes = ["run.trials=20000", "run.sampling=\"random\""];
    let results = simulate(&with(&load(&path), &changes), &[]).results;
    let text = header(&std::fs::read_to_string(&path).unwrap());
    for (n, place) in [(1, "B01"), (2, "B02"), (4, "B04"), (10, "B10")] {
        let (deviation, at_least, more) = exact(n);
        // The header's own row: suppliers, mean, standard deviation, probability, tail.
        let row = text
            .lines()
            .map(|line| line.trim_start_matches('#').replace('%', ""))
            .find(|line| line.split_whitespace().next() == Some(&n.to_string()) && line.split_whitespace().count() == 5)
            .unwrap();
        let cells: Vec<f64> = row.split_whitespace().map(|cell| cell.parse().unwrap()).collect();
        assert!((cells[2] - deviation).abs() < 0.06, "{row}");
        assert!((cells[3] - at_least).abs() < 6e-5, "{row}");
        let found = results.policies[0]
            .summary
            .iter()
            .find(|row| row.country == place && row.sector == "all")
            .unwrap();
        assert!(
            (found.sd_pct.value - deviation).abs() < 4.0 * found.sd_pct.standard_error,
            "{place}: {:?} for {deviation}",
            found.sd_pct
        );
        // Of a sum of n coins: m4 = p q (1 + 3 p q (n - 2)) / n^3, with p q = 0.09.
        let (pq, n) = (0.09, f64::from(n));
        let fourth = pq * (1.0 + 3.0 * pq * (n - 2.0)) / (n * n * n);
        let error = 100.0 * ((fourth - (pq / n) * (pq / n)) / trials).sqrt() / (2.0 * (pq / n).sqrt());
        assert!(
            (found.sd_pct.standard_error / error - 1.0).abs() < 0.1,
            "{place}: {:?} for {error}",
            found.sd_pct
        );
        for (what, estimate, exact) in [
            ("at least", found.prob_ge_50, at_least),
            ("more", found.prob_gt_50, more),
        ] {
            let allowed = 4.0 * (exact * (1.0 - exact) / trials).sqrt();
            assert!(
                (estimate.value - exact).abs() <= allowed,
                "{place}, {what}: {estimate:?} for {exact}"
            );
        }
    }
}
