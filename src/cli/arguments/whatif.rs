//! Options of the commands that ask what would help.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::parsers::{parse_cap, parse_count, parse_level, parse_money, parse_precision, parse_threads};
use super::{ChartFormat, CsvDialect, ScenarioOptions};
use crate::whatif::firm::Yardstick;
use crate::whatif::optimize::Goal;
use crate::whatif::sweep::Axis;

/// Where what they find goes, and how it is shown.
#[derive(Debug, Args)]
pub struct OutputOptions {
    /// Folder for tables and charts [default: a folder named after the command in out/<scenario name>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Number of threads; it changes the speed, never the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<u16>,
    /// Charts as svg, png; html: one page that explains itself; xlsx: one workbook with all tables; or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// How CSV is written: with commas and decimal points, or for spreadsheets in German, French and alike with semicolons and decimal commas
    #[arg(long, value_enum, default_value = "comma", value_name = "DIALECT")]
    pub csv_dialect: CsvDialect,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Print all of it (or the errors) as one JSON document on stdout
    #[arg(long)]
    pub json: bool,
}

/// Going on with a question that was interrupted.
#[derive(Debug, Args)]
pub struct ResumeOptions {
    /// Continue an interrupted command from what it left in the output folder: to the same figures, and also with more trials or other policies
    #[arg(long)]
    pub resume: bool,
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
    /// Also tell what each is worth at the headline: tonnes a year of perfectly secure supply (or tonnes of stockpile) that lower the risk as much
    #[arg(long, value_name = "IN", num_args = 0..=1, default_missing_value = "supply", value_parser = yardsticks())]
    pub equivalent: Option<Yardstick>,
    /// What both are to lower as much: CVaR 95, the expected shortfall, or the probability that more than 10 % is short
    #[arg(long, value_name = "GOAL", default_value = "cvar95", value_parser = goals(), requires = "equivalent")]
    pub equivalent_of: Goal,
    /// Tell it at every place in focus, not at the headline's alone
    #[arg(long, requires = "equivalent")]
    pub equivalent_places: bool,
    /// Do without the headline under the rule of allocation that the scenario does not have, which takes a tenth of the trials at most
    #[arg(long)]
    pub no_band: bool,
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
    #[command(flatten)]
    pub resume: ResumeOptions,
    #[command(flatten)]
    pub output: OutputOptions,
}

#[derive(Debug, Args)]
pub struct OptimizeOptions {
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Most that may be spent, USD (e.g. 2e9) [default: no limit; the frontier is the same]
    #[arg(long, value_name = "USD", value_parser = parse_money)]
    pub budget: Option<f64>,
    /// What is to be low at the headline: CVaR 95, the expected shortfall, or the probability that more than 10 % is short
    #[arg(long, default_value = "cvar95", value_name = "GOAL", value_parser = goals())]
    pub goal: Goal,
    /// Largest share that one country may have of the output of any stage in the last year, 0 to 1 (e.g. 0.65)
    #[arg(long, value_name = "SHARE", value_parser = parse_cap)]
    pub cap: Option<f64>,
    /// Policy to choose from; repeat for more [default: all that have a cost]
    #[arg(long = "policy", value_name = "ID")]
    pub policies: Vec<String>,
    /// Sizes of each policy with a `scale` that are tried first, its ends among them; around the best the steps are halved four times
    #[arg(long, value_name = "N", default_value = "4", value_parser = clap::value_parser!(u16).range(2..=100))]
    pub steps: u16,
    /// Number of trials
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// As many trials as the headline and what each policy alone does to it need for a standard error of at most this share of the baseline's mean (e.g. 1%)
    #[arg(long, value_name = "SHARE", value_parser = parse_precision)]
    pub precision: Option<f64>,
    #[command(flatten)]
    pub resume: ResumeOptions,
    #[command(flatten)]
    pub output: OutputOptions,
}

#[derive(Debug, Args)]
pub struct RobustnessOptions {
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Policy; repeat for more [default: all]
    #[arg(long = "policy", value_name = "ID")]
    pub policies: Vec<String>,
    /// Number of trials of each alternative [default: those of the scenario, without --precision at most 4,096]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Stop each alternative once its headline and every difference have a standard error of at most this share of its baseline's mean (e.g. 1%)
    #[arg(long, value_name = "SHARE", value_parser = parse_precision)]
    pub precision: Option<f64>,
    #[command(flatten)]
    pub resume: ResumeOptions,
    #[command(flatten)]
    pub output: OutputOptions,
}

