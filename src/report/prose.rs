//! The answer in words.

use crate::results::types::{
    AttributionKind, Estimate, EventClass, Label, PolicyResults, ReturnLevel, RunResults, SummaryRow, TailEstimate,
};
use crate::results::{ALL_SECTORS, FOCUS, STRUCTURAL, WORLD};

use crate::scenario::HeadlineMeasure;

use super::number::{counted, grouped, significant};

/// With fewer trials differences have errors of independent trials: eight batches.
const FEWEST_TRIALS: u64 = 8 * crate::sampling::BATCH_TRIALS;

/// What is said of the errors of differences where trials are few.
pub(super) fn few_trials(run: &RunResults) -> Option<String> {
    let is_short = run.manifest.trials < FEWEST_TRIALS && !run.manifest.nothing_is_random;
    is_short.then(|| {
        format!(
            "With fewer than {} trials a difference has the error of independent trials, mostly too large, or none where too few trials differ: \
             --trials 4096 tells more.",
            grouped(FEWEST_TRIALS)
        )
    })
}

/// The headline's summary row.
pub fn headline_row(policy: &PolicyResults) -> Option<&SummaryRow> {
    let (material, country) = &policy.headline;
    policy.row((material, country))
}

/// The headline's return levels.
pub fn headline_levels(policy: &PolicyResults) -> impl Iterator<Item = &ReturnLevel> {
    let (material, country) = &policy.headline;
    let levels = policy.return_levels.iter();
    levels.filter(move |level| &level.material == material && &level.country == country)
}

/// The events of the headline's worst trials.
pub fn headline_classes(policy: &PolicyResults) -> impl Iterator<Item = &EventClass> {
    let (material, country) = &policy.headline;
    let classes = policy.event_classes.iter();
    classes.filter(move |class| &class.material == material && &class.country == country)
}

/// The headline's mean and tail in its row: the shortfall, or what substitution and thrift leave of it.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// Whether it is what is left after adaptation.
    pub after_adaptation: bool,
}

impl Measure {
    /// Of a run.
    pub fn of(run: &RunResults) -> Self {
        Measure {
            after_adaptation: run.manifest.headline_measure == HeadlineMeasure::AfterAdaptation.name(),
        }
    }

    /// Mean over trials, %.
    pub fn mean(self, row: &SummaryRow) -> &Estimate {
        match self.after_adaptation {
            true => &row.unmet_after_adaptation_pct,
            false => &row.expected_shortfall_pct,
        }
    }

    /// CVaR 95, %.
    pub fn tail(self, row: &SummaryRow) -> &TailEstimate {
        match self.after_adaptation {
            true => &row.unmet_after_adaptation_cvar95_pct,
            false => &row.cvar_pct[1],
        }
    }

    /// What follows "shortfall", where it is not the one before adaptation.
    pub fn suffix(self) -> &'static str {
        match self.after_adaptation {
            true => " after substitution and thrift",
            false => "",
        }
    }

    /// The other of the two, where it differs.
    fn other(self, row: &SummaryRow) -> String {
        let (before, after) = (row.expected_shortfall_pct.value, row.unmet_after_adaptation_pct.value);
        match (before == after, self.after_adaptation) {
            (true, _) => String::new(),
            (false, true) => format!(", {} % before them", significant(before, 3)),
            (false, false) => format!(", {} % after substitution and thrift", significant(after, 3)),
        }
    }
}

/// Display name of what has one, or its id.
fn name_of<'a>(labels: &'a [Label], id: &'a str) -> &'a str {
    let label = labels.iter().find(|label| label.id == id);
    label
        .map(|label| label.name.as_str())
        .filter(|name| !name.is_empty())
        .unwrap_or(id)
}

/// Display name of a material, or its id.
pub fn material_name<'a>(run: &'a RunResults, id: &'a str) -> &'a str {
    name_of(&run.materials, id)
}

/// Places in focus that are listed one by one; more are counted.
const MOST_LISTED: usize = 8;

