//! The trace of a replayed trial as CSV files, in full precision.

use super::columns::Table;
use super::results_folder::ResultsFolder;
use super::sheet::{Sheet, Stamp, name, unit};
use super::write::{PendingFile, WriteError};
use crate::study::Replay;

/// Names of the files.
pub const NAMES: [&str; 7] = [
    "trace-events.csv",
    "trace-inputs.csv",
    "trace-markets.csv",
    "trace-supplies.csv",
    "trace-flows.csv",
    "trace-stockpiles.csv",
    "trace-lane-capacities.csv",
];

/// The last columns of every table of a trace: which trial of which run it is.
const LAST: [&str; 5] = ["policy", "trial", "seed", "sampling", "sampling_version"];

type Written = Result<(), csv::Error>;

/// Writes the files, all or none.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &ResultsFolder, replay: &Replay) -> Result<(), WriteError> {
    let trace = Trace {
        replay,
        stamp: Stamp::of_replay(replay),
    };
    let [events, inputs, markets, supplies, flows, stockpiles, capacities] = NAMES;
    let to = folder.folder();
    let files = vec![
        to.prepare(events, |file| trace.events(file))?,
        to.prepare(inputs, |file| trace.inputs(file))?,
        to.prepare(markets, |file| trace.markets(file))?,
        to.prepare(supplies, |file| trace.supplies(file))?,
        to.prepare(flows, |file| trace.flows(file))?,
        to.prepare(stockpiles, |file| trace.stockpiles(file))?,
        to.prepare(capacities, |file| trace.lane_capacities(file))?,
    ];
    folder.commit(files, |_| false)
}

struct Trace<'a> {
    replay: &'a Replay,
    stamp: Stamp,
}

