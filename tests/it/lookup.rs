//! Finds the value that an entry of an expected file speaks of: in the results of a run, or in a replay.

use critmin::results::statistic::Statistic;
use critmin::results::types::{Estimate, PolicyResults, SummaryRow};
use critmin::study::Replay;

use crate::cases::{Case, Expect};
use crate::support::row;

/// The value that an entry speaks of, in a period or above a threshold where it speaks of those.
pub fn find(case: &Case, expect: &Expect, period: Option<usize>, threshold: Option<f64>) -> Result<f64, String> {
    if let Some(trial) = expect.trial {
        let replay = &case.replays[&(expect.policy.clone(), trial)];
        return in_replay(replay, expect, period.unwrap_or(0));
    }
    let results = &case.report.results;
    let policy = results
        .policies
        .iter()
        .find(|found| found.policy == expect.policy)
        .ok_or_else(|| format!("no policy `{}`", expect.policy))?;
    if let Some(event) = &expect.event {
        return in_event(policy, event, &expect.column, results.manifest.trials);
    }
    if let Some(supply) = &expect.supply {
        let found = policy.supplies.iter().find(|found| found.supply == *supply);
        let found = found.ok_or_else(|| {
            format!(
                "no such supply; there are {:?}",
                policy.supplies.iter().map(|s| &s.supply).collect::<Vec<_>>()
            )
        })?;
        return Ok(match expect.column.as_str() {
            "output_t" => found.output_t,
            "undisrupted_output_t" => found.undisrupted_output_t,
            "lost_output_t" => found.lost_output_t,
            other => return Err(format!("supplies have no `{other}`")),
        });
    }
    if let Some(stock) = &expect.stock {
        let found = policy.stocks.iter().find(|found| found.stock == *stock);
        let found = found.ok_or_else(|| {
            format!(
                "no such stock; there are {:?}",
                policy.stocks.iter().map(|s| &s.stock).collect::<Vec<_>>()
            )
        })?;
        return Ok(match expect.column.as_str() {
            "start_t" => found.start_t,
            "end_t" => found.end_t,
            other => return Err(format!("stocks have no `{other}`")),
        });
    }
    let material = expect
        .material
        .as_deref()
        .ok_or("name a material, event, supply or stock")?;
    let country = expect.country.as_deref().unwrap_or("WLD");
    if let Some(balance) = policy.balance.iter().find(|balance| balance.material == material) {
        match expect.column.as_str() {
            "baseline_shortfall_t" => return Ok(balance.baseline_shortfall_t),
            "spare_output_t" => return Ok(balance.spare_output_t),
            "supply_t" => return Ok(balance.supply_t),
            "orders_t" => return Ok(balance.orders_t),
            _ => {}
        }
    }
    if expect.column == "share_pct" {
        let mut shares = policy.supply_shares.iter();
        let found = shares.find(|share| share.material == material && share.country == country);
        return found
            .map(|share| share.share_pct)
            .ok_or_else(|| "no such supplier".to_owned());
    }
    if let Some(threshold) = threshold {
        return in_exceedance(policy, material, country, threshold, &expect.column);
    }
    if let Some(period) = period {
        let fan = policy
            .fans()
            .iter()
            .find(|fan| fan.material == material && fan.country == country)
            .ok_or("no such fan")?;
        let point = fan.points.get(period).ok_or("no such period")?;
        return Ok(match expect.column.as_str() {
            "mean_pct" => point.mean_pct.value,
            "p5_pct" => point.quantiles_pct[0],
            "p25_pct" => point.quantiles_pct[1],
            "p50_pct" => point.quantiles_pct[2],
            "p75_pct" => point.quantiles_pct[3],
            "p95_pct" => point.quantiles_pct[4],
            other => return Err(format!("fans have no `{other}`")),
        });
    }
    let sector = expect.sector.as_deref().unwrap_or("all");
    in_summary(
        row(&case.report, &expect.policy, material, country, sector)?,
        &expect.column,
        results.manifest.trials,
    )
}

/// A point of an exceedance curve.
fn in_exceedance(
    policy: &PolicyResults,
    material: &str,
    country: &str,
    threshold: f64,
    column: &str,
) -> Result<f64, String> {
    let mut curves = policy.exceedance.iter();
    let curve = curves
        .find(|curve| curve.material == material && curve.country == country)
        .ok_or("no such exceedance curve")?;
    let mut points = curve.points.iter();
    let point = points
        .find(|point| (point.shortfall_pct - threshold).abs() < 1e-9)
        .ok_or("no such threshold")?;
    Ok(match column {
        "probability" => point.probability.value,
        "worst_spell_probability" => point.worst_spell_probability.value,
        other => return Err(format!("exceedance curves have no `{other}`")),
    })
}

