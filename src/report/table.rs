//! The summary on the terminal: a table per material in focus, then the answer in words and the cautions. At most 100 columns wide where
//! ids allow it and never wider than 120.

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use crate::results::types::{Estimate, PolicyResults, RunResults, SummaryRow, TailEstimate};
use crate::results::{ALL_SECTORS, FOCUS};

use super::cautions::cautions;
use super::number::{counted, percent, significant, tonnes};
use super::prose::{headline_sentence, material_name};
use super::replay_command::replay_command;

/// Width that text is wrapped to.
const WIDTH: usize = 100;
/// Longest place or policy id that is shown in full.
const ID_WIDTH: usize = 14;

/// A line under the header and nothing else.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The summary as text, ending in a newline. `scenario` is where its file is, as commands are to name it.
pub fn summary(run: &RunResults, scenario: &str) -> String {
    let mut text = format!("{}\n", wrapped(&run.title, "", ""));
    let manifest = &run.manifest;
    text.push_str(&format!(
        "{}, seed {}, {} of {} from {}\n",
        counted(manifest.trials, "trial"),
        manifest.seed,
        counted(manifest.periods as u64, "period"),
        one_step(&manifest.step),
        manifest.start,
    ));
    if manifest.nothing_is_random && manifest.trials_asked > 1 {
        let asked = format!(
            "Nothing in this scenario is random: one trial stands for the {} asked for.",
            counted(manifest.trials_asked, "trial")
        );
        text.push_str(&format!("{}\n", wrapped(&asked, "", "")));
    }
    for material in &run.focus_materials {
        text.push('\n');
        text.push_str(&material_table(run, material));
    }
    text.push_str("\nShortfall in % of demand over the horizon, after stocks; ± is one standard error.\n");
    for policy in &run.policies {
        text.push('\n');
        let lead = if run.policies.len() > 1 {
            format!("{}: ", policy_name(policy))
        } else {
            String::new()
        };
        text.push_str(&wrapped(&format!("{lead}{}", headline_sentence(run, policy)), "", ""));
        text.push('\n');
        if let Some(line) = replayable(run, policy, scenario) {
            text.push_str(&line);
        }
        for caution in cautions(run, policy)
            .iter()
            .filter(|caution| caution.acknowledged.is_none())
        {
            let line = format!("{} ({})", caution.message, caution.code.number());
            text.push_str(&wrapped(&line, "  caution: ", "           "));
            text.push('\n');
        }
    }
    text
}

/// The trials worth replaying, and the command for the worst of them. It is one line, however long, so that it can be copied.
fn replayable(run: &RunResults, policy: &PolicyResults, scenario: &str) -> Option<String> {
    if policy.replayable.iter().all(|trial| trial.shortfall_pct <= 0.0) {
        return None;
    }
    let trials: Vec<String> = policy
        .replayable
        .iter()
        .map(|trial| format!("{} {}", trial.rank, trial.trial))
        .collect();
    let last = policy.replayable.last()?;
    let command = replay_command(&run.manifest, &policy.policy, last.trial, scenario);
    Some(format!("  trials to replay: {}\n    {command}\n", trials.join(", ")))
}

fn one_step(step: &str) -> String {
    if step.is_empty() {
        "one step".to_owned()
    } else {
        format!("one {step}")
    }
}

fn policy_name(policy: &PolicyResults) -> &str {
    if policy.name.is_empty() {
        &policy.policy
    } else {
        &policy.name
    }
}

/// The rows of one material: `focus` and every place in focus, under each policy.
fn material_table(run: &RunResults, material: &str) -> String {
    let several = run.policies.len() > 1;
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .set_content_arrangement(ContentArrangement::Disabled);
    let mut header = vec!["place"];
    if several {
        header.push("policy");
    }
    let keys = header.len();
    let label = run.materials.iter().find(|label| label.id == material);
    // The unit in full stands in the title; the column has its tonnes, or whatever else the material is measured in.
    let unit = label.map_or("t", |label| match label.unit.split_whitespace().next() {
        Some(unit) => unit,
        None => "t",
    });
    let demand = format!("demand\n{unit}");
    header.extend([demand.as_str(), "short\n% ± se", "P(any)\n%", "P(>10)\n%", "P(>25)\n%"]);
    header.extend(["median\n%", "p95\n%", "CVaR95\n%", "months\nshort", "survive\nmonths"]);
    table.set_header(header.iter().copied().map(Cell::new));
    let places = std::iter::once(FOCUS).chain(run.focus_places.iter().map(String::as_str));
    let mut any = false;
    for place in places {
        for policy in &run.policies {
            let found = policy
                .summary
                .iter()
                .find(|row| row.material == material && row.country == place && row.sector == ALL_SECTORS);
            if let Some(row) = found {
                let key = std::iter::once(shortened(place)).chain(several.then(|| shortened(&policy.policy)));
                table.add_row(key.chain(cells(row)).map(Cell::new));
                any = true;
            }
        }
    }
    for column in table.column_iter_mut().skip(keys) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 1));
    }
    let unit = label
        .map(|label| label.unit.as_str())
        .filter(|unit| !unit.is_empty() && *unit != "t");
    let unit = unit.map_or_else(String::new, |unit| format!(", {unit}"));
    let body = if any {
        table.trim_fmt()
    } else {
        "No demand at the places in focus.".to_owned()
    };
    format!("{}{unit}\n{body}\n", material_name(run, material))
}

fn cells(row: &SummaryRow) -> [String; 10] {
    let chance = |estimate: &Estimate| percent(estimate.value * 100.0);
    let tail = |value: &TailEstimate| {
        if value.supported {
            percent(value.estimate.value)
        } else {
            "-".to_owned()
        }
    };
    let mean = &row.expected_shortfall_pct;
    let short = match mean.standard_error.is_nan() {
        true => percent(mean.value),
        false => format!("{} ± {}", percent(mean.value), significant(mean.standard_error, 2)),
    };
    [
        tonnes(row.demand_t),
        short,
        chance(&row.prob_any),
        chance(&row.prob_gt_10),
        chance(&row.prob_gt_25),
        tail(&row.quantiles_pct[2]),
        tail(&row.quantiles_pct[5]),
        tail(&row.cvar_pct[1]),
        significant(row.expected_months_short.value, 3),
        row.time_to_survive_months
            .map_or_else(|| "-".to_owned(), |months| significant(months.value, 2)),
    ]
}

/// An id cut to [`ID_WIDTH`] characters.
fn shortened(id: &str) -> String {
    if id.chars().count() <= ID_WIDTH {
        return id.to_owned();
    }
    id.chars().take(ID_WIDTH - 1).chain(['…']).collect()
}

/// Text wrapped to [`WIDTH`] columns between words (a number keeps its `%`); the first line begins with `first`, the others with `next`.
fn wrapped(text: &str, first: &str, next: &str) -> String {
    let mut lines = vec![first.to_owned()];
    let mut empty = true;
    let text = text.replace(" %", "\u{a0}%");
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if !empty && line + 1 + word.chars().count() > WIDTH {
            lines.push(next.to_owned());
            empty = true;
        }
        if let Some(line) = lines.last_mut() {
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
    }
    lines.join("\n").replace('\u{a0}', " ")
}
