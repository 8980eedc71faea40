//! How far a run is, and what it has found so far: a bar on a terminal, else a line now and then, so that the log of a batch system is not silent
//! for hours.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::so_far::{Lines, Looks};
use super::terminal;
use crate::report::grouped;
use crate::report::harmless;
use crate::report::width::{UNKNOWN, fitted};
use crate::study::Progress;

/// How often the bar is drawn anew, and looked whether a line is due.
const DRAWN_EVERY: Duration = Duration::from_millis(100);
/// Length of the bar itself.
const BAR: usize = 30;

/// What is simulated, and how many trials all of it takes.
#[derive(Debug, Default)]
struct Job {
    what: Mutex<String>,
    trials: AtomicU64,
    /// The headline so far, in words.
    headline: Mutex<Option<String>>,
    /// Whether it may be looked for.
    wants_headline: AtomicBool,
}

/// Follows a run's progress until dropped.
pub struct Bar {
    job: Arc<Job>,
    follower: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Bar {
    /// On stderr; nothing when `quiet`.
    pub fn new(progress: &Arc<Progress>, quiet: bool) -> Self {
        if quiet {
            return Self {
                job: Arc::default(),
                follower: None,
            };
        }
        if !std::io::stderr().is_terminal() {
            let mut lines = Lines::default();
            return Self::follow(progress, DRAWN_EVERY, move |now| {
                for line in lines.due(now) {
                    // Nobody may be reading: that is no reason to stop the run.
                    let _ = terminal::say(&line);
                }
            });
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        let drawn = Drawn(bar);
        Self::follow(progress, DRAWN_EVERY, move |now| {
            // The last column stays free: some terminals begin a new line there.
            let width = terminal::width_of_talk().unwrap_or(UNKNOWN).saturating_sub(1);
            let mut message = now.bar(width);
            if let Some(headline) = &now.headline {
                message = format!("{message}\n{}", fitted(headline, width));
            }
            drawn.0.set_message(message);
            drawn.0.tick();
        })
    }

    /// Calls `show` so often, in a thread of its own.
    fn follow(progress: &Arc<Progress>, interval: Duration, mut show: impl FnMut(&Now) + Send + 'static) -> Self {
        let job = Arc::new(Job::default());
        let (ended, ends) = channel();
        let (of_job, progress) = (Arc::clone(&job), Arc::clone(progress));
        let thread = std::thread::spawn(move || {
            let (started, mut looks) = (Instant::now(), Looks::default());
            let mut began: Option<(Instant, u64)> = None;
            while ends.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                let done = progress.done.load(Ordering::Relaxed);
                // A run that is continued has some trials from before: they say nothing of its speed.
                let (since, before) = *began.get_or_insert((Instant::now(), done));
                let elapsed = started.elapsed();
                if of_job.wants_headline.load(Ordering::Relaxed) && looks.is_due(elapsed, done) {
                    progress.look.store(true, Ordering::Relaxed);
                }
                show(&Now {
                    what: of_job.what.lock().unwrap_or_else(PoisonError::into_inner).clone(),
                    headline: of_job.headline.lock().unwrap_or_else(PoisonError::into_inner).clone(),
                    elapsed,
                    done,
                    trials: of_job.trials.load(Ordering::Relaxed),
                    rate: done.saturating_sub(before) as f64 / since.elapsed().as_secs_f64().max(1e-3),
                });
            }
        });
        Self {
            job,
            follower: Some((ended, thread)),
        }
    }

    /// Says what is simulated, and how many trials all of it takes.
    pub fn begin(&self, what: &str, trials_in_all: u64) {
        *self.job.what.lock().unwrap_or_else(PoisonError::into_inner) = harmless::line(what).into_owned();
        self.job.trials.store(trials_in_all, Ordering::Relaxed);
    }

    /// Whether the run is to be asked for its headline now and then.
    pub fn look_for_headline(&self, wanted: bool) {
        self.job.wants_headline.store(wanted, Ordering::Relaxed);
    }

    /// What there is to tell of the headline; what was told before stays where there is nothing.
    pub fn tell(&self, headline: Option<String>) {
        if let Some(headline) = headline {
            let headline = harmless::line(&headline).into_owned();
            *self.job.headline.lock().unwrap_or_else(PoisonError::into_inner) = Some(headline);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some((ended, follower)) = self.follower.take() {
            drop(ended);
            // The follower only shows: if it has panicked, nothing else is lost.
            let _ = follower.join();
        }
    }
}

/// A bar that is cleared when nobody draws it any more.
struct Drawn(ProgressBar);

impl Drop for Drawn {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// How far a run is at some moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Now {
    /// What is simulated.
    pub what: String,
    /// Trials done.
    pub done: u64,
    /// Trials of all of it.
    pub trials: u64,
    /// Trials per second.
    pub rate: f64,
    /// Since the beginning.
    pub elapsed: Duration,
    /// The headline so far, in words.
    pub headline: Option<String>,
}

impl Now {
    /// As a line of its own.
    pub fn line(&self) -> String {
        let percent = 100 * u128::from(self.done) / u128::from(self.trials.max(1));
        format!(
            "{}: {} of {} trials ({percent} %){}",
            self.what,
            grouped(self.done),
            grouped(self.trials),
            self.speed()
        )
    }

    /// As a bar with what fits beside it: first the bar gets shorter, then the speed goes, then the name.
    fn bar(&self, width: usize) -> String {
        let count = format!("{}/{} trials", grouped(self.done), grouped(self.trials));
        let speed = self.speed();
        for length in (4..=BAR).rev() {
            let full = (length as u128 * u128::from(self.done) / u128::from(self.trials.max(1))) as usize;
            let full = full.min(length);
            let bar = format!("[{}{}]", "#".repeat(full), "-".repeat(length - full));
            let text = format!("{} {bar} {count}{speed}", self.what);
            if fitted(&text, width) == text {
                return text;
            }
        }
        let text = format!("{} {count}", self.what);
        if fitted(&text, width) == text {
            return text;
        }
        fitted(&count, width)
    }

    /// `, 1,234/s, 2 min left`; nothing before it is known.
    fn speed(&self) -> String {
        if self.rate < 1e-3 {
            return String::new();
        }
        let left = self.trials.saturating_sub(self.done) as f64 / self.rate;
        let left = match left {
            seconds if seconds < 100.0 => format!("{seconds:.0} s"),
            seconds if seconds < 6000.0 => format!("{:.0} min", seconds / 60.0),
            seconds => format!("{:.1} h", seconds / 3600.0),
        };
        let rate = match self.rate {
            slow if slow < 10.0 => format!("{slow:.1}"),
            rate => grouped(rate as u64),
        };
        format!(", {rate}/s, {left} left")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Now {
        Now {
            what: "both_together (3/9)".into(),
            done: 123_456,
            trials: 900_000,
            rate: 2_345.6,
            elapsed: Duration::from_secs(52),
            headline: None,
        }
    }

    #[test]
    fn the_bar_fits() {
        insta::assert_snapshot!(now().bar(80), @"both_together (3/9) [#-------------] 123,456/900,000 trials, 2,345/s, 6 min left");
        for width in 24..=200 {
            let bar = now().bar(width);
            assert!(bar.chars().count() <= width, "{bar}");
            assert!(bar.contains("123,456/900,000"), "numbers are never cut: {bar}");
        }
        assert!(now().bar(120).contains(&format!("[####{}]", "-".repeat(26))));
        let unknown = Now {
            rate: 0.0,
            trials: 0,
            done: 0,
            ..now()
        };
        assert_eq!(unknown.bar(40), "both_together (3/9) [-------] 0/0 trials");
    }

    #[test]
    fn without_a_terminal_there_is_a_line_now_and_then() {
        assert_eq!(
            now().line(),
            "both_together (3/9): 123,456 of 900,000 trials (13 %), 2,345/s, 6 min left"
        );
        let (progress, lines) = (Arc::new(Progress::default()), Arc::new(Mutex::new(Vec::new())));
        let (kept, told) = (Arc::clone(&lines), Arc::new(Mutex::new(None)));
        let of_headline = Arc::clone(&told);
        let bar = Bar::follow(&progress, Duration::from_millis(20), move |now| {
            kept.lock().unwrap().push(now.line());
            of_headline.lock().unwrap().clone_from(&now.headline);
        });
        bar.begin("\u{1b}[31mstock (1/2)", 200);
        bar.tell(Some("8 % of \u{1b}[31m".into()));
        bar.tell(None);
        progress.done.store(50, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(500));
        drop(bar);
        assert_eq!(told.lock().unwrap().as_deref(), Some("8 % of ␛[31m"));
        assert!(!progress.take_look(), "nobody wants the headline");
        let lines = lines.lock().unwrap();
        assert!(lines.len() >= 2, "{lines:?}");
        assert!(
            lines
                .last()
                .unwrap()
                .starts_with("␛[31mstock (1/2): 50 of 200 trials (25 %)"),
            "{lines:?}"
        );
    }

    #[test]
    fn a_quiet_bar_has_nobody_to_show_it() {
        let bar = Bar::new(&Arc::new(Progress::default()), true);
        bar.begin("stock", 1);
        assert!(bar.follower.is_none());
    }
}
