//! What every table refers to: time, countries, groups, materials.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::view::View;
use super::{Read, Skip, text_of};
use crate::scenario::address;
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::data_files::DataFiles;
use crate::scenario::dates::Calendar;
use crate::scenario::diagnostics::Problem;
use crate::scenario::format::{Kind, TOP, TableSpec};
use crate::scenario::names::{self, Names};
use crate::scenario::source::{Sources, Span};
use crate::scenario::tree::{Node, Table};
use crate::scenario::values::Problems;

pub(crate) struct Base<'a> {
    pub top: &'a Table,
    pub names: &'a Names,
    pub files: &'a DataFiles,
    pub sources: &'a Sources,
    pub start: Option<Date>,
    pub time: Option<TimeAxis>,
    pub run: Option<RunSettings>,
    pub countries: Vec<Country>,
    pub groups: Vec<Group>,
    /// Ids in the order of the file, also of tables that cannot be read.
    pub material_ids: Vec<String>,
    country_index: BTreeMap<String, CountryIndex>,
    material_index: BTreeMap<String, MaterialIndex>,
}

/// The description of a table at the top of the file.
pub(crate) fn spec(key: &str) -> &'static TableSpec {
    match TOP.field(key).map(|field| field.kind) {
        Some(Kind::Table(spec) | Kind::Tables(spec) | Kind::TablesByMaterial(spec)) => spec,
        _ => &TOP,
    }
}

