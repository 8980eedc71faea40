//! Who gets what of the goods that are left for stocks.
//!
//! All orders are filled at the same time and at a steady pace, each from the sellers that are still open to it, in the proportions in which its
//! country normally buys. A seller is closed when it has nothing left, a lane when it has carried what its restriction lets through, and the lanes
//! of a limit when that is reached; from then on the orders go to the others. (The rule by which goods are eaten at equal speeds in Bogomolnaia and
//! Moulin 2001, "A new solution to the random assignment problem".) What is sent is a continuous function of what there is: a seller with hardly
//! anything left is as good as one with nothing.

use super::allocation::Quota;
use super::tolerance::ROUNDING;
use crate::model::fours::{self, EMPTY, Four, each};

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

/// Memory that is used again. Only sellers that have something left take part; lanes are numbered seller by seller, each with its columns in fours.
#[derive(Debug, Clone, Default)]
pub(super) struct RefillTradeMemory {
    /// What each seller has left, of all.
    pub left: Vec<f64>,
    /// Rows of those that have something, and what they have.
    sellers: Vec<usize>,
    stock: Vec<f64>,
    /// What each buyer orders.
    orders: Vec<Four>,
    /// Normal flows of open lanes; 0 where a lane is closed.
    open: Vec<Four>,
    /// Open lanes that carry only so much more.
    narrow: Vec<Narrow>,
    /// Open lanes under a limit; and whether any lane, where there are limits, is known to be under one.
    limited: Vec<Limited>,
    is_limited: Vec<bool>,
    /// What more each limit lets through.
    rest: Vec<f64>,
    /// What sellers and limits' lanes carry in the unit of time in which all orders would be met.
    seller_pace: Vec<f64>,
    limit_pace: Vec<f64>,
    /// By buyer, for each tonne of normal flow: what a lane carries in a unit of time, and what every lane that is still open has carried.
    pace: Vec<Four>,
    carried: Vec<Four>,
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
    /// Shares out [`RefillTradeMemory::left`]: writes what each lane carries, row-major.
    pub(super) fn share(&mut self, trade: &RefillTrade<'_>, sent: &mut Vec<f64>) {
        sent.clear();
        sent.resize(trade.normal.len(), 0.0);
        self.gather(trade);
        if self.sellers.is_empty() {
            return;
        }
        self.narrow_lanes(trade);
        self.limit_lanes(trade);
        let columns = trade.orders.len();
        // Loops of known length are unrolled.
        match fours::count(columns) {
            1 => self.fill(1, columns, sent),
            2 => self.fill(2, columns, sent),
            3 => self.fill(3, columns, sent),
            4 => self.fill(4, columns, sent),
            width => self.fill(width, columns, sent),
        }
    }

    /// Who has something left, and the lanes.
    fn gather(&mut self, trade: &RefillTrade<'_>) {
        let total: f64 = self.left.iter().sum();
        let columns = trade.orders.len().max(1);
        // A stock may hold any amount: an order beyond all there is counts as all there is.
        self.orders.clear();
        let orders = trade.orders.chunks(4).map(fours::padded);
        self.orders
            .extend(orders.map(|orders| orders.map(|order| order.min(total).max(0.0))));
        self.sellers.clear();
        self.stock.clear();
        self.open.clear();
        let lines = trade.normal.chunks_exact(columns);
        for ((row, left), line) in self.left.iter().enumerate().zip(lines) {
            if *left > 0.0 {
                self.sellers.push(row);
                self.stock.push(*left);
                self.open.extend(line.chunks(4).map(fours::padded));
            }
        }
    }

    fn narrow_lanes(&mut self, trade: &RefillTrade<'_>) {
        self.narrow.clear();
        if !trade.is_restricted {
            return;
        }
        let (columns, width) = (trade.orders.len(), fours::count(trade.orders.len()));
        let lanes = self.open.as_flattened_mut();
        for (seller, row) in self.sellers.iter().enumerate() {
            for column in 0..columns {
                let (lane, number) = (seller * 4 * width + column, row * columns + column);
                let openness = trade.openness[number];
                if openness < 1.0 && lanes[lane] > 0.0 {
                    let room = openness * trade.normal[number] - trade.flows[number];
                    if room <= 0.0 {
                        lanes[lane] = 0.0;
                    } else {
                        self.narrow.push(Narrow { lane, room });
                    }
                }
            }
        }
    }

    fn limit_lanes(&mut self, trade: &RefillTrade<'_>) {
        self.rest.clear();
        self.limited.clear();
        if trade.limits.is_empty() {
            return;
        }
        let (columns, width) = (trade.orders.len(), fours::count(trade.orders.len()));
        self.is_limited.clear();
        self.is_limited.resize(trade.normal.len(), false);
        let lanes = self.open.as_flattened_mut();
        for (limit, quota) in trade.limits.iter().enumerate() {
            let used: f64 = quota.lanes.iter().map(|&number| trade.flows[number]).sum();
            let rest = quota.limit - used;
            let is_reached = rest <= ROUNDING * quota.limit;
            self.rest.push(if is_reached { 0.0 } else { rest });
            for &number in &quota.lanes {
                // A lane is under the first limit that has it.
                if std::mem::replace(&mut self.is_limited[number], true) {
                    continue;
                }
                let Ok(seller) = self.sellers.binary_search(&(number / columns)) else {
                    continue;
                };
                let lane = seller * 4 * width + number % columns;
                if is_reached {
                    lanes[lane] = 0.0;
                } else if lanes[lane] > 0.0 {
                    self.limited.push(Limited { lane, limit });
                }
            }
        }
    }

