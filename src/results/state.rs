//! A recorder's state, to be written to a file and read back: what it has recorded, exactly, and what it was sized by.
//!
//! What is read may be damaged or made up. So nothing of it is trusted before [`RecorderState::restore`] has looked at it: indices, lengths and
//! counts that do not fit together are refused there, and what was restored can be merged and finished without further checks.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::model::layout::Layout;

use super::attribution::AttributionRecorder;
use super::event_classes::ClassRecorder;
use super::event_totals::EventRecorder;
use super::flows::FlowRecorder;
use super::groups::GROUPS;
use super::histogram::add_up;
use super::open_trial::OpenTrial;
use super::prices::PriceRecorder;
use super::recorder::{Plan, Recorder, Recording};
use super::replayable::ReplayableTrials;
use super::row_totals::RowTotals;
use super::samples::Sample;
use super::timeline::Timeline;
use super::waiting::WaitingTotals;
use super::years::YearsRecorder;

/// The most trials that a run can have.
pub const MOST_TRIALS: u64 = 1_000_000_000;

/// Why a state was refused: the part that does not fit the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{0} does not fit the rest")]
pub struct Unsound(&'static str);

/// Everything of a recorder but its samples and its open trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecorderState<'a> {
    layout: Cow<'a, Layout>,
    recording: Recording,
    trials: u64,
    trials_by_group: [u64; GROUPS],
    totals: Cow<'a, [RowTotals]>,
    timeline: Cow<'a, Timeline>,
    attribution: Option<Cow<'a, AttributionRecorder>>,
    years: Option<Cow<'a, YearsRecorder>>,
    events: Cow<'a, EventRecorder>,
    classes: Option<Cow<'a, ClassRecorder>>,
    flows: Cow<'a, FlowRecorder>,
    prices: Cow<'a, PriceRecorder>,
    replayable: Cow<'a, ReplayableTrials>,
}

impl Recorder {
    /// Its state, between trials. Samples that have not been taken are not part of it.
    pub fn state(&self) -> RecorderState<'_> {
        RecorderState {
            layout: Cow::Borrowed(&self.plan.layout),
            recording: self.plan.recording,
            trials: self.trials,
            trials_by_group: self.trials_by_group,
            totals: self.totals.settled(),
            timeline: self.timeline.in_full(),
            attribution: self.attribution.as_ref().map(Cow::Borrowed),
            years: self.years.as_ref().map(Cow::Borrowed),
            events: Cow::Borrowed(&self.events),
            classes: self.classes.as_ref().map(Cow::Borrowed),
            flows: Cow::Borrowed(&self.flows),
            prices: Cow::Borrowed(&self.prices),
            replayable: Cow::Borrowed(&self.replayable),
        }
    }

    /// Its state with the samples that have not been taken, to be read by [`Recorder::from_bytes`].
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        postcard::to_allocvec(&(self.state(), &self.samples)).ok()
    }

    /// A recorder of exactly these trials that records what `like` does; `None` where the bytes are no such recorder's.
    pub fn from_bytes(bytes: &[u8], trials: &Range<u64>, like: &Recorder) -> Option<Recorder> {
        let (state, samples): (RecorderState<'static>, Vec<Sample>) = postcard::from_bytes(bytes).ok()?;
        let mut recorder = state.restore(trials).ok()?;
        let count = trials.end.saturating_sub(trials.start);
        if !(recorder.trials == count && recorder.is_like(like)) {
            return None;
        }
        let of_trial = match like.plan.recording.samples {
            true => recorder.samples_per_trial() as u64,
            false => 0,
        };
        let is_sampled = |row: usize| like.plan.rows.get(row).is_some_and(|row| row.sampled);
        let fits = |sample: &Sample| trials.contains(&sample.trial) && is_sampled(sample.row);
        if samples.len() as u64 != count * of_trial || !samples.iter().all(fits) {
            return None;
        }
        recorder.plan = Arc::clone(&like.plan);
        recorder.samples = samples;
        Some(recorder)
    }

    /// The layout it was made for.
    pub fn layout(&self) -> &Layout {
        &self.plan.layout
    }

    /// How many samples a trial gives, when they are recorded.
    pub fn samples_per_trial(&self) -> usize {
        self.plan.rows.iter().filter(|row| row.sampled).count()
    }

    /// Whether merging with the other makes sense: both are of the same model and record the same.
    pub fn is_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.plan, &other.plan) || self.plan == other.plan
    }
}

