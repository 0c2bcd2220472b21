//! Thresholds in all of the forms that k6 takes.

use super::Reader;
use crate::options::layer::shown;
use crate::options::measure::MeasureOptions;
use crate::options::names::{did_you_mean, folded};
use crate::options::setting::{Settings, TypedValue};
use crate::options::threshold;
use crate::options::tree::{Key, Node, Position, Value};

impl Reader<'_> {
    /// k6's form: metrics with a rule, or a list of rules, each a text or a table.
    pub(super) fn thresholds(&mut self, node: Node, out: &mut Settings) {
        match node.value {
            Value::Table(entries) => {
                for (key, node) in entries {
                    let full = format!("thresholds.{}", key.name);
                    match node.value {
                        Value::List(rules) => {
                            for rule in rules {
                                self.threshold(&key.name, &full, rule, out);
                            }
                        }
                        _ => self.threshold(&key.name, &full, node, out),
                    }
                }
            }
            Value::List(items) => {
                for item in items {
                    match item.value {
                        Value::Text(text) => self.threshold_line(item.at, "thresholds", text, out),
                        _ => self.complain(item.at, "thresholds", "it must be a text: METRIC: RULE"),
                    }
                }
            }
            _ => self.complain(
                node.at,
                "thresholds",
                "it must be a table of metrics with their rules",
            ),
        }
    }

    fn threshold(&mut self, metric: &str, full: &str, rule: Node, out: &mut Settings) {
        match rule.value {
            Value::Text(text) => {
                self.threshold_line(rule.at, full, threshold::line(metric, &text, false, None), out);
            }
            Value::Table(entries) => self.threshold_table(metric, full, rule.at, entries, out),
            _ => self.complain(rule.at, full, "a rule must be a text, such as \"p(95)<200\""),
        }
    }

    fn threshold_table(
        &mut self,
        metric: &str,
        full: &str,
        at: Position,
        entries: Vec<(Key, Node)>,
        out: &mut Settings,
    ) {
        let (mut rule, mut abort, mut delay) = (None, false, None);
        for (key, node) in entries {
            match (folded(&key.name).as_str(), node.value) {
                ("threshold" | "rule", Value::Text(text)) => rule = Some(text),
                ("abortonfail", Value::Bool(is)) => abort = is,
                ("delayaborteval", Value::Text(text)) => delay = Some(text),
                ("threshold" | "rule", _) => self.complain(node.at, full, "threshold: it must be a text"),
                ("abortonfail", _) => self.complain(node.at, full, "abort_on_fail: it must be true or false"),
                ("delayaborteval", _) => {
                    self.complain(
                        node.at,
                        full,
                        "delay_abort_eval: write it with its unit, such as \"10s\"",
                    );
                }
                _ => {
                    let known = ["threshold", "abort_on_fail", "delay_abort_eval"];
                    let what = format!("unknown key {:?}{}", key.name, did_you_mean(&key.name, &known));
                    self.complain(key.at, "", what);
                }
            }
        }
        match rule {
            Some(rule) => {
                let line = threshold::line(metric, &rule, abort, delay.as_deref());
                self.threshold_line(at, full, line, out);
            }
            None => self.complain(at, full, "it has no `threshold`"),
        }
    }

    fn threshold_line(&mut self, at: Position, full: &str, line: String, out: &mut Settings) {
        match threshold::threshold(&line) {
            Ok(threshold) => {
                let value = TypedValue::new(threshold);
                out.push(MeasureOptions::thresholds, self.setting(at, full, &line, value));
            }
            Err(why) => self.complain(at, full, shown(&line, &why)),
        }
    }
}
