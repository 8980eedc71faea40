//! Logarithmic bins by the bits of a floating-point number, allocated where they are used.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// Powers of two below 1 that have bins of their own: everything above [`super::histogram::NEGLIGIBLE`].
pub const OCTAVES: u32 = 27;
/// The lower edge of the first bin.
pub const LOWEST: f64 = 1.0 / (1 << OCTAVES) as f64;
/// No array has more bins: what a file may make this program allocate.
const MOST: usize = 1 << 13;

const _: () = assert!(LOWEST < super::histogram::NEGLIGIBLE);

/// What a bin holds.
pub trait Bin: Copy + Default {
    /// Adds what another bin holds.
    fn merge(&mut self, other: &Self);
}

/// Bin of a share: powers of two divided evenly into 2^`sub_bits` parts; the last bin is for exactly 1 and what lies above, and the first also for
/// what lies below all.
///
/// The index is the number's own leading bits, so no logarithm is taken and edges are exact.
pub fn bin_index(share: f64, sub_bits: u32) -> usize {
    if share >= 1.0 {
        return (OCTAVES as usize) << sub_bits;
    }
    let first = u64::from(1023 - OCTAVES) << sub_bits;
    let leading = share.max(0.0).to_bits() >> (52 - sub_bits);
    leading.saturating_sub(first) as usize
}

/// A sparse array of bins, allocated in chunks of so many.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bins<B, const CHUNK: usize> {
    chunks: Vec<Option<Box<[B; CHUNK]>>>,
}

impl<B: Bin, const CHUNK: usize> Bins<B, CHUNK> {
    /// The bin, made when missing.
    #[inline]
    pub fn at(&mut self, index: usize) -> &mut B {
        let chunk = index / CHUNK;
        if chunk >= self.chunks.len() {
            self.chunks.resize_with(chunk + 1, || None);
        }
        &mut self.chunks[chunk].get_or_insert_with(|| Box::new([B::default(); CHUNK]))[index % CHUNK]
    }

    /// Every allocated bin with its index, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &B)> {
        self.chunks
            .iter()
            .enumerate()
            .filter_map(|(number, chunk)| chunk.as_ref().map(|bins| (number, bins)))
            .flat_map(|(number, bins)| {
                bins.iter()
                    .enumerate()
                    .map(move |(offset, bin)| (number * CHUNK + offset, bin))
            })
    }

    /// Adds what another array holds.
    pub fn merge(&mut self, other: &Self) {
        if self.chunks.len() < other.chunks.len() {
            self.chunks.resize_with(other.chunks.len(), || None);
        }
        for (mine, theirs) in self.chunks.iter_mut().zip(&other.chunks) {
            let Some(theirs) = theirs else { continue };
            match mine {
                Some(mine) => mine
                    .iter_mut()
                    .zip(theirs.iter())
                    .for_each(|(bin, added)| bin.merge(added)),
                None => *mine = Some(theirs.clone()),
            }
        }
    }
}

/// Written as (index, bin) of the bins that hold something, ascending.
impl<B: Bin + PartialEq + Serialize, const CHUNK: usize> Serialize for Bins<B, CHUNK> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let empty = B::default();
        let occupied: Vec<(usize, &B)> = self.iter().filter(|(_, bin)| **bin != empty).collect();
        serializer.collect_seq(occupied)
    }
}

impl<'de, B: Bin + Deserialize<'de>, const CHUNK: usize> Deserialize<'de> for Bins<B, CHUNK> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut bins = Bins { chunks: Vec::new() };
        let mut next = 0;
        for (index, bin) in Vec::<(usize, B)>::deserialize(deserializer)? {
            if !(next..MOST).contains(&index) {
                return Err(D::Error::custom("bins out of order"));
            }
            *bins.at(index) = bin;
            next = index + 1;
        }
        Ok(bins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_fall_into_the_bin_they_open() {
        assert_eq!(bin_index(1.0, 8), 27 * 256);
        assert_eq!(bin_index(0.999_999_999, 8), 27 * 256 - 1);
        assert_eq!(bin_index(0.5, 8), 26 * 256);
        assert_eq!(bin_index(0.5 + 0.5 / 256.0, 8), 26 * 256 + 1);
        assert_eq!(bin_index(LOWEST, 8), 0);
        assert_eq!(bin_index(0.99 * LOWEST, 8), 0);
        assert_eq!(bin_index(0.0, 8), 0);
        assert!(bin_index(crate::results::NEGLIGIBLE, 8) > 0);
    }
}
