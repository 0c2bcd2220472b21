//! The command as it was typed, with something added: what a hint tells to do can be copied whole.

/// A longer command is not repeated.
const LONGEST: usize = 300;

/// This process's command, with these flags at its end.
pub fn command_with(flags: &str) -> String {
    with(
        std::env::args_os()
            .skip(1)
            .map(|word| word.to_string_lossy().into_owned()),
        flags,
    )
}

fn with(words: impl Iterator<Item = String>, flags: &str) -> String {
    let words: Vec<_> = words.map(|word| quoted(&word)).collect();
    let whole = format!("wasmswarm {} {flags}", words.join(" "));
    if words.is_empty() || whole.len() > LONGEST || whole.contains(char::is_control) {
        return flags.to_owned();
    }
    whole
}

/// As a shell reads it as one word.
fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "-_./:=,@%+".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_copied_and_a_long_one_is_left_out() {
        let words = ["run", "my script.js", "-u", "5"].map(str::to_owned);
        assert_eq!(
            with(words.into_iter(), "--allow-host a.test"),
            "wasmswarm run 'my script.js' -u 5 --allow-host a.test"
        );
        let words = ["run".to_owned(), "x".repeat(400)];
        assert_eq!(with(words.into_iter(), "--host URL"), "--host URL");
    }
}
