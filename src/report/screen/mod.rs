//! How a screening ([`crate::whatif::screen`]) is shown: tables, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;

use crate::results::types::RunResults;
use crate::study::Taken;
use crate::whatif::screen::{Consequence, Outage, Screening};

use super::prose::{material_name, place_name};

/// Names of the tables that a screening writes.
pub const NAMES: [&str; 3] = ["screen.csv", "pairs.csv", "screen.json"];

/// What fails, in words: `China: no exports of NdFeB magnets`.
pub fn outage_in_words(run: &RunResults, outage: &Outage) -> String {
    let material = material_name(run, &outage.material);
    let country = place_name(run, &outage.country);
    match outage.taken {
        Taken::Output => format!("{country} makes no {material}"),
        Taken::Exports => format!("{country} exports no {material}"),
    }
}

/// The same for what a consequence is of: one outage, or two.
fn what_fails(found: &Screening, consequence: &Consequence, is_pair: bool) -> String {
    let run = &found.results.run;
    match is_pair {
        false => outage_in_words(run, &found.outages[consequence.outage]),
        true => found.pairs[consequence.outage]
            .map(|outage| outage_in_words(run, &found.outages[outage]))
            .join(", and "),
    }
}
