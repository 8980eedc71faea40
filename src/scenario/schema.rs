//! JSON Schema (draft 2020-12) of the format, for editors. It checks structure only; `critmin validate` checks all.

use serde_json::{Map, Value, json};

use super::format::{DISTRIBUTIONS, Field, Kind, Range, TOP, TableSpec};

/// The schema of a scenario file. A file that `extends` another may leave out what its base states.
pub fn json_schema() -> Value {
    let mut defs = Map::new();
    defs.insert("distribution".into(), distribution(&json!({ "type": "number" })));
    defs.insert("date".into(), date());
    defs.insert(
        "date_distribution".into(),
        distribution(&json!({ "$ref": "#/$defs/date" })),
    );
    let whole = table(&TOP, true, &mut defs);
    let partial = table(&TOP, false, &mut defs);
    defs.insert("scenario".into(), whole);
    defs.insert("extension".into(), partial);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "critmin scenario, format 1",
        "type": "object",
        "if": { "required": ["extends"] },
        "then": { "$ref": "#/$defs/extension" },
        "else": { "$ref": "#/$defs/scenario" },
        "$defs": defs,
    })
}

/// A reference to the definition of a table, which is made on the way.
fn defined(spec: &'static TableSpec, strict: bool, defs: &mut Map<String, Value>) -> Value {
    let name = format!(
        "{}{}",
        spec.name.replace('.', "_"),
        if strict { "" } else { "_partial" }
    );
    if !defs.contains_key(&name) {
        defs.insert(name.clone(), Value::Null);
        let schema = table(spec, strict, defs);
        defs.insert(name.clone(), schema);
    }
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn table(spec: &'static TableSpec, strict: bool, defs: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    let mut conditions = Vec::new();
    for field in spec.fields {
        let schema = described(field, strict, defs);
        for name in field.aliases.iter().chain([&field.name]) {
            let merged = match properties.get(*name) {
                Some(other) => json!({ "anyOf": [other, schema] }),
                None => schema.clone(),
            };
            properties.insert(name.to_string(), merged);
        }
        if strict && field.required && field.only.is_empty() {
            conditions.push(required(field));
        }
        let spellings: Vec<&str> = field.aliases.iter().chain([&field.name]).copied().collect();
        if spellings.len() > 1 {
            conditions.push(json!({ "not": { "required": spellings } }));
        }
    }
    for value in spec.tag_values() {
        let mut then = Vec::new();
        let mut own = Map::new();
        for field in spec.fields.iter().filter(|field| !field.only.is_empty()) {
            if field.goes_with(value) {
                own.insert(field.name.to_string(), described(field, strict, defs));
                if strict && field.required {
                    then.push(required(field));
                }
            } else if !spec
                .fields
                .iter()
                .any(|other| other.name == field.name && other.goes_with(value))
            {
                for name in field.aliases.iter().chain([&field.name]) {
                    own.insert(name.to_string(), json!(false));
                }
            }
        }
        for alternative in spec.alternatives.iter().filter(|a| strict && a.only.contains(value)) {
            then.push(exactly_one(spec, alternative.keys));
        }
        let tag = spec.tag.unwrap_or_default();
        let mut then_schema = json!({ "properties": own });
        if !then.is_empty() {
            then_schema["allOf"] = Value::Array(then);
        }
        conditions.push(json!({
            "if": { "properties": { tag: { "const": value } }, "required": [tag] },
            "then": then_schema,
        }));
    }
    for alternative in spec.alternatives.iter().filter(|a| a.only.is_empty()) {
        if strict && alternative.required {
            conditions.push(exactly_one(spec, alternative.keys));
        } else {
            conditions.push(at_most_one(spec, alternative.keys));
        }
    }
    let mut schema =
        json!({ "type": "object", "description": spec.doc, "properties": properties, "additionalProperties": false });
    conditions.retain(|condition| condition != &json!({}));
    if !conditions.is_empty() {
        schema["allOf"] = Value::Array(conditions);
    }
    schema
}

fn required(field: &Field) -> Value {
    let spellings = field.aliases.iter().chain([&field.name]);
    match field.aliases {
        [] => json!({ "required": [field.name] }),
        _ => json!({ "anyOf": spellings.map(|name| json!({ "required": [name] })).collect::<Vec<_>>() }),
    }
}

/// For each key, that it is given under any spelling.
fn given(spec: &TableSpec, keys: &[&str]) -> Vec<Value> {
    keys.iter().filter_map(|key| spec.field(key)).map(required).collect()
}

fn exactly_one(spec: &TableSpec, keys: &[&str]) -> Value {
    json!({ "oneOf": given(spec, keys) })
}

fn at_most_one(spec: &TableSpec, keys: &[&str]) -> Value {
    let given = given(spec, keys);
    let none = json!({ "not": { "anyOf": given } });
    json!({ "oneOf": given.into_iter().chain([none]).collect::<Vec<_>>() })
}

fn described(field: &Field, strict: bool, defs: &mut Map<String, Value>) -> Value {
    let mut schema = kind(field.kind, strict, defs);
    let unit = if field.unit.is_empty() {
        String::new()
    } else {
        format!(" Unit: {}.", field.unit)
    };
    let default = if field.default.is_empty() {
        String::new()
    } else {
        format!(" Default: {}.", field.default)
    };
    schema["description"] = format!("{}{unit}{default}", field.doc).into();
    schema
}

fn kind(kind: Kind, strict: bool, defs: &mut Map<String, Value>) -> Value {
    let distribution = json!({ "$ref": "#/$defs/distribution" });
    let text = json!({ "type": "string", "minLength": 1 });
    match kind {
        Kind::Any => json!({}),
        Kind::Text | Kind::One(_) => text,
        Kind::Label => json!({ "anyOf": [text, { "type": "integer" }] }),
        Kind::Id => json!({ "type": "string", "pattern": "^[\\p{L}\\p{N}_-]{1,80}$" }),
        Kind::Texts | Kind::Many(_) => {
            json!({ "anyOf": [text, { "type": "array", "items": text, "minItems": 1 }] })
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Count(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::Plain(range) => number(range),
        Kind::Number(range) | Kind::Drawn(range) => json!({ "anyOf": [number(range), distribution] }),
        Kind::Rate(spec) => {
            json!({ "anyOf": [number(Range::NonNegative), distribution, defined(spec, true, defs)] })
        }
        Kind::Quantity(range) => json!({ "anyOf": [number(range), distribution, path(range)] }),
        Kind::Date => json!({ "$ref": "#/$defs/date" }),
        Kind::Dates => json!({ "anyOf": [{ "$ref": "#/$defs/date" }, { "$ref": "#/$defs/date_distribution" }] }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Flexibility => json!({ "anyOf": [number(Range::AtLeastOne), distribution, { "const": "coordinated" }] }),
        Kind::Table(spec) => defined(spec, strict, defs),
        Kind::Tables(spec) => json!({ "type": "array", "items": defined(spec, strict, defs) }),
        Kind::TablesByMaterial(spec) => {
            json!({ "type": "object", "additionalProperties": defined(spec, strict, defs) })
        }
        Kind::Shares => shares(),
        Kind::Flows => by_country(&number(Range::NonNegative)),
        Kind::Lanes => json!({
            "type": "array", "minItems": 1,
            "items": { "type": "array", "items": text, "minItems": 2, "maxItems": 2 },
        }),
        Kind::Correlation => {
            let one = json!({ "type": "number", "minimum": -1, "maximum": 1 });
            json!({ "anyOf": [one, { "type": "array", "items": { "type": "array", "items": one } }] })
        }
    }
}

fn number(range: Range) -> Value {
    let (low, low_in, high, high_in) = range.bounds();
    let mut schema = json!({ "type": "number" });
    if low.is_finite() {
        schema[if low_in { "minimum" } else { "exclusiveMinimum" }] = low.into();
    }
    if high.is_finite() {
        schema[if high_in { "maximum" } else { "exclusiveMaximum" }] = high.into();
    }
    schema
}

fn by_country(value: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": value, "minProperties": 1 })
}

fn shares() -> Value {
    let share = json!({ "anyOf": [number(Range::Share), { "$ref": "#/$defs/distribution" }] });
    let mut plain = by_country(&share);
    plain["properties"] = json!({ "dist": false });
    let vector = |key: &str, values: Value, more: &[&str]| {
        let mut properties = json!({ "dist": { "const": "dirichlet" }, key: by_country(&values) });
        let mut required = vec!["dist", key];
        for key in more {
            properties[*key] = number(Range::Positive);
            required.push(key);
        }
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    };
    json!({ "anyOf": [
        plain,
        vector("mean", number(Range::Share), &["concentration"]),
        vector("alphas", number(Range::Positive), &[]),
    ] })
}

fn path(range: Range) -> Value {
    json!({
        "type": "object",
        "properties": {
            "path": {
                "type": "object", "minProperties": 1,
                "propertyNames": { "pattern": DATE },
                "additionalProperties": number(range),
            },
            "factor": { "anyOf": [number(Range::NonNegative), { "$ref": "#/$defs/distribution" }] },
        },
        "required": ["path"],
        "additionalProperties": false,
        "description": "A path over time: linear between the dates, flat before the first and after the last.",
    })
}

const DATE: &str = "^[0-9]{1,4}(-[0-9]{1,2}(-[0-9]{1,2})?)?$";

fn date() -> Value {
    json!({
        "anyOf": [{ "type": "string", "pattern": DATE }, { "type": "integer", "minimum": 1, "maximum": 9000 }],
        "description": "A date: \"2026\", \"2026-01\" or \"2026-01-15\".",
    })
}

/// Any distribution, with places of this type.
fn distribution(place: &Value) -> Value {
    let mut all = Vec::new();
    for spec in DISTRIBUTIONS {
        for set in spec.parameters {
            let mut properties = Map::new();
            properties.insert("dist".into(), json!({ "const": spec.name }));
            for key in set.iter().chain(spec.optional) {
                let length = ["sd", "sigma", "shape", "scale", "rate", "alpha", "beta"].contains(key);
                let one = if length {
                    json!({ "type": "number", "exclusiveMinimum": 0 })
                } else {
                    place.clone()
                };
                let schema = match *key {
                    "values" => json!({ "type": "array", "items": place, "minItems": 1 }),
                    "weights" => json!({ "type": "array", "items": number(Range::NonNegative), "minItems": 1 }),
                    _ => one,
                };
                properties.insert(key.to_string(), schema);
            }
            let required: Vec<&str> = ["dist"].into_iter().chain(set.iter().copied()).collect();
            all.push(json!({
                "type": "object", "properties": properties, "required": required,
                "additionalProperties": false, "description": spec.doc,
            }));
        }
    }
    json!({ "anyOf": all })
}
