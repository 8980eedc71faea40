//! The one list of statistics of a row: name, unit, meaning, and where its figure stands. Columns of `summary.csv`, keys of `results.json`, golden
//! figures and the table in `docs/results.md` follow from it.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::types::{Estimate, SummaryRow, TailEstimate};

/// What a statistic is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// The material's own unit, t unless stated.
    Quantity,
    /// Percent of demand over the horizon.
    Percent,
    /// 0 to 1.
    Probability,
    /// Months.
    Months,
    /// A number of something.
    Count,
    /// Million USD.
    MillionUsd,
    /// 1 = undisrupted.
    Index,
}

impl Unit {
    /// How tables name it.
    pub const fn label(self) -> &'static str {
        match self {
            Unit::Quantity => "`unit`",
            Unit::Percent => "%",
            Unit::Months => "months",
            Unit::MillionUsd => "million USD",
            Unit::Probability | Unit::Count | Unit::Index => "",
        }
    }
}

/// The figure of a statistic in one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found {
    /// With its Monte Carlo error.
    Estimate(Estimate),
    /// Without a stated error.
    Value(f64),
    /// A whole number.
    Whole(u64),
    /// A quantile or tail mean that the trials do not support: fewer than ten expected beyond it.
    Unsupported,
    /// This row has no such figure, or no trial of the run has it.
    Missing,
}

impl Found {
    /// The figure, where there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Found::Estimate(estimate) => Some(estimate.value),
            Found::Value(value) => Some(value),
            Found::Whole(value) => Some(value as f64),
            Found::Unsupported | Found::Missing => None,
        }
    }

    /// The figure with its error, where that is stated.
    pub fn estimate(self) -> Option<Estimate> {
        match self {
            Found::Estimate(estimate) => Some(estimate),
            _ => None,
        }
    }
}

impl Serialize for Found {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Found::Estimate(estimate) => estimate.serialize(to),
            Found::Value(value) => value.serialize(to),
            Found::Whole(value) => value.serialize(to),
            Found::Unsupported | Found::Missing => to.serialize_none(),
        }
    }
}

fn mean(estimate: &Estimate) -> Found {
    Found::Estimate(*estimate)
}

fn tail(tail: &TailEstimate) -> Found {
    match tail.supported {
        true => Found::Estimate(tail.estimate),
        false => Found::Unsupported,
    }
}

fn some(estimate: &Option<Estimate>) -> Found {
    estimate.map_or(Found::Missing, Found::Estimate)
}

fn plain(value: Option<f64>) -> Found {
    value.map_or(Found::Missing, Found::Value)
}

macro_rules! statistics {
    ($($variant:ident, $name:literal, $unit:ident, $meaning:literal, $find:expr;)*) => {
        /// A statistic of a row.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Statistic {
            $(#[doc = $meaning] $variant,)*
        }

        impl Statistic {
            /// All of them, in the order of the files.
            pub const ALL: &[Statistic] = &[$(Statistic::$variant,)*];

            /// The name in files.
            pub const fn name(self) -> &'static str {
                match self { $(Statistic::$variant => $name,)* }
            }

            /// The unit.
            pub const fn unit(self) -> Unit {
                match self { $(Statistic::$variant => Unit::$unit,)* }
            }

            /// What it says, in words.
            pub const fn meaning(self) -> &'static str {
                match self { $(Statistic::$variant => $meaning,)* }
            }

            /// Its figure in a row.
            pub fn of(self, row: &SummaryRow) -> Found {
                let find: fn(&SummaryRow) -> Found = match self { $(Statistic::$variant => $find,)* };
                find(row)
            }
        }
    };
}

