//! The command line: one file per command; each parses, calls and prints. Exit codes and closed pipes are dealt with here and nowhere else.

mod arguments;
mod asked;
mod backtest;
mod check;
mod checkpoint;
mod compare;
mod completions;
mod data;
#[cfg(feature = "explore")]
mod explore;
mod failure;
mod indices;
mod kept;
mod load;
mod merge;
mod new;
mod optimize;
mod place;
mod progress;
mod rates;
mod replay;
mod results;
mod robustness;
mod run;
mod schema;
mod screen;
mod sensitivity;
mod so_far;
mod sweep;
mod terminal;
mod validate;
mod whatif;

use std::process::ExitCode;
use std::sync::OnceLock;

use clap::Parser;

use arguments::{Arguments, Command};
use failure::Failure;

/// Exit code of a scenario that is invalid, and of a check that found a change.
pub const EXIT_INVALID: u8 = 1;
/// Exit code of wrong usage.
pub const EXIT_USAGE: u8 = 2;
/// Exit code of an input/output or internal failure.
pub const EXIT_FAILURE: u8 = 3;
/// Exit code of an interrupted run.
pub const EXIT_INTERRUPTED: u8 = 130;

/// What was typed, where it is not what this process was started with.
static TYPED: OnceLock<Vec<String>> = OnceLock::new();

/// The command line as it was typed, the program's name first.
fn typed() -> impl Iterator<Item = String> {
    let typed = TYPED.get().cloned();
    typed.unwrap_or_else(|| std::env::args().collect()).into_iter()
}

/// Parses the command line, runs the command and turns its outcome into an exit code. `browser_engine` is the library as WebAssembly, empty where the program
/// was built without.
pub fn main(browser_engine: &[u8]) -> ExitCode {
    ExitCode::from(of_parsed(Arguments::try_parse(), browser_engine))
}

/// The same of words that another program was started with, its own name first; for a process that runs one command and ends.
pub fn main_of(words: Vec<String>, browser_engine: &[u8]) -> u8 {
    of_parsed(Arguments::try_parse_from(TYPED.get_or_init(|| words)), browser_engine)
}

#[cfg_attr(not(feature = "explore"), allow(unused_variables))]
fn of_parsed(arguments: Result<Arguments, clap::Error>, browser_engine: &[u8]) -> u8 {
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe while help is printed is no failure.
            let _ = error.print();
            return if error.use_stderr() { EXIT_USAGE } else { 0 };
        }
    };
    arguments.color.write_global();
    let outcome = match &arguments.command {
        Command::Run(options) => run::run(options),
        Command::Compare(options) => compare::compare(options),
        Command::Optimize(options) => optimize::optimize(options),
        Command::Robustness(options) => robustness::robustness(options),
        Command::Screen(options) => screen::screen(options),
        Command::Indices(options) => indices::indices(options),
        Command::Backtest(options) => backtest::backtest(options),
        Command::Sensitivity(options) => sensitivity::sensitivity(options),
        Command::Sweep(options) => sweep::sweep(options),
        #[cfg(feature = "explore")]
        Command::Explore(options) => explore::explore(options, browser_engine),
        Command::Merge(options) => merge::merge(options),
        Command::Validate(options) => validate::validate(options),
        Command::Replay(options) => replay::replay(options),
        Command::Check(options) => check::check(options),
        Command::Data(options) => data::data(options),
        Command::Rates(options) => rates::rates(options),
        Command::New(options) => new::new(options),
        Command::Schema => schema::schema(),
        Command::Completions(options) => completions::completions(options),
    };
    match outcome {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

/// Whether stderr (or stdout) takes colours: a terminal, without `NO_COLOR`.
fn is_colored(stream: &impl anstream::stream::RawStream) -> bool {
    anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
}

type Outcome = Result<u8, Failure>;
