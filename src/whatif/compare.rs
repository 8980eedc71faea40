//! What policies, or other scenarios, change against the baseline: paired differences at every place, what they cost for what they avoid, what is left,
//! and whether two policies are worth more together.

use super::band::{self, Band};
use super::firm::{Asked, Equivalents, Measured, equivalents};
use crate::results::types::{AttributionKind, Estimate, PolicyResults};
use crate::results::{ALL_SECTORS, STRUCTURAL};
use crate::study::{Difference, Error, Progress, Results, Run, Statistic, Study, Variant};

/// What to compare.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Ids of policies of the first scenario; all when empty and there is only one scenario.
    pub policies: Vec<String>,
    /// Whether every two policies are also tried together.
    pub pairs: bool,
    /// Trials; as many as the scenario says when `None`.
    pub trials: Option<u64>,
    /// Stop once headline and differences are known to this share of the baseline's mean.
    pub precision: Option<f64>,
    /// Whether, and in what, each variant's worth in perfectly secure supply is looked for.
    pub equivalent: Option<Measured>,
    /// Whether the headline is looked at under the rule of allocation that the scenario does not have.
    pub band: bool,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// What is compared first of all: the expected shortfall, or what substitution and thrift leave of it, as the scenario's headline says.
    pub measure: Statistic,
    /// The baseline first, then what is compared with it, then pairs.
    pub results: Results,
    /// Every variant at every (material, place), final demand of all sectors: variants in their order, pairs not among them.
    pub effects: Vec<Effect>,
    /// Pairs of policies at the headline.
    pub pairs: Vec<Pair>,
    /// Whether pairs were asked for.
    pub with_pairs: bool,
    /// Pairs that were not tried: that cannot be in force together, or of which one includes the other. Ids, and why.
    pub left_out_pairs: Vec<(String, String)>,
    /// What the variants are worth in perfectly secure supply, or in a stockpile, where that was asked for.
    pub equivalents: Option<Equivalents>,
    /// The headline, and what policies do to it, under the rule of allocation that the scenario does not have; of policies, not of scenarios.
    pub band: Option<Band>,
}

/// What a variant changes at one (material, place).
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The variant's name.
    pub variant: String,
    /// Material id.
    pub material: String,
    /// Country code, group id, `focus` or `WLD`.
    pub country: String,
    /// Differences by statistic, in the order of [`crate::study::COMPARED`].
    pub differences: Vec<(Statistic, Difference)>,
    /// Cost for each unit of shortfall avoided; `None` without a cost, or where nothing is known to be avoided.
    pub cost_per_unit: Option<Ratio>,
    /// Cost for each USD of value added protected.
    pub cost_per_value: Option<Ratio>,
    /// Position among the variants by the shortfall that they avoid here, from 1; equal ones share it.
    pub rank: usize,
    /// The stage and the event that cause most of what is still short, where causes are told and there is anything.
    pub binding: Option<Binding>,
}

impl Effect {
    /// The difference of a statistic.
    pub fn get(&self, statistic: Statistic) -> Option<&Difference> {
        let mut differences = self.differences.iter();
        differences
            .find(|(of, _)| *of == statistic)
            .map(|(_, difference)| difference)
    }

    /// Which way a statistic has moved, as far as the interval tells.
    pub fn direction(&self, statistic: Statistic) -> Direction {
        match self.get(statistic) {
            Some(difference) => Direction::of(&difference.estimate),
            None => Direction::Unknown,
        }
    }
}

/// What is smaller, in the statistic's unit, is rounding of flows.
const ROUNDING: f64 = 1e-6;

/// Which way something has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Lower, and the whole interval is.
    Less,
    /// Higher, and the whole interval is.
    More,
    /// Not by anything.
    Same,
    /// The interval holds 0, or there is none.
    Unknown,
}

impl Direction {
    pub(super) fn of(difference: &Estimate) -> Self {
        if [difference.value, difference.low, difference.high]
            .iter()
            .all(|end| end.abs() < ROUNDING)
        {
            Direction::Same
        } else if difference.standard_error.is_nan() {
            Direction::Unknown
        } else if difference.high < 0.0 {
            Direction::Less
        } else if difference.low > 0.0 {
            Direction::More
        } else {
            Direction::Unknown
        }
    }
}

/// A cost for what it avoids, with its interval: the interval of the difference turned over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Cost / what is avoided.
    pub value: f64,
    /// With the most that the interval allows to be avoided.
    pub low: f64,
    /// With the least.
    pub high: f64,
}

/// What causes most of what is still short.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// Material id of the stage, with its share of the expected shortfall.
    pub stage: Option<(String, f64)>,
    /// Event id, with its share; `structural` where it is short without any event.
    pub event: Option<(String, f64)>,
}

