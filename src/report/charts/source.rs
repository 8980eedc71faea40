//! What charts ask of the results: names, rows, the places to show.

pub(super) use crate::data::OTHERS;
use std::cmp::Ordering;

use crate::results::types::{ExceedanceCurve, Fan, Label, PolicyResults, RunResults, SummaryRow, Years};

use super::colors::{self, Look, Looks};
use super::numbers::{self, finite, percent};
use super::page::LABEL;
use super::style::RGBColor;
use super::{dates, text};

/// Longest id, in bytes, that becomes part of a file name as it is: systems take 255 for a whole name.
const LONGEST_ID: usize = 100;

/// The results with the questions charts have.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// The results.
    pub results: &'a RunResults,
    /// The first of the policies.
    pub baseline: &'a PolicyResults,
    looks: Looks<'a>,
}

/// The policies that a chart shows.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    /// The baseline and those that change most, in the order of the scenario.
    pub policies: Vec<&'a PolicyResults>,
    /// A colour for each.
    pub colors: Vec<RGBColor>,
    /// What is not shown, in words; `None` where all are.
    pub note: Option<String>,
}

impl<'a> Source<'a> {
    /// `None` when there is nothing at all to draw from.
    pub(super) fn new(results: &'a RunResults) -> Option<Source<'a>> {
        let baseline = results.policies.first()?;
        let leading = results.focus_places.iter().map(String::as_str);
        let suppliers = baseline.supply_shares.iter().map(|share| share.country.as_str());
        let looks = Looks::new(leading, suppliers.filter(|country| *country != OTHERS));
        Some(Source {
            results,
            baseline,
            looks,
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

    /// Places in focus that have a row of the material, in order; the headline place if there are none. Of more than `max`, those that lack
    /// the largest share of their demand, so that no place that goes short is hidden by the size of others.
    pub(super) fn places(&self, material: &str, max: usize) -> Vec<&'a str> {
        let mut found: Vec<(usize, &'a str, [f64; 4])> = Vec::new();
        for (i, place) in self.results.focus_places.iter().enumerate() {
            if let Some(row) = self.row(self.baseline, material, place) {
                let tail = row.cvar_pct[1].estimate.value;
                let sizes = [row.expected_shortfall_pct.value, tail, row.max_pct, row.demand_t];
                found.push((i, place, sizes.map(finite)));
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
        found.sort_by(|a, b| {
            let sizes = b.2.iter().zip(&a.2).map(|(b, a)| b.total_cmp(a));
            sizes.fold(Ordering::Equal, Ordering::then).then(a.0.cmp(&b.0))
        });
        found.truncate(max);
        found.sort_by_key(|f| f.0);
        found.into_iter().map(|f| f.1).collect()
    }

    /// Which places in focus are not among those shown, and how much they lack; `None` where all are.
    pub(super) fn places_note(&self, material: &str, shown: &[&str]) -> Option<String> {
        let all = self.places(material, usize::MAX);
        let left: Vec<&str> = all.iter().copied().filter(|place| !shown.contains(place)).collect();
        let rows = || left.iter().filter_map(|place| self.row(self.baseline, material, place));
        let largest = |get: fn(&SummaryRow) -> f64| rows().map(get).map(finite).fold(0.0, f64::max);
        let worst = largest(|row| row.max_pct);
        let lack = if worst > 0.0 {
            let mean = largest(|row| row.expected_shortfall_pct.value);
            format!(
                "which lack at most {} on average and {} in the worst trial",
                percent(mean),
                percent(worst)
            )
        } else {
            "which lack nothing in any trial".to_owned()
        };
        (!left.is_empty()).then(|| {
            format!(
                "Shown: {} of {} places, those with the largest expected shortfall in % of their demand. Not shown: {}, {lack}.",
                all.len() - left.len(),
                all.len(),
                text::list(&self.place_names(&left), LABEL, false, 1300.0)
            )
        })
    }

    /// The materials that get charts: of more than `max` in focus, that of the headline and those of which some place in focus lacks the
    /// largest share.
    pub(super) fn materials(&self, max: usize) -> Vec<&'a str> {
        let largest = |material: &str| {
            let rows = self.baseline.summary.iter();
            let rows = rows.filter(|row| row.material == material && row.sector == "all" && row.country != "WLD");
            let in_focus =
                |row: &&SummaryRow| row.country == "focus" || self.results.focus_places.contains(&row.country);
            let sizes = rows
                .filter(in_focus)
                .map(|row| finite(row.expected_shortfall_pct.value));
            sizes.fold(0.0, f64::max)
        };
        let (first, _) = &self.baseline.headline;
        let mut found: Vec<(usize, &'a str, bool, f64)> = Vec::new();
        for (i, material) in self.results.focus_materials.iter().enumerate() {
            found.push((i, material, material == first, largest(material)));
        }
        found.sort_by(|a, b| b.2.cmp(&a.2).then(b.3.total_cmp(&a.3)).then(a.0.cmp(&b.0)));
        found.truncate(max);
        found.sort_by_key(|f| f.0);
        found.into_iter().map(|f| f.1).collect()
    }

    /// Which materials in focus get no charts; `None` where all do.
    pub(super) fn materials_note(&self, max: usize) -> Option<String> {
        let shown = self.materials(max);
        let all = &self.results.focus_materials;
        let left: Vec<String> = all
            .iter()
            .filter(|material| !shown.contains(&material.as_str()))
            .map(|material| self.material(material))
            .collect();
        (!left.is_empty()).then(|| {
            format!(
                "{} of {} materials in focus have charts: that of the headline, and those that some place lacks most of. Without charts: {}.",
                shown.len(),
                all.len(),
                text::list(&left, LABEL, false, 1200.0)
            )
        })
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

    /// The baseline's calendar years of a material and place.
    pub(super) fn years(&self, material: &str, place: &str) -> Option<&'a Years> {
        let mut years = self.baseline.years.iter();
        years.find(|y| y.material == material && y.country == place && !y.points.is_empty())
    }

    /// The baseline and the policies: of more than `max` in all, those that change the expected shortfall of a place most, the best among them.
    pub(super) fn policies(&self, material: &str, place: &str, max: usize) -> Shown<'a> {
        let all = &self.results.policies;
        let mean = |policy: &PolicyResults| {
            let row = self.row(policy, material, place);
            row.map_or(0.0, |row| finite(row.expected_shortfall_pct.value))
        };
        let tail = |policy: &PolicyResults| {
            let row = self.row(policy, material, place);
            row.map_or(0.0, |row| finite(row.cvar_pct[1].estimate.value))
        };
        let (base_mean, base_tail) = (mean(self.baseline), tail(self.baseline));
        let mut ranked: Vec<usize> = (1..all.len()).collect();
        let changes = |i: usize| ((mean(&all[i]) - base_mean).abs(), (tail(&all[i]) - base_tail).abs());
        ranked.sort_by(|&a, &b| {
            let ((mean_a, tail_a), (mean_b, tail_b)) = (changes(a), changes(b));
            mean_b
                .total_cmp(&mean_a)
                .then(tail_b.total_cmp(&tail_a))
                .then(a.cmp(&b))
        });
        let best = ranked
            .iter()
            .copied()
            .min_by(|&a, &b| mean(&all[a]).total_cmp(&mean(&all[b])));
        let left = ranked.split_off(ranked.len().min(max.saturating_sub(1)));
        if let (Some(best), Some(last)) = (best.filter(|best| left.contains(best)), ranked.last_mut()) {
            *last = best;
        }
        let mut numbers: Vec<usize> = ranked.into_iter().chain([0]).collect();
        numbers.sort_unstable();
        let missing: Vec<String> = (0..all.len())
            .filter(|number| !numbers.contains(number))
            .map(|number| self.policy(&all[number]))
            .collect();
        Shown {
            note: (!missing.is_empty()).then(|| {
                format!(
                    "Shown: the baseline and the {} of {} policies that change the expected shortfall most, the best among them. Not shown: {}.",
                    numbers.len() - 1,
                    all.len() - 1,
                    text::list(&missing, LABEL, false, 1200.0)
                )
            }),
            colors: colors::of_policies(&numbers),
            policies: numbers.into_iter().map(|number| &all[number]).collect(),
        }
    }

    /// A line for charts that show the baseline only, in a run with policies.
    pub(super) fn baseline_note(&self) -> Option<String> {
        (self.results.policies.len() > 1).then(|| "Shown: the baseline, without any of the policies.".to_owned())
    }

    /// "Baseline" or the policy's name.
    pub(super) fn policy(&self, policy: &PolicyResults) -> String {
        match (policy.name.is_empty(), policy.policy == "baseline") {
            (_, true) if policy.name.is_empty() || policy.name == "baseline" => "Baseline".to_owned(),
            (true, _) => policy.policy.clone(),
            _ => policy.name.clone(),
        }
    }

    /// The look of a place: the same in every chart of the run.
    pub(super) fn look(&self, place: &str) -> Look {
        self.looks.of(place)
    }

    /// File-name part for a material: its id, or its number where the id has letters that not every system keeps in file names.
    pub(super) fn stem(&self, chart: &str, material: &str) -> String {
        let kept = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !material.is_empty() && material.len() <= LONGEST_ID && material.chars().all(kept) {
            return format!("{chart}-{material}");
        }
        let number = self.results.materials.iter().position(|label| label.id == material);
        format!("{chart}-material-{}", number.map_or(0, |number| number + 1))
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
