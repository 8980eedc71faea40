//! The headline under the rule of allocation that a scenario does not have: what is told of it, and that nothing else changes.

use serde_json::Value;

use crate::bench::Bench;
use crate::sellers::{policy, sellers};
use crate::support::{Files, close, contents, program, said};

/// China has users of its own, who are served first.
fn text(more: &str) -> String {
    let demand = r#"
  { material = "metal", country = "USA", amount = 600 },
  { material = "metal", country = "CHN", amount = 600 },
"#;
    let focus = "[focus]\nmaterials = [\"metal\"]\ncountries = [\"USA\"]\n";
    let policies = [
        policy("half", "", "shares.metal.by_country.CHN", "0.4"),
        policy("own_rule", "", "material.metal.domestic_first", "false"),
    ];
    sellers(demand, "CHN = 0.8, AUS = 0.2", &(policies.concat() + focus + more))
}

fn json(bench: &Bench, command: &str) -> Value {
    serde_json::from_str(&bench.succeed(command)).unwrap()
}

fn headline(summary: &Value, policy: usize) -> f64 {
    let rows = summary["policies"][policy]["summary"].as_array().unwrap();
    let row = rows.iter().find(|row| row["country"] == "USA").unwrap();
    row["expected_shortfall_pct"]["value"].as_f64().unwrap()
}

#[test]
fn the_shift_is_that_of_two_runs_of_as_many_trials() {
    let bench = Bench::new();
    bench.write("two.toml", &text(""));
    let run = json(
        &bench,
        "run two.toml --policy baseline --trials 2560 --formats none --out out --json",
    );
    let band = &run["allocation_rules"];
    // A tenth for the scenario as it is and the one rule.
    assert_eq!(band["trials"], 128);
    assert_eq!(band["as_written"], "own_users_first");
    let rules = band["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["rule"], "pro_rata");
    let of_rule = &rules[0]["policies"][0];
    let few = |set: &str| {
        let command =
            format!("run two.toml --policy baseline --trials 128 --no-band --formats none --out few --json{set}");
        headline(&json(&bench, &command), 0)
    };
    let (own, alike) = (few(""), few(" --set material.metal.domestic_first=false"));
    let shift = of_rule["shift"]["value"].as_f64().unwrap();
    assert!(close(shift, alike - own, 1e-9, 1e-9), "{shift} {own} {alike}");
    assert!(shift < -1.0, "{shift}");
    let value = of_rule["value"]["value"].as_f64().unwrap();
    assert!(close(value, headline(&run, 0) + shift, 1e-9, 1e-9), "{value}");
    // And it is right, within its error, where all trials are of the other rule.
    let full = json(
        &bench,
        "run two.toml --policy baseline --trials 25600 --no-band --formats none --out full --json --set material.metal.domestic_first=false",
    );
    let [low, high] = ["low", "high"].map(|end| of_rule["value"][end].as_f64().unwrap());
    let truth = headline(&full, 0);
    assert!(low < truth && truth < high, "{truth} in {low} to {high}");
}

#[test]
fn nothing_else_changes_and_it_can_be_left_out() {
    let bench = Bench::new();
    bench.write("two.toml", &text(""));
    let run = |arguments: &str| {
        let mut program = program();
        program.current_dir(bench.path("."));
        let (code, printed, error) = said(&program.args(arguments.split(' ')).output().unwrap());
        assert_eq!(code, 0, "{arguments}: {error}");
        (printed, error.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (with, told) = run("run two.toml --formats none --out with");
    assert!(
        told.contains("If producers served all alike, not their own users first, the headline would be"),
        "{told}"
    );
    let (without, silent) = run("run two.toml --formats none --out without --no-band");
    assert!(!silent.contains("served all alike"), "{silent}");
    assert_eq!(with, without);
    let (mut with, mut without) = (contents(&bench.path("with")), contents(&bench.path("without")));
    let table = String::from_utf8(with.remove("allocation_rules.csv").unwrap()).unwrap();
    assert!(
        table.contains("pro_rata,baseline,metal,USA,expected_shortfall_pct,128,"),
        "{table}"
    );
    // The description of the folder lists it.
    let described = |files: &mut Files| String::from_utf8(files.remove("datapackage.json").unwrap()).unwrap();
    assert!(described(&mut with).contains("allocation_rules.csv"));
    assert!(!described(&mut without).contains("allocation_rules.csv"));
    assert_eq!(with, without);
    // A folder in which it is left out loses the one of before.
    run("run two.toml --formats none --out with --no-band");
    assert!(!bench.path("with/allocation_rules.csv").exists());
    // Too few trials; the same for any number of threads, and where nothing is said.
    run("run two.toml --formats none --out few --trials 900");
    assert!(!bench.path("few/allocation_rules.csv").exists());
    let (_, quiet) = run("run two.toml --formats none --out quiet --threads 1 --quiet");
    assert_eq!(quiet, "");
    assert_eq!(bench.read("quiet/allocation_rules.csv"), table);
}

#[test]
fn comparisons_say_what_turns_under_the_other_rule() {
    let bench = Bench::new();
    bench.write("two.toml", &text(""));
    let document = json(&bench, "compare two.toml --trials 5120 --formats none --out out --json");
    let band = &document["allocation_rules"];
    assert_eq!(band["trials"], 256);
    assert_eq!(band["keep_their_own"], serde_json::json!(["own_rule"]));
    let flips = band["rules"][0]["flips"].as_array().unwrap();
    // What makes all alike does nothing where all are.
    assert!(
        flips.contains(&serde_json::json!({ "policy": "own_rule", "flips": "no_help" })),
        "{flips:?}"
    );
    let sentences = document["sentences"].to_string();
    assert!(
        sentences.contains("If they served all alike, \\\"own_rule\\\" would no longer help."),
        "{sentences}"
    );
    assert!(
        sentences.contains("The rule is set by \\\"own_rule\\\" itself, which keeps it."),
        "{sentences}"
    );
    let plain = json(
        &bench,
        "compare two.toml --trials 5120 --no-band --formats none --out plain --json",
    );
    assert_eq!(plain["effects"], document["effects"]);
    assert!(plain["allocation_rules"].is_null());
}

#[test]
fn where_materials_differ_both_rules_are_told() {
    let bench = Bench::new();
    let other =
        "[[material]]\nid = \"other\"\ndomestic_first = false\n[shares.other]\noutput = 10\nby_country = { CHN = 1 }\n";
    let users = "demand = [ { material = \"other\", country = \"USA\", amount = 10 },";
    let text = text(other).replace("demand = [", users);
    bench.write("two.toml", &text);
    let run = json(
        &bench,
        "run two.toml --policy baseline --trials 2560 --formats none --out out --json",
    );
    let band = &run["allocation_rules"];
    assert!(band["as_written"].is_null());
    assert_eq!(band["trials"], 85);
    let rules: Vec<&Value> = band["rules"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| &rule["rule"])
        .collect();
    assert_eq!(rules, ["own_users_first", "pro_rata"]);
    let sentence = band["sentences"][0].as_str().unwrap();
    assert!(
        sentence.starts_with("Whom producers serve first differs by material"),
        "{sentence}"
    );
}
