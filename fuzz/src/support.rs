//! The random choices of the scenario generator, taken from the fuzzer's bytes instead of a seed. Stands in for `tests/it/support.rs`.

/// Choices from bytes; 0 when they have run out.
#[derive(Debug, Clone)]
pub struct Random {
    bytes: Vec<u8>,
    next: usize,
}

impl Random {
    /// The bytes to choose by.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Random {
            bytes: bytes.to_vec(),
            next: 0,
        }
    }

    /// As the tests' generator has it: the eight bytes of the seed.
    pub fn new(seed: u64) -> Self {
        Random::from_bytes(&seed.to_le_bytes())
    }

    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        byte
    }

    /// In [0, 1).
    pub fn unit(&mut self) -> f64 {
        f64::from(u16::from_le_bytes([self.byte(), self.byte()])) / 65_536.0
    }

    /// In [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from `low` to `high`, both included.
    pub fn whole(&mut self, low: usize, high: usize) -> usize {
        low + usize::from(self.byte()) % (high - low + 1)
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        f64::from(self.byte()) / 256.0 < probability
    }

    /// One of a list.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.whole(0, from.len() - 1)]
    }

    /// A random order of 0..count.
    pub fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.whole(0, last));
        }
        order
    }
}
