//! Other ways to make the same uniforms: plain random, antithetic pairs, Latin hypercubes, scrambled Sobol' points.
//!
//! Each is a pure function of (stream, trial, index) that never looks at the number of trials: any trial can be computed alone, and a longer run
//! begins with the trials of a shorter one. Each leaves every single uniform uniform on (0, 1); only how the trials spread differs.
//!
//! # Batches
//!
//! Trials come in batches of [`BATCH_TRIALS`], [`batch`] tells which: what differs between batches tells how well a mean, a probability or a
//! quantile is known, whatever goes on inside them.
//!
//! - `Random`: all trials are independent, so batches are, too.
//! - `Antithetic`: the two trials of a pair are in one batch, and pairs are independent, so batches are, too.
//! - `LatinHypercube`: each batch is one hypercube of its own, independent of all others; so are the nets in it.
//! - `Sobol`: each batch is a net of its own, but nets also fill each other's gaps: together they err less than so many independent nets. What is
//!   computed as if batches were independent is then an upper estimate.
use super::dimensions::Dimensions;
use super::sobol;
use super::stream::Stream;
use super::streams::{mix_64, open_uniform};

/// Trials of a batch: a power of two, so that each batch of a Sobol' sequence is a net. Draws depend on it.
pub const BATCH_TRIALS: u64 = 1 << BATCH_BITS;

/// The batch that a trial belongs to.
#[must_use]
pub fn batch(trial: u64) -> u64 {
    trial / BATCH_TRIALS
}

/// Bits of a trial's number within its batch.
const BATCH_BITS: u32 = 8;
/// Half of them.
const HALF_BITS: u32 = BATCH_BITS / 2;

/// Purposes of derived streams: constants for ever, draws depend on them.
const PERMUTATION: u64 = 1;
const SCRAMBLING: u64 = 3;

/// How the uniforms of different trials relate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Design {
    /// Independent trials: [`super::StreamKey::uniform`] itself.
    Random,
    /// Trials 2k and 2k + 1 mirror each other: the odd one uses 1 - u of the even one, in every driver. The even trials are
    /// those of `Random`.
    Antithetic,
    /// In each batch every uniform visits each of [`BATCH_TRIALS`] equal strata once (McKay, Beckman, Conover 1979). Draws of one net
    /// ([`Stream::in_net`]) visit theirs together, as scrambled points of Sobol' (Owen 1995) in a keyed order of the net and the batch
    /// (Latin supercube sampling, Owen 1998); all others each in a keyed order of (driver, index, batch).
    LatinHypercube,
    /// Sobol' points with Owen scrambling (Owen 1995) for draws that have a dimension; best with a power of two of trials.
    /// Draws without one, and trials from 2^32 on, are those of `LatinHypercube`.
    Sobol(Dimensions),
}

impl Design {
    /// The `index`-th uniform of a stream in a trial, in (0, 1).
    #[must_use]
    pub fn uniform(&self, stream: impl Into<Stream>, trial: u64, index: u64) -> f64 {
        let stream = stream.into();
        let key = &stream.key;
        match self {
            Self::Random => key.uniform(trial, index),
            Self::Antithetic => {
                let u = key.uniform(trial & !1, index);
                if trial & 1 == 0 { u } else { 1.0 - u }
            }
            Self::LatinHypercube => stratified(&stream, trial, index),
            Self::Sobol(dimensions) => {
                let point = u32::try_from(trial).ok();
                match point.and_then(|point| dimensions.coordinate(*key, index, point)) {
                    // The bits below the coordinate's 32 are random.
                    Some(coordinate) => open_uniform(u64::from(coordinate) << 32 | key.bits(trial, index) >> 32),
                    None => stratified(&stream, trial, index),
                }
            }
        }
    }
}

/// A uniform of a Latin hypercube: the trial's stratum is its upper bits, what is below is random. So no uniform leaves its stratum by rounding, and
/// none is 0 or 1.
fn stratified(stream: &Stream, trial: u64, index: u64) -> f64 {
    let (key, batch, member) = (&stream.key, batch(trial), (trial % BATCH_TRIALS) as u32);
    let stratum = match stream.dimension(index) {
        Some((net, dimension)) => {
            let number = permute(member, net.derived(PERMUTATION).block(batch, 0));
            let seed = key.derived(SCRAMBLING).bits(batch, index);
            sobol::owen_scramble::<BATCH_BITS>(sobol::point(number, dimension), seed) >> (u32::BITS - BATCH_BITS)
        }
        None => permute(member, key.derived(PERMUTATION).block(batch, index)),
    };
    open_uniform(u64::from(stratum) << (64 - BATCH_BITS) | key.bits(trial, index) >> BATCH_BITS)
}

/// A keyed pseudo-random permutation of a batch: a balanced Feistel network of six rounds (Luby and Rackoff 1988). Halves are so small that the function
/// of a round is a table of random values, which fits into one word.
fn permute(member: u32, keys: [u64; 2]) -> u32 {
    const MASK: u32 = (1 << HALF_BITS) - 1;
    let (mut left, mut right) = (member >> HALF_BITS, member & MASK);
    for round in 0..6_u64 {
        let table = mix_64(keys[(round & 1) as usize].wrapping_add(round.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        let drawn = (table >> (right << 2)) as u32 & MASK;
        (left, right) = (right, left ^ drawn);
    }
    left << HALF_BITS | right
}

#[cfg(test)]
mod tests {
    use super::{BATCH_TRIALS, permute};
    use crate::sampling::StreamKey;

    #[test]
    fn permute_is_a_permutation() {
        for keys in [[1, 2], [77, 0xFFFF_FFFF_FFFF_FFFF], [0, 0]] {
            let mut images: Vec<u32> = (0..BATCH_TRIALS as u32).map(|member| permute(member, keys)).collect();
            assert!(!images.is_sorted());
            images.sort_unstable();
            assert!(images.into_iter().eq(0..BATCH_TRIALS as u32), "keys {keys:?}");
        }
    }

    /// Where two members go is like drawing without replacement: every pair of strata is as likely as any other.
    #[test]
    fn two_members_go_anywhere() {
        const KEYS: u64 = 200_000;
        let stream = StreamKey::new(5, "permutations");
        for (one, other) in [(0, 1), (0, 16), (3, 200), (254, 255), (17, 34)] {
            // By the sixteenths of the strata: 256 cells.
            let mut cells = [0.0; 256];
            for number in 0..KEYS {
                let keys = stream.block(number, 0);
                let (one, other) = (permute(one, keys), permute(other, keys));
                assert_ne!(one, other);
                cells[(one >> 4 << 4 | other >> 4) as usize] += 1.0;
            }
            // Ordered pairs of distinct strata: 16 x 16 in cells off the diagonal, 16 x 15 on it, of 256 x 255.
            let squares = cells.iter().enumerate().map(|(cell, &found)| {
                let pairs = if cell / 16 == cell % 16 { 240.0 } else { 256.0 };
                let expected = KEYS as f64 * pairs / (256.0 * 255.0);
                (found - expected) * (found - expected) / expected
            });
            // Chi-squared with 255 degrees of freedom: 99.9 % are below 330.5.
            let chi_squared: f64 = squares.sum();
            assert!(chi_squared < 345.0, "members {one} and {other}: {chi_squared}");
        }
    }
}
