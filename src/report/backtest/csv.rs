//! `observations.csv`: one row an observation; `scores.csv`: one a score; `bands.csv`: one a course and month.

use std::io::Write;

use super::super::sheet::Sheet;
use crate::whatif::backtest::{Backtest, Score};

const OBSERVATIONS: [&str; 25] = [
    "episode",
    "measure",
    "materials",
    "from",
    "to",
    "first_month",
    "last_month",
    "observed",
    "p5",
    "p50",
    "p95",
    "inside",
    "crps",
    "naive_crps",
    "unit",
    "value",
    "value_unit",
    "normal",
    "normal_months",
    "basis",
    "note",
    "source",
    "normal_source",
    "trials",
    "seed",
];

const SCORES: [&str; 15] = [
    "kind",
    "of",
    "observations",
    "inside",
    "share_inside",
    "share_inside_low",
    "share_inside_high",
    "crps",
    "naive_crps",
    "skill",
    "band_low",
    "band_high",
    "independent",
    "episodes",
    "seed",
];

const BANDS: [&str; 9] = [
    "episode", "measure", "course", "month", "p5", "p50", "p95", "trials", "seed",
];

/// `observations.csv`.
pub fn observations(found: &Backtest, to: impl Write) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, OBSERVATIONS)?;
    for episode in &found.episodes {
        for one in &episode.compared {
            let observed = &one.observed;
            let materials = observed.materials.join(";");
            sheet.texts([
                episode.name.as_str(),
                one.measure.name(),
                &materials,
                &observed.from,
                &observed.to,
            ])?;
            sheet.texts([observed.first_month.as_str(), &observed.last_month])?;
            sheet.number(observed.figure)?;
            sheet.numbers(one.simulated)?;
            sheet.plain(if one.is_inside { "true" } else { "false" })?;
            sheet.numbers([one.score, one.naive])?;
            sheet.text(one.measure.unit())?;
            sheet.number(observed.value)?;
            sheet.text(&observed.unit)?;
            sheet.numbers([
                observed.normal.unwrap_or(f64::NAN),
                observed.normal_months.unwrap_or(f64::NAN),
            ])?;
            sheet.texts([
                observed.basis.as_str(),
                &observed.note,
                &observed.source,
                &observed.normal_source,
            ])?;
            sheet.plain(&episode.trials.to_string())?;
            sheet.plain(&found.seed.to_string())?;
            sheet.end()?;
        }
    }
    sheet.finish().map(drop)
}

/// `scores.csv`.
pub fn scores(found: &Backtest, to: impl Write) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, SCORES)?;
    let kinds = [("episode", &found.by_episode), ("measure", &found.by_measure)];
    let rows = kinds
        .into_iter()
        .flat_map(|(kind, scores)| scores.iter().map(move |score| (kind, score)));
    let rows = rows.chain([("all", &found.all)]);
    let mut row = |kind: &str, score: &Score, share: [f64; 3], independent: &str| -> Result<(), csv::Error> {
        sheet.texts([kind, &score.of])?;
        sheet.plain(&score.observations.to_string())?;
        sheet.plain(&score.inside.to_string())?;
        sheet.numbers(share)?;
        sheet.numbers([score.score, score.naive, score.skill().unwrap_or(f64::NAN), 0.05, 0.95])?;
        sheet.plain(independent)?;
        sheet.plain(&found.episodes.len().to_string())?;
        sheet.plain(&found.seed.to_string())?;
        sheet.end()
    };
    for (kind, score) in rows {
        let share = &score.share;
        row(kind, score, [share.value, share.low, share.high], "observations")?;
    }
    if let Some(share) = &found.share_by_episode {
        row("all", &found.all, [share.value, share.low, share.high], "episodes")?;
    }
    sheet.finish().map(drop)
}

/// `bands.csv`.
pub fn bands(found: &Backtest, to: impl Write) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, BANDS)?;
    for episode in &found.episodes {
        for band in &episode.bands {
            for (month, ends) in episode.dates.iter().zip(&band.months) {
                sheet.texts([episode.name.as_str(), band.measure.name(), &band.name])?;
                sheet.plain(month.get(..7).unwrap_or(month))?;
                sheet.numbers(*ends)?;
                sheet.plain(&episode.trials.to_string())?;
                sheet.plain(&found.seed.to_string())?;
                sheet.end()?;
            }
        }
    }
    sheet.finish().map(drop)
}
