//! The baseline's headline while a run goes on: when it is looked for, and what is told of it. Time decides what is said and when, never what is found.

use std::time::Duration;

use super::progress::Now;
use crate::report::prose::Subject;
use crate::scenario::HeadlineMeasure;
use crate::study::Part;

/// When the headline is looked for first, so that it is told within a second.
const FIRST_LOOK: Duration = Duration::from_millis(500);
/// Fewer trials tell little of a mean, and less of its error.
const FEWEST_TRIALS: u64 = 30;
/// How often a line tells how far the run is, where there is no terminal.
const COUNTED_EVERY: Duration = Duration::from_secs(10);

/// The headline of the baseline's trials so far, in words. `None` as long as there is nothing to tell.
pub fn so_far(part: &Part) -> Option<String> {
    let recorder = &part.policies.first()?.recorder;
    if recorder.trials() < FEWEST_TRIALS {
        return None;
    }
    let frame = &part.head.frame;
    let (material, place) = recorder.headline_names()?;
    let subject = Subject {
        material: &material,
        place: &place,
        materials: &frame.materials,
        places: &frame.places,
        focus_places: &frame.focus_places,
        after_adaptation: frame.manifest.headline_measure == HeadlineMeasure::AfterAdaptation.name(),
    };
    subject.so_far(recorder.trials(), &recorder.headline()?)
}

/// When to look: each time the run has taken twice as long. An error halves in four times the time, so more often would be idle, and each look makes
/// the threads wait for one another.
#[derive(Debug)]
pub struct Looks {
    next: Duration,
}

impl Default for Looks {
    fn default() -> Self {
        Self { next: FIRST_LOOK }
    }
}

impl Looks {
    /// Whether to look now, after so long and so many trials.
    pub fn is_due(&mut self, elapsed: Duration, trials: u64) -> bool {
        let is_due = elapsed >= self.next && trials >= FEWEST_TRIALS;
        while is_due && self.next <= elapsed {
            self.next *= 2;
        }
        is_due
    }
}

/// What is told line by line, where there is no terminal.
#[derive(Debug)]
pub struct Lines {
    told: Option<String>,
    next_count: Duration,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            told: None,
            next_count: COUNTED_EVERY,
        }
    }
}

impl Lines {
    /// The lines that are due: a new headline, unless the run is so short that its results come at once, and now and then how far the run is.
    pub fn due(&mut self, now: &Now) -> Vec<String> {
        let mut lines = Vec::new();
        if now.elapsed >= FIRST_LOOK && now.headline.is_some() && now.headline != self.told {
            self.told.clone_from(&now.headline);
            lines.extend(now.headline.clone());
        }
        if now.elapsed >= self.next_count {
            self.next_count = now.elapsed + COUNTED_EVERY;
            lines.push(now.line());
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    /// With a tick every tenth of a second.
    #[test]
    fn looks_come_when_the_time_has_doubled() {
        let mut looks = Looks::default();
        let due: Vec<u64> = (1..=600)
            .map(|tick| 100 * tick)
            .filter(|&time| looks.is_due(milliseconds(time), time / 5))
            .collect();
        assert_eq!(due, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    }

    #[test]
    fn a_look_waits_for_enough_trials_and_is_not_made_up_for() {
        let mut looks = Looks::default();
        assert!(!looks.is_due(milliseconds(500), 0));
        assert!(!looks.is_due(milliseconds(2_900), 29));
        assert!(looks.is_due(milliseconds(3_000), 30));
        // Those at 1 and 2 s are past.
        assert!(!looks.is_due(milliseconds(3_900), 45));
        assert!(looks.is_due(milliseconds(4_000), 50));
    }

    #[test]
    fn a_headline_is_told_once_and_the_count_every_ten_seconds() {
        let now = |milliseconds, headline: Option<&str>| Now {
            what: "stock (2/3)".into(),
            done: 50,
            trials: 200,
            rate: 0.0,
            elapsed: Duration::from_millis(milliseconds),
            headline: headline.map(str::to_owned),
        };
        let mut lines = Lines::default();
        assert!(lines.due(&now(100, None)).is_empty());
        // A run as short as this needs no forecast of its results.
        assert!(lines.due(&now(400, Some("8 %"))).is_empty());
        assert_eq!(lines.due(&now(500, Some("8 %"))), ["8 %"]);
        assert!(lines.due(&now(600, Some("8 %"))).is_empty());
        assert_eq!(lines.due(&now(1_100, Some("8.2 %"))), ["8.2 %"]);
        let count = "stock (2/3): 50 of 200 trials (25 %)";
        assert_eq!(lines.due(&now(10_000, Some("8.3 %"))), ["8.3 %", count]);
        assert!(lines.due(&now(19_900, Some("8.3 %"))).is_empty());
        assert_eq!(lines.due(&now(20_000, Some("8.3 %"))), [count]);
    }
}
