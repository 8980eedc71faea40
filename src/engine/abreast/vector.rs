//! Arithmetic on several trials at once, one trial a lane of the processor's vectors. Only operations that IEEE 754 rounds correctly, and none
//! fused: every lane gets the bits that it would get alone, whatever the width of the vectors.

use std::ops::{Add, AddAssign, Div, Mul, Not, Sub};

use pulp::Simd;

/// Trials side by side.
pub const ABREAST: usize = 8;

/// A number of each of the trials side by side.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[repr(align(64))]
pub struct Eight(pub [f64; ABREAST]);

impl Eight {
    /// The same number for all.
    #[inline(always)]
    pub fn splat(value: f64) -> Self {
        Eight([value; ABREAST])
    }
}

/// As many trials as the processor computes at once: those from `part x width` of the eight.
#[derive(Debug, Clone, Copy)]
pub struct Wide<S: Simd>(S, S::f64s);

/// Which of them.
#[derive(Debug, Clone, Copy)]
pub struct Which<S: Simd>(S, S::m64s);

/// Where a pass over some of the eight trials reads and writes.
#[derive(Debug, Clone, Copy)]
pub struct Part<S: Simd> {
    simd: S,
    number: usize,
}

impl<S: Simd> Part<S> {
    /// Passes that cover all eight.
    pub const COUNT: usize = ABREAST / S::F64_LANES;

    /// The pass of this number.
    #[inline(always)]
    pub fn new(simd: S, number: usize) -> Self {
        Part { simd, number }
    }

    /// Bits of the trials of this pass.
    #[inline(always)]
    pub fn bits(self) -> u8 {
        let all = ((1u32 << S::F64_LANES) - 1) as u8;
        all << (self.number * S::F64_LANES)
    }

    /// The lane of one place, which must be in this pass.
    #[inline(always)]
    pub fn only(self, place: usize) -> Which<S> {
        let mut marked = Eight::default();
        marked.0[place] = 1.0;
        self.load(&marked).exceeds(self.splat(0.0))
    }

    /// The same number in every lane.
    #[inline(always)]
    pub fn splat(self, value: f64) -> Wide<S> {
        Wide(self.simd, self.simd.splat_f64s(value))
    }

    /// Reads.
    #[inline(always)]
    pub fn load(self, from: &Eight) -> Wide<S> {
        Wide(self.simd, S::as_simd_f64s(&from.0).0[self.number])
    }

    /// Writes.
    #[inline(always)]
    pub fn store(self, to: &mut Eight, value: Wide<S>) {
        S::as_mut_simd_f64s(&mut to.0).0[self.number] = value.1;
    }

    /// Adds in place.
    #[inline(always)]
    pub fn add(self, to: &mut Eight, value: Wide<S>) {
        let sum = self.load(to) + value;
        self.store(to, sum);
    }

    /// None of them.
    #[inline(always)]
    pub fn none(self) -> Which<S> {
        let zero = self.splat(0.0);
        zero.exceeds(zero)
    }
}

macro_rules! operator {
    ($operator:ident, $method:ident, $simd:ident) => {
        impl<S: Simd> $operator for Wide<S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Wide(self.0, self.0.$simd(self.1, other.1))
            }
        }
    };
}

operator!(Add, add, add_f64s);
operator!(Sub, sub, sub_f64s);
operator!(Mul, mul, mul_f64s);
operator!(Div, div, div_f64s);

impl<S: Simd> AddAssign for Wide<S> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<S: Simd> Wide<S> {
    /// The smaller of each pair; neither may be NaN.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        Wide(self.0, self.0.min_f64s(self.1, other.1))
    }

    /// The larger of each pair; neither may be NaN.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        Wide(self.0, self.0.max_f64s(self.1, other.1))
    }

    /// Square roots.
    #[inline(always)]
    pub fn sqrt(self) -> Self {
        Wide(self.0, self.0.sqrt_f64s(self.1))
    }

    /// Where it is larger than the other.
    #[inline(always)]
    pub fn exceeds(self, other: Self) -> Which<S> {
        Which(self.0, self.0.greater_than_f64s(self.1, other.1))
    }

    /// Where it equals the other.
    #[inline(always)]
    pub fn equals(self, other: Self) -> Which<S> {
        Which(self.0, self.0.equal_f64s(self.1, other.1))
    }
}

impl<S: Simd> Which<S> {
    /// In both.
    #[inline(always)]
    pub fn and(self, other: Self) -> Self {
        Which(self.0, self.0.and_m64s(self.1, other.1))
    }

    /// In either.
    #[inline(always)]
    pub fn or(self, other: Self) -> Self {
        Which(self.0, self.0.or_m64s(self.1, other.1))
    }

    /// Whether there is one.
    #[inline(always)]
    pub fn any(self) -> bool {
        self.0.first_true_m64s(self.1) < S::F64_LANES
    }

    /// `inside` for these, `outside` for the others.
    #[inline(always)]
    pub fn choose(self, inside: Wide<S>, outside: Wide<S>) -> Wide<S> {
        Wide(self.0, self.0.select_f64s(self.1, inside.1, outside.1))
    }

    /// `inside` for these, 0 for the others.
    #[inline(always)]
    pub fn keep(self, inside: Wide<S>) -> Wide<S> {
        self.choose(inside, Wide(self.0, self.0.splat_f64s(0.0)))
    }
}

/// The others.
impl<S: Simd> Not for Which<S> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        Which(self.0, self.0.not_m64s(self.1))
    }
}
