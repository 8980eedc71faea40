//! Options of `critmin explore`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

use super::ScenarioOptions;
use super::parsers::{parse_count, parse_threads};

#[derive(Debug, Args)]
pub struct ExploreOptions {
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Port to listen at [default: a free one]
    #[arg(long, value_name = "PORT", default_value = "0", hide_default_value = true)]
    pub port: u16,
    /// Open the page in the browser
    #[arg(long, conflicts_with = "save")]
    pub open: bool,
    /// Number of threads; it changes the speed, never the results [default: all cores]
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<u16>,
    /// Address to listen at; any other than that of this machine alone lets others ask for simulations [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS", conflicts_with = "save")]
    pub host: Option<IpAddr>,
    /// A further name under which the page may be asked for, such as that of a proxy before it; repeat for more
    #[arg(long = "name", value_name = "NAME", conflicts_with = "save")]
    pub names: Vec<String>,
    /// Trials of a run, at most
    #[arg(long, value_name = "N", default_value = "1000000", value_parser = parse_count)]
    pub most_trials: u64,
    /// Write the page into one file that needs no program and no network, instead of serving it
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Another engine for that page than the one that the program was built with
    #[arg(long, value_name = "FILE", requires = "save")]
    pub engine: Option<PathBuf>,
}
