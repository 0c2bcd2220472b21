//! What the shop sells: a thousand items that follow from their number, so that nothing
//! has to be stored and a guest can check every answer.

use serde::Serialize;

/// Items are numbered from 1 to this.
pub(super) const ITEMS: u64 = 1000;
/// Items on a page of the catalogue.
pub(super) const PAGE: u64 = 10;

const KINDS: [&str; 10] = [
    "lamp", "chair", "kettle", "desk", "clock", "mug", "shelf", "rug", "mirror", "vase",
];
const COLOURS: [&str; 7] = ["amber", "black", "copper", "green", "ivory", "red", "teal"];

/// One thing for sale.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    id: u64,
    name: String,
    price_cents: u64,
}

/// The item with this number, if there is one.
pub(super) fn item(id: u64) -> Option<Item> {
    let price_cents = price_cents(id)?;
    let kind = KINDS[(id % 10) as usize];
    let colour = COLOURS[(id % 7) as usize];
    Some(Item {
        id,
        name: format!("{colour} {kind} no. {id}"),
        price_cents,
    })
}

/// Its price alone.
pub(super) fn price_cents(id: u64) -> Option<u64> {
    (1..=ITEMS).contains(&id).then(|| 199 + id * 7919 % 9800)
}

/// One page, numbered from 1; empty beyond the last.
pub(super) fn page(number: u64) -> Vec<Item> {
    let first = number.saturating_sub(1).saturating_mul(PAGE);
    (1..=PAGE)
        .filter_map(|offset| item(first.saturating_add(offset)))
        .collect()
}

/// The first ten items whose name holds this text, in any case.
pub(super) fn search(text: &str) -> Vec<Item> {
    let text = text.to_lowercase();
    (1..=ITEMS)
        .filter_map(item)
        .filter(|item| item.name.contains(&text))
        .take(PAGE as usize)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_exactly_the_items_1_to_1000() {
        assert!(item(0).is_none() && item(1001).is_none());
        assert_eq!(
            item(1).map(|i| (i.name, i.price_cents)),
            Some(("black chair no. 1".to_owned(), 8118))
        );
        assert!(item(1000).is_some());
    }

    #[test]
    fn pages_hold_ten_items_and_end() {
        assert_eq!(
            page(100).iter().map(|i| i.id).collect::<Vec<_>>(),
            (991..=1000).collect::<Vec<_>>()
        );
        assert_eq!(page(101).len(), 0);
        assert_eq!(page(u64::MAX).len(), 0);
    }

    #[test]
    fn finds_items_in_any_case() {
        assert_eq!(search("LAMP").len(), 10);
        assert_eq!(search("no. 1000").len(), 1);
        assert_eq!(search("zeppelin").len(), 0);
    }
}