/// Two policies together, at the headline.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Their ids.
    pub policies: [String; 2],
    /// What they change together, percentage points of the expected shortfall.
    pub together: Difference,
    /// What they change together less what each changes alone: below 0 they are worth more together.
    pub beyond_the_sum: Difference,
}

impl Pair {
    /// Whether they are worth more or less together than apart, as far as the interval tells.
    pub fn direction(&self) -> Direction {
        Direction::of(&self.beyond_the_sum.estimate)
    }
}

/// A comparison whose scenarios and policies are known to be right.
#[derive(Debug, Clone)]
pub struct Prepared {
    study: Study,
    /// The policies under other rules of allocation.
    rules: Option<band::Prepared>,
    baseline: Variant,
    /// Variants that are compared, then pairs.
    variants: Vec<Variant>,
    pairs: Vec<[String; 2]>,
    left_out_pairs: Vec<(String, String)>,
}

/// Compares the first study's policies with its baseline, or the other studies with the first.
///
/// # Errors
/// See [`prepare`] and [`Prepared::run`].
pub fn compare(studies: &[Study], plan: &Plan, progress: &Progress) -> Result<Comparison, Error> {
    prepare(studies, plan)?.run(plan, progress)
}

/// Checks and compiles all that is to be compared.
///
/// # Errors
/// A scenario, policy or pair that is wrong; scenarios that cannot be compared trial by trial. [`Error::Interrupted`] without a study.
pub fn prepare(studies: &[Study], plan: &Plan) -> Result<Prepared, Error> {
    let Some((first, others)) = studies.split_first() else {
        return Err(Error::Interrupted);
    };
    let ids: Vec<String> = match (plan.policies.is_empty(), others.is_empty()) {
        (true, true) => first.policies().into_iter().map(|policy| policy.id).collect(),
        _ => plan.policies.clone(),
    };
    let mut prepared = Prepared {
        study: first.clone(),
        rules: match plan.band && others.is_empty() {
            true => band::prepare(first, &ids)?,
            false => None,
        },
        baseline: first.baseline()?,
        variants: ids.iter().map(|id| first.policy(id)).collect::<Result<_, Error>>()?,
        pairs: Vec::new(),
        left_out_pairs: Vec::new(),
    };
    for other in others {
        prepared.variants.push(other.beside(first)?);
    }
    if plan.pairs {
        for (number, one) in ids.iter().enumerate() {
            for other in &ids[number + 1..] {
                prepared.add_pair(first, one, other)?;
            }
        }
    }
    Ok(prepared)
}

