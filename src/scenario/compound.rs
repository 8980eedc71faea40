//! First pass for values that are neither single values nor plain tables: shares by country, flows, lanes, correlations.

use super::codes::Code;
use super::diagnostics::Problem;
use super::format::{Range, Target};
use super::structure::Structure;
use super::suggest::hint;
use super::tree::{Node, Table};
use super::values;

/// `by_country`.
pub(crate) fn shares(pass: &mut Structure<'_>, key: &str, node: &Node) {
    let Some(table) = rows(pass, key, node, "{ CHN = 0.9, OTH = 0.1 }") else {
        return;
    };
    let Some(dist) = table.get("dist") else {
        for entry in &table.entries {
            pass.reference(Target::Country, &entry.key, entry.key_span);
            drop(values::uncertain(
                &format!("{key}.{}", entry.key),
                &entry.node,
                Range::Share,
                &mut pass.out,
            ));
        }
        return;
    };
    if dist.text() != Some("dirichlet") {
        pass.out.push(
            Problem::error(Code::UnknownDistribution, dist.span, "the shares of a table can only be a Dirichlet vector", "expected \"dirichlet\"")
                .hint("a single country's share may be any distribution: by_country = { CHN = { dist = \"beta\", ... }, ... }"),
        );
        return;
    }
    let known = ["dist", "mean", "concentration", "alphas"];
    for entry in table
        .entries
        .iter()
        .filter(|entry| !known.contains(&entry.key.as_str()))
    {
        let message = format!("the Dirichlet vector has no parameter `{}`", entry.key);
        let problem = Problem::error(
            Code::Parameters,
            entry.key_span,
            message,
            "expected `mean` and `concentration`, or `alphas`",
        );
        pass.out
            .push(problem.hints(hint(&entry.key, "parameter", known).into_iter().take(1)));
    }
    match (table.get("mean"), table.get("concentration"), table.get("alphas")) {
        (Some(mean), Some(concentration), None) => {
            let _ = values::plain("concentration", concentration, Range::Positive, &mut pass.out);
            component(pass, "mean", mean, Range::Share);
        }
        (None, None, Some(alphas)) => component(pass, "alphas", alphas, Range::Positive),
        _ => pass.out.push(
            Problem::error(
                Code::Parameters,
                node.span,
                "a Dirichlet vector needs `mean` and `concentration`, or `alphas`",
                "",
            )
            .hint("e.g. { dist = \"dirichlet\", mean = { CHN = 0.9, OTH = 0.1 }, concentration = 50 }"),
        ),
    }
}

fn component(pass: &mut Structure<'_>, key: &str, node: &Node, range: Range) {
    let Some(table) = rows(pass, key, node, "{ CHN = 0.9, OTH = 0.1 }") else {
        return;
    };
    for entry in &table.entries {
        pass.reference(Target::Country, &entry.key, entry.key_span);
        let _ = values::plain(&format!("{key}.{}", entry.key), &entry.node, range, &mut pass.out);
    }
}

fn rows<'n>(pass: &mut Structure<'_>, key: &str, node: &'n Node, example: &str) -> Option<&'n Table> {
    match node.table() {
        Some(table) if !table.entries.is_empty() => Some(table),
        Some(_) => {
            pass.out.error(
                Code::Empty,
                node.span,
                format!("`{key}` is an empty table"),
                format!("expected e.g. {example}"),
            );
            None
        }
        None => {
            let message = format!("`{key}` must be a table by country, not {}", node.kind());
            pass.out
                .error(Code::WrongType, node.span, message, format!("expected e.g. {example}"));
            None
        }
    }
}

/// Shares or tonnes by origin.
pub(crate) fn flows(pass: &mut Structure<'_>, key: &str, node: &Node) {
    let range = if key == "shares" {
        Range::Share
    } else {
        Range::NonNegative
    };
    component(pass, key, node, range);
}

/// Pairs of places.
pub(crate) fn lanes(pass: &mut Structure<'_>, key: &str, node: &Node) {
    let example = "expected e.g. [[\"IDN\", \"JPN\"], [\"MYS\", \"all\"]]";
    let Some(list) = node.list().filter(|list| !list.is_empty()) else {
        pass.out.error(
            Code::WrongType,
            node.span,
            format!("`{key}` must be a list of pairs [exporter, importer]"),
            example,
        );
        return;
    };
    for pair in list {
        match pair.list() {
            Some([from, to]) => {
                for end in [from, to] {
                    if end.text() == Some("all") {
                        continue;
                    }
                    if let Some(name) = pass.text(key, end) {
                        pass.reference(Target::Place, &name, end.span);
                    }
                }
            }
            _ => pass.out.error(
                Code::WrongType,
                pair.span,
                "a lane is a pair [exporter, importer]",
                example,
            ),
        }
    }
}

/// One number, or a square matrix.
pub(crate) fn correlation(pass: &mut Structure<'_>, key: &str, node: &Node) {
    let in_range = |pass: &mut Structure<'_>, node: &Node| {
        if let Some(value) = values::finite(key, node, "a number or a matrix", &mut pass.out)
            && !(-1.0..=1.0).contains(&value)
        {
            let problem = Problem::error(
                Code::Correlation,
                node.span,
                "a correlation lies between -1 and 1",
                format!("{value} is not possible"),
            );
            let percent = (2.0..=100.0).contains(&value.abs());
            pass.out.push(if percent {
                problem.hint(format!(
                    "60 % is 0.6, so {} % is {}",
                    values::show(value),
                    values::show(value / 100.0)
                ))
            } else {
                problem
            });
        }
    };
    let Some(matrix) = node.list() else {
        in_range(pass, node);
        return;
    };
    for row in matrix {
        match row.list() {
            Some(cells) if cells.len() == matrix.len() => cells.iter().for_each(|cell| in_range(pass, cell)),
            _ => pass.out.error(
                Code::Correlation,
                row.span,
                "the correlation matrix must be square",
                format!("expected a list of {}", values::plural(matrix.len() as f64, "number")),
            ),
        }
    }
}
