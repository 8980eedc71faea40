//! From exact sums to the results of one policy.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::attribution::{CauseShares, grouped};
use super::cells::GroupCells;
use super::errors::Errors;
use super::estimate::Bounds;
use super::fixed::{FixedSum, Moments};
use super::grid::{ExceedanceCounts, position_of_whole_pct, thresholds_pct};
use super::groups::GROUPS;
use super::order_statistics::{Level, QuantileRanks};
use super::recorder::Recorder;
use super::return_levels;
use super::row_groups::GroupSums;
use super::row_totals::{Conditional, RowTotals, USD_PER_STEP};
use super::rows::Row;
use super::steps::exceedance_steps;
use super::types::{
    Attribution, BalanceRow, Estimate, EventClass, ExceedanceCurve, ExceedancePoint, FAN_QUANTILES, Fan, PolicyResults,
    QUANTILES, ReturnLevel, ReturnMeasure, SummaryRow, SupplyShare, TAILS, TailEstimate, VarianceSplit, Years,
};

/// Levels of [`SummaryRow::quantiles_pct`].
const QUANTILE_LEVELS: [Level; 7] = levels(QUANTILES);
/// Levels of [`SummaryRow::cvar_pct`].
const TAIL_LEVELS: [Level; 3] = levels(TAILS);

const fn levels<const N: usize>(thousandths: [u32; N]) -> [Level; N] {
    let mut levels = [Level(0); N];
    let mut number = 0;
    while number < N {
        levels[number] = Level(thousandths[number]);
        number += 1;
    }
    levels
}

/// What the recorder cannot know about a policy.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PolicyFacts {
    /// Policy id; `baseline` without one.
    pub policy: String,
    /// Display name.
    pub name: String,
    /// USD, if stated.
    pub cost: Option<f64>,
    /// Undisrupted supply at the start.
    pub supply_shares: Vec<SupplyShare>,
    /// Undisrupted balance at the start.
    pub balance: Vec<BalanceRow>,
    /// Split of the headline's variance.
    #[serde(skip)]
    pub variance: Option<VarianceSplit>,
    /// Years of which return levels are wanted.
    #[serde(skip)]
    pub return_periods: Vec<f64>,
}

impl PolicyFacts {
    /// Whether every number is one that a model can have: what is read from a file may be anything.
    pub fn is_sound(&self) -> bool {
        let is_amount = |amount: f64| amount.is_finite() && amount >= 0.0;
        let shares = self.supply_shares.iter();
        let balance = self.balance.iter();
        self.cost.is_none_or(f64::is_finite)
            && shares
                .flat_map(|share| [share.output_t, share.share_pct, share.capacity_t])
                .chain(
                    balance.flat_map(|row| [row.supply_t, row.orders_t, row.spare_output_t, row.baseline_shortfall_t]),
                )
                .all(is_amount)
    }
}

impl Recorder {
    /// The results of the trials recorded.
    pub fn finish(&self, facts: PolicyFacts) -> PolicyResults {
        let layout = &self.plan.layout;
        let errors = self.errors();
        let ranks = QUANTILE_LEVELS.map(|level| QuantileRanks::new(level, self.trials));
        let totals = self.totals.settled();
        let rows = || self.plan.rows.iter().zip(totals.iter());
        let (attribution, headline_shares) = self.attribution_rows();
        let events = self.events.finish(layout, &errors, |event| {
            let causes = layout
                .causes
                .iter()
                .enumerate()
                .filter(|(_, cause)| cause.event == Some(event));
            match &headline_shares {
                Some(shares) => Some(causes.fold((0.0, 0.0), |(expected, tail), (number, _)| {
                    (expected + shares.expected[number], tail + shares.tail[number])
                })),
                // Without a headline, nothing has a part in it.
                None => attribution.is_some().then_some((0.0, 0.0)),
            }
        });
        let headline = self.plan.headline.map(|number| &self.plan.rows[number]);
        PolicyResults {
            policy: facts.policy,
            name: facts.name,
            cost: facts.cost,
            headline: self.headline_names().unwrap_or_default(),
            summary: self
                .plan
                .rows
                .par_iter()
                .zip(totals.par_iter())
                .map(|(row, totals)| self.summary_row(row, totals, &errors, &ranks))
                .collect(),
            exceedance: rows()
                .filter(|(row, _)| row.is_all())
                .map(|(row, totals)| self.exceedance(row, totals, &errors, headline == Some(row)))
                .collect(),
            timeline: self.fans(&errors),
            years: self.by_year(&errors),
            return_levels: self.return_levels(&errors, &totals, &facts.return_periods),
            events,
            event_classes: self.event_classes(),
            attribution,
            replayable: self.replayable.finish(),
            supply_shares: facts.supply_shares,
            balance: facts.balance,
            supplies: self.flows.supplies(layout, self.trials),
            stocks: self.flows.stocks(layout, self.trials),
            variance: facts.variance,
        }
    }

