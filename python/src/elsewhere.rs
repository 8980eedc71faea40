//! Mixes of policies that others simulate for `Study.optimize`: workers of a cluster, asked by a function of Python.

use std::sync::{Mutex, PoisonError};

use critmin::study::Error;
use critmin::whatif::optimize::{NamedMix, Simulated, Simulator};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;

use crate::errors::unexpected;

/// Shortfall by trial, the goal, and the largest share of a country: material, country, share.
pub type SimulatedMix<A> = (A, f64, Option<(String, String, f64)>);

/// A function that is given mixes and a number of trials.
pub struct Elsewhere {
    ask: Py<PyAny>,
    raised: Mutex<Option<PyErr>>,
}

impl Elsewhere {
    /// Asks this function.
    pub fn new(ask: Py<PyAny>) -> Self {
        Elsewhere {
            ask,
            raised: Mutex::default(),
        }
    }

    /// What it has raised.
    pub fn raised(self) -> Option<PyErr> {
        self.raised.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Simulator for Elsewhere {
    fn simulate(&self, mixes: &[NamedMix], trials: u64) -> Result<Vec<Simulated>, Error> {
        let asked = Python::attach(|py| {
            let found = self.ask.call1(py, (mixes.to_vec(), trials))?;
            let found: Vec<SimulatedMix<PyReadonlyArray1<'_, f64>>> = found.extract(py)?;
            if found.len() != mixes.len() {
                let (found, asked) = (found.len(), mixes.len());
                return Err(unexpected(format!("{found} of {asked} mixes were simulated")));
            }
            let found = found.into_iter().map(|(values, goal, largest_share)| Simulated {
                shortfall_pct: values.as_array().to_vec(),
                goal,
                largest_share,
            });
            PyResult::Ok(found.collect::<Vec<_>>())
        });
        asked.map_err(|error| {
            *self.raised.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            Error::Interrupted
        })
    }
}
