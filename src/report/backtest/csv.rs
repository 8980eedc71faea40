//! `observations.csv`: one row an observation; `scores.csv`: one a score; `bands.csv`: one a course and month.

use super::super::columns;
use super::super::sheet::{Sheet, Target};
use crate::whatif::backtest::{Backtest, Score};

/// `observations.csv`.
pub fn observations(found: &Backtest, to: impl Target) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, &columns::observations())?;
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
            sheet.truth(one.is_inside)?;
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
            sheet.whole(episode.trials)?;
            sheet.whole(found.seed)?;
            sheet.end()?;
        }
    }
    sheet.finish().map(drop)
}

/// `scores.csv`.
pub fn scores(found: &Backtest, to: impl Target) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, &columns::scores())?;
    let kinds = [("episode", &found.by_episode), ("measure", &found.by_measure)];
    let rows = kinds
        .into_iter()
        .flat_map(|(kind, scores)| scores.iter().map(move |score| (kind, score)));
    let rows = rows.chain([("all", &found.all)]);
    let mut row = |kind: &str, score: &Score, share: [f64; 3], independent: &str| -> Result<(), csv::Error> {
        sheet.texts([kind, &score.of])?;
        sheet.whole(score.observations as u64)?;
        sheet.whole(score.inside as u64)?;
        sheet.numbers(share)?;
        sheet.numbers([score.score, score.naive, score.skill().unwrap_or(f64::NAN), 0.05, 0.95])?;
        sheet.plain(independent)?;
        sheet.whole(found.episodes.len() as u64)?;
        sheet.whole(found.seed)?;
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
pub fn bands(found: &Backtest, to: impl Target) -> Result<(), csv::Error> {
    let mut sheet = Sheet::new(to, &columns::bands())?;
    for episode in &found.episodes {
        for band in &episode.bands {
            for (month, ends) in episode.dates.iter().zip(&band.months) {
                sheet.texts([episode.name.as_str(), band.measure.name(), &band.name])?;
                sheet.plain(month.get(..7).unwrap_or(month))?;
                sheet.numbers(*ends)?;
                sheet.whole(episode.trials)?;
                sheet.whole(found.seed)?;
                sheet.end()?;
            }
        }
    }
    sheet.finish().map(drop)
}
