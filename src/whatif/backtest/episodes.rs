//! The shipped episodes: scenarios that are part of the program, so that it can be held against history wherever it is.

use crate::study::{Error, Study};

/// An episode as it is shipped.
#[derive(Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its name, that of its file in `scenarios/backtest` without the ending.
    pub name: &'static str,
    /// The scenario.
    pub text: &'static str,
}

impl Shipped {
    /// The scenario as a study, which reads no other file.
    ///
    /// # Errors
    /// [`Error::Invalid`], which tests rule out.
    pub fn study(&self) -> Result<Study, Error> {
        Ok(Study::from_text(&format!("{}.toml", self.name), self.text)?.sealed())
    }
}

macro_rules! shipped {
    ($($name:literal,)*) => {
        &[$(Shipped {
            name: $name,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/backtest/", $name, ".toml")),
        },)*]
    };
}

/// All, by their begin.
pub static EPISODES: &[Shipped] = shipped! {
    "rare-earths-2010",
    "magnesium-2021",
    "palladium-2022",
    "gallium-2023",
    "germanium-2023",
    "graphite-2023",
    "antimony-2024",
    "tungsten-2025",
    "cobalt-2025",
    "magnets-2025",
};
