//! Columns of the tables of the commands that ask what would help.

use super::{
    BY_ROW, Column, Kind, Table, column, number, part, runs, stamp, text, truth, whole, with_error, with_interval,
};

/// Every table of every such command, with the command.
pub fn of_commands() -> Vec<(&'static str, Table)> {
    vec![
        ("compare", compare()),
        ("compare", pairs_of_policies()),
        ("compare", runs::allocation_rules()),
        ("sweep", sweep()),
        ("sweep", crossings()),
        ("screen", outages()),
        ("screen", pairs_of_outages()),
        ("screen", ranking()),
        ("screen", outages_of_all()),
        ("indices", indices()),
        ("optimize", optimize()),
        ("optimize", last_dollar()),
        ("robustness", robustness()),
        ("sensitivity", sensitivity()),
        ("backtest", observations()),
        ("backtest", scores()),
        ("backtest", bands()),
    ]
}

const STATISTIC: &str = "which figure of `summary.csv`";
const COUNTRY: &str = "country code, id of a group, or `focus` (all places in focus together)";

/// A table that ends with the stamp.
fn stamped(
    file: &'static str,
    sheet: &'static str,
    holds: &'static str,
    own: impl IntoIterator<Item = Column>,
) -> Table {
    Table {
        file,
        sheet,
        holds,
        columns: own.into_iter().chain(stamp()).collect(),
    }
}

fn place_names() -> [Column; 2] {
    [
        text("material_name", "display name of the material"),
        text("place_name", "display name of the place"),
    ]
}

/// `compare.csv`.
pub fn compare() -> Table {
    let own = [
        text(
            "policy",
            "id of the policy, or name of the scenario, that is compared with the baseline",
        ),
        text("material", "id of the material"),
        text("country", COUNTRY),
        text("statistic", STATISTIC),
        text("unit", "unit of the figure; empty of probabilities"),
        number("baseline", BY_ROW, "the figure under the baseline"),
        number("value", BY_ROW, "the figure under the policy"),
    ];
    let own = own
        .into_iter()
        .chain(with_interval(
            "difference",
            BY_ROW,
            "policy less baseline, trial by trial on the same draws",
        ))
        .chain([
            whole(
                "independent_trials",
                "trials that two independent runs would need to know the difference as well",
            ),
            whole("rank", "position among the variants by the shortfall that they avoid at this material and place, from 1; equal ones share it"),
            number("cost", "USD", "cost of the policy, where it is stated"),
            number(
                "cost_per_unit",
                "USD",
                "cost for each unit of shortfall avoided, in the row of `expected_shortfall`; for each USD of value added protected, in that of \
                 `exposed_value_musd`; empty in others",
            ),
            part("cost_per_unit", "_low", "USD"),
            part("cost_per_unit", "_high", "USD"),
            text(
                "direction",
                "`less`, `more`, `same`, or `unknown` where the interval does not tell",
            ),
            text("binding_stage", "stage that most of what remains short is due to"),
            number("binding_stage_share", "", "its share of what remains short, 0 to 1"),
            text("binding_event", "event that most of what remains short is due to; `structural` where it is short without any event"),
            number("binding_event_share", "", "its share of what remains short, 0 to 1"),
            number(
                "equivalent",
                "`equivalent_unit`",
                "with `--equivalent`, in the row of its statistic: secure supply, or stockpile, that lowers it as much",
            ),
            part("equivalent", "_low", "`equivalent_unit`"),
            part("equivalent", "_high", "`equivalent_unit`"),
            text("equivalent_unit", "unit of `equivalent`"),
            text("equivalent_note", "what numbers do not say of `equivalent`"),
            text("policy_name", "display name of the policy"),
        ])
        .chain(place_names())
        .chain([
            text("binding_stage_name", "display name of `binding_stage`"),
            text("binding_event_name", "display name of `binding_event`"),
        ]);
    stamped(
        "compare.csv",
        "Compare",
        "one row a variant, material, place and statistic: what it changes",
        own,
    )
}

/// `pairs.csv` of `compare`.
pub fn pairs_of_policies() -> Table {
    let unit = "percentage points";
    let own = [text("one", "id of one policy"), text("other", "id of the other")];
    let own = own
        .into_iter()
        .chain(with_interval(
            "together",
            unit,
            "what both change together of the headline's expected shortfall",
        ))
        .chain(with_interval(
            "beyond_the_sum",
            unit,
            "the same less what each changes alone: below 0 they are worth more together",
        ))
        .chain([
            text(
                "direction",
                "of `beyond_the_sum`: `less`, `more`, `same`, or `unknown` where the interval does not tell",
            ),
            text("one_name", "display name of one policy"),
            text("other_name", "display name of the other"),
        ]);
    stamped(
        "pairs.csv",
        "Pairs",
        "with `--pairs`: what two policies change together, and that less the sum of each alone",
        own,
    )
}

