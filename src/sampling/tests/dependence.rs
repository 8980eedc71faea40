//! Copulas keep margins uniform and give the dependence asked for.
use super::draws::{critical, kolmogorov_smirnov};
use crate::sampling::{Copula, Correlation, StreamKey};
use core::f64::consts::PI;

fn sample(copula: &Copula, count: u64) -> Vec<Vec<f64>> {
    let key = StreamKey::new(11, "copula");
    let mut columns = vec![Vec::new(); copula.size()];
    let mut out = vec![0.0; copula.size()];
    for trial in 0..count {
        let uniforms: Vec<f64> = (0..copula.uniforms_needed())
            .map(|index| key.uniform(trial, index as u64))
            .collect();
        copula.couple(&uniforms, &mut out);
        for (column, &u) in columns.iter_mut().zip(&out) {
            assert!(u > 0.0 && u < 1.0);
            column.push(u);
        }
    }
    columns
}

/// Spearman's correlation: with uniform margins, 12 E[(u - 1/2)(v - 1/2)].
fn spearman(u: &[f64], v: &[f64]) -> f64 {
    12.0 * u.iter().zip(v).map(|(a, b)| (a - 0.5) * (b - 0.5)).sum::<f64>() / u.len() as f64
}

fn kendall(u: &[f64], v: &[f64]) -> f64 {
    let mut balance = 0_i64;
    for i in 0..u.len() {
        for j in 0..i {
            balance += if (u[i] - u[j]) * (v[i] - v[j]) > 0.0 { 1 } else { -1 };
        }
    }
    balance as f64 / (u.len() * (u.len() - 1) / 2) as f64
}

#[test]
fn margins_stay_uniform() {
    let correlation = Correlation::common(3, 0.6).unwrap();
    let copulas = [
        Copula::gaussian(correlation.clone()),
        Copula::student_t(correlation.clone(), 3.0).unwrap(),
        Copula::student_t(correlation, 0.5).unwrap(),
    ];
    for copula in copulas {
        for mut column in sample(&copula, 20_000) {
            let statistic = kolmogorov_smirnov(&mut column, |u| u, false);
            assert!(statistic < critical(20_000), "{statistic}");
        }
    }
}

#[test]
fn gaussian_rank_correlations_follow_the_formula() {
    let rows = [[1.0, 0.8, -0.3], [0.8, 1.0, 0.1], [-0.3, 0.1, 1.0]];
    let copula = Copula::gaussian(Correlation::matrix(&rows).unwrap());
    let columns = sample(&copula, 20_000);
    for i in 0..3 {
        for j in 0..i {
            // Spearman = 6 / pi asin(rho / 2). asin by its series through atan2.
            let half: f64 = rows[i][j] / 2.0;
            let expected = 6.0 / PI * libm::asin(half);
            let found = spearman(&columns[i], &columns[j]);
            assert!((found - expected).abs() < 0.03, "{i}, {j}: {found} for {expected}");
        }
    }
}

#[test]
fn t_copulas_have_kendalls_formula_and_tail_dependence() {
    let correlation = Correlation::common(2, 0.5).unwrap();
    let expected = 2.0 / PI * libm::asin(0.5);
    let mut joint = Vec::new();
    for copula in [
        Copula::gaussian(correlation.clone()),
        Copula::student_t(correlation, 2.5).unwrap(),
    ] {
        let columns = sample(&copula, 40_000);
        let found = kendall(&columns[0][..4000], &columns[1][..4000]);
        assert!((found - expected).abs() < 0.04, "{found} for {expected}");
        joint.push(
            columns[0]
                .iter()
                .zip(&columns[1])
                .filter(|(u, v)| **u > 0.99 && **v > 0.99)
                .count(),
        );
    }
    // At rho = 1/2 about 13% of the worst 1% are shared under a Gaussian copula, about a third under this t copula.
    assert!(joint[1] > 2 * joint[0] && joint[0] > 20, "{joint:?}");
}

#[test]
fn independence_and_extreme_uniforms() {
    let copula = Copula::gaussian(Correlation::common(2, 0.0).unwrap());
    let mut out = [0.0; 2];
    copula.couple(&[0.3, 0.9], &mut out);
    assert!((out[0] - 0.3).abs() < 1e-15 && (out[1] - 0.9).abs() < 1e-15);
    let least = 0.5 * f64::EPSILON;
    for copula in [
        Copula::gaussian(Correlation::common(2, 0.999).unwrap()),
        Copula::student_t(Correlation::common(2, 0.999).unwrap(), 0.1).unwrap(),
    ] {
        for uniforms in [
            [least; 3],
            [1.0 - least; 3],
            [0.5; 3],
            [0.5, 0.5, least],
            [least, 1.0 - least, least],
        ] {
            copula.couple(&uniforms, &mut out);
            assert!(out.iter().all(|&u| u > 0.0 && u < 1.0), "{out:?}");
        }
    }
    assert_eq!(Correlation::common(1, 0.0).unwrap().size(), 1);
}

#[test]
fn coupled_values_are_stable() {
    let copula = Copula::student_t(Correlation::common(2, 0.4).unwrap(), 4.0).unwrap();
    let bits: Vec<u64> = sample(&copula, 4).into_iter().flatten().map(f64::to_bits).collect();
    assert_eq!(bits, COUPLED_VALUES);
}

const COUPLED_VALUES: &[u64] = &[
    0x3fe7273ac12bfe54,
    0x3fda7dcd52a7b7de,
    0x3fecd58e67c52a08,
    0x3fcdf0c5abf897c0,
    0x3fd093a0b22cd41e,
    0x3fe0efc2e458552c,
    0x3fe9b96b66cb339e,
    0x3fee4bedb3399fe2,
];
