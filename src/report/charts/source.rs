//! What charts ask of the results: names, rows, the places to show.

use crate::results::types::{ExceedanceCurve, Fan, Label, PolicyResults, RunResults, SummaryRow};

use super::numbers::{self, finite};
use super::style::{self, RGBColor};
use super::{dates, text};

/// The results with the questions charts have.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// The results.
    pub results: &'a RunResults,
    /// The first of the policies.
    pub baseline: &'a PolicyResults,
}

impl<'a> Source<'a> {
    /// `None` when there is nothing at all to draw from.
    pub(super) fn new(results: &'a RunResults) -> Option<Source<'a>> {
        Some(Source {
            results,
            baseline: results.policies.first()?,
        })
    }

    /// Display name of a material.
    pub(super) fn material(&self, id: &str) -> String {
        name(&self.results.materials, id)
    }

    /// Display name of a place; all places in focus together and everyone in words.
    pub(super) fn place(&self, id: &str) -> String {
        match (id, name(&self.results.places, id)) {
            ("focus", given) if given == "focus" => "All places in focus".to_owned(),
            ("WLD", given) if given == "WLD" => "World".to_owned(),
            (_, given) => given,
        }
    }

    /// Names of places.
    pub(super) fn place_names(&self, ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| self.place(id)).collect()
    }

    /// The horizon in words.
    pub(super) fn horizon(&self) -> String {
        dates::horizon(&self.results.manifest)
    }

    /// "20 000 trials".
    pub(super) fn trials(&self) -> String {
        let n = self.results.manifest.trials;
        format!(
            "{}{}trial{}",
            numbers::grouped(n as f64),
            numbers::NBSP,
            if n == 1 { "" } else { "s" }
        )
    }

    /// The words of a chart in which everything is zero.
    pub(super) fn nothing_short(&self) -> String {
        format!("No shortfall in any of the {}.", self.trials())
    }

    /// The footer: trials, seed, program, scenario.
    pub(super) fn provenance(&self) -> String {
        let m = &self.results.manifest;
        let hash: String = m.scenario_sha256.chars().take(8).collect();
        let file = text::shorten(&m.scenario, 9.5, false, 330.0);
        format!(
            "{}, seed {}, {}, scenario {file}, sha256 {hash}",
            self.trials(),
            m.seed,
            m.program
        )
    }

    /// The place a material's single-place charts speak of.
    pub(super) fn headline(&self, material: &str) -> String {
        let (of, place) = &self.baseline.headline;
        if of == material {
            return place.clone();
        }
        let has = |place: &str| self.row(self.baseline, material, place).is_some();
        let only = self.results.focus_places.iter().filter(|p| has(p)).collect::<Vec<_>>();
        match only[..] {
            [one] => one.clone(),
            _ if has("focus") => "focus".to_owned(),
            [first, ..] => first.clone(),
            [] => place.clone(),
        }
    }

    /// Places in focus that have a row of the material, in order; the headline place if there are none. Of more than `max`, those with
    /// the largest expected shortfall, in order.
    pub(super) fn places(&self, material: &str, max: usize) -> Vec<&'a str> {
        let mut found: Vec<(usize, &'a str, f64)> = Vec::new();
        for (i, place) in self.results.focus_places.iter().enumerate() {
            if let Some(row) = self.row(self.baseline, material, place) {
                found.push((i, place, finite(row.expected_shortfall_pct.value)));
            }
        }
        if found.is_empty() {
            let headline = self.headline(material);
            let row = self
                .baseline
                .summary
                .iter()
                .find(|r| r.material == material && r.country == headline);
            return row.map(|r| r.country.as_str()).into_iter().collect();
        }
        found.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
        found.truncate(max);
        found.sort_by_key(|f| f.0);
        found.into_iter().map(|f| f.1).collect()
    }

    /// How many places in focus have a row of the material.
    pub(super) fn count_places(&self, material: &str) -> usize {
        self.places(material, usize::MAX).len()
    }

    /// The row of a policy, material and place for all final demand.
    pub(super) fn row<'p>(&self, policy: &'p PolicyResults, material: &str, place: &str) -> Option<&'p SummaryRow> {
        policy
            .summary
            .iter()
            .find(|r| r.material == material && r.country == place && r.sector == "all")
    }

    /// The exceedance curve of a policy, material and place.
    pub(super) fn curve<'p>(
        &self,
        policy: &'p PolicyResults,
        material: &str,
        place: &str,
    ) -> Option<&'p ExceedanceCurve> {
        policy
            .exceedance
            .iter()
            .find(|c| c.material == material && c.country == place && !c.points.is_empty())
    }

    /// The baseline's fan of a material and place.
    pub(super) fn fan(&self, material: &str, place: &str) -> Option<&'a Fan> {
        self.baseline
            .fans()
            .iter()
            .find(|f| f.material == material && f.country == place && !f.points.is_empty())
    }

    /// The first policies, baseline first.
    pub(super) fn policies(&self, max: usize) -> &'a [PolicyResults] {
        &self.results.policies[..self.results.policies.len().min(max)]
    }

    /// "Baseline" or the policy's name.
    pub(super) fn policy(&self, policy: &PolicyResults) -> String {
        match (policy.name.is_empty(), policy.policy == "baseline") {
            (_, true) if policy.name.is_empty() || policy.name == "baseline" => "Baseline".to_owned(),
            (true, _) => policy.policy.clone(),
            _ => policy.name.clone(),
        }
    }

    /// The colour of a place: the same in every chart of the run.
    pub(super) fn color(&self, place: &str) -> RGBColor {
        let at = self.results.focus_places.iter().position(|p| p == place);
        at.map_or(style::BASELINE, |i| style::PLACES[i % style::PLACES.len()])
    }

    /// File-name part for a material.
    pub(super) fn stem(&self, chart: &str, material: &str) -> String {
        let safe: String = material
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
            .collect();
        format!("{chart}-{safe}")
    }
}

fn name(labels: &[Label], id: &str) -> String {
    let found = labels
        .iter()
        .find(|l| l.id == id)
        .map(|l| l.name.as_str())
        .filter(|n| !n.is_empty());
    found.unwrap_or(id).to_owned()
}
