//! Which events are counted, over what, and the rate that follows.

use super::fit::{Fit, durations, severities};
use super::question::{Checked, last_year, year};
use crate::data::{self, EventState, Exposure, PastEvent, Watched, WatchedUnit};
use crate::sampling::Distribution;

/// The years whose pace is shown beside the whole era.
const RECENT: (i32, i32) = (2023, 2025);

/// An event that counts, for one watched unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counted {
    /// The event.
    pub event: &'static PastEvent,
    /// The mineral or mine that it hit; empty if the unit is a pair of countries.
    pub what: &'static str,
}

/// A row of the table of events that qualifies, counted or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Qualifying {
    /// The event.
    pub event: &'static PastEvent,
    /// The watched minerals or mines that it hit; empty if the unit is a pair of countries.
    pub units: Vec<&'static str>,
    /// How many units it adds to the count: none if other rows of the same measure have counted them.
    pub newly_counted: usize,
}

/// What counted events say of the rate, a year and unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Posterior {
    /// Shape of the gamma distribution: events counted, and a half.
    pub shape: f64,
    /// Its rate: units x years.
    pub unit_years: f64,
    /// The distribution.
    pub distribution: Distribution,
}

impl Posterior {
    /// Nothing without units or years.
    fn of(events: usize, unit_years: f64) -> Option<Self> {
        let shape = events as f64 + 0.5;
        Some(Self {
            shape,
            unit_years,
            distribution: Distribution::gamma(shape, 1.0 / unit_years).ok()?,
        })
    }

    /// Events a unit and year.
    pub fn mean(&self) -> f64 {
        self.shape / self.unit_years
    }

    /// The rate below which it lies with this probability.
    pub fn quantile(&self, probability: f64) -> f64 {
        self.distribution.quantile(probability)
    }
}

/// A span of whole years.
#[derive(Debug, Clone, PartialEq)]
pub struct Era {
    /// First year.
    pub since: i32,
    /// Last year.
    pub until: i32,
    /// Events counted.
    pub events: usize,
    /// Units x years.
    pub unit_years: f64,
    /// What they say of the rate, if there are enough of them.
    pub posterior: Option<Posterior>,
}

/// A rate from history, with all that it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct BaseRate {
    /// What was counted of the kind asked for, and over what.
    pub exposure: &'static Exposure,
    /// The kinds of event that count.
    pub counts: Vec<&'static str>,
    /// The country that restrictions are aimed at, if asked for.
    pub target: Option<&'static str>,
    /// The least share of a supply.
    pub least_share: Option<f64>,
    /// The events counted, by start.
    pub counted: Vec<Counted>,
    /// All rows that qualify, also those that tell more of a measure that is counted: by start.
    pub rows: Vec<Qualifying>,
    /// What was watched; for a target, the supplies of the exporters.
    pub watched: Vec<&'static Watched>,
    /// The whole era asked for.
    pub whole: Era,
    /// The pace of the last full years, if they are a part of the era.
    pub recent: Option<Era>,
    /// Share that was lost.
    pub severity: Fit,
    /// Months that it lasted.
    pub duration: Fit,
}

impl BaseRate {
    pub(super) fn of(checked: &Checked) -> Self {
        let watched: Vec<&'static Watched> = data::watched()
            .iter()
            .filter(|unit| unit.unit == checked.exposure.unit)
            .filter(|unit| checked.country.is_none_or(|country| unit.country == country))
            .filter(|unit| !checked.except.contains(&unit.country.as_str()))
            .filter(|unit| checked.mineral.is_none_or(|mineral| unit.is_of(mineral)))
            .filter(|unit| unit.share.is_none() || unit.share >= checked.least_share)
            .filter(|unit| checked.target.is_none_or(|target| unit.country != target))
            .collect();
        let (counted, rows) = counted(checked, &watched);
        let mut rate = Self {
            exposure: checked.exposure,
            counts: checked.counts.clone(),
            target: checked.target,
            least_share: checked
                .least_share
                .filter(|_| checked.exposure.unit == WatchedUnit::Supply),
            severity: severities(&rows, checked.target.is_some()),
            duration: durations(&rows),
            counted,
            rows,
            watched,
            whole: Era {
                since: checked.since,
                until: checked.until,
                events: 0,
                unit_years: 0.0,
                posterior: None,
            },
            recent: None,
        };
        rate.whole = rate.era(checked.since, checked.until);
        let (since, until) = (checked.since.max(RECENT.0), checked.until.min(RECENT.1));
        if since <= until && (since, until) != (checked.since, checked.until) {
            rate.recent = Some(rate.era(since, until));
        }
        rate
    }

    fn era(&self, since: i32, until: i32) -> Era {
        let within = |counted: &&Counted| (since..=until).contains(&year(&counted.event.date_start));
        let events = self.counted.iter().filter(within).count();
        let unit_years = self.units() as f64 * f64::from(until - since + 1);
        let enough = events >= self.exposure.least_events;
        Era {
            since,
            until,
            events,
            unit_years,
            posterior: enough.then(|| Posterior::of(events, unit_years)).flatten(),
        }
    }

    /// How many units were watched: supplies, countries or mines, or pairs of an exporter and the target.
    pub fn units(&self) -> usize {
        if self.target.is_none() {
            return self.watched.len();
        }
        self.exporters().len()
    }

