//! `[shares.M]`: one supply per country.

use super::base::{Base, spec};
use super::materials;
use super::supplies::Made;
use super::view::{View, number};
use super::{Read, Skip};
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::data_files::warnings;
use crate::scenario::diagnostics::Problem;
use crate::scenario::format::Range;
use crate::scenario::names;
use crate::scenario::reserved;
use crate::scenario::source::Span;
use crate::scenario::tree::{Node, Table};
use crate::scenario::values::{self, Problems, show};

pub(crate) fn read(base: &Base<'_>, materials: &[Material], made: &mut Made, out: &mut Problems) {
    for (id, _, table, header) in names::shares(base.top) {
        let view = View {
            base,
            spec: spec("shares"),
            table,
            header,
            address: format!("shares.{id}"),
        };
        drop(one(&view, id, materials, made, out));
    }
}

fn one(view: &View<'_>, id: &str, materials: &[Material], made: &mut Made, out: &mut Problems) -> Read<()> {
    let (rows, total) = rows(view, id, made, out)?;
    if rows.is_empty() {
        return Err(Skip);
    }
    let material = view.base.material(id)?;
    let own = materials.get(material).ok_or(Skip)?;
    let output = match (view.quantity("output")?, total) {
        (Some(output), _) => output,
        (None, Some(total)) => Quantity::Constant(Number::Fixed(total)),
        (None, None) => {
            let problem = Problem::error(
                Code::MissingKey,
                view.header,
                format!("[shares.{id}] has no `output`"),
                "`output` is missing",
            );
            let why = if view.get("data").is_some() {
                "the data states shares only, so the world output must be given"
            } else {
                "`output`: world output, t/yr"
            };
            out.push(problem.hint(why));
            return Err(Skip);
        }
    };
    let utilisation = view.number_or("utilisation", 1.0)?;
    let inputs = materials::inputs(view)?.unwrap_or_else(|| own.inputs.clone());
    let supply_elasticity = view
        .number("supply_elasticity")?
        .unwrap_or_else(|| own.supply_elasticity.clone());
    let ramp_per_month = view.number_or("ramp", 0.05)?;
    for (country, share) in rows {
        made.add(Supply {
            id: format!("{id}.{}", view.base.countries[country].code),
            country,
            material,
            follows_demand: matches!(output, Quantity::Constant(_)),
            size: Size::Share {
                output: output.clone(),
                share,
            },
            utilisation: utilisation.clone(),
            inputs: inputs.clone(),
            supply_elasticity: supply_elasticity.clone(),
            ramp_per_month: ramp_per_month.clone(),
            opens_months: None,
            ramp_months: Number::Fixed(0.0),
            closes_months: None,
        });
    }
    Ok(())
}

type Rows = Vec<(CountryIndex, Share)>;

fn rows(view: &View<'_>, id: &str, made: &mut Made, out: &mut Problems) -> Read<(Rows, Option<f64>)> {
    if let Some(node) = view.get("data") {
        return data_rows(view, node, id, out);
    }
    let node = view.get("by_country").ok_or(Skip)?;
    no_rows_to_select(view, &["year", "product", "flow", "measure"], out);
    let table = node.table().ok_or(Skip)?;
    if table.get("dist").is_some() {
        return dirichlet(view, node, table, made, out).map(|rows| (rows, None));
    }
    let mut rows = Vec::new();
    let mut sum = 0.0;
    let mut whole = true;
    for entry in &table.entries {
        let key = format!("by_country.{}", entry.key);
        let share = values::uncertain(&key, &entry.node, Range::Share, &mut Problems::quiet());
        let (Some(share), Ok(country)) = (share, view.base.country(&entry.key)) else {
            whole = false;
            continue;
        };
        let share = number(share, format!("{}.{key}", view.address));
        sum += share.mean();
        rows.push((country, Share::Own(share)));
    }
    if !whole {
        return Err(Skip);
    }
    check_sum(&format!("the shares of `{id}`"), sum, node.span, out);
    Ok((rows, None))
}

/// Reports keys that select rows of data where no data is named.
pub(crate) fn no_rows_to_select(view: &View<'_>, keys: &[&str], out: &mut Problems) {
    for key in keys {
        if view.get(key).is_some() {
            let message = format!("`{key}` selects rows of `data`, which is not named here");
            out.push(
                Problem::error(Code::Misplaced, view.span(key), message, "")
                    .hint(format!("remove `{key}`, or name the data")),
            );
        }
    }
}

