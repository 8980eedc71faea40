//! How often the stated 95 % intervals hold the truth. Prints a table in Markdown.
//!
//! The same run over and over: its trials are taken from further and further along the streams of one seed, so that a scenario is compiled once.
//! Ranges begin and end with whole batches, and a batch's draws are a function of its number alone, by a keyed generator: ranges are as independent
//! of each other as seeds are. `--seeds` takes a seed of its own for every run instead, so that this can be seen. The truth is what all runs say
//! together: of n runs, one's error against that has a variance smaller by 1/n than against the truth itself, which 400 runs do not show.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin coverage -- [--runs N] [--trials N] [--sampling DESIGN] [--seeds] [NAME ...]`

use std::ops::Range;
use std::process::ExitCode;
use std::time::Instant;

use critmin::engine::run::{Progress, simulate};
use critmin::results::types::{Estimate, SummaryRow};
use critmin::results::{ALL_SECTORS, PolicyFacts, Recorder, Recording, Row, plan_rows};
use critmin::sampling::BATCH_TRIALS;
use critmin::study::inside::Prepared;
use critmin_benches::tally::{GOOD, TOO_NARROW, Tally};
use critmin_benches::{compile, load};

/// Scenarios by name, each with two rows beside its headline.
const SCENARIOS: [(&str, [(&str, &str); 2]); 4] = [
    (
        "china-rare-earth-controls",
        [("magnet_heat", "USA"), ("magnet_standard", "EU27")],
    ),
    ("gallium-germanium", [("gallium_refined", "JPN"), ("germanium_refined", "USA")]),
    ("student-diversification", [("goods", "B04"), ("goods", "B10")]),
    ("drc-cobalt", [("cobalt", "USA"), ("cobalt", "CHN")]),
];
/// Sampling designs whose intervals are looked at.
const DESIGNS: [&str; 2] = ["latin_hypercube", "random"];
/// What is looked at, in the order of [`figures`].
const FIGURES: [&str; 6] = ["mean", "P(> 10 %)", "P(> 50 %)", "p95", "CVaR95", "CVaR99"];
/// The table's head.
const HEAD: &str = "| scenario | row | figure | truth | truth's error / stated | sampling | coverage, % | error / stated | verdict |\n\
                    |---|---|---|---|---|---|---|---|---|";
/// After so many runs a table of what has been found so far goes to stderr.
const SO_FAR: u64 = 100;

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)) {
        Ok(options) => {
            study(&options);
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

/// How large the study is.
struct Options {
    runs: u64,
    trials: u64,
    /// Whether every run has a seed of its own.
    seeds: bool,
    /// None: all.
    names: Vec<String>,
    designs: Vec<&'static str>,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            runs: 400,
            trials: 4_096,
            seeds: false,
            names: Vec::new(),
            designs: DESIGNS.to_vec(),
        };
        while let Some(word) = words.next() {
            let number = match word.as_str() {
                "--runs" => &mut options.runs,
                "--trials" => &mut options.trials,
                "--seeds" => {
                    options.seeds = true;
                    continue;
                }
                "--sampling" => {
                    let wanted = words.next().unwrap_or_default();
                    let design = DESIGNS.into_iter().find(|design| *design == wanted);
                    options.designs = vec![design.ok_or_else(|| format!("{word}: expected {}", DESIGNS.join(" or ")))?];
                    continue;
                }
                name if SCENARIOS.iter().any(|(known, _)| *known == name) => {
                    options.names.push(word);
                    continue;
                }
                _ => {
                    let known = SCENARIOS.map(|(name, _)| name).join(", ");
                    return Err(format!(
                        "{word}: expected --runs, --trials, --sampling, --seeds or one of {known}"
                    ));
                }
            };
            let value = words
                .next()
                .and_then(|text| text.parse().ok())
                .filter(|value| *value > 0);
            *number = value.ok_or_else(|| format!("{word}: expected a number above 0"))?;
        }
        if !options.trials.is_multiple_of(BATCH_TRIALS) {
            return Err(format!(
                "--trials {}: expected whole batches of {BATCH_TRIALS}, or neighbouring runs would share one",
                options.trials
            ));
        }
        Ok(options)
    }

    /// The trials of a run.
    fn range(&self, run: u64) -> Range<u64> {
        let first = if self.seeds { 0 } else { run * self.trials };
        first..first + self.trials
    }
}

