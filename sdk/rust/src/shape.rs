//! A load shape: a function of the plugin that says, once a second, how much load there is to be.

use crate::bindings::exports::wasmswarm::scenario::scenario as wit;
use std::time::Duration;

/// When a shape is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Time since the run began.
    pub elapsed: Duration,
    /// VUs that run now.
    pub users: u32,
}

/// How much load there is to be until the shape is asked again.
///
/// ```
/// # use wasmswarm_sdk::prelude::*;
/// # #[derive(Default)]
/// # struct Visitor;
/// # #[scenario]
/// # impl Visitor {
/// #     #[task]
/// #     fn nothing(&self) {}
/// # }
/// /// Ten users more every half minute, for five minutes.
/// fn steps(now: Moment) -> Option<Target> {
///     let step = now.elapsed.as_secs() / 30;
///     (step < 10).then(|| Target::users(10 * (step as u32 + 1)).spawn_rate(5))
/// }
/// plugin!(Visitor, shape = steps);
///
/// # fn main() {
/// assert!(steps(Moment { elapsed: Duration::from_secs(300), users: 100 }).is_none());
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Target(Kind);

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Users {
        users: u32,
        spawn_rate: f64,
        scenarios: Vec<String>,
    },
    Rate(f64),
}

impl Target {
    /// This many VUs, all at once unless [`spawn_rate`](Self::spawn_rate) is called.
    #[must_use]
    pub fn users(users: u32) -> Self {
        Self(Kind::Users {
            users,
            spawn_rate: 0.0,
            scenarios: Vec::new(),
        })
    }

    /// This many iterations started per second.
    #[must_use]
    pub fn rate(per_second: impl Into<f64>) -> Self {
        Self(Kind::Rate(per_second.into()))
    }

    /// VUs started or ended per second until there are as many as asked for. Means nothing with a
    /// [`rate`](Self::rate).
    #[must_use]
    pub fn spawn_rate(mut self, per_second: impl Into<f64>) -> Self {
        if let Kind::Users { spawn_rate, .. } = &mut self.0 {
            *spawn_rate = per_second.into();
        }
        self
    }

    /// Names of the scenarios that new VUs run; all of them unless this is called. Means nothing
    /// with a [`rate`](Self::rate).
    #[must_use]
    pub fn scenarios(mut self, names: &[&str]) -> Self {
        if let Kind::Users { scenarios, .. } = &mut self.0 {
            *scenarios = names.iter().map(|&name| name.to_owned()).collect();
        }
        self
    }
}

/// The answer as the host wants to see it.
pub(crate) fn into_wit(target: Option<Target>) -> wit::LoadTarget {
    match target.map(|target| target.0) {
        Some(Kind::Users {
            users,
            spawn_rate,
            scenarios,
        }) => wit::LoadTarget::Users(wit::UsersTarget {
            users,
            spawn_rate,
            scenarios,
        }),
        Some(Kind::Rate(rate)) => wit::LoadTarget::Rate(rate),
        None => wit::LoadTarget::Stop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_keep_what_was_asked() {
        let target = Target::users(5).spawn_rate(2).scenarios(&["a"]);
        let wit::LoadTarget::Users(users) = into_wit(Some(target)) else {
            panic!("not a number of users")
        };
        assert_eq!((users.users, users.spawn_rate), (5, 2.0));
        assert_eq!(users.scenarios, ["a"]);
        assert!(matches!(
            into_wit(Some(Target::rate(7).spawn_rate(1))),
            wit::LoadTarget::Rate(7.0)
        ));
        assert!(matches!(into_wit(None), wit::LoadTarget::Stop));
    }
}