    fn material(&self, row: &Row) -> String {
        self.plan.layout.materials[row.material].0.clone()
    }

    fn summary_row(&self, row: &Row, totals: &RowTotals, errors: &Errors, ranks: &[QuantileRanks; 7]) -> SummaryRow {
        let n = self.trials;
        let of_row = RowErrors { errors, totals };
        let mean = |moments, sum: fn(&GroupSums) -> FixedSum, scale, bounds| of_row.mean(moments, sum, scale, bounds);
        let percent = |moments, sum: fn(&GroupSums) -> FixedSum| mean(moments, sum, 100.0, Bounds::PERCENT);
        let probability =
            |position, or_at| of_row.probability(&totals.exceedance, &totals.groups.share, position, or_at);
        let beyond = |pct| probability(position_of_whole_pct(pct), false);
        let from = |pct| probability(position_of_whole_pct(pct), true);
        let distribution = totals.histogram.distribution();
        let cells = &totals.groups.share;
        let mut quantiles_pct = [EMPTY_TAIL; 7];
        for ((found, level), ranks) in quantiles_pct.iter_mut().zip(QUANTILE_LEVELS).zip(ranks) {
            *found = distribution.quantile(level, ranks, errors, cells, 100.0);
        }
        let step_months = self.plan.layout.step_months;
        let spell_count = mean(&totals.spells, |sums| sums.spells, 1.0, Bounds::NON_NEGATIVE);
        let price = row.market.map(|market| self.prices.peak(market, errors));
        let exposed = |scale| mean(&totals.exposed, |sums| sums.exposed, scale, Bounds::NON_NEGATIVE);
        SummaryRow {
            material: self.material(row),
            country: row.place.clone(),
            sector: row.sector.clone(),
            demand_t: totals.demand.mean(n) * row.reference_demand_t,
            expected_shortfall_t: mean(
                &totals.shortfall,
                |sums| sums.shortfall,
                row.reference_demand_t,
                Bounds::NON_NEGATIVE,
            ),
            expected_shortfall_pct: percent(&totals.share, |sums| sums.share),
            structural_shortfall_pct: percent(&totals.structural, |sums| sums.structural),
            event_shortfall_pct: mean(&totals.event, |sums| sums.event, 100.0, Bounds::ANY),
            unmet_after_adaptation_pct: percent(&totals.unmet, |sums| sums.unmet),
            prob_any: probability(0, false),
            prob_gt_5: beyond(5),
            prob_gt_10: beyond(10),
            prob_gt_25: beyond(25),
            prob_gt_50: beyond(50),
            expected_months_short: mean(
                &totals.short_periods,
                |sums| sums.short_periods,
                step_months,
                Bounds::NON_NEGATIVE,
            ),
            quantiles_pct,
            cvar_pct: TAIL_LEVELS.map(|level| distribution.tail_mean(level, errors, cells, 100.0)),
            max_pct: totals.max_share * 100.0,
            time_to_survive_months: of_row.conditional(&totals.survive, |sums| sums.survive, step_months),
            time_to_recover_months: of_row.conditional(&totals.recover, |sums| sums.recover, step_months),
            spell_count,
            spell_months: ratio(totals.short_periods.mean(n) * step_months, spell_count.value),
            spell_depth_pct: ratio(totals.depths.mean(n) * 100.0, spell_count.value),
            worst_spell_pct: percent(&totals.worst_spell, |sums| sums.worst_spell),
            worst_spell_cvar95_pct: totals.worst_spell_histogram.distribution().tail_mean(
                Level(950),
                errors,
                &totals.groups.worst_spell,
                100.0,
            ),
            exposed_value_musd: row.has_value_added.then(|| exposed(USD_PER_STEP / 1e6)),
            peak_price_index: price.map(|(peak, _)| peak),
            peak_price_index_band: price.map(|(_, band)| band),
            trials_for_1pct: errors.trials_for_one_percent(&totals.share, || of_row.sums(|sums| sums.share)),
            sd_pct: errors.deviation(
                &totals.share,
                distribution.fourth_moment(totals.share.mean(n)),
                of_row.sums(|sums| sums.share),
                of_row.sums(|sums| sums.share_squares),
                &self.trials_by_group,
                100.0,
            ),
            prob_ge_5: from(5),
            prob_ge_10: from(10),
            prob_ge_25: from(25),
            prob_ge_50: from(50),
            unmet_after_adaptation_cvar95_pct: match &totals.adapted {
                Some(adapted) => {
                    let distribution = adapted.histogram.distribution();
                    distribution.tail_mean(Level(950), errors, &adapted.cells, 100.0)
                }
                None => distribution.tail_mean(Level(950), errors, cells, 100.0),
            },
        }
    }