statistics! {
    Demand, "demand", Quantity, "mean demand over the horizon", |row| Found::Value(row.demand_t);
    ExpectedShortfall, "expected_shortfall", Quantity, "mean shortfall after stocks", |row| mean(&row.expected_shortfall_t);
    ExpectedShortfallPct, "expected_shortfall_pct", Percent, "mean over trials of shortfall / demand", |row| mean(&row.expected_shortfall_pct);
    ProbAny, "prob_any", Probability, "probability of any shortfall", |row| mean(&row.prob_any);
    ProbGt5, "prob_gt_5", Probability, "probability that more than 5 % of the horizon's demand is short", |row| mean(&row.prob_gt_5);
    ProbGt10, "prob_gt_10", Probability, "probability that more than 10 % is short", |row| mean(&row.prob_gt_10);
    ProbGt25, "prob_gt_25", Probability, "probability that more than 25 % is short", |row| mean(&row.prob_gt_25);
    ProbGt50, "prob_gt_50", Probability, "probability that more than 50 % is short", |row| mean(&row.prob_gt_50);
    ExpectedMonthsShort, "expected_months_short", Months, "mean time in periods with a shortfall", |row| mean(&row.expected_months_short);
    P50Pct, "p50_pct", Percent, "median of the shortfall over trials", |row| tail(&row.quantiles_pct[2]);
    P75Pct, "p75_pct", Percent, "quantile at 75 %", |row| tail(&row.quantiles_pct[3]);
    P90Pct, "p90_pct", Percent, "quantile at 90 %", |row| tail(&row.quantiles_pct[4]);
    P95Pct, "p95_pct", Percent, "quantile at 95 %", |row| tail(&row.quantiles_pct[5]);
    P99Pct, "p99_pct", Percent, "quantile at 99 %", |row| tail(&row.quantiles_pct[6]);
    Var95Pct, "var95_pct", Percent, "value at risk: the same as `p95_pct`", |row| tail(&row.quantiles_pct[5]);
    Cvar90Pct, "cvar90_pct", Percent, "mean of the worst 10 % of trials", |row| tail(&row.cvar_pct[0]);
    Cvar95Pct, "cvar95_pct", Percent, "mean of the worst 5 % of trials", |row| tail(&row.cvar_pct[1]);
    Cvar99Pct, "cvar99_pct", Percent, "mean of the worst 1 % of trials", |row| tail(&row.cvar_pct[2]);
    MaxPct, "max_pct", Percent, "largest shortfall of any trial; grows with the number of trials", |row| Found::Value(row.max_pct);
    TimeToSurviveMonths, "time_to_survive_months", Months, "mean time that stocks carry demand once deliveries miss it; over the trials with an episode that ends short", |row| some(&row.time_to_survive_months);
    TimeToRecoverMonths, "time_to_recover_months", Months, "mean length of the episode of `time_to_survive_months`, until deliveries meet demand again; cut at the horizon's end", |row| some(&row.time_to_recover_months);
    StructuralShortfallPct, "structural_shortfall_pct", Percent, "short in the same trials without any event", |row| mean(&row.structural_shortfall_pct);
    EventShortfallPct, "event_shortfall_pct", Percent, "total less structural", |row| mean(&row.event_shortfall_pct);
    UnmetAfterAdaptationPct, "unmet_after_adaptation_pct", Percent, "what remains after substitution and thrift", |row| mean(&row.unmet_after_adaptation_pct);
    P5Pct, "p5_pct", Percent, "quantile at 5 %", |row| tail(&row.quantiles_pct[0]);
    P25Pct, "p25_pct", Percent, "quantile at 25 %", |row| tail(&row.quantiles_pct[1]);
    SpellCount, "spell_count", Count, "mean number of spells (runs of periods with a shortfall)", |row| mean(&row.spell_count);
    SpellMonths, "spell_months", Months, "mean length of a spell", |row| plain(row.spell_months);
    SpellDepthPct, "spell_depth_pct", Percent, "mean depth of a spell: share of demand missing while it lasts", |row| plain(row.spell_depth_pct);
    WorstSpellPct, "worst_spell_pct", Percent, "mean of each trial's worst spell, of the horizon's demand", |row| mean(&row.worst_spell_pct);
    WorstSpellCvar95Pct, "worst_spell_cvar95_pct", Percent, "mean of the worst spell in the 5 % of trials in which it is worst", |row| tail(&row.worst_spell_cvar95_pct);
    ExposedValueMusd, "exposed_value_musd", MillionUsd, "mean value added exposed over the horizon; empty where none is stated", |row| some(&row.exposed_value_musd);
    PeakPriceIndex, "peak_price_index", Index, "mean of each trial's largest price index, 1 = undisrupted; empty for rows that are no single market", |row| some(&row.peak_price_index);
    PeakPriceIndexLeastElastic, "peak_price_index_least_elastic", Index, "`peak_price_index` at the end of the demand elasticity's 90 % range where demand reacts least", |row| plain(row.peak_price_index_band.map(|(least, _)| least));
    PeakPriceIndexMostElastic, "peak_price_index_most_elastic", Index, "`peak_price_index` at the end where demand reacts most", |row| plain(row.peak_price_index_band.map(|(_, most)| most));
    TrialsFor1Pct, "trials_for_1pct", Count, "trials after which the mean's standard error is 1 % of it; in whole batches where errors come from batches", |row| row.trials_for_1pct.map_or(Found::Missing, Found::Whole);
    SdPct, "sd_pct", Percent, "standard deviation over trials of shortfall / demand, exact (sample variance, n - 1); empty with one trial", |row| mean(&row.sd_pct);
    ProbGe5, "prob_ge_5", Probability, "probability that at least 5 % is short. It differs from `prob_gt_5` where trials lose just that much; both forgive rounding (10^-8 of demand)", |row| mean(&row.prob_ge_5);
    ProbGe10, "prob_ge_10", Probability, "probability that at least 10 % is short", |row| mean(&row.prob_ge_10);
    ProbGe25, "prob_ge_25", Probability, "probability that at least 25 % is short", |row| mean(&row.prob_ge_25);
    ProbGe50, "prob_ge_50", Probability, "probability that at least 50 % is short", |row| mean(&row.prob_ge_50);
    UnmetAfterAdaptationCvar95Pct, "unmet_after_adaptation_cvar95_pct", Percent, "mean of what remains after substitution and thrift in the 5 % of trials in which most does", |row| tail(&row.unmet_after_adaptation_cvar95_pct);
}

impl Statistic {
    /// The statistic of a name.
    pub fn named(name: &str) -> Option<Statistic> {
        Self::ALL.iter().copied().find(|statistic| statistic.name() == name)
    }
}

/// Key, then every statistic by its name: `{ value, standard_error, low, high }`, a number where no error is stated, null where there is none.
impl Serialize for SummaryRow {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(3 + Statistic::ALL.len()))?;
        map.serialize_entry("material", &self.material)?;
        map.serialize_entry("country", &self.country)?;
        map.serialize_entry("sector", &self.sector)?;
        for statistic in Statistic::ALL {
            map.serialize_entry(statistic.name(), &statistic.of(self))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_end_in_their_unit() {
        for (number, statistic) in Statistic::ALL.iter().enumerate() {
            let name = statistic.name();
            assert!(!Statistic::ALL[..number].iter().any(|other| other.name() == name));
            assert_eq!(Statistic::named(name), Some(*statistic));
            assert_eq!(name.ends_with("_pct"), statistic.unit() == Unit::Percent, "{name}");
            assert_eq!(
                name.starts_with("prob_"),
                statistic.unit() == Unit::Probability,
                "{name}"
            );
            assert_eq!(name.ends_with("_musd"), statistic.unit() == Unit::MillionUsd, "{name}");
        }
        assert_eq!(Statistic::named("cvar95"), None);
    }
}
