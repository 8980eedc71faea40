//! Rigid trade without lanes. Where the pattern is the gravity rule without own users first, a lane is the product of what its seller and its
//! buyer normally trade, B_ij = r_i c_j / total, and rigid trade is T_ij = a_i b_j B_ij: two numbers, the shares that all sellers and all
//! buyers together still trade, say everything. Only sellers with restricted lanes have a line of flows of their own.

use super::rigid::line_factor;
use super::tolerance::{DECISION, ROUNDING, SETTLED};
use crate::model::{Model, World};

/// Most changes of the sets of sellers and buyers that bind.
pub(super) const MOST_ROUNDS: usize = 30;

/// The trade of one material by sellers' and buyers' factors. Quantities in t per period.
#[derive(Debug, Clone, Default)]
pub(super) struct Factored {
    /// Period whose normal trade is below; `None` = none yet.
    period: Option<usize>,
    /// Normal sales by row, normal purchases by column, and their sum.
    pub normal_rows: Vec<f64>,
    pub normal_columns: Vec<f64>,
    pub total: f64,
    /// Factors, at most 1.
    pub sellers: Vec<f64>,
    pub buyers: Vec<f64>,
    /// Whether a seller has more than it sells.
    pub has_unsold: bool,
    /// What unrestricted sellers sell, and what buyers take, as a share of all normal trade.
    sold: f64,
    taken: f64,
    /// Rows with restricted lanes, and their flows line by line. Their buyers have a factor of 1.
    pub restricted: Vec<usize>,
    pub lines: Vec<f64>,
    /// Columns that want refills and can be sent more than normal trade brings, what they still want, and what they take of one seller.
    wanting: Vec<(usize, f64, f64)>,
}

impl Factored {
    /// Forgets whose normal trade it holds.
    pub fn forget(&mut self) {
        self.period = None;
    }

    /// Takes over a period's normal trade.
    pub fn set_normal(&mut self, model: &Model, world: &World, material: usize, period: usize) {
        if self
            .period
            .is_some_and(|known| known >= world.same_since[period] && known <= period)
        {
            return;
        }
        self.period = Some(period);
        let (supply, orders) = (
            world.supply(model, material, period),
            world.orders(model, material, period),
        );
        let (supplied, ordered) = (supply.iter().sum::<f64>(), orders.iter().sum::<f64>());
        let larger = supplied.max(ordered);
        let scaled = |values: &[f64], scale: f64, into: &mut Vec<f64>| {
            into.clear();
            into.extend(values.iter().map(|value| value * scale));
        };
        let (of_sellers, of_buyers) = if larger > 0.0 {
            (ordered / larger, supplied / larger)
        } else {
            (0.0, 0.0)
        };
        scaled(supply, of_sellers, &mut self.normal_rows);
        scaled(orders, of_buyers, &mut self.normal_columns);
        self.total = supplied.min(ordered);
    }

    /// Finds the factors for this supply and these orders (`None` = at least the normal ones), with some lanes restricted where `openness` is given (row-major). Gives false where
    /// they have to be searched for lane by lane.
    pub fn find(&mut self, supply: &[f64], orders: Option<&[f64]>, openness: Option<&[f64]>) -> bool {
        self.restricted.clear();
        self.lines.clear();
        if self.total <= 0.0 {
            return false;
        }
        let binds = |(normal, limit): (&f64, &f64)| *normal > limit * (1.0 + ROUNDING);
        let Some(orders) = orders.filter(|orders| self.normal_columns.iter().zip(*orders).any(binds)) else {
            let buyers = self.normal_columns.len();
            if self.taken != 1.0 || self.buyers.len() != buyers {
                self.buyers.clear();
                self.buyers.resize(buyers, 1.0);
            }
            self.taken = 1.0;
            self.cut_sellers(supply, openness);
            return true;
        };
        if openness.is_some() {
            return false;
        }
        let sellers_bind = self.normal_rows.iter().zip(supply).any(binds);
        if sellers_bind {
            let Some((sold, taken)) = self.balance(supply, orders) else {
                return false;
            };
            (self.sold, self.taken) = (sold, taken);
        } else {
            (self.sold, self.taken) = (1.0, 1.0);
        }
        set_factors(&mut self.sellers, &self.normal_rows, supply, self.taken);
        set_factors(&mut self.buyers, &self.normal_columns, orders, self.sold);
        if !sellers_bind {
            let taken = self
                .buyers
                .iter()
                .zip(&self.normal_columns)
                .map(|(factor, normal)| factor * normal);
            self.taken = taken.sum::<f64>() / self.total;
        }
        let sales = self.sellers.iter().zip(&self.normal_rows);
        let taken = self.taken;
        self.has_unsold = sales
            .zip(supply)
            .any(|((factor, normal), supply)| supply - factor * normal * taken > DECISION * supply);
        true
    }

