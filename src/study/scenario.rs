//! A scenario that is studied, and its variants.

use std::path::Path;

use super::{Change, Diagnostics, Error, PolicyLabel};
use crate::analysis::examine::examine;
use crate::analysis::run::{Prepared, prepare_variant};
use crate::scenario::Document;

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

    /// The scenario with changes, under a name of its own. A change of what variants have in common (the run, the time, the focus) is refused.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a change is wrong, or the scenario is with it.
    pub fn variant(&self, name: &str, changes: &[Change]) -> Result<Variant, Error> {
        let document = self.document.variant(changes)?;
        let (baseline, _) = self.document.variant(&[])?.check(None)?;
        let label = PolicyLabel {
            id: name.to_owned(),
            name: name.to_owned(),
            cost: None,
        };
        let prepared = prepare_variant(&document, label, &baseline)?;
        Ok(self.of_prepared(document, prepared, changes.to_vec()))
    }

    fn of_prepared(&self, document: Document, prepared: Prepared, changes: Vec<Change>) -> Variant {
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
    pub fn name(&self) -> &str {
        &self.prepared.scenario.policy.id
    }

    /// The changes that it was made by; none for the baseline and for policies.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What is noteworthy about it.
    pub fn warnings(&self) -> &Diagnostics {
        &self.prepared.warnings
    }

    /// Trials that the scenario asks for.
    pub fn trials(&self) -> u64 {
        self.prepared.scenario.run.trials
    }
}
