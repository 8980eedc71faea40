//! Who caused it: shares of the expected and of the tail shortfall by cause, which add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::observe::TrialOutcome;
use crate::model::layout::Layout;

use super::bins::{OCTAVES, bin_index};
use super::fixed::{FixedSum, Measured};
use super::histogram::{NEGLIGIBLE, add_up};
use super::order_statistics::Level;
use super::rows::Row;
use super::types::{Attribution, AttributionKind};

/// Key of what is short without any event.
pub const STRUCTURAL: &str = "structural";
/// Key of events that strike in no single country.
pub const SEVERAL: &str = "several";

/// Bins of the tail, once there are many values: at most 1/32 wide.
const SUB_BITS: u32 = 5;
/// Different shortfalls of a row up to which each is kept by itself.
const MOST_EXACT: usize = 64;
/// Tail whose causes are reported.
const TAIL: Level = Level(950);

/// Causes of the trials whose shortfall falls in one bin.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct TailBin {
    trials: u64,
    /// Only causes that have had a part, ascending.
    by_cause: Vec<(usize, FixedSum)>,
}

impl TailBin {
    fn of(&mut self, cause: usize) -> &mut FixedSum {
        let at = match self.by_cause.binary_search_by_key(&cause, |(cause, _)| *cause) {
            Ok(at) => at,
            Err(at) => {
                self.by_cause.insert(at, (cause, FixedSum::default()));
                at
            }
        };
        &mut self.by_cause[at].1
    }

    fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        for (cause, added) in &other.by_cause {
            self.of(*cause).merge(added);
        }
    }
}

/// Causes of one row's shortfall.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct RowCauses {
    /// By bin of the row's shortfall.
    bins: TailBins,
}

/// Trials by the row's shortfall: by each value while there are at most [`MOST_EXACT`], in bins once there are more. Which of the two depends on the set of
/// trials alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct TailBins {
    /// By the value's bits, which ascend with it; empty once there are bins.
    few: BTreeMap<u64, TailBin>,
    many: Option<NumberedBins>,
}

impl TailBins {
    /// The bin of a share above 0.
    fn of(&mut self, share: f64) -> &mut TailBin {
        let bits = share.to_bits();
        if self.few.len() == MOST_EXACT && !self.few.contains_key(&bits) {
            self.numbered();
        }
        match &mut self.many {
            Some(bins) => bins.of(bin_index(share, SUB_BITS)),
            None => self.few.entry(bits).or_default(),
        }
    }

    /// Its bins, into which values are put.
    fn numbered(&mut self) -> &mut NumberedBins {
        let few = std::mem::take(&mut self.few);
        let bins = self.many.get_or_insert_default();
        for (bits, bin) in few {
            bins.of(bin_index(f64::from_bits(bits), SUB_BITS)).merge(&bin);
        }
        bins
    }

    fn merge(&mut self, other: &Self) {
        for (bits, added) in &other.few {
            self.of(f64::from_bits(*bits)).merge(added);
        }
        if let Some(added) = &other.many {
            let bins = self.numbered();
            added
                .0
                .iter()
                .enumerate()
                .for_each(|(key, added)| bins.of(key).merge(added));
        }
    }

    /// The bins that hold trials, ascending.
    fn iter(&self) -> impl DoubleEndedIterator<Item = &TailBin> {
        let many = self.many.iter().flat_map(|bins| &bins.0).filter(|bin| bin.trials > 0);
        self.few.values().chain(many)
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = &mut TailBin> {
        let many = self.many.iter_mut().flat_map(|bins| &mut bins.0);
        self.few.values_mut().chain(many)
    }

    /// Whether its values are those of trials.
    fn fits(&self) -> bool {
        let is_share = |bits: &u64| f64::from_bits(*bits) > NEGLIGIBLE && f64::from_bits(*bits) <= 1.0;
        self.few.len() <= MOST_EXACT
            && self.few.iter().all(|(bits, bin)| is_share(bits) && bin.trials > 0)
            && (self.many.is_none() || self.few.is_empty())
    }
}

/// Bins by number, up to the last that has trials.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<usize, TailBin>", try_from = "BTreeMap<usize, TailBin>")]
struct NumberedBins(Vec<TailBin>);

impl NumberedBins {
    fn of(&mut self, key: usize) -> &mut TailBin {
        if key >= self.0.len() {
            self.0.resize_with(key + 1, TailBin::default);
        }
        &mut self.0[key]
    }
}

impl From<NumberedBins> for BTreeMap<usize, TailBin> {
    fn from(bins: NumberedBins) -> Self {
        let numbered = bins.0.into_iter().enumerate();
        numbered.filter(|(_, bin)| bin.trials > 0).collect()
    }
}

impl TryFrom<BTreeMap<usize, TailBin>> for NumberedBins {
    type Error = &'static str;

