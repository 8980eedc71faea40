//! How much a place uses, and the arithmetic behind it.

use super::chain::{Stage, Total};
use super::customs::{self, Flow};
use super::places::{EUROPEAN_UNION, Places};
use super::request::Request;
use super::shipped;
use super::tables::{Row, rows};
use super::text::{percent, significant, spoken, tonnes as tonnes_worth_writing};
use crate::data;

/// Below this share of what a place makes and imports, the rest of it is no use to go by: one code holds scrap, goods in transit and goods made
/// from imports.
const LEAST_SHARE_KEPT: f64 = 0.2;

/// The year of the trade tables, whatever the year of the shares.
const YEAR_OF_TRADE: i32 = 2024;

/// Use of one place.
#[derive(Debug, Clone)]
pub(super) struct Use {
    /// t/yr, recycled material included.
    pub tonnes: f64,
    /// Share of it that is recycled at home.
    pub recycled: f64,
    /// The arithmetic, line by line.
    pub arithmetic: Vec<String>,
    /// What to write as `source`; else it is an `assumption`.
    pub is_published: bool,
    /// The text of `source` or `assumption`.
    pub provenance: String,
    /// Where the recycled share comes from.
    pub recycling: String,
    /// Imports by customs, as far as there are any.
    pub imports: Vec<Flow>,
    /// Whether it is what is inside goods that the place uses, wherever these were made.
    pub is_embodied: bool,
}

/// What a place uses of a stage, or why the tables do not say.
pub(super) fn of(stage: &Stage, place: &str, request: &Request, places: &Places) -> Result<Use, String> {
    let imports = customs::imports(stage, place, places);
    if let Some(tonnes) = request.given_use(place) {
        return Ok(Use {
            tonnes,
            recycled: 0.0,
            arithmetic: Vec::new(),
            is_published: false,
            provenance: "As given on the command line: state its source".to_owned(),
            recycling: "None known: of a use given on the command line no share is taken off".to_owned(),
            imports,
            is_embodied: false,
        });
    }
    let mut found = match published(stage, place) {
        Some(found) => found,
        None => match derived(stage, place, places) {
            Some(found) => found,
            None => match of_scenario(stage, place, places) {
                Some(found) => found,
                None => apparent(stage, place, places, &imports)?,
            },
        },
    };
    found.imports = imports;
    Ok(found)
}

/// The row of a year, else the latest.
fn of_year(mut list: Vec<Row>, year: &str) -> Option<Row> {
    let at = list.iter().position(|row| row.get("year") == year);
    list.sort_by(|a, b| a.get("year").cmp(b.get("year")));
    match at {
        Some(_) => list.into_iter().find(|row| row.get("year") == year),
        None => list.pop(),
    }
}

fn consumption(stage: &Stage, place: &str, measure: &str, exact: bool) -> Option<Row> {
    let fits = |row: &Row| {
        let found = row.get("measure");
        row.get("country") == place
            && row.number("quantity_t").is_some_and(|tonnes| tonnes > 0.0)
            && row.get("qualifier").is_empty()
            && if exact {
                found == measure
            } else {
                found.starts_with(measure)
            }
    };
    of_year(
        rows("consumption.csv", &stage.mineral)
            .into_iter()
            .filter(fits)
            .collect(),
        &stage.year,
    )
}

/// Consumption of the USA as published.
fn published(stage: &Stage, place: &str) -> Option<Use> {
    let link = stage.links("us_use").next().filter(|_| place == "USA")?;
    let row = consumption(stage, place, link.get("code"), true)?;
    let (tonnes, factor) = (row.number("quantity_t")?, link.number("factor").unwrap_or(1.0));
    let mut arithmetic = vec![format!(
        "{}, {}: {} t",
        row.get("year"),
        row.get("measure"),
        spoken(tonnes)
    )];
    if (factor - 1.0).abs() > 1e-9 {
        arithmetic.push(format!(
            "{} t x {factor} = {} t of the stage: {}",
            spoken(tonnes),
            spoken(tonnes * factor),
            link.get("basis")
        ));
    }
    let secondary = rows("recycling.csv", &stage.mineral)
        .into_iter()
        .find(|row| row.get("region") == "USA" && row.get("measure") == "secondary_share_of_apparent_consumption_pct");
    let recycled = secondary
        .as_ref()
        .and_then(|row| row.number("value"))
        .map_or(0.0, |value| significant(value / 100.0, 6));
    let recycling = match &secondary {
        Some(row) => format!(
            "US secondary output over US consumption {}, {} ({})",
            row.get("year"),
            percent(recycled),
            row.get("source")
        ),
        None => format!(
            "No secondary share of US use of {} is in the tables: none here",
            stage.mineral.replace('_', " ")
        ),
    };
    Some(Use {
        tonnes: tonnes_worth_writing(tonnes * factor),
        recycled,
        arithmetic,
        is_published: true,
        provenance: format!("{}, {}, {}", row.get("source"), row.get("measure"), row.get("year")),
        recycling,
        imports: Vec::new(),
        is_embodied: false,
    })
}

