//! Variants of a scenario: the document with typed changes, checked as a policy would be.

use super::address::{Action, Override};
use super::change::Change;
use super::checked::{PolicyLabel, Scenario};
#[cfg(doc)]
use super::codes::Code;
use super::diagnostics::Diagnostics;
use super::document::Document;
use super::format::TOP;
use super::policies::{self, SizedPolicy};
use super::source::Span;
use super::tree::parse_document;
use super::{acknowledge, frame, merge};

impl Document {
    /// Applies a change.
    ///
    /// # Errors
    /// What is wrong with its key or value, or with the tables that it adds; the document is then as it was.
    pub fn apply(&mut self, change: &Change) -> Result<(), Diagnostics> {
        let (key, action) = match change {
            Change::Set { key, value } => return self.set(&format!("{key}={value}")),
            Change::Add { tables } => return self.add(tables),
            Change::Scale { key, factor } => (key, Action::Scale(*factor)),
            Change::Remove { key } => (key, Action::Remove),
        };
        let file = self.sources.add_typed("change", key.clone());
        let (start, end) = (0, key.len());
        self.change(Ok(Override {
            key: key.clone(),
            key_span: Span { file, start, end },
            action,
        }))
    }

    /// Lays tables over the document, as a file that extends it would.
    fn add(&mut self, text: &str) -> Result<(), Diagnostics> {
        let file = self.sources.add_typed("added tables", text.to_string());
        let parsed = parse_document(text, file);
        if !parsed.problems.is_empty() {
            return Err(Diagnostics::new(parsed.problems, &self.sources));
        }
        merge::tables(Some(&TOP), &mut self.merged, parsed.table);
        self.data.read_named(&self.merged, &self.sources);
        Ok(())
    }

    /// A variant of the baseline: the scenario with these changes, in their order, and without its policies and levers. What a policy cannot change a variant
    /// cannot either: it meets the same draws, over the same time.
    ///
    /// # Errors
    /// See [`Document::apply`]; [`Code::PolicyFrame`] where a change is of what variants have in common.
    pub fn variant(&self, changes: &[Change]) -> Result<Document, Diagnostics> {
        let mut document = self.clone();
        document.merged.remove("policy");
        // They are ranges of the scenario as it is, and may be of what is taken away.
        document.merged.remove("lever");
        for change in changes {
            if let Some(key) = change.key() {
                let file = document.sources.add_typed("change", change.to_string());
                let (start, end) = (0, key.len());
                let key_span = Span { file, start, end };
                if let Some(problem) = frame::refusal(&document.merged, key, key_span) {
                    return Err(Diagnostics::new(vec![problem], &document.sources));
                }
            }
            document.apply(change)?;
        }
        Ok(document)
    }

    /// The scenario under several of its policies together, each at its own size where none is given, and without any other policy: what two of them
    /// set is refused where they differ.
    ///
    /// # Errors
    /// [`Code::UnknownPolicy`]; [`Code::PolicyFrame`] where one sets a key to another value than one before it.
    pub fn under(&self, policies: &[SizedPolicy<'_>]) -> Result<Document, Diagnostics> {
        for (id, _) in policies {
            if policies::find(&self.merged, id).is_none() {
                // The message that a check gives.
                return Err(match self.check(Some(id)) {
                    Err(diagnostics) => diagnostics,
                    Ok((_, diagnostics)) => diagnostics,
                });
            }
        }
        if let Some(problem) = policies::conflict(&self.merged, policies) {
            return Err(Diagnostics::new(vec![problem], &self.sources));
        }
        let mut document = self.clone();
        document.overrides.extend(policies::changes(&self.merged, policies));
        document.merged.remove("policy");
        Ok(document)
    }

    /// What policies change together, as `key=value` in the order in which it is done: what [`Document::under`] does to the scenario, `--set` with these
    /// does too.
    ///
    /// # Errors
    /// As [`Document::under`].
    pub fn assignments(&self, policies: &[SizedPolicy<'_>]) -> Result<Vec<String>, Diagnostics> {
        self.under(policies)?;
        let changes = policies::changes(&self.merged, policies).into_iter();
        let assigned = changes.filter_map(|change| match change.action {
            Action::Set(value) => Some(format!("{}={}", change.key, value.to_toml())),
            Action::Scale(_) | Action::Remove => None,
        });
        Ok(assigned.collect())
    }

    /// Why policies cannot be in force together; `None` where they can.
    pub fn conflict(&self, policies: &[SizedPolicy<'_>]) -> Option<String> {
        policies::conflict(&self.merged, policies).map(|problem| problem.message)
    }

    /// What policies cost together, USD: each once, also where several include it. `None` where one does not say.
    pub fn cost_of(&self, policies: &[SizedPolicy<'_>]) -> Option<f64> {
        policies::cost(&self.merged, policies)
    }

    /// Whether a policy does all that another does, as a bundle of several does: together they are no more than the first alone.
    pub fn includes(&self, bundle: &str, part: &str) -> bool {
        let all = policies::changes(&self.merged, &[(bundle, None)]);
        let is_there = |change: &Override| all.iter().any(|other| other.is_same(change));
        policies::changes(&self.merged, &[(part, None)]).iter().all(is_there)
    }

    /// Checks a document made from this one by changes, as a policy of this name would be: `baseline` is what this one gives, and the focus is
    /// kept. Gives its scenario with its own warnings, or all errors and warnings.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check_variant(
        &self,
        label: PolicyLabel,
        baseline: &Scenario,
    ) -> Result<(Scenario, Diagnostics), Diagnostics> {
        let mut problems = self.pending.clone();
        let (mut scenario, found) = self.check_one(None);
        problems.extend(found);
        if let Some(scenario) = &mut scenario {
            scenario.policy = label;
            self.keep_focus(baseline, scenario, &mut problems);
        }
        acknowledge::apply(&self.acknowledgements(), &mut problems);
        let diagnostics = Diagnostics::new(problems, &self.sources);
        match scenario {
            Some(scenario) if !diagnostics.has_errors() => Ok((scenario, diagnostics)),
            _ => Err(diagnostics),
        }
    }
}
