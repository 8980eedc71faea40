//! Dirichlet shares and length-biased draws.
use super::draws::{critical, kolmogorov_smirnov};
use super::quantiles::examples;
use crate::sampling::{Dirichlet, Distribution, LengthBiased, StreamKey};

#[test]
fn shares_have_the_means_and_variances_of_a_dirichlet() {
    let alphas = [0.5, 2.0, 7.5, 0.05];
    let total: f64 = alphas.iter().sum();
    let dirichlet = Dirichlet::new(&alphas).unwrap();
    let key = StreamKey::new(3, "shares");
    let count = 20_000;
    let mut sums = [0.0; 4];
    let mut squares = [0.0; 4];
    let mut shares = [0.0; 4];
    for trial in 0..count {
        let uniforms: Vec<f64> = (0..4).map(|index| key.uniform(trial, index)).collect();
        dirichlet.sample(&uniforms, &mut shares);
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-14 && shares.iter().all(|&share| share >= 0.0));
        for index in 0..4 {
            sums[index] += shares[index];
            squares[index] += shares[index] * shares[index];
        }
    }
    for index in 0..4 {
        let mean = alphas[index] / total;
        let variance = mean * (1.0 - mean) / (total + 1.0);
        let found = sums[index] / count as f64;
        assert!(
            (found - mean).abs() < 5.0 * (variance / count as f64).sqrt(),
            "{index}: {found} for {mean}"
        );
        let found = squares[index] / count as f64 - found * found;
        assert!((found / variance - 1.0).abs() < 0.25, "{index}: {found} for {variance}");
    }
}

#[test]
fn tiny_concentrations_still_give_shares() {
    let dirichlet = Dirichlet::new(&[0.001, 0.001, 0.001]).unwrap();
    let mut shares = [0.0; 3];
    dirichlet.sample(&[0.1, 0.2, 0.15], &mut shares);
    assert!(
        shares[1] == 1.0 && shares[0] < 1e-100 && shares[2] < 1e-100,
        "{shares:?}"
    );
    dirichlet.sample(&[1e-16; 3], &mut shares);
    assert!(shares.iter().all(|&share| (share - 1.0 / 3.0).abs() < 1e-15));
    let one = Dirichlet::new(&[2.0]).unwrap();
    one.sample(&[0.3], &mut shares[..1]);
    assert_eq!((shares[0], one.size()), (1.0, 1));
}

#[test]
fn length_biased_lognormal_moves_mu_by_the_variance() {
    let biased = LengthBiased::new(&Distribution::lognormal(0.3, 0.7).unwrap()).unwrap();
    let numeric = LengthBiased::by_lorenz_curve(&Distribution::lognormal(0.3, 0.7).unwrap()).unwrap();
    let expected = Distribution::lognormal(0.3 + 0.49, 0.7).unwrap();
    for u in [1e-6, 0.01, 0.2, 0.5, 0.9, 0.999] {
        assert!((biased.sample(u) / expected.quantile(u) - 1.0).abs() < 1e-14);
        assert!((numeric.sample(u) / expected.quantile(u) - 1.0).abs() < 1e-7, "{u}");
    }
}

#[test]
fn the_residual_of_an_exponential_is_exponential() {
    let distribution = Distribution::exponential(5.0).unwrap();
    let biased = LengthBiased::new(&distribution).unwrap();
    let key = StreamKey::new(9, "residual");
    let residuals = (0..20_000).map(|trial| {
        let [u, place] = key.uniform_pair(trial, 0);
        place * biased.sample(u)
    });
    let mut residuals: Vec<f64> = residuals.collect();
    let statistic = kolmogorov_smirnov(&mut residuals, |x| distribution.cdf(x), false);
    assert!(statistic < critical(residuals.len()), "{statistic}");
}

#[test]
fn closed_forms_and_the_lorenz_curve_agree() {
    for distribution in [
        Distribution::uniform(2.0, 7.0),
        Distribution::uniform(0.0, 7.0),
        Distribution::gamma(2.5, 3.0),
        Distribution::gamma(0.4, 3.0),
        Distribution::exponential(2.0),
        Distribution::weibull(1.6, 2.0),
        Distribution::weibull(0.7, 2.0),
        Distribution::beta(2.0, 5.0, 0.0, 3.0),
        Distribution::pert(0.0, 2.0, 5.0, 4.0),
        Distribution::triangular(1.0, 2.0, 6.0),
        Distribution::pert(1.0, 2.0, 5.0, 4.0),
        Distribution::truncated_normal(3.0, 2.0, 0.0, f64::INFINITY),
    ] {
        let distribution = distribution.unwrap();
        let biased = LengthBiased::new(&distribution).unwrap();
        let numeric = LengthBiased::by_lorenz_curve(&distribution).unwrap();
        let mut inverse = 0.0;
        for step in 0..2000 {
            let u = (f64::from(step) + 0.5) / 2000.0;
            let (x, other) = (biased.sample(u), numeric.sample(u));
            assert!(
                (x / other - 1.0).abs() < 2e-7,
                "{distribution:?} at {u}: {x} and {other}"
            );
            inverse += 1.0 / x / 2000.0;
        }
        // E[1 / X*] = 1 / E[X]; the midpoint rule is coarse where 1 / x is steep.
        assert!(
            (inverse * distribution.mean() - 1.0).abs() < 0.25,
            "{distribution:?}: {inverse}"
        );
        assert!(numeric.sample(1e-15).is_finite() && numeric.sample(1.0 - 1e-15).is_finite());
    }
}

#[test]
fn discrete_lengths_are_weighted_by_their_value() {
    let biased = LengthBiased::new(&Distribution::empirical(&[0.0, 1.0, 3.0], None).unwrap()).unwrap();
    assert_eq!([0.1, 0.24, 0.26, 0.9].map(|u| biased.sample(u)), [1.0, 1.0, 3.0, 3.0]);
    let fixed = LengthBiased::new(&Distribution::fixed(4.0).unwrap()).unwrap();
    assert_eq!(fixed.sample(0.3), 4.0);
    let counts = LengthBiased::new(&Distribution::poisson(2.0).unwrap()).unwrap();
    assert_eq!(counts.sample(0.5), 3.0);
}

#[test]
fn length_biased_draws_are_positive() {
    for distribution in examples() {
        let Ok(biased) = LengthBiased::new(&distribution) else {
            assert!(distribution.support().0 < 0.0);
            continue;
        };
        let (low, high) = distribution.support();
        for u in [2e-16, 0.01, 0.5, 0.99, 1.0 - 2e-16] {
            let x = biased.sample(u);
            assert!(x > 0.0 && x >= low && x <= high, "{distribution:?} at {u}: {x}");
        }
    }
}
