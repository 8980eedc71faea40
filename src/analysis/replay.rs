//! One trial with its full trace: what happened, when, and what each market felt.

use serde::Serialize;

use super::facts;
use super::run::{Prepared, RunError, prepare};
use crate::engine::draws::{Strike, Tail, TrialStreams};
use crate::engine::observe::{Observer, PeriodOutcome, TrialOutcome};
use crate::engine::trace::PeriodTrace;
use crate::engine::trial::Simulator;
use crate::model::layout::Layout;
use crate::model::{EffectModel, Model};
use crate::results::types::Label;
use crate::results::{Row, Rows, plan_rows};
use crate::scenario::Document;

/// An event's occurrence in the trial.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayEvent {
    /// Event id.
    pub event: String,
    /// Display name.
    pub name: String,
    /// Months from the start.
    pub start_months: f64,
    /// The day on which it starts.
    pub start_date: String,
    /// Months at full severity.
    pub duration_months: f64,
    /// Severity.
    pub severity: f64,
    /// Months from the start at which its effect has ended, recovery included.
    pub end_months: f64,
    /// `step`, `linear over N months`, `exponential with time constant N months`.
    pub recovery: String,
    /// Months by which it is announced before it starts.
    pub notice_months: f64,
    /// Share of what is withheld that comes through third countries, 0 without a leak.
    pub leak_share: f64,
    /// Months from the start from which on it does; `None` without a leak.
    pub leak_from_months: Option<f64>,
    /// The limit of a quota in tonnes, t/yr, where it starts; `None` for all others.
    pub tonnes_per_year: Option<f64>,
}

/// A drawn input.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayInput {
    /// Address in the scenario (with the component for share vectors).
    pub input: String,
    /// Its value in this trial.
    pub value: f64,
}

/// One market (material, country) in one period. Quantities are in the material's unit, here and below.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayMarket {
    /// Period number.
    pub period: usize,
    /// Date of its first day.
    pub date: String,
    /// Material id.
    pub material: String,
    /// Country code.
    pub country: String,
    /// Need: final demand and feed.
    #[serde(rename = "need")]
    pub need_t: f64,
    /// Need of final demand alone.
    #[serde(rename = "final_demand")]
    pub final_demand_t: f64,
    /// Arrivals.
    #[serde(rename = "arrival")]
    pub arrival_t: f64,
    /// Need less deliveries.
    #[serde(rename = "missing")]
    pub missing_t: f64,
    /// What stocks leave missing, feed included.
    #[serde(rename = "shortfall")]
    pub shortfall_t: f64,
    /// What stocks leave missing of final demand.
    #[serde(rename = "final_shortfall")]
    pub final_shortfall_t: f64,
    /// Unmet after substitution and thrift, final demand.
    #[serde(rename = "unmet")]
    pub unmet_t: f64,
    /// Commercial stock at the end of the period.
    #[serde(rename = "commercial_stock")]
    pub commercial_stock_t: f64,
    /// Price index.
    pub price_index: f64,
}

/// One supply in one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplaySupply {
    /// Period number.
    pub period: usize,
    /// Date of its first day.
    pub date: String,
    /// Supply id.
    pub supply: String,
    /// Material id.
    pub material: String,
    /// Country code.
    pub country: String,
    /// Undisrupted output.
    #[serde(rename = "undisrupted")]
    pub undisrupted_t: f64,
    /// Planned output.
    #[serde(rename = "planned")]
    pub planned_t: f64,
    /// Output.
    #[serde(rename = "output")]
    pub output_t: f64,
}

/// One lane in one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayFlow {
    /// Period number.
    pub period: usize,
    /// Date of its first day.
    pub date: String,
    /// Material id.
    pub material: String,
    /// Exporter.
    pub from: String,
    /// Buyer.
    pub to: String,
    /// Undisrupted flow.
    #[serde(rename = "undisrupted")]
    pub undisrupted_t: f64,
    /// Flow.
    #[serde(rename = "flow")]
    pub flow_t: f64,
}

/// One limit of lanes in one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayLaneCapacity {
    /// Period number.
    pub period: usize,
    /// Date of its first day.
    pub date: String,
    /// Id.
    pub lane_capacity: String,
    /// Material id.
    pub material: String,
    /// The most that its lanes carry together.
    #[serde(rename = "capacity")]
    pub capacity_t: f64,
    /// What they carry, refills of stocks included.
    #[serde(rename = "flow")]
    pub flow_t: f64,
}

