//! Who may ask: whoever has the address with its random token, from a page of this server, under a name of this server. Knows nothing of what is asked.

use std::net::SocketAddr;

/// Bytes of randomness in a token.
const TOKEN_BYTES: usize = 16;

/// A token out of the system's randomness, as hexadecimal digits.
pub fn token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What is looked at before a request is answered.
#[derive(Debug, Clone)]
pub struct Guard {
    token: String,
    /// Names with port under which this server is known: a page of another site that has its own name lead here is not among them.
    hosts: Vec<String>,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The name in `Host` is not one of this server.
    ForeignHost,
    /// The page that asks is of another site.
    ForeignOrigin,
    /// The token is missing or wrong.
    NoToken,
}

impl Refusal {
    /// The sentence that goes with it.
    pub fn sentence(self) -> &'static str {
        match self {
            Refusal::ForeignHost => {
                "this name does not belong to the explorer: use the address that the program has printed"
            }
            Refusal::ForeignOrigin => "a page of another site may not ask the explorer",
            Refusal::NoToken => "the address lacks the token that the program has printed",
        }
    }
}

impl Guard {
    /// Of a server that listens there, and is also known by further names.
    pub fn new(token: &str, bound: SocketAddr, names: &[String]) -> Self {
        let port = bound.port();
        let mut hosts = vec![bound.to_string()];
        if bound.ip().is_loopback() {
            hosts.push(format!("localhost:{port}"));
        }
        for name in names {
            hosts.extend([name.clone(), format!("{name}:{port}")]);
        }
        Guard {
            token: token.to_owned(),
            hosts: hosts.into_iter().map(|host| host.to_ascii_lowercase()).collect(),
        }
    }

    /// The address of the page.
    pub fn url(&self) -> String {
        let host = self.hosts.first().map_or("", String::as_str);
        format!("http://{host}/{}/", self.token)
    }

    /// Looks at the headers of a request: `Host` must be given and known; `Origin`, which browsers send with what a page asks, must be this server's.
    pub fn check_names(&self, host: Option<&str>, origin: Option<&str>, site: Option<&str>) -> Result<(), Refusal> {
        let is_known = |name: &str| self.hosts.contains(&name.to_ascii_lowercase());
        if !host.is_some_and(is_known) {
            return Err(Refusal::ForeignHost);
        }
        let is_own = |origin: &str| {
            let name = origin
                .strip_prefix("http://")
                .or_else(|| origin.strip_prefix("https://"));
            name.is_some_and(is_known)
        };
        // Where browsers say whose page asks, it is this one's, or an address that somebody has typed.
        let is_foreign_site = site.is_some_and(|site| !["same-origin", "none"].contains(&site));
        if origin.is_some_and(|origin| !is_own(origin)) || is_foreign_site {
            return Err(Refusal::ForeignOrigin);
        }
        Ok(())
    }

    /// Looks at the token, in a time that does not depend on how much of it is right.
    pub fn check_token(&self, token: &str) -> Result<(), Refusal> {
        let differ = token
            .bytes()
            .zip(self.token.bytes())
            .fold(0, |seen, (one, other)| seen | (one ^ other));
        match differ == 0 && token.len() == self.token.len() {
            true => Ok(()),
            false => Err(Refusal::NoToken),
        }
    }
}
