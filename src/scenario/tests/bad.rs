//! Every error and warning, drawn in full. A file dropped into `tests/bad-scenarios` is a test; its picture is kept in
//! `src/scenario/tests/snapshots`.

use std::path::{Path, PathBuf};

use crate::scenario::*;

/// What the user sees: all errors and warnings, or nothing.
pub(crate) fn picture(path: &Path) -> String {
    match Document::load(path) {
        Err(errors) => errors.render(false),
        Ok(document) => match document.check(None) {
            Err(errors) => errors.render(false),
            Ok((_, warnings)) => warnings.render(false),
        },
    }
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir("tests/bad-scenarios")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

#[test]
fn every_message_is_as_drawn() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for path in files() {
            let name = path.file_stem().unwrap().to_string_lossy().to_string();
            insta::assert_snapshot!(name, picture(&path));
        }
    });
}

#[test]
fn one_mistake_is_one_message() {
    for path in files() {
        let name = path.file_stem().unwrap().to_string_lossy().to_string();
        let shown = picture(&path);
        let count = shown
            .lines()
            .filter(|line| line.starts_with("error[") || line.starts_with("warning["))
            .count();
        let expected = if name.starts_with("ten-mistakes") { 10 } else { 1 };
        assert_eq!(count, expected, "{name}\n{shown}");
    }
}

#[test]
fn ten_mistakes_are_reported_with_their_lines() {
    let path = Path::new("tests/bad-scenarios/ten-mistakes.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let marked: Vec<usize> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains("# MISTAKE"))
        .map(|(index, _)| index + 1)
        .collect();
    let errors = Document::load(path).unwrap().check(None).unwrap_err();
    let found: Vec<usize> = errors.iter().map(|error| error.line).collect();
    assert_eq!(found, marked, "{errors}");
}

#[test]
fn json_form_carries_the_same() {
    let path = Path::new("tests/bad-scenarios/structure-unknown-key.toml");
    let errors = Document::load(path).unwrap().check(None).unwrap_err();
    let json = errors.to_json();
    assert_eq!(json["errors"], 1);
    let first = &json["diagnostics"][0];
    assert_eq!(first["level"], "error");
    assert_eq!(first["file"], "tests/bad-scenarios/structure-unknown-key.toml");
    assert!(first["line"].as_u64().unwrap() > 1 && first["column"] == 1);
    assert!(first["hints"][0].as_str().unwrap().contains("flexibility"));
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let message = |path: &Path| {
        let errors = Document::load(path).unwrap_err();
        assert!(
            errors
                .render(false)
                .contains(&path.to_string_lossy().replace('\\', "/"))
        );
        errors.iter().next().unwrap().message.clone()
    };
    insta::assert_snapshot!(message(&folder.path().join("none.toml")), @"the scenario cannot be read: there is no such file");
    insta::assert_snapshot!(message(folder.path()), @"the scenario cannot be read: it is a folder, not a file");
    insta::assert_snapshot!(message(&put("empty.toml", b"")), @"the scenario cannot be read: it is empty");
    insta::assert_snapshot!(message(&put("latin1.toml", b"format = 1\ntitle = \"caf\xe9\"\n")), @"the scenario cannot be read: it is not UTF-8 text: the first wrong byte is in line 2; save it as UTF-8");
    let large = put("large.toml", b"format = 1\n");
    std::fs::OpenOptions::new()
        .write(true)
        .open(&large)
        .unwrap()
        .set_len(17 * 1024 * 1024)
        .unwrap();
    insta::assert_snapshot!(message(&large), @"the scenario cannot be read: it holds 17.0 MiB; the limit is 16 MiB");
}
