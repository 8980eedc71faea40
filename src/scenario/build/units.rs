//! Numbers that are possible, and probably in another unit than was meant.

use super::base::{Base, spec};
use super::view::View;
use crate::sampling::Distribution;
use crate::scenario::checked::{Number, Quantity};
use crate::scenario::codes::Code;
use crate::scenario::diagnostics::Problem;
use crate::scenario::format::{Kind, TOP, TableSpec};
use crate::scenario::names;
use crate::scenario::source::{Sources, Span};
use crate::scenario::tree::{Node, Table, Value};
use crate::scenario::values::{Problems, plural, show};

/// Ramps and lags of so many months are plausible in a short simulation too.
const LONG_MONTHS: f64 = 120.0;
/// No scenario looks further ahead.
const LONG_YEARS: f64 = 50.0;

pub(crate) fn check(base: &Base<'_>, out: &mut Problems) {
    let before = out.list.len();
    look(base, out);
    // Where an error stands, or that an event happens too often, a likely unit is no news.
    let told: Vec<Span> = out.list[..before]
        .iter()
        .filter(|problem| problem.is_error() || problem.code == Code::VeryOften)
        .map(|problem| problem.span)
        .collect();
    let mut number = 0;
    out.list.retain(|problem| {
        number += 1;
        number <= before || !told.contains(&problem.span)
    });
}

fn look(base: &Base<'_>, out: &mut Problems) {
    for view in base.views("demand") {
        growth(&view, out);
        value_added(&view, out);
    }
    base.views("material").iter().for_each(|view| material(view, out));
    for view in base.views("supply") {
        longest(&view, "ramp_months", LONG_MONTHS, out);
        recipe_and_elasticity(&view, out);
    }
    for (id, _, table, header) in names::shares(base.top) {
        let view = View {
            base,
            spec: spec("shares"),
            table,
            header,
            address: format!("shares.{id}"),
        };
        recipe_and_elasticity(&view, out);
    }
    for (key, keys) in [
        ("inventory", ["days", "maximum_days"].as_slice()),
        ("stockpile", ["days"].as_slice()),
    ] {
        for view in base.views(key) {
            keys.iter().for_each(|key| days(&view, key, out));
        }
    }
    for view in base.views("recycling") {
        recycling(&view, out);
    }
    for view in base.views("substitution") {
        if let Some(value) = high(&view, "per_year").filter(|value| *value > 1.0) {
            above_one(&view, "per_year", value, out);
        }
    }
    for view in base.views("host") {
        if let Some(value) = high(&view, "ratio").filter(|value| *value > 1.0) {
            let message = format!("`{}` yields {} t of by-product a tonne", view.address, show(value));
            warn(
                &view,
                "ratio",
                Code::UnlikelyRatio,
                message,
                "more than its host makes",
                out,
            )
            .hint("tonnes per tonne: 20 g a tonne is 2e-5");
        }
    }
    base.views("event").iter().for_each(|view| event(view, out));
    for view in base.views("frailty") {
        let mean = view.drawn("factor").ok().flatten().map(|factor| factor.mean());
        if let Some(mean) = mean.filter(|mean| !(0.2..=5.0).contains(mean)) {
            let message = format!("the factor of `{}` is {} on average", view.address, show(mean));
            warn(&view, "factor", Code::UnlikelyFactor, message, "usually 1", out);
        }
    }
    for view in base.views("policy") {
        if let Some(cost) = view
            .plain("cost")
            .ok()
            .flatten()
            .filter(|cost| *cost > 0.0 && *cost < 1_000.0)
        {
            let message = format!("`{}` costs {} USD", view.address, show(cost));
            warn(&view, "cost", Code::UnlikelyMoney, message, "USD, not millions", out);
        }
    }
    time(base, out);
    three_decimals(base, out);
}

/// A warning about a key, to be completed with hints.
fn warn<'o>(view: &View<'_>, key: &str, code: Code, message: String, label: &str, out: &'o mut Problems) -> Pushed<'o> {
    let problem = Problem::warning(code, view.span(key), message, label);
    out.push(problem);
    Pushed(out)
}

struct Pushed<'o>(&'o mut Problems);

impl Pushed<'_> {
    fn hint(self, hint: impl Into<String>) {
        if let Some(last) = self.0.list.last_mut() {
            last.hints.push(hint.into());
        }
    }
}

fn quantile(number: &Number, level: f64) -> f64 {
    match number {
        Number::Fixed(value) => *value,
        Number::Uncertain { distribution, .. } => distribution.quantile(level),
    }
}

/// A number, or what nine of ten draws stay below.
fn high(view: &View<'_>, key: &str) -> Option<f64> {
    view.number(key).ok().flatten().map(|number| quantile(&number, 0.9))
}

