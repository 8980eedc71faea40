//! Without chance one trial is all there is, in whatever way it is asked for.

use crate::shards::finish;
use crate::support::{contents, program, read, simulate};

const SCENARIO: &str = r#"
format = 1
title = "certain"
assumption = "made up"
time = { start = "2026-01", periods = 12 }
run = { trials = 500 }
demand = [ { material = "m", country = "USA", amount = 1200 } ]
[[material]]
id = "m"
[shares.m]
output = 1200
by_country = { CHN = 1 }
[[event]]
id = "e"
kind = "production_loss"
countries = ["CHN"]
arrival = { process = "fixed", at = "2026-03" }
duration = 3
[[event]]
id = "follows"
kind = "production_loss"
countries = ["CHN"]
arrival = { process = "after", event = "e", from = "end", delay = 1 }
duration = 1
severity = 0.5
[[event]]
id = "never"
kind = "production_loss"
countries = ["CHN"]
arrival = { process = "fixed", at = "2026-03", probability = 0 }
severity = { dist = "uniform", low = 0.1, high = 0.2 }
[[policy]]
id = "stock"
set = [ { key = "event.e.duration", value = 2 } ]
"#;

#[test]
fn one_trial_is_run_and_its_values_are_exact() {
    let document = read(SCENARIO);
    let found = simulate(&document, &["stock"]).results;
    assert!(found.manifest.nothing_is_random);
    assert_eq!((found.manifest.trials, found.manifest.trials_asked), (1, 500));
    // 3.5 and 2.5 months of 12.
    for (policy, months) in found.policies.iter().zip([3.5, 2.5]) {
        let row = &policy.summary[0];
        let mean = &row.expected_shortfall_pct;
        let exact = 100.0 * months / 12.0;
        assert!((mean.value - exact).abs() < 1e-9, "{mean:?}");
        assert_eq!(mean.standard_error, 0.0);
        assert!((mean.high - mean.low).abs() < 1e-9);
        assert!(
            row.cvar_pct
                .iter()
                .all(|tail| tail.supported && (tail.estimate.value - exact).abs() < 1e-9)
        );
        assert!(row.quantiles_pct.iter().all(|tail| tail.supported));
    }
}

#[test]
fn anything_random_under_the_baseline_or_a_policy_means_all_trials() {
    let uncertain = SCENARIO.replace(
        "output = 1200",
        "output = { dist = \"uniform\", low = 1100, high = 1300 }",
    );
    let by_chance = SCENARIO.replace(
        "at = \"2026-03\" }\nduration",
        "at = \"2026-03\", probability = 0.5 }\nduration",
    );
    let in_policy = SCENARIO.replace("value = 2 }", "value = { dist = \"uniform\", low = 1, high = 2 } }");
    for text in [uncertain, by_chance, in_policy] {
        assert_ne!(text, SCENARIO);
        let found = simulate(&read(&text), &["stock"]).results;
        assert!(!found.manifest.nothing_is_random);
        assert_eq!(found.manifest.trials, 500);
        assert_eq!(found.policies.len(), 2);
    }
}

#[test]
fn parts_and_samples_make_up_the_same_run() {
    let scratch = tempfile::tempdir().unwrap();
    let at = |name: &str| scratch.path().join(name);
    std::fs::write(at("certain.toml"), SCENARIO).unwrap();
    let run = |out: &str, more: &[&str]| {
        let mut command = program();
        command.arg("run").arg(at("certain.toml")).arg("--out").arg(at(out));
        let (code, said, error) = finish(command.args(["--samples", "--formats", "svg"]).args(more));
        assert_eq!(code, 0, "{more:?}: {error}");
        // Lines are broken to the width of a terminal.
        said.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = run("whole", &[]);
    assert!(
        said.contains("Nothing in this scenario is random: one trial stands for the 500 asked for."),
        "{said}"
    );
    assert!(
        said.contains(
            "Nothing in this scenario is random: one trial. The shortfall of m in United States is 29.2 % of demand."
        ),
        "{said}"
    );
    run("a.critmin", &["--trials-range", "0..200"]);
    run("b.critmin", &["--trials-range", "200..500"]);
    let mut merge = program();
    merge
        .arg("merge")
        .arg(at("b.critmin"))
        .arg(at("a.critmin"))
        .arg("--out")
        .arg(at("merged"));
    let (code, _, error) = finish(merge.args(["--formats", "svg"]));
    assert_eq!(code, 0, "{error}");
    let (whole, merged) = (contents(&at("whole")), contents(&at("merged")));
    assert_eq!(whole.keys().collect::<Vec<_>>(), merged.keys().collect::<Vec<_>>());
    for (name, bytes) in &whole {
        assert!(*bytes == merged[name], "{name} differs");
    }
    let samples = String::from_utf8(whole["samples.csv"].clone()).unwrap();
    assert!(
        samples.lines().filter(|line| line.starts_with("baseline")).count() <= 2,
        "{samples}"
    );
}