    /// The countries watched.
    pub fn exporters(&self) -> Vec<&'static str> {
        let mut countries: Vec<&str> = self.watched.iter().map(|unit| unit.country.as_str()).collect();
        countries.sort_unstable();
        countries.dedup();
        countries
    }

    /// How the exposure is derived.
    pub fn how(&self) -> &str {
        match self.target {
            Some(_) => {
                "pair of an exporter that has a supply that is watched and the target, x years; a measure counts once, however many minerals it names"
            }
            None => &self.exposure.how,
        }
    }

    /// What a unit is, in the singular.
    pub fn unit(&self) -> &'static str {
        match (self.target, self.exposure.unit) {
            (Some(_), _) => "pair",
            (None, WatchedUnit::Supply) => "supply",
            (None, WatchedUnit::Country) => "plan",
            (None, WatchedUnit::Site) => "mine",
        }
    }

    /// How many different days, months or years the events counted begin on.
    pub fn dates(&self) -> usize {
        let mut dates: Vec<(&str, &str)> = self
            .counted
            .iter()
            .map(|counted| (counted.event.date_start.as_str(), counted.event.country.as_str()))
            .collect();
        dates.dedup();
        dates.len()
    }

    /// Whether the last year is counted whole though the sources do not reach to its end.
    pub fn ends_in_a_part_of_a_year(&self) -> bool {
        self.whole.until == last_year()
    }

    /// Why there is no rate, if there is none.
    pub fn insufficient(&self) -> Option<String> {
        let least = self.exposure.least_events;
        (self.counted.len() < least).then(|| {
            format!(
                "insufficient data: {} counted, at least {least} are needed, since none found in the press is no evidence of none",
                plural(self.counted.len(), "event")
            )
        })
    }

    /// What the rate rests on, in one line, as a source of a figure.
    pub fn provenance(&self) -> String {
        let events = plural(self.counted.len(), "event");
        let unit_years = self.whole.unit_years;
        let shape = self.whole.events as f64 + 0.5;
        let listed: Vec<String> = self
            .counted
            .iter()
            .map(|counted| {
                format!(
                    "{} {} {}",
                    counted.event.date_start, counted.event.country, counted.what
                )
                .trim_end()
                .to_owned()
            })
            .collect();
        let listed = if listed.is_empty() {
            String::new()
        } else {
            format!(": {}", listed.join(", "))
        };
        let kinds = self.counts.join(", ");
        let over = match self.target {
            Some(target) => format!("{} of an exporter and {target}", plural(self.units(), "pair")),
            None => format!("{}{}", units_in_words(self.units(), self.unit()), self.share_in_words()),
        };
        format!(
            "derived: rate from history, {events} ({kinds}) from {} to {}{listed}; exposure {unit_years} {}-years ({over}, x {} years: {}); \
             gamma distribution of shape {shape} and mean {:.6} a year (Jeffreys prior); data/events.csv, data/exposure.csv. Mind: {}",
            self.whole.since,
            self.whole.until,
            self.unit(),
            self.whole.until - self.whole.since + 1,
            self.how(),
            shape / unit_years,
            self.exposure.bias,
        )
    }

    /// `, each at least 0.5 of the world's output at some stage`, where that decides.
    pub fn share_in_words(&self) -> String {
        match self.least_share {
            Some(share) => format!(", each at least {share} of the world's output at some stage"),
            None => String::new(),
        }
    }
}

/// `1 event`, `2 events`.
pub(super) fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `1 supply`, `2 supplies`.
fn units_in_words(count: usize, unit: &str) -> String {
    match unit.strip_suffix('y') {
        Some(stem) if count != 1 => format!("{count} {stem}ies"),
        _ => plural(count, unit),
    }
}

fn counted(checked: &Checked, watched: &[&'static Watched]) -> (Vec<Counted>, Vec<Qualifying>) {
    let (mut list, mut rows): (Vec<Counted>, Vec<Qualifying>) = Default::default();
    let events = data::past_events().iter().filter(|event| qualifies(checked, event));
    for event in events {
        let units = hit(checked, watched, event);
        let before = list.len();
        for &what in &units {
            // Rows of one measure tell of different minerals of one supply.
            let is_known = list.iter().any(|known| {
                known.what == what
                    && known.event.country == event.country
                    && known.event.date_start == event.date_start
                    && known.event.kind == event.kind
            });
            if !is_known {
                list.push(Counted { event, what });
            }
        }
        if !units.is_empty() {
            rows.push(Qualifying {
                event,
                units: units.into_iter().filter(|unit| !unit.is_empty()).collect(),
                newly_counted: list.len() - before,
            });
        }
    }
    (list, rows)
}

fn qualifies(checked: &Checked, event: &PastEvent) -> bool {
    let is_aimed = match checked.target {
        Some(target) => event.targets.iter().any(|code| code == target),
        None => event.targets.is_empty(),
    };
    checked.counts.contains(&event.kind.as_str())
        && event.state != EventState::NeverInForce
        && (event.is_country_wide || !checked.exposure.is_country_wide)
        && (checked.since..=checked.until).contains(&year(&event.date_start))
        && is_aimed
}

/// The units that an event hit, each as it is listed.
fn hit(checked: &Checked, watched: &[&'static Watched], event: &'static PastEvent) -> Vec<&'static str> {
    let of_country = watched.iter().filter(|unit| unit.country == event.country);
    let has = |unit: &Watched| event.minerals.iter().any(|mineral| unit.is_of(mineral));
    match checked.exposure.unit {
        WatchedUnit::Supply if checked.target.is_some() => {
            // One measure against one country, however many minerals it names.
            let is_any = of_country.copied().any(has);
            if is_any { vec![""] } else { Vec::new() }
        }
        WatchedUnit::Supply | WatchedUnit::Country => of_country
            .filter(|unit| has(unit))
            .map(|unit| unit.mineral.as_str())
            .collect(),
        WatchedUnit::Site => of_country
            .filter(|unit| event.sites.contains(&unit.site))
            .map(|unit| unit.site.as_str())
            .collect(),
    }
}
