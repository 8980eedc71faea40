//! Options of the commands that ask what would help.

use std::path::PathBuf;

use clap::Args;

use super::parsers::{parse_count, parse_level, parse_precision, parse_threads};
use super::{ChartFormat, ScenarioOptions};
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
    /// Chart formats: svg, png, or none
    #[arg(long, value_delimiter = ',', default_value = "svg,png", value_name = "LIST")]
    pub formats: Vec<ChartFormat>,
    /// Print nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Print all of it (or the errors) as one JSON document on stdout
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
    #[command(flatten)]
    pub output: OutputOptions,
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
    pub output: OutputOptions,
}
