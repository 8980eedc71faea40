//! `critmin explore`: the page with sliders, on a server of this machine, or in one file.

mod guard;
#[cfg(test)]
mod guard_tests;
mod saved;
mod server;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::arguments::ExploreOptions;
use super::failure::Failure;
use super::run::thread_pool;
use super::{Outcome, load, terminal};
use crate::explore::{Limits, Session};
use crate::study::Study;
use guard::Guard;

/// Serves the page of a scenario until it is interrupted, or writes it into a file, with the engine for browsers that the program was built with.
pub fn explore(options: &ExploreOptions, browser_engine: &[u8]) -> Outcome {
    let path = &options.scenario.scenario;
    let document = load::load(&options.scenario, None, false)?;
    let study = Study::of(document, &load::file_name(path));
    let pool = thread_pool(options.threads)?;
    if let Some(file) = &options.save {
        return pool.install(|| saved::save(&study, path, file, options, browser_engine));
    }
    let limits = Limits {
        trials: options.most_trials,
    };
    let shown = path.display().to_string();
    let session = pool.install(|| Session::new(study, &shown, limits));
    let session = session.map_err(|error| Failure::of_run(error, false))?;
    let token =
        guard::token().map_err(|error| Failure::Internal(format!("the system gives no random numbers: {error}")))?;
    let address = SocketAddr::new(options.host.unwrap_or(IpAddr::from([127, 0, 0, 1])), options.port);
    let listener = std::net::TcpListener::bind(address).map_err(|error| Failure::File {
        message: format!("cannot listen at {address}: {error}"),
        hint: Some("give another --port, or none for a free one".to_owned()),
        json: false,
    })?;
    let bound = listener.local_addr()?;
    if !bound.ip().is_loopback() {
        terminal::say(&format!(
            "note: the page can be reached from other machines at {bound}, by whoever has its address"
        ))?;
    }
    let guard = Guard::new(&token, bound, &options.names);
    let url = guard.url();
    // Before anybody can know that there is a server.
    let ended = server::end_on_interrupt();
    {
        use std::io::Write as _;
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{url}")?;
        stdout.flush()?;
    }
    terminal::say("the page is at the address above; Ctrl-C ends it")?;
    if options.open
        && let Err(error) = open::that_detached(&url)
    {
        terminal::say(&format!("note: no browser could be opened: {error}"))?;
    }
    server::serve(listener, Arc::new(session), Arc::new(pool), guard, &ended)
}
