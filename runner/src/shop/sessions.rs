//! The shop's memory: sessions with their carts, and notes. All of it is bounded; beyond
//! the limits the oldest session or note is forgotten (see [`Bounded`]).

use super::answer::{self, Answer};
use super::bounded::Bounded;
use super::catalogue::price_cents;
use http::HeaderMap;
use http::header::{AUTHORIZATION, COOKIE, LOCATION, SET_COOKIE};
use serde::Deserialize;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};

const SESSIONS_PER_SHARD: usize = 8192;
const NOTES_PER_SHARD: usize = 4096;
/// Different items in one cart.
const CART_LINES: usize = 100;

/// Everything the shop remembers.
#[derive(Debug)]
pub(super) struct Shop {
    sessions: Bounded<Cart>,
    notes: Bounded<String>,
    last_number: AtomicU64,
}

#[derive(Debug, Default)]
struct Cart {
    lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Line {
    item: u64,
    quantity: u64,
}

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
}

#[derive(Deserialize)]
struct Note {
    text: String,
}

impl Shop {
    pub(super) fn new() -> Self {
        Self {
            sessions: Bounded::new(SESSIONS_PER_SHARD),
            notes: Bounded::new(NOTES_PER_SHARD),
            last_number: AtomicU64::new(0),
        }
    }

    pub(super) fn login(&self, body: &[u8]) -> Answer {
        let Ok(login) = serde_json::from_slice::<Login>(body) else {
            return malformed();
        };
        if login.password == "wrong" || login.user.is_empty() {
            return answer::error(401, "unknown user or wrong password");
        }
        let session = self.next_number();
        self.sessions.insert(session, Cart::default());
        let token = format!("{session:016x}");
        let cookie = format!("session={token}; Path=/; HttpOnly");
        answer::with(answer::json(200, &json!({ "token": token })), SET_COOKIE, &cookie)
    }

    pub(super) fn add_to_cart(&self, headers: &HeaderMap, body: &[u8]) -> Answer {
        self.in_session(headers, |session, cart| {
            let Ok(line) = serde_json::from_slice::<Line>(body) else {
                return malformed();
            };
            if price_cents(line.item).is_none() {
                return answer::error(404, "no such item");
            }
            if !(1..=99).contains(&line.quantity) || cart.lines.len() == CART_LINES {
                return answer::error(400, "that doesn't fit into a cart");
            }
            cart.lines.push(line);
            cart.show(201, session)
        })
    }

    pub(super) fn cart(&self, headers: &HeaderMap) -> Answer {
        self.in_session(headers, |session, cart| cart.show(200, session))
    }

    pub(super) fn checkout(&self, headers: &HeaderMap) -> Answer {
        let order = self.next_number();
        self.in_session(headers, |_, cart| {
            if cart.lines.is_empty() {
                return answer::error(409, "the cart is empty");
            }
            let total = cart.total_cents();
            cart.lines.clear();
            answer::json(
                201,
                &json!({ "order": format!("o{order}"), "total_cents": total }),
            )
        })
    }

    pub(super) fn create_note(&self, body: &[u8]) -> Answer {
        let Ok(note) = serde_json::from_slice::<Note>(body) else {
            return malformed();
        };
        let id = self.next_number();
        self.notes.insert(id, note.text.clone());
        answer::with(
            show_note(201, id, &note.text),
            LOCATION,
            &format!("/api/notes/{id}"),
        )
    }

    pub(super) fn read_note(&self, id: &str, broken: bool) -> Answer {
        if broken {
            // Wrong on purpose: a failure that only its body gives away.
            return answer::error(200, "storage offline");
        }
        on_note(id, |id| self.notes.with(id, |text| show_note(200, id, text)))
    }

    pub(super) fn update_note(&self, id: &str, body: &[u8]) -> Answer {
        let Ok(note) = serde_json::from_slice::<Note>(body) else {
            return malformed();
        };
        on_note(id, |id| {
            self.notes.with(id, |text| {
                *text = note.text;
                show_note(200, id, text)
            })
        })
    }

    pub(super) fn delete_note(&self, id: &str) -> Answer {
        on_note(id, |id| self.notes.remove(id).map(|_| answer::empty(204)))
    }

    fn next_number(&self) -> u64 {
        self.last_number.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn in_session(&self, headers: &HeaderMap, act: impl FnOnce(u64, &mut Cart) -> Answer) -> Answer {
        session_of(headers)
            .and_then(|session| self.sessions.with(session, |cart| act(session, cart)))
            .unwrap_or_else(|| answer::error(401, "log in first"))
    }
}

impl Cart {
    fn show(&self, status: u16, session: u64) -> Answer {
        let items = self
            .lines
            .iter()
            .map(|l| json!({ "item": l.item, "quantity": l.quantity }))
            .collect::<Vec<_>>();
        let shown =
            json!({ "cart_id": format!("c{session}"), "items": items, "total_cents": self.total_cents() });
        answer::json(status, &shown)
    }

    fn total_cents(&self) -> u64 {
        self.lines
            .iter()
            .filter_map(|line| Some(line.quantity * price_cents(line.item)?))
            .sum()
    }
}

fn malformed() -> Answer {
    answer::error(400, "the body isn't the JSON that this route takes")
}

fn show_note(status: u16, id: u64, text: &str) -> Answer {
    answer::json(status, &json!({ "id": id, "text": text }))
}

fn on_note(id: &str, act: impl FnOnce(u64) -> Option<Answer>) -> Answer {
    id.parse()
        .ok()
        .and_then(act)
        .unwrap_or_else(|| answer::error(404, "no such note"))
}

/// The session named by a bearer token or, without one, by the cookie.
fn session_of(headers: &HeaderMap) -> Option<u64> {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token = bearer.or_else(|| {
        let cookies = headers.get(COOKIE)?.to_str().ok()?;
        cookies
            .split(';')
            .find_map(|cookie| cookie.trim().strip_prefix("session="))
    })?;
    u64::from_str_radix(token.trim(), 16).ok()
}
