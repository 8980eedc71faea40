//! Who gets what of the goods that are left for stocks.
//!
//! All orders are filled at the same time and at a steady pace, each from the sellers that are still open to it, in the proportions in which its
//! country normally buys. A seller is closed when it has nothing left, a lane when it has carried what its restriction lets through, and the lanes
//! of a limit when that is reached; from then on the orders go to the others. (The rule by which goods are eaten at equal speeds in Bogomolnaia and
//! Moulin 2001, "A new solution to the random assignment problem".) What is sent is a continuous function of what there is: a seller with hardly
//! anything left is as good as one with nothing.

use super::allocation::Quota;
use super::tolerance::ROUNDING;
use crate::model::linear::dot;

/// Orders for stocks and what there is for them; lanes row-major, quantities in t per period.
#[derive(Debug)]
pub(super) struct RefillTrade<'a> {
    /// Undisrupted flows.
    pub normal: &'a [f64],
    /// What the lanes carry for users.
    pub flows: &'a [f64],
    /// Share that each lane still carries; 1 = as much as is asked for.
    pub openness: &'a [f64],
    /// Whether any lane carries less than that.
    pub is_restricted: bool,
    /// Limits on sets of lanes, flows for users included.
    pub limits: &'a [Quota],
    /// By column.
    pub orders: &'a [f64],
}

/// Memory that is used again. Of sellers and buyers only those are looked at that have something left and that order; lanes between them row-major.
#[derive(Debug, Clone, Default)]
pub(super) struct RefillTradeMemory {
    /// What each seller has left at the beginning.
    pub left: Vec<f64>,
    sellers: Vec<Seller>,
    buyers: Vec<Buyer>,
    /// Normal flows of open lanes; 0 where a lane is closed.
    open: Vec<f64>,
    /// Open lanes that carry only so much more.
    narrow: Vec<Narrow>,
    /// Open lanes under a limit.
    limited: Vec<Limited>,
    /// What more each limit lets through.
    rest: Vec<f64>,
    /// By buyer, for each tonne of normal flow: what a lane carries in a unit of time, and what every lane that is still open has carried.
    pace: Vec<f64>,
    carried: Vec<f64>,
    /// What limits' lanes carry in the unit of time in which all orders would be met.
    limit_pace: Vec<f64>,
}

#[derive(Debug, Clone)]
struct Seller {
    row: usize,
    left: f64,
    /// What it sends in a unit of time.
    pace: f64,
}

#[derive(Debug, Clone)]
struct Buyer {
    column: usize,
    order: f64,
}

#[derive(Debug, Clone)]
struct Narrow {
    lane: usize,
    room: f64,
}

#[derive(Debug, Clone)]
struct Limited {
    lane: usize,
    limit: usize,
}

impl RefillTradeMemory {
    /// Shares out [`RefillTradeMemory::left`]: writes what each lane carries.
    pub(super) fn share(&mut self, trade: &RefillTrade<'_>, sent: &mut Vec<f64>) {
        sent.clear();
        sent.resize(trade.normal.len(), 0.0);
        let total: f64 = self.left.iter().sum();
        if total <= 0.0 {
            return;
        }
        self.sellers.clear();
        let left = self.left.iter().copied().enumerate().filter(|(_, left)| *left > 0.0);
        self.sellers
            .extend(left.map(|(row, left)| Seller { row, left, pace: 0.0 }));
        self.buyers.clear();
        let orders = trade.orders.iter().enumerate().filter(|(_, order)| **order > 0.0);
        // A stock may hold any amount: an order beyond all there is counts as all there is.
        self.buyers.extend(orders.map(|(column, order)| Buyer {
            column,
            order: order.min(total),
        }));
        if self.buyers.is_empty() {
            return;
        }
        self.open_lanes(trade);
        self.carried.clear();
        self.carried.resize(self.buyers.len(), 0.0);
        let columns = trade.orders.len();
        // Each step closes a seller, a lane or a limit.
        let mut time = 0.0;
        while time < 1.0 && self.set_pace() {
            let step = self.until_something_closes(1.0 - time);
            self.go_on(step, columns, sent);
            time += step;
        }
        for seller in 0..self.sellers.len() {
            self.close_seller(seller, columns, sent);
        }
    }

