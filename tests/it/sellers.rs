//! A scenario whose shortfall can be worked out by hand: in half of the trials China's output is lost from the first day on, by a share that is uniform from
//! 0 to 1, and nobody can step in, so that a quarter of China's share of the good is short.

/// With these users, shares of the sellers, and further tables. 10 batches of trials, a year.
pub fn sellers(demand: &str, by_country: &str, more: &str) -> String {
    format!(
        r#"format = 1
title = "Sellers"
assumption = "made up for a test"
time = {{ start = "2026-01", periods = 12 }}
run = {{ trials = 2560 }}
demand = [ {demand} ]
[[material]]
id = "metal"
flexibility = 1
[shares.metal]
output = 1200
by_country = {{ {by_country} }}
[[event]]
id = "outage"
name = "Outage"
kind = "production_loss"
country = "CHN"
severity = {{ dist = "uniform", low = 0, high = 1 }}
arrival = {{ process = "fixed", at = "2026-01", probability = 0.5 }}
{more}"#
    )
}

/// A policy that sets one key; `more` stands in its table.
pub fn policy(id: &str, more: &str, key: &str, value: &str) -> String {
    format!("[[policy]]\nid = \"{id}\"\n{more}\n[[policy.set]]\nkey = \"{key}\"\nvalue = {value}\n")
}
