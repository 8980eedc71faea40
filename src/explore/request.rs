//! What a page may ask, read strictly: nothing that is not known, nothing without a limit.

use serde::Deserialize;

/// Changed numbers in a request, at most.
const MOST_TURNED: usize = 500;
/// Policies in a request, at most.
const MOST_POLICIES: usize = 200;
/// Scenarios that are kept side by side, at most.
pub const MOST_KEPT: usize = 12;
/// Letters of a name that somebody gives to a kept scenario, at most.
const LONGEST_NAME: usize = 80;

/// A request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// What the scenario is, and what can be turned.
    Describe {},
    /// What changes do: figures, the sentence, charts; sharpened on the way.
    Run {
        /// The changes.
        choice: Choice,
        /// Trials at most; those of the scenario when absent.
        #[serde(default)]
        trials: Option<u64>,
        /// Stop once the standard errors are at most this share of the baseline's mean.
        #[serde(default)]
        precision: Option<f64>,
        /// Material and place of the sentence; those of the headline when absent.
        #[serde(default)]
        at: Option<(String, String)>,
        /// Whether charts are wanted.
        #[serde(default)]
        charts: bool,
    },
    /// One trial as a story.
    Trial {
        /// The changes; none for the baseline.
        choice: Choice,
        /// Its number.
        trial: u64,
    },
    /// A table of what changes do, as CSV.
    Table {
        /// The changes.
        choice: Choice,
        /// Trials.
        trials: u64,
        /// Its name.
        table: String,
    },
    /// Kept scenarios side by side, on the same draws.
    Compare {
        /// The scenarios.
        kept: Vec<NamedChoice>,
        /// Trials; those of the scenario when absent.
        #[serde(default)]
        trials: Option<u64>,
    },
    /// The scenario file that holds these changes as policies, and the commands that repeat what was found.
    File {
        /// The scenarios.
        kept: Vec<NamedChoice>,
        /// Trials of the commands.
        trials: u64,
    },
}

/// What is changed.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Policies that are in force.
    #[serde(default)]
    pub policies: Vec<SizedChoice>,
    /// Numbers that are turned; they hold also where a policy sets the same key.
    #[serde(default)]
    pub set: Vec<Turned>,
}

/// A policy, at a size of its own where one is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizedChoice {
    /// Its id.
    pub id: String,
    /// The size; its own when absent.
    #[serde(default)]
    pub size: Option<f64>,
}

/// A number that is turned.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turned {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: f64,
}

/// Changes under a name that somebody gave them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedChoice {
    /// The name.
    pub name: String,
    /// The changes.
    pub choice: Choice,
}

/// Why a request is not answered, in a sentence for whoever looks at the page, and the whole of it where there is more to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The sentence.
    pub message: String,
    /// What the program would print.
    pub report: Option<String>,
}

impl Refused {
    /// For this reason.
    pub fn because(message: impl Into<String>) -> Self {
        Refused {
            message: message.into(),
            report: None,
        }
    }
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Request, Refused> {
        let request: Request = serde_json::from_str(text)
            .map_err(|error| Refused::because(format!("this request is not one that the program knows: {error}")))?;
        match &request {
            Request::Run { choice, .. } | Request::Trial { choice, .. } | Request::Table { choice, .. } => {
                choice.check()?
            }
            Request::Compare { kept, .. } | Request::File { kept, .. } => {
                if kept.is_empty() || kept.len() > MOST_KEPT {
                    let message = format!("from 1 to {MOST_KEPT} scenarios can stand side by side");
                    return Err(Refused::because(message));
                }
                for one in kept {
                    if one.name.chars().count() > LONGEST_NAME {
                        let message = format!("a name has at most {LONGEST_NAME} letters");
                        return Err(Refused::because(message));
                    }
                    one.choice.check()?;
                }
            }
            Request::Describe {} => {}
        }
        Ok(request)
    }
}

impl Choice {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty() && self.set.is_empty()
    }

    fn check(&self) -> Result<(), Refused> {
        if self.policies.len() > MOST_POLICIES || self.set.len() > MOST_TURNED {
            return Err(Refused::because("this is more than can be changed at once"));
        }
        let numbers = self.set.iter().map(|turned| turned.value);
        let mut numbers = numbers.chain(self.policies.iter().filter_map(|policy| policy.size));
        match numbers.all(f64::is_finite) {
            true => Ok(()),
            false => Err(Refused::because("a value is not a number")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_strictly() {
        let run =
            Request::read(r#"{"do": "run", "choice": {"set": [{"key": "a.b", "value": 3}]}, "trials": 64}"#).unwrap();
        let Request::Run {
            choice, trials, charts, ..
        } = run
        else {
            panic!("another request")
        };
        assert_eq!((choice.set[0].value, trials, charts), (3.0, Some(64), false));
        let refused = [
            r#"{"do": "open", "path": "/etc/passwd"}"#,
            r#"{"do": "describe", "scenario": "extends = '/etc/passwd'"}"#,
            r#"{"do": "run", "choice": {"set": [{"key": "a", "value": "/etc/passwd"}]}}"#,
            r#"{"do": "run", "choice": {"set": [{"key": "a", "value": 1e999}]}}"#,
            r#"{"do": "compare", "kept": []}"#,
            "",
            "[]",
        ];
        for text in refused {
            assert!(Request::read(text).is_err(), "{text}");
        }
        let many: Vec<String> = (0..=MOST_TURNED)
            .map(|number| format!(r#"{{"key": "k{number}", "value": 1}}"#))
            .collect();
        let text = format!(r#"{{"do": "run", "choice": {{"set": [{}]}}}}"#, many.join(","));
        assert_eq!(
            Request::read(&text).unwrap_err().message,
            "this is more than can be changed at once"
        );
    }
}
