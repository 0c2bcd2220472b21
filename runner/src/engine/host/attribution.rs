//! Whom a measurement belongs to, whatever protocol it is of.

use super::identity::Purpose;
use crate::metrics::{RequestHandle, RequestKey, RequestSample, with_shard};
use std::sync::Arc;

/// Canonical tags; none where there are none.
pub(super) type TagText = Option<Arc<str>>;

/// What all results of one request are recorded under.
#[derive(Debug, Clone)]
pub(super) struct Attribution {
    pub(super) scenario: u16,
    pub(super) purpose: Purpose,
    pub(super) tags: TagText,
    /// The id of the request's trace, if it has one.
    pub(super) trace: Option<u128>,
}

/// What came of a request, as results tell requests apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestResult<'a> {
    pub(super) method: &'a str,
    pub(super) name: &'a str,
    /// 0 where there is none.
    pub(super) status: u16,
    pub(super) expected: bool,
}

impl Attribution {
    /// Records a request. None outside the load, where nothing is recorded.
    pub(super) fn record(
        &self,
        result: RequestResult<'_>,
        sample: &RequestSample<'_>,
    ) -> Option<RequestHandle> {
        if self.purpose != Purpose::Load {
            return None;
        }
        let key = RequestKey {
            scenario: self.scenario,
            method: result.method,
            name: result.name,
            status: result.status,
            expected: result.expected,
            tags: self.tags.as_deref().unwrap_or_default(),
        };
        with_shard(|shard| {
            if let Some(trace) = self.trace {
                shard.traced(trace, &key, sample);
            }
            shard.request(&key, sample)
        })
    }
}
