//! The order of stages: what a material is made from, as far as the resolved scenario in the manifest tells.

use serde_json::Value;

use crate::results::types::{Label, RunResults};

/// Every material after those it is made from, else in the order of the scenario; and whether anything is made from anything.
pub(super) fn order(results: &RunResults) -> (Vec<&Label>, bool) {
    let recipes = recipes(&results.manifest.resolved_scenario);
    let mut found: Vec<&Label> = Vec::new();
    let mut begun: Vec<&str> = Vec::new();
    // Materials to place, the next one last; `true` where all of its inputs have been placed.
    let mut to_do: Vec<(&str, bool)> = results.materials.iter().rev().map(|m| (m.id.as_str(), false)).collect();
    while let Some((id, ready)) = to_do.pop() {
        if ready {
            found.extend(results.materials.iter().find(|label| label.id == id));
            continue;
        }
        if begun.contains(&id) {
            continue;
        }
        begun.push(id);
        to_do.push((id, true));
        let inputs = recipes
            .iter()
            .filter(|(product, _)| *product == id)
            .map(|(_, input)| *input);
        let inputs: Vec<&str> = inputs.collect();
        to_do.extend(inputs.into_iter().rev().map(|input| (input, false)));
    }
    (found, !recipes.is_empty())
}

/// (product, input) of every recipe, in the order of the scenario.
fn recipes(scenario: &Value) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (list, product) in [("material", "id"), ("supply", "material")] {
        for table in scenario[list].as_array().into_iter().flatten() {
            if let Some(product) = table[product].as_str() {
                found.extend(inputs(table).map(|input| (product, input)));
            }
        }
    }
    for (product, table) in scenario["shares"].as_object().into_iter().flatten() {
        found.extend(inputs(table).map(|input| (product.as_str(), input)));
    }
    found
}

fn inputs(table: &Value) -> impl Iterator<Item = &str> {
    let inputs = table["inputs"].as_array().into_iter().flatten();
    inputs.filter_map(|input| input["material"].as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::report::charts::tests::gallery::magnets;

    fn ordered(materials: &[&str], scenario: serde_json::Value) -> (Vec<String>, bool) {
        let mut results = magnets().results();
        let label = results.materials[0].clone();
        results.materials = materials
            .iter()
            .map(|id| crate::results::types::Label {
                id: (*id).into(),
                ..label.clone()
            })
            .collect();
        results.manifest.resolved_scenario = scenario;
        let (order, chained) = super::order(&results);
        (order.into_iter().map(|label| label.id.clone()).collect(), chained)
    }

    #[test]
    fn what_is_made_from_others_stands_below_them() {
        let scenario = json!({
            "material": [
                { "id": "battery", "inputs": [{ "material": "lithium" }, { "material": "nickel" }] },
                { "id": "lithium", "inputs": [{ "material": "ore" }] },
                { "id": "nickel" },
                { "id": "ore" },
            ],
            "supply": [{ "material": "nickel", "inputs": [{ "material": "matte" }] }],
        });
        let (order, chained) = ordered(&["battery", "lithium", "nickel", "ore", "matte"], scenario);
        assert_eq!(order, ["ore", "lithium", "matte", "nickel", "battery"]);
        assert!(chained);
    }

    #[test]
    fn without_recipes_and_in_circles_the_file_decides() {
        assert_eq!(
            ordered(&["b", "a"], serde_json::Value::Null),
            (vec!["b".into(), "a".into()], false)
        );
        let circle =
            json!({ "shares": { "a": { "inputs": [{ "material": "b" }] }, "b": { "inputs": [{ "material": "a" }] } } });
        assert_eq!(ordered(&["a", "b"], circle).0.len(), 2);
    }
}
