//! What users type: the commands and their options.

mod examples;
#[cfg(feature = "explore")]
mod explore;
mod parsers;
mod whatif;

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::report::sheet::Dialect;
use crate::results::types::CostlyTable;
use examples::*;
#[cfg(feature = "explore")]
pub use explore::ExploreOptions;
use parsers::{
    parse_block, parse_count, parse_precision, parse_range, parse_return_period, parse_seconds, parse_threads,
    parse_tolerance, parse_tonnes, parse_trial, parse_years,
};
pub use whatif::{
    BacktestOptions, CompareOptions, IndicesOptions, OptimizeOptions, OutputOptions, ResumeOptions, RobustnessOptions,
    ScreenOptions, SensitivityOptions, SweepOptions,
};

/// Simulates disruptions of critical-mineral supply chains and reports the distribution of supply shortfall.
#[derive(Debug, Parser)]
#[command(name = "critmin", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Arguments {
    #[command(flatten)]
    pub color: Color,
    #[command(subcommand)]
    pub command: Command,
}

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
    /// Choose policies and their sizes within a budget, on the same draws: what lowers the risk most for its cost, and what the last dollar buys
    #[command(after_help = OPTIMIZE_EXAMPLES)]
    Optimize(OptimizeOptions),
    /// Look at the headline and the ranking of policies under the choices that data cannot decide: what stands, and what flips?
    #[command(after_help = ROBUSTNESS_EXAMPLES)]
    Robustness(RobustnessOptions),
    /// Let every country stop making, or exporting, what it makes, one at a time: whose failure costs most, and how long do stocks last? Of a scenario,
    /// or of all shipped minerals for one country
    #[command(after_help = SCREEN_EXAMPLES)]
    Screen(ScreenOptions),
    /// Tell published indices of concentration and dependence: HHI, EU supply risk, GeoPolRisk, net import reliance, days of cover
    #[command(after_help = INDICES_EXAMPLES)]
    Indices(IndicesOptions),
    /// Hold the model against history: past episodes as they were announced, beside what was observed
    #[command(after_help = BACKTEST_EXAMPLES)]
    Backtest(BacktestOptions),
    /// Ask what drives the answer: which numbers move it, which inputs and events its variance comes from, and what marks the worst trials
    #[command(after_help = SENSITIVITY_EXAMPLES)]
    Sensitivity(SensitivityOptions),
    /// Vary one key or two over a range, on the same draws: how does a statistic follow, and where does it cross a level
    #[command(after_help = SWEEP_EXAMPLES)]
    Sweep(SweepOptions),
    /// Move levers on a page and see what they do: on a server of this machine, or in one file
    #[cfg(feature = "explore")]
    #[command(after_help = EXPLORE_EXAMPLES)]
    Explore(ExploreOptions),
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
    /// Charts as svg, png; html: report.html, one page that explains itself; xlsx: results.xlsx, one workbook with all tables; or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png,html", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// How CSV is written: with commas and decimal points, or for spreadsheets in German, French and alike with semicolons and decimal commas
    #[arg(long, value_enum, default_value = "comma", value_name = "DIALECT")]
    pub csv_dialect: CsvDialect,
    /// Tables to do without, for speed: timeline, attribution, or both; charts that show them are not drawn, all else stays the same
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LIST")]
    pub without: Vec<Omission>,
    /// Years of return levels: what is exceeded once in so many years, on average; numbers above 1
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        default_value = "5,10,20,50",
        value_parser = parse_return_period
    )]
    pub return_periods: Vec<f64>,
    /// Simulate only trials A to B - 1 of the whole and write a partial result, for `critmin merge`; --out may name the file (*.critmin)
    #[arg(long, value_name = "A..B", value_parser = parse_range, conflicts_with = "precision")]
    pub trials_range: Option<Range<u64>>,
    /// Do without the headline under the rule of allocation that the scenario does not have, which takes a tenth of the baseline's trials at most
    #[arg(long)]
    pub no_band: bool,
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
pub struct MergeOptions {
    /// Partial results that make up the whole, in any order; or a range of it, where --out names a *.critmin file
    #[arg(required = true, value_name = "PARTIAL")]
    pub partials: Vec<PathBuf>,
    /// Output folder [default: out/<scenario name>]; or a file *.critmin: a larger partial result of neighbouring ones, to be merged further
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Charts as svg, png; html: report.html, one page that explains itself; xlsx: results.xlsx, one workbook with all tables; or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png,html", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// How CSV is written: with commas and decimal points, or for spreadsheets in German, French and alike with semicolons and decimal commas
    #[arg(long, value_enum, default_value = "comma", value_name = "DIALECT")]
    pub csv_dialect: CsvDialect,
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
    /// One page that explains itself, charts inside
    Html,
    /// One workbook with all tables
    Xlsx,
    None,
}

/// How CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CsvDialect {
    /// Commas between cells, decimal points
    Comma,
    /// Semicolons between cells, decimal commas, a byte-order mark
    Semicolon,
}

impl From<CsvDialect> for Dialect {
    fn from(dialect: CsvDialect) -> Self {
        match dialect {
            CsvDialect::Comma => Dialect::Comma,
            CsvDialect::Semicolon => Dialect::Semicolon,
        }
    }
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
