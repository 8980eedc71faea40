//! Columns of the tables of `critmin run` and `critmin merge`.

use super::{
    BY_ROW, Column, Kind, Table, column, number, part, stamp, stamp_without_trials, text, truth, whole, with_error,
    with_interval,
};
use crate::report::csv::{Part, SUMMARY_COLUMNS};

/// Every table with a file, in the order of the documentation.
pub fn of_run() -> Vec<Table> {
    vec![
        summary(),
        exceedance(),
        timeline(),
        years(),
        return_periods(),
        events(),
        event_classes(),
        attribution(),
        supply(),
        allocation_rules(),
        samples(),
    ]
}

fn key() -> [Column; 3] {
    [
        text("policy", "id of the policy; `baseline` without one"),
        text("material", "id of the material"),
        text(
            "country",
            "country code, id of a group, `focus` (all places in focus together) or `WLD` (everybody)",
        ),
    ]
}

fn names() -> [Column; 3] {
    [
        text("policy_name", "display name of the policy"),
        text("material_name", "display name of the material"),
        text("place_name", "display name of the place"),
    ]
}

fn table(file: &'static str, sheet: &'static str, holds: &'static str, columns: Vec<Column>) -> Table {
    Table {
        file,
        sheet,
        holds,
        columns,
    }
}

/// Key, a table's own columns, names, stamp.
fn keyed(file: &'static str, sheet: &'static str, holds: &'static str, own: impl IntoIterator<Item = Column>) -> Table {
    let columns = key().into_iter().chain(own).chain(names()).chain(stamp());
    table(file, sheet, holds, columns.collect())
}

/// `summary.csv`.
pub fn summary() -> Table {
    let figures = SUMMARY_COLUMNS.iter().map(|(statistic, which)| {
        let unit = statistic.unit().label();
        match which {
            Part::Value => {
                let kind = match statistic.name() {
                    "trials_for_1pct" => Kind::Whole,
                    _ => Kind::Number,
                };
                column(statistic.name(), kind, unit, statistic.meaning())
            }
            which => part(statistic.name(), which.suffix(), unit),
        }
    });
    let columns = key()
        .into_iter()
        .chain([text(
            "sector",
            "name of the sector, `all` (the sum of final demand) or `feed` (what processors went without)",
        )])
        .chain(figures)
        .chain(names())
        .chain([text("unit", "unit of `demand` and `expected_shortfall`")])
        .chain(stamp());
    table(
        "summary.csv",
        "Summary",
        "one row per policy, material, place and sector: the main table",
        columns.collect(),
    )
}

/// What policies change, paired trial by trial: in workbooks only.
pub fn differences() -> Table {
    let columns = key()
        .into_iter()
        .chain([
            text("sector", "name of the sector, `all` (the sum of final demand) or `feed`"),
            text("statistic", "which figure of the summary"),
            text("unit", "unit of the figure; empty of probabilities"),
            number("baseline", BY_ROW, "the figure under the baseline"),
            number("value", BY_ROW, "the figure under the policy"),
        ])
        .chain(with_interval(
            "difference",
            BY_ROW,
            "policy less baseline, trial by trial on the same draws; its error is that of the pairs, and not known with fewer than eight whole batches \
             of trials, nor of tail means (`critmin compare` tells it)",
        ))
        .chain(names())
        .chain(stamp());
    table(
        "",
        "Differences",
        "what each policy changes, on the same draws",
        columns.collect(),
    )
}

/// `exceedance.csv`.
pub fn exceedance() -> Table {
    let meaning = "probability that the horizon's shortfall is larger than `shortfall_pct`";
    let [probability, error, low, high] = with_interval("probability", "", meaning);
    let own = [
        number("shortfall_pct", "%", "threshold, in % of the demand of the horizon"),
        probability,
        error,
        number(
            "worst_spell_probability",
            "",
            "probability that the worst single spell alone is larger than `shortfall_pct`",
        ),
        low,
        high,
    ];
    keyed(
        "exceedance.csv",
        "Exceedance",
        "how probable a shortfall above x % is",
        own,
    )
}

const QUANTILES: [(&str, &str); 5] = [
    ("p5_pct", "quantile at 5 % over trials"),
    ("p25_pct", "quantile at 25 % over trials"),
    ("p50_pct", "median over trials"),
    ("p75_pct", "quantile at 75 % over trials"),
    ("p95_pct", "quantile at 95 % over trials"),
];

