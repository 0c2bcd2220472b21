//! Bodies that guests hand over once and send many times. Equal ones are one allocation for the whole run, and each
//! goes when the last instance that shared it goes.

use super::bindings::http::{ErrorCode, Request};
use super::limits;
use super::state::VuState;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A body, wherever it is kept.
pub(super) type SharedBody = Arc<Vec<u8>>;

/// The shared bodies of a run, by their digest. Asked when a body is handed over, never when it is sent.
#[derive(Debug, Default)]
pub struct Bodies(Mutex<HashMap<[u8; 32], Weak<Vec<u8>>>>);

impl Bodies {
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
pub(super) struct OwnBodies(Vec<SharedBody>);

impl OwnBodies {
    /// Takes one in and numbers it; one that the instance has already keeps its number.
    ///
    /// # Errors
    /// There is no room, and why.
    pub(super) fn share(&mut self, run: &Bodies, body: Vec<u8>) -> Result<u64, (ErrorCode, String)> {
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
    pub(super) fn find(&self, number: u64) -> wasmtime::Result<SharedBody> {
        let body = usize::try_from(number).ok().and_then(|at| self.0.get(at));
        body.cloned()
            .ok_or_else(|| wasmtime::format_err!("there is no shared body {number}"))
    }
}

impl VuState {
    /// The body of this number, for a request that has none of its own.
    pub(super) fn shared_body(&self, request: &Request, body: u64) -> wasmtime::Result<SharedBody> {
        if !request.body.is_empty() {
            return Err(wasmtime::format_err!(
                "a request with a shared body has another of its own"
            ));
        }
        self.bodies.find(body)
    }

    /// Refuses a body that is larger than the operator allows.
    pub(super) fn check_body(&self, bytes: usize) -> Result<(), String> {
        let limit = self.run.max_request_body;
        if bytes <= limit {
            return Ok(());
        }
        Err(format!(
            "a body of {bytes} bytes; at most {limit} are sent (--max-request-body)"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bodies_are_kept_once() {
        let run = Bodies::default();
        let (mut one, mut other) = (OwnBodies::default(), OwnBodies::default());
        assert_eq!(one.share(&run, b"a".to_vec()), Ok(0));
        assert_eq!(one.share(&run, b"b".to_vec()), Ok(1));
        assert_eq!(one.share(&run, b"a".to_vec()), Ok(0));
        assert_eq!(other.share(&run, b"b".to_vec()), Ok(0));
        assert!(Arc::ptr_eq(&one.find(1).unwrap(), &other.find(0).unwrap()));
        assert!(one.find(2).is_err() && one.find(u64::MAX).is_err());
    }

    #[test]
    fn a_body_goes_with_the_last_that_shares_it() {
        let run = Bodies::default();
        let mut one = OwnBodies::default();
        let half = limits::SHARED_BODY_BYTES / 2 + 1;
        assert_eq!(one.share(&run, vec![1; half]), Ok(0));
        let (code, why) = OwnBodies::default().share(&run, vec![2; half]).unwrap_err();
        assert_eq!(code, ErrorCode::Exhausted);
        assert!(why.contains("256 MiB in all"), "{why}");
        drop(one);
        assert_eq!(OwnBodies::default().share(&run, vec![2; half]), Ok(0));
    }

    #[test]
    fn an_instance_shares_a_bounded_number() {
        let (run, mut own) = (Bodies::default(), OwnBodies::default());
        for number in 0..limits::SHARED_BODIES {
            assert_eq!(own.share(&run, vec![number as u8]), Ok(number as u64));
        }
        assert!(own.share(&run, vec![255]).is_err());
        assert_eq!(own.share(&run, vec![3]), Ok(3));
    }
}
