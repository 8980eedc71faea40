//! Results as a run could have found them, from closed formulas: shortfall is 0 with probability `1 - p`, else exponential.

use crate::results::types::*;

/// A place: id, name, probability of any shortfall, its mean size in %.
pub type Place = (&'static str, &'static str, f64, f64);

/// What to build.
#[derive(Clone)]
pub struct Sample {
    pub title: &'static str,
    pub material: (&'static str, &'static str, &'static str),
    pub places: Vec<Place>,
    /// Id, name, factor on probabilities and sizes, cost.
    pub policies: Vec<(&'static str, &'static str, f64, Option<f64>)>,
    /// Id, name, share of expected, share of CVaR 95.
    pub events: Vec<(&'static str, String, f64, f64)>,
    /// Stage id, name, unit, output, shares in %.
    pub stages: Vec<Stage>,
    pub step: &'static str,
    pub start: &'static str,
    pub periods: usize,
    pub trials: u64,
}

pub type Stage = (&'static str, &'static str, &'static str, f64, Vec<(&'static str, f64)>);

pub const NAMES: [(&str, &str); 24] = [
    ("CHN", "China"),
    ("MYS", "Malaysia"),
    ("AUS", "Australia"),
    ("EST", "Estonia"),
    ("MMR", "Myanmar"),
    ("VNM", "Viet Nam"),
    ("THA", "Thailand"),
    ("DEU", "Germany"),
    ("FRA", "France"),
    ("BRA", "Brazil"),
    ("ZAF", "South Africa"),
    ("RUS", "Russian Federation"),
    ("COD", "Democratic Republic of the Congo"),
    ("CHL", "Chile"),
    ("PER", "Peru"),
    ("CAN", "Canada"),
    ("GBR", "United Kingdom"),
    ("MEX", "Mexico"),
    ("IDN", "Indonesia"),
    ("USA", "United States"),
    ("IND", "India"),
    ("JPN", "Japan"),
    ("KOR", "Republic of Korea"),
    ("OTH", "Other countries"),
];

fn estimate(value: f64, n: u64, spread: f64) -> Estimate {
    let se = spread / (n as f64).sqrt();
    Estimate {
        value,
        standard_error: se,
        low: (value - 1.96 * se).max(0.0),
        high: value + 1.96 * se,
    }
}

fn probability(p: f64, n: u64) -> Estimate {
    let e = estimate(p, n, (p * (1.0 - p)).max(0.0).sqrt());
    Estimate {
        high: e.high.min(1.0),
        ..e
    }
}

fn above(p: f64, s: f64, x: f64) -> f64 {
    if s <= 0.0 || x >= 100.0 {
        0.0
    } else {
        p * libm::exp(-x / s)
    }
}

fn quantile(p: f64, s: f64, level: f64) -> f64 {
    if p <= 1.0 - level {
        0.0
    } else {
        (s * libm::log(p / (1.0 - level))).min(100.0)
    }
}

fn cvar(p: f64, s: f64, level: f64) -> f64 {
    let tail = 1.0 - level;
    (if p > tail {
        quantile(p, s, level) + s
    } else {
        p * s / tail
    })
    .min(100.0)
}

fn row(material: &str, place: &str, (p, s): (f64, f64), n: u64) -> SummaryRow {
    let mean = estimate(p * s, n, s * (2.0 * p).sqrt());
    let zero = estimate(0.0, n, 0.0);
    let tail = |level: f64| TailEstimate {
        estimate: estimate(cvar(p, s, level), n, 3.0 * s),
        supported: (1.0 - level) * n as f64 >= 10.0,
    };
    let at = |level: f64| TailEstimate {
        estimate: estimate(quantile(p, s, level), n, 2.0 * s),
        ..tail(level)
    };
    SummaryRow {
        material: material.into(),
        country: place.into(),
        sector: "all".into(),
        demand_t: 1e4,
        expected_shortfall_t: estimate(100.0 * p * s, n, s),
        expected_shortfall_pct: mean,
        structural_shortfall_pct: zero,
        event_shortfall_pct: mean,
        unmet_after_adaptation_pct: mean,
        unmet_after_adaptation_cvar95_pct: tail(0.95),
        prob_any: probability(p, n),
        prob_gt_5: probability(above(p, s, 5.0), n),
        prob_gt_10: probability(above(p, s, 10.0), n),
        prob_gt_25: probability(above(p, s, 25.0), n),
        prob_gt_50: probability(above(p, s, 50.0), n),
        expected_months_short: zero,
        quantiles_pct: [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99].map(at),
        cvar_pct: [0.9, 0.95, 0.99].map(tail),
        max_pct: quantile(p, s, 1.0 - 1.0 / n as f64),
        time_to_survive_months: None,
        time_to_recover_months: None,
        spell_count: zero,
        spell_months: None,
        spell_depth_pct: None,
        worst_spell_pct: zero,
        worst_spell_cvar95_pct: tail(0.95),
        exposed_value_musd: None,
        peak_price_index: None,
        peak_price_index_band: None,
        trials_for_1pct: None,
        sd_pct: estimate(s * (p * (2.0 - p)).sqrt(), n, s),
        prob_ge_5: probability(above(p, s, 5.0), n),
        prob_ge_10: probability(above(p, s, 10.0), n),
        prob_ge_25: probability(above(p, s, 25.0), n),
        prob_ge_50: probability(above(p, s, 50.0), n),
    }
}

fn curve(material: &str, place: &str, (p, s): (f64, f64), n: u64) -> ExceedanceCurve {
    let end = (s * libm::log((p * n as f64).max(1.0))).clamp(1e-9, 100.0);
    let points: Vec<ExceedancePoint> = (0..=200)
        .map(|i| {
            let x = end * f64::from(i) / 200.0;
            let probability = probability(if i == 200 { 0.0 } else { above(p, s, x) }, n);
            ExceedancePoint {
                shortfall_pct: x,
                probability,
                worst_spell_probability: probability,
            }
        })
        .collect();
    let steps = points
        .iter()
        .map(|point| ExceedanceStep {
            shortfall_pct: point.shortfall_pct,
            trials_beyond: (point.probability.value * n as f64).round() as u64,
        })
        .collect();
    ExceedanceCurve {
        material: material.into(),
        country: place.into(),
        points,
        steps,
    }
}

fn fan(sample: &Sample, material: &str, place: &str, (p, s): (f64, f64)) -> Fan {
    let points = (0..sample.periods)
        .map(|i| {
            let t = (i as f64 + 1.0) / sample.periods as f64;
            let wave = 1.0 + 0.12 * libm::sin(i as f64 * 0.55) + 0.05 * libm::sin(i as f64 * 1.7);
            let p = p * (1.0 - libm::exp(-4.0 * t)) * wave.min(1.1);
            let s = s * 1.4 * (0.6 + 0.6 * t * (1.6 - t)) * wave;
            FanPoint {
                period: i,
                date: sample.start.into(),
                mean_pct: estimate(p * s, sample.trials, s),
                quantiles_pct: [0.05, 0.25, 0.5, 0.75, 0.95].map(|l| quantile(p, s, l)),
                prob_any: probability(p, sample.trials),
                prob_gt_10: probability(above(p, s, 10.0), sample.trials),
            }
        })
        .collect();
    Fan {
        quantile_levels: FAN_QUANTILES,
        material: material.into(),
        country: place.into(),
        points,
    }
}

fn years(sample: &Sample, material: &str, place: &str, (p, s): (f64, f64)) -> Years {
    let first: i16 = sample.start[..4].parse().unwrap();
    let months = sample.periods as f64 * sample.step_months();
    let count = (months / 12.0).ceil().max(1.0) as i16;
    let of_year = |number: i16| {
        let p = p * (1.0 - libm::exp(-f64::from(number + 1)));
        let tail = |value| TailEstimate {
            estimate: estimate(value, sample.trials, s),
            supported: sample.trials >= 200,
        };
        YearPoint {
            year: first + number,
            months: (months - 12.0 * f64::from(number)).min(12.0),
            mean_pct: estimate(p * s, sample.trials, s),
            sd_pct: Some(s),
            quantiles_pct: [0.05, 0.25, 0.5, 0.75, 0.95].map(|l| tail(quantile(p, s, l))),
            prob_gt_10: probability(above(p, s, 10.0), sample.trials),
            cvar95_pct: tail((quantile(p, s, 0.95) + s * p).min(100.0)),
        }
    };
    Years {
        material: material.into(),
        country: place.into(),
        quantile_levels: FAN_QUANTILES,
        points: (0..count).map(of_year).collect(),
    }
}

fn policy(sample: &Sample, (id, name, factor, cost): (&str, &str, f64, Option<f64>)) -> PolicyResults {
    let material = sample.material.0;
    let count = sample.places.len().max(1) as f64;
    let mean = |get: fn(&Place) -> f64| sample.places.iter().map(get).sum::<f64>() / count;
    let mut places: Vec<(&str, (f64, f64))> = sample
        .places
        .iter()
        .map(|p| (p.0, (p.2 * factor, p.3 * factor)))
        .collect();
    if places.len() != 1 {
        places.push(("focus", (mean(|p| p.2) * factor, mean(|p| p.3) * factor)));
    }
    let headline = places.last().map_or("WLD", |p| p.0).to_owned();
    let n = sample.trials;
    let attribution = |(key, _, expected, tail): &(&str, String, f64, f64)| Attribution {
        material: material.into(),
        country: headline.clone(),
        kind: AttributionKind::Event,
        key: (*key).into(),
        share_of_expected: *expected,
        share_of_cvar95: *tail,
    };
    let event = |(key, name, expected, tail): &(&str, String, f64, f64)| EventResult {
        event: (*key).into(),
        name: name.clone(),
        expected_count: estimate(1.0, n, 1.0),
        mean_duration_months: None,
        mean_severity: None,
        share_of_expected: Some(*expected),
        share_of_cvar95: Some(*tail),
    };
    let shares = |(id, _, _, output, by): &Stage| {
        let mut rows: Vec<SupplyShare> = by
            .iter()
            .map(|(country, share)| SupplyShare {
                material: (*id).into(),
                country: (*country).into(),
                output_t: output * share / 100.0,
                share_pct: *share,
                capacity_t: output * share / 85.0,
            })
            .collect();
        rows.sort_by(|a, b| b.share_pct.total_cmp(&a.share_pct));
        rows
    };
    PolicyResults {
        policy: id.into(),
        name: name.into(),
        cost,
        headline: (material.into(), headline.clone()),
        summary: places
            .iter()
            .map(|(place, law)| row(material, place, *law, n))
            .collect(),
        exceedance: places
            .iter()
            .map(|(place, law)| curve(material, place, *law, n))
            .collect(),
        timeline: Some(
            places
                .iter()
                .map(|(place, law)| fan(sample, material, place, *law))
                .collect(),
        ),
        years: places
            .iter()
            .map(|(place, law)| years(sample, material, place, *law))
            .collect(),
        return_levels: Vec::new(),
        event_classes: Vec::new(),
        events: sample
            .events
            .iter()
            .filter(|e| e.0 != "structural")
            .map(event)
            .collect(),
        attribution: Some(sample.events.iter().map(attribution).collect()),
        replayable: Vec::new(),
        supply_shares: sample.stages.iter().flat_map(shares).collect(),
        balance: Vec::new(),
        supplies: Vec::new(),
        stocks: Vec::new(),
        variance: None,
    }
}

impl Sample {
    fn step_months(&self) -> f64 {
        match self.step {
            "week" => 12.0 / 52.18,
            "quarter" => 3.0,
            "year" => 12.0,
            _ => 1.0,
        }
    }