/// One stockpile in one period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayStockpile {
    /// Period number.
    pub period: usize,
    /// Date of its first day.
    pub date: String,
    /// Address.
    pub stockpile: String,
    /// Material id.
    pub material: String,
    /// Level at the end of the period.
    #[serde(rename = "level")]
    pub level_t: f64,
    /// Released in the period.
    #[serde(rename = "released")]
    pub released_t: f64,
}

/// One trial in full.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Replay {
    /// Scenario title.
    pub title: String,
    /// Policy id.
    pub policy: String,
    /// Trial number.
    pub trial: u64,
    /// Seed.
    pub seed: u64,
    /// Sampling design, as in the scenario.
    pub sampling: String,
    /// Raised whenever the same scenario, seed and trials give other values.
    pub sampling_version: u32,
    /// SHA-256 of the resolved scenario and its data files.
    pub scenario_sha256: String,
    /// Every material, with its unit.
    pub materials: Vec<Label>,
    /// Every place.
    pub places: Vec<Label>,
    /// Months per period.
    pub step_months: f64,
    /// (material, place) of the headline.
    pub headline: (String, String),
    /// Name of the headline's material.
    pub material_name: String,
    /// Name of the headline's place.
    pub place_name: String,
    /// Countries of the headline's place with demand.
    pub headline_countries: Vec<String>,
    /// Headline shortfall, % of demand.
    pub headline_pct: f64,
    /// Drawn inputs.
    pub inputs: Vec<ReplayInput>,
    /// Occurrences, by start.
    pub events: Vec<ReplayEvent>,
    /// Headline shortfall by period, % of the period's demand.
    pub headline_by_period_pct: Vec<f64>,
    /// Dates of the periods.
    pub dates: Vec<String>,
    /// Markets by period.
    pub markets: Vec<ReplayMarket>,
    /// Supplies by period.
    pub supplies: Vec<ReplaySupply>,
    /// Lanes by period.
    pub flows: Vec<ReplayFlow>,
    /// Limits of lanes by period.
    pub lane_capacities: Vec<ReplayLaneCapacity>,
    /// Stockpiles by period.
    pub stockpiles: Vec<ReplayStockpile>,
}

/// The headline's shortfall by period in one trial, % of the period's demand: what [`replay`] gives of it, of what is compiled already.
///
/// # Errors
/// [`RunError::TooManyRenewals`].
pub(crate) fn headline_path(prepared: &Prepared, trial: u64) -> Result<Vec<f64>, RunError> {
    let mut model = prepared.model.clone();
    model.design = prepared.ranked_design();
    let mut path = HeadlinePath {
        cells: headline(&prepared.layout).map(|row| row.cells).unwrap_or_default(),
        by_period_pct: Vec::new(),
    };
    let mut simulator = Simulator::new(&model);
    simulator.run(trial, TrialStreams::of(trial), &mut path);
    match simulator.exhausted() {
        Some(found) => Err(RunError::exhausted(prepared, found, false)),
        None => Ok(path.by_period_pct),
    }
}

struct HeadlinePath {
    cells: Vec<usize>,
    by_period_pct: Vec<f64>,
}

impl Observer for HeadlinePath {
    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        let sum = |values: &[f64]| self.cells.iter().map(|&cell| values[cell]).sum::<f64>();
        let share = percent(sum(outcome.shortfall_t), sum(outcome.demand_t));
        self.by_period_pct.push(share);
    }

    fn end_trial(&mut self, _outcome: &TrialOutcome<'_>) {}
}

