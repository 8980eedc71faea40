//! PNG from the same SVG.

use resvg::{tiny_skia, usvg};

use super::ChartError;
use super::png_fonts::Fonts;

/// Pixels per unit of the SVG.
const SCALE: f32 = 2.0;

/// Renders an SVG of [`super::render_all`] as a PNG: twice its size in pixels, on white, with the embedded font. Letters that it lacks
/// (Chinese, Arabic, ...) take the shapes of a font of the system; see [`super::letters_without_shape`].
pub fn to_png(svg: &str) -> Result<Vec<u8>, ChartError> {
    render(svg, Fonts::of(svg))
}

/// The same with given fonts.
pub(super) fn render(svg: &str, fonts: &Fonts) -> Result<Vec<u8>, ChartError> {
    let options = usvg::Options {
        font_family: "DejaVu Sans".to_owned(),
        fontdb: fonts.database.clone(),
        font_resolver: fonts.resolver(),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options)?;
    let size = tree.size();
    let (width, height) = (
        (size.width() * SCALE).ceil() as u32,
        (size.height() * SCALE).ceil() as u32,
    );
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or(ChartError::Size { width, height })?;
    pixels.fill(tiny_skia::Color::WHITE);
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(SCALE, SCALE),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(|e| ChartError::Png(e.to_string()))
}
