//! Shipped tables and user CSVs: every figure with its source.
//!
//! The tables of the folder `data` are embedded in the program; [`tables`] lists them. [`shares`] and [`trade`] read the
//! shipped figures, [`shares_from_csv`] and [`trade_from_csv`] read a user's. Both come out in the same form, with
//! warnings where a figure is withheld, missing, or does not add up. Nothing is rescaled in silence: a withheld cell, an
//! unavailable cell, an empty cell and a zero stay four different things.
//!
//! This room reads text that it is handed. It knows no file system, no scenario, no engine and no report.

mod backtest;
mod checks;
mod columns;
mod countries;
mod country_names;
mod error;
mod governance;
mod hints;
mod history;
mod indicators;
mod numbers;
mod reading;
mod shares;
mod sheet;
mod sources;
mod tables;
mod text;
mod trade;
mod units;
mod user_csv;

#[cfg(test)]
mod tests;

pub use backtest::{Lent, Observation, lent, observations};
pub use columns::Selection;
pub use countries::{CountryRow, EUROPEAN_UNION, OTHERS, WORLD, countries, country_name, is_member, members};
pub use country_names::{CountryMeant, country_advice, country_meant, country_nearly};
pub use error::DataError;
pub use governance::{Governance, Score};
pub use history::{
    Coverage, EventState, Exposure, PastEvent, Watched, WatchedUnit, class_of_kind, exposures, past_events, watched,
};
pub use indicators::{
    RelianceRow, governance_score, governance_scores, net_import_reliance, political_stability, recycling_input_rate,
};
pub use shares::{ShareRow, ShareTable, minerals, shares, withheld};
pub use sources::{ShippedSource, sources_named_in};
pub use tables::{Table, TableExcerpt, about, excerpt, mineral_id, mineral_name, nearest_name, table, tables};
pub use text::{Decoded, decode};
pub use trade::{TradeRow, TradeTable, trade, trade_of_rest, trade_products, us_import_sources};
pub use user_csv::{shares_from_csv, trade_from_csv};
