//! Each driver has draws of its own: another seed shares none of them, and what is added to a scenario, wherever, moves no other draw.

use std::collections::{BTreeMap, BTreeSet};

use critmin::engine::draws::{Strike, TrialStreams};
use critmin::engine::trial::Simulator;
use critmin::scenario::Document;
use critmin::study::inside::prepare;

use crate::generator::scenario;
use crate::support::{Blind, Random, read, simulate_with_samples, with};

/// All that one trial draws: occurrences by event (start, duration, severity, approval time, recovery), inputs by name, as text that tells
/// every bit.
type Draws = BTreeMap<String, Vec<String>>;

fn draws(document: &Document, policy: Option<&str>, trials: u64) -> Vec<Draws> {
    let prepared = prepare(document, policy).unwrap_or_else(|error| panic!("{error}"));
    let mut simulator = Simulator::new(&prepared.model);
    let one = |trial: u64| {
        simulator.run(trial, TrialStreams::of(trial), &mut Blind);
        let mut found = Draws::new();
        for Strike {
            occurrence,
            approval_months,
            notice_months,
            tail,
            leak,
        } in &simulator.strikes().all
        {
            let numbers = [
                occurrence.start_months,
                occurrence.duration_months,
                occurrence.severity,
                *approval_months,
                *notice_months,
            ];
            let bits = numbers.map(|number| format!("{:x}", number.to_bits())).join(" ");
            let event = format!("event {}", prepared.layout.events[occurrence.event].0);
            found
                .entry(event)
                .or_default()
                .push(format!("{bits} {tail:?} {leak:?}"));
        }
        for driver in &prepared.model.inputs {
            let values = &simulator.inputs()[driver.slot..driver.slot + driver.means.len()];
            let bits = values.iter().map(|value| format!("{:x}", value.to_bits())).collect();
            found.insert(format!("input {}", driver.name), bits);
        }
        found
    };
    (0..trials).map(one).collect()
}

/// What can be added, by kind; every scenario of the generator has the material m0, and suppliers of it.
const KINDS: [&str; 6] = [
    "kind = \"production_loss\"\ncountry = \"all\"\nmaterials = [\"m0\"]\nseverity = { dist = \"beta\", mean = 0.6, sd = 0.2 }",
    "kind = \"export_restriction\"\nfrom = \"all\"\nto = \"all\"\nmaterials = [\"m0\"]\nform = \"licensing\"\napproval_months = { dist = \"exponential\", mean = 1 }\nseverity = 0.5",
    "kind = \"lane_closure\"\nlanes = [[\"all\", \"all\"]]\nseverity = { dist = \"uniform\", low = 0, high = 1 }",
    "kind = \"demand_surge\"\ncountry = \"all\"\nseverity = { dist = \"gamma\", mean = 0.4, sd = 0.2 }",
    "kind = \"stock_loss\"\ncountry = \"all\"\nseverity = 0.5",
    "kind = \"cost_shock\"\ncountry = \"all\"\nmaterials = [\"m0\"]\nseverity = { dist = \"lognormal\", median = 0.2, sigma = 0.5 }",
];

/// By arrival; `after` follows an event that every scenario of the generator has.
const ARRIVALS: [&str; 5] = [
    "arrival = { process = \"fixed\", at = \"2026-02\", probability = 0.5 }",
    "arrival = { process = \"window\", from = \"2026-01\", to = \"2026-03\", probability = 0.7 }",
    "arrival = { process = \"poisson\", per_year = 2 }",
    "arrival = { process = \"renewal\", up = { dist = \"exponential\", mean = 6 }, down = { dist = \"lognormal\", median = 1.5, p90 = 4 } }",
    "arrival = { process = \"after\", event = \"e0\", probability = 0.8, delay = { dist = \"exponential\", mean = 1 } }",
];

fn block(kind: usize, arrival: usize) -> String {
    let duration = if ARRIVALS[arrival].contains("renewal") {
        ""
    } else {
        "duration = { dist = \"weibull\", shape = 1.5, scale = 3 }\nrecovery = { shape = \"linear\", months = { dist = \"uniform\", low = 0, high = 3 } }\n"
    };
    format!(
        "[[event]]\nid = \"added\"\n{}\n{}\n{duration}",
        KINDS[kind], ARRIVALS[arrival]
    )
}

