//! Bodies that guests hand over once and send many times. Equal ones are one allocation for the whole run, and each
//! goes when the last instance that shared it goes.

use crate::engine::host::bindings::http::ErrorCode;
use crate::engine::host::limits;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A body, wherever it is kept.
pub(in crate::engine::host) type SharedBody = Arc<Vec<u8>>;

/// The shared bodies of a run, by their digest. Asked when a body is handed over, never when it is sent.
#[derive(Debug, Default)]
pub struct SharedBodies(Mutex<HashMap<[u8; 32], Weak<Vec<u8>>>>);

impl SharedBodies {
    /// The one of these bytes, which are kept unless there is one already. None: there is no room.
    fn keep(&self, body: Vec<u8>) -> Option<SharedBody> {
        let digest: [u8; 32] = Sha256::digest(&body).into();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = kept.get(&digest).and_then(Weak::upgrade) {
            return Some(same);
        }
        kept.retain(|_, body| body.strong_count() > 0);
        let bytes: usize = kept.values().filter_map(Weak::upgrade).map(|b| b.len()).sum();
        if bytes.saturating_add(body.len()) > limits::SHARED_BODY_BYTES {
            return None;
        }
        let body = Arc::new(body);
        kept.insert(digest, Arc::downgrade(&body));
        Some(body)
    }
}

/// Those of one instance, by number.
#[derive(Debug, Default)]
pub(in crate::engine::host) struct InstanceBodies(Vec<SharedBody>);

impl InstanceBodies {
    /// Takes one in and numbers it; one that the instance has already keeps its number.
    ///
    /// # Errors
    /// There is no room, and why.
    pub(in crate::engine::host) fn share(
        &mut self,
        run: &SharedBodies,
        body: Vec<u8>,
    ) -> Result<u64, (ErrorCode, String)> {
        let full = |what: String| (ErrorCode::Exhausted, what);
        let size = body.len();
        let body = run.keep(body).ok_or_else(|| {
            let limit = limits::SHARED_BODY_BYTES >> 20;
            full(format!(
                "no room to share a body of {size} bytes: the different shared bodies of a run may have {limit} MiB in all"
            ))
        })?;
        let same = self.0.iter().position(|own| Arc::ptr_eq(own, &body));
        if same.is_none() && self.0.len() == limits::SHARED_BODIES {
            let limit = limits::SHARED_BODIES;
            return Err(full(format!("an instance may share {limit} bodies")));
        }
        let number = same.unwrap_or_else(|| {
            self.0.push(body);
            self.0.len() - 1
        });
        Ok(number as u64)
    }

    /// The body of this number.
    ///
    /// # Errors
    /// Misuse, which traps the guest.
    pub(in crate::engine::host) fn find(&self, number: u64) -> wasmtime::Result<SharedBody> {
        let body = usize::try_from(number).ok().and_then(|at| self.0.get(at));
        body.cloned()
            .ok_or_else(|| wasmtime::format_err!("there is no shared body {number}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bodies_are_kept_once() {
        let run = SharedBodies::default();
        let (mut one, mut other) = (InstanceBodies::default(), InstanceBodies::default());
        assert_eq!(one.share(&run, b"a".to_vec()), Ok(0));
        assert_eq!(one.share(&run, b"b".to_vec()), Ok(1));
        assert_eq!(one.share(&run, b"a".to_vec()), Ok(0));
        assert_eq!(other.share(&run, b"b".to_vec()), Ok(0));
        assert!(Arc::ptr_eq(&one.find(1).unwrap(), &other.find(0).unwrap()));
        assert!(one.find(2).is_err() && one.find(u64::MAX).is_err());
    }

    #[test]
    fn a_body_goes_with_the_last_that_shares_it() {
        let run = SharedBodies::default();
        let mut one = InstanceBodies::default();
        let half = limits::SHARED_BODY_BYTES / 2 + 1;
        assert_eq!(one.share(&run, vec![1; half]), Ok(0));
        let (code, why) = InstanceBodies::default().share(&run, vec![2; half]).unwrap_err();
        assert_eq!(code, ErrorCode::Exhausted);
        assert!(why.contains("256 MiB in all"), "{why}");
        drop(one);
        assert_eq!(InstanceBodies::default().share(&run, vec![2; half]), Ok(0));
    }

    #[test]
    fn an_instance_shares_a_bounded_number() {
        let (run, mut own) = (SharedBodies::default(), InstanceBodies::default());
        for number in 0..limits::SHARED_BODIES {
            assert_eq!(own.share(&run, vec![number as u8]), Ok(number as u64));
        }
        assert!(own.share(&run, vec![255]).is_err());
        assert_eq!(own.share(&run, vec![3]), Ok(3));
    }
}
