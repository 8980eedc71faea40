//! Quantiles, cumulative probabilities and moments of the exact distributions.
use crate::sampling::special::numeric::integrate;
use crate::sampling::{Distribution, DistributionError};

/// A value per family and then some, for tests that run over all of them.
pub fn examples() -> Vec<Distribution> {
    [
        Distribution::uniform(-2.0, 3.0),
        Distribution::triangular(1.0, 2.0, 5.0),
        Distribution::triangular(0.0, 0.0, 1.0),
        Distribution::pert(1.0, 2.0, 5.0, 4.0),
        Distribution::normal(10.0, 3.0),
        Distribution::truncated_normal(1.0, 2.0, 0.0, 4.0),
        Distribution::truncated_normal(0.0, 1.0, 6.0, f64::INFINITY),
        Distribution::lognormal_from_median_p90(2.0, 6.0),
        Distribution::beta(0.4, 3.0, 0.0, 1.0),
        Distribution::beta(5.0, 0.5, 0.0, 1.0),
        Distribution::beta(30.0, 8.0, -1.0, 4.0),
        Distribution::gamma(0.3, 2.0),
        Distribution::gamma(7.5, 0.2),
        Distribution::gamma(5000.0, 1.0),
        Distribution::weibull(1.7, 3.0),
        Distribution::exponential(4.0),
        Distribution::poisson(3.5),
        Distribution::poisson(4000.0),
        Distribution::empirical(&[3.0, 1.0, 2.0, 3.0], Some(&[1.0, 2.0, 3.0, 4.0])),
    ]
    .into_iter()
    .collect::<Result<_, _>>()
    .unwrap()
}

type Row = (Result<Distribution, DistributionError>, f64, f64, [f64; 7]);

pub fn relative(value: f64, expected: f64) -> f64 {
    if value == expected {
        0.0
    } else {
        ((value - expected) / expected).abs()
    }
}

#[test]
fn quantiles_and_moments_match_scipy() {
    let uniforms = [1e-9, 0.001, 0.1, 0.5, 0.8, 0.99, 0.999999];
    // From scipy.stats 1.17, except the truncated normal's first quantile, where scipy cancels: it is low + sd m (1 + a m / 2)
    // with m the probability over the density at the bound and a = -1/2 the bound in standard deviations.
    let rows: Vec<Row> = vec![
        (
            Distribution::triangular(1.0, 2.0, 5.0),
            2.666666666666667,
            0.8498365855987975,
            [
                1.0000632455532035,
                1.0632455532033676,
                1.632455532033676,
                2.550510257216822,
                3.450806661517033,
                4.653589838486225,
                4.9965358983848125,
            ],
        ),
        (
            Distribution::pert(1.0, 2.0, 5.0, 4.0),
            2.333333333333333,
            0.7126966450997984,
            [
                1.000040000400007,
                1.040407151534951,
                1.448939834183434,
                2.25524068182279,
                2.9607693718887775,
                4.111710866460007,
                4.915047127197175,
            ],
        ),
        (
            Distribution::normal(10.0, 3.0),
            10.0,
            3.0,
            [
                -7.993421045023059,
                0.7293030814965604,
                6.1553453033661985,
                10.0,
                12.524863700718743,
                16.97904362212252,
                24.26027292645126,
            ],
        ),
        (
            Distribution::truncated_normal(1.0, 2.0, 0.0, 4.0),
            1.7125457683541194,
            1.0587693802735798,
            [
                3.5485190516717587e-09,
                0.0035469478439892344,
                0.3416042511668591,
                1.6155076422979913,
                2.743017220790308,
                3.9068376147275767,
                3.99999035416003,
            ],
        ),
        (
            Distribution::truncated_normal(0.0, 1.0, 6.0, f64::INFINITY),
            6.158482604544618,
            0.15487942661646592,
            [
                6.0000000001623786,
                6.00016245681254,
                6.017085062660678,
                6.111565061813439,
                6.25613504514951,
                6.707994380124854,
                7.943019739531001,
            ],
        ),
        (
            Distribution::lognormal(0.5, 0.8),
            2.270499837532406,
            2.149769963808739,
            [
                0.013592384422621813,
                0.13915235806645346,
                0.5914126674080084,
                1.6487212707001282,
                3.2326330369036405,
                10.602377826676355,
                73.90196717763621,
            ],
        ),
        (
            Distribution::beta(0.4, 3.0, 0.0, 1.0),
            0.11764705882352942,
            0.15359793172561576,
            [
                8.64423959173519e-24,
                8.644239698482143e-09,
                0.0008654934049598111,
                0.05205113850865407,
                0.21137799024241977,
                0.6655441271475817,
                0.9835749525184175,
            ],
        ),
        (
            Distribution::beta(30.0, 8.0, -1.0, 4.0),
            2.947368421052632,
            0.3264071962873907,
            [
                0.5941850649420108,
                1.7709091694175871,
                2.511886595741829,
                2.9729368466252346,
                3.2306404609655885,
                3.583295933509456,
                3.892633681030362,
            ],
        ),
        (
            Distribution::gamma(0.3, 2.0),
            0.6,
            1.0954451150103321,
            [
                1.3945398192818733e-30,
                1.3945398193566689e-10,
                0.0006474492436468654,
                0.14626227173390396,
                0.9201477739757036,
                5.2788183141410645,
                21.96967126421725,
            ],
        ),
        (
            Distribution::gamma(7.5, 0.2),
            1.5,
            0.5477225575051662,
            [
                0.04632402816884185,
                0.3482684465928955,
                0.8546756241704547,
                1.4338859510956645,
                1.9310657110590919,
                3.0577914166892493,
                5.6493442499699595,
            ],
        ),
        (
            Distribution::weibull(1.7, 3.0),
            2.676733507497972,
            1.620707698881166,
            [
                1.5240654145221604e-05,
                0.05158734289651374,
                0.798409865090239,
                2.4181830515577625,
                3.969120917663423,
                7.366577715956779,
                14.058058186417291,
            ],
        ),
        (
            Distribution::exponential(4.0),
            4.0,
            4.0,
            [
                4.0000000020000005e-09,
                0.004002001334334134,
                0.42144206263130524,
                2.772588722239781,
                6.437751649736402,
                18.420680743952364,
                55.26204223174207,
            ],
        ),
        (
            Distribution::poisson(3.5),
            3.5,
            1.8708286933869707,
            [0.0, 0.0, 1.0, 3.0, 5.0, 8.0, 15.0],
        ),
        (
            Distribution::poisson(4000.0),
            4000.0,
            63.245553203367585,
            [3627.0, 3806.0, 3919.0, 4000.0, 4053.0, 4148.0, 4304.0],
        ),
    ];
    for (distribution, mean, deviation, quantiles) in rows {
        let distribution = distribution.unwrap();
        assert!(
            relative(distribution.mean(), mean) < 1e-11,
            "{distribution:?}: mean {}",
            distribution.mean()
        );
        let found = distribution.standard_deviation();
        assert!(
            relative(found, deviation) < 1e-9,
            "{distribution:?}: standard deviation {found} for {deviation}"
        );
        for (u, expected) in uniforms.into_iter().zip(quantiles) {
            let found = distribution.quantile(u);
            assert!(
                relative(found, expected) < 1e-10,
                "{distribution:?} at {u}: {found} instead of {expected}"
            );
        }
    }
}

