//! Random shares that sum to 1.
use super::distribution::{Distribution, DistributionError};
use super::sampler::Sampler;
use super::special::{Tails, inverse_gamma, ln_gamma};

/// A Dirichlet share vector: independent gamma variables, one uniform each, divided by their sum.
///
/// So each component keeps its own driver, and the draws move little when one component's parameter does.
#[derive(Clone, Debug)]
pub struct Dirichlet {
    alphas: Vec<f64>,
    samplers: Vec<Sampler>,
}

impl Dirichlet {
    /// Shares with these concentration parameters; the mean share of component i is `alphas[i]` over their sum.
    ///
    /// # Errors
    /// No component, or a parameter outside 0.001..1e12.
    pub fn new(alphas: &[f64]) -> Result<Self, DistributionError> {
        let error = |message| DistributionError::new("dirichlet", "alphas", message);
        if alphas.is_empty() {
            return Err(error("alphas must list at least one number".to_owned()));
        }
        let samplers = alphas.iter().map(|&alpha| {
            let gamma = Distribution::gamma(alpha, 1.0)
                .map_err(|_| error(format!("alphas must be between 0.001 and 1e12, not {alpha}")))?;
            Ok(Sampler::new(&gamma))
        });
        Ok(Self {
            alphas: alphas.to_vec(),
            samplers: samplers.collect::<Result<_, _>>()?,
        })
    }

    /// Number of components: of uniforms needed and of shares returned.
    #[must_use]
    pub fn size(&self) -> usize {
        self.alphas.len()
    }

    /// Writes the shares for these uniforms in (0, 1), one per component, to `out`. They are never negative and sum to 1
    /// up to rounding.
    ///
    /// # Panics
    /// `uniforms` or `out` shorter than the number of components.
    pub fn sample(&self, uniforms: &[f64], out: &mut [f64]) {
        let out = &mut out[..self.size()];
        let uniforms = &uniforms[..self.size()];
        let mut sum = 0.0;
        for ((share, sampler), &u) in out.iter_mut().zip(&self.samplers).zip(uniforms) {
            *share = sampler.quantile(u);
            sum += *share;
        }
        if sum < 1e-200 {
            // All gamma variables are close to the smallest f64: compare their logarithms instead.
            for ((share, &alpha), &u) in out.iter_mut().zip(&self.alphas).zip(uniforms) {
                let x = inverse_gamma(alpha, Tails::from_lower(u));
                *share = if x > 1e-300 {
                    libm::log(x)
                } else {
                    (libm::log(u) + ln_gamma(alpha + 1.0)) / alpha
                };
            }
            let largest = out.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            sum = 0.0;
            for share in out.iter_mut() {
                *share = libm::exp(*share - largest);
                sum += *share;
            }
        }
        for share in out.iter_mut() {
            *share /= sum;
        }
    }
}
