use std::path::Path;

use crate::scenario::*;

pub(crate) fn load(name: &str) -> Document {
    let path = Path::new("tests/good-scenarios").join(name);
    Document::load(&path).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn dropped_files_are_valid_without_a_warning() {
    for entry in std::fs::read_dir("tests/good-scenarios").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let document = Document::load(&path).unwrap_or_else(|errors| panic!("{errors}"));
            let (_, warnings) = document.check(None).unwrap_or_else(|errors| panic!("{errors}"));
            assert_eq!(warnings.render(false), "", "{}", path.display());
            for policy in document.policies() {
                document.check(Some(&policy.id)).unwrap_or_else(|errors| panic!("{errors}"));
            }
        }
    }
}
