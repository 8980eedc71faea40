//! What a run found, ready to be shown: plain data, in the units of the result files. Percentages are of demand over the
//! horizon, 0 to 100; probabilities and shares are 0 to 1; times are months. Quantities (fields that end in `_t`, as in the model) are in the
//! material's own unit, which need not be tonnes; the result files name them without it and say the unit beside them.

use serde::{Deserialize, Serialize, Serializer};

use super::rows::ALL_SECTORS;

/// Levels of [`SummaryRow::quantiles_pct`], in thousandths.
pub const QUANTILES: [u32; 7] = [50, 250, 500, 750, 900, 950, 990];
/// Levels of [`SummaryRow::cvar_pct`], in thousandths.
pub const TAILS: [u32; 3] = [900, 950, 990];
/// Levels of [`FanPoint::quantiles_pct`].
pub const FAN_QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// An estimate with its Monte Carlo error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its Monte Carlo standard error.
    pub standard_error: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// A quantile or tail mean. Where the trials cannot support it (fewer than ten expected beyond it) `supported` is false and readers are
/// told so; nothing is extrapolated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TailEstimate {
    /// The estimate with its error (for a quantile, the interval by order statistics).
    pub estimate: Estimate,
    /// Whether at least ten trials are expected beyond the level.
    pub supported: bool,
}

/// An estimate, null where it is not supported.
fn where_supported<S: Serializer>(tail: &TailEstimate, to: S) -> Result<S::Ok, S::Error> {
    tail.supported.then_some(tail.estimate).serialize(to)
}

/// The same of several.
fn each_where_supported<S: Serializer>(tails: &[TailEstimate], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(tails.iter().map(|tail| tail.supported.then_some(tail.estimate)))
}

/// One row of `summary.csv`; its figures by name are the list of [`super::statistic::Statistic`].
#[derive(Debug, Clone, PartialEq)]
pub struct SummaryRow {
    /// Material id.
    pub material: String,
    /// Country code, group id, `focus` (all places in focus together) or `WLD` (everyone).
    pub country: String,
    /// Sector; `all` for the sum of final demand; `feed` for processors' orders.
    pub sector: String,
    /// Mean demand over the horizon, in the material's unit.
    pub demand_t: f64,
    /// Mean shortfall over the horizon after deliveries and stocks, in the material's unit.
    pub expected_shortfall_t: Estimate,
    /// Mean over trials of shortfall / demand, %.
    pub expected_shortfall_pct: Estimate,
    /// What is short in the same trials without events, %.
    pub structural_shortfall_pct: Estimate,
    /// Total minus structural, %.
    pub event_shortfall_pct: Estimate,
    /// What remains after substitution and thrift, %.
    pub unmet_after_adaptation_pct: Estimate,
    /// P(any shortfall).
    pub prob_any: Estimate,
    /// P(shortfall > 5 % of demand).
    pub prob_gt_5: Estimate,
    /// P(> 10 %).
    pub prob_gt_10: Estimate,
    /// P(> 25 %).
    pub prob_gt_25: Estimate,
    /// P(> 50 %).
    pub prob_gt_50: Estimate,
    /// Mean number of months with a shortfall.
    pub expected_months_short: Estimate,
    /// Quantiles of shortfall, %: levels 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99.
    pub quantiles_pct: [TailEstimate; 7],
    /// Coherent CVaR (the atom at VaR is split), %: levels 0.90, 0.95, 0.99.
    pub cvar_pct: [TailEstimate; 3],
    /// Largest shortfall of any trial, %.
    pub max_pct: f64,
    /// Mean time from the first missing delivery to the first shortfall, over trials that end short. `None` without such a trial.
    pub time_to_survive_months: Option<Estimate>,
    /// Mean time from the first missing delivery of that episode until deliveries meet orders again. `None` without such a trial.
    pub time_to_recover_months: Option<Estimate>,
    /// Mean number of spells of shortfall.
    pub spell_count: Estimate,
    /// Mean length of a spell, months. `None` without spells.
    pub spell_months: Option<f64>,
    /// Mean depth of a spell: share of demand missing while it lasts, %. `None` without spells.
    pub spell_depth_pct: Option<f64>,
    /// Mean worst single spell, % of the horizon's demand.
    pub worst_spell_pct: Estimate,
    /// CVaR 95 of the worst single spell, % of the horizon's demand.
    pub worst_spell_cvar95_pct: TailEstimate,
    /// Value added exposed, million USD over the horizon: mean. `None` where the scenario states no value added.
    pub exposed_value_musd: Option<Estimate>,
    /// Mean of the largest price index of the trial (1 = undisrupted). `None` for rows that are no single market.
    pub peak_price_index: Option<Estimate>,
    /// The same at the low (in absolute value) and high end of the demand elasticity's 90 % range; equal when it is fixed.
    pub peak_price_index_band: Option<(f64, f64)>,
    /// Trials for a standard error of 1 % of the mean; `None` when the mean is 0.
    pub trials_for_1pct: Option<u64>,
    /// Standard deviation over trials of shortfall / demand, %.
    pub sd_pct: Estimate,
    /// P(shortfall >= 5 % of demand).
    pub prob_ge_5: Estimate,
    /// P(>= 10 %).
    pub prob_ge_10: Estimate,
    /// P(>= 25 %).
    pub prob_ge_25: Estimate,
    /// P(>= 50 %).
    pub prob_ge_50: Estimate,
    /// CVaR 95 of what remains after substitution and thrift, %.
    pub unmet_after_adaptation_cvar95_pct: TailEstimate,
}

