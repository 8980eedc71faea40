//! What every table refers to: time, countries, groups, materials.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::order::{Before, circles};
use super::view::View;
use super::{Read, Skip, text_of};
use crate::scenario::address;
use crate::scenario::checked::*;
use crate::scenario::codes::Code;
use crate::scenario::data_files::DataFiles;
use crate::scenario::dates::Calendar;
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
    event_index: BTreeMap<String, EventIndex>,
    group_index: BTreeMap<String, usize>,
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
        let beside = names::tables(top, "demand")
            .filter_map(|(table, _)| table.text("country"))
            .any(crate::data::is_member);
        let countries = codes
            .into_iter()
            .map(|code| Country {
                name: match code.as_str() {
                    names::EUROPEAN_UNION if beside && !names.declared.contains_key(&code) => {
                        "Rest of EU27".to_string()
                    }
                    _ => names.country_name(&code),
                },
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
            event_index: BTreeMap::new(),
            group_index: BTreeMap::new(),
        };
        for (table, _) in names::tables(top, "material") {
            if let Some(id) = table.text("id") {
                base.material_index
                    .entry(id.to_string())
                    .or_insert(base.material_ids.len());
                base.material_ids.push(id.to_string());
            }
        }
        let events = names::tables(top, "event").filter_map(|(table, _)| table.text("id"));
        for (at, id) in events.enumerate() {
            base.event_index.entry(id.to_string()).or_insert(at);
        }
        base.start = base
            .single("time")
            .and_then(|view| crate::scenario::dates::read("start", view.get("start")?, &mut Problems::quiet()));
        base.time = base.time();
        base.run = base.settings().ok();
        base.groups(out);
        for (at, group) in base.groups.iter().enumerate() {
            base.group_index.entry(group.id.clone()).or_insert(at);
        }
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
            refill: true,
            price_response: true,
            headline: HeadlineMeasure::default(),
            sampling: SamplingDesign::default(),
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
        run.refill = view.flag("refill", true)?;
        run.price_response = view.flag("price_response", true)?;
        if let Some(name) = view.text("headline") {
            let named = HeadlineMeasure::ALL.into_iter().find(|measure| measure.name() == name);
            run.headline = named.unwrap_or_default();
        }
        if let Some(name) = view.text("sampling") {
            let named = SamplingDesign::ALL.into_iter().find(|design| design.name() == name);
            run.sampling = named.unwrap_or_default();
        }
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

    /// Position of an event in the file, whether or not it can be read.
    pub fn event(&self, id: &str) -> Read<EventIndex> {
        self.event_index.get(id).copied().ok_or(Skip)
    }

    /// One place: the members of a group, or the country; everything for "all".
    pub fn place(&self, name: &str) -> Read<Vec<CountryIndex>> {
        if name == "all" {
            return Ok((0..self.countries.len()).collect());
        }
        match self.group_index.get(name) {
            Some(at) => Ok(self.groups[*at].members.clone()),
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

    /// Reads the groups, members of members first: without recursion, for groups may be nested deeply.
    fn groups(&mut self, out: &mut Problems) {
        let tables: Vec<(&Table, Span)> = names::tables(self.top, "group").collect();
        let mut index: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, (table, _)) in tables.iter().enumerate() {
            if let Some(id) = table.text("id") {
                index.entry(id).or_insert(at);
            }
        }
        let names = |at: usize| {
            let node = tables[at].0.get("members").or_else(|| tables[at].0.get("member"));
            node.map_or(&[][..], Node::one_or_many)
        };
        let inner = |at: usize| {
            names(at)
                .iter()
                .filter_map(|node| Some((node, *index.get(node.text()?)?)))
        };
        let mut before = Before::new();
        for (id, at) in &index {
            let groups = inner(*at).filter_map(|(node, _)| Some((node.text()?.to_string(), node.span)));
            before.insert((*id).to_string(), groups.collect());
        }
        for mut circle in circles(&before) {
            let first = (0..circle.len()).min_by_key(|at| &circle[*at].0).unwrap_or_default();
            circle.rotate_left(first);
            let mut trail: Vec<&str> = circle.iter().map(|(name, _)| name.as_str()).collect();
            trail.push(trail[0]);
            let message = format!("the groups contain each other: {}", trail.join(" -> "));
            out.error(Code::Circle, tables[index[trail[0]]].1, message, "leads back to itself");
        }
        let mut containers: Vec<Vec<usize>> = vec![Vec::new(); tables.len()];
        let mut waits: Vec<usize> = vec![0; tables.len()];
        for (at, count) in waits.iter_mut().enumerate() {
            for (_, group) in inner(at) {
                containers[group].push(at);
                *count += 1;
            }
        }
        let mut members: Vec<Option<BTreeSet<CountryIndex>>> = vec![None; tables.len()];
        let mut ready: Vec<usize> = (0..tables.len()).filter(|at| waits[*at] == 0).collect();
        while let Some(at) = ready.pop() {
            let mut set = BTreeSet::new();
            for name in names(at).iter().filter_map(Node::text) {
                match index.get(name) {
                    _ if name == "all" => set.extend(0..self.countries.len()),
                    Some(group) => set.extend(members[*group].iter().flatten()),
                    None => set.extend(self.country(name)),
                }
            }
            members[at] = Some(set);
            for container in std::mem::take(&mut containers[at]) {
                waits[container] -= 1;
                if waits[container] == 0 {
                    ready.push(container);
                }
            }
        }
        for ((table, _), members) in tables.iter().zip(members) {
            // A group that leads to a circle has no members.
            if let (Some(id), Some(members)) = (table.text("id"), members) {
                self.groups.push(Group {
                    id: id.to_string(),
                    name: table.text("name").unwrap_or(id).to_string(),
                    members: members.into_iter().collect(),
                });
            }
        }
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
