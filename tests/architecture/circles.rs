//! Circles: parts of one folder of which each needs the others, so that none can be read, tested or moved alone. A part is
//! a file or a folder with all that is below it.

use super::tree::ModulePath;
use std::collections::{BTreeMap, BTreeSet};

/// Who uses whom within one folder.
type Parts = BTreeMap<String, BTreeSet<String>>;

/// Each circle as a text: `folder: part part …`, in the order of names; the crate's root is the folder `src`.
pub(super) fn circles(uses: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> Vec<String> {
    let folders = by_folder(uses);
    let named = folders.iter().flat_map(|(folder, parts)| {
        let name = if folder.is_empty() {
            "src".to_owned()
        } else {
            folder.join("/")
        };
        within(parts)
            .into_iter()
            .map(move |circle| format!("{name}: {}", circle.join(" ")))
    });
    named.collect()
}

/// A use counts in the innermost folder that both ends are in. The folder's own file, `mod.rs`, is no part: it is the
/// folder's front, which calls the files below it and defines what they share, as is the custom in Rust.
fn by_folder(uses: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> BTreeMap<ModulePath, Parts> {
    let mut folders: BTreeMap<ModulePath, Parts> = BTreeMap::new();
    let pairs = uses
        .iter()
        .flat_map(|(user, used)| used.iter().map(move |used| (user, used)));
    for (user, used) in pairs {
        let shared = user
            .iter()
            .zip(used)
            .take_while(|(one, other)| one == other)
            .count();
        let (Some(user_part), Some(used_part)) = (user.get(shared), used.get(shared)) else {
            continue;
        };
        let parts = folders.entry(user[..shared].to_owned()).or_default();
        parts
            .entry(user_part.clone())
            .or_default()
            .insert(used_part.clone());
    }
    folders
}

fn within(parts: &Parts) -> BTreeSet<Vec<String>> {
    let reached: BTreeMap<_, _> = parts
        .keys()
        .map(|part| (part, reached_from(parts, part)))
        .collect();
    let circle = |part: &String| -> Vec<String> {
        let back = reached[part]
            .iter()
            .filter(|other| reached.get(other).is_some_and(|there| there.contains(part)));
        back.cloned().collect()
    };
    parts
        .keys()
        .map(circle)
        .filter(|circle| circle.len() > 1)
        .collect()
}

fn reached_from(parts: &Parts, start: &String) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut next = vec![start];
    while let Some(part) = next.pop() {
        let new = parts
            .get(part)
            .into_iter()
            .flatten()
            .filter(|used| reached.insert((*used).clone()));
        next.extend(new);
    }
    reached
}