/// Says that use of the USA is withheld, where it is: what customs weigh is less.
fn withheld(stage: &Stage, place: &str) -> Option<String> {
    let summary = rows("us_summary.csv", &stage.mineral).into_iter().next()?;
    if place != "USA" || summary.get("us_consumption_t") != "W" {
        return None;
    }
    Some(format!(
        "Gap: US consumption of {} is withheld ({}). Below is what customs weigh of this stage, which leaves out what is made at home from ore, from other \
         forms and from scrap: too little, give --use USA=TONNES where you know more.",
        stage.mineral.replace('_', " "),
        summary.get("source")
    ))
}

/// Apparent use that the tables have derived already.
fn derived(stage: &Stage, place: &str, places: &Places) -> Option<Use> {
    let link = stage.links("derived_use").next()?;
    let row = consumption(stage, place, link.get("code"), false)?;
    let mut tonnes = row.number("quantity_t")?;
    let mut arithmetic = vec![format!(
        "{}, {}: {} t",
        row.get("year"),
        row.get("measure"),
        spoken(tonnes)
    )];
    if place == EUROPEAN_UNION {
        for member in places.members() {
            if let Some(own) =
                consumption(stage, member, link.get("code"), false).and_then(|row| row.number("quantity_t"))
            {
                arithmetic.push(format!(
                    "less {}, which stands on its own: {} - {} t",
                    places.name(member),
                    spoken(tonnes),
                    spoken(own)
                ));
                tonnes -= own;
            }
        }
    }
    (tonnes > 0.0).then(|| with_recycling(stage, place, places, tonnes, arithmetic, row.get("source").to_owned()))
}

/// Use as a shipped scenario has it, where neither consumption nor customs tell it.
fn of_scenario(stage: &Stage, place: &str, places: &Places) -> Option<Use> {
    // The Union as a whole is not what is left of it beside its members.
    if place == EUROPEAN_UNION && !places.members().is_empty() {
        return None;
    }
    let row = shipped::figure(stage, "use", place)?;
    Some(Use {
        tonnes: row.number("value")?,
        recycled: 0.0,
        arithmetic: Vec::new(),
        is_published: false,
        provenance: format!("As in {}: {}", row.get("source"), row.get("text")),
        recycling: format!("None beside the use, which is that of {}", row.get("source")),
        imports: Vec::new(),
        is_embodied: row.get("how") == "embodied",
    })
}

/// Whether what a place makes of a mineral is withheld, at this stage or another.
fn is_output_withheld(stage: &Stage, place: &str) -> bool {
    let all = data::minerals()
        .into_iter()
        .find(|(mineral, _)| *mineral == stage.mineral);
    all.into_iter()
        .flat_map(|(_, stages)| stages)
        .filter_map(|name| data::shares(&stage.mineral, &name).ok())
        .any(|table| data::withheld(&table).iter().any(|code| code == place))
}

/// Output and imports less exports.
fn apparent(stage: &Stage, place: &str, places: &Places, imports: &[Flow]) -> Result<Use, String> {
    if let Some(link) = stage.links("no_product").next() {
        return Err(format!(
            "consumption is not published, and trade does not tell it: {}",
            link.get("basis")
        ));
    }
    let exports = customs::exports(stage, place, places);
    // Where all that is known is trade, shares of it are no tonnes made.
    let own = if matches!(stage.basis, Total::Traded(_)) {
        0.0
    } else {
        stage.output(place)
    };
    let coming: f64 = imports.iter().map(Flow::content).sum();
    let leaving: f64 = exports.iter().map(Flow::content).sum();
    if own + coming <= 0.0 {
        return Err(format!(
            "it makes none, and customs show no imports of {} (importers of less than 0.3 % of the world's are not in the tables)",
            stage
                .products()
                .map(|row| format!("HS {}", row.get("code").replace('|', " or ")))
                .collect::<Vec<_>>()
                .join(", ")
        ));
    }
    let mut arithmetic = Vec::new();
    arithmetic.extend(withheld(stage, place));
    if own > 0.0 {
        arithmetic.push(format!(
            "own output {} t ({} of the world's)",
            spoken(own),
            percent(stage.share(place))
        ));
    }
    arithmetic.extend(imports.iter().map(|flow| line("imports", flow)));
    let rest = own + coming - leaving;
    let enough = rest >= LEAST_SHARE_KEPT * (own + coming);
    // Exports may be of what is made at home, which nobody may know: then imports are what is known of use.
    let hidden = own <= 0.0 && coming > 0.0 && leaving > 0.0 && is_output_withheld(stage, place);
    arithmetic.extend(
        exports
            .iter()
            .filter(|flow| flow.tonnes > 0.0)
            .map(|flow| line("exports", flow)),
    );
    if exports.iter().all(|flow| flow.tonnes == 0.0) {
        arithmetic.push("no exports of half a percent of the world's".to_owned());
    }
    let (tonnes, what) = if hidden {
        arithmetic.push(format!(
            "its own output is withheld, and exports may be of that, so they are not taken off: {} t",
            spoken(coming)
        ));
        (coming, "imports, since its own output is withheld")
    } else if enough {
        arithmetic.push(format!(
            "{} + {} - {} = {} t",
            spoken(own),
            spoken(coming),
            spoken(leaving),
            spoken(rest)
        ));
        (rest, "apparent use, output and imports less exports")
    } else {
        arithmetic.push(format!(
            "{} + {} - {} = {} t leaves less than a fifth: exports hold scrap, goods in transit and goods made from imports. What comes in \
             is taken as what is at stake: {} t",
            spoken(own),
            spoken(coming),
            spoken(leaving),
            spoken(rest),
            spoken(if coming > 0.0 { coming } else { own })
        ));
        (
            if coming > 0.0 { coming } else { own },
            "imports, since exports are nearly as large or larger",
        )
    };
    let sources: std::collections::BTreeSet<&str> = imports
        .iter()
        .chain(&exports)
        .map(|flow| flow.source.as_str())
        .collect();
    let from = sources.into_iter().collect::<Vec<_>>().join("; ");
    let made = if own > 0.0 {
        format!("; output: {}", stage.source)
    } else {
        String::new()
    };
    let text = format!("Derived for {YEAR_OF_TRADE}: {what} ({from}{made})");
    Ok(with_recycling(stage, place, places, tonnes, arithmetic, text))
}

