//! Colours, line styles and sizes shared by all charts. Colours are Okabe and Ito's for the colour-blind, with a few of Paul Tol's muted
//! ones where more are needed; no pair relies on red against green, and dashes and markers repeat what colour says for grey print.

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
pub(super) const OTHER: RGBColor = RGBColor(0xD5, 0xD8, 0xDB);
/// The baseline policy, and what is nobody's event.
pub(super) const BASELINE: RGBColor = RGBColor(0x33, 0x33, 0x33);
/// First colour: a mean, an expected value.
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// Second colour: a tail measure.
pub(super) const ORANGE: RGBColor = RGBColor(0xE6, 0x9F, 0x00);

/// Colours of places, in the order of their first use.
pub(super) const PLACES: [RGBColor; 12] = [
    BLUE,
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x33, 0x33, 0x33),
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0xCC, 0x79, 0xA7),
    ORANGE,
    RGBColor(0x33, 0x22, 0x88),
    RGBColor(0x99, 0x99, 0x33),
    RGBColor(0x88, 0x22, 0x55),
    RGBColor(0x44, 0xAA, 0x99),
    RGBColor(0x8C, 0x6D, 0x46),
    RGBColor(0xF0, 0xE4, 0x42),
];

/// Colours of policies; the first is the baseline's.
pub(super) const POLICIES: [RGBColor; 6] = [
    BASELINE,
    BLUE,
    ORANGE,
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0xCC, 0x79, 0xA7),
];

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

/// Whether white text reads better on a colour than black.
pub(super) fn is_dark(color: RGBColor) -> bool {
    let RGBColor(r, g, b) = color;
    299 * u32::from(r) + 587 * u32::from(g) + 114 * u32::from(b) < 140_000
}
