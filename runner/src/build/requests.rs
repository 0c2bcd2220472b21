//! A component that does nothing but send requests which are known before the run: what `run URL` loads a server with.
//!
//! It is a plugin like all others, so that pacing, measuring and judging are the same for it. It is so small (a few hundred
//! bytes of code, the rest is what it sends) that compiling it takes no time to speak of. What its memory holds is written
//! here in the form that the component model gives to the types of `wit/`, and no call allocates.

use super::{BuildError, component};
use std::collections::HashSet;
use std::fmt::Write as _;

/// The longest name that a task may have, in bytes.
const LONGEST_NAME: usize = 200;

/// The name of the only scenario.
const SCENARIO: &str = "requests";

/// Where the first call's result is left. Nothing is at 0, which looks like an empty text.
const RESULT: usize = 0x20;

/// What a call returns that has nothing to say: the first case of everything, which is zeros.
const NOTHING: usize = 0x60;

/// What `shape` returns: ok(stop).
const STOP: usize = 0xa0;

/// Where texts and records begin.
const DATA: usize = 0x100;

/// Bytes of a `request`, and where in it something other than zeros stands.
const REQUEST: usize = 80;
const REQUEST_METHOD: usize = 0;
const REQUEST_URL: usize = 8;
const REQUEST_BODY: usize = 24;
const REQUEST_NAME: usize = 32;
const REQUEST_KEEP: usize = 72;

/// Bytes of a `task-info`.
const TASK: usize = 20;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainRequest {
    /// As it is sent.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Empty for none.
    pub body: Vec<u8>,
    /// What it is called in the results; empty: its path.
    pub name: String,
}

/// Makes the component that sends these, one a task, in their order and again from the first.
///
/// # Errors
/// If they are more than a component's memory can hold.
pub fn of_requests(requests: &[PlainRequest]) -> Result<Vec<u8>, BuildError> {
    let mut memory = Memory(vec![0; DATA]);
    memory.0[STOP + 8] = 2;
    let tasks = tasks(&mut memory, requests);
    let described = describe(&mut memory, requests, tasks);
    let sent = memory.records(REQUEST * requests.len());
    for (index, request) in requests.iter().enumerate() {
        let at = sent + index * REQUEST;
        let body = memory.bytes(&request.body);
        memory.text_at(at + REQUEST_METHOD, &request.method);
        memory.text_at(at + REQUEST_URL, &request.url);
        memory.text_at(at + REQUEST_NAME, &request.name);
        memory.list_at(at + REQUEST_BODY, body, request.body.len());
        // The body of the response is read and counted, and not kept.
        memory.0[at + REQUEST_KEEP] = 1;
    }
    let text = module(&memory, described, sent);
    let module = wat::parse_str(text).map_err(|error| BuildError::Syntax {
        message: error.to_string(),
    })?;
    component::from_core(&module)
}

/// The records of the tasks, each named by its request.
fn tasks(memory: &mut Memory, requests: &[PlainRequest]) -> usize {
    let tasks = memory.records(TASK * requests.len());
    let mut seen = HashSet::new();
    for (index, request) in requests.iter().enumerate() {
        let mut name = cut(&format!("{} {}", request.method, request.url), LONGEST_NAME).to_owned();
        if !seen.insert(name.clone()) {
            let number = format!(" #{}", index + 1);
            name = cut(&name, LONGEST_NAME - number.len()).to_owned() + &number;
            seen.insert(name.clone());
        }
        let at = tasks + index * TASK;
        memory.text_at(at, &name);
        memory.word_at(at + 8, 1);
    }
    tasks
}

/// What `describe` returns: ok, about, one scenario, no options, no shape.
fn describe(memory: &mut Memory, requests: &[PlainRequest], tasks: usize) -> usize {
    let scenario = memory.records(56);
    memory.text_at(scenario, SCENARIO);
    // population.weight(1), task-order.sequential, wait-time.none
    memory.word_at(scenario + 12, 1);
    memory.word_at(scenario + 16, 1);
    memory.list_at(scenario + 48, tasks, requests.len());
    let described = memory.records(32);
    memory.text_at(described + 4, "requests from the command line");
    memory.list_at(described + 12, scenario, 1);
    described
}

