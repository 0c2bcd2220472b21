//! What the conformance scenario must come to, from its README, the seed and the rules of the contract: which task a
//! VU draws, which row an iteration has, what an item costs.

use super::{Checks, Failures, Iterations, Requests};
use crate::support::summary::Counts;
use rand::Rng;
use serde_json::Value;
use std::collections::BTreeMap;
use wasmswarm::plan::{Drawer, Stream, generator};

/// The shopper's tasks with their weights.
const TASKS: [(&str, u64); 6] = [
    ("browse", 4),
    ("cart", 2),
    ("wrong_body", 1),
    ("parallel", 1),
    ("redirects", 1),
    ("fails", 1),
];

/// A run of so many VUs and iterations of each.
pub(super) struct Expected {
    shoppers: u64,
    /// How often each of [`TASKS`] runs.
    tasks: BTreeMap<&'static str, u64>,
    /// All values of the trend `cart_value`.
    cart_values: Vec<f64>,
    /// The iteration numbers of `hello`.
    hellos: Vec<u64>,
    goodbyes: u64,
}

impl Expected {
    pub(super) fn new(seed: &str, vus: u64, each: u64) -> Expected {
        let seed = seed.parse().expect("a number");
        let items = items();
        let mut expected = Expected {
            shoppers: vus - 1,
            tasks: TASKS.iter().map(|(name, _)| (*name, 0)).collect(),
            cart_values: Vec::new(),
            hellos: Vec::new(),
            goodbyes: 0,
        };
        // A fixed number of VUs comes before those by weight: the first one runs `Once`.
        expected.be_once(each);
        for vu in 2..=vus {
            expected.shop_as(vu, seed, each, |done| {
                // VUs take turns with the iterations of a run; rows repeat after the last.
                let index = done * vus + (vu - 1);
                items[(index % items.len() as u64) as usize]
            });
        }
        assert!(
            expected.tasks.values().all(|count| *count > 0),
            "a seed with all tasks, please"
        );
        expected
    }

    /// `hello` names `goodbye` as the next one; that doesn't move the place in the order.
    fn be_once(&mut self, each: u64) {
        let (mut place, mut forced) = (0, false);
        for iteration in 1..=each {
            let is_hello = !forced && place % 2 == 0;
            place += u64::from(!forced);
            forced = is_hello;
            if is_hello {
                self.hellos.push(iteration);
            } else {
                self.goodbyes += 1;
            }
        }
    }

    /// One shopper's tasks, drawn by weight. Its cart is never emptied, so that its total grows.
    fn shop_as(&mut self, vu: u64, seed: u64, each: u64, item: impl Fn(u64) -> u64) {
        let mut draws = generator(seed, Drawer::Vu { number: vu, life: 0 }, Stream::Tasks);
        let mut total_cents = 0;
        for done in 0..each {
            let task = pick(draws.next_u64());
            *self.tasks.entry(task).or_default() += 1;
            if task == "cart" {
                total_cents += 2 * price_cents(item(done));
                self.cart_values.push(total_cents as f64 / 100.0);
            }
        }
    }

    fn times(&self, task: &str) -> u64 {
        self.tasks[task]
    }

    pub(super) fn failing(&self) -> u64 {
        self.times("fails")
    }

    pub(super) fn goodbyes(&self) -> u64 {
        self.goodbyes
    }

    /// What the shop counts.
    pub(super) fn shop(&self) -> Counts {
        let (parallel, redirects) = (self.times("parallel"), self.times("redirects"));
        let rows = [
            ("POST", "/login", 200, self.shoppers),
            ("GET", "/items/{id}", 200, self.times("browse")),
            ("POST", "/cart", 201, self.times("cart")),
            ("GET", "/api/notes/{id}", 200, self.times("wrong_body")),
            ("GET", "/bytes/{n}", 200, 2 * parallel),
            ("GET", "/status/{code}", 404, parallel),
            // Two on the way to the end, and the one that isn't followed.
            ("GET", "/redirect/{n}", 302, 3 * redirects),
            ("GET", "/redirect/{n}", 200, redirects),
        ];
        let key = |method: &str, route: &str, status| (method.to_owned(), route.to_owned(), status);
        rows.map(|(method, route, status, count)| (key(method, route, status), count))
            .into()
    }

    /// What the report counts: each redirect on the way is a request of its own, named as the
    /// request is.
    pub(super) fn requests(&self) -> Requests {
        let (parallel, redirects) = (self.times("parallel"), self.times("redirects"));
        let broken = self.times("wrong_body");
        let rows = [
            ("POST", "/login", self.shoppers, 0),
            ("GET", "/items/{id}", self.times("browse"), 0),
            ("POST", "/cart", self.times("cart"), 0),
            ("GET", "broken note", broken, broken),
            ("GET", "/bytes/{n}", 2 * parallel, 0),
            ("GET", "/status/404", parallel, 0),
            ("GET", "redirect", 4 * redirects, 0),
        ];
        let key = |method: &str, name: &str| (method.to_owned(), name.to_owned());
        rows.map(|(method, name, count, failed)| (key(method, name), (count, failed)))
            .into()
    }

