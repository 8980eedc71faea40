//! Sobol' points and their Owen scrambling.
//!
//! Sources: I. M. Sobol' (1967); direction numbers `new-joe-kuo-6.21201` of S. Joe and F. Y. Kuo, "Constructing Sobol sequences
//! with better two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), first 64 dimensions (their file is under a
//! BSD licence); A. B. Owen, "Randomly permuted (t,m,s)-nets and (t,s)-sequences" (1995).
use super::streams::mix_64;

/// Number of dimensions with direction numbers.
pub const DIMENSIONS: usize = 64;

/// Coordinate `dimension` (below [`DIMENSIONS`]) of point `number`, as a binary fraction of 32 bits.
pub fn point(number: u32, dimension: usize) -> u32 {
    let directions = &DIRECTIONS[dimension];
    let mut rest = number;
    let mut value = 0;
    while rest != 0 {
        value ^= directions[rest.trailing_zeros() as usize];
        rest &= rest - 1;
    }
    value
}

/// Nested uniform scrambling of the upper `BITS` bits: each is flipped by a random bit that depends on all the bits above it and on `seed`.
pub fn owen_scramble<const BITS: u32>(value: u32, seed: u64) -> u32 {
    let mut flips = 0;
    for bit in (u32::BITS - BITS..u32::BITS).rev() {
        // The bits above this one, under a leading 1 that tells how many there are.
        let prefix = ((u64::from(value) | 1 << 32) >> bit) >> 1;
        flips |= ((mix_64(seed ^ prefix.wrapping_mul(0x9E37_79B9_7F4A_7C15)) >> 63) as u32) << bit;
    }
    value ^ flips
}

static DIRECTIONS: [[u32; 32]; DIMENSIONS] = directions();

/// The direction numbers, each shifted to the top of its 32 bits, by the recurrence of Bratley and Fox (1988).
const fn directions() -> [[u32; 32]; DIMENSIONS] {
    let mut table = [[0; 32]; DIMENSIONS];
    let mut bit = 0;
    while bit < 32 {
        // The first dimension is van der Corput's.
        table[0][bit] = 1 << (31 - bit);
        bit += 1;
    }
    let mut dimension = 1;
    while dimension < DIMENSIONS {
        let (polynomial, initial) = INITIAL[dimension - 1];
        let degree = initial.len();
        let mut bit = 0;
        while bit < 32 {
            if bit < degree {
                table[dimension][bit] = initial[bit] << (31 - bit);
            } else {
                let oldest = table[dimension][bit - degree];
                let mut value = oldest ^ (oldest >> degree);
                let mut term = 1;
                while term < degree {
                    if polynomial >> (degree - term) & 1 == 1 {
                        value ^= table[dimension][bit - term];
                    }
                    term += 1;
                }
                table[dimension][bit] = value;
            }
            bit += 1;
        }
        dimension += 1;
    }
    table
}

