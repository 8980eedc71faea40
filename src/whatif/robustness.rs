//! Whether conclusions stand: the headline and the ranking of policies under the choices that data cannot decide, each under the same draws.

use super::compare::Direction;
use crate::results::ALL_SECTORS;
use crate::study::{Change, Difference, Error, Estimate, Progress, Results, Run, Statistic, Study, Variant};

/// Trials of each alternative unless others are asked for.
pub const MOST_TRIALS: u64 = 4_096;

/// What to look at.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Ids of policies; all when empty.
    pub policies: Vec<String>,
    /// Trials of each alternative; those of the scenario, at most [`MOST_TRIALS`], when `None`.
    pub trials: Option<u64>,
    /// Stop each alternative once its headline and differences are known to this share of its baseline's mean; the trials are then the most, those of the
    /// scenario when `None`.
    pub precision: Option<f64>,
}

/// A choice that data cannot decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alternative {
    /// The scenario as it is.
    AsWritten,
    /// Every country's own users are served first where trade is not observed.
    OwnUsersFirst,
    /// A shortage is shared by all in proportion.
    ProRata,
    /// Buyers keep to their sellers: flexibility 1 for every material.
    Rigid,
    /// Flexibility 3 for every material.
    Flexible,
    /// The best that a joint response could do.
    Coordinated,
    /// Events that the scenario ties together are independent.
    Independent,
    /// Stocks that were used are not refilled.
    NoRefill,
    /// Producers do not respond to prices.
    NoPriceResponse,
}

impl Alternative {
    /// All, the scenario as it is first.
    pub const ALL: [Alternative; 9] = [
        Alternative::AsWritten,
        Alternative::OwnUsersFirst,
        Alternative::ProRata,
        Alternative::Rigid,
        Alternative::Flexible,
        Alternative::Coordinated,
        Alternative::Independent,
        Alternative::NoRefill,
        Alternative::NoPriceResponse,
    ];

    /// The name in files.
    pub const fn id(self) -> &'static str {
        match self {
            Alternative::AsWritten => "as_written",
            Alternative::OwnUsersFirst => "own_users_first",
            Alternative::ProRata => "pro_rata",
            Alternative::Rigid => "flexibility_1",
            Alternative::Flexible => "flexibility_3",
            Alternative::Coordinated => "coordinated",
            Alternative::Independent => "independent_events",
            Alternative::NoRefill => "no_refill",
            Alternative::NoPriceResponse => "no_price_response",
        }
    }

    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Alternative::AsWritten => "as written",
            Alternative::OwnUsersFirst => "own users first",
            Alternative::ProRata => "pro rata",
            Alternative::Rigid => "flexibility 1",
            Alternative::Flexible => "flexibility 3",
            Alternative::Coordinated => "coordinated",
            Alternative::Independent => "independent events",
            Alternative::NoRefill => "no refill",
            Alternative::NoPriceResponse => "no price response",
        }
    }

    /// What it changes in a scenario with these materials, and what ties its events together.
    pub(super) fn changes(self, materials: &[String], ties: Vec<Change>) -> Vec<Change> {
        let of_each = |key: &str, value: &str| {
            let keys = materials.iter().map(|id| format!("material.{id}.{key}"));
            keys.map(|key| Change::set(key, value)).collect()
        };
        match self {
            Alternative::AsWritten => Vec::new(),
            Alternative::OwnUsersFirst => of_each("domestic_first", "true"),
            Alternative::ProRata => of_each("domestic_first", "false"),
            Alternative::Rigid => of_each("flexibility", "1"),
            Alternative::Flexible => of_each("flexibility", "3"),
            Alternative::Coordinated => of_each("flexibility", "\"coordinated\""),
            Alternative::Independent => ties,
            Alternative::NoRefill => vec![Change::set("run.refill", "false")],
            Alternative::NoPriceResponse => vec![Change::set("run.price_response", "false")],
        }
    }
}

/// A policy under an alternative.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its id; `baseline` without.
    pub policy: String,
    /// The headline under it.
    pub value: Estimate,
    /// The same less that of the baseline under the same alternative.
    pub change: Option<Difference>,
    /// Position among the policies by what they leave short, from 1; equal ones share it. 0 for the baseline.
    pub rank: usize,
}

impl Standing {
    /// Which way it moves the headline, as far as the trials tell.
    pub fn direction(&self) -> Direction {
        let change = self.change.as_ref();
        change.map_or(Direction::Unknown, |change| Direction::of(&change.estimate))
    }
}

