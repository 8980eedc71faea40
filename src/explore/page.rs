//! The page itself: one HTML document with its own style and script, the same for every way in which it reaches a session.

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: [&str; 5] = [
    include_str!("page/transport.js"),
    include_str!("page/state.js"),
    include_str!("page/levers.js"),
    include_str!("page/results.js"),
    include_str!("page/page.js"),
];

/// What a page that needs no server carries with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// The engine: WebAssembly as base64.
    pub engine: String,
    /// The scenario: what `open` of the engine takes, as JSON.
    pub scenario: String,
    /// The answer of the baseline that the page begins with: messages as a JSON list.
    pub first: String,
}

/// A page, and the two texts in it that a content security policy has to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document.
    pub html: String,
    /// What stands in its style element.
    pub style: &'static str,
    /// What stands in its script element.
    pub script: String,
}

/// The page for a scenario of this title; it asks the server that it came from, or the engine that it carries.
pub fn page(title: &str, embedded: Option<&Embedded>) -> Page {
    let script = SCRIPT.concat();
    let data = embedded.map_or_else(String::new, |embedded| {
        format!(
            "<script type=\"application/json\" id=\"embedded-scenario\">{}</script>\n\
             <script type=\"application/json\" id=\"embedded-first\">{}</script>\n\
             <script type=\"text/plain\" id=\"embedded-engine\">{}</script>\n",
            inert(&embedded.scenario),
            inert(&embedded.first),
            embedded.engine
        )
    });
    let policy = match embedded {
        // A server says it in a header.
        None => String::new(),
        Some(_) => "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' \
                    'wasm-unsafe-eval' blob:; worker-src blob:; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n"
            .to_owned(),
    };
    // What is put in is never looked at again for places to put something in.
    let parts = [
        ("<!--TITLE-->", escaped(title)),
        ("<!--POLICY-->", policy),
        ("/*STYLE*/", STYLE.to_owned()),
        ("<!--EMBEDDED-->", data),
        ("/*SCRIPT*/", script.clone()),
    ];
    let (mut html, mut rest) = (String::new(), HTML);
    for (mark, text) in parts {
        if let Some((before, after)) = rest.split_once(mark) {
            html.push_str(before);
            html.push_str(&text);
            rest = after;
        }
    }
    html.push_str(rest);
    Page {
        html,
        style: STYLE,
        script,
    }
}

/// JSON that cannot end the element that it stands in.
fn inert(json: &str) -> String {
    json.replace('<', "\\u003c")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_all_its_parts_and_nothing_can_leave_its_place() {
        let embedded = Embedded {
            engine: "AGFzbQ==".to_owned(),
            scenario: r#"{"text":"</script><script>alert(1)</script>/*SCRIPT*/"}"#.to_owned(),
            first: "[]".to_owned(),
        };
        let page = page("<b>Magnets</b> & \"more\" /*STYLE*/", Some(&embedded));
        assert!(
            page.html
                .contains("<title>&lt;b&gt;Magnets&lt;/b&gt; &amp; &quot;more&quot; /*STYLE*/")
        );
        assert!(page.html.contains(page.style) && page.html.contains(&page.script));
        assert_eq!(page.html.matches("alert(1)").count(), 1);
        assert!(page.html.contains(r"\u003c/script>\u003cscript>alert(1)"));
        for text in [page.style, &page.script] {
            assert!(!text.contains("</script") && !text.contains("</style"));
        }
    }

    #[test]
    fn the_page_asks_nobody_but_its_own_host() {
        let page = page("t", None);
        for address in ["http://", "https://", "//cdn", "url("] {
            let found: Vec<&str> = page
                .html
                .lines()
                .filter(|line| line.contains(address) && !line.contains("www.w3.org"))
                .collect();
            assert!(found.is_empty(), "{found:?}");
        }
    }
}
