//! What stands under the help of each command.

pub(super) const EXAMPLES: &str = "\
Examples:
  critmin run scenarios/quickstart.toml
  critmin run scenarios/china-rare-earth-controls.toml --trials 100000 --out results
  critmin compare scenarios/us-india-partnership.toml
  critmin screen scenarios/china-rare-earth-controls.toml
  critmin sensitivity scenarios/us-india-partnership.toml
  critmin sweep scenarios/quickstart.toml --vary shares.magnet.by_country.CHN=0.3..0.9:7
  critmin explore scenarios/us-india-partnership.toml --open
  critmin validate scenarios/*.toml
  critmin merge shards/partial-*.critmin
  critmin replay scenarios/china-rare-earth-controls.toml --trial 123
  critmin check scenarios/quickstart.toml --against golden/quickstart.json
  critmin data gallium
  critmin rates --kind export_restriction --country CHN
  critmin new my-scenario.toml
  critmin new cobalt.toml --mineral cobalt --for DEU

Exit codes: 0 done; 1 the scenario is invalid, or `check` found a change; 2 wrong usage; 3 input/output or internal failure;
130 interrupted (what is complete has been written, whole).";

pub(super) const RATES_EXAMPLES: &str = "\
Examples:
  critmin rates                                                        # what may be asked
  critmin rates --kind export_restriction --country CHN
  critmin rates --kind export_restriction --country CHN --since 2023
  critmin rates --kind export_ban --country CHN --target JPN --until 2026
  critmin rates --kind strike --country CHL --mineral copper
  critmin rates --kind mine_stop --csv                                 # the events counted
In a scenario: per_year = { rate = \"history\", kind = \"export_restriction\", country = \"CHN\" }; see docs/rates.md.";

pub(super) const RUN_EXAMPLES: &str = "\
Examples:
  critmin run scenarios/quickstart.toml
  critmin run scenario.toml --set run.seed=7 --set event.ban.severity=0.5
  critmin run scenario.toml --policy stockpile --policy recycling   # the baseline and these
  critmin run scenario.toml --policy baseline                       # the baseline alone
  critmin run scenario.toml --precision 1% --trials 1000000         # until the standard error is 1 % of the mean
  critmin run scenario.toml --json --formats none | jq '.policies[0].sentence'
  critmin run scenario.toml --trials 1000000 --without timeline,attribution --formats none          # quick totals
  critmin run scenario.toml --resume                                # go on after Ctrl-C, a crash or a full disk
  critmin run scenario.toml --trials 1000000 --trials-range 0..500000 --out shards   # half of it; see `critmin merge`";

pub(super) const COMPARE_EXAMPLES: &str = "\
Examples:
  critmin compare scenarios/us-india-partnership.toml                 # every policy against the baseline
  critmin compare scenario.toml --policy stockpile --policy recycling --pairs
  critmin compare scenario.toml --equivalent                          # what each is worth in tonnes a year of secure supply
  critmin compare scenario.toml --precision 1% --trials 1000000       # until differences are known to 1 % of the baseline's mean
  critmin compare today.toml tomorrow.toml                            # scenarios over the same time, against the first
  critmin compare scenario.toml --json --formats none | jq '.sentences'

All face the same draws, so a difference is known far better than from two runs. Differences have a
stated error from 2,048 trials on. What the tables say: docs/what-if.md";

pub(super) const SCREEN_EXAMPLES: &str = "\
Examples:
  critmin screen scenarios/china-rare-earth-controls.toml             # every country and material, one at a time (N-1)
  critmin screen scenario.toml --pairs                                # also the worst two at a time (N-2)
  critmin screen scenario.toml --trials 4096                          # uncertain inputs drawn, not at their means
  critmin screen scenario.toml --json --formats none | jq '.sentences'
  critmin screen --country IND                                        # no scenario: all shipped minerals for one importer

An outage is certain and total, lasts a year and begins at the start; the scenario's own events are taken
away. Uncertain inputs are at their means in one trial, unless --trials or --precision is given.
A page (report.html) is written of a scenario, not with --country. What the tables say: docs/what-if.md";

pub(super) const INDICES_EXAMPLES: &str = "\
Examples:
  critmin indices scenarios/us-india-partnership.toml            # of the scenario's undisrupted start, for the places in focus
  critmin indices --mineral cobalt --country EU27,IND            # of the shipped tables, at every stage that they have
  critmin indices --mineral lithium --governance own.csv         # own scores: country,score from -2.5 (weak) to 2.5 (strong)
  critmin indices --mineral nickel --json --formats none | jq '.sentences'

What cannot be told is 'insufficient data' with the reason; what is not known exactly is a range.
No page (report.html) is written of indices. Formulas and conventions: docs/what-if.md";

pub(super) const BACKTEST_EXAMPLES: &str = "\
Examples:
  critmin backtest                                               # all episodes: how many observations lie inside the band?
  critmin backtest gallium-2023 --out gallium                    # one: every observation beside what was simulated, and a chart
  critmin backtest --json --formats none | jq '.sentences'
  critmin data --table backtest                                  # what was observed, with the source of each row

Episodes are scenarios with the structure of their time and the event as it was announced (scenarios/backtest);
what was not known then comes from other episodes. What is compared with what: docs/backtest.md";

pub(super) const SENSITIVITY_EXAMPLES: &str = "\
Examples:
  critmin sensitivity scenarios/us-india-partnership.toml             # what drives the answer?
  critmin sensitivity scenario.toml --of cvar95_pct                   # bars of the tail, not of the mean
  critmin sensitivity scenario.toml --trials 32768                    # narrower intervals
  critmin sensitivity scenario.toml --json --formats none | jq '.sentences'

Every uncertain number goes to its quantiles at 10 % and 90 %, every [[lever]] of the scenario to its two
ends, on the same draws. What the tables say: docs/what-if.md";

pub(super) const SWEEP_EXAMPLES: &str = "\
Examples:
  critmin sweep scenario.toml --vary shares.magnet.by_country.CHN=0.3..0.9:7               # the others' shares give way in proportion
  critmin sweep scenario.toml --vary shares.magnet.by_country.CHN=0.3..0.9:7 --to USA,IND  # what it gives up goes to these
  critmin sweep scenario.toml --vary event.ban.arrival.per_year=0.01..1:9;log --of cvar95_pct --level 10
  critmin sweep scenario.toml --vary event.ban.severity=0.2,0.5,1 --vary stockpile.magnet.USA.days=0..180:7
  critmin sweep scenario.toml --vary supply.usa_plant.capacity=0..5000:6 --policy stockpile --from-first

All points face the same draws. Each is what `critmin run` gives with the --set options that sweep.csv
has for it. In a shell, quote a range with ;log. What the tables say: docs/what-if.md";

pub(super) const ROBUSTNESS_EXAMPLES: &str = "\
Examples:
  critmin robustness scenario.toml                                   # who is served first, how flexible buyers are, ...: what flips?
  critmin robustness scenario.toml --policy stockpile --policy plant # of these policies only
  critmin robustness scenario.toml --trials 16384                    # more certain

The alternatives are applied to all materials, one at a time. What the tables say: docs/what-if.md";

pub(super) const OPTIMIZE_EXAMPLES: &str = "\
Examples:
  critmin optimize scenario.toml --budget 2e9                        # which policies, at which sizes, lower CVaR 95 most for 2 bn USD
  critmin optimize scenario.toml --goal expected                     # the whole frontier of cost and expected shortfall
  critmin optimize scenario.toml --budget 2e9 --cap 0.65             # no country above 65 % of the output of any stage
  critmin optimize scenario.toml --policy stockpile --policy plant   # choose from these only

A policy is a choice where it states a `cost`, or a `scale` with `usd_per_unit`: it is taken or not, and
has the size that serves best. A mix that is beaten beyond doubt stops early, and what is left is told apart
as well as --trials or --precision allow. What the tables say: docs/what-if.md";

pub(super) const MERGE_EXAMPLES: &str = "\
Examples:
  critmin run scenario.toml --trials 1000000 --trials-range 0..500000 --out shards         # on one machine
  critmin run scenario.toml --trials 1000000 --trials-range 500000..1000000 --out shards   # on another
  critmin merge shards/partial-*.critmin --out results
The results are those of the whole run, to the last byte (but for the timing in results.json). Ranges may
end anywhere; together they must hold every trial once.";

pub(super) const REPLAY_EXAMPLES: &str = "\
Examples:
  critmin replay scenario.toml --trial 4711                  # the story of trial 4711
  critmin replay scenario.toml --trial 4711 --policy stockpile
  critmin replay scenario.toml --trial 4711 --out trace      # every flow and stock as CSV
The trials at the median, p95, p99 and maximum are named under the table that `critmin run` prints, with
the whole command. Give --set and --seed as the run had them.";

pub(super) const CHECK_EXAMPLES: &str = "\
Examples:
  critmin check scenario.toml --against golden.json --update --trials 1000  # pin 1000 trials
  critmin check scenario.toml --against golden.json                    # has anything moved?
  critmin check scenario.toml --against golden.json --update           # accept what has moved
  critmin check scenarios/*.toml --against golden --junit report.xml   # many, with a report
  critmin check scenario.toml --against golden.json --seed 7 --allow-noise
  critmin check scenario.toml --against golden.json --json | jq '.checks[0].moves[0].sentence'

The golden file states trials, seed, policies and tolerance. Flags override them for this run,
with --update for good.

Exit codes: 0 no change, or the golden file is written; 1 a change, or the scenario is invalid;
2 wrong usage; 3 no golden file, a damaged one, or another failure.
How to use it in CI: docs/continuous-integration.md";

pub(super) const DATA_EXAMPLES: &str = "\
Examples:
  critmin data                   # minerals and stages that ship, and the tables
  critmin data gallium           # everything about gallium
  critmin data gallium --table shares.csv
  critmin data --table countries.csv --csv";

pub(super) const NEW_EXAMPLES: &str = "\
Examples:
  critmin new my-scenario.toml                                   # a page to fill in by hand
  critmin new cobalt.toml --mineral cobalt --for DEU             # from the shipped data; then: critmin run cobalt.toml
  critmin new tungsten.toml --mineral tungsten --for DEU,USA --stages mine,apt_processing --years 3
  critmin new germany.toml --mineral cobalt,nickel --for DEU,EU27   # EU27 is the rest of the EU then
  critmin new gallium.toml --mineral gallium --for JPN --use JPN=30   # where you know better
`critmin data` lists minerals and stages. What the tables lack is named in the file; what nothing can run
without is an error that says how to give it. More: docs/new-scenario.md";

#[cfg(feature = "explore")]
pub(super) const EXPLORE_EXAMPLES: &str = "\
Examples:
  critmin explore scenarios/us-india-partnership.toml --open
  critmin explore scenarios/quickstart.toml --port 8080 --threads 2
  critmin explore scenarios/quickstart.toml --save magnets.html      # one file, to be sent or put on any web server
The address that is printed holds a random token: whoever has it can ask for simulations. Ctrl-C ends the server; see docs/explorer.md.";