/// `sweep.csv`.
pub fn sweep() -> Table {
    let own = [
        whole("point", "number of the point, from 1"),
        text("key", "key that varies"),
        column(
            "at",
            Kind::Mixed,
            "",
            "its value at the point, in the scenario's unit; a date where it is one",
        ),
        number(
            "hhi",
            "",
            "Herfindahl-Hirschman index of the shares that vary, 0 to 1; empty where none do",
        ),
        text("second_key", "second key that varies"),
        column(
            "second_at",
            Kind::Mixed,
            "",
            "its value at the point; a date where it is one",
        ),
        number(
            "second_hhi",
            "",
            "the index of the shares that vary with the second key",
        ),
        text("policy", "id of the policy; `baseline` without one"),
        text("material", "id of the material"),
        text("country", COUNTRY),
        text("statistic", STATISTIC),
        text("unit", "unit of the figure; empty of probabilities"),
    ];
    let own = own
        .into_iter()
        .chain(with_interval("value", BY_ROW, "the figure at the point"))
        .chain(with_interval(
            "difference",
            BY_ROW,
            "the figure less that at the scenario as it is (or at the first point, with `--from-first`), trial by trial",
        ))
        .chain([text("run_options", "options of `critmin run` that give the point")])
        .chain(place_names());
    stamped("sweep.csv", "Sweep", "one row a point, material and place", own)
}

/// `crossings.csv`.
pub fn crossings() -> Table {
    let crossing = |name: &'static str, meaning: &'static str| column(name, Kind::Mixed, "", meaning);
    let own = [
        text("material", "id of the material"),
        text("country", COUNTRY),
        text("statistic", STATISTIC),
        number("level", BY_ROW, "the level that is crossed"),
        text("key", "key that varies"),
        crossing(
            "at",
            "its value where the figure crosses the level, in the scenario's unit; a date where it is one",
        ),
        crossing("at_low", "lower end of the 95 % interval of `at`"),
        crossing("at_high", "upper end of the 95 % interval of `at`"),
        text("direction", "`rises` or `falls`, as the key grows"),
        text("second_key", "second key that varies"),
        crossing("second_at", "its value there"),
        text("unit", "unit of `level`; empty of probabilities"),
    ];
    stamped(
        "crossings.csv",
        "Crossings",
        "with `--level`: where the figure crosses the level",
        own.into_iter().chain(place_names()),
    )
}

fn costs() -> Vec<Column> {
    let own = [
        text("material", "material that is short because of it"),
        text("country", "where: a place in focus, or all of them together (`focus`)"),
        whole("rank", "by `year_pct` at this material and place; equal ones share it"),
    ];
    own.into_iter()
        .chain(with_interval(
            "year_pct",
            "% of a mean year's demand",
            "what the outage takes: lost, of the demand of a mean year of the horizon",
        ))
        .chain([number(
            "horizon_pct",
            "%",
            "the same in % of the horizon's demand: what `run` would show",
        )])
        .chain(with_interval("quantity", BY_ROW, "lost before substitution and thrift"))
        .chain([
            text("unit", "unit of `quantity`"),
            number(
                "months_short",
                "months",
                "time with a shortfall, beyond that without the outage",
            ),
            number(
                "months_to_survive",
                "months",
                "how long stocks carry demand once deliveries miss it; empty where nothing ever goes short",
            ),
        ])
        .chain(with_error(
            "value_musd",
            "million USD",
            "value added lost; empty where the scenario states none",
        ))
        .chain([number("outage_months", "months", "how long the outage lasts")])
        .collect()
}

fn screened() -> impl Iterator<Item = Column> {
    let outage = [
        text("outage", "`stop` (nothing is made) or `ban` (nothing is exported)"),
        text("outage_material", "material that is not made or exported"),
        text("outage_country", "country that does not make or export it"),
    ];
    let risk = [
        number(
            "probability",
            "",
            "the scenario's own chance of such an event; empty where it has none",
        ),
        number("risk_pct", "% of a mean year's demand", "`probability` x `year_pct`"),
        whole("risk_rank", "rank by `risk_pct`"),
        text("events", "ids of the events that `probability` is of"),
        number(
            "coverage_of_rest",
            "",
            "(S - S1) / (D - D1): what all others make for what all others order, at the start and undisrupted, where S and D are the world's supply and \
             orders (final demand and feed, recycling included) and S1, D1 the country's. Below 1 the rest of the world cannot feed itself without it",
        ),
    ];
    let names = [
        text("outage_material_name", "display name of `outage_material`"),
        text("outage_country_name", "display name of `outage_country`"),
    ];
    outage
        .into_iter()
        .chain(costs())
        .chain(risk)
        .chain(names)
        .chain(place_names())
}

