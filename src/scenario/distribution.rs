//! Distribution tables: `{ dist = "...", ... }`.

use super::codes::Code;
use super::dates::{self, Calendar};
use super::diagnostics::Problem;
use super::format::{DISTRIBUTIONS, DistributionSpec};
use super::source::Span;
use super::suggest::{hint, quoted};
use super::tree::{Node, Table};
use super::values::{Problems, Uncertain, finite, plural, show};
use crate::sampling::Distribution;

/// How far the tail of a distribution may reach, but for one draw of a thousand million.
const FARTHEST: f64 = 1e30;

/// Reads a distribution of numbers, or (with the simulation's calendar) of dates, which become months from the start.
pub(crate) fn read(
    key: &str,
    table: &Table,
    span: Span,
    dates_from: Option<Calendar>,
    out: &mut Problems,
) -> Option<Uncertain> {
    let spec = named(key, table, span, out)?;
    let mut good = true;
    let keys = spec.keys();
    for entry in table
        .entries
        .iter()
        .filter(|entry| entry.key != "dist" && !keys.contains(&entry.key.as_str()))
    {
        let problem = Problem::error(
            Code::Parameters,
            entry.key_span,
            format!("the {} distribution has no parameter `{}`", spec.name, entry.key),
            format!("allowed: {}", quoted(&keys)),
        );
        out.push(problem.hints(hint(&entry.key, "parameter", keys.iter().copied()).into_iter().take(1)));
        good = false;
    }
    let given: Vec<&str> = keys.iter().copied().filter(|key| table.get(key).is_some()).collect();
    let main: Vec<&str> = given
        .iter()
        .copied()
        .filter(|key| !spec.optional.contains(key))
        .collect();
    if !spec
        .parameters
        .iter()
        .any(|set| set.len() == main.len() && set.iter().all(|key| main.contains(key)))
    {
        if !good {
            return None;
        }
        let has = if main.is_empty() {
            "none".to_string()
        } else {
            quoted(&main)
        };
        let message = format!(
            "the {} distribution of `{key}` needs {}",
            spec.name,
            spec.alternatives()
        );
        out.push(
            Problem::error(Code::Parameters, span, message, format!("given: {has}"))
                .hint(format!("e.g. {}", spec.example)),
        );
        return None;
    }
    if spec.name == "empirical" {
        return empirical(key, table, dates_from, out).filter(|_| good);
    }
    let mut values = Vec::new();
    for name in given {
        let node = table.get(name)?;
        match parameter(&format!("{key}.{name}"), name, node, dates_from, out) {
            Some(value) => values.push((name, value, node.span)),
            None => good = false,
        }
    }
    if good {
        build(spec, &Parameters(values), span, out)
    } else {
        None
    }
}

fn named(key: &str, table: &Table, span: Span, out: &mut Problems) -> Option<&'static DistributionSpec> {
    let names = || DISTRIBUTIONS.iter().map(|spec| spec.name);
    let Some(node) = table.get("dist") else {
        let problem = Problem::error(
            Code::WrongType,
            span,
            format!("`{key}` is a table without `dist`"),
            "expected a number or a distribution",
        );
        out.push(problem.hint("a distribution is { dist = \"uniform\", low = 1, high = 2 }"));
        return None;
    };
    let Some(name) = node.text() else {
        out.error(
            Code::WrongType,
            node.span,
            format!("`dist` must be a string, not {}", node.kind()),
            "expected the name of a distribution",
        );
        return None;
    };
    let spec = DistributionSpec::named(name);
    if spec.is_none() {
        let problem = Problem::error(
            Code::UnknownDistribution,
            node.span,
            format!("there is no distribution `{name}`"),
            "unknown distribution",
        );
        out.push(
            problem.hints(hint(name, "distribution", names())).hints(
                super::suggest::nearest(name, names())
                    .is_some()
                    .then(|| format!("known: {}", quoted(&names().collect::<Vec<_>>()))),
            ),
        );
    }
    spec
}

fn parameter(key: &str, name: &str, node: &Node, dates_from: Option<Calendar>, out: &mut Problems) -> Option<f64> {
    let is_length = ["sd", "sigma", "shape", "scale", "rate", "alpha", "beta"].contains(&name);
    match dates_from {
        Some(calendar) if !is_length => Some(calendar.months(dates::read(key, node, out)?)),
        _ => finite(key, node, "a number", out),
    }
}

