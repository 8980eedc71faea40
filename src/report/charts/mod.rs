//! The charts of a run as SVG, and as PNG from the same SVG.
//!
//! One file per kind of chart; `page` holds what all of them share (title, notes, provenance), `canvas` is plotters underneath, `panel` a
//! plot area with axes. Charts draw from [`RunResults`] alone and always in the same order with the same bytes.

mod backtest;
mod boxes;
mod by_country;
mod canvas;
mod colors;
mod cost;
mod country;
mod dates;
mod differences;
mod events;
mod exceedance;
mod exposure;
mod fan;
mod font;
mod frontier;
mod heat;
mod indices;
#[cfg(feature = "png")]
mod missing;
mod multiples;
mod numbers;
mod outages;
mod page;
mod panel;
mod paths;
#[cfg(feature = "png")]
mod png;
#[cfg(feature = "png")]
mod png_fonts;
mod policies;
mod robustness;
mod source;
mod stages;
mod style;
mod supply_shares;
mod sweep;
mod text;
mod tornado;
mod variance;
mod years;

#[cfg(test)]
mod tests;

#[cfg(feature = "png")]
pub use png::to_png;

use crate::results::types::RunResults;
use crate::whatif::backtest::Backtest;
use crate::whatif::compare::Comparison;
use crate::whatif::exposure::Exposures;
use crate::whatif::indices::Indices;
use crate::whatif::optimize::Optimum;
use crate::whatif::robustness::Robustness;
use crate::whatif::screen::Screening;
use crate::whatif::sensitivity::Sensitivity;
use crate::whatif::sweep::Sweep;
pub use canvas::Reading;
pub use paths::Path;
use source::Source;

/// What the names of all charts begin with, by kind.
pub const KINDS: [&str; 15] = [
    "supply-shares",
    "exceedance-",
    "fan-",
    "years-",
    "shortfall-by-country-",
    "events-",
    "policy-comparison-",
    "compare-",
    "screen-",
    "sensitivity-",
    "sweep-",
    "optimize-",
    "robustness-",
    "indices-",
    "backtest-",
];

/// Materials that get charts; a line in `supply-shares` says which do not.
pub const MAX_MATERIALS: usize = 6;

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// File stem, e.g. `exceedance-ndfeb_magnet`; unique within a run.
    pub name: String,
    /// The SVG document. Ids in it begin with `critmin-` and the name, so that several charts can stand in one HTML page.
    pub svg: String,
    /// What places on it say to whoever points at them.
    pub readings: Vec<Reading>,
}

/// A file format for charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Network Graphics, 1800 pixels wide.
    #[cfg(feature = "png")]
    Png,
}

impl Format {
    /// File extension.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Svg => "svg",
            #[cfg(feature = "png")]
            Format::Png => "png",
        }
    }
}

impl Chart {
    /// The bytes of the file in a format.
    pub fn to_bytes(&self, format: Format) -> Result<Vec<u8>, ChartError> {
        match format {
            Format::Svg => Ok(self.svg.clone().into_bytes()),
            #[cfg(feature = "png")]
            Format::Png => to_png(&self.svg),
        }
    }
}

