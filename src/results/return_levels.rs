//! Return levels: what is exceeded once in so many years, on average.
//!
//! A year's shortfall (all trials and whole years together) is exceeded once in N years where 1/N of the years exceed it: the annual exceedance
//! probability of hydrologists and insurers. The worst year and the worst spell of a trial are one number for a whole horizon of H years: a level
//! that a horizon exceeds with probability p is exceeded at the rate -ln(1 - p) / H a year, once in -H / ln(1 - p) years, as occurrences of a Poisson
//! process (Langbein 1949, Transactions of the American Geophysical Union 30; Coles 2001, An Introduction to Statistical Modeling of Extreme Values,
//! chapters 3, 4 and 7).

use super::cells::GroupCells;
use super::errors::Errors;
use super::histogram::Distribution;
use super::order_statistics::SUPPORT_TRIALS;
use super::types::TailEstimate;

/// Years that runs state return levels of unless asked for others.
pub const RETURN_PERIODS: [f64; 4] = [5.0, 10.0, 20.0, 50.0];

/// The shortfall that a year exceeds with probability 1 / N, of so many years that each trial has.
///
/// Years of one trial depend on each other. From batches the error takes that in; else it is that of as many independent numbers as there are
/// trials, as if all years of a trial were alike: no dependence makes it larger. The level is supported where as many trials as that number,
/// each of one year, would be expected to have ten beyond it: however bad years come together, as many trials hold one.
pub fn of_years(
    years: f64,
    distribution: &Distribution,
    years_per_trial: u64,
    errors: &Errors,
    cells: &GroupCells,
) -> TailEstimate {
    let count = distribution.trials();
    // Years that may lie beyond.
    let beyond = libm::floor(count as f64 / years) as u64;
    let rank = count.saturating_sub(beyond).max(1);
    let estimate = distribution.level(1.0 - 1.0 / years, rank, years_per_trial, errors, cells, 100.0);
    TailEstimate {
        estimate,
        supported: is_supported(1.0 / years, errors.trials()),
    }
}

/// The level of which a horizon of so many years exceeds it at the rate of 1 / N a year.
pub fn of_horizons(
    years: f64,
    distribution: &Distribution,
    horizon_years: f64,
    errors: &Errors,
    cells: &GroupCells,
) -> TailEstimate {
    let trials = distribution.trials();
    let exceeded = -libm::expm1(-horizon_years / years);
    let beyond = libm::floor(trials as f64 * exceeded) as u64;
    let rank = trials.saturating_sub(beyond).max(1);
    let estimate = distribution.level(1.0 - exceeded, rank, 1, errors, cells, 100.0);
    TailEstimate {
        estimate,
        supported: is_supported(exceeded, trials),
    }
}

/// Whether at least ten trials are expected beyond the level, and on its other side.
fn is_supported(exceeded: f64, trials: u64) -> bool {
    let expected = exceeded.min(1.0 - exceeded) * trials as f64;
    // Whole numbers of trials must not fail by rounding.
    expected >= SUPPORT_TRIALS as f64 * (1.0 - 1e-12)
}
