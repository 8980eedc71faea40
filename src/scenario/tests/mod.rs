//! Tests of the room. Scenario files dropped into `tests/good-scenarios` and `tests/bad-scenarios` are tests.

mod acknowledge;
mod bad;
mod deep;
mod good;
mod layers;
mod likeness;
mod mutations;
mod pages;