/// Puts a block before the first event, between two, or at the end of the file.
fn placed(text: &str, block: &str, place: usize) -> String {
    let starts: Vec<usize> = text.match_indices("[[event]]").map(|(at, _)| at).collect();
    let at = match place {
        0 => starts[0],
        1 => starts[starts.len() / 2],
        _ => text.len(),
    };
    format!("{}{block}{}", &text[..at], &text[at..])
}

/// Sampling designs whose draws depend on the driver alone. A Sobol' design gives its dimensions to drivers by their influence in the baseline.
const DESIGNS: [&str; 3] = ["random", "antithetic", "latin_hypercube"];

#[test]
fn an_added_event_of_any_kind_anywhere_moves_no_other_draw() {
    let mut seen = 0;
    for case in 0..KINDS.len() * ARRIVALS.len() {
        let (kind, arrival) = (case % KINDS.len(), case / KINDS.len());
        let text = scenario(case as u64).text;
        let design = DESIGNS[case % DESIGNS.len()];
        for place in 0..3 {
            let set = format!("run.sampling=\"{design}\"");
            let before = draws(&with(&read(&text), &[&set]), None, 12);
            let more = read(&placed(&text, &block(kind, arrival), place));
            let mut after = draws(&with(&more, &[&set]), None, 12);
            for trial in &mut after {
                seen += usize::from(trial.remove("event added").is_some());
            }
            assert!(
                before == after,
                "scenario {case}, place {place}, {design}\n{}",
                block(kind, arrival)
            );
        }
    }
    assert!(seen > 500, "the added event struck in {seen} trials only");
}

#[test]
fn an_added_input_moves_no_other_draw() {
    for seed in 0..30 {
        let text = scenario(seed).text;
        let design = format!("run.sampling=\"{}\"", DESIGNS[seed as usize % DESIGNS.len()]);
        let document = with(&read(&text), &[&design]);
        let before = draws(&document, None, 12);
        // Figures that some scenarios state and others leave to their defaults.
        let changes = [
            "material.m0.price={ dist = \"uniform\", low = 1, high = 2 }",
            "material.m0.supply_elasticity={ dist = \"beta\", mean = 0.2, sd = 0.05 }",
            "material.m0.rerouting_months={ dist = \"gamma\", mean = 2, sd = 1 }",
        ];
        for change in changes {
            let (address, _) = change.split_once('=').unwrap();
            let mut after = draws(&with(&document, &[change]), None, 12);
            let mut added = 0;
            for trial in &mut after {
                added += usize::from(trial.remove(&format!("input {address}")).is_some());
            }
            // A price enters nothing that is simulated, so that it is no driver; the others are drawn in every trial.
            assert!(
                added == 12 || address.ends_with("price"),
                "{address} was drawn in {added} trials"
            );
            let without = |all: &[Draws]| -> Vec<Draws> {
                let mut all = all.to_vec();
                all.iter_mut()
                    .for_each(|trial| drop(trial.remove(&format!("input {address}"))));
                all
            };
            assert!(without(&before) == after, "seed {seed}: {change}");
        }
    }
}

#[test]
fn policies_share_their_draws() {
    for seed in 0..20 {
        let text = scenario(seed).text
            + "[[policy]]\nid = \"safer\"\n[[policy.set]]\nkey = \"material.m0.flexibility\"\nvalue = 2.5\n\
               [[policy.set]]\nkey = \"material.m0.lead_time\"\nvalue = 1\n";
        let document = read(&text);
        assert!(
            draws(&document, None, 20) == draws(&document, Some("safer"), 20),
            "seed {seed}"
        );
    }
}

/// Also where a policy makes a figure uncertain that was not, and what it was certain of a matter of chance.
#[test]
fn what_a_policy_draws_anew_moves_no_other_draw() {
    for seed in 0..12 {
        let text = scenario(seed).text
            + "[[policy]]\nid = \"unsure\"\n[[policy.set]]\nkey = \"material.m0.rerouting_months\"\nvalue = { dist = \"gamma\", mean = 2, sd = 1 }\n";
        for design in ["random", "antithetic", "latin_hypercube", "sobol"] {
            let document = with(&read(&text), &[&format!("run.sampling=\"{design}\"")]);
            let name = "input material.m0.rerouting_months";
            let without = |mut all: Vec<Draws>| {
                let found = all.iter_mut().filter_map(|trial| trial.remove(name)).count();
                (all, found)
            };
            let (before, _) = without(draws(&document, None, 20));
            let (after, found) = without(draws(&document, Some("unsure"), 20));
            assert_eq!(found, 20, "seed {seed}");
            assert!(before == after, "seed {seed}, {design}");
        }
    }
}

