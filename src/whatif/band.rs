//! How far the headline hangs on who is served first: the same trials under the rule of allocation that the scenario does not have, a tenth of them at most.
//!
//! A few trials under another rule say little of its headline by themselves. What they say well is how far it moves it, trial by trial: that, added to the
//! headline of all trials, is what is told.

use super::robustness::Alternative;
use crate::results::types::RunResults;
use crate::study::{Error, Estimate, Progress, Results, Run, Statistic, Study, Variant};

/// The part of the trials that all rules together may take.
const SHARE: u64 = 10;
/// Trials of a rule at most.
const MOST_TRIALS: u64 = 4_096;
/// Fewer would say nothing.
const FEWEST_TRIALS: u64 = 50;

/// What was found.
#[derive(Debug, Clone)]
pub struct Band {
    /// The statistic of the headline.
    pub measure: Statistic,
    /// Material and place of the headline.
    pub headline: (String, String),
    /// Trials of each rule.
    pub trials: u64,
    /// The rule that the scenario has; `None` where materials differ.
    pub written: Option<Alternative>,
    /// The rules that it has not.
    pub rules: Vec<Rule>,
    /// Policies that set the rule themselves: they keep theirs.
    pub keep_their_own: Vec<String>,
}

/// A rule of allocation.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Which.
    pub alternative: Alternative,
    /// The baseline, then the policies that were looked at.
    pub standings: Vec<Standing>,
    /// What does not stand under it.
    pub flips: Vec<Turned>,
}

/// The baseline or a policy under a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its id; `baseline`.
    pub policy: String,
    /// The headline.
    pub value: Estimate,
    /// By how much the rule moves it; `None` where a pair of trials does not tell.
    pub shift: Option<Estimate>,
    /// What the policy changes under the rule.
    pub change: Option<Estimate>,
}

/// A conclusion that does not stand under a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Turned {
    /// A policy that helps beyond doubt as written changes nothing, or makes it worse.
    NoHelp(String),
    /// A policy that makes it worse as written helps.
    Helps(String),
    /// Another policy is better, beyond doubt, than the one that is best as written.
    Best {
        /// The best as written.
        instead_of: String,
        /// The best under the rule.
        policy: String,
    },
}

/// The rules, checked and compiled.
#[derive(Debug, Clone)]
pub struct Prepared {
    as_written: Vec<Variant>,
    rules: Vec<(Alternative, Vec<Variant>)>,
    written: Option<Alternative>,
    keep_their_own: Vec<String>,
}

/// Checks and compiles a scenario and these policies under the rules that it does not have. `None` where no material is traded.
///
/// # Errors
/// A scenario or policy that is wrong.
pub fn prepare(study: &Study, policies: &[String]) -> Result<Option<Prepared>, Error> {
    let baseline = study.variant(BASELINE, &[])?;
    let written = baseline.serves_own_users_first().map(|own| match own {
        true => Alternative::OwnUsersFirst,
        false => Alternative::ProRata,
    });
    let materials = baseline.materials();
    if materials.is_empty() {
        return Ok(None);
    }
    let with = |other: &Study, baseline: Variant| -> Result<Vec<Variant>, Error> {
        let policies = policies.iter().map(|id| other.policy(id));
        std::iter::once(Ok(baseline)).chain(policies).collect()
    };
    let mut rules = Vec::new();
    for alternative in [Alternative::OwnUsersFirst, Alternative::ProRata] {
        if written == Some(alternative) {
            continue;
        }
        let changes = alternative.changes(&materials, Vec::new());
        let mut other = study.clone();
        for change in &changes {
            other.change(change)?;
        }
        rules.push((alternative, with(&other, study.variant(BASELINE, &changes)?)?));
    }
    let is_set = |id: &&String| {
        let mut keys = materials
            .iter()
            .map(|material| format!("material.{material}.domestic_first"));
        keys.any(|key| study.is_set_by(id, &key))
    };
    Ok(Some(Prepared {
        as_written: with(study, baseline)?,
        rules,
        written,
        keep_their_own: policies.iter().filter(is_set).cloned().collect(),
    }))
}

const BASELINE: &str = "baseline";

impl Prepared {
    /// Trials of each rule beside so many of the run; `None` where those would be too few. The scenario as it is meets them once more, beside them.
    pub fn trials(&self, of_run: u64) -> Option<u64> {
        let each = (of_run / SHARE / (1 + self.rules.len() as u64)).min(MOST_TRIALS);
        (each >= FEWEST_TRIALS).then_some(each)
    }

    /// Simulates the rules. `run` is what the scenario came to in all of its trials. `None` where a tenth of those is too few, where nothing is random, or where
    /// it was stopped.
    ///
    /// # Errors
    /// [`Error::TooManyRenewals`].
    pub fn run(&self, run: &RunResults, progress: &Progress) -> Result<Option<Band>, Error> {
        let Some(trials) = self.trials(run.manifest.trials) else {
            return Ok(None);
        };
        match self.simulated(run, trials, progress) {
            Err(Error::Interrupted) => Ok(None),
            found => found.map(Some),
        }
    }

