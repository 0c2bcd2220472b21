//! What a plan names and doesn't show: values that may be secret. They are resolved with the plan and travel beside it,
//! so that no report, log or message that has the plan has them.

use crate::secret::Secret;
use std::collections::BTreeMap;

/// The values that a plan withholds.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Base URL of the system under test, with its password if it has one.
    pub base: Option<Secret>,
    /// URL of the proxy, with its password if it has one.
    pub proxy: Option<Secret>,
    /// Values of the plan's headers, in their order.
    pub headers: Vec<Secret>,
    /// Values of the run's parameters.
    pub params: Params,
    /// Values of the parameters of each scenario, by its index.
    pub scenario_params: Vec<Params>,
}

/// Parameters by name.
pub type Params = BTreeMap<String, Secret>;

/// Named values as parameters; of several with one name, the last.
pub(super) fn params<'a>(pairs: impl IntoIterator<Item = &'a (String, String)>) -> Params {
    let pairs = pairs.into_iter();
    pairs
        .map(|(name, value)| (name.clone(), Secret::new(value)))
        .collect()
}
