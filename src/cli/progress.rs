//! The progress bar: trials done, rate and time left, on a terminal only.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::run::Progress;

const TEMPLATE: &str = "{msg} [{bar:30}] {human_pos}/{human_len} trials, {per_sec}, {eta} left";

/// A bar that follows a run's progress until dropped.
pub struct Bar {
    bar: ProgressBar,
    ended: Arc<AtomicBool>,
    follower: Option<JoinHandle<()>>,
}

impl Bar {
    /// A bar on stderr; nothing is drawn when `quiet` or when stderr is no terminal.
    pub fn new(progress: &Arc<Progress>, quiet: bool) -> Self {
        let draws = !quiet && std::io::stderr().is_terminal();
        let target = if draws {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        let ended = Arc::new(AtomicBool::new(false));
        let follower = draws.then(|| {
            let (bar, ended, progress) = (bar.clone(), Arc::clone(&ended), Arc::clone(progress));
            std::thread::spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    bar.set_position(progress.done.load(Ordering::Relaxed));
                    std::thread::sleep(Duration::from_millis(100));
                }
            })
        });
        Bar { bar, ended, follower }
    }

    /// Says what is simulated, and how many trials all of it takes.
    pub fn begin(&self, what: &str, trials_in_all: u64) {
        self.bar.set_message(what.to_owned());
        self.bar.set_length(trials_in_all);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(follower) = self.follower.take() {
            // The follower only draws: if it has panicked, there is no bar and nothing else is lost.
            let _ = follower.join();
        }
        self.bar.finish_and_clear();
    }
}
