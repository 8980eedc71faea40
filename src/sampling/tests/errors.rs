//! Every way to be refused, with its message.
use crate::sampling::{Copula, Correlation, Dirichlet, Distribution, DistributionError, LengthBiased};

const NAN: f64 = f64::NAN;
const INFINITY: f64 = f64::INFINITY;

fn message<T>(result: Result<T, DistributionError>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(error) => {
            assert!(error.to_string().starts_with(error.distribution()));
            assert!(error.to_string().ends_with(error.message()));
            format!("[{}] {error}", error.parameter())
        }
    }
}

#[test]
fn distributions_say_what_is_wrong() {
    use Distribution as D;
    let cases = [
        (
            message(D::fixed(NAN)),
            "[value] fixed: value must be a finite number, not NaN",
        ),
        (
            message(D::uniform(2.0, 1.0)),
            "[low] uniform: low (2) must not be greater than high (1)",
        ),
        (
            message(D::uniform(NAN, 1.0)),
            "[low] uniform: low must be a finite number, not NaN",
        ),
        (
            message(D::uniform(0.0, INFINITY)),
            "[high] uniform: high must be a finite number, not inf",
        ),
        (
            message(D::triangular(1.0, 7.0, 5.0)),
            "[mode] triangular: mode must lie between low (1) and high (5), not 7",
        ),
        (
            message(D::triangular(1.0, NAN, 5.0)),
            "[mode] triangular: mode must be a finite number, not NaN",
        ),
        (
            message(D::pert(1.0, 0.5, 5.0, 4.0)),
            "[mode] pert: mode must lie between low (1) and high (5), not 0.5",
        ),
        (
            message(D::pert(1.0, 2.0, 5.0, -1.0)),
            "[lambda] pert: lambda must be between 0 and 1e12 (4 is usual), not -1",
        ),
        (
            message(D::normal(0.0, -2.0)),
            "[sd] normal: sd must be 0 or more, not -2",
        ),
        (
            message(D::normal(NAN, 1.0)),
            "[mean] normal: mean must be a finite number, not NaN",
        ),
        (
            message(D::truncated_normal(0.0, 1.0, 3.0, 2.0)),
            "[low] normal: low (3) must be less than high (2)",
        ),
        (
            message(D::truncated_normal(0.0, 1.0, 50.0, INFINITY)),
            "[low] normal: the interval from low (50) to high (inf) must come within 30 standard deviations (sd 1) of the mean (0)",
        ),
        (
            message(D::truncated_normal(5.0, 0.0, 0.0, 1.0)),
            "[high] normal: the interval from low (0) to high (1) must come within 30 standard deviations (sd 0) of the mean (5)",
        ),
        (
            message(D::lognormal(0.0, -1.0)),
            "[sigma] lognormal: sigma must be 0 or more, not -1",
        ),
        (
            message(D::lognormal(0.0, 40.0)),
            "[sigma] lognormal: sigma makes the mean or the standard deviation too large to represent",
        ),
        (
            message(D::lognormal_from_median_sigma(0.0, 1.0)),
            "[median] lognormal: median must be greater than 0, not 0",
        ),
        (
            message(D::lognormal_from_median_p90(3.0, 2.0)),
            "[p90] lognormal: p90 must not be less than the median (3), not 2",
        ),
        (
            message(D::lognormal_from_mean_sd(-1.0, 2.0)),
            "[mean] lognormal: mean must be greater than 0, not -1",
        ),
        (
            message(D::beta(0.0, 2.0, 0.0, 1.0)),
            "[alpha] beta: alpha must be between 0.001 and 1e12, not 0",
        ),
        (
            message(D::beta(1.0, NAN, 0.0, 1.0)),
            "[beta] beta: beta must be between 0.001 and 1e12, not NaN",
        ),
        (
            message(D::beta_from_mean_sd(0.5, 0.5, 0.0, 1.0)),
            "[sd] beta: sd must be well below 0.5 for a mean of 0.5, not 0.5",
        ),
        (
            message(D::beta_from_mean_sd(1.0, 0.1, 0.0, 1.0)),
            "[mean] beta: mean must lie strictly between low (0) and high (1), not 1",
        ),
        (
            message(D::beta_from_mean_sd(0.5, 1e-9, 0.0, 1.0)),
            "[sd] beta: sd must be 0 or at least a millionth of the range, not 0.000000001",
        ),
        (
            message(D::gamma(-1.0, 2.0)),
            "[shape] gamma: shape must be between 0.001 and 1e12, not -1",
        ),
        (
            message(D::gamma(1.0, 0.0)),
            "[scale] gamma: scale must be greater than 0, not 0",
        ),
        (
            message(D::gamma_from_mean_sd(1.0, 100.0)),
            "[sd] gamma: sd must be 0 or between a millionth of the mean (1) and 31 times it, not 100",
        ),
        (
            message(D::weibull(0.0, 1.0)),
            "[shape] weibull: shape must be greater than 0, not 0",
        ),
        (
            message(D::weibull(0.001, 1.0)),
            "[shape] weibull: shape makes the mean or the standard deviation too large to represent",
        ),
        (
            message(D::exponential(0.0)),
            "[mean] exponential: mean must be greater than 0, not 0",
        ),
        (
            message(D::exponential_from_rate(-1.0)),
            "[rate] exponential: rate must be greater than 0, not -1",
        ),
        (
            message(D::poisson(-1.0)),
            "[mean] poisson: mean must be between 0 and 1e9, not -1",
        ),
        (
            message(D::empirical(&[], None)),
            "[values] empirical: values must list at least one number",
        ),
        (
            message(D::empirical(&[1.0, NAN], None)),
            "[values] empirical: values must be finite numbers, not NaN",
        ),
        (
            message(D::empirical(&[1.0, 2.0], Some(&[1.0]))),
            "[weights] empirical: weights must have one entry per value (2), not 1",
        ),
        (
            message(D::empirical(&[1.0, 2.0], Some(&[1.0, -1.0]))),
            "[weights] empirical: weights must be 0 or more, not -1",
        ),
        (
            message(D::empirical(&[1.0, 2.0], Some(&[0.0, 0.0]))),
            "[weights] empirical: weights must have a positive, finite sum, not 0",
        ),
        (
            message(Dirichlet::new(&[])),
            "[alphas] dirichlet: alphas must list at least one number",
        ),
        (
            message(Dirichlet::new(&[1.0, 0.0])),
            "[alphas] dirichlet: alphas must be between 0.001 and 1e12, not 0",
        ),
        (
            message(D::normal(1.0, 1.0).and_then(|d| LengthBiased::new(&d))),
            "[low] normal: a length-biased draw needs values of 0 or more, but they go down to -inf",
        ),
        (
            message(D::fixed(0.0).and_then(|d| LengthBiased::new(&d))),
            "[mean] fixed: a length-biased draw needs a mean greater than 0",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn spreads_of_zero_are_fixed() {
    let cases = [
        (Distribution::uniform(3.0, 3.0), 3.0),
        (Distribution::triangular(3.0, 3.0, 3.0), 3.0),
        (Distribution::pert(3.0, 3.0, 3.0, 4.0), 3.0),
        (Distribution::normal(3.0, 0.0), 3.0),
        (Distribution::truncated_normal(3.0, 0.0, 0.0, 9.0), 3.0),
        (Distribution::lognormal(0.0, 0.0), 1.0),
        (Distribution::lognormal_from_median_p90(1.0, 1.0), 1.0),
        (Distribution::beta(2.0, 2.0, 3.0, 3.0), 3.0),
        (Distribution::beta_from_mean_sd(0.3, 0.0, 0.0, 1.0), 0.3),
        (Distribution::gamma_from_mean_sd(3.0, 0.0), 3.0),
        (Distribution::poisson(0.0), 0.0),
        (Distribution::empirical(&[3.0, 4.0], Some(&[2.0, 0.0])), 3.0),
    ];
    for (distribution, value) in cases {
        let distribution = distribution.unwrap();
        assert!(distribution.is_fixed(), "{distribution:?}");
        assert_eq!((distribution.mean(), distribution.standard_deviation()), (value, 0.0));
        assert_eq!((distribution.cdf(value - 1e-9), distribution.cdf(value)), (0.0, 1.0));
    }
}

#[test]
fn copulas_say_what_is_wrong() {
    let matrix = |rows: &[&[f64]]| Correlation::matrix(rows).unwrap_err().to_string();
    assert_eq!(matrix(&[]), "a copula needs at least one variable");
    assert_eq!(
        Correlation::common(0, 0.5).unwrap_err().to_string(),
        "a copula needs at least one variable"
    );
    assert_eq!(
        matrix(&[&[1.0, 0.5], &[0.5]]),
        "the correlation matrix must be square: row 2 has 1 entries instead of 2"
    );
    assert_eq!(
        matrix(&[&[1.0, 1.5], &[1.5, 1.0]]),
        "correlations must be between -1 and 1, but row 2, column 1 is 1.5"
    );
    assert_eq!(
        matrix(&[&[1.0, 0.5], &[0.5, 0.9]]),
        "a variable's correlation with itself must be 1, but row 2, column 2 is 0.9"
    );
    assert_eq!(
        matrix(&[&[1.0, 0.5], &[0.4, 1.0]]),
        "the correlation matrix must be symmetric, but row 2, column 1 is 0.4 and its mirror image is 0.5"
    );
    assert_eq!(
        matrix(&[&[1.0, 0.9, -0.9], &[0.9, 1.0, 0.9], &[-0.9, 0.9, 1.0]]),
        "these correlations cannot hold together (the matrix is not positive definite): variable 3 is already determined by, \
         or contradicts, those before it"
    );
    assert_eq!(
        Correlation::common(5, -0.25).unwrap_err().to_string(),
        "one correlation common to 5 variables must be greater than -0.25 and less than 1, not -0.25"
    );
    let correlation = Correlation::common(3, 0.5).unwrap();
    assert_eq!(
        Copula::student_t(correlation, 0.0).unwrap_err().to_string(),
        "degrees of freedom must be between 0.1 and 1e6, not 0"
    );
}
