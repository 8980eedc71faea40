//! The order of a Sobol' design's dimensions: the first ones are the most even, so the draws that matter most get them.
//!
//! Draws are ranked once, on the baseline, and every policy takes that order over: what they have in common they draw alike. A draw that only a policy
//! brings has no dimension and comes from the Latin hypercubes that pad the design, which hang on its own stream alone.

use super::run::Prepared;
use crate::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use crate::engine::run::{Gather, Progress, simulate};
use crate::results::ShortfallProbe;
use crate::sampling::{BATCH_TRIALS, Design, Dimensions};

/// Trials from which draws are ranked: whole batches. It costs as much as so many trials of the baseline, in runs with a Sobol' design only.
const PILOT_TRIALS: u64 = 2 * BATCH_TRIALS;
/// Equal parts of (0, 1) between which the headline's mean is compared: enough to see a draw that matters at one end only.
const PARTS: usize = 8;

impl Prepared {
    /// The design of a run: a Sobol' design with its dimensions in the order of influence on the headline, any other as it is.
    pub(crate) fn ranked_design(&self) -> Design {
        let Design::Sobol(_) = self.model.design else {
            return self.model.design.clone();
        };
        let mut draws = self.model.first_draws();
        let Some(probe) = ShortfallProbe::headline(&self.layout) else {
            return self.model.design.clone();
        };
        let mut pilot = self.model.clone();
        pilot.design = Design::LatinHypercube;
        let shares = simulate(&pilot, 0..PILOT_TRIALS, &Progress::default(), || Pilot {
            probe: probe.clone(),
            shares: Vec::new(),
        })
        .map_or_else(Vec::new, Pilot::finish);
        // Stable: what makes no difference stays in the order of the file.
        draws.sort_by_cached_key(|(stream, index)| {
            let uniforms = (0..).map(|trial| pilot.design.uniform(*stream, trial, *index));
            std::cmp::Reverse(Influence(between_parts(uniforms, &shares)))
        });
        Design::Sobol(Dimensions::new(&draws))
    }
}

/// An influence, by size.
#[derive(PartialEq)]
struct Influence(f64);

impl Eq for Influence {}

impl Ord for Influence {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Influence {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// How much of the sum of squares lies between the means of the parts that uniforms fall into (a correlation ratio, but for its denominator).
fn between_parts(uniforms: impl Iterator<Item = f64>, shares: &[f64]) -> f64 {
    let mut parts = [(0.0, 0.0); PARTS];
    for (uniform, share) in uniforms.zip(shares) {
        let (count, sum) = &mut parts[(uniform * PARTS as f64) as usize];
        *count += 1.0;
        *sum += share;
    }
    let mean = shares.iter().sum::<f64>() / shares.len().max(1) as f64;
    let squares = parts.iter().filter(|(count, _)| *count > 0.0).map(|(count, sum)| {
        let difference = sum / count - mean;
        count * difference * difference
    });
    squares.sum()
}

/// Gathers the headline's share of each trial.
struct Pilot {
    probe: ShortfallProbe,
    shares: Vec<(u64, f64)>,
}

impl Pilot {
    /// The shares in the order of trials.
    fn finish(mut self) -> Vec<f64> {
        self.shares.sort_by_key(|(trial, _)| *trial);
        self.shares.into_iter().map(|(_, share)| share).collect()
    }
}

impl Observer for Pilot {
    fn wants_causes(&self) -> bool {
        false
    }

    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        self.probe.period(outcome);
    }

    fn end_trial(&mut self, outcome: &TrialOutcome<'_>) {
        self.probe.end_trial(outcome);
        let ended = self.probe.take();
        self.shares.extend(ended.iter().map(|ended| (ended.trial, ended.share)));
    }
}

impl Gather for Pilot {
    fn absorb(&mut self, other: Self) {
        self.shares.extend(other.shares);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::run::prepare;
    use crate::scenario::Document;

    /// The order of dimensions by name of the stream.
    fn order(document: &Document, policy: Option<&str>) -> Vec<&'static str> {
        let prepared = prepare(document, policy).unwrap();
        let Design::Sobol(dimensions) = &prepared.model.design else {
            panic!("{:?}", prepared.model.design)
        };
        let seed = prepared.model.seed;
        let named = |driver: &'static str| (crate::sampling::StreamKey::new(seed, driver), driver);
        let names = [
            "demand.metal.b.all.amount",
            "material.metal.price_cap",
            "event.rare.occurrence",
            "event.rare.severity",
            "event.likely.occurrence",
            "event.likely.severity",
            "event.late.occurrence",
        ]
        .map(named);
        let name = |draw: &(crate::sampling::StreamKey, u64)| {
            let found = names.iter().find(|(key, _)| *key == draw.0);
            found.map_or("another", |(_, name)| *name)
        };
        dimensions.uniforms().iter().map(name).collect()
    }

    const SCENARIO: &str = r#"
format = 1
title = "three events"
assumption = "test"
time = { start = "2026-01", periods = 12 }
run = { sampling = "sobol" }
country = [{ id = "a" }, { id = "b" }]
material = [{ id = "metal" }]
supply = [{ id = "plant", country = "a", material = "metal", capacity = 1200 }]
demand = [{ material = "metal", country = "b", amount = { dist = "uniform", low = 1190, high = 1200 } }]
[[event]]
id = "rare"
kind = "production_loss"
supply = "plant"
arrival = { process = "fixed", at = "2026-02", probability = 0.02 }
severity = { dist = "uniform", low = 0.45, high = 0.5 }
duration = 2
[[event]]
id = "likely"
kind = "production_loss"
supply = "plant"
arrival = { process = "fixed", at = "2026-05", probability = 0.5 }
severity = { dist = "uniform", low = 0.2, high = 0.9 }
duration = 6
[[policy]]
id = "other"
[[policy.set]]
key = "event.rare.arrival.probability"
value = 0.9
[[policy.set]]
key = "event.rare.duration"
value = { dist = "uniform", low = 2, high = 20 }
"#;

    #[test]
    fn what_matters_most_comes_first_and_policies_keep_the_order() {
        let document = Document::from_text("s.toml", SCENARIO).unwrap();
        let found = order(&document, None);
        assert_eq!(found.len(), 5, "{found:?}");
        assert_eq!(found[..2], ["event.likely.occurrence", "event.likely.severity"]);
        // Under the policy the rare event is the likelier one, and lasts for a drawn time: neither moves any dimension.
        assert_eq!(order(&document, Some("other")), found);
    }

    #[test]
    fn influence_is_that_of_the_means() {
        // Two halves with means 1 and 3 about 2: eight times one.
        let uniforms = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9];
        let shares = [1.0, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0];
        assert_eq!(between_parts(uniforms.into_iter(), &shares), 8.0);
        assert_eq!(between_parts(uniforms.into_iter(), &[2.0; 8]), 0.0);
        assert_eq!(between_parts(uniforms.into_iter(), &[]), 0.0);
    }
}
