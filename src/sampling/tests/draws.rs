//! Draws by the samplers: goodness of fit, stable bits, and agreement with the exact quantile.
use super::quantiles::examples;
use crate::sampling::{Distribution, Sampler, StreamKey};

/// Two-sided Kolmogorov-Smirnov statistic of values against a cumulative distribution; for a discrete one an upper bound of
/// it by comparing below and at each value.
pub fn kolmogorov_smirnov(values: &mut [f64], cdf: impl Fn(f64) -> f64, discrete: bool) -> f64 {
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let mut worst = 0.0_f64;
    let mut start = 0;
    while start < values.len() {
        let x = values[start];
        let end = start + values[start..].iter().take_while(|&&value| value == x).count();
        let p = cdf(x);
        worst = worst.max((end as f64 / count - p).abs());
        if !discrete {
            worst = worst.max((p - start as f64 / count).abs());
        }
        start = end;
    }
    worst
}

/// The statistic exceeds this with probability 1e-6 (Massart's bound: sqrt(ln(2 / 1e-6) / (2 n))).
pub fn critical(count: usize) -> f64 {
    (libm::log(2e6) / (2.0 * count as f64)).sqrt()
}

#[test]
fn draws_fit_their_distribution() {
    for (index, distribution) in examples().iter().enumerate() {
        let key = StreamKey::new(2024, &format!("fit {index}"));
        let sampler = Sampler::new(distribution);
        let mut values: Vec<f64> = (0..20_000)
            .map(|trial| sampler.quantile(key.uniform(trial, 0)))
            .collect();
        let statistic = kolmogorov_smirnov(&mut values, |x| distribution.cdf(x), distribution.is_discrete());
        assert!(statistic < critical(values.len()), "{distribution:?}: {statistic}");
    }
}

#[test]
fn samplers_agree_with_the_exact_quantile() {
    let mut cases = examples();
    for (a, b) in [
        (0.05, 0.05),
        (0.5, 0.5),
        (1.0, 1.0),
        (2.0, 3.0),
        (80.0, 3.0),
        (0.2, 40.0),
        (1e4, 1e4),
    ] {
        cases.push(Distribution::beta(a, b, 0.0, 1.0).unwrap());
    }
    for shape in [0.05, 0.5, 1.0, 2.0, 30.0, 1e3, 1e6] {
        cases.push(Distribution::gamma(shape, 1.0).unwrap());
    }
    for mean in [0.01, 0.7, 20.0, 999.0, 3e4, 2e5] {
        cases.push(Distribution::poisson(mean).unwrap());
    }
    let key = StreamKey::new(5, "agreement");
    for distribution in cases {
        let sampler = Sampler::new(&distribution);
        let low = match distribution.support().0 {
            low if low.is_finite() => low,
            _ => 0.0,
        };
        let mut worst = 0.0_f64;
        let edges = [
            0.5,
            0.25,
            0.75,
            1.0 / 16384.0,
            1.0 - 1.0 / 16384.0,
            1e-12,
            1.0 - 1e-12,
            1e-300,
        ];
        for u in (0..2000).map(|trial| key.uniform(trial, 0)).chain(edges) {
            let (quick, exact) = (sampler.quantile(u), distribution.quantile(u));
            if quick != exact {
                worst = worst.max((quick - exact).abs() / (exact - low).abs());
            }
        }
        assert!(worst < 1e-9, "{distribution:?}: {worst}");
        let tabulated = matches!(distribution.family(), "beta" | "pert" | "gamma");
        assert!(tabulated || worst == 0.0, "{distribution:?} is not exact");
        assert_eq!(sampler.quantile(0.0), distribution.quantile(0.0));
        assert_eq!(sampler.quantile(1.0), distribution.quantile(1.0));
        assert!(sampler.quantile(f64::NAN).is_nan() || distribution.is_fixed());
    }
}

#[test]
fn samplers_never_fall() {
    for distribution in examples() {
        let sampler = Sampler::new(&distribution);
        let mut last = f64::NEG_INFINITY;
        for step in 1..40_000 {
            let x = sampler.quantile(f64::from(step) / 40_000.0);
            assert!(x >= last, "{distribution:?} falls at {step}");
            last = x;
        }
    }
}

#[test]
fn tables_stay_small() {
    for distribution in examples() {
        assert!(Sampler::new(&distribution).cells() <= 1000, "{distribution:?}");
    }
}

/// Draws are part of the interface: published results depend on their bits.
#[test]
fn draws_are_stable() {
    let key = StreamKey::new(42, "value stability");
    let found: Vec<[u64; 8]> = examples()
        .iter()
        .map(|distribution| {
            let sampler = Sampler::new(distribution);
            core::array::from_fn(|trial| sampler.quantile(key.uniform(trial as u64, 0)).to_bits())
        })
        .collect();
    assert_eq!(found, DRAW_VALUES);
}

