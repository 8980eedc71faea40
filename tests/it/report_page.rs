//! `report.html`: one file that explains itself, from every command that has a scenario.

use std::path::Path;

use crate::support::{in_repository, program, said};

const QUICKSTART: &str = "scenarios/quickstart.toml";

/// Runs a command on a scenario; gives the page that it wrote.
fn page(words: &[&str], out: &Path) -> String {
    let output = program()
        .current_dir(in_repository(""))
        .args(words)
        .arg("--out")
        .arg(out)
        .args(["--quiet"])
        .output()
        .unwrap();
    let (code, _, error) = said(&output);
    assert_eq!(code, 0, "{words:?}: {error}");
    std::fs::read_to_string(out.join("report.html")).unwrap()
}

/// It loads nothing, runs nothing, and every link in it leads to a place in it.
fn assert_self_contained(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    for word in ["<script", " src=", "@import", "url(", "<link", "<iframe", "javascript:"] {
        assert!(!page.contains(word), "{word}");
    }
    for link in page.split("href=\"").skip(1) {
        let target = link.split('"').next().unwrap();
        let id = target
            .strip_prefix('#')
            .unwrap_or_else(|| panic!("{target} leads elsewhere"));
        assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{id}");
    }
    // What is opened is closed.
    for tag in [
        "section", "figure", "details", "table", "svg", "main", "ul", "pre", "div",
    ] {
        let opened = page.matches(&format!("<{tag} ")).count() + page.matches(&format!("<{tag}>")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn a_run_says_what_was_asked_what_came_out_how_sure_and_what_was_assumed() {
    let scratch = tempfile::tempdir().unwrap();
    let run = ["run", QUICKSTART, "--trials", "2048", "--formats", "html"];
    let page_of_run = page(&run, scratch.path());
    assert_self_contained(&page_of_run);
    for text in [
        "China bans rare-earth magnets",
        "How much of its magnet demand of a year and a half",
        "95 % interval",
        "In 1 of 20 futures",
        "One bad trial as a story",
        "<details><summary>The figures of this chart</summary>",
        "IEA Global Critical Minerals Outlook 2025",
        "quickstart.toml:",
        "output 303100",
        "critmin run quickstart.toml --trials 2048 --seed 42 --policy baseline --return-periods 5,10,20,50",
        "SHA-256",
    ] {
        assert!(page_of_run.contains(text), "{text}");
    }
    // Charts stand in the page; none is a file of its own.
    assert!(page_of_run.matches("<svg ").count() >= 4);
    assert!(!scratch.path().join("charts").exists());
    // The figures are those of the tables, to the last digit.
    let summary = std::fs::read_to_string(scratch.path().join("summary.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(summary.as_bytes());
    let column = rows
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "expected_shortfall_pct")
        .unwrap();
    for row in rows.records() {
        let cell = format!("<td class=\"number\">{}</td>", &row.unwrap()[column]);
        assert!(page_of_run.contains(&cell), "{cell}");
    }
}

#[test]
fn the_page_is_the_same_for_any_threads_and_by_the_command_that_it_names() {
    let scratch = tempfile::tempdir().unwrap();
    let run = [
        "run",
        QUICKSTART,
        "--trials",
        "512",
        "--formats",
        "html",
        "--set",
        "run.seed=7",
        "--threads",
    ];
    let one = page(&[&run[..], &["1"]].concat(), &scratch.path().join("1"));
    let two = page(&[&run[..], &["2"]].concat(), &scratch.path().join("2"));
    assert!(one == two);
    let named = one
        .split("<code>")
        .find_map(|text| text.strip_prefix("critmin run "))
        .unwrap();
    let named = named.split("</code>").next().unwrap();
    let words: Vec<&str> = ["run", QUICKSTART]
        .into_iter()
        .chain(named.split(' ').skip(1))
        .collect();
    let again = page(
        &[&words[..], &["--formats", "html"]].concat(),
        &scratch.path().join("again"),
    );
    // The seed was set by a key, and is given by its option now.
    assert!(again == one);
}

/// A merged run has the page of the run, but for the story, which needs the scenario.
#[test]
fn parts_give_the_page_of_the_whole() {
    let scratch = tempfile::tempdir().unwrap();
    let run = ["run", QUICKSTART, "--trials", "512", "--formats", "html"];
    let whole = page(&run, &scratch.path().join("whole"));
    for range in ["0..200", "200..512"] {
        let out = scratch.path().join(format!("{range}.critmin"));
        let output = program()
            .current_dir(in_repository(""))
            .args([
                "run",
                QUICKSTART,
                "--trials",
                "512",
                "--quiet",
                "--trials-range",
                range,
                "--out",
            ])
            .arg(out)
            .output()
            .unwrap();
        assert_eq!(said(&output).0, 0);
    }
    let [one, other] =
        ["0..200.critmin", "200..512.critmin"].map(|name| scratch.path().join(name).display().to_string());
    let merged = page(
        &["merge", &one, &other, "--formats", "html"],
        &scratch.path().join("merged"),
    );
    let without_story = |page: &str| {
        let (before, rest) = page.split_once("<section id=\"story\"").unwrap();
        let (_, after) = rest.split_once("</section>").unwrap();
        let link = "<li><a href=\"#story\">One bad trial as a story</a></li>";
        format!("{before}{after}").replace(link, "")
    };
    assert!(without_story(&whole) == merged);
}

#[test]
fn every_command_with_a_scenario_has_its_page() {
    let scratch = tempfile::tempdir().unwrap();
    let partnership = "scenarios/us-india-partnership.toml";
    let commands: [(&str, &[&str]); 6] = [
        (
            "compare",
            &["compare", partnership, "--policy", "stockpile", "--trials", "64"],
        ),
        (
            "sweep",
            &[
                "sweep",
                QUICKSTART,
                "--vary",
                "shares.magnet.by_country.CHN=0.3..0.9:3",
                "--trials",
                "64",
            ],
        ),
        ("screen", &["screen", QUICKSTART]),
        ("sensitivity", &["sensitivity", QUICKSTART, "--trials", "256"]),
        (
            "optimize",
            &[
                "optimize",
                partnership,
                "--policy",
                "stockpile",
                "--policy",
                "recycling",
                "--trials",
                "64",
                "--steps",
                "2",
            ],
        ),
        (
            "robustness",
            &["robustness", partnership, "--policy", "stockpile", "--trials", "64"],
        ),
    ];
    for (name, words) in commands {
        let out = scratch.path().join(name);
        let found = page(&[words, &["--formats", "html"]].concat(), &out);
        assert_self_contained(&found);
        assert!(found.contains("<svg ") && found.contains("class=\"lead\""), "{name}");
        assert!(
            found.contains("<details><summary>The figures of this chart</summary>"),
            "{name}"
        );
        // The command that repeats it, without where it was to write.
        let typed = found.split("<code>").find(|text| text.starts_with("critmin ")).unwrap();
        assert!(typed.starts_with(&format!("critmin {name} ")), "{typed}");
        assert!(
            !typed.contains("--out") && !typed.split("</code>").next().unwrap().contains("--formats"),
            "{name}"
        );
        assert!(!found.contains(out.to_str().unwrap()), "{name}");
    }
}

#[test]
fn texts_of_a_scenario_are_texts() {
    let scratch = tempfile::tempdir().unwrap();
    let out = scratch.path().join("out");
    let run = ["run", QUICKSTART, "--trials", "64", "--formats", "html", "--set"];
    let title = "title=\"<script>alert(1)</script> & <b>\"";
    let found = page(&[&run[..], &[title]].concat(), &out);
    assert_self_contained(&found);
    assert!(found.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;"));
}
