//! What the host holds for guests, counted against them: one account per VU, one budget for the run.
//!
//! An account is its VU's alone, so that counting costs next to nothing. It asks the run's budget only when it grows
//! by a whole `STEP`, and not at all for the first: what usual requests take is never felt by anybody else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What an account takes from the run at once, and has for nothing.
const STEP: usize = 1 << 20;

/// What all VUs may have held for them together.
#[derive(Debug)]
pub struct Budget {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    /// So many bytes.
    pub fn new(limit: usize) -> Arc<Budget> {
        Arc::new(Budget {
            limit,
            used: AtomicUsize::new(0),
        })
    }

    /// The limit.
    pub fn limit(&self) -> usize {
        self.limit
    }

    fn take(&self, bytes: usize) -> bool {
        grow(&self.used, bytes, self.limit)
    }

    fn give(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget {
            limit: usize::MAX,
            used: AtomicUsize::new(0),
        }
    }
}

/// Which limit stood in the way, in words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// The VU's own.
    #[error("the host may hold {} MiB for one virtual user (--vu-host-memory)", .0 >> 20)]
    Vu(usize),
    /// The run's.
    #[error("the host may hold {} MiB for all virtual users (--host-memory)", .0 >> 20)]
    Run(usize),
}

/// What is held for one VU.
#[derive(Debug)]
pub struct Account {
    run: Arc<Budget>,
    limit: usize,
    used: AtomicUsize,
    /// Taken from the run's budget, beyond the first step.
    reserved: AtomicUsize,
    /// How often there was no room, since somebody asked.
    refusals: AtomicU64,
}

impl Account {
    /// An account with this limit.
    pub fn new(run: &Arc<Budget>, limit: usize) -> Arc<Account> {
        Arc::new(Account {
            run: Arc::clone(run),
            limit,
            used: AtomicUsize::new(0),
            reserved: AtomicUsize::new(0),
            refusals: AtomicU64::new(0),
        })
    }

    /// Bytes held now.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Bytes that there is room for.
    pub fn left(&self) -> usize {
        self.limit.saturating_sub(self.used())
    }

    /// Notes that there was no room for something that is counted elsewhere.
    pub fn refuse(&self) {
        self.refusals.fetch_add(1, Ordering::Relaxed);
    }

    /// How often there was no room since this was last asked.
    pub fn take_refusals(&self) -> u64 {
        // Mostly there are none, and reading is cheaper.
        match self.refusals.load(Ordering::Relaxed) {
            0 => 0,
            _ => self.refusals.swap(0, Ordering::Relaxed),
        }
    }

    /// Counts something until it is dropped.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn hold(self: &Arc<Self>, bytes: usize) -> Result<Held, Exceeded> {
        let mut held = Held::new(self);
        held.resize(bytes)?;
        Ok(held)
    }

    fn take(&self, bytes: usize) -> Result<(), Exceeded> {
        let refuse = |why| {
            self.refuse();
            Err(why)
        };
        if !grow(&self.used, bytes, self.limit) {
            return refuse(Exceeded::Vu(self.limit));
        }
        let (used, reserved) = (self.used(), self.reserved.load(Ordering::Relaxed));
        if let Some(missing) = used.checked_sub(reserved.saturating_add(STEP)).filter(|&n| n > 0) {
            let missing = missing.next_multiple_of(STEP);
            if !self.run.take(missing) {
                self.used.fetch_sub(bytes, Ordering::Relaxed);
                return refuse(Exceeded::Run(self.run.limit));
            }
            self.reserved.fetch_add(missing, Ordering::Relaxed);
        }
        Ok(())
    }

    fn give(&self, bytes: usize) {
        let before = self.used.fetch_sub(bytes, Ordering::Relaxed);
        let (used, reserved) = (
            before.saturating_sub(bytes),
            self.reserved.load(Ordering::Relaxed),
        );
        // One step is kept, so that an account that goes up and down asks nobody.
        let wanted = used.next_multiple_of(STEP);
        if let Some(more) = reserved.checked_sub(wanted).filter(|&more| more > STEP) {
            self.reserved.fetch_sub(more, Ordering::Relaxed);
            self.run.give(more);
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.run.give(*self.reserved.get_mut());
    }
}

/// Bytes that are counted until this is dropped.
#[derive(Debug)]
pub struct Held {
    account: Arc<Account>,
    bytes: usize,
}

impl Held {
    /// Nothing yet.
    pub fn new(account: &Arc<Account>) -> Held {
        Held {
            account: Arc::clone(account),
            bytes: 0,
        }
    }

    /// Counts so many from now on.
    ///
    /// # Errors
    /// There is no room for more; it counts what it did.
    pub fn resize(&mut self, bytes: usize) -> Result<(), Exceeded> {
        match bytes.checked_sub(self.bytes) {
            Some(more) => self.account.take(more)?,
            None => self.account.give(self.bytes - bytes),
        }
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.account.give(self.bytes);
        }
    }
}

/// Adds, unless that is more than the limit.
fn grow(used: &AtomicUsize, bytes: usize, limit: usize) -> bool {
    let more = |now: usize| now.checked_add(bytes).filter(|&then| then <= limit);
    used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    fn used(run: &Budget) -> usize {
        run.used.load(Ordering::Relaxed)
    }

    #[test]
    fn an_account_holds_no_more_than_its_limit_and_counts_what_it_refuses() {
        let account = Account::new(&Arc::default(), 10);
        let held = account.hold(7).unwrap();
        assert_eq!(account.hold(4).unwrap_err(), Exceeded::Vu(10));
        let rest = account.hold(3).unwrap();
        assert_eq!(
            (account.used(), account.take_refusals(), account.take_refusals()),
            (10, 1, 0)
        );
        drop((held, rest));
        assert_eq!(account.used(), 0);
    }

    #[test]
    fn what_is_held_can_grow_and_shrink() {
        let account = Account::new(&Arc::default(), 10);
        let mut held = Held::new(&account);
        held.resize(8).unwrap();
        assert!(held.resize(11).is_err());
        assert_eq!(account.used(), 8, "a refusal changes nothing");
        held.resize(2).unwrap();
        assert_eq!(account.used(), 2);
        assert!(held.resize(usize::MAX).is_err());
    }

    #[test]
    fn accounts_share_the_runs_budget_in_steps() {
        let run = Budget::new(4 * MIB);
        let (one, other) = (Account::new(&run, 9 * MIB), Account::new(&run, 9 * MIB));
        let small = one.hold(MIB).unwrap();
        assert_eq!(used(&run), 0, "the first step is free");
        let large = one.hold(3 * MIB + 1).unwrap();
        assert_eq!(used(&run), 4 * MIB);
        assert_eq!(other.hold(MIB + 1).unwrap_err(), Exceeded::Run(4 * MIB));
        assert_eq!((other.used(), other.take_refusals()), (0, 1));
        drop(large);
        assert_eq!(used(&run), MIB, "one step is kept");
        assert!(other.hold(3 * MIB).is_ok());
        drop(small);
        drop((one, other));
        assert_eq!(used(&run), 0);
    }
}
