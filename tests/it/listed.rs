//! Every distribution of the format, as a scenario writes it, with its exact distribution function.

use std::fmt::Write;

use crate::exact::poisson;
use crate::laws::{Law, Z90, beta_of, lognormal_of, pert, triangular, weibull};

/// The distribution function at every point of an ascending sample.
pub type Cdf = Box<dyn Fn(&[f64]) -> Vec<f64>>;

/// A distribution as the format writes it, and what its draws must be like.
pub struct Entry {
    pub dist: &'static str,
    pub parameters: Vec<(&'static str, f64)>,
    pub lists: Vec<(&'static str, Vec<f64>)>,
    pub cdf: Cdf,
    pub discrete: bool,
}

impl Entry {
    /// As it stands in a scenario.
    pub fn text(&self) -> String {
        let mut text = format!("{{ dist = \"{}\"", self.dist);
        for (name, value) in &self.parameters {
            write!(text, ", {name} = {value}").unwrap();
        }
        for (name, values) in &self.lists {
            write!(text, ", {name} = {values:?}").unwrap();
        }
        text + " }"
    }
}

fn continuous(dist: &'static str, parameters: &[(&'static str, f64)], law: Law) -> Entry {
    Entry {
        dist,
        parameters: parameters.to_vec(),
        lists: Vec::new(),
        cdf: Box::new(move |ascending| law.at(ascending).0.iter().map(|each| each[0]).collect()),
        discrete: false,
    }
}

fn closed(dist: &'static str, parameters: &[(&'static str, f64)], cdf: impl Fn(f64) -> f64 + 'static) -> Entry {
    Entry {
        dist,
        parameters: parameters.to_vec(),
        lists: Vec::new(),
        cdf: Box::new(move |ascending| ascending.iter().map(|x| cdf(*x)).collect()),
        discrete: false,
    }
}

fn discrete(
    dist: &'static str,
    parameters: &[(&'static str, f64)],
    lists: &[(&'static str, &[f64])],
    atoms: Vec<(f64, f64)>,
) -> Entry {
    let up_to = move |x: f64| {
        let below = atoms.iter().filter(|(value, _)| *value <= x);
        below.map(|(_, probability)| probability).sum::<f64>()
    };
    Entry {
        dist,
        parameters: parameters.to_vec(),
        lists: lists.iter().map(|(name, values)| (*name, values.to_vec())).collect(),
        // A sample of a discrete distribution has few different values.
        cdf: Box::new(move |ascending| {
            let mut known: Option<(f64, f64)> = None;
            ascending
                .iter()
                .map(|&x| match known {
                    Some((value, probability)) if value == x => probability,
                    _ => {
                        known = Some((x, up_to(x)));
                        up_to(x)
                    }
                })
                .collect()
        }),
        discrete: true,
    }
}

/// Every distribution of the format with every set of its parameters.
pub fn entries() -> Vec<Entry> {
    let counts = |mean: f64, most: usize| (0..most).map(|n| (n as f64, poisson(mean, n))).collect::<Vec<_>>();
    vec![
        discrete("fixed", &[("value", 3.0)], &[], vec![(3.0, 1.0)]),
        closed("uniform", &[("low", 2.0), ("high", 7.0)], |x| (x - 2.0) / 5.0),
        closed(
            "triangular",
            &[("low", 1.0), ("mode", 2.0), ("high", 5.0)],
            triangular(1.0, 2.0, 5.0),
        ),
        closed(
            "triangular",
            &[("low", 0.0), ("mode", 0.0), ("high", 1.0)],
            triangular(0.0, 0.0, 1.0),
        ),
        continuous(
            "pert",
            &[("low", 1.0), ("mode", 2.0), ("high", 5.0)],
            pert(1.0, 2.0, 5.0),
        ),
        continuous(
            "pert",
            &[("low", 0.0), ("mode", 0.0), ("high", 8.0)],
            pert(0.0, 0.0, 8.0),
        ),
        continuous(
            "normal",
            &[("mean", 90.0), ("sd", 10.0), ("low", 0.0)],
            Law::normal(90.0, 10.0, 0.0, f64::INFINITY),
        ),
        continuous(
            "normal",
            &[("mean", 1.0), ("sd", 2.0), ("low", 0.0), ("high", 4.0)],
            Law::normal(1.0, 2.0, 0.0, 4.0),
        ),
        continuous(
            "normal",
            &[("mean", 0.0), ("sd", 1.0), ("low", 6.0)],
            Law::normal(0.0, 1.0, 6.0, f64::INFINITY),
        ),
        continuous(
            "lognormal",
            &[("median", 9.0), ("p90", 24.0)],
            Law::lognormal(libm::log(9.0), libm::log(24.0 / 9.0) / Z90),
        ),
        continuous("lognormal", &[("mean", 5.0), ("sd", 2.0)], lognormal_of(5.0, 2.0)),
        continuous(
            "lognormal",
            &[("median", 2.0), ("sigma", 0.4)],
            Law::lognormal(libm::log(2.0), 0.4),
        ),
        continuous("lognormal", &[("mu", 0.5), ("sigma", 0.8)], Law::lognormal(0.5, 0.8)),
        continuous("beta", &[("mean", 0.6), ("sd", 0.2)], beta_of(0.6, 0.2, 0.0, 1.0)),
        continuous(
            "beta",
            &[("mean", 3.0), ("sd", 0.7), ("low", 1.0), ("high", 6.0)],
            beta_of(3.0, 0.7, 1.0, 6.0),
        ),
        continuous("beta", &[("alpha", 0.4), ("beta", 3.0)], Law::beta(0.4, 3.0, 0.0, 1.0)),
        continuous("beta", &[("alpha", 5.0), ("beta", 0.5)], Law::beta(5.0, 0.5, 0.0, 1.0)),
        continuous(
            "beta",
            &[("alpha", 30.0), ("beta", 8.0), ("low", 2.0), ("high", 4.0)],
            Law::beta(30.0, 8.0, 2.0, 4.0),
        ),
        continuous("gamma", &[("mean", 1.0), ("sd", 0.7)], Law::gamma(1.0 / 0.49, 0.49)),
        continuous("gamma", &[("shape", 0.3), ("scale", 2.0)], Law::gamma(0.3, 2.0)),
        continuous("gamma", &[("shape", 7.5), ("scale", 0.2)], Law::gamma(7.5, 0.2)),
        closed("weibull", &[("shape", 1.7), ("scale", 3.0)], weibull(1.7, 3.0)),
        closed("weibull", &[("shape", 0.6), ("scale", 3.0)], weibull(0.6, 3.0)),
        closed("exponential", &[("mean", 4.0)], |x| -libm::expm1(-x / 4.0)),
        closed("exponential", &[("rate", 0.8)], |x| -libm::expm1(-0.8 * x)),
        discrete("poisson", &[("mean", 3.5)], &[], counts(3.5, 60)),
        discrete("poisson", &[("mean", 400.0)], &[], counts(400.0, 900)),
        discrete(
            "empirical",
            &[],
            &[("values", &[1.0, 2.0, 6.0, 9.5])],
            [1.0, 2.0, 6.0, 9.5].map(|value| (value, 0.25)).into(),
        ),
        discrete(
            "empirical",
            &[],
            &[("values", &[3.0, 1.0, 2.0, 3.0]), ("weights", &[1.0, 2.0, 3.0, 4.0])],
            vec![(1.0, 0.2), (2.0, 0.3), (3.0, 0.5)],
        ),
    ]
}
