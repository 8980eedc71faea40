//! Past episodes, simulated with what was known at the time and held against what was observed. `docs/backtest.md` says what is compared with what, and how.

mod episodes;
pub mod score;

use rayon::prelude::*;

pub use crate::data::Observation;
use crate::results::probability_estimate;
use crate::sampling::special::student_t_quantile;
use crate::study::{Courses, Error, Estimate, Progress, Quantity, Variant, Watched};
pub use episodes::{EPISODES, Shipped};
use score::{LEVELS, crps, is_inside, quantile, skill};

/// Exports below this share of normal count as stopped.
pub const STOPPED: f64 = 0.1;

/// What is observed, and how it is told and scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Exports, as a multiple of normal.
    Exports,
    /// Arrivals, as a multiple of normal.
    Imports,
    /// Output, as a multiple of normal.
    Output,
    /// Use, as a multiple of normal.
    Use,
    /// Stock at the end, as a multiple of that at the start.
    Stock,
    /// Price, as a multiple of normal; scored on its logarithm.
    Price,
    /// Months with exports below a tenth of normal; scored as a share of the months looked at.
    Stopped,
}

impl Measure {
    /// All, in the order of tables.
    pub const ALL: [Measure; 7] = [
        Measure::Exports,
        Measure::Imports,
        Measure::Output,
        Measure::Stopped,
        Measure::Use,
        Measure::Stock,
        Measure::Price,
    ];

    /// As tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Exports => "exports",
            Measure::Imports => "imports",
            Measure::Output => "output",
            Measure::Use => "use",
            Measure::Stock => "stock",
            Measure::Price => "price",
            Measure::Stopped => "stopped",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Measure> {
        Measure::ALL.into_iter().find(|measure| measure.name() == name)
    }

    /// The unit of its figures.
    pub fn unit(self) -> &'static str {
        match self {
            Measure::Stopped => "months",
            _ => "x normal",
        }
    }

    fn quantity(self) -> Quantity {
        match self {
            Measure::Exports | Measure::Stopped => Quantity::Exports,
            Measure::Imports => Quantity::Imports,
            Measure::Output => Quantity::Output,
            Measure::Use => Quantity::Use,
            Measure::Stock => Quantity::Stock,
            Measure::Price => Quantity::Price,
        }
    }

    /// On which scale it is scored, so that all scores are of one size: a share of normal, the logarithm of a price, a share of the months.
    fn scored(self, figure: f64, months: f64) -> f64 {
        match self {
            Measure::Price => libm::log(figure),
            Measure::Stopped => figure / months,
            _ => figure,
        }
    }

    /// The figure where nothing happens.
    pub fn undisturbed(self) -> f64 {
        match self {
            Measure::Stopped => 0.0,
            _ => 1.0,
        }
    }
}

/// An observation beside what was simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What was observed.
    pub observed: Observation,
    /// What it is.
    pub measure: Measure,
    /// Simulated 5 %, 50 % and 95 % quantiles.
    pub simulated: [f64; 3],
    /// Whether the observation lies between the first and the last.
    pub is_inside: bool,
    /// CRPS, on the scale on which it is scored.
    pub score: f64,
    /// That of the forecast that nothing happens.
    pub naive: f64,
    /// Positions of the first and last month among the episode's.
    pub months: [usize; 2],
    /// Position of the course among the episode's.
    pub course: usize,
}

/// A course by month: simulated 5 %, 50 % and 95 % quantiles.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// What it is of; of months that stood still the exports.
    pub measure: Measure,
    /// Name of it for readers: `Exports of China, gallium`.
    pub name: String,
    /// By month.
    pub months: Vec<[f64; 3]>,
}