    pub fn results(&self) -> RunResults {
        let label = |id: &str, name: &str, unit: &str| Label {
            id: id.into(),
            name: name.into(),
            unit: unit.into(),
        };
        let mut places: Vec<Label> = self.places.iter().map(|p| label(p.0, p.1, "")).collect();
        places.extend(NAMES.iter().map(|(id, name)| label(id, name, "")));
        places.push(label("focus", "All places in focus", ""));
        let mut materials: Vec<Label> = self.stages.iter().map(|s| label(s.0, s.1, s.2)).collect();
        if !self.stages.iter().any(|s| s.0 == self.material.0) {
            materials.push(label(self.material.0, self.material.1, self.material.2));
        }
        RunResults {
            title: self.title.into(),
            description: None,
            manifest: Manifest {
                program: "critmin 0.1.0".into(),
                sampling_version: 1,
                scenario: "rare-earth-magnets.toml".into(),
                scenario_sha256: "9f2c41d07ab35e8812c6".into(),
                seed: 42,
                trials: self.trials,
                headline_measure: "shortfall".into(),
                trials_asked: self.trials,
                interrupted: false,
                set: Vec::new(),
                nothing_is_random: false,
                sampling: "random".into(),
                first_trial: 0,
                start: self.start.into(),
                step: self.step.into(),
                periods: self.periods,
                step_months: self.step_months(),
                citations: Vec::new(),
                defaults: Vec::new(),
                left_out: Vec::new(),
                return_periods: Vec::new(),
                warnings: Vec::new(),
                acknowledgements: Vec::new(),
                resolved_scenario: serde_json::Value::Null,
            },
            materials,
            places,
            focus_materials: vec![self.material.0.into()],
            focus_places: self.places.iter().map(|p| p.0.into()).collect(),
            policies: self.policies.iter().map(|p| policy(self, *p)).collect(),
        }
    }
}