impl<'a> Base<'a> {
    pub fn read(
        top: &'a Table,
        names: &'a Names,
        mut mentioned: BTreeSet<String>,
        files: &'a DataFiles,
        sources: &'a Sources,
        out: &mut Problems,
    ) -> Base<'a> {
        add_data_countries(top, files, sources, &mut mentioned);
        let codes: Vec<String> = mentioned.into_iter().collect();
        let country_index = codes
            .iter()
            .enumerate()
            .map(|(index, code)| (code.clone(), index))
            .collect();
        let countries = codes
            .into_iter()
            .map(|code| Country {
                name: names.country_name(&code),
                is_in_eu27: crate::data::countries().iter().any(|row| row.code == code && row.eu27),
                code,
            })
            .collect();
        let mut base = Base {
            top,
            names,
            files,
            sources,
            start: None,
            time: None,
            run: None,
            countries,
            groups: Vec::new(),
            material_ids: Vec::new(),
            country_index,
            material_index: BTreeMap::new(),
        };
        for (table, _) in names::tables(top, "material") {
            if let Some(id) = table.text("id") {
                base.material_index
                    .entry(id.to_string())
                    .or_insert(base.material_ids.len());
                base.material_ids.push(id.to_string());
            }
        }
        base.start = base
            .single("time")
            .and_then(|view| crate::scenario::dates::read("start", view.get("start")?, &mut Problems::quiet()));
        base.time = base.time();
        base.run = base.settings().ok();
        base.groups(out);
        base
    }

    /// The calendar; in months where the time cannot be read whole, which has been reported.
    pub fn calendar(&self) -> Option<Calendar> {
        Some(Calendar {
            start: self.start?,
            step: self.time.as_ref().map_or(Step::Month, |time| time.step),
        })
    }

    /// A table at the top that stands once.
    pub fn single(&'a self, key: &str) -> Option<View<'a>> {
        single(self, key)
    }

    fn time(&self) -> Option<TimeAxis> {
        let view = single(self, "time")?;
        let step = match view.text("step") {
            None => Step::Month,
            Some(name) => Step::named(&name)?,
        };
        view.get("periods")?;
        Some(TimeAxis {
            start: self.start?,
            step,
            periods: view.count("periods", 1).ok()? as usize,
        })
    }

    fn settings(&self) -> Read<RunSettings> {
        let mut run = RunSettings {
            trials: 10_000,
            seed: 42,
            balance: Balance::SupplyFollowsDemand,
            overlap: Overlap::Multiply,
            sampling: SamplingDesign::Random,
        };
        let Some(view) = single(self, "run") else {
            return Ok(run);
        };
        run.trials = view.count("trials", run.trials)?;
        run.seed = view.count("seed", run.seed)?;
        if view.text("balance").as_deref() == Some("as given") {
            run.balance = Balance::AsGiven;
        }
        run.overlap = match view.text("overlap").as_deref() {
            Some("max") => Overlap::Max,
            Some("sum") => Overlap::Sum,
            _ => Overlap::Multiply,
        };
        run.sampling = match view.text("sampling").as_deref() {
            Some("antithetic") => SamplingDesign::Antithetic,
            Some("latin_hypercube") => SamplingDesign::LatinHypercube,
            Some("sobol") => SamplingDesign::Sobol,
            _ => SamplingDesign::Random,
        };
        Ok(run)
    }

    /// The end of the horizon in months, if the time can be read.
    pub fn end_months(&self) -> Option<f64> {
        self.time.as_ref().map(|time| time.step.months() * time.periods as f64)
    }

    /// The tables of a list that have an address.
    pub fn views(&'a self, key: &str) -> Vec<View<'a>> {
        let spec = spec(key);
        let all = names::tables(self.top, key);
        let view = |(table, header)| {
            let own = address::of(spec, table)?;
            Some(View {
                base: self,
                spec,
                table,
                header,
                address: format!("{key}.{own}"),
            })
        };
        all.filter_map(view).collect()
    }

    pub fn country(&self, code: &str) -> Read<CountryIndex> {
        self.country_index.get(code).copied().ok_or(Skip)
    }

    pub fn material(&self, id: &str) -> Read<MaterialIndex> {
        self.material_index.get(id).copied().ok_or(Skip)
    }

    /// One place: the members of a group, or the country; everything for "all".
    pub fn place(&self, name: &str) -> Read<Vec<CountryIndex>> {
        if name == "all" {
            return Ok((0..self.countries.len()).collect());
        }
        match self.groups.iter().find(|group| group.id == name) {
            Some(group) => Ok(group.members.clone()),
            None => self.country(name).map(|country| vec![country]),
        }
    }

    /// Countries and groups, ascending.
    pub fn places(&self, node: &Node) -> Read<Vec<CountryIndex>> {
        let mut set = BTreeSet::new();
        for item in node.one_or_many() {
            set.extend(self.place(text_of(item)?)?);
        }
        if set.is_empty() {
            return Err(Skip);
        }
        Ok(set.into_iter().collect())
    }

    fn groups(&mut self, out: &mut Problems) {
        let tables: Vec<(&Table, Span)> = names::tables(self.top, "group").collect();
        for (table, span) in &tables {
            let Some(id) = table.text("id") else { continue };
            let mut members = BTreeSet::new();
            let mut trail = vec![id.to_string()];
            let circle = self.expand(table, &tables, &mut trail, &mut members);
            if let Some(circle) = circle {
                // Each group of the circle reports it; one is enough.
                if circle.iter().min().map(String::as_str) == Some(id) {
                    let message = format!("the groups contain each other: {}", circle.join(" -> "));
                    out.push(Problem::error(Code::Circle, *span, message, "leads back to itself"));
                }
                continue;
            }
            let name = table.text("name").unwrap_or(id).to_string();
            self.groups.push(Group {
                id: id.to_string(),
                name,
                members: members.into_iter().collect(),
            });
        }
    }

    fn expand(
        &self,
        group: &Table,
        all: &[(&Table, Span)],
        trail: &mut Vec<String>,
        members: &mut BTreeSet<CountryIndex>,
    ) -> Option<Vec<String>> {
        let node = group.get("members").or_else(|| group.get("member"))?;
        for name in node.one_or_many().iter().filter_map(Node::text) {
            if let Some(at) = trail.iter().position(|open| open == name) {
                let mut circle = trail[at..].to_vec();
                circle.push(name.to_string());
                return Some(circle);
            }
            if name == "all" {
                members.extend(0..self.countries.len());
            } else if let Some((inner, _)) = all.iter().find(|(table, _)| table.text("id") == Some(name)) {
                trail.push(name.to_string());
                let circle = self.expand(inner, all, trail, members);
                trail.pop();
                if circle.is_some() {
                    return circle;
                }
            } else if let Ok(country) = self.country(name) {
                members.insert(country);
            }
        }
        None
    }
}

fn single<'b>(base: &'b Base<'_>, key: &str) -> Option<View<'b>> {
    let node = base.top.get(key)?;
    let address = key.to_string();
    Some(View {
        base,
        spec: spec(key),
        table: node.table()?,
        header: node.span,
        address,
    })
}

fn add_data_countries(top: &Table, files: &DataFiles, sources: &Sources, mentioned: &mut BTreeSet<String>) {
    for (id, _, table, _) in names::shares(top) {
        if let Some(node) = table.get("data")
            && let Ok(rows) = files.shares(node, table, id, top, sources)
        {
            mentioned.extend(rows.rows.into_iter().map(|row| row.country));
        }
    }
    for (table, _) in names::tables(top, "trade") {
        let Some(node) = table.get("data") else { continue };
        if let Ok(rows) = files.trade(node, table, top, sources) {
            mentioned.extend(rows.rows.into_iter().map(|row| row.exporter));
        }
    }
}
