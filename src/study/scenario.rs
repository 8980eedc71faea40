//! A scenario that is studied, and its variants.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::{Change, Diagnostics, Error, Lever, PolicyLabel, PolicyOption, Statistic};
use crate::analysis::examine::examine;
use crate::analysis::replay::headline_path;
use crate::analysis::run::{Prepared, prepare_variant};
use crate::results::plan_rows;
use crate::scenario::{Document, Place, Scenario, SizedPolicy};

/// A scenario to be studied.
#[derive(Debug, Clone)]
pub struct Study {
    document: Document,
    name: String,
}

/// The scenario, a policy of it, or a variant: checked and compiled.
#[derive(Debug, Clone)]
pub struct Variant {
    pub(super) prepared: Prepared,
    pub(super) document: Document,
    pub(super) scenario_name: String,
    changes: Vec<Change>,
}

impl Study {
    /// Reads a scenario file, and all that it names.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong with it.
    pub fn open(path: impl AsRef<Path>) -> Result<Study, Error> {
        let path = path.as_ref();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Study {
            document: Document::load(path)?,
            name: name.unwrap_or_default(),
        })
    }

    /// Reads a scenario from text. Files that it names are looked for beside `name`.
    ///
    /// # Errors
    /// See [`Study::open`].
    pub fn from_text(name: &str, text: &str) -> Result<Study, Error> {
        Ok(Study {
            document: Document::from_text(name, text)?,
            name: name.to_owned(),
        })
    }

    /// Reads a scenario out of texts in memory: `name` is that of the scenario's own, the others are those that it names. Nothing else is read.
    ///
    /// # Errors
    /// See [`Study::open`].
    pub fn from_files(name: &str, texts: BTreeMap<String, String>) -> Result<Study, Error> {
        let file = Path::new(name)
            .file_name()
            .map(|file| file.to_string_lossy().into_owned());
        Ok(Study {
            document: Document::from_files(name, texts)?,
            name: file.unwrap_or_default(),
        })
    }

    /// The same study, which from now on reads no file, whatever is changed in it.
    #[must_use]
    pub fn sealed(self) -> Study {
        Study {
            document: self.document.sealed(),
            name: self.name,
        }
    }

    /// A scenario that has been read.
    pub fn of(document: Document, name: &str) -> Study {
        let name = name.to_owned();
        Study { document, name }
    }

    /// Changes the scenario itself, for the baseline and all variants made from now on: `key=value` as `--set` takes it.
    ///
    /// # Errors
    /// [`Error::Invalid`] where key or value are wrong.
    pub fn set(&mut self, assignment: &str) -> Result<(), Error> {
        Ok(self.document.set(assignment)?)
    }

    /// Makes a change in the scenario itself, for the baseline and all variants made from now on.
    ///
    /// # Errors
    /// [`Error::Invalid`] where key or value are wrong.
    pub fn change(&mut self, change: &Change) -> Result<(), Error> {
        Ok(self.document.apply(change)?)
    }

    /// Name of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The scenario as it was read.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The policies of the scenario, in the order of the file.
    pub fn policies(&self) -> Vec<PolicyLabel> {
        self.document.policies()
    }

    /// The scenario as it is, with all its warnings (also of its policies).
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong with it or its policies.
    pub fn baseline(&self) -> Result<Variant, Error> {
        Ok(self.of_prepared(self.document.clone(), examine(&self.document)?, Vec::new()))
    }

    /// The scenario under one of its policies.
    ///
    /// # Errors
    /// [`Error::Invalid`] where there is no such policy, or what it changes is wrong.
    pub fn policy(&self, id: &str) -> Result<Variant, Error> {
        let prepared = crate::analysis::run::compiled(&self.document, Some(id))?;
        Ok(self.of_prepared(self.document.clone(), prepared, Vec::new()))
    }

    /// The policies with all that can be put together from them: sizes, and what they include.
    pub fn policy_options(&self) -> Vec<PolicyOption> {
        self.document.policy_options()
    }

    /// What policies cost together, USD, each once; `None` where one does not say.
    pub fn cost_of(&self, policies: &[(&str, Option<f64>)]) -> Option<f64> {
        self.document.cost_of(policies)
    }

    /// Why policies cannot be in force together: two of them set one key to different values. `None` where they can.
    pub fn conflict(&self, policies: &[SizedPolicy<'_>]) -> Option<String> {
        self.document.conflict(policies)
    }

    /// The scenario under several of its policies together; its name is theirs joined by `+`, its cost what they cost together.
    ///
    /// # Errors
    /// [`Error::Invalid`] where there is no such policy, or two of them set one key to different values.
    pub fn mix(&self, ids: &[&str]) -> Result<Variant, Error> {
        let sized: Vec<SizedPolicy<'_>> = ids.iter().map(|id| (*id, None)).collect();
        self.mixed(&self.without_policies()?, &ids.join("+"), &sized)
    }

    /// Several mixes of policies, each at a size or its own where none is given: as [`Study::mix`] gives each, but faster. Names, and policies.
    ///
    /// # Errors
    /// As [`Study::mix`]: of the first that is wrong.
    pub fn mixes(&self, named: &[(String, Vec<SizedPolicy<'_>>)]) -> Result<Vec<Variant>, Error> {
        let baseline = self.without_policies()?;
        let made = named.par_iter();
        let made = made.map(|(name, policies)| self.mixed(&baseline, name, policies));
        // All are made before one is looked at, so that the error is always the same.
        let made: Vec<Result<Variant, Error>> = made.collect();
        made.into_iter().collect()
    }

    fn mixed(&self, baseline: &Scenario, name: &str, policies: &[SizedPolicy<'_>]) -> Result<Variant, Error> {
        let document = self.document.under(policies)?;
        let labels = self.policies();
        let chosen = policies
            .iter()
            .filter_map(|(id, _)| labels.iter().find(|label| label.id == *id));
        let label = PolicyLabel {
            id: name.to_owned(),
            name: chosen.map(|label| label.name.as_str()).collect::<Vec<_>>().join(" + "),
            cost: self.document.cost_of(policies),
        };
        let prepared = prepare_variant(&document, label, baseline)?;
        Ok(self.of_prepared(document, prepared, Vec::new()))
    }

    /// The scenario with changes, under a name of its own. A change of what variants have in common (the run, the time, the focus) is refused.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a change is wrong, or the scenario is with it.
    pub fn variant(&self, name: &str, changes: &[Change]) -> Result<Variant, Error> {
        self.changed(&self.without_policies()?, name, changes)
    }

    /// Several variants: each as [`Study::variant`] gives it, but faster. Names, and changes.
    ///
    /// # Errors
    /// As [`Study::variant`]: of the first that is wrong.
    pub fn variants(&self, named: &[(String, Vec<Change>)]) -> Result<Vec<Variant>, Error> {
        let baseline = self.without_policies()?;
        let made = named.par_iter();
        let made = made.map(|(name, changes)| self.changed(&baseline, name, changes));
        // All are made before one is looked at, so that the error is always the same.
        let made: Vec<Result<Variant, Error>> = made.collect();
        made.into_iter().collect()
    }

    fn changed(&self, baseline: &Scenario, name: &str, changes: &[Change]) -> Result<Variant, Error> {
        let document = self.document.variant(changes)?;
        let label = PolicyLabel {
            id: name.to_owned(),
            name: name.to_owned(),
            cost: None,
        };
        let prepared = prepare_variant(&document, label, baseline)?;
        Ok(self.of_prepared(document, prepared, changes.to_vec()))
    }

    /// The scenario that variants keep the frame of, without its policies.
    fn without_policies(&self) -> Result<Scenario, Error> {
        let (scenario, _) = self.document.variant(&[])?.check(None)?;
        Ok(scenario)
    }

    /// The baseline of this study as a variant of another one's: on the draws of that one's seed, for its focus. Its name is that of its file.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the scenario is wrong, or lacks a material or place of the other's focus; [`Error::Incomparable`] where it is not over
    /// the same time.
    pub fn beside(&self, first: &Study) -> Result<Variant, Error> {
        let baseline = first.without_policies()?;
        let mut document = self.document.variant(&[])?;
        document.set(&format!("run.seed={}", baseline.run.seed))?;
        document.set(&format!("run.sampling=\"{}\"", baseline.run.sampling.name()))?;
        let name = Path::new(&self.name)
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned());
        let label = PolicyLabel {
            id: name.unwrap_or_else(|| self.name.clone()),
            name: String::new(),
            cost: None,
        };
        let mut prepared = prepare_variant(&document, label, &baseline)?;
        prepared.scenario.policy.name = prepared.scenario.title.clone();
        let (one, other) = (&baseline.time, &prepared.scenario.time);
        let differs = [
            ("the start", one.start.to_string(), other.start.to_string()),
            ("the step", one.step.name().to_owned(), other.step.name().to_owned()),
            (
                "the number of periods",
                one.periods.to_string(),
                other.periods.to_string(),
            ),
        ];
        if let Some((what, one, other)) = differs.into_iter().find(|(_, one, other)| one != other) {
            return Err(Error::Incomparable {
                first: first.name.clone(),
                second: self.name.clone(),
                what,
                one,
                other,
            });
        }
        Ok(self.of_prepared(document, prepared, Vec::new()))
    }

    /// A point of a sweep: the scenario with these `key=value` set as `--set` sets them, under a policy where one is named. Its figures are those of
    /// `critmin run` with the same `--set` and `--policy`, to the last bit, where it is run [`as_runs_alone`](super::Run::as_runs_alone).
    ///
    /// # Errors
    /// [`Error::Invalid`] where a key or value is wrong, the scenario is with it, or the key is of what points have in common (run, time, focus).
    pub fn point(&self, name: &str, assignments: &[String], policy: Option<&str>) -> Result<Variant, Error> {
        let document = self.document.point(assignments, policy)?;
        let mut prepared = crate::analysis::run::prepare(&document, policy)?;
        let label = &mut prepared.scenario.policy;
        (label.id, label.name) = (name.to_owned(), name.to_owned());
        Ok(self.of_prepared(document, prepared, Vec::new()))
    }

    /// What policies change together, each at a size or its own where none is given: `key=value` as `--set` takes it, in order.
    ///
    /// # Errors
    /// As [`Study::mix`].
    pub fn assignments(&self, policies: &[SizedPolicy<'_>]) -> Result<Vec<String>, Error> {
        Ok(self.document.assignments(policies)?)
    }

    /// Ranges of fixed numbers, in the order of the file.
    pub fn levers(&self) -> Vec<Lever> {
        self.document.levers()
    }

    /// The number at a key, as `--set` names it; `None` where there is none, or something else.
    pub fn number_at(&self, key: &str) -> Option<f64> {
        self.document.number_at(key)
    }

    /// The shares of a material by country; `None` for one that is no plain number.
    pub fn shares_by_country(&self, material: &str) -> Vec<(String, Option<f64>)> {
        self.document.shares_by_country(material)
    }

    /// Whether a policy sets this key itself.
    pub fn is_set_by(&self, policy: &str, key: &str) -> bool {
        self.document.is_set_by(policy, key)
    }

    pub(super) fn of_prepared(&self, document: Document, prepared: Prepared, changes: Vec<Change>) -> Variant {
        Variant {
            prepared,
            document,
            scenario_name: self.name.clone(),
            changes,
        }
    }
}

impl Variant {
    /// `baseline`, the policy's id, or the name that it was given.
    pub fn id(&self) -> &str {
        &self.prepared.scenario.policy.id
    }

    /// The same under another id and name, with a cost in USD where one is known.
    #[must_use]
    pub fn named(mut self, id: &str, name: &str, cost: Option<f64>) -> Variant {
        self.prepared.scenario.policy = PolicyLabel {
            id: id.to_owned(),
            name: name.to_owned(),
            cost,
        };
        self
    }

    /// The changes that it was made by; none for the baseline and for policies.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What is noteworthy about it.
    pub fn warnings(&self) -> &Diagnostics {
        &self.prepared.warnings
    }

    /// Whether its headline is what substitution and thrift leave unmet.
    pub fn is_after_adaptation(&self) -> bool {
        self.prepared.layout.headline_after_adaptation
    }

    /// The statistic that the headline is.
    pub fn headline_statistic(&self) -> Statistic {
        match self.is_after_adaptation() {
            true => Statistic::UnmetAfterAdaptationPct,
            false => Statistic::ExpectedShortfallPct,
        }
    }

    /// Ids of the materials and places in focus, in order.
    pub fn focus(&self) -> (Vec<String>, Vec<String>) {
        let scenario = &self.prepared.scenario;
        let materials = scenario.focus.materials.iter();
        let places = scenario.focus.places.iter().map(|place| match place {
            Place::Country(country) => scenario.countries[*country].code.clone(),
            Place::Group(group) => scenario.groups[*group].id.clone(),
        });
        let ids = materials.map(|material| scenario.materials[*material].id.clone());
        (ids.collect(), places.collect())
    }

    /// Material and place that the headline is of; empty in a scenario without demand.
    pub fn headline(&self) -> (String, String) {
        let layout = &self.prepared.layout;
        let planned = plan_rows(layout);
        let row = planned.headline.map(|at| &planned.rows[at]);
        row.map(|row| (layout.materials[row.material].0.clone(), row.place.clone()))
            .unwrap_or_default()
    }

    /// The headline's shortfall by period in one trial, % of the period's demand.
    ///
    /// # Errors
    /// [`Error::TooManyRenewals`].
    pub fn path(&self, trial: u64) -> Result<Vec<f64>, Error> {
        headline_path(&self.prepared, trial)
    }

    /// Seed of its random numbers.
    pub fn seed(&self) -> u64 {
        self.prepared.scenario.run.seed
    }

    /// SHA-256 of the resolved scenario.
    pub fn hash(&self) -> String {
        self.document.hash()
    }

    /// Trials that the scenario asks for.
    pub fn trials(&self) -> u64 {
        self.prepared.scenario.run.trials
    }
}
