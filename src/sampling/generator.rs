//! A keyed stream as a generator of the `rand` crates, for what needs no common random numbers: bootstrap weights and the like.

use std::convert::Infallible;

use rand::TryRng;

use super::streams::StreamKey;

/// A cursor over one trial of a keyed stream. Its bits are the stream's for ever; what a distribution of `rand_distr` makes of them is that crate's.
#[derive(Clone, Debug)]
pub struct Generator {
    key: StreamKey,
    trial: u64,
    index: u64,
    /// The block in which the next bits are.
    block: [u64; 2],
}

impl Generator {
    /// From the beginning of a trial of a stream.
    #[must_use]
    pub fn new(key: StreamKey, trial: u64) -> Self {
        Self {
            key,
            trial,
            index: 0,
            block: [0; 2],
        }
    }
}

impl TryRng for Generator {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let half = (self.index & 1) as usize;
        if half == 0 {
            self.block = self.key.block(self.trial, self.index >> 1);
        }
        self.index += 1;
        Ok(self.block[half])
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let bits = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&bits[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;
    use rand_distr::{Distribution, Exp1};

    use super::*;

    #[test]
    fn it_goes_through_the_stream() {
        let key = StreamKey::new(7, "weights");
        let mut generator = Generator::new(key, 3);
        assert_eq!(generator.next_u64(), key.bits(3, 0));
        assert_eq!(generator.next_u32(), (key.bits(3, 1) >> 32) as u32);
        let mut bytes = [0; 11];
        generator.fill_bytes(&mut bytes);
        assert_eq!(bytes[..8], key.bits(3, 2).to_le_bytes());
        assert_eq!(bytes[8..], key.bits(3, 3).to_le_bytes()[..3]);
    }

    /// A release of `rand_distr` that gives other weights would move intervals: that is to be seen.
    #[test]
    fn weights_are_pinned() {
        let mut generator = Generator::new(StreamKey::new(42, "bootstrap"), 0);
        let weights: Vec<f64> = (0..100_000).map(|_| Exp1.sample(&mut generator)).collect();
        insta::assert_snapshot!(format!("{:?}", &weights[..3]), @"[0.002320495296173582, 0.12957423807895027, 0.008419086784320127]");
        let mean = weights.iter().sum::<f64>() / 1e5;
        assert!((mean - 1.0).abs() < 0.015, "{mean}");
    }
}
