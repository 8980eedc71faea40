//! Taking over the rows of materials that another recorder has seen: what is the same in two variants is simulated once.

use super::recorder::Recorder;
use super::samples::Sample;

impl Recorder {
    /// Takes over everything about these materials from a recorder of the same trials and [`Recording`](super::Recording), in whose model they are made,
    /// ordered, traded and struck in the same way. Both have been put to rest. Calendar years are not taken over: no such recording has
    /// them.
    pub fn take_materials(&mut self, of: &Self, materials: &[usize]) {
        let recording = self.plan.recording;
        debug_assert!(!recording.years && recording == of.plan.recording);
        debug_assert_eq!(self.trials, of.trials, "other trials");
        let number_here = self.causes_by_theirs(of);
        let mut sampled: Vec<Sample> = Vec::new();
        for &material in materials {
            let (mine, theirs) = (&self.plan.parts[material], &of.plan.parts[material]);
            debug_assert_eq!(mine.rows.len(), theirs.rows.len());
            for (row, their_row) in mine.rows.clone().zip(theirs.rows.clone()) {
                self.totals.take_row(row, &of.totals, their_row);
                if self.plan.headline == Some(row) {
                    self.replayable.clone_from(&of.replayable);
                    self.last_headline_share = of.last_headline_share;
                }
                let samples = of.samples.iter().filter(|sample| sample.row == their_row);
                sampled.extend(samples.map(|sample| Sample { row, ..*sample }));
            }
            self.samples.retain(|sample| !mine.rows.contains(&sample.row));
            if let (Some(attribution), Some(theirs_all)) = (&mut self.attribution, &of.attribution) {
                let count = self.plan.rows[mine.rows.clone()]
                    .iter()
                    .filter(|row| row.attributed)
                    .count();
                for slot in 0..count {
                    let (here, there) = (mine.first_attributed + slot, theirs.first_attributed + slot);
                    attribution.take_slot(here, theirs_all, there, |cause| number_here[cause]);
                }
            }
            if recording.timeline {
                let fans = self.plan.rows[mine.rows.clone()]
                    .iter()
                    .filter(|row| row.is_all())
                    .count();
                for fan in 0..fans {
                    let (here, there) = (mine.first_fan + fan, theirs.first_fan + fan);
                    self.timeline.take_fan(here, &of.timeline, there);
                }
            }
            let markets = |of: &Self| {
                let cells = of.plan.parts[material].cells.clone();
                let mut markets: Vec<usize> = of.plan.layout.cells[cells].iter().map(|cell| cell.market).collect();
                markets.dedup();
                markets
            };
            for (market, their_market) in markets(self).into_iter().zip(markets(of)) {
                self.prices.take_market(market, &of.prices, their_market);
            }
            let (layout, their_layout) = (&self.plan.layout, &of.plan.layout);
            self.flows.take_material(layout, &of.flows, their_layout, material);
        }
        self.samples.extend(sampled);
    }

    /// The number here of each cause there; `None` where it is no cause here.
    fn causes_by_theirs(&self, of: &Self) -> Vec<Option<usize>> {
        let (layout, their_layout) = (&self.plan.layout, &of.plan.layout);
        let theirs = their_layout.causes.iter().map(|theirs| {
            let event = theirs.event.map(|event| &their_layout.events[event].0);
            layout.causes.iter().position(|mine| {
                mine.event.map(|event| &layout.events[event].0) == event
                    && (mine.material, mine.country) == (theirs.material, theirs.country)
            })
        });
        theirs.collect()
    }
}
