//! What a policy is worth in perfectly secure supply, or in a stockpile: as power systems state the worth of a plant that may fail by the capacity of one
//! that never does and lowers the risk as much (equivalent firm capacity; Zachary and Dent 2012).
//!
//! All amounts of the yardstick meet the draws that the policies met. The more there is of it, the less is short, so the difference "policy less yardstick"
//! rises with the amount: the equivalent is where it passes 0, and its 95 % interval holds the amounts whose paired interval of that difference holds 0.

use super::optimize::Goal;
use crate::study::{Change, Difference, Error, Estimate, Progress, Results, Run, Statistic, Study, Variant};

/// What a policy is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Yardstick {
    /// Tonnes a year of perfectly secure supply.
    #[default]
    Supply,
    /// Tonnes of stockpile.
    Stockpile,
}

impl Yardstick {
    /// All, with the names that options and files give them.
    pub const ALL: [(&'static str, Yardstick); 2] =
        [("supply", Yardstick::Supply), ("stockpile", Yardstick::Stockpile)];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Yardstick::Supply => "supply",
            Yardstick::Stockpile => "stockpile",
        }
    }

    fn change(self, baseline: &Variant, row: (&str, &str), amount: f64) -> Change {
        match self {
            Yardstick::Supply => baseline.firm_supply(row, amount),
            Yardstick::Stockpile => baseline.stockpile(row, amount),
        }
    }
}

/// In what policies are to be measured, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Measured {
    /// In what.
    pub yardstick: Yardstick,
    /// What both are to lower as much.
    pub by: Goal,
    /// At every place in focus, not at the headline's alone.
    pub everywhere: bool,
}

/// How much of the yardstick does as much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    /// None: the policy does not lower the statistic; the end of its interval says how much it might be worth.
    None {
        /// The most that the interval allows; `None` where no error is stated.
        high: Option<Bound>,
    },
    /// So much.
    Amount {
        /// The amount.
        value: f64,
        /// The ends of the 95 % interval; `None` where no error is stated.
        interval: Option<(f64, Bound)>,
    },
    /// No amount does as much.
    Beyond,
    /// The trials do not tell the statistic.
    Unsupported,
}

/// An upper end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// There.
    At(f64),
    /// Nowhere: no amount is too much.
    Nowhere,
}

/// What a policy is worth at (material, place).
#[derive(Debug, Clone, PartialEq)]
pub struct Equivalent {
    /// The variant's name.
    pub variant: String,
    /// Material id.
    pub material: String,
    /// Country code, group id or `focus`.
    pub country: String,
    /// How much.
    pub extent: Extent,
}

/// The worth of several variants.
#[derive(Debug, Clone)]
pub struct Equivalents {
    /// In what, and by what.
    pub measured: Measured,
    /// The statistic that both lower as much.
    pub statistic: Statistic,
    /// By place, then by variant in their order.
    pub all: Vec<Equivalent>,
    /// Whether they were stopped before all were known.
    pub interrupted: bool,
}

impl Equivalents {
    /// That of a variant at (material, place).
    pub fn of(&self, variant: &str, (material, place): (&str, &str)) -> Option<&Equivalent> {
        let mut all = self.all.iter();
        all.find(|one| one.variant == variant && one.material == material && one.country == place)
    }
}

/// Name of the variant with the yardstick in place.
const NAME: &str = "yardstick";
/// The amount is known to this share of itself, the ends of its interval to the second.
const PRECISE: f64 = 1e-3;
const OF_ENDS: f64 = 1e-2;
/// What the amount grows by until it is enough.
const GROWTH: f64 = 4.0;
/// Times a year's demand (for stockpiles: the horizon's) beyond which no amount is looked at.
const MOST: f64 = 1e6;
/// Amounts tried for one end at most.
const MOST_TRIED: usize = 60;

/// What has been simulated, and how.
pub(super) struct Asked<'a> {
    pub study: &'a Study,
    pub baseline: &'a Variant,
    /// The run of the baseline and all variants.
    pub run: &'a Run<'a>,
    pub results: &'a Results,
    pub progress: &'a Progress,
}

