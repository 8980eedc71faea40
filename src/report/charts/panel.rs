//! A plot area with two axes. Lines and bands are clipped to it (plotters would bend what lies outside onto the edge).

use super::canvas::{Anchor, Canvas, Point, Stroke, regular, solid};
use super::numbers::Axis;
use super::page::LABEL;
use super::style::{AXIS, GRID, MUTED, RGBColor};

/// A plot area.
#[derive(Debug, Clone)]
pub(super) struct Panel {
    /// Left, top, right, bottom on the page.
    pub frame: [f64; 4],
    /// Horizontal axis.
    pub x: Axis,
    /// Vertical axis.
    pub y: Axis,
}

impl Panel {
    /// Where a point of the data lies on the page.
    pub(super) fn at(&self, (x, y): Point) -> Point {
        let [left, top, right, bottom] = self.frame;
        (
            left + self.x.at(x) * (right - left),
            bottom - self.y.at(y) * (bottom - top),
        )
    }

    /// Grid, axis lines and tick labels; labels of an axis only where asked for (`x_labels`, `y_labels`).
    pub(super) fn grid(&self, canvas: &mut Canvas, x_labels: bool, y_labels: bool) {
        let [left, top, right, bottom] = self.frame;
        for (value, label) in &self.y.ticks {
            let y = bottom - self.y.at(*value) * (bottom - top);
            canvas.line(vec![(left, y), (right, y)], solid(GRID, 1.0));
            if y_labels {
                canvas.text(left - 8.0, y + 4.0, Anchor::End, regular(LABEL, MUTED), label);
            }
        }
        let mut free = f64::NEG_INFINITY;
        for (value, label) in &self.x.ticks {
            let x = left + self.x.at(*value) * (right - left);
            canvas.line(vec![(x, bottom), (x, bottom + 4.0)], solid(AXIS, 1.0));
            let half = regular(LABEL, MUTED).width(label) / 2.0;
            // Labels stay near the panel, so that those of panels side by side keep apart; one that would touch its neighbour is left
            // out, while its tick stays.
            let slack = 8.0;
            let center = x.max(left - slack + half).min(right + slack - half);
            if x_labels && center - half > free {
                canvas.text(center, bottom + 17.0, Anchor::Middle, regular(LABEL, MUTED), label);
                free = center + half + 8.0;
            }
        }
        canvas.line(vec![(left, bottom), (right, bottom)], solid(AXIS, 1.2));
    }

    /// A line through points of the data, clipped. Returns the parts that are visible.
    pub(super) fn line(&self, canvas: &mut Canvas, points: &[Point], stroke: Stroke) -> Vec<Vec<Point>> {
        let mut runs: Vec<Vec<Point>> = Vec::new();
        let placed: Vec<Point> = points.iter().map(|p| self.at(*p)).collect();
        for pair in placed.windows(2) {
            let Some((a, b)) = self.clip(pair[0], pair[1]) else {
                continue;
            };
            match runs.last_mut() {
                Some(run) if run.last() == Some(&a) => run.push(b),
                _ => runs.push(vec![a, b]),
            }
        }
        for run in &runs {
            canvas.line(run.clone(), stroke);
        }
        runs
    }

    /// The area between two lines over the same x, clipped.
    pub(super) fn band(&self, canvas: &mut Canvas, edges: &[(f64, f64, f64)], color: RGBColor, opacity: f64) {
        let lower = edges.iter().map(|&(x, low, _)| self.at((x, low)));
        let upper = edges.iter().rev().map(|&(x, _, high)| self.at((x, high)));
        let mut points: Vec<Point> = lower.chain(upper).collect();
        let [left, top, right, bottom] = self.frame;
        points = cut(&points, |p| p.0 - left);
        points = cut(&points, |p| right - p.0);
        points = cut(&points, |p| p.1 - top);
        points = cut(&points, |p| bottom - p.1);
        canvas.area(points, color, opacity);
    }

    /// The part of a segment inside the frame (Liang and Barsky).
    fn clip(&self, a: Point, b: Point) -> Option<(Point, Point)> {
        let [left, top, right, bottom] = self.frame;
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let (mut from, mut to) = (0.0_f64, 1.0_f64);
        for (p, q) in [
            (-dx, a.0 - left),
            (dx, right - a.0),
            (-dy, a.1 - top),
            (dy, bottom - a.1),
        ] {
            if p == 0.0 {
                if q < 0.0 {
                    return None;
                }
            } else if p < 0.0 {
                from = from.max(q / p);
            } else {
                to = to.min(q / p);
            }
        }
        if from > to {
            return None;
        }
        let along = |t: f64| (a.0 + t * dx, a.1 + t * dy);
        Some((
            if from == 0.0 { a } else { along(from) },
            if to == 1.0 { b } else { along(to) },
        ))
    }
}

/// The part of a polygon where `inside` is not negative (Sutherland and Hodgman, one edge).
fn cut(points: &[Point], inside: impl Fn(Point) -> f64) -> Vec<Point> {
    let mut out = Vec::with_capacity(points.len() + 4);
    for (i, &b) in points.iter().enumerate() {
        let a = points[if i == 0 { points.len() - 1 } else { i - 1 }];
        let (from, to) = (inside(a), inside(b));
        if (from < 0.0) != (to < 0.0) {
            let t = from / (from - to);
            out.push((a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)));
        }
        if to >= 0.0 {
            out.push(b);
        }
    }
    out
}