    /// Buyers take all that is offered: sellers who have less cut their lanes alike, restricted ones at most to what they still carry.
    fn cut_sellers(&mut self, supply: &[f64], openness: Option<&[f64]>) {
        let columns = self.normal_columns.len();
        let mut sold = 0.0;
        self.has_unsold = false;
        self.sellers.clear();
        for (row, (normal, supply)) in self.normal_rows.iter().zip(supply).enumerate() {
            let line = openness.map(|openness| &openness[row * columns..(row + 1) * columns]);
            if let Some(line) = line.filter(|line| line.iter().any(|open| *open < 1.0)) {
                let part = normal / self.total;
                let factor = line_factor(&self.normal_columns, line, part, supply.max(0.0));
                let flows = self.normal_columns.iter().zip(line);
                let first = self.lines.len();
                self.lines
                    .extend(flows.map(|(column, open)| open.min(factor) * part * column));
                self.restricted.push(row);
                self.sellers.push(factor);
                self.has_unsold |= supply - self.lines[first..].iter().sum::<f64>() > DECISION * supply;
            } else if normal > supply {
                let supply = supply.max(0.0);
                self.sellers.push(supply / normal);
                sold += supply;
            } else {
                self.sellers.push(1.0);
                sold += normal;
                self.has_unsold |= supply - normal > DECISION * supply;
            }
        }
        self.sold = sold / self.total;
    }

    /// Shares of normal trade that sellers and buyers can do, where both sides bind. For known sets of binding sellers and buyers they solve a
    /// quadratic equation:
    ///
    /// sold = supplied / taken + free sellers, taken = ordered / sold + free buyers.
    ///
    /// The sets follow from the shares in turn, until they stay.
    fn balance(&self, supply: &[f64], orders: &[f64]) -> Option<(f64, f64)> {
        let (mut sold, mut taken) = (1.0, 1.0);
        for _ in 0..MOST_ROUNDS {
            let (supplied, free_sellers) = bound_and_free(&self.normal_rows, supply, taken, self.total);
            let (ordered, free_buyers) = bound_and_free(&self.normal_columns, orders, sold, self.total);
            let before = (sold, taken);
            let half = 0.5 * (supplied - ordered - free_buyers * free_sellers);
            let root = (half * half + free_sellers * free_buyers * supplied).sqrt();
            taken = if half > 0.0 {
                free_buyers * supplied / (half + root)
            } else {
                (root - half) / free_sellers
            };
            if supplied <= 0.0 {
                taken = if free_sellers > 0.0 {
                    ordered / free_sellers + free_buyers
                } else {
                    0.0
                };
            }
            sold = supplied / taken + free_sellers;
            if !(taken > 0.0 && sold > 0.0 && taken.is_finite() && sold.is_finite()) {
                return None;
            }
            // Who neither binds nor has anything to spare may change sides for ever, by rounding.
            if (sold - before.0).abs() <= SETTLED && (taken - before.1).abs() <= SETTLED {
                return Some((sold, taken));
            }
        }
        None
    }

