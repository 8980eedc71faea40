//! Sampling designs: each spreads its trials as it says, and each uniform stays uniform.
use super::draws::{critical, kolmogorov_smirnov};
use crate::sampling::{BATCH_TRIALS, Design, Dimensions, Stream, StreamKey};

#[test]
fn random_is_the_stream_itself() {
    let key = StreamKey::new(1, "design");
    assert_eq!(Design::Random.uniform(key, 5, 2), key.uniform(5, 2));
}

#[test]
fn antithetic_pairs_mirror_each_other() {
    let key = StreamKey::new(1, "design");
    for trial in (0..1000).step_by(2) {
        let pair = [0, 1].map(|member| Design::Antithetic.uniform(key, trial + member, 3));
        assert_eq!(pair[0] + pair[1], 1.0);
        assert_eq!(pair[0], key.uniform(trial, 3));
    }
}

/// The stratum of its batch that a uniform lies in.
fn stratum(uniform: f64) -> u64 {
    (uniform * BATCH_TRIALS as f64) as u64
}

/// Two streams whose first two draws have a net in common.
fn in_net(seed: u64) -> [Stream; 2] {
    let dimensions: [&[usize]; 2] = [&[0, 3], &[1, 2]];
    [0, 1].map(|number| {
        let key = StreamKey::new(seed, &format!("net.{number}"));
        Stream::in_net(key, StreamKey::new(seed, "net"), dimensions[number])
    })
}

#[test]
fn each_batch_of_latin_hypercubes_visits_every_stratum_once() {
    let alone = ["a", "b"].map(|driver| Stream::from(StreamKey::new(6, driver)));
    for stream in [alone, in_net(6)].concat() {
        for (index, batch) in [(0, 0), (1, 0), (0, 3), (7, 1 << 32)] {
            let trials = batch * BATCH_TRIALS..(batch + 1) * BATCH_TRIALS;
            let visited: Vec<u64> = trials
                .map(|trial| stratum(Design::LatinHypercube.uniform(stream, trial, index)))
                .collect();
            assert!(!visited.is_sorted());
            let mut strata = visited;
            strata.sort_unstable();
            assert!(strata.into_iter().eq(0..BATCH_TRIALS), "{stream:?}, {index}, {batch}");
        }
    }
}

/// Each batch has one trial in each box of 16 x 16 of two draws of a net; draws that are in none have not.
#[test]
fn draws_of_a_net_are_spread_evenly_together() {
    let boxes_of_16 = |draws: [(Stream, u64); 2], batch: u64| {
        let mut found = [0; 256];
        for trial in batch * BATCH_TRIALS..(batch + 1) * BATCH_TRIALS {
            let [x, y] =
                draws.map(|(stream, index)| stratum(Design::LatinHypercube.uniform(stream, trial, index)) / 16);
            found[(16 * x + y) as usize] += 1;
        }
        found
    };
    let [a, b] = in_net(9);
    let (c, d) = (Stream::from(a.key), Stream::from(b.key));
    for batch in [0, 1, 77] {
        assert_eq!(boxes_of_16([(a, 0), (b, 0)], batch), [1; 256]);
        assert_ne!(boxes_of_16([(c, 0), (d, 0)], batch), [1; 256]);
        // The third draws are in no net.
        assert_ne!(boxes_of_16([(a, 2), (b, 2)], batch), [1; 256]);
        assert_ne!(boxes_of_16([(a, 0), (b, 2)], batch), [1; 256]);
    }
}

/// A net changes how trials of one batch go together under Latin hypercubes, and nothing else.
#[test]
fn a_net_is_of_latin_hypercubes_alone() {
    let [a, _] = in_net(9);
    let alone = Stream::from(a.key);
    let sobol = Design::Sobol(Dimensions::new(&[(a, 0)]));
    for trial in 0..100 {
        for design in [Design::Random, Design::Antithetic] {
            assert_eq!(design.uniform(a, trial, 0), design.uniform(alone, trial, 0));
        }
        assert_eq!(sobol.uniform(a, trial, 0), sobol.uniform(alone, trial, 0));
        // What has no dimension there has its place in the net.
        assert_eq!(sobol.uniform(a, trial, 1), Design::LatinHypercube.uniform(a, trial, 1));
        // Later draws are those of the stream alone.
        let later = [a, alone].map(|stream| Design::LatinHypercube.uniform(stream, trial, 2));
        assert_eq!(later[0], later[1]);
    }
}

/// The mean of a product of four draws, as of whether something strikes, how long and how hard: what hypercubes alone cannot spread.
#[test]
fn a_net_beats_hypercubes_on_a_product() {
    let error = |streams: &dyn Fn(u64) -> [Stream; 2]| -> f64 {
        let squares = (0..64).map(|seed| {
            let streams = streams(seed);
            let draws = |trial| [0, 1].map(|index| streams.map(|s| Design::LatinHypercube.uniform(s, trial, index)));
            let products = (0..BATCH_TRIALS).map(|trial| {
                let [[strikes, months], [severity, recovery]] = draws(trial);
                if strikes < 0.3 {
                    months * severity * recovery
                } else {
                    0.0
                }
            });
            let mean = products.sum::<f64>() / BATCH_TRIALS as f64;
            (mean - 0.3 / 8.0) * (mean - 0.3 / 8.0)
        });
        squares.sum::<f64>()
    };
    let alone = error(&|seed| in_net(seed).map(|stream| Stream::from(stream.key)));
    let together = error(&in_net);
    assert!(together < 0.25 * alone, "{together} against {alone}");
}