/// `timeline.csv`.
pub fn timeline() -> Table {
    let unit = "% of the period's demand";
    let [mean, error] = with_error("mean_pct", unit, "mean shortfall in the period");
    let [any, any_error] = with_error("prob_any", "", "probability that anything is short in the period");
    let [more, more_error] = with_error(
        "prob_gt_10",
        "",
        "probability that more than 10 % of the period's demand is short",
    );
    let own = [
        whole("period", "number of the period, from 0"),
        column("date", Kind::Date, "", "first day of the period"),
        mean,
    ];
    let quantiles = QUANTILES.map(|(name, meaning)| number(name, unit, meaning));
    let own = own
        .into_iter()
        .chain(quantiles)
        .chain([error, any, any_error, more, more_error]);
    keyed(
        "timeline.csv",
        "Timeline",
        "shortfall by period (unless left out); quantiles are of each period by itself: no single trial follows such a line",
        own,
    )
}

/// `years.csv`.
pub fn years() -> Table {
    let unit = "% of the year's demand";
    let own = [
        whole("year", "calendar year"),
        number(
            "months",
            "months",
            "how much of it lies in the horizon; a year in weeks has 52 or 53 of them, some 12 months",
        ),
    ];
    let own = own
        .into_iter()
        .chain(with_error("mean_pct", unit, "mean over trials"))
        .chain([number(
            "sd_pct",
            unit,
            "standard deviation over trials (sample variance, n - 1); empty with one trial",
        )])
        .chain(QUANTILES.map(|(name, meaning)| number(name, unit, meaning)))
        .chain(with_error(
            "prob_gt_10",
            "",
            "probability that more than 10 % of the year's demand is short",
        ))
        .chain(with_error(
            "cvar95_pct",
            unit,
            "mean of the 5 % of trials in which this year is worst",
        ));
    keyed(
        "years.csv",
        "Years",
        "shortfall by calendar year; quantiles are of each year by itself",
        own,
    )
}

/// `return_periods.csv`.
pub fn return_periods() -> Table {
    let own = [
        text(
            "measure",
            "`annual`: shortfall of a calendar year, in % of the year's demand. `worst_year`: that of the worst year of a trial. `worst_spell`: the worst \
             spell of a trial, in % of the demand of the whole horizon",
        ),
        number("years", "years", "N of \"once in N years\""),
    ];
    let own = own
        .into_iter()
        .chain(with_interval(
            "level_pct",
            "%",
            "what is exceeded once in N years; empty where it is not supported",
        ))
        .chain([truth(
            "supported",
            "`true` where at least ten trials are expected beyond the level, and on its other side; of a year: as many trials as there are, each of one \
             year",
        )]);
    keyed(
        "return_periods.csv",
        "Return periods",
        "what is exceeded once in so many years",
        own,
    )
}

/// `events.csv`.
pub fn events() -> Table {
    let [count, count_error] = with_error("expected_count", "", "mean number of occurrences in the horizon");
    let [policy, ..] = key();
    let [policy_name, ..] = names();
    let columns = [
        policy,
        text("event", "id of the event"),
        count,
        number(
            "mean_duration_months",
            "months",
            "mean duration as drawn, recovery not included, also where it reaches beyond the horizon; events without a stated duration last to its end",
        ),
        number("mean_severity", "", "mean severity of an occurrence, 0 to 1"),
        number(
            "share_of_expected",
            "",
            "share of the headline's expected shortfall, 0 to 1",
        ),
        number(
            "share_of_cvar95",
            "",
            "share of the headline's mean over the worst 5 % of trials, 0 to 1",
        ),
        count_error,
        text("name", "display name of the event"),
        policy_name,
    ];
    table(
        "events.csv",
        "Events",
        "how often events strike, and their share of the headline",
        columns.into_iter().chain(stamp()).collect(),
    )
}

/// `event_classes.csv`.
pub fn event_classes() -> Table {
    let own = [
        number("worst_pct", "%", "class: the worst 1, 5 or 10 % of trials"),
        text("event", "id of the event"),
    ];
    let own = own
        .into_iter()
        .chain(with_error(
            "in_force",
            "",
            "share of the class's trials in which the event was in force at some time, its standard error as of independent trials; empty in a class of \
             fewer than ten",
        ))
        .chain([
            number("in_force_in_all", "", "the same share of all trials"),
            number(
                "lift",
                "",
                "`in_force` over `in_force_in_all`; empty where the event never was in force",
            ),
            number(
                "months_in_force",
                "months",
                "mean time in force within the horizon over the class's trials, recovery not included; of occurrences of one event that overlap time \
                 counts once",
            ),
            number("months_in_force_in_all", "months", "the same over all trials"),
            whole(
                "class_trials",
                "trials of the class. Trials are cut between bins of shortfall (1/32 of its value wide), never within one, and trials without a shortfall \
                 are never among the worst",
            ),
            number(
                "class_share",
                "",
                "share of all trials: larger or smaller than `worst_pct` accordingly",
            ),
            truth("supported", "whether the class has at least ten trials"),
            text("name", "display name of the event"),
        ]);
    keyed(
        "event_classes.csv",
        "Event classes",
        "what happened in the worst 1, 5 and 10 % of trials",
        own,
    )
}

