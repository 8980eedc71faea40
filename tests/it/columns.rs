//! The list of columns: names, and the tables of columns in the documentation.

use critmin::report::columns::{self, Kind, Table};

use crate::support::in_repository;

/// Every table once.
fn tables() -> Vec<(&'static str, Table)> {
    columns::all()
}

#[test]
fn names_are_unique_and_every_column_says_what_it_is() {
    let others = [
        columns::differences(),
        columns::sources(),
        columns::assumptions(),
        columns::columns(),
    ];
    let of_workbooks = others.into_iter().map(|table| ("", table));
    for (command, table) in tables().into_iter().chain(of_workbooks) {
        for (number, column) in table.columns.iter().enumerate() {
            let (name, file) = (&column.name, table.file);
            let others = &table.columns[..number];
            assert!(
                !others.iter().any(|other| other.name == *name),
                "{command} {file}: {name} twice"
            );
            assert!(!column.meaning.is_empty(), "{command} {file}: {name}");
            let is_percent = name.ends_with("_pct") && column.kind == Kind::Number;
            assert!(
                !is_percent || column.unit.starts_with('%'),
                "{file}: {name} is in percent"
            );
            // What another column says the unit of is there.
            for named in column.unit.split('`').skip(1).step_by(2) {
                let is_itself = table.get(named).is_some();
                assert!(
                    is_itself || file == "indices.csv",
                    "{command} {file}: {name} has the unit {named}"
                );
            }
        }
    }
}

#[test]
fn screenings_of_all_minerals_say_the_same_as_of_one_scenario() {
    let (one, all) = (columns::outages().columns, columns::outages_of_all().columns);
    let named = |name: &str| all.iter().position(|column| column.name == name).unwrap();
    assert_eq!(named("mineral"), 0);
    let rest: Vec<_> = all
        .iter()
        .filter(|column| !column.name.starts_with("mineral"))
        .collect();
    assert!(rest.into_iter().eq(one.iter()));
}

const BEGIN: &str = "<!-- columns of ";
const END: &str = "<!-- end of columns -->\n";

/// The page with the tables between its marks, and the tables that it has.
fn renewed(page: &str) -> (String, Vec<String>) {
    let (mut text, mut found) = (String::new(), Vec::new());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (which, after) = after.split_once(" -->\n").unwrap();
        let (_, after) = after.split_once(END).unwrap();
        let (command, file) = which.split_once(' ').unwrap();
        let (_, table) = tables()
            .into_iter()
            .find(|(of, table)| *of == command && table.file == file)
            .unwrap_or_else(|| panic!("there is no table {which}"));
        text += &format!("{before}{BEGIN}{which} -->\n\n{}\n{END}", table.documentation());
        found.push(which.to_owned());
        rest = after;
    }
    (text + rest, found)
}

#[test]
fn the_documentation_lists_every_column() {
    let mut documented = Vec::new();
    for path in ["docs/results.md", "docs/what-if.md", "docs/backtest.md"] {
        let page = std::fs::read_to_string(in_repository(path)).unwrap();
        let (text, found) = renewed(&page);
        documented.extend(found);
        if std::env::var_os("UPDATE_PAGES").is_some() {
            std::fs::write(in_repository(path), text).unwrap();
        } else {
            assert!(page == text, "run the tests with UPDATE_PAGES=1 and commit {path}");
        }
    }
    for (command, table) in tables() {
        let which = format!("{command} {}", table.file);
        assert!(documented.contains(&which), "{which} is not documented");
    }
}
