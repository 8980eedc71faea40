//! How a simulated distribution is scored on what was observed: inside or outside its band, and how far off it is beside a forecast that nothing happens.

/// Levels of the band and its middle.
pub const LEVELS: [f64; 3] = [0.05, 0.5, 0.95];

/// What rounding of an observation to six digits may move.
const ROUNDING: f64 = 1e-6;

/// The smallest value with at least that share of the values at or below it; `sorted` ascending and not empty.
pub fn quantile(sorted: &[f64], level: f64) -> f64 {
    let at = libm::ceil(level * sorted.len() as f64 - 1e-9) as usize;
    let at = at.clamp(1, sorted.len().max(1)) - 1;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// Whether a value lies in a band.
pub fn is_inside([low, _, high]: [f64; 3], value: f64) -> bool {
    let slack = ROUNDING * (1.0 + value.abs());
    value >= low - slack && value <= high + slack
}

/// The continuous ranked probability score of equally likely values (Matheson and Winkler 1976; Gneiting and Raftery 2007):
/// the mean distance from what was observed, less half the mean distance of two of them. 0 is perfect; of a single value it is the distance. `sorted` ascending.
pub fn crps(sorted: &[f64], observed: f64) -> f64 {
    let n = sorted.len() as f64;
    let off: f64 = sorted.iter().map(|value| (value - observed).abs()).sum();
    // The sum over all pairs of |x - y| is twice that of (2 i - n + 1) x by rank i.
    let ranked = sorted.iter().enumerate();
    let apart: f64 = ranked.map(|(rank, value)| (2.0 * rank as f64 - n + 1.0) * value).sum();
    (off / n - apart / (n * n)).max(0.0)
}

/// Skill: how much smaller the score is than that of the naive forecast, as a share of it; 1 is perfect, 0 no better, below 0 worse. `None` where the naive
/// forecast was perfect.
pub fn skill(score: f64, naive: f64) -> Option<f64> {
    (naive > 0.0).then(|| 1.0 - score / naive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_of_the_sample() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(LEVELS.map(|level| quantile(&values, level)), [1.0, 10.0, 19.0]);
        assert_eq!(quantile(&[7.0], 0.05), 7.0);
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(LEVELS.map(|level| quantile(&values, level)), [5.0, 50.0, 95.0]);
    }

    #[test]
    fn the_band_holds_its_ends() {
        assert!(is_inside([0.0, 0.5, 1.0], 1.0));
        assert!(is_inside([0.0, 0.5, 1.0], 0.0));
        assert!(!is_inside([0.0, 0.5, 1.0], 1.001));
        assert!(!is_inside([0.1, 0.5, 1.0], 0.099));
    }

    #[test]
    fn scores_by_hand() {
        // One value: the distance.
        assert_eq!(crps(&[2.0], 5.0), 3.0);
        // 0 and 1 for 1: 1/2 off, pairs 0, 1, 1, 0: mean 1/2, half of it 1/4.
        assert!((crps(&[0.0, 1.0], 1.0) - 0.25).abs() < 1e-15);
        // 0, 1, 3 for 2: (2 + 1 + 1) / 3 off; pairs 2 (1 + 3 + 2) / 9 = 4/3, half of it 2/3.
        assert!((crps(&[0.0, 1.0, 3.0], 2.0) - 2.0 / 3.0).abs() < 1e-15);
        // The integral of (F(x) - 1{x >= y})^2 over x for the same: 1/9 + 4/9 to 2, then (2/3 - 1)^2 to 3: 6/9.
        assert!((crps(&[0.0, 1.0, 3.0], 2.0) - 6.0 / 9.0).abs() < 1e-15);
        // A sample that is all at the observation.
        assert_eq!(crps(&[4.0, 4.0, 4.0], 4.0), 0.0);
    }

    #[test]
    fn the_score_of_a_uniform_sample_is_near_that_of_the_uniform_distribution() {
        // For U(0, 1) and y it is y^3/3 + (1 - y)^3/3.
        let values: Vec<f64> = (0..10_000).map(|number| (f64::from(number) + 0.5) / 10_000.0).collect();
        for y in [0.0_f64, 0.3, 0.5, 1.0] {
            let exact = y * y * y / 3.0 + (1.0 - y) * (1.0 - y) * (1.0 - y) / 3.0;
            assert!((crps(&values, y) - exact).abs() < 1e-4, "{y}");
        }
    }

    #[test]
    fn skill_is_relative() {
        assert_eq!(skill(0.25, 1.0), Some(0.75));
        assert_eq!(skill(2.0, 1.0), Some(-1.0));
        assert_eq!(skill(0.0, 0.0), None);
    }
}
