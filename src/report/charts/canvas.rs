//! The page of one chart: shapes drawn by plotters and text laid over them.
//!
//! plotters draws on whole pixels and guesses text widths, so the page records what is to be drawn in its own units, has plotters draw
//! the shapes at ten times their size inside a scaled group, and writes the text itself, measured with the embedded font.

use std::fmt::Write as _;

use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::prelude::{Color, DrawingArea, IntoDrawingArea, SVGBackend, ShapeStyle};

use super::colors::{Look, Texture};
use super::style::{Dash, Marker, RGBColor};
use super::{ChartError, font, text};

/// plotters' pixels per page unit.
const FINE: f64 = 10.0;

/// Distance of the stripes of a striped bar, along it.
const STRIPES: f64 = 6.0;

/// A point on the page, in its units; y grows downwards.
pub(super) type Point = (f64, f64);

/// What a place on a chart says to whoever points at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Where, in units of the SVG from its left and its top.
    pub at: [i32; 2],
    /// What: a value with its unit, and what it is of.
    pub text: String,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    /// Colour.
    pub color: RGBColor,
    /// Width.
    pub width: f64,
    /// Dashes.
    pub dash: Dash,
}

/// A solid line.
pub(super) fn solid(color: RGBColor, width: f64) -> Stroke {
    Stroke {
        color,
        width,
        dash: None,
    }
}

/// Which point of a text lies at its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    /// Font size.
    pub size: f64,
    /// Bold or regular.
    pub bold: bool,
    /// Colour.
    pub color: RGBColor,
}

/// Regular text.
pub(super) fn regular(size: f64, color: RGBColor) -> Type {
    Type {
        size,
        bold: false,
        color,
    }
}

/// Bold text.
pub(super) fn bold(size: f64, color: RGBColor) -> Type {
    Type {
        size,
        bold: true,
        color,
    }
}

impl Type {
    /// Width of a text set so.
    pub(super) fn width(self, text: &str) -> f64 {
        font::width(text, self.size, self.bold)
    }
}

#[derive(Debug)]
enum Shape {
    Line(Vec<Point>, Stroke),
    Area(Vec<Point>, RGBColor, f64),
    Bar(Point, Point, RGBColor),
    Disc(Point, f64, RGBColor),
}

/// A page being drawn.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    shapes: Vec<Shape>,
    texts: String,
    readings: Vec<Reading>,
}

impl Canvas {
    /// What a point says to whoever points at it.
    pub(super) fn read(&mut self, (x, y): Point, text: String) {
        let at = [x, y].map(|place| place.round() as i32);
        self.readings.push(Reading { at, text });
    }

    /// All that is said so, each once.
    pub(super) fn take_readings(&mut self) -> Vec<Reading> {
        let mut readings = std::mem::take(&mut self.readings);
        readings.dedup();
        readings
    }

