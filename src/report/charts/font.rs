//! The embedded font: how wide a text is, and the fonts for PNGs. Parsed once per process.

use std::sync::{Arc, OnceLock};

use resvg::usvg::{FontResolver, fontdb};
use skrifa::MetadataProvider;
use skrifa::instance::{LocationRef, Size};

/// DejaVu Sans, reduced (see `font/README.md`).
static REGULAR: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");
/// DejaVu Sans Bold, reduced.
static BOLD: &[u8] = include_bytes!("font/DejaVuSans-Bold-subset.ttf");

/// What an SVG asks for; the embedded font first, so that text widths are as measured here, then its nearest relatives.
pub(super) const FAMILIES: &str = "'DejaVu Sans', Verdana, Arial, sans-serif";

/// Advance widths by code point, in em; 0 where the font has no such character.
struct Advances(Vec<f32>);

impl Advances {
    fn of(data: &[u8]) -> Advances {
        let mut widths = Vec::new();
        // A font that cannot be read leaves the table empty: every width is then a guess, and nothing fails.
        if let Ok(font) = skrifa::FontRef::new(data) {
            let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
            for (code, glyph) in font.charmap().mappings() {
                let code = code as usize;
                if code >= widths.len() {
                    widths.resize(code + 1, 0.0);
                }
                widths[code] = metrics.advance_width(glyph).unwrap_or(0.0);
            }
        }
        Advances(widths)
    }

    fn has(&self, c: char) -> bool {
        self.0.get(c as usize).is_some_and(|width| *width > 0.0)
    }

    fn of_char(&self, c: char) -> f64 {
        match self.0.get(c as usize) {
            Some(&width) if width > 0.0 => f64::from(width),
            _ if (c as u32) >= 0x2E80 => 1.0,
            _ => 0.7,
        }
    }
}

/// Regular and bold.
fn tables() -> &'static (Advances, Advances) {
    static TABLES: OnceLock<(Advances, Advances)> = OnceLock::new();
    TABLES.get_or_init(|| (Advances::of(REGULAR), Advances::of(BOLD)))
}

/// Width of a text at a font size, without kerning (which only makes it narrower).
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let (regular, heavy) = tables();
    let table = if bold { heavy } else { regular };
    text.chars().map(|c| table.of_char(c)).sum::<f64>() * size
}

/// Whether a text can be drawn with the embedded fonts alone.
pub(super) fn is_embedded(text: &str) -> bool {
    text.chars().all(|c| is_invisible(c) || tables().0.has(c))
}

/// What has no shape of its own: line ends and other controls, joiners, marks of direction, variation selectors.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c as u32, 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xE0100..=0xE01EF)
}

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
