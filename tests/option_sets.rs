//! Sets of options, each with what comes of it: a plan, or what is wrong and where. Flags, variables, files of all formats,
//! what a plugin suggests, and all of these against each other. The sets and their answers stand in `option_sets.txt`;
//! `WASMSWARM_ACCEPT=1` writes the answers there as they are now.

use crate::support::cli::{Background, Ran, wasmswarm};
use crate::support::{root, together};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// How a set is written: lines that begin with one of these words; an answer's begin with `|`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct OptionSet {
    /// `flags`: what follows the plugin.
    flags: String,
    /// `env NAME=VALUE`, with `\n` for a line's end.
    variables: Vec<(String, String)>,
    /// `file NAME`, and its lines indented.
    files: BTreeMap<String, String>,
    /// `plugin`: the options that it suggests, as JSON.
    suggested: String,
    answer: String,
}

impl OptionSet {
    fn read(text: &str) -> OptionSet {
        let mut set = OptionSet::default();
        let mut file = String::new();
        for line in text.lines() {
            match line.split_once(' ').unwrap_or((line, "")) {
                ("flags", flags) => flags.clone_into(&mut set.flags),
                ("env", pair) => {
                    let (name, value) = pair.split_once('=').expect("NAME=VALUE");
                    set.variables.push((name.to_owned(), value.replace("\\n", "\n")));
                }
                ("file", name) => name.clone_into(&mut file),
                ("plugin", json) => json.clone_into(&mut set.suggested),
                ("|", answer) => writeln!(set.answer, "{answer}").unwrap(),
                _ => {
                    let line = line.strip_prefix("    ").expect("an indented line of a file");
                    writeln!(set.files.entry(file.clone()).or_default(), "{line}").unwrap();
                }
            }
        }
        set
    }

    fn write(&self) -> String {
        let mut text = format!("{}\n", format!("flags {}", self.flags).trim_end());
        for (name, value) in &self.variables {
            writeln!(text, "env {name}={}", value.replace('\n', "\\n")).unwrap();
        }
        for (name, lines) in &self.files {
            writeln!(text, "file {name}").unwrap();
            lines
                .lines()
                .for_each(|line| writeln!(text, "    {line}").unwrap());
        }
        if !self.suggested.is_empty() {
            writeln!(text, "plugin {}", self.suggested).unwrap();
        }
        for line in self.answer.lines() {
            writeln!(text, "{}", format!("| {line}").trim_end()).unwrap();
        }
        text
    }

    /// The exit code, and what was said.
    fn ask(&self, folder: &Path) -> String {
        std::fs::create_dir(folder).unwrap();
        for (name, text) in &self.files {
            std::fs::write(folder.join(name), text).unwrap();
        }
        write_plugin(folder, &self.suggested);
        let mut command = wasmswarm();
        command.args(["run", "plugin/hello.wat", "--dry-run", "--seed", "1"]);
        command.args(self.flags.split_whitespace()).current_dir(folder);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let Ran { code, out, err, .. } = Background::start(command).finish();
        format!("{code}\n{}{err}", essential(&out))
    }
}

/// The example by hand, with options to suggest: their place and length, and their text.
fn write_plugin(folder: &Path, options: &str) {
    let escaped = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("\\{byte:02x}"))
            .collect::<String>()
    };
    let number = |number: usize| escaped(&u32::try_from(number).unwrap().to_le_bytes());
    let text = std::fs::read_to_string(root().join("docs/examples/hello.wat")).unwrap();
    let none = r#""\00\00\00\00\00\00\00\00" "\00")"#;
    assert!(text.contains(none), "the example's description has no options");
    let some = format!(
        "\"{}{}\" \"\\00\") (data (i32.const 0x400) \"{}\")",
        number(0x400),
        number(options.len()),
        escaped(options.as_bytes())
    );
    std::fs::create_dir(folder.join("plugin")).unwrap();
    std::fs::write(folder.join("plugin/hello.wat"), text.replacen(none, &some, 1)).unwrap();
}

/// A plan without what differs from machine to machine, and without its charts.
fn essential(plan: &str) -> String {
    let elsewhere = ["plan of", "hash ", "threads ", "seed "];
    let plan = plan.split("VUs over time").collect::<Vec<_>>();
    let tail = plan.get(1).and_then(|chart| chart.split_once("asked by"));
    let whole = match tail {
        Some((_, asked)) => format!("{}asked by{asked}", plan[0]),
        None => plan[0].to_owned(),
    };
    let kept = whole.lines().filter(|line| {
        !line.trim().is_empty()
            && !line.contains('█')
            && !elsewhere.iter().any(|start| line.starts_with(start))
    });
    kept.map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_set_of_options_is_answered_as_written() {
    let _machine = together();
    let file = root().join("tests/option_sets.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    let sets: Vec<_> = text.split("\n\n").map(OptionSet::read).collect();
    assert!(sets.len() >= 60, "{} sets", sets.len());
    let folder = tempfile::tempdir().unwrap();
    let numbered: Vec<_> = sets.iter().enumerate().collect();
    let answer = |(number, set): &(usize, &OptionSet)| OptionSet {
        answer: set.ask(&folder.path().join(number.to_string())),
        ..(*set).clone()
    };
    let answered: Vec<OptionSet> = std::thread::scope(|scope| {
        let quarters = numbered.chunks(sets.len().div_ceil(4));
        let workers: Vec<_> = quarters
            .map(|some| scope.spawn(move || some.iter().map(answer).collect::<Vec<_>>()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    if std::env::var_os("WASMSWARM_ACCEPT").is_some() {
        let texts: Vec<_> = answered.iter().map(OptionSet::write).collect();
        std::fs::write(&file, texts.join("\n")).unwrap();
        return;
    }
    let changed = sets
        .iter()
        .zip(&answered)
        .filter(|(set, now)| set.write() != now.write());
    let shown: Vec<_> = changed.map(|(_, now)| now.write()).collect();
    assert!(
        shown.is_empty(),
        "{} sets have another answer than option_sets.txt says:\n{}",
        shown.len(),
        shown.join("\n")
    );
}