/// What an alternative came to.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Which.
    pub alternative: Alternative,
    /// The baseline, then the policies in their order.
    pub standings: Vec<Standing>,
    /// Whether everything is as in the scenario as it is, to the last bit.
    pub is_the_same: bool,
    /// The policy that helps most beyond doubt, of those that are no bundle of others.
    pub best: Option<String>,
    results: Results,
}

impl Setting {
    /// Trials that it was given.
    pub fn trials(&self) -> u64 {
        self.results.trials()
    }

    /// A policy's standing.
    pub fn of(&self, policy: &str) -> Option<&Standing> {
        self.standings.iter().find(|standing| standing.policy == policy)
    }
}

/// A conclusion that does not stand under an alternative.
#[derive(Debug, Clone, PartialEq)]
pub enum Flip {
    /// Another policy is best, and beyond doubt better than the one that is best as written.
    Best {
        /// Under which alternative.
        alternative: Alternative,
        /// The best as written.
        instead_of: String,
        /// The best under the alternative.
        policy: String,
        /// What the second leaves short less what the first does, under the alternative.
        by: Estimate,
    },
    /// A policy that helps beyond doubt as written does not.
    NoHelp {
        /// Under which alternative.
        alternative: Alternative,
        /// The policy.
        policy: String,
    },
    /// A policy that is not known to help as written does beyond doubt.
    Helps {
        /// Under which alternative.
        alternative: Alternative,
        /// The policy.
        policy: String,
    },
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Robustness {
    /// The statistic of the headline.
    pub measure: Statistic,
    /// The scenario as it is, then the alternatives.
    pub settings: Vec<Setting>,
    /// What does not stand.
    pub flips: Vec<Flip>,
    /// Alternatives that the scenario does not allow, and why.
    pub refused: Vec<(Alternative, String)>,
    /// Policies that do all that another one does: they are not called best.
    pub bundles: Vec<String>,
}

impl Robustness {
    /// The results of the scenario as it is.
    pub fn as_written(&self) -> Option<&Results> {
        self.settings.first().map(|setting| &setting.results)
    }