/// Over many batches the strata of two draws go together neither on average nor in any batch more than two random orders do.
#[test]
fn draws_of_latin_hypercubes_are_independent_of_each_other() {
    const BATCHES: u64 = 400;
    let [a, b] = ["a", "b"].map(|driver| Stream::from(StreamKey::new(6, driver)));
    // Of two nets, and of a net and none.
    let ([c, d], [e, _]) = (in_net(6), in_net(7));
    for (first, second) in [
        ((a, 0), (b, 0)),
        ((a, 0), (a, 1)),
        ((a, 4), (a, 5)),
        ((b, 2), (a, 2)),
        ((c, 0), (e, 0)),
        ((d, 1), (e, 1)),
        ((c, 0), (a, 0)),
        ((c, 0), (d, 2)),
    ] {
        let centred = |draw: (Stream, u64), trial: u64| {
            stratum(Design::LatinHypercube.uniform(draw.0, trial, draw.1)) as f64 - (BATCH_TRIALS - 1) as f64 / 2.0
        };
        let size = BATCH_TRIALS as f64;
        let variance = (size * size - 1.0) / 12.0;
        let correlations = (0..BATCHES).map(|batch| {
            let trials = batch * BATCH_TRIALS..(batch + 1) * BATCH_TRIALS;
            let products = trials.map(|trial| centred(first, trial) * centred(second, trial));
            products.sum::<f64>() / size / variance
        });
        let correlations: Vec<f64> = correlations.collect();
        // The rank correlation of two random orders has variance 1 / (size - 1), its square one of about twice that squared.
        let mean = correlations.iter().sum::<f64>() / BATCHES as f64;
        let error = (1.0 / (size - 1.0) / BATCHES as f64).sqrt();
        assert!(mean.abs() < 4.0 * error, "{mean} with an error of {error}");
        let square = correlations.iter().map(|found| found * found).sum::<f64>() / BATCHES as f64;
        let error = (2.0 / BATCHES as f64).sqrt();
        assert!((square * (size - 1.0) - 1.0).abs() < 4.0 * error, "{square}");
        // The same over both halves of a batch and of each draw: four cells of 64 trials, give or take 4.
        let mut cells = [[0.0; 2]; 2];
        for batch in 0..BATCHES {
            for trial in batch * BATCH_TRIALS..batch * BATCH_TRIALS + BATCH_TRIALS / 2 {
                cells[usize::from(centred(first, trial) > 0.0)][usize::from(centred(second, trial) > 0.0)] += 1.0;
            }
        }
        for cell in cells.iter().flatten() {
            let mean = cell / BATCHES as f64;
            assert!(
                (mean - size / 8.0).abs() < 4.0 * size.sqrt() / 4.0 / (BATCHES as f64).sqrt(),
                "{mean}"
            );
        }
    }
}

/// The sum of two draws has its distribution: within batches, and across them, where each trial is as good as a random one.
#[test]
fn sums_over_many_batches_have_their_distribution() {
    for streams in [["a", "b"].map(|driver| StreamKey::new(11, driver).into()), in_net(11)] {
        sums_have_their_distribution(streams);
    }
}

fn sums_have_their_distribution(streams: [Stream; 2]) {
    let sum = |trial: u64| {
        streams
            .iter()
            .map(|stream| Design::LatinHypercube.uniform(*stream, trial, 0))
            .sum::<f64>()
    };
    let triangular = |x: f64| {
        if x < 1.0 {
            x * x / 2.0
        } else {
            1.0 - (2.0 - x) * (2.0 - x) / 2.0
        }
    };
    let one_of_each = (0..20_000).map(|batch| sum(batch * BATCH_TRIALS + 37 * batch % BATCH_TRIALS));
    let whole = (0..80 * BATCH_TRIALS).map(sum);
    for sums in [one_of_each.collect::<Vec<f64>>(), whole.collect()] {
        let mut sums = sums;
        let statistic = kolmogorov_smirnov(&mut sums, triangular, false);
        assert!(statistic < critical(sums.len()), "{statistic}");
    }
}

/// A Sobol' design whose dimensions are these uniforms.
fn sobol(uniforms: &[(StreamKey, u64)]) -> Design {
    Design::Sobol(Dimensions::new(uniforms))
}

