//! The gamma function and the gamma distribution with scale 1.
use super::numeric::{
    TWO_PI, deviance, expm1_minus_argument, integrate, log1p_minus_argument, solve_tail, stirling_error,
};
use super::{Tails, normal_quantile};

/// From this shape on, tails near the mode are integrated numerically rather than summed.
const QUADRATURE_FROM: f64 = 2000.0;

/// Natural logarithm of the absolute value of the gamma function.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}

/// x^a e^-x / Gamma(a): the density of ln X at ln x, for X gamma with shape `a` and scale 1 (Loader's form).
fn density_of_logarithm(a: f64, x: f64) -> f64 {
    libm::exp(-stirling_error(a) - deviance(a, x)) * (a / TWO_PI).sqrt()
}

/// Tails of the gamma distribution with shape `a` > 0 and scale 1 at `x`: the regularized incomplete gamma functions
/// P(a, x) and Q(a, x).
///
/// Series for x < a + 1, Lentz's continued fraction beyond (as in Press et al., "Numerical Recipes", 6.2), and for
/// shapes of 2000 and more Gauss-Legendre quadrature of the log-density near the mode, which costs the same for any
/// shape. Relative error of the smaller tail about 1e-13 for shapes up to 1e6 and 1e-10 up to 1e12.
#[must_use]
pub fn gamma_tails(a: f64, x: f64) -> Tails {
    tails_and_density(a, x).0
}

fn tails_and_density(a: f64, x: f64) -> (Tails, f64) {
    if x <= 0.0 {
        return (Tails { lower: 0.0, upper: 1.0 }, 0.0);
    }
    if x == f64::INFINITY {
        return (Tails { lower: 1.0, upper: 0.0 }, 0.0);
    }
    let density = density_of_logarithm(a, x);
    let tails = if a >= QUADRATURE_FROM && (x - a).abs() < 0.5 * a {
        quadrature(a, x, density)
    } else if x < if a < 1.0 { 1.0 } else { a + 1.0 } {
        Tails::from_lower((density * series(a, x)).min(1.0))
    } else {
        Tails::from_upper((density * continued_fraction(a, x)).min(1.0))
    };
    (tails, density)
}

/// Sum over n of x^n / (a (a + 1) ... (a + n)).
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut divisor = a;
    for _ in 0..100_000 {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// Continued fraction of Gamma(a, x) e^x / x^a by the modified Lentz method.
fn continued_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / if b == 0.0 { TINY } else { b };
    let mut value = d;
    for step in 1..100_000 {
        let n = f64::from(step);
        let numerator = -n * (n - a);
        b += 2.0;
        d = numerator * d + b;
        if d.abs() < TINY {
            d = TINY;
        }
        c = b + numerator / c;
        if c.abs() < TINY {
            c = TINY;
        }
        d = 1.0 / d;
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}

/// The tail on the far side of x from the mode, as the density of ln X at ln x times the integral of its ratio to that.
fn quadrature(a: f64, x: f64, density: f64) -> Tails {
    let standard_deviation = 1.0 / a.sqrt();
    let right = x >= a;
    let distance = libm::log(x / a).abs() / standard_deviation;
    let width = tail_width(distance) * standard_deviation * if right { 1.0 } else { -1.0 };
    // ln of the density ratio at ln x + step is a step - x (e^step - 1).
    let ratio = |step: f64| libm::exp((a - x) * step - x * expm1_minus_argument(step));
    let tail = density * integrate(0.0, width, 3, ratio).abs();
    if right {
        Tails::from_upper(tail)
    } else {
        Tails::from_lower(tail)
    }
}

/// How far beyond `distance` standard deviations a nearly normal density must be followed to fall by a factor e^44.
pub(super) fn tail_width(distance: f64) -> f64 {
    88.0 / (distance + (distance * distance + 88.0).sqrt())
}

/// The point with these tails under the gamma distribution with shape `a` and scale 1: the inverse of [`gamma_tails`].
///
/// Newton's method on the logarithm of the smaller tail against ln x, from the Wilson-Hilferty start (or the leading
/// term of the series for small shapes). Points below the smallest f64 come out as 0.
#[must_use]
pub fn inverse_gamma(a: f64, target: Tails) -> f64 {
    if target.lower <= 0.0 {
        return 0.0;
    }
    if target.upper <= 0.0 {
        return f64::INFINITY;
    }
    // The lower bound P(a, x) <= x^a / Gamma(a + 1); it is sharp when it is small.
    let leading = (libm::log(target.lower) + libm::lgamma(a + 1.0)) / a;
    if leading < -745.0 {
        return 0.0;
    }
    if leading < -40.0 {
        return libm::exp(leading);
    }
    let start = if a >= 0.8 {
        let z = if target.lower <= target.upper {
            normal_quantile(target.lower)
        } else {
            -normal_quantile(target.upper)
        };
        let base = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
        if base > 0.1 {
            3.0 * log_near_one(base)
        } else {
            leading - libm::log(a)
        }
    } else {
        let far = -libm::log(target.upper) - libm::lgamma(a);
        if far > 1.5 {
            libm::log((far + (a - 1.0) * libm::log(far)) / a)
        } else {
            leading - libm::log(a)
        }
    };
    let y = solve_tail(start, (-745.0, 745.0), target, |y| {
        tails_and_density(a, a * libm::exp(y))
    });
    a * libm::exp(y)
}

fn log_near_one(base: f64) -> f64 {
    let t = base - 1.0;
    t + log1p_minus_argument(t)
}
