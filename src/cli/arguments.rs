//! What users type.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::results::types::CostlyTable;
use crate::whatif::sweep::Axis;

/// Simulates disruptions of critical-mineral supply chains and reports the distribution of supply shortfall.
#[derive(Debug, Parser)]
#[command(name = "critmin", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    pub color: Color,
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  critmin run scenarios/quickstart.toml
  critmin run scenarios/china-rare-earth-controls.toml --trials 100000 --out results
  critmin compare scenarios/us-india-partnership.toml
  critmin screen scenarios/china-rare-earth-controls.toml
  critmin sweep scenarios/quickstart.toml --vary shares.magnet.by_country.CHN=0.3..0.9:7
  critmin validate scenarios/*.toml
  critmin merge shards/partial-*.critmin
  critmin replay scenarios/china-rare-earth-controls.toml --trial 123
  critmin check scenarios/quickstart.toml --against golden/quickstart.json
  critmin data gallium
  critmin rates --kind export_restriction --country CHN
  critmin new my-scenario.toml
  critmin new cobalt.toml --mineral cobalt --for DEU

Exit codes: 0 done; 1 the scenario is invalid, or `check` found a change; 2 wrong usage; 3 input/output or internal failure;
130 interrupted (what is complete has been written, whole).";

/// When to use colours.
#[derive(Debug, Args)]
pub struct Color {
    /// When to use colours (NO_COLOR is respected)
    #[arg(
        long = "color",
        value_enum,
        default_value = "auto",
        global = true,
        value_name = "WHEN"
    )]
    choice: ColorChoice,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ColorChoice {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes the choice hold for all output.
    pub fn write_global(&self) {
        match self.choice {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a scenario, print a summary, write tables and charts
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunOptions),
    /// Compare policies with the baseline, or scenarios with the first, on the same draws: what helps, by how much, how sure, at what cost
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareOptions),
    /// Let every country stop making, or exporting, what it makes, one at a time: whose failure costs most, and how long do stocks last?
    #[command(after_help = SCREEN_EXAMPLES)]
    Screen(ScreenOptions),
    /// Vary one key or two over a range, on the same draws: how does a statistic follow, and where does it cross a level
    #[command(after_help = SWEEP_EXAMPLES)]
    Sweep(SweepOptions),
    /// Combine partial results of one run (`run --trials-range`) into its results
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(MergeOptions),
    /// Check scenarios without running them: every error and warning at once
    Validate(ValidateOptions),
    /// Show one trial in full: events, stocks, flows, shortfall by period
    #[command(after_help = REPLAY_EXAMPLES)]
    Replay(ReplayOptions),
    /// Compare runs with golden files and say which figures moved: regression of model outputs for continuous integration
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckOptions),
    /// Show what the shipped data says, with the source of each row
    #[command(after_help = DATA_EXAMPLES)]
    Data(DataOptions),
    /// Show how often something has happened: the events counted, over what, and the rate that follows
    #[command(after_help = RATES_EXAMPLES)]
    Rates(RatesOptions),
    /// Write a commented scenario to start from: of any mineral for any country, or one to fill in by hand
    #[command(after_help = NEW_EXAMPLES)]
    New(NewOptions),
    /// Print the JSON Schema of the scenario format
    Schema,
    /// Print a completion script for a shell
    Completions(CompletionsOptions),
}

const RATES_EXAMPLES: &str = "\
Examples:
  critmin rates                                                        # what may be asked
  critmin rates --kind export_restriction --country CHN
  critmin rates --kind export_restriction --country CHN --since 2023
  critmin rates --kind export_ban --country CHN --target JPN --until 2026
  critmin rates --kind strike --country CHL --mineral copper
  critmin rates --kind mine_stop --csv                                 # the events counted
In a scenario: per_year = { rate = \"history\", kind = \"export_restriction\", country = \"CHN\" }; see docs/rates.md.";

const RUN_EXAMPLES: &str = "\
Examples:
  critmin run scenarios/quickstart.toml
  critmin run scenario.toml --set run.seed=7 --set event.ban.severity=0.5
  critmin run scenario.toml --policy stockpile --policy recycling   # the baseline and these
  critmin run scenario.toml --policy baseline                       # the baseline alone
  critmin run scenario.toml --precision 1% --trials 1000000         # until the standard error is 1 % of the mean
  critmin run scenario.toml --json --formats none | jq '.policies[0].sentence'
  critmin run scenario.toml --trials 1000000 --without timeline,attribution --formats none          # quick totals
  critmin run scenario.toml --resume                                # go on after Ctrl-C, a crash or a full disk
  critmin run scenario.toml --trials 1000000 --trials-range 0..500000 --out shards   # half of it; see `critmin merge`";

const COMPARE_EXAMPLES: &str = "\
Examples:
  critmin compare scenarios/us-india-partnership.toml                 # every policy against the baseline
  critmin compare scenario.toml --policy stockpile --policy recycling --pairs
  critmin compare scenario.toml --precision 1% --trials 1000000       # until differences are known to 1 % of the baseline's mean
  critmin compare today.toml tomorrow.toml                            # scenarios over the same time, against the first
  critmin compare scenario.toml --json --formats none | jq '.sentences'

All face the same draws, so a difference is known far better than from two runs. Differences have a
stated error from 2,048 trials on. What the tables say: docs/what-if.md";

const SCREEN_EXAMPLES: &str = "\
Examples:
  critmin screen scenarios/china-rare-earth-controls.toml             # every country and material, one at a time (N-1)
  critmin screen scenario.toml --pairs                                # also the worst two at a time (N-2)
  critmin screen scenario.toml --trials 4096                          # uncertain inputs drawn, not at their means
  critmin screen scenario.toml --json --formats none | jq '.sentences'

An outage is certain and total, lasts a year and begins at the start; the scenario's own events are taken
away. Uncertain inputs are at their means in one trial, unless --trials or --precision is given.
What the tables say: docs/what-if.md";

const SWEEP_EXAMPLES: &str = "\
Examples:
  critmin sweep scenario.toml --vary shares.magnet.by_country.CHN=0.3..0.9:7               # the others' shares give way in proportion
  critmin sweep scenario.toml --vary shares.magnet.by_country.CHN=0.3..0.9:7 --to USA,IND  # what it gives up goes to these
  critmin sweep scenario.toml --vary event.ban.arrival.per_year=0.01..1:9;log --of cvar95_pct --level 10
  critmin sweep scenario.toml --vary event.ban.severity=0.2,0.5,1 --vary stockpile.magnet.USA.days=0..180:7
  critmin sweep scenario.toml --vary supply.usa_plant.capacity=0..5000:6 --policy stockpile --from-first

All points face the same draws. Each is what `critmin run` gives with the --set options that sweep.csv
has for it. In a shell, quote a range with ;log. What the tables say: docs/what-if.md";

const MERGE_EXAMPLES: &str = "\
Examples:
  critmin run scenario.toml --trials 1000000 --trials-range 0..500000 --out shards         # on one machine
  critmin run scenario.toml --trials 1000000 --trials-range 500000..1000000 --out shards   # on another
  critmin merge shards/partial-*.critmin --out results
The results are those of the whole run, to the last byte (but for the timing in results.json). Ranges may
end anywhere; together they must hold every trial once.";

const REPLAY_EXAMPLES: &str = "\
Examples:
  critmin replay scenario.toml --trial 4711                  # the story of trial 4711
  critmin replay scenario.toml --trial 4711 --policy stockpile
  critmin replay scenario.toml --trial 4711 --out trace      # every flow and stock as CSV
The trials at the median, p95, p99 and maximum are named under the table that `critmin run` prints, with
the whole command. Give --set and --seed as the run had them.";

const CHECK_EXAMPLES: &str = "\
Examples:
  critmin check scenario.toml --against golden.json --update --trials 1000  # pin 1000 trials
  critmin check scenario.toml --against golden.json                    # has anything moved?
  critmin check scenario.toml --against golden.json --update           # accept what has moved
  critmin check scenarios/*.toml --against golden --junit report.xml   # many, with a report
  critmin check scenario.toml --against golden.json --seed 7 --allow-noise
  critmin check scenario.toml --against golden.json --json | jq '.checks[0].moves[0].sentence'

The golden file states trials, seed, policies and tolerance. Flags override them for this run,
with --update for good.

Exit codes: 0 no change, or the golden file is written; 1 a change, or the scenario is invalid;
2 wrong usage; 3 no golden file, a damaged one, or another failure.
How to use it in CI: docs/continuous-integration.md";

const DATA_EXAMPLES: &str = "\
Examples:
  critmin data                   # minerals and stages that ship, and the tables
  critmin data gallium           # everything about gallium
  critmin data gallium --table shares.csv
  critmin data --table countries.csv --csv";

const NEW_EXAMPLES: &str = "\
Examples:
  critmin new my-scenario.toml                                   # a page to fill in by hand
  critmin new cobalt.toml --mineral cobalt --for DEU             # from the shipped data; then: critmin run cobalt.toml
  critmin new tungsten.toml --mineral tungsten --for DEU,USA --stages mine,apt_processing --years 3
  critmin new germany.toml --mineral cobalt,nickel --for DEU,EU27   # EU27 is the rest of the EU then
  critmin new gallium.toml --mineral gallium --for JPN --use JPN=27   # where the tables lack a figure
`critmin data` lists minerals and stages. What the tables lack is named in the file; what nothing can run
without is an error that says how to give it. More: docs/new-scenario.md";

/// Options that commands with a scenario share.
#[derive(Debug, Args)]
pub struct ScenarioOptions {
    /// Scenario file (TOML)
    pub scenario: PathBuf,
    /// Set a key of the scenario, e.g. run.seed=7 or event.ban.severity=0.5
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed of all random streams
    #[arg(long, value_name = "S", value_parser = parse_count)]
    pub seed: Option<u64>,
}

#[derive(Debug, Args)]
pub struct RunOptions {
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Number of trials
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Folder for results [default: out/<scenario name>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of threads; it changes the speed, never the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<u16>,
    /// Policy to run beside the baseline; repeat for more; `baseline` for none [default: all]
    #[arg(long = "policy", value_name = "ID")]
    pub policies: Vec<String>,
    /// Stop once the standard error of the headline's mean is this small (e.g. 1%), after whole batches of trials
    #[arg(long, value_name = "SHARE", value_parser = parse_precision)]
    pub precision: Option<f64>,
    /// Also write samples.csv: one row per trial, policy and place in focus
    #[arg(long)]
    pub samples: bool,
    /// Chart formats: svg, png, or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// Tables to do without, for speed: timeline, attribution, or both; charts that show them are not drawn, all else stays the same
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST")]
    pub without: Vec<Omission>,
    /// Simulate only trials A to B - 1 of the whole and write a partial result, for `critmin merge`; --out may name the file (*.critmin)
    #[arg(long, value_name = "A..B", value_parser = parse_range, conflicts_with = "precision")]
    pub trials_range: Option<Range<u64>>,
    /// Continue an interrupted run from the checkpoint that it left in the output folder
    #[arg(long)]
    pub resume: bool,
    /// Save a checkpoint at most this often, in seconds
    #[arg(long, hide = true, value_name = "S", default_value = "10", value_parser = parse_seconds)]
    pub checkpoint_seconds: Duration,
    /// Trials that a thread simulates in one go: results do not depend on it
    #[arg(long, hide = true, value_name = "N", value_parser = parse_block)]
    pub block_trials: Option<u64>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the summary (or the errors) as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct CompareOptions {
    /// Scenario files (TOML): the policies of one are compared with its baseline, others with the first
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    /// Policy of the first scenario; repeat for more [default: all, where there is one scenario]
    #[arg(long = "policy", value_name = "ID")]
    pub policies: Vec<String>,
    /// Also try every two policies together: are they worth more than the sum of each alone?
    #[arg(long)]
    pub pairs: bool,
    /// Set a key of the scenarios, e.g. run.seed=7 or event.ban.severity=0.5
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed of all random streams
    #[arg(long, value_name = "S", value_parser = parse_count)]
    pub seed: Option<u64>,
    /// Number of trials
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Stop once the headline and every difference have a standard error of at most this share of the baseline's mean (e.g. 1%)
    #[arg(long, value_name = "SHARE", value_parser = parse_precision)]
    pub precision: Option<f64>,
    /// Folder for tables and charts [default: out/<scenario name>/compare]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of threads; it changes the speed, never the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<u16>,
    /// Chart formats: svg, png, or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the comparison (or the errors) as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ScreenOptions {
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Also two outages at once: every two of the ten makers whose outage costs most
    #[arg(long)]
    pub pairs: bool,
    /// Number of trials of the uncertain inputs [default: one, with every input at its mean]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Draw uncertain inputs until the headline and every loss have a standard error of at most this share of the headline's mean (e.g. 1%)
    #[arg(long, value_name = "SHARE", value_parser = parse_precision)]
    pub precision: Option<f64>,
    /// Folder for tables and charts [default: out/<scenario name>/screen]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of threads; it changes the speed, never the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<u16>,
    /// Chart formats: svg, png, or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the screening (or the errors) as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct SweepOptions {
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Key to vary: KEY=FROM..TO:STEPS (STEPS points, both ends among them), with ;log for equal factors, or KEY=a,b,c; twice for two keys
    #[arg(long = "vary", required = true, value_name = "KEY=VALUES", value_parser = Axis::parse)]
    pub vary: Vec<Axis>,
    /// Countries that take what a varied share gives up, in proportion to their own shares [default: all others do]
    #[arg(long, value_delimiter = ',', value_name = "COUNTRIES")]
    pub to: Vec<String>,
    /// Statistic to tell, by its name in summary.csv [default: the headline's]
    #[arg(long, value_name = "STATISTIC")]
    pub of: Option<String>,
    /// Also tell where the statistic crosses this level, in its unit in summary.csv
    #[arg(long, value_name = "X", value_parser = parse_level, allow_hyphen_values = true)]
    pub level: Option<f64>,
    /// Policy in force at every point
    #[arg(long, value_name = "ID")]
    pub policy: Option<String>,
    /// Tell differences from the first point instead of from the scenario as it is
    #[arg(long)]
    pub from_first: bool,
    /// Number of trials
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Stop once the headline and every difference have a standard error of at most this share of the baseline's mean (e.g. 1%)
    #[arg(long, value_name = "SHARE", value_parser = parse_precision)]
    pub precision: Option<f64>,
    /// Folder for tables and charts [default: out/<scenario name>/sweep]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of threads; it changes the speed, never the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<u16>,
    /// Chart formats: svg, png, or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the sweep (or the errors) as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct MergeOptions {
    /// Partial results that make up the whole, in any order
    #[arg(required = true, value_name = "PARTIAL")]
    pub partials: Vec<PathBuf>,
    /// Output folder [default: out/<scenario name>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Chart formats: svg, png, or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the summary (or the errors) as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChartFormat {
    Svg,
    Png,
    None,
}

/// What a run can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Omission {
    Timeline,
    Attribution,
}

impl From<Omission> for CostlyTable {
    fn from(omission: Omission) -> Self {
        match omission {
            Omission::Timeline => CostlyTable::Timeline,
            Omission::Attribution => CostlyTable::Attribution,
        }
    }
}

#[derive(Debug, Args)]
pub struct ValidateOptions {
    /// Scenario files (TOML)
    #[arg(required_unless_present = "explain")]
    pub scenarios: Vec<PathBuf>,
    /// Print what a code of an error or warning means, and what to do (e.g. W003)
    #[arg(long, value_name = "CODE", conflicts_with_all = ["scenarios", "set", "json", "strict"])]
    pub explain: Option<String>,
    /// Set a key of the scenarios
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Print errors and warnings as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
    /// Treat warnings as errors
    #[arg(long)]
    pub strict: bool,
}

#[derive(Debug, Args)]
pub struct ReplayOptions {
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Trial number, from 0: the same trial in a run of any length
    #[arg(long, value_name = "K", value_parser = parse_trial)]
    pub trial: u64,
    /// Policy under which to replay [default: the baseline]
    #[arg(long, value_name = "ID")]
    pub policy: Option<String>,
    /// Also write the trace as CSV files into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print the whole trace as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct CheckOptions {
    /// Scenario files (TOML)
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    /// Golden file; or a folder that holds <scenario name>.json for each scenario
    #[arg(long, value_name = "FILE")]
    pub against: PathBuf,
    /// Write the golden file anew (or for the first time) and say what changed
    #[arg(long)]
    pub update: bool,
    /// Fail only on what changed by more than Monte Carlo noise (4 standard errors), and on new or vanished figures
    #[arg(long, conflicts_with = "update")]
    pub allow_noise: bool,
    /// Relative tolerance of numbers; whole numbers and text are compared exactly [default: the golden file's, at first 1e-9]
    #[arg(long, value_name = "SHARE", value_parser = parse_tolerance)]
    pub relative_tolerance: Option<f64>,
    /// Number of trials [default: the golden file's, at first the scenario's]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Seed of all random streams [default: the golden file's, at first the scenario's]
    #[arg(long, value_name = "S", value_parser = parse_count)]
    pub seed: Option<u64>,
    /// Set a key of the scenarios, e.g. event.ban.severity=0.5
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Policy to check beside the baseline; repeat for more; `baseline` for none [default: the golden file's, at first all]
    #[arg(long = "policy", value_name = "ID")]
    pub policies: Vec<String>,
    /// Number of threads; it changes the speed, never the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<u16>,
    /// Also write the outcome as JUnit XML into this file
    #[arg(long, value_name = "FILE", conflicts_with = "update")]
    pub junit: Option<PathBuf>,
    /// Print nothing but errors; the exit code tells
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the outcome, with every move (or the errors), as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DataOptions {
    /// Mineral; without one, what ships is listed
    pub mineral: Option<String>,
    /// Show this table only (e.g. shares.csv)
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// Print rows as CSV
    #[arg(long)]
    pub csv: bool,
    /// Print rows as one JSON document
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct RatesOptions {
    /// Class, kind of event or question, e.g. export_restriction; without one, they are listed
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Only events of this country
    #[arg(long, value_name = "CODE")]
    pub country: Option<String>,
    /// All countries but this one; repeat for more
    #[arg(long, value_name = "CODE")]
    pub except: Vec<String>,
    /// Only events of this mineral
    #[arg(long, value_name = "ID")]
    pub mineral: Option<String>,
    /// Only restrictions aimed at this country [default: those that hit everyone]
    #[arg(long, value_name = "CODE")]
    pub target: Option<String>,
    /// First year
    #[arg(long, value_name = "YEAR")]
    pub since: Option<i32>,
    /// Last year, counted whole
    #[arg(long, value_name = "YEAR")]
    pub until: Option<i32>,
    /// Least share of the world's output of a supply that is watched, e.g. 0.5
    #[arg(long, value_name = "SHARE")]
    pub least_share: Option<f64>,
    /// Print the events counted as CSV
    #[arg(long)]
    pub csv: bool,
    /// Print the whole answer (or the errors) as one JSON document on stdout
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
}

impl RatesOptions {
    /// Whether anything but the kind narrows what is asked.
    pub fn is_narrowed(&self) -> bool {
        let texts = [&self.country, &self.mineral, &self.target];
        texts.iter().any(|text| text.is_some())
            || !self.except.is_empty()
            || self.since.is_some()
            || self.until.is_some()
            || self.least_share.is_some()
    }
}

#[derive(Debug, Args)]
pub struct NewOptions {
    /// File to write; it must not exist yet
    pub file: PathBuf,
    /// Mineral of the shipped data, or several: write their supply chains with figures and sources
    #[arg(long = "mineral", value_name = "LIST", value_delimiter = ',', requires = "countries")]
    pub minerals: Vec<String>,
    /// Countries that the scenario is for: codes or names; EU27 beside members is the rest of the EU
    #[arg(
        long = "for",
        id = "countries",
        value_name = "LIST",
        value_delimiter = ',',
        requires = "minerals"
    )]
    pub countries: Vec<String>,
    /// Stages to keep [default: all that have shares by country]
    #[arg(long, value_name = "LIST", value_delimiter = ',', requires = "minerals")]
    pub stages: Vec<String>,
    /// Years to simulate [default: 5]
    #[arg(long, value_name = "N", value_parser = parse_years, requires = "minerals")]
    pub years: Option<u32>,
    /// Use of a country in tonnes a year, where the tables lack it or you know better; repeat for more
    #[arg(long = "use", value_name = "CODE=TONNES", value_parser = parse_tonnes, requires = "minerals")]
    pub uses: Vec<(String, f64)>,
    /// World output of a stage in tonnes a year, where the tables lack it; repeat for more
    #[arg(long = "output", value_name = "STAGE=TONNES", value_parser = parse_tonnes, requires = "minerals")]
    pub outputs: Vec<(String, f64)>,
}

#[derive(Debug, Args)]
pub struct CompletionsOptions {
    /// Shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// A share such as `1%` or `0.01`.
fn parse_precision(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(number) => (number.trim(), 0.01),
        None => (text.trim(), 1.0),
    };
    let value = number
        .replace('_', "")
        .parse::<f64>()
        .map_err(|_| "expected a share such as 1% or 0.01, with a decimal point".to_owned())?
        * scale;
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err("expected a share above 0 and below 100 %".to_owned())
    }
}

/// A whole number as people write it: `1000000`, `1_000_000` or `1e6`.
fn parse_count(text: &str) -> Result<u64, String> {
    let digits = text.trim().replace('_', "");
    if let Ok(count) = digits.parse::<u64>() {
        return Ok(count);
    }
    let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.parse::<f64>() {
        // Only up to here are all whole numbers exact.
        Ok(value) if !is_digits && value.fract() == 0.0 && (0.0..=9e15).contains(&value) => Ok(value as u64),
        Ok(value) if is_digits || (value.fract() == 0.0 && value > 9e15) => {
            Err(format!("it is too large: at most {}", i64::MAX))
        }
        Ok(value) if value < 0.0 => Err("expected 0 or more".to_owned()),
        Ok(value) if value.is_finite() && value.fract() != 0.0 => Err("expected a whole number".to_owned()),
        _ => Err("expected a whole number such as 10000, 10_000 or 1e4".to_owned()),
    }
}

/// A whole number from `low` to `high`.
fn parse_within(text: &str, low: u64, high: u64) -> Result<u64, String> {
    match parse_count(text)? {
        count if count < low => Err(format!("expected {low} or more")),
        count if count > high => Err(format!("expected {high} at most")),
        count => Ok(count),
    }
}

/// A level of a statistic: any number.
fn parse_level(text: &str) -> Result<f64, String> {
    let number = text.trim().replace('_', "").parse::<f64>().ok();
    let number = number.filter(|number| number.is_finite());
    number.ok_or_else(|| "expected a number in the statistic's unit, such as 10".to_owned())
}

fn parse_years(text: &str) -> Result<u32, String> {
    // The limit fits.
    parse_within(text, 1, 50).map(|years| years as u32)
}

/// A name with tonnes a year, such as `JPN=167`.
fn parse_tonnes(text: &str) -> Result<(String, f64), String> {
    let wanted = "expected a name and tonnes a year, such as JPN=167";
    let (name, number) = text.split_once('=').ok_or(wanted)?;
    match number.trim().replace('_', "").parse::<f64>() {
        Ok(tonnes) if tonnes > 0.0 && tonnes < 1e12 && !name.trim().is_empty() => Ok((name.trim().to_owned(), tonnes)),
        _ => Err(wanted.to_owned()),
    }
}

fn parse_threads(text: &str) -> Result<u16, String> {
    // The limit fits.
    parse_within(text, 1, 1024).map(|threads| threads as u16)
}

fn parse_block(text: &str) -> Result<u64, String> {
    parse_within(text, 1, u64::MAX)
}

fn parse_trial(text: &str) -> Result<u64, String> {
    parse_within(text, 0, (1 << 40) - 1)
}

/// A range of trials such as `0..500000`: the end is not part of it.
fn parse_range(text: &str) -> Result<Range<u64>, String> {
    let wanted = "expected a range of trials such as 0..500000 (trial 500000 is not part of it)";
    let number = |text: &str| parse_count(text).map_err(|_| wanted.to_owned());
    let (first, end) = text.split_once("..").ok_or(wanted)?;
    let range = number(first)?..number(end)?;
    if range.is_empty() {
        Err(format!("{wanted}; this one is empty"))
    } else {
        Ok(range)
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected a number of seconds".to_owned())
}

/// A relative tolerance: at least 0, below 1.
fn parse_tolerance(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(value) if (0.0..1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to below 1, such as 1e-9".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn precision_takes_percent_or_share_and_tolerance_a_number() {
        assert_eq!(parse_precision("1%"), Ok(0.01));
        assert_eq!(parse_precision("0.02"), Ok(0.02));
        assert_eq!(parse_tolerance("1e-9"), Ok(1e-9));
        assert!(parse_tolerance("1").is_err() && parse_tolerance("-1e-9").is_err() && parse_tolerance("nan").is_err());
        assert!(parse_precision("0").is_err() && parse_precision("100%").is_err() && parse_precision("x").is_err());
    }

    #[test]
    fn counts_are_read_as_people_write_them() {
        for (text, count) in [
            ("10000", 10_000),
            ("10_000", 10_000),
            ("1e6", 1_000_000),
            ("2.5e3", 2_500),
            ("0", 0),
            (" 7 ", 7),
            ("1.0", 1),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse_count(text), Ok(count), "{text}");
        }
        for (text, words) in [
            ("-1", "0 or more"),
            ("1.5", "whole number"),
            ("1,000", "such as 10000, 10_000 or 1e4"),
            ("many", "such as"),
            ("", "such as"),
            ("nan", "such as"),
            ("99999999999999999999", "too large: at most 9223372036854775807"),
            ("1e300", "too large"),
        ] {
            let error = parse_count(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        assert_eq!(parse_threads("1_0"), Ok(10));
        assert_eq!(parse_threads("0"), Err("expected 1 or more".to_owned()));
        assert_eq!(parse_threads("2e3"), Err("expected 1024 at most".to_owned()));
        assert_eq!(parse_trial("1e3"), Ok(1_000));
        assert_eq!(parse_block("0"), Err("expected 1 or more".to_owned()));
    }

    #[test]
    fn tonnes_go_with_a_name() {
        assert_eq!(parse_tonnes("JPN=167"), Ok(("JPN".to_owned(), 167.0)));
        assert_eq!(
            parse_tonnes(" South Korea = 1_200.5"),
            Ok(("South Korea".to_owned(), 1200.5))
        );
        for wrong in ["JPN", "JPN=", "=5", "JPN=0", "JPN=-1", "JPN=nan", "JPN=inf", "JPN=1,5"] {
            assert!(parse_tonnes(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_years("51"), Err("expected 50 at most".to_owned()));
    }

    #[test]
    fn ranges_leave_their_end_out() {
        assert_eq!(parse_range("0..5_000"), Ok(0..5_000));
        assert_eq!(parse_range("5e2..1e3"), Ok(500..1_000));
        for wrong in ["5", "5..5", "7..3", "a..b", "0..=5", "..5", "5..", "-1..5"] {
            assert!(parse_range(wrong).is_err(), "{wrong}");
        }
    }
}