    fn exceedance(&self, row: &Row, totals: &RowTotals, errors: &Errors, is_headline: bool) -> ExceedanceCurve {
        let of_row = RowErrors { errors, totals };
        let groups = &totals.groups;
        let points = thresholds_pct()
            .enumerate()
            .map(|(position, shortfall_pct)| ExceedancePoint {
                shortfall_pct,
                probability: of_row.probability(&totals.exceedance, &groups.share, position, false),
                worst_spell_probability: of_row.probability(
                    &totals.worst_spell_exceedance,
                    &groups.worst_spell,
                    position,
                    false,
                ),
            });
        ExceedanceCurve {
            material: self.material(row),
            country: row.place.clone(),
            points: points.collect(),
            steps: if row.sampled || is_headline {
                exceedance_steps(&totals.histogram.distribution(), &totals.exceedance, self.trials)
            } else {
                Vec::new()
            },
        }
    }

    fn fans(&self, errors: &Errors) -> Option<Vec<Fan>> {
        if !self.plan.recording.timeline {
            return None;
        }
        let layout = &self.plan.layout;
        let rows: Vec<&Row> = self.plan.rows.iter().filter(|row| row.is_all()).collect();
        let fans = rows.par_iter().enumerate();
        let points = fans.map(|(fan, row)| Fan {
            material: self.material(row),
            country: row.place.clone(),
            quantile_levels: FAN_QUANTILES,
            points: self.timeline.points(fan, errors, &layout.dates),
        });
        Some(points.collect())
    }

    /// Rows that are sums of final demand.
    fn sums(&self) -> Vec<&Row> {
        self.plan.rows.iter().filter(|row| row.is_all()).collect()
    }

    fn by_year(&self, errors: &Errors) -> Vec<Years> {
        let (layout, rows) = (&self.plan.layout, self.sums());
        let Some(years) = &self.years else {
            return Vec::new();
        };
        rows.par_iter()
            .enumerate()
            .map(|(number, row)| Years {
                material: self.material(row),
                country: row.place.clone(),
                quantile_levels: FAN_QUANTILES,
                points: years.points(number, errors, &layout.years, layout.step_months),
            })
            .collect()
    }