/// One point of an exceedance curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ExceedancePoint {
    /// Shortfall, % of the horizon's demand.
    pub shortfall_pct: f64,
    /// P(horizon's shortfall > that).
    pub probability: Estimate,
    /// P(worst single spell > that).
    pub worst_spell_probability: Estimate,
}

/// One step of an exceedance curve: from this shortfall on, up to the next step's, so many trials exceed it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExceedanceStep {
    /// Shortfall, % of the horizon's demand.
    pub shortfall_pct: f64,
    /// Trials whose shortfall is larger.
    pub trials_beyond: u64,
}

/// Exceedance curve of one (material, country), sector `all`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExceedanceCurve {
    /// Material id.
    pub material: String,
    /// Country code, group id, `focus` or `WLD`.
    pub country: String,
    /// Points, ascending in shortfall.
    pub points: Vec<ExceedancePoint>,
    /// The same curve as the steps that it has, ascending, the first at 0: what charts draw. Only where places in focus lack a material in
    /// focus, and for the headline; empty elsewhere. Not in any file.
    #[serde(skip)]
    pub steps: Vec<ExceedanceStep>,
}

/// One period of a fan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FanPoint {
    /// Period number, from 0.
    pub period: usize,
    /// Date of its first day, `YYYY-MM-DD`.
    pub date: String,
    /// Mean shortfall in the period, % of the period's demand.
    pub mean_pct: Estimate,
    /// Quantiles 0.05, 0.25, 0.5, 0.75, 0.95 over trials, %.
    pub quantiles_pct: [f64; 5],
    /// P(anything is short in the period).
    pub prob_any: Estimate,
    /// P(more than 10 % of the period's demand is short).
    pub prob_gt_10: Estimate,
}

/// Shortfall over time of one (material, country), sector `all`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fan {
    /// Material id.
    pub material: String,
    /// Country code, group id, `focus` or `WLD`.
    pub country: String,
    /// Levels of every point's quantiles: [`FAN_QUANTILES`].
    pub quantile_levels: [f64; 5],
    /// One point per period.
    pub points: Vec<FanPoint>,
}

/// One calendar year of a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct YearPoint {
    /// The year.
    pub year: i16,
    /// Months of it that lie within the horizon.
    pub months: f64,
    /// Mean over trials of the year's shortfall / demand, %.
    pub mean_pct: Estimate,
    /// Standard deviation over trials, %. `None` with one trial.
    pub sd_pct: Option<f64>,
    /// Quantiles 0.05, 0.25, 0.5, 0.75, 0.95 over trials, %.
    #[serde(serialize_with = "each_where_supported")]
    pub quantiles_pct: [TailEstimate; 5],
    /// P(more than 10 % of the year's demand is short).
    pub prob_gt_10: Estimate,
    /// Mean of the worst 5 % of trials, by this year, %.
    #[serde(serialize_with = "where_supported")]
    pub cvar95_pct: TailEstimate,
}

/// Shortfall by calendar year of one (material, country), sector `all`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Years {
    /// Material id.
    pub material: String,
    /// Country code, group id, `focus` or `WLD`.
    pub country: String,
    /// Levels of every point's quantiles: [`FAN_QUANTILES`].
    pub quantile_levels: [f64; 5],
    /// One point per calendar year that the horizon touches.
    pub points: Vec<YearPoint>,
}

