//! The order of turns, and what is entered for them.

use super::*;
use futures_util::FutureExt;
use futures_util::future::join;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::{unconstrained, yield_now};
use tokio::time::timeout;

type Log<T> = Rc<RefCell<Vec<T>>>;

/// Gives turns until the test says that it is done.
fn drive(queue: &RunQueue, done: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let run = unconstrained(queue.run());
    let until = async {
        let done = timeout(Duration::from_secs(20), done).await;
        done.expect("it to be done");
    };
    runtime.block_on(async {
        // The condition is looked at before each round.
        tokio::select! { biased; () = until => {} () = run => {} }
    });
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        yield_now().await;
    }
}

#[test]
fn all_of_a_batch_compute_before_the_first_of_them_sends() {
    let queue = RunQueue::default();
    let log = Log::default();
    for vu in 0..BATCH + 2 {
        let log = Log::clone(&log);
        queue.spawn(async move {
            log.borrow_mut().push(("computes", vu));
            after_the_others().await;
            log.borrow_mut().push(("sends", vu));
        });
    }
    drive(&queue, until(|| log.borrow().len() == 2 * (BATCH + 2)));
    let of = |step, vus: std::ops::Range<usize>| vus.map(move |vu| (step, vu));
    let first = of("computes", 0..BATCH).chain(of("sends", 0..BATCH));
    let then = of("computes", BATCH..BATCH + 2).chain(of("sends", BATCH..BATCH + 2));
    assert!(log.borrow().iter().copied().eq(first.chain(then)));
}

#[test]
fn a_member_that_postpones_twice_is_not_forgotten() {
    let queue = RunQueue::default();
    let (send, ended) = oneshot::channel();
    queue.spawn(async {
        for _ in 0..3 {
            after_the_others().await;
        }
        send.send(()).unwrap();
    });
    drive(&queue, async { ended.await.unwrap() });
}

#[test]
fn nothing_is_postponed_outside_a_run_queue() {
    assert!(after_the_others().now_or_never().is_some());
}

#[test]
fn a_member_is_woken_from_another_thread() {
    let queue = RunQueue::default();
    let (wake, woken) = oneshot::channel();
    let (send, ended) = oneshot::channel();
    queue.spawn(async {
        woken.await.unwrap();
        send.send(()).unwrap();
    });
    let waking = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        wake.send(()).unwrap();
    });
    drive(&queue, async { ended.await.unwrap() });
    waking.join().unwrap();
}

#[test]
fn a_panic_ends_one_member_only_and_its_place_is_given_again() {
    let queue = RunQueue::default();
    let (send, ended) = oneshot::channel();
    let (also, also_ended) = oneshot::channel();
    let alive = Rc::new(());
    let inside = Rc::clone(&alive);
    queue.spawn(async move {
        let _inside = inside;
        panic!("on purpose");
    });
    queue.spawn(async { send.send(()).unwrap() });
    drive(&queue, async { ended.await.unwrap() });
    assert_eq!(Rc::strong_count(&alive), 1);
    queue.spawn(async { also.send(()).unwrap() });
    drive(&queue, async { also_ended.await.unwrap() });
    assert_eq!(queue.0.places.borrow().len(), 2);
}

#[test]
fn an_aborted_member_is_dropped_at_its_next_turn_and_a_late_abort_is_harmless() {
    let queue = RunQueue::default();
    let alive = Rc::new(());
    let inside = Rc::clone(&alive);
    let abort = queue.spawn(async move {
        let _inside = inside;
        std::future::pending::<()>().await;
    });
    drive(&queue, yield_now());
    abort.abort();
    assert_eq!(Rc::strong_count(&alive), 2);
    drive(&queue, until(|| Rc::strong_count(&alive) == 1));
    let (send, ended) = oneshot::channel();
    queue.spawn(async {
        yield_now().await;
        send.send(()).unwrap();
    });
    abort.abort();
    drive(
        &queue,
        join(async { ended.await.unwrap() }, yield_now()).map(|_| ()),
    );
}

#[test]
fn who_computes_while_others_are_ready_takes_more_than_a_share() {
    let queue = RunQueue::default();
    let spin = || {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_millis(5) {
            std::hint::black_box(0);
        }
    };
    let turns = Rc::new(Cell::new(0));
    let honest = Rc::clone(&turns);
    queue.spawn_as(3, async move {
        loop {
            honest.set(honest.get() + 1);
            yield_now().await;
        }
    });
    queue.spawn_as(7, async move {
        loop {
            spin();
            yield_now().await;
        }
    });
    let before = used(Instant::now());
    drive(&queue, until(|| turns.get() >= 20));
    let excess = queue.close_second(used(Instant::now()) - before).unwrap();
    assert_eq!(excess.kind, 7);
    assert!(excess.time >= Duration::from_millis(20), "{excess:?}");
}

#[test]
fn clearing_drops_all_that_are_left() {
    let queue = RunQueue::default();
    let alive = Rc::new(());
    for _ in 0..3 {
        let inside = Rc::clone(&alive);
        queue.spawn(async move {
            let _inside = inside;
            std::future::pending::<()>().await;
        });
    }
    drive(&queue, yield_now());
    queue.clear();
    assert_eq!(Rc::strong_count(&alive), 1);
}

#[test]
fn what_a_guest_needs_is_kept_until_it_says_otherwise() {
    let queue = RunQueue::default();
    queue.spawn(async {
        let state = [0_u8; 100];
        suspends_here(&state);
        yield_now().await;
        std::future::pending::<()>().await;
    });
    let needs = || queue.0.places.borrow()[0].as_ref().and_then(|vu| vu.needs);
    let (first, then) = (Cell::new(None), Cell::new(None));
    drive(&queue, async {
        until(|| NEEDED.get().is_some()).await;
        first.set(needs());
        until(|| NEEDED.get().is_none()).await;
        then.set(needs());
    });
    assert_eq!(first.get().map(|needs| needs.bytes), Some(100));
    assert_eq!(then, first);
}
