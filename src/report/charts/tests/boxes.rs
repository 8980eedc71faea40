//! No two texts overlap, and all lie on the page.

use resvg::usvg::roxmltree::{Document, Node};

use super::gallery::every;
use crate::report::charts::{Chart, font, render_all};

/// Left, top, right, bottom, and the text.
type Box = ([f64; 4], String);

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name)
        .and_then(|v| v.parse().ok())
        .unwrap_or_else(|| panic!("no number {name}"))
}

fn boxes(chart: &Chart) -> (Vec<Box>, (f64, f64)) {
    let document = Document::parse(&chart.svg).unwrap();
    let root = document.root_element();
    let found = document.descendants().filter(|n| n.has_tag_name("text")).map(|node| {
        let (x, y, size) = (number(node, "x"), number(node, "y"), number(node, "font-size"));
        let text = node.text().unwrap_or_default().to_owned();
        let width = font::width(&text, size, node.attribute("font-weight") == Some("bold"));
        let left = match node.attribute("text-anchor") {
            Some("middle") => x - width / 2.0,
            Some("end") => x - width,
            _ => x,
        };
        ([left, y - 0.76 * size, left + width, y + 0.2 * size], text)
    });
    (found.collect(), (number(root, "width"), number(root, "height")))
}

#[test]
fn texts_neither_overlap_nor_leave_the_page() {
    let mut faults = Vec::new();
    for (sample, built) in every() {
        for chart in render_all(&built.results()).unwrap() {
            let (boxes, (width, height)) = boxes(&chart);
            for (i, (a, text)) in boxes.iter().enumerate() {
                if a[0] < 0.0 || a[1] < 0.0 || a[2] > width || a[3] > height {
                    faults.push(format!("{sample} {}: outside: {text:?} {a:?}", chart.name));
                }
                for (b, other) in &boxes[i + 1..] {
                    if a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3] {
                        faults.push(format!("{sample} {}: {text:?} over {other:?}", chart.name));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}
