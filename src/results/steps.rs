//! Exceedance curves as the steps they are: P(shortfall > x) falls where a trial's shortfall lies, and nowhere else.

use super::grid::{ExceedanceCounts, thresholds_pct};
use super::histogram::Distribution;
use super::types::ExceedanceStep;

/// The steps of a curve, the first at 0. They are exact while trials have few different values. A bin of many is one step at its mean, which is exact where
/// all its trials have one value; the exact counts at the thresholds of `exceedance.csv` cut bins that reach over a threshold, so that chart and table agree there.
pub fn exceedance_steps(distribution: &Distribution, counts: &ExceedanceCounts, trials: u64) -> Vec<ExceedanceStep> {
    let not_beyond: Vec<(f64, u64)> = thresholds_pct()
        .zip(counts.all_beyond().map(|beyond| trials.saturating_sub(beyond)))
        .collect();
    let mut steps = Vec::new();
    let mut step = |shortfall_pct: f64, seen: u64| {
        steps.push(ExceedanceStep {
            shortfall_pct,
            trials_beyond: trials.saturating_sub(seen),
        });
    };
    let mut seen = not_beyond.first().map_or(0, |(_, zeros)| *zeros);
    step(0.0, seen);
    let mut cuts = not_beyond.iter().copied().peekable();
    for bunch in distribution.bunches().filter(|bunch| bunch.mean > 0.0) {
        let (count, mean) = (bunch.count, bunch.mean);
        let end = seen + count;
        while cuts.next_if(|(_, below)| *below <= seen).is_some() {}
        let (mut left, mut sum_pct) = (count, count as f64 * mean * 100.0);
        let mut lowest_pct = 0.0;
        while let Some((threshold_pct, below)) = cuts.next_if(|(_, below)| *below < end) {
            let part = below - seen;
            seen = below;
            step(threshold_pct, seen);
            left -= part;
            sum_pct -= part as f64 * threshold_pct;
            // What is left lies above the threshold.
            lowest_pct = threshold_pct.next_up();
        }
        let highest_pct = cuts
            .peek()
            .map_or(100.0, |(threshold_pct, _)| threshold_pct.max(lowest_pct));
        seen = end;
        step((sum_pct / left as f64).clamp(lowest_pct, highest_pct), seen);
    }
    steps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::results::histogram::ShareHistogram;

    fn curve(shares: &[f64]) -> Vec<ExceedanceStep> {
        let (mut histogram, mut counts) = (ShareHistogram::default(), ExceedanceCounts::default());
        for share in shares {
            histogram.add(*share);
            counts.add(*share);
        }
        exceedance_steps(&histogram.distribution(), &counts, shares.len() as u64)
    }

    fn at(steps: &[ExceedanceStep], x: f64) -> u64 {
        let after = steps.partition_point(|step| step.shortfall_pct <= x);
        steps[after - 1].trials_beyond
    }

    #[test]
    fn an_atom_is_one_step_where_it_lies() {
        // A loss of 5/12 in every other trial: P(more than 41.5 %) is 0.5, not something between 0.5 and 0.
        let shares: Vec<f64> = (0..500).map(|trial| f64::from(trial % 2) * 5.0 / 12.0).collect();
        let steps = curve(&shares);
        assert_eq!(steps.len(), 2, "{steps:?}");
        assert_eq!(
            steps[0],
            ExceedanceStep {
                shortfall_pct: 0.0,
                trials_beyond: 250
            }
        );
        assert!((steps[1].shortfall_pct - 500.0 / 12.0).abs() < 1e-12, "{steps:?}");
        assert_eq!([at(&steps, 41.5), at(&steps, 41.7)], [250, 0]);
    }

    #[test]
    fn rounding_turns_no_loss_of_ten_percent_into_more() {
        let steps = curve(&[0.1 + 1e-13, 0.1 + 1e-13, 0.1, 0.0]);
        assert_eq!(at(&steps, 10.0), 0, "{steps:?}");
        assert_eq!(at(&steps, 9.999_999), 3);
    }

    #[test]
    fn nothing_short_is_one_step() {
        assert_eq!(
            curve(&[0.0; 7]),
            [ExceedanceStep {
                shortfall_pct: 0.0,
                trials_beyond: 0
            }]
        );
    }

    proptest! {
        #[test]
        fn steps_agree_with_the_trials(
            shares in prop::collection::vec(prop_oneof![Just(0.0), Just(0.415), Just(1.0), Just(0.25), 1e-4..1.0f64], 1..300),
        ) {
            let steps = curve(&shares);
            prop_assert!(steps.is_sorted_by(|a, b| a.shortfall_pct <= b.shortfall_pct && a.trials_beyond >= b.trials_beyond));
            let beyond = |x: f64| shares.iter().filter(|share| **share * 100.0 > x + 1e-6).count() as u64;
            // Exact at every threshold of the table.
            for threshold in thresholds_pct() {
                prop_assert_eq!(at(&steps, threshold), beyond(threshold), "{}", threshold);
            }
            // Elsewhere, too, while values are few.
            for share in &shares {
                for x in [share * 99.3, share * 100.7] {
                    if shares.iter().all(|other| (other * 100.0 - x).abs() > 1e-5) {
                        prop_assert_eq!(at(&steps, x), beyond(x), "{}", x);
                    }
                }
            }
            // Beside many others to within a bin, which is at most 1/256 of its value wide.
            let tiny = (1..=600).map(|number| 1.2e-8 + f64::from(number) * 1e-11);
            let steps = curve(&shares.iter().copied().chain(tiny).collect::<Vec<f64>>());
            for threshold in thresholds_pct().skip(1) {
                prop_assert_eq!(at(&steps, threshold), beyond(threshold), "{}", threshold);
            }
            for share in &shares {
                for x in [share * 99.3, share * 100.7].into_iter().filter(|x| *x > 1e-3) {
                    let (low, high) = (beyond(x * (1.0 + 1.0 / 256.0)), beyond(x * (1.0 - 1.0 / 256.0)));
                    prop_assert!((low..=high).contains(&at(&steps, x)), "{} at {}", at(&steps, x), x);
                }
            }
        }
    }
}