/// Replays a trial of the scenario under a policy (`None` = the baseline). It is the same in runs of any length.
///
/// # Errors
/// Invalid scenario, or a model that cannot be compiled.
pub fn replay(document: &Document, policy: Option<&str>, trial: u64) -> Result<Replay, RunError> {
    let prepared = prepare(document, policy)?;
    let Prepared {
        scenario,
        model,
        layout,
        ..
    } = &prepared;
    let mut simulator = Simulator::new(model);
    let mut tracer = Tracer::new(&prepared);
    simulator.run(trial, TrialStreams::of(trial), &mut tracer);
    if let Some(found) = simulator.exhausted() {
        return Err(RunError::exhausted(&prepared, found, false));
    }
    let calendar = scenario.time.calendar();
    let date = |months: f64| calendar.day(months).unwrap_or(jiff::civil::Date::MAX).to_string();
    let mut events: Vec<ReplayEvent> = simulator
        .strikes()
        .all
        .iter()
        .map(|strike| ReplayEvent {
            event: layout.events[strike.occurrence.event].0.clone(),
            name: layout.events[strike.occurrence.event].1.clone(),
            start_months: strike.occurrence.start_months,
            start_date: date(strike.occurrence.start_months),
            duration_months: strike.occurrence.duration_months,
            severity: strike.occurrence.severity,
            end_months: strike.end_months(),
            recovery: match strike.tail {
                Tail::Step => "step".to_owned(),
                Tail::Linear(months) => format!("linear over {months:.1} months"),
                Tail::Exponential(months) => format!("exponential with time constant {months:.1} months"),
            },
            notice_months: strike.notice_months,
            leak_share: strike.leak.0,
            leak_from_months: (strike.leak.0 > 0.0).then_some(strike.leak.1),
            tonnes_per_year: quota_in_tonnes(model, strike, simulator.inputs()),
        })
        .collect();
    events.sort_by(|one, other| one.start_months.total_cmp(&other.start_months));
    let inputs = model
        .inputs
        .iter()
        .flat_map(|driver| {
            let count = driver.means.len();
            (0..count).map(move |component| {
                let name = if count > 1 {
                    format!("{}[{component}]", driver.name)
                } else {
                    driver.name.clone()
                };
                (name, driver.slot + component)
            })
        })
        .map(|(input, slot)| ReplayInput {
            input,
            value: simulator.inputs()[slot],
        })
        .collect();
    let headline = headline(layout);
    let mut headline_countries: Vec<String> = Vec::new();
    for &cell in headline.iter().flat_map(|row| &row.cells) {
        let code = &layout.countries[layout.cells[cell].country].0;
        if !headline_countries.contains(code) {
            headline_countries.push(code.clone());
        }
    }
    let manifest = facts::manifest(document, scenario, "", &prepared.warnings);
    let (materials, places) = facts::labels(layout);
    Ok(Replay {
        sampling: manifest.sampling,
        sampling_version: manifest.sampling_version,
        scenario_sha256: manifest.scenario_sha256,
        materials,
        places,
        title: scenario.title.clone(),
        policy: scenario.policy.id.clone(),
        trial,
        seed: scenario.run.seed,
        step_months: model.step_months,
        material_name: headline
            .as_ref()
            .map(|row| layout.materials[row.material].1.clone())
            .unwrap_or_default(),
        place_name: headline
            .as_ref()
            .map(|row| place_name(layout, &row.place))
            .unwrap_or_default(),
        headline_countries,
        headline: headline
            .map(|row| (layout.materials[row.material].0.clone(), row.place))
            .unwrap_or_default(),
        headline_pct: percent(tracer.headline_short_t, tracer.headline_demand_t),
        inputs,
        events,
        headline_by_period_pct: tracer.headline_by_period_pct,
        dates: layout.dates.clone(),
        markets: tracer.markets,
        supplies: tracer.supplies,
        flows: tracer.flows,
        lane_capacities: tracer.lane_capacities,
        stockpiles: tracer.stockpiles,
    })
}

/// The limit of a quota in tonnes in the period in which it starts, t/yr.
fn quota_in_tonnes(model: &Model, strike: &Strike, inputs: &[f64]) -> Option<f64> {
    let EffectModel::Quota(effects) = &model.events[strike.occurrence.event].effect else {
        return None;
    };
    let period = (strike.occurrence.start_months.max(0.0) / model.step_months) as usize;
    let tonnes = effects.first()?.tonnes_per_year.as_ref()?;
    Some(tonnes.at(period, inputs).max(0.0))
}

/// Name of a place for people.
fn place_name(layout: &Layout, place: &str) -> String {
    let (_, places) = facts::labels(layout);
    places
        .into_iter()
        .find(|label| label.id == place)
        .map_or_else(|| place.to_owned(), |label| label.name)
}

/// The row that headlines speak of.
fn headline(layout: &Layout) -> Option<Row> {
    let Rows { rows, headline } = plan_rows(layout);
    rows.into_iter().nth(headline?)
}

fn percent(part: f64, of: f64) -> f64 {
    if of > 0.0 { 100.0 * part / of } else { 0.0 }
}

struct Tracer<'a> {
    layout: &'a Layout,
    headline_cells: Vec<usize>,
    headline_short_t: f64,
    headline_demand_t: f64,
    headline_by_period_pct: Vec<f64>,
    markets: Vec<ReplayMarket>,
    supplies: Vec<ReplaySupply>,
    flows: Vec<ReplayFlow>,
    lane_capacities: Vec<ReplayLaneCapacity>,
    stockpiles: Vec<ReplayStockpile>,
}

