//! Tests of the shipped tables and of the loader of user CSVs.
mod iea;
mod loader;
mod shipped;
