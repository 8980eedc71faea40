//! Distributions fitted to the events that were counted: the share that was lost, and the months that it lasted.

use super::count::Qualifying;
use crate::sampling::Distribution;
use crate::sampling::special::{normal_density, normal_survival};

/// With fewer figures nothing is fitted.
pub const LEAST_FOR_FIT: usize = 5;

/// What the events say of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The figures, ascending.
    pub values: Vec<f64>,
    /// Months that events had lasted which were in force when last seen, ascending.
    pub still_open: Vec<f64>,
    /// Rows that state no such figure.
    pub without: usize,
    /// What is made of them.
    pub result: FitResult,
}

/// A fitted distribution, if there are enough figures.
#[derive(Debug, Clone, PartialEq)]
pub enum FitResult {
    /// Fewer than [`LEAST_FOR_FIT`] figures.
    Insufficient,
    /// A distribution.
    Fitted {
        /// It.
        distribution: Box<Distribution>,
        /// As a scenario says it, rounded to three digits.
        as_written: String,
    },
}

/// The shares lost, of the country's output or exports, or of those to the target.
pub(super) fn severities(rows: &[Qualifying], is_targeted: bool) -> Fit {
    let of = if is_targeted { "targets" } else { "country" };
    let mut values: Vec<f64> = Vec::new();
    let stated = rows.iter().filter(|row| row.event.severity_of == of);
    values.extend(stated.filter_map(|row| row.event.severity));
    values.sort_by(f64::total_cmp);
    Fit {
        without: rows.len() - values.len(),
        result: if values.len() < LEAST_FOR_FIT {
            FitResult::Insufficient
        } else {
            shares(&values)
        },
        values,
        still_open: Vec::new(),
    }
}

/// The months that they lasted; those that go on count with what is known of them.
pub(super) fn durations(rows: &[Qualifying]) -> Fit {
    let positive = |months: &f64| *months > 0.0;
    let mut values: Vec<f64> = rows
        .iter()
        .filter_map(|row| row.event.duration_months)
        .filter(positive)
        .collect();
    let ongoing = rows.iter().filter(|row| row.event.duration_months.is_none());
    let mut still_open: Vec<f64> = ongoing
        .filter_map(|row| row.event.open_months)
        .filter(positive)
        .collect();
    values.sort_by(f64::total_cmp);
    still_open.sort_by(f64::total_cmp);
    Fit {
        without: rows.len() - values.len() - still_open.len(),
        result: if values.len() < LEAST_FOR_FIT {
            FitResult::Insufficient
        } else {
            times(&values, &still_open)
        },
        values,
        still_open,
    }
}

/// A beta distribution with the mean and standard deviation of the shares; the shares themselves where no beta distribution has
/// them (nearly all at 0 and 1).
fn shares(values: &[f64]) -> FitResult {
    let (mean, deviation) = mean_and_deviation(values, values.len() as f64 - 1.0);
    let beta = Distribution::beta_from_mean_sd(mean, deviation, 0.0, 1.0);
    let is_possible = deviation > 0.0 && deviation * deviation < mean * (1.0 - mean);
    let (made, as_written) = if deviation == 0.0 {
        (Distribution::fixed(mean), three_digits(mean))
    } else if is_possible {
        let written = format!(
            "{{ dist = \"beta\", mean = {}, sd = {} }}",
            three_digits(mean),
            three_digits(deviation)
        );
        (beta, written)
    } else {
        let list: Vec<String> = values.iter().map(|value| three_digits(*value)).collect();
        let written = format!("{{ dist = \"empirical\", values = [{}] }}", list.join(", "));
        (Distribution::empirical(values, None), written)
    };
    fitted(made.ok(), as_written)
}

/// The most likely lognormal distribution of times, of which some are known only to be longer.
fn times(values: &[f64], still_open: &[f64]) -> FitResult {
    let (median, sigma) = lognormal(values, still_open);
    if sigma <= 0.0 {
        return fitted(Distribution::fixed(median).ok(), three_digits(median));
    }
    let written = format!(
        "{{ dist = \"lognormal\", median = {}, sigma = {} }}",
        three_digits(median),
        three_digits(sigma)
    );
    fitted(Distribution::lognormal_from_median_sigma(median, sigma).ok(), written)
}

fn fitted(distribution: Option<Distribution>, as_written: String) -> FitResult {
    match distribution {
        Some(distribution) => FitResult::Fitted {
            distribution: Box::new(distribution),
            as_written,
        },
        None => FitResult::Insufficient,
    }
}

/// Median and standard deviation of the logarithm by maximum likelihood, with right censoring: expectation and maximisation in
/// turn. Without censored times it is the sample's own at once.
pub(super) fn lognormal(values: &[f64], still_open: &[f64]) -> (f64, f64) {
    const TURNS: usize = 2_000;
    const ENOUGH: f64 = 1e-12;
    let logs: Vec<f64> = values.iter().map(|value| libm::log(*value)).collect();
    let limits: Vec<f64> = still_open.iter().map(|value| libm::log(*value)).collect();
    let all: Vec<f64> = logs.iter().chain(&limits).copied().collect();
    let count = all.len() as f64;
    let (mut mean, mut deviation) = mean_and_deviation(&all, count);
    if limits.is_empty() || deviation <= 0.0 {
        return (libm::exp(mean), deviation);
    }
    for _ in 0..TURNS {
        let (mut sum, mut squares) = (0.0, 0.0);
        for log in &logs {
            sum += log;
            squares += log * log;
        }
        for limit in &limits {
            let hazard = hazard((limit - mean) / deviation);
            sum += mean + deviation * hazard;
            squares += mean * mean + deviation * deviation + deviation * hazard * (limit + mean);
        }
        let before = (mean, deviation);
        mean = sum / count;
        deviation = (squares / count - mean * mean).max(0.0).sqrt();
        if (mean - before.0).abs() + (deviation - before.1).abs() < ENOUGH || deviation <= 0.0 {
            break;
        }
    }
    (libm::exp(mean), deviation)
}

/// Density over survival of the standard normal distribution; far out, by its asymptote.
fn hazard(z: f64) -> f64 {
    if z > 30.0 {
        z + 1.0 / z
    } else {
        normal_density(z) / normal_survival(z)
    }
}

/// Mean, and the root of the sum of squared deviations over `by`.
fn mean_and_deviation(values: &[f64], by: f64) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / by).sqrt())
}

/// A number with three significant digits, without an exponent.
pub(super) fn three_digits(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    format!("{rounded}")
}