impl<'a> Trace<'a> {
    fn begin<'f>(
        &self,
        file: &'f mut PendingFile,
        columns: &[&'static str],
    ) -> Result<Sheet<&'f mut PendingFile>, csv::Error> {
        let names = columns.iter().copied().chain(LAST);
        Sheet::new(file, &Table::of_names(names))
    }

    fn end(&self, sheet: &mut Sheet<&mut PendingFile>) -> Written {
        sheet.text(&self.replay.policy)?;
        sheet.whole(self.replay.trial)?;
        sheet.end_with(&self.stamp)
    }

    fn material(&self, id: &'a str) -> &'a str {
        name(&self.replay.materials, id)
    }

    fn place(&self, id: &'a str) -> &'a str {
        name(&self.replay.places, id)
    }

    fn unit(&self, material: &str) -> &'a str {
        unit(&self.replay.materials, material)
    }

    fn events(&self, file: &mut PendingFile) -> Written {
        let mut sheet = self.begin(
            file,
            &[
                "event",
                "name",
                "start_months",
                "start_date",
                "duration_months",
                "severity",
                "end_months",
                "recovery",
                "notice_months",
                "leak_share",
                "leak_from_months",
                "quota_per_year",
            ],
        )?;
        for event in &self.replay.events {
            sheet.texts([event.event.as_str(), &event.name])?;
            sheet.exact([event.start_months])?;
            sheet.plain(&event.start_date)?;
            sheet.exact([event.duration_months, event.severity, event.end_months])?;
            sheet.text(&event.recovery)?;
            sheet.exact([event.notice_months, event.leak_share])?;
            for value in [event.leak_from_months, event.tonnes_per_year] {
                match value {
                    Some(value) => sheet.exact([value])?,
                    None => sheet.plain("")?,
                }
            }
            self.end(&mut sheet)?;
        }
        sheet.finish().map(drop)
    }

    fn inputs(&self, file: &mut PendingFile) -> Written {
        let mut sheet = self.begin(file, &["input", "value"])?;
        for input in &self.replay.inputs {
            sheet.text(&input.input)?;
            sheet.exact([input.value])?;
            self.end(&mut sheet)?;
        }
        sheet.finish().map(drop)
    }

    fn markets(&self, file: &mut PendingFile) -> Written {
        let mut sheet = self.begin(
            file,
            &[
                "period",
                "date",
                "material",
                "country",
                "need",
                "final_demand",
                "arrival",
                "missing",
                "shortfall",
                "final_shortfall",
                "unmet",
                "commercial_stock",
                "price_index",
                "material_name",
                "place_name",
                "unit",
            ],
        )?;
        for market in &self.replay.markets {
            sheet.whole(market.period as u64)?;
            sheet.plain(&market.date)?;
            sheet.texts([market.material.as_str(), &market.country])?;
            sheet.exact([
                market.need_t,
                market.final_demand_t,
                market.arrival_t,
                market.missing_t,
                market.shortfall_t,
                market.final_shortfall_t,
                market.unmet_t,
                market.commercial_stock_t,
                market.price_index,
            ])?;
            sheet.texts([
                self.material(&market.material),
                self.place(&market.country),
                self.unit(&market.material),
            ])?;
            self.end(&mut sheet)?;
        }
        sheet.finish().map(drop)
    }

    fn supplies(&self, file: &mut PendingFile) -> Written {
        let mut sheet = self.begin(
            file,
            &[
                "period",
                "date",
                "supply",
                "undisrupted",
                "planned",
                "output",
                "material",
                "country",
                "material_name",
                "place_name",
                "unit",
            ],
        )?;
        for supply in &self.replay.supplies {
            sheet.whole(supply.period as u64)?;
            sheet.plain(&supply.date)?;
            sheet.text(&supply.supply)?;
            sheet.exact([supply.undisrupted_t, supply.planned_t, supply.output_t])?;
            sheet.texts([
                supply.material.as_str(),
                &supply.country,
                self.material(&supply.material),
                self.place(&supply.country),
                self.unit(&supply.material),
            ])?;
            self.end(&mut sheet)?;
        }
        sheet.finish().map(drop)
    }

    fn flows(&self, file: &mut PendingFile) -> Written {
        let mut sheet = self.begin(
            file,
            &[
                "period",
                "date",
                "material",
                "from",
                "to",
                "undisrupted",
                "flow",
                "material_name",
                "from_name",
                "to_name",
                "unit",
            ],
        )?;
        for flow in &self.replay.flows {
            sheet.whole(flow.period as u64)?;
            sheet.plain(&flow.date)?;
            sheet.texts([flow.material.as_str(), &flow.from, &flow.to])?;
            sheet.exact([flow.undisrupted_t, flow.flow_t])?;
            sheet.texts([
                self.material(&flow.material),
                self.place(&flow.from),
                self.place(&flow.to),
                self.unit(&flow.material),
            ])?;
            self.end(&mut sheet)?;
        }
        sheet.finish().map(drop)
    }

    fn lane_capacities(&self, file: &mut PendingFile) -> Written {
        let mut sheet = self.begin(
            file,
            &[
                "period",
                "date",
                "lane_capacity",
                "material",
                "capacity",
                "flow",
                "material_name",
                "unit",
            ],
        )?;
        for capacity in &self.replay.lane_capacities {
            sheet.whole(capacity.period as u64)?;
            sheet.plain(&capacity.date)?;
            sheet.texts([capacity.lane_capacity.as_str(), &capacity.material])?;
            sheet.exact([capacity.capacity_t, capacity.flow_t])?;
            sheet.texts([self.material(&capacity.material), self.unit(&capacity.material)])?;
            self.end(&mut sheet)?;
        }
        sheet.finish().map(drop)
    }

    fn stockpiles(&self, file: &mut PendingFile) -> Written {
        let mut sheet = self.begin(
            file,
            &[
                "period",
                "date",
                "stockpile",
                "material",
                "level",
                "released",
                "material_name",
                "unit",
            ],
        )?;
        for stockpile in &self.replay.stockpiles {
            sheet.whole(stockpile.period as u64)?;
            sheet.plain(&stockpile.date)?;
            sheet.texts([stockpile.stockpile.as_str(), &stockpile.material])?;
            sheet.exact([stockpile.level_t, stockpile.released_t])?;
            sheet.texts([self.material(&stockpile.material), self.unit(&stockpile.material)])?;
            self.end(&mut sheet)?;
        }
        sheet.finish().map(drop)
    }
}
