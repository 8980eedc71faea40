//! One row within one trial: spells of shortfall, and how long stocks carried it.

use super::histogram::NEGLIGIBLE;

/// What a trial's periods came to for one row. Times in periods.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct TrialSpells {
    /// Periods with a shortfall.
    pub short_periods: u64,
    /// Spells: runs of consecutive short periods.
    pub spells: u64,
    /// Sum over spells of shortfall / demand while it lasts.
    pub depths: f64,
    /// Shortfall of the worst spell (the largest total; the first of equals), t.
    pub worst_shortfall_t: f64,
    /// Length of the worst spell.
    pub worst_periods: u64,
    /// Of the first episode that ends short: time to survive and time to recover.
    pub first_short_episode: Option<(f64, f64)>,
}

/// Follows one row through the periods of a trial.
///
/// A period is short when its shortfall is more than 1e-8 of its demand. A spell is a run of short periods. An episode is a run of
/// periods in which deliveries miss part of demand, whether or not stocks cover it; it begins with the event inside its first period. The time to
/// survive of an episode runs from there until the first of its places is short: when its stocks have run out, or at once where
/// stocks may not be released fast enough (Simchi-Levi et al. 2015, Interfaces 45, take time to survive as how long demand is met
/// after a disruption). What is missing in a period is taken to be missing at an even rate. The time to recover is the episode's
/// length; one that lasts to the end of the horizon is cut there.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SpellTracker {
    found: TrialSpells,
    spell_periods: u64,
    spell_shortfall_t: f64,
    spell_demand_t: f64,
    episode_periods: u64,
    /// The part of the open episode's first period before it began.
    onset: f64,
    /// Time to survive of the open episode, once it has been short.
    survived: Option<f64>,
}

impl SpellTracker {
    /// One period: demand, what deliveries miss of it and what is short after stocks, t; the part of what is missing that stocks had covered
    /// when the first of its places was short, and the part of the period before what strikes in it began.
    #[inline]
    pub fn period(&mut self, demand_t: f64, missing_t: f64, shortfall_t: f64, carried: f64, onset: f64) {
        let negligible = NEGLIGIBLE * demand_t;
        if shortfall_t > negligible {
            self.found.short_periods += 1;
            self.spell_periods += 1;
            self.spell_shortfall_t += shortfall_t;
            self.spell_demand_t += demand_t;
        } else {
            self.close_spell();
        }
        if missing_t > negligible {
            if self.episode_periods == 0 {
                self.onset = onset;
            }
            if shortfall_t > negligible && self.survived.is_none() {
                let carried = carried.clamp(0.0, 1.0);
                self.survived = Some(if self.episode_periods == 0 {
                    (1.0 - onset) * carried
                } else {
                    self.episode_periods as f64 - self.onset + carried
                });
            }
            self.episode_periods += 1;
        } else {
            self.close_episode();
        }
    }

    /// A period in which nothing is missing.
    pub fn quiet(&mut self) {
        if self.spell_periods > 0 {
            self.close_spell();
        }
        if self.episode_periods > 0 {
            self.close_episode();
        }
    }

    /// Ends the trial; the tracker is ready for the next.
    pub fn end_trial(&mut self) -> TrialSpells {
        self.quiet();
        std::mem::take(self).found
    }

    fn close_spell(&mut self) {
        if self.spell_periods == 0 {
            return;
        }
        self.found.spells += 1;
        if self.spell_demand_t > 0.0 {
            self.found.depths += self.spell_shortfall_t / self.spell_demand_t;
        }
        if self.spell_shortfall_t > self.found.worst_shortfall_t {
            self.found.worst_shortfall_t = self.spell_shortfall_t;
            self.found.worst_periods = self.spell_periods;
        }
        (self.spell_periods, self.spell_shortfall_t, self.spell_demand_t) = (0, 0.0, 0.0);
    }

    fn close_episode(&mut self) {
        if let (Some(survived), None) = (self.survived, self.found.first_short_episode) {
            self.found.first_short_episode = Some((survived, self.episode_periods as f64 - self.onset));
        }
        (self.episode_periods, self.onset, self.survived) = (0, 0.0, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_time_to_survive() {
        let mut tracker = SpellTracker::default();
        for shortfall in [0.0, 0.0, 70.0, 90.0, 90.0, 90.0] {
            tracker.period(100.0, 90.0, shortfall, 1.0 - shortfall / 90.0, 0.0);
        }
        let found = tracker.end_trial();
        let (survive, recover) = found.first_short_episode.unwrap();
        assert!((survive - 200.0 / 90.0).abs() < 1e-12);
        assert_eq!(recover, 6.0);
        assert_eq!((found.short_periods, found.spells, found.worst_periods), (4, 1, 4));
        assert_eq!(found.worst_shortfall_t, 340.0);
        assert!((found.depths - 0.85).abs() < 1e-15);
        assert_eq!(tracker, SpellTracker::default());
    }

    #[test]
    fn days_before_the_event_do_not_count() {
        // An event three quarters into a year, 12 months of stock.
        let mut tracker = SpellTracker::default();
        tracker.period(100.0, 25.0, 0.0, 1.0, 0.75);
        tracker.period(100.0, 100.0, 25.0, 0.75, 0.0);
        assert_eq!(tracker.end_trial().first_short_episode, Some((1.0, 1.25)));
        // Two months of stock: gone before the year is over.
        tracker.period(100.0, 25.0, 8.0, 0.68, 0.75);
        let (survive, _) = tracker.end_trial().first_short_episode.unwrap();
        assert!((survive - 0.17).abs() < 1e-15);
    }

    #[test]
    fn the_first_episode_that_ends_short_counts() {
        let mut tracker = SpellTracker::default();
        tracker.period(100.0, 50.0, 0.0, 1.0, 0.0); // covered in full
        tracker.quiet();
        tracker.period(100.0, 40.0, 10.0, 0.75, 0.0); // short: survives 0.75
        tracker.period(100.0, 20.0, 0.0, 1.0, 0.0); // spell over, episode not
        tracker.period(100.0, 40.0, 40.0, 0.0, 0.0); // second spell
        tracker.quiet();
        tracker.period(100.0, 90.0, 90.0, 0.0, 0.0);
        let found = tracker.end_trial();
        assert_eq!(found.first_short_episode, Some((0.75, 3.0)));
        assert_eq!((found.spells, found.short_periods), (3, 3));
        assert_eq!((found.worst_shortfall_t, found.worst_periods), (90.0, 1));
        assert!((found.depths - 1.4).abs() < 1e-12);
    }
}