/// `A, B and C`.
pub(super) fn listed(names: &[impl AsRef<str>]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// `A, B and 7 more`: so many by name; one more than that is named too.
pub(super) fn listed_up_to(most: usize, mut names: Vec<String>) -> String {
    if names.len() > most + 1 {
        let more = names.len() - most;
        names.truncate(most);
        names.push(format!("{more} more"));
    }
    listed(&names)
}

/// Display name of a place; `focus` is the places in focus joined by `+`, or their number where they are many, and `WLD` the world.
pub fn place_name(run: &RunResults, id: &str) -> String {
    place_among(&run.places, &run.focus_places, id)
}

fn place_among(places: &[Label], focus_places: &[String], id: &str) -> String {
    match id {
        FOCUS if focus_places.len() > MOST_LISTED => format!("the {} places in focus", focus_places.len()),
        FOCUS => focus_places.join("+"),
        WORLD => "the world".to_owned(),
        _ => name_of(places, id).to_owned(),
    }
}

/// What the headline is about, as far as a run knows it that has not ended.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Id of its material.
    pub material: &'a str,
    /// Id of its place.
    pub place: &'a str,
    /// Every material.
    pub materials: &'a [Label],
    /// Every place.
    pub places: &'a [Label],
    /// Ids of the places in focus.
    pub focus_places: &'a [String],
    /// Whether the headline is what substitution and thrift leave of the shortfall.
    pub after_adaptation: bool,
}

