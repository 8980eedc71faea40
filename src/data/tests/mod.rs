//! Tests of the shipped tables and of the loader of user CSVs.
mod loader;
mod shipped;