/// The middle of what is drawn.
fn middle(view: &View<'_>, key: &str) -> Option<f64> {
    view.drawn(key).ok().flatten().map(|drawn| drawn.quantile(0.5))
}

/// Every level that a quantity takes.
fn levels(view: &View<'_>, key: &str) -> Vec<f64> {
    match view.quantity(key) {
        Ok(Some(Quantity::Constant(number))) => vec![quantile(&number, 0.5)],
        Ok(Some(Quantity::Path { points, factor })) => {
            let factor = factor.map_or(1.0, |factor| quantile(&factor, 0.5));
            points.iter().map(|(_, value)| value * factor).collect()
        }
        _ => Vec::new(),
    }
}

fn percent(value: f64) -> String {
    format!("{} % is {}", show(value), show(value / 100.0))
}

fn above_one(view: &View<'_>, key: &str, value: f64, out: &mut Problems) {
    let message = format!(
        "`{key}` of `{}` is {}: {} % a year",
        view.address,
        show(value),
        show(100.0 * value)
    );
    warn(view, key, Code::RateAboveOne, message, "above 1", out)
        .hint(format!("rates are written as fractions: {}", percent(value)));
}

fn growth(view: &View<'_>, out: &mut Problems) {
    if let Some(value) = high(view, "growth").filter(|value| *value > 1.0) {
        above_one(view, "growth", value, out);
    }
}

fn value_added(view: &View<'_>, out: &mut Problems) {
    if let Some(value) = high(view, "value_added").filter(|value| *value > 0.0 && !(10_000.0..=1e14).contains(value)) {
        let message = format!("the value added of `{}` is {} USD a year", view.address, show(value));
        let label = if value < 1.0e4 {
            "USD, not millions"
        } else {
            "more than the world's"
        };
        warn(view, "value_added", Code::UnlikelyMoney, message, label, out);
    }
}

fn material(view: &View<'_>, out: &mut Problems) {
    if let Some(price) = high(view, "price").filter(|price| !(20.0..=1e9).contains(price)) {
        let message = format!("the price of `{}` is {} USD a tonne", view.address, show(price));
        warn(view, "price", Code::UnlikelyMoney, message, "unlikely", out)
            .hint("prices are USD per tonne: 9 USD a kilogram is 9_000");
    }
    let elasticity = view.number("demand_elasticity").ok().flatten();
    if let Some(value) = elasticity
        .map(|number| quantile(&number, 0.1))
        .filter(|value| *value < -3.0)
    {
        let message = format!("the demand elasticity of `{}` is {}", view.address, show(value));
        warn(
            view,
            "demand_elasticity",
            Code::UnlikelyElasticity,
            message,
            "usually between -1 and 0",
            out,
        );
    }
    if let Some(cap) = view.plain("price_cap").ok().flatten().filter(|cap| *cap > 1_000.0) {
        let message = format!(
            "the price index of `{}` may rise to {} times its start",
            view.address,
            show(cap)
        );
        warn(
            view,
            "price_cap",
            Code::UnlikelyFactor,
            message,
            "a multiple, not USD",
            out,
        );
    }
    if view.get("flexibility").is_some_and(|node| node.text().is_none())
        && let Some(value) = high(view, "flexibility").filter(|value| *value > 20.0)
    {
        let message = format!(
            "buyers of `{}` may buy {} times as much from one supplier",
            view.address,
            show(value)
        );
        warn(
            view,
            "flexibility",
            Code::UnlikelyFactor,
            message,
            "a multiple, not per cent",
            out,
        )
        .hint("1.2 is 20 % more; \"coordinated\" sets no limit");
    }
    longest(view, "rerouting_months", LONG_MONTHS, out);
    if let Some(value) = view.plain("price_lag_months").ok().flatten() {
        beyond(view, "price_lag_months", value, LONG_MONTHS, out);
    }
    let periods = view.base.time.as_ref().map(|time| time.periods as u64);
    if let (Ok(lead), Some(periods)) = (view.count("lead_time", 0), periods)
        && lead > 0
        && lead >= periods
    {
        let message = format!(
            "shipments of `{}` take {}, and the simulation lasts {}",
            view.address,
            plural(lead as f64, "period"),
            plural(periods as f64, "period")
        );
        warn(
            view,
            "lead_time",
            Code::UnlikelyTime,
            message,
            "nothing sent ever arrives",
            out,
        );
    }
    recipe_and_elasticity(view, out);
}

