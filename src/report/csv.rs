//! CSV files. The columns of the interface come first and in its order; further columns follow and may grow: names, the unit of quantities, and which
//! run it was.
//!
//! Numbers have six significant digits in their shortest form ([`super::six_digits`]); results.json has full precision. A cell is empty when its
//! value is not available, or when it is a quantile or tail mean that the trials do not support.

use std::io::Write;

use crate::results::statistic::{Found, Statistic};
use crate::results::types::{AttributionKind, Estimate, Label, RunResults, TailEstimate};
use crate::results::{SEVERAL, STRUCTURAL, Sample};
use crate::study::Frame;

use super::columns;
use super::sheet::{Sheet, Stamp, Target, name, names, unit};

type Written = Result<(), csv::Error>;

/// What of a statistic stands in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Value,
    StandardError,
    Low,
    High,
}

impl Part {
    /// What its columns' names end in.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Part::Value => "",
            Part::StandardError => "_se",
            Part::Low => "_low",
            Part::High => "_high",
        }
    }

    fn write<T: Target>(self, found: Found, sheet: &mut Sheet<T>) -> Written {
        let of = |part: fn(Estimate) -> f64| found.estimate().map(part);
        match (self, found) {
            (Part::Value, Found::Whole(value)) => sheet.whole(value),
            (Part::Value, found) => sheet.optional(found.value()),
            (Part::StandardError, _) => sheet.optional(of(|estimate| estimate.standard_error)),
            (Part::Low, _) => sheet.optional(of(|estimate| estimate.low)),
            (Part::High, _) => sheet.optional(of(|estimate| estimate.high)),
        }
    }
}

/// Columns after policy, material, country and sector: those of the interface, then ours.
pub(crate) const SUMMARY_COLUMNS: &[(Statistic, Part)] = &[
    (Statistic::Demand, Part::Value),
    (Statistic::ExpectedShortfall, Part::Value),
    (Statistic::ExpectedShortfall, Part::StandardError),
    (Statistic::ExpectedShortfallPct, Part::Value),
    (Statistic::ExpectedShortfallPct, Part::StandardError),
    (Statistic::ProbAny, Part::Value),
    (Statistic::ProbGt5, Part::Value),
    (Statistic::ProbGt10, Part::Value),
    (Statistic::ProbGt25, Part::Value),
    (Statistic::ProbGt50, Part::Value),
    (Statistic::ExpectedMonthsShort, Part::Value),
    (Statistic::P50Pct, Part::Value),
    (Statistic::P75Pct, Part::Value),
    (Statistic::P90Pct, Part::Value),
    (Statistic::P95Pct, Part::Value),
    (Statistic::P99Pct, Part::Value),
    (Statistic::Var95Pct, Part::Value),
    (Statistic::Cvar90Pct, Part::Value),
    (Statistic::Cvar95Pct, Part::Value),
    (Statistic::Cvar99Pct, Part::Value),
    (Statistic::MaxPct, Part::Value),
    (Statistic::TimeToSurviveMonths, Part::Value),
    (Statistic::TimeToRecoverMonths, Part::Value),
    (Statistic::StructuralShortfallPct, Part::Value),
    (Statistic::EventShortfallPct, Part::Value),
    (Statistic::EventShortfallPct, Part::StandardError),
    (Statistic::UnmetAfterAdaptationPct, Part::Value),
    (Statistic::ExpectedShortfallPct, Part::Low),
    (Statistic::ExpectedShortfallPct, Part::High),
    (Statistic::ProbAny, Part::Low),
    (Statistic::ProbAny, Part::High),
    (Statistic::P5Pct, Part::Value),
    (Statistic::P25Pct, Part::Value),
    (Statistic::Cvar95Pct, Part::StandardError),
    (Statistic::SpellCount, Part::Value),
    (Statistic::SpellMonths, Part::Value),
    (Statistic::SpellDepthPct, Part::Value),
    (Statistic::WorstSpellPct, Part::Value),
    (Statistic::WorstSpellCvar95Pct, Part::Value),
    (Statistic::ExposedValueMusd, Part::Value),
    (Statistic::PeakPriceIndex, Part::Value),
    (Statistic::PeakPriceIndexLeastElastic, Part::Value),
    (Statistic::PeakPriceIndexMostElastic, Part::Value),
    (Statistic::TrialsFor1Pct, Part::Value),
    (Statistic::SdPct, Part::Value),
    (Statistic::SdPct, Part::StandardError),
    (Statistic::ProbGe5, Part::Value),
    (Statistic::ProbGe10, Part::Value),
    (Statistic::ProbGe25, Part::Value),
    (Statistic::ProbGe50, Part::Value),
    (Statistic::UnmetAfterAdaptationPct, Part::StandardError),
    (Statistic::UnmetAfterAdaptationCvar95Pct, Part::Value),
];

