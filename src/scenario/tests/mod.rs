//! Tests of the room. Scenario files dropped into `tests/good-scenarios` and `tests/bad-scenarios` are tests.

mod bad;
mod good;
mod layers;
mod mutations;
mod pages;