    fn return_levels(&self, errors: &Errors, totals: &[RowTotals], periods: &[f64]) -> Vec<ReturnLevel> {
        let Some(recorded) = &self.years else {
            return Vec::new();
        };
        let (trials, layout) = (self.trials, &self.plan.layout);
        let whole_years = recorded.whole_years();
        let horizon_years = layout.periods as f64 * layout.step_months / 12.0;
        let rows: Vec<(&Row, &RowTotals)> = self
            .plan
            .rows
            .iter()
            .zip(totals)
            .filter(|(row, _)| row.is_all())
            .collect();
        let of_rows = rows.par_iter().enumerate().map(|(number, (row, totals))| {
            let spell = totals.worst_spell_histogram.distribution();
            let worst = recorded.worst(number);
            let (pooled, pooled_cells) = recorded.pooled(number, trials);
            let worst_year = worst.distribution(trials);
            let level = |measure, years: f64| match measure {
                ReturnMeasure::Annual => return_levels::of_years(years, &pooled, whole_years, errors, &pooled_cells),
                ReturnMeasure::WorstYear => {
                    return_levels::of_horizons(years, &worst_year, whole_years as f64, errors, worst.cells())
                }
                ReturnMeasure::WorstSpell => {
                    return_levels::of_horizons(years, &spell, horizon_years, errors, &totals.groups.worst_spell)
                }
            };
            let measures = ReturnMeasure::ALL
                .into_iter()
                .filter(|measure| *measure == ReturnMeasure::WorstSpell || whole_years > 0);
            let levels = measures.flat_map(|measure| periods.iter().map(move |years| (measure, *years)));
            levels
                .map(|(measure, years)| ReturnLevel {
                    material: self.material(row),
                    country: row.place.clone(),
                    measure,
                    years,
                    level_pct: level(measure, years),
                })
                .collect::<Vec<_>>()
        });
        of_rows.flatten_iter().collect()
    }

    fn event_classes(&self) -> Vec<EventClass> {
        let Some(classes) = &self.classes else {
            return Vec::new();
        };
        let rows = self.plan.classed().enumerate();
        rows.flat_map(|(number, row)| classes.classes(number, (&self.material(row), &row.place), &self.plan.layout))
            .collect()
    }

    /// Every attributed row's groups, unless left out, and the headline's shares by cause.
    fn attribution_rows(&self) -> (Option<Vec<Attribution>>, Option<CauseShares>) {
        let Some(recorder) = &self.attribution else {
            return (None, None);
        };
        let mut found = Vec::new();
        let mut headline = None;
        let attributed = self
            .plan
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.attributed)
            .enumerate();
        for (slot, (number, row)) in attributed {
            let shares = recorder.shares(slot, self.trials);
            found.extend(grouped(&self.plan.layout, &self.material(row), &row.place, &shares));
            if Some(number) == self.plan.headline {
                headline = Some(shares);
            }
        }
        (Some(found), headline)
    }
}

const EMPTY_TAIL: TailEstimate = TailEstimate {
    estimate: Estimate {
        value: 0.0,
        standard_error: 0.0,
        low: 0.0,
        high: 0.0,
    },
    supported: false,
};

/// Estimates of one row.
struct RowErrors<'a> {
    errors: &'a Errors,
    totals: &'a RowTotals,
}

impl RowErrors<'_> {
    /// One of the sums by group.
    fn sums(&self, sum: fn(&GroupSums) -> FixedSum) -> [f64; GROUPS] {
        self.totals.groups.sums.map(|sums| sum(sums).value())
    }

    fn mean(&self, moments: &Moments, sum: fn(&GroupSums) -> FixedSum, scale: f64, bounds: Bounds) -> Estimate {
        self.errors.mean_of(moments, || self.sums(sum), scale, bounds)
    }

    /// Probability of exceeding the threshold at a position, or also of lying at it.
    fn probability(&self, counts: &ExceedanceCounts, cells: &GroupCells, position: usize, or_at: bool) -> Estimate {
        let hits = match or_at {
            true => counts.from(position),
            false => counts.beyond(position),
        };
        self.errors.probability(hits, || cells.beyond(position, or_at))
    }

    /// Mean over the trials that have the quantity; `None` without any.
    fn conditional(&self, quantity: &Conditional, sum: fn(&GroupSums) -> FixedSum, scale: f64) -> Option<Estimate> {
        let counts = self.totals.groups.sums.map(|sums| sums.episodes as f64);
        let of_trials = (quantity.count, &quantity.moments);
        (quantity.count > 0).then(|| self.errors.ratio(of_trials, counts, self.sums(sum), scale))
    }
}

fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator > 0.0).then(|| numerator / denominator)
}