#[test]
fn sobol_points_are_balanced_and_scrambled() {
    let keys: Vec<StreamKey> = (0..Dimensions::MOST + 1)
        .map(|number| StreamKey::new(6, &format!("sobol {number}")))
        .collect();
    let uniforms: Vec<(StreamKey, u64)> = keys.iter().map(|key| (*key, 0)).collect();
    let design = sobol(&uniforms);
    for dimension in [0, 1, 5, 63] {
        let mut cells: Vec<u32> = (0..256)
            .map(|trial| (design.uniform(keys[dimension], trial, 0) * 256.0) as u32)
            .collect();
        assert!(!cells.is_sorted());
        cells.sort_unstable();
        assert!(cells.into_iter().eq(0..256), "dimension {dimension}");
    }
    // The first two dimensions together are a net: one point in each box of 16 x 16.
    let mut boxes: Vec<u32> = (0..256)
        .map(|trial| {
            let [x, y] = [0, 1].map(|dimension| (design.uniform(keys[dimension], trial, 0) * 16.0) as u32);
            16 * x + y
        })
        .collect();
    boxes.sort_unstable();
    assert!(boxes.into_iter().eq(0..256));
}

/// What has no dimension, or is beyond the last point, is that of Latin hypercubes.
#[test]
fn sobol_points_are_padded_by_latin_hypercubes() {
    let (key, other) = (StreamKey::new(6, "sobol"), StreamKey::new(6, "other"));
    let design = sobol(&[(key, 1)]);
    for (key, trial, index) in [(key, 9, 0), (key, 9, 2), (other, 9, 1), (key, 1 << 32, 1)] {
        let padded = design.uniform(key, trial, index);
        assert_eq!(padded, Design::LatinHypercube.uniform(key, trial, index));
    }
    assert_ne!(design.uniform(key, 9, 1), Design::LatinHypercube.uniform(key, 9, 1));
}

/// A draw depends on its own dimension alone.
#[test]
fn other_draws_move_no_sobol_point() {
    let [a, b, c] = ["a", "b", "c"].map(|driver| (StreamKey::new(6, driver), 0));
    for trial in 0..100 {
        let of = |design: &Design| design.uniform(a.0, trial, 0);
        assert_eq!(of(&sobol(&[a])), of(&sobol(&[a, b, c])));
        assert_eq!(of(&sobol(&[b, a])), of(&sobol(&[c, a])));
    }
}

#[test]
fn designs_beat_random_sampling_on_a_smooth_sum() {
    // Mean of a sum of five smooth functions; the error over 16 seeds for 1024 trials.
    let error = |design: &dyn Fn(&[StreamKey]) -> Design| -> f64 {
        let squares = (0..16).map(|seed| {
            let keys: Vec<StreamKey> = (0..5).map(|d| StreamKey::new(seed, &format!("driver {d}"))).collect();
            let design = design(&keys);
            let total = (0..1024).map(|trial| {
                let each = keys
                    .iter()
                    .map(|key| libm::exp(design.uniform(*key, trial, 0)) - 1.718_281_828_459_045);
                each.sum::<f64>()
            });
            let mean = total.sum::<f64>() / 1024.0;
            mean * mean
        });
        (squares.sum::<f64>() / 16.0).sqrt()
    };
    let random = error(&|_| Design::Random);
    assert!(random > 0.01);
    assert!(error(&|_| Design::Antithetic) < 0.4 * random);
    assert!(error(&|_| Design::LatinHypercube) < 0.01 * random);
    assert!(error(&|keys| sobol(&keys.iter().map(|key| (*key, 0)).collect::<Vec<_>>())) < 0.01 * random);
}

#[test]
fn every_design_is_uniform_across_seeds() {
    for number in 0..5 {
        let design = |key: StreamKey| match number {
            0 => Design::Random,
            1 => Design::Antithetic,
            2 | 3 => Design::LatinHypercube,
            _ => sobol(&[(StreamKey::new(0, "y"), 2), (key, 2)]),
        };
        // The same trial under many seeds.
        let uniforms = (0..20_000).map(|seed| {
            let key = StreamKey::new(seed, "x");
            let stream = if number == 3 {
                Stream::in_net(key, StreamKey::new(seed, "net"), &[4, 5, 6])
            } else {
                key.into()
            };
            design(key).uniform(stream, 37, 2)
        });
        let mut uniforms: Vec<f64> = uniforms.collect();
        assert!(uniforms.iter().all(|&u| u > 0.0 && u < 1.0));
        let statistic = kolmogorov_smirnov(&mut uniforms, |u| u, false);
        assert!(statistic < critical(uniforms.len()), "design {number}: {statistic}");
    }
}

#[test]
fn designs_are_stable() {
    let key = StreamKey::new(42, "design stability");
    // The third dimension.
    let others = [0, 1].map(|number| (StreamKey::new(number, "another"), 0));
    let net = Stream::in_net(key, others[0].0, &[0, 5]);
    let designs = [
        (Design::LatinHypercube, key.into()),
        (sobol(&[others[0], others[1], (key, 1)]), key.into()),
        (Design::LatinHypercube, net),
    ];
    let bits: Vec<u64> = designs
        .iter()
        .flat_map(|(design, stream)| (0..4).map(|trial| design.uniform(*stream, trial, 1).to_bits()))
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
    0x3fb26974a2a45b08,
    0x3fea7727e321a461,
    0x3fef2b4ae17609e1,
    0x3fd56a6dd96af8ba,
];
