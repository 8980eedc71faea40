//! What is kept of one row over all trials.

use serde::{Deserialize, Serialize};

use super::cells::GroupCells;
use super::fixed::{FixedSum, Moments};
use super::grid::ExceedanceCounts;
use super::groups::{GROUPS, Sum};
use super::histogram::{NEGLIGIBLE, ShareHistogram, SpellHistogram};
use super::row_groups::{GroupSums, RowGroups};
use super::spells::TrialSpells;

/// Value added is summed in trillions of USD, so that its squares keep their digits.
pub const USD_PER_STEP: f64 = 1e12;

/// Trials that are added together.
const MANY: usize = 32;

/// One row in one trial, over the horizon.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RowTrial {
    /// Demand, t.
    pub demand_t: f64,
    /// Shortfall, t.
    pub shortfall_t: f64,
    /// Shortfall of the same trial without events, t.
    pub structural_t: f64,
    /// What remains after substitution and thrift, t.
    pub unmet_t: f64,
    /// Value added exposed, USD.
    pub exposed_usd: f64,
    /// Spells and episodes.
    pub spells: TrialSpells,
}

impl RowTrial {
    /// Whether nothing was short, with events or without.
    #[inline]
    pub fn is_quiet(&self) -> bool {
        self.shortfall_t <= 0.0 && self.structural_t <= 0.0 && self.exposed_usd <= 0.0
    }

    /// Part of the horizon's demand, in [0, 1]; 0 without demand.
    pub fn share(&self, tonnes: f64) -> f64 {
        if self.demand_t > 0.0 {
            (tonnes / self.demand_t).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }
}

/// Mean and spread of a quantity that only some trials have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Conditional {
    /// Trials that have it.
    pub count: u64,
    /// Its moments over them.
    pub moments: Moments,
}

impl Conditional {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.moments.add(value);
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.moments.merge(&other.moments);
    }
}

/// Exact sums and counts of one row over trials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RowTotals {
    /// Demand / reference demand.
    pub demand: FixedSum,
    /// Shortfall in tonnes / reference demand.
    pub shortfall: Moments,
    /// Shortfall / demand of the trial.
    pub share: Moments,
    /// Structural shortfall / demand.
    pub structural: Moments,
    /// (Shortfall - structural) / demand: the difference is taken within each trial, so its error is that of the pairs.
    pub event: Moments,
    /// Unmet after adaptation / demand.
    pub unmet: Moments,
    /// Value added exposed, in [`USD_PER_STEP`].
    pub exposed: Moments,
    /// Distribution of the shortfall's share.
    pub histogram: ShareHistogram,
    /// Trials beyond fixed shares.
    pub exceedance: ExceedanceCounts,
    /// Largest share of any trial.
    pub max_share: f64,
    /// Short periods.
    pub short_periods: Moments,
    /// Spells per trial.
    pub spells: Moments,
    /// Sum of the depths of all spells.
    pub depths: FixedSum,
    /// Worst spell / horizon demand.
    pub worst_spell: Moments,
    /// Its distribution.
    pub worst_spell_histogram: SpellHistogram,
    /// Trials whose worst spell is beyond fixed shares.
    pub worst_spell_exceedance: ExceedanceCounts,
    /// Time to survive, periods.
    pub survive: Conditional,
    /// Time to recover, periods.
    pub recover: Conditional,
    /// By group of batches; nothing where trials are independent.
    pub groups: RowGroups,
    /// Distribution of what is unmet after adaptation, once it has differed from the shortfall in any trial.
    pub adapted: Option<Box<Adapted>>,
}

/// Distribution of what is unmet after adaptation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Adapted {
    /// Of its share of demand.
    pub histogram: ShareHistogram,
    /// Where it lies, by group of batches.
    pub cells: GroupCells,
}

impl Adapted {
    fn merge(&mut self, histogram: &ShareHistogram, cells: &GroupCells) {
        self.histogram.merge(histogram);
        self.cells.merge(cells);
    }
}