/// `screen.csv` of a scenario.
pub fn outages() -> Table {
    stamped(
        "screen.csv",
        "Screen",
        "one row an outage, and a material and place in focus that it reaches",
        screened(),
    )
}

/// `screen.csv` of all minerals of a country.
pub fn outages_of_all() -> Table {
    let own = [text("mineral", "id of the mineral")].into_iter().chain(screened());
    stamped(
        "screen.csv",
        "Screen",
        "one row a mineral, an outage, and a material and place that it reaches",
        own.chain([text("mineral_name", "display name of the mineral")]),
    )
}

/// `pairs.csv` of `screen`.
pub fn pairs_of_outages() -> Table {
    let own = [
        text(
            "one",
            "one outage: `stop` (nothing is made) or `ban` (nothing is exported)",
        ),
        text("one_material", "material that is not made or exported"),
        text("one_country", "country that does not make or export it"),
        text("other", "the other outage"),
        text("other_material", "its material"),
        text("other_country", "its country"),
    ];
    let own = own
        .into_iter()
        .chain(costs())
        .chain(with_interval(
            "beyond_the_sum_pct",
            "% of a mean year's demand",
            "what both take less the sum of each alone: above 0 they are worse together",
        ))
        .chain(place_names())
        .chain([
            text("one_material_name", "display name of `one_material`"),
            text("one_country_name", "display name of `one_country`"),
            text("other_material_name", "display name of `other_material`"),
            text("other_country_name", "display name of `other_country`"),
        ]);
    stamped(
        "pairs.csv",
        "Pairs",
        "with `--pairs`: the same of two outages at once",
        own,
    )
}

/// `ranking.csv`.
pub fn ranking() -> Table {
    let own = [
        whole(
            "rank",
            "by `year_pct`; equal ones share it; empty where there are not data enough",
        ),
        text("mineral", "id of the mineral"),
        text("mineral_name", "display name of the mineral"),
        text("stage", "material of the stage that fails"),
        text("stage_name", "display name of the stage"),
        text("material", "material that goes short, the end of the chain"),
        text("material_name", "display name of the material"),
        text("country", "country that goes short"),
        text("leader", "largest producer abroad at that stage"),
        text("leader_name", "its display name"),
        number("leader_share_pct", "%", "its share of the world's output"),
    ];
    let own = own
        .into_iter()
        .chain(with_error(
            "year_pct",
            "% of a mean year's demand",
            "what the stop of the leader takes",
        ))
        .chain([
            number("months_short", "months", "time with a shortfall"),
            number(
                "months_to_survive",
                "months",
                "how long stocks last once deliveries miss demand; only where stocks of the country are in the tables (in effect the United States): a \
                 scenario without known stocks has none, and its figure would say nothing",
            ),
            text("worst_outage", "what costs most at that stage, abroad: `stop` or `ban`"),
            text("worst_country", "where"),
            text("worst_country_name", "its display name"),
            number(
                "worst_year_pct",
                "% of a mean year's demand",
                "what that outage takes",
            ),
            text(
                "insufficient_data",
                "why there is no figure: the country's use of the mineral or of the stage is not known, the tables have no tonnes, figures contradict \
                 each other",
            ),
        ]);
    stamped(
        "ranking.csv",
        "Ranking",
        "one row a stage of a mineral, also those that could not be screened",
        own,
    )
}

/// `indices.csv`: without a stamp, as nothing is drawn.
pub fn indices() -> Table {
    let columns = vec![
        text("material", "id of the material"),
        text("stage", "stage of the material"),
        text("country", "country code of the buyer; `WLD` for indices of makers"),
        text("index", "name of the index"),
        number("value", BY_ROW, "the index; empty where the data give a range only"),
        number(
            "low",
            BY_ROW,
            "lower end of its range: what the data leave open, no statistical error",
        ),
        number("high", BY_ROW, "upper end of its range"),
        text("unit", "unit of the index; empty where it has none"),
        text("who", "largest makers, or largest source"),
        text("insufficient_data", "why there is no figure"),
        text("notes", "conventions that mattered there"),
        text("year", "year of the data"),
        text("source", "source of the data"),
        text("material_name", "display name of the material"),
        text("place_name", "display name of the place"),
    ];
    Table {
        file: "indices.csv",
        sheet: "Indices",
        holds: "one row a material, stage, place and index",
        columns,
    }
}

