//! Shared numerical tools: cancellation-free logarithms, Loader's saddle-point pieces, a quadrature rule, and the one
//! root finder that inverts the incomplete gamma and beta functions.
use super::Tails;

/// ln(sqrt(2 pi)).
pub const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;
/// 2 pi.
pub const TWO_PI: f64 = core::f64::consts::TAU;

/// Positive nodes and weights of the 16-point Gauss-Legendre rule on (-1, 1).
pub const GAUSS_LEGENDRE_16: [(f64, f64); 8] = [
    (0.09501250983763744, 0.1894506104550685),
    (0.2816035507792589, 0.18260341504492358),
    (0.45801677765722737, 0.16915651939500254),
    (0.6178762444026438, 0.14959598881657674),
    (0.755404408355003, 0.12462897125553388),
    (0.8656312023878318, 0.09515851168249279),
    (0.9445750230732326, 0.062253523938647894),
    (0.9894009349916499, 0.027152459411754096),
];

/// Integral of `function` over `low..high` by the 16-point Gauss-Legendre rule on each of `panels` equal panels.
pub fn integrate(low: f64, high: f64, panels: usize, mut function: impl FnMut(f64) -> f64) -> f64 {
    let half = (high - low) / panels as f64 * 0.5;
    let mut total = 0.0;
    for panel in 0..panels {
        let centre = low + (2 * panel + 1) as f64 * half;
        for (node, weight) in GAUSS_LEGENDRE_16 {
            total += weight * (function(centre - half * node) + function(centre + half * node));
        }
    }
    total * half
}

/// ln(1 + t) - t without cancellation, for t > -1.
///
/// With r = t / (2 + t), ln(1 + t) = 2 atanh(r), whose series is summed for |t| < 1/2.
pub fn log1p_minus_argument(t: f64) -> f64 {
    if t.abs() >= 0.5 {
        return libm::log1p(t) - t;
    }
    let r = t / (2.0 + t);
    let square = r * r;
    let mut power = square * r;
    let mut sum = 0.0;
    let mut odd = 3.0;
    while odd < 60.0 {
        let term = power / odd;
        sum += term;
        if term.abs() <= sum.abs() * 1e-17 {
            break;
        }
        power *= square;
        odd += 2.0;
    }
    2.0 * sum - r * t
}

/// exp(t) - 1 - t without cancellation.
pub fn expm1_minus_argument(t: f64) -> f64 {
    if t.abs() >= 0.3 {
        return libm::expm1(t) - t;
    }
    let mut term = 0.5 * t * t;
    let mut sum = 0.0;
    let mut n = 3.0;
    while n < 30.0 {
        sum += term;
        if term.abs() <= sum.abs() * 1e-17 {
            break;
        }
        term *= t / n;
        n += 1.0;
    }
    sum
}

/// The error of Stirling's formula: ln Gamma(n + 1) - [(n + 1/2) ln n - n + ln sqrt(2 pi)], for n > 0.
///
/// Source: C. Loader, "Fast and accurate computation of binomial probabilities" (2000).
pub fn stirling_error(n: f64) -> f64 {
    if n < 15.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - HALF_LN_TWO_PI;
    }
    let inverse = 1.0 / n;
    let s = inverse * inverse;
    inverse
        * (1.0 / 12.0
            - s * (1.0 / 360.0
                - s * (1.0 / 1260.0
                    - s * (1.0 / 1680.0 - s * (1.0 / 1188.0 - s * (691.0 / 360_360.0 - s * (1.0 / 156.0)))))))
}

/// Loader's deviance x ln(x / m) + m - x, for x > 0 and m > 0, without cancellation when m is close to x.
pub fn deviance(x: f64, m: f64) -> f64 {
    deviance_by_difference(x, m, m - x)
}

/// The same with `difference` = m - x given, for when it is known more precisely than m.
pub fn deviance_by_difference(x: f64, m: f64, difference: f64) -> f64 {
    let t = difference / x;
    if t.is_finite() && t > -0.9 {
        -x * log1p_minus_argument(t)
    } else {
        x * libm::log(x / m) + difference
    }
}

/// Finds y where the cumulative probability equals `target`, by Newton's method on the logarithm of the smaller tail.
///
/// `evaluate(y)` gives the tails at y and the density with respect to y. When that density is log-concave, as it is for
/// the logarithm of a gamma and the logit of a beta variable, both log-tails are concave and Newton's method converges
/// from anywhere; a bracket with bisection guards against rounding, underflow and poor starts. At most 200 steps.
pub fn solve_tail(
    start: f64,
    (mut low, mut high): (f64, f64),
    target: Tails,
    mut evaluate: impl FnMut(f64) -> (Tails, f64),
) -> f64 {
    let use_lower = target.lower <= target.upper;
    let mut y = if start > low && start < high {
        start
    } else {
        0.5 * (low + high)
    };
    for _ in 0..200 {
        let (tails, density) = evaluate(y);
        let (residual, slope) = if use_lower {
            (libm::log(tails.lower / target.lower), density / tails.lower)
        } else {
            (-libm::log(tails.upper / target.upper), density / tails.upper)
        };
        if residual == 0.0 {
            return y;
        }
        if residual < 0.0 {
            low = y;
        } else {
            high = y;
        }
        let next = y - residual / slope;
        if next > low && next < high {
            y = next;
            // Quadratic convergence: a step from this close lands within rounding of the root.
            if residual.abs() < 1e-8 {
                return y;
            }
        } else if residual.abs() < 1e-13 {
            return y;
        } else {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                return y;
            }
            y = middle;
        }
    }
    y
}
