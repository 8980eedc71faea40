//! The embedded font: how wide a text is, and the font database for PNGs. Parsed once per process.

use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb;
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

    fn of_char(&self, c: char) -> f64 {
        match self.0.get(c as usize) {
            Some(&width) if width > 0.0 => f64::from(width),
            _ if (c as u32) >= 0x2E80 => 1.0,
            _ => 0.7,
        }
    }
}

/// Width of a text at a font size, without kerning (which only makes it narrower).
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    static TABLES: OnceLock<(Advances, Advances)> = OnceLock::new();
    let (regular, heavy) = TABLES.get_or_init(|| (Advances::of(REGULAR), Advances::of(BOLD)));
    let table = if bold { heavy } else { regular };
    text.chars().map(|c| table.of_char(c)).sum::<f64>() * size
}

/// The fonts for rendering PNGs: the embedded ones and no others, so that a picture is the same on every machine.
pub(super) fn database() -> Arc<fontdb::Database> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    DATABASE
        .get_or_init(|| {
            let mut database = fontdb::Database::new();
            for data in [REGULAR, BOLD] {
                database.load_font_source(fontdb::Source::Binary(Arc::new(data)));
            }
            database.set_sans_serif_family("DejaVu Sans");
            Arc::new(database)
        })
        .clone()
}
