//! How a statistic follows one key, or two: every point a variant on the same draws.

use crate::data::OTHERS;
use rayon::prelude::*;

pub use super::axis::{Axis, MOST_POINTS};
pub use super::crossing::Crossing;
use super::crossing::{OnCurve, crossings};
use super::giving::Giving;
use super::{Refusal, Unanswered};
use crate::results::{ALL_SECTORS, FOCUS};
use crate::study::{
    Difference, Error, Estimate, Found, PolicyResults, Progress, Results, Run, Statistic, Study, Variant, concentration,
};

/// What to sweep.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One key or two.
    pub axes: Vec<Axis>,
    /// Countries that take what a varied share gives up; all others in proportion where none is named.
    pub to: Vec<String>,
    /// What is told; the headline's measure when `None`.
    pub of: Option<Statistic>,
    /// Where the statistic crosses this is told.
    pub level: Option<f64>,
    /// The policy in force at every point.
    pub policy: Option<String>,
    /// Differences are from the first point, not from the scenario as it is.
    pub from_first: bool,
    /// Trials; as many as the scenario says when `None`.
    pub trials: Option<u64>,
    /// Stop once headline and differences are known to this share of the baseline's mean.
    pub precision: Option<f64>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// The keys.
    pub axes: Vec<Axis>,
    /// The number at each key in the scenario as it is, where it is one.
    pub stands: Vec<Option<f64>>,
    /// What is told.
    pub statistic: Statistic,
    /// The policy in force.
    pub policy: Option<String>,
    /// Whether differences are from the first point.
    pub from_first: bool,
    /// The level asked for.
    pub level: Option<f64>,
    /// The scenario as it is first, then the points.
    pub results: Results,
    /// The points: the second key's values within the first's.
    pub points: Vec<Point>,
    /// The statistic at every point, by material and place in focus.
    pub cells: Vec<Cell>,
    /// Where it crosses the level.
    pub crossings: Vec<At>,
}

/// A point.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Its name among the results.
    pub name: String,
    /// The keys' values.
    pub at: Vec<f64>,
    /// `key=value`, as `critmin run --set` takes them, after those of the sweep as a whole (`results.run.manifest.set`).
    pub set: Vec<String>,
    /// Herfindahl-Hirschman index (0 to 1) of the material whose share a key is: squares of the shares of undisrupted output at the start, those of
    /// countries not listed (`OTH`) left out.
    pub concentration: Vec<Option<f64>>,
}

/// The statistic at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Position among the points.
    pub point: usize,
    /// Material id.
    pub material: String,
    /// Country code, group id or `focus`.
    pub country: String,
    /// The figure.
    pub found: Found,
    /// Less that of the scenario as it is, or of the first point, with the error of the pairs.
    pub difference: Option<Difference>,
}

impl Cell {
    /// The figure's interval, where its error is known.
    pub fn interval(&self) -> Option<(f64, f64)> {
        self.found
            .estimate()
            .filter(is_known)
            .map(|estimate| (estimate.low, estimate.high))
    }
}

/// Whether an estimate has an error.
pub fn is_known(estimate: &Estimate) -> bool {
    !estimate.standard_error.is_nan()
}

/// A crossing of the level.
#[derive(Debug, Clone, PartialEq)]
pub struct At {
    /// Material id.
    pub material: String,
    /// Country code, group id or `focus`.
    pub country: String,
    /// The second key's value, where there are two.
    pub second: Option<f64>,
    /// Where on the first key.
    pub crossing: Crossing,
}

impl Sweep {
    /// The cells at a place, in the order of the points.
    pub fn at(&self, material: &str, country: &str) -> Vec<&Cell> {
        let cells = self.cells.iter();
        cells
            .filter(|cell| cell.material == material && cell.country == country)
            .collect()
    }

    /// The scenario as it is: what the points are variants of.
    pub fn baseline(&self) -> Option<&PolicyResults> {
        self.results.run.policies.first()
    }
}

/// A sweep whose points are known to be right.
#[derive(Debug, Clone)]
pub struct Prepared {
    baseline: Variant,
    variants: Vec<Variant>,
    points: Vec<Point>,
    stands: Vec<Option<f64>>,
}