fn empirical(key: &str, table: &Table, dates_from: Option<Calendar>, out: &mut Problems) -> Option<Uncertain> {
    let numbers = |name: &str, dates: Option<Calendar>, out: &mut Problems| -> Option<Option<Vec<f64>>> {
        let Some(node) = table.get(name) else { return Some(None) };
        let Some(list) = node.list().filter(|list| !list.is_empty()) else {
            out.error(
                Code::WrongType,
                node.span,
                format!("`{key}.{name}` must be a list of numbers"),
                "expected e.g. [1, 2, 6]",
            );
            return None;
        };
        let read: Vec<Option<f64>> = list
            .iter()
            .map(|node| parameter(&format!("{key}.{name}"), name, node, dates, out))
            .collect();
        Some(Some(read.into_iter().collect::<Option<Vec<f64>>>()?))
    };
    let values = numbers("values", dates_from, out);
    let weights = numbers("weights", None, out);
    let (values, weights) = (values??, weights?);
    if let (Some(list), Some(node)) = (&weights, table.get("weights")) {
        if list.len() != values.len() {
            let label = format!(
                "{} for {}",
                plural(list.len() as f64, "weight"),
                plural(values.len() as f64, "value")
            );
            out.error(
                Code::Parameters,
                node.span,
                "`weights` must have as many elements as `values`",
                label,
            );
            return None;
        }
        if list.iter().any(|weight| *weight < 0.0) || list.iter().sum::<f64>() <= 0.0 {
            out.error(
                Code::Impossible,
                node.span,
                "`weights` must be 0 or more, and one of them above 0",
                "",
            );
            return None;
        }
    }
    let weights = weights.unwrap_or_else(|| vec![1.0; values.len()]);
    finish(
        make_empirical(values, weights),
        "empirical",
        table.get("values")?.span,
        out,
    )
}

struct Parameters<'a>(Vec<(&'a str, f64, Span)>);

impl Parameters<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, ..)| *key == name)
    }
    fn get(&self, name: &str) -> f64 {
        self.0
            .iter()
            .find(|(key, ..)| *key == name)
            .map_or(0.0, |(_, value, _)| *value)
    }
    fn or(&self, name: &str, default: f64) -> f64 {
        if self.has(name) { self.get(name) } else { default }
    }
    fn span(&self, name: &str) -> Option<Span> {
        self.0.iter().find(|(key, ..)| *key == name).map(|(_, _, span)| *span)
    }
}

fn build(spec: &DistributionSpec, p: &Parameters<'_>, span: Span, out: &mut Problems) -> Option<Uncertain> {
    if let Some((name, rule)) = impossible(spec.name, p) {
        let at = p.span(name).unwrap_or(span);
        let value = show(p.get(name));
        out.error(
            Code::Impossible,
            at,
            format!("`{name}` of the {} distribution must be {rule}", spec.name),
            format!("{value} is not possible"),
        );
        return None;
    }
    let made = match spec.name {
        "fixed" => return Some(Uncertain::Fixed(p.get("value"))),
        "uniform" => shown(Distribution::uniform(p.get("low"), p.get("high"))),
        "triangular" => shown(Distribution::triangular(p.get("low"), p.get("mode"), p.get("high"))),
        "pert" => shown(Distribution::pert(p.get("low"), p.get("mode"), p.get("high"), 4.0)),
        "normal" if p.has("low") || p.has("high") => {
            let (low, high) = (p.or("low", f64::NEG_INFINITY), p.or("high", f64::INFINITY));
            shown(Distribution::truncated_normal(p.get("mean"), p.get("sd"), low, high))
        }
        "normal" => shown(Distribution::normal(p.get("mean"), p.get("sd"))),
        "lognormal" if p.has("p90") => shown(Distribution::lognormal_from_median_p90(p.get("median"), p.get("p90"))),
        "lognormal" if p.has("mean") => shown(Distribution::lognormal_from_mean_sd(p.get("mean"), p.get("sd"))),
        "lognormal" if p.has("median") => shown(Distribution::lognormal_from_median_sigma(
            p.get("median"),
            p.get("sigma"),
        )),
        "lognormal" => shown(Distribution::lognormal(p.get("mu"), p.get("sigma"))),
        "beta" if p.has("mean") => shown(Distribution::beta_from_mean_sd(
            p.get("mean"),
            p.get("sd"),
            p.or("low", 0.0),
            p.or("high", 1.0),
        )),
        "beta" => shown(Distribution::beta(
            p.get("alpha"),
            p.get("beta"),
            p.or("low", 0.0),
            p.or("high", 1.0),
        )),
        "gamma" if p.has("mean") => shown(Distribution::gamma_from_mean_sd(p.get("mean"), p.get("sd"))),
        "gamma" => shown(Distribution::gamma(p.get("shape"), p.get("scale"))),
        "weibull" => shown(Distribution::weibull(p.get("shape"), p.get("scale"))),
        "exponential" => shown(Distribution::exponential(p.or("mean", 1.0 / p.or("rate", 1.0)))),
        _ => shown(Distribution::poisson(p.get("mean"))),
    };
    finish(made, spec.name, span, out)
}

