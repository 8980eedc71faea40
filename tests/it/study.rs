//! The facade: variants meet the same draws, alone or beside others; differences have the errors of the pairs; changes do what they say.

use critmin::study::{COMPARED, Change, Error, Results, Run, Statistic, Study, Variant};

use crate::sellers::{policy, sellers};
use crate::support::{close, in_repository, load, simulate};

fn study() -> Study {
    let half = policy("half", "cost = 1e6", "shares.metal.by_country.CHN", "0.4");
    let demand = "{ material = \"metal\", country = \"USA\", amount = 1200 }";
    let text = sellers(demand, "CHN = 0.8, AUS = 0.2", &half);
    Study::from_text("two-sellers.toml", &text).unwrap()
}

fn run(baseline: &Variant, variants: &[&Variant], trials: u64) -> Results {
    Run::new(baseline)
        .against(variants.iter().copied())
        .trials(trials)
        .results()
        .unwrap()
}

#[test]
fn it_gives_what_a_run_gives() {
    let path = in_repository("scenarios/quickstart.toml");
    let expected = simulate(&load(&path), &[]).results;
    let baseline = Study::open(&path).unwrap().baseline().unwrap();
    let found = run(&baseline, &[], expected.manifest.trials);
    assert_eq!(found.run.policies[0].summary, expected.policies[0].summary);
    assert_eq!(found.run.policies[0].exceedance, expected.policies[0].exceedance);
}

/// The loss of China is uniform in half of the trials: the shortfall is 0.8 S, and 0.4 S under the variant, S with mean 1/4 and E S^2 = 1/6.
#[test]
fn a_difference_and_its_error_in_closed_form() {
    let study = study();
    let baseline = study.baseline().unwrap();
    let half = study.policy("half").unwrap();
    let results = run(&baseline, &[&half], 32 * 256);
    let less = results
        .difference("half", ("metal", "USA"), Statistic::ExpectedShortfallPct)
        .unwrap();
    assert!(
        (less.estimate.value + 10.0).abs() <= 4.0 * less.estimate.standard_error,
        "{less:?}"
    );
    // Every statistic's difference is that of the two columns.
    for statistic in COMPARED {
        let of = |name| results.get(name, ("metal", "USA"), statistic);
        if let Some((before, after)) = of("baseline").zip(of("half")) {
            let difference = results
                .difference("half", ("metal", "USA"), statistic)
                .unwrap()
                .estimate;
            assert!(
                close(difference.value, after.value - before.value, 1e-12, 1e-12),
                "{statistic:?}"
            );
            assert!(difference.low <= difference.value && difference.value <= difference.high);
        }
    }
    // The worst 5 % of trials have S from 0.9 to 1: CVaR 76 and 38 %.
    let tail = results
        .difference("half", ("metal", "USA"), Statistic::Cvar95Pct)
        .unwrap();
    assert!(
        (tail.estimate.value + 38.0).abs() <= 4.0 * tail.estimate.standard_error,
        "{tail:?}"
    );
    // Twice the shortfall of the variant is that of the baseline: the error of the difference is half of the baseline's, while independent runs
    // would have sqrt(1 + 1/4) of it.
    let before = results
        .get("baseline", ("metal", "USA"), Statistic::ExpectedShortfallPct)
        .unwrap();
    assert!(
        close(less.estimate.standard_error, before.standard_error / 2.0, 1e-6, 0.0),
        "{less:?} {before:?}"
    );
    let independent = less.independent_trials.unwrap() as f64;
    assert!(close(independent, 8192.0 * 1.25 / 0.25, 1e-3, 0.0), "{independent}");
}

/// Independent trials, whose errors have a closed form: the variance of 0.4 S over the trials.
#[test]
fn errors_of_differences_hold_for_independent_trials() {
    let mut study = study();
    study.set("run.sampling=\"random\"").unwrap();
    let baseline = study.baseline().unwrap();
    let half = study.policy("half").unwrap();
    let results = run(&baseline, &[&half], 128 * 256);
    let found = results
        .difference("half", ("metal", "USA"), Statistic::ExpectedShortfallPct)
        .unwrap();
    let variance: f64 = 1_600.0 * (1.0 / 6.0 - 1.0 / 16.0);
    let expected = (variance / (128.0 * 256.0)).sqrt();
    // From 32 groups: within three times 1 / sqrt(62).
    assert!(
        close(found.estimate.standard_error, expected, 0.38, 0.0),
        "{found:?} {expected}"
    );
}

