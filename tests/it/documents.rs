//! Commands in documents are run, and what the documents show is what they print.

use crate::support::{in_repository, program, said};

/// Runs every command of the page's `console` blocks and puts what it prints below it. Renewed with `UPDATE_PAGES=1`.
fn renewed(page: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let mut text = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        if line != "```console" {
            continue;
        }
        let mut block = Vec::new();
        for line in lines.by_ref() {
            if line == "```" {
                break;
            }
            block.push(line);
        }
        for command in block.iter().filter_map(|line| line.strip_prefix("$ critmin ")) {
            let arguments = command.replace("out/example", out);
            let mut program = program();
            program.env("COLUMNS", "80").current_dir(in_repository("."));
            let (code, printed, error) = said(&program.args(arguments.split(' ')).output().unwrap());
            assert_eq!(code, 0, "{command}: {error}");
            text.push_str(&format!("$ critmin {command}\n{printed}"));
        }
        text.push_str("```\n");
    }
    text
}

#[test]
fn what_if_shows_what_its_commands_print() {
    let path = in_repository("docs/what-if.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let renewed = renewed(&page);
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, &renewed).unwrap();
    } else {
        assert!(
            page == renewed,
            "run the tests with UPDATE_PAGES=1 and commit docs/what-if.md"
        );
    }
}
