//! Warnings that are acknowledged: by code and address, through `extends`, under policies.

use crate::scenario::*;

const BASE: &str = r#"
format = 1
title = "x"
assumption = "made up"
time = { start = "2026-01", periods = 12 }
demand = [
    { material = "m", country = "USA", amount = 1_200, growth = 4 },
    { material = "m", country = "DEU", amount = 1_200, growth = 4 },
]
[[material]]
id = "m"
[shares.m]
output = 2_400
by_country = { CHN = 1 }
"#;

const USA: &str =
    "[[acknowledge]]\ncode = \"w012\"\nat = \"demand.m.USA.final.growth\"\nreason = \"fivefold each year is meant\"\n";

fn warnings(text: &str) -> Diagnostics {
    let document = Document::from_text("test.toml", text).unwrap_or_else(|errors| panic!("{errors}"));
    document.check(None).unwrap_or_else(|errors| panic!("{errors}")).1
}

fn addresses(diagnostics: &Diagnostics) -> Vec<(&'static str, &str)> {
    let mut list = Vec::new();
    for warning in diagnostics.warnings() {
        list.push((warning.code.number(), warning.address.as_str()));
    }
    list
}

#[test]
fn only_what_is_named_is_silent() {
    let both = warnings(BASE);
    assert_eq!(
        addresses(&both),
        [
            ("W012", "demand.m.USA.final.growth"),
            ("W012", "demand.m.DEU.final.growth")
        ]
    );
    assert!(both.render(false).contains("note: at `demand.m.DEU.final.growth`"));
    let one = warnings(&format!("{BASE}{USA}"));
    assert_eq!(addresses(&one), [("W012", "demand.m.DEU.final.growth")]);
    let acknowledged: Vec<&Diagnostic> = one.acknowledged().collect();
    assert_eq!(acknowledged.len(), 1);
    assert_eq!(
        acknowledged[0].acknowledged.as_deref(),
        Some("fivefold each year is meant")
    );
    assert!(!one.render(false).contains("USA.final") && one.len() == 1);
    assert_eq!(one.to_json()["acknowledged"][0]["code"], "W012");
}

#[test]
fn what_does_not_occur_is_told_with_where_it_does() {
    let wrong = USA.replace("USA", "FRA");
    let told = warnings(&format!("{BASE}{wrong}"));
    assert_eq!(
        told.warnings()
            .filter(|warning| warning.code == Code::AcknowledgesNothing)
            .count(),
        1
    );
    let text = told.render(false);
    assert!(
        text.contains("W012 does not occur at `demand.m.FRA.final.growth`")
            && text.contains("it occurs at `demand.m.USA.final.growth`, `demand.m.DEU.final.growth`"),
        "{text}"
    );
}

#[test]
fn files_that_extend_add_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("over.toml");
    std::fs::write(folder.path().join("base.toml"), format!("{BASE}{USA}")).unwrap();
    let own = USA.replace("USA", "DEU");
    std::fs::write(
        &path,
        format!("format = 1\ntitle = \"y\"\nextends = \"base.toml\"\n{own}"),
    )
    .unwrap();
    let mut document = Document::load(&path).unwrap();
    let (_, found) = document.check(None).unwrap();
    assert!(found.is_empty(), "{found}");
    assert_eq!(found.acknowledged().count(), 2);
    // What the base acknowledges is for all that extend it: nobody is told that it has gone here.
    document.set("demand.m.USA.final.growth=0.04").unwrap();
    let (_, found) = document.check(None).unwrap();
    assert!(found.is_empty(), "{found}");
    assert_eq!(found.acknowledged().count(), 1);
}

#[test]
fn what_only_a_policy_brings_about_has_an_address_of_its_own() {
    let policy = "[[policy]]\nid = \"p\"\nset = [{ key = \"demand.m.USA.final.growth\", value = 5 }]\n";
    let quiet = BASE.replace("growth = 4", "growth = 0");
    let at_policy = USA.replace("demand.m", "policy.p.demand.m");
    let found = warnings(&format!("{quiet}{policy}"));
    assert_eq!(addresses(&found), [("W012", "policy.p.demand.m.USA.final.growth")]);
    assert!(warnings(&format!("{quiet}{policy}{at_policy}")).is_empty());
    // The baseline's acknowledgement is no blank cheque for a policy.
    let found = warnings(&format!("{quiet}{policy}{USA}"));
    assert_eq!(found.warnings().count(), 2, "{found}");
}

#[test]
fn set_may_acknowledge_too() {
    let mut document = Document::from_text("test.toml", BASE).unwrap();
    document
        .set("acknowledge=[{code=\"W012\",at=\"demand.m.USA.final.growth\",reason=\"a test\"}]")
        .unwrap();
    let (_, found) = document.check(None).unwrap();
    assert_eq!(addresses(&found), [("W012", "demand.m.DEU.final.growth")]);
}
