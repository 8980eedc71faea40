//! Numbers for people: percentages, large numbers, and the ticks of an axis.

/// No-break space between a number and its unit.
pub(super) const NBSP: char = '\u{A0}';

/// The value, or 0 for what is no number: a chart never shows NaN.
pub(super) fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

/// Two significant digits below 10, whole numbers above, with thousands grouped; `-0` is `0`.
pub(super) fn short(value: f64) -> String {
    let value = finite(value);
    let size = value.abs();
    let text = if size == 0.0 {
        "0".to_owned()
    } else if !(1e-6..1e6).contains(&size) {
        format!("{value:.1e}")
    } else if size >= 9.95 {
        grouped(value)
    } else {
        let digits = (1.0 - floor_log10(size * 1.005)).clamp(0.0, 8.0) as usize;
        format!("{value:.digits$}")
    };
    text.replace('-', "−")
}

/// "4.2 % [4.1–4.4]", all three with the digits of the first.
pub(super) fn percent_with_interval(value: f64, low: f64, high: f64) -> String {
    let said = short(value);
    let plain = said.len() < 9 && !said.contains('e');
    let decimals = said.split_once('.').map_or(0, |(_, d)| d.len());
    let end = |v: f64| {
        if plain && v.abs() < 1e4 {
            format!("{:.decimals$}", finite(v)).replace('-', "−")
        } else {
            short(v)
        }
    };
    format!("{said}{NBSP}% [{}–{}]", end(low), end(high))
}

/// A percentage, e.g. `4.2 %`.
pub(super) fn percent(value: f64) -> String {
    format!("{}{NBSP}%", short(value))
}

/// A difference of two percentages, e.g. `−2.6 points`.
pub(super) fn points(difference: f64) -> String {
    format!("{}{NBSP}points", signed(difference))
}

/// A difference in percent of what it is a difference from, e.g. `relative −32 %`.
pub(super) fn relative(percent: f64) -> String {
    format!("relative{NBSP}{}{NBSP}%", signed(percent))
}

fn signed(value: f64) -> String {
    let text = short(value);
    let sign = if text.starts_with('−') || text == "0" {
        ""
    } else {
        "+"
    };
    format!("{sign}{text}")
}

/// A whole number with thousands grouped by no-break spaces.
pub(super) fn grouped(value: f64) -> String {
    let plain = format!("{:.0}", finite(value));
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(rest) if rest != "0" => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", plain.as_str()),
    };
    let mut out = String::from(sign);
    for (i, c) in digits.chars().enumerate() {
        // Four digits stay together.
        if i > 0 && (digits.len() - i).is_multiple_of(3) && digits.len() > 4 {
            out.push(NBSP);
        }
        out.push(c);
    }
    out
}

/// Exponent of the decade a positive number lies in.
pub(super) fn floor_log10(value: f64) -> f64 {
    libm::floor(libm::log10(value.max(f64::MIN_POSITIVE)))
}

/// Ten to a whole power.
pub(super) fn ten_to(exponent: f64) -> f64 {
    libm::pow(10.0, exponent)
}

/// An axis: its ends, where its ticks are and what they say.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    /// Value at the left or bottom.
    pub low: f64,
    /// Value at the right or top.
    pub high: f64,
    /// Whether equal distances are equal factors.
    pub log: bool,
    /// Position and text of the labelled ticks, ascending.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// From 0 to at least `max` in about `count` round steps; percentages do not go past 100 unless `max` does. Labels carry `unit`.
    pub(super) fn from_zero(max: f64, count: usize, unit: &str) -> Axis {
        Axis::linear(0.0, max, count, unit)
    }

    /// From at most `min` (0 or below) to at least `max` in about `count` round steps.
    pub(super) fn linear(min: f64, max: f64, count: usize, unit: &str) -> Axis {
        let (min, max) = (finite(min).clamp(-1e15, 0.0), finite(max).clamp(0.0, 1e15));
        let max = if max - min < 1e-12 { min + 1.0 } else { max };
        let raw = (max - min) / count.max(1) as f64;
        let decade = ten_to(floor_log10(raw));
        let step = [1.0, 2.0, 2.5, 5.0, 10.0]
            .map(|m| m * decade)
            .into_iter()
            .find(|s| *s >= raw * 0.999);
        let step = step.unwrap_or(10.0 * decade);
        let first = libm::floor(min / step + 1e-9) as i64;
        let last = libm::ceil(max / step - 1e-9) as i64;
        let decimals = (0..12).find(|d| {
            let scaled = step * ten_to(f64::from(*d));
            (scaled - libm::round(scaled)).abs() < 1e-6 * scaled.max(1e-9)
        });
        let decimals = decimals.unwrap_or(12) as usize;
        let ticks = (first..=last)
            .map(|i| {
                let value = i as f64 * step;
                let text = match value.abs() {
                    0.0 => "0".to_owned(),
                    v if v >= 1e6 => format!("{value:.0e}"),
                    v if v >= 1000.0 => grouped(value),
                    _ => format!("{value:.decimals$}"),
                };
                (value, format!("{}{unit}", text.replace('-', "−")))
            })
            .collect();
        let mut axis = Axis {
            low: first as f64 * step,
            high: last as f64 * step,
            log: false,
            ticks,
        };
        // No room for a last step that would be mostly empty.
        if axis.ticks.len() > 3 && max < axis.high - 0.4 * step {
            axis.ticks.pop();
            axis.high = max + 0.06 * step;
        }
        axis
    }

    /// For probabilities (0 to 1, shown in percent) on a logarithmic scale: from the decade at or below `low` to 1, 2 or 5 times a decade
    /// at or above `high`.
    pub(super) fn probabilities(low: f64, high: f64) -> Axis {
        let high = high.clamp(1e-12, 1.0);
        let first = floor_log10(low.min(high * 0.999).max(1e-13)) as i64;
        let last = floor_log10(high * 0.999) as i64;
        let wide = last - first > 2;
        let steps = (first..=last + 1).flat_map(|k| [1.0, 2.0, 5.0].map(|m| (k, m)));
        let mut ticks: Vec<(f64, String)> = Vec::new();
        let mut top = ten_to(first as f64);
        for (k, m) in steps {
            let value = m * ten_to(k as f64);
            let decimals = (-k - 2).max(0) as usize;
            let ends = value >= high * 0.999;
            if !wide || m == 1.0 || ends {
                ticks.push((value, format!("{:.decimals$}{NBSP}%", 100.0 * value)));
            }
            if ends {
                top = value;
                break;
            }
        }
        Axis {
            low: ten_to(first as f64),
            high: top,
            log: true,
            ticks,
        }
    }

    /// Where a value lies, 0 at the low end, 1 at the high end; beyond the ends for values beyond them.
    pub(super) fn at(&self, value: f64) -> f64 {
        let value = finite(value);
        if self.log {
            let floor = self.low * 1e-3;
            let [v, a, b] = [value.max(floor), self.low, self.high].map(libm::log10);
            (v - a) / (b - a)
        } else {
            (value - self.low) / (self.high - self.low)
        }
    }
}