    fn open_lanes(&mut self, trade: &RefillTrade<'_>) {
        let (columns, buyers) = (trade.orders.len(), self.buyers.len());
        self.open.clear();
        for seller in &self.sellers {
            let line = &trade.normal[seller.row * columns..(seller.row + 1) * columns];
            self.open.extend(self.buyers.iter().map(|buyer| line[buyer.column]));
        }
        self.narrow.clear();
        if trade.is_restricted {
            for (lane, open) in self.open.iter_mut().enumerate().filter(|(_, open)| **open > 0.0) {
                let position = self.sellers[lane / buyers].row * columns + self.buyers[lane % buyers].column;
                let openness = trade.openness[position];
                if openness >= 1.0 {
                    continue;
                }
                let room = openness * *open - trade.flows[position];
                if room > 0.0 {
                    self.narrow.push(Narrow { lane, room });
                } else {
                    *open = 0.0;
                }
            }
        }
        self.rest.clear();
        self.limited.clear();
        for (number, limit) in trade.limits.iter().enumerate() {
            let used: f64 = limit.lanes.iter().map(|&lane| trade.flows[lane]).sum();
            let rest = limit.limit - used;
            let is_reached = rest <= ROUNDING * limit.limit;
            self.rest.push(if is_reached { 0.0 } else { rest });
            for &position in &limit.lanes {
                let seller = self
                    .sellers
                    .binary_search_by_key(&(position / columns), |seller| seller.row);
                let buyer = self
                    .buyers
                    .binary_search_by_key(&(position % columns), |buyer| buyer.column);
                let (Ok(seller), Ok(buyer)) = (seller, buyer) else {
                    continue;
                };
                // A lane is under the first limit that has it.
                if trade.limits[..number]
                    .iter()
                    .any(|earlier| earlier.lanes.contains(&position))
                {
                    continue;
                }
                let lane = seller * buyers + buyer;
                if is_reached {
                    self.open[lane] = 0.0;
                } else if self.open[lane] > 0.0 {
                    self.limited.push(Limited { lane, limit: number });
                }
            }
        }
    }

    /// What lanes carry in a unit of time until something closes; gives whether any carries anything.
    fn set_pace(&mut self) -> bool {
        let buyers = self.buyers.len();
        self.pace.clear();
        self.pace.resize(buyers, 0.0);
        for line in self.open.chunks_exact(buyers) {
            add(&mut self.pace, line);
        }
        let mut any = false;
        for (pace, buyer) in self.pace.iter_mut().zip(&self.buyers) {
            // A buyer without an open lane, or with one that is hardly there, gets nothing.
            *pace = buyer.order / *pace;
            if !pace.is_finite() {
                *pace = 0.0;
            }
            any |= *pace > 0.0;
        }
        for (seller, line) in self.sellers.iter_mut().zip(self.open.chunks_exact(buyers)) {
            seller.pace = dot(line, &self.pace);
        }
        self.limit_pace.clear();
        self.limit_pace.resize(self.rest.len(), 0.0);
        for Limited { lane, limit } in &self.limited {
            self.limit_pace[*limit] += self.open[*lane] * self.pace[lane % buyers];
        }
        any
    }

    /// The time until a seller, a lane or a limit has nothing left, at most `most`.
    fn until_something_closes(&self, most: f64) -> f64 {
        let buyers = self.buyers.len();
        let sellers = self.sellers.iter().map(|seller| (seller.left, seller.pace));
        let limits = self.rest.iter().copied().zip(self.limit_pace.iter().copied());
        let lanes = self.narrow.iter();
        let lanes = lanes.map(|lane| (lane.room, self.open[lane.lane] * self.pace[lane.lane % buyers]));
        sellers
            .chain(limits)
            .chain(lanes)
            .filter(|(_, pace)| *pace > 0.0)
            .fold(most, |time, (left, pace)| time.min(left / pace))
    }

