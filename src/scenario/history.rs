//! Rates from counted history: `per_year = { rate = "history", kind = "export_restriction", country = "CHN" }`.

use super::codes::Code;
use super::diagnostics::Problem;
use super::source::Span;
use super::tree::{Node, Table};
use super::values::Problems;
use crate::rates::{BaseRate, Question, RateAspect, RateError};
use crate::sampling::Distribution;

/// The table of a rate from history, if that is what a value is. A distribution may have a parameter `rate` too.
pub(crate) fn table(node: &Node) -> Option<&Table> {
    node.table()
        .filter(|table| table.get("dist").is_none() && table.get("rate").is_some())
}

/// The answer that history gives; what is wrong is reported at the key that says it.
pub(crate) fn read(key: &str, table: &Table, span: Span, out: &mut Problems) -> Option<(Distribution, BaseRate)> {
    let question = question(table)?;
    let at = |aspect: RateAspect| table.get(aspect.key()).map_or(span, |node| node.span);
    let rate = match question.answer() {
        Ok(rate) => rate,
        Err(errors) => {
            for error in errors {
                out.push(problem(&error, at(error.aspect)));
            }
            return None;
        }
    };
    if let Some(why) = rate.insufficient() {
        let message = format!("`{key}` cannot come from history: {why}");
        let label = format!("{} to {}", rate.whole.since, rate.whole.until);
        out.push(
            Problem::error(Code::HistoryInsufficient, span, message, label)
                .hint("ask for more (a class in place of a kind, all minerals, more years), or state a rate of your own with a source"),
        );
        return None;
    }
    let distribution = rate.whole.posterior.as_ref()?.distribution.clone();
    Some((distribution, rate))
}

/// What the table asks; nothing if a value has the wrong type, which is reported by the description of the format.
fn question(table: &Table) -> Option<Question> {
    let text = |key: &str| table.text(key).map(str::to_owned);
    let year = |key: &str| table.get(key).and_then(Node::number).map(|year| year as i32);
    let except = table.get("except").map(|node| node.one_or_many()).unwrap_or_default();
    Some(Question {
        kind: text("kind")?,
        country: text("country"),
        except: except
            .iter()
            .filter_map(|node| node.text())
            .map(str::to_owned)
            .collect(),
        mineral: text("mineral"),
        target: text("target"),
        since: year("since"),
        until: year("until"),
        least_share: table.get("least_share").and_then(Node::number),
    })
}

fn problem(error: &RateError, span: Span) -> Problem {
    let (code, label) = match (error.is_unwatched, error.aspect) {
        (true, _) => (Code::HistoryNotWatched, "not watched"),
        (false, RateAspect::Kind) => (Code::UnknownName, "unknown kind"),
        (false, RateAspect::Country | RateAspect::Except) => (Code::UnknownName, "unknown country"),
        (false, RateAspect::Mineral) => (Code::UnknownName, "unknown mineral"),
        (false, RateAspect::Target) if error.hint.as_deref().is_some_and(|hint| hint.contains("ISO code")) => {
            (Code::UnknownName, "unknown country")
        }
        (false, RateAspect::Target) => (Code::Misplaced, "does not go with the others"),
        (false, RateAspect::Since | RateAspect::Until) => (Code::HistoryNotWatched, "outside the years watched"),
        (false, RateAspect::LeastShare) => (Code::HistoryNotWatched, "not listed"),
    };
    Problem::error(code, span, error.to_string(), label).hints(error.hint.clone())
}
