//! A scenario as it was read: one tree out of a file and all that it extends, with the changes asked for on the command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::acknowledge::{self, Acknowledgement};
use super::address::{self, Action, Override, Overrides};
use super::checked::{PolicyLabel, Scenario};
use super::codes::{Code, Stage};
use super::data_files::DataFiles;
use super::diagnostics::{Diagnostics, Finding, Level, Problem};
use super::format::TOP;
use super::names::tables;
use super::places::Places;
use super::policies::{self, PolicyOption, SizedPolicy};
use super::source::{Files, SourceFile, Sources, Span, Unreadable, shown};
use super::suggest::hint;
use super::tree::{Node, Table, Value, parse_document, parse_value, table_to_json};
use super::{as_written, build, frame, merge};

/// How messages call what was given as `KEY=VALUE`.
const SET: &str = "--set";

/// A scenario with its places in the files it came from.
#[derive(Debug, Clone)]
pub struct Document {
    pub(super) merged: Table,
    /// Files that state observed trade and are extended, each with what it extends itself: by number of the file.
    extended: BTreeMap<usize, Table>,
    pub(super) sources: Sources,
    pub(super) overrides: Vec<Override>,
    pub(super) data: DataFiles,
    pub(super) pending: Vec<Problem>,
}

/// Reading of a file and what it extends.
struct Loading {
    sources: Sources,
    problems: Vec<Problem>,
    /// Files that are being read, outermost first: name and path.
    open: Vec<(String, PathBuf)>,
    /// See [`Document::extended`].
    extended: BTreeMap<usize, Table>,
    fatal: bool,
}

impl Document {
    /// Reads a scenario file and everything that it extends.
    pub fn load(path: &Path) -> Result<Document, Diagnostics> {
        Document::open(path, Files::Disk)
    }

    /// Reads a scenario out of texts in memory: `name` is that of the scenario's own, the others are those that it names. Nothing else is read, nor
    /// will be: a file that is not among them is not there.
    pub fn from_files(name: &str, texts: BTreeMap<String, String>) -> Result<Document, Diagnostics> {
        Document::open(Path::new(name), Files::Memory(Arc::new(texts)))
    }

    /// The same document, which from now on reads no file, whatever is set in it.
    #[must_use]
    pub fn sealed(mut self) -> Document {
        self.sources.files = Files::Memory(Arc::default());
        self
    }

    /// Every text that the scenario was read from, by name: what [`Document::from_files`] takes, and the name of the scenario's own.
    pub fn texts(&self) -> (String, BTreeMap<String, String>) {
        let first = self.sources.iter().next().map(|source| source.name.clone());
        let files = self.sources.files_read();
        let files = files.map(|file| (file.name.clone(), file.text.clone()));
        let data = self.data_files();
        let data = data.map(|(name, text)| (name.to_owned(), text.to_owned()));
        (first.unwrap_or_default(), files.chain(data).collect())
    }

    /// File and line of a key or table, `FILE:LINE`, where the scenario states it; the file as seen from the folder of the scenario, wherever that is.
    pub fn place_of(&self, address: &str) -> Option<String> {
        self.places_of([address]).pop().flatten()
    }

