//! Tests of the sampling room.
mod dependence;
mod designs;
mod draws;
mod errors;
mod extremes;
mod lasting;
mod quantiles;
mod shares;
mod special;
mod streams;