impl RecorderState<'_> {
    /// The recorder, which has seen trials of the given range only. It can be merged and finished; trials are recorded in
    /// [`Recorder::fresh`] ones.
    ///
    /// # Errors
    /// When the state cannot be that of any recorder.
    pub fn restore(self, range: &Range<u64>) -> Result<Recorder, Unsound> {
        let expect = |holds: bool, what| if holds { Ok(()) } else { Err(Unsound(what)) };
        let trials = self.trials;
        expect(range.end <= MOST_TRIALS, "the range of trials")?;
        expect(trials <= range.end.saturating_sub(range.start), "the number of trials")?;
        expect(add_up(self.trials_by_group) == Some(trials), "the trials by group")?;
        let layout = self.layout.into_owned();
        expect(is_sound(&layout), "the layout")?;
        let plan = Plan::new(layout, self.recording);
        let (layout, rows) = (&plan.layout, &plan.rows);
        let by_group = layout.in_batches.then_some(&self.trials_by_group);
        let has_fan = |row: &&super::rows::Row| self.recording.timeline && row.is_all();
        let fans = rows.iter().filter(has_fan).count();
        let attributed = rows.iter().filter(|row| row.attributed).count();
        expect(
            self.totals.len() == rows.len() && self.totals.iter().all(|totals| totals.fits(trials, by_group)),
            "the totals",
        )?;
        expect(self.timeline.fits(fans, layout.periods, trials), "the timeline")?;
        let causes = layout.causes.len();
        expect(
            match &self.attribution {
                Some(attribution) => self.recording.attribution && attribution.fits(attributed, causes, trials),
                None => !self.recording.attribution,
            },
            "the attribution",
        )?;
        expect(
            self.events.fits(layout.events.len(), trials, layout.in_batches),
            "the events",
        )?;
        expect(
            match &self.years {
                Some(years) => {
                    let fits = years.fits(plan.sums(), &layout.years, layout.step_months, trials, by_group);
                    self.recording.years && fits
                }
                None => !self.recording.years,
            },
            "the years",
        )?;
        expect(
            match &self.classes {
                Some(classes) => self.recording.years && classes.fits(plan.classed().count(), layout, trials),
                None => !self.recording.years,
            },
            "the events of the worst trials",
        )?;
        expect(self.flows.fits(layout), "the flows")?;
        expect(self.prices.fits(layout), "the prices")?;
        expect(self.replayable.fits(trials, range), "the trials to replay")?;
        let mut timeline = Timeline::new(fans, layout.periods);
        timeline.merge(&self.timeline);
        Ok(Recorder {
            trials,
            trials_by_group: self.trials_by_group,
            totals: WaitingTotals::of(
                plan.rows.iter().map(|row| row.reference_demand_t).collect(),
                self.totals.into_owned(),
            ),
            timeline,
            attribution: self.attribution.map(Cow::into_owned),
            years: self.years.map(Cow::into_owned),
            events: self.events.into_owned(),
            classes: self.classes.map(Cow::into_owned),
            flows: self.flows.into_owned(),
            prices: self.prices.into_owned(),
            replayable: self.replayable.into_owned(),
            samples: Vec::new(),
            last_headline_share: 0.0,
            open: OpenTrial::default(),
            attributed: Vec::new(),
            plan: Arc::new(plan),
        })
    }
}

/// Whether every index of a layout points at something. (Tonnages may be anything: what cannot be a scale is not used as one.)
fn is_sound(layout: &Layout) -> bool {
    let (materials, countries) = (layout.materials.len(), layout.countries.len());
    let in_focus = |place: &Result<usize, usize>| match place {
        Ok(country) => *country < countries,
        Err(group) => *group < layout.groups.len(),
    };
    layout.dates.len() == layout.periods
        && layout.years.fits(layout.periods)
        && layout.step_months.is_finite()
        && layout.step_months > 0.0
        && layout.reference_demand_t.len() == layout.cells.len()
        && layout.cells.iter().all(|cell| {
            // Every cell is in a market of its material and country, and several cells may share one.
            cell.material < materials && cell.country < countries && cell.market < materials * countries
        })
        && layout
            .groups
            .iter()
            .all(|(.., members)| members.iter().all(|member| *member < countries))
        && layout.focus_materials.iter().all(|material| *material < materials)
        && layout.focus_places.iter().all(in_focus)
        && layout.causes.iter().all(|cause| {
            let at = [
                (cause.event, layout.events.len()),
                (cause.material, materials),
                (cause.country, countries),
            ];
            at.iter()
                .all(|(index, length)| index.is_none_or(|index| index < *length))
        })
        && layout
            .supplies
            .iter()
            .all(|(_, material, country, _)| *material < materials && *country < countries)
        && layout.stocks.iter().all(|(_, material, _)| *material < materials)
}