const DRAW_VALUES: &[[u64; 8]] = &[
    [
        0xbfdc7ae5a21352d0,
        0x3ff1d6dbe06d2c62,
        0x400680d623920e02,
        0xbffda14d91ff59c6,
        0x4004607ab6fbc62c,
        0xbfd746e765c71c90,
        0x3fd44d5025e0be98,
        0x4000815857ca8c08,
    ],
    [
        0x4000ff273c172a55,
        0x4006fbea3e846fbd,
        0x401151d4184e8040,
        0x3ff581f92a09262c,
        0x400fa8d4912c7754,
        0x4001450daca2148b,
        0x4003b34b1b4376f8,
        0x400c011385c9ddfe,
    ],
    [
        0x3fc5c094fddc286b,
        0x3fd8b40d7a5f75ae,
        0x3fe9cf5ad37d3467,
        0x3f8e901a272539d7,
        0x3fe65e84b8c37b4b,
        0x3fc7036fde2e2a2c,
        0x3fd11eb85b908297,
        0x3fe22600b13b2c56,
    ],
    [
        0x3ffe4a6d70d19feb,
        0x400414028ee1da70,
        0x400de02f8ce4d0a4,
        0x3ff3b1839e701e76,
        0x400b0df46ecda848,
        0x3ffec9768deb5e4a,
        0x4001787ab7729b4f,
        0x400800dc6d0230f7,
    ],
    [
        0x40210ab946a9c240,
        0x4025e14cb8f557cd,
        0x402eb054487d13ac,
        0x40115d21b090ab56,
        0x402c05f19f85c4df,
        0x402150a67cc1cb2e,
        0x4023730de80d9042,
        0x40295368298b5331,
    ],
    [
        0x3ff0399a6a5e92e1,
        0x400048ce0ec0ae06,
        0x400d6f2d5094ddda,
        0x3fba93445be7f250,
        0x400a88109f619853,
        0x3ff10a35ce493ca6,
        0x3ff7f1ad507c547b,
        0x400669aa9808b632,
    ],
    [
        0x40183da53f793266,
        0x4018a0363646210b,
        0x401a0cf600d6129b,
        0x401804ff8a231591,
        0x401983ace87ed4ff,
        0x40184193e6096617,
        0x401866b41a45fb42,
        0x401910b2c63d22c4,
    ],
    [
        0x3ff4f854eb80bc69,
        0x4004ee32458c2d74,
        0x40226b9e1eb6b0d7,
        0x3fd967b9f59a0732,
        0x40192c37d1f59ae6,
        0x3ff5cdfb14ef83ac,
        0x3ffd9449e688ad9a,
        0x40111f3f91f5e065,
    ],
    [
        0x3f8eda771fcc66ce,
        0x3fb89608a7ef6ee0,
        0x3fe003462e161cfd,
        0x3f05a6019f7c5e26,
        0x3fd6dba4cf7f4562,
        0x3f91934bcf14af97,
        0x3fa5be5034bc9c31,
        0x3fcca1239cd7cdfd,
    ],
    [
        0x3fecba8045c35de8,
        0x3fef32855d3c8f06,
        0x3feffe1adcbf4884,
        0x3fe37b632abae7ab,
        0x3feff4dca71b985b,
        0x3fecee35f23bafc9,
        0x3fee3e07d8766421,
        0x3fefcfc2f9560306,
    ],
    [
        0x40066f6ff484b673,
        0x40089688520bb382,
        0x400bc14a0cad8598,
        0x40022d554ca5d72f,
        0x400ae7c993264b3f,
        0x40069054956db8f4,
        0x40078a3cb32b0fce,
        0x4009f2d0ecfaaf78,
    ],
    [
        0x3f9d6cda9413e56c,
        0x3fd4d151bfd1bc45,
        0x40096cde8ec72f9d,
        0x3ee7867bd0b28c02,
        0x3ffe70a05df6c881,
        0x3fa179005c39081e,
        0x3fbcb328a879449a,
        0x3fefc587d76ab5b7,
    ],
    [
        0x3ff2fd163384b6a6,
        0x3ff9b8ca73d6e0a4,
        0x4004d8a9474ed51c,
        0x3fe4c167c7142c42,
        0x40022a3f4970e62f,
        0x3ff3552c28e8eafb,
        0x3ff62afe55a18f5f,
        0x3fff60a9a79164c4,
    ],
    [
        0x40b364e3286e3610,
        0x40b39ddaffff6dc4,
        0x40b406b0be4885de,
        0x40b303785ec4898a,
        0x40b3e6d082e1695b,
        0x40b3681791747dff,
        0x40b3812e63d530e5,
        0x40b3c6b140296f01,
    ],
    [
        0x3ffada09c88df7b6,
        0x4007a6f415c85554,
        0x4018289a58cc81d2,
        0x3fd8709a1f0cb6af,
        0x40141743fdff0f9c,
        0x3ffbd9f2be7b1e08,
        0x40022956954e4e14,
        0x4010407fb05081ec,
    ],
    [
        0x3ff7d743bae65124,
        0x400f372fbf89794a,
        0x402a48e60f8ce75b,
        0x3fbecb11faf197b3,
        0x4023365b922806e6,
        0x3ff95e8b88574cb1,
        0x4003ec3512919b5b,
        0x401acb7a5e56781f,
    ],
    [
        0x4000000000000000,
        0x4010000000000000,
        0x401c000000000000,
        0,
        0x4018000000000000,
        0x4008000000000000,
        0x4008000000000000,
        0x4014000000000000,
    ],
    [
        0x40af020000000000,
        0x40af680000000000,
        0x40b0110000000000,
        0x40ae520000000000,
        0x40afea0000000000,
        0x40af080000000000,
        0x40af340000000000,
        0x40afb00000000000,
    ],
    [
        0x4000000000000000,
        0x4008000000000000,
        0x4008000000000000,
        0x3ff0000000000000,
        0x4008000000000000,
        0x4000000000000000,
        0x4000000000000000,
        0x4008000000000000,
    ],
];
