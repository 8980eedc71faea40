//! Two accumulators that must agree: every table of a run, as a user reads it, against the same figures computed anew from the replay of each
//! trial. A replay simulates every period in full and knows nothing of how a run sums up.

use std::collections::BTreeMap;

use critmin::report::csv as tables;
use critmin::scenario::Document;
use critmin::study::inside::{Prepared, prepare};
use critmin::study::{Replay, ReplayMarket};

use crate::course::{Course, mean, quantile, share_above, standard_error, tail_mean};
use crate::generator::scenario;
use crate::support::{NamedSample, RunReport, close, read, replay, simulate_with_samples, with};

const TRIALS: u64 = 200;
/// Generated scenarios with something short in many trials, with several materials, groups, stocks, lead times and uncertain inputs.
const SEEDS: [u64; 4] = [89, 17, 30, 44];

/// A table by column name.
struct Table(Vec<BTreeMap<String, String>>);

impl Table {
    fn read(write: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = Vec::new();
        write(&mut bytes);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let row = |record: csv::StringRecord| header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
        Table(reader.records().map(|record| row(record.unwrap())).collect())
    }

    fn rows<'a>(&'a self, key: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = &'a BTreeMap<String, String>> {
        self.0
            .iter()
            .filter(|row| key.iter().all(|(name, value)| row[*name] == *value))
    }
}

/// All trials of a scenario, replayed, and what the run said.
struct Compared {
    prepared: Prepared,
    report: RunReport,
    samples: Vec<NamedSample>,
    replays: Vec<Replay>,
}

impl Compared {
    fn new(document: &Document) -> Self {
        let (report, samples) = simulate_with_samples(document, &[], true);
        let replays = (0..TRIALS)
            .map(|trial| replay(document, None, trial).unwrap())
            .collect();
        Compared {
            prepared: prepare(document, None).unwrap(),
            report,
            samples,
            replays,
        }
    }

    /// Countries of a place.
    fn members(&self, place: &str) -> Vec<String> {
        let layout = &self.prepared.layout;
        let code = |country: &usize| layout.countries[*country].0.clone();
        let group = |group: &usize| layout.groups[*group].2.iter().map(code).collect::<Vec<_>>();
        let mut members: Vec<String> = match place {
            "WLD" => layout.countries.iter().map(|(code, _)| code.clone()).collect(),
            "focus" => layout
                .focus_places
                .iter()
                .flat_map(|place| place.as_ref().map_or_else(group, |country| vec![code(country)]))
                .collect(),
            place => match layout.groups.iter().position(|(id, ..)| id == place) {
                Some(position) => group(&position),
                None => vec![place.to_owned()],
            },
        };
        members.sort();
        members.dedup();
        members
    }

    /// A row's course in every trial.
    fn courses(&self, material: &str, place: &str) -> Vec<Course> {
        let members = self.members(place);
        let courses = self.replays.iter().map(|replay| {
            let periods = replay.dates.len();
            let mut course = Course {
                demand: vec![0.0; periods],
                shortfall: vec![0.0; periods],
                unmet: vec![0.0; periods],
                price: 1.0,
            };
            let belongs = |market: &&ReplayMarket| market.material == material && members.contains(&market.country);
            for market in replay.markets.iter().filter(belongs) {
                course.demand[market.period] += market.final_demand_t;
                course.shortfall[market.period] += market.final_shortfall_t;
                course.unmet[market.period] += market.unmet_t;
                if market.final_demand_t > 0.0 {
                    course.price = course.price.max(market.price_index);
                }
            }
            course
        });
        courses.collect()
    }
}

/// Compares cells of a table row with values, to six digits and whatever the report's bins may add.
struct Checker<'a> {
    what: String,
    row: &'a BTreeMap<String, String>,
    compared: usize,
}

impl Checker<'_> {
    fn cell(&mut self, column: &str, value: Option<f64>, bins: f64) {
        let text = &self.row[column];
        let Some(value) = value else {
            assert!(text.is_empty(), "{}: {column} is {text}, but there is none", self.what);
            return;
        };
        let found: f64 = text
            .parse()
            .unwrap_or_else(|_| panic!("{}: {column} is `{text}` for {value}", self.what));
        assert!(
            close(found, value, 1e-5 + bins, 1e-7),
            "{}: {column} is {found}, from the replays {value}",
            self.what
        );
        self.compared += 1;
    }

    fn exact(&mut self, column: &str, value: f64) {
        self.cell(column, Some(value), 0.0);
    }
}