    /// The lowest and highest headline of a policy (`baseline` for none), and under which alternatives.
    pub fn range(&self, policy: &str) -> Option<[(Alternative, f64); 2]> {
        let values = self.settings.iter().filter_map(|setting| {
            let value = setting.of(policy)?.value.value;
            Some((setting.alternative, value))
        });
        let least = values.clone().min_by(|one, other| one.1.total_cmp(&other.1))?;
        let most = values.max_by(|one, other| one.1.total_cmp(&other.1))?;
        Some([least, most])
    }
}

/// The alternatives of a scenario, checked and compiled.
#[derive(Debug, Clone)]
pub struct Prepared {
    settings: Vec<(Alternative, Vec<Variant>)>,
    refused: Vec<(Alternative, String)>,
    bundles: Vec<String>,
    trials: u64,
    precision: Option<f64>,
}

/// Checks and compiles the scenario and its policies under every alternative.
///
/// # Errors
/// A scenario or policy that is wrong.
pub fn prepare(study: &Study, plan: &Plan) -> Result<Prepared, Error> {
    let baseline = study.baseline()?;
    let ids: Vec<String> = match plan.policies.is_empty() {
        true => study.policies().into_iter().map(|policy| policy.id).collect(),
        false => plan.policies.clone(),
    };
    let materials = baseline.materials();
    let (mut settings, mut refused) = (Vec::new(), Vec::new());
    for alternative in Alternative::ALL {
        match variants(study, &ids, &alternative.changes(&materials, baseline.ties())) {
            Ok(variants) => settings.push((alternative, variants)),
            Err(Error::Invalid(why)) if alternative != Alternative::AsWritten => {
                let first = why.errors().next().map(|error| error.message.clone());
                refused.push((alternative, first.unwrap_or_default()));
            }
            Err(error) => return Err(error),
        }
    }
    let all = study.policies();
    let is_bundle = |id: &&String| {
        let others = all.iter().filter(|other| other.id != **id);
        others.into_iter().any(|other| study.document().includes(id, &other.id))
    };
    Ok(Prepared {
        settings,
        refused,
        bundles: ids.iter().filter(is_bundle).cloned().collect(),
        trials: match (plan.trials, plan.precision) {
            (Some(trials), _) => trials,
            (None, Some(_)) => baseline.trials(),
            (None, None) => baseline.trials().min(MOST_TRIALS),
        },
        precision: plan.precision,
    })
}

/// The baseline and the policies of a scenario with these changes.
fn variants(study: &Study, ids: &[String], changes: &[Change]) -> Result<Vec<Variant>, Error> {
    let mut other = study.clone();
    for change in changes {
        other.change(change)?;
    }
    let policies = ids.iter().map(|id| other.policy(id));
    std::iter::once(other.baseline()).chain(policies).collect()
}

impl Prepared {
    /// Simulates every alternative and says what stands.
    ///
    /// # Errors
    /// [`Error::Interrupted`] where it was stopped on the way; [`Error::TooManyRenewals`].
    pub fn run(self, progress: &Progress) -> Result<Robustness, Error> {
        let mut settings: Vec<Setting> = Vec::new();
        let mut measure = Statistic::ExpectedShortfallPct;
        for (alternative, variants) in &self.settings {
            let [baseline, policies @ ..] = variants.as_slice() else {
                continue;
            };
            if baseline.is_after_adaptation() {
                measure = Statistic::UnmetAfterAdaptationPct;
            }
            let mut run = Run::new(baseline)
                .against(policies)
                .trials(self.trials)
                .without_samples();
            if let Some(share) = self.precision {
                run = run.precision(share);
            }
            let results = run.watched(progress)?;
            if results.run.manifest.interrupted {
                return Err(Error::Interrupted);
            }
            settings.push(setting(*alternative, results, measure, &self.bundles, settings.first()));
        }
        let flips = flips(&settings, measure);
        Ok(Robustness {
            measure,
            settings,
            flips,
            refused: self.refused,
            bundles: self.bundles,
        })
    }
}

fn setting(
    alternative: Alternative,
    results: Results,
    measure: Statistic,
    bundles: &[String],
    written: Option<&Setting>,
) -> Setting {
    let headline = results.run.policies.first().map(|policy| policy.headline.clone());
    let (material, place) = headline.unwrap_or_default();
    let row = (material.as_str(), place.as_str());
    let mut standings = Vec::new();
    for (number, policy) in results.run.policies.iter().enumerate() {
        let Some(value) = results.get(&policy.policy, row, measure) else {
            continue;
        };
        standings.push(Standing {
            policy: policy.policy.clone(),
            value,
            change: (number > 0)
                .then(|| results.difference(&policy.policy, row, measure))
                .flatten(),
            rank: 0,
        });
    }
    let values: Vec<f64> = standings.iter().skip(1).map(|standing| standing.value.value).collect();
    for standing in standings.iter_mut().skip(1) {
        standing.rank = 1 + values.iter().filter(|value| **value < standing.value.value).count();
    }
    let single = standings.iter().filter(|standing| !bundles.contains(&standing.policy));
    let helpful = single.filter(|standing| standing.direction() == Direction::Less);
    let best = helpful.min_by(|one, other| one.value.value.total_cmp(&other.value.value));
    let is_the_same = written.is_some_and(|written| {
        let rows = |results: &Results| -> Vec<_> {
            let policies = results.run.policies.iter();
            policies
                .flat_map(|policy| policy.summary.iter().filter(|row| row.sector == ALL_SECTORS).cloned())
                .collect()
        };
        rows(&written.results) == rows(&results)
    });
    Setting {
        alternative,
        best: best.map(|best| best.policy.clone()),
        standings,
        is_the_same,
        results,
    }
}

fn flips(settings: &[Setting], measure: Statistic) -> Vec<Flip> {
    let mut flips = Vec::new();
    let Some((written, alternatives)) = settings.split_first() else {
        return flips;
    };
    for setting in alternatives.iter().filter(|setting| !setting.is_the_same) {
        let alternative = setting.alternative;
        if let (Some(before), Some(now)) = (&written.best, &setting.best)
            && before != now
        {
            let row = setting
                .results
                .run
                .policies
                .first()
                .map(|policy| policy.headline.clone());
            let (material, place) = row.unwrap_or_default();
            let terms = [(before.as_str(), 1.0), (now.as_str(), -1.0)];
            let by = setting.results.contrast(&terms, (&material, &place), measure);
            if let Some(by) = by.filter(|by| Direction::of(&by.estimate) == Direction::More) {
                flips.push(Flip::Best {
                    alternative,
                    instead_of: before.clone(),
                    policy: now.clone(),
                    by: by.estimate,
                });
            }
        }
        for (before, now) in written.standings.iter().zip(&setting.standings).skip(1) {
            let policy = now.policy.clone();
            match (before.direction(), now.direction()) {
                (Direction::Less, Direction::Less) => {}
                (Direction::Less, _) => flips.push(Flip::NoHelp { alternative, policy }),
                (_, Direction::Less) => flips.push(Flip::Helps { alternative, policy }),
                _ => {}
            }
        }
    }
    flips
}
