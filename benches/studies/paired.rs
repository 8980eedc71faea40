//! How often the stated 95 % intervals of paired differences hold the truth, and how much narrower they are than those of two independent runs of
//! independent trials. Prints a table in Markdown.
//!
//! Every run has a seed of its own. The truth is the mean of all runs: of n runs, one's error against that has a variance smaller by 1/n than against the truth
//! itself.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin paired -- SCENARIO POLICY [RUNS [TRIALS]]`

use std::process::ExitCode;

use critmin::study::{Difference, Error, Estimate, Run, Statistic, Study};
use critmin_benches::in_repository;
use critmin_benches::tally::Tally;

/// What is looked at, at the headline.
const FIGURES: [Statistic; 3] = [
    Statistic::ExpectedShortfallPct,
    Statistic::ProbGt10,
    Statistic::Cvar95Pct,
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, usual: u64| words.get(at).map_or(Some(usual), |word| word.parse().ok());
    let (Some(scenario), Some(policy), Some(runs), Some(trials)) =
        (words.first(), words.get(1), number(2, 200), number(3, 4_096))
    else {
        eprintln!("expected a scenario by its name, a policy, and numbers of runs and trials");
        return ExitCode::from(2);
    };
    match study(scenario, policy, runs, trials) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn study(scenario: &str, policy: &str, runs: u64, trials: u64) -> Result<(), Error> {
    let mut study = Study::open(in_repository(&format!("scenarios/{scenario}.toml")))?;
    let mut found: Vec<[Option<Difference>; 3]> = Vec::new();
    for seed in 1..=runs {
        study.set(&format!("run.seed={seed}"))?;
        let (baseline, variant) = (study.baseline()?, study.policy(policy)?);
        let results = Run::new(&baseline).against([&variant]).trials(trials).results()?;
        let (material, place) = baseline.headline();
        found.push(FIGURES.map(|figure| results.difference(policy, (&material, &place), figure)));
        if seed.is_multiple_of(20) {
            eprintln!("{seed} runs");
        }
    }
    println!("{runs} runs of {trials} trials, a seed each; truth from all of them.\n");
    println!(
        "| scenario | policy | figure | truth | coverage, % | error / stated | narrower, times | verdict |\n|---|---|---|---|---|---|---|---|"
    );
    for (number, figure) in FIGURES.iter().enumerate() {
        let of_figure: Vec<Difference> = found.iter().filter_map(|run| run[number]).collect();
        let truth = of_figure.iter().map(|one| one.estimate.value).sum::<f64>() / of_figure.len() as f64;
        let truth = Estimate {
            value: truth,
            standard_error: 0.0,
            low: truth,
            high: truth,
        };
        let mut tally = Tally::default();
        for one in &of_figure {
            tally.add(Some(one.estimate), Some(truth));
        }
        // An interval is as wide as the square root of the trials is small.
        let mut narrower: Vec<f64> = of_figure
            .iter()
            .filter_map(|one| Some((one.independent_trials? as f64 / trials as f64).sqrt()))
            .collect();
        narrower.sort_by(f64::total_cmp);
        let middle = narrower
            .get(narrower.len() / 2)
            .map_or("-".to_owned(), |times| format!("{times:.1}"));
        let (coverage, verdict) = tally.verdict();
        println!(
            "| {scenario} | {policy} | {} | {:.5} | {coverage} | {} | {middle} | {verdict} |",
            figure.name(),
            truth.value,
            tally.over_stated(tally.root_mean_square())
        );
    }
    Ok(())
}
