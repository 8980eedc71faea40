//! A small layout and made-up trials.

use crate::engine::observe::{Observer, Occurrence, PeriodOutcome, TrialOutcome};
use crate::model::CalendarYears;
use crate::model::layout::{Cause, Cell, Layout};

/// Two materials (oxide with feed, magnet), two countries, a group of both, two sectors in the first country.
pub fn layout() -> Layout {
    let cell = |material, country, sector: &str, is_feed, market| Cell {
        material,
        country,
        sector: sector.into(),
        is_feed,
        market,
        has_value_added: material == 1,
    };
    let cause = |event, material, country| Cause {
        event,
        material,
        country,
    };
    Layout {
        periods: 6,
        step_months: 1.0,
        in_batches: false,
        headline_after_adaptation: false,
        years: CalendarYears::of([2026; 6].into_iter()),
        dates: (1..=6).map(|month| format!("2026-{month:02}-01")).collect(),
        materials: vec![
            ("oxide".into(), "Separated oxides".into(), "t REO".into()),
            ("magnet".into(), "NdFeB magnets".into(), "t".into()),
        ],
        countries: vec![("USA".into(), "United States".into()), ("IND".into(), "India".into())],
        groups: vec![("quad".into(), "Quad".into(), vec![0, 1])],
        focus_materials: vec![1],
        focus_places: vec![Ok(0), Ok(1)],
        cells: vec![
            cell(0, 1, "feed", true, 0),
            cell(1, 0, "defence", false, 1),
            cell(1, 0, "cars", false, 1),
            cell(1, 1, "cars", false, 2),
        ],
        reference_demand_t: vec![300.0, 120.0, 480.0, 600.0],
        events: vec![("ban".into(), "Export ban".into()), ("fire".into(), "Fire".into())],
        causes: vec![
            cause(Some(0), Some(0), Some(1)),
            cause(Some(1), Some(1), None),
            cause(None, None, None),
        ],
        supplies: vec![("usa_magnet".into(), 1, 0, 1000.0)],
        stocks: vec![("stockpile.usa".into(), 1, 50.0)],
    }
}

/// One trial: per period, missing and shortfall by cell as shares of demand (here 100 t per cell and period), and the first cause's part
/// of the shortfall (the second cause takes the rest).
#[derive(Debug, Clone)]
pub struct MadeUpTrial {
    /// Per period (missing, shortfall / missing, first cause's part), the same for all cells but scaled by cell number.
    pub periods: Vec<(f64, f64, f64)>,
    /// Occurrences of the first event.
    pub occurrences: usize,
}

/// Feeds a trial to an observer.
pub fn feed(observer: &mut impl Observer, trial: u64, made_up: &MadeUpTrial) {
    let (mut total_t, mut structural_total_t, mut peak) = ([0.0; 4], [0.0; 4], 1.0_f64);
    let mut by_year_t = [0.0; 8];
    let mut blame_t = [0.0; 12];
    for (period, (missing, uncovered, first)) in made_up.periods.iter().enumerate() {
        let demand_t = [50.0, 20.0, 80.0, 100.0];
        let missing_t: Vec<f64> = (0..4)
            .map(|cell| demand_t[cell] * missing / (1.0 + cell as f64 / 4.0))
            .collect();
        let shortfall_t: Vec<f64> = missing_t.iter().map(|missing| missing * uncovered).collect();
        let unmet_t: Vec<f64> = shortfall_t.iter().map(|shortfall| shortfall * 0.9).collect();
        let structural_t: Vec<f64> = shortfall_t.iter().map(|shortfall| shortfall * 0.1).collect();
        let exposed_usd: Vec<f64> = unmet_t.iter().map(|unmet| unmet * 1e6).collect();
        let blamed = shortfall_t
            .iter()
            .flat_map(|short| [short * first, short * (0.9 - first * 0.9), short * 0.1 * (1.0 - first)]);
        for (sum, part) in blame_t.iter_mut().zip(blamed) {
            *sum += part;
        }
        peak = peak.max(1.0 + missing);
        for (sum, demand) in total_t.iter_mut().zip(demand_t) {
            *sum += demand;
        }
        // All in one year, or three months in each of two.
        for (cell, demand) in demand_t.iter().enumerate() {
            by_year_t[period / 3 * 4 + cell] += demand;
        }
        for (sum, structural) in structural_total_t.iter_mut().zip(&structural_t) {
            *sum += structural;
        }
        observer.period(&PeriodOutcome {
            period,
            short: if *missing == 0.0 { &[] } else { &[0, 1] },
            demand_t: &demand_t,
            missing_t: &missing_t,
            shortfall_t: &shortfall_t,
            unmet_t: &unmet_t,
            carried: &[1.0 - uncovered; 4],
            onset: &[0.0; 2],
            structural_t: &structural_t,
            exposed_usd: &exposed_usd,
        });
    }
    let occurrence = Occurrence {
        event: 0,
        start_months: 0.5,
        duration_months: 3.3,
        severity: 0.7,
    };
    observer.end_trial(&TrialOutcome {
        trial,
        occurrences: &vec![occurrence; made_up.occurrences],
        demand_t: &total_t,
        reference_demand_by_year_t: &by_year_t,
        added_demand_by_year_t: &[0.0; 8],
        structural_t: Some(&structural_total_t),
        causes: &[vec![0, 1, 2], vec![0, 1, 2]],
        blame_start: &[0, 3, 6, 9],
        blame_t: &blame_t,
        price_peak: &[[peak, peak * 2.0 - 1.0, peak / 2.0 + 0.5]; 3],
        output_t: &[990.0 + trial as f64],
        lost_output_t: &[trial as f64 / 3.0],
        stock_end_t: &[25.0],
    });
}