    /// The same of several, in order.
    pub fn places_of<'a>(&self, addresses: impl IntoIterator<Item = &'a str>) -> Vec<Option<String>> {
        let places = Places::of(&self.merged);
        let own = self.sources.iter().next().map(|source| source.name.as_str());
        let folder = own
            .and_then(|name| name.rsplit_once('/'))
            .map_or("", |(folder, _)| folder);
        let place = |address| {
            let (file, line, _) = self.sources.position(places.span(address)?);
            let inside = file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
            Some(format!("{}:{line}", inside.unwrap_or(&file)))
        };
        addresses.into_iter().map(place).collect()
    }

    fn open(path: &Path, files: Files) -> Result<Document, Diagnostics> {
        let name = shown(path);
        let text = files.text(path).map_err(|no| {
            Diagnostics::about_file(
                Code::Unreadable,
                &name,
                format!("the scenario cannot be read: {}", no.why),
                no.by_system,
            )
        })?;
        Document::read(&name, text, path, files)
    }

    /// Reads a scenario from memory. What it names is looked for relative to `name`.
    pub fn from_text(name: &str, text: &str) -> Result<Document, Diagnostics> {
        let text = super::source::text_from_bytes(text.as_bytes().to_vec()).map_err(|why| {
            Diagnostics::about_file(
                Code::Unreadable,
                name,
                format!("the scenario cannot be read: {why}"),
                false,
            )
        })?;
        Document::read(name, text, Path::new(name), Files::Disk)
    }

    fn read(name: &str, text: String, path: &Path, files: Files) -> Result<Document, Diagnostics> {
        let mut loading = Loading {
            sources: Sources::from(files),
            problems: Vec::new(),
            open: Vec::new(),
            extended: BTreeMap::new(),
            fatal: false,
        };
        let merged = loading.file(name, text, path);
        if loading.fatal {
            return Err(Diagnostics::new(loading.problems, &loading.sources));
        }
        let mut data = DataFiles::default();
        data.read_named(&merged, &loading.sources);
        for extended in loading.extended.values() {
            data.read_named(extended, &loading.sources);
        }
        let Loading {
            sources,
            problems,
            extended,
            ..
        } = loading;
        Ok(Document {
            merged,
            extended,
            sources,
            overrides: Vec::new(),
            data,
            pending: problems,
        })
    }

    /// Applies `key=value`. The value is TOML; a bare word that is not TOML is a string.
    pub fn set(&mut self, assignment: &str) -> Result<(), Diagnostics> {
        let file = self.sources.add_typed(SET, assignment.to_string());
        self.change(parse_assignment(assignment, file))
    }

    /// Sets a key to the value of an option of its own, such as `--seed`, which messages then name.
    pub fn set_option(&mut self, option: &str, key: &str, value: &str) -> Result<(), Diagnostics> {
        let file = self.sources.add_typed(option, value.to_string());
        let (start, end) = (0, value.len());
        self.change(parse_value(value, file, 0).map(|value| Override {
            key: key.to_string(),
            key_span: Span { file, start, end },
            action: Action::Set(value),
        }))
    }

    pub(super) fn change(&mut self, change: Result<Override, Problem>) -> Result<(), Diagnostics> {
        let result = change.and_then(|change| {
            let mut top = self.merged.clone();
            let mut overrides = Overrides {
                files: &self.data,
                sources: &self.sources,
                touched: Vec::new(),
            };
            for earlier in &self.overrides {
                // Was applied without an error before.
                drop(overrides.apply(&mut top, earlier));
            }
            overrides.apply(&mut top, &change)?;
            Ok((change, top))
        });
        match result {
            Ok((change, top)) => {
                self.data.read_named(&top, &self.sources);
                self.overrides.push(change);
                Ok(())
            }
            Err(problem) => Err(Diagnostics::new(vec![problem], &self.sources)),
        }
    }

    /// The policies, in the order of the file.
    pub fn policies(&self) -> Vec<PolicyLabel> {
        let all = tables(&self.merged, "policy");
        all.filter_map(|(table, _)| policies::label(&self.merged, table))
            .collect()
    }

    /// The policies with all that can be put together from them, in the order of the file.
    pub fn policy_options(&self) -> Vec<PolicyOption> {
        policies::options(&self.merged)
    }

    /// The texts that the scenario was read from: the file itself first.
    pub fn sources(&self) -> impl Iterator<Item = &SourceFile> {
        self.sources.iter()
    }

    /// Every file that was read: the scenario, what it extends, and data files.
    pub fn files(&self) -> Vec<PathBuf> {
        let data = self.data.paths();
        self.sources.paths().chain(data).map(Path::to_path_buf).collect()
    }

    /// Name and text of every data file.
    pub fn data_files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.data
            .iter()
            .map(|file| (file.name.as_str(), file.text.as_deref().unwrap_or_default()))
    }

    /// The `KEY=VALUE` changes that were made, as they were given; without those of options of their own.
    pub fn changes(&self) -> impl Iterator<Item = &str> {
        let typed = self
            .overrides
            .iter()
            .map(|change| self.sources.get(change.key_span.file));
        typed
            .filter(|source| source.name == SET)
            .map(|source| source.text.as_str())
    }

    /// Checks everything and returns the scenario under a policy (`None` or "baseline" = the baseline) with its warnings, or all errors and
    /// warnings. Without a policy, what each policy changes is checked too.
    pub fn check(&self, policy: Option<&str>) -> Result<(Scenario, Diagnostics), Diagnostics> {
        match policy.filter(|id| *id != "baseline") {
            None => self
                .check_all()
                .map(|(baseline, _, diagnostics)| (baseline, diagnostics)),
            Some(id) => {
                let mut problems = self.pending.clone();
                let (mut scenario, found) = self.check_one(Some((id, None)));
                problems.extend(found);
                if let (Some(scenario), Some(baseline)) = (&mut scenario, self.check_one(None).0) {
                    self.keep_focus(&baseline, scenario, &mut problems);
                }
                let diagnostics = Diagnostics::new(problems, &self.sources);
                match scenario {
                    Some(scenario) if !diagnostics.has_errors() => Ok((scenario, diagnostics)),
                    _ => Err(diagnostics),
                }
            }
        }
    }

    /// Checks everything: the scenario, and the scenario under each policy, in their order.
    pub fn check_all(&self) -> Result<(Scenario, Vec<Scenario>, Diagnostics), Diagnostics> {
        let mut problems = self.pending.clone();
        let policies = self.policy_options();
        // Side by side, told in the order of the file.
        let ((baseline, found), checked) = rayon::join(
            || self.check_one(None),
            || -> Vec<_> {
                let checked = policies.par_iter().map(|policy| self.check_sizes(policy));
                checked.collect()
            },
        );
        problems.extend(found);
        problems.extend(policies::problems(&self.merged));
        let mut under_policies = Vec::new();
        for (policy, (mut scenario, mut found)) in policies.iter().zip(checked) {
            let label = &policy.label;
            if let (Some(scenario), Some(baseline)) = (&mut scenario, &baseline) {
                self.keep_focus(baseline, scenario, &mut found);
            }
            under_policies.extend(scenario);
            let fresh = found.into_iter().filter(|problem| {
                // The same figure may make the same mistake worse: that is told once.
                let same = |old: &Problem| {
                    old.span == problem.span
                        && old.code == problem.code
                        && (!old.is_error() || old.message == problem.message)
                };
                // A policy that switches an event off means to.
                problem.code != Code::NeverHappens && !problems.iter().any(same)
            });
            let fresh: Vec<Problem> = fresh.collect();
            for mut problem in fresh {
                if !problem.more.address.is_empty() {
                    problem.more.address = format!("policy.{}.{}", label.id, problem.more.address);
                }
                problems.push(if self.inside_policy(problem.span) {
                    problem
                } else {
                    problem.hint(format!("this holds under the policy `{}`", label.id))
                });
            }
        }
        let acknowledgements = self.acknowledgements();
        acknowledge::apply(&acknowledgements, &mut problems);
        let idle = acknowledge::idle(&acknowledgements, Stage::File, &problems, &self.sources);
        problems.extend(idle);
        let diagnostics = Diagnostics::new(problems, &self.sources);
        match baseline {
            Some(baseline) if !diagnostics.has_errors() => Ok((baseline, under_policies, diagnostics)),
            _ => Err(diagnostics),
        }
    }

    /// The warnings that are meant to stand.
    pub fn acknowledgements(&self) -> Vec<Acknowledgement> {
        acknowledge::read(&self.resolve(None).0)
    }

    /// The diagnostics of a check with what was found later, acknowledgements applied.
    pub fn with_findings(&self, mut diagnostics: Diagnostics, findings: Vec<Finding>) -> Diagnostics {
        let (top, _) = self.resolve(None);
        let places = Places::of(&top);
        let mut problems: Vec<Problem> = Vec::new();
        for finding in &findings {
            // Under a policy what the baseline has too is told only where it is worse.
            let in_baseline = |other: &&Finding| {
                other.policy.is_none() && other.code == finding.code && other.address == finding.address
            };
            let is_old = findings
                .iter()
                .find(in_baseline)
                .is_some_and(|old| finding.extent <= 1.01 * old.extent);
            if finding.policy.is_some() && is_old {
                continue;
            }
            let table = finding.policy.as_ref().map(|id| format!("policy.{id}"));
            let place = table.as_deref().unwrap_or(&finding.address);
            let span = places.span(place).unwrap_or_default();
            let (address, message) = match &finding.policy {
                None => (finding.address.clone(), finding.message.clone()),
                Some(id) => (
                    format!("policy.{id}.{}", finding.address),
                    format!("under the policy `{id}`: {}", finding.message),
                ),
            };
            let mut problem = match finding.code.level() {
                Level::Error => Problem::error(finding.code, span, message, ""),
                Level::Warning => Problem::warning(finding.code, span, message, ""),
            };
            problem.more.address = address.trim_end_matches('.').into();
            problems.push(problem);
        }
        let acknowledgements = acknowledge::read(&top);
        acknowledge::apply(&acknowledgements, &mut problems);
        let idle = acknowledge::idle(&acknowledgements, Stage::Model, &problems, &self.sources);
        problems.extend(idle);
        diagnostics.extend(Diagnostics::new(problems, &self.sources));
        diagnostics
    }

    /// Gives a policy's scenario the focus of the baseline; a policy that takes a place or material of it away is refused.
    pub(super) fn keep_focus(&self, baseline: &Scenario, under_policy: &mut Scenario, problems: &mut Vec<Problem>) {
        match frame::same_focus(baseline, under_policy) {
            Some(focus) => under_policy.focus = focus,
            None => {
                let id = &under_policy.policy.id;
                let span = policies::find(&self.merged, id).map_or_else(Span::default, |(_, span)| span);
                let message =
                    format!("the policy `{id}` takes away a material or place that policies are compared for");
                problems.push(Problem::error(Code::PolicyFrame, span, message, "").hint("set its demand to 0 instead"));
            }
        }
    }

    fn inside_policy(&self, span: Span) -> bool {
        tables(&self.merged, "policy").any(|(table, _)| {
            let sets = tables(table, "set").map(|(set, _)| set);
            let scale = table.get("scale").and_then(Node::table);
            sets.chain(scale).any(|set| {
                set.entries.iter().any(|entry| {
                    let at = entry.node.span;
                    at.file == span.file && at.start <= span.start && span.end <= at.end
                })
            })
        })
    }

    /// The scenario under a policy, checked at the ends of its sizes, too.
    fn check_sizes(&self, policy: &PolicyOption) -> (Option<Scenario>, Vec<Problem>) {
        let id = policy.label.id.as_str();
        let (scenario, mut problems) = self.check_one(Some((id, None)));
        let ends = policy.scale.iter().flat_map(|scale| [scale.low, scale.high]);
        for end in ends {
            let (_, found) = self.check_one(Some((id, Some(end))));
            let errors = found.into_iter().filter(Problem::is_error);
            let fresh: Vec<Problem> = errors
                .filter(|problem| {
                    !problems
                        .iter()
                        .any(|old| old.code == problem.code && old.span == problem.span)
                })
                .collect();
            problems.extend(fresh);
        }
        (scenario, problems)
    }

    pub(super) fn check_one(&self, policy: Option<SizedPolicy<'_>>) -> (Option<Scenario>, Vec<Problem>) {
        let (top, mut problems) = self.resolve(policy);
        let label = match policy {
            None => Some(baseline()),
            Some((id, _)) => self.policies().into_iter().find(|label| label.id == id),
        };
        let (scenario, found) = build::scenario(&top, label.unwrap_or_else(baseline), &self.data, &self.sources);
        problems.extend(found);
        let scenario = scenario.map(|scenario| self.with_supply_as_written(scenario, &top, &mut problems));
        if !problems.is_empty() {
            let places = Places::of(&top);
            for problem in problems.iter_mut().filter(|problem| problem.more.address.is_empty()) {
                problem.more.address = places.address(problem.span);
            }
        }
        (scenario, problems)
    }

    /// The scenario with the supply under which its trade was observed, where that is another.
    fn with_supply_as_written(&self, scenario: Scenario, top: &Table, problems: &mut Vec<Problem>) -> Scenario {
        let Some(mut written) = as_written::supply(top, &self.merged, &self.extended) else {
            return scenario;
        };
        // Their keys may lead to what is not written there.
        written.remove("lever");
        let (found, _) = build::scenario(&written, scenario.policy.clone(), &self.data, &self.sources);
        if found.is_none() {
            let first = tables(top, "trade").next();
            let message = "observed trade stays as it is: the supply under which it was observed, as its file states it, is no whole scenario";
            let problem = Problem::warning(
                Code::TradeStays,
                first.map(|(_, span)| span).unwrap_or_default(),
                message,
                "does not follow the changed supply",
            );
            problems.push(problem.hint("state supply and trade in one file"));
        }
        Scenario {
            // What lanes carry has no part in what was observed: observed flows had passed them.
            supply_as_written: found.map(|found| {
                Box::new(Scenario {
                    lane_capacities: Vec::new(),
                    ..found
                })
            }),
            ..scenario
        }
    }

    /// The tree after `--set` and the policy.
    pub(super) fn resolve(&self, policy: Option<SizedPolicy<'_>>) -> (Table, Vec<Problem>) {
        let mut top = self.merged.clone();
        let mut problems = Vec::new();
        let mut overrides = Overrides {
            files: &self.data,
            sources: &self.sources,
            touched: Vec::new(),
        };
        for change in &self.overrides {
            problems.extend(overrides.apply(&mut top, change).err());
        }
        if let Some((id, size)) = policy {
            match policies::find(&self.merged, id) {
                Some(_) => {
                    for change in policies::changes(&self.merged, &[(id, size)]) {
                        if let Some(problem) = frame::refusal(&top, &change.key, change.key_span) {
                            problems.push(problem);
                            continue;
                        }
                        problems.extend(overrides.apply(&mut top, &change).err());
                    }
                }
                None => {
                    let known: Vec<String> = self.policies().into_iter().map(|label| label.id).collect();
                    let problem = Problem::error(
                        Code::UnknownPolicy,
                        Span::default(),
                        format!("there is no policy `{id}`"),
                        "",
                    );
                    problems.push(problem.hints(hint(id, "policy", known.iter().map(String::as_str))));
                }
            }
        }
        let touched = std::mem::take(&mut overrides.touched);
        address::rebalance(&mut top, &touched);
        (top, problems)
    }

    /// The scenario after `extends`, `--set` and the policy, as JSON with sorted keys.
    pub fn resolved(&self, policy: Option<&str>) -> serde_json::Value {
        let (mut top, _) = self.resolve(policy.map(|id| (id, None)));
        if policy.is_some() {
            top.remove("policy");
        }
        table_to_json(&top)
    }

    /// SHA-256 of the whole document, with all policies and the text of every data file, as hexadecimal digits.
    pub fn hash(&self) -> String {
        let mut hasher = Sha256::new();
        hasher.update(self.resolved(None).to_string().as_bytes());
        for file in self.data.iter() {
            let text = file.text.as_deref().unwrap_or_default();
            hasher.update(b"\n");
            hasher.update(text.replace("\r\n", "\n").as_bytes());
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn baseline() -> PolicyLabel {
    PolicyLabel {
        id: "baseline".to_string(),
        name: "Baseline".to_string(),
        cost: None,
    }
}

fn parse_assignment(text: &str, file: usize) -> Result<Override, Problem> {
    let whole = Span {
        file,
        start: 0,
        end: text.len(),
    };
    let Some((key, value)) = text.split_once('=') else {
        return Err(
            Problem::error(Code::NotAnAssignment, whole, "this is not `key=value`", "no `=`")
                .hint("e.g. --set run.trials=5000"),
        );
    };
    let key_start = key.len() - key.trim_start().len();
    let key_span = Span {
        file,
        start: key_start,
        end: key_start + key.trim().len(),
    };
    let start = key.len() + 1 + (value.len() - value.trim_start().len());
    let value = value.trim();
    if key.trim().is_empty() || value.is_empty() {
        return Err(Problem::error(
            Code::NotAnAssignment,
            whole,
            "this is not `key=value`",
            "key or value is missing",
        ));
    }
    let value = match parse_value(value, file, start) {
        Ok(node) => node,
        // A number that cannot be held is no word.
        Err(_) if !value.contains(['[', ']', '{', '}', '"', '\'', '=', ',', '\n']) && !is_number(value) => Node {
            value: Value::Text(value.to_string()),
            span: Span {
                file,
                start,
                end: start + value.len(),
            },
        },
        Err(problem) if value.contains(['[', '{']) && !value.contains(['"', '\'']) => {
            return Err(problem.hint(
                "text in a list or table stands in double quotes, and a shell needs single quotes around it all: --set 'KEY=[\"USA\", \"JPN\"]'",
            ));
        }
        Err(problem) => return Err(problem),
    };
    Ok(Override {
        key: key.trim().to_string(),
        key_span,
        action: Action::Set(value),
    })
}

/// Whether a bare value is meant as a number: digits and what belongs to them.
fn is_number(value: &str) -> bool {
    value.starts_with(|letter: char| letter.is_ascii_digit() || "+-.".contains(letter))
        && value.replace('_', "").parse::<f64>().is_ok()
}

impl Loading {
    fn file(&mut self, name: &str, text: String, path: &Path) -> Table {
        let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let file = self.sources.add_file(name, text, path);
        let parsed = parse_document(&self.sources.get(file).text, file);
        self.fatal |= parsed.fatal;
        self.problems.extend(parsed.problems);
        let mut table = parsed.table;
        self.open.push((name.to_string(), self.sources.files.same_path(path)));
        let mut merged: Option<Table> = None;
        if let Some(entry) = table.remove("extends") {
            for node in entry.node.one_or_many() {
                let Some(base) = node.text() else {
                    let message = format!("`extends` must name a file, not be {}", node.kind());
                    self.problems.push(Problem::error(
                        Code::Extends,
                        node.span,
                        message,
                        "expected a string or a list of strings",
                    ));
                    continue;
                };
                if let Some(read) = self.base(node.span, base, &directory) {
                    match &mut merged {
                        None => merged = Some(read),
                        Some(merged) => merge::tables(Some(&TOP), merged, read),
                    }
                }
            }
        }
        self.open.pop();
        let states_trade = table.get("trade").is_some();
        let whole = match merged {
            None => table,
            Some(mut merged) => {
                merge::tables(Some(&TOP), &mut merged, table);
                merged
            }
        };
        if states_trade && !self.open.is_empty() {
            self.extended.insert(file, whole.clone());
        }
        whole
    }

    fn base(&mut self, span: Span, base: &str, directory: &Path) -> Option<Table> {
        let path = directory.join(base);
        let name = shown(&path);
        let real = self.sources.files.same_path(&path);
        if let Some(at) = self.open.iter().position(|(_, open)| *open == real) {
            let mut chain: Vec<&str> = self.open[at..].iter().map(|(name, _)| name.as_str()).collect();
            chain.push(chain.first().copied().unwrap_or_default());
            let message = format!("`extends` goes in a circle: {}", chain.join(" -> "));
            self.problems.push(Problem::error(
                Code::Extends,
                span,
                message,
                "leads back to a file that is being read",
            ));
            self.fatal = true;
            return None;
        }
        let problem = |why: String| {
            Problem::error(
                Code::Extends,
                span,
                format!("the base scenario `{base}` cannot be read: {why}"),
                "",
            )
            .hint("the name is relative to the file that names it")
        };
        if self.open.len() >= 32 || self.sources.iter().count() >= 256 {
            self.problems
                .push(problem("too many files extend one another".to_string()));
            self.fatal = true;
            return None;
        }
        match self.sources.files.text(&path) {
            Ok(text) => Some(self.file(&name, text, &path)),
            Err(Unreadable { why, by_system }) => {
                self.problems.push(problem(why).by_system(by_system));
                self.fatal = true;
                None
            }
        }
    }
}