    fn try_from(numbered: BTreeMap<usize, TailBin>) -> Result<Self, Self::Error> {
        let mut bins = Self::default();
        for (key, bin) in numbered {
            if key > (OCTAVES as usize) << SUB_BITS || bin.trials == 0 {
                return Err("no such bin");
            }
            *bins.of(key) = bin;
        }
        Ok(bins)
    }
}

/// Share of each cause in a row's expected shortfall and CVaR 95; both add up to 1, or are all 0 when nothing is short.
#[derive(Debug, Clone, PartialEq)]
pub struct CauseShares {
    /// Shares of the expected shortfall, by cause.
    pub expected: Vec<f64>,
    /// Shares of the CVaR 95, by cause.
    pub tail: Vec<f64>,
}

/// Records blame per cause for the attributed rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttributionRecorder {
    causes: usize,
    rows: Vec<RowCauses>,
    /// Memory of [`AttributionRecorder::add`].
    #[serde(skip)]
    by_cause: Vec<f64>,
}

impl AttributionRecorder {
    /// For the attributed ones of the rows; one slot each, in their order.
    pub fn new(layout: &Layout, rows: &[Row]) -> Self {
        let causes = layout.causes.len();
        let attributed = rows.iter().filter(|row| row.attributed).count();
        Self {
            causes,
            rows: vec![RowCauses::default(); attributed],
            by_cause: vec![0.0; causes],
        }
    }

    /// Counts a trial of one slot in the bin of the share that is short. Its causes are added afterwards: by then the bin is in the
    /// processor's cache.
    pub fn count(&mut self, slot: usize, share: f64) {
        if share > NEGLIGIBLE {
            self.rows[slot].bins.of(share).trials += 1;
        }
    }

    /// The causes of a trial of one slot that has been counted, with the horizon's demand in t.
    pub fn add(&mut self, slot: usize, outcome: &TrialOutcome<'_>, row: &Row, demand_t: f64, share: f64) {
        if share <= NEGLIGIBLE {
            return;
        }
        let present = &outcome.causes[row.material];
        let by_cause = &mut self.by_cause[..present.len()];
        by_cause.fill(0.0);
        for cell in &row.cells {
            let blame = &outcome.blame_t[outcome.blame_start[*cell]..];
            by_cause.iter_mut().zip(blame).for_each(|(sum, blame)| *sum += blame);
        }
        let row = &mut self.rows[slot];
        let bin = row.bins.of(share);
        for (blame, cause) in by_cause.iter().zip(present) {
            if *blame > 0.0 {
                let steps = Measured::new(blame / demand_t).value();
                bin.of(*cause).add_measured(steps);
            }
        }
    }

    /// Takes over another's causes of a slot, whose numbers are these here, ascending as they do there.
    pub fn take_slot(&mut self, slot: usize, of: &Self, their_slot: usize, number: impl Fn(usize) -> Option<usize>) {
        let row = &mut self.rows[slot];
        row.clone_from(&of.rows[their_slot]);
        for (cause, _) in row.bins.iter_mut().flat_map(|bin| &mut bin.by_cause) {
            *cause = number(*cause).unwrap_or(*cause);
        }
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.rows.iter_mut().zip(&other.rows) {
            mine.bins.merge(&theirs.bins);
        }
    }

