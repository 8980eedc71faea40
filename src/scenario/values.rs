//! Single values: counts, numbers, uncertain numbers, paths. Each reader says what is wrong and returns nothing then.

use super::codes::Code;
use super::dates::{self, Calendar};
use super::diagnostics::Problem;
use super::distribution;
use super::format::Range;
use super::slips;
use super::source::Span;
use super::tree::{Node, Table, Value};
use crate::sampling::Distribution;

/// Where problems go. A quiet one drops them, for reading again what the structural check has reported on.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    pub list: Vec<Problem>,
    pub quiet: bool,
}

impl Problems {
    pub fn quiet() -> Problems {
        Problems {
            list: Vec::new(),
            quiet: true,
        }
    }

    pub fn push(&mut self, problem: Problem) {
        if !self.quiet {
            self.list.push(problem);
        }
    }

    pub fn error(&mut self, code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) {
        self.push(Problem::error(code, span, message, label));
    }
}

/// A number that may be uncertain.
#[derive(Debug, Clone)]
pub(crate) enum Uncertain {
    Fixed(f64),
    Distribution(Distribution),
}

/// An uncertain number or a path over time.
#[derive(Debug, Clone)]
pub(crate) enum OverTime {
    Constant(Uncertain),
    Path {
        points: Vec<(f64, f64)>,
        factor: Option<Uncertain>,
    },
}

/// A plain number in a range.
pub(crate) fn plain(key: &str, node: &Node, range: Range, out: &mut Problems) -> Option<f64> {
    match &node.value {
        Value::Table(table) if table.get("dist").is_some() => {
            out.error(
                Code::WrongType,
                node.span,
                format!("`{key}` cannot be uncertain"),
                "expected a plain number",
            );
            None
        }
        _ => bounded(key, node, range, out),
    }
}

fn bounded(key: &str, node: &Node, range: Range, out: &mut Problems) -> Option<f64> {
    let value = finite(key, node, "a number", out)?;
    if range.contains(value) {
        return Some(value);
    }
    let problem = Problem::error(
        Code::OutOfRange,
        node.span,
        format!("`{key}` is {}; it must be {}", show(value), range.words()),
        format!("must be {}", range.words()),
    );
    let fraction = matches!(range, Range::Share | Range::SharePositive | Range::AboveMinusOne);
    let percent = fraction && (2.0..=100.0).contains(&value.abs());
    out.push(if percent {
        problem.hint(format!(
            "shares are written as fractions: {} % is {}",
            show(value),
            show(value / 100.0)
        ))
    } else {
        problem
    });
    None
}

/// The largest number that a scenario may hold: more than any quantity on Earth in grams, so a slip, and far from overflow in what is
/// computed from it.
pub(crate) const LARGEST: f64 = 1e18;

/// A finite number of at most [`LARGEST`] in size.
pub(crate) fn finite(key: &str, node: &Node, expected: &str, out: &mut Problems) -> Option<f64> {
    match node.number() {
        Some(value) if value.abs() <= LARGEST => Some(value),
        Some(value) if value.is_finite() => {
            let message = format!(
                "`{key}` is {}; numbers may be at most {} in size",
                show(value),
                show(LARGEST)
            );
            out.error(Code::NumberTooLarge, node.span, message, "too large to be meant");
            None
        }
        Some(value) => {
            let what = if value.is_nan() { "not a number" } else { "infinite" };
            out.error(
                Code::NumberTooLarge,
                node.span,
                format!("`{key}` is {what}; it must be a finite number"),
                "must be finite",
            );
            None
        }
        None => {
            out.push(not_a_number(key, node, expected));
            None
        }
    }
}

fn not_a_number(key: &str, node: &Node, expected: &str) -> Problem {
    let message = format!("`{key}` must be {expected}, not {}", node.kind());
    let problem = Problem::error(Code::WrongType, node.span, message, format!("expected {expected}"));
    match node.text() {
        Some(text) if is_withheld(text) => problem.hint(
            "a withheld or missing figure is not 0 and cannot be a word here: leave the key out (its share belongs to OTH), or give an estimate as a distribution with an `assumption`",
        ),
        Some(text) if text.replace('_', "").trim().parse::<f64>().is_ok() => {
            problem.hint("write the number without quotes, e.g. 20_000 or 0.4")
        }
        Some(text) => match slips::meant(text) {
            Some(meant) => problem.hint(meant),
            None => problem,
        },
        None => problem,
    }
}

/// The marks that statistics offices use for a figure that is withheld, missing or small.
pub(crate) fn is_withheld(text: &str) -> bool {
    let marks = [
        "w", "na", "n/a", "n.a.", "-", "--", "—", "..", "...", "nil", "withheld", "missing", "unknown", "?", "",
    ];
    marks.contains(&text.trim().to_lowercase().as_str())
}

/// A whole number; 2e4 and 20_000.0 are whole too.
pub(crate) fn count(key: &str, node: &Node, low: u64, high: u64, out: &mut Problems) -> Option<u64> {
    let value = match node.value {
        Value::Integer(value) => u64::try_from(value).ok(),
        Value::Float(value) if value.is_finite() && value.fract() == 0.0 && (0.0..=9e15).contains(&value) => {
            Some(value as u64)
        }
        Value::Float(_) => None,
        _ => {
            out.push(not_a_number(key, node, "a whole number"));
            return None;
        }
    };
    if let Some(value) = value.filter(|value| (low..=high).contains(value)) {
        return Some(value);
    }
    let allowed = if low == high {
        format!("{low}")
    } else {
        format!("a whole number from {low} to {high}")
    };
    out.error(
        Code::OutOfRange,
        node.span,
        format!("`{key}` must be {allowed}"),
        format!("must be {allowed}"),
    );
    None
}

