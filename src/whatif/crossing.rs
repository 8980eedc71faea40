//! Where a curve with a band crosses a level: linear between the points.

/// A point of a curve: where it lies, its value, and the ends of its band where that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OnCurve {
    pub(super) at: f64,
    pub(super) value: f64,
    pub(super) band: Option<(f64, f64)>,
}

/// Where a curve crosses a level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crossing {
    /// Where the curve does.
    pub at: f64,
    /// Where the band begins to hold the level; `None` where it does at the first point already, or there is no band.
    pub low: Option<f64>,
    /// Where the band ceases to hold it; `None` where it does at the last point still, or there is no band.
    pub high: Option<f64>,
    /// Whether the curve rises through the level.
    pub rises: bool,
    /// Whether there is a band at all.
    pub has_band: bool,
}

/// Every crossing, ascending. A curve that comes to lie on the level crosses it where it first does.
pub(super) fn crossings(curve: &[OnCurve], level: f64) -> Vec<Crossing> {
    let mut found = Vec::new();
    let has_band = curve.iter().all(|point| point.band.is_some());
    for (number, pair) in curve.windows(2).enumerate() {
        let (one, other) = (pair[0].value - level, pair[1].value - level);
        let is_first = number == 0;
        let meets =
            (one < 0.0 && other >= 0.0) || (one > 0.0 && other <= 0.0) || (is_first && one == 0.0 && other != 0.0);
        // From the level away: it was met where the curve came to lie on it.
        if !meets {
            continue;
        }
        let at = between((pair[0].at, one), (pair[1].at, other));
        let ends = has_band.then(|| {
            (
                outward(curve, number, level, false),
                outward(curve, number + 1, level, true),
            )
        });
        let (low, high) = ends.unwrap_or((None, None));
        found.push(Crossing {
            at,
            low: low.map(|low| low.min(at)),
            high: high.map(|high| high.max(at)),
            rises: other > one,
            has_band,
        });
    }
    found
}

/// Where the band leaves the level, from a point on outwards; `None` where it never does.
fn outward(curve: &[OnCurve], from: usize, level: f64, upwards: bool) -> Option<f64> {
    let numbers: Vec<usize> = if upwards {
        (from..curve.len()).collect()
    } else {
        (0..=from).rev().collect()
    };
    for number in numbers {
        let (low, high) = curve[number].band?;
        let (low, high) = (low - level, high - level);
        if low <= 0.0 && 0.0 <= high {
            continue;
        }
        let nearer = if upwards { number - 1 } else { number + 1 };
        let (nearer_low, nearer_high) = curve[nearer].band?;
        let edge = match low > 0.0 {
            true => (low, nearer_low - level),
            false => (high, nearer_high - level),
        };
        return Some(between((curve[number].at, edge.0), (curve[nearer].at, edge.1)));
    }
    None
}

/// Where the line through two points is 0.
fn between((at, value): (f64, f64), (next, next_value): (f64, f64)) -> f64 {
    if value == next_value {
        return at;
    }
    let part = value / (value - next_value);
    if part == 1.0 { next } else { at + (next - at) * part }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64, f64)]) -> Vec<OnCurve> {
        let on = |&(at, value, half): &(f64, f64, f64)| OnCurve {
            at,
            value,
            band: (half >= 0.0).then_some((value - half, value + half)),
        };
        points.iter().map(on).collect()
    }

    #[test]
    fn a_line_and_its_band_cross_where_they_should() {
        // y = 10 x with a band of 1 either way: the level 5 is met at 0.5, by the ends of the band at 0.4 and 0.6.
        let line = curve(&[(0.0, 0.0, 1.0), (0.3, 3.0, 1.0), (0.7, 7.0, 1.0), (1.0, 10.0, 1.0)]);
        let [found] = crossings(&line, 5.0)[..] else { panic!() };
        let near = |value: f64, wanted: f64| (value - wanted).abs() < 1e-12;
        assert!(
            near(found.at, 0.5) && near(found.low.unwrap(), 0.4) && near(found.high.unwrap(), 0.6),
            "{found:?}"
        );
        assert!(found.rises && found.has_band);
        // Near the ends the band holds the level up to the first point, or the last.
        let [first] = crossings(&line, 0.5)[..] else { panic!() };
        assert!(
            near(first.at, 0.05) && first.low.is_none() && near(first.high.unwrap(), 0.15),
            "{first:?}"
        );
        let [last] = crossings(&line, 9.5)[..] else { panic!() };
        assert!(
            near(last.at, 0.95) && last.high.is_none() && near(last.low.unwrap(), 0.85),
            "{last:?}"
        );
        assert!(crossings(&line, 11.0).is_empty());
    }

    #[test]
    fn points_on_the_level_falling_curves_and_curves_without_a_band() {
        let falls = curve(&[(1.0, 9.0, 0.1), (2.0, 5.0, 0.1), (3.0, 1.0, 0.1)]);
        let [found] = crossings(&falls, 5.0)[..] else { panic!() };
        assert_eq!((found.at, found.rises), (2.0, false));
        assert!(found.low.unwrap() < 2.0 && 2.0 < found.high.unwrap());
        let hill = crossings(&curve(&[(0.0, 0.0, -1.0), (1.0, 2.0, -1.0), (2.0, 0.0, -1.0)]), 1.0);
        assert_eq!(hill.iter().map(|one| one.at).collect::<Vec<_>>(), [0.5, 1.5]);
        assert!(hill.iter().all(|one| one.low.is_none() && !one.has_band));
        let begins = crossings(&curve(&[(0.0, 1.0, 0.0), (1.0, 2.0, 0.0)]), 1.0);
        assert_eq!(begins.iter().map(|one| one.at).collect::<Vec<_>>(), [0.0]);
        let flat = crossings(&curve(&[(0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (2.0, 0.0, 0.0)]), 0.0);
        assert_eq!(flat.iter().map(|one| one.at).collect::<Vec<_>>(), [1.0]);
    }
}