/// Sweeps.
///
/// # Errors
/// See [`prepare`] and [`Prepared::run`].
pub fn sweep(study: &Study, plan: &Plan, progress: &Progress) -> Result<Sweep, Unanswered> {
    Ok(prepare(study, plan)?.run(plan, progress)?)
}

/// Checks and compiles every point.
///
/// # Errors
/// Keys or values that are wrong, too many points, a policy that sets a key itself, countries that cannot give what a point takes.
pub fn prepare(study: &Study, plan: &Plan) -> Result<Prepared, Unanswered> {
    check_axes(&plan.axes)?;
    let policy = plan.policy.as_deref().filter(|id| *id != "baseline");
    // Everything wrong with the scenario itself is told of it, not of a point.
    let as_it_is = match policy {
        Some(id) => study.policy(id)?,
        None => study.baseline()?,
    };
    if let Some((id, axis)) = policy.and_then(|id| {
        let mut axes = plan.axes.iter();
        axes.find(|axis| study.is_set_by(id, &axis.key)).map(|axis| (id, axis))
    }) {
        let why = format!(
            "the policy `{id}` sets `{}` itself, so varying it would change nothing",
            axis.key
        );
        return Err(Refusal::new(why, "sweep another key, or without the policy").into());
    }
    let mut study = study.clone();
    // Who is in focus where none is stated follows demand, and is to be the same at all points.
    if plan.axes.iter().any(|axis| axis.key.starts_with("demand")) {
        let (materials, places) = as_it_is.focus();
        study.set(&format!(
            "focus={{ materials = {materials:?}, countries = {places:?} }}"
        ))?;
    }
    let stands = plan.axes.iter().map(|axis| study.number_at(&axis.key)).collect();
    let giving = Giving::of(&study, &plan.axes, &plan.to)?;
    let mut points = Vec::new();
    for at in grid(&plan.axes) {
        let own: Vec<String> = plan
            .axes
            .iter()
            .zip(&at)
            .map(|(axis, value)| axis.assignment(*value))
            .collect();
        let name = own.join(" ");
        let mut set = own;
        for giving in &giving {
            set.extend(giving.assignments(&at)?);
        }
        let concentration = Vec::new();
        points.push(Point {
            name,
            at,
            set,
            concentration,
        });
    }
    let baseline = study.point(policy.unwrap_or("baseline"), &[], policy)?;
    let variants: Vec<Result<Variant, Error>> = points
        .par_iter()
        .map(|point| study.point(&point.name, &point.set, policy))
        .collect();
    let variants = variants.into_iter().collect::<Result<Vec<Variant>, Error>>()?;
    Ok(Prepared {
        baseline,
        variants,
        points,
        stands,
    })
}

fn check_axes(axes: &[Axis]) -> Result<(), Refusal> {
    let refused = |message: String, hint: &str| Err(Refusal::new(message, hint));
    match axes {
        [] => return refused("nothing is varied".to_owned(), "give --vary KEY=FROM..TO:STEPS"),
        [_] => {}
        [one, other] if one.key != other.key => {}
        [one, _] => {
            return refused(
                format!("`{}` is varied twice", one.key),
                "give all its values in one --vary",
            );
        }
        more => {
            let why = format!("{} keys are varied: a sweep has one or two", more.len());
            return refused(why, "leave the others at one value with --set");
        }
    }
    let points: usize = axes.iter().map(|axis| axis.values.len()).product();
    if points > MOST_POINTS {
        let why = format!("{points} points are too many: {MOST_POINTS} at most");
        return refused(why, "take fewer steps");
    }
    Ok(())
}

/// Every point: the second key's values within the first's.
fn grid(axes: &[Axis]) -> Vec<Vec<f64>> {
    axes.iter().fold(vec![Vec::new()], |points, axis| {
        let longer = points.iter().flat_map(|point| {
            let with = |value: &f64| point.iter().chain([value]).copied().collect::<Vec<f64>>();
            axis.values.iter().map(with)
        });
        longer.collect()
    })
}

