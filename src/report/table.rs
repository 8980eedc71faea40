//! The summary on the terminal: a table per material in focus, then the answer in words, the policies and the cautions. No line is wider than the
//! terminal: columns that do not fit are left out, and named.

use crate::results::FOCUS;
use crate::results::types::{Estimate, PolicyResults, ReturnMeasure, RunResults, SummaryRow, TailEstimate};

use super::cautions::{Caution, cautions};
use super::comparison;
use super::grid::{Column, draw};
use super::harmless;
use super::number::{counted, grouped, percent, significant, tonnes};
use super::prose::{Measure, headline_levels, headline_sentence, material_name, place_name};
use super::replay_command::{in_lines, replay_command};
use super::width::{PROSE, wrapped};

/// Longest place or policy id that is shown in full.
const ID_WIDTH: usize = 14;

/// The summary as text, ending in a newline. `scenario` is where its file is, as commands are to name it.
pub fn summary(run: &RunResults, scenario: &str, width: usize) -> String {
    let mut text = Text {
        text: String::new(),
        width,
        left_out: Vec::new(),
        adapts: false,
    };
    text.line(&run.title);
    let manifest = &run.manifest;
    text.line(&format!(
        "{}, seed {}, {} of {} from {}",
        counted(manifest.trials, "trial"),
        manifest.seed,
        counted(manifest.periods as u64, "period"),
        one_step(&manifest.step),
        manifest.start,
    ));
    if manifest.nothing_is_random && manifest.trials_asked > 1 {
        text.line(&format!(
            "Nothing in this scenario is random: one trial stands for the {} asked for.",
            grouped(manifest.trials_asked)
        ));
    }
    for material in &run.focus_materials {
        text.line("");
        text.material(run, material);
    }
    text.line("");
    let unmet = match text.adapts {
        true => "; unmet: what substitution and thrift leave of it",
        false => "",
    };
    text.line(&format!(
        "Shortfall in % of demand over the horizon, after stocks{unmet}; ± is one standard error."
    ));
    text.what_is_left_out();
    if let Some(baseline) = run.policies.first() {
        text.line("");
        let lead = if run.policies.len() > 1 { "Baseline: " } else { "" };
        text.line(&format!("{lead}{}", headline_sentence(run, baseline)));
        if let Some(line) = replayable(baseline) {
            text.line_after("  trials to replay: ", &line);
            text.replay_command(run, baseline, scenario);
        }
        text.return_levels(run, baseline);
        let known = cautions(run, baseline);
        known.iter().for_each(|caution| text.caution("", caution));
        text.policies(run, baseline, known);
    }
    // All of it has been made harmless piece by piece; this makes sure.
    harmless::lines(&text.text).into_owned()
}

/// The summary on its way.
struct Text {
    text: String,
    width: usize,
    /// Titles of columns that did not fit.
    left_out: Vec<String>,
    /// Whether what is unmet after substitution and thrift has a column.
    adapts: bool,
}

impl Text {
    fn line(&mut self, line: &str) {
        self.line_after("", line);
    }

    /// A line that begins so; where it is wrapped, the others are set in as far.
    fn line_after(&mut self, first: &str, line: &str) {
        let next = " ".repeat(first.len().min(self.width / 6));
        self.text.push_str(&wrapped(line, first, &next, self.width.min(PROSE)));
        self.text.push('\n');
    }

    /// A caution, unless the scenario acknowledges it.
    fn caution(&mut self, lead: &str, caution: &Caution) {
        if caution.acknowledged.is_none() {
            let line = format!("{lead}{} ({})", caution.message, caution.code.number());
            self.line_after("  caution: ", &line);
        }
    }

    /// The command for the worst of the trials to replay, as a shell takes it: a line that goes on ends in `\`.
    fn replay_command(&mut self, run: &RunResults, policy: &PolicyResults, scenario: &str) {
        let Some(last) = policy.replayable.last() else { return };
        // A flag stays with its value.
        let mut words: Vec<String> = Vec::new();
        for word in replay_command(&run.manifest, &policy.policy, last.trial, scenario) {
            match words
                .last_mut()
                .filter(|flag| flag.starts_with("--") && !flag.contains(' '))
            {
                Some(flag) => *flag = format!("{flag} {word}"),
                None => words.push(word),
            }
        }
        self.text.push_str(&in_lines(&words, self.width));
    }