/// What the variants are worth at these places.
pub(super) fn equivalents(
    asked: &Asked<'_>,
    measured: Measured,
    variants: &[String],
    places: &[(String, String)],
) -> Result<Equivalents, Error> {
    let statistic = measured.by.statistic(asked.baseline);
    let mut found = Equivalents {
        measured,
        statistic,
        all: Vec::new(),
        interrupted: false,
    };
    for (material, country) in places {
        let mut curve = Curve {
            asked,
            yardstick: measured.yardstick,
            row: (material, country),
            statistic,
            points: Vec::new(),
        };
        for variant in variants {
            let extent = match curve.extent(variant) {
                Ok(extent) => extent,
                Err(Error::Interrupted) => {
                    found.interrupted = true;
                    return Ok(found);
                }
                Err(error) => return Err(error),
            };
            found.all.push(Equivalent {
                variant: variant.clone(),
                material: material.clone(),
                country: country.clone(),
                extent,
            });
        }
    }
    Ok(found)
}

/// What some amount of the yardstick comes to.
struct Point {
    amount: f64,
    results: Results,
}

/// Which number of a difference is to pass 0.
type End = fn(&Estimate) -> f64;

/// Amounts tried at one place, ascending, for all variants.
struct Curve<'a> {
    asked: &'a Asked<'a>,
    yardstick: Yardstick,
    row: (&'a str, &'a str),
    statistic: Statistic,
    points: Vec<Point>,
}

/// Where a difference passes 0.
enum Crossing {
    /// At this amount.
    At(f64),
    /// At no amount that was tried.
    Nowhere,
}

