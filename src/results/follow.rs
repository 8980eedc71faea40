//! Rows of a material followed through the periods of several trials at once: their spells, and their shares of every period.
//!
//! The rules are those of [`super::spells::SpellTracker`]; each trial comes to the same bits.

use std::ops::Range;

use pulp::Simd;

use super::histogram::NEGLIGIBLE;
use super::open_trial::Parts;
use super::rows::Row;
use super::spells::TrialSpells;
use super::timeline::Timeline;
use crate::engine::abreast::vector::{Part, Which, Wide};
use crate::engine::abreast::{Eight, Lines};

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
    /// Bits of the places in whose pass a spell or an episode is open.
    open: u8,
    /// Number of an undisrupted period and the normal demand in it, t.
    normal: (Option<usize>, f64),
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
            open: 0,
            normal: (None, 0.0),
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

/// All rows in several trials.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Several {
    rows: Vec<RowFollower>,
    /// By material and place: the period after the last one in which something was missing.
    next: Vec<Eight>,
}

impl Several {
    /// For so many rows and materials.
    pub(super) fn new(rows: usize, materials: usize) -> Self {
        Several {
            rows: vec![RowFollower::default(); rows],
            next: vec![Eight::default(); materials],
        }
    }

    /// Follows a material's rows through a period; their shares go to the timeline.
    #[inline(always)]
    pub(super) fn follow<S: Simd>(
        &mut self,
        part: Part<S>,
        lines: &Lines<'_>,
        parts: &Parts,
        rows: &[Row],
        mut timeline: Option<&mut Timeline>,
    ) {
        let present = part.load(lines.present).exceeds(part.splat(0.0));
        let mut periods = Eight::default();
        for (number, period) in periods.0.iter_mut().zip(lines.periods) {
            *number = *period as f64;
        }
        let period = part.load(&periods);
        let next = &mut self.next[lines.material];
        let follows = period.equals(part.load(next));
        let gap = present.and(!follows);
        let after = present.choose(period + part.splat(1.0), part.load(next));
        part.store(next, after);
        let any_gap = gap.any();
        let mut fan = parts.first_fan;
        for (row, follower) in rows.iter().zip(&mut self.rows[parts.rows.clone()]) {
            if any_gap {
                follower.quiet(part, gap);
            }
            let (missing, shortfall, other_demand) = sum(part, lines, &row.cells);
            let demand = if lines.differs {
                other_demand
            } else {
                part.splat(follower.normal_demand_t(lines, &row.cells))
            };
            let shares = follower.period(part, present, demand, missing, shortfall);
            if row.has_fan {
                if let (Some(timeline), Some(shares)) = (&mut timeline, shares) {
                    let mut of_places = Eight::default();
                    part.store(&mut of_places, shares);
                    timeline.add_several(fan, lines.periods, &of_places);
                }
                fan += 1;
            }
        }
    }

    /// Ends the spells of some rows in one place.
    #[inline(always)]
    pub(super) fn close<S: Simd>(&mut self, part: Part<S>, place: Which<S>, rows: Range<usize>) {
        for follower in &mut self.rows[rows] {
            follower.quiet(part, place);
        }
    }

    /// Takes what a trial came to for a row; the place is ready for another.
    pub(super) fn take(&mut self, row: usize, place: usize) -> TrialSpells {
        let follower = &mut self.rows[row];
        let found = follower.spells(place);
        follower.reset(place);
        found
    }

    /// Forgets the trial in a place.
    pub(super) fn forget(&mut self, material: usize, place: usize) {
        self.next[material].0[place] = 0.0;
    }
}

/// Sums over some cells, in their order: what deliveries miss, what is short, and demand where it differs from normal, t.
#[inline(always)]
fn sum<S: Simd>(part: Part<S>, lines: &Lines<'_>, cells: &[usize]) -> (Wide<S>, Wide<S>, Wide<S>) {
    let zero = part.splat(0.0);
    let (mut missing, mut shortfall, mut demand) = (zero, zero, zero);
    let whole = lines.cells();
    if cells.len() == whole.len() {
        for cell in whole {
            missing += part.load(cell[0]);
            shortfall += part.load(cell[1]);
            if lines.differs {
                demand += part.load(cell[2]);
            }
        }
        return (missing, shortfall, demand);
    }
    for &cell in cells {
        let cell = lines.cell(cell);
        missing += part.load(cell[0]);
        shortfall += part.load(cell[1]);
        if lines.differs {
            demand += part.load(cell[2]);
        }
    }
    (missing, shortfall, demand)
}