    fn table(&mut self, columns: Vec<Column>) {
        let (table, left_out) = draw(columns, self.width);
        self.text.push_str(&table);
        for title in left_out {
            if !self.left_out.contains(&title) {
                self.left_out.push(title);
            }
        }
    }

    fn what_is_left_out(&mut self) {
        let left_out = std::mem::take(&mut self.left_out);
        if !left_out.is_empty() {
            let columns = if left_out.len() == 1 { "column" } else { "columns" };
            self.line(&format!(
                "Too narrow for the {columns} {}: see summary.csv, or a wider terminal.",
                left_out.join(", ")
            ));
        }
    }

    /// The rows of one material: `focus` and every place in focus, under each policy.
    fn material(&mut self, run: &RunResults, material: &str) {
        let label = run.materials.iter().find(|label| label.id == material);
        let unit = label.map_or("", |label| label.unit.as_str());
        let title = material_name(run, material);
        self.line(&match unit {
            "" | "t" => title.to_owned(),
            unit => format!("{title}, {unit}"),
        });
        let mut found: Vec<(&str, &str, &SummaryRow)> = Vec::new();
        for place in std::iter::once(FOCUS).chain(run.focus_places.iter().map(String::as_str)) {
            for policy in &run.policies {
                let own = policy.row((material, place));
                found.extend(own.map(|row| (place, policy.policy.as_str(), row)));
            }
        }
        if found.is_empty() {
            self.line("No demand at the places in focus.");
            return;
        }
        let mut columns = vec![Column::names(
            "place",
            ID_WIDTH,
            found.iter().map(|(place, ..)| (*place).to_owned()),
        )];
        if run.policies.len() > 1 {
            columns.push(Column::names(
                "policy",
                ID_WIDTH,
                found.iter().map(|(_, policy, _)| (*policy).to_owned()),
            ));
        }
        // The unit in full stands in the title; the column has its tonnes, or whatever else the material is measured in.
        let unit = unit.split_whitespace().next().unwrap_or("t");
        let adapts = |(.., row): &(&str, &str, &SummaryRow)| {
            row.unmet_after_adaptation_pct.value != row.expected_shortfall_pct.value
        };
        let measure = Measure::of(run);
        for (header, rank, value) in &NUMBERS {
            let title = header.replace("UNIT", unit);
            let is_short = *header == SHORT;
            // The headline's is the last to go.
            let rank = rank + usize::from(is_short && measure.after_adaptation);
            columns.push(Column::numbers(&title, rank, found.iter().map(|(.., row)| value(row))));
            if is_short && (measure.after_adaptation || found.iter().any(adapts)) {
                let unmet = found.iter().map(|(.., row)| &row.unmet_after_adaptation_pct);
                columns.push(match measure.after_adaptation {
                    true => Column::numbers("unmet\n% ± se", 0, unmet.map(mean_and_error)),
                    false => Column::numbers("unmet\n%", 1, unmet.map(|unmet| percent(unmet.value))),
                });
                self.adapts = true;
            }
        }
        self.table(columns);
    }

    /// What the headline lacks once in so many years, where it lacks anything and the table fits.
    fn return_levels(&mut self, run: &RunResults, policy: &PolicyResults) {
        let of = |measure: ReturnMeasure| headline_levels(policy).filter(move |level| level.measure == measure);
        let is_short =
            headline_levels(policy).any(|level| level.level_pct.supported && level.level_pct.estimate.value > 0.0);
        if !is_short || run.manifest.nothing_is_random {
            return;
        }
        let told = |measure| match measure {
            ReturnMeasure::Annual => "a year",
            ReturnMeasure::WorstYear => "worst year",
            ReturnMeasure::WorstSpell => "worst spell",
        };
        let measures = || {
            ReturnMeasure::ALL
                .into_iter()
                .filter(|measure| of(*measure).next().is_some())
        };
        let mut columns = vec![Column::names(
            "N",
            ID_WIDTH,
            measures().map(|measure| told(measure).to_owned()),
        )];
        for &years in &run.manifest.return_periods {
            let levels = measures().map(|measure| {
                let level = of(measure).find(|level| level.years == years);
                level.map_or_else(|| "-".to_owned(), |level| tail(&level.level_pct))
            });
            columns.push(Column::numbers(&significant(years, 6), 1, levels));
        }
        self.line("");
        match draw(columns, self.width) {
            (table, left_out) if left_out.is_empty() => {
                self.line(&format!(
                    "Exceeded once in N years on average, {} in {}: a year in % of its demand, a spell in % of the horizon's.",
                    material_name(run, &policy.headline.0),
                    place_name(run, &policy.headline.1)
                ));
                self.text.push_str(&table);
            }
            _ => self.line(
                "Too narrow for what is exceeded once in so many years: see return_periods.csv, or a wider terminal.",
            ),
        }
    }