    fn go_on(&mut self, time: f64, columns: usize, sent: &mut [f64]) {
        let buyers = self.buyers.len();
        for (carried, pace) in self.carried.iter_mut().zip(&self.pace) {
            *carried += time * pace;
        }
        for number in 0..self.narrow.len() {
            let Narrow { lane, room } = self.narrow[number];
            let room = after(room, time * (self.open[lane] * self.pace[lane % buyers]));
            self.narrow[number].room = room;
            if room <= 0.0 {
                self.close(lane, columns, sent);
            }
        }
        for (rest, pace) in self.rest.iter_mut().zip(&self.limit_pace) {
            *rest = after(*rest, time * pace);
        }
        for number in 0..self.limited.len() {
            let Limited { lane, limit } = self.limited[number];
            if self.rest[limit] <= 0.0 {
                self.close(lane, columns, sent);
            }
        }
        for number in 0..self.sellers.len() {
            let seller = &mut self.sellers[number];
            if seller.pace > 0.0 {
                seller.left = after(seller.left, time * seller.pace);
                if seller.left <= 0.0 {
                    self.close_seller(number, columns, sent);
                }
            }
        }
    }

    /// Closes the lanes of a seller, and writes what they have carried.
    fn close_seller(&mut self, seller: usize, columns: usize, sent: &mut [f64]) {
        let buyers = self.buyers.len();
        let first = self.sellers[seller].row * columns;
        let line = &mut self.open[seller * buyers..(seller + 1) * buyers];
        for ((open, buyer), carried) in line.iter_mut().zip(&self.buyers).zip(&self.carried) {
            sent[first + buyer.column] += *open * carried;
            *open = 0.0;
        }
    }

    /// Closes a lane, if it is open, and writes what it has carried.
    fn close(&mut self, lane: usize, columns: usize, sent: &mut [f64]) {
        let (seller, buyer) = (lane / self.buyers.len(), lane % self.buyers.len());
        let position = self.sellers[seller].row * columns + self.buyers[buyer].column;
        sent[position] += std::mem::take(&mut self.open[lane]) * self.carried[buyer];
    }
}