/// What a return level is a level of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnMeasure {
    /// Shortfall of a whole calendar year, % of the year's demand: exceeded by one year in so many.
    Annual,
    /// That of the worst whole calendar year of the horizon: exceeded at the rate of once in so many years.
    WorstYear,
    /// Shortfall of the worst spell, % of the horizon's demand: exceeded at the rate of once in so many years.
    WorstSpell,
}

impl ReturnMeasure {
    /// All, in the order of the files.
    pub const ALL: [Self; 3] = [Self::Annual, Self::WorstYear, Self::WorstSpell];

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Annual => "annual",
            Self::WorstYear => "worst_year",
            Self::WorstSpell => "worst_spell",
        }
    }
}

/// One row of `return_periods.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReturnLevel {
    /// Material id.
    pub material: String,
    /// Country code, group id, `focus` or `WLD`.
    pub country: String,
    /// Of what.
    pub measure: ReturnMeasure,
    /// Once in so many years.
    pub years: f64,
    /// The level, %.
    #[serde(serialize_with = "where_supported")]
    pub level_pct: TailEstimate,
}

/// An event in the worst trials and in all.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventInClass {
    /// Event id.
    pub event: String,
    /// Display name.
    pub name: String,
    /// Share of the class's trials in which it was in force at some time. `None` where the class is not supported, as of the next.
    pub in_force: Option<Estimate>,
    /// Mean over the class's trials of the months in which it was in force, recovery not counted.
    pub months_in_force: Option<f64>,
    /// Share of all trials in which it was in force.
    pub in_force_in_all: f64,
    /// Mean over all trials of the months.
    pub months_in_force_in_all: f64,
    /// `in_force` / `in_force_in_all`. `None` where it never was, or the class is not supported.
    pub lift: Option<f64>,
}

/// The worst trials of one (material, country), sector `all`, and their events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventClass {
    /// Material id.
    pub material: String,
    /// Country code, group id or `focus`.
    pub country: String,
    /// The class: the worst so many percent of trials.
    pub worst_pct: f64,
    /// Trials in it: whole bins of shortfall, none in which nothing is short.
    pub trials: u64,
    /// Their share of all trials.
    pub share_of_trials: f64,
    /// Whether they are at least ten.
    pub supported: bool,
    /// Every event.
    pub events: Vec<EventInClass>,
}

/// One row of `events.csv`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EventResult {
    /// Event id.
    pub event: String,
    /// Display name.
    pub name: String,
    /// Mean number of occurrences in the horizon.
    pub expected_count: Estimate,
    /// Mean duration of an occurrence as drawn, months (cut at the horizon's end when the scenario gives none). `None` if it never occurred.
    pub mean_duration_months: Option<f64>,
    /// Mean severity of an occurrence. `None` if it never occurred.
    pub mean_severity: Option<f64>,
    /// Share of the headline's expected shortfall. `None` without attribution.
    pub share_of_expected: Option<f64>,
    /// Share of the headline's CVaR 95. `None` without attribution.
    pub share_of_cvar95: Option<f64>,
}

/// How a shortfall is attributed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributionKind {
    /// By event; `structural` is what is short without any event.
    Event,
    /// By the country where the event strikes.
    Country,
    /// By the material (stage) where it strikes.
    Stage,
}

/// One share of a shortfall. Within a (material, country, kind) the shares add up to 1 (or all are 0 when nothing is short).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attribution {
    /// Material id of the shortfall.
    pub material: String,
    /// Country code, group id, `focus` or `WLD` of the shortfall.
    pub country: String,
    /// By what.
    pub kind: AttributionKind,
    /// Event id, country code or material id.
    pub key: String,
    /// Share of the expected shortfall.
    pub share_of_expected: f64,
    /// Share of the CVaR 95.
    pub share_of_cvar95: f64,
}

/// A trial worth replaying.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayableTrial {
    /// `median`, `p95`, `p99` or `maximum` of the headline.
    pub rank: String,
    /// Trial number, for `critmin replay --trial`.
    pub trial: u64,
    /// Its headline shortfall, %.
    pub shortfall_pct: f64,
}

/// Undisrupted supply at the start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SupplyShare {
    /// Material id.
    pub material: String,
    /// Country code.
    pub country: String,
    /// Output, in its unit per year.
    #[serde(rename = "output_per_year")]
    pub output_t: f64,
    /// Share of the world's undisrupted output, %.
    pub share_pct: f64,
    /// Capacity, in its unit per year.
    #[serde(rename = "capacity_per_year")]
    pub capacity_t: f64,
}

