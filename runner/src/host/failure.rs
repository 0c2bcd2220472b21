//! Why a request has no response, in words, for the guest that asks.

/// Why requests of a VU's last `send` or `send-all` failed. Takes no memory before the first failure.
#[derive(Debug, Default)]
pub(super) struct Reasons(Vec<(u32, String)>);

impl Reasons {
    /// Forgets them, because a new call begins.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Remembers why the request of this number failed.
    #[cold]
    pub(super) fn put(&mut self, index: usize, detail: String) {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.0.push((index, detail));
    }

    /// Why the request of this number failed; empty if it didn't.
    pub(super) fn of(&self, index: u32) -> &str {
        let found = self.0.iter().find(|(own, _)| *own == index);
        found.map_or("", |(_, detail)| detail)
    }
}
