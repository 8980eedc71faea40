//! Rows of a material followed through the periods of several trials at once: their spells, and their shares of every period.
//!
//! The rules are those of [`super::spells::SpellTracker`]; each trial comes to the same bits.

use pulp::{Simd, WithSimd};

use super::histogram::NEGLIGIBLE;
use super::rows::Row;
use super::spells::TrialSpells;
use super::timeline::Timeline;
use crate::engine::abreast::vector::{Part, Which, Wide};
use crate::engine::abreast::{Eight, MaterialOutcome};

/// One row in several trials. Times in periods.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RowFollower {
    short_periods: Eight,
    spells: Eight,
    depths: Eight,
    worst_shortfall_t: Eight,
    worst_periods: Eight,
    spell_periods: Eight,
    spell_shortfall_t: Eight,
    spell_demand_t: Eight,
    episode_periods: Eight,
    /// Time to survive of the open episode; below 0 until it has been short.
    survived: Eight,
    /// Of the first episode that ended short; below 0 before.
    first_survived: Eight,
    first_recovered: Eight,
    /// Whether a spell or an episode is open in any trial.
    is_open: bool,
}

impl Default for RowFollower {
    fn default() -> Self {
        let zero = Eight::default();
        RowFollower {
            short_periods: zero,
            spells: zero,
            depths: zero,
            worst_shortfall_t: zero,
            worst_periods: zero,
            spell_periods: zero,
            spell_shortfall_t: zero,
            spell_demand_t: zero,
            episode_periods: zero,
            survived: Eight::splat(-1.0),
            first_survived: Eight::splat(-1.0),
            first_recovered: zero,
            is_open: false,
        }
    }
}

impl RowFollower {
    /// What the trial in one place came to.
    pub(super) fn spells(&self, place: usize) -> TrialSpells {
        let of = |eight: &Eight| eight.0[place];
        TrialSpells {
            short_periods: of(&self.short_periods) as u64,
            spells: of(&self.spells) as u64,
            depths: of(&self.depths),
            worst_shortfall_t: of(&self.worst_shortfall_t),
            worst_periods: of(&self.worst_periods) as u64,
            first_short_episode: (of(&self.first_survived) >= 0.0)
                .then(|| (of(&self.first_survived), of(&self.first_recovered))),
        }
    }
}

/// Follows the rows of a material.
pub(super) struct Follow<'a> {
    pub material: MaterialOutcome<'a>,
    pub rows: &'a [Row],
    /// 1 in places that hold trials, 0 in others.
    pub told: Eight,
    /// One for each row.
    pub followers: &'a mut [RowFollower],
    /// Where the shares of rows with sector `all` go, and the fan of the first of them.
    pub fans: Option<(&'a mut Timeline, usize)>,
}

impl WithSimd for Follow<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Follow {
            material,
            rows,
            told,
            followers,
            mut fans,
        } = self;
        followers.fill(RowFollower::default());
        let mut next = 0;
        for &period in material.periods {
            let missing = material.missing_t(period);
            let (normal, other) = (material.normal_demand_t(period), material.other_demand_t(period));
            let shortfall = material.period_shortfall_t(period);
            let mut fan = fans.as_ref().map_or(0, |(_, first)| *first);
            for (row, follower) in rows.iter().zip(followers.iter_mut()) {
                let mut shares = Eight::default();
                let mut any_short = false;
                for number in 0..Part::<S>::COUNT {
                    let part = Part::new(simd, number);
                    if period != next {
                        follower.quiet(part);
                    }
                    let first = material.cells.0;
                    let demand = match other {
                        Some(demand) => sum(part, demand, &row.cells, first),
                        None => part.splat(normal_sum(normal, &row.cells, first)),
                    };
                    let missing = sum(part, missing, &row.cells, first);
                    let shortfall = sum(part, shortfall, &row.cells, first);
                    any_short |= follower.period(part, demand, missing, shortfall, &told, &mut shares);
                }
                if row.is_all() {
                    if let Some((timeline, _)) = &mut fans {
                        if any_short {
                            timeline.add_eight(fan, period, &shares);
                        }
                        fan += 1;
                    }
                }
            }
            next = period + 1;
        }
        for follower in followers {
            for number in 0..Part::<S>::COUNT {
                follower.quiet(Part::new(simd, number));
            }
        }
    }
}

/// Sum over some cells, in their order.
#[inline(always)]
fn sum<S: Simd>(part: Part<S>, values: &[Eight], cells: &[usize], first: usize) -> Wide<S> {
    if let [cell] = cells {
        return part.load(&values[cell - first]);
    }
    let mut sum = part.splat(0.0);
    if cells.len() == values.len() {
        for value in values {
            sum += part.load(value);
        }
    } else {
        for cell in cells {
            sum += part.load(&values[cell - first]);
        }
    }
    sum
}

