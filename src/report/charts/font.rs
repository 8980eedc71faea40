//! The embedded font: how wide a text is. Parsed once per process.

use std::sync::OnceLock;

use skrifa::MetadataProvider;
use skrifa::instance::{LocationRef, Size};

/// DejaVu Sans, reduced (see `font/README.md`).
pub(super) static REGULAR: &[u8] = include_bytes!("font/DejaVuSans-subset.ttf");
/// DejaVu Sans Bold, reduced.
pub(super) static BOLD: &[u8] = include_bytes!("font/DejaVuSans-Bold-subset.ttf");

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

    #[cfg(feature = "png")]
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
#[cfg(feature = "png")]
pub(super) fn is_embedded(text: &str) -> bool {
    text.chars().all(|c| is_invisible(c) || tables().0.has(c))
}

/// What has no shape of its own: line ends and other controls, joiners, marks of direction, variation selectors.
#[cfg(feature = "png")]
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c as u32, 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF | 0xE0100..=0xE01EF)
}
