//! Scenario discovery by the patient rule induction method (Friedman and Fisher 1999, Statistics and Computing 9), used as Bryant and Lempert (2010,
//! Technological Forecasting and Social Change 77) do: which ranges of few columns hold most of the cases, and hold little else?
//!
//! A box is peeled from all rows: each step takes off the twentieth of the rows at one end of one column that raises the share of cases most for each row
//! lost (the lenient criterion of Kwakkel and Jaxa-Rozen 2016, Environmental Modelling & Software 79; rows with equal values go together). Of the peeling trajectory the box with the largest harmonic
//! mean of coverage and density is taken, restrictions that chance explains are dropped, and the next box is sought in the rows that are left.

use ndarray::Array2;

use crate::sampling::Distribution;

/// Share of the rows of a box that one step takes off, where values differ.
const PEELED: f64 = 0.05;
/// Fewest rows of a box.
const FEWEST_ROWS: usize = 20;
/// Fewest rows of a box as a share of all.
const SUPPORT: f64 = 0.01;
/// Boxes at most.
const MOST_BOXES: usize = 3;
/// A further box is sought while so many of all cases are in none.
const LEFT: f64 = 0.1;
/// A box has at least so many times the share of cases that all rows have.
const LIFT: f64 = 2.0;
/// Restrictions that chance gives more often than this are dropped.
const QUASI_P: f64 = 0.05;

/// A box: ranges of some columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Column.
    pub column: usize,
    /// Smallest value inside, where it is restricted.
    pub low: Option<f64>,
    /// Largest value inside.
    pub high: Option<f64>,
    /// How probable it is that the box has as many cases by chance, if this range made no difference: binomial, with the share of cases that the box has
    /// without it.
    pub quasi_p: f64,
}

impl Range {
    fn holds(&self, value: f64) -> bool {
        self.low.is_none_or(|low| value >= low) && self.high.is_none_or(|high| value <= high)
    }
}

/// A step of the peeling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Share of the cases (those in no earlier box) that are inside.
    pub coverage: f64,
    /// Share of the rows inside that are cases.
    pub density: f64,
    /// Columns restricted.
    pub columns: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its ranges, the most telling (smallest quasi-p-value) first.
    pub ranges: Vec<Range>,
    /// Share of all cases that are inside, those in earlier boxes left out.
    pub coverage: f64,
    /// Share of the rows inside that are cases.
    pub density: f64,
    /// Rows inside, those in earlier boxes left out.
    pub rows: usize,
    /// Cases inside.
    pub cases: usize,
    /// From all rows to the smallest box.
    pub trajectory: Vec<Step>,
}

/// Boxes of the rows of `values` (row x column) that hold the cases, the best first; none where nothing tells cases from the rest.
pub fn boxes(values: &Array2<f64>, is_case: &[bool]) -> Vec<Found> {
    let sorted = sorted_columns(values);
    let all_cases = is_case.iter().filter(|is_case| **is_case).count();
    let share = all_cases as f64 / is_case.len().max(1) as f64;
    let mut left = vec![true; is_case.len()];
    let mut found = Vec::new();
    while found.len() < MOST_BOXES {
        let cases_left = (0..is_case.len()).filter(|row| left[*row] && is_case[*row]).count();
        if cases_left == 0 || (cases_left as f64) < LEFT * all_cases as f64 {
            break;
        }
        let rows = Rows {
            values,
            is_case,
            sorted: &sorted,
            left: &left,
        };
        let Some(mut best) = rows.best_box() else { break };
        if best.density < LIFT * share || best.ranges.is_empty() {
            break;
        }
        best.coverage = best.cases as f64 / all_cases as f64;
        for (row, left) in left.iter_mut().enumerate() {
            *left &= !best.ranges.iter().all(|range| range.holds(values[(row, range.column)]));
        }
        found.push(best);
    }
    found
}

/// Rows of each column, ascending by value.
fn sorted_columns(values: &Array2<f64>) -> Vec<Vec<usize>> {
    let columns = values.columns().into_iter();
    let sorted = columns.map(|column| {
        let mut rows: Vec<usize> = (0..column.len()).collect();
        rows.sort_by(|one, other| column[*one].total_cmp(&column[*other]));
        rows
    });
    sorted.collect()
}

/// Rows and cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    rows: usize,
    cases: usize,
}

impl Count {
    fn density(self) -> f64 {
        self.cases as f64 / self.rows.max(1) as f64
    }
}

/// The rows in which a box is sought.
struct Rows<'a> {
    values: &'a Array2<f64>,
    is_case: &'a [bool],
    sorted: &'a [Vec<usize>],
    left: &'a [bool],
}

/// A step that could be taken.
struct Peel {
    gain: f64,
    rows: usize,
    column: usize,
    is_low: bool,
    bound: f64,
}

