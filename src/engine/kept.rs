//! What has been simulated, kept outside the program, so that a question that was interrupted can go on where it was. It is found again by all
//! that it depends on, so that it does not matter in which order, or for which question, it is asked for.

use std::fmt::{self, Debug, Write};

use sha2::{Digest, Sha256};

/// Names something that was simulated: the SHA-256 of all that it depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// Of what it depends on, as debugging prints it: numbers to the last bit.
    pub fn of(parts: &dyn Debug) -> Key {
        let mut hash = Hashed(Sha256::new());
        // Hashing does not fail.
        let _ = write!(hash, "{parts:?}");
        Key(hash.0.finalize().into())
    }

    /// Of this, and of more.
    #[must_use]
    pub fn and(self, more: &dyn Debug) -> Key {
        Key::of(&(self.0, more))
    }
}

struct Hashed(Sha256);

impl Write for Hashed {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

/// Where what was simulated is kept.
pub trait Keep: Debug + Send + Sync {
    /// What was kept under a key; `None` where it is to be simulated.
    fn recall(&self, key: Key) -> Option<Vec<u8>>;

    /// What was just simulated, because it could not be recalled: kept where that is worth its room.
    fn keep(&self, key: Key, bytes: &mut dyn FnMut() -> Option<Vec<u8>>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_every_bit_of_a_number_and_of_the_order() {
        let key = |values: &[f64]| Key::of(&values);
        assert_eq!(key(&[0.1, 2.0]), key(&[0.1, 2.0]));
        assert_ne!(key(&[0.1, 2.0]), key(&[2.0, 0.1]));
        assert_ne!(key(&[0.1]), key(&[0.1 + f64::EPSILON / 16.0]));
        assert_ne!(key(&[0.0]), key(&[-0.0]));
        assert_ne!(key(&[0.1]), key(&[0.1]).and(&1));
        assert_ne!(key(&[0.1]).and(&1), key(&[0.1]).and(&2));
    }
}