fn recipe_and_elasticity(view: &View<'_>, out: &mut Problems) {
    if let Some(value) = high(view, "supply_elasticity").filter(|value| *value > 5.0) {
        let message = format!("the supply elasticity of `{}` is {}", view.address, show(value));
        warn(
            view,
            "supply_elasticity",
            Code::UnlikelyElasticity,
            message,
            "usually between 0 and 1",
            out,
        );
    }
    for item in view.get("inputs").and_then(Node::list).unwrap_or(&[]) {
        let node = item.table().and_then(|table| table.get("per_tonne"));
        if let Some((node, value)) = node.and_then(|node| Some((node, node.number()?)))
            && value > 10_000.0
        {
            let message = format!("the recipe of `{}` takes {} t for one tonne", view.address, show(value));
            out.push(
                Problem::warning(Code::UnlikelyRatio, node.span, message, "tonnes per tonne")
                    .hint("1.1 t a tonne is 1.1, not 1_100 kg"),
            );
        }
    }
}

fn days(view: &View<'_>, key: &str, out: &mut Problems) {
    let unlikely = |value: &f64| *value > 1_095.0 || (*value > 0.0 && *value < 1.0);
    if let Some(value) = levels(view, key).into_iter().find(unlikely) {
        let message = format!("`{key}` of `{}` is {}", view.address, plural(value, "day"));
        let label = if value < 1.0 {
            "less than a day"
        } else {
            "more than three years"
        };
        warn(view, key, Code::UnlikelyDays, message, label, out)
            .hint("days of undisrupted orders; tonnes go into another key");
    }
}

fn recycling(view: &View<'_>, out: &mut Problems) {
    if let Some(value) = high(view, "lag_years").filter(|value| *value > LONG_YEARS) {
        let message = format!("scrap of `{}` comes back after {}", view.address, plural(value, "year"));
        warn(view, "lag_years", Code::UnlikelyTime, message, "years, not months", out);
    }
    // Each of the two may be in its range, and their product not.
    if let Ok(Some(Quantity::Path {
        points,
        factor: Some(factor),
    })) = view.quantity("rate")
    {
        let most = points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let factor = match &factor {
            Number::Fixed(value) => *value,
            Number::Uncertain { distribution, .. } => distribution.support().1,
        };
        if most * factor > 1.0 + 1e-9 {
            let message = format!(
                "the rate of `{}` can be {}, more than all of it",
                view.address,
                show(most * factor)
            );
            out.error(
                Code::OutOfRange,
                view.span("rate"),
                message,
                "path times factor is at most 1",
            );
        }
    }
}

/// A time beyond the horizon, or beyond what is plausible where that is longer.
fn beyond(view: &View<'_>, key: &str, months: f64, at_least: f64, out: &mut Problems) {
    let Some(end) = view.base.end_months() else { return };
    if months > end.max(at_least) {
        let months = (10.0 * months).round() / 10.0;
        let message = format!(
            "`{key}` of `{}` is {}, and the simulation lasts {}",
            view.address,
            plural(months, "month"),
            plural(end, "month")
        );
        warn(
            view,
            key,
            Code::BeyondHorizon,
            message,
            "beyond the simulated time",
            out,
        )
        .hint(format!(
            "months, not days: {} days are {} months",
            show(months),
            show((months / 30.4).round())
        ));
    }
}

fn longest(view: &View<'_>, key: &str, at_least: f64, out: &mut Problems) {
    if let Ok(Some(number)) = view.number(key) {
        beyond(view, key, quantile(&number, 0.5), at_least, out);
    }
}

fn event(view: &View<'_>, out: &mut Problems) {
    // What is in force at the start has a part of its time behind it.
    let elapsed = match view.inner("arrival") {
        Ok(Some(arrival)) if arrival.get("since").is_some() => arrival.date("since").map_or(0.0, |since| -since),
        _ => 0.0,
    };
    let end = view.base.end_months().unwrap_or(0.0);
    for key in ["duration", "approval_months", "notice"] {
        if let Some(months) = middle(view, key) {
            beyond(view, key, months, end + elapsed, out);
        }
    }
    let kind = view.text("kind").unwrap_or_default();
    if ["demand_surge", "cost_shock"].contains(&kind.as_str())
        && let Ok(Some(severity)) = view.drawn("severity")
        && severity.quantile(0.9) > 2.0
    {
        let value = severity.quantile(0.9);
        let message = format!("`{}` is a rise of {} %", view.address, show(100.0 * value));
        warn(view, "severity", Code::LargeRise, message, "more than 200 %", out)
            .hint(format!("the severity is a fraction: {}", percent(value)));
    }
    if let Ok(Some(leak)) = view.inner("leak")
        && let Ok(Some(delay)) = leak.number("delay")
    {
        beyond(&leak, "delay", quantile(&delay, 0.5), 0.0, out);
    }
    if let Ok(Some(recovery)) = view.inner("recovery")
        && let Some(months) = middle(&recovery, "months")
    {
        beyond(&recovery, "months", months, 0.0, out);
    }
    let Ok(Some(arrival)) = view.inner("arrival") else {
        return;
    };
    for key in ["delay", "down"] {
        if let Some(months) = middle(&arrival, key) {
            beyond(&arrival, key, months, 0.0, out);
        }
    }
    let duration = view.drawn("duration").ok().flatten();
    if let Some(per_year) = high(&arrival, "per_year").filter(|per_year| *per_year > 1.0) {
        always(view, &arrival, per_year, duration.as_ref(), out);
    }
}