impl Curve<'_> {
    fn extent(&mut self, variant: &str) -> Result<Extent, Error> {
        let Some(alone) = self.asked.results.difference(variant, self.row, self.statistic) else {
            return Ok(Extent::Unsupported);
        };
        let alone = alone.estimate;
        let has_error = !alone.standard_error.is_nan();
        if alone.value >= 0.0 {
            let high = match (has_error, alone.low < 0.0) {
                (true, true) => Some(self.bound(variant, alone)?),
                (true, false) => Some(Bound::At(0.0)),
                (false, _) => None,
            };
            return Ok(Extent::None { high });
        }
        let Crossing::At(value) = self.crossing(variant, alone, |found| found.value, PRECISE)? else {
            return Ok(Extent::Beyond);
        };
        if !has_error {
            return Ok(Extent::Amount { value, interval: None });
        }
        let low = match alone.high >= 0.0 {
            true => 0.0,
            false => match self.crossing(variant, alone, |found| found.high, OF_ENDS)? {
                Crossing::At(low) => low.min(value),
                Crossing::Nowhere => value,
            },
        };
        let high = match self.bound(variant, alone)? {
            Bound::At(high) => Bound::At(high.max(value)),
            Bound::Nowhere => Bound::Nowhere,
        };
        Ok(Extent::Amount {
            value,
            interval: Some((low, high)),
        })
    }

    /// Upper end: what lies beyond does more than the policy, beyond doubt.
    fn bound(&mut self, variant: &str, alone: Estimate) -> Result<Bound, Error> {
        Ok(match self.crossing(variant, alone, |found| found.low, OF_ENDS)? {
            Crossing::At(high) => Bound::At(high),
            Crossing::Nowhere => Bound::Nowhere,
        })
    }

    /// The least amount at which an end of the difference "variant less yardstick" is no longer below 0; `alone` is that without any, and below.
    fn crossing(&mut self, variant: &str, alone: Estimate, end: End, precise: f64) -> Result<Crossing, Error> {
        let at_zero = end(&alone);
        // What other variants needed is known.
        let (mut low, mut high) = ((0.0, at_zero), None);
        for point in &self.points {
            let value = end(&self.difference(variant, point)?.estimate);
            match value < 0.0 {
                true => low = (point.amount, value),
                false => {
                    high = Some((point.amount, value));
                    break;
                }
            }
        }
        let most = MOST * self.scale();
        let mut high = match high {
            Some(high) => high,
            None => {
                let mut amount = (GROWTH * low.0).max(self.guess(alone));
                loop {
                    let (value, is_all) = self.value_at(variant, amount, end)?;
                    if value >= 0.0 {
                        break (amount, value);
                    }
                    if is_all || amount > most {
                        return Ok(Crossing::Nowhere);
                    }
                    low = (amount, value);
                    amount *= GROWTH;
                }
            }
        };
        let mut halve = false;
        for _ in 0..MOST_TRIED {
            let width = high.0 - low.0;
            if width <= precise * high.0 {
                break;
            }
            // A straight line between both ends, kept inside; the middle where that has not halved the range.
            let line = low.0 + width * (-low.1 / (high.1 - low.1));
            let inside = line.clamp(low.0 + 0.4 * precise * high.0, high.0 - 0.4 * precise * high.0);
            let amount = if halve { low.0 + width / 2.0 } else { inside };
            let (value, _) = self.value_at(variant, amount, end)?;
            match value < 0.0 {
                true => low = (amount, value),
                false => high = (amount, value),
            }
            halve = high.0 - low.0 > width / 2.0;
        }
        let share = if high.1 > low.1 { -low.1 / (high.1 - low.1) } else { 1.0 };
        Ok(Crossing::At(low.0 + (high.0 - low.0) * share))
    }

    /// An end of the difference at an amount, and whether that much leaves nothing short, so that more does no more.
    fn value_at(&mut self, variant: &str, amount: f64, end: End) -> Result<(f64, bool), Error> {
        let number = self.simulated(amount)?;
        let point = &self.points[number];
        let policy = point.results.run.policies.first();
        let left = policy.and_then(|policy| self.statistic.of(policy.row(self.row)?).value());
        let value = end(&self.difference(variant, point)?.estimate);
        Ok((value, left.is_some_and(|left| left <= 0.0)))
    }

    fn difference(&self, variant: &str, point: &Point) -> Result<Difference, Error> {
        let terms = [(self.asked.results, variant, 1.0), (&point.results, NAME, -1.0)];
        // Both have the statistic where the baseline has it: the same trials, the same row.
        Results::across(&terms, self.row, self.statistic).ok_or(Error::Interrupted)
    }

    /// Number of the point of an amount, simulated where it is not known.
    fn simulated(&mut self, amount: f64) -> Result<usize, Error> {
        let number = self.points.partition_point(|point| point.amount < amount);
        if self.points.get(number).is_some_and(|point| point.amount == amount) {
            return Ok(number);
        }
        let Asked {
            study,
            baseline,
            run,
            results,
            progress,
        } = *self.asked;
        let variant = study.variant(NAME, &[self.yardstick.change(baseline, self.row, amount)])?;
        let one = Run::new(&variant).beside(run).trials(results.trials());
        let results = one.watched(progress)?;
        if results.run.manifest.interrupted {
            return Err(Error::Interrupted);
        }
        self.points.insert(number, Point { amount, results });
        Ok(number)
    }

    /// Demand of a year; of the horizon, for what is held.
    fn scale(&self) -> f64 {
        let years = self.asked.baseline.horizon_months() / 12.0;
        let policy = self.asked.results.run.policies.first();
        let row = policy.and_then(|policy| policy.row(self.row));
        let demand = row.map_or(0.0, |row| row.demand_t);
        match self.yardstick {
            Yardstick::Supply => demand / years,
            Yardstick::Stockpile => demand,
        }
    }

    /// A first amount to try: what the policy avoids.
    fn guess(&self, alone: Estimate) -> f64 {
        let share = match self.statistic {
            Statistic::ProbGt10 => 0.1 * alone.value.abs(),
            _ => alone.value.abs() / 100.0,
        };
        self.scale() * share.max(1e-6)
    }
}
