//! Fuzzing of the gates through which text and bytes of others come in: inputs that are made of
//! good ones by a seeded generator, given to the real entry points in a process of their own, whose
//! memory is limited. No input may abort it, hang it, take it long, or fill its memory.
//!
//! In the tests each gate is given a fixed number of inputs. For longer:
//! `cargo xtask fuzz 3600` shares the time among the gates. `docs/fuzzing.md` lists them. A failure names the input's number; `WASMSWARM_FUZZ_CASE=NUMBER` tries that one alone.

use rlimit::Resource;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How many gates share the time that was asked for.
const GATES: u64 = 10;

/// Memory that one gate may take beyond what the process has at its beginning.
const MEMORY: u64 = 512 << 20;

/// How long one input may take, on a machine that is busy with others.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells the child where to note which input it is at.
const NOTES: &str = "WASMSWARM_FUZZ_NOTES";

/// Gives `one` inputs of many kinds: in the tests this many, and for as long as is asked for. Must
/// be all that a test does.
pub(crate) fn gate(count: u64, one: impl Fn(&mut Dice)) {
    prepared(|| (), count, |(), dice| one(dice));
}

/// The same with something that is made once, before memory is limited.
pub(crate) fn prepared<T>(prepare: impl FnOnce() -> T, count: u64, one: impl Fn(&T, &mut Dice)) {
    match std::env::var_os(NOTES) {
        Some(notes) => {
            let made = prepare();
            child(&notes, count, |dice| one(&made, dice));
        }
        None => parent(),
    }
}

fn seconds() -> Option<u64> {
    let text = std::env::var("WASMSWARM_FUZZ_SECONDS").ok()?;
    Some(text.parse::<u64>().expect("a number of seconds") / GATES)
}

/// Runs this test alone in a process that may die.
fn parent() {
    let notes = tempfile::NamedTempFile::new().unwrap();
    let name = std::thread::current().name().unwrap().to_owned();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([&name, "--exact", "--nocapture", "--test-threads=1"])
        .env(NOTES, notes.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(seconds().unwrap_or(60) + 60);
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if Instant::now() > end => break None,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    if status.is_some_and(|status| status.success()) {
        return;
    }
    let _ = child.kill();
    let output = child.wait_with_output().unwrap();
    let case = std::fs::read_to_string(notes.path()).unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let said = said.lines().rev().take(40).collect::<Vec<_>>();
    let said: Vec<_> = said.into_iter().rev().collect();
    panic!("{name}: input {}: {status:?}\n{}", case.trim(), said.join("\n"));
}

fn child(notes: &std::ffi::OsStr, count: u64, one: impl Fn(&mut Dice)) {
    let notes = std::fs::OpenOptions::new().write(true).open(notes).unwrap();
    let limit = data() + MEMORY;
    rlimit::setrlimit(Resource::DATA, limit, limit).unwrap();
    let alone = std::env::var("WASMSWARM_FUZZ_CASE").ok();
    let first = alone.as_ref().map_or(0, |case| case.parse().unwrap());
    let begun = Instant::now();
    let goes_on = |case: u64| match (&alone, seconds()) {
        (Some(_), _) => case == first,
        (None, Some(seconds)) => begun.elapsed().as_secs() < seconds,
        (None, None) => case < count,
    };
    let mut case = first;
    while goes_on(case) {
        notes.write_all_at(format!("{case:<20}").as_bytes(), 0).unwrap();
        let started = Instant::now();
        one(&mut Dice(
            case.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d,
        ));
        assert!(started.elapsed() < PATIENCE, "it took {:?}", started.elapsed());
        case += 1;
    }
    // Printed where nobody but a person with --nocapture sees it.
    let _ = writeln!(std::io::stdout(), "{case} inputs");
}

/// Memory that the process may write to. Addresses that are only reserved don't count.
fn data() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = text.split_whitespace().nth(5).unwrap().parse().unwrap();
    // Of every machine that the tests run on; a larger one would only make the limit lower.
    pages * 4096
}

/// Random numbers that depend on a seed alone.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Below `end`, which is above 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A number as people and attackers write them.
    pub(crate) fn number(&mut self) -> String {
        match self.below(6) {
            0 => self.below(20).to_string(),
            1 => self.next().to_string(),
            2 => format!("{:e}", f64::from_bits(self.next())),
            3 => f64::from_bits(self.next()).to_string(),
            4 => format!("{}.{}", self.below(1000), self.below(1000)),
            _ => (*self.pick(NUMBERS)).to_owned(),
        }
    }

    /// One of the good inputs with some changes.
    pub(crate) fn bytes(&mut self, good: &[&str], words: &[&str]) -> Vec<u8> {
        let mut bytes = self.pick(good).as_bytes().to_vec();
        for _ in 0..self.below(6) {
            self.change(&mut bytes, good, words);
            bytes.truncate(200_000);
        }
        bytes
    }

    /// The same as text.
    pub(crate) fn text(&mut self, good: &[&str], words: &[&str]) -> String {
        String::from_utf8_lossy(&self.bytes(good, words)).into_owned()
    }

    fn change(&mut self, bytes: &mut Vec<u8>, good: &[&str], words: &[&str]) {
        let (from, to) = self.range(bytes.len());
        match self.below(9) {
            0 => drop(bytes.drain(from..to)),
            1 => {
                if let Some(byte) = bytes.get_mut(from) {
                    *byte ^= 1 << self.below(8);
                }
            }
            2 => {
                let part = bytes[from..to].repeat(1 + self.below(4));
                drop(bytes.splice(to..to, part));
            }
            // Once in a while very often.
            3 => {
                let times = if self.one_in(8) { 20_000 } else { 30 };
                let part: Vec<_> = bytes[from..to].iter().copied().take(40).collect();
                let part = part.repeat(1 + self.below(times));
                drop(bytes.splice(to..to, part));
            }
            4 => {
                let other = self.pick(good).as_bytes();
                let (start, end) = self.range(other.len());
                drop(bytes.splice(from..to, other[start..end].iter().copied()));
            }
            5 => {
                let number = self.number();
                drop(bytes.splice(from..to.min(from + 4), number.into_bytes()));
            }
            6 if !words.is_empty() => {
                let word = self.pick(words).as_bytes();
                drop(bytes.splice(from..from, word.iter().copied()));
            }
            7 => self.replace_number(bytes),
            _ => drop(bytes.splice(from..from, [self.next() as u8])),
        }
    }

    /// Another number where there is one.
    fn replace_number(&mut self, bytes: &mut Vec<u8>) {
        let digits: Vec<_> = (0..bytes.len())
            .filter(|&at| bytes[at].is_ascii_digit())
            .collect();
        if digits.is_empty() {
            return;
        }
        let from = *self.pick(&digits);
        let length = bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let number = self.number();
        drop(bytes.splice(from..from + length, number.into_bytes()));
    }

    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let most = if self.one_in(4) {
            length - from
        } else {
            (length - from).min(16)
        };
        (from, from + self.below(most + 1))
    }
}

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "1e9",
    "1e308",
    "1.8e308",
    "-1e308",
    "5e-324",
    "1e-320",
    "2.2250738585072014e-308",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "9007199254740993",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "0x10",
    "1_000",
    "1,000",
    "٣",
    "0.1e1",
    ".5",
    "5.",
    "+5",
    "1e",
    "--1",
    "00000000000000000000000000000000000000000001",
    "2147483648",
    "4294967296",
    "65536",
    "1e-9",
    "1000000",
    "1000001",
];
