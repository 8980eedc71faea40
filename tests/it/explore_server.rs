//! The explorer's server, as a stranger meets it: who is refused, and what happens to runs and clients.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::program;

/// A server of its own, ended when it is dropped.
struct Server {
    child: Child,
    address: String,
    token: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start(scenario: &str) -> Server {
        let mut command = program();
        command.args(["explore", scenario, "--threads", "1"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let rest = line
            .trim()
            .strip_prefix("http://")
            .unwrap_or_else(|| panic!("no address: {line}"));
        let (address, token) = rest.split_once('/').unwrap();
        assert!(address.starts_with("127.0.0.1:"), "{address}");
        let token = token.trim_end_matches('/').to_owned();
        assert_eq!(token.len(), 32);
        Server {
            address: address.to_owned(),
            token,
            child,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        stream
    }

    /// Sends a request as it stands, with `Host` and what else is given; the whole answer.
    fn send(&self, first: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut stream = self.connect();
        // A server that refuses a body may close before all of it was sent.
        let _ = stream.write_all(self.request(first, headers, body).as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn request(&self, first: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut text = format!("{first} HTTP/1.1\r\nConnection: close\r\n");
        let has_host = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if !has_host {
            text.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if first.starts_with("POST") {
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        format!("{text}\r\n{body}")
    }

    fn ask(&self, headers: &[(&str, &str)], body: &str) -> String {
        let mut all = vec![("Content-Type", "application/json")];
        all.extend_from_slice(headers);
        self.send(&format!("POST /{}/ask", self.token), &all, body)
    }
}

fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

const DESCRIBE: &str = r#"{"do": "describe"}"#;

#[test]
fn strangers_are_refused_and_the_page_is_guarded() {
    let server = Server::start("scenarios/quickstart.toml");
    let page = format!("GET /{}/", server.token);
    let shown = server.send(&page, &[], "");
    assert_eq!(status(&shown), 200, "{shown}");
    let lower = shown.to_ascii_lowercase();
    for header in [
        "content-security-policy: default-src 'none'; style-src 'sha256-",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "x-frame-options: deny",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
        "cross-origin-opener-policy: same-origin",
    ] {
        assert!(lower.contains(header), "{header}\n{}", &lower[..lower.len().min(1_500)]);
    }
    let described = server.ask(&[], DESCRIBE);
    assert!(
        status(&described) == 200 && described.contains("\"kind\":\"described\""),
        "{described}"
    );

    // Names and origins.
    let port = server.address.rsplit(':').next().unwrap();
    for host in [
        "evil.example",
        "127.0.0.1",
        &format!("evil.example:{port}"),
        &format!("127.0.0.2:{port}"),
    ] {
        let answer = server.send(&page, &[("Host", host)], "");
        assert!(
            status(&answer) == 403 && answer.contains("this name does not belong to the explorer"),
            "{host}: {answer}"
        );
        assert_eq!(status(&server.ask(&[("Host", host)], DESCRIBE)), 403, "{host}");
    }
    assert_eq!(
        status(&server.send(&page, &[("Host", &format!("localhost:{port}"))], "")),
        200
    );
    for origin in ["http://evil.example", "null", "file://", "http://127.0.0.1"] {
        let answer = server.ask(&[("Origin", origin)], DESCRIBE);
        assert!(
            status(&answer) == 403 && answer.contains("a page of another site"),
            "{origin}: {answer}"
        );
    }
    assert_eq!(
        status(&server.ask(&[("Origin", &format!("http://{}", server.address))], DESCRIBE)),
        200
    );
    assert_eq!(status(&server.ask(&[("Sec-Fetch-Site", "cross-site")], DESCRIBE)), 403);

    // Tokens.
    let wrong = "0".repeat(32);
    for path in [
        "/",
        "/ask",
        &format!("/{wrong}/"),
        &format!("/{wrong}/ask"),
        &format!("/{}/", &server.token[..31]),
    ] {
        let method = if path.ends_with("ask") { "POST" } else { "GET" };
        let headers = [("Content-Type", "application/json")];
        let answer = server.send(
            &format!("{method} {path}"),
            &headers,
            if method == "POST" { DESCRIBE } else { "" },
        );
        assert!(
            [403, 404].contains(&status(&answer)) && !answer.contains("described"),
            "{path}: {answer}"
        );
    }

    // Bodies.
    let large = format!("{{\"do\": \"describe\", \"x\": \"{}\"}}", "a".repeat(300_000));
    let answer = server.ask(&[], &large);
    assert!(answer.is_empty() || status(&answer) == 413, "{answer}");
    assert_eq!(
        status(&server.send(
            &format!("POST /{}/ask", server.token),
            &[("Content-Type", "text/plain")],
            DESCRIBE
        )),
        415
    );
    for text in [
        "",
        "{",
        "[]",
        r#"{"do": "open", "scenario": "extends = \"/etc/passwd\""}"#,
    ] {
        let answer = server.ask(&[], text);
        assert!(
            answer.contains("\"kind\":\"refused\"") && !answer.contains("root:"),
            "{text}: {answer}"
        );
    }
    for path in [
        "/etc/passwd",
        "/../Cargo.toml",
        &format!("/{}/../Cargo.toml", server.token),
        &format!("/{}/Cargo.toml", server.token),
    ] {
        let answer = server.send(&format!("GET {path}"), &[], "");
        assert!(
            [403, 404].contains(&status(&answer)) && !answer.contains("[package]"),
            "{path}: {answer}"
        );
    }
    // Another method is not allowed, and the server goes on.
    assert_eq!(
        status(&server.send(&format!("GET /{}/ask", server.token), &[], "")),
        405
    );
    assert_eq!(status(&server.ask(&[], DESCRIBE)), 200);
}

#[test]
fn runs_have_a_limit_and_end_with_their_client() {
    let server = Server::start("scenarios/us-india-partnership.toml");
    let long = r#"{"do": "run", "choice": {}, "trials": 1000000}"#;
    let request = server.request(
        &format!("POST /{}/ask", server.token),
        &[("Content-Type", "application/json")],
        long,
    );
    let begin = || {
        let mut client = server.connect();
        client.write_all(request.as_bytes()).unwrap();
        client
    };
    // Two have their turn: the head of their answer shows it.
    let mut clients: Vec<TcpStream> = (0..2).map(|_| begin()).collect();
    for client in &mut clients {
        let mut begun = [0; 12];
        client.read_exact(&mut begun).unwrap();
        assert_eq!(&begun, b"HTTP/1.1 200");
    }
    // Eight wait in line, and say nothing; who comes after them is refused.
    let refused = (0..200).find_map(|_| {
        let mut client = begin();
        client.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let mut answer = String::new();
        let _ = client.read_to_string(&mut answer);
        if answer.is_empty() {
            clients.push(client);
            return None;
        }
        Some(answer)
    });
    let refused = refused.unwrap();
    assert!(
        status(&refused) == 429 && refused.contains("as many runs are under way as may be"),
        "{refused}"
    );
    assert_eq!(clients.len(), 2 + 8);
    // Clients that go away take their runs with them.
    clients.clear();
    let begun = Instant::now();
    loop {
        let answer = server.ask(&[], DESCRIBE);
        match status(&answer) {
            200 => break,
            429 => assert!(
                begun.elapsed() < Duration::from_secs(120),
                "runs go on without their clients"
            ),
            _ => panic!("{answer}"),
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_server_cleanly() {
    for (signal, is_busy) in [("INT", false), ("TERM", true)] {
        let mut server = Server::start("scenarios/quickstart.toml");
        let mut client = server.connect();
        if is_busy {
            let long = r#"{"do": "run", "choice": {}, "trials": 1000000}"#;
            let request = server.request(
                &format!("POST /{}/ask", server.token),
                &[("Content-Type", "application/json")],
                long,
            );
            client.write_all(request.as_bytes()).unwrap();
            client.read_exact(&mut [0; 12]).unwrap();
        }
        let sent = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(server.child.id().to_string())
            .status()
            .unwrap();
        assert!(sent.success());
        let begun = Instant::now();
        let code = loop {
            if let Some(status) = server.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "the server does not end");
            std::thread::sleep(Duration::from_millis(50));
        };
        assert_eq!(code, Some(130), "{signal}");
    }
}

#[test]
fn a_wrong_scenario_or_port_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = program();
    let output = command
        .args(["explore", "scenarios/quickstart.toml", "--port", &port])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(3) && told.contains("cannot listen at 127.0.0.1:") && told.contains("--port"),
        "{told}"
    );
    let mut command = program();
    let output = command.args(["explore", "scenarios/absent.toml"]).output().unwrap();
    assert!(output.status.code() == Some(1) && output.stdout.is_empty());
}

#[test]
fn a_page_in_one_file_needs_an_engine() {
    let scratch = tempfile::tempdir().unwrap();
    let (page, engine) = (scratch.path().join("page.html"), scratch.path().join("engine.wasm"));
    std::fs::write(&engine, "no engine").unwrap();
    let mut command = program();
    command
        .args(["explore", "scenarios/quickstart.toml", "--save"])
        .arg(&page)
        .arg("--engine")
        .arg(&engine);
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(3) && told.contains("browser/build.sh") && !page.exists(),
        "{told}"
    );
    // With one the page carries it, all texts of the scenario and the baseline's answer; and no place on this machine.
    std::fs::write(&engine, b"\0asm, for this test").unwrap();
    let mut command = program();
    command
        .args([
            "explore",
            "scenarios/us-india-partnership.toml",
            "--set",
            "run.seed=7",
            "--most-trials",
            "64",
            "--save",
        ])
        .arg(&page)
        .arg("--engine")
        .arg(&engine);
    let output = command.output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains(r#"id="embedded-engine">AGFzbSwgZm9yIHRoaXMgdGVzdA==<"#));
    for part in [
        "base/magnet-plants.toml",
        "china-rare-earth-controls.toml",
        "run.seed=7",
        r#""kind":"repeat""#,
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("scenarios/base"), "names are beside the scenario");
}