/// Draws that two documents have in common, constants apart.
fn common(one: &[Draws], other: &[Draws]) -> usize {
    let all = |trials: &[Draws]| -> BTreeSet<String> {
        let words = trials.iter().flat_map(|trial| trial.values().flatten());
        words
            .flat_map(|word| word.split(' ').map(str::to_owned).collect::<Vec<_>>())
            .collect()
    };
    all(one).intersection(&all(other)).count()
}

/// A scenario in which everything that is drawn is continuous.
const CONTINUOUS: &str = "format = 1\ntitle = \"continuous\"\nassumption = \"test\"\nfocus = { materials = [\"metal\"], countries = [\"b\"] }\n\
    [time]\nstart = \"2026-01\"\nperiods = 24\n[run]\ntrials = 800\n\
    [[country]]\nid = \"a\"\n[[country]]\nid = \"b\"\n[[material]]\nid = \"metal\"\n[[supply]]\nid = \"plant\"\ncountry = \"a\"\nmaterial = \"metal\"\ncapacity = 1200\n\
    [[demand]]\nmaterial = \"metal\"\ncountry = \"b\"\namount = { dist = \"uniform\", low = 1000, high = 1400 }\n\
    [[event]]\nid = \"one\"\nkind = \"production_loss\"\nsupply = \"plant\"\narrival = { process = \"poisson\", per_year = 2 }\n\
    severity = { dist = \"beta\", mean = 0.6, sd = 0.2 }\nduration = { dist = \"lognormal\", median = 2, p90 = 6 }\nrecovery = { shape = \"linear\", months = { dist = \"gamma\", mean = 2, sd = 1 } }\n\
    [[event]]\nid = \"two\"\nkind = \"production_loss\"\nsupply = \"plant\"\narrival = { process = \"renewal\", up = { dist = \"exponential\", mean = 12 }, down = { dist = \"weibull\", shape = 1.5, scale = 2 }, starts = \"up\" }\n\
    severity = { dist = \"uniform\", low = 0.2, high = 0.8 }\n\
    [[event]]\nid = \"three\"\nkind = \"demand_surge\"\ncountry = \"b\"\narrival = { process = \"window\", from = \"2026-03\", to = \"2027-03\" }\n\
    severity = { dist = \"gamma\", mean = 0.3, sd = 0.1 }\nduration = { dist = \"exponential\", mean = 4 }\n";

#[test]
fn neighbouring_seeds_share_no_trial() {
    for design in ["random", "antithetic", "latin_hypercube", "sobol"] {
        let of = |seed: u64| {
            with(
                &read(CONTINUOUS),
                &[&format!("run.seed={seed}"), &format!("run.sampling=\"{design}\"")],
            )
        };
        let (one, other) = (draws(&of(42), None, 800), draws(&of(43), None, 800));
        // The approval time of everything is 0 and the tail of some `Step`.
        let constants = common(
            &one,
            &[Draws::from([(
                "constant".to_owned(),
                vec!["0 Step (0.0, 0.0)".to_owned()],
            )])],
        );
        assert_eq!(common(&one, &other), constants, "{design}");
        let outcomes = |seed: u64| -> Vec<u64> {
            let (_, samples) = simulate_with_samples(&of(seed), &[], true);
            samples
                .iter()
                .map(|(.., sample)| sample.shortfall_t.to_bits())
                .collect()
        };
        let (one, other) = (outcomes(42), outcomes(43));
        assert_eq!(one.len(), 800);
        let known: BTreeSet<u64> = one.iter().copied().filter(|bits| *bits != 0).collect();
        assert!(known.len() > 750, "{design}: {} different outcomes", known.len());
        assert!(
            !other.iter().any(|bits| known.contains(bits)),
            "{design}: a trial of both seeds"
        );
        // Nor do two trials of one seed.
        assert_eq!(
            known.len(),
            one.iter().filter(|bits| **bits != 0).count(),
            "{design}: a trial twice"
        );
    }
}

/// Events that are equal but for their name draw apart.
#[test]
fn equal_events_draw_apart() {
    let event = CONTINUOUS.split("[[event]]").nth(1).unwrap();
    let twin = event.replace("\"one\"", "\"twin\"");
    let found = draws(&read(&format!("{CONTINUOUS}[[event]]{twin}")), None, 500);
    let of = |name: &str| -> BTreeSet<String> {
        let words = found.iter().flat_map(|trial| trial.get(name).into_iter().flatten());
        words
            .flat_map(|word| word.split(' ').take(3).map(str::to_owned).collect::<Vec<_>>())
            .collect()
    };
    let (one, two) = (of("event one"), of("event twin"));
    assert!(one.len() > 1000 && two.len() > 1000);
    assert_eq!(one.intersection(&two).count(), 0);
}

