//! Concentration and risk of a supply of which not all is known: other countries together, output that is withheld, countries without a score. Each
//! index has a value by a stated convention, and the ends between which it lies whatever is hidden there.

use super::indices::{WeightedShare, concentration, import_risk, weighted_concentration};
use crate::data::Score;

/// Of what has no score, the largest part that still leaves a value: it is given the mean score of the rest.
pub const MOST_UNSCORED: f64 = 0.1;
/// Sizes that are tried of output that is withheld, from nothing to that of the largest country.
const STEPS: usize = 200;

/// A value, and what it could be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// By convention; `None` where too much is unknown.
    pub value: Option<f64>,
    /// The least that it could be.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Bounds {
    /// Of something known.
    pub fn exact(value: f64) -> Bounds {
        Bounds {
            value: Some(value),
            low: value,
            high: value,
        }
    }

    /// Of the product of two, neither below 0.
    #[must_use]
    pub fn times(self, other: Bounds) -> Bounds {
        Bounds {
            value: self.value.zip(other.value).map(|(one, other)| one * other),
            low: self.low * other.low,
            high: self.high * other.high,
        }
    }

    /// Whether the ends differ by more than this share of the upper one.
    pub fn is_wider_than(&self, share: f64) -> bool {
        self.high - self.low > share * self.high.abs()
    }

    fn or(self, other: Bounds) -> Bounds {
        Bounds {
            value: self.value,
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }
}

/// Who supplies something, as shares of all that is stated.
#[derive(Debug, Clone, PartialEq)]
pub struct Suppliers {
    /// Countries and their shares, the largest first.
    named: Vec<(String, f64)>,
    /// Share of all others together.
    others: f64,
    /// The largest share that any one of the others can have.
    largest_other: f64,
    /// Countries whose quantity is withheld: the shares are of the rest.
    withheld: Vec<String>,
}

impl Suppliers {
    /// From quantities or shares by country, and that of all others together. No country among these is larger than `largest_other` of the whole, nor
    /// than the largest named. `None` where no country is named.
    pub fn new(named: Vec<(String, f64)>, others: f64, largest_other: f64) -> Option<Suppliers> {
        let mut named: Vec<(String, f64)> = named.into_iter().filter(|(_, size)| *size > 0.0).collect();
        let others = others.max(0.0);
        let total = named.iter().map(|(_, size)| size).sum::<f64>() + others;
        named.iter_mut().for_each(|(_, size)| *size /= total);
        named.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        let largest = named.first()?.1;
        Some(Suppliers {
            named,
            others: others / total,
            largest_other: largest_other.min(largest),
            withheld: Vec::new(),
        })
    }

    /// The same with countries whose quantity is withheld: anything from nothing to as much as the largest named.
    #[must_use]
    pub fn withholding(mut self, countries: Vec<String>) -> Suppliers {
        self.withheld = countries;
        self
    }

    /// Countries and their shares, the largest first.
    pub fn named(&self) -> &[(String, f64)] {
        &self.named
    }

    /// Share of all others together.
    pub fn others(&self) -> f64 {
        self.others
    }

    /// Countries whose quantity is withheld.
    pub fn withheld(&self) -> &[String] {
        &self.withheld
    }

    /// The others as few countries as can be, of the largest size that they can have.
    fn few_others(&self) -> Vec<f64> {
        if self.others <= 0.0 || self.largest_other <= 0.0 {
            return Vec::new();
        }
        let whole = libm::floor(self.others / self.largest_other * (1.0 + 1e-12));
        // Very many small ones are told from one another by nothing.
        if whole > 1e6 {
            return Vec::new();
        }
        let mut sizes = vec![self.largest_other; whole as usize];
        let rest = self.others - whole * self.largest_other;
        if rest > 1e-12 {
            sizes.push(rest);
        }
        sizes
    }

