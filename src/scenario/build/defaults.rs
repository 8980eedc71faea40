//! The defaults that are in force where the file is silent. A hidden default is a hidden assumption.

use super::base::Base;
use crate::scenario::names;

pub(crate) fn list(base: &Base<'_>) -> Vec<String> {
    let mut list = Vec::new();
    for view in base.views("material") {
        let keys = [
            "flexibility",
            "demand_elasticity",
            "supply_elasticity",
            "price_cap",
            "price_lag_months",
            "domestic_first",
            "openness",
        ];
        for key in keys.into_iter().filter(|key| view.get(key).is_none()) {
            let default = view.spec.field(key).map_or("", |field| field.default);
            let note = if key == "flexibility" {
                " (rigid: nobody replaces a lost supplier)"
            } else {
                ""
            };
            list.push(format!("{}.{key} = {default}{note}", view.address));
        }
    }
    let supplies = names::shares(base.top).map(|(id, _, table, _)| (format!("shares.{id}"), table));
    let plants = base.views("supply").into_iter().map(|view| (view.address, view.table));
    for (address, table) in supplies.chain(plants) {
        for (key, default) in [("utilisation", "1"), ("ramp", "0.05")] {
            if table.get(key).is_none() {
                list.push(format!("{address}.{key} = {default}"));
            }
        }
    }
    let run = base.single("run");
    for key in ["balance", "overlap", "headline"] {
        if run.as_ref().is_none_or(|view| view.get(key).is_none()) {
            let default = super::base::spec("run").field(key).map_or("", |field| field.default);
            list.push(format!("run.{key} = {default}"));
        }
    }
    list
}