impl Subject<'_> {
    /// The baseline's mean after so many trials, on one line. Figures come first, as a narrow terminal cuts the end. `None` where the trials do not
    /// give an error.
    pub fn so_far(&self, trials: u64, mean: &Estimate) -> Option<String> {
        if !mean.standard_error.is_finite() {
            return None;
        }
        let suffix = Measure {
            after_adaptation: self.after_adaptation,
        }
        .suffix();
        let what = format!(
            "{} in {}",
            name_of(self.materials, self.material),
            place_among(self.places, self.focus_places, self.place)
        );
        let count = counted(trials, "trial");
        Some(match mean.value == 0.0 {
            true => format!("baseline after {count}: no demand is short{suffix} so far, {what}"),
            false => format!(
                "baseline after {count}: {} % of demand is short{suffix} on average (standard error {}), {what}",
                significant(mean.value, 3),
                significant(mean.standard_error, 2)
            ),
        })
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
    let measure = Measure::of(run);
    let (mean, suffix, other) = (measure.mean(row), measure.suffix(), measure.other(row));
    if run.manifest.nothing_is_random {
        let short = match mean.value == 0.0 && other.is_empty() {
            true => format!("All demand for {what} is met."),
            false => format!(
                "The shortfall of {what}{suffix} is {} % of demand{other}.{}",
                significant(mean.value, 3),
                main_cause(run, policy, row)
            ),
        };
        return format!("Nothing in this scenario is random: one trial. {short}");
    }
    if mean.value == 0.0 && other.is_empty() {
        return format!("In {count}, all demand for {what} is met.{}", elsewhere(run, policy));
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
    let tail = measure.tail(row);
    let worst = match tail.supported {
        true => format!(
            "in the worst 5 % of trials it averages {} %",
            significant(tail.estimate.value, 3)
        ),
        false => format!(
            "in the worst trial it is {} %{}",
            significant(row.max_pct, 3),
            if measure.after_adaptation { " before them" } else { "" }
        ),
    };
    let average = significant(mean.value, 3);
    let any = format!(
        "{} % of trials have a shortfall",
        significant(row.prob_any.value * 100.0, 3)
    );
    let survive =
        row.time_to_survive_months
            .map_or_else(String::new, |survive| match significant(survive.value, 2).as_str() {
                "0" => ", at once when deliveries first miss demand".to_owned(),
                "1" => ", on average 1 month after deliveries first miss demand".to_owned(),
                months => format!(", on average {months} months after deliveries first miss demand"),
            });
    let cause = main_cause(run, policy, row);
    let tail = in_force_in_the_worst(policy);
    format!(
        "In {count}, the shortfall of {what}{suffix} is {average} % of demand on average{interval}{other}; {worst}. {any}{survive}.{cause}{tail}"
    )
}

/// The class of trials of which the words tell.
const WORST_PCT: f64 = 5.0;
/// Trials of which more than this share are no exception.
const MOST_OF_ALL: f64 = 0.5;

/// Sentence on the event that the worst trials have in force more often than all, by the largest difference; none where none differs by more than
/// chance would explain, or the worst trials are most of all.
fn in_force_in_the_worst(policy: &PolicyResults) -> String {
    let is_told = |class: &&EventClass| class.worst_pct == WORST_PCT && class.share_of_trials < MOST_OF_ALL;
    let Some(class) = headline_classes(policy).find(is_told) else {
        return String::new();
    };
    let events = class.events.iter().filter_map(|event| {
        let in_force = event.in_force?;
        let more = in_force.value - event.in_force_in_all;
        (in_force.low > event.in_force_in_all).then_some((event, in_force.value, more))
    });
    let Some((event, share, _)) = events.max_by(|one, other| one.2.total_cmp(&other.2)) else {
        return String::new();
    };
    let name = if event.name.is_empty() {
        &event.event
    } else {
        &event.name
    };
    format!(
        " In the worst {} % of trials, \"{name}\" was in force in {} % (in all: {} %).",
        significant(class.share_of_trials * 100.0, 2),
        significant(share * 100.0, 2),
        significant(event.in_force_in_all * 100.0, 2)
    )
}

/// Where the headline lacks nothing: who lacks most of any material, if anybody does.
fn elsewhere(run: &RunResults, policy: &PolicyResults) -> String {
    let rows = policy.summary.iter().filter(|row| row.sector == ALL_SECTORS);
    let most = rows.max_by(|a, b| {
        let of = |row: &SummaryRow| row.expected_shortfall_pct.value;
        of(a).total_cmp(&of(b))
    });
    match most.filter(|row| row.expected_shortfall_pct.value > 0.0) {
        Some(row) => format!(
            " That is not so everywhere: of {} in {}, {} % of demand is short on average.",
            material_name(run, &row.material),
            place_name(run, &row.country),
            significant(row.expected_shortfall_pct.value, 3)
        ),
        None => String::new(),
    }
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
    let it = match Measure::of(run).after_adaptation {
        true => "the shortfall before them",
        false => "it",
    };
    let of_it = format!("{} % of {it}", significant(expected * 100.0, 2));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_so_far_has_its_figures_first() {
        let label = |id: &str, name: &str| Label {
            id: id.into(),
            name: name.into(),
            unit: String::new(),
        };
        let (materials, places) = ([label("magnet", "NdFeB magnets")], [label("USA", "United States")]);
        let countries: Vec<String> = ["USA", "JPN"].map(String::from).into();
        let mean = |value: f64, standard_error: f64| Estimate {
            value,
            standard_error,
            low: value,
            high: value,
        };
        let subject = Subject {
            material: "magnet",
            place: "USA",
            materials: &materials,
            places: &places,
            focus_places: &countries,
            after_adaptation: false,
        };
        insta::assert_snapshot!(
            subject.so_far(1_512, &mean(8.1234, 0.3871)).unwrap(),
            @"baseline after 1,512 trials: 8.12 % of demand is short on average (standard error 0.39), NdFeB magnets in United States"
        );
        let adapted = Subject {
            place: FOCUS,
            after_adaptation: true,
            ..subject
        };
        insta::assert_snapshot!(
            adapted.so_far(512, &mean(8.1, 0.4)).unwrap(),
            @"baseline after 512 trials: 8.1 % of demand is short after substitution and thrift on average (standard error 0.4), NdFeB magnets in USA+JPN"
        );
        // That none was found yet says nothing of how rare they are.
        insta::assert_snapshot!(
            subject.so_far(40, &mean(0.0, 0.0)).unwrap(),
            @"baseline after 40 trials: no demand is short so far, NdFeB magnets in United States"
        );
        assert_eq!(subject.so_far(1, &mean(8.1, f64::NAN)), None);
    }
}
