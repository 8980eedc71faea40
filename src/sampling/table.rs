//! Tables that make slow quantile functions quick.
use super::special::Tails;

/// Octaves tabulated on each side: probabilities from 1/2 down to 2^-14.
const OCTAVES: usize = 13;
/// Relative interpolation error at which refinement stops.
const TOLERANCE: f64 = 1e-10;
/// Most cells in an octave; where even these are too coarse, the octave is left to the exact quantile.
const LARGEST_CELLS_LOG2: u32 = 8;
/// Values below this are as good as 0.
const NEGLIGIBLE: f64 = 1e-280;

/// A point of a quantile function: its value and its first two derivatives with respect to the lower probability.
#[derive(Clone, Copy)]
pub struct Point {
    pub value: f64,
    pub first: f64,
    pub second: f64,
}

/// One octave of probabilities: where its cells start, and how many there are (`None`: use the exact quantile).
#[derive(Clone, Copy, Debug)]
struct Octave {
    start: u32,
    cells_log2: Option<u32>,
}

/// A smooth quantile function on (2^-14, 1 - 2^-14) as quintic Hermite pieces.
///
/// The cells are equal parts of octaves of the smaller tail probability, refined until the midpoint of every cell is
/// within 1e-10 relative of the exact value. Values, first and second derivatives at the nodes are exact, so the pieces
/// join smoothly. Outside, and where 256 cells per octave do not suffice, the caller uses the exact quantile.
#[derive(Clone, Debug)]
pub struct QuantileTable {
    octaves: [[Octave; OCTAVES]; 2],
    cells: Vec<[f64; 6]>,
}

impl QuantileTable {
    /// Tabulates `exact`, which must give the point with these tails of a distribution.
    pub fn new(exact: impl Fn(Tails) -> Point) -> Self {
        let mut cells = Vec::new();
        let octaves = [0, 1].map(|side| {
            core::array::from_fn(|octave| {
                let high = 0.5 / (1_u32 << octave) as f64;
                let on_side = |tail: f64| {
                    if side == 0 {
                        return exact(Tails::from_lower(tail));
                    }
                    let point = exact(Tails::from_upper(tail));
                    Point {
                        first: -point.first,
                        ..point
                    }
                };
                let start = cells.len() as u32;
                let cells_log2 = refine(0.5 * high, high, on_side, &mut cells);
                Octave { start, cells_log2 }
            })
        });
        Self { octaves, cells }
    }

    /// The interpolated quantile at `u` in (0, 1), or `None` where the exact one must be used.
    pub fn quantile(&self, u: f64) -> Option<f64> {
        let (side, tail) = if u < 0.5 { (0, u) } else { (1, 1.0 - u) };
        if tail == 0.5 {
            // The upper end of the first octave belongs to it.
            return self.octaves[0][0].cells_log2.map(|log2| {
                let cell = &self.cells[self.octaves[0][0].start as usize + (1 << log2) - 1];
                horner(cell, 1.0)
            });
        }
        // tail = 2^-(octave + 2) (1 + fraction): octave and fraction are in the bits.
        let bits = tail.to_bits();
        let octave = 1021_u64.wrapping_sub(bits >> 52) as usize;
        let octave = self.octaves[side].get(octave)?;
        let log2 = octave.cells_log2?;
        let mantissa = bits & ((1 << 52) - 1);
        let cell = &self.cells[octave.start as usize + (mantissa >> (52 - log2)) as usize];
        let inside = (mantissa << log2) & ((1 << 52) - 1);
        let t = f64::from_bits(inside | 0x3FF0_0000_0000_0000) - 1.0;
        Some(horner(cell, t))
    }

    /// Number of polynomial pieces, of 48 bytes each.
    #[cfg(test)]
    pub fn cells(&self) -> usize {
        self.cells.len()
    }
}

fn horner(c: &[f64; 6], t: f64) -> f64 {
    ((((c[5] * t + c[4]) * t + c[3]) * t + c[2]) * t + c[1]) * t + c[0]
}

/// Appends cells over `low..high` and returns how many (as a power of two), or appends none when they are too many.
fn refine(low: f64, high: f64, exact: impl Fn(f64) -> Point, cells: &mut Vec<[f64; 6]>) -> Option<u32> {
    let node = |index: usize, count: usize| exact(low + (high - low) * (index as f64 / count as f64));
    let mut log2 = 2;
    let mut nodes: Vec<Point> = (0..=4).map(|index| node(index, 4)).collect();
    loop {
        let count = 1_usize << log2;
        let middles: Vec<Point> = (0..count).map(|index| node(2 * index + 1, 2 * count)).collect();
        if nodes
            .iter()
            .chain(&middles)
            .any(|p| !(p.value.is_finite() && p.first.is_finite() && p.second.is_finite()))
        {
            return None;
        }
        let width = (high - low) / count as f64;
        let pieces: Vec<[f64; 6]> = nodes.windows(2).map(|pair| quintic(pair[0], pair[1], width)).collect();
        let fits = pieces.iter().zip(&middles).all(|(piece, middle)| {
            (horner(piece, 0.5) - middle.value).abs() <= TOLERANCE * middle.value.abs() + NEGLIGIBLE
        });
        if fits {
            cells.extend(pieces);
            return Some(log2);
        }
        if log2 == LARGEST_CELLS_LOG2 {
            return None;
        }
        log2 += 1;
        let mut finer = Vec::with_capacity(2 * count + 1);
        for (node, middle) in nodes.iter().zip(&middles) {
            finer.extend([*node, *middle]);
        }
        finer.push(nodes[count]);
        nodes = finer;
    }
}

/// The quintic with these values and derivatives at the ends of a cell, in t = position / width.
fn quintic(from: Point, to: Point, width: f64) -> [f64; 6] {
    let (c0, c1, c2) = (from.value, from.first * width, 0.5 * from.second * width * width);
    let value = to.value - (c0 + c1 + c2);
    let slope = to.first * width - (c1 + 2.0 * c2);
    let bend = to.second * width * width - 2.0 * c2;
    [
        c0,
        c1,
        c2,
        10.0 * value - 4.0 * slope + 0.5 * bend,
        -15.0 * value + 7.0 * slope - bend,
        6.0 * value - 3.0 * slope + 0.5 * bend,
    ]
}

/// The inverse of a step function: the first index whose cumulative probability is `u` or more, by a guide table
/// (Chen and Asau 1974).
#[derive(Clone, Debug)]
pub struct StepTable {
    cumulative: Vec<f64>,
    guide: Vec<u32>,
}

impl StepTable {
    /// `cumulative` must rise and end with 1.
    pub fn new(cumulative: Vec<f64>) -> Self {
        let buckets = cumulative.len().next_power_of_two().clamp(64, 4096);
        let mut index = 0;
        let guide = (0..buckets)
            .map(|bucket| {
                let u = bucket as f64 / buckets as f64;
                while index + 1 < cumulative.len() && cumulative[index] < u {
                    index += 1;
                }
                index as u32
            })
            .collect();
        Self { cumulative, guide }
    }

    /// The index at `u` in (0, 1).
    pub fn index(&self, u: f64) -> usize {
        let bucket = (u * self.guide.len() as f64) as usize;
        let mut index = self.guide[bucket.min(self.guide.len() - 1)] as usize;
        while index + 1 < self.cumulative.len() && self.cumulative[index] < u {
            index += 1;
        }
        index
    }
}
