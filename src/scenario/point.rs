//! Points of a sweep: the document with keys set as `--set` does, and what stands at a key before.

use super::address::{Action, Override, Overrides};
use super::codes::Code;
use super::diagnostics::{Diagnostics, Problem};
use super::document::Document;
use super::source::Span;
use super::tree::{Node, Table, Value};
use super::{frame, policies};

impl Document {
    /// The scenario with these `key=value` set, in their order, as a run with `--set` has it; of its policies only this one is kept.
    ///
    /// # Errors
    /// What is wrong with a key or value; [`Code::PolicyFrame`] where a key is of what the points of a sweep have in common.
    pub fn point(&self, assignments: &[String], policy: Option<&str>) -> Result<Document, Diagnostics> {
        let mut document = self.clone();
        document.keep_policy(policy);
        for assignment in assignments {
            let key = assignment.split('=').next().unwrap_or_default().trim();
            let file = document.sources.add_typed("--vary", assignment.clone());
            let (start, end) = (0, key.len());
            let span = Span { file, start, end };
            if frame::refusal(&document.merged, key, span).is_some() {
                let why =
                    "the points of a sweep meet the same draws, over the same time, for the same materials and places";
                let problem = Problem::error(Code::PolicyFrame, span, format!("a sweep cannot vary `{key}`"), why)
                    .hint(format!("set it for all points with --set {key}=VALUE"));
                return Err(Diagnostics::new(vec![problem], &document.sources));
            }
            document.set(assignment)?;
        }
        Ok(document)
    }

    fn keep_policy(&mut self, policy: Option<&str>) {
        let Some(Value::List(policies)) = self.merged.get_mut("policy").map(|node| &mut node.value) else {
            return;
        };
        policies.retain(|node| policy.is_some() && node.table().and_then(|table| table.text("id")) == policy);
        if policies.is_empty() {
            self.merged.remove("policy");
        }
    }

    /// The number at a key; `None` where there is none, or something else.
    pub fn number_at(&self, key: &str) -> Option<f64> {
        let scaled = |factor| {
            let mut top = self.resolve(None).0;
            self.act(&mut top, key, Action::Scale(factor)).ok()?;
            Some(Node {
                value: Value::Table(top),
                span: Span::default(),
            })
        };
        // The address leads to the one number that the factor changes; 0 is not changed by any.
        let (once, twice) = (scaled(1.0)?, scaled(2.0)?);
        Some(changed(&once, &twice).unwrap_or(0.0))
    }

    /// The shares of a material by country, as stated or as its data gives them; `None` for one that is no plain number. Nothing where the material has
    /// no such table.
    pub fn shares_by_country(&self, material: &str) -> Vec<(String, Option<f64>)> {
        let mut top = self.resolve(None).0;
        // Writes the rows of data out; what it says of the country does not matter.
        drop(self.act(
            &mut top,
            &format!("shares.{material}.by_country.OTH"),
            Action::Scale(1.0),
        ));
        let of =
            |table: Option<&Table>, key: &str| table.and_then(|table| table.get(key)).and_then(Node::table).cloned();
        let table = of(of(of(Some(&top), "shares").as_ref(), material).as_ref(), "by_country");
        let entries = table.map_or_else(Vec::new, |table| table.entries);
        entries
            .into_iter()
            .map(|entry| (entry.key, entry.node.number()))
            .collect()
    }

    /// Whether a policy changes this key itself.
    pub fn is_set_by(&self, policy: &str, key: &str) -> bool {
        let changes = policies::changes(&self.merged, &[(policy, None)]);
        changes.iter().any(|change| change.key == key)
    }

    fn act(&self, top: &mut Table, key: &str, action: Action) -> Result<(), Problem> {
        let mut overrides = Overrides {
            files: &self.data,
            sources: &self.sources,
            touched: Vec::new(),
        };
        let change = Override {
            key: key.to_owned(),
            key_span: Span::default(),
            action,
        };
        overrides.apply(top, &change)
    }
}

/// The first number of a tree that differs from that of another.
fn changed(one: &Node, other: &Node) -> Option<f64> {
    match (&one.value, &other.value) {
        (Value::Table(one), Value::Table(other)) => {
            let mut entries = one.entries.iter().zip(&other.entries);
            entries.find_map(|(one, other)| changed(&one.node, &other.node))
        }
        (Value::List(one), Value::List(other)) => one.iter().zip(other).find_map(|(one, other)| changed(one, other)),
        _ => one.number().filter(|number| other.number() != Some(*number)),
    }
}
