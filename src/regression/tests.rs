//! Golden files read back as they were written, and comparisons that see what they must.

use proptest::prelude::*;

use super::figure::rounded;
use super::*;
use crate::results::GROUPS as BATCHES;

/// A golden file of one policy: a mean with batch means, a probability, a trial number, something not available, a tonnage without draws.
pub(crate) fn example() -> Golden {
    let mut golden = Golden {
        program: "critmin 0.1.0".to_owned(),
        relative_tolerance: RELATIVE_TOLERANCE,
        settings: Settings {
            scenario: "example.toml".to_owned(),
            scenario_sha256: "0123456789abcdef0123456789abcdef".to_owned(),
            sampling_version: 1,
            sampling: "random".to_owned(),
            seed: 42,
            trials: 640,
            start: "2026-01-01".to_owned(),
            step: "month".to_owned(),
            periods: 24,
            headline: "metal buyer".to_owned(),
            every_policy: true,
            policies: vec!["baseline".to_owned()],
            materials: vec!["metal".to_owned(), "magnet".to_owned()],
            places: vec!["buyer".to_owned(), "WLD".to_owned()],
        },
        scenario: scenario_keys(
            &serde_json::json!({
                "title": "An example",
                "event": [{ "id": "ban", "severity": 0.5, "source": "a source with a text that is rather long" }],
            }),
            [],
        ),
        figures: Figures::new(),
        batch_means: BatchMeans::new(),
    };
    let mut add = |table: Table, row: &str, statistic: &str, value: Value, standard_error: Option<f64>, scale: f64| {
        let figure = Figure {
            value,
            standard_error,
            scale,
        };
        golden.figures.insert(key(table, row, statistic), figure);
    };
    let number = Value::Number;
    let (short, any) = ("expected_shortfall_pct", "prob_any");
    add(Table::Summary, "metal buyer all", short, number(12.5), Some(0.4), 100.0);
    add(Table::Summary, "metal buyer all", any, number(0.3), Some(0.018), 1.0);
    add(
        Table::Summary,
        "metal buyer all",
        "cvar99_pct",
        Value::Missing,
        None,
        100.0,
    );
    add(
        Table::Summary,
        "magnet buyer electric cars",
        short,
        number(0.0),
        Some(0.0),
        100.0,
    );
    add(
        Table::Replayable,
        "metal buyer p95",
        "trial",
        Value::Whole(17),
        None,
        0.0,
    );
    add(Table::Balance, "metal", "supply_t", number(1e6), None, 1e6);
    add(Table::Events, "ban", "mean_severity", number(0.5), None, 1.0);
    golden
        .batch_means
        .insert(key(Table::Summary, "metal buyer all", short), wave(12.5));
    golden
}

/// Batch means about a value, up and down by a tenth of it.
pub(crate) fn wave(about: f64) -> Vec<f64> {
    let wave = |batch: usize| about * (1.0 + 0.1 * ((batch % 8) as f64 - 3.5) / 3.5);
    (0..BATCHES).map(|batch| rounded(wave(batch), 7)).collect()
}

pub(crate) fn key(table: Table, row: &str, statistic: &str) -> Key {
    Key {
        policy: "baseline".to_owned(),
        table,
        row: row.to_owned(),
        statistic: statistic.to_owned(),
    }
}

/// The example with a figure set to another value.
pub(crate) fn with(table: Table, row: &str, statistic: &str, value: Value) -> Golden {
    let mut golden = example();
    golden.figures.get_mut(&key(table, row, statistic)).unwrap().value = value;
    golden
}

/// The example with the mean of `metal buyer all` moved, in each batch by what `by` says.
pub(crate) fn moved(by: impl Fn(usize) -> f64) -> Golden {
    let short = key(Table::Summary, "metal buyer all", "expected_shortfall_pct");
    let mut golden = example();
    let means = golden.batch_means.get_mut(&short).unwrap();
    means
        .iter_mut()
        .enumerate()
        .for_each(|(batch, mean)| *mean = rounded(*mean + by(batch), 7));
    let change = (0..BATCHES).map(&by).sum::<f64>() / BATCHES as f64;
    golden.figures.get_mut(&short).unwrap().value = Value::Number(12.5 + change);
    golden
}

fn strict(now: &Golden) -> Comparison {
    compare(&example(), now, false, RELATIVE_TOLERANCE)
}