    /// An index over everything that withheld output could be. `index` gets countries with shares, then the others as few as can be.
    fn over(&self, index: impl Fn(&[(&str, f64)], &[f64]) -> Bounds) -> Bounds {
        let at = |size: f64| {
            let total = 1.0 + size * self.withheld.len() as f64;
            let named = self
                .named
                .iter()
                .map(|(country, share)| (country.as_str(), share / total));
            let withheld = self.withheld.iter().map(|country| (country.as_str(), size / total));
            let mut all: Vec<(&str, f64)> = named.chain(withheld).collect();
            all.sort_by(|one, other| other.1.total_cmp(&one.1));
            let others: Vec<f64> = self.few_others().iter().map(|share| share / total).collect();
            index(&all, &others)
        };
        let stated = at(0.0);
        if self.withheld.is_empty() {
            return stated;
        }
        let step = self.named[0].1 / STEPS as f64;
        (1..=STEPS).fold(stated, |found, number| found.or(at(step * number as f64)))
    }

    /// Share of the `count` largest countries.
    pub fn top(&self, count: usize) -> Bounds {
        self.over(|named, others| {
            let largest = |mut shares: Vec<f64>| {
                shares.sort_by(|one, other| other.total_cmp(one));
                shares.into_iter().take(count).sum::<f64>()
            };
            let shares: Vec<f64> = named.iter().map(|(_, share)| *share).collect();
            let low = largest(shares.clone());
            Bounds {
                value: Some(low),
                low,
                high: largest(shares.into_iter().chain(others.iter().copied()).collect()),
            }
        })
    }

    /// Herfindahl-Hirschman index, 0 to 1. Its value counts the others as many small ones, which add nothing.
    pub fn concentration(&self) -> Bounds {
        self.over(|named, others| {
            let low = concentration(named.iter().map(|(_, share)| *share));
            Bounds {
                value: Some(low),
                low,
                high: low + concentration(others.iter().copied()),
            }
        })
    }

    /// The same weighted by governance and trade factor ([`weighted_concentration`]). Countries without a score have the mean of the others' scores, by
    /// their shares, where they are no more than a tenth together.
    pub fn weighted_concentration(&self, score: impl Fn(&str) -> Score, trade: impl Fn(&str) -> f64) -> Bounds {
        self.over(|named, others| {
            let mean = mean_score(named, &score);
            let weighted = |of: &dyn Fn(Score) -> f64| {
                let parts: Vec<WeightedShare> = named
                    .iter()
                    .map(|(country, share)| WeightedShare {
                        share: *share,
                        governance: of(score(country)),
                        trade: trade(country),
                    })
                    .collect();
                weighted_concentration(&parts)
            };
            Bounds {
                value: mean.map(|mean| weighted(&|score| score.value.unwrap_or(mean))),
                low: weighted(&|score| score.low),
                high: weighted(&|score| score.high) + concentration(others.iter().copied()) * score("").high,
            }
        })
    }
}

/// Mean score by share of those that have one; `None` where too much has none.
fn mean_score(named: &[(&str, f64)], score: impl Fn(&str) -> Score) -> Option<f64> {
    let (mut scored, mut all, mut sum) = (0.0, 0.0, 0.0);
    for (country, share) in named {
        all += share;
        if let Some(value) = score(country).value {
            scored += share;
            sum += share * value;
        }
    }
    (scored > 0.0 && all - scored <= MOST_UNSCORED * all).then(|| sum / scored)
}

/// GeoPolRisk's import risk ([`import_risk`]) of imports by origin, of which `others` come from origins that are not named. These, and origins without a
/// score, have the mean score of the others, where they are no more than a tenth of what is imported.
pub fn bounded_import_risk(
    imports: &[(String, f64)],
    others: f64,
    domestic_production: f64,
    score: impl Fn(&str) -> Score,
) -> Bounds {
    let named: Vec<(&str, f64)> = imports.iter().map(|(origin, size)| (origin.as_str(), *size)).collect();
    let mut all = named.clone();
    if others > 0.0 {
        all.push(("", others));
    }
    let imported: f64 = all.iter().map(|(_, size)| size).sum();
    let risk = |of: &dyn Fn(Score) -> f64| {
        import_risk(
            all.iter().map(|(origin, size)| (*size, of(score(origin)))),
            domestic_production,
        )
    };
    let value = match imported > 0.0 {
        true => mean_score(&all, &score).map(|mean| risk(&|score| score.value.unwrap_or(mean))),
        false => Some(0.0),
    };
    Bounds {
        value,
        low: risk(&|score| score.low),
        high: risk(&|score| score.high),
    }
}