impl<'a> Tracer<'a> {
    fn new(prepared: &'a Prepared) -> Self {
        Tracer {
            layout: &prepared.layout,
            headline_cells: headline(&prepared.layout).map(|row| row.cells).unwrap_or_default(),
            headline_short_t: 0.0,
            headline_demand_t: 0.0,
            headline_by_period_pct: Vec::new(),
            markets: Vec::new(),
            supplies: Vec::new(),
            flows: Vec::new(),
            lane_capacities: Vec::new(),
            stockpiles: Vec::new(),
        }
    }
}

impl Observer for Tracer<'_> {
    fn period(&mut self, outcome: &PeriodOutcome<'_>) {
        let sum = |values: &[f64]| self.headline_cells.iter().map(|&cell| values[cell]).sum::<f64>();
        let (short, demand) = (sum(outcome.shortfall_t), sum(outcome.demand_t));
        self.headline_short_t += short;
        self.headline_demand_t += demand;
        self.headline_by_period_pct.push(percent(short, demand));
    }

    fn end_trial(&mut self, _outcome: &TrialOutcome<'_>) {}

    fn wants_trace(&self) -> bool {
        true
    }

    fn trace(&mut self, trace: &PeriodTrace<'_>) {
        let PeriodTrace {
            period,
            model,
            world,
            state,
        } = *trace;
        let date = &self.layout.dates[period];
        let material_id = |material: usize| self.layout.materials[material].0.clone();
        let code = |country: usize| self.layout.countries[country].0.clone();
        for (index, market) in model.markets.iter().enumerate() {
            let sum = |values: &[f64], with_feed: bool| -> f64 {
                let cells = market
                    .cells
                    .clone()
                    .filter(|&cell| with_feed || !model.cells[cell].is_feed);
                // An empty sum is -0.
                cells.map(|cell| values[cell]).sum::<f64>() + 0.0
            };
            self.markets.push(ReplayMarket {
                period,
                date: date.clone(),
                material: material_id(market.material),
                country: code(market.country),
                need_t: sum(&state.demand.need, true),
                final_demand_t: sum(&state.demand.need, false),
                arrival_t: state.trade.arrival[index],
                missing_t: sum(&state.demand.missing, true),
                shortfall_t: sum(&state.demand.shortfall, true),
                final_shortfall_t: sum(&state.demand.shortfall, false),
                unmet_t: sum(&state.demand.unmet, false),
                commercial_stock_t: state.stocks.commercial[index],
                price_index: state.prices.index[index],
            });
        }
        for (index, (supply, material, country, _)) in self.layout.supplies.iter().enumerate() {
            self.supplies.push(ReplaySupply {
                period,
                date: date.clone(),
                supply: supply.clone(),
                material: material_id(*material),
                country: code(*country),
                undisrupted_t: world.output[[period, index]],
                planned_t: state.production.planned[index],
                output_t: state.production.output[index],
            });
        }
        let (mut scratch, mut normal) = (crate::model::patterns::PatternMemory::default(), Vec::new());
        for (material, compiled) in model.materials.iter().enumerate() {
            crate::model::patterns::pattern(model, world, material, period, &mut scratch, &mut normal);
            let flows = trace.flows(material);
            for capacity in &compiled.capacities {
                self.lane_capacities.push(ReplayLaneCapacity {
                    period,
                    date: date.clone(),
                    lane_capacity: capacity.id.clone(),
                    material: material_id(material),
                    capacity_t: capacity.tonnes(model, &world.inputs, period),
                    flow_t: capacity.lanes.iter().map(|&lane| flows[lane]).sum(),
                });
            }
            for (lane, (flow, normal)) in flows.iter().zip(&normal).enumerate() {
                if *flow > 0.0 || *normal > 0.0 {
                    self.flows.push(ReplayFlow {
                        period,
                        date: date.clone(),
                        material: material_id(material),
                        from: code(compiled.rows[lane / compiled.columns.len()]),
                        to: code(compiled.columns[lane % compiled.columns.len()]),
                        undisrupted_t: *normal,
                        flow_t: *flow,
                    });
                }
            }
        }
        for (index, stockpile) in model.stockpiles.iter().enumerate() {
            self.stockpiles.push(ReplayStockpile {
                period,
                date: date.clone(),
                stockpile: stockpile.id.clone(),
                material: material_id(stockpile.material),
                level_t: state.stocks.stockpile[index],
                released_t: state.stocks.released[index],
            });
        }
    }
}