    /// What is sent to each column.
    pub fn send(&self, sent: &mut [f64]) {
        for ((sent, factor), normal) in sent.iter_mut().zip(&self.buyers).zip(&self.normal_columns) {
            *sent = factor * self.sold * normal;
        }
        for line in self.lines.chunks_exact(sent.len().max(1)) {
            for (sent, flow) in sent.iter_mut().zip(line) {
                *sent += flow;
            }
        }
    }

    /// Whether buyers take all that they are offered.
    pub fn takes_all(&self) -> bool {
        self.taken == 1.0
    }

    /// Gives what is left to refills, as [`super::allocation::allocate_extra`] does; `sent` receives what each column gets. False where that is
    /// nothing.
    pub fn refill(&mut self, supply: &[f64], orders: &[f64], sent: &mut Vec<f64>) -> bool {
        sent.clear();
        sent.resize(orders.len(), 0.0);
        // A seller has something left only where it sends all that is normal (or that restrictions let through) to everyone who takes all.
        self.wanting.clear();
        let columns = orders.iter().zip(&self.buyers).enumerate();
        let wanting = columns.filter(|(_, (order, factor))| **order > 0.0 && **factor < 1.0);
        self.wanting
            .extend(wanting.map(|(column, (order, _))| (column, *order, 0.0)));
        if self.wanting.is_empty() {
            return false;
        }
        let mut any = false;
        for ((supply, normal), factor) in supply.iter().zip(&self.normal_rows).zip(&self.sellers) {
            let left = supply - factor * normal * self.taken;
            if left <= DECISION * supply {
                continue;
            }
            let part = normal / self.total;
            let mut total = 0.0;
            for (column, wanted, take) in &mut self.wanting {
                let lane = part * self.normal_columns[*column];
                let room = lane - factor * self.buyers[*column] * lane;
                *take = room.max(0.0).min(*wanted).min(*supply).max(0.0);
                total += *take;
            }
            if total <= 0.0 {
                continue;
            }
            any = true;
            let factor = (left / total).min(1.0);
            for (column, wanted, take) in &mut self.wanting {
                sent[*column] += factor * *take;
                *wanted -= factor * *take;
            }
        }
        any
    }
}

/// Factors of one side: 1, or less where its limit binds, with the other side trading so much of normal.
fn set_factors(factors: &mut Vec<f64>, normal: &[f64], limits: &[f64], other: f64) {
    factors.clear();
    factors.extend(normal.iter().zip(limits).map(|(normal, limit)| {
        let offered = normal * other;
        if offered > *limit {
            limit.max(0.0) / offered
        } else {
            1.0
        }
    }));
}

