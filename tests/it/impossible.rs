//! Events that cannot happen, and one that must, on generated scenarios of every kind: an impossible event changes no byte of any table, and
//! one certain event among impossible ones is that event alone.

use critmin::report::csv as tables;
use critmin::scenario::Document;

use crate::generator::scenario;
use crate::support::{close, read, simulate, simulate_with_samples, with};

/// Every table of a run, and its samples, as text; without the lines about one event, and without those of the attribution that say 0 (an event
/// adds a country or stage to the list even where it has no part).
fn written(document: &Document, without: &str) -> String {
    let (report, samples) = simulate_with_samples(document, &[], true);
    let mut bytes = Vec::new();
    tables::summary(&report.results, &mut bytes).unwrap();
    tables::exceedance(&report.results, &mut bytes).unwrap();
    tables::timeline(&report.results, &mut bytes).unwrap();
    tables::supply(&report.results, &mut bytes).unwrap();
    tables::events(&report.results, &mut bytes).unwrap();
    let mut attribution = Vec::new();
    tables::attribution(&report.results, &mut attribution).unwrap();
    let lines = |bytes: Vec<u8>, keep: &dyn Fn(&str) -> bool| -> String {
        let text = String::from_utf8(bytes).unwrap();
        let about = |line: &&str| !line.split(',').any(|cell| cell == without) && keep(line);
        text.lines()
            .filter(about)
            .fold(String::new(), |text, line| text + line + "\n")
    };
    // Columns 5 and 6 are the shares.
    let nothing = |line: &str| !line.split(',').skip(5).take(2).all(|share| share == "0");
    format!("{}{}{samples:?}", lines(bytes, &|_| true), lines(attribution, &nothing))
}

const KINDS: [&str; 8] = [
    "kind = \"production_loss\"\ncountry = \"all\"\nmaterials = [\"m0\"]\nseverity = { dist = \"beta\", mean = 0.6, sd = 0.2 }",
    "kind = \"export_restriction\"\nfrom = \"all\"\nto = \"all\"\nmaterials = [\"m0\"]",
    "kind = \"export_restriction\"\nfrom = \"all\"\nto = \"all\"\nmaterials = [\"m0\"]\nform = \"quota\"\nseverity = 0.5",
    "kind = \"export_restriction\"\nfrom = \"all\"\nto = \"all\"\nmaterials = [\"m0\"]\nform = \"licensing\"\napproval_months = 2\nseverity = 0.5",
    "kind = \"lane_closure\"\nlanes = [[\"all\", \"all\"]]",
    "kind = \"demand_surge\"\ncountry = \"all\"\nseverity = 0.5",
    "kind = \"stock_loss\"\ncountry = \"all\"",
    "kind = \"cost_shock\"\ncountry = \"all\"\nmaterials = [\"m0\"]\nseverity = 1",
];

const NEVER: [&str; 4] = [
    "arrival = { process = \"fixed\", at = \"2026-02\", probability = 0 }",
    "arrival = { process = \"window\", from = \"2026-01\", to = \"2026-03\", probability = 0 }",
    "arrival = { process = \"poisson\", per_year = 0 }",
    "arrival = { process = \"after\", event = \"e0\", probability = 0 }",
];

#[test]
fn an_impossible_event_changes_no_byte_of_any_scenario() {
    for case in 0..KINDS.len() * NEVER.len() {
        let (kind, arrival) = (KINDS[case % KINDS.len()], NEVER[case / KINDS.len()]);
        let text = scenario(200 + case as u64).text;
        let first = text.find("[[event]]").unwrap();
        let block = format!("[[event]]\nid = \"never\"\n{kind}\n{arrival}\n");
        let with_event = if case % 2 == 0 {
            format!("{}{block}{}", &text[..first], &text[first..])
        } else {
            format!("{text}{block}")
        };
        let trials = |text: &str| with(&read(text), &["run.trials=40"]);
        let (before, after) = (trials(&text), trials(&with_event));
        let (before, after) = (written(&before, "never"), written(&after, "never"));
        assert!(before == after, "scenario {case}\n{block}");
    }
}

