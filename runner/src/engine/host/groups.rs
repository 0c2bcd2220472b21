//! The groups that a VU is in, one within the other, and when each began.

use super::{labels, limits};
use std::time::Instant;

/// What stands before each name in a group's tag, as in k6.
const SEPARATOR: &str = "::";

/// The groups that are open.
#[derive(Debug, Default)]
pub(super) struct OpenGroups {
    /// `::outer::inner`; empty outside of any.
    path: String,
    /// Of each, where its part of the path begins, and when it was entered.
    open: Vec<(usize, Instant)>,
    /// Groups within the deepest of these.
    deeper: u64,
}

impl OpenGroups {
    /// Enters a group within the innermost one, and returns the new path. One group too many is only counted.
    pub(super) fn enter(&mut self, name: &str, now: Instant) -> &str {
        if self.open.len() == limits::GROUPS {
            self.deeper += 1;
            labels::altered();
            return &self.path;
        }
        self.open.push((self.path.len(), now));
        self.path.push_str(SEPARATOR);
        self.path.push_str(&labels::group(name));
        &self.path
    }

    /// Leaves a group that is too deep to have a name, if the innermost one is.
    pub(super) fn leave_nameless(&mut self) -> bool {
        let is_nameless = self.deeper > 0;
        self.deeper = self.deeper.saturating_sub(1);
        is_nameless
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
        let (mut groups, now) = (OpenGroups::default(), Instant::now());
        assert_eq!(groups.enter("buy", now), "::buy");
        assert_eq!(groups.enter("pay", now), "::buy::pay");
        assert_eq!(groups.leave(), "::buy");
        assert_eq!(groups.enter("ship", now), "::buy::ship");
        assert_eq!(groups.leave(), "::buy");
        assert!(groups.are_open());
        assert_eq!(groups.leave(), "");
        assert!(!groups.are_open());
    }

    #[test]
    fn odd_names_and_depth_beyond_the_limit_do_no_harm() {
        let (mut groups, now) = (OpenGroups::default(), Instant::now());
        assert_eq!(groups.enter("a::b,\n", now), "::a__b__");
        for _ in 1..limits::GROUPS {
            groups.enter(&"x".repeat(300), now);
        }
        let deepest = groups.path.clone();
        assert!(deepest.len() < limits::GROUPS * 210);
        assert_eq!(groups.enter("deeper", now), deepest);
        assert_eq!(groups.enter("still deeper", now), deepest);
        assert!(groups.leave_nameless() && groups.leave_nameless() && !groups.leave_nameless());
        assert!(groups.leave().len() < deepest.len());
    }
}
