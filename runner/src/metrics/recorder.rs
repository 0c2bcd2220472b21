//! Each load thread's own shards of the metrics.
//!
//! A shard is only ever touched by its thread, so recording takes no lock. There is one for each
//! [`Set`]; which one records is decided by the VU that runs: its task is wrapped in [`in_set`].

use super::{Set, Shard};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    static SHARDS: RefCell<[Option<Shard>; 2]> = const { RefCell::new([None, None]) };
    static SET: Cell<Set> = const { Cell::new(Set::Main) };
}

/// Makes `shard` this thread's recorder of a set.
pub fn install_shard(set: Set, shard: Shard) {
    SHARDS.with_borrow_mut(|shards| shards[set as usize] = Some(shard));
}

/// Ends the recording of a set on this thread.
pub fn take_shard(set: Set) -> Option<Shard> {
    SHARDS.with_borrow_mut(|shards| shards[set as usize].take())
}

/// Records on this thread's shard of the running set. None on a thread that has none, such as
/// the one that runs `setup`: what happens there is not load.
#[inline]
pub fn with_shard<R>(record: impl FnOnce(&mut Shard) -> R) -> Option<R> {
    with_shard_of(SET.get(), record)
}

/// As [`with_shard`], of this set.
#[inline]
pub fn with_shard_of<R>(set: Set, record: impl FnOnce(&mut Shard) -> R) -> Option<R> {
    SHARDS.with_borrow_mut(|shards| shards[set as usize].as_mut().map(record))
}

/// Runs `act` with this set as the running one.
#[inline]
pub fn in_set<R>(set: Set, act: impl FnOnce() -> R) -> R {
    /// Also where `act` panics, so that nobody else records in its set.
    struct Back(Set);
    impl Drop for Back {
        fn drop(&mut self) {
            SET.set(self.0);
        }
    }
    let _back = Back(SET.replace(set));
    act()
}

pin_project_lite::pin_project! {
    /// A future that records in a set, also while it is dropped. Made by [`recording`].
    #[derive(Debug)]
    pub struct Recording<F> {
        set: Set,
        // None once it is dropped.
        #[pin]
        inner: Option<F>,
    }

    impl<F> PinnedDrop for Recording<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            in_set(*this.set, || this.inner.set(None));
        }
    }
}

/// Lets a future record in this set.
pub fn recording<F>(set: Set, inner: F) -> Recording<F> {
    let inner = Some(inner);
    Recording { set, inner }
}

impl<F: Future<Output = ()>> Future for Recording<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match this.inner.as_pin_mut() {
            Some(inner) => in_set(*this.set, || inner.poll(context)),
            None => Poll::Ready(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Limits;

    struct OnDrop;

    impl Drop for OnDrop {
        fn drop(&mut self) {
            with_shard(Shard::request_interrupted);
        }
    }

    #[test]
    fn a_panic_in_a_set_leaves_the_others_theirs() {
        let panics = std::panic::catch_unwind(|| in_set(Set::WarmUp, || panic!("on purpose")));
        assert!(panics.is_err());
        assert_eq!(SET.get(), Set::Main);
    }

    #[test]
    fn a_future_records_in_its_set_even_while_it_is_dropped() {
        Set::ALL
            .into_iter()
            .for_each(|set| install_shard(set, Shard::new(Limits::default())));
        let life = recording(Set::WarmUp, async {
            let _on_drop = OnDrop;
            with_shard(Shard::request_started);
            std::future::pending::<()>().await;
        });
        let mut life = Box::pin(life);
        let mut context = Context::from_waker(std::task::Waker::noop());
        assert!(life.as_mut().poll(&mut context).is_pending());
        with_shard(Shard::iteration_started);
        drop(life);
        let text = Set::ALL.map(|set| format!("{:?}", take_shard(set).unwrap().take()));
        assert!(text[0].contains("iterations_started: 1") && text[0].contains("requests_started: 0"));
        assert!(text[1].contains("requests_started: 1") && text[1].contains("requests_interrupted: 1"));
    }
}
