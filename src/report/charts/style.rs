//! Line styles and sizes shared by all charts, and the colours of what is no country (`colors` has those).
//!
//! Every colour of a mark stands out from the white page by at least 3:1 (WCAG 2.2, 1.4.11); dashes, markers and stripes repeat what colour says, for
//! grey print.

pub(super) use plotters::style::RGBColor;

/// Text.
pub(super) const INK: RGBColor = RGBColor(0x1A, 0x1A, 0x1A);
/// Text of less weight: axis labels, notes.
pub(super) const MUTED: RGBColor = RGBColor(0x50, 0x55, 0x5A);
/// Axis lines and whiskers' quiet parts.
pub(super) const AXIS: RGBColor = RGBColor(0x8C, 0x91, 0x96);
/// Grid lines.
pub(super) const GRID: RGBColor = RGBColor(0xE4, 0xE6, 0xE8);
/// Background of panels that hold words instead of marks.
pub(super) const PANEL: RGBColor = RGBColor(0xF5, 0xF6, 0xF7);
/// What is pooled as "other".
pub(super) const OTHER: RGBColor = RGBColor(0x8C, 0x91, 0x96);
/// The baseline policy, and what is nobody's event.
pub(super) const BASELINE: RGBColor = RGBColor(0x33, 0x33, 0x33);
/// First colour: a mean, an expected value.
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// Second colour: a tail measure.
pub(super) const ORANGE: RGBColor = RGBColor(0xD5, 0x5E, 0x00);

/// Dash and gap in page units; `None` draws a solid line.
pub(super) type Dash = Option<(f64, f64)>;

/// Dashes of the lines of a chart, in the order they are drawn.
pub(super) const DASHES: [Dash; 6] = [
    None,
    Some((8.0, 3.5)),
    Some((3.5, 2.5)),
    Some((13.0, 3.0)),
    Some((1.6, 2.4)),
    Some((5.5, 5.0)),
];

/// A mark on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    /// Filled circle.
    Circle,
    /// Filled square.
    Square,
    /// Triangle, point up.
    Triangle,
    /// Square on its corner.
    Diamond,
    /// Triangle, point down.
    Wedge,
    /// Open circle.
    Ring,
}

/// Markers of the lines of a chart, in the order they are drawn.
pub(super) const MARKERS: [Marker; 6] = [
    Marker::Circle,
    Marker::Square,
    Marker::Triangle,
    Marker::Diamond,
    Marker::Wedge,
    Marker::Ring,
];

/// The colour in which text on a colour reads best.
pub(super) fn ink_on(color: RGBColor) -> RGBColor {
    let white = RGBColor(255, 255, 255);
    if contrast(color, white) >= contrast(color, INK) {
        white
    } else {
        INK
    }
}

/// Contrast of two colours by WCAG 2.2: 1 to 21.
pub(super) fn contrast(one: RGBColor, other: RGBColor) -> f64 {
    let luminance = |RGBColor(r, g, b): RGBColor| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Light of an sRGB channel, 0 to 1.
pub(super) fn linear(channel: u8) -> f64 {
    let value = f64::from(channel) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        libm::pow((value + 0.055) / 1.055, 2.4)
    }
}
