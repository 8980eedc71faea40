//! Parameters at the edge of what is allowed.
use super::quantiles::relative;
use crate::sampling::Distribution;

#[test]
fn extreme_parameters_stay_sane() {
    let mut cases = Vec::new();
    for a in [0.001, 0.05, 1.0, 300.0, 1e4, 1e7, 1e12] {
        cases.push(Distribution::gamma(a, 1.0));
        for b in [0.001, 0.05, 1.0, 300.0, 1e4, 1e7, 1e12] {
            cases.push(Distribution::beta(a, b, 0.0, 1.0));
        }
    }
    cases.extend([
        Distribution::normal(1e9, 1e-9),
        Distribution::truncated_normal(0.0, 1e9, 0.0, 1.0),
        Distribution::truncated_normal(0.0, 1.0, 29.0, f64::INFINITY),
        Distribution::truncated_normal(0.0, 1.0, -1e300, 1e-300),
        Distribution::truncated_normal(1.0, 1e-12, 0.0, 1.0),
        Distribution::lognormal(-300.0, 1e-9),
        Distribution::lognormal(0.0, 15.0),
        Distribution::weibull(0.02, 1.0),
        Distribution::weibull(1e9, 1.0),
        Distribution::exponential(1e-300),
        Distribution::poisson(1e-9),
        Distribution::poisson(1e9),
        Distribution::beta_from_mean_sd(0.5, 1e-6, 0.0, 1.0),
        Distribution::gamma_from_mean_sd(1.0, 1e-6),
        Distribution::pert(0.0, 1.0, 1.0, 1e6),
        Distribution::pert(0.0, 0.5, 1.0, 0.0),
        Distribution::uniform(-1e300, 1e300),
        Distribution::triangular(0.0, 1e-12, 1.0),
    ]);
    for distribution in cases {
        let distribution = distribution.unwrap();
        let (low, high) = distribution.support();
        let mut last = low;
        for u in [
            0.0,
            1e-300,
            2e-16,
            1e-12,
            1e-6,
            0.01,
            0.3,
            0.5,
            0.7,
            0.99,
            1.0 - 1e-6,
            1.0 - 1e-12,
            1.0,
        ] {
            let x = distribution.quantile(u);
            assert!(x >= low && x <= high && !x.is_nan(), "{distribution:?} at {u}: {x}");
            // Rounding may show where the whole spread is a few spacings of f64.
            assert!(
                x >= last - 1e-12 * last.abs(),
                "{distribution:?} falls at {u}: {x} after {last}"
            );
            last = x;
            let p = distribution.cdf(x);
            assert!((0.0..=1.0).contains(&p), "{distribution:?} at {x}: {p}");
        }
        assert!(distribution.mean().is_finite() && distribution.standard_deviation() >= 0.0);
        assert!(distribution.quantile(f64::NAN).is_nan() && distribution.cdf(f64::NAN).is_nan());
    }
}

#[test]
fn a_narrow_truncation_is_nearly_uniform() {
    for width in [1e-7, 0.9e-5, 1.1e-5, 1e-3] {
        let distribution = Distribution::truncated_normal(0.0, 1.0, 1.0, 1.0 + width).unwrap();
        // Density falls by the factor exp(-width) over the interval: the median is a little to the left.
        let median = (distribution.quantile(0.5) - 1.0) / width;
        assert!(
            (median - (0.5 - width / 8.0)).abs() < 0.1 * width * width + 2e-15 / width,
            "{width}: {median}"
        );
        assert!(relative(distribution.standard_deviation(), width / 12.0_f64.sqrt()) < 1e-5);
    }
}