/// What to do about a code of a data file that is no known country.
pub(crate) fn undeclared(code: &str) -> String {
    match reserved::meaning(code) {
        Some(meaning) => {
            format!("`{code}` is a reserved word for {meaning}: give the country another code in the file")
        }
        None => "declare it with [[country]]".to_string(),
    }
}

/// Reports shares that do not sum to 1 within 0.5 %.
pub(crate) fn check_sum(what: &str, sum: f64, span: Span, out: &mut Problems) {
    if (sum - 1.0).abs() <= 0.005 {
        return;
    }
    let problem = Problem::error(
        Code::ShareSum,
        span,
        format!("{what} sum to {}, not 1", show(sum)),
        format!("sum is {}", show(sum)),
    );
    out.push(if sum > 90.0 && sum < 110.0 {
        problem.hint("shares are written as fractions: 91 % is 0.91")
    } else if sum < 1.0 {
        problem.hint(format!(
            "{} is missing; countries that are not listed belong to OTH",
            show(1.0 - sum)
        ))
    } else {
        problem.hint(format!("{} too much; the tolerance is 0.5 %", show(sum - 1.0)))
    });
}

fn dirichlet(view: &View<'_>, node: &Node, table: &Table, made: &mut Made, out: &mut Problems) -> Read<Rows> {
    let (inner, key) = match (table.get("mean"), table.get("alphas")) {
        (Some(node), None) => (node, "mean"),
        (None, Some(node)) => (node, "alphas"),
        _ => return Err(Skip),
    };
    let mut means = Vec::new();
    for entry in &inner.table().ok_or(Skip)?.entries {
        let value = entry
            .node
            .number()
            .filter(|value| value.is_finite() && *value >= 0.0)
            .ok_or(Skip)?;
        means.push((view.base.country(&entry.key)?, value));
    }
    let sum: f64 = means.iter().map(|(_, value)| value).sum();
    let mut factor = 1.0;
    if key == "mean" {
        check_sum("the means of the Dirichlet vector", sum, inner.span, out);
        let concentration = table
            .get("concentration")
            .and_then(Node::number)
            .filter(|c| *c > 0.0)
            .ok_or(Skip)?;
        factor = concentration / sum;
    }
    let positive: Vec<f64> = means
        .iter()
        .map(|(_, value)| value * factor)
        .filter(|alpha| *alpha > 0.0)
        .collect();
    if positive.len() < 2 || positive.iter().any(|alpha| !alpha.is_finite()) {
        out.error(
            Code::Impossible,
            node.span,
            "a Dirichlet vector needs at least two countries with a share above 0",
            "",
        );
        return Err(Skip);
    }
    let vector = made.vectors.len();
    let mut component = 0;
    let mut rows = Vec::new();
    for (country, value) in means {
        if value * factor > 0.0 {
            rows.push((country, Share::Dirichlet { vector, component }));
            component += 1;
        } else {
            rows.push((country, Share::Own(Number::Fixed(0.0))));
        }
    }
    made.vectors.push(ShareVector {
        driver: format!("{}.by_country", view.address),
        alphas: positive,
    });
    Ok(rows)
}

fn data_rows(view: &View<'_>, node: &Node, id: &str, out: &mut Problems) -> Read<(Rows, Option<f64>)> {
    if node.text().is_none() || view.get("by_country").is_some() {
        return Err(Skip);
    }
    let table = match view
        .base
        .files
        .shares(node, view.table, id, view.base.top, view.base.sources)
    {
        Ok(table) => table,
        Err(problems) => {
            problems.into_iter().for_each(|problem| out.push(problem));
            return Err(Skip);
        }
    };
    let mut rows = Vec::new();
    for row in &table.rows {
        if !view
            .base
            .names
            .has(crate::scenario::format::Target::Country, &row.country)
        {
            let message = format!("the data of `{id}` names `{}`, which is no known country", row.country);
            out.push(Problem::error(Code::UnknownName, node.span, message, "").hint(undeclared(&row.country)));
            continue;
        }
        rows.push((view.base.country(&row.country)?, Share::Own(Number::Fixed(row.share))));
    }
    check_sum(
        &format!("the shares of `{id}`"),
        table.rows.iter().map(|row| row.share).sum(),
        node.span,
        out,
    );
    if node.text() != Some("shares") {
        warnings(node, &table.warnings)
            .into_iter()
            .for_each(|warning| out.push(warning));
    }
    Ok((rows, table.total_t))
}
