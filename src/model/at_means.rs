//! A model whose uncertain inputs are at their means in every trial.

use super::{InputDriver, InputKind, Model};
use crate::sampling::{Distribution, Sampler};

impl Model {
    /// The same with every uncertain input at its mean. Events stay as they are.
    #[must_use]
    pub fn at_means(&self) -> Model {
        let mut model = self.clone();
        model.inputs = self.inputs.iter().flat_map(at_mean).collect();
        // All trials have the world of the reference then.
        if model.inputs.iter().all(is_fixed) {
            model.shaping_inputs.clear();
        }
        model
    }
}

fn is_fixed(driver: &InputDriver) -> bool {
    matches!(&driver.kind, InputKind::Scalar(sampler) if sampler.is_constant())
}

/// A driver for each of its slots; the driver itself where a mean is no number.
fn at_mean(driver: &InputDriver) -> Vec<InputDriver> {
    let fixed: Option<Vec<InputDriver>> = driver
        .means
        .iter()
        .enumerate()
        .map(|(number, mean)| {
            Some(InputDriver {
                kind: InputKind::Scalar(Sampler::new(&Distribution::fixed(*mean).ok()?)),
                slot: driver.slot + number,
                means: vec![*mean],
                name: driver.name.clone(),
                key: driver.key,
            })
        })
        .collect();
    fixed.unwrap_or_else(|| vec![driver.clone()])
}