    /// Whether it can be of that many attributed rows, causes and trials.
    pub fn fits(&self, rows: usize, causes: usize, trials: u64) -> bool {
        // Each part is at most about 1; rounding may lift it above.
        let is_part = |part: &FixedSum, count| part.is_of(count, 0, 2);
        let are_causes = |parts: &[(usize, FixedSum)]| {
            parts.iter().all(|(cause, _)| *cause < causes) && parts.is_sorted_by(|one, next| one.0 < next.0)
        };
        self.causes == causes
            && self.rows.len() == rows
            && self.rows.iter().all(|row| {
                row.bins.fits()
                    && add_up(row.bins.iter().map(|bin| bin.trials)).is_some_and(|counted| counted <= trials)
                    && row.bins.iter().all(|bin| {
                        are_causes(&bin.by_cause) && bin.by_cause.iter().all(|(_, part)| is_part(part, bin.trials))
                    })
            })
    }

    /// Shares of a slot's shortfall after that many trials.
    ///
    /// The tail is the worst 5 % of trials: bins from the top, the last one in proportion to the trials still wanted (the split of
    /// the atom at VaR: exact while values are few, else by bins 3 % wide). Conditional means of the causes' parts add up to that of the whole.
    pub fn shares(&self, slot: usize, trials: u64) -> CauseShares {
        let row = &self.rows[slot];
        let mut sums = vec![FixedSum::default(); self.causes];
        for (cause, sum) in row.bins.iter().flat_map(|bin| &bin.by_cause) {
            sums[*cause].merge(sum);
        }
        let expected: Vec<f64> = sums.iter().map(FixedSum::value).collect();
        let mut tail = vec![0.0; self.causes];
        let mut left = trials as f64 * f64::from(1000 - TAIL.0) / 1000.0;
        for bin in row.bins.iter().rev() {
            let part = (left / bin.trials as f64).min(1.0);
            for (cause, sum) in &bin.by_cause {
                tail[*cause] += part * sum.value();
            }
            left -= bin.trials as f64;
            if left <= 0.0 {
                break;
            }
        }
        CauseShares {
            expected: normalised(expected),
            tail: normalised(tail),
        }
    }
}

fn normalised(mut parts: Vec<f64>) -> Vec<f64> {
    let total: f64 = parts.iter().sum();
    let divisor = if total > 0.0 { total } else { 1.0 };
    parts.iter_mut().for_each(|part| *part /= divisor);
    parts
}

/// The shares of one row grouped by event, by country and by stage. Every cause of the model has its key, even with a share of 0.
pub fn grouped(layout: &Layout, material: &str, place: &str, shares: &CauseShares) -> Vec<Attribution> {
    let kinds = [AttributionKind::Event, AttributionKind::Country, AttributionKind::Stage];
    let mut found = Vec::new();
    for kind in kinds {
        // Key position (structural and `several` last), then the sums.
        let mut groups: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
        for (number, cause) in layout.causes.iter().enumerate() {
            let position = match (cause.event, kind) {
                (None, _) => usize::MAX,
                (Some(event), AttributionKind::Event) => event,
                (Some(_), AttributionKind::Country) => cause.country.unwrap_or(usize::MAX - 1),
                (Some(_), AttributionKind::Stage) => cause.material.unwrap_or(usize::MAX - 1),
            };
            let sums = groups.entry(position).or_default();
            sums.0 += shares.expected.get(number).copied().unwrap_or(0.0);
            sums.1 += shares.tail.get(number).copied().unwrap_or(0.0);
        }
        for (position, (share_of_expected, share_of_cvar95)) in groups {
            let name = match kind {
                AttributionKind::Event => layout.events.get(position).map(|(id, _)| id),
                AttributionKind::Country => layout.countries.get(position).map(|(code, _)| code),
                AttributionKind::Stage => layout.materials.get(position).map(|(id, ..)| id),
            };
            let other = if position == usize::MAX { STRUCTURAL } else { SEVERAL };
            found.push(Attribution {
                material: material.to_owned(),
                country: place.to_owned(),
                kind,
                key: name.map_or(other, String::as_str).to_owned(),
                share_of_expected,
                share_of_cvar95,
            });
        }
    }
    found
}
