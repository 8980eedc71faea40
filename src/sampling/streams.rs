//! Keyed streams of uniforms: the Philox4x32-10 counter-based generator.
//!
//! A uniform here is a pure function of (seed, driver name, trial, index): there is no state to advance, so a trial
//! can be computed alone, on any thread, in any order, and adding a driver moves no other driver's draws.
//!
//! Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11 (2011). The known-answer
//! vectors of their Random123 library are tests below.

const ROUND_MULTIPLIER_0: u32 = 0xD251_1F53;
const ROUND_MULTIPLIER_1: u32 = 0xCD9E_8D57;
const KEY_INCREMENT_0: u32 = 0x9E37_79B9;
const KEY_INCREMENT_1: u32 = 0xBB67_AE85;
const ROUNDS: usize = 10;

/// One block of Philox4x32-10: 128 bits from a 128-bit counter and a 64-bit key, words in Random123's order.
#[must_use]
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..ROUNDS {
        let product_0 = u64::from(ROUND_MULTIPLIER_0) * u64::from(c0);
        let product_1 = u64::from(ROUND_MULTIPLIER_1) * u64::from(c2);
        (c0, c1, c2, c3) = (
            (product_1 >> 32) as u32 ^ c1 ^ k0,
            product_1 as u32,
            (product_0 >> 32) as u32 ^ c3 ^ k1,
            product_0 as u32,
        );
        k0 = k0.wrapping_add(KEY_INCREMENT_0);
        k1 = k1.wrapping_add(KEY_INCREMENT_1);
    }
    [c0, c1, c2, c3]
}

/// The 64-bit FNV-1a hash of a text's UTF-8 bytes (Fowler, Noll, Vo). Stable for ever: draws depend on it.
fn fnv1a_64(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014; constants by Stafford): a bijection of 64 bits that mixes all.
pub(super) fn mix_64(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// 2 to the power -52, the spacing of the uniforms.
const SPACING: f64 = 1.0 / 4_503_599_627_370_496.0;

/// The centre of one of the 2^52 equal cells of (0, 1), from the upper 52 bits: exact in f64, never 0 or 1, and
/// `1 - u` is again such a centre.
pub(super) fn open_uniform(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * SPACING
}

/// The key of one random driver's stream under one seed.
///
/// The key is `mix(mix(seed + golden ratio) xor mix(fnv1a(driver)))`, with `mix` the SplitMix64 finalizer; its low and
/// high halves are the two key words of Philox. Two drivers share a stream only if their 64-bit keys collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamKey {
    key: u64,
}

impl StreamKey {
    /// The stream of the driver called `driver` under `seed`. Driver names are compared as UTF-8 bytes.
    #[must_use]
    pub fn new(seed: u64, driver: &str) -> Self {
        let seed = mix_64(seed.wrapping_add(0x9E37_79B9_7F4A_7C15));
        Self {
            key: mix_64(seed ^ mix_64(fnv1a_64(driver))),
        }
    }

    /// A second stream that belongs to the same driver, for another purpose (`purpose` is any constant).
    #[must_use]
    pub fn derived(&self, purpose: u64) -> Self {
        Self {
            key: mix_64(self.key ^ mix_64(purpose.wrapping_add(0x9E37_79B9_7F4A_7C15))),
        }
    }

    /// 128 random bits as two words: Philox on the counter (trial, block).
    #[must_use]
    pub fn block(&self, trial: u64, block: u64) -> [u64; 2] {
        let counter = [trial as u32, (trial >> 32) as u32, block as u32, (block >> 32) as u32];
        let words = philox4x32(counter, [self.key as u32, (self.key >> 32) as u32]);
        [
            u64::from(words[0]) | u64::from(words[1]) << 32,
            u64::from(words[2]) | u64::from(words[3]) << 32,
        ]
    }

    /// 64 random bits: the half of block `index / 2` that the parity of `index` names.
    #[must_use]
    pub fn bits(&self, trial: u64, index: u64) -> u64 {
        self.block(trial, index >> 1)[(index & 1) as usize]
    }

    /// The `index`-th uniform of this driver in this trial, in the open interval (0, 1): one of the 2^52 values
    /// (k + 1/2) / 2^52, never 0 or 1. A pure function of (seed, driver, trial, index).
    #[must_use]
    pub fn uniform(&self, trial: u64, index: u64) -> f64 {
        open_uniform(self.bits(trial, index))
    }

    /// The uniforms with indices `2 * block` and `2 * block + 1`, for the price of one.
    #[must_use]
    pub fn uniform_pair(&self, trial: u64, block: u64) -> [f64; 2] {
        self.block(trial, block).map(open_uniform)
    }
}
