//! The fonts for PNGs: the embedded ones, and for letters that they lack those of the system.

use std::sync::{Arc, OnceLock};

use resvg::usvg::{FontResolver, fontdb};
use skrifa::MetadataProvider;

use super::font::{BOLD, REGULAR, is_embedded};

/// The fonts for PNGs.
#[derive(Debug, Clone)]
pub(super) struct Fonts {
    /// The embedded ones first.
    pub database: Arc<fontdb::Database>,
    /// The embedded regular and bold.
    embedded: [Option<fontdb::ID>; 2],
}

impl Fonts {
    /// The embedded ones and no others, so that a picture is the same on every machine.
    pub(super) fn embedded() -> &'static Fonts {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| {
            let mut database = fontdb::Database::new();
            let mut load = |data: &'static [u8]| {
                let ids = database.load_font_source(fontdb::Source::Binary(Arc::new(data)));
                ids.first().copied()
            };
            let embedded = [load(REGULAR), load(BOLD)];
            database.set_sans_serif_family("DejaVu Sans");
            Fonts {
                database: Arc::new(database),
                embedded,
            }
        })
    }

    /// The embedded ones and, for letters that they lack, those of the system. Finding these takes time, so only when they are needed.
    pub(super) fn with_system() -> &'static Fonts {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(|| {
            let Fonts { database, embedded } = Fonts::embedded().clone();
            let mut database = Arc::unwrap_or_clone(database);
            database.load_system_fonts();
            Fonts {
                database: Arc::new(database),
                embedded,
            }
        })
    }

    /// The fonts that a text needs.
    pub(super) fn of(text: &str) -> &'static Fonts {
        if is_embedded(text) {
            Fonts::embedded()
        } else {
            Fonts::with_system()
        }
    }

    /// How texts find their font: an embedded one, whatever the system has under its name; letters that it lacks look for another.
    pub(super) fn resolver(&self) -> FontResolver<'static> {
        let [regular, bold] = self.embedded;
        FontResolver {
            select_font: Box::new(move |font, _| if font.weight() >= 600 { bold } else { regular }),
            select_fallback: FontResolver::default_fallback_selector(),
        }
    }

    /// The letters of a text that none of the fonts has, each once.
    pub(super) fn missing(&self, text: &str) -> String {
        let mut missing = String::new();
        for c in text.chars() {
            if !is_embedded(c.encode_utf8(&mut [0; 4])) && !missing.contains(c) && !self.has(c) {
                missing.push(c);
            }
        }
        missing
    }

    fn has(&self, c: char) -> bool {
        self.database.faces().any(|face| {
            let found = self.database.with_face_data(face.id, |data, index| {
                let font = skrifa::FontRef::from_index(data, index).ok()?;
                font.charmap().map(c).filter(|glyph| glyph.to_u32() != 0)
            });
            found.flatten().is_some()
        })
    }
}
