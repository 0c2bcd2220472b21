//! The groups that a VU is in, one within the other, and when each began.

use super::limits;
use super::tags::check_name;
use std::time::Instant;

/// What stands before each name in a group's tag, as in k6.
const SEPARATOR: &str = "::";

/// The groups that are open.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// `::outer::inner`; empty outside of any.
    path: String,
    /// Of each, where its part of the path begins, and when it was entered.
    open: Vec<(usize, Instant)>,
}

impl Groups {
    /// Enters a group within the innermost one, and returns the new path.
    ///
    /// # Errors
    /// A name that can't be part of a path, or one group too many.
    pub(super) fn enter(&mut self, name: &str, now: Instant) -> Result<&str, String> {
        check_name(name)?;
        if name.is_empty() || name.contains(',') || name.contains(SEPARATOR) {
            return Err("a group's name must not be empty or hold `,` or `::`".to_owned());
        }
        if self.open.len() == limits::GROUPS {
            return Err(format!("groups are more than {} deep", limits::GROUPS));
        }
        self.open.push((self.path.len(), now));
        self.path.push_str(SEPARATOR);
        self.path.push_str(name);
        Ok(&self.path)
    }

    /// When the innermost group was entered.
    pub(super) fn begun(&self) -> Option<Instant> {
        self.open.last().map(|&(_, begun)| begun)
    }

    /// Whether there is one to leave.
    pub(super) fn are_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Leaves the innermost group, and returns the path of the one around it.
    pub(super) fn leave(&mut self) -> &str {
        if let Some((length, _)) = self.open.pop() {
            self.path.truncate(length);
        }
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_lie_within_each_other() {
        let (mut groups, now) = (Groups::default(), Instant::now());
        assert_eq!(groups.enter("buy", now).unwrap(), "::buy");
        assert_eq!(groups.enter("pay", now).unwrap(), "::buy::pay");
        assert_eq!(groups.leave(), "::buy");
        assert_eq!(groups.enter("ship", now).unwrap(), "::buy::ship");
        assert_eq!(groups.leave(), "::buy");
        assert!(groups.are_open());
        assert_eq!(groups.leave(), "");
        assert!(!groups.are_open());
    }

    #[test]
    fn names_and_depth_are_limited() {
        let (mut groups, now) = (Groups::default(), Instant::now());
        for name in ["", "a::b", "a,b", "a\nb", &"x".repeat(201)] {
            assert!(groups.enter(name, now).is_err(), "{name:?}");
        }
        assert!(!groups.are_open());
        for _ in 0..limits::GROUPS {
            groups.enter(&"x".repeat(200), now).unwrap();
        }
        assert_eq!(groups.enter("x", now).unwrap_err(), "groups are more than 8 deep");
    }
}
