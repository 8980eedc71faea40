//! Reads the keys of one table by the kind that the format states for them.

use super::base::Base;
use super::{Read, Skip, text_of};
use crate::sampling::Distribution;
use crate::scenario::checked::{CountryIndex, MaterialIndex, Number, Quantity};
use crate::scenario::format::{Kind, Range, TableSpec};
use crate::scenario::source::Span;
use crate::scenario::tree::{Node, Table, Value};
use crate::scenario::values::{self, OverTime, Problems, Uncertain};
use crate::scenario::{dates, distribution, history};

/// A table of the scenario, with its address.
pub(crate) struct View<'a> {
    pub base: &'a Base<'a>,
    pub spec: &'static TableSpec,
    pub table: &'a Table,
    pub header: Span,
    /// Address, e.g. `supply.ind_separation`.
    pub address: String,
}

impl<'a> View<'a> {
    /// The value of a key under any of its spellings.
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        let names = self.spec.field(key);
        self.table
            .entries
            .iter()
            .find(|entry| names.map_or(entry.key == key, |field| field.is(&entry.key)))
            .map(|entry| &entry.node)
    }

    pub fn span(&self, key: &str) -> Span {
        self.get(key).map_or(self.header, |node| node.span)
    }

    fn range(&self, key: &str) -> Range {
        match self.spec.field(key).map(|field| field.kind) {
            Some(Kind::Plain(range) | Kind::Number(range) | Kind::Drawn(range) | Kind::Quantity(range)) => range,
            Some(Kind::Rate(_)) => Range::NonNegative,
            _ => Range::AtLeastOne,
        }
    }

    fn driver(&self, key: &str) -> String {
        format!("{}.{key}", self.address)
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key).and_then(Node::text).map(str::to_string)
    }

    pub fn flag(&self, key: &str, default: bool) -> Read<bool> {
        match self.get(key).map(|node| &node.value) {
            None => Ok(default),
            Some(Value::Flag(value)) => Ok(*value),
            Some(_) => Err(Skip),
        }
    }

    pub fn count(&self, key: &str, default: u64) -> Read<u64> {
        let Some(Kind::Count(low, high)) = self.spec.field(key).map(|field| field.kind) else {
            return Err(Skip);
        };
        match self.get(key) {
            None => Ok(default),
            Some(node) => values::count(key, node, low, high, &mut Problems::quiet()).ok_or(Skip),
        }
    }

    /// A plain number.
    pub fn plain(&self, key: &str) -> Read<Option<f64>> {
        let Some(node) = self.get(key) else { return Ok(None) };
        values::plain(key, node, self.range(key), &mut Problems::quiet())
            .map(Some)
            .ok_or(Skip)
    }

    /// A number, drawn once per trial if uncertain.
    pub fn number(&self, key: &str) -> Read<Option<Number>> {
        let Some(node) = self.get(key) else { return Ok(None) };
        if let Some(table) = self.history(key) {
            let (distribution, _) = history::read(key, table, node.span, &mut Problems::quiet()).ok_or(Skip)?;
            return Ok(Some(number(Uncertain::Distribution(distribution), self.driver(key))));
        }
        let read = values::uncertain(key, node, self.range(key), &mut Problems::quiet()).ok_or(Skip)?;
        Ok(Some(number(read, self.driver(key))))
    }

    /// The table that takes a rate from history.
    fn history(&self, key: &str) -> Option<&'a Table> {
        match self.spec.field(key)?.kind {
            Kind::Rate(_) => history::table(self.get(key)?),
            _ => None,
        }
    }

    pub fn number_or(&self, key: &str, default: f64) -> Read<Number> {
        Ok(self.number(key)?.unwrap_or(Number::Fixed(default)))
    }

    /// A distribution, drawn for each occurrence.
    pub fn drawn(&self, key: &str) -> Read<Option<Distribution>> {
        let Some(node) = self.get(key) else { return Ok(None) };
        match values::uncertain(key, node, self.range(key), &mut Problems::quiet()).ok_or(Skip)? {
            Uncertain::Fixed(value) => fixed(value).map(Some),
            Uncertain::Distribution(distribution) => Ok(Some(distribution)),
        }
    }

    pub fn quantity(&self, key: &str) -> Read<Option<Quantity>> {
        let Some(node) = self.get(key) else { return Ok(None) };
        let calendar = self.base.calendar();
        let read = values::quantity(key, node, self.range(key), calendar, &mut Problems::quiet()).ok_or(Skip)?;
        Ok(Some(match read {
            OverTime::Constant(value) => Quantity::Constant(number(value, self.driver(key))),
            OverTime::Path { points, factor } => Quantity::Path {
                points,
                factor: factor.map(|factor| number(factor, format!("{}.factor", self.driver(key)))),
            },
        }))
    }

    /// A date in months from the start.
    pub fn date(&self, key: &str) -> Read<f64> {
        let node = self.get(key).ok_or(Skip)?;
        let date = dates::read(key, node, &mut Problems::quiet()).ok_or(Skip)?;
        Ok(self.base.calendar().ok_or(Skip)?.months(date))
    }

    /// A date or a distribution of dates, in months from the start.
    pub fn dates(&self, key: &str) -> Read<Option<Number>> {
        let Some(node) = self.get(key) else { return Ok(None) };
        let calendar = self.base.calendar().ok_or(Skip)?;
        match &node.value {
            Value::Table(table) => {
                let read = distribution::read(key, table, node.span, Some(calendar), &mut Problems::quiet());
                Ok(Some(number(read.ok_or(Skip)?, self.driver(key))))
            }
            _ => self.date(key).map(|months| Some(Number::Fixed(months))),
        }
    }

    pub fn country(&self, key: &str) -> Read<CountryIndex> {
        self.base.country(text_of(self.get(key).ok_or(Skip)?)?)
    }

    /// Countries, groups flattened, ascending; `None` if the key is absent.
    pub fn countries(&self, key: &str) -> Read<Option<Vec<CountryIndex>>> {
        self.get(key).map(|node| self.base.places(node)).transpose()
    }

    pub fn material(&self, key: &str) -> Read<MaterialIndex> {
        self.base.material(text_of(self.get(key).ok_or(Skip)?)?)
    }

    /// Materials in the order written; all if the key is absent or "all".
    pub fn materials(&self, key: &str) -> Read<Vec<MaterialIndex>> {
        let all = || (0..self.base.material_ids.len()).collect();
        let Some(node) = self.get(key) else { return Ok(all()) };
        if node.text() == Some("all") {
            return Ok(all());
        }
        let mut list = Vec::new();
        for item in node.one_or_many() {
            let material = self.base.material(text_of(item)?)?;
            if !list.contains(&material) {
                list.push(material);
            }
        }
        if list.is_empty() { Err(Skip) } else { Ok(list) }
    }

    /// Sector names; `None` for all.
    pub fn sectors(&self, key: &str) -> Read<Option<Vec<String>>> {
        match self.get(key) {
            None => Ok(None),
            Some(node) if node.text() == Some("all") => Ok(None),
            Some(node) => node
                .one_or_many()
                .iter()
                .map(|item| text_of(item).map(str::to_string))
                .collect::<Read<Vec<_>>>()
                .map(Some),
        }
    }

    /// A table inside this one.
    pub fn inner(&self, key: &str) -> Read<Option<View<'a>>> {
        let Some(node) = self.get(key) else { return Ok(None) };
        let (Some(Kind::Table(spec)), Some(table)) = (self.spec.field(key).map(|field| field.kind), node.table())
        else {
            return Err(Skip);
        };
        let address = self.driver(key);
        Ok(Some(View {
            base: self.base,
            spec,
            table,
            header: node.span,
            address,
        }))
    }
}

pub(crate) fn number(value: Uncertain, driver: String) -> Number {
    match value {
        Uncertain::Fixed(value) => Number::Fixed(value),
        Uncertain::Distribution(distribution) => Number::Uncertain { distribution, driver },
    }
}

pub(crate) fn fixed(value: f64) -> Read<Distribution> {
    Distribution::fixed(value).map_err(|_| Skip)
}