    /// The tags of tasks and groups, by the name of the request.
    pub(super) fn tags(&self) -> BTreeMap<String, String> {
        let tags = |name: &str| match name {
            "/items/{id}" => "kind=read",
            "/cart" => "group=::purchase,kind=write",
            _ => "",
        };
        self.requests()
            .into_keys()
            .map(|(_, name)| (name.clone(), tags(&name).to_owned()))
            .collect()
    }

    pub(super) fn checks(&self) -> Checks {
        let redirects = self.times("redirects");
        let rows = [
            ("Shopper", "setup data arrives", self.shoppers),
            ("Shopper", "logged in", self.shoppers),
            ("Shopper", "item is the one asked for", self.times("browse")),
            ("Shopper", "cart has a total", self.times("cart")),
            ("Shopper", "sizes are right", self.times("parallel")),
            ("Shopper", "redirects end", redirects),
            ("Shopper", "redirect is seen", redirects),
            ("Once", "parameter arrives", self.hellos.len() as u64),
        ];
        rows.map(|(scenario, name, passed)| ((scenario.to_owned(), name.to_owned()), (passed, 0)))
            .into()
    }

    pub(super) fn iterations(&self) -> Iterations {
        let shopper = self.tasks.iter().map(|(&task, &count)| match task {
            "fails" => (("Shopper", task), (0, count, 0)),
            _ => (("Shopper", task), (count, 0, 0)),
        });
        let once = [
            (("Once", "hello"), (self.hellos.len() as u64, 0, 0)),
            (("Once", "goodbye"), (self.goodbyes, 0, 0)),
        ];
        shopper
            .chain(once)
            .map(|((scenario, task), ended)| ((scenario.to_owned(), task.to_owned()), ended))
            .collect()
    }

    /// The same where every `goodbye` crashes: in a trap, and then a new instance goes on where the
    /// old one was, or in a failed iteration.
    pub(super) fn iterations_with_crashes(&self, trapped: bool) -> Iterations {
        let mut iterations = self.iterations();
        let ended = if trapped {
            (0, 0, self.goodbyes)
        } else {
            (0, self.goodbyes, 0)
        };
        iterations.insert(("Once".to_owned(), "goodbye".to_owned()), ended);
        iterations
    }

    pub(super) fn failures(&self) -> Failures {
        let text = str::to_owned;
        vec![(
            text("GET"),
            text("broken note"),
            text("storage offline"),
            self.times("wrong_body"),
        )]
    }

    /// Custom metrics: names, tags and values. Times (`group_duration`) are only counted.
    #[track_caller]
    pub(super) fn assert_metrics(&self, custom: &Value) {
        let carts = self.times("cart");
        let odd = self.hellos.iter().filter(|iteration| *iteration % 2 == 1).count();
        let of = |name: &str, tags: &str| {
            let rows = custom.as_array().expect("a list").iter();
            let row = rows
                .clone()
                .find(|row| row["name"] == name && row["tags"] == tags);
            row.unwrap_or_else(|| panic!("no {name}{{{tags}}} in {custom}"))["value"].clone()
        };
        // A row for all tags, and one for the tags of the task and its group.
        for tags in ["", "group=::purchase,kind=write"] {
            assert_eq!(
                of("carts", tags),
                serde_json::json!({ "type": "counter", "count": carts, "sum": carts as f64 })
            );
            assert_eq!(of("group_duration", tags)["count"], carts);
            self.assert_cart_values(&of("cart_value", tags));
        }
        assert_eq!(
            of("level", ""),
            serde_json::json!({ "type": "gauge", "last": 7.0, "min": 7.0, "max": 7.0 })
        );
        assert_eq!(
            of("odd", ""),
            serde_json::json!({ "type": "rate", "nonzero": odd, "total": self.hellos.len() })
        );
        assert_eq!(custom.as_array().expect("a list").len(), 8, "{custom}");
    }

    /// Minimum, maximum and mean of a trend are exact, up to the thousandths that it keeps.
    #[track_caller]
    fn assert_cart_values(&self, trend: &Value) {
        let values = &self.cart_values;
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let min = values.iter().copied().fold(f64::INFINITY, f64::min);
        let max = values.iter().copied().fold(0.0, f64::max);
        assert_eq!(
            (&trend["type"], &trend["count"]),
            (&"trend".into(), &values.len().into())
        );
        for (name, expected) in [("mean", mean), ("min", min), ("max", max)] {
            let found = trend[name].as_f64().expect("a number");
            assert!(
                (found - expected).abs() < 0.001,
                "{name}: {found}, expected {expected}"
            );
        }
    }
}

/// The task that a random number stands for.
fn pick(drawn: u64) -> &'static str {
    let mut at = drawn % TASKS.iter().map(|(_, weight)| weight).sum::<u64>();
    for (name, weight) in TASKS {
        if at < weight {
            return name;
        }
        at -= weight;
    }
    unreachable!("it is below the sum of all weights")
}

/// The numbers in the data set `items`.
fn items() -> Vec<u64> {
    let file = crate::support::root().join("plugins/conformance/items.csv");
    let text = std::fs::read_to_string(file).expect("the items are there");
    let numbers = text.lines().skip(1).filter_map(|line| line.split(',').next());
    numbers.map(|number| number.parse().expect("a number")).collect()
}

/// What the shop asks for an item.
fn price_cents(item: u64) -> u64 {
    199 + item * 7919 % 9800
}
