//! A shop's visitors: they log in, browse by weight, and now and then buy what is in the cart.

use serde::Deserialize;
use wasmswarm_sdk::prelude::*;

const CART_VALUE: Trend = Trend::new("cart_value");
const ORDERS: Counter = Counter::new("orders");

/// One visitor: its fields are the memory of one virtual user.
#[derive(Default)]
struct Shopper {
    token: String,
}

#[derive(Deserialize)]
struct Login {
    token: String,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: u64,
    price_cents: u64,
}

#[derive(Deserialize)]
struct Total {
    total_cents: u64,
}

#[scenario(wait = between(0.1, 0.5))]
impl Shopper {
    #[on_start]
    fn log_in(&mut self) -> Result {
        let user = format!("shopper-{}", vu::id());
        let answer = http::post("/login")
            .json(&json!({ "user": user, "password": "secret" }))
            .send()?;
        self.token = answer.error_for_status()?.json::<Login>()?.token;
        Ok(())
    }

    #[task(weight = 5, tags = ["browse"])]
    fn home(&self) -> Result {
        http::get("/").discard().send()?;
        Ok(())
    }

    #[task(weight = 10, tags = ["browse"])]
    fn catalogue(&self) -> Result {
        let response = http::get("/catalogue")
            .query("page", random::range(1..=20))
            .send()?;
        check!("the page has items", !response.json::<Page>()?.items.is_empty());
        Ok(())
    }

    #[task(weight = 8, tags = ["browse"])]
    fn item(&self) -> Result {
        let id = random::range(1..=1000);
        let response = http::get(format!("/items/{id}")).name("/items/{id}").send()?;
        let item: Item = response.json()?;
        check!("it is the item asked for", item.id == id);
        check!("it has a price", item.price_cents > 0);
        Ok(())
    }

    #[task(weight = 4, tags = ["browse"])]
    fn search(&self) -> Result {
        let term = random::pick(&["lamp", "mug", "pen", "blue"]);
        let response = http::get("/search").query("q", term).send()?;
        check!("the search answers", response.ok());
        Ok(())
    }

    /// Weight 2; the task itself says that checkout follows, after half a second. Both requests
    /// are in the results under their group, whose duration is measured too.
    #[task(weight = 2, tags = ["buy"])]
    fn cart(&self) -> Result<Outcome> {
        let choice = json!({ "item": random::range(1..=1000), "quantity": random::range(1..=3) });
        let response = group("purchase", || {
            http::post("/cart").bearer(&self.token).json(&choice).send()
        })?;
        let total: Total = response.error_for_status()?.json()?;
        CART_VALUE.add(total.total_cents as f64 / 100.0);
        Ok(Outcome::next("checkout").wait(0.5))
    }

    /// Weight 0: only runs when `cart` names it.
    #[task(weight = 0, tags = ["buy"])]
    fn checkout(&self) -> Result {
        let response = group("purchase", || {
            http::post("/checkout").bearer(&self.token).discard().send()
        })?;
        if check!("the order is placed", response.status() == 201) {
            ORDERS.increment();
        }
        Ok(())
    }
}

plugin!(Shopper, about = "Shoppers browse a store, and some of them buy");
