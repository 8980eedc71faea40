//! First pass for ids that refer to other tables.

use super::codes::Code;
use super::diagnostics::Problem;
use super::format::Target;
use super::reserved;
use super::source::Span;
use super::structure::Structure;
use super::suggest::{hint, nearest};
use super::tree::Node;
use crate::data;

impl Structure<'_> {
    /// One id or a list, or "all".
    pub fn references(&mut self, target: Target, key: &str, node: &Node) {
        if node.text() == Some("all") {
            return;
        }
        let items = node.one_or_many();
        if items.is_empty() {
            self.out.error(
                Code::Empty,
                node.span,
                format!("`{key}` is an empty list"),
                format!("expected at least one {}", target.noun()),
            );
        }
        for item in items {
            if item.text() == Some("all") {
                self.out.error(
                    Code::WrongType,
                    item.span,
                    "\"all\" cannot be one of a list",
                    format!("write {key} = \"all\""),
                );
            } else if let Some(name) = self.text(key, item) {
                self.reference(target, &name, item.span);
            }
        }
    }

    /// Checks that a name is known, and notes the country if it is one.
    pub fn reference(&mut self, target: Target, name: &str, span: Span) {
        if self.names.has(target, name) {
            if matches!(target, Target::Country | Target::Place) && !self.names.groups.contains(name) {
                self.mentioned.insert(name.to_string());
            }
            return;
        }
        let noun = target.noun();
        if matches!(target, Target::Country | Target::Place)
            && let Some(meaning) = reserved::meaning(name)
        {
            let message = format!("`{name}` is {meaning}, not a {noun}");
            let problem = Problem::error(Code::Reserved, span, message, "a reserved word");
            self.out.push(match name.eq_ignore_ascii_case(reserved::WORLD) {
                true => problem.hint("countries that are not listed together are OTH"),
                false => problem.hint(format!(
                    "a list of all is written {noun} = \"all\" where a list may stand"
                )),
            });
            return;
        }
        if target == Target::Country && self.names.groups.contains(name) {
            self.out.error(
                Code::WrongType,
                span,
                format!("`{name}` is a group; a single country is needed here"),
                "a group",
            );
            return;
        }
        let problem = Problem::error(
            Code::UnknownName,
            span,
            format!("there is no {noun} `{name}`"),
            format!("unknown {noun}"),
        );
        if matches!(target, Target::Country | Target::Place)
            && let Some(advice) = self.country_advice(target, name)
        {
            self.out.push(problem.hint(advice));
            return;
        }
        let problem = problem.hints(hint(name, noun, self.names.known(target)));
        self.out.push(match target {
            Target::Country => problem.hint("a country or region of your own is declared with [[country]]"),
            Target::Place => {
                problem.hint("a country of your own is declared with [[country]], a set of countries with [[group]]")
            }
            _ => problem,
        });
    }

    /// What to write for a country that goes by another name. The scenario's own names go first.
    fn country_advice(&self, target: Target, name: &str) -> Option<String> {
        if let Some(own) = self.names.own(target).find(|own| own.eq_ignore_ascii_case(name.trim())) {
            return Some(format!("did you mean `{own}`?"));
        }
        if data::country_meant(name).is_some() {
            let advice = data::country_advice(name)?;
            return Some(format!("{advice}; countries go by their ISO code of three letters"));
        }
        match nearest(name, self.names.own(target)) {
            Some(_) => None,
            None => data::country_advice(name),
        }
    }
}
