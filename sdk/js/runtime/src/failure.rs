//! What a thrown value says: message and stack, as the contract wants errors.

use crate::library;
use rquickjs::{Coerced, Ctx, Error, Value};

/// The text for what the engine returned as an error.
pub(crate) fn text(context: &Ctx<'_>, error: Error) -> String {
    match error {
        Error::Exception => of_value(context, context.catch()),
        other => other.to_string(),
    }
}

/// The text of the exception that is pending in the engine.
pub(crate) fn pending(context: &Ctx<'_>) -> String {
    of_value(context, context.catch())
}

/// The text of a thrown value.
pub(crate) fn of_value<'js>(context: &Ctx<'js>, value: Value<'js>) -> String {
    let Some(error) = value.as_object().filter(|object| object.is_error()) else {
        return of_anything(context, &value);
    };
    let part = |name| match error.get::<_, Coerced<String>>(name) {
        Ok(text) => text.0,
        Err(_) => {
            context.catch();
            String::new()
        }
    };
    let (name, message, stack) = (part("name"), part("message"), part("stack"));
    let mut text = match (name.is_empty(), message.is_empty()) {
        (_, true) => name,
        (true, false) => message,
        (false, false) => format!("{name}: {message}"),
    };
    for frame in frames(&stack) {
        text.push('\n');
        text.push_str(frame);
    }
    text
}

/// A script may throw anything.
fn of_anything<'js>(context: &Ctx<'js>, value: &Value<'js>) -> String {
    let json = value.is_object().then(|| context.json_stringify(value.clone()));
    if let Some(Ok(Some(json))) = json
        && let Ok(text) = json.to_string()
    {
        return text;
    }
    context.catch();
    match value.get::<Coerced<String>>() {
        Ok(text) => text.0,
        Err(_) => {
            context.catch();
            "something without a text was thrown".to_owned()
        }
    }
}

/// The script's own frames; all of them if there are no such.
fn frames(stack: &str) -> Vec<&str> {
    let all: Vec<&str> = stack.lines().filter(|line| !line.trim().is_empty()).collect();
    let is_own = |line: &&str| !line.contains(library::PREFIX) && !line.ends_with("(native)");
    let own: Vec<&str> = all.iter().copied().filter(is_own).collect();
    if own.is_empty() { all } else { own }
}
