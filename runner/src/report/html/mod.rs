//! The report as one HTML file, which needs nothing else: no network, no second file, no server. It is made of the results
//! file and the modules in `runner/ui/`, whose one script and one style sheet are the only ones that its policy allows.
//! Texts of guests and servers come in as data, and only ever become text.

mod bundle;
mod code;
mod compact;

use crate::results::model::RunResults;
use crate::secret;
use base64::Engine as _;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The page of a run.
#[derive(Debug)]
pub struct Page(String);

impl Page {
    /// The page of these results.
    ///
    /// # Errors
    /// They have no JSON form.
    pub fn of(results: &RunResults) -> serde_json::Result<Page> {
        Page::of_json(serde_json::to_value(results)?)
    }

    fn of_json(mut results: Value) -> serde_json::Result<Page> {
        // Secrets are taken out of the data alone: where one is a word of the script, the script must stay what it was.
        hide_secrets(&mut results);
        let title = title(&results);
        let data = inert(&serde_json::to_string(&compact::embedded(results))?);
        Ok(Page(page(&title, &data)))
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Takes the secrets out of all texts. Not of the JSON's text: reading that again would change the last digits of figures.
fn hide_secrets(value: &mut Value) {
    match value {
        Value::String(text) => secret::hide(text),
        Value::Array(list) => list.iter_mut().for_each(hide_secrets),
        Value::Object(fields) => fields.values_mut().for_each(hide_secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

const STYLES: [&str; 2] = [
    include_str!("../../../ui/vendor/uplot.css"),
    include_str!("../../../ui/report/report.css"),
];

/// Two bars, so that the tab of a report is found among others.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%230072b2' \
                    d='M2 9h3v5H2zM7 2h3v12H7zM12 6h3v8h-3z'/%3E%3C/svg%3E";

fn page(title: &str, data: &str) -> String {
    let (script, style) = (bundle::script(), STYLES.concat());
    let policy = format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        digest(&script),
        digest(&style)
    );
    format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="{ICON}">
<title>{title}</title>
<style>{style}</style>
<div id="page"><noscript>{title}. The rest of this report needs JavaScript, which is off.</noscript></div>
<script type="application/json" id="data">{data}</script>
<script type="module">{script}</script>
</html>
"#
    )
}

/// What was run and how it came out, as text of HTML.
fn title(results: &Value) -> String {
    let passed = if results["end"]["code"] == 0 {
        "passed"
    } else {
        "failed"
    };
    let plugin = results["plugin"].as_str().unwrap_or_default();
    let plain = format!("{passed}: {plugin} – wasmswarm");
    let plain: String = plain
        .chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    plain
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// JSON in which nothing can end a script or begin a comment, whatever names and messages hold.
fn inert(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => text.push(character),
        }
    }
    text
}

/// As a policy names an inline script or style.
fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    format!(
        "sha256-{}",
        base64::engine::general_purpose::STANDARD.encode(digest)
    )
}

#[cfg(test)]
mod tests;
