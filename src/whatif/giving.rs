//! Who takes what a varied share gives up: named countries, in proportion to their own shares, while all else stays.

use super::Refusal;
use super::axis::Axis;
use crate::study::Study;

/// Slack for sums of shares.
const ROUNDING: f64 = 1e-9;

/// The shares of one material, some of which are varied.
#[derive(Debug, Clone)]
pub(super) struct Giving {
    material: String,
    /// Positions among the axes, with the share as it stands.
    varied: Vec<(usize, f64)>,
    /// Countries that take, with their shares.
    takers: Vec<(String, f64)>,
    /// All others, where these would be rescaled unless they are set, too: the sum is not 1.
    others: Vec<(String, f64)>,
}

impl Giving {
    /// For every material of which an axis varies a share.
    pub(super) fn of(study: &Study, axes: &[Axis], to: &[String]) -> Result<Vec<Giving>, Refusal> {
        if to.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: Vec<Giving> = Vec::new();
        for (position, axis) in axes.iter().enumerate() {
            let Some((material, country)) = axis.share() else {
                continue;
            };
            if to.iter().any(|taker| taker == country) {
                return Err(Refusal::new(
                    format!("{country} is varied, and cannot take what it gives up itself"),
                    "name other countries with --to",
                ));
            }
            let rows = study.shares_by_country(material);
            let own = number(&rows, material, country)?;
            match found.iter_mut().find(|giving| giving.material == material) {
                Some(giving) => giving.varied.push((position, own)),
                None => {
                    let taker = |taker: &String| Ok((taker.clone(), number(&rows, material, taker)?));
                    found.push(Giving {
                        material: material.to_owned(),
                        varied: vec![(position, own)],
                        takers: to.iter().map(taker).collect::<Result<_, Refusal>>()?,
                        others: Vec::new(),
                    });
                }
            }
        }
        if found.is_empty() {
            let why = "--to says who takes what a varied share gives up, and no share is varied";
            return Err(Refusal::new(
                why.to_owned(),
                "vary shares.MATERIAL.by_country.COUNTRY, or leave --to out",
            ));
        }
        for giving in &mut found {
            let rows = study.shares_by_country(&giving.material);
            let all: Option<Vec<f64>> = rows.iter().map(|(_, share)| *share).collect();
            if all.is_some_and(|all| (all.iter().sum::<f64>() - 1.0).abs() > ROUNDING) {
                let varied: Vec<&str> = axes
                    .iter()
                    .filter_map(Axis::share)
                    .map(|(_, country)| country)
                    .collect();
                let is_other = |country: &str| !varied.contains(&country) && !to.iter().any(|taker| taker == country);
                let others = rows.into_iter().filter(|(country, _)| is_other(country));
                giving.others = others.filter_map(|(country, share)| Some((country, share?))).collect();
            }
        }
        Ok(found)
    }

    /// What else is set at a point.
    pub(super) fn assignments(&self, values: &[f64]) -> Result<Vec<String>, Refusal> {
        let more: f64 = self.varied.iter().map(|(axis, own)| values[*axis] - own).sum();
        let held: f64 = self.takers.iter().map(|(_, share)| share).sum();
        let left = held - more;
        if left < -ROUNDING {
            let names: Vec<&str> = self.takers.iter().map(|(country, _)| country.as_str()).collect();
            let have = match names[..] {
                [_] => "has",
                _ => "together have",
            };
            return Err(Refusal::new(
                format!(
                    "{} {have} {} of `{}`, and cannot give the {} that a point of the sweep takes",
                    names.join(" and "),
                    digits(held),
                    self.material,
                    digits(more)
                ),
                "end the range lower, or name more countries with --to",
            ));
        }
        let set = |country: &str, share: f64| format!("shares.{}.by_country.{country}={share}", self.material);
        let takers = self.takers.iter().map(|(country, share)| match held > 0.0 {
            true => set(country, (share * left / held).max(0.0)),
            false => set(country, left.max(0.0) / self.takers.len() as f64),
        });
        let others = self.others.iter().map(|(country, share)| set(country, *share));
        Ok(takers.chain(others).collect())
    }
}

/// A country's share; 0 where it has no row.
fn number(rows: &[(String, Option<f64>)], material: &str, country: &str) -> Result<f64, Refusal> {
    match rows.iter().find(|(code, _)| code == country) {
        None => Ok(0.0),
        Some((_, Some(share))) => Ok(*share),
        Some((_, None)) => Err(Refusal::new(
            format!("the share of {country} in `{material}` is uncertain: what it would give or take is no one number"),
            "set it to a number with --set, or leave --to out",
        )),
    }
}

fn digits(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}
