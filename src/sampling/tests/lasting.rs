//! Draws given that they are larger than some value.
use crate::sampling::{Distribution, Lasting, Sampler};

fn families() -> Vec<Distribution> {
    [
        Distribution::uniform(1.0, 9.0),
        Distribution::triangular(1.0, 3.0, 9.0),
        Distribution::pert(1.0, 3.0, 9.0, 4.0),
        Distribution::truncated_normal(4.0, 2.0, 0.0, f64::INFINITY),
        Distribution::lognormal(1.0, 0.7),
        Distribution::gamma(2.5, 1.6),
        Distribution::weibull(1.4, 5.0),
        Distribution::exponential(4.0),
        Distribution::poisson(6.0),
        Distribution::empirical(&[1.0, 2.0, 4.0, 8.0], None),
    ]
    .into_iter()
    .map(|made| made.unwrap())
    .collect()
}

#[test]
fn it_is_the_inverse_of_the_distribution_beyond_what_has_passed() {
    for distribution in families() {
        for elapsed in [0.0, 0.5, 2.0, 4.5, 7.5] {
            let lasting = Lasting::new(&distribution, elapsed).unwrap();
            let before = distribution.cdf(elapsed);
            assert!(
                (lasting.survival() - (1.0 - before)).abs() < 1e-12,
                "{distribution:?} {elapsed}"
            );
            for u in [1e-9, 0.01, 0.3, 0.5, 0.8, 0.999] {
                let drawn = lasting.quantile(u);
                let plain = distribution.quantile(before + u * (1.0 - before));
                assert!(
                    (drawn - plain).abs() <= 1e-6 * plain && drawn >= elapsed,
                    "{distribution:?} {elapsed} {u}: {drawn} {plain}"
                );
            }
        }
    }
}

#[test]
fn the_exponential_distribution_has_no_memory_however_late() {
    let distribution = Distribution::exponential(4.0).unwrap();
    let late = Lasting::new(&distribution, 1_000.0).unwrap();
    assert!((late.quantile(0.5) - 1_000.0 - 4.0 * std::f64::consts::LN_2).abs() < 1e-9);
}

#[test]
fn far_tails_are_exact() {
    // The hazard of a standard normal logarithm beyond z is z (1 + 1/z^2 - ...): ln x is exponential beyond it to first order.
    let distribution = Distribution::lognormal(0.0, 1.0).unwrap();
    let z = 12.0;
    let lasting = Lasting::new(&distribution, libm::exp(z)).unwrap();
    for u in [0.1, 0.5, 0.9] {
        let beyond = libm::log(lasting.quantile(u)) - z;
        let first_order = -libm::log(1.0 - u) / z;
        assert!(
            beyond > 0.0 && (beyond / first_order - 1.0).abs() < 0.02,
            "{u} {beyond} {first_order}"
        );
    }
    let weibull = Distribution::weibull(0.5, 1.0).unwrap();
    // sqrt(x) is exponential: beyond 90,000 it is 300 and an exponential of mean 1 more.
    let lasting = Lasting::new(&weibull, 90_000.0).unwrap();
    let expected = (300.0 + std::f64::consts::LN_2) * (300.0 + std::f64::consts::LN_2);
    assert!((lasting.quantile(0.5) / expected - 1.0).abs() < 1e-12);
    let normal = Distribution::truncated_normal(0.0, 1.0, 0.0, f64::INFINITY).unwrap();
    let lasting = Lasting::new(&normal, 20.0).unwrap();
    let beyond = lasting.quantile(0.5) - 20.0;
    assert!((beyond * 20.0 / std::f64::consts::LN_2 - 1.0).abs() < 0.01, "{beyond}");
}

#[test]
fn what_is_over_is_none() {
    for (distribution, elapsed) in [
        (Distribution::fixed(3.0), 3.0),
        (Distribution::uniform(1.0, 3.0), 3.0),
        (Distribution::empirical(&[1.0, 3.0], None), 5.0),
        (Distribution::exponential(1.0), 1e6),
    ] {
        assert!(Lasting::new(&distribution.unwrap(), elapsed).is_none());
    }
}

#[test]
fn one_value_left_is_constant() {
    let two = Distribution::empirical(&[3.0, 12.0], None).unwrap();
    assert!(Sampler::lasting(&two, 5.0).unwrap().is_constant());
    assert_eq!(Sampler::lasting(&two, 5.0).unwrap().quantile(0.3), 12.0);
    assert!(!Sampler::lasting(&two, 1.0).unwrap().is_constant());
    assert!(
        Sampler::lasting(&Distribution::fixed(3.0).unwrap(), 1.0)
            .unwrap()
            .is_constant()
    );
    // A value that is over is none of them, whatever the draw.
    assert_eq!(Sampler::lasting(&two, 3.0).unwrap().quantile(1e-300), 12.0);
}