fn make_empirical(values: Vec<f64>, weights: Vec<f64>) -> Result<Distribution, String> {
    shown(Distribution::empirical(&values, Some(&weights)))
}

fn shown<E: std::fmt::Display>(made: Result<Distribution, E>) -> Result<Distribution, String> {
    made.map_err(|error| error.to_string())
}

fn finish(made: Result<Distribution, String>, name: &str, span: Span, out: &mut Problems) -> Option<Uncertain> {
    match made {
        Ok(distribution) => {
            let farthest = [1e-9, 1.0 - 1e-9].map(|level| distribution.quantile(level).abs());
            if farthest.iter().any(|value| value.is_nan() || *value > FARTHEST) {
                let message = format!("this {name} distribution reaches too far");
                let label = format!("one draw of a thousand million is beyond {}", show(FARTHEST));
                out.push(
                    Problem::error(Code::TailTooLong, span, message, label)
                        .hint("choose a smaller spread, or a distribution with limits"),
                );
                return None;
            }
            Some(Uncertain::Distribution(distribution))
        }
        Err(why) => {
            out.error(
                Code::Impossible,
                span,
                format!("this {name} distribution is not possible: {why}"),
                "",
            );
            None
        }
    }
}

/// The first parameter that cannot be, and what it must be.
fn impossible(name: &str, p: &Parameters<'_>) -> Option<(&'static str, String)> {
    for key in ["sd", "sigma", "shape", "scale", "rate", "alpha", "beta"] {
        if p.has(key) && p.get(key) <= 0.0 {
            return Some((key, "above 0".to_string()));
        }
    }
    let positive = |key| (p.has(key) && p.get(key) <= 0.0).then(|| (key, "above 0".to_string()));
    if p.has("low") && p.has("high") && p.get("high") <= p.get("low") {
        return Some(("high", format!("above `low`, {}", show(p.get("low")))));
    }
    match name {
        "triangular" | "pert" if p.get("mode") < p.get("low") || p.get("mode") > p.get("high") => Some((
            "mode",
            format!(
                "between `low` and `high`, {} to {}",
                show(p.get("low")),
                show(p.get("high"))
            ),
        )),
        "lognormal" if p.has("p90") && p.get("median") > 0.0 && p.get("p90") <= p.get("median") => {
            Some(("p90", format!("above the median, {}", show(p.get("median")))))
        }
        "lognormal" => positive("median").or_else(|| positive("mean")),
        "gamma" | "exponential" | "poisson" => positive("mean"),
        "beta" => {
            let (low, high) = (p.or("low", 0.0), p.or("high", 1.0));
            if high <= low {
                let key = if p.has("high") { "high" } else { "low" };
                return Some((key, "such that `low` is below `high`".to_string()));
            }
            if !p.has("mean") {
                return None;
            }
            let (mean, sd) = (p.get("mean"), p.get("sd"));
            if mean <= low || mean >= high {
                return Some(("mean", format!("above {} and below {}", show(low), show(high))));
            }
            let most = ((mean - low) * (high - mean)).sqrt();
            (sd >= most).then(|| ("sd", format!("below {} for this mean", show(most))))
        }
        _ => None,
    }
}
