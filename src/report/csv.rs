//! CSV files. The columns of the interface come first and in its order; further columns follow and may grow: names, the unit of quantities, and which
//! run it was.
//!
//! Numbers have six significant digits in their shortest form ([`six_digits`]); results.json has full precision. A cell is empty when its
//! value is not available, or when it is a quantile or tail mean that the trials do not support.

use std::io::Write;

use crate::analysis::part::Frame;
use crate::results::types::{AttributionKind, Estimate, Label, RunResults, SummaryRow, TailEstimate};
use crate::results::{SEVERAL, STRUCTURAL, Sample};

use super::number::six_digits;
use super::sheet::{STAMP, Sheet, Stamp, name, names, unit};

type Written = Result<(), csv::Error>;

fn tail(value: &TailEstimate) -> String {
    if value.supported {
        six_digits(value.estimate.value)
    } else {
        String::new()
    }
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(String::new, six_digits)
}

fn optional_estimate(value: Option<Estimate>) -> String {
    optional(value.map(|estimate| estimate.value))
}

/// First columns of most tables.
const KEY: [&str; 3] = ["policy", "material", "country"];
/// Their display names.
const NAMES: [&str; 3] = ["policy_name", "material_name", "place_name"];

/// One column of `summary.csv` after the key.
type Column = (&'static str, fn(&SummaryRow) -> String);

/// Columns after policy, material, country and sector: those of the interface, then ours.
const SUMMARY_COLUMNS: &[Column] = &[
    ("demand", |row| six_digits(row.demand_t)),
    ("expected_shortfall", |row| six_digits(row.expected_shortfall_t.value)),
    ("expected_shortfall_se", |row| {
        six_digits(row.expected_shortfall_t.standard_error)
    }),
    ("expected_shortfall_pct", |row| {
        six_digits(row.expected_shortfall_pct.value)
    }),
    ("expected_shortfall_pct_se", |row| {
        six_digits(row.expected_shortfall_pct.standard_error)
    }),
    ("prob_any", |row| six_digits(row.prob_any.value)),
    ("prob_gt_5", |row| six_digits(row.prob_gt_5.value)),
    ("prob_gt_10", |row| six_digits(row.prob_gt_10.value)),
    ("prob_gt_25", |row| six_digits(row.prob_gt_25.value)),
    ("prob_gt_50", |row| six_digits(row.prob_gt_50.value)),
    ("expected_months_short", |row| {
        six_digits(row.expected_months_short.value)
    }),
    ("p50_pct", |row| tail(&row.quantiles_pct[2])),
    ("p75_pct", |row| tail(&row.quantiles_pct[3])),
    ("p90_pct", |row| tail(&row.quantiles_pct[4])),
    ("p95_pct", |row| tail(&row.quantiles_pct[5])),
    ("p99_pct", |row| tail(&row.quantiles_pct[6])),
    ("var95_pct", |row| tail(&row.var_pct[1])),
    ("cvar90_pct", |row| tail(&row.cvar_pct[0])),
    ("cvar95_pct", |row| tail(&row.cvar_pct[1])),
    ("cvar99_pct", |row| tail(&row.cvar_pct[2])),
    ("max_pct", |row| six_digits(row.max_pct)),
    ("time_to_survive_months", |row| {
        optional_estimate(row.time_to_survive_months)
    }),
    ("time_to_recover_months", |row| {
        optional_estimate(row.time_to_recover_months)
    }),
    ("structural_shortfall_pct", |row| {
        six_digits(row.structural_shortfall_pct.value)
    }),
    ("event_shortfall_pct", |row| six_digits(row.event_shortfall_pct.value)),
    ("event_shortfall_pct_se", |row| {
        six_digits(row.event_shortfall_pct.standard_error)
    }),
    ("unmet_after_adaptation_pct", |row| {
        six_digits(row.unmet_after_adaptation_pct.value)
    }),
    ("expected_shortfall_pct_low", |row| {
        six_digits(row.expected_shortfall_pct.low)
    }),
    ("expected_shortfall_pct_high", |row| {
        six_digits(row.expected_shortfall_pct.high)
    }),
    ("prob_any_low", |row| six_digits(row.prob_any.low)),
    ("prob_any_high", |row| six_digits(row.prob_any.high)),
    ("p5_pct", |row| tail(&row.quantiles_pct[0])),
    ("p25_pct", |row| tail(&row.quantiles_pct[1])),
    ("cvar95_pct_se", |row| {
        if row.cvar_pct[1].supported {
            six_digits(row.cvar_pct[1].estimate.standard_error)
        } else {
            String::new()
        }
    }),
    ("spell_count", |row| six_digits(row.spell_count.value)),
    ("spell_months", |row| optional(row.spell_months)),
    ("spell_depth_pct", |row| optional(row.spell_depth_pct)),
    ("worst_spell_pct", |row| six_digits(row.worst_spell_pct.value)),
    ("worst_spell_cvar95_pct", |row| tail(&row.worst_spell_cvar95_pct)),
    ("exposed_value_musd", |row| optional_estimate(row.exposed_value_musd)),
    ("peak_price_index", |row| optional_estimate(row.peak_price_index)),
    ("peak_price_index_least_elastic", |row| {
        optional(row.peak_price_index_band.map(|(least, _)| least))
    }),
    ("peak_price_index_most_elastic", |row| {
        optional(row.peak_price_index_band.map(|(_, most)| most))
    }),
    ("trials_for_1pct", |row| {
        row.trials_for_1pct
            .map_or_else(String::new, |trials| trials.to_string())
    }),
    ("sd_pct", |row| six_digits(row.sd_pct.value)),
    ("sd_pct_se", |row| six_digits(row.sd_pct.standard_error)),
    ("prob_ge_5", |row| six_digits(row.prob_ge_5.value)),
    ("prob_ge_10", |row| six_digits(row.prob_ge_10.value)),
    ("prob_ge_25", |row| six_digits(row.prob_ge_25.value)),
    ("prob_ge_50", |row| six_digits(row.prob_ge_50.value)),
    ("unmet_after_adaptation_pct_se", |row| {
        six_digits(row.unmet_after_adaptation_pct.standard_error)
    }),
    ("unmet_after_adaptation_cvar95_pct", |row| {
        tail(&row.unmet_after_adaptation_cvar95_pct)
    }),
];

/// `summary.csv`.
pub fn summary(run: &RunResults, to: impl Write) -> Written {
    let columns = SUMMARY_COLUMNS.iter().map(|(name, _)| *name);
    let mut sheet = Sheet::new(
        to,
        KEY.into_iter()
            .chain(["sector"])
            .chain(columns)
            .chain(NAMES)
            .chain(["unit"])
            .chain(STAMP),
    )?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for row in &policy.summary {
            sheet.texts([policy.policy.as_str(), &row.material, &row.country, &row.sector])?;
            for (_, value) in SUMMARY_COLUMNS {
                sheet.plain(&value(row))?;
            }
            sheet.texts(names(run, policy, &row.material, &row.country))?;
            sheet.text(unit(&run.materials, &row.material))?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// `exceedance.csv`.
pub fn exceedance(run: &RunResults, to: impl Write) -> Written {
    let numbers = [
        "shortfall_pct",
        "probability",
        "probability_se",
        "worst_spell_probability",
        "probability_low",
        "probability_high",
    ];
    let mut sheet = Sheet::new(to, KEY.into_iter().chain(numbers).chain(NAMES).chain(STAMP))?;
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
pub fn timeline(run: &RunResults, to: impl Write) -> Written {
    let own = [
        "period",
        "date",
        "mean_pct",
        "p5_pct",
        "p25_pct",
        "p50_pct",
        "p75_pct",
        "p95_pct",
        "mean_pct_se",
    ];
    let mut sheet = Sheet::new(to, KEY.into_iter().chain(own).chain(NAMES).chain(STAMP))?;
    let stamp = Stamp::of(&run.manifest);
    for policy in &run.policies {
        for fan in policy.fans() {
            let names = names(run, policy, &fan.material, &fan.country);
            for point in &fan.points {
                sheet.texts([policy.policy.as_str(), &fan.material, &fan.country])?;
                sheet.plain(&point.period.to_string())?;
                sheet.plain(&point.date)?;
                sheet.number(point.mean_pct.value)?;
                sheet.numbers(point.quantiles_pct)?;
                sheet.number(point.mean_pct.standard_error)?;
                sheet.texts(names)?;
                sheet.end_with(&stamp)?;
            }
        }
    }
    sheet.finish().map(drop)
}

/// `events.csv`.
pub fn events(run: &RunResults, to: impl Write) -> Written {
    let header = [
        "policy",
        "event",
        "expected_count",
        "mean_duration_months",
        "mean_severity",
        "share_of_expected",
        "share_of_cvar95",
        "expected_count_se",
        "name",
        "policy_name",
    ];
    let mut sheet = Sheet::new(to, header.into_iter().chain(STAMP))?;
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
                sheet.plain(&optional(value))?;
            }
            sheet.number(event.expected_count.standard_error)?;
            sheet.texts([event.name.as_str(), policy.shown_name()])?;
            sheet.end_with(&stamp)?;
        }
    }
    sheet.finish().map(drop)
}

/// `attribution.csv`: shares of each (material, country) by event, country and stage.
pub fn attribution(run: &RunResults, to: impl Write) -> Written {
    let own = ["kind", "key", "share_of_expected", "share_of_cvar95"];
    let header = KEY.into_iter().chain(own).chain(NAMES).chain(["key_name"]).chain(STAMP);
    let mut sheet = Sheet::new(to, header)?;
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
pub fn supply(run: &RunResults, to: impl Write) -> Written {
    let own = ["output_per_year", "share_pct", "capacity_per_year"];
    let header = KEY.into_iter().chain(own).chain(NAMES).chain(["unit"]).chain(STAMP);
    let mut sheet = Sheet::new(to, header)?;
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
        let header = [
            "trial",
            "policy",
            "material",
            "country",
            "shortfall",
            "shortfall_pct",
            "worst_spell_months",
            "unit",
            "seed",
            "sampling",
            "sampling_version",
        ];
        let sheet = Sheet::new(to, header)?;
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
            sheet.plain(&sample.trial.to_string())?;
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