#[test]
fn others_beside_it_change_nothing() {
    let study = study();
    let baseline = study.baseline().unwrap();
    let half = study.policy("half").unwrap();
    let tenth = study
        .variant("tenth", &[Change::set("shares.metal.by_country.CHN", 0.1)])
        .unwrap();
    let alone = run(&baseline, &[&tenth], 3_000);
    let last = run(&baseline, &[&half, &tenth], 3_000);
    let first = run(&baseline, &[&tenth, &half, &tenth], 3_000);
    assert_eq!(alone.run.policies[1], last.run.policies[2]);
    let same = |one: &[_], other: &[_]| format!("{one:?}") == format!("{other:?}");
    assert!(same(&alone.differences[1], &last.differences[2]));
    // What is short in the baseline is short, if less so.
    let any = alone
        .difference("tenth", ("metal", "USA"), Statistic::ProbAny)
        .unwrap()
        .estimate;
    assert_eq!((any.value, any.standard_error), (0.0, 0.0));
    assert_eq!(alone.samples[1], first.samples[1]);
    assert!(same(&first.differences[1], &first.differences[3]));
    // The same changes as a policy's.
    let same = study
        .variant("half", &[Change::set("shares.metal.by_country.CHN", 0.4)])
        .unwrap();
    let same = run(&baseline, &[&same], 3_000);
    assert_eq!(same.run.policies[1].summary, last.run.policies[1].summary);
    // Against itself nothing differs, and that is certain.
    let itself = run(&baseline, &[&study.variant("itself", &[]).unwrap()], 3_000);
    for row in &itself.differences[1] {
        for difference in row.of.iter().flatten() {
            // Rows without samples have no error of a CVaR.
            let error = difference.estimate.standard_error;
            assert!(difference.estimate.value == 0.0 && (error == 0.0 || error.is_nan()));
        }
    }
}

#[test]
fn samples_are_the_trials() {
    let baseline = study().baseline().unwrap();
    let results = run(&baseline, &[], 2_048);
    let samples = &results.samples[0];
    assert_eq!(samples.rows, [("metal".to_owned(), "USA".to_owned())]);
    assert_eq!(samples.shortfall_pct.dim(), (2_048, 1));
    let mean = samples.shortfall_pct.column(0).iter().sum::<f64>() / 2_048.0;
    let stated = results
        .get("baseline", ("metal", "USA"), Statistic::ExpectedShortfallPct)
        .unwrap();
    assert!(close(mean, stated.value, 1e-9, 0.0), "{mean} {stated:?}");
}

#[test]
fn few_batches_tell_the_error_of_independent_trials() {
    let study = study();
    let baseline = study.baseline().unwrap();
    let row = ("metal", "USA");
    let half = study.policy("half").unwrap();
    let results = run(&baseline, &[&half], 1_000);
    let found = |statistic| results.difference("half", row, statistic).unwrap().estimate;
    // By hand, trial by trial.
    let shortfalls = |number: usize| {
        let samples = &results.samples[number];
        let column = samples
            .rows
            .iter()
            .position(|of| (of.0.as_str(), of.1.as_str()) == row)
            .unwrap();
        samples.shortfall_pct.column(column).to_vec()
    };
    let pairs = shortfalls(1).into_iter().zip(shortfalls(0));
    let differences: Vec<f64> = pairs.map(|(after, before)| after - before).collect();
    let mean = differences.iter().sum::<f64>() / 1_000.0;
    let squares: f64 = differences.iter().map(|one| (one - mean) * (one - mean)).sum();
    let expected = (squares / 999.0 / 1_000.0).sqrt();
    let told = found(Statistic::ExpectedShortfallPct);
    assert!(
        close(told.value, mean, 1e-9, 0.0) && close(told.standard_error, expected, 1e-9, 0.0),
        "{told:?}"
    );
    let hits = |values: Vec<f64>| {
        values
            .into_iter()
            .map(|short| f64::from(u8::from(short > 10.0)))
            .collect::<Vec<_>>()
    };
    let pairs = hits(shortfalls(1)).into_iter().zip(hits(shortfalls(0)));
    let moved = pairs.filter(|(after, before)| after != before).count();
    let told = found(Statistic::ProbGt10);
    assert_eq!(told.standard_error.is_nan(), moved < 20, "{told:?} {moved}");
    // What is no share of demand, and too few trials, tell none.
    assert!(found(Statistic::ExpectedMonthsShort).standard_error.is_nan());
    let few = run(&baseline, &[&half], 200);
    let none = few.difference("half", row, Statistic::ExpectedShortfallPct).unwrap();
    assert!(none.estimate.standard_error.is_nan() && none.independent_trials.is_none());
}

#[test]
fn where_nothing_is_random_differences_are_certain() {
    let mut study = study();
    study.set("event.outage.severity=1").unwrap();
    study.set("event.outage.arrival.probability=1").unwrap();
    let baseline = study.baseline().unwrap();
    let results = run(&baseline, &[&study.policy("half").unwrap()], 5_000);
    for (statistic, expected) in [(Statistic::ExpectedShortfallPct, -40.0), (Statistic::Cvar95Pct, -40.0)] {
        let found = results
            .difference("half", ("metal", "USA"), statistic)
            .unwrap()
            .estimate;
        assert!(
            close(found.value, expected, 1e-9, 0.0) && found.standard_error == 0.0,
            "{statistic:?} {found:?}"
        );
    }
}