/// Adds values to sums.
fn add(sums: &mut [f64], values: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

/// What is left of an amount after a use; rounding leaves nothing.
fn after(amount: f64, used: f64) -> f64 {
    let left = amount - used;
    if left > ROUNDING * used { left } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::streams::StreamKey;

    struct Case {
        left: Vec<f64>,
        normal: Vec<f64>,
        flows: Vec<f64>,
        openness: Vec<f64>,
        limits: Vec<Quota>,
        orders: Vec<f64>,
    }

    impl Case {
        fn new(left: &[f64], normal: &[f64], orders: &[f64]) -> Self {
            Self {
                left: left.to_vec(),
                normal: normal.to_vec(),
                flows: vec![0.0; normal.len()],
                openness: vec![1.0; normal.len()],
                limits: Vec::new(),
                orders: orders.to_vec(),
            }
        }

        fn sent(&self) -> Vec<f64> {
            let mut memory = RefillTradeMemory::default();
            memory.left.clone_from(&self.left);
            let mut sent = Vec::new();
            let trade = RefillTrade {
                normal: &self.normal,
                flows: &self.flows,
                openness: &self.openness,
                is_restricted: true,
                limits: &self.limits,
                orders: &self.orders,
            };
            memory.share(&trade, &mut sent);
            sent
        }
    }

    fn assert_close(found: &[f64], expected: &[f64]) {
        for (found_value, expected_value) in found.iter().zip(expected) {
            assert!(
                (found_value - expected_value).abs() <= 1e-12 * (1.0 + expected_value.abs()),
                "{found:?} {expected:?}"
            );
        }
    }

    #[test]
    fn orders_follow_the_pattern() {
        assert_close(&Case::new(&[100.0, 100.0], &[3.0, 1.0], &[8.0]).sent(), &[6.0, 2.0]);
    }

    #[test]
    fn when_a_seller_has_nothing_left_the_others_are_asked() {
        // 15 each until the first has sent its 10 (two thirds of the time); the second sends the other 20.
        assert_close(&Case::new(&[10.0, 50.0], &[1.0, 1.0], &[30.0]).sent(), &[10.0, 20.0]);
        assert_close(&Case::new(&[10.0, 15.0], &[1.0, 1.0], &[30.0]).sent(), &[10.0, 15.0]);
    }

    #[test]
    fn buyers_share_a_seller_by_what_they_ask() {
        // One seller of 10 for orders of 9 and 3.
        assert_close(&Case::new(&[10.0], &[1.0, 9.0], &[9.0, 3.0]).sent(), &[7.5, 2.5]);
    }

    #[test]
    fn a_buyer_without_choice_shares_with_one_that_has_one() {
        // A (6 t) is asked by both for 6 and 3; closed after two thirds. Then the second buyer goes on with B alone.
        let case = Case::new(&[6.0, 100.0], &[1.0, 1.0, 0.0, 1.0], &[6.0, 6.0]);
        assert_close(&case.sent(), &[4.0, 2.0, 0.0, 4.0]);
    }

    #[test]
    fn restrictions_and_limits_hold_and_others_take_over() {
        let mut case = Case::new(&[100.0, 100.0], &[10.0, 10.0], &[12.0]);
        (case.openness[0], case.flows[0]) = (0.5, 2.0);
        assert_close(&case.sent(), &[3.0, 9.0]);
        let mut case = Case::new(&[100.0, 100.0], &[10.0, 10.0], &[12.0]);
        (case.flows[0], case.limits) = (
            2.0,
            vec![Quota {
                lanes: vec![0],
                limit: 6.0,
            }],
        );
        assert_close(&case.sent(), &[4.0, 8.0]);
        // One limit on both: nothing takes over.
        case.limits[0].lanes.push(1);
        assert_close(&case.sent(), &[2.0, 2.0]);
    }

    #[test]
    fn an_order_beyond_everything_competes_as_all_there_is() {
        assert_close(&Case::new(&[10.0], &[1.0, 1.0], &[1e300, 10.0]).sent(), &[5.0, 5.0]);
    }

    /// Generated problems: orders are met or nothing that is open is left; nothing exceeds what there is; and what hardly differs gives what hardly
    /// differs, also where something is nearly used up.
    #[test]
    fn what_is_sent_is_continuous() {
        let stream = StreamKey::new(5, "refill trade");
        for number in 0..2_000 {
            let mut index = 0;
            let mut next = || {
                index += 1;
                stream.uniform(number, index)
            };
            let (rows, columns) = (1 + (next() * 8.0) as usize, 1 + (next() * 6.0) as usize);
            let mut values = |count: usize, few: f64| -> Vec<f64> {
                (0..count)
                    .map(|_| if next() < few { 1e-12 * next() } else { 10.0 * next() })
                    .collect()
            };
            let left = values(rows, 0.2);
            let mut case = Case::new(&left, &values(rows * columns, 0.1), &values(columns, 0.1));
            for lane in 0..rows * columns {
                let kind = values(1, 0.0)[0];
                if kind < 3.0 {
                    case.openness[lane] = 0.5;
                    case.flows[lane] = case.normal[lane] * 0.5 * if kind < 1.0 { 1.0 - 1e-12 } else { 0.8 };
                }
            }
            if columns > 1 {
                let used: f64 = case.flows[..2].iter().sum();
                case.limits.push(Quota {
                    lanes: vec![0, 1],
                    limit: used + values(1, 0.5)[0],
                });
            }
            let sent = case.sent();
            for (row, line) in sent.chunks_exact(columns).enumerate() {
                assert!(line.iter().sum::<f64>() <= case.left[row] * (1.0 + 1e-12), "{number}");
            }
            for column in 0..columns {
                let got: f64 = sent[column..].iter().step_by(columns).sum();
                assert!(got <= case.orders[column] * (1.0 + 1e-9), "{number}");
            }
            case.left
                .iter_mut()
                .zip(values(rows, 0.0))
                .for_each(|(left, shift)| *left += 1e-11 * shift);
            case.flows.iter_mut().for_each(|flow| *flow *= 1.0 - 1e-12);
            for (one, other) in sent.iter().zip(case.sent()) {
                assert!((one - other).abs() < 1e-8, "{number}: {one} {other}");
            }
        }
    }
}
