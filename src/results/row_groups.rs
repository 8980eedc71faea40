//! What is kept of one row by group of batches, beside its sums over all trials, where errors come from batches.

use serde::{Deserialize, Serialize};

use super::cells::GroupCells;
use super::fixed::FixedSum;
use super::groups::{ByGroup, GROUPS, Sum};
use super::row_totals::RowTotals;

/// Sums of one group; the same quantities, in the same scale, as in [`RowTotals`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupSums {
    /// Shortfall in tonnes.
    pub shortfall: FixedSum,
    /// Its share.
    pub share: FixedSum,
    /// Squares of it.
    pub share_squares: FixedSum,
    /// Structural shortfall.
    pub structural: FixedSum,
    /// Due to events.
    pub event: FixedSum,
    /// Unmet after adaptation.
    pub unmet: FixedSum,
    /// Value added exposed.
    pub exposed: FixedSum,
    /// Short periods.
    pub short_periods: FixedSum,
    /// Spells.
    pub spells: FixedSum,
    /// Worst spell.
    pub worst_spell: FixedSum,
    /// Trials with an episode that ends short.
    pub episodes: u64,
    /// Time to survive in them.
    pub survive: FixedSum,
    /// Time to recover in them.
    pub recover: FixedSum,
}

impl GroupSums {
    /// Those of all trials so far.
    pub fn of(totals: &RowTotals) -> Self {
        GroupSums {
            shortfall: totals.shortfall.sum(),
            share: totals.share.sum(),
            share_squares: totals.share.squares(),
            structural: totals.structural.sum(),
            event: totals.event.sum(),
            unmet: totals.unmet.sum(),
            exposed: totals.exposed.sum(),
            short_periods: totals.short_periods.sum(),
            spells: totals.spells.sum(),
            worst_spell: totals.worst_spell.sum(),
            episodes: totals.survive.count,
            survive: totals.survive.moments.sum(),
            recover: totals.recover.moments.sum(),
        }
    }

    fn sums(&mut self) -> [&mut FixedSum; 12] {
        [
            &mut self.shortfall,
            &mut self.share,
            &mut self.share_squares,
            &mut self.structural,
            &mut self.event,
            &mut self.unmet,
            &mut self.exposed,
            &mut self.short_periods,
            &mut self.spells,
            &mut self.worst_spell,
            &mut self.survive,
            &mut self.recover,
        ]
    }

    /// What has been added since they were `earlier`.
    pub fn since(mut self, mut earlier: Self) -> Self {
        for (sum, earlier) in self.sums().into_iter().zip(earlier.sums()) {
            *sum = sum.since(earlier);
        }
        self.episodes = self.episodes.saturating_sub(earlier.episodes);
        self
    }
}

impl Sum for GroupSums {
    fn add(&mut self, other: &Self) {
        let mut other = *other;
        for (sum, added) in self.sums().into_iter().zip(other.sums()) {
            sum.merge(added);
        }
        self.episodes = self.episodes.saturating_add(other.episodes);
    }
}

/// One row by group. What was not short in any trial takes no memory; else some 6 KiB of sums, and 128 bytes for each cell that holds trials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RowGroups {
    /// Sums.
    pub sums: ByGroup<GroupSums>,
    /// Where the horizon's shortfall lies.
    pub share: GroupCells,
    /// Where the worst spell lies.
    pub worst_spell: GroupCells,
}

impl RowGroups {
    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        self.share.merge(&other.share);
        self.worst_spell.merge(&other.worst_spell);
    }

    /// Whether it can be of groups of so many trials that come to these totals; `None`: trials are independent, and nothing is kept by group.
    pub fn fits(&self, totals: &RowTotals, trials: Option<&[u64; GROUPS]>) -> bool {
        match trials {
            Some(trials) => {
                self.sums.total() == GroupSums::of(totals) && self.share.fits(trials) && self.worst_spell.fits(trials)
            }
            None => *self == Self::default(),
        }
    }
}