/// An episode with all that was compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Episode {
    /// Its name.
    pub name: String,
    /// The scenario's title.
    pub title: String,
    /// First days of its months.
    pub dates: Vec<String>,
    /// Trials.
    pub trials: u64,
    /// Hash of the scenario.
    pub scenario_sha256: String,
    /// Courses, in the order of the observations.
    pub bands: Vec<Band>,
    /// In the order of the table.
    pub compared: Vec<Compared>,
}

/// How well a set of observations was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// What it is of: an episode, a measure, or `all`.
    pub of: String,
    /// Observations.
    pub observations: usize,
    /// Those inside the band.
    pub inside: usize,
    /// Their share, with Wilson's interval as if observations were independent.
    pub share: Estimate,
    /// Mean CRPS.
    pub score: f64,
    /// That of the forecast that nothing happens.
    pub naive: f64,
}

impl Score {
    fn of<'a>(name: &str, compared: impl Iterator<Item = &'a Compared> + Clone) -> Score {
        let (mut score, mut naive, mut inside, mut observations) = (0.0, 0.0, 0, 0);
        for one in compared {
            score += one.score;
            naive += one.naive;
            inside += usize::from(one.is_inside);
            observations += 1;
        }
        let n = observations.max(1) as f64;
        Score {
            of: name.to_owned(),
            observations,
            inside,
            share: probability_estimate(inside as u64, observations as u64),
            score: score / n,
            naive: naive / n,
        }
    }

    /// 1 - score / naive; `None` where the naive forecast was perfect.
    pub fn skill(&self) -> Option<f64> {
        skill(self.score, self.naive)
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Backtest {
    /// In the order in which they were asked for.
    pub episodes: Vec<Episode>,
    /// By episode.
    pub by_episode: Vec<Score>,
    /// By measure.
    pub by_measure: Vec<Score>,
    /// Over all observations.
    pub all: Score,
    /// Mean share inside by episode, each of the same weight, with its interval from the spread between episodes. `None` with fewer than two.
    pub share_by_episode: Option<Estimate>,
    /// Seed.
    pub seed: u64,
    /// Whether it was stopped on the way.
    pub is_interrupted: bool,
}

/// What to do.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Names of episodes; all where there is none.
    pub episodes: Vec<String>,
    /// Trials; as many as the scenarios say where `None`.
    pub trials: Option<u64>,
    /// Seed; that of the scenarios where `None`.
    pub seed: Option<u64>,
}

/// An episode that is known to be right.
#[derive(Debug, Clone)]
pub struct Prepared {
    shipped: &'static Shipped,
    variant: Variant,
    observations: Vec<Observation>,
}

/// The episodes of these names, in the order of the shipped ones; the names that no episode has.
pub fn chosen(names: &[String]) -> Result<Vec<&'static Shipped>, Vec<String>> {
    let is_known = |name: &String| EPISODES.iter().any(|episode| episode.name == name);
    let unknown: Vec<String> = names.iter().filter(|name| !is_known(name)).cloned().collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let wanted = |episode: &&Shipped| names.is_empty() || names.iter().any(|name| name == episode.name);
    Ok(EPISODES.iter().filter(wanted).collect())
}

