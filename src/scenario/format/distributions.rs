//! The distributions that a number may be, and their parameters.

/// A distribution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DistributionSpec {
    pub name: &'static str,
    pub doc: &'static str,
    /// Sets of parameters, any one of which determines it.
    pub parameters: &'static [&'static [&'static str]],
    pub optional: &'static [&'static str],
    pub example: &'static str,
}

pub(crate) const DISTRIBUTIONS: &[DistributionSpec] = &[
    DistributionSpec {
        name: "fixed",
        doc: "Always `value`.",
        parameters: &[&["value"]],
        optional: &[],
        example: r#"{ dist = "fixed", value = 3 }"#,
    },
    DistributionSpec {
        name: "uniform",
        doc: "Equally likely anywhere between `low` and `high`.",
        parameters: &[&["low", "high"]],
        optional: &[],
        example: r#"{ dist = "uniform", low = -0.5, high = -0.1 }"#,
    },
    DistributionSpec {
        name: "triangular",
        doc: "Between `low` and `high`, most likely at `mode`.",
        parameters: &[&["low", "mode", "high"]],
        optional: &[],
        example: r#"{ dist = "triangular", low = 1, mode = 2, high = 5 }"#,
    },
    DistributionSpec {
        name: "pert",
        doc: "Between `low` and `high`, most likely at `mode`, with thinner ends than the triangle.",
        parameters: &[&["low", "mode", "high"]],
        optional: &[],
        example: r#"{ dist = "pert", low = 0.05, mode = 0.2, high = 0.6 }"#,
    },
    DistributionSpec {
        name: "normal",
        doc: "Normal; with `low` or `high` it is truncated there.",
        parameters: &[&["mean", "sd"]],
        optional: &["low", "high"],
        example: r#"{ dist = "normal", mean = 100, sd = 10, low = 0 }"#,
    },
    DistributionSpec {
        name: "lognormal",
        doc: "Lognormal, by median and 90th percentile, by mean and standard deviation, or by the median or `mu` (its logarithm) and the standard deviation `sigma` of the logarithm.",
        parameters: &[
            &["median", "p90"],
            &["mean", "sd"],
            &["median", "sigma"],
            &["mu", "sigma"],
        ],
        optional: &[],
        example: r#"{ dist = "lognormal", median = 9, p90 = 24 }"#,
    },
    DistributionSpec {
        name: "beta",
        doc: "Beta, by mean and standard deviation or by `alpha` and `beta`; on 0 to 1, or from `low` to `high`.",
        parameters: &[&["mean", "sd"], &["alpha", "beta"]],
        optional: &["low", "high"],
        example: r#"{ dist = "beta", mean = 0.6, sd = 0.2 }"#,
    },
    DistributionSpec {
        name: "gamma",
        doc: "Gamma, by mean and standard deviation or by shape and scale.",
        parameters: &[&["mean", "sd"], &["shape", "scale"]],
        optional: &[],
        example: r#"{ dist = "gamma", mean = 1, sd = 0.7 }"#,
    },
    DistributionSpec {
        name: "weibull",
        doc: "Weibull, by shape and scale.",
        parameters: &[&["shape", "scale"]],
        optional: &[],
        example: r#"{ dist = "weibull", shape = 1.5, scale = 6 }"#,
    },
    DistributionSpec {
        name: "exponential",
        doc: "Exponential, by mean or by rate (1 / mean).",
        parameters: &[&["mean"], &["rate"]],
        optional: &[],
        example: r#"{ dist = "exponential", mean = 3 }"#,
    },
    DistributionSpec {
        name: "poisson",
        doc: "A whole number with the given mean.",
        parameters: &[&["mean"]],
        optional: &[],
        example: r#"{ dist = "poisson", mean = 4 }"#,
    },
    DistributionSpec {
        name: "empirical",
        doc: "One of a list of values, equally likely or by `weights`.",
        parameters: &[&["values"]],
        optional: &["weights"],
        example: r#"{ dist = "empirical", values = [1, 2, 6], weights = [3, 2, 1] }"#,
    },
];

impl DistributionSpec {
    pub fn named(name: &str) -> Option<&'static DistributionSpec> {
        DISTRIBUTIONS.iter().find(|spec| spec.name == name)
    }

    /// Every parameter that it knows.
    pub fn keys(&self) -> Vec<&'static str> {
        let mut keys: Vec<&'static str> = Vec::new();
        for key in self.parameters.iter().copied().flatten().chain(self.optional) {
            if !keys.contains(key) {
                keys.push(key);
            }
        }
        keys
    }

    /// `low and high`, or `median and p90; mean and sd`.
    pub fn alternatives(&self) -> String {
        let sets: Vec<String> = self
            .parameters
            .iter()
            .map(|set| {
                set.iter()
                    .map(|key| format!("`{key}`"))
                    .collect::<Vec<_>>()
                    .join(" and ")
            })
            .collect();
        sets.join(", or ")
    }
}