/// Undisrupted balance of a material at the start: what the program found, never rescaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalanceRow {
    /// Material id.
    pub material: String,
    /// Supply, in its unit per year.
    #[serde(rename = "supply_per_year")]
    pub supply_t: f64,
    /// Orders (final demand and feed), in its unit per year.
    #[serde(rename = "orders_per_year")]
    pub orders_t: f64,
    /// Supply that nobody orders, in its unit per year.
    #[serde(rename = "spare_output_per_year")]
    pub spare_output_t: f64,
    /// Orders that nobody supplies, in its unit per year.
    #[serde(rename = "baseline_shortfall_per_year")]
    pub baseline_shortfall_t: f64,
}

/// Mean over trials of what a supply did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SupplyResult {
    /// Supply id.
    pub supply: String,
    /// Material id.
    pub material: String,
    /// Country code.
    pub country: String,
    /// Mean output over the horizon, in the material's unit.
    #[serde(rename = "output")]
    pub output_t: f64,
    /// Undisrupted output over the horizon, in the material's unit.
    #[serde(rename = "undisrupted_output")]
    pub undisrupted_output_t: f64,
    /// Mean of what was lost against undisrupted output (only losses), in the material's unit.
    #[serde(rename = "lost_output")]
    pub lost_output_t: f64,
}

/// Mean stock at the end of the horizon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StockResult {
    /// Address of the inventory or stockpile.
    pub stock: String,
    /// Material id.
    pub material: String,
    /// Level at the start, in the material's unit.
    #[serde(rename = "start_level")]
    pub start_t: f64,
    /// Mean level at the end, in the material's unit.
    #[serde(rename = "end_level")]
    pub end_t: f64,
}

/// Split of the headline's variance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct VarianceSplit {
    /// Share due to uncertain inputs alone (first order).
    pub inputs: Estimate,
    /// Share due to events alone (first order).
    pub events: Estimate,
    /// The rest: inputs and events together.
    pub interaction: f64,
}

/// Results under one policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyResults {
    /// Policy id; `baseline` without one.
    pub policy: String,
    /// Display name.
    pub name: String,
    /// USD, if stated.
    pub cost: Option<f64>,
    /// (material, country) of the headline: events.csv, the replayable trials and `--precision` speak of it, sector `all`.
    pub headline: (String, String),
    /// `summary.csv`.
    pub summary: Vec<SummaryRow>,
    /// `exceedance.csv`.
    pub exceedance: Vec<ExceedanceCurve>,
    /// `timeline.csv`, unless left out.
    pub timeline: Option<Vec<Fan>>,
    /// `years.csv`; empty where it was not recorded.
    pub years: Vec<Years>,
    /// `return_periods.csv`; empty where it was not recorded.
    pub return_levels: Vec<ReturnLevel>,
    /// `events.csv`.
    pub events: Vec<EventResult>,
    /// `event_classes.csv`; empty where it was not recorded, and of rows that are short in no trial.
    pub event_classes: Vec<EventClass>,
    /// `attribution.csv`, unless left out.
    pub attribution: Option<Vec<Attribution>>,
    /// Trials to replay.
    pub replayable: Vec<ReplayableTrial>,
    /// Undisrupted supply at the start, by material in file order and share descending.
    pub supply_shares: Vec<SupplyShare>,
    /// Undisrupted balance at the start.
    pub balance: Vec<BalanceRow>,
    /// Supplies.
    pub supplies: Vec<SupplyResult>,
    /// Stocks.
    pub stocks: Vec<StockResult>,
    /// Variance split; `None` without uncertain inputs (everything is event randomness then).
    pub variance: Option<VarianceSplit>,
}

impl PolicyResults {
    /// The row of final demand of all sectors of a material at a place.
    pub fn row(&self, (material, place): (&str, &str)) -> Option<&SummaryRow> {
        let mut rows = self.summary.iter();
        rows.find(|row| row.material == material && row.country == place && row.sector == ALL_SECTORS)
    }

    /// The name to show; the id where it has none.
    pub fn shown_name(&self) -> &str {
        if self.name.is_empty() { &self.policy } else { &self.name }
    }

    /// The fans; none where they were left out.
    pub fn fans(&self) -> &[Fan] {
        self.timeline.as_deref().unwrap_or_default()
    }

    /// The attribution; nothing where it was left out.
    pub fn attributed(&self) -> &[Attribution] {
        self.attribution.as_deref().unwrap_or_default()
    }
}

