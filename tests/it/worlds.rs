//! The undisrupted reference of a trial is computed anew only where its inputs shape it: what is left out would have come out the same, to the last bit.

use critmin::engine::draws::TrialStreams;
use critmin::engine::trial::Simulator;
use critmin::model::{Model, World};
use critmin::study::inside::prepare;

use crate::support::{Blind, in_repository, read};

const TRIALS: u64 = 64;

fn assert_same(one: &World, other: &World, what: &str) {
    for (name, one, other) in [
        ("capacity", &one.capacity, &other.capacity),
        ("target", &one.target, &other.target),
        ("output", &one.output, &other.output),
        ("need", &one.need, &other.need),
        ("order", &one.order, &other.order),
        ("coverage", &one.coverage, &other.coverage),
        ("supply", &one.supply, &other.supply),
        ("arrival", &one.arrival, &other.arrival),
        ("need_by_year", &one.need_by_year, &other.need_by_year),
    ] {
        assert_eq!(one, other, "{name} of {what}");
    }
    for (name, one, other) in [
        ("inputs", &one.inputs, &other.inputs),
        ("inventory_level", &one.inventory_level, &other.inventory_level),
        (
            "start_orders_per_year",
            &one.start_orders_per_year,
            &other.start_orders_per_year,
        ),
        ("output_total", &one.output_total, &other.output_total),
        ("need_total", &one.need_total, &other.need_total),
    ] {
        assert_eq!(one, other, "{name} of {what}");
    }
    assert_eq!(one.balanced, other.balanced, "{what}");
    assert_eq!(one.is_balanced, other.is_balanced, "{what}");
    assert_eq!(one.has_spare, other.has_spare, "{what}");
    assert_eq!(one.has_idle, other.has_idle, "{what}");
    assert_eq!(one.capacity_binds, other.capacity_binds, "{what}");
    assert_eq!(one.same_since, other.same_since, "{what}");
}

/// How many trials have the model's reference, how many but for stocks, and how many their own.
fn kinds(model: &Model, what: &str) -> [u64; 3] {
    let mut simulator = Simulator::new(model);
    let (mut followed, mut computed) = (World::default(), World::default());
    let mut kinds = [0; 3];
    for trial in 0..TRIALS {
        simulator.run(trial, TrialStreams::of(trial), &mut Blind);
        let inputs = simulator.inputs();
        computed.compute(model, inputs);
        let what = format!("{what}, trial {trial}");
        if model.has_reference_flows(inputs) {
            followed.follow_reference(model, inputs);
            assert_same(&followed, &computed, &what);
            let is_reference = model.has_reference_world(inputs);
            assert!(
                !is_reference || model.reference.inventory_level == computed.inventory_level,
                "{what}"
            );
            kinds[usize::from(!is_reference)] += 1;
        } else {
            kinds[2] += 1;
        }
    }
    kinds
}

#[test]
fn stock_levels_alone_leave_the_flows_of_the_reference() {
    for name in ["gallium-germanium", "platinum-group", "defence-aerospace"] {
        let path = in_repository(&format!("scenarios/{name}.toml"));
        let document = critmin::scenario::Document::load(&path).unwrap();
        let prepared = prepare(&document, None).unwrap();
        assert_eq!(kinds(&prepared.model, name), [0, TRIALS, 0], "{name}");
    }
}

const PLANT: &str = r#"
format = 1
title = "A plant that may come"
assumption = "made up"
[time]
start = "2026-01"
periods = 24
[run]
trials = 64
[[country]]
id = "a"
[[country]]
id = "b"
[[material]]
id = "metal"
[[supply]]
id = "old"
country = "a"
material = "metal"
capacity = 1500
utilisation = 0.8
[[supply]]
id = "new"
country = "b"
material = "metal"
capacity = CAPACITY
opens = { dist = "uniform", low = "2027-01", high = "2028-12" }
[[demand]]
material = "metal"
country = "b"
amount = 1200
"#;

#[test]
fn plants_shape_the_reference_only_if_they_open_within_it() {
    let document = read(&PLANT.replace("CAPACITY", "300"));
    let prepared = prepare(&document, None).unwrap();
    // The mean date is within the horizon: no trial is like it.
    assert_eq!(kinds(&prepared.model, "a plant of 300 t"), [0, 0, TRIALS]);
    // The mean date is after it, and so are three dates in five.
    let document = read(&PLANT.replace("CAPACITY", "300").replace("\"2027-01\"", "\"2027-06\""));
    let prepared = prepare(&document, None).unwrap();
    let [as_reference, _, own] = kinds(&prepared.model, "a plant of 300 t, later");
    assert!(as_reference > TRIALS / 2 && own > TRIALS / 4, "{as_reference} {own}");
}

#[test]
fn plants_of_no_capacity_shape_nothing() {
    let document = read(&PLANT.replace("CAPACITY", "0"));
    let prepared = prepare(&document, None).unwrap();
    assert!(!prepared.model.world_is_uncertain());
    assert_eq!(kinds(&prepared.model, "a plant of nothing"), [TRIALS, 0, 0]);
}