impl RowFollower {
    /// Normal demand of the row's cells in a period, t: remembered for the periods that have the same.
    #[inline(always)]
    fn normal_demand_t(&mut self, lines: &Lines<'_>, cells: &[usize]) -> f64 {
        if self.normal.0 != Some(lines.normal) {
            let demand = cells.iter().map(|cell| lines.normal_demand_t[cell - lines.first_cell]);
            self.normal = (Some(lines.normal), demand.sum());
        }
        self.normal.1
    }
}

impl RowFollower {
    /// One period: demand, what deliveries miss of it and what is short after stocks, t. Gives the shares that are short, if there
    /// are any.
    #[inline(always)]
    fn period<S: Simd>(
        &mut self,
        part: Part<S>,
        present: Which<S>,
        demand_t: Wide<S>,
        missing_t: Wide<S>,
        shortfall_t: Wide<S>,
    ) -> Option<Wide<S>> {
        let (zero, one) = (part.splat(0.0), part.splat(1.0));
        let negligible = part.splat(NEGLIGIBLE) * demand_t;
        let misses = missing_t.exceeds(negligible);
        let any_missing = misses.any();
        if !any_missing && self.open & part.bits() == 0 {
            return None;
        }
        let mut shares = None;
        let is_short = shortfall_t.exceeds(negligible);
        let any_short = is_short.any();
        let spell_periods = part.load(&self.spell_periods);
        self.close_spells(part, present.and(spell_periods.exceeds(zero)).and(!is_short));
        if any_short {
            part.add(&mut self.short_periods, is_short.keep(one));
            part.add(&mut self.spell_periods, is_short.keep(one));
            part.add(&mut self.spell_shortfall_t, is_short.keep(shortfall_t));
            part.add(&mut self.spell_demand_t, is_short.keep(demand_t));
            shares = Some(is_short.keep(shortfall_t / demand_t));
        }
        let episode_periods = part.load(&self.episode_periods);
        self.close_episodes(part, present.and(episode_periods.exceeds(zero)).and(!misses));
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
            self.open |= part.bits();
        } else {
            self.note_open(part);
        }
        shares
    }

    /// A period in which nothing is missing, in some trials.
    #[inline(always)]
    fn quiet<S: Simd>(&mut self, part: Part<S>, which: Which<S>) {
        if self.open & part.bits() == 0 {
            return;
        }
        let zero = part.splat(0.0);
        let (spell, episode) = (part.load(&self.spell_periods), part.load(&self.episode_periods));
        self.close_spells(part, which.and(spell.exceeds(zero)));
        self.close_episodes(part, which.and(episode.exceeds(zero)));
        self.note_open(part);
    }

    #[inline(always)]
    fn note_open<S: Simd>(&mut self, part: Part<S>) {
        let zero = part.splat(0.0);
        let (spell, episode) = (part.load(&self.spell_periods), part.load(&self.episode_periods));
        if !spell.exceeds(zero).or(episode.exceeds(zero)).any() {
            self.open &= !part.bits();
        }
    }

    /// Forgets the trial in a place, whose spells have been ended.
    fn reset(&mut self, place: usize) {
        let fresh = RowFollower::default();
        for (value, fresh) in [
            (&mut self.short_periods, fresh.short_periods),
            (&mut self.spells, fresh.spells),
            (&mut self.depths, fresh.depths),
            (&mut self.worst_shortfall_t, fresh.worst_shortfall_t),
            (&mut self.worst_periods, fresh.worst_periods),
            (&mut self.first_survived, fresh.first_survived),
            (&mut self.first_recovered, fresh.first_recovered),
        ] {
            value.0[place] = fresh.0[place];
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
        let counts = ends.and(!zero.exceeds(survived)).and(zero.exceeds(first));
        part.store(&mut self.first_survived, counts.choose(survived, first));
        let recovered = part.load(&self.first_recovered);
        part.store(&mut self.first_recovered, counts.choose(periods, recovered));
        part.store(&mut self.survived, ends.choose(part.splat(-1.0), survived));
        part.store(&mut self.episode_periods, ends.choose(zero, periods));
    }
}
