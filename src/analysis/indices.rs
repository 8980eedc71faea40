//! Concentration and supply-risk indices as published formulas: pure functions of shares and scores.

/// One country's part in a Herfindahl-Hirschman index weighted by governance and trade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeightedShare {
    /// Share of supply, 0 to 1.
    pub share: f64,
    /// Governance score, scaled as the index asks (EU: World Governance Indicators turned to 0 = best, 10 = worst).
    pub governance: f64,
    /// Trade factor t: 1, above it for export restrictions, below it for agreements. 1 where it does not apply.
    pub trade: f64,
}

/// Herfindahl-Hirschman index of shares (0 to 1): sum of squares, 1 / n for n equal suppliers.
pub fn concentration(shares: impl IntoIterator<Item = f64>) -> f64 {
    shares.into_iter().map(|share| share * share).sum()
}

/// Governance- and trade-weighted index: sum of share^2 x governance x trade. Source: European Commission, Methodology for establishing the EU
/// list of critical raw materials (2017).
pub fn weighted_concentration(shares: &[WeightedShare]) -> f64 {
    shares
        .iter()
        .map(|part| part.share * part.share * part.governance * part.trade)
        .sum()
}

/// EU supply risk: SR = (HHI_GS IR / 2 + HHI_EU (1 - IR / 2)) (1 - EoL_RIR) SI, from the weighted indices of global supply and of EU sourcing,
/// import reliance (0 to 1), end-of-life recycling input rate (0 to 1) and substitution index (0 to 1). Source as above.
pub fn eu_supply_risk(
    global_supply: &[WeightedShare],
    eu_sourcing: &[WeightedShare],
    import_reliance: f64,
    recycling_input_rate: f64,
    substitution_index: f64,
) -> f64 {
    let half = 0.5 * import_reliance;
    let concentration =
        weighted_concentration(global_supply) * half + weighted_concentration(eu_sourcing) * (1.0 - half);
    concentration * (1.0 - recycling_input_rate) * substitution_index
}

/// GeoPolRisk import risk: sum of governance score x imported quantity over (domestic production + all imports). The score is this times the
/// concentration of world production. Source: Gemechu et al. 2015, Journal of Industrial Ecology 20(1); Santillan-Saldivar et al. 2022.
pub fn import_risk(imports: impl IntoIterator<Item = (f64, f64)>, domestic_production: f64) -> f64 {
    let (mut risk, mut total) = (0.0, domestic_production);
    for (quantity, governance) in imports {
        risk += quantity * governance;
        total += quantity;
    }
    if total > 0.0 { risk / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(rows: [(f64, f64, f64); 3]) -> Vec<WeightedShare> {
        rows.into_iter()
            .map(|(share, governance, trade)| WeightedShare {
                share,
                governance,
                trade,
            })
            .collect()
    }

    #[test]
    fn e11_eu_supply_risk() {
        let global = parts([(0.7, 5.5, 1.1), (0.2, 4.0, 1.0), (0.1, 2.0, 1.0)]);
        let eu = parts([(0.5, 5.5, 1.1), (0.3, 2.0, 1.0), (0.2, 1.5, 0.8)]);
        assert!((weighted_concentration(&global) - 3.1445).abs() < 1e-12);
        assert!((weighted_concentration(&eu) - 1.7405).abs() < 1e-12);
        assert!((eu_supply_risk(&global, &eu, 0.8, 0.1, 0.95) - 1.968_295_5).abs() < 1e-12);
    }

    #[test]
    fn equal_suppliers_and_a_monopoly() {
        assert!((concentration([0.25; 4]) - 0.25).abs() < 1e-15);
        assert_eq!(concentration([1.0]), 1.0);
        assert_eq!(import_risk([(30.0, 0.4), (10.0, 0.8)], 60.0), 0.2);
        assert_eq!(import_risk([], 0.0), 0.0);
    }
}
