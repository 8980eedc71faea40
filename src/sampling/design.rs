//! Other ways to make the same uniforms: plain random, antithetic pairs, Latin hypercube, scrambled Sobol' points.
//!
//! Each is a pure function of (stream, trial, index), so any trial can still be computed alone, and each leaves every
//! single uniform uniform on (0, 1); only how the trials spread differs.
use super::sobol;
use super::streams::{StreamKey, mix_64, open_uniform};

/// Purposes of derived streams: constants for ever, draws depend on them.
const PERMUTATION: u64 = 1;
const SCRAMBLING: u64 = 2;

/// How the uniforms of different trials relate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Design {
    /// Independent trials: [`StreamKey::uniform`] itself.
    #[default]
    Random,
    /// Trials 2k and 2k + 1 mirror each other: the odd one uses 1 - u of the even one, in every driver. The even trials are
    /// those of `Random`. Treat each pair as one observation when estimating errors.
    Antithetic,
    /// Every uniform visits each of `trials` equal strata once (McKay, Beckman, Conover 1979); each (driver, index) has its
    /// own keyed permutation of the strata. Trials from `trials` on start another, independent hypercube.
    LatinHypercube {
        /// Number of trials in the design; 0 is taken as 1.
        trials: u64,
    },
    /// Sobol' points with Owen scrambling (Owen 1995) for draws that have a dimension; best with a power of two of trials.
    /// Draws without one, or beyond [`Design::SOBOL_DIMENSIONS`], and trials from 2^32 on, are random.
    Sobol,
}

impl Design {
    /// Number of dimensions for which there are Sobol' direction numbers.
    pub const SOBOL_DIMENSIONS: usize = sobol::DIMENSIONS;

    /// The `index`-th uniform of a driver in a trial, in (0, 1). `dimension` is the place of this (driver, index) among
    /// the dimensions of a Sobol' design, most influential first; only that design looks at it.
    #[must_use]
    pub fn uniform(&self, key: &StreamKey, trial: u64, index: u64, dimension: Option<usize>) -> f64 {
        match *self {
            Self::Random => key.uniform(trial, index),
            Self::Antithetic => {
                let u = key.uniform(trial & !1, index);
                if trial & 1 == 0 { u } else { 1.0 - u }
            }
            Self::LatinHypercube { trials } => {
                let trials = trials.max(1);
                let (hypercube, member) = (trial / trials, trial % trials);
                let keys = key.derived(PERMUTATION).block(hypercube, index);
                let stratum = permute(member, trials, keys);
                // Exact up to rounding at the strata's edges, and never 0 or 1.
                let u = (stratum as f64 + key.uniform(trial, index)) / trials as f64;
                u.clamp(f64::MIN_POSITIVE, 1.0 - 0.5 * f64::EPSILON)
            }
            Self::Sobol => match dimension {
                Some(dimension) if dimension < Self::SOBOL_DIMENSIONS && trial < 1 << 32 => {
                    let point = sobol::point(trial as u32, dimension);
                    let seed = key.derived(SCRAMBLING).bits(0, index);
                    let high = u64::from(sobol::owen_scramble(point, seed));
                    // The bits below the point's 32 are random.
                    open_uniform(high << 32 | key.bits(trial, index) >> 32)
                }
                _ => key.uniform(trial, index),
            },
        }
    }
}

/// A keyed pseudo-random permutation of 0..size: a balanced Feistel network on the next even number of bits, walked along its
/// cycle until it falls inside (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). At most 4 walks on average.
fn permute(value: u64, size: u64, keys: [u64; 2]) -> u64 {
    if size <= 1 {
        return 0;
    }
    let bits = (64 - (size - 1).leading_zeros()).max(2);
    let half = bits.div_ceil(2);
    let mask = (1_u64 << half) - 1;
    let mut current = value;
    loop {
        let (mut left, mut right) = (current >> half, current & mask);
        for round in 0..6_u64 {
            let key = keys[(round & 1) as usize].wrapping_add(round.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            (left, right) = (right, left ^ (mix_64(right ^ key) & mask));
        }
        current = left << half | right;
        if current < size {
            return current;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::permute;

    #[test]
    fn permute_is_a_permutation() {
        for size in [1, 2, 3, 5, 16, 17, 100, 1000, 1025] {
            for keys in [[1, 2], [77, 0xFFFF_FFFF_FFFF_FFFF]] {
                let mut images: Vec<u64> = (0..size).map(|value| permute(value, size, keys)).collect();
                images.sort_unstable();
                assert!(images.into_iter().eq(0..size), "size {size}");
            }
        }
        assert!(permute(u64::MAX - 1, u64::MAX, [3, 4]) < u64::MAX);
    }
}
