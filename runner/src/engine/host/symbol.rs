//! Names of functions as people know them: compilers write them in codes of their own, and a
//! guest's names may be anything.

use super::limits;
use cpp_demangle::{DemangleOptions, Symbol};
use std::fmt;

/// Longer names aren't decoded.
const LONGEST: usize = 2_000;

/// How much of a name is shown.
const SHOWN: usize = 200;

/// The name of a function, decoded where that is possible, and not too long.
pub(super) fn readable(name: &str) -> String {
    let decoded = (name.len() <= LONGEST)
        .then(|| rust(name).or_else(|| cpp(name)))
        .flatten();
    let name = decoded.as_deref().unwrap_or(name);
    let short = limits::cut(name, SHOWN);
    let dots = if short.len() < name.len() { "…" } else { "" };
    format!("{short}{dots}")
}

fn rust(name: &str) -> Option<String> {
    let decoded = rustc_demangle::try_demangle(name).ok()?;
    let mut text = Limited::default();
    // A name that grows beyond the limit is shown as far as it goes.
    let _ = fmt::Write::write_fmt(&mut text, format_args!("{decoded:#}"));
    Some(text.0)
}

fn cpp(name: &str) -> Option<String> {
    if !name.starts_with("_Z") {
        return None;
    }
    let symbol = Symbol::new(name).ok()?;
    let mut text = Limited::default();
    let options = DemangleOptions::new().no_params().no_return_type();
    let _ = symbol.structured_demangle(&mut text, &options);
    Some(text.0).filter(|text| !text.is_empty())
}

/// Takes a little more than is shown: decoded, a short name can have gigabytes.
#[derive(Default)]
struct Limited(String);

impl fmt::Write for Limited {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(limits::cut(text, 2 * SHOWN));
        if self.0.len() > SHOWN {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_as_they_were_written() {
        for (name, shown) in [
            (
                "_ZN4core9panicking5panic17h0123456789abcdefE",
                "core::panicking::panic",
            ),
            ("_RNvCs15kBYyAo9fc_7mycrate7example", "mycrate::example"),
            ("_ZN4shop4cart3addEi", "shop::cart::add"),
            ("checkout", "checkout"),
            ("_Znonsense", "_Znonsense"),
            ("", ""),
        ] {
            assert_eq!(readable(name), shown);
        }
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(readable(&"x".repeat(1 << 20)).chars().count(), SHOWN + 1);
        assert!(readable(&"é".repeat(1_000)).ends_with('…'));
        // Each of its parts is twice the one before.
        let doubling = format!(
            "_Z1fI{}E",
            (0..30).map(|n| format!("S{n}_S{n}_")).collect::<String>()
        );
        assert!(readable(&doubling).len() <= 2_000);
    }
}
