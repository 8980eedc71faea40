//! Simulating beside Python: on a thread of its own, while the caller looks out for signals and tells how far it is.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use critmin::study::Progress;
use pyo3::prelude::*;

use crate::errors::unexpected;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// Does the work without holding the interpreter. `told` is called with the trials done, on the caller's thread. Where a signal or `told` raises, the work is
/// asked to stop, and what it gives after that comes with what was raised.
pub fn watched<T: Send>(
    py: Python<'_>,
    threads: Option<usize>,
    told: Option<&Py<PyAny>>,
    work: impl FnOnce(&Progress) -> T + Send,
) -> PyResult<(T, Option<PyErr>)> {
    let progress = Progress::default();
    let pool = match threads {
        Some(threads) => Some(
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .map_err(unexpected)?,
        ),
        None => None,
    };
    py.detach(|| {
        std::thread::scope(|scope| {
            let (done, is_done) = channel();
            let (progress, pool) = (&progress, &pool);
            let worker = scope.spawn(move || {
                let found = match pool {
                    Some(pool) => pool.install(|| work(progress)),
                    None => work(progress),
                };
                // The other end waits for this alone.
                let _ = done.send(());
                found
            });
            let mut raised = None;
            while let Err(RecvTimeoutError::Timeout) = is_done.recv_timeout(LOOK) {
                if raised.is_some() {
                    continue;
                }
                let looked = Python::attach(|py| {
                    py.check_signals()?;
                    let Some(told) = told else { return Ok(()) };
                    told.call1(py, (progress.done.load(Ordering::Relaxed),)).map(drop)
                });
                if let Err(error) = looked {
                    progress.stop.store(true, Ordering::Relaxed);
                    raised = Some(error);
                }
            }
            match worker.join() {
                Ok(found) => Ok((found, raised)),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    })
}