/// `optimize.csv`.
pub fn optimize() -> Table {
    let [goal, goal_se, goal_low, goal_high] = with_interval("goal", BY_ROW, "what is to be low, under the mix");
    let own = [
        text("mix", "policies of the mix with their sizes"),
        whole("policies", "how many they are"),
        number("cost", "USD", "cost of the mix"),
        text(
            "statistic",
            "which figure of `summary.csv` is to be low, at the headline",
        ),
        goal,
        whole("mix_trials", "trials that the mix was looked at with"),
        goal_se,
        goal_low,
        goal_high,
    ];
    let own = own
        .into_iter()
        .chain(with_interval(
            "change",
            BY_ROW,
            "goal less that of the baseline, trial by trial; of the mixes that were looked at with all trials",
        ))
        .chain([
            truth("is_on_frontier", "whether nothing that costs as little reaches as much"),
            truth("is_best", "whether it reaches most within budget and cap"),
            truth("is_within_budget", "whether it costs no more than the budget"),
            truth("is_within_cap", "whether no country has a larger share than the cap"),
            number(
                "largest_share",
                "",
                "largest share that one country has of the output of any stage in the last year, 0 to 1",
            ),
            text("largest_share_material", "of which material"),
            text("largest_share_country", "which country"),
            text("unit", "unit of `goal` and `change`; empty of probabilities"),
            text("material", "id of the headline's material"),
            text("country", "its place"),
        ])
        .chain(place_names())
        .chain([
            text(
                "largest_share_material_name",
                "display name of `largest_share_material`",
            ),
            text("largest_share_country_name", "display name of `largest_share_country`"),
        ]);
    stamped("optimize.csv", "Optimize", "one row a mix that was tried", own)
}

/// `last_dollar.csv`.
pub fn last_dollar() -> Table {
    let own = [
        text("policy", "id of the policy"),
        number("from_size", "", "its size in the best mix; empty where it has none"),
        number("to_size", "", "its size after the step"),
        text("step", "`in`, `out` or `size`"),
        number("cost", "USD", "what the step costs more"),
        text(
            "statistic",
            "which figure of `summary.csv` is to be low, at the headline",
        ),
    ];
    let own = own
        .into_iter()
        .chain(with_interval("change", BY_ROW, "what the step changes of the goal"))
        .chain([
            number(
                "lowers_per_million_usd",
                "`unit` for a million USD",
                "by how much a million USD lowers the goal at this step; empty where the step costs nothing",
            ),
            text("unit", "unit of `change`; empty of probabilities"),
            text("policy_name", "display name of the policy"),
        ]);
    stamped(
        "last_dollar.csv",
        "Last dollar",
        "one row a step from the best mix",
        own,
    )
}

/// `robustness.csv`.
pub fn robustness() -> Table {
    let own = [
        text(
            "alternative",
            "choice that data cannot decide; as written in the first rows",
        ),
        truth(
            "is_as_written",
            "whether the alternative is the same as the scenario as it is",
        ),
        text("policy", "id of the policy; `baseline` without one"),
        text("material", "id of the headline's material"),
        text("country", "its place"),
        text("statistic", STATISTIC),
    ];
    let own = own
        .into_iter()
        .chain(with_interval("value", BY_ROW, "the headline under the alternative"))
        .chain(with_interval(
            "change",
            BY_ROW,
            "the same less that of the baseline under the same alternative, trial by trial",
        ))
        .chain([
            whole("rank", "position among the policies by what they leave short under it, from 1; equal ones share it; empty for the baseline"),
            text(
                "direction",
                "`less`, `more`, `same`, or `unknown` where the interval does not tell",
            ),
            text(
                "flips",
                "what does not stand of the policy: `best`, `no help` or `helps`",
            ),
            whole("alternative_trials", "trials under the alternative"),
            text("policy_name", "display name of the policy"),
            text("unit", "unit of `value` and `change`; empty of probabilities"),
        ])
        .chain(place_names());
    stamped("robustness.csv", "Robustness", "one row an alternative and policy", own)
}