/// The same of what is the same in all trials.
#[inline(always)]
fn normal_sum(values: &[f64], cells: &[usize], first: usize) -> f64 {
    let mut sum = 0.0;
    for cell in cells {
        sum += values[cell - first];
    }
    sum
}

impl RowFollower {
    /// One period: demand, what deliveries miss of it and what is short after stocks, t. Writes the shares that are short, and tells
    /// whether there are any.
    #[inline(always)]
    fn period<S: Simd>(
        &mut self,
        part: Part<S>,
        demand_t: Wide<S>,
        missing_t: Wide<S>,
        shortfall_t: Wide<S>,
        told: &Eight,
        shares: &mut Eight,
    ) -> bool {
        let (zero, one) = (part.splat(0.0), part.splat(1.0));
        let negligible = part.splat(NEGLIGIBLE) * demand_t;
        let misses = missing_t.exceeds(negligible);
        let any_missing = misses.any();
        if !(any_missing || self.is_open) {
            return false;
        }
        let is_short = shortfall_t.exceeds(negligible);
        let any_short = is_short.any();
        let spell_periods = part.load(&self.spell_periods);
        self.close_spells(part, spell_periods.exceeds(zero).and(is_short.not()));
        if any_short {
            part.add(&mut self.short_periods, is_short.keep(one));
            part.add(&mut self.spell_periods, is_short.keep(one));
            part.add(&mut self.spell_shortfall_t, is_short.keep(shortfall_t));
            part.add(&mut self.spell_demand_t, is_short.keep(demand_t));
            let wanted = part.load(told).exceeds(zero).and(is_short);
            part.store(shares, wanted.keep(shortfall_t / demand_t));
        }
        let episode_periods = part.load(&self.episode_periods);
        self.close_episodes(part, episode_periods.exceeds(zero).and(misses.not()));
        if any_missing {
            let survived = part.load(&self.survived);
            let first_short = zero.exceeds(survived).and(is_short).and(misses);
            if first_short.any() {
                let covered = ((missing_t - shortfall_t) / missing_t).max(zero).min(one);
                part.store(
                    &mut self.survived,
                    first_short.choose(episode_periods + covered, survived),
                );
            }
            part.add(&mut self.episode_periods, misses.keep(one));
            self.is_open = true;
        } else if part.is_all() {
            self.is_open = false;
        }
        any_short
    }

    /// A period in which nothing is missing.
    #[inline(always)]
    fn quiet<S: Simd>(&mut self, part: Part<S>) {
        if !self.is_open {
            return;
        }
        let zero = part.splat(0.0);
        let (spell, episode) = (part.load(&self.spell_periods), part.load(&self.episode_periods));
        self.close_spells(part, spell.exceeds(zero));
        self.close_episodes(part, episode.exceeds(zero));
        if part.is_all() {
            self.is_open = false;
        }
    }

    #[inline(always)]
    fn close_spells<S: Simd>(&mut self, part: Part<S>, ends: Which<S>) {
        if !ends.any() {
            return;
        }
        let (zero, one) = (part.splat(0.0), part.splat(1.0));
        let (shortfall, demand) = (part.load(&self.spell_shortfall_t), part.load(&self.spell_demand_t));
        let periods = part.load(&self.spell_periods);
        part.add(&mut self.spells, ends.keep(one));
        let has_demand = ends.and(demand.exceeds(zero));
        part.add(&mut self.depths, has_demand.keep(shortfall / demand));
        let worst = part.load(&self.worst_shortfall_t);
        let is_worst = ends.and(shortfall.exceeds(worst));
        part.store(&mut self.worst_shortfall_t, is_worst.choose(shortfall, worst));
        let worst_periods = part.load(&self.worst_periods);
        part.store(&mut self.worst_periods, is_worst.choose(periods, worst_periods));
        part.store(&mut self.spell_periods, ends.choose(zero, periods));
        part.store(&mut self.spell_shortfall_t, ends.choose(zero, shortfall));
        part.store(&mut self.spell_demand_t, ends.choose(zero, demand));
    }

    #[inline(always)]
    fn close_episodes<S: Simd>(&mut self, part: Part<S>, ends: Which<S>) {
        if !ends.any() {
            return;
        }
        let zero = part.splat(0.0);
        let (survived, periods) = (part.load(&self.survived), part.load(&self.episode_periods));
        let first = part.load(&self.first_survived);
        let counts = ends.and(zero.exceeds(survived).not()).and(zero.exceeds(first));
        part.store(&mut self.first_survived, counts.choose(survived, first));
        let recovered = part.load(&self.first_recovered);
        part.store(&mut self.first_recovered, counts.choose(periods, recovered));
        part.store(&mut self.survived, ends.choose(part.splat(-1.0), survived));
        part.store(&mut self.episode_periods, ends.choose(zero, periods));
    }
}