#[test]
fn quantile_and_cdf_invert_each_other() {
    let uniforms = [
        1e-12,
        1e-9,
        1e-5,
        0.003,
        0.1,
        0.25,
        0.5,
        0.6,
        0.9,
        0.999,
        1.0 - 1e-9,
        1.0 - 1e-12,
    ];
    for distribution in examples() {
        let mut last = f64::NEG_INFINITY;
        for u in uniforms {
            let x = distribution.quantile(u);
            assert!(x >= last, "{distribution:?} falls at {u}");
            last = x;
            let back = distribution.cdf(x);
            if distribution.is_discrete() {
                assert!(
                    back >= u && distribution.cdf(x - 1e-6 * x.abs() - 1e-9) < u,
                    "{distribution:?} at {u}"
                );
                continue;
            }
            // A point near a bound away from 0 is rounded to the spacing of f64 there: allow for that.
            let nearby = 4.0 * (x.abs() + 1e-300) * f64::EPSILON;
            let rounding = distribution.cdf(x + nearby) - distribution.cdf(x - nearby);
            assert!(
                (back - u).abs() <= 1e-10 * u + rounding,
                "{distribution:?} at {u}: back at {back}"
            );
        }
    }
}

#[test]
fn moments_agree_with_the_quantile_function() {
    for distribution in examples() {
        if distribution.is_discrete() {
            continue;
        }
        // Integrate in s with u = s^3 (10 - 15 s + 6 s^2), which smooths both ends.
        let expectation = |f: &dyn Fn(f64) -> f64| {
            integrate(0.0, 1.0, 400, |s| {
                let half = s * s * s * (10.0 - s * (15.0 - 6.0 * s));
                let slope = 30.0 * s * s * (1.0 - s) * (1.0 - s);
                f(distribution.quantile(half.min(1.0 - 1e-16))) * slope
            })
        };
        let mean = expectation(&|x| x);
        let variance = expectation(&|x| (x - mean) * (x - mean));
        let deviation = distribution.standard_deviation();
        assert!(
            (mean - distribution.mean()).abs() < 1e-6 * deviation,
            "{distribution:?}: {mean}"
        );
        assert!(
            relative(variance.sqrt(), deviation) < 1e-5,
            "{distribution:?}: {}",
            variance.sqrt()
        );
    }
}

#[test]
fn other_parameters_give_the_same_distributions() {
    let near = |a: f64, b: f64| assert!(relative(a, b) < 1e-12, "{a} instead of {b}");
    let lognormal = Distribution::lognormal_from_median_p90(2.0, 6.0).unwrap();
    near(lognormal.quantile(0.5), 2.0);
    near(lognormal.quantile(0.9), 6.0);
    near(
        Distribution::lognormal_from_median_sigma(2.0, 0.3)
            .unwrap()
            .quantile(0.5),
        2.0,
    );
    for distribution in [
        Distribution::lognormal_from_mean_sd(3.0, 0.7),
        Distribution::beta_from_mean_sd(3.0, 0.7, 1.0, 6.0),
        Distribution::gamma_from_mean_sd(3.0, 0.7),
    ] {
        let distribution = distribution.unwrap();
        near(distribution.mean(), 3.0);
        near(distribution.standard_deviation(), 0.7);
    }
    near(Distribution::exponential_from_rate(0.25).unwrap().mean(), 4.0);
    assert_eq!(
        Distribution::pert(0.0, 0.2, 1.0, 4.0).unwrap().mean(),
        Distribution::beta(1.8, 4.2, 0.0, 1.0).unwrap().mean()
    );
    near(Distribution::poisson(9.0).unwrap().standard_deviation(), 3.0);
    let weibull = Distribution::weibull(1.0, 4.0).unwrap();
    near(weibull.mean(), 4.0);
    near(weibull.standard_deviation(), 4.0);
    // The two branches of the Weibull deviation meet.
    let around = [1000.5, 999.5].map(|shape| Distribution::weibull(shape, 1.0).unwrap().standard_deviation() * shape);
    assert!(relative(around[0], around[1]) < 1e-5);
}
