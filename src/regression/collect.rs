//! Which figures of a run are pinned. A golden file is read by people in version control, so it holds a selection that a change of the model
//! cannot pass by, not every cell of every table:
//!
//! - of every row of `summary.csv` of the baseline the expected shortfall; of the world's under policies too;
//! - of rows in focus also what remains after adaptation, probability, duration, tail, time to survive, prices, value;
//! - of the headline every statistic, points of its exceedance curve and of its timeline that are not in `summary.csv`, its attribution, its
//!   trials to replay, and the split of its variance;
//! - every event; mean output and loss by material; every stock; the undisrupted balance; and of the baseline who supplies what at the start.

use crate::results::statistic::{Found, Statistic, Unit};
use crate::results::types::{AttributionKind, Fan, PolicyResults, RunResults};
use crate::results::{ALL_SECTORS, FOCUS, WORLD};

use super::figure::{Figure, Figures, Key, Table, Value, rounded};

/// Digits of a pinned standard error: enough to count standard errors by, few enough to read.
const ERROR_DIGITS: usize = 4;
/// Points of the headline's timeline: evenly spaced, the last period among them.
const TIMELINE_POINTS: usize = 8;
/// Thresholds of the headline's exceedance curves, %; those at 5, 10, 25 and 50 % are in `summary.csv`.
const EXCEEDANCE_PCT: [f64; 3] = [1.0, 20.0, 75.0];

/// How much of a row is pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    Nothing,
    Any,
    Focus,
    Headline,
}

/// Value and standard error.
type Parts = (f64, Option<f64>);

/// Statistics that are pinned, each with where it is pinned from.
const PINNED: [(Statistic, Detail); 35] = [
    (Statistic::ExpectedShortfallPct, Detail::Any),
    (Statistic::Demand, Detail::Headline),
    (Statistic::UnmetAfterAdaptationPct, Detail::Focus),
    (Statistic::ProbAny, Detail::Focus),
    (Statistic::ProbGt10, Detail::Headline),
    (Statistic::ExpectedMonthsShort, Detail::Focus),
    (Statistic::Cvar95Pct, Detail::Focus),
    (Statistic::MaxPct, Detail::Headline),
    (Statistic::TimeToSurviveMonths, Detail::Focus),
    (Statistic::PeakPriceIndex, Detail::Focus),
    (Statistic::ExposedValueMusd, Detail::Focus),
    (Statistic::StructuralShortfallPct, Detail::Headline),
    (Statistic::EventShortfallPct, Detail::Headline),
    (Statistic::ProbGt5, Detail::Headline),
    (Statistic::ProbGt25, Detail::Headline),
    (Statistic::ProbGt50, Detail::Headline),
    (Statistic::P5Pct, Detail::Headline),
    (Statistic::P25Pct, Detail::Headline),
    (Statistic::P50Pct, Detail::Headline),
    (Statistic::P75Pct, Detail::Headline),
    (Statistic::P90Pct, Detail::Headline),
    (Statistic::P95Pct, Detail::Headline),
    (Statistic::P99Pct, Detail::Headline),
    (Statistic::Cvar90Pct, Detail::Headline),
    (Statistic::Cvar99Pct, Detail::Headline),
    (Statistic::TimeToRecoverMonths, Detail::Headline),
    (Statistic::SpellCount, Detail::Headline),
    (Statistic::SpellMonths, Detail::Headline),
    (Statistic::SpellDepthPct, Detail::Headline),
    (Statistic::WorstSpellPct, Detail::Headline),
    (Statistic::WorstSpellCvar95Pct, Detail::Headline),
    (Statistic::UnmetAfterAdaptationCvar95Pct, Detail::Headline),
    (Statistic::SdPct, Detail::Headline),
    (Statistic::ProbGe50, Detail::Headline),
    (Statistic::PeakPriceIndexMostElastic, Detail::Headline),
];

/// The figures of a run that a golden file holds.
pub fn collect(run: &RunResults) -> Figures {
    let mut found = Figures::new();
    for (number, policy) in run.policies.iter().enumerate() {
        let mut collector = Collector {
            horizon_months: run.manifest.periods as f64 * run.manifest.step_months,
            is_baseline: number == 0,
            policy,
            found: &mut found,
        };
        collector.summary(run);
        collector.curves();
        collector.headline();
        collector.events();
        collector.flows();
        collector.balance();
        collector.supply();
    }
    found
}

