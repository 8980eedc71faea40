//! The whole distribution of the total of randomly many losses of random size, exact by the fast Fourier transform and by Panjer's recursion,
//! against a run's summary and exceedance curve.
//!
//! Losses come by a Poisson process with rate r over a horizon T; each takes a severity S away for min(D, T - U), with D its exponential
//! duration (mean m) and U its uniform start. Severities add up and stay below 1 together, so the total is the sum of N independent
//! X = S min(D, T - U) / T with N Poisson of mean rT, and P(min(D, T - U) > x) = exp(-x/m) (1 - x/T).

use crate::exact::{Outcomes, assert_agrees, assert_probability};
use crate::support::{read, row, simulate};

/// Months.
const HORIZON: f64 = 24.0;
const MEAN_DURATION: f64 = 6.0;
const PER_YEAR: f64 = 2.0;
const SEVERITIES: [(f64, f64); 3] = [(0.03, 0.5), (0.06, 0.3), (0.1, 0.2)];
const TRIALS: f64 = 40_000.0;

const SCENARIO: &str = r#"
format = 1
title = "Sum of random losses"
assumption = "closed form"
[time]
start = "2026-01"
periods = 24
[run]
trials = 40_000
overlap = "sum"
[[country]]
id = "exporter"
[[country]]
id = "buyer"
[[material]]
id = "metal"
[[supply]]
id = "plant"
country = "exporter"
material = "metal"
capacity = 1200
[[demand]]
material = "metal"
country = "buyer"
amount = 1200
[[event]]
id = "loss"
kind = "production_loss"
supply = "plant"
arrival = { process = "poisson", per_year = 2 }
duration = { dist = "exponential", mean = 6 }
severity = { dist = "empirical", values = [0.03, 0.06, 0.1], weights = [5, 3, 2] }
"#;

/// Cells of the lattice on which losses are rounded, over (0, 1).
const CELLS: usize = 1 << 15;

/// P(X > x), x as a share of the horizon's demand.
fn tail(x: f64) -> f64 {
    let each = SEVERITIES.iter().map(|(severity, probability)| {
        let months = x * HORIZON / severity;
        let longer = libm::exp(-months / MEAN_DURATION) * (1.0 - months / HORIZON).max(0.0);
        probability * longer
    });
    each.sum()
}

/// One loss on the lattice: rounded down (`shift` 0), to the nearest (0.5) or up (1).
fn one_loss(shift: f64) -> Vec<f64> {
    let width = 1.0 / CELLS as f64;
    let from = |cell: usize| ((cell as f64 - shift) * width).max(0.0);
    (0..CELLS)
        .map(|cell| {
            let low = if cell == 0 { 1.0 } else { tail(from(cell)) };
            low - tail(from(cell + 1))
        })
        .collect()
}

/// A complex number as (real, imaginary).
type Complex = (f64, f64);

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// The discrete Fourier transform (`sign` -1) or its inverse without the factor 1/n (`sign` 1), by halves (Cooley and Tukey 1965).
fn transform(values: &[Complex], sign: f64) -> Vec<Complex> {
    let count = values.len();
    if count == 1 {
        return values.to_vec();
    }
    let part = |odd: usize| -> Vec<Complex> { values.iter().skip(odd).step_by(2).copied().collect() };
    let (even, odd) = (transform(&part(0), sign), transform(&part(1), sign));
    let mut found = vec![(0.0, 0.0); count];
    for k in 0..count / 2 {
        let angle = sign * std::f64::consts::TAU * k as f64 / count as f64;
        let turned = times((libm::cos(angle), libm::sin(angle)), odd[k]);
        found[k] = (even[k].0 + turned.0, even[k].1 + turned.1);
        found[k + count / 2] = (even[k].0 - turned.0, even[k].1 - turned.1);
    }
    found
}

/// The distribution of the sum of Poisson many losses: exp(mean (f - 1)) of the transform f of one.
fn sum_by_transform(one: &[f64], mean: f64) -> Vec<f64> {
    let spectrum = transform(&one.iter().map(|p| (*p, 0.0)).collect::<Vec<_>>(), -1.0);
    let powers: Vec<Complex> = spectrum
        .iter()
        .map(|f| {
            let size = libm::exp(mean * (f.0 - 1.0));
            (size * libm::cos(mean * f.1), size * libm::sin(mean * f.1))
        })
        .collect();
    let scale = 1.0 / one.len() as f64;
    transform(&powers, 1.0).iter().map(|value| value.0 * scale).collect()
}

/// The same by recursion (Panjer 1981): n p(n) = mean x the sum of k f(k) p(n - k).
fn sum_by_recursion(one: &[f64], mean: f64, count: usize) -> Vec<f64> {
    let mut sum = vec![libm::exp(-mean * (1.0 - one[0]))];
    for n in 1..count {
        let total: f64 = (1..=n).map(|k| k as f64 * one[k] * sum[n - k]).sum();
        sum.push(mean / n as f64 * total);
    }
    sum
}