fn only(comparison: &Comparison) -> &Move {
    assert_eq!(comparison.moves.len(), 1, "{comparison:#?}");
    assert!(comparison.is_changed());
    &comparison.moves[0]
}

#[test]
fn a_golden_file_reads_back_as_it_was_written() {
    let text = example().to_text();
    let read = Golden::from_text(&text).unwrap();
    assert_eq!(read.to_text(), text);
    assert_eq!(
        (read.settings, read.batch_means),
        (example().settings, example().batch_means)
    );
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_moved() {
    let comparison = strict(&example());
    assert!(!comparison.is_changed() && !comparison.is_changed_beyond_noise());
    assert_eq!(comparison.figures(), 7);
    assert!(comparison.draws.is_empty());
}

#[test]
fn numbers_within_the_tolerance_are_the_same() {
    let with_supply = |value| with(Table::Balance, "metal", "supply_t", Value::Number(value));
    assert!(!strict(&with_supply(1e6 * (1.0 + 0.9e-9))).is_changed());
    assert!(strict(&with_supply(1e6 * (1.0 + 1.1e-9))).is_changed());
    assert!(!compare(&example(), &with_supply(1.001e6), false, 0.01).is_changed());
    // About zero the floor holds: 1e-12 of the scale, 100 %.
    let with_short = |value| {
        with(
            Table::Summary,
            "magnet buyer electric cars",
            "expected_shortfall_pct",
            Value::Number(value),
        )
    };
    assert!(!strict(&with_short(0.9e-10)).is_changed());
    assert!(strict(&with_short(1.1e-10)).is_changed());
}

#[test]
fn whole_numbers_and_missing_ones_are_compared_exactly() {
    let trial = with(Table::Replayable, "metal buyer p95", "trial", Value::Whole(18));
    let comparison = compare(&example(), &trial, false, 0.5);
    let found = only(&comparison);
    assert_eq!((found.old, found.new), (Value::Whole(17), Value::Whole(18)));
    assert_eq!((found.change, found.noise.basis), (None, Basis::Unknown));
    let there = with(Table::Summary, "metal buyer all", "cvar99_pct", Value::Number(3.0));
    assert_eq!(only(&strict(&there)).noise.verdict, Verdict::Unknown);
}

#[test]
fn shared_draws_are_measured_by_the_paired_error() {
    // The figure's own error is 0.4. A move of 0.1 that is the same everywhere is far below it, and certain all the same.
    let constant = strict(&moved(|_| 0.1));
    let found = only(&constant);
    assert_eq!(constant.headline_move(), Some(found));
    assert_eq!(
        (found.noise.basis, found.noise.verdict),
        (Basis::Paired, Verdict::Shift)
    );
    assert_eq!(found.noise.standard_errors, None);
    assert!(found.is_below_own_error());
    assert!((found.change.unwrap() - 0.1).abs() < 1e-12 && (found.relative_change.unwrap() - 0.008).abs() < 1e-12);
    // Half of the batches up by 0.2: mean 0.1, error of the mean sqrt(32/31) x 0.1 / sqrt(32) = 0.01796, so 5.6 of them.
    let half = strict(&moved(|batch| if batch % 2 == 0 { 0.2 } else { 0.0 }));
    let found = only(&half);
    assert!((found.noise.standard_errors.unwrap() - 31.0_f64.sqrt()).abs() < 1e-3);
    assert_eq!(found.noise.verdict, Verdict::Shift);
    // One batch alone: one standard error, by construction; the mean may as well not have moved.
    let one = strict(&moved(|batch| if batch == 5 { 3.2 } else { 0.0 }));
    let found = only(&one);
    assert!((found.noise.standard_errors.unwrap() - 1.0).abs() < 1e-3);
    assert_eq!(
        (found.noise.basis, found.noise.verdict),
        (Basis::Paired, Verdict::Noise)
    );
    assert!(one.is_changed() && !one.is_changed_beyond_noise());
}

/// Batch means are rounded: what lies below that is neither a shift nor without spread.
#[test]
fn moves_at_the_resolution_of_batch_means() {
    let tiny = strict(&moved(|_| 1e-5));
    assert_eq!(
        (only(&tiny).noise.basis, only(&tiny).noise.verdict),
        (Basis::Unpaired, Verdict::Noise)
    );
    // Up by 1e-4 in every other batch: 5.6 standard errors, not "the same everywhere".
    let small = strict(&moved(|batch| if batch % 2 == 0 { 1e-4 } else { 0.0 }));
    let errors = only(&small).noise.standard_errors.unwrap();
    assert!((errors - 31.0_f64.sqrt()).abs() < 0.2, "{errors}");
}

#[test]
fn figures_without_batch_means_fall_back_on_their_own_errors() {
    let with_any = |value| with(Table::Summary, "metal buyer all", "prob_any", Value::Number(value));
    // sqrt(2) x 0.018 = 0.0255.
    for (value, verdict) in [(0.32, Verdict::Noise), (0.36, Verdict::Unclear), (0.42, Verdict::Shift)] {
        let comparison = strict(&with_any(value));
        let found = only(&comparison);
        assert_eq!((found.noise.basis, found.noise.verdict), (Basis::Unpaired, verdict));
    }
    let supply = strict(&with(Table::Balance, "metal", "supply_t", Value::Number(2e6)));
    assert_eq!(
        (only(&supply).noise.basis, only(&supply).noise.verdict),
        (Basis::NoDraws, Verdict::Shift)
    );
    let severity = strict(&with(Table::Events, "ban", "mean_severity", Value::Number(0.6)));
    assert_eq!(only(&severity).noise.basis, Basis::Unknown);
}

#[test]
fn other_draws_are_measured_by_both_errors() {
    let mut now = moved(|_| 1.0);
    now.settings.seed = 43;
    let comparison = strict(&now);
    assert_eq!(
        (
            comparison.draws.len(),
            comparison.draws[0].name,
            comparison.settings.len()
        ),
        (1, "seed", 0)
    );
    let found = only(&comparison);
    // 1 / (sqrt(2) x 0.4).
    assert!((found.noise.standard_errors.unwrap() - 1.767_766_95).abs() < 1e-6);
    assert_eq!(
        (found.noise.basis, found.noise.verdict),
        (Basis::Independent, Verdict::Noise)
    );
    assert!(comparison.is_changed() && !comparison.is_changed_beyond_noise());
}

#[test]
fn settings_are_compared_exactly() {
    let mut now = example();
    now.settings.scenario_sha256 = "other".to_owned();
    let comparison = strict(&now);
    assert!(comparison.is_changed() && !comparison.is_changed_beyond_noise());
    now.settings.materials = vec!["magnet".to_owned(), "steel".to_owned()];
    now.settings.places.reverse();
    now.settings.sampling_version = 2;
    let comparison = strict(&now);
    let changes: Vec<(&str, &str, &str)> = comparison
        .settings
        .iter()
        .map(|change| (change.name, change.old.as_str(), change.new.as_str()))
        .collect();
    assert_eq!(
        changes[1..],
        [
            ("sampling_version", "1", "2"),
            ("materials", "metal", "steel"),
            ("places", "buyer, WLD", "WLD, buyer"),
        ]
    );
    assert!(comparison.is_changed_beyond_noise() && !comparison.draws.is_empty());
    // Nothing else about a program is compared than what it computes.
    let newer = Golden {
        program: "critmin 9.9.9".to_owned(),
        ..example()
    };
    assert!(!strict(&newer).is_changed());
}

#[test]
fn new_and_vanished_figures_are_changes() {
    let mut now = example();
    let gone = key(Table::Balance, "metal", "supply_t");
    let figure = now.figures.remove(&gone).unwrap();
    let fresh = key(Table::Balance, "metal", "spare_output_t");
    now.figures.insert(fresh.clone(), figure);
    let comparison = strict(&now);
    assert_eq!(comparison.added[0].key, fresh);
    assert_eq!(comparison.vanished[0].key, gone);
    assert!(comparison.is_changed_beyond_noise() && comparison.moves.is_empty());
}

#[test]
fn only_chosen_policies_are_compared_when_some_are_chosen() {
    let mut golden = example();
    golden.settings.policies.push("stockpile".to_owned());
    let mut other = key(Table::Summary, "metal buyer all", "prob_any");
    other.policy = "stockpile".to_owned();
    let figure = golden.figures.values().next().copied().unwrap();
    golden.figures.insert(other, figure);
    let comparison = compare(&golden, &example(), true, RELATIVE_TOLERANCE);
    assert!(!comparison.is_changed(), "{comparison:#?}");
    let comparison = compare(&golden, &example(), false, RELATIVE_TOLERANCE);
    assert_eq!((comparison.vanished.len(), comparison.settings.len()), (1, 1));
}

#[test]
fn moves_are_ranked_by_verdict_then_size() {
    let mut now = moved(|_| 0.1);
    for (row, statistic, value) in [
        ("magnet buyer electric cars", "expected_shortfall_pct", 2.0),
        ("metal buyer all", "prob_any", 0.9),
    ] {
        now.figures.get_mut(&key(Table::Summary, row, statistic)).unwrap().value = Value::Number(value);
    }
    now.figures
        .get_mut(&key(Table::Replayable, "metal buyer p95", "trial"))
        .unwrap()
        .value = Value::Whole(3);
    let comparison = strict(&now);
    let order: Vec<&str> = comparison
        .moves
        .iter()
        .map(|moved| moved.key.statistic.as_str())
        .collect();
    assert_eq!(
        order,
        ["prob_any", "expected_shortfall_pct", "expected_shortfall_pct", "trial"]
    );
    assert_eq!(comparison.moves[1].key.row, "magnet buyer electric cars");
}

#[test]
fn damage_is_told_with_its_place() {
    let text = example().to_text();
    let severity = "\"ban mean_severity\": 0.5";
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let cases = [
        ("nothing", String::new()),
        ("an empty object", "{}".to_owned()),
        ("a list", "[1]".to_owned()),
        ("a later format", changed("\"format\": 3", "\"format\": 4")),
        (
            "a merge conflict",
            changed(severity, &format!("<<<<<<< ours\n    {severity}")),
        ),
        (
            "a word for a number",
            changed(severity, "\"ban mean_severity\": \"half\""),
        ),
        (
            "a line twice",
            changed(severity, &format!("{severity},\n    \"ban mean_severity\": 0.6")),
        ),
        ("no row", changed("ban mean_severity", "severity")),
        ("a table twice", changed("\"events\": {", "\"balance\": {")),
        ("an unknown table", changed("\"events\": {", "\"happenings\": {")),
        ("an unknown key", changed("\"program\"", "\"programme\"")),
        ("a negative error", changed("[12.5, 0.4]", "[12.5, -0.4]")),
        ("three numbers", changed("[12.5, 0.4]", "[12.5, 0.4, 3]")),
        (
            "a wild tolerance",
            changed("\"relative_tolerance\": 1e-9", "\"relative_tolerance\": 2"),
        ),
        ("no trials", changed("\"trials\": 640", "\"trials\": 0")),
        ("a batch too few", changed("[11.25,", "[")),
        ("a number too large", changed(severity, "\"ban mean_severity\": 1e999")),
    ];
    let told: Vec<String> = cases
        .iter()
        .map(|(what, text)| format!("{what}: {}", Golden::from_text(text).unwrap_err()))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    // Cut off anywhere, it is refused.
    for cut in (0..text.trim_end().len()).step_by(37) {
        assert!(Golden::from_text(&text[..cut]).is_err(), "{cut}");
    }
}

proptest! {
    /// Every finite number is read back to the last bit, and what has not changed is the same at tolerance 0.
    #[test]
    fn any_number_survives_the_file(value in any::<f64>(), error in 0.0..1e300f64) {
        let mut golden = with(Table::Summary, "metal buyer all", "prob_any", Value::number(value));
        golden
            .figures
            .get_mut(&key(Table::Summary, "metal buyer all", "prob_any"))
            .unwrap()
            .standard_error = value.is_finite().then_some(error);
        let read = Golden::from_text(&golden.to_text()).unwrap();
        prop_assert!(!compare(&read, &golden, false, 0.0).is_changed());
    }

    /// The paired error does not depend on which side is which, and scales with the figures.
    #[test]
    fn paired_errors_are_symmetric_and_scale(
        pairs in prop::collection::vec((0.0..100.0f64, 0.0..100.0f64), BATCHES),
        trials in 64u64..5000,
    ) {
        let (old, new): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let times = |values: &[f64]| values.iter().map(|value| value * 4.0).collect::<Vec<f64>>();
        let partition = super::partition::Partition::new(trials, false).unwrap();
        let one = super::batches::paired_standard_error(&old, &new, &partition);
        prop_assert_eq!(one, super::batches::paired_standard_error(&new, &old, &partition));
        let four = super::batches::paired_standard_error(&times(&old), &times(&new), &partition);
        prop_assert_eq!(one.map(|error| error * 4.0), four);
    }
}
