//! One row of one trial by period, and statistics of lists of numbers by their definitions: what tables of a run are compared with.

/// One row of one trial, by period.
#[derive(Default, Clone)]
pub struct Course {
    pub demand: Vec<f64>,
    pub shortfall: Vec<f64>,
    pub unmet: Vec<f64>,
    /// Largest price index of the markets with final demand in any period.
    pub price: f64,
}

impl Course {
    /// Share of the horizon's demand that is short.
    pub fn share(&self) -> f64 {
        self.shortfall.iter().sum::<f64>() / self.demand.iter().sum::<f64>()
    }

    fn is_short(&self, period: usize) -> bool {
        self.shortfall[period] > 1e-9 * self.demand[period]
    }

    /// Runs of short periods, as (first, length).
    pub fn spells(&self) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for period in (0..self.demand.len()).filter(|period| self.is_short(*period)) {
            match found.last_mut() {
                Some((first, length)) if *first + *length == period => *length += 1,
                _ => found.push((period, 1)),
            }
        }
        found
    }

    /// What a spell loses, t.
    pub fn lost_in(&self, (first, length): (usize, usize)) -> f64 {
        self.shortfall[first..first + length].iter().sum()
    }

    /// The worst spell: its share of the horizon's demand and its length.
    pub fn worst_spell(&self) -> (f64, usize) {
        let demand: f64 = self.demand.iter().sum();
        let mut worst = (0.0, 0);
        for spell in self.spells() {
            if self.lost_in(spell) > worst.0 * demand {
                worst = (self.lost_in(spell) / demand, spell.1);
            }
        }
        worst
    }
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub fn standard_error(values: &[f64]) -> f64 {
    let centre = mean(values);
    let squares: f64 = values.iter().map(|value| (value - centre) * (value - centre)).sum();
    (squares / (values.len() - 1) as f64 / values.len() as f64).sqrt()
}

/// The value at the rank of a level: the smallest with at least that share of values at or below it.
pub fn quantile(values: &[f64], thousandths: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() * thousandths).div_ceil(1000).max(1) - 1]
}

/// The mean of the worst part, the last trial counted in part.
pub fn tail_mean(values: &[f64], thousandths: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(|one, other| other.total_cmp(one));
    let size = sorted.len() as f64 * (1000 - thousandths) as f64 / 1000.0;
    let mut left = size;
    let mut sum = 0.0;
    for value in sorted {
        sum += value * left.clamp(0.0, 1.0);
        left -= 1.0;
    }
    sum / size
}

/// Percentages above a threshold; a billionth of the whole more does not count.
pub fn share_above(values: &[f64], threshold: f64) -> f64 {
    mean(
        &values
            .iter()
            .map(|value| f64::from(*value > threshold + 1e-7))
            .collect::<Vec<_>>(),
    )
}