#[test]
fn changes_do_what_they_say() {
    let study = study();
    let baseline = study.baseline().unwrap();
    let mean = |changes: &[Change]| {
        let variant = study.variant("changed", changes).unwrap();
        let results = run(&baseline, &[&variant], 2_048);
        results
            .get("changed", ("metal", "USA"), Statistic::ExpectedShortfallPct)
            .unwrap()
            .value
    };
    let before = mean(&[]);
    assert!(close(before, 20.0, 0.02, 0.0), "{before}");
    let scaled = mean(&[Change::scale("event.outage.arrival.probability", 0.5)]);
    assert!(close(scaled, before / 2.0, 0.05, 0.0), "{scaled}");
    assert_eq!(mean(&[Change::remove("event.outage")]), 0.0);
    let second = "[[event]]\nid = \"second\"\nkind = \"production_loss\"\ncountry = \"AUS\"\nseverity = 1\narrival = { process = \"fixed\", at = \"2026-01\", probability = 1 }\n";
    let added = mean(&[Change::add(second)]);
    assert!(close(added, before + 20.0, 1e-6, 0.0), "{added}");
    // In their order.
    let gone = mean(&[Change::add(second), Change::remove("event.second")]);
    assert_eq!(gone, before);
}

#[test]
fn wrong_changes_are_told_as_wrong_files_are() {
    let study = study();
    let said = |change: Change| match study.variant("wrong", &[change]) {
        Err(Error::Invalid(diagnostics)) => diagnostics.to_string(),
        other => panic!("{:?}", other.map(|_| ())),
    };
    let cases = [
        (Change::set("shares.metal.by_country.CHN", 1.5), "1.5"),
        (
            Change::set("event.outrage.severity", 0.5),
            "did you mean `event.outage`",
        ),
        (
            Change::scale("event.outage.severity", 2.0),
            "not a number that could be multiplied",
        ),
        (
            Change::scale("event.outage.recovery", 2.0),
            "is not set in this scenario",
        ),
        (Change::remove("event.outrage"), "did you mean `event.outage`"),
        (Change::add("[[event]\n"), "added tables"),
        (Change::set("run.seed", 7), "a policy cannot change `run.seed`"),
        (
            Change::scale("time.periods", 2.0),
            "a policy cannot change `time.periods`",
        ),
    ];
    for (change, expected) in cases {
        let what = change.to_string();
        let text = said(change);
        assert!(text.contains(expected), "{what}: {text}");
    }
    assert!(matches!(study.policy("none"), Err(Error::Invalid(_))));
    assert!(matches!(
        Study::from_text("x.toml", "format = 1"),
        Ok(study) if matches!(study.baseline(), Err(Error::Invalid(_)))
    ));
}

#[test]
fn precision_is_that_of_the_differences() {
    let study = study();
    let baseline = study.baseline().unwrap();
    let half = study.policy("half").unwrap();
    let results = Run::new(&baseline)
        .against([&half])
        .trials(1_000_000)
        .precision(0.003)
        .results()
        .unwrap();
    assert!(results.trials() >= 2_048 && results.trials() < 1_000_000 && results.trials() % 256 == 0);
    let before = results
        .get("baseline", ("metal", "USA"), Statistic::ExpectedShortfallPct)
        .unwrap();
    assert!(before.standard_error <= 0.003 * before.value);
}

/// Policies touch some of the chains of materials; the others are the baseline's and are not simulated again. Every figure is that of a whole simulation.
#[test]
fn what_variants_have_in_common_comes_to_the_same_as_simulated() {
    for name in [
        "ministerial-coalition",
        "defence-aerospace",
        "india-critical-minerals-mission",
    ] {
        let study = Study::open(in_repository(&format!("scenarios/{name}.toml"))).unwrap();
        let baseline = study.baseline().unwrap();
        let policies: Vec<Variant> = study
            .policies()
            .iter()
            .map(|policy| study.policy(&policy.id).unwrap())
            .collect();
        let beside = Run::new(&baseline)
            .against(&policies)
            .trials(48)
            .with_causes()
            .results()
            .unwrap();
        for (policy, samples) in policies.iter().zip(&beside.samples[1..]) {
            let alone = Run::new(policy).trials(48).with_causes().results().unwrap();
            assert_eq!(samples, &alone.samples[0], "{name}, {}", policy.id());
            // As texts, in which what has no value is like what has none.
            let texts =
                [beside.variant(policy.id()).unwrap(), &alone.run.policies[0]].map(|found| format!("{found:?}"));
            assert!(texts[0] == texts[1], "{name}, {}", policy.id());
        }
    }
}
