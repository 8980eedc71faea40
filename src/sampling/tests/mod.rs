//! Tests of the sampling room.
mod special;
