//! What is known of an occurrence before it strikes: from when on, and how much is going to be lost.

use super::draws::{Strike, Tail};
use super::severity::{exact, leaked_severity};

/// An occurrence that is announced before it strikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Announcement {
    event: usize,
    from_months: f64,
    strike_months: f64,
    loss_months: f64,
}

/// An announced occurrence in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Announced {
    /// Index of the event.
    pub event: usize,
    /// Share of the period between the announcement and the strike, above 0 and at most 1.
    pub share_of_period: f64,
    /// How long it is known before it strikes, months.
    pub notice_months: f64,
    /// Severity integrated over all of its course, recovery included and beyond the horizon too: how many months of what it takes away are lost.
    pub loss_to_come_months: f64,
}

impl Announcement {
    /// That of an occurrence, cut at the start of the horizon; `None` where it comes unannounced.
    pub(super) fn of(strike: &Strike, step_months: f64) -> Option<Self> {
        if strike.notice_months <= 0.0 {
            return None;
        }
        let strike_months = exact(strike.occurrence.start_months, step_months);
        let from_months = exact(strike.occurrence.start_months - strike.notice_months, step_months).max(0.0);
        (strike_months > from_months).then(|| Self {
            event: strike.occurrence.event,
            from_months,
            strike_months,
            loss_months: strike.loss_months(step_months),
        })
    }

    /// What of it falls into a period that begins at `from` and is `step` long, in months.
    pub(super) fn over(&self, from: f64, step: f64) -> Option<Announced> {
        let overlap = self.strike_months.min(from + step) - self.from_months.max(from);
        (overlap > 0.0).then(|| Announced {
            event: self.event,
            share_of_period: (overlap / step).min(1.0),
            notice_months: self.strike_months - self.from_months,
            loss_to_come_months: self.loss_months,
        })
    }
}

impl Strike {
    /// Severity less what leaks, integrated over its whole course, months.
    fn loss_months(&self, step_months: f64) -> f64 {
        let occurrence = &self.occurrence;
        let stopped = self.approval_months.min(occurrence.duration_months);
        let recovery = match self.tail {
            Tail::Step => 0.0,
            Tail::Linear(months) => 0.5 * months,
            Tail::Exponential(months) => months,
        };
        let whole = stopped + occurrence.severity * (occurrence.duration_months - stopped + recovery);
        let (start, end) = (occurrence.start_months, self.end_months());
        let leaked = if end > start {
            let full = start..start + occurrence.duration_months;
            (end - start) * leaked_severity(self, full, start..end, step_months)
        } else {
            0.0
        };
        whole - leaked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::observe::Occurrence;

    fn strike(start_months: f64, notice_months: f64) -> Strike {
        Strike {
            occurrence: Occurrence {
                event: 3,
                start_months,
                duration_months: 6.0,
                severity: 0.5,
            },
            approval_months: 2.0,
            notice_months,
            tail: Tail::Linear(4.0),
            leak: (0.0, 0.0),
        }
    }

    fn shares(strike: &Strike, step: f64) -> Vec<f64> {
        let announcement = Announcement::of(strike, step);
        let share = |period: usize| {
            let announced = announcement.and_then(|announcement| announcement.over(period as f64 * step, step));
            announced.map_or(0.0, |announced| announced.share_of_period)
        };
        (0..6).map(share).collect()
    }

    #[test]
    fn notice_runs_from_the_announcement_to_the_strike() {
        assert_eq!(shares(&strike(3.5, 2.0), 1.0), [0.0, 0.5, 1.0, 0.5, 0.0, 0.0]);
        assert_eq!(shares(&strike(3.0, 3.0), 1.0), [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(shares(&strike(3.25, 0.25), 1.0), [0.0, 0.0, 0.0, 0.25, 0.0, 0.0]);
        assert_eq!(shares(&strike(4.5, 3.0), 3.0), [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn notice_is_cut_at_the_start() {
        assert_eq!(shares(&strike(1.5, 24.0), 1.0), [1.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(Announcement::of(&strike(0.0, 24.0), 1.0), None);
        assert_eq!(Announcement::of(&strike(2.0, 0.0), 1.0), None);
    }

    #[test]
    fn the_loss_to_come_is_the_area_below_the_severity() {
        // Two months in which nothing passes, four at half, and a triangle of four.
        let announced = Announcement::of(&strike(3.0, 1.0), 1.0)
            .unwrap()
            .over(2.0, 1.0)
            .unwrap();
        assert_eq!(
            (announced.event, announced.loss_to_come_months),
            (3, 2.0 + 0.5 * (4.0 + 2.0))
        );
        let mut long = strike(3.0, 1.0);
        (long.approval_months, long.tail) = (9.0, Tail::Exponential(4.0));
        let announced = Announcement::of(&long, 1.0).unwrap().over(2.0, 1.0).unwrap();
        assert_eq!(announced.loss_to_come_months, 6.0 + 0.5 * 4.0);
        let mut leaking = strike(3.0, 1.0);
        leaking.leak = (0.2, 6.0);
        let announced = Announcement::of(&leaking, 1.0).unwrap().over(2.0, 1.0).unwrap();
        // From the third of six months on a fifth of what is lost comes all the same.
        assert!((announced.loss_to_come_months - (5.0 - 0.2 * 0.5 * (3.0 + 2.0))).abs() < 1e-12);
    }

    const ANNOUNCED: &str = r#"format = 1
title = "notice"
assumption = "test"
[time]
start = "2026-01"
periods = 12
[[material]]
id = "metal"
[shares.metal]
output = 100
by_country = { CHN = 0.9, OTH = 0.1 }
[[demand]]
material = "metal"
country = "USA"
amount = 100
[[event]]
id = "unannounced"
kind = "production_loss"
country = "CHN"
arrival = { process = "fixed", at = "2026-04" }
[[event]]
id = "announced"
kind = "export_restriction"
from = "CHN"
to = "all"
materials = "all"
arrival = { process = "fixed", at = "2026-05" }
duration = 6
severity = 0.5
notice = 2.5
[[event]]
id = "never"
kind = "production_loss"
country = "CHN"
arrival = { process = "fixed", at = "2026-06", probability = 0 }
notice = 3
"#;

    #[test]
    fn severities_tell_what_is_announced_and_has_not_struck() {
        use crate::engine::draws::{Strikes, draw_events, draw_inputs};
        use crate::engine::severity::Severities;
        let document = crate::scenario::Document::from_text("notice.toml", ANNOUNCED).unwrap();
        let (scenario, _) = document.check(None).unwrap();
        let model = crate::model::compile(&scenario).unwrap();
        let (mut inputs, mut strikes, mut severities) = (Vec::new(), Strikes::default(), Severities::default());
        // Twice: nothing may be left over from the trial before.
        for trial in 0..2_u64 {
            draw_inputs(&model, trial, &mut inputs);
            draw_events(&model, trial, &inputs, &mut strikes);
            severities.fill(&model, &strikes);
            let announced: Vec<Vec<(usize, f64, f64)>> = (0..6)
                .map(|period| {
                    let all = severities.announced(period);
                    all.map(|one| (one.event, one.share_of_period, one.loss_to_come_months))
                        .collect()
                })
                .collect();
            let (none, whole) = (Vec::new(), vec![(1, 1.0, 3.0)]);
            assert_eq!(
                announced,
                [
                    none.clone(),
                    vec![(1, 0.5, 3.0)],
                    whole.clone(),
                    whole,
                    none.clone(),
                    none
                ]
            );
        }
    }
}