/// Standard deviation of one trial from the standard error: of independent trials, `sampling = "random"`.
fn deviation(estimate: Estimate, trials: u64) -> f64 {
    estimate.standard_error * (trials as f64).sqrt()
}

fn optional(value: Option<f64>) -> Result<f64, String> {
    value.ok_or_else(|| "it is not available".to_owned())
}

/// A statistic, or one of the columns of `summary.csv` that end in `_se`, in full precision. Quantities end in `_t`, and `sd_t` is a standard deviation
/// over trials.
fn in_summary(row: &SummaryRow, column: &str, trials: u64) -> Result<f64, String> {
    let (name, is_error) = match column.strip_suffix("_se") {
        Some(name) => (name, true),
        None => (column, false),
    };
    let name = match name {
        "sd_t" => return Ok(deviation(row.expected_shortfall_t, trials)),
        "demand_t" | "expected_shortfall_t" => &name[..name.len() - 2],
        "var90_pct" => "p90_pct",
        "var99_pct" => "p99_pct",
        name => name,
    };
    let statistic = Statistic::named(name).ok_or_else(|| format!("the summary has no `{column}`"))?;
    let found = statistic.of(row);
    match is_error {
        true => optional(found.estimate().map(|estimate| estimate.standard_error)),
        false => optional(found.value()),
    }
}

/// A column of `events.csv`; `sd_count` is the standard deviation of the number of occurrences over trials.
fn in_event(policy: &PolicyResults, event: &str, column: &str, trials: u64) -> Result<f64, String> {
    let found = policy
        .events
        .iter()
        .find(|found| found.event == event)
        .ok_or("no such event")?;
    Ok(match column {
        "expected_count" => found.expected_count.value,
        "sd_count" => deviation(found.expected_count, trials),
        "mean_duration_months" => optional(found.mean_duration_months)?,
        "mean_severity" => optional(found.mean_severity)?,
        "share_of_expected" => found.share_of_expected.unwrap(),
        "share_of_cvar95" => found.share_of_cvar95.unwrap(),
        other => return Err(format!("events have no `{other}`")),
    })
}

/// A value of one period of one trial.
fn in_replay(replay: &Replay, expect: &Expect, period: usize) -> Result<f64, String> {
    let column = expect.column.as_str();
    let unknown = || format!("the trace has no such `{column}`");
    if column == "headline_pct" {
        return Ok(replay.headline_pct);
    }
    if let Some(supply) = &expect.supply {
        let mut rows = replay.supplies.iter();
        let found = rows
            .find(|row| row.supply == *supply && row.period == period)
            .ok_or("no such supply or period")?;
        return Ok(match column {
            "output_t" => found.output_t,
            "planned_t" => found.planned_t,
            "undisrupted_t" => found.undisrupted_t,
            _ => return Err(unknown()),
        });
    }
    if let Some(stock) = &expect.stock {
        let mut rows = replay.stockpiles.iter();
        let found = rows
            .find(|row| row.stockpile == *stock && row.period == period)
            .ok_or("no such stockpile or period")?;
        return Ok(match column {
            "level_t" => found.level_t,
            "released_t" => found.released_t,
            _ => return Err(unknown()),
        });
    }
    let material = expect.material.as_deref().ok_or("name a material")?;
    if let (Some(from), Some(to)) = (&expect.from, &expect.to) {
        let mut rows = replay.flows.iter();
        let found =
            rows.find(|row| row.material == material && row.from == *from && row.to == *to && row.period == period);
        // Lanes that carry nothing are not listed.
        return Ok(match column {
            "flow_t" => found.map_or(0.0, |row| row.flow_t),
            "undisrupted_t" => found.map_or(0.0, |row| row.undisrupted_t),
            _ => return Err(unknown()),
        });
    }
    let country = expect.country.as_deref().ok_or("name a country")?;
    let mut rows = replay.markets.iter();
    let found = rows
        .find(|row| row.material == material && row.country == country && row.period == period)
        .ok_or("no such market or period")?;
    Ok(match column {
        "need_t" => found.need_t,
        "final_demand_t" => found.final_demand_t,
        "arrival_t" => found.arrival_t,
        "missing_t" => found.missing_t,
        "shortfall_t" => found.shortfall_t,
        "final_shortfall_t" => found.final_shortfall_t,
        "unmet_t" => found.unmet_t,
        "commercial_stock_t" => found.commercial_stock_t,
        "price_index" => found.price_index,
        _ => return Err(unknown()),
    })
}