/// The module's text around what is in its memory.
fn module(memory: &Memory, described: usize, sent: usize) -> String {
    let pages = memory.0.len().div_ceil(1 << 16);
    let data = memory.escaped();
    format!(
        r#"(module
  (import "wasmswarm:scenario/http@0.1.0" "send" (func $send (param i32 i32)))
  (memory (export "memory") {pages})
  (data (i32.const 0) "{data}")
  (func (export "wasmswarm:scenario/scenario@0.1.0#describe") (result i32) (i32.const {described}))
  (func (export "wasmswarm:scenario/scenario@0.1.0#setup") (result i32) (i32.const {NOTHING}))
  (func (export "wasmswarm:scenario/scenario@0.1.0#teardown") (param i32 i32) (result i32) (i32.const {NOTHING}))
  (func (export "wasmswarm:scenario/scenario@0.1.0#setup-scenario") (param i32 i32 i32) (result i32)
    (i32.const {NOTHING}))
  (func (export "wasmswarm:scenario/scenario@0.1.0#teardown-scenario") (param i32 i32 i32) (result i32)
    (i32.const {NOTHING}))
  (func (export "wasmswarm:scenario/scenario@0.1.0#shape") (param i64 i32) (result i32) (i32.const {STOP}))
  (func (export "wasmswarm:scenario/scenario@0.1.0#on-start") (param i32 i32 i32 i32 i32) (result i32)
    (i32.const {NOTHING}))
  (func (export "wasmswarm:scenario/scenario@0.1.0#on-stop") (param i32) (result i32) (i32.const {NOTHING}))
  (func (export "wasmswarm:scenario/scenario@0.1.0#run-task") (param $scenario i32) (param $task i32) (result i32)
    (call $send
      (i32.add (i32.const {sent}) (i32.mul (local.get $task) (i32.const {REQUEST})))
      (i32.const {RESULT}))
    (i32.const {NOTHING}))
  ;; The host passes nothing but what `setup` returned, which is empty.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (if (local.get 3) (then unreachable))
    (i32.const {DATA})))"#
    )
}

/// What the component's memory holds from the start.
struct Memory(Vec<u8>);

impl Memory {
    /// Room for records, at an address that suits all of them.
    fn records(&mut self, size: usize) -> usize {
        let at = self.0.len().next_multiple_of(8);
        self.0.resize(at + size, 0);
        at
    }

    fn bytes(&mut self, bytes: &[u8]) -> usize {
        let at = self.0.len();
        self.0.extend_from_slice(bytes);
        at
    }

    fn text_at(&mut self, place: usize, text: &str) {
        let at = self.bytes(text.as_bytes());
        self.list_at(place, at, text.len());
    }

    fn list_at(&mut self, place: usize, at: usize, count: usize) {
        self.word_at(place, at);
        self.word_at(place + 4, count);
    }

    /// A number that doesn't fit belongs to a memory that is too large for a module, which is refused as such.
    fn word_at(&mut self, place: usize, word: usize) {
        let word = u32::try_from(word).unwrap_or(u32::MAX);
        self.0[place..place + 4].copy_from_slice(&word.to_le_bytes());
    }

    /// As a string of the text format.
    fn escaped(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 3);
        for byte in &self.0 {
            // Writing to a String can't fail.
            let _ = write!(text, "\\{byte:02x}");
        }
        text
    }
}

/// Its beginning, of at most so many bytes.
fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str) -> PlainRequest {
        PlainRequest {
            method: "GET".to_owned(),
            url: url.to_owned(),
            body: Vec::new(),
            name: String::new(),
        }
    }

    #[test]
    fn any_number_of_requests_is_a_small_component() {
        let one = of_requests(&[get("http://a.test/")]).unwrap();
        assert!(one.len() < 32_768, "{}", one.len());
        let many: Vec<_> = (0..2_000).map(|n| get(&format!("http://a.test/{n}"))).collect();
        assert!(of_requests(&many).is_ok());
    }

    #[test]
    fn names_of_tasks_differ_and_fit() {
        let long = format!("http://a.test/{}", "ü".repeat(300));
        let mut memory = Memory(vec![0; DATA]);
        tasks(&mut memory, &[get(&long), get(&long), get(&long)]);
        let text = String::from_utf8_lossy(&memory.0).into_owned();
        assert!(text.contains(" #2") && text.contains(" #3") && !text.contains(" #1"));
    }
}