/// A row of the summary against its courses.
fn check_summary(checker: &mut Checker<'_>, courses: &[Course], step_months: f64) {
    let of = |value: &dyn Fn(&Course) -> f64| -> Vec<f64> { courses.iter().map(value).collect() };
    let percent = of(&|course| 100.0 * course.share());
    let tonnes = of(&|course| course.shortfall.iter().sum());
    let worst = of(&|course| 100.0 * course.worst_spell().0);
    let unmet = of(&|course| 100.0 * course.unmet.iter().sum::<f64>() / course.demand.iter().sum::<f64>());
    let spells = of(&|course| course.spells().len() as f64);
    let short_periods = of(&|course| course.spells().iter().map(|spell| spell.1 as f64).sum());
    let depths = of(&|course| {
        let depth = |spell: (usize, usize)| {
            course.lost_in(spell) / course.demand[spell.0..spell.0 + spell.1].iter().sum::<f64>()
        };
        course.spells().into_iter().map(depth).sum()
    });
    checker.exact("demand", mean(&of(&|course| course.demand.iter().sum())));
    checker.exact("expected_shortfall", mean(&tonnes));
    checker.exact("expected_shortfall_se", standard_error(&tonnes));
    checker.exact("expected_shortfall_pct", mean(&percent));
    checker.exact("expected_shortfall_pct_se", standard_error(&percent));
    checker.exact("unmet_after_adaptation_pct", mean(&unmet));
    checker.exact("sd_pct", standard_error(&percent) * (percent.len() as f64).sqrt());
    checker.exact("max_pct", percent.iter().copied().fold(0.0, f64::max));
    checker.exact("worst_spell_pct", mean(&worst));
    checker.exact("spell_count", mean(&spells));
    checker.exact("expected_months_short", mean(&short_periods) * step_months);
    let any = mean(&spells) > 0.0;
    checker.cell(
        "spell_months",
        any.then(|| mean(&short_periods) * step_months / mean(&spells)),
        0.0,
    );
    checker.cell(
        "spell_depth_pct",
        any.then(|| 100.0 * mean(&depths) / mean(&spells)),
        0.0,
    );
    for (column, threshold) in [
        ("prob_any", 0.0),
        ("prob_gt_5", 5.0),
        ("prob_gt_10", 10.0),
        ("prob_gt_25", 25.0),
        ("prob_gt_50", 50.0),
    ] {
        checker.exact(column, share_above(&percent, threshold));
    }
    // Bins of the horizon's shortfall are 1/256 wide, those of the worst spell 1/64.
    for (column, level) in [
        ("p5_pct", 50),
        ("p25_pct", 250),
        ("p50_pct", 500),
        ("p75_pct", 750),
        ("p90_pct", 900),
        ("p95_pct", 950),
        ("var95_pct", 950),
    ] {
        checker.cell(column, Some(quantile(&percent, level)), 1.0 / 256.0);
    }
    checker.cell("p99_pct", None, 0.0);
    checker.cell("cvar90_pct", Some(tail_mean(&percent, 900)), 1.0 / 256.0);
    checker.cell("cvar95_pct", Some(tail_mean(&percent, 950)), 1.0 / 256.0);
    checker.cell("cvar99_pct", None, 0.0);
    checker.cell("worst_spell_cvar95_pct", Some(tail_mean(&worst, 950)), 1.0 / 64.0);
    // Only a row of one market has a price.
    if !checker.row["peak_price_index"].is_empty() {
        checker.exact("peak_price_index", mean(&of(&|course| course.price)));
    }
    let parts =
        ["structural_shortfall_pct", "event_shortfall_pct"].map(|column| checker.row[column].parse::<f64>().unwrap());
    checker.cell("expected_shortfall_pct", Some(parts[0] + parts[1]), 1e-5);
}