/// A table that takes much of a run's time and memory, and that a run can leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CostlyTable {
    /// `timeline.csv`: the distribution of every row's shortfall in every period.
    Timeline,
    /// `attribution.csv`, and the shares of events: the causes of shortfalls.
    Attribution,
}

impl CostlyTable {
    /// Its name, as users give it.
    pub fn name(self) -> &'static str {
        match self {
            CostlyTable::Timeline => "timeline",
            CostlyTable::Attribution => "attribution",
        }
    }
}

/// A material or place and how to show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// The id in the tables.
    pub id: String,
    /// The name in charts and prose.
    pub name: String,
    /// Unit, for materials (`t REO`); empty for places.
    pub unit: String,
}

/// A figure's provenance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ManifestCitation {
    /// Address in the scenario.
    pub address: String,
    /// `source` or `assumption`.
    pub kind: String,
    /// The text.
    pub text: String,
    /// File and line of the table, `FILE:LINE`.
    pub place: String,
}

/// A warning about the scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestWarning {
    /// Its code: `docs/diagnostics.md` says what to do.
    pub code: String,
    /// Address in the scenario.
    pub address: String,
    /// File and line, `FILE:LINE`; empty where it is about no place.
    pub place: String,
    /// What is doubtful.
    pub message: String,
    /// Why it is meant to stand, if the scenario acknowledges it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
}

/// A warning that is meant to stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestAcknowledgement {
    /// Code of the warning.
    pub code: String,
    /// Its address.
    pub at: String,
    /// Why it is meant to stand.
    pub reason: String,
}

/// Where the results come from: enough to run them again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Program name and version.
    pub program: String,
    /// Raised whenever the same input gives other values.
    pub sampling_version: u32,
    /// File name of the scenario (no folder).
    pub scenario: String,
    /// SHA-256 of the resolved scenario and its data files.
    pub scenario_sha256: String,
    /// Seed.
    pub seed: u64,
    /// Trials simulated per policy.
    pub trials: u64,
    /// Trials that were asked for. Fewer were simulated where the run stopped early, as `--precision` has it or because it was interrupted.
    pub trials_asked: u64,
    /// Whether the run was interrupted: some trials or policies are missing.
    pub interrupted: bool,
    /// Whether nothing in the scenario, under any policy of the run, is left to chance: one trial is all there is then.
    pub nothing_is_random: bool,
    /// Sampling design: `random`, `antithetic`, `latin_hypercube` or `sobol`.
    pub sampling: String,
    /// Which shortfall the headline is: `shortfall`, before substitution and thrift, or `after_adaptation`.
    pub headline_measure: String,
    /// First trial number.
    pub first_trial: u64,
    /// Simulation start, `YYYY-MM-DD`.
    pub start: String,
    /// `week`, `month`, `quarter` or `year`.
    pub step: String,
    /// Number of periods.
    pub periods: usize,
    /// Months per period.
    pub step_months: f64,
    /// Sources and assumptions of the scenario's figures.
    pub citations: Vec<ManifestCitation>,
    /// Defaults in force where the file is silent.
    pub defaults: Vec<String>,
    /// Warnings of the checks, also those that the scenario acknowledges.
    pub warnings: Vec<ManifestWarning>,
    /// What the scenario acknowledges; not in the file where it is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acknowledgements: Vec<ManifestAcknowledgement>,
    /// Changes of the scenario on the command line (`--set`), as they were given, but for seed and number of trials; not in the file where there
    /// are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<String>,
    /// Return periods of return levels, years, ascending.
    #[serde(default)]
    pub return_periods: Vec<f64>,
    /// What was left out, in order; not in the file where nothing was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<CostlyTable>,
    /// The resolved scenario (baseline).
    pub resolved_scenario: serde_json::Value,
}

/// Everything a run found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunResults {
    /// Scenario title.
    pub title: String,
    /// Its description.
    pub description: Option<String>,
    /// See [`Manifest`].
    pub manifest: Manifest,
    /// Every material in file order.
    pub materials: Vec<Label>,
    /// Every country and group, plus `focus` and `WLD`.
    pub places: Vec<Label>,
    /// Materials in focus that have final demand rows, in order.
    pub focus_materials: Vec<String>,
    /// Places in focus, in order (without `focus` itself).
    pub focus_places: Vec<String>,
    /// Baseline first, then policies.
    pub policies: Vec<PolicyResults>,
}