struct Collector<'a> {
    horizon_months: f64,
    is_baseline: bool,
    policy: &'a PolicyResults,
    found: &'a mut Figures,
}

impl Collector<'_> {
    fn add(&mut self, table: Table, row: &[&str], statistic: &str, (value, standard_error): Parts, scale: f64) {
        let figure = Figure {
            value: Value::number(value),
            standard_error: standard_error
                .filter(|error| error.is_finite() && value.is_finite())
                .map(|error| rounded(error, ERROR_DIGITS)),
            scale: if scale.is_finite() { scale.abs() } else { 0.0 },
        };
        self.insert(table, row, statistic, figure);
    }

    fn insert(&mut self, table: Table, row: &[&str], statistic: &str, figure: Figure) {
        let key = Key {
            policy: self.policy.policy.clone(),
            table,
            row: row.join(" "),
            statistic: statistic.to_owned(),
        };
        self.found.insert(key, figure);
    }

    fn is_headline(&self, material: &str, country: &str) -> bool {
        self.policy.headline.0 == material && self.policy.headline.1 == country
    }

    fn summary(&mut self, run: &RunResults) {
        for row in &self.policy.summary {
            let is_focus = run.focus_materials.contains(&row.material)
                && (row.country == FOCUS || run.focus_places.contains(&row.country));
            let is_all = row.sector == ALL_SECTORS;
            let detail = if is_all && self.is_headline(&row.material, &row.country) {
                Detail::Headline
            } else if is_all && is_focus {
                Detail::Focus
            } else if self.is_baseline || (is_all && row.country == WORLD) {
                Detail::Any
            } else {
                Detail::Nothing
            };
            for (statistic, from) in PINNED {
                if detail < from {
                    continue;
                }
                let found = statistic.of(row);
                let is_stated = matches!(
                    statistic,
                    Statistic::PeakPriceIndex | Statistic::PeakPriceIndexMostElastic
                ) || statistic == Statistic::ExposedValueMusd;
                if found == Found::Missing && is_stated {
                    // Not of this kind of row, or nothing stated; what merely no trial has is pinned as missing.
                    continue;
                }
                let parts = (
                    found.value().unwrap_or(f64::NAN),
                    found.estimate().map(|estimate| estimate.standard_error),
                );
                // The natural size; see [`Figure::scale`].
                let scale = match statistic.unit() {
                    Unit::Percent => 100.0,
                    Unit::Probability => 1.0,
                    Unit::Months => self.horizon_months,
                    Unit::Quantity => row.demand_t,
                    Unit::Count | Unit::Index | Unit::MillionUsd => parts.0.abs().max(1.0),
                };
                let labels = [row.material.as_str(), &row.country, &row.sector];
                self.add(Table::Summary, &labels, statistic.name(), parts, scale);
            }
        }
    }

    fn curves(&mut self) {
        for curve in &self.policy.exceedance {
            if !self.is_headline(&curve.material, &curve.country) {
                continue;
            }
            for point in &curve.points {
                if !EXCEEDANCE_PCT.contains(&point.shortfall_pct) {
                    continue;
                }
                let threshold = point.shortfall_pct.to_string();
                let labels = [curve.material.as_str(), &curve.country, &threshold];
                for (name, estimate) in [
                    ("probability", point.probability),
                    ("worst_spell_probability", point.worst_spell_probability),
                ] {
                    let parts = (estimate.value, Some(estimate.standard_error));
                    self.add(Table::Exceedance, &labels, name, parts, 1.0);
                }
            }
        }
        for fan in self.policy.fans() {
            if self.is_headline(&fan.material, &fan.country) {
                self.timeline(fan);
            }
        }
    }

    fn timeline(&mut self, fan: &Fan) {
        let periods = fan.points.len();
        let points = TIMELINE_POINTS.min(periods);
        for number in 1..=points {
            let Some(point) = fan.points.get(number * periods / points - 1) else {
                continue;
            };
            let labels = [fan.material.as_str(), &fan.country, &point.date];
            let mean = (point.mean_pct.value, Some(point.mean_pct.standard_error));
            self.add(Table::Timeline, &labels, "mean_pct", mean, 100.0);
            let [.., p95] = point.quantiles_pct;
            self.add(Table::Timeline, &labels, "p95_pct", (p95, None), 100.0);
        }
    }

    fn headline(&mut self) {
        let (material, country) = &self.policy.headline;
        for part in self.policy.attributed() {
            let kind = match part.kind {
                // Events have a table of their own.
                AttributionKind::Event => continue,
                AttributionKind::Country => "country",
                AttributionKind::Stage => "stage",
            };
            if self.is_headline(&part.material, &part.country) {
                let labels = [part.material.as_str(), &part.country, kind, &part.key];
                let share = (part.share_of_expected, None);
                self.add(Table::Attribution, &labels, "share_of_expected", share, 1.0);
            }
        }
        for trial in &self.policy.replayable {
            let figure = Figure {
                value: Value::Whole(trial.trial),
                standard_error: None,
                scale: 0.0,
            };
            self.insert(Table::Replayable, &[material, country, &trial.rank], "trial", figure);
        }
        if let Some(split) = self.policy.variance {
            let labels = [material.as_str(), country];
            for (name, share) in [("inputs", split.inputs), ("events", split.events)] {
                let parts = (share.value, Some(share.standard_error));
                self.add(Table::Variance, &labels, name, parts, 1.0);
            }
        }
    }

    fn events(&mut self) {
        for event in &self.policy.events {
            let labels = [event.event.as_str()];
            let count = event.expected_count;
            self.add(
                Table::Events,
                &labels,
                "expected_count",
                (count.value, Some(count.standard_error)),
                count.value.max(1.0),
            );
            let horizon = self.horizon_months;
            for (name, value, scale) in [
                ("mean_duration_months", event.mean_duration_months, horizon),
                ("mean_severity", event.mean_severity, 1.0),
                ("share_of_expected", event.share_of_expected, 1.0),
                ("share_of_cvar95", event.share_of_cvar95, 1.0),
            ] {
                self.add(Table::Events, &labels, name, (value.unwrap_or(f64::NAN), None), scale);
            }
        }
    }

    fn flows(&mut self) {
        let mut materials: Vec<&str> = Vec::new();
        for supply in &self.policy.supplies {
            if !materials.contains(&supply.material.as_str()) {
                materials.push(&supply.material);
            }
        }
        for material in materials {
            let own = self.policy.supplies.iter().filter(|supply| supply.material == material);
            let (output, lost, undisrupted) = own.fold((0.0, 0.0, 0.0), |(output, lost, undisrupted), supply| {
                (
                    output + supply.output_t,
                    lost + supply.lost_output_t,
                    undisrupted + supply.undisrupted_output_t,
                )
            });
            self.add(Table::Supplies, &[material], "output", (output, None), undisrupted);
            self.add(Table::Supplies, &[material], "lost_output", (lost, None), undisrupted);
        }
        for stock in &self.policy.stocks {
            let labels = [stock.material.as_str(), &stock.stock];
            let scale = stock.start_t.max(stock.end_t);
            self.add(Table::Stocks, &labels, "end_level", (stock.end_t, None), scale);
        }
    }

    fn balance(&mut self) {
        for row in &self.policy.balance {
            let scale = row.supply_t.max(row.orders_t);
            for (name, value) in [
                ("supply_per_year", row.supply_t),
                ("orders_per_year", row.orders_t),
                ("baseline_shortfall_per_year", row.baseline_shortfall_t),
            ] {
                self.add(Table::Balance, &[&row.material], name, (value, None), scale);
            }
        }
    }

    /// Of the baseline: what a policy changes of it shows in the balance.
    fn supply(&mut self) {
        if !self.is_baseline {
            return;
        }
        for share in &self.policy.supply_shares {
            let labels = [share.material.as_str(), &share.country];
            self.add(
                Table::Supply,
                &labels,
                "output_per_year",
                (share.output_t, None),
                share.capacity_t,
            );
        }
    }
}