    /// A line through points.
    pub(super) fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        if points.len() > 1 {
            self.shapes.push(Shape::Line(points, stroke));
        }
    }

    /// A filled area of some opacity, 0 to 1.
    pub(super) fn area(&mut self, points: Vec<Point>, color: RGBColor, opacity: f64) {
        if points.len() > 2 {
            self.shapes.push(Shape::Area(points, color, opacity));
        }
    }

    /// A filled rectangle.
    pub(super) fn bar(&mut self, x: f64, y: f64, width: f64, height: f64, color: RGBColor) {
        self.shapes.push(Shape::Bar((x, y), (x + width, y + height), color));
    }

    /// A rectangle in the look of a place.
    pub(super) fn bar_of(&mut self, x: f64, y: f64, width: f64, height: f64, look: Look) {
        self.bar(x, y, width, height, look.color);
        let ways: &[bool] = match look.texture {
            Texture::Plain => &[],
            Texture::Striped => &[false],
            Texture::Crossed => &[false, true],
        };
        let white = solid(RGBColor(255, 255, 255), 1.1);
        for falling in ways {
            let mut start = STRIPES - height;
            while start < width {
                let (from, to) = ((-start).max(0.0), (width - start).min(height));
                if to > from {
                    let end = |s: f64| (x + start + s, if *falling { y + s } else { y + height - s });
                    self.line(vec![end(from), end(to)], white);
                }
                start += STRIPES;
            }
        }
    }

    /// A mark of about `size` across, with a white edge so that it stands out from what is under it.
    pub(super) fn marker(&mut self, marker: Marker, at: Point, size: f64, color: RGBColor) {
        self.outline(marker, at, size + 2.4, RGBColor(255, 255, 255));
        self.outline(marker, at, size, color);
        if marker == Marker::Ring {
            self.outline(marker, at, size - 3.0, RGBColor(255, 255, 255));
        }
    }

    /// The same with its inside white.
    pub(super) fn hollow_marker(&mut self, marker: Marker, at: Point, size: f64, color: RGBColor) {
        self.marker(marker, at, size, color);
        self.outline(marker, at, size * 0.55, RGBColor(255, 255, 255));
    }

    fn outline(&mut self, marker: Marker, (x, y): Point, size: f64, color: RGBColor) {
        let r = size / 2.0;
        let points = match marker {
            Marker::Circle | Marker::Ring => {
                self.shapes.push(Shape::Disc((x, y), r, color));
                return;
            }
            Marker::Square => {
                let r = r * 0.9;
                vec![(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]
            }
            Marker::Diamond => {
                let r = r * 1.22;
                vec![(x - r, y), (x, y - r), (x + r, y), (x, y + r)]
            }
            Marker::Triangle => {
                let r = r * 1.2;
                vec![(x - r, y + r * 0.8), (x, y - r), (x + r, y + r * 0.8)]
            }
            Marker::Wedge => {
                let r = r * 1.2;
                vec![(x - r, y - r * 0.8), (x, y + r), (x + r, y - r * 0.8)]
            }
        };
        self.shapes.push(Shape::Area(points, color, 1.0));
    }

    /// One line of text; `y` is its baseline.
    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, set: Type, content: &str) {
        self.write(x, y, anchor, set, content, "");
    }

    /// The same with a white edge, for text that crosses grid lines.
    pub(super) fn edged_text(&mut self, x: f64, y: f64, anchor: Anchor, set: Type, content: &str) {
        let edge = " stroke=\"#FFFFFF\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\"";
        self.write(x, y, anchor, set, content, edge);
    }

    fn write(&mut self, x: f64, y: f64, anchor: Anchor, set: Type, content: &str, edge: &str) {
        if content.is_empty() {
            return;
        }
        let RGBColor(r, g, b) = set.color;
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if set.bold { " font-weight=\"bold\"" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            self.texts,
            "<text x=\"{x:.1}\" y=\"{y:.1}\"{anchor} font-size=\"{}\"{weight} fill=\"#{r:02X}{g:02X}{b:02X}\"{edge}>{}</text>",
            set.size,
            text::escape(content)
        );
    }

    /// Lines of text, the first at baseline `y`; returns the baseline of the line after the last.
    pub(super) fn lines<S: AsRef<str>>(&mut self, x: f64, y: f64, set: Type, lines: &[S]) -> f64 {
        let mut y = y;
        for line in lines {
            self.text(x, y, Anchor::Start, set, line.as_ref());
            y += set.size * 1.35;
        }
        y
    }

    /// The finished SVG. `id` must be unique among the charts of a page.
    pub(super) fn svg(self, id: &str, size: Point, title: &str, description: &str) -> Result<String, ChartError> {
        let (width, height) = size;
        let mut drawn = String::new();
        {
            let area =
                SVGBackend::with_string(&mut drawn, (fine(width) as u32, fine(height) as u32)).into_drawing_area();
            for shape in &self.shapes {
                draw(&area, shape).map_err(|e| ChartError::Draw(e.to_string()))?;
            }
            area.present().map_err(|e| ChartError::Draw(e.to_string()))?;
        }
        let inside = drawn.find('>').map_or("", |at| &drawn[at + 1..]);
        let inside = inside
            .trim()
            .strip_suffix("</svg>")
            .unwrap_or(inside)
            .replace(" opacity=\"1\"", "");
        // Opacity of the fill needs no layer of its own, which makes PNGs much faster.
        let inside = inside.replace("<polygon opacity=", "<polygon fill-opacity=");
        let (title, description) = (text::escape(title), text::escape(description));
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
             viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-labelledby=\"{id}-title {id}-desc\">\n\
             <title id=\"{id}-title\">{title}</title>\n<desc id=\"{id}-desc\">{description}</desc>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n\
             <g transform=\"scale({})\" stroke-linejoin=\"round\">{inside}</g>\n\
             <g font-family=\"{}\">\n{}</g>\n</svg>\n",
            1.0 / FINE,
            font::FAMILIES,
            self.texts
        ))
    }
}

fn fine(value: f64) -> i32 {
    (if value.is_finite() { value * FINE } else { 0.0 })
        .round()
        .clamp(-1e6, 1e6) as i32
}

fn fine_point(&(x, y): &Point) -> (i32, i32) {
    (fine(x), fine(y))
}

fn draw(area: &DrawingArea<SVGBackend<'_>, Shift>, shape: &Shape) -> Result<(), Box<dyn std::error::Error>> {
    match shape {
        Shape::Line(points, stroke) => {
            let mut points: Vec<(i32, i32)> = points.iter().map(fine_point).collect();
            points.dedup();
            let style = ShapeStyle::from(&stroke.color).stroke_width(fine(stroke.width).max(1) as u32);
            match stroke.dash {
                None => area.draw(&PathElement::new(points, style))?,
                Some((dash, gap)) => {
                    area.draw(&DashedPathElement::new(
                        points,
                        fine(dash).max(1),
                        fine(gap).max(1),
                        style,
                    ))?;
                }
            }
        }
        Shape::Area(points, color, opacity) => {
            let mut points: Vec<(i32, i32)> = points.iter().map(fine_point).collect();
            points.dedup();
            area.draw(&Polygon::new(points, color.mix(*opacity).filled()))?;
        }
        Shape::Bar(a, b, color) => {
            area.draw(&Rectangle::new([fine_point(a), fine_point(b)], color.filled()))?;
        }
        Shape::Disc(at, radius, color) => {
            area.draw(&Circle::new(fine_point(at), fine(*radius).max(1), color.filled()))?;
        }
    }
    Ok(())
}