impl Rows<'_> {
    fn best_box(&self) -> Option<Found> {
        let mut inside = self.left.to_vec();
        let whole = self.count(&[]);
        let fewest = FEWEST_ROWS.max((SUPPORT * self.is_case.len() as f64) as usize);
        let step = |count: Count, ranges: &[Range]| Step {
            coverage: count.cases as f64 / whole.cases.max(1) as f64,
            density: count.density(),
            columns: ranges.len(),
        };
        let mut ranges: Vec<Range> = Vec::new();
        let mut count = whole;
        let mut trajectory = vec![step(whole, &ranges)];
        let mut passed = vec![ranges.clone()];
        while let Some(peel) = self.best_peel(&inside, count, fewest) {
            restrict(&mut ranges, &peel);
            for (row, inside) in inside.iter_mut().enumerate() {
                let value = self.values[(row, peel.column)];
                *inside &= if peel.is_low {
                    value >= peel.bound
                } else {
                    value <= peel.bound
                };
            }
            count = self.count_of(inside.iter().copied());
            trajectory.push(step(count, &ranges));
            passed.push(ranges.clone());
        }
        let merit = |step: &Step| match step.coverage + step.density {
            sum if sum > 0.0 => 2.0 * step.coverage * step.density / sum,
            _ => 0.0,
        };
        // The first of equal ones: the larger box.
        let mut best = 0;
        for (number, step) in trajectory.iter().enumerate() {
            if merit(step) > merit(&trajectory[best]) {
                best = number;
            }
        }
        let ranges = self.telling(passed.swap_remove(best));
        let count = self.count(&ranges);
        (count.rows > 0).then(|| Found {
            coverage: 0.0,
            density: count.density(),
            rows: count.rows,
            cases: count.cases,
            ranges,
            trajectory,
        })
    }

    fn best_peel(&self, inside: &[bool], count: Count, fewest: usize) -> Option<Peel> {
        let mut best: Option<Peel> = None;
        for column in 0..self.sorted.len() {
            for is_low in [true, false] {
                let Some(peel) = self.peel(inside, count, column, is_low) else {
                    continue;
                };
                let is_better = best.as_ref().is_none_or(|best| peel.gain > best.gain);
                if peel.rows >= fewest && peel.gain > 0.0 && is_better {
                    best = Some(peel);
                }
            }
        }
        best
    }

    /// Takes off at most a twentieth of the rows inside at one end of a column, rows of equal value together or not at all; where more than that are equal
    /// at the very end, all of these.
    fn peel(&self, inside: &[bool], count: Count, column: usize, is_low: bool) -> Option<Peel> {
        let wanted = ((PEELED * count.rows as f64) as usize).max(1);
        let (mut off, mut before_block) = (Count { rows: 0, cases: 0 }, Count { rows: 0, cases: 0 });
        let mut last = f64::NAN;
        let mut bound = None;
        let order = &self.sorted[column];
        for position in 0..order.len() {
            let row = if is_low {
                order[position]
            } else {
                order[order.len() - 1 - position]
            };
            if !inside[row] {
                continue;
            }
            let own = self.values[(row, column)];
            if own != last {
                before_block = off;
                // The first block alone was large enough.
                if off.rows > wanted {
                    bound = Some(own);
                    break;
                }
            }
            if off.rows == wanted && before_block.rows > 0 {
                off = before_block;
                bound = Some(own);
                break;
            }
            off.rows += 1;
            off.cases += usize::from(self.is_case[row]);
            last = own;
        }
        let bound = bound?;
        let stays = Count {
            rows: count.rows - off.rows,
            cases: count.cases - off.cases,
        };
        Some(Peel {
            gain: (stays.density() - count.density()) / off.rows as f64,
            rows: stays.rows,
            column,
            is_low,
            bound,
        })
    }

    fn count_of(&self, inside: impl Iterator<Item = bool>) -> Count {
        let rows = inside.zip(self.is_case).filter(|(inside, _)| *inside);
        rows.fold(Count { rows: 0, cases: 0 }, |count, (_, is_case)| Count {
            rows: count.rows + 1,
            cases: count.cases + usize::from(*is_case),
        })
    }

    fn count(&self, ranges: &[Range]) -> Count {
        let is_inside =
            |row: usize| self.left[row] && ranges.iter().all(|range| range.holds(self.values[(row, range.column)]));
        self.count_of((0..self.is_case.len()).map(is_inside))
    }

    /// The ranges that chance does not explain, with their quasi-p-values, the smallest first.
    fn telling(&self, mut ranges: Vec<Range>) -> Vec<Range> {
        loop {
            let count = self.count(&ranges);
            let all = ranges.clone();
            for (number, range) in ranges.iter_mut().enumerate() {
                let mut others = all.clone();
                others.remove(number);
                let without = self.count(&others);
                range.quasi_p = match without.rows == count.rows {
                    true => 1.0,
                    false => at_least(count, without.density()),
                };
            }
            ranges.sort_by(|one, other| {
                one.quasi_p
                    .total_cmp(&other.quasi_p)
                    .then(one.column.cmp(&other.column))
            });
            match ranges.last() {
                Some(last) if last.quasi_p > QUASI_P => ranges.pop(),
                _ => return ranges,
            };
        }
    }
}