/// Limits of those that bind and normal trade of the others, as shares of all trade, with the other side trading so much of normal.
fn bound_and_free(normal: &[f64], limits: &[f64], other: f64, total: f64) -> (f64, f64) {
    let (mut bound, mut free) = (0.0, 0.0);
    for (normal, limit) in normal.iter().zip(limits) {
        if normal * other > *limit {
            bound += limit.max(0.0);
        } else {
            free += normal;
        }
    }
    (bound / total, free / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::allocation::{Problem, Workspace, allocate, allocate_extra};
    use proptest::prelude::*;

    fn factored(rows: &[f64], columns: &[f64]) -> Factored {
        let (supplied, ordered) = (rows.iter().sum::<f64>(), columns.iter().sum::<f64>());
        let larger = supplied.max(ordered);
        Factored {
            normal_rows: rows.iter().map(|row| row * ordered / larger).collect(),
            normal_columns: columns.iter().map(|column| column * supplied / larger).collect(),
            total: supplied.min(ordered),
            ..Factored::default()
        }
    }

    fn side(most: usize) -> impl Strategy<Value = Vec<(f64, f64)>> {
        let left = prop_oneof![Just(1.0), 0.0..1.0f64, 1.0..1.5f64];
        prop::collection::vec((0.01..10.0f64, left), 1..most)
    }

    #[test]
    fn both_sides_bind() {
        // Half of the sellers have 40 % left, half of the buyers want 60 %: sold = 0.2 / taken + 0.5, taken = 0.3 / sold + 0.5.
        let mut trade = factored(&[5.0, 5.0], &[5.0, 5.0]);
        assert!(trade.find(&[2.0, 5.0], Some(&[3.0, 5.0]), None));
        let mut sent = [0.0; 2];
        trade.send(&mut sent);
        let (sold, taken) = (trade.sold, trade.taken);
        assert!((sold - 0.2 / taken - 0.5).abs() < 1e-15 && (taken - 0.3 / sold - 0.5).abs() < 1e-15);
        assert!((sent[0] - 3.0).abs() < 1e-14 && (sent[1] - 5.0 * sold).abs() < 1e-15);
        assert!(trade.has_unsold);
    }

    proptest! {
        #[test]
        fn factors_give_what_the_search_over_lanes_gives(
            sellers in side(7),
            buyers in side(7),
            openness in prop::collection::vec(prop_oneof![3 => Just(1.0), 1 => 0.0..1.0f64], 49),
            restricted in any::<bool>(),
            wanted in prop::collection::vec(prop_oneof![Just(0.0), 0.0..2.0f64], 7),
        ) {
            let sizes = |side: &[(f64, f64)]| side.iter().map(|(size, _)| *size).collect::<Vec<f64>>();
            let mut trade = factored(&sizes(&sellers), &sizes(&buyers));
            let limits = |normal: &[f64], side: &[(f64, f64)]| {
                normal.iter().zip(side).map(|(normal, (_, left))| normal * left).collect::<Vec<f64>>()
            };
            let (supply, orders) = (limits(&trade.normal_rows, &sellers), limits(&trade.normal_columns, &buyers));
            let lanes = supply.len() * orders.len();
            let normal: Vec<f64> = trade
                .normal_rows
                .iter()
                .flat_map(|row| trade.normal_columns.iter().map(move |column| row * column))
                .map(|product| product / trade.total)
                .collect();
            let openness = if restricted { openness[..lanes].to_vec() } else { vec![1.0; lanes] };
            let problem = Problem {
                supply: &supply,
                orders: &orders,
                normal_orders: &trade.normal_columns.clone(),
                normal: &normal,
                openness: &openness,
                is_restricted: restricted,
                quotas: &[],
                flexibility: Some(1.0),
                domestic: &vec![None; supply.len()],
                domestic_first: false,
            };
            let (mut workspace, mut flows, mut extra) = (Workspace::default(), Vec::new(), Vec::new());
            allocate(&problem, &mut workspace, &mut Vec::new(), &mut flows);
            let given = restricted.then_some(openness.as_slice());
            if trade.find(&supply, Some(&orders), given) {
                let columns = orders.len();
                let sums = |flows: &[f64]| {
                    (0..columns).map(|column| flows.iter().skip(column).step_by(columns).sum::<f64>()).collect::<Vec<f64>>()
                };
                let mut sent = vec![0.0; columns];
                trade.send(&mut sent);
                for (found, expected) in sent.iter().zip(sums(&flows)) {
                    prop_assert!((found - expected).abs() <= 1e-8 * trade.total, "{sent:?} for {:?}", sums(&flows));
                }
                let mut refill = Vec::new();
                trade.refill(&supply, &wanted[..columns], &mut refill);
                allocate_extra(&problem, &wanted[..columns], &mut workspace, &flows, &mut extra);
                for (found, expected) in refill.iter().zip(sums(&extra)) {
                    prop_assert!((found - expected).abs() <= 1e-8 * trade.total, "{refill:?} for {:?}", sums(&extra));
                }
            } else {
                // Where lanes are restricted or everybody is bound, lanes have to be looked at; where one side has enough, never.
                let enough = |normal: &[f64], limits: &[f64]| normal.iter().zip(limits).all(|(normal, limit)| normal <= limit);
                prop_assert!(!enough(&trade.normal_columns, &orders));
                prop_assert!(restricted || !enough(&trade.normal_rows, &supply));
            }
        }
    }
}
