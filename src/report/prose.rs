//! The answer in words.

use crate::results::types::{AttributionKind, PolicyResults, RunResults, SummaryRow};
use crate::results::{ALL_SECTORS, FOCUS, STRUCTURAL, WORLD};

use super::number::{grouped, significant};

/// The headline's summary row.
pub fn headline_row(policy: &PolicyResults) -> Option<&SummaryRow> {
    let (material, country) = &policy.headline;
    policy
        .summary
        .iter()
        .find(|row| &row.material == material && &row.country == country && row.sector == ALL_SECTORS)
}

/// Display name of a material, or its id.
pub fn material_name<'a>(run: &'a RunResults, id: &'a str) -> &'a str {
    let label = run.materials.iter().find(|label| label.id == id);
    label
        .map(|label| label.name.as_str())
        .filter(|name| !name.is_empty())
        .unwrap_or(id)
}

/// Display name of a place; `focus` is the places in focus joined by `+`, and `WLD` the world.
pub fn place_name(run: &RunResults, id: &str) -> String {
    match id {
        FOCUS => run.focus_places.join("+"),
        WORLD => "the world".to_owned(),
        _ => {
            let label = run.places.iter().find(|label| label.id == id);
            label
                .map(|label| label.name.as_str())
                .filter(|name| !name.is_empty())
                .unwrap_or(id)
                .to_owned()
        }
    }
}

/// One sentence (or a few short ones) on a policy's headline.
pub fn headline_sentence(run: &RunResults, policy: &PolicyResults) -> String {
    let Some(row) = headline_row(policy) else {
        return "The scenario has no final demand, so there is no shortfall to report.".to_owned();
    };
    let trials = run.manifest.trials;
    let what = format!(
        "{} in {}",
        material_name(run, &row.material),
        place_name(run, &row.country)
    );
    let count = format!("{} {}", grouped(trials), if trials == 1 { "trial" } else { "trials" });
    let mean = &row.expected_shortfall_pct;
    if run.manifest.nothing_is_random {
        let short = match mean.value == 0.0 {
            true => format!("All demand for {what} is met."),
            false => format!(
                "The shortfall of {what} is {} % of demand.{}",
                significant(mean.value, 3),
                main_cause(run, policy, row)
            ),
        };
        return format!("Nothing in this scenario is random: one trial. {short}");
    }
    if mean.value == 0.0 {
        return format!("In {count}, all demand for {what} is met.");
    }
    let interval = if mean.standard_error.is_nan() {
        String::new()
    } else {
        format!(
            " (95 % interval {} to {} %)",
            significant(mean.low, 3),
            significant(mean.high, 3)
        )
    };
    let tail = &row.cvar_pct[1];
    let worst = match tail.supported {
        true => format!(
            "in the worst 5 % of trials it averages {} %",
            significant(tail.estimate.value, 3)
        ),
        false => format!("in the worst trial it is {} %", significant(row.max_pct, 3)),
    };
    let average = significant(mean.value, 3);
    let any = format!(
        "{} % of trials have a shortfall",
        significant(row.prob_any.value * 100.0, 3)
    );
    let survive = row.time_to_survive_months.map_or_else(String::new, |survive| {
        let months = significant(survive.value, 2);
        format!(
            ", on average {months} {} after deliveries first miss demand",
            if months == "1" { "month" } else { "months" }
        )
    });
    let cause = main_cause(run, policy, row);
    format!(
        "In {count}, the shortfall of {what} is {average} % of demand on average{interval}; {worst}. {any}{survive}.{cause}"
    )
}

/// Sentence on the largest cause of the headline's expected shortfall.
fn main_cause(run: &RunResults, policy: &PolicyResults, row: &SummaryRow) -> String {
    let mut largest: Option<(&str, f64, f64)> = None;
    let parts = policy.attributed().iter().filter(|part| {
        part.kind == AttributionKind::Event && part.material == row.material && part.country == row.country
    });
    for part in parts {
        if part.share_of_expected > largest.map_or(0.0, |(_, share, _)| share) {
            largest = Some((&part.key, part.share_of_expected, part.share_of_cvar95));
        }
    }
    let Some((key, expected, tail)) = largest else {
        return String::new();
    };
    let of_it = format!("{} % of it", significant(expected * 100.0, 2));
    let in_tail = match run.manifest.nothing_is_random {
        true => of_it,
        false => format!(
            "{of_it} ({} % in the worst 5 % of trials)",
            significant(tail * 100.0, 2)
        ),
    };
    if key == STRUCTURAL {
        return format!(" Supply that falls behind demand without any event causes {in_tail}.");
    }
    let event = policy.events.iter().find(|event| event.event == key);
    let name = event
        .map(|event| event.name.as_str())
        .filter(|name| !name.is_empty())
        .unwrap_or(key);
    format!(" \"{name}\" causes {in_tail}.")
}