    fn simulated(&self, run: &RunResults, trials: u64, progress: &Progress) -> Result<Band, Error> {
        let [first, policies @ ..] = self.as_written.as_slice() else {
            return Err(Error::Interrupted);
        };
        let whole = |run: &Run<'_>| match run.watched(progress) {
            Ok(results) if results.run.manifest.interrupted => Err(Error::Interrupted),
            found => found,
        };
        let measure = first.headline_statistic();
        let headline = first.headline();
        let plain = Run::new(first).against(policies).trials(trials);
        let before = whole(&plain)?;
        let mut rules = Vec::new();
        for (alternative, variants) in &self.rules {
            let [baseline, policies @ ..] = variants.as_slice() else {
                continue;
            };
            let under = Run::new(baseline).against(policies).trials(trials).beside(&plain);
            let seen = Seen {
                run,
                before: &before,
                after: &whole(&under)?,
                row: (&headline.0, &headline.1),
                measure,
            };
            rules.push(seen.rule(*alternative));
        }
        Ok(Band {
            measure,
            headline,
            trials: before.trials(),
            written: self.written,
            rules,
            keep_their_own: self.keep_their_own.clone(),
        })
    }
}

/// The scenario as it is in all trials and in a few, and in these under a rule.
struct Seen<'a> {
    run: &'a RunResults,
    before: &'a Results,
    after: &'a Results,
    row: (&'a str, &'a str),
    measure: Statistic,
}

impl Seen<'_> {
    fn rule(&self, alternative: Alternative) -> Rule {
        let mut standings = Vec::new();
        for policy in &self.after.run.policies {
            let id = policy.policy.as_str();
            let Some(own) = self.after.get(id, self.row, self.measure) else {
                continue;
            };
            let shift = self.paired(&[(self.after, id, 1.0), (self.before, id, -1.0)]);
            standings.push(Standing {
                policy: id.to_owned(),
                value: match shift.and_then(|shift| Some(moved(self.in_full(id)?, shift))) {
                    Some(value) => value,
                    None => own,
                },
                shift,
                change: (id != BASELINE).then(|| self.change(self.after, id)).flatten(),
            });
        }
        let flips = self.flips(&standings);
        Rule {
            alternative,
            standings,
            flips,
        }
    }

    /// The headline of all trials.
    fn in_full(&self, id: &str) -> Option<Estimate> {
        let policy = self.run.policies.iter().find(|policy| policy.policy == id)?;
        self.measure.of(policy.row(self.row)?).estimate()
    }

    fn change(&self, results: &Results, id: &str) -> Option<Estimate> {
        self.paired(&[(results, id, 1.0), (results, BASELINE, -1.0)])
    }

    /// With the error of batches where there are enough, else that of independent trials, which is mostly too large.
    fn paired(&self, terms: &[(&Results, &str, f64)]) -> Option<Estimate> {
        let by_batch = Results::across(terms, self.row, self.measure).map(|found| found.estimate);
        by_batch
            .filter(|found| !found.standard_error.is_nan())
            .or_else(|| match self.measure {
                Statistic::ExpectedShortfallPct => Results::across_trials(terms, self.row),
                _ => None,
            })
    }

    fn flips(&self, standings: &[Standing]) -> Vec<Turned> {
        let mut flips = Vec::new();
        // As written: from the same few trials, so that both sides are known alike.
        let before = |id: &str| self.change(self.before, id);
        let is_less = |found: &Option<Estimate>| found.is_some_and(|found| found.high < 0.0);
        let is_more = |found: &Option<Estimate>| found.is_some_and(|found| found.low > 0.0);
        let is_nothing = |found: &Option<Estimate>| found.is_some_and(|found| found.low == 0.0 && found.high == 0.0);
        for standing in standings.iter().skip(1) {
            let (written, now) = (before(&standing.policy), standing.change);
            if is_less(&written) && (is_more(&now) || is_nothing(&now)) {
                flips.push(Turned::NoHelp(standing.policy.clone()));
            } else if is_more(&written) && is_less(&now) {
                flips.push(Turned::Helps(standing.policy.clone()));
            }
        }
        let value = |found: Option<Estimate>| found.map_or(f64::INFINITY, |found| found.value);
        let least = |of: &dyn Fn(&Standing) -> Option<Estimate>| {
            let those = standings.iter().skip(1).filter(|standing| is_less(&of(standing)));
            those.min_by(|one, other| value(of(one)).total_cmp(&value(of(other))))
        };
        let best = least(&|standing| before(&standing.policy));
        let now = least(&|standing| standing.change);
        if let (Some(best), Some(now)) = (best, now)
            && best.policy != now.policy
            && is_more(&self.paired(&[(self.after, &best.policy, 1.0), (self.after, &now.policy, -1.0)]))
        {
            flips.push(Turned::Best {
                instead_of: best.policy.clone(),
                policy: now.policy.clone(),
            });
        }
        flips
    }
}

/// A headline that is moved. Errors add up: those of the few trials are in those of all.
fn moved(headline: Estimate, shift: Estimate) -> Estimate {
    let value = (headline.value + shift.value).max(0.0);
    let half = |found: Estimate| (found.high - found.value).max(found.value - found.low);
    let reach = half(headline) + half(shift);
    Estimate {
        value,
        standard_error: headline.standard_error + shift.standard_error,
        low: (value - reach).max(0.0),
        high: (value + reach).min(100.0),
    }
}