impl Prepared {
    /// Simulates.
    ///
    /// # Errors
    /// [`Error::Interrupted`] where no trial was complete; [`Error::TooManyRenewals`].
    pub fn run(self, plan: &Plan, progress: &Progress) -> Result<Sweep, Error> {
        let statistic = plan.of.unwrap_or(self.baseline.headline_statistic());
        let mut run = Run::new(&self.baseline).against(&self.variants).as_runs_alone();
        if statistic != Statistic::Cvar95Pct {
            run = run.without_samples();
        }
        if let Some(trials) = plan.trials {
            run = run.trials(trials);
        }
        if let Some(share) = plan.precision {
            run = run.precision(share);
        }
        let results = run.watched(progress)?;
        let mut points = self.points;
        for (point, policy) in points.iter_mut().zip(results.run.policies.iter().skip(1)) {
            point.concentration = plan.axes.iter().map(|axis| hhi(policy, axis)).collect();
        }
        let mut sweep = Sweep {
            axes: plan.axes.clone(),
            stands: self.stands,
            statistic,
            policy: plan.policy.clone().filter(|id| id != "baseline"),
            from_first: plan.from_first,
            level: plan.level,
            results,
            points,
            cells: Vec::new(),
            crossings: Vec::new(),
        };
        sweep.cells = sweep.found();
        sweep.crossings = plan.level.map_or_else(Vec::new, |level| sweep.crossed(level));
        Ok(sweep)
    }
}

fn hhi(policy: &PolicyResults, axis: &Axis) -> Option<f64> {
    let (material, _) = axis.share()?;
    let shares = policy.supply_shares.iter();
    let shares = shares.filter(|share| share.material == material && share.country != OTHERS);
    Some(concentration(shares.map(|share| share.share_pct / 100.0)))
}

impl Sweep {
    /// Materials and places that are told of, in the order of the tables.
    fn places(&self) -> Vec<(String, String)> {
        let run = &self.results.run;
        let Some(baseline) = self.baseline() else {
            return Vec::new();
        };
        let is_asked = |material: &String, country: &String| {
            let (of, place) = &baseline.headline;
            (material == of && country == place)
                || (run.focus_materials.contains(material) && (country == FOCUS || run.focus_places.contains(country)))
        };
        let rows = baseline.summary.iter().filter(|row| row.sector == ALL_SECTORS);
        rows.filter(|row| is_asked(&row.material, &row.country))
            .map(|row| (row.material.clone(), row.country.clone()))
            .collect()
    }

    fn found(&self) -> Vec<Cell> {
        let mut cells = Vec::new();
        let reference = match self.from_first {
            true => self.points.first().map(|point| point.name.as_str()),
            false => self.baseline().map(|policy| policy.policy.as_str()),
        };
        for (material, country) in self.places() {
            for (number, point) in self.points.iter().enumerate() {
                let policy = self.results.variant(&point.name);
                let row = policy.and_then(|policy| policy.row((&material, &country)));
                let terms = |reference| [(point.name.as_str(), 1.0), (reference, -1.0)];
                let difference = reference.and_then(|reference| {
                    let row = (material.as_str(), country.as_str());
                    self.results.contrast(&terms(reference), row, self.statistic)
                });
                cells.push(Cell {
                    point: number,
                    material: material.clone(),
                    country: country.clone(),
                    found: row.map_or(Found::Missing, |row| self.statistic.of(row)),
                    difference,
                });
            }
        }
        cells
    }

    fn crossed(&self, level: f64) -> Vec<At> {
        let seconds: Vec<Option<f64>> = match self.axes.get(1) {
            Some(axis) => axis.values.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        let mut found = Vec::new();
        for (material, country) in self.places() {
            for second in &seconds {
                let cells = self.at(&material, &country).into_iter();
                let on_line = cells.filter(|cell| self.points[cell.point].at.get(1).copied() == *second);
                let curve: Option<Vec<OnCurve>> = on_line
                    .map(|cell| {
                        Some(OnCurve {
                            at: self.points[cell.point].at[0],
                            value: cell.found.value()?,
                            band: cell.interval(),
                        })
                    })
                    .collect();
                let crossed = curve.map_or_else(Vec::new, |curve| crossings(&curve, level));
                found.extend(crossed.into_iter().map(|crossing| At {
                    material: material.clone(),
                    country: country.clone(),
                    second: *second,
                    crossing,
                }));
            }
        }
        found
    }
}