/// Why a chart could not be made. None of these is expected of any results; they stand for faults in the libraries underneath.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// plotters failed.
    #[error("cannot draw the chart: {0}")]
    Draw(String),
    /// The SVG is no SVG.
    #[cfg(feature = "png")]
    #[error("cannot read the chart's SVG")]
    Svg(#[from] resvg::usvg::Error),
    /// The picture is too large or has no size.
    #[error("cannot make a picture of {width} x {height} pixels")]
    Size {
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// PNG encoding failed.
    #[error("cannot encode the chart as PNG: {0}")]
    Png(String),
}

/// Every chart of a run: first who supplies what, then per material in focus (at most [`MAX_MATERIALS`]) the exceedance curves, the
/// shortfall over time, by year and by country, the events behind it and the policies. Deterministic order and bytes.
pub fn render_all(results: &RunResults) -> Result<Vec<Chart>, ChartError> {
    let Some(source) = Source::new(results) else {
        return Ok(Vec::new());
    };
    let mut charts = Vec::new();
    charts.extend(supply_shares::chart(&source)?);
    for material in source.materials(MAX_MATERIALS) {
        charts.extend(exceedance::by_place(&source, material)?);
        charts.extend(exceedance::by_policy(&source, material)?);
        charts.extend(fan::chart(&source, material)?);
        charts.extend(years::chart(&source, material)?);
        charts.extend(by_country::chart(&source, material)?);
        charts.extend(events::chart(&source, material)?);
        charts.extend(policies::chart(&source, material)?);
    }
    make_unique(&mut charts);
    Ok(charts)
}

/// The charts of a comparison: per material in focus what changes where, and at the headline's material the exceedance curves of all, and what they
/// cost for what they avoid. Deterministic order and bytes.
pub fn render_comparison(comparison: &Comparison) -> Result<Vec<Chart>, ChartError> {
    let run = differences::compared(comparison);
    let Some(source) = Source::new(&run) else {
        return Ok(Vec::new());
    };
    let mut charts = Vec::new();
    for material in source.materials(MAX_MATERIALS) {
        charts.extend(differences::chart(&source, comparison, material)?);
        charts.extend(exceedance::by_policy(&source, material)?);
    }
    charts.extend(cost::chart(&source, comparison)?);
    make_unique(&mut charts);
    Ok(charts)
}

/// The charts of changes to a scenario, of one material: what changes where, how probable, by place, over time, by cause, who supplies, and what it costs for
/// what it avoids. What can only be drawn of one of the two is drawn of each; of the changed one its name begins with `changed-`. With the name of the table
/// that each is of. Deterministic order and bytes.
pub fn render_explored(
    comparison: &Comparison,
    material: &str,
    futures: &[(String, Vec<Path>)],
) -> Result<Vec<(Chart, &'static str)>, ChartError> {
    let run = &comparison.results.run;
    let Some(source) = Source::new(run) else {
        return Ok(Vec::new());
    };
    let mut charts: Vec<(Chart, &'static str)> = Vec::new();
    let mut add = |chart: Option<Chart>, table| charts.extend(chart.map(|chart| (chart, table)));
    add(differences::chart(&source, comparison, material)?, "compare");
    match run.policies.len() {
        1 => add(exceedance::by_place(&source, material)?, "exceedance"),
        _ => add(exceedance::by_policy(&source, material)?, "exceedance"),
    }
    add(by_country::chart(&source, material)?, "summary");
    add(paths::chart(&source, futures)?, "futures");
    for (number, policy) in run.policies.iter().enumerate() {
        let mut alone = run.clone();
        alone.policies = vec![policy.clone()];
        if number > 0 {
            alone.title = format!("{}, {}", run.title, policy.shown_name());
        }
        let Some(source) = Source::new(&alone) else { continue };
        // Who supplies at the start is the same under most changes: one chart says it then.
        let is_same = number > 0 && policy.supply_shares == run.policies[0].supply_shares;
        let supply = if is_same { None } else { supply_shares::chart(&source)? };
        let drawn = [
            (fan::chart(&source, material)?, "timeline"),
            (events::chart(&source, material)?, "attribution"),
            (supply, "supply"),
        ];
        for (chart, table) in drawn {
            add(
                chart.map(|chart| if number > 0 { renamed(chart, "changed-") } else { chart }),
                table,
            );
        }
    }
    add(cost::chart(&source, comparison)?, "compare");
    Ok(charts)
}

/// The chart under a longer name, in its ids too.
fn renamed(chart: Chart, before: &str) -> Chart {
    let name = format!("{before}{}", chart.name);
    let id = |name: &str| format!("critmin-{name}-");
    Chart {
        svg: chart.svg.replace(&id(&chart.name), &id(&name)),
        name,
        readings: chart.readings,
    }
}

/// The charts of a screening: per material in focus the outages that cost most, and the matrix of countries and materials. Deterministic order and
/// bytes.
pub fn render_screening(found: &Screening) -> Result<Vec<Chart>, ChartError> {
    let Some(source) = Source::new(&found.results.run) else {
        return Ok(Vec::new());
    };
    let mut charts = Vec::new();
    for material in source.materials(MAX_MATERIALS) {
        charts.extend(outages::chart(&source, found, material)?);
        charts.extend(exposure::chart(&source, found, material)?);
    }
    make_unique(&mut charts);
    Ok(charts)
}

/// The charts of a country's exposures: its stages in order, and the matrix of countries and minerals. Deterministic order and bytes.
pub fn render_exposures(found: &Exposures) -> Result<Vec<Chart>, ChartError> {
    let mut charts = vec![country::ranking(found)?];
    charts.extend(country::matrix(found)?);
    Ok(charts)
}

/// The charts of indices: concentration of makers, GeoPolRisk of buyers. Deterministic order and bytes.
pub fn render_indices(found: &Indices) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    charts.extend(indices::concentration(found)?);
    charts.extend(indices::dependence(found)?);
    Ok(charts)
}

/// The charts of a back-test, one an episode: simulated bands by month and what was observed. Deterministic order and bytes.
pub fn render_backtest(found: &Backtest) -> Result<Vec<Chart>, ChartError> {
    let mut charts = Vec::new();
    for episode in &found.episodes {
        charts.extend(backtest::chart(found, episode)?);
    }
    Ok(charts)
}

/// The charts of a sensitivity analysis, of the headline: bars of single numbers, shares of the variance, and what marks the worst trials. Deterministic
/// order and bytes.
pub fn render_sensitivity(found: &Sensitivity) -> Result<Vec<Chart>, ChartError> {
    let Some(source) = Source::new(&found.results.run) else {
        return Ok(Vec::new());
    };
    let mut charts = Vec::new();
    charts.extend(tornado::chart(&source, found)?);
    charts.extend(variance::chart(&source, found)?);
    charts.extend(boxes::chart(&source, found)?);
    make_unique(&mut charts);
    Ok(charts)
}

/// The charts of a sweep: per material in focus a curve with its band for each place, or with two keys a map of its headline place. Deterministic order
/// and bytes.
pub fn render_sweep(sweep: &Sweep) -> Result<Vec<Chart>, ChartError> {
    let Some(source) = Source::new(&sweep.results.run) else {
        return Ok(Vec::new());
    };
    let mut charts = Vec::new();
    for material in source.materials(MAX_MATERIALS) {
        charts.extend(match sweep.axes.len() {
            1 => sweep::chart(&source, sweep, material)?,
            _ => heat::chart(&source, sweep, material)?,
        });
    }
    make_unique(&mut charts);
    Ok(charts)
}

/// The chart of an optimisation: cost against goal, with the frontier.
pub fn render_optimum(found: &Optimum) -> Result<Vec<Chart>, ChartError> {
    let Some(source) = Source::new(&found.results.run) else {
        return Ok(Vec::new());
    };
    let mut charts: Vec<Chart> = frontier::chart(&source, found)?.into_iter().collect();
    make_unique(&mut charts);
    Ok(charts)
}

/// The chart of a look at robustness: how far the headline reaches with and without each policy.
pub fn render_robustness(found: &Robustness) -> Result<Vec<Chart>, ChartError> {
    let Some(source) = found.as_written().and_then(|results| Source::new(&results.run)) else {
        return Ok(Vec::new());
    };
    let mut charts: Vec<Chart> = robustness::chart(&source, found)?.into_iter().collect();
    make_unique(&mut charts);
    Ok(charts)
}

#[cfg(feature = "png")]
/// A text of charts with letters that no font has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutShape {
    /// The text.
    pub text: String,
    /// Its letters that PNGs show as boxes.
    pub letters: String,
}

#[cfg(feature = "png")]
/// The texts of a run that PNGs cannot show whole: those with letters that neither the embedded font nor a font of the system has. In SVGs the
/// viewer chooses the font.
pub fn letters_without_shape(results: &RunResults) -> Vec<WithoutShape> {
    missing::find(results)
}

/// Names that are equal, or differ only in capital letters, which are one file on Windows and macOS, get a number at the end.
fn make_unique(charts: &mut [Chart]) {
    let mut taken = std::collections::BTreeSet::new();
    for chart in charts {
        let stem = chart.name.clone();
        let mut number = 1;
        while !taken.insert(chart.name.to_ascii_lowercase()) {
            number += 1;
            chart.name = format!("{stem}-{number}");
        }
        if number > 1 {
            let id = |name: &str, part: &str| format!("critmin-{name}-{part}");
            for part in ["title", "desc"] {
                chart.svg = chart.svg.replace(&id(&stem, part), &id(&chart.name, part));
            }
        }
    }
}