#[derive(Debug, Args)]
pub struct ScreenOptions {
    /// Scenario file (TOML)
    pub scenario: Option<PathBuf>,
    /// Instead of a scenario: screen every shipped mineral for this importer (code, name, or EU27), from scenarios drafted as `critmin new` does
    #[arg(long, value_name = "C", conflicts_with_all = ["scenario", "set", "pairs"])]
    pub country: Option<String>,
    /// Set a key of the scenario, e.g. run.seed=7 or event.ban.severity=0.5
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Seed of all random streams
    #[arg(long, value_name = "S", value_parser = parse_count)]
    pub seed: Option<u64>,
    /// Also two outages at once: every two of the ten makers whose outage costs most
    #[arg(long)]
    pub pairs: bool,
    /// Number of trials of the uncertain inputs [default: one, with every input at its mean]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Draw uncertain inputs until the headline and every loss have a standard error of at most this share of the headline's mean (e.g. 1%)
    #[arg(long, value_name = "SHARE", value_parser = parse_precision)]
    pub precision: Option<f64>,
    #[command(flatten)]
    pub resume: ResumeOptions,
    #[command(flatten)]
    pub output: OutputOptions,
}

#[derive(Debug, Args)]
pub struct IndicesOptions {
    /// Scenario file (TOML): indices of its undisrupted start
    #[arg(conflicts_with = "mineral")]
    pub scenario: Option<PathBuf>,
    /// Instead of a scenario: a mineral of the shipped tables, at every stage that they have
    #[arg(long, value_name = "M")]
    pub mineral: Option<String>,
    /// Buyers: codes or names, EU27, groups of the scenario [default: the places in focus; of a mineral none]
    #[arg(long = "country", value_name = "LIST", value_delimiter = ',')]
    pub countries: Vec<String>,
    /// Governance scores instead of the shipped ones: a CSV with the columns country,score (-2.5 weak to 2.5 strong), and stability, trade if you like
    #[arg(long, value_name = "FILE")]
    pub governance: Option<PathBuf>,
    /// Set a key of the scenario, e.g. shares.magnet.by_country.CHN=0.5
    #[arg(long = "set", value_name = "KEY=VALUE", conflicts_with = "mineral")]
    pub set: Vec<String>,
    #[command(flatten)]
    pub output: OutputOptions,
}

#[derive(Debug, Args)]
pub struct BacktestOptions {
    /// Episodes by name, e.g. gallium-2023 [default: all; a wrong name lists them]
    #[arg(value_name = "EPISODE")]
    pub episodes: Vec<String>,
    /// Number of trials of each episode [default: as its scenario says]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Seed of all random streams
    #[arg(long, value_name = "S", value_parser = parse_count)]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub output: OutputOptions,
}

#[derive(Debug, Args)]
pub struct SensitivityOptions {
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Statistic whose changes are told, by its name in summary.csv [default: the headline's]; variance and worst trials are of the headline's shortfall
    #[arg(long, value_name = "STATISTIC")]
    pub of: Option<String>,
    /// Number of trials [default: 2048 for changes, and for shares of the variance as many as make intervals narrow, 16384 at most]
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub trials: Option<u64>,
    /// Stop once the headline and every change have a standard error of at most this share of the baseline's mean (e.g. 1%)
    #[arg(long, value_name = "SHARE", value_parser = parse_precision)]
    pub precision: Option<f64>,
    #[command(flatten)]
    pub resume: ResumeOptions,
    #[command(flatten)]
    pub output: OutputOptions,
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
    #[command(flatten)]
    pub resume: ResumeOptions,
    #[command(flatten)]
    pub output: OutputOptions,
}

/// Yardsticks by their names.
fn yardsticks() -> impl TypedValueParser<Value = Yardstick> {
    let names = PossibleValuesParser::new(Yardstick::ALL.map(|(name, _)| name));
    names.map(|typed| {
        let found = Yardstick::ALL.into_iter().find(|(name, _)| *name == typed);
        found.map_or_else(Yardstick::default, |(_, yardstick)| yardstick)
    })
}

/// Goals by their names.
fn goals() -> impl TypedValueParser<Value = Goal> {
    let names = PossibleValuesParser::new(Goal::ALL.map(|(name, _)| name));
    names.map(|typed| {
        let found = Goal::ALL.into_iter().find(|(name, _)| *name == typed);
        found.map_or_else(Goal::default, |(_, goal)| goal)
    })
}