impl RowTotals {
    /// Adds trials of one group of batches (`None`: trials are independent); `reference_t` is the row's reference demand, t.
    pub fn add(&mut self, trials: &[RowTrial], reference_t: f64, group: Option<usize>) {
        for trials in trials.chunks(MANY) {
            let before = group.map(|group| (group, GroupSums::of(self)));
            self.add_many(trials, reference_t, group);
            if let Some((group, before)) = before {
                let added = GroupSums::of(self).since(before);
                self.groups.sums.at(group).add(&added);
            }
        }
    }

    /// Adds trials of this demand in which nothing was short.
    pub fn add_quiet(&mut self, demand_t: f64, trials: u64, reference_t: f64) {
        if trials > 0 {
            if let Some(adapted) = &mut self.adapted {
                adapted.histogram.add_zeros(trials);
            }
            self.demand.add_times(demand_t / reference_t, trials);
            self.histogram.add_zeros(trials);
            self.worst_spell_histogram.add_zeros(trials);
        }
    }

    /// Adds at most [`MANY`] trials, sum by sum, so that each stays in the processor's registers.
    fn add_many(&mut self, trials: &[RowTrial], reference_t: f64, group: Option<usize>) {
        if self.adapted.is_none() && trials.iter().any(|trial| trial.unmet_t != trial.shortfall_t) {
            // Until now it was the same.
            self.adapted = Some(Box::new(self.as_adapted()));
        }
        if let Some(adapted) = &mut self.adapted {
            for trial in trials {
                let unmet = trial.share(trial.unmet_t);
                adapted.histogram.add(unmet);
                if let Some(group) = group {
                    adapted.cells.add(group, unmet);
                }
            }
        }
        let mut shares = [[0.0; 2]; MANY];
        for (shares, trial) in shares.iter_mut().zip(trials) {
            *shares = [trial.shortfall_t, trial.spells.worst_shortfall_t].map(|tonnes| trial.share(tonnes));
        }
        let shares = &shares[..trials.len()];
        let (mut short, mut count) = ([0; MANY], 0);
        let first_t = trials.first().map_or(0.0, |trial| trial.demand_t);
        if trials.iter().all(|trial| trial.demand_t == first_t) {
            self.demand.add_times(first_t / reference_t, trials.len() as u64);
        } else {
            self.demand
                .add_all(trials.iter().map(|trial| trial.demand_t / reference_t));
        }
        for (number, trial) in trials.iter().enumerate() {
            if trial.exposed_usd > 0.0 {
                self.exposed.add(trial.exposed_usd / USD_PER_STEP);
            }
            let structural = trial.share(trial.structural_t);
            if structural > 0.0 {
                self.event.add(shares[number][0] - structural);
                self.structural.add(structural);
            }
            if trial.shortfall_t > 0.0 {
                short[count] = number;
                count += 1;
            }
        }
        self.add_short(trials, shares, &short[..count], reference_t);
        // Apart, so that the memory of several bins is fetched at once.
        for [share, _] in shares {
            self.histogram.add(*share);
        }
        for [_, worst_spell] in shares {
            self.worst_spell_histogram.add(*worst_spell);
        }
        if let Some(group) = group {
            for [share, worst_spell] in shares {
                self.groups.share.add(group, *share);
                self.groups.worst_spell.add(group, *worst_spell);
            }
        }
    }

