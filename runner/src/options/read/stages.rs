//! The stages of a ramp: texts as the flag takes them, or tables with a key for each part.

use super::{Reader, join, plain_text, time_of};
use crate::options::definition::Definition;
use crate::options::layer::shown;
use crate::options::names::{did_you_mean, folded};
use crate::options::setting::{Settings, TypedValue};
use crate::options::stage;
use crate::options::tree::{Key, Node, Position, Value};
use crate::plan::Stage;

impl Reader<'_> {
    pub(super) fn stages(&mut self, option: &Definition, full: &str, items: Vec<Node>, out: &mut Settings) {
        for (index, item) in items.into_iter().enumerate() {
            let full = format!("{full}[{index}]");
            let stage = match item.value {
                Value::Table(entries) => self.stage(&full, item.at, entries),
                Value::Text(text) => self.stage_text(item.at, &full, text),
                _ => {
                    self.complain(
                        item.at,
                        &full,
                        "it must be a table, or a text such as \"30s:100\"",
                    );
                    None
                }
            };
            if let Some((text, stage)) = stage {
                let value = TypedValue::new(stage);
                out.push(option.id, self.setting(item.at, &full, &text, value));
            }
        }
    }

    fn stage_text(&mut self, at: Position, full: &str, text: String) -> Option<(String, Stage)> {
        match stage::stage(&text) {
            Ok(stage) => Some((text, stage)),
            Err(why) => {
                self.complain(at, full, shown(&text, &why));
                None
            }
        }
    }

    /// A stage as a table, with the text that the flag would have.
    fn stage(&mut self, full: &str, at: Position, entries: Vec<(Key, Node)>) -> Option<(String, Stage)> {
        let before = self.problems.len();
        let parts = self.parts(full, at, entries);
        for (name, part) in stage::PARTS.iter().zip(&parts).take(2) {
            if part.text.is_empty() && self.problems.len() == before {
                self.complain(at, full, format!("it has no {name}"));
            }
        }
        if self.problems.len() > before {
            return None;
        }
        let texts: Vec<_> = parts.iter().map(|part| part.text.as_str()).collect();
        let text = texts.join(":").trim_end_matches(':').to_owned();
        match stage::stage(&text) {
            Ok(stage) => Some((text, stage)),
            Err(why) => {
                self.complain_of_part(full, at, &parts, &why);
                None
            }
        }
    }

    fn parts(&mut self, full: &str, at: Position, entries: Vec<(Key, Node)>) -> [Part; stage::PARTS.len()] {
        let mut parts = std::array::from_fn(|_| Part {
            text: String::new(),
            at,
        });
        for (key, node) in entries {
            let Some(index) = stage::PARTS.iter().position(|part| *part == folded(&key.name)) else {
                let meant = did_you_mean(&key.name, &stage::PARTS);
                self.complain(key.at, "", format!("unknown key {:?}{meant}", key.name));
                continue;
            };
            let is_time = matches!(stage::PARTS[index], "duration" | "period");
            let text = match (is_time, node.value) {
                (true, Value::Number(number)) => time_of(&number),
                (_, value) => plain_text(value),
            };
            match text {
                Ok(text) if !text.contains(':') => parts[index] = Part { text, at: node.at },
                Ok(text) => self.complain(node.at, &join(full, &key.name), shown(&text, "it has a colon")),
                Err(what) => self.complain(node.at, &join(full, &key.name), what),
            }
        }
        parts
    }

    /// Says what is wrong where it is wrong: the reason begins with the part's name.
    fn complain_of_part(&mut self, full: &str, at: Position, parts: &[Part], why: &str) {
        let found = why.split_once(": ").and_then(|(name, why)| {
            let index = stage::PARTS.iter().position(|part| *part == name)?;
            Some((parts.get(index)?, join(full, name), why))
        });
        match found {
            Some((part, full, why)) => self.complain(part.at, &full, shown(&part.text, why)),
            None => self.complain(at, full, why),
        }
    }
}

/// One part of a stage, where it stands.
struct Part {
    text: String,
    at: Position,
}
