use std::path::Path;

use crate::scenario::*;

pub(crate) fn load(name: &str) -> Document {
    let path = Path::new("tests/good-scenarios").join(name);
    Document::load(&path).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn dropped_files_are_valid_without_a_warning() {
    for entry in std::fs::read_dir("tests/good-scenarios").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let document = Document::load(&path).unwrap_or_else(|errors| panic!("{errors}"));
            let (_, warnings) = document.check(None).unwrap_or_else(|errors| panic!("{errors}"));
            assert_eq!(warnings.render(false), "", "{}", path.display());
            for policy in document.policies() {
                document
                    .check(Some(&policy.id))
                    .unwrap_or_else(|errors| panic!("{errors}"));
            }
        }
    }
}

#[test]
fn the_example_of_the_interface_reads_as_meant() {
    let (scenario, _) = load("interface.toml")
        .check(None)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let country = |code: &str| {
        scenario
            .countries
            .iter()
            .position(|country| country.code == code)
            .unwrap()
    };
    let material = |id: &str| {
        scenario
            .materials
            .iter()
            .position(|material| material.id == id)
            .unwrap()
    };
    let supply = |id: &str| scenario.supplies.iter().position(|supply| supply.id == id).unwrap();
    let event = |id: &str| &scenario.events[scenario.events.iter().position(|event| event.id == id).unwrap()];
    let (oxide, magnet) = (material("magnet_ree_oxide"), material("ndfeb_magnet"));

    assert_eq!(scenario.title, "China restricts heavy rare-earth exports");
    assert_eq!(
        scenario.time,
        TimeAxis {
            start: jiff::civil::date(2026, 1, 1),
            step: Step::Month,
            periods: 60
        }
    );
    assert_eq!(scenario.run.trials, 20_000);
    assert_eq!(scenario.focus.materials, [magnet]);
    let usa = country("USA");
    assert_eq!(scenario.focus.places[0], Place::Country(usa));
    assert_eq!(scenario.focus.places[3], Place::Group(0));
    assert_eq!(scenario.groups[0].members.len(), 9);
    assert!(scenario.countries.windows(2).all(|pair| pair[0].code < pair[1].code));
    assert_eq!(scenario.countries[country("CHN")].name, "China");

    let position = |id: usize| scenario.material_order.iter().position(|other| *other == id).unwrap();
    assert!(position(material("ree_concentrate")) < position(oxide) && position(oxide) < position(magnet));
    assert!(position(material("alumina")) < position(material("gallium_metal")));

    let project = &scenario.supplies[supply("ind_separation")];
    assert!(!project.follows_demand);
    assert_eq!(project.ramp_months, Number::Fixed(18.0));
    match &project.opens_months {
        Some(Number::Uncertain { distribution, driver }) => {
            assert_eq!(driver, "supply.ind_separation.opens");
            assert_eq!(distribution.support(), (12.0, 53.0));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(project.inputs[0].material, material("ree_concentrate"));
    let china = &scenario.supplies[supply("magnet_ree_oxide.CHN")];
    assert!(china.follows_demand);
    assert_eq!(china.utilisation, Number::Fixed(0.85));
    let gallium = &scenario.supplies[supply("chn_gallium")];
    assert_eq!(gallium.size, Size::Capacity(Quantity::Constant(Number::Fixed(750.0))));
    let alumina = &scenario.supplies[supply("chn_alumina")];
    assert!(!alumina.follows_demand);
    assert!(matches!(&alumina.size, Size::Capacity(Quantity::Path { points, factor: Some(_) }) if points[1].0 == 48.0));
    assert_eq!(
        scenario.supplies[supply("recycling.magnet_ree_oxide.IND")].size,
        Size::Recycled(0)
    );
    assert_eq!(scenario.share_vectors.len(), 1);
    assert_eq!(scenario.share_vectors[0].alphas.len(), 3);
    assert!((scenario.share_vectors[0].alphas[0] - 19.2).abs() < 1e-9);
    assert_eq!(scenario.hosts[0].supply, supply("chn_gallium"));

    let pile = &scenario.stockpiles[0];
    assert_eq!(
        (pile.id.as_str(), pile.owners.as_slice()),
        ("magnet_ree_oxide.JPN", [country("JPN")].as_slice())
    );
    assert_eq!(pile.sectors.as_deref(), Some(["feed".to_string()].as_slice()));
    assert_eq!(pile.allies, [usa]);
    assert_eq!(
        scenario.inventories[0].maximum,
        Some(StockLevel::Tonnes(Quantity::Constant(Number::Fixed(f64::INFINITY))))
    );
    match &event("chn_export_licensing").kind {
        EventKind::ExportRestriction {
            from,
            to,
            to_all: true,
            materials,
            form: RestrictionForm::Ban,
            leak: None,
        } => {
            assert_eq!(from, &[country("CHN")]);
            assert_eq!(to.len(), scenario.countries.len() - 1);
            assert_eq!(materials, &[oxide, magnet]);
        }
        other => panic!("{other:?}"),
    }
    match &event("chn_retaliates").arrival {
        Arrival::After {
            event,
            from_end: false,
            probability: Number::Fixed(0.4),
            delay,
        } => {
            assert_eq!(scenario.events[*event].id, "chn_export_licensing");
            assert!((delay.mean() - 3.0).abs() < 1e-12);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(event("chl_earthquake").duration, None);
    assert_eq!(
        event("per_earthquake").kind,
        EventKind::ProductionLoss {
            supplies: vec![supply("copper_ore.PER")]
        }
    );
    match &event("strait_closed").kind {
        EventKind::LaneClosure { lanes, materials } => {
            // IDN to JPN and KOR, MYS to the nine members of the group.
            assert_eq!(lanes.len(), 11);
            assert_eq!(materials.len(), scenario.materials.len());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(event("rearmament").kind, EventKind::DemandSurge { demands: vec![2] });
    assert!(matches!(event("acid_price").kind, EventKind::CostShock { ref supplies } if supplies.len() == 2));
    assert_eq!(scenario.copulas[0].correlation, [[1.0, 0.6], [0.6, 1.0]]);
    assert_eq!(scenario.substitutions[0].countries.len(), scenario.countries.len());
    let cited = |address: &str| {
        scenario
            .citations
            .iter()
            .find(|citation| citation.address == address)
            .unwrap()
    };
    assert_eq!(
        cited("shares.magnet_ree_oxide").provenance,
        Provenance::Source("IEA 2025, refining 2024".to_string())
    );
    assert!(matches!(
        cited("stockpile.magnet_ree_oxide.JPN").provenance,
        Provenance::Assumption(_)
    ));
    assert!(
        scenario
            .defaults
            .iter()
            .any(|line| line == "material.ndfeb_magnet.openness = 0.05")
    );
}

/// A rate from history is the distribution that `critmin rates` prints, an uncertain input with an address, and a source.
#[test]
fn a_rate_from_history_is_the_posterior_of_what_was_counted() {
    use crate::rates::Question;
    use crate::sampling::Distribution;
    let text = std::fs::read_to_string("tests/cases/history_rate.toml").unwrap();
    let read = |changes: &[&str]| {
        let mut document = Document::from_text("history.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
        for change in changes {
            document.set(change).unwrap_or_else(|errors| panic!("{errors}"));
        }
        let (scenario, warnings) = document.check(None).unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(warnings.render(false), "");
        scenario
    };
    let rate = |scenario: &Scenario| -> Distribution {
        match &scenario.events[0].arrival {
            Arrival::Poisson {
                per_year: Number::Uncertain { distribution, driver },
            } => {
                assert_eq!(driver, "event.late.arrival.per_year");
                distribution.clone()
            }
            other => panic!("{other:?}"),
        }
    };
    let question = Question {
        kind: "licence_delay".to_owned(),
        country: Some("IDN".to_owned()),
        ..Question::default()
    };
    let answer = question.answer().unwrap();
    let scenario = read(&[]);
    assert_eq!(rate(&scenario), answer.whole.posterior.clone().unwrap().distribution);
    let cited: Vec<&Citation> = scenario
        .citations
        .iter()
        .filter(|one| one.address == "event.late")
        .collect();
    assert_eq!(cited.len(), 2);
    assert_eq!(cited[1].provenance, Provenance::Source(answer.provenance()));
    let Provenance::Source(source) = &cited[1].provenance else {
        panic!()
    };
    for words in [
        "3 events (licence_delay)",
        "2024-01 IDN nickel",
        "exposure 6 plan-years",
        "shape 3.5",
        "Jeffreys",
        "biased up",
    ] {
        assert!(source.contains(words), "{words}: {source}");
    }
    let shorter = read(&[
        "event.late.arrival.per_year={ rate = \"history\", kind = \"mine_stop\" }",
        "event.late.arrival.per_year.since=2015",
    ]);
    assert_ne!(rate(&shorter), rate(&scenario));
    let number = read(&["event.late.arrival.per_year=0.2"]);
    assert_eq!(
        number
            .citations
            .iter()
            .filter(|one| one.address == "event.late")
            .count(),
        1
    );
    let other = read(&["event.late.arrival.per_year={ dist = \"exponential\", rate = 2 }"]);
    assert_eq!(rate(&other).mean(), 0.5);
}

#[test]
fn shipped_trade_of_the_union_is_reduced_by_the_members_that_stand_beside_it() {
    let (scenario, _) = load("rest-of-the-union.toml")
        .check(None)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let code = |at: usize| scenario.countries[at].code.as_str();
    let origins = |to: &str| -> Vec<&str> {
        let trade = scenario.trades.iter().find(|trade| code(trade.to) == to).unwrap();
        match &trade.flows {
            TradeFlows::Shares(list) | TradeFlows::Tonnes(list) => {
                list.iter().map(|(origin, _)| code(*origin)).collect()
            }
        }
    };
    // The rest buys from Germany; what its own members sell one another is no import.
    assert!(
        origins("EU27").contains(&"DEU") && !origins("EU27").contains(&"BEL"),
        "{:?}",
        origins("EU27")
    );
    assert!(origins("DEU").contains(&"BEL"), "{:?}", origins("DEU"));
    let union = scenario
        .countries
        .iter()
        .find(|country| country.code == "EU27")
        .unwrap();
    assert_eq!(union.name, "Rest of EU27");
}