/// The exceedance curve and the fan of a row against its courses; gives how many cells were compared.
fn check_curves(what: &str, curve: &Table, fan: &Table, key: &[(&str, &str)], courses: &[Course]) -> usize {
    let percent: Vec<f64> = courses.iter().map(|course| 100.0 * course.share()).collect();
    let worst: Vec<f64> = courses.iter().map(|course| 100.0 * course.worst_spell().0).collect();
    let mut compared = 0;
    for row in curve.rows(key) {
        let threshold: f64 = row["shortfall_pct"].parse().unwrap();
        let mut checker = Checker {
            what: format!("{what}, above {threshold} %"),
            row,
            compared: 0,
        };
        checker.exact("probability", share_above(&percent, threshold));
        checker.exact("worst_spell_probability", share_above(&worst, threshold));
        compared += checker.compared;
    }
    for row in fan.rows(key) {
        let period: usize = row["period"].parse().unwrap();
        let share = |course: &Course| {
            let share = 100.0 * course.shortfall[period] / course.demand[period];
            if share > 1e-7 { share } else { 0.0 }
        };
        let values: Vec<f64> = courses.iter().map(share).collect();
        let mut checker = Checker {
            what: format!("{what}, period {period}"),
            row,
            compared: 0,
        };
        checker.exact("mean_pct", mean(&values));
        checker.exact("mean_pct_se", standard_error(&values));
        checker.exact("prob_any", share_above(&values, 0.0));
        checker.exact("prob_gt_10", share_above(&values, 10.0));
        for (column, level) in [
            ("p5_pct", 50),
            ("p25_pct", 250),
            ("p50_pct", 500),
            ("p75_pct", 750),
            ("p95_pct", 950),
        ] {
            // Bins 1/32 wide; below 0.2 % one bin.
            let exact = quantile(&values, level);
            if exact == 0.0 || exact > 0.2 {
                checker.cell(column, Some(exact), 1.0 / 32.0);
            }
        }
        compared += checker.compared;
    }
    compared
}

/// A row's calendar years and return levels against its courses; gives how many cells were compared.
fn check_years(
    what: &str,
    (years, levels): (&Table, &Table),
    key: &[(&str, &str)],
    both: &Compared,
    courses: &[Course],
) -> usize {
    let (mut compared, mut whole) = (0, Vec::new());
    let step_months = both.prepared.layout.step_months;
    let dates = &both.replays[0].dates;
    for row in years.rows(key) {
        let year = row["year"].as_str();
        let own: Vec<usize> = (0..dates.len()).filter(|period| dates[*period][..4] == *year).collect();
        let share = |course: &Course| {
            let short: f64 = own.iter().map(|period| course.shortfall[*period]).sum();
            let share = 100.0 * short / own.iter().map(|period| course.demand[*period]).sum::<f64>();
            if share > 1e-6 { share } else { 0.0 }
        };
        let values: Vec<f64> = courses.iter().map(share).collect();
        let mut checker = Checker {
            what: format!("{what}, {year}"),
            row,
            compared: 0,
        };
        checker.exact("months", own.len() as f64 * step_months);
        checker.exact("mean_pct", mean(&values));
        checker.exact("mean_pct_se", standard_error(&values));
        checker.exact("sd_pct", standard_error(&values) * (values.len() as f64).sqrt());
        checker.exact("prob_gt_10", share_above(&values, 10.0));
        for (column, level) in [
            ("p5_pct", 50),
            ("p25_pct", 250),
            ("p50_pct", 500),
            ("p75_pct", 750),
            ("p95_pct", 950),
        ] {
            checker.cell(column, Some(quantile(&values, level)), 1.0 / 64.0);
        }
        checker.cell("cvar95_pct", Some(tail_mean(&values, 950)), 1.0 / 64.0);
        compared += checker.compared;
        // Quarters: four; months: twelve; weeks: 52 at least.
        if own.len() as f64 * step_months > 12.0 - step_months + 1e-6 {
            whole.push(values);
        }
    }
    let horizon = dates.len() as f64 * step_months / 12.0;
    let worst_year: Vec<f64> = (0..courses.len())
        .map(|trial| whole.iter().map(|values| values[trial]).fold(0.0, f64::max))
        .collect();
    let spells: Vec<f64> = courses.iter().map(|course| 100.0 * course.worst_spell().0).collect();
    let of_rank = |values: &[f64], beyond: f64| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() - 1 - (sorted.len() as f64 * beyond + 1e-9) as usize]
    };
    for row in levels.rows(key) {
        let (measure, period) = (row["measure"].as_str(), row["years"].parse::<f64>().unwrap());
        let rate = |years: f64| 1.0 - libm::exp(-years / period);
        let (values, beyond) = match measure {
            "annual" => (whole.concat(), 1.0 / period),
            "worst_year" => (worst_year.clone(), rate(whole.len() as f64)),
            _ => (spells.clone(), rate(horizon)),
        };
        let expected = courses.len() as f64 * beyond.min(1.0 - beyond);
        let mut checker = Checker {
            what: format!("{what}, {measure} once in {period} years"),
            row,
            compared: 0,
        };
        let supported = expected >= 10.0 - 1e-9;
        assert_eq!(row["supported"], supported.to_string(), "{}", checker.what);
        checker.cell("level_pct", supported.then(|| of_rank(&values, beyond)), 1.0 / 64.0);
        compared += checker.compared;
    }
    compared
}