/// More often than once a year, and so long that it never ends; or more often than once a month.
fn always(event: &View<'_>, arrival: &View<'_>, per_year: f64, duration: Option<&Distribution>, out: &mut Problems) {
    let active = duration.map(|duration| per_year * duration.mean() / 12.0);
    if per_year <= 12.0 && active.is_some_and(|active| active <= 1.0) {
        return;
    }
    let lasts = match duration {
        None => "lasts to the end".to_string(),
        Some(duration) => format!("lasts {}", plural(duration.mean(), "month")),
    };
    let message = format!(
        "`{}` happens {} a year and {lasts}",
        event.address,
        plural(per_year, "time")
    );
    warn(
        arrival,
        "per_year",
        Code::AlwaysActive,
        message,
        "per year, not per cent",
        out,
    )
    .hint(format!("a probability of {} a year", percent(per_year)));
}

fn time(base: &Base<'_>, out: &mut Problems) {
    if let (Some(end), Some(view)) = (base.end_months(), base.single("time"))
        && end > 12.0 * LONG_YEARS
    {
        let message = format!("the simulation lasts {}", plural((end / 12.0).round(), "year"));
        warn(&view, "periods", Code::UnlikelyTime, message, "periods times step", out);
    }
}

/// Quantities and money like 23.000: a decimal point where thousands were meant.
fn three_decimals(base: &Base<'_>, out: &mut Problems) {
    for entry in &base.top.entries {
        // What a policy sets is found where it is put.
        if let Some(field) = TOP.field(&entry.key).filter(|field| field.name != "policy") {
            visit(field.kind, field.unit, &entry.key, &entry.node, base.sources, out);
        }
    }
}

fn visit(kind: Kind, unit: &str, key: &str, node: &Node, sources: &Sources, out: &mut Problems) {
    match (kind, &node.value) {
        (Kind::Tables(spec), Value::List(list)) => {
            for table in list.iter().filter_map(Node::table) {
                visit_table(spec, table, sources, out);
            }
        }
        (Kind::Table(spec), Value::Table(table)) => visit_table(spec, table, sources, out),
        (Kind::TablesByMaterial(spec), Value::Table(table)) => {
            for table in table.entries.iter().filter_map(|entry| entry.node.table()) {
                visit_table(spec, table, sources, out);
            }
        }
        _ if ["t", "t/yr", "USD", "USD/yr", "USD/t"].contains(&unit) => numbers(key, unit, node, sources, out),
        _ => {}
    }
}

fn visit_table(spec: &TableSpec, table: &Table, sources: &Sources, out: &mut Problems) {
    for entry in &table.entries {
        if let Some(field) = spec.field(&entry.key) {
            visit(field.kind, field.unit, &entry.key, &entry.node, sources, out);
        }
    }
}

/// The numbers of a value: itself, the points of a path, the parameters of a distribution.
fn numbers(key: &str, unit: &str, node: &Node, sources: &Sources, out: &mut Problems) {
    match &node.value {
        Value::Float(value) => {
            let written = literal(node.span, sources);
            if has_three_decimals(written) {
                let message = format!("`{key}` is {} {unit}, not {}", show(*value), show(1_000.0 * value));
                let problem = Problem::warning(Code::ThreeDecimals, node.span, message, "a decimal point");
                out.push(problem.hint(format!("write {} if thousands are meant", written.replace('.', "_"))));
            }
        }
        Value::Table(table) => {
            let scales = ["factor", "sigma", "mu", "shape", "alpha", "beta", "dist", "weights"];
            for entry in table
                .entries
                .iter()
                .filter(|entry| !scales.contains(&entry.key.as_str()))
            {
                numbers(key, unit, &entry.node, sources, out);
            }
        }
        Value::List(list) => list.iter().for_each(|item| numbers(key, unit, item, sources, out)),
        _ => {}
    }
}

fn literal(span: Span, sources: &Sources) -> &str {
    sources
        .get(span.file)
        .text
        .get(span.start..span.end)
        .unwrap_or_default()
}

/// One to three digits, of which the first is not 0, a point, and three digits.
fn has_three_decimals(written: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    written
        .trim_start_matches('+')
        .split_once('.')
        .is_some_and(|(whole, after)| {
            (1..=3).contains(&whole.len())
                && !whole.starts_with('0')
                && after.len() == 3
                && digits(whole)
                && digits(after)
        })
}