/// `sensitivity.csv`.
pub fn sensitivity() -> Table {
    let own = [
        text("method", "`tornado`, `sobol` or `discovery`"),
        text("factor", "key of a number, or id of an event"),
        text("kind", "kind of the factor"),
        text(
            "what",
            "what `value` is. Of bars: the change at `p10`, `p90`, `low` or `high`. Of indices: `first_order` or `total`. Of boxes: `coverage`, `density`, \
             `trials_inside`, and for each range `at_least`, `at_most`, `quasi_p`; `worst_from` is the shortfall from which on a trial is among the worst",
        ),
        text("at", "of bars: the value that was set"),
        text("set", "of bars: the `--set` that sets it"),
        number("value", BY_ROW, "the figure"),
        number("standard_error", BY_ROW, "its Monte Carlo standard error"),
        number("low", BY_ROW, "lower end of its 95 % interval"),
        number("high", BY_ROW, "upper end of its 95 % interval"),
        text("unit", "unit of `value`; empty where it has none"),
        text("material", "id of the headline's material"),
        text("country", "its place"),
        text("statistic", STATISTIC),
        whole("evaluated_trials", "trials that the figure is of"),
        whole("box", "number of the box, from 1"),
        text("factor_name", "display name of the factor"),
    ];
    stamped(
        "sensitivity.csv",
        "Sensitivity",
        "one row a figure, whatever the method",
        own.into_iter().chain(place_names()),
    )
}

fn of_backtest(file: &'static str, sheet: &'static str, holds: &'static str, columns: Vec<Column>) -> Table {
    Table {
        file,
        sheet,
        holds,
        columns,
    }
}

/// `observations.csv` of `backtest`.
pub fn observations() -> Table {
    let columns = vec![
        text("episode", "name of the episode"),
        text(
            "measure",
            "what is compared: a figure of the simulation that means what was observed",
        ),
        text("materials", "ids of the materials it is of"),
        text("from", "code of the seller, where it is of trade"),
        text("to", "code of the buyer"),
        text("first_month", "first month of the period, `YYYY-MM`"),
        text("last_month", "last month of the period"),
        number("observed", BY_ROW, "what was observed, as a figure of the simulation"),
        number("p5", BY_ROW, "simulated 5 % quantile"),
        number("p50", BY_ROW, "simulated median"),
        number("p95", BY_ROW, "simulated 95 % quantile"),
        truth(
            "inside",
            "whether the observation lies between the first and the last of these",
        ),
        number(
            "crps",
            "",
            "continuous ranked probability score, on the scale on which it is scored; less is better",
        ),
        number("naive_crps", "", "that of the forecast that nothing happens"),
        text("unit", "unit of `observed` and of the quantiles"),
        number("value", "`value_unit`", "the figure as its source has it"),
        text("value_unit", "unit of `value`"),
        number(
            "normal",
            "`value_unit`",
            "what it is compared with, from a source too; empty where the figure is a share already",
        ),
        number("normal_months", "months", "of how many months that is the sum"),
        text("basis", "how `observed` follows from the source's figure"),
        text("note", "what to mind"),
        text("source", "source of the figure, with its address"),
        text("normal_source", "source of what it is compared with"),
        whole("trials", "trials of the episode"),
        whole("seed", "seed"),
    ];
    of_backtest("observations.csv", "Observations", "one row an observation", columns)
}

/// `scores.csv` of `backtest`.
pub fn scores() -> Table {
    let columns = vec![
        text("kind", "`episode`, `measure` or `all`"),
        text("of", "name of the episode or measure; `all`"),
        whole("observations", "observations that it counts"),
        whole("inside", "those inside the band"),
        number("share_inside", "", "their share"),
        number("share_inside_low", "", "lower end of its 95 % interval"),
        number("share_inside_high", "", "upper end of its 95 % interval"),
        number("crps", "", "mean continuous ranked probability score"),
        number("naive_crps", "", "that of the forecast that nothing happens"),
        number("skill", "", "1 - crps / naive_crps"),
        number("band_low", "", "level of the band's lower end"),
        number("band_high", "", "level of its upper end"),
        text(
            "independent",
            "what the interval takes to be independent: `observations` or `episodes`",
        ),
        whole("episodes", "episodes of the back-test"),
        whole("seed", "seed"),
    ];
    of_backtest("scores.csv", "Scores", "one row a score", columns)
}

/// `bands.csv` of `backtest`.
pub fn bands() -> Table {
    let columns = vec![
        text("episode", "name of the episode"),
        text("measure", "what it is of"),
        text("course", "name of the course, for readers"),
        text("month", "`YYYY-MM`"),
        number("p5", "", "simulated 5 % quantile"),
        number("p50", "", "simulated median"),
        number("p95", "", "simulated 95 % quantile"),
        whole("trials", "trials of the episode"),
        whole("seed", "seed"),
    ];
    of_backtest("bands.csv", "Bands", "one row a course and month", columns)
}
