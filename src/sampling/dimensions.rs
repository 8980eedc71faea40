//! Which uniforms have which dimension of a Sobol' design.

use super::sobol;
use super::stream::Stream;
use super::streams::StreamKey;

/// Purpose of the derived stream: a constant for ever, draws depend on it.
const SCRAMBLING: u64 = 2;

/// The dimensions of a Sobol' design, by the uniforms (stream, index) that have one. The first dimensions are the most even ones together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dimensions {
    /// Sorted by uniform.
    places: Vec<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    uniform: (StreamKey, u64),
    dimension: usize,
    /// Seed of the scrambling, which is of the uniform and not of the dimension.
    seed: u64,
}

impl Dimensions {
    /// Number of dimensions for which there are Sobol' direction numbers.
    pub const MOST: usize = sobol::DIMENSIONS;

    /// Gives the uniforms, most influential first, a dimension each, as far as there are dimensions. One that is named again keeps its first.
    #[must_use]
    pub fn new<S: Copy + Into<Stream>>(uniforms: &[(S, u64)]) -> Self {
        let mut places: Vec<Place> = Vec::new();
        for &(stream, index) in uniforms {
            let stream: Stream = stream.into();
            let uniform = (stream.key, index);
            if places.len() == Self::MOST {
                break;
            }
            if let Err(at) = places.binary_search_by_key(&uniform, |place| place.uniform) {
                let place = Place {
                    uniform,
                    dimension: places.len(),
                    seed: stream.key.derived(SCRAMBLING).bits(0, index),
                };
                places.insert(at, place);
            }
        }
        Self { places }
    }

    /// The uniforms that have a dimension, in the order of dimensions.
    #[must_use]
    pub fn uniforms(&self) -> Vec<(StreamKey, u64)> {
        let mut places: Vec<&Place> = self.places.iter().collect();
        places.sort_by_key(|place| place.dimension);
        places.into_iter().map(|place| place.uniform).collect()
    }

    /// The scrambled coordinate of a uniform at a point, as a binary fraction of 32 bits; `None` where it has no dimension.
    pub(super) fn coordinate(&self, key: StreamKey, index: u64, point: u32) -> Option<u32> {
        let at = self
            .places
            .binary_search_by_key(&(key, index), |place| place.uniform)
            .ok()?;
        let Place { dimension, seed, .. } = self.places[at];
        Some(sobol::owen_scramble::<32>(sobol::point(point, dimension), seed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_uniforms_have_the_dimensions() {
        let keys: Vec<StreamKey> = (0..100)
            .map(|number| StreamKey::new(1, &format!("driver {number}")))
            .collect();
        let mut uniforms: Vec<(StreamKey, u64)> = keys.iter().map(|key| (*key, 0)).collect();
        uniforms.insert(1, uniforms[0]);
        uniforms.insert(2, (keys[0], 1));
        let dimensions = Dimensions::new(&uniforms);
        let found = dimensions.uniforms();
        assert_eq!(found.len(), Dimensions::MOST);
        assert_eq!(found[..3], [(keys[0], 0), (keys[0], 1), (keys[1], 0)]);
        assert_eq!(found[63], (keys[62], 0));
        assert!(dimensions.coordinate(keys[62], 0, 5).is_some());
        assert_eq!(dimensions.coordinate(keys[63], 0, 5), None);
        assert_eq!(dimensions.coordinate(keys[1], 1, 5), None);
        assert_eq!(Dimensions::new::<StreamKey>(&[]), Dimensions::default());
    }
}