/// A generated scenario without what ties events together, and the blocks of its events.
fn apart(seed: u64) -> (String, Vec<String>) {
    let text = scenario(seed).text;
    let ends = ["[[frailty]]", "[[copula]]"];
    let end = ends
        .iter()
        .filter_map(|table| text.find(table))
        .min()
        .unwrap_or(text.len());
    let starts: Vec<usize> = text.match_indices("[[event]]").map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([end]);
    let blocks = starts
        .iter()
        .zip(ends)
        .map(|(from, to)| text[*from..to].to_owned())
        .collect();
    (text[..starts[0]].to_owned(), blocks)
}

/// The tables of a run without the list of events: those of other events differ.
fn outcomes(document: &Document) -> String {
    let text = written(document, "");
    let keep = |line: &&str| !line.contains(",e") && !line.starts_with("policy,event");
    text.lines().filter(keep).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_certain_event_among_impossible_ones_is_that_event_alone() {
    let (mut compared, mut short) = (0, 0);
    for seed in 300..316 {
        let (world, blocks) = apart(seed);
        for (number, block) in blocks.iter().enumerate() {
            let certain = "{ process = \"fixed\", at = \"2026-02\" }";
            let mut changes = vec!["run.trials=8".to_owned(), format!("event.e{number}.arrival={certain}")];
            let others = (0..blocks.len()).filter(|other| *other != number);
            changes.extend(others.map(|other| {
                format!("event.e{other}.arrival={{ process = \"fixed\", at = \"2026-02\", probability = 0 }}")
            }));
            let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
            let among = with(&read(&format!("{world}{}", blocks.concat())), &changes);
            // The block's own arrival may follow another event: alone it gets the certain one in its text.
            let line = block.lines().find(|line| line.starts_with("arrival")).unwrap();
            let alone = block.replace(line, &format!("arrival = {certain}"));
            let alone = with(&read(&format!("{world}{alone}")), &["run.trials=8"]);
            let (among, alone) = (outcomes(&among), outcomes(&alone));
            assert!(among == alone, "seed {seed}, event {number}");
            compared += 1;
            let zeros = among.matches("shortfall_t: 0.0,").count();
            short += usize::from(zeros < among.matches("shortfall_t: ").count());
        }
    }
    assert!(
        compared > 40 && short > 20,
        "{compared} events, {short} with a shortfall"
    );
}

/// N-1 is the Monte Carlo run with that one event certain: with its size and length fixed and nothing else uncertain, every trial is the same.
#[test]
fn a_certain_event_of_fixed_size_gives_every_trial_the_same() {
    let mut compared = 0;
    for seed in 330..430 {
        let (world, blocks) = apart(seed);
        if world.contains("dist =") {
            continue;
        }
        for (number, block) in blocks.iter().enumerate() {
            let mut lines: Vec<&str> = block
                .lines()
                .filter(|line| {
                    !["arrival", "severity", "duration", "recovery"]
                        .iter()
                        .any(|key| line.starts_with(key))
                })
                .collect();
            lines.extend([
                "arrival = { process = \"fixed\", at = \"2026-02\" }",
                "severity = 0.7",
                "duration = 4.3",
                "recovery = { shape = \"linear\", months = 2.1 }",
            ]);
            let document = read(&format!("{world}{}\n", lines.join("\n")));
            let one = simulate(&with(&document, &["run.trials=1"]), &[]);
            let many = simulate(&with(&document, &["run.trials=50"]), &[]);
            for (one, many) in one.results.policies[0]
                .summary
                .iter()
                .zip(&many.results.policies[0].summary)
            {
                let (one, many) = (one.expected_shortfall_t.value, many.expected_shortfall_t);
                assert!(
                    close(one, many.value, 1e-12, 1e-12) && many.standard_error <= 1e-9 * one,
                    "seed {seed}, event {number}: {one} and {many:?}"
                );
                compared += usize::from(one > 0.0);
            }
        }
    }
    assert!(compared > 30, "only {compared} rows were short");
}
