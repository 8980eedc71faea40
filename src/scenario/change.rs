//! Changes of a scenario, as values: what a variant differs by.

use std::fmt;

/// One change. Keys are addresses as `--set` takes them: `supply.ID.capacity`, `demand.MATERIAL.COUNTRY.amount`.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Puts a value at a key.
    Set {
        /// The key.
        key: String,
        /// The value as TOML; a bare word is text.
        value: String,
    },
    /// Multiplies the number at a key.
    Scale {
        /// The key.
        key: String,
        /// What by.
        factor: f64,
    },
    /// Lays tables over the scenario, as a file that `extends` it would: new ones are added, those of the same address are changed.
    Add {
        /// The tables as TOML.
        tables: String,
    },
    /// Takes away a table of a list (`event.ID`) or a key.
    Remove {
        /// The key.
        key: String,
    },
}

impl Change {
    /// Puts a value at a key: a number, a truth, or TOML.
    pub fn set(key: impl Into<String>, value: impl fmt::Display) -> Self {
        Change::Set {
            key: key.into(),
            value: value.to_string(),
        }
    }

    /// Multiplies the number at a key.
    pub fn scale(key: impl Into<String>, factor: f64) -> Self {
        Change::Scale {
            key: key.into(),
            factor,
        }
    }

    /// Lays tables (TOML) over the scenario.
    pub fn add(tables: impl Into<String>) -> Self {
        Change::Add { tables: tables.into() }
    }

    /// Takes away a table or a key.
    pub fn remove(key: impl Into<String>) -> Self {
        Change::Remove { key: key.into() }
    }

    /// The key, where there is one.
    pub fn key(&self) -> Option<&str> {
        match self {
            Change::Set { key, .. } | Change::Scale { key, .. } | Change::Remove { key } => Some(key),
            Change::Add { .. } => None,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Set { key, value } => write!(f, "{key}={value}"),
            Change::Scale { key, factor } => write!(f, "{key} x {factor}"),
            Change::Add { tables } => write!(f, "{}", tables.trim()),
            Change::Remove { key } => write!(f, "without {key}"),
        }
    }
}
