//! Second pass: from the tree to the checked scenario. What the structural pass has reported is skipped here in silence; what
//! needs more than one key to see is reported here.

mod arrivals;
mod base;
mod consistency;
mod defaults;
mod dependence;
mod events;
mod focus;
mod materials;
mod order;
mod provenance;
mod shares;
mod stocks;
mod supplies;
mod uniqueness;
mod units;
mod users;
mod view;

use super::acknowledge;
use super::checked::{PolicyLabel, Scenario};
use super::data_files::DataFiles;
use super::diagnostics::Problem;
use super::format::TOP;
use super::lever;
use super::names::Names;
use super::source::{Sources, Span};
use super::structure::Structure;
use super::tree::{Node, Table};
use super::values::Problems;

/// Id of the scenario without a policy.
const BASELINE: &str = "baseline";

/// What the structural pass has reported already.
pub(crate) struct Skip;

/// A value, or the note that it could not be read, which has been reported.
pub(crate) type Read<T> = Result<T, Skip>;

/// Checks a resolved tree and builds the scenario if there is no error.
pub(crate) fn scenario(
    top: &Table,
    policy: PolicyLabel,
    files: &DataFiles,
    sources: &Sources,
) -> (Option<Scenario>, Vec<Problem>) {
    let names = Names::collect(top, files, sources);
    let assumption = top.text("assumption").filter(|text| !text.trim().is_empty());
    let mut pass = Structure {
        names: &names,
        assumed: assumption.is_some(),
        out: Problems::default(),
        mentioned: Default::default(),
    };
    let whole = Span {
        file: 0,
        start: 0,
        end: 0,
    };
    pass.table(&TOP, top, whole);
    let Structure { mut out, mentioned, .. } = pass;
    uniqueness::check(top, &names, &mut out);
    acknowledge::check(top, &mut out);
    // Ends of ranges are of the baseline; under a policy they are other numbers, which nobody has stated.
    if policy.id == BASELINE {
        let problems = |top: &Table| scenario(top, policy.clone(), files, sources).1;
        lever::check(top, files, sources, problems, &mut out);
    }
    let base = base::Base::read(top, &names, mentioned, files, sources, &mut out);
    let built = build(&base, policy, assumption, &mut out);
    let bad = out.list.iter().any(|problem| problem.is_error());
    (if bad { None } else { built }, out.list)
}

fn build(base: &base::Base<'_>, policy: PolicyLabel, assumption: Option<&str>, out: &mut Problems) -> Option<Scenario> {
    let materials = materials::read(base);
    let mut made = supplies::read(base, &materials, out);
    let demands = users::demands(base, out);
    let trades = users::trades(base, out);
    let inventories = stocks::inventories(base, out);
    let stockpiles = stocks::stockpiles(base);
    let firm_supplies = stocks::firm_supplies(base);
    let recyclings = stocks::recyclings(base, &materials, &mut made, out);
    let substitutions = users::substitutions(base);
    let hosts = supplies::hosts(base, &made, out);
    let lane_capacities = events::lane_capacities(base, &made, out);
    let events = events::read(base, &made, &demands, out);
    let frailties = dependence::frailties(base, &events, out);
    let copulas = dependence::copulas(base, &events, out);
    let material_order = order::materials(base, out);
    order::after_cycles(base, out);
    consistency::check(base, out);
    units::check(base, out);
    let citations = provenance::citations(base, assumption);
    let focus = focus::read(base, &demands, out);
    let defaults = defaults::list(base);
    let title = base.top.text("title")?.to_string();
    Some(Scenario {
        title,
        description: base.top.text("description").map(str::to_string),
        policy,
        focus: focus?,
        time: base.time.clone()?,
        run: base.run.clone()?,
        countries: base.countries.clone(),
        groups: base.groups.clone(),
        materials,
        material_order: material_order?,
        supplies: made.list,
        share_vectors: made.vectors,
        demands,
        trades,
        supply_as_written: None,
        inventories,
        stockpiles,
        firm_supplies,
        recyclings,
        substitutions,
        hosts,
        lane_capacities,
        events: events.list,
        frailties,
        copulas,
        citations,
        defaults,
    })
}

/// The name of a country, group or material in a node, if it is a string.
fn text_of(node: &Node) -> Read<&str> {
    node.text().ok_or(Skip)
}
