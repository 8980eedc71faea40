//! How the exposures of a country ([`crate::whatif::exposure`]) are shown: tables, one JSON document, and words for the terminal.

pub mod csv;
pub mod json;
pub mod words;

/// Names of the tables that are written.
pub const NAMES: [&str; 3] = ["ranking.csv", "screen.csv", "screen.json"];

use super::prose::{material_name, place_name};
use crate::study::Taken;
use crate::whatif::exposure::{Exposed, Exposures};
use crate::whatif::screen::Outage;

/// Display names of the stage that fails, and of what goes short.
pub(super) fn names<'a>(found: &'a Exposures, of: &'a Exposed) -> [&'a str; 2] {
    let run = &found.screening(of).results.run;
    [material_name(run, &of.stage), material_name(run, &of.material)]
}

/// The stage that fails, also where it is one of another mineral, which hosts this one: `Bismuth < Host: lead in ore`.
pub(super) fn stage(found: &Exposures, of: &Exposed) -> String {
    let (screened, [stage, _]) = (&found.screened[of.screened], names(found, of));
    match of.stage.starts_with(&screened.mineral) {
        true => stage.to_owned(),
        false => format!("{} < {stage}", screened.name),
    }
}

/// Display name of the country of an outage.
pub(super) fn country(found: &Exposures, of: &Exposed, outage: &Outage) -> String {
    place_name(&found.screening(of).results.run, &outage.country)
}

/// `makes none` or `exports none`.
pub(super) fn fails(outage: &Outage) -> &'static str {
    match outage.taken {
        Taken::Output => "makes none",
        Taken::Exports => "exports none",
    }
}