    /// Fills orders until they are met or nothing is left; `width` is the number of fours of a line. Each step closes a seller, a lane or a limit.
    #[inline(always)]
    fn fill(&mut self, width: usize, columns: usize, sent: &mut [f64]) {
        for values in [&mut self.pace, &mut self.carried] {
            values.clear();
            values.resize(width, EMPTY);
        }
        self.seller_pace.clear();
        self.seller_pace.resize(self.sellers.len(), 0.0);
        let mut time = 0.0;
        while time < 1.0 && self.set_pace(width) {
            let step = self.until_something_closes(width, 1.0 - time);
            self.go_on(step, width, columns, sent);
            time += step;
        }
        for seller in 0..self.sellers.len() {
            self.close_seller(seller, width, columns, sent);
        }
    }

    /// What lanes carry in a unit of time until something closes; gives whether any carries anything.
    #[inline(always)]
    fn set_pace(&mut self, width: usize) -> bool {
        let (orders, pace) = (&self.orders[..width], &mut self.pace[..width]);
        let mut any = false;
        for (number, (pace, orders)) in pace.iter_mut().zip(orders).enumerate() {
            let mut open = EMPTY;
            for line in self.open.chunks_exact(width) {
                open = each(|at| open[at] + line[number][at]);
            }
            *pace = each(|at| {
                // A buyer without an open lane, or with one that is hardly there, gets nothing.
                let of_buyer = orders[at] / open[at];
                if of_buyer < f64::INFINITY { of_buyer } else { 0.0 }
            });
            any |= pace.iter().any(|pace| *pace > 0.0);
        }
        for (own, line) in self.seller_pace.iter_mut().zip(self.open.chunks_exact(width)) {
            let mut sum = EMPTY;
            for (line, pace) in line.iter().zip(pace.iter()) {
                sum = each(|at| sum[at] + line[at] * pace[at]);
            }
            *own = fours::sum(sum);
        }
        self.limit_pace.clear();
        self.limit_pace.resize(self.rest.len(), 0.0);
        let lanes = self.open.as_flattened();
        for Limited { lane, limit } in &self.limited {
            self.limit_pace[*limit] += lanes[*lane] * pace.as_flattened()[lane % (4 * width)];
        }
        any
    }

    /// The time until a seller, a lane or a limit has nothing left, at most `most`.
    #[inline(always)]
    fn until_something_closes(&self, width: usize, most: f64) -> f64 {
        let mut time = most;
        let mut ends = |left: f64, pace: f64| {
            // (also where nothing is carried: then it is infinite or not a number)
            let end = left / pace;
            time = if end < time { end } else { time };
        };
        for (left, pace) in self.stock.iter().zip(&self.seller_pace) {
            ends(*left, *pace);
        }
        for (left, pace) in self.rest.iter().zip(&self.limit_pace) {
            ends(*left, *pace);
        }
        for Narrow { lane, room } in &self.narrow {
            let pace = self.pace.as_flattened()[lane % (4 * width)];
            ends(*room, self.open.as_flattened()[*lane] * pace);
        }
        time
    }

    #[inline(always)]
    fn go_on(&mut self, time: f64, width: usize, columns: usize, sent: &mut [f64]) {
        for (carried, pace) in self.carried[..width].iter_mut().zip(&self.pace[..width]) {
            *carried = each(|at| carried[at] + time * pace[at]);
        }
        for number in 0..self.narrow.len() {
            let Narrow { lane, room } = self.narrow[number];
            let pace = self.open.as_flattened()[lane] * self.pace.as_flattened()[lane % (4 * width)];
            let room = after(room, time * pace);
            self.narrow[number].room = room;
            if room <= 0.0 {
                self.close(lane, width, columns, sent);
            }
        }
        for (rest, pace) in self.rest.iter_mut().zip(&self.limit_pace) {
            *rest = after(*rest, time * pace);
        }
        for number in 0..self.limited.len() {
            let Limited { lane, limit } = self.limited[number];
            if self.rest[limit] <= 0.0 {
                self.close(lane, width, columns, sent);
            }
        }
        for seller in 0..self.sellers.len() {
            let pace = self.seller_pace[seller];
            if pace > 0.0 {
                self.stock[seller] = after(self.stock[seller], time * pace);
                if self.stock[seller] <= 0.0 {
                    self.close_seller(seller, width, columns, sent);
                }
            }
        }
    }

    /// Closes the lanes of a seller, and writes what they have carried.
    #[inline(always)]
    fn close_seller(&mut self, seller: usize, width: usize, columns: usize, sent: &mut [f64]) {
        let line = &mut self.open[seller * width..(seller + 1) * width];
        let open = line.as_flattened_mut()[..columns].iter_mut();
        let carried = &self.carried.as_flattened()[..columns];
        let row = self.sellers[seller];
        for (sent, (open, carried)) in sent[row * columns..(row + 1) * columns]
            .iter_mut()
            .zip(open.zip(carried))
        {
            *sent += *open * carried;
            *open = 0.0;
        }
    }

    /// Closes a lane, if it is open, and writes what it has carried.
    fn close(&mut self, lane: usize, width: usize, columns: usize, sent: &mut [f64]) {
        let (seller, column) = (lane / (4 * width), lane % (4 * width));
        let open = std::mem::take(&mut self.open.as_flattened_mut()[lane]);
        sent[self.sellers[seller] * columns + column] += open * self.carried.as_flattened()[column];
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
