//! When events start, and how they end.

use super::view::{View, fixed};
use super::{Read, Skip, text_of};
use crate::sampling::Distribution;
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::diagnostics::Problem;
use crate::scenario::tree::Node;
use crate::scenario::values::{Problems, plural, show};

/// More than this many expected arrivals in the horizon are reported.
const MANY: f64 = 1_000.0;
/// More than this many are an error.
pub(super) const TOO_MANY: f64 = 100_000.0;
/// More than this many in one trial, even in one of a thousand million, are an error: the draws of a rate must not exhaust memory.
pub(super) const MOST: f64 = 1_000_000.0;

pub(crate) fn arrival(event: &View<'_>, out: &mut Problems) -> Read<Arrival> {
    let view = event.inner("arrival")?.ok_or(Skip)?;
    let process = view.text("process").ok_or(Skip)?;
    let probability = view.number_or("probability", 1.0);
    if let Ok(Number::Fixed(0.0)) = probability
        && view.get("probability").is_some()
    {
        let message = format!("`{}` can never happen: its probability is 0", event.address);
        out.push(Problem::warning(
            Code::NeverHappens,
            view.span("probability"),
            message,
            "never happens",
        ));
    }
    let horizon = view.base.end_months();
    match process.as_str() {
        "fixed" => {
            let at_months = view.dates("at")?.ok_or(Skip)?;
            let (low, high) = support(&at_months);
            if let Some(end) = horizon
                && (low < 0.0 || high >= end)
            {
                outside(&view, "at", end, low < 0.0, out);
            }
            Ok(Arrival::Fixed {
                at_months,
                probability: probability?,
            })
        }
        "window" => {
            let (from_months, to_months) = (view.date("from")?, view.date("to")?);
            if to_months == from_months {
                let message = "the window has no length: it begins and ends on the same day";
                let problem = Problem::error(Code::NoInterval, view.span("to"), message, "end");
                let hint = "for one date write { process = \"fixed\", at = ... }; a window of a month ends on the first day of the next";
                out.push(problem.related(view.span("from"), "beginning").hint(hint));
            } else if to_months < from_months {
                let problem = Problem::error(
                    Code::NoInterval,
                    view.span("to"),
                    "the window ends before it begins",
                    "end",
                );
                out.push(problem.related(view.span("from"), "beginning"));
            } else if let Some(end) = horizon {
                if from_months < 0.0 || from_months >= end {
                    outside(&view, "from", end, from_months < 0.0, out);
                }
                if to_months > end {
                    outside(&view, "to", end, false, out);
                }
            }
            Ok(Arrival::Window {
                from_months,
                to_months,
                probability: probability?,
            })
        }
        "poisson" => {
            let per_year = view.number("per_year")?.ok_or(Skip)?;
            if let Number::Fixed(0.0) = per_year {
                let message = format!("`{}` can never happen: its rate is 0", event.address);
                out.push(Problem::warning(
                    Code::NeverHappens,
                    view.span("per_year"),
                    message,
                    "never happens",
                ));
            }
            expected(event, &view, "per_year", per_year.mean() / 12.0, out);
            if let (Number::Uncertain { distribution, .. }, Some(end)) = (&per_year, horizon) {
                let most = practical_maximum(distribution) / 12.0 * end;
                if most.is_nan() || most > MOST {
                    let message = format!(
                        "`{}` can happen {} in one trial",
                        event.address,
                        plural(most.round(), "time")
                    );
                    out.push(
                        Problem::error(
                            Code::TooMany,
                            view.span("per_year"),
                            message,
                            format!("at most {}", show(MOST)),
                        )
                        .hint("choose a distribution of the rate with an upper limit or a lighter tail"),
                    );
                }
            }
            Ok(Arrival::Poisson { per_year })
        }
        "renewal" => {
            let (up, down) = (view.drawn("up")?.ok_or(Skip)?, view.drawn("down")?.ok_or(Skip)?);
            let cycle = up.mean() + down.mean();
            if cycle <= 0.0 {
                out.error(
                    Code::NoInterval,
                    view.span("up"),
                    "up and down times cannot both be 0",
                    "",
                );
                return Err(Skip);
            }
            if let Some(end) = horizon {
                // By Wald's equation at least so many: what is longer than the horizon counts as long as it.
                let renewals = end / (mean_within(&up, end) + mean_within(&down, end));
                expected(event, &view, "up", renewals / end, out);
            }
            let starts = match view.text("starts").as_deref() {
                Some("up") => RenewalStart::Up,
                Some("down") => RenewalStart::Down,
                _ => RenewalStart::Steady,
            };
            for (key, time) in [("up", &up), ("down", &down)] {
                if starts == RenewalStart::Steady && time.mean() <= 0.0 {
                    let message = format!("`{key}` is always 0, so there is no steady state to start from");
                    out.push(
                        Problem::error(Code::NoInterval, view.span(key), message, "always 0")
                            .hint("say `starts = \"up\"` or `\"down\"`"),
                    );
                    return Err(Skip);
                }
            }
            Ok(Arrival::Renewal { up, down, starts })
        }
        "in_force" => {
            let since_months = view.date("since")?;
            if since_months > 0.0 {
                let start = view.base.start.map(|date| date.to_string()).unwrap_or_default();
                let problem = Problem::error(
                    Code::OutsideTime,
                    view.span("since"),
                    "what is in force at the start has struck by then",
                    format!("the simulation starts on {start}"),
                );
                out.push(problem.hint("for an event that strikes later write { process = \"fixed\", at = ... }"));
                return Err(Skip);
            }
            Ok(Arrival::InForce { since_months })
        }
        "after" => {
            let event = view.base.event(text_of(view.get("event").ok_or(Skip)?)?)?;
            let delay = view.drawn("delay")?.map_or_else(|| fixed(0.0), Ok)?;
            let from = view.table.get("from").and_then(Node::text);
            Ok(Arrival::After {
                event,
                probability: probability?,
                delay,
                from_end: from == Some("end"),
            })
        }
        _ => Err(Skip),
    }
}