fn study(options: &Options) {
    println!(
        "{} runs of {} trials ({}); truth from all trials of all runs. `truth's error` is its standard error over the mean stated one of a run, \
         `error / stated` the root mean square error of the runs over that; brackets hold 99.9 % of what the coverage may be. Wanted: {:.0} to {:.0} %.\n",
        options.runs,
        options.trials,
        if options.seeds {
            "a seed each"
        } else {
            "ranges of one seed"
        },
        100.0 * GOOD.start,
        100.0 * GOOD.end
    );
    println!("{HEAD}");
    let mut failed = 0;
    for (name, further) in &SCENARIOS {
        if !options.names.is_empty() && !options.names.iter().any(|wanted| wanted == name) {
            continue;
        }
        for &sampling in &options.designs {
            let started = Instant::now();
            let mut prepared = prepared(name, sampling, 1);
            let rows = rows(&prepared, further);
            let mut runs: Vec<Vec<Option<Estimate>>> = Vec::new();
            let mut all: Option<Recorder> = None;
            for run in 0..options.runs {
                if options.seeds && run > 0 {
                    prepared = self::prepared(name, sampling, run + 1);
                }
                let recorder = recorded(&prepared, options.range(run));
                match &mut all {
                    Some(all) => all.merge(&recorder),
                    none => *none = Some(recorder.clone()),
                }
                runs.push(estimates(recorder, &rows));
                if let Some(all) = all.as_ref().filter(|_| (run + 1).is_multiple_of(SO_FAR)) {
                    let truth = estimates(all.clone(), &rows);
                    eprintln!(
                        "{name}, {sampling}: {} runs after {:.0} s\n{HEAD}\n{}",
                        run + 1,
                        started.elapsed().as_secs_f64(),
                        table(name, sampling, &rows, &Tally::of(&runs, &truth), &truth)
                    );
                }
            }
            let Some(all) = all else { continue };
            let truth = estimates(all, &rows);
            let tallies = Tally::of(&runs, &truth);
            print!("{}", table(name, sampling, &rows, &tallies, &truth));
            failed += tallies.iter().filter(|tally| tally.verdict().1 == TOO_NARROW).count();
        }
    }
    println!("\n{failed} {TOO_NARROW}.");
}

/// A scenario with this design and seed.
fn prepared(name: &str, sampling: &str, seed: u64) -> Prepared {
    let mut document = load(&format!("scenarios/{name}.toml"));
    for change in [format!("run.sampling=\"{sampling}\""), format!("run.seed={seed}")] {
        document
            .set(&change)
            .unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)));
    }
    compile(&document)
}

/// A line for each figure of each row.
fn table(
    name: &str,
    sampling: &str,
    rows: &[(String, String)],
    tallies: &[Tally],
    truth: &[Option<Estimate>],
) -> String {
    let mut text = String::new();
    for (number, (tally, truth)) in tallies.iter().zip(truth).enumerate() {
        let (material, place) = &rows[number / FIGURES.len()];
        let figure = FIGURES[number % FIGURES.len()];
        let (coverage, verdict) = tally.verdict();
        let value = truth.map_or_else(|| "not supported".to_owned(), |truth| format!("{:.5}", truth.value));
        let own = truth.map_or_else(|| "-".to_owned(), |truth| tally.over_stated(truth.standard_error));
        let ratio = tally.over_stated(tally.root_mean_square());
        text.push_str(&format!(
            "| {name} | {material}, {place} | {figure} | {value} | {own} | {sampling} | {coverage} | {ratio} | {verdict} |\n"
        ));
    }
    text
}

/// The headline and the further rows.
fn rows(prepared: &Prepared, further: &[(&str, &str)]) -> Vec<(String, String)> {
    let planned = plan_rows(&prepared.layout);
    let headline = planned.headline.map(|at| &planned.rows[at]);
    let mut rows: Vec<(String, String)> = headline
        .map(|row| (prepared.layout.materials[row.material].0.clone(), row.place.clone()))
        .into_iter()
        .collect();
    for (material, place) in further {
        let is_it = |row: &&Row| prepared.layout.materials[row.material].0 == *material && row.place == *place;
        assert!(planned.rows.iter().any(|row| is_it(&row)), "no row {material}, {place}");
        let row = ((*material).to_owned(), (*place).to_owned());
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    rows
}

/// What these trials leave.
fn recorded(prepared: &Prepared, trials: Range<u64>) -> Recorder {
    let empty = Recorder::with(&prepared.layout, Recording::TOTALS);
    simulate(&prepared.model, trials, &Progress::default(), || empty.fresh()).expect("there are trials")
}

/// The figures of the rows.
fn estimates(recorder: Recorder, rows: &[(String, String)]) -> Vec<Option<Estimate>> {
    let results = recorder.finish(PolicyFacts::default());
    let of = |(material, place): &(String, String)| {
        let is_wanted =
            |row: &&SummaryRow| row.material == *material && row.country == *place && row.sector == ALL_SECTORS;
        results.summary.iter().find(is_wanted).map_or([None; 6], figures)
    };
    rows.iter().flat_map(of).collect()
}

/// Figures of a row, in the order of [`FIGURES`]; `None` where the trials do not support one.
fn figures(row: &SummaryRow) -> [Option<Estimate>; 6] {
    let tails = [row.quantiles_pct[5], row.cvar_pct[1], row.cvar_pct[2]];
    let [p95, cvar95, cvar99] = tails.map(|tail| tail.supported.then_some(tail.estimate));
    [
        Some(row.expected_shortfall_pct),
        Some(row.prob_gt_10),
        Some(row.prob_gt_50),
        p95,
        cvar95,
        cvar99,
    ]
}