/// EU supply risk from weighted concentrations of global supply and of sourcing, import reliance, recycling input rate and substitution index
/// ([`super::indices::eu_supply_risk`]): its least and most are at the ends of what is unknown.
pub fn bounded_supply_risk(
    global: Bounds,
    sourcing: Bounds,
    import_reliance: Bounds,
    recycling_input_rate: f64,
    substitution_index: f64,
) -> Bounds {
    let risk = |global: f64, sourcing: f64, reliance: f64| {
        let half = 0.5 * reliance.clamp(0.0, 1.0);
        (global * half + sourcing * (1.0 - half)) * (1.0 - recycling_input_rate) * substitution_index
    };
    let ends = [import_reliance.low, import_reliance.high];
    let lowest = ends.map(|reliance| risk(global.low, sourcing.low, reliance));
    let highest = ends.map(|reliance| risk(global.high, sourcing.high, reliance));
    let value = global.value.zip(sourcing.value).zip(import_reliance.value);
    Bounds {
        value: value.map(|((global, sourcing), reliance)| risk(global, sourcing, reliance)),
        low: lowest[0].min(lowest[1]),
        high: highest[0].max(highest[1]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suppliers(shares: &[(&str, f64)], others: f64) -> Suppliers {
        let named = shares.iter().map(|(country, share)| ((*country).to_owned(), *share));
        Suppliers::new(named.collect(), others, f64::INFINITY).unwrap()
    }

    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-12
    }

    fn score(country: &str) -> Score {
        let value = match country {
            "A" => Some(6.0),
            "B" => Some(2.0),
            _ => None,
        };
        Score {
            value,
            low: value.unwrap_or(1.0),
            high: value.unwrap_or(9.0),
        }
    }

    #[test]
    fn equal_shares_are_one_over_n() {
        for n in 1..=20 {
            let names: Vec<String> = (0..n).map(|number| format!("C{number}")).collect();
            let named = names.into_iter().map(|name| (name, 7.0)).collect();
            let equal = Suppliers::new(named, 0.0, f64::INFINITY).unwrap();
            let found = equal.concentration();
            assert!(
                close(found.low, 1.0 / n as f64) && close(found.high, found.low),
                "{n}: {found:?}"
            );
            assert!(close(equal.top(3).value.unwrap(), (3.0 / n as f64).min(1.0)), "{n}");
        }
    }

    #[test]
    fn others_are_many_or_as_few_as_can_be() {
        // 0.5, 0.2, and 0.3 of others: at most one country of 0.3.
        let found = suppliers(&[("A", 50.0), ("B", 20.0)], 30.0);
        let hhi = found.concentration();
        assert!(
            close(hhi.value.unwrap(), 0.29) && close(hhi.low, 0.29) && close(hhi.high, 0.38),
            "{hhi:?}"
        );
        let top = found.top(2);
        assert!(close(top.value.unwrap(), 0.7) && close(top.high, 0.8), "{top:?}");
        // Others larger than the leader are at least two: 0.2, and 0.2 x 4.
        let leader = suppliers(&[("A", 0.2)], 0.8);
        assert!(close(leader.concentration().high, 0.2) && close(leader.concentration().low, 0.04));
        assert!(close(leader.top(3).high, 0.6));
        // Where none of them is larger than a hundredth they add at most a hundredth of their share.
        let small = Suppliers::new(vec![("A".to_owned(), 0.9)], 0.1, 0.01).unwrap();
        assert!(close(small.concentration().high, 0.81 + 10.0 * 0.0001));
    }

    #[test]
    fn what_is_withheld_is_anything_up_to_the_largest() {
        // A alone is stated, B withheld: from a monopoly to two equal ones.
        let found = suppliers(&[("A", 1.0)], 0.0).withholding(vec!["B".to_owned()]);
        let hhi = found.concentration();
        assert!(
            close(hhi.value.unwrap(), 1.0) && close(hhi.low, 0.5) && close(hhi.high, 1.0),
            "{hhi:?}"
        );
        let top = found.top(1);
        assert!(close(top.low, 0.5) && close(top.high, 1.0), "{top:?}");
        // Scores of 6 and 2: 6, or 0.25 x 8 at least.
        let weighted = found.weighted_concentration(score, |_| 1.0);
        assert!(
            close(weighted.value.unwrap(), 6.0) && close(weighted.low, 2.0) && close(weighted.high, 6.0),
            "{weighted:?}"
        );
    }

    #[test]
    fn two_countries_by_hand() {
        let found = suppliers(&[("A", 0.75), ("B", 0.25)], 0.0);
        let weighted = found.weighted_concentration(score, |country| if country == "A" { 1.1 } else { 1.0 });
        // 0.5625 x 6 x 1.1 + 0.0625 x 2.
        assert!(
            close(weighted.value.unwrap(), 3.8375) && close(weighted.low, weighted.high),
            "{weighted:?}"
        );
        // Of what has no score there is too much for a value.
        let unknown = suppliers(&[("A", 0.75), ("X", 0.25)], 0.0).weighted_concentration(score, |_| 1.0);
        assert!(
            unknown.value.is_none()
                && close(unknown.low, 0.5625 * 6.0 + 0.0625)
                && close(unknown.high, 0.5625 * 6.0 + 0.0625 * 9.0)
        );
        let little = suppliers(&[("A", 0.95), ("X", 0.05)], 0.0).weighted_concentration(score, |_| 1.0);
        assert!(close(little.value.unwrap(), (0.9025 + 0.0025) * 6.0), "{little:?}");
    }

    #[test]
    fn import_risk_and_geopolrisk_by_hand() {
        let instability = |country: &str| Score {
            value: (country == "A").then_some(0.6),
            low: if country == "A" { 0.6 } else { 0.2 },
            high: if country == "A" { 0.6 } else { 0.8 },
        };
        let imports = [("A".to_owned(), 30.0)];
        // 30 of 100 come from A, 70 are made at home.
        let risk = bounded_import_risk(&imports, 0.0, 70.0, instability);
        assert!(close(risk.value.unwrap(), 0.18) && close(risk.low, 0.18) && close(risk.high, 0.18));
        let hhi = suppliers(&[("A", 0.75), ("B", 0.25)], 0.0).concentration();
        assert!(close(hhi.times(risk).value.unwrap(), 0.625 * 0.18));
        // 2 of 32 from nobody in particular.
        let risk = bounded_import_risk(&imports, 2.0, 68.0, instability);
        assert!(
            close(risk.value.unwrap(), 0.32 * 0.6) && close(risk.low, 0.184) && close(risk.high, 0.196),
            "{risk:?}"
        );
        assert!(bounded_import_risk(&imports, 20.0, 50.0, instability).value.is_none());
        assert_eq!(bounded_import_risk(&[], 0.0, 50.0, instability).value, Some(0.0));
    }

    #[test]
    fn supply_risk_by_hand() {
        let (global, sourcing) = (Bounds::exact(3.1445), Bounds::exact(1.7405));
        let risk = bounded_supply_risk(global, sourcing, Bounds::exact(0.8), 0.1, 0.95);
        assert!(
            close(risk.value.unwrap(), 1.968_295_5) && close(risk.low, risk.high),
            "{risk:?}"
        );
        // Import reliance that is known as a range only: 2.4425 at full reliance, sourcing alone at none.
        let range = Bounds {
            value: None,
            low: 0.0,
            high: 1.0,
        };
        let risk = bounded_supply_risk(global, sourcing, range, 0.0, 1.0);
        assert!(
            risk.value.is_none() && close(risk.low, 1.7405) && close(risk.high, 2.4425),
            "{risk:?}"
        );
    }
}