fn support(number: &Number) -> (f64, f64) {
    match number {
        Number::Fixed(value) => (*value, *value),
        Number::Uncertain { distribution, .. } => distribution.support(),
    }
}

/// The largest value, or the one that one draw of a thousand million exceeds where there is none.
pub(super) fn practical_maximum(distribution: &Distribution) -> f64 {
    let (_, most) = distribution.support();
    if most.is_finite() {
        most
    } else {
        distribution.quantile(1.0 - 1e-9)
    }
}

/// Mean of the smaller of a draw and a limit: the integral of the probability of more than x, on a logarithmic scale.
pub(super) fn mean_within(distribution: &Distribution, limit: f64) -> f64 {
    /// e^-80 of the limit is nothing.
    const DEPTH: f64 = 80.0;
    const POINTS: u32 = 1_000;
    let (least, most) = distribution.support();
    if least >= limit || least == most {
        return least.min(limit);
    }
    let width = DEPTH / f64::from(POINTS);
    let at = |point: u32| {
        let x = limit * libm::exp(-width * (f64::from(point) + 0.5));
        x * (1.0 - distribution.cdf(x)) * width
    };
    (0..POINTS).map(at).sum()
}

fn outside(view: &View<'_>, key: &str, end: f64, is_before: bool, out: &mut Problems) {
    let start = view.base.start.map(|date| date.to_string()).unwrap_or_default();
    let message = format!("`{key}` lies outside the simulated time");
    let label = format!("the simulation starts on {start} and lasts {}", plural(end, "month"));
    let problem = Problem::error(Code::OutsideTime, view.span(key), message, label);
    out.push(if is_before {
        problem.hint(
            "for what has struck before and is in force at the start write { process = \"in_force\", since = ... }",
        )
    } else {
        problem
    });
}

fn expected(event: &View<'_>, view: &View<'_>, key: &str, per_month: f64, out: &mut Problems) {
    let Some(end) = view.base.end_months() else { return };
    let count = per_month * end;
    if count <= MANY {
        return;
    }
    let message = format!(
        "`{}` is expected to happen {} times in the simulated time",
        event.address,
        show(count.round())
    );
    let span = view.span(key);
    out.push(if count > TOO_MANY {
        Problem::error(Code::TooMany, span, message, format!("more than {}", show(TOO_MANY)))
    } else {
        Problem::warning(Code::VeryOften, span, message, format!("more than {}", show(MANY)))
            .hint("rates are per year, times in months")
    });
}

pub(crate) fn recovery(event: &View<'_>) -> Read<Recovery> {
    let Some(view) = event.inner("recovery")? else {
        return Ok(Recovery::Step);
    };
    match view.text("shape").as_deref() {
        Some("step") => Ok(Recovery::Step),
        Some("linear") => Ok(Recovery::Linear {
            months: view.drawn("months")?.ok_or(Skip)?,
        }),
        Some("exponential") => Ok(Recovery::Exponential {
            months: view.drawn("months")?.ok_or(Skip)?,
        }),
        _ => Err(Skip),
    }
}