/// `summary.csv`.
pub fn summary(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::summary())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for row in &policy.summary {
            sheet.texts([policy.policy.as_str(), &row.material, &row.country, &row.sector])?;
            for (statistic, part) in SUMMARY_COLUMNS {
                part.write(statistic.of(row), &mut sheet)?;
            }
            sheet.texts(names(run, policy, &row.material, &row.country))?;
            sheet.text(unit(&run.materials, &row.material))?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// `exceedance.csv`.
pub fn exceedance(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::exceedance())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for curve in &policy.exceedance {
            let names = names(run, policy, &curve.material, &curve.country);
            for point in &curve.points {
                sheet.texts([policy.policy.as_str(), &curve.material, &curve.country])?;
                sheet.numbers([
                    point.shortfall_pct,
                    point.probability.value,
                    point.probability.standard_error,
                    point.worst_spell_probability.value,
                    point.probability.low,
                    point.probability.high,
                ])?;
                sheet.texts(names)?;
                sheet.end_with(&stamp)?;
            }
        }
    }
    sheet.finish().map(drop)
}

/// `timeline.csv`.
pub fn timeline(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::timeline())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for fan in policy.fans() {
            let names = names(run, policy, &fan.material, &fan.country);
            for point in &fan.points {
                sheet.texts([policy.policy.as_str(), &fan.material, &fan.country])?;
                sheet.whole(point.period as u64)?;
                sheet.plain(&point.date)?;
                sheet.number(point.mean_pct.value)?;
                sheet.numbers(point.quantiles_pct)?;
                sheet.number(point.mean_pct.standard_error)?;
                for probability in [point.prob_any, point.prob_gt_10] {
                    sheet.numbers([probability.value, probability.standard_error])?;
                }
                sheet.texts(names)?;
                sheet.end_with(&stamp)?;
            }
        }
    }
    sheet.finish().map(drop)
}

/// `years.csv`.
pub fn years(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::years())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for years in &policy.years {
            let names = names(run, policy, &years.material, &years.country);
            for point in &years.points {
                sheet.texts([policy.policy.as_str(), &years.material, &years.country])?;
                sheet.whole(u64::from(point.year.unsigned_abs()))?;
                sheet.numbers([point.months, point.mean_pct.value, point.mean_pct.standard_error])?;
                sheet.optional(point.sd_pct)?;
                for quantile in &point.quantiles_pct {
                    sheet.optional(supported(quantile).map(|found| found.value))?;
                }
                sheet.numbers([point.prob_gt_10.value, point.prob_gt_10.standard_error])?;
                let tail = supported(&point.cvar95_pct);
                sheet.optional(tail.map(|found| found.value))?;
                sheet.optional(tail.map(|found| found.standard_error))?;
                sheet.texts(names)?;
                sheet.end_with(&stamp)?;
            }
        }
    }
    sheet.finish().map(drop)
}

fn supported(tail: &TailEstimate) -> Option<Estimate> {
    tail.supported.then_some(tail.estimate)
}

/// `return_periods.csv`.
pub fn return_periods(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::return_periods())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for level in &policy.return_levels {
            sheet.texts([
                policy.policy.as_str(),
                &level.material,
                &level.country,
                level.measure.name(),
            ])?;
            sheet.number(level.years)?;
            sheet.estimate(supported(&level.level_pct).as_ref())?;
            sheet.truth(level.level_pct.supported)?;
            sheet.texts(names(run, policy, &level.material, &level.country))?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// `event_classes.csv`.
pub fn event_classes(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::event_classes())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for class in &policy.event_classes {
            let names = names(run, policy, &class.material, &class.country);
            for event in &class.events {
                sheet.texts([policy.policy.as_str(), &class.material, &class.country])?;
                sheet.number(class.worst_pct)?;
                sheet.text(&event.event)?;
                sheet.optional(event.in_force.map(|found| found.value))?;
                sheet.optional(event.in_force.map(|found| found.standard_error))?;
                sheet.number(event.in_force_in_all)?;
                sheet.optional(event.lift)?;
                sheet.optional(event.months_in_force)?;
                sheet.number(event.months_in_force_in_all)?;
                sheet.whole(class.trials)?;
                sheet.number(class.share_of_trials)?;
                sheet.truth(class.supported)?;
                sheet.text(&event.name)?;
                sheet.texts(names)?;
                sheet.end_with(&stamp)?;
            }
        }
    }
    sheet.finish().map(drop)
}