/// `attribution.csv`.
pub fn attribution() -> Table {
    let own = [
        text(
            "kind",
            "`event`, `country` (where the event strikes) or `stage` (the material that it strikes)",
        ),
        text(
            "key",
            "event id, country code or material id; `structural` = short without any event; `several` = an event that strikes in no single country",
        ),
        number("share_of_expected", "", "share of the expected shortfall, 0 to 1"),
        number(
            "share_of_cvar95",
            "",
            "share of the mean over the worst 5 % of trials, 0 to 1",
        ),
    ];
    let key_name = [text("key_name", "display name of `key`")];
    let columns = key()
        .into_iter()
        .chain(own)
        .chain(names())
        .chain(key_name)
        .chain(stamp());
    table(
        "attribution.csv",
        "Attribution",
        "shares of the shortfall by event, country and stage (unless left out)",
        columns.collect(),
    )
}

/// `supply.csv`.
pub fn supply() -> Table {
    let own = [
        number(
            "output_per_year",
            "`unit` a year",
            "undisrupted output in the first period, as a yearly rate, inputs at their means",
        ),
        number("share_pct", "%", "share of the world's output"),
        number("capacity_per_year", "`unit` a year", "capacity"),
    ];
    let unit = [text("unit", "unit of output and capacity")];
    let columns = key().into_iter().chain(own).chain(names()).chain(unit).chain(stamp());
    table(
        "supply.csv",
        "Supply",
        "who supplies what at the start, undisrupted",
        columns.collect(),
    )
}

/// `allocation_rules.csv`.
pub fn allocation_rules() -> Table {
    let [policy, material, country] = key();
    let own = [
        text("rule", "the rule under which producers serve buyers"),
        policy,
        material,
        country,
        text("statistic", "which figure of the summary"),
        whole("rule_trials", "trials under this rule"),
    ];
    let own = own
        .into_iter()
        .chain(with_interval("value", BY_ROW, "the headline under the rule"))
        .chain(with_interval(
            "shift",
            BY_ROW,
            "how far the rule moves the headline, trial by trial; empty where so few trials tell none",
        ))
        .chain(with_interval(
            "change",
            BY_ROW,
            "what the policy changes under the rule, trial by trial",
        ))
        .chain([text("unit", "unit of `value`, `shift` and `change`")])
        .chain(names())
        .chain(stamp());
    table(
        "allocation_rules.csv",
        "Allocation rules",
        "the headline under the rule of allocation that the scenario does not have (unless `--no-band`, or of fewer than 1,000 trials)",
        own.collect(),
    )
}

/// `samples.csv`.
pub fn samples() -> Table {
    let [policy, material, country] = key();
    let own = [
        whole("trial", "number of the trial, for `critmin replay --trial`"),
        policy,
        material,
        country,
        number("shortfall", BY_ROW, "shortfall over the horizon"),
        number("shortfall_pct", "%", "the same in % of the trial's demand"),
        number(
            "worst_spell_months",
            "months",
            "length of the worst spell, the one with the largest total",
        ),
        text("unit", "unit of `shortfall`"),
    ];
    table(
        "samples.csv",
        "Samples",
        "one row per trial (with `--samples` only)",
        own.into_iter().chain(stamp_without_trials()).collect(),
    )
}

/// Sources of the scenario's figures: in workbooks only.
pub fn sources() -> Table {
    cited("Sources", "figures of the scenario that have a source")
}

/// Its assumptions: in workbooks only.
pub fn assumptions() -> Table {
    cited(
        "Assumptions",
        "figures of the scenario that are assumed, and defaults where it says nothing",
    )
}

fn cited(sheet: &'static str, holds: &'static str) -> Table {
    let columns = [
        text("address", "address of the table in the scenario"),
        text("figures", "its figures, in words"),
        text("text", "where they come from"),
        text("place", "file and line where they stand"),
    ];
    table("", sheet, holds, columns.into())
}

/// What the columns of a workbook's sheets mean: in workbooks only.
pub fn columns() -> Table {
    let columns = [
        text("sheet", "sheet of the workbook"),
        text("column", "name of the column"),
        text("type", "what its cells are"),
        text("unit", "its unit; empty where it has none"),
        text("meaning", "what it says"),
    ];
    table("", "Columns", "what each column of each sheet means", columns.into())
}