fn outcomes(probabilities: &[f64]) -> Outcomes {
    let width = 100.0 / CELLS as f64;
    let all = probabilities.iter().enumerate();
    Outcomes::new(
        all.map(|(cell, probability)| (cell as f64 * width, *probability))
            .collect(),
    )
}

#[test]
fn the_transform_and_the_recursion_agree() {
    let one = one_loss(0.5);
    let mean = PER_YEAR * HORIZON / 12.0;
    let (quick, slow) = (sum_by_transform(&one, mean), sum_by_recursion(&one, mean, 4096));
    for (cell, (a, b)) in quick.iter().zip(&slow).enumerate() {
        assert!((a - b).abs() < 1e-12, "cell {cell}: {a} and {b}");
    }
}

#[test]
fn the_total_of_random_losses_has_its_distribution() {
    let mean = PER_YEAR * HORIZON / 12.0;
    let [low, middle, high] = [0.0, 0.5, 1.0].map(|shift| outcomes(&sum_by_transform(&one_loss(shift), mean)));
    let report = simulate(&read(SCENARIO), &[]);
    let found = row(&report, "baseline", "metal", "buyer", "all").unwrap();
    // The lattice brackets the exact value.
    let slack = |of: &dyn Fn(&Outcomes) -> f64| 0.5 * (of(&high) - of(&low)).abs();
    let check = |what: &str, value: f64, of: &dyn Fn(&Outcomes) -> f64, deviation: f64, bins: f64| {
        assert_agrees(
            what,
            value,
            of(&middle),
            deviation,
            TRIALS,
            slack(of) + bins * of(&middle),
        );
    };
    let deviation = middle.deviation();
    check(
        "mean",
        found.expected_shortfall_pct.value,
        &Outcomes::mean,
        deviation,
        0.0,
    );
    let found_deviation = found.sd_pct.value;
    let influence = middle.influence_on_deviation();
    check("deviation", found_deviation, &Outcomes::deviation, influence, 0.0);
    // Campbell: variance = rate x E[X^2], to the lattice's precision.
    let square: f64 = SEVERITIES
        .iter()
        .map(|(severity, probability)| {
            let (m, t) = (MEAN_DURATION, HORIZON);
            // E[min(D, T - U)^2] = integral of 2 x exp(-x/m) (1 - x/T).
            let e = libm::exp(-t / m);
            let second = 2.0 * m * m * (1.0 - e * (1.0 + t / m))
                - 2.0 / t * m * m * m * (2.0 - e * (2.0 + 2.0 * t / m + t * t / (m * m)));
            probability * severity * severity * second / (t * t)
        })
        .sum();
    assert!((deviation - 100.0 * (mean * square).sqrt()).abs() < 1e-3, "{deviation}");
    assert_probability("any", found.prob_any.value, 1.0 - libm::exp(-mean), TRIALS);
    // Quantiles: the bracket of levels 4 standard errors away, and a bin's width.
    for (level, estimate) in [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
        .into_iter()
        .zip(&found.quantiles_pct)
    {
        let error = 4.0 * (level * (1.0 - level) / TRIALS).sqrt();
        let (least, most) = (
            low.quantile(level - error),
            high.quantile((level + error).min(1.0 - 1e-12)),
        );
        let value = estimate.estimate.value;
        assert!(
            value >= least * 0.996 && value <= most * 1.004,
            "quantile {level}: {value} outside {least}..{most}"
        );
    }
    for (level, estimate) in [0.9, 0.95, 0.99].into_iter().zip(&found.cvar_pct) {
        let influence = middle.tail(level).1;
        check("CVaR", estimate.estimate.value, &|of| of.tail(level).0, influence, 1e-4);
    }
    let curves = &report.results.policies[0].exceedance;
    let curve = curves.iter().find(|curve| curve.country == "buyer").unwrap();
    let mut compared = 0;
    for point in &curve.points {
        let of = |outcomes: &Outcomes| outcomes.exceedance(point.shortfall_pct);
        let exact = of(&middle);
        let what = format!("P(above {} %)", point.shortfall_pct);
        // Rounding down keeps the atom at nothing and more beside it: the bracket is wide there, the exact value known.
        if point.shortfall_pct == 0.0 {
            continue;
        }
        let deviation = (exact * (1.0 - exact)).max(0.0).sqrt();
        assert_agrees(
            &what,
            point.probability.value,
            exact,
            deviation,
            TRIALS,
            slack(&of) + 1e-9,
        );
        compared += usize::from(exact * TRIALS > 10.0);
    }
    assert!(compared >= 15, "only {compared} points of the curve were likely");
}
