//! One contract, any language: the same scenario in JavaScript and Python gives the same
//! counts as the server saw.

use crate::support::cli::{run, run_plugin};
use crate::support::guests;
use crate::support::target::Shop;
use crate::support::together;
use std::path::Path;

/// Two tasks in turn, twenty iterations: ten of each.
fn assert_browses(plugin: &Path) {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (ran, summary) = run_plugin(
        plugin,
        &["--host", &shop.url, "-u", "2", "--iterations-per-vu", "10"],
    );
    ran.exits(0);
    summary.adds_up();
    assert_eq!(
        summary.iterations("browse"),
        (20, 0, 0),
        "{:?}",
        summary.errors("browse")
    );
    assert_eq!(summary.check("home answers"), (10, 0));
    assert_eq!(summary.check("item is the one asked for"), (10, 0));
    assert_eq!(summary.check("takes what was put there"), (10, 0));
    assert_eq!(summary.check("no data is granted"), (10, 0));
    let key = |name: &str| ("GET".to_owned(), name.to_owned(), 200);
    assert_eq!(
        summary.counts(),
        [(key("home"), 10), (key("/items/{id}"), 10)].into()
    );
    assert_eq!(shop.counts(), [(key("/"), 10), (key("/items/{id}"), 10)].into());
}

#[test]
fn a_javascript_guest_runs() {
    assert_browses(&guests::javascript());
}

#[test]
fn a_python_guest_runs() {
    assert_browses(&guests::python());
}

#[test]
fn inspect_shows_what_a_guest_offers_whatever_its_language() {
    let _machine = together();
    for (plugin, about) in [
        (guests::javascript(), "JavaScript guest"),
        (guests::python(), "Python guest"),
    ] {
        let ran = run(["inspect".as_ref(), plugin.as_os_str()]).exits(0);
        for text in [about, "browse", "home", "item"] {
            assert!(ran.out.contains(text), "no {text:?} in\n{}", ran.out);
        }
    }
}