    /// Adds the trials in which something is short, by their numbers, with the shares that are short over the horizon and in the worst spell.
    fn add_short(&mut self, trials: &[RowTrial], shares: &[[f64; 2]], short: &[usize], reference_t: f64) {
        let of_trials = || short.iter().map(|&number| &trials[number]);
        let (share, worst_spell) = (|&number: &usize| shares[number][0], |&number: &usize| shares[number][1]);
        // Four quantities are mostly the same numbers.
        let sums = Moments::of(short.iter().map(share));
        self.share.merge(&sums);
        if of_trials().all(|trial| trial.demand_t == reference_t && trial.shortfall_t <= reference_t) {
            self.shortfall.merge(&sums);
        } else {
            self.shortfall
                .add_all(of_trials().map(|trial| trial.shortfall_t / reference_t));
        }
        if of_trials().all(|trial| trial.structural_t <= 0.0) {
            self.event.merge(&sums);
        } else {
            let of_events = short
                .iter()
                .filter(|&&number| trials[number].share(trials[number].structural_t) <= 0.0);
            self.event.add_all(of_events.map(share));
        }
        if of_trials().all(|trial| trial.unmet_t == trial.shortfall_t) {
            self.unmet.merge(&sums);
        } else {
            self.unmet.add_all(of_trials().map(|trial| trial.share(trial.unmet_t)));
        }
        self.short_periods
            .add_whole(of_trials().map(|trial| trial.spells.short_periods));
        self.spells.add_whole(of_trials().map(|trial| trial.spells.spells));
        self.depths.add_all(of_trials().map(|trial| trial.spells.depths));
        self.worst_spell.add_all(short.iter().map(worst_spell));
        for &number in short {
            let [share, worst_spell] = shares[number];
            self.exceedance.add(share);
            if share > self.max_share && share > NEGLIGIBLE {
                self.max_share = share;
            }
            self.worst_spell_exceedance.add(worst_spell);
            if let Some((survive, recover)) = trials[number].spells.first_short_episode {
                self.survive.add(survive);
                self.recover.add(recover);
            }
        }
    }

    /// Whether it can have seen that many trials, so many of each group.
    pub fn fits(&self, trials: u64, by_group: Option<&[u64; GROUPS]>) -> bool {
        let shares = [&self.share, &self.structural, &self.unmet, &self.worst_spell];
        shares.iter().all(|moments| moments.are_of(trials, 0))
            && self.event.are_of(trials, -1)
            && self.histogram.fits(trials)
            && self.worst_spell_histogram.fits(trials)
            && self.exceedance.fits(trials)
            && self.worst_spell_exceedance.fits(trials)
            && (0.0..=1.0).contains(&self.max_share)
            && self.survive.count <= trials
            && self.recover.count <= trials
            && self.groups.fits(self, by_group)
            && self.adapted.as_ref().is_none_or(|adapted| {
                adapted.histogram.fits(trials) && adapted.cells.fits(by_group.unwrap_or(&[0; GROUPS]))
            })
    }

    /// Without adaptation what is unmet is the shortfall.
    fn as_adapted(&self) -> Adapted {
        Adapted {
            histogram: self.histogram.clone(),
            cells: self.groups.share.clone(),
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        match (&mut self.adapted, &other.adapted) {
            (None, None) => {}
            (Some(adapted), Some(added)) => adapted.merge(&added.histogram, &added.cells),
            (Some(adapted), None) => adapted.merge(&other.histogram, &other.groups.share),
            (None, Some(added)) => {
                let mut adapted = self.as_adapted();
                adapted.merge(&added.histogram, &added.cells);
                self.adapted = Some(Box::new(adapted));
            }
        }
        self.demand.merge(&other.demand);
        self.shortfall.merge(&other.shortfall);
        self.share.merge(&other.share);
        self.structural.merge(&other.structural);
        self.event.merge(&other.event);
        self.unmet.merge(&other.unmet);
        self.exposed.merge(&other.exposed);
        self.histogram.merge(&other.histogram);
        self.exceedance.merge(&other.exceedance);
        self.max_share = self.max_share.max(other.max_share);
        self.short_periods.merge(&other.short_periods);
        self.spells.merge(&other.spells);
        self.depths.merge(&other.depths);
        self.worst_spell.merge(&other.worst_spell);
        self.worst_spell_histogram.merge(&other.worst_spell_histogram);
        self.worst_spell_exceedance.merge(&other.worst_spell_exceedance);
        self.survive.merge(&other.survive);
        self.recover.merge(&other.recover);
        self.groups.merge(&other.groups);
    }
}
