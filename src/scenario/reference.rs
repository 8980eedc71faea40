//! The reference page of the format, from the description that files are checked with.

use std::fmt::Write as _;

use super::format::{DISTRIBUTIONS, Field, Kind, Range, TOP, TableSpec, Target};
use super::suggest::quoted;

/// `docs/scenario-format.md`.
pub fn format_reference() -> String {
    let mut page = include_str!("reference_intro.md").to_string();
    page.push_str("\n## Top of the file\n");
    section(&mut page, &TOP);
    for field in TOP.fields {
        match field.kind {
            Kind::Table(spec) => titled(&mut page, &format!("`[{}]`", spec.name), spec, "##"),
            Kind::Tables(spec) => titled(&mut page, &format!("`[[{}]]`", spec.name), spec, "##"),
            Kind::TablesByMaterial(spec) => titled(&mut page, &format!("`[{}.MATERIAL]`", spec.name), spec, "##"),
            _ => {}
        }
    }
    distributions(&mut page);
    page
}

fn titled(page: &mut String, title: &str, spec: &'static TableSpec, level: &str) {
    let _ = writeln!(page, "\n{level} {title}");
    section(page, spec);
    for field in spec.fields {
        match field.kind {
            Kind::Table(inner) => titled(page, &format!("`{}` of `[[{}]]`", field.name, spec.name), inner, "###"),
            Kind::Rate(inner) => titled(page, &format!("`{}` of `{}`", field.name, spec.name), inner, "####"),
            Kind::Tables(inner) if spec.name != "shares" && spec.name != "supply" => {
                titled(page, &format!("`{}` of `[[{}]]`", field.name, spec.name), inner, "###");
            }
            _ => {}
        }
    }
}

fn section(page: &mut String, spec: &TableSpec) {
    let _ = writeln!(page, "\n{}\n", spec.doc);
    page.push_str("| key | holds | unit | default | meaning |\n|---|---|---|---|---|\n");
    for field in spec.fields {
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {}{} |",
            keys(field),
            holds(field.kind),
            field.unit,
            default(field),
            belongs(spec, field),
            field.doc
        );
    }
    if !spec.example.is_empty() {
        let _ = writeln!(page, "\n```toml\n{}\n```", spec.example);
    }
}

fn keys(field: &Field) -> String {
    let names: Vec<&str> = [field.name].into_iter().chain(field.aliases.iter().copied()).collect();
    quoted(&names)
}

fn default(field: &Field) -> String {
    match (field.required, field.default) {
        (true, _) => "required".to_string(),
        (false, text) => text.to_string(),
    }
}

fn belongs(spec: &TableSpec, field: &Field) -> String {
    match (spec.tag, field.only) {
        (Some(tag), only) if !only.is_empty() => format!("*{tag} = {}:* ", only.join(", ")),
        _ => String::new(),
    }
}

fn holds(kind: Kind) -> String {
    let range = |what: &str, range: Range| format!("{what}, {}", range.words());
    let noun = Target::noun;
    match kind {
        Kind::Any => "any value".to_string(),
        Kind::Text => "text".to_string(),
        Kind::Label => "text or whole number".to_string(),
        Kind::Id => "id".to_string(),
        Kind::Texts => "text or list".to_string(),
        Kind::Flag => "true or false".to_string(),
        Kind::Count(low, high) if low == high => format!("{low}"),
        Kind::Count(low, high) => format!("whole number, {low} to {high}"),
        Kind::Plain(r) => range("plain number", r),
        Kind::Number(r) => range("number", r),
        Kind::Drawn(r) => range("number per occurrence", r),
        Kind::Rate(_) => "number, 0 or more; or a table".to_string(),
        Kind::Quantity(r) => range("quantity", r),
        Kind::Date => "date".to_string(),
        Kind::Dates => "date or distribution".to_string(),
        Kind::Word(words) => words
            .iter()
            .map(|word| format!("`\"{word}\"`"))
            .collect::<Vec<_>>()
            .join(", "),
        Kind::Flexibility => "number, 1 or more; or `\"coordinated\"`".to_string(),
        Kind::One(target) => noun(target).to_string(),
        Kind::Many(target) => format!("{}, or a list", noun(target)),
        Kind::Table(_) => "table".to_string(),
        Kind::Tables(_) => "tables".to_string(),
        Kind::TablesByMaterial(_) => "tables by material".to_string(),
        Kind::Shares => "shares by country".to_string(),
        Kind::Flows => "plain numbers by country".to_string(),
        Kind::Lanes => "pairs of countries or groups".to_string(),
        Kind::Correlation => "number above -1 and below 1, or matrix".to_string(),
    }
}

fn distributions(page: &mut String) {
    page.push_str(
        "\n## Distributions\n\n| `dist` | parameters | optional | meaning | example |\n|---|---|---|---|---|\n",
    );
    for spec in DISTRIBUTIONS {
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | `{}` |",
            spec.name,
            spec.alternatives(),
            quoted(spec.optional),
            spec.doc,
            spec.example
        );
    }
    page.push_str("\nThe distribution must lie within what its key allows: a share between 0 and 1 cannot be an untruncated normal.\n");
}
