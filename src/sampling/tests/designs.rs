//! Sampling designs: each spreads its trials as it says, and each uniform stays uniform.
use super::draws::{critical, kolmogorov_smirnov};
use crate::sampling::{BATCH_TRIALS, Design, StreamKey};

#[test]
fn random_is_the_stream_itself() {
    let key = StreamKey::new(1, "design");
    assert_eq!(Design::Random.uniform(&key, 5, 2, None), key.uniform(5, 2));
}

#[test]
fn antithetic_pairs_mirror_each_other() {
    let key = StreamKey::new(1, "design");
    for trial in (0..1000).step_by(2) {
        let pair = [0, 1].map(|member| Design::Antithetic.uniform(&key, trial + member, 3, None));
        assert_eq!(pair[0] + pair[1], 1.0);
        assert_eq!(pair[0], key.uniform(trial, 3));
    }
}

/// The stratum of its batch that a uniform lies in.
fn stratum(uniform: f64) -> u64 {
    (uniform * BATCH_TRIALS as f64) as u64
}

#[test]
fn each_batch_of_latin_hypercubes_visits_every_stratum_once() {
    for (driver, index, batch) in [("a", 0, 0), ("a", 1, 0), ("b", 0, 3), ("b", 7, 1 << 32)] {
        let key = StreamKey::new(6, driver);
        let trials = batch * BATCH_TRIALS..(batch + 1) * BATCH_TRIALS;
        let visited: Vec<u64> = trials
            .map(|trial| stratum(Design::LatinHypercube.uniform(&key, trial, index, None)))
            .collect();
        assert!(!visited.is_sorted());
        let mut strata = visited;
        strata.sort_unstable();
        assert!(strata.into_iter().eq(0..BATCH_TRIALS), "{driver}, {index}, {batch}");
    }
}

#[test]
fn hypercube_columns_are_unrelated() {
    let design = Design::LatinHypercube;
    let (a, b) = (StreamKey::new(6, "a"), StreamKey::new(6, "b"));
    for (first, second) in [((a, 0), (b, 0)), ((a, 0), (a, 1)), ((a, 4), (a, 5))] {
        let product = (0..10_000).map(|trial| {
            let u = design.uniform(&first.0, trial, first.1, None);
            (u - 0.5) * (design.uniform(&second.0, trial, second.1, None) - 0.5)
        });
        assert!((12.0 * product.sum::<f64>() / 10_000.0).abs() < 0.05);
    }
}

#[test]
fn sobol_points_are_balanced_and_scrambled() {
    let key = StreamKey::new(6, "sobol");
    for dimension in [0, 1, 5, 63] {
        let mut cells: Vec<u32> = (0..256)
            .map(|trial| (Design::Sobol.uniform(&key, trial, 0, Some(dimension)) * 256.0) as u32)
            .collect();
        assert!(!cells.is_sorted());
        cells.sort_unstable();
        assert!(cells.into_iter().eq(0..256), "dimension {dimension}");
    }
    // The first two dimensions together are a net: one point in each box of 16 x 16.
    let other = StreamKey::new(6, "other");
    let mut boxes: Vec<u32> = (0..256)
        .map(|trial| {
            let x = (Design::Sobol.uniform(&key, trial, 0, Some(0)) * 16.0) as u32;
            let y = (Design::Sobol.uniform(&other, trial, 0, Some(1)) * 16.0) as u32;
            16 * x + y
        })
        .collect();
    boxes.sort_unstable();
    assert!(boxes.into_iter().eq(0..256));
    for dimension in [None, Some(Design::SOBOL_DIMENSIONS)] {
        let padded = Design::Sobol.uniform(&key, 9, 1, dimension);
        assert_eq!(padded, Design::LatinHypercube.uniform(&key, 9, 1, None));
    }
    assert_eq!(
        Design::Sobol.uniform(&key, 1 << 32, 1, Some(0)),
        Design::LatinHypercube.uniform(&key, 1 << 32, 1, None)
    );
}

#[test]
fn designs_beat_random_sampling_on_a_smooth_sum() {
    // Mean of a sum of five smooth functions; the error over 16 seeds for 1024 trials.
    let error = |design: Design| -> f64 {
        let squares = (0..16).map(|seed| {
            let keys: Vec<StreamKey> = (0..5).map(|d| StreamKey::new(seed, &format!("driver {d}"))).collect();
            let total = (0..1024).map(|trial| {
                let each = keys.iter().enumerate().map(|(d, key)| {
                    let u = design.uniform(key, trial, 0, Some(d));
                    libm::exp(u) - 1.718_281_828_459_045
                });
                each.sum::<f64>()
            });
            let mean = total.sum::<f64>() / 1024.0;
            mean * mean
        });
        (squares.sum::<f64>() / 16.0).sqrt()
    };
    let random = error(Design::Random);
    assert!(random > 0.01);
    assert!(error(Design::Antithetic) < 0.4 * random);
    assert!(error(Design::LatinHypercube) < 0.01 * random);
    assert!(error(Design::Sobol) < 0.01 * random);
}

#[test]
fn every_design_is_uniform_across_seeds() {
    for design in [
        Design::Random,
        Design::Antithetic,
        Design::LatinHypercube,
        Design::Sobol,
    ] {
        // The same trial under many seeds.
        let uniforms = (0..20_000).map(|seed| design.uniform(&StreamKey::new(seed, "x"), 37, 2, Some(3)));
        let mut uniforms: Vec<f64> = uniforms.collect();
        assert!(uniforms.iter().all(|&u| u > 0.0 && u < 1.0));
        let statistic = kolmogorov_smirnov(&mut uniforms, |u| u, false);
        assert!(statistic < critical(uniforms.len()), "{design:?}: {statistic}");
    }
}

#[test]
fn designs_are_stable() {
    let key = StreamKey::new(42, "design stability");
    let designs = [Design::LatinHypercube, Design::Sobol];
    let bits: Vec<u64> = designs
        .iter()
        .flat_map(|design| (0..4).map(|trial| design.uniform(&key, trial, 1, Some(2)).to_bits()))
        .collect();
    assert_eq!(bits, DESIGN_VALUES);
}

const DESIGN_VALUES: &[u64] = &[
    0x3fe00d2e94548b61,
    0x3fce5c9f8c869184,
    0x3fe34b4ae17609e1,
    0x3fe7d536ecb57c5d,
    0x3fea6ff1d28d2e95,
    0x3fc01a8869dc9f8c,
    0x3fd28efd285695c2,
    0x3fe205d5c01536ed,
];
