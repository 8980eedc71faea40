//! PNG from the same SVG.

use resvg::{tiny_skia, usvg};

use super::{ChartError, font};

/// Pixels per unit of the SVG.
const SCALE: f32 = 2.0;

/// Renders an SVG of [`super::render_all`] as a PNG: twice its size in pixels, on white, with the embedded font.
pub fn to_png(svg: &str) -> Result<Vec<u8>, ChartError> {
    let options = usvg::Options {
        font_family: "DejaVu Sans".to_owned(),
        fontdb: font::database(),
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
