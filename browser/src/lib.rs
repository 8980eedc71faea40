//! The engine for a page in one file: a session behind functions that take and give bytes in memory. One text goes in by `critmin_buffer`, the answer
//! comes out by `critmin_answer`: a list of messages as JSON.

use std::cell::RefCell;
use std::collections::BTreeMap;

use critmin::explore::{Limits, Session};
use critmin::study::{Progress, Study};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the page was made from.
#[derive(Deserialize)]
struct Opened {
    /// Name of the scenario's own text.
    name: String,
    /// Texts by name.
    files: BTreeMap<String, String>,
    /// Changes of the command line.
    set: Vec<String>,
    /// Seed, where one was given.
    seed: Option<u64>,
    /// Trials of a run, at most.
    trials: u64,
}

#[derive(Default)]
struct Engine {
    input: Vec<u8>,
    output: Vec<u8>,
    session: Option<Session>,
}

thread_local! {
    static ENGINE: RefCell<Engine> = RefCell::default();
}

/// Room for a text of so many bytes, to be filled by the page.
#[unsafe(no_mangle)]
pub extern "C" fn critmin_buffer(length: usize) -> *mut u8 {
    ENGINE.with_borrow_mut(|engine| {
        engine.input = vec![0; length];
        engine.input.as_mut_ptr()
    })
}

/// Opens the scenario of the text.
#[unsafe(no_mangle)]
pub extern "C" fn critmin_open() {
    ENGINE.with_borrow_mut(|engine| {
        let messages = match opened(&engine.input) {
            Ok(session) => {
                engine.session = Some(session);
                Vec::new()
            }
            Err(why) => vec![json!({ "kind": "refused", "message": why, "report": null })],
        };
        engine.output = Value::Array(messages).to_string().into_bytes();
    });
}

fn opened(text: &[u8]) -> Result<Session, String> {
    let opened: Opened = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let name = opened.name;
    let told = |error: critmin::study::Error| error.to_string();
    let mut study = Study::from_files(&name, opened.files).map_err(told)?;
    for assignment in &opened.set {
        study.set(assignment).map_err(told)?;
    }
    if let Some(seed) = opened.seed {
        study.set(&format!("run.seed={seed}")).map_err(told)?;
    }
    let limits = Limits { trials: opened.trials };
    Session::new(study, &name, limits).map_err(told)
}

/// Answers the request of the text.
#[unsafe(no_mangle)]
pub extern "C" fn critmin_ask() {
    ENGINE.with_borrow_mut(|engine| {
        let mut messages: Vec<Value> = Vec::new();
        if let (Some(session), Ok(request)) = (&engine.session, std::str::from_utf8(&engine.input)) {
            session.answer(request, &Progress::default(), |message| messages.push(message));
        }
        // A run shows what it came to on the way: the page asks in steps and wants the last alone.
        let is_last = |message: &Value| message["final"].as_bool().unwrap_or(true);
        messages.retain(is_last);
        engine.output = Value::Array(messages).to_string().into_bytes();
    });
}

/// Where the answer is.
#[unsafe(no_mangle)]
pub extern "C" fn critmin_answer() -> *const u8 {
    ENGINE.with_borrow(|engine| engine.output.as_ptr())
}

/// Its length in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn critmin_answer_length() -> usize {
    ENGINE.with_borrow(|engine| engine.output.len())
}