impl Prepared {
    fn add_pair(&mut self, study: &Study, one: &str, other: &str) -> Result<(), Error> {
        let ids = format!("{one}+{other}");
        let document = study.document();
        if document.includes(one, other) || document.includes(other, one) {
            let why = "one does all that the other does".to_owned();
            self.left_out_pairs.push((ids, why));
            return Ok(());
        }
        match study.mix(&[one, other]) {
            Ok(variant) => {
                self.pairs.push([one.to_owned(), other.to_owned()]);
                self.variants.push(variant);
            }
            Err(Error::Invalid(why)) => {
                let first = why.errors().next().map(|error| error.message.clone());
                self.left_out_pairs.push((ids, first.unwrap_or_default()));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Simulates and compares.
    ///
    /// # Errors
    /// [`Error::Interrupted`] where no trial was complete; [`Error::TooManyRenewals`].
    pub fn run(self, plan: &Plan, progress: &Progress) -> Result<Comparison, Error> {
        let mut run = Run::new(&self.baseline).against(&self.variants).with_causes();
        if let Some(trials) = plan.trials {
            run = run.trials(trials);
        }
        if let Some(share) = plan.precision {
            run = run.precision(share);
        }
        let results = run.watched(progress)?;
        let compared = self.variants.len() - self.pairs.len();
        let equivalents = match plan.equivalent {
            Some(measured) if !results.run.manifest.interrupted => {
                let asked = Asked {
                    study: &self.study,
                    baseline: &self.baseline,
                    run: &run,
                    results: &results,
                    progress,
                };
                let variants: Vec<String> = self.variants[..compared]
                    .iter()
                    .map(|variant| variant.id().to_owned())
                    .collect();
                Some(equivalents(&asked, measured, &variants, &self.places(measured))?)
            }
            _ => None,
        };
        let band = match &self.rules {
            Some(rules) if !(results.run.manifest.interrupted || results.run.manifest.nothing_is_random) => {
                rules.run(&results.run, progress)?
            }
            _ => None,
        };
        let mut comparison = Comparison::of(&self.baseline, results, compared);
        let pairs = self.pairs.into_iter();
        let found = pairs.filter_map(|policies| pair(&comparison.results, policies, comparison.measure));
        comparison.pairs = found.collect();
        comparison.with_pairs = plan.pairs;
        comparison.left_out_pairs = self.left_out_pairs;
        comparison.equivalents = equivalents;
        comparison.band = band;
        Ok(comparison)
    }

    /// Where worth is looked for: at the headline, then at the places in focus where that was asked for.
    fn places(&self, measured: Measured) -> Vec<(String, String)> {
        let mut places = vec![self.baseline.headline()];
        if measured.everywhere {
            let (materials, countries) = self.baseline.focus();
            let all = materials
                .iter()
                .flat_map(|material| countries.iter().map(|country| (material.clone(), country.clone())));
            places.extend(all.filter(|place| *place != self.baseline.headline()));
        }
        places
    }
}

impl Comparison {
    /// What so many variants, the first ones of a run, change against its baseline.
    pub fn of(baseline: &Variant, results: Results, compared: usize) -> Self {
        let measure = baseline.headline_statistic();
        Comparison {
            measure,
            effects: effects(&results, compared, measure),
            pairs: Vec::new(),
            with_pairs: false,
            left_out_pairs: Vec::new(),
            equivalents: None,
            band: None,
            results,
        }
    }
}

fn effects(results: &Results, compared: usize, measure: Statistic) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (policy, rows) in results
        .run
        .policies
        .iter()
        .zip(&results.differences)
        .skip(1)
        .take(compared)
    {
        for row in rows.iter().filter(|row| row.sector == ALL_SECTORS) {
            let differences = crate::study::COMPARED
                .iter()
                .zip(row.of)
                .filter_map(|(statistic, difference)| Some((*statistic, difference?)));
            let avoided = |statistic, scale: f64| ratio(policy.cost?, &row.get(statistic)?.estimate, scale);
            effects.push(Effect {
                variant: policy.policy.clone(),
                material: row.material.clone(),
                country: row.country.clone(),
                differences: differences.collect(),
                cost_per_unit: avoided(Statistic::ExpectedShortfall, 1.0),
                cost_per_value: avoided(Statistic::ExposedValueMusd, 1e6),
                rank: 0,
                binding: binding(policy, &row.material, &row.country),
            });
        }
    }
    rank(&mut effects, measure);
    effects
}

/// Numbers the variants at each place by the shortfall that they leave.
fn rank(effects: &mut [Effect], measure: Statistic) {
    let of = |effect: &Effect| {
        let difference = effect.get(measure);
        difference.map_or(0.0, |difference| difference.estimate.value)
    };
    let all: Vec<(String, String, f64)> = effects
        .iter()
        .map(|effect| (effect.material.clone(), effect.country.clone(), of(effect)))
        .collect();
    for effect in effects {
        let own = of(effect);
        let better = all.iter().filter(|(material, country, value)| {
            *material == effect.material && *country == effect.country && *value < own
        });
        effect.rank = better.count() + 1;
    }
}

/// Cost over what is avoided, where the whole interval says that something is.
fn ratio(cost: f64, difference: &Estimate, scale: f64) -> Option<Ratio> {
    let is_known = Direction::of(difference) == Direction::Less;
    is_known.then(|| Ratio {
        value: cost / (-difference.value * scale),
        low: cost / (-difference.low * scale),
        high: cost / (-difference.high * scale),
    })
}

fn binding(policy: &PolicyResults, material: &str, country: &str) -> Option<Binding> {
    let of = |kind: AttributionKind| {
        let parts = policy.attributed().iter();
        let parts = parts.filter(|part| part.material == material && part.country == country && part.kind == kind);
        let most = parts.max_by(|one, other| one.share_of_expected.total_cmp(&other.share_of_expected));
        most.filter(|most| most.share_of_expected > 0.0)
            .map(|most| (most.key.clone(), most.share_of_expected))
    };
    let (stage, event) = (of(AttributionKind::Stage), of(AttributionKind::Event));
    (stage.is_some() || event.is_some()).then_some(Binding {
        stage: stage.filter(|(id, _)| id != STRUCTURAL),
        event,
    })
}

fn pair(results: &Results, policies: [String; 2], measure: Statistic) -> Option<Pair> {
    let (material, place) = results.run.policies.first()?.headline.clone();
    let row = (material.as_str(), place.as_str());
    let [one, other] = &policies;
    let both = format!("{one}+{other}");
    let baseline = results.run.policies.first()?.policy.as_str();
    let together = results.difference(&both, row, measure)?;
    let terms = [(both.as_str(), 1.0), (one, -1.0), (other, -1.0), (baseline, 1.0)];
    let beyond_the_sum = results.contrast(&terms, row, measure)?;
    Some(Pair {
        policies,
        together,
        beyond_the_sum,
    })
}
