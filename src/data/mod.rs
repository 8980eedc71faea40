//! Shipped tables and user CSVs.