#[test]
fn tables_of_a_run_are_what_its_trials_say() {
    let (mut compared, mut compared_years, mut short_rows) = (0, 0, 0);
    for seed in SEEDS {
        let document = with(&read(&scenario(seed).text), &[&format!("run.trials={TRIALS}")]);
        let both = Compared::new(&document);
        let results = &both.report.results;
        let summary = Table::read(|to| tables::summary(results, to).unwrap());
        let curve = Table::read(|to| tables::exceedance(results, to).unwrap());
        let fan = Table::read(|to| tables::timeline(results, to).unwrap());
        let years = Table::read(|to| tables::years(results, to).unwrap());
        let levels = Table::read(|to| tables::return_periods(results, to).unwrap());
        for row in summary.rows(&[("sector", "all")]) {
            let (material, place) = (row["material"].as_str(), row["country"].as_str());
            let what = format!("seed {seed}, {material} in {place}");
            let courses = both.courses(material, place);
            let mut checker = Checker {
                what: what.clone(),
                row,
                compared: 0,
            };
            check_summary(&mut checker, &courses, both.prepared.layout.step_months);
            let key = [("material", material), ("country", place)];
            compared += checker.compared + check_curves(&what, &curve, &fan, &key, &courses);
            compared_years += check_years(&what, (&years, &levels), &key, &both, &courses);
            short_rows += usize::from(row["prob_any"] != "0");
            check_sectors(&what, &summary, row);
        }
        check_samples(seed, &both);
        check_stocks(seed, &both);
        check_events(seed, &both);
        check_attribution(seed, &both);
    }
    assert!(compared > 4_000, "only {compared} cells were compared");
    assert!(
        compared_years > 500,
        "only {compared_years} cells of years were compared"
    );
    assert!(short_rows > 15, "only {short_rows} rows were ever short");
}

/// Sectors add up to their country.
fn check_sectors(what: &str, summary: &Table, all: &BTreeMap<String, String>) {
    for column in ["demand", "expected_shortfall"] {
        let key = [
            ("material", all["material"].as_str()),
            ("country", all["country"].as_str()),
        ];
        let sectors = summary
            .rows(&key)
            .filter(|row| row["sector"] != "all" && row["sector"] != "feed");
        let parts: Vec<f64> = sectors.map(|row| row[column].parse().unwrap()).collect();
        let sum: f64 = parts.iter().sum();
        let total: f64 = all[column].parse().unwrap();
        assert!(
            parts.is_empty() || close(sum, total, 1e-5, 1e-6),
            "{what}: sectors {sum} of {total}"
        );
    }
}

/// Every sample against its trial.
fn check_samples(seed: u64, both: &Compared) {
    let mut courses = BTreeMap::new();
    assert!(!both.samples.is_empty());
    for (_, material, place, sample) in &both.samples {
        let key = (material.clone(), place.clone());
        let of = courses.entry(key).or_insert_with(|| both.courses(material, place));
        let course: &Course = &of[sample.trial as usize];
        let tonnes: f64 = course.shortfall.iter().sum();
        let worst = course.worst_spell().1 as f64 * both.prepared.layout.step_months;
        let same = close(sample.shortfall_t, tonnes, 1e-9, 1e-9)
            && close(sample.shortfall_pct, 100.0 * course.share(), 1e-9, 1e-9)
            && close(sample.worst_spell_months, worst, 1e-12, 0.0);
        assert!(
            same,
            "seed {seed}, {material} in {place}: {sample:?}, replayed {tonnes} t, {worst} months"
        );
    }
}