/// For the dimensions after the first: the primitive polynomial over GF(2), as the bits of its coefficients, and the initial
/// direction numbers m.
const INITIAL: [(u32, &[u32]); DIMENSIONS - 1] = [
    (3, &[1]),
    (7, &[1, 3]),
    (11, &[1, 3, 1]),
    (13, &[1, 1, 1]),
    (19, &[1, 1, 3, 3]),
    (25, &[1, 3, 5, 13]),
    (37, &[1, 1, 5, 5, 17]),
    (41, &[1, 1, 5, 5, 5]),
    (47, &[1, 1, 7, 11, 19]),
    (55, &[1, 1, 5, 1, 1]),
    (59, &[1, 1, 1, 3, 11]),
    (61, &[1, 3, 5, 5, 31]),
    (67, &[1, 3, 3, 9, 7, 49]),
    (91, &[1, 1, 1, 15, 21, 21]),
    (97, &[1, 3, 1, 13, 27, 49]),
    (103, &[1, 1, 1, 15, 7, 5]),
    (109, &[1, 3, 1, 15, 13, 25]),
    (115, &[1, 1, 5, 5, 19, 61]),
    (131, &[1, 3, 7, 11, 23, 15, 103]),
    (137, &[1, 3, 7, 13, 13, 15, 69]),
    (143, &[1, 1, 3, 13, 7, 35, 63]),
    (145, &[1, 3, 5, 9, 1, 25, 53]),
    (157, &[1, 3, 1, 13, 9, 35, 107]),
    (167, &[1, 3, 1, 5, 27, 61, 31]),
    (171, &[1, 1, 5, 11, 19, 41, 61]),
    (185, &[1, 3, 5, 3, 3, 13, 69]),
    (191, &[1, 1, 7, 13, 1, 19, 1]),
    (193, &[1, 3, 7, 5, 13, 19, 59]),
    (203, &[1, 1, 3, 9, 25, 29, 41]),
    (211, &[1, 3, 5, 13, 23, 1, 55]),
    (213, &[1, 3, 7, 3, 13, 59, 17]),
    (229, &[1, 3, 1, 3, 5, 53, 69]),
    (239, &[1, 1, 5, 5, 23, 33, 13]),
    (241, &[1, 1, 7, 7, 1, 61, 123]),
    (247, &[1, 1, 7, 9, 13, 61, 49]),
    (253, &[1, 3, 3, 5, 3, 55, 33]),
    (285, &[1, 3, 1, 15, 31, 13, 49, 245]),
    (299, &[1, 3, 5, 15, 31, 59, 63, 97]),
    (301, &[1, 3, 1, 11, 11, 11, 77, 249]),
    (333, &[1, 3, 1, 11, 27, 43, 71, 9]),
    (351, &[1, 1, 7, 15, 21, 11, 81, 45]),
    (355, &[1, 3, 7, 3, 25, 31, 65, 79]),
    (357, &[1, 3, 1, 1, 19, 11, 3, 205]),
    (361, &[1, 1, 5, 9, 19, 21, 29, 157]),
    (369, &[1, 3, 7, 11, 1, 33, 89, 185]),
    (391, &[1, 3, 3, 3, 15, 9, 79, 71]),
    (397, &[1, 3, 7, 11, 15, 39, 119, 27]),
    (425, &[1, 1, 3, 1, 11, 31, 97, 225]),
    (451, &[1, 1, 1, 3, 23, 43, 57, 177]),
    (463, &[1, 3, 7, 7, 17, 17, 37, 71]),
    (487, &[1, 3, 1, 5, 27, 63, 123, 213]),
    (501, &[1, 1, 3, 5, 11, 43, 53, 133]),
    (529, &[1, 3, 5, 5, 29, 17, 47, 173, 479]),
    (539, &[1, 3, 3, 11, 3, 1, 109, 9, 69]),
    (545, &[1, 1, 1, 5, 17, 39, 23, 5, 343]),
    (557, &[1, 3, 1, 5, 25, 15, 31, 103, 499]),
    (563, &[1, 1, 1, 11, 11, 17, 63, 105, 183]),
    (601, &[1, 1, 5, 11, 9, 29, 97, 231, 363]),
    (607, &[1, 1, 5, 15, 19, 45, 41, 7, 383]),
    (617, &[1, 3, 7, 7, 31, 19, 83, 137, 221]),
    (623, &[1, 1, 1, 3, 23, 15, 111, 223, 83]),
    (631, &[1, 1, 5, 13, 31, 15, 55, 25, 161]),
    (637, &[1, 1, 3, 13, 25, 47, 39, 87, 257]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_match_scipy() {
        // From scipy.stats.qmc.Sobol (1.17, unscrambled), whose order is the Gray code's.
        for (number, dimension, expected) in [
            (1, 0, 2147483648),
            (1, 1, 2147483648),
            (1, 2, 2147483648),
            (1, 7, 2147483648),
            (1, 20, 2147483648),
            (1, 40, 2147483648),
            (1, 63, 2147483648),
            (3, 0, 3221225472),
            (3, 1, 1073741824),
            (3, 2, 1073741824),
            (3, 7, 3221225472),
            (3, 20, 1073741824),
            (3, 40, 1073741824),
            (3, 63, 3221225472),
            (2, 0, 1073741824),
            (2, 1, 3221225472),
            (2, 2, 3221225472),
            (2, 7, 1073741824),
            (2, 20, 3221225472),
            (2, 40, 3221225472),
            (2, 63, 1073741824),
            (7, 0, 3758096384),
            (7, 1, 3758096384),
            (7, 2, 536870912),
            (7, 7, 1610612736),
            (7, 20, 2684354560),
            (7, 40, 1610612736),
            (7, 63, 2684354560),
            (86, 0, 1778384896),
            (86, 1, 1107296256),
            (86, 2, 3321888768),
            (86, 7, 2046820352),
            (86, 20, 3254779904),
            (86, 40, 3053453312),
            (86, 63, 2785017856),
            (653, 0, 2973761536),
            (653, 1, 4022337536),
            (653, 2, 700448768),
            (653, 7, 3275751424),
            (653, 20, 1019215872),
            (653, 40, 3099590656),
            (653, 63, 1832910848),
            (540, 0, 943718400),
            (540, 1, 415236096),
            (540, 2, 2227175424),
            (540, 7, 3862953984),
            (540, 20, 2243952640),
            (540, 40, 3921674240),
            (540, 63, 1916796928),
        ] {
            assert_eq!(
                point(number, dimension),
                expected,
                "point {number}, dimension {dimension}"
            );
        }
    }

    #[test]
    fn scrambling_keeps_the_net() {
        // Any 2^m first points have one in each of 2^m equal intervals, scrambled or not, in every dimension.
        for dimension in 0..DIMENSIONS {
            let mut cells: Vec<u32> = (0..1024)
                .map(|number| owen_scramble::<32>(point(number, dimension), 99 + dimension as u64) >> 22)
                .collect();
            cells.sort_unstable();
            assert!(cells.into_iter().eq(0..1024), "dimension {dimension}");
        }
    }
}