fn line(what: &str, flow: &Flow) -> String {
    let name = format!("{what} of HS {} {} t", flow.code, spoken(flow.tonnes));
    if (flow.factor - 1.0).abs() < 1e-9 {
        format!("{name} ({})", flow.basis)
    } else {
        format!(
            "{name} x {} = {} t ({})",
            flow.factor,
            spoken(flow.content()),
            flow.basis
        )
    }
}

/// Primary use and what is recycled beside it: where a rate is known, it is that of the EU.
fn with_recycling(
    stage: &Stage,
    place: &str,
    places: &Places,
    primary: f64,
    mut arithmetic: Vec<String>,
    provenance: String,
) -> Use {
    let name = places.name(place);
    let rate = data::recycling_input_rate(&stage.mineral).filter(|rate| *rate > 0.0 && *rate < 0.95);
    let rate = rate
        .map(|rate| significant(rate, 6))
        .filter(|_| place == EUROPEAN_UNION || data::is_member(place));
    let (tonnes, recycled, recycling) = match rate {
        Some(rate) => {
            arithmetic.push(format!(
                "with recycled material: {} t / (1 - {}) = {} t, at the EU's end-of-life recycling input rate of {}",
                spoken(primary),
                significant(rate, 4),
                spoken(primary / (1.0 - rate)),
                percent(rate)
            ));
            let text = format!(
                "End-of-life recycling input rate of the EU, {}, taken for {name} (EU CRM study 2023, recycling.csv)",
                percent(rate)
            );
            (primary / (1.0 - rate), rate, text)
        }
        None => (
            primary,
            0.0,
            format!(
                "No recycling rate of {} for {name} is in the tables: none here, beyond what scrap the codes hold",
                stage.mineral.replace('_', " ")
            ),
        ),
    };
    Use {
        tonnes: tonnes_worth_writing(tonnes),
        recycled,
        arithmetic,
        is_published: false,
        provenance,
        recycling,
        imports: Vec::new(),
        is_embodied: false,
    }
}

/// Whether what customs weigh of a stage is what the stage makes: ore and minerals (chapters 25 and 26) of a mine, anything of a later stage. Metal
/// that leaves a country says nothing of the ore that it mines.
fn leaves_as_made(stage: &Stage) -> bool {
    stage.stage != "mine"
        || stage
            .products()
            .all(|link| link.get("code").starts_with("25") || link.get("code").starts_with("26"))
}

/// Use of a producer.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    /// t/yr.
    pub tonnes: f64,
    /// Output, and what is taken off it; empty where it is a figure of its own.
    pub arithmetic: Vec<String>,
    /// The text of `assumption`.
    pub provenance: String,
}

/// What a producer uses: as a shipped scenario has it, else what does not leave by customs. None where neither tells.
pub(super) fn kept_at_home(stage: &Stage, place: &str, places: &Places) -> Option<Kept> {
    if let Some(found) = of_scenario(stage, place, places) {
        return Some(Kept {
            tonnes: found.tonnes,
            arithmetic: Vec::new(),
            provenance: found.provenance,
        });
    }
    let exports = customs::exports(stage, place, places);
    if exports.is_empty() || matches!(stage.basis, Total::Traded(_)) || !leaves_as_made(stage) {
        return None;
    }
    let leaving: f64 = exports.iter().map(Flow::content).sum();
    let kept = stage.output(place) - leaving;
    let mut arithmetic = vec![format!("output {} t", spoken(stage.output(place)))];
    arithmetic.extend(
        exports
            .iter()
            .filter(|flow| flow.tonnes > 0.0)
            .map(|flow| line("exports", flow)),
    );
    (kept > 0.0).then(|| Kept {
        tonnes: if kept < 1000.0 {
            significant(kept, 4)
        } else {
            kept.round()
        },
        arithmetic,
        provenance: format!(
            "Derived for {YEAR_OF_TRADE}: what {} makes and customs do not see leaving; its imports count elsewhere",
            places.name(place)
        ),
    })
}
