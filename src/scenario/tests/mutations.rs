//! No text makes the reader panic.

use crate::scenario::*;

/// A small generator, so that the mutations are the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }
}

fn good() -> String {
    let base = std::fs::read_to_string("tests/good-scenarios/base/rare-earths.toml").unwrap();
    let over = std::fs::read_to_string("tests/good-scenarios/interface.toml").unwrap();
    // In one file, without what stands in both.
    let both = [
        "[[material]]\nid = \"magnet_ree_oxide\"\nprice = 60_000",
        "[time]",
        "[shares.magnet_ree_oxide]\noutput = 100",
    ];
    let mut text = base.replace("periods = 12\n", "periods = 60\n");
    let mut skipping = true;
    for block in over.split("\n\n") {
        let twice = both.iter().any(|start| block.starts_with(start)) || block.starts_with('#');
        skipping &= twice;
        if !twice && !skipping {
            text.push_str("\n\n");
            text.push_str(block);
        }
    }
    text
}

fn mutate(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    for _ in 0..1 + numbers.next(3) {
        let at = numbers.next(lines.len());
        match numbers.next(6) {
            0 => drop(lines.remove(at)),
            1 => {
                let mut characters: Vec<char> = lines[at].chars().collect();
                let odd = [
                    '"',
                    '[',
                    ']',
                    '{',
                    '}',
                    '=',
                    ',',
                    '.',
                    '-',
                    '#',
                    '0',
                    '9',
                    'e',
                    'é',
                    '\u{1f600}',
                    '\t',
                    '\\',
                    '\'',
                ];
                let place = numbers.next(characters.len() + 1);
                let new = odd[numbers.next(odd.len())];
                if numbers.next(2) == 0 || place == characters.len() {
                    characters.insert(place, new);
                } else {
                    characters[place] = new;
                }
                lines[at] = characters.into_iter().collect();
            }
            2 => {
                let mut words: Vec<String> = lines[at].split(' ').map(str::to_string).collect();
                let (a, b) = (numbers.next(words.len()), numbers.next(words.len()));
                words.swap(a, b);
                lines[at] = words.join(" ");
            }
            3 => {
                let other = numbers.next(lines.len());
                lines.swap(at, other);
            }
            4 => {
                let copy = lines[at].clone();
                lines.insert(numbers.next(lines.len()), copy);
            }
            _ => {
                let values = [
                    "nan",
                    "-1",
                    "1e308",
                    "0",
                    "{}",
                    "[]",
                    "[[]]",
                    "\"all\"",
                    "true",
                    "2026-01-01",
                    "{ dist = \"beta\", mean = 0.5, sd = 0.1 }",
                    "{ path = {} }",
                    "[\"CHN\", [1]]",
                    "\"\"",
                    "inf",
                    "-9223372036854775808",
                ];
                if let Some((key, _)) = lines[at].clone().split_once('=') {
                    lines[at] = format!("{key}= {}", values[numbers.next(values.len())]);
                }
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join("\n")
}

#[test]
fn mutations_never_panic() {
    let text = good();
    let start = Document::from_text("good.toml", &text).unwrap_or_else(|errors| panic!("{errors}"));
    start.check(None).unwrap_or_else(|errors| panic!("{errors}"));
    let mut numbers = Numbers(1);
    let mut valid = 0;
    for round in 0..3_000 {
        let mutated = mutate(&text, &mut numbers);
        match Document::from_text("mutated.toml", &mutated).and_then(|document| document.check(None)) {
            Ok(_) => valid += 1,
            Err(errors) => {
                assert!(errors.has_errors());
                if round % 10 == 0 {
                    assert!(!errors.render(round % 20 == 0).is_empty());
                    assert!(errors.to_json()["errors"].as_u64().unwrap() > 0);
                }
            }
        }
    }
    assert!(valid > 100 && valid < 2_900, "{valid}");
}

#[test]
fn odd_texts_never_panic() {
    let deep = format!("x = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let wide = format!("format = 1\ntitle = \"{}\"\nx", "a".repeat(200_000));
    let odd = [
        "\u{feff}",
        "=",
        "[",
        "[[",
        "[a",
        "[[a]]\n[a]",
        "a.b.c = 1\na.b = 2",
        "\r\n",
        "\"",
        "a = '''",
        "# only a remark",
        &deep,
        &wide,
    ];
    for text in odd {
        match Document::from_text("odd.toml", text) {
            Err(errors) => assert!(!errors.render(false).is_empty()),
            Ok(document) => assert!(!document.check(None).unwrap_err().render(true).is_empty()),
        }
    }
}

#[test]
fn assignments_never_panic() {
    let document = Document::from_text("good.toml", &good()).unwrap();
    let odd = [
        "",
        "=",
        "a",
        "a=",
        "=1",
        "...=1",
        "run.trials=",
        "run.trials=[",
        "event=1",
        "shares.x=1",
        "shares=1",
        "é=ü",
        "event.chl_earthquake=3",
        "shares.copper_ore.by_country.CHL=0.3",
        "shares.ndfeb_magnet.by_country.CHN=2",
        "time=5",
        "time.start=2027-02-30",
        "material.x.y=1",
        "policy.us_india_processing.cost=1",
        "demand.ndfeb_magnet.USA.defence=1",
        "focus.materials=[]",
    ];
    for assignment in odd {
        let mut copy = document.clone();
        match copy.set(assignment) {
            Err(errors) => assert!(errors.render(false).contains("--set"), "{assignment}"),
            Ok(()) => drop(copy.check(None)),
        }
    }
}

#[test]
fn crlf_and_a_byte_order_mark_change_nothing() {
    let text = good();
    let other = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let (one, two) = (
        Document::from_text("a.toml", &text).unwrap(),
        Document::from_text("a.toml", &other).unwrap(),
    );
    assert_eq!(one.check(None).unwrap().0, two.check(None).unwrap().0);
    assert_eq!(one.hash(), two.hash());
    let broken = other.replace("periods = 60\r\n", "periods = 0\r\n");
    let errors = Document::from_text("a.toml", &broken).unwrap().check(None).unwrap_err();
    let first = errors.iter().next().unwrap();
    assert_eq!((first.line, first.column), (7, 11), "{errors}");
}