/// Two draws of one event must not go together, under any of these designs.
fn assert_streams_are_unrelated(designs: &[&str]) {
    let text = CONTINUOUS.split("[[event]]").next().unwrap().to_owned()
        + "[[event]]\nid = \"licences\"\nkind = \"export_restriction\"\nfrom = \"a\"\nto = \"all\"\nmaterials = [\"metal\"]\nform = \"licensing\"\n\
           arrival = { process = \"window\", from = \"2026-03\", to = \"2027-03\" }\nseverity = { dist = \"uniform\", low = 0, high = 1 }\n\
           approval_months = { dist = \"uniform\", low = 0, high = 1 }\nnotice = { dist = \"uniform\", low = 0, high = 1 }\nduration = { dist = \"uniform\", low = 0, high = 1 }\n\
           recovery = { shape = \"linear\", months = { dist = \"uniform\", low = 0, high = 1 } }\n";
    for design in designs {
        // Over many seeds: a single scrambling may go together by chance, all of them may not.
        let mut worst = [[0.0_f64; 6]; 6];
        const SEEDS: u64 = 24;
        for seed in 0..SEEDS {
            let document = with(
                &read(&text),
                &[&format!("run.seed={seed}"), &format!("run.sampling=\"{design}\"")],
            );
            let prepared = prepare(&document, None).unwrap();
            let mut simulator = Simulator::new(&prepared.model);
            let mut columns = vec![Vec::new(); 6];
            for trial in 0..256 {
                simulator.run(trial, TrialStreams::of(trial), &mut Blind);
                let Strike {
                    occurrence,
                    approval_months,
                    notice_months,
                    tail,
                    leak: _,
                } = simulator.strikes().all[0];
                let critmin::engine::draws::Tail::Linear(recovery) = tail else {
                    panic!("{tail:?}")
                };
                let draws = [
                    (occurrence.start_months - 2.0) / 12.0,
                    occurrence.duration_months,
                    occurrence.severity,
                    approval_months,
                    recovery,
                    notice_months,
                ];
                columns
                    .iter_mut()
                    .zip(draws)
                    .for_each(|(column, draw)| column.push(draw));
            }
            for one in 0..6 {
                for other in 0..one {
                    let pairs = columns[one].iter().zip(&columns[other]);
                    let correlation = 12.0 * pairs.map(|(a, b)| (a - 0.5) * (b - 0.5)).sum::<f64>() / 256.0;
                    worst[one][other] += correlation * correlation / SEEDS as f64;
                }
            }
        }
        // Of independent uniforms the mean square is 1/256; antithetic pairs double it.
        for (one, row) in worst.iter().enumerate() {
            for (other, square) in row.iter().enumerate().take(one) {
                assert!(
                    *square < 8.0 / 256.0,
                    "{design}: draws {one} and {other} correlate, mean square {square}"
                );
            }
        }
    }
}

#[test]
fn streams_of_one_event_do_not_go_together() {
    assert_streams_are_unrelated(&["random", "antithetic", "latin_hypercube"]);
}

/// Under a Sobol' design each stream of an event has a dimension of its own.
#[test]
fn streams_of_one_event_do_not_go_together_under_sobol() {
    assert_streams_are_unrelated(&["sobol"]);
}

/// A random order of what the tables hold changes nothing.
#[test]
fn the_order_of_events_moves_no_draw() {
    for seed in 0..20 {
        let text = scenario(seed).text;
        let starts: Vec<usize> = text.match_indices("[[event]]").map(|(at, _)| at).collect();
        let end = ["[[frailty]]", "[[copula]]"]
            .iter()
            .filter_map(|table| text.find(table))
            .min()
            .unwrap_or(text.len());
        let ends = starts.iter().skip(1).copied().chain([end]);
        let blocks: Vec<&str> = starts.iter().zip(ends).map(|(from, to)| &text[*from..to]).collect();
        let order = Random::new(seed).order(blocks.len());
        let shuffled: String = order.iter().map(|&number| blocks[number]).collect();
        let other = format!("{}{shuffled}{}", &text[..starts[0]], &text[end..]);
        assert!(
            draws(&read(&text), None, 12) == draws(&read(&other), None, 12),
            "seed {seed}"
        );
    }
}
