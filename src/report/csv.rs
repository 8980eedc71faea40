//! CSV files. The columns of the interface come first and in its order; further columns follow and may grow.
//!
//! Numbers have six significant digits in their shortest form ([`six_digits`]); results.json has full precision. A cell is empty when its
//! value is not available, or when it is a quantile or tail mean that the trials do not support.

use std::io::Write;

use crate::results::Sample;
use crate::results::types::{AttributionKind, Estimate, RunResults, SummaryRow, TailEstimate};

use super::number::six_digits;

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

/// One column of `summary.csv` after the key.
type Column = (&'static str, fn(&SummaryRow) -> String);

/// Columns after policy, material, country and sector: those of the interface, then ours.
const SUMMARY_COLUMNS: &[Column] = &[
    ("demand_t", |row| six_digits(row.demand_t)),
    ("expected_shortfall_t", |row| six_digits(row.expected_shortfall_t.value)),
    ("expected_shortfall_t_se", |row| {
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
];

/// `summary.csv`.
pub fn summary(run: &RunResults, to: impl Write) -> Written {
    let mut csv = csv::Writer::from_writer(to);
    let key = ["policy", "material", "country", "sector"].into_iter();
    csv.write_record(key.chain(SUMMARY_COLUMNS.iter().map(|(name, _)| *name)))?;
    for policy in &run.policies {
        for row in &policy.summary {
            let key = [&policy.policy, &row.material, &row.country, &row.sector]
                .into_iter()
                .cloned();
            csv.write_record(key.chain(SUMMARY_COLUMNS.iter().map(|(_, value)| value(row))))?;
        }
    }
    Ok(csv.flush()?)
}

/// `exceedance.csv`.
pub fn exceedance(run: &RunResults, to: impl Write) -> Written {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record([
        "policy",
        "material",
        "country",
        "shortfall_pct",
        "probability",
        "probability_se",
        "worst_spell_probability",
        "probability_low",
        "probability_high",
    ])?;
    for policy in &run.policies {
        for curve in &policy.exceedance {
            for point in &curve.points {
                let numbers = [
                    point.shortfall_pct,
                    point.probability.value,
                    point.probability.standard_error,
                    point.worst_spell_probability.value,
                    point.probability.low,
                    point.probability.high,
                ];
                let key = [&policy.policy, &curve.material, &curve.country].into_iter().cloned();
                csv.write_record(key.chain(numbers.map(six_digits)))?;
            }
        }
    }
    Ok(csv.flush()?)
}

/// `timeline.csv`.
pub fn timeline(run: &RunResults, to: impl Write) -> Written {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record([
        "policy",
        "material",
        "country",
        "period",
        "date",
        "mean_pct",
        "p5_pct",
        "p25_pct",
        "p50_pct",
        "p75_pct",
        "p95_pct",
        "mean_pct_se",
    ])?;
    for policy in &run.policies {
        for fan in policy.fans() {
            for point in &fan.points {
                let key = [&policy.policy, &fan.material, &fan.country].into_iter().cloned();
                let time = [
                    point.period.to_string(),
                    point.date.clone(),
                    six_digits(point.mean_pct.value),
                ];
                let error = six_digits(point.mean_pct.standard_error);
                csv.write_record(
                    key.chain(time)
                        .chain(point.quantiles_pct.map(six_digits))
                        .chain([error]),
                )?;
            }
        }
    }
    Ok(csv.flush()?)
}

/// `events.csv`.
pub fn events(run: &RunResults, to: impl Write) -> Written {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record([
        "policy",
        "event",
        "expected_count",
        "mean_duration_months",
        "mean_severity",
        "share_of_expected",
        "share_of_cvar95",
        "expected_count_se",
        "name",
    ])?;
    for policy in &run.policies {
        for event in &policy.events {
            csv.write_record([
                policy.policy.clone(),
                event.event.clone(),
                six_digits(event.expected_count.value),
                optional(event.mean_duration_months),
                optional(event.mean_severity),
                optional(event.share_of_expected),
                optional(event.share_of_cvar95),
                six_digits(event.expected_count.standard_error),
                event.name.clone(),
            ])?;
        }
    }
    Ok(csv.flush()?)
}

/// `attribution.csv`: shares of each (material, country) by event, country and stage.
pub fn attribution(run: &RunResults, to: impl Write) -> Written {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record([
        "policy",
        "material",
        "country",
        "kind",
        "key",
        "share_of_expected",
        "share_of_cvar95",
    ])?;
    for policy in &run.policies {
        for part in policy.attributed() {
            let kind = match part.kind {
                AttributionKind::Event => "event",
                AttributionKind::Country => "country",
                AttributionKind::Stage => "stage",
            };
            csv.write_record([
                &policy.policy,
                &part.material,
                &part.country,
                kind,
                &part.key,
                &six_digits(part.share_of_expected),
                &six_digits(part.share_of_cvar95),
            ])?;
        }
    }
    Ok(csv.flush()?)
}

/// `supply.csv`: undisrupted supply at the start by country.
pub fn supply(run: &RunResults, to: impl Write) -> Written {
    let mut csv = csv::Writer::from_writer(to);
    csv.write_record(["policy", "material", "country", "output_t", "share_pct", "capacity_t"])?;
    for policy in &run.policies {
        for share in &policy.supply_shares {
            let numbers = [share.output_t, share.share_pct, share.capacity_t].map(six_digits);
            let key = [&policy.policy, &share.material, &share.country].into_iter().cloned();
            csv.write_record(key.chain(numbers))?;
        }
    }
    Ok(csv.flush()?)
}

/// Writes `samples.csv` block by block, so that it never has to be held whole.
pub struct SamplesWriter<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> SamplesWriter<W> {
    /// Writes the header.
    pub fn new(to: W) -> Result<Self, csv::Error> {
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record([
            "trial",
            "policy",
            "material",
            "country",
            "shortfall_t",
            "shortfall_pct",
            "worst_spell_months",
        ])?;
        Ok(Self { csv })
    }

    /// Goes on with a file that has its header.
    pub fn appending(to: W) -> Self {
        let csv = csv::Writer::from_writer(to);
        Self { csv }
    }

    /// Writes the samples of a block; `rows` is [`crate::results::Recorder::sample_rows`] of the recorder they came from.
    pub fn write(&mut self, policy: &str, rows: &[(String, String)], samples: &[Sample]) -> Written {
        for sample in samples {
            let Some((material, country)) = rows.get(sample.row) else {
                continue;
            };
            let trial = sample.trial.to_string();
            let [tonnes, percent, months] =
                [sample.shortfall_t, sample.shortfall_pct, sample.worst_spell_months].map(six_digits);
            csv::Writer::write_record(
                &mut self.csv,
                [&trial, policy, material, country, &tonnes, &percent, &months],
            )?;
        }
        Ok(())
    }

    /// Flushes and gives back what was written to.
    pub fn finish(self) -> Result<W, csv::Error> {
        self.csv
            .into_inner()
            .map_err(|error| csv::Error::from(error.into_error()))
    }
}
