//! The scenario: the file format, its checks, and the checked scenario that the rest of the program works on.
//!
//! [`Document`] reads a file and all that it extends, applies `--set` and policies, and [`Document::check`] returns a
//! [`Scenario`] that cannot hold an invalid value, or every error at once as [`Diagnostics`]. Knows nothing of how a scenario
//! is simulated or shown.

mod acknowledge;
mod address;
mod as_written;
mod build;
mod change;
pub mod checked;
mod codes;
mod compound;
mod data_files;
mod dates;
mod diagnostics;
mod distribution;
mod document;
mod format;
mod frame;
mod history;
mod lever;
mod likeness;
mod merge;
mod names;
mod places;
mod point;
mod policies;
mod reference;
mod references;
mod reserved;
mod schema;
mod slips;
mod source;
mod starter;
mod structure;
mod suggest;
mod tree;
mod values;
mod variant;

#[cfg(test)]
mod tests;

pub use acknowledge::Acknowledgement;
pub use change::Change;
pub use checked::*;
pub use codes::{CODES, Code, CodeEntry, Stage, diagnostics_reference};
pub use dates::Calendar;
pub use diagnostics::{Diagnostic, Diagnostics, Finding, Level, Related};
pub use document::Document;
pub use lever::Lever;
pub use likeness::differing;
pub use policies::{PolicyOption, PolicyScale, SizedPolicy};
pub use reference::format_reference;
pub use schema::json_schema;
pub use source::{MAXIMUM_BYTES, SourceFile};
#[cfg(feature = "cli")]
pub(crate) use source::{not_a_file, read_text};
pub use starter::starter;
#[cfg(feature = "cli")]
pub(crate) use suggest::nearest;
pub(crate) use tree::quoted as toml_text;
pub(crate) use values::rounded;