/// Checks and compiles episodes.
///
/// # Errors
/// A scenario that is wrong, which tests rule out for the shipped ones.
pub fn prepare(episodes: &[&'static Shipped], plan: &Plan) -> Result<Vec<Prepared>, Error> {
    let all = crate::data::observations();
    let prepared = episodes.par_iter().map(|shipped| {
        let mut study = shipped.study()?;
        if let Some(seed) = plan.seed {
            study.set(&format!("run.seed={seed}"))?;
        }
        if let Some(trials) = plan.trials {
            study.set(&format!("run.trials={trials}"))?;
        }
        Ok(Prepared {
            shipped,
            variant: study.baseline()?,
            observations: of_episode(&all, shipped.name),
        })
    });
    prepared.collect()
}

fn of_episode(all: &[Observation], name: &str) -> Vec<Observation> {
    all.iter().filter(|one| one.episode == name).cloned().collect()
}

/// Simulates them, one after the other, and compares.
///
/// # Errors
/// See [`Error`]; [`Error::Interrupted`] where no episode was complete.
pub fn run(prepared: &[Prepared], progress: &Progress) -> Result<Backtest, Error> {
    let (mut episodes, mut is_interrupted) = (Vec::new(), false);
    let seed = prepared.first().map_or(0, |one| one.variant.seed());
    for one in prepared {
        match simulated(one, progress) {
            Ok(episode) if episode.trials == one.variant.trials() => episodes.push(episode),
            Ok(_) | Err(Error::Interrupted) => {
                is_interrupted = true;
                break;
            }
            Err(error) => return Err(error),
        }
    }
    if episodes.is_empty() {
        return Err(Error::Interrupted);
    }
    Ok(judged(episodes, seed, is_interrupted))
}

/// Scores of episodes.
fn judged(episodes: Vec<Episode>, seed: u64, is_interrupted: bool) -> Backtest {
    let every = || episodes.iter().flat_map(|episode| &episode.compared);
    let by_episode: Vec<Score> = episodes
        .iter()
        .map(|episode| Score::of(&episode.name, episode.compared.iter()))
        .collect();
    let by_measure = Measure::ALL.iter().map(|measure| {
        let of = every().filter(|one| one.measure == *measure);
        Score::of(measure.name(), of)
    });
    Backtest {
        by_measure: by_measure.filter(|score| score.observations > 0).collect(),
        all: Score::of("all", every()),
        share_by_episode: between(&by_episode),
        by_episode,
        seed,
        is_interrupted,
        episodes,
    }
}

/// The mean of the episodes' shares: what was observed of one episode belongs together, so that episodes are what is independent.
fn between(scores: &[Score]) -> Option<Estimate> {
    let n = scores.len() as f64;
    if scores.len() < 2 {
        return None;
    }
    let mean = scores.iter().map(|score| score.share.value).sum::<f64>() / n;
    let squares = scores
        .iter()
        .map(|score| (score.share.value - mean) * (score.share.value - mean));
    let error = (squares.sum::<f64>() / (n - 1.0) / n).sqrt();
    let half = student_t_quantile(n - 1.0, 0.975) * error;
    Some(Estimate {
        value: mean,
        standard_error: error,
        low: (mean - half).max(0.0),
        high: (mean + half).min(1.0),
    })
}

/// What observations are of: each once, in their order; and for each observation which.
fn watched(observations: &[Observation]) -> (Vec<(Measure, Watched)>, Vec<usize>) {
    let mut all: Vec<(Measure, Watched)> = Vec::new();
    let mut of = Vec::new();
    for one in observations {
        let Some(measure) = Measure::named(&one.measure) else {
            of.push(usize::MAX);
            continue;
        };
        let wanted = Watched {
            quantity: measure.quantity(),
            materials: one.materials.clone(),
            from: one.from.clone(),
            to: (one.to != "all" && !one.to.is_empty()).then(|| one.to.clone()),
        };
        let known = all.iter().position(|(_, watched)| *watched == wanted);
        of.push(known.unwrap_or(all.len()));
        if known.is_none() {
            let shown = if measure == Measure::Stopped {
                Measure::Exports
            } else {
                measure
            };
            all.push((shown, wanted));
        }
    }
    (all, of)
}

fn simulated(prepared: &Prepared, progress: &Progress) -> Result<Episode, Error> {
    let Prepared {
        shipped,
        variant,
        observations,
    } = prepared;
    let (watched, of) = watched(observations);
    let quantities: Vec<Watched> = watched.iter().map(|(_, one)| one.clone()).collect();
    let found = variant.courses(&quantities, variant.trials(), progress)?;
    let compared = observations.iter().zip(of).filter_map(|(observed, course)| {
        let measure = Measure::named(&observed.measure)?;
        compare(observed, measure, course, &found)
    });
    let names = variant.material_names();
    let places = variant.places();
    Ok(Episode {
        name: shipped.name.to_owned(),
        title: variant.title().to_owned(),
        trials: found.trials,
        scenario_sha256: variant.hash(),
        compared: compared.collect(),
        bands: watched
            .iter()
            .enumerate()
            .map(|(number, (measure, watched))| Band {
                measure: *measure,
                name: called(*measure, watched, &names, &places),
                months: by_month(*measure, number, &found),
            })
            .collect(),
        dates: found.dates,
    })
}

/// A course for readers.
fn called(measure: Measure, watched: &Watched, materials: &[(String, String)], places: &[(String, String)]) -> String {
    let of = |id: &str, names: &[(String, String)]| {
        let known = names.iter().find(|(known, _)| known == id);
        known.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    };
    // Several stages of one mineral go by the last, which is what users buy.
    let material = watched.materials.last().map(|id| of(id, materials)).unwrap_or_default();
    let material = match watched.materials.len() {
        0 | 1 => material,
        _ => format!("{material} and what it is made from"),
    };
    let to = watched.to.as_ref().map(|code| of(code, places)).unwrap_or_default();
    let from = of(&watched.from, places);
    let name = match measure {
        Measure::Exports | Measure::Stopped if to.is_empty() => format!("Exports of {from}"),
        Measure::Exports | Measure::Stopped => format!("Exports of {from} to {to}"),
        Measure::Imports => format!("Arrivals in {to} from {from}"),
        Measure::Output => format!("Output of {from}"),
        Measure::Use => format!("Use in {to}"),
        Measure::Stock => format!("Stock of users in {to}"),
        Measure::Price => format!("Price in {to}"),
    };
    format!("{name}: {material}")
}

/// The figure of each trial over the months from `first` to `last`.
fn figures(measure: Measure, course: usize, [first, last]: [usize; 2], found: &Courses) -> Vec<f64> {
    let course = &found.courses[course];
    let normal: f64 = course.normal[first..=last].iter().sum();
    let trials = course.trials.iter().map(|trial| match measure {
        Measure::Stopped => {
            let months = trial[first..=last].iter().zip(&course.normal[first..=last]);
            months.filter(|(flow, normal)| **flow < STOPPED * **normal).count() as f64
        }
        Measure::Stock => trial[last] / course.normal[last],
        _ => trial[first..=last].iter().sum::<f64>() / normal,
    });
    trials.collect()
}

fn quantiles(mut values: Vec<f64>) -> (Vec<f64>, [f64; 3]) {
    values.sort_by(f64::total_cmp);
    let ends = LEVELS.map(|level| quantile(&values, level));
    (values, ends)
}

fn by_month(measure: Measure, course: usize, found: &Courses) -> Vec<[f64; 3]> {
    let months = 0..found.dates.len();
    let band = months.map(|month| quantiles(figures(measure, course, [month, month], found)).1);
    band.collect()
}

/// `None` where a month is not in the horizon.
fn compare(observed: &Observation, measure: Measure, course: usize, found: &Courses) -> Option<Compared> {
    let month = |wanted: &str| found.dates.iter().position(|date| date.starts_with(wanted));
    let months = [month(&observed.first_month)?, month(&observed.last_month)?];
    let values = figures(measure, course, months, found);
    let (values, simulated) = quantiles(values);
    let length = (months[1] + 1 - months[0]) as f64;
    let scored = |figure: f64| measure.scored(figure, length);
    let on_scale: Vec<f64> = values.iter().map(|value| scored(*value)).collect();
    let figure = scored(observed.figure);
    Some(Compared {
        measure,
        simulated,
        is_inside: is_inside(simulated, observed.figure),
        score: crps(&on_scale, figure),
        naive: (figure - scored(measure.undisturbed())).abs(),
        months,
        course,
        observed: observed.clone(),
    })
}

#[cfg(test)]
mod tests;