/// What is left of every stock, against the last period of the replays.
fn check_stocks(seed: u64, both: &Compared) {
    for stock in &both.report.results.policies[0].stocks {
        let (kind, address) = stock.stock.split_once('.').unwrap();
        let last = |replay: &Replay| -> f64 {
            let period = replay.dates.len() - 1;
            let level = if kind == "inventory" {
                let mut markets = replay.markets.iter();
                let found = markets.find(|market| {
                    market.period == period && format!("{}.{}", market.material, market.country) == address
                });
                found.map(|market| market.commercial_stock_t)
            } else {
                let mut stockpiles = replay.stockpiles.iter();
                let found = stockpiles.find(|pile| pile.period == period && pile.stockpile == address);
                found.map(|pile| pile.level_t)
            };
            level.unwrap_or_else(|| panic!("seed {seed}: no {kind} {address} in a replay"))
        };
        let left = mean(&both.replays.iter().map(last).collect::<Vec<_>>());
        assert!(
            close(stock.end_t, left, 1e-9, 1e-6),
            "seed {seed}, {}: {} t left, replayed {left} t",
            stock.stock,
            stock.end_t
        );
    }
}

/// Counts, durations and severities of events against the replays.
fn check_events(seed: u64, both: &Compared) {
    let table = Table::read(|to| tables::events(&both.report.results, to).unwrap());
    for row in &table.0 {
        let of = |replay: &Replay| -> Vec<(f64, f64)> {
            let occurred = replay.events.iter().filter(|event| event.event == row["event"]);
            occurred.map(|event| (event.duration_months, event.severity)).collect()
        };
        let counts: Vec<f64> = both.replays.iter().map(|replay| of(replay).len() as f64).collect();
        let all: Vec<(f64, f64)> = both.replays.iter().flat_map(of).collect();
        let mean_of = |values: Vec<f64>| (!values.is_empty()).then(|| mean(&values));
        let mut checker = Checker {
            what: format!("seed {seed}, {}", row["event"]),
            row,
            compared: 0,
        };
        checker.exact("expected_count", mean(&counts));
        checker.exact("expected_count_se", standard_error(&counts));
        checker.cell(
            "mean_duration_months",
            mean_of(all.iter().map(|each| each.0).collect()),
            0.0,
        );
        checker.cell("mean_severity", mean_of(all.iter().map(|each| each.1).collect()), 0.0);
    }
}

/// Shares add up to 1, or are all 0; those of the headline's events are in both tables; the structural part is the summary's.
fn check_attribution(seed: u64, both: &Compared) {
    let results = &both.report.results;
    let policy = &results.policies[0];
    let mut sums: BTreeMap<(String, String, String), [f64; 2]> = BTreeMap::new();
    for part in policy.attributed() {
        let key = (part.material.clone(), part.country.clone(), format!("{:?}", part.kind));
        let sum = sums.entry(key).or_default();
        *sum = [sum[0] + part.share_of_expected, sum[1] + part.share_of_cvar95];
    }
    assert!(!sums.is_empty());
    for ((material, country, kind), sum) in &sums {
        let mut rows = policy.summary.iter();
        let row = rows
            .find(|row| row.material == *material && row.country == *country && row.sector == "all")
            .unwrap();
        let expected = f64::from(row.prob_any.value > 0.0);
        assert!(
            sum.iter().all(|sum| (sum - expected).abs() < 1e-9),
            "seed {seed}, {material} in {country}, by {kind}: {sum:?}"
        );
    }
    let (material, country) = &policy.headline;
    for event in &policy.events {
        let mut parts = policy.attributed().iter();
        let part = parts
            .find(|part| part.material == *material && part.country == *country && part.key == event.event)
            .unwrap();
        assert_eq!(
            (part.share_of_expected, part.share_of_cvar95),
            (event.share_of_expected.unwrap(), event.share_of_cvar95.unwrap()),
            "seed {seed}, {}",
            event.event
        );
    }
}