fn restrict(ranges: &mut Vec<Range>, peel: &Peel) {
    let own = ranges.iter_mut().position(|range| range.column == peel.column);
    let own = own.unwrap_or_else(|| {
        ranges.push(Range {
            column: peel.column,
            low: None,
            high: None,
            quasi_p: f64::NAN,
        });
        ranges.len() - 1
    });
    let end = match peel.is_low {
        true => &mut ranges[own].low,
        false => &mut ranges[own].high,
    };
    *end = Some(peel.bound);
}

/// The probability of at least so many cases among so many rows, each a case with probability `share`: a value of the incomplete beta function.
fn at_least(count: Count, share: f64) -> f64 {
    if count.cases == 0 || share >= 1.0 {
        return 1.0;
    }
    if share <= 0.0 {
        return 0.0;
    }
    let (cases, rows) = (count.cases as f64, count.rows as f64);
    Distribution::beta(cases, rows - cases + 1.0, 0.0, 1.0).map_or(1.0, |beta| beta.cdf(share))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::StreamKey;

    fn made_up(rows: usize, columns: usize) -> Array2<f64> {
        let keys: Vec<StreamKey> = (0..columns)
            .map(|column| StreamKey::new(5, &format!("c{column}")))
            .collect();
        Array2::from_shape_fn((rows, columns), |(row, column)| keys[column].uniform(row as u64, 0))
    }

    /// Cases fill a box of two columns of six: it is found, and nothing else is restricted.
    #[test]
    fn a_known_box_is_found() {
        let values = made_up(5_000, 6);
        let is_case: Vec<bool> = values
            .rows()
            .into_iter()
            .map(|x| x[1] > 0.7 && (0.2..0.5).contains(&x[4]))
            .collect();
        let found = boxes(&values, &is_case);
        assert_eq!(found.len(), 1, "{found:?}");
        let best = &found[0];
        assert!(best.coverage > 0.9 && best.density > 0.9, "{best:?}");
        let mut columns: Vec<usize> = best.ranges.iter().map(|range| range.column).collect();
        columns.sort_unstable();
        assert_eq!(columns, [1, 4]);
        let of = |column: usize| best.ranges.iter().find(|range| range.column == column).unwrap();
        assert!(
            (of(1).low.unwrap() - 0.7).abs() < 0.02 && of(1).high.is_none(),
            "{best:?}"
        );
        assert!((of(4).low.unwrap() - 0.2).abs() < 0.02, "{best:?}");
        assert!((of(4).high.unwrap() - 0.5).abs() < 0.02, "{best:?}");
        assert!(best.ranges.iter().all(|range| range.quasi_p < 1e-6));
        // The counts are what they say.
        let inside = |row: usize| best.ranges.iter().all(|range| range.holds(values[(row, range.column)]));
        let rows = (0..5_000).filter(|row| inside(*row)).count();
        let cases = (0..5_000).filter(|row| inside(*row) && is_case[*row]).count();
        assert_eq!((best.rows, best.cases), (rows, cases));
        assert!((best.density - cases as f64 / rows as f64).abs() < 1e-12);
    }

    /// A column of yes and no, and two groups of cases: two boxes.
    #[test]
    fn columns_of_few_values_and_second_boxes() {
        let mut values = made_up(6_000, 4);
        values.column_mut(0).mapv_inplace(|x| f64::from(x > 0.9));
        values.column_mut(2).mapv_inplace(|x| (x * 4.0).floor());
        let is_case: Vec<bool> = values
            .rows()
            .into_iter()
            .map(|x| x[0] == 1.0 || (x[2] == 0.0 && x[3] < 0.2))
            .collect();
        let found = boxes(&values, &is_case);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!((found[0].ranges.len(), found[0].ranges[0].column), (1, 0));
        assert_eq!((found[0].ranges[0].low, found[0].density), (Some(1.0), 1.0));
        assert_eq!(found[1].ranges.len(), 2, "{:?}", found[1]);
        assert!(found[0].coverage + found[1].coverage > 0.97);
    }

    #[test]
    fn nothing_is_found_where_nothing_tells() {
        let values = made_up(4_000, 3);
        let coin = StreamKey::new(9, "coin");
        let is_case: Vec<bool> = (0..4_000).map(|row| coin.uniform(row, 0) < 0.1).collect();
        assert_eq!(boxes(&values, &is_case), []);
        assert_eq!(boxes(&values, &vec![false; 4_000]), []);
        assert_eq!(boxes(&Array2::zeros((0, 3)), &[]), []);
    }

    #[test]
    fn quasi_p_values_are_binomial() {
        // P(at least 2 of 3) at 1/2, and P(at least 1 of 4) at 0.1.
        assert!((at_least(Count { rows: 3, cases: 2 }, 0.5) - 0.5).abs() < 1e-12);
        assert!((at_least(Count { rows: 4, cases: 1 }, 0.1) - (1.0 - 0.6561)).abs() < 1e-12);
        assert_eq!(at_least(Count { rows: 4, cases: 0 }, 0.1), 1.0);
    }
}
