//! Names, origins and tokens that are let through, and those that are not.

use super::guard::{Guard, Refusal, token};

#[test]
fn only_own_names_and_origins_are_let_through() {
    let guard = Guard::new("abc", "127.0.0.1:8080".parse().unwrap(), &["risk.example".to_owned()]);
    assert_eq!(guard.url(), "http://127.0.0.1:8080/abc/");
    for host in [
        "127.0.0.1:8080",
        "localhost:8080",
        "LOCALHOST:8080",
        "risk.example",
        "risk.example:8080",
    ] {
        assert_eq!(guard.check_names(Some(host), None, None), Ok(()), "{host}");
    }
    for host in [
        None,
        Some("127.0.0.1"),
        Some("127.0.0.1:81"),
        Some("evil.example:8080"),
        Some("localhost"),
    ] {
        assert_eq!(
            guard.check_names(host, None, None),
            Err(Refusal::ForeignHost),
            "{host:?}"
        );
    }
    let own = Some("127.0.0.1:8080");
    for origin in ["http://localhost:8080", "https://risk.example", "http://127.0.0.1:8080"] {
        assert_eq!(
            guard.check_names(own, Some(origin), Some("same-origin")),
            Ok(()),
            "{origin}"
        );
    }
    for origin in ["null", "http://evil.example", "http://localhost", "file://"] {
        assert_eq!(
            guard.check_names(own, Some(origin), None),
            Err(Refusal::ForeignOrigin),
            "{origin}"
        );
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(
            guard.check_names(own, None, Some(site)),
            Err(Refusal::ForeignOrigin),
            "{site}"
        );
    }
}

#[test]
fn a_token_must_be_whole() {
    let guard = Guard::new("abcdef", "127.0.0.1:8080".parse().unwrap(), &[]);
    assert_eq!(guard.check_token("abcdef"), Ok(()));
    for wrong in ["", "abcde", "abcdefg", "abcdeg", "ABCDEF"] {
        assert_eq!(guard.check_token(wrong), Err(Refusal::NoToken), "{wrong}");
    }
    let (one, other) = (token().unwrap(), token().unwrap());
    assert!(one.len() == 32 && one != other && one.bytes().all(|byte| byte.is_ascii_hexdigit()));
}
