//! Tests of the shipped tables and of the loader of user CSVs.
mod country_names;
mod csv;
mod history;
mod iea;
mod loader;
mod parts;
mod real_life;
mod shipped;
mod units;