    /// What policies change, in a paragraph and a table, and what is to be known of them beyond what is of the baseline.
    fn policies(&mut self, run: &RunResults, baseline: &PolicyResults, mut known: Vec<Caution>) {
        let (Some(words), Some(columns)) = (comparison::in_words(run), comparison::table(run)) else {
            return;
        };
        self.line("");
        self.line(&format!("Policies: {words}"));
        self.line("");
        let (material, place) = &baseline.headline;
        self.line(&format!(
            "{} in {}; changes in percentage points. All policies face the same draws: changes are surer than ± says.",
            material_name(run, material),
            place_name(run, place)
        ));
        self.table(columns);
        self.what_is_left_out();
        for policy in run.policies.iter().skip(1) {
            for caution in cautions(run, policy) {
                let is_known =
                    |known: &Caution| known.code == caution.code && caution.address.ends_with(&known.address);
                if !known.iter().any(is_known) {
                    self.caution(&format!("{}: ", policy.shown_name()), &caution);
                    known.push(caution);
                }
            }
        }
    }
}

/// A column of numbers: its header, how soon it is left out, its cells.
type Numbers = (&'static str, usize, fn(&SummaryRow) -> String);

/// Header of the mean shortfall.
const SHORT: &str = "short\n% ± se";

const NUMBERS: [Numbers; 10] = [
    ("demand\nUNIT", 7, |row| tonnes(row.demand_t)),
    (SHORT, 0, |row| mean_and_error(&row.expected_shortfall_pct)),
    ("P(any)\n%", 3, |row| chance(&row.prob_any)),
    ("P(>10)\n%", 4, |row| chance(&row.prob_gt_10)),
    ("P(>25)\n%", 9, |row| chance(&row.prob_gt_25)),
    ("median\n%", 8, |row| tail(&row.quantiles_pct[2])),
    ("p95\n%", 2, |row| tail(&row.quantiles_pct[5])),
    ("CVaR95\n%", 1, |row| tail(&row.cvar_pct[1])),
    ("months\nshort", 5, |row| {
        significant(row.expected_months_short.value, 3)
    }),
    ("survive\nmonths", 6, |row| {
        row.time_to_survive_months
            .map_or_else(|| "-".to_owned(), |months| significant(months.value, 2))
    }),
];

fn chance(estimate: &Estimate) -> String {
    percent(estimate.value * 100.0)
}

fn tail(value: &TailEstimate) -> String {
    if value.supported {
        percent(value.estimate.value)
    } else {
        "-".to_owned()
    }
}

/// A mean and its standard error.
pub(super) fn mean_and_error(mean: &Estimate) -> String {
    match mean.standard_error.is_nan() {
        true => percent(mean.value),
        false => format!("{} ± {}", percent(mean.value), significant(mean.standard_error, 2)),
    }
}

/// The trials worth replaying.
fn replayable(policy: &PolicyResults) -> Option<String> {
    if policy.replayable.iter().all(|trial| trial.shortfall_pct <= 0.0) {
        return None;
    }
    let trials: Vec<String> = policy
        .replayable
        .iter()
        .map(|trial| format!("{} {}", trial.rank, trial.trial))
        .collect();
    (!trials.is_empty()).then(|| trials.join(", "))
}

fn one_step(step: &str) -> String {
    if step.is_empty() {
        "one step".to_owned()
    } else {
        format!("one {step}")
    }
}