/// A number or a distribution.
pub(crate) fn uncertain(key: &str, node: &Node, range: Range, out: &mut Problems) -> Option<Uncertain> {
    match &node.value {
        Value::Table(table) if table.get("path").is_some() => {
            let label = "a path is not possible here";
            out.error(
                Code::WrongType,
                node.span,
                format!("`{key}` cannot change over time"),
                label,
            );
            None
        }
        Value::Table(table) => {
            let read = distribution::read(key, table, node.span, None, out)?;
            distribution_in_range(key, read, node.span, range, out)
        }
        Value::Integer(_) | Value::Float(_) => bounded(key, node, range, out).map(Uncertain::Fixed),
        _ => {
            out.push(not_a_number(key, node, "a number or a distribution"));
            None
        }
    }
}

fn distribution_in_range(
    key: &str,
    value: Uncertain,
    span: Span,
    range: Range,
    out: &mut Problems,
) -> Option<Uncertain> {
    let (low, _, high, _) = range.bounds();
    let (from, to) = match &value {
        Uncertain::Fixed(fixed) if range.contains(*fixed) => return Some(value),
        Uncertain::Fixed(fixed) => (*fixed, *fixed),
        Uncertain::Distribution(distribution) => distribution.support(),
    };
    if matches!(value, Uncertain::Distribution(_)) && from >= low && to <= high {
        return Some(value);
    }
    let mut problem = Problem::error(
        Code::OutsideRange,
        span,
        format!("`{key}` can lie outside its range: it must be {}", range.words()),
        format!("runs from {} to {}", show(from), show(to)),
    );
    if from == f64::NEG_INFINITY || to == f64::INFINITY {
        problem = problem.hint(format!(
            "choose a distribution with limits: beta, uniform, triangular, pert, or normal with `low` and `high`; all values must be {}",
            range.words()
        ));
    }
    out.push(problem);
    None
}

/// A number, a distribution, or a path over time. Without a start the path's dates are only checked.
pub(crate) fn quantity(
    key: &str,
    node: &Node,
    range: Range,
    calendar: Option<Calendar>,
    out: &mut Problems,
) -> Option<OverTime> {
    match &node.value {
        Value::Table(table) if table.get("path").is_some() => path(key, table, range, calendar, out),
        Value::Table(table) if table.get("dist").is_none() => {
            let problem = Problem::error(
                Code::WrongType,
                node.span,
                format!("`{key}` has neither `dist` nor `path`"),
                "",
            )
            .hint("a distribution is { dist = \"uniform\", low = 1, high = 2 }")
            .hint("a path over time is { path = { \"2026\" = 100, \"2030\" = 180 } }");
            out.push(problem);
            None
        }
        _ => uncertain(key, node, range, out).map(OverTime::Constant),
    }
}

fn path(key: &str, table: &Table, range: Range, calendar: Option<Calendar>, out: &mut Problems) -> Option<OverTime> {
    let mut good = true;
    for entry in table
        .entries
        .iter()
        .filter(|entry| entry.key != "path" && entry.key != "factor")
    {
        out.error(
            Code::Path,
            entry.key_span,
            format!("a path has no key `{}`", entry.key),
            "only `path` and `factor` go here",
        );
        good = false;
    }
    let factor = match table.get("factor") {
        None => None,
        Some(node) => {
            let factor = uncertain(&format!("{key}.factor"), node, Range::NonNegative, out);
            good &= factor.is_some();
            factor
        }
    };
    let node = table.get("path")?;
    let Some(entries) = node
        .table()
        .map(|table| &table.entries)
        .filter(|entries| !entries.is_empty())
    else {
        out.error(
            Code::Path,
            node.span,
            format!("the path of `{key}` must be a table of dates"),
            "expected { \"2026\" = 100, ... }",
        );
        return None;
    };
    // Without a start, any will do for the order of the dates.
    let calendar = calendar.unwrap_or(Calendar::ANY);
    let mut points = Vec::new();
    for entry in entries {
        let date = dates::parse(&entry.key);
        if date.is_none() {
            out.push(dates::not_a_date(&entry.key, entry.key_span));
        }
        let value = bounded(&format!("{key}.path.{}", entry.key), &entry.node, range, out);
        match (date, value) {
            (Some(date), Some(value)) => points.push((calendar.months(date), value)),
            _ => good = false,
        }
    }
    if points.windows(2).any(|pair| pair[1].0 <= pair[0].0) {
        out.error(
            Code::Path,
            node.span,
            format!("the dates of the path of `{key}` must ascend"),
            "not in order, or twice the same",
        );
        good = false;
    }
    good.then_some(OverTime::Path { points, factor })
}

/// A number with at most so many significant digits, as a person would write it.
pub fn rounded(value: f64, digits: usize) -> String {
    let rounded = format!("{value:.*e}", digits.saturating_sub(1));
    show(rounded.parse().unwrap_or(value))
}

/// `1 month`, `2.5 months`.
pub(crate) fn plural(count: f64, what: &str) -> String {
    format!("{} {what}{}", show(count), if count == 1.0 { "" } else { "s" })
}

/// A number as a person would write it.
pub(crate) fn show(value: f64) -> String {
    if value == f64::INFINITY {
        return "infinity".to_string();
    }
    if value == f64::NEG_INFINITY {
        return "minus infinity".to_string();
    }
    if value != 0.0 && (value.abs() >= 1e15 || value.abs() < 1e-6) {
        return format!("{value:e}");
    }
    let rounded = (value * 1e6).round() / 1e6;
    format!("{rounded}")
}