/// `events.csv`.
pub fn events(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::events())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for event in &policy.events {
            sheet.texts([policy.policy.as_str(), &event.event])?;
            sheet.number(event.expected_count.value)?;
            for value in [
                event.mean_duration_months,
                event.mean_severity,
                event.share_of_expected,
                event.share_of_cvar95,
            ] {
                sheet.optional(value)?;
            }
            sheet.number(event.expected_count.standard_error)?;
            sheet.texts([event.name.as_str(), policy.shown_name()])?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// `attribution.csv`: shares of each (material, country) by event, country and stage.
pub fn attribution(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::attribution())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for part in policy.attributed() {
            let key = part.key.as_str();
            let (kind, key_name) = match part.kind {
                AttributionKind::Event => {
                    let event = policy.events.iter().find(|event| event.event == key);
                    let name = event.map(|event| event.name.as_str()).filter(|name| !name.is_empty());
                    ("event", name.unwrap_or(key))
                }
                AttributionKind::Country => ("country", name(&run.places, key)),
                AttributionKind::Stage => ("stage", name(&run.materials, key)),
            };
            let key_name = match key {
                STRUCTURAL => "short without any event",
                SEVERAL => "in several countries or stages",
                _ => key_name,
            };
            sheet.texts([policy.policy.as_str(), &part.material, &part.country, kind, key])?;
            sheet.numbers([part.share_of_expected, part.share_of_cvar95])?;
            sheet.texts(names(run, policy, &part.material, &part.country))?;
            sheet.text(key_name)?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// `supply.csv`: undisrupted supply at the start by country.
pub fn supply(run: &RunResults, to: impl Target) -> Written {
    let mut sheet = Sheet::new(to, &columns::supply())?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for share in &policy.supply_shares {
            sheet.texts([policy.policy.as_str(), &share.material, &share.country])?;
            sheet.numbers([share.output_t, share.share_pct, share.capacity_t])?;
            sheet.texts(names(run, policy, &share.material, &share.country))?;
            sheet.text(unit(&run.materials, &share.material))?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// What `samples.csv` says of a run beside the samples. It has no names, for it has many rows, and no
/// number of trials: the samples of a run are the first ones of a longer one.
#[derive(Debug, Clone, PartialEq)]
pub struct SamplesContext {
    stamp: Stamp,
    materials: Vec<Label>,
}

impl SamplesContext {
    /// Of a run.
    pub fn of(frame: &Frame) -> Self {
        Self {
            stamp: Stamp::without_trials(&frame.manifest),
            materials: frame.materials.clone(),
        }
    }
}

/// Writes `samples.csv` block by block, so that it never has to be held whole.
pub struct SamplesWriter<W: Write> {
    sheet: Sheet<W>,
}

impl<W: Write> SamplesWriter<W> {
    /// Writes the header.
    pub fn new(to: W) -> Result<Self, csv::Error> {
        let sheet = Sheet::new(to, &columns::samples())?;
        Ok(Self { sheet })
    }

    /// Goes on with a file that has its header.
    pub fn appending(to: W) -> Self {
        let sheet = Sheet::headless(to);
        Self { sheet }
    }

    /// Writes the samples of a block; `rows` is [`crate::results::Recorder::sample_rows`] of the recorder they came from.
    pub fn write(
        &mut self,
        context: &SamplesContext,
        policy: &str,
        rows: &[(String, String)],
        samples: &[Sample],
    ) -> Written {
        let sheet = &mut self.sheet;
        for sample in samples {
            let Some((material, country)) = rows.get(sample.row) else {
                continue;
            };
            sheet.whole(sample.trial)?;
            sheet.texts([policy, material, country])?;
            sheet.numbers([sample.shortfall_t, sample.shortfall_pct, sample.worst_spell_months])?;
            sheet.text(unit(&context.materials, material))?;
            sheet.end_with(&context.stamp)?;
        }
        Ok(())
    }

    /// Flushes and gives back what was written to.
    pub fn finish(self) -> Result<W, csv::Error> {
        self.sheet.finish()
    }
}
