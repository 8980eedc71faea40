//! Streams: Random123's known answers, and what a keyed stream promises.
use crate::sampling::StreamKey;
use crate::sampling::streams::philox4x32;

#[test]
fn philox_gives_the_known_answers() {
    // kat_vectors of Random123 1.14, philox4x32 with 10 rounds.
    assert_eq!(
        philox4x32([0; 4], [0; 2]),
        [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    );
    assert_eq!(
        philox4x32([u32::MAX; 4], [u32::MAX; 2]),
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
    );
    assert_eq!(
        philox4x32(
            [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
            [0xa409_3822, 0x299f_31d0]
        ),
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
    );
}

#[test]
fn uniforms_are_stable() {
    let key = StreamKey::new(42, "outage: Bayan Obo");
    let bits: Vec<u64> = (0..4)
        .flat_map(|trial| [0, 1].map(|index| key.uniform(trial, index).to_bits()))
        .collect();
    assert_eq!(bits, STREAM_VALUES);
}

#[test]
fn a_uniform_depends_on_seed_driver_trial_and_index_alone() {
    let key = StreamKey::new(7, "a");
    assert_eq!(key.uniform(3, 5), StreamKey::new(7, "a").uniform(3, 5));
    assert_eq!(key.uniform_pair(3, 2), [key.uniform(3, 4), key.uniform(3, 5)]);
    let others = [
        StreamKey::new(8, "a").uniform(3, 5),
        StreamKey::new(7, "b").uniform(3, 5),
        StreamKey::new(7, "").uniform(3, 5),
        key.derived(1).uniform(3, 5),
        key.uniform(3 + (1 << 32), 5),
        key.uniform(4, 5),
        key.uniform(3, 4),
        key.uniform(3, 5 + (1 << 33)),
    ];
    assert!(others.iter().all(|&other| other != key.uniform(3, 5)));
}

#[test]
fn neighbouring_seeds_share_no_uniform() {
    let draws = |seed: u64| -> Vec<u64> {
        let drivers = ["demand", "outage", "price", "x"].map(|driver| StreamKey::new(seed, driver));
        let mut all = Vec::new();
        for key in drivers {
            all.extend((0..25_000).map(|trial| key.uniform(trial, trial % 3).to_bits()));
        }
        all
    };
    let (first, second) = (draws(42), draws(43));
    let mut all: Vec<u64> = first.into_iter().chain(second).collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn uniforms_fill_the_open_interval_evenly() {
    let key = StreamKey::new(1, "even");
    let mut cells = [0_u32; 64];
    let mut successive = 0.0;
    for trial in 0..64_000 {
        let u = key.uniform(trial, 0);
        assert!(u > 0.0 && u < 1.0 && 1.0 - u > 0.0 && 1.0 - (1.0 - u) == u);
        cells[(u * 64.0) as usize] += 1;
        successive += (u - 0.5) * (key.uniform(trial + 1, 0) - 0.5);
    }
    let chi_square: f64 = cells
        .iter()
        .map(|&count| libm::pow(f64::from(count) - 1000.0, 2.0) / 1000.0)
        .sum();
    // 63 degrees of freedom: beyond 130 with probability about 1e-6.
    assert!(chi_square < 130.0, "{chi_square}");
    // Standard deviation (1/12) / sqrt(64000).
    assert!((successive / 64_000.0).abs() < 5.0 / 12.0 / 64_000.0_f64.sqrt());
}

const STREAM_VALUES: [u64; 8] = [
    4594004897248455764,
    4605911225691679461,
    4601814406326626670,
    4606126591962525127,
    4599518777323044554,
    4604336932311194459,
    4592389811105364312,
    4604246872041128841,
];
