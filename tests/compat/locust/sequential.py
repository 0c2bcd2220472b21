# title: SequentialTaskSet
# expect: runs
# args: -u 2 --iterations-per-vu 6
# iterations: 12
# requests: 16
from locust import HttpUser, SequentialTaskSet, constant, task


class Purchase(SequentialTaskSet):
    def on_start(self):
        self.seen = []

    @task
    def log_in(self):
        self.seen = ["login"]
        self.client.post("/login", json={"user": self.user.who, "password": "secret"})

    @task
    def fill_cart(self):
        self.seen.append("cart")
        self.client.post("/cart", json={"item": 1, "quantity": 1})
        self.client.get("/cart")

    @task
    def pay(self):
        assert self.seen == ["login", "cart"], self.seen
        self.client.post("/checkout")


class Customer(HttpUser):
    wait_time = constant(0)
    who = "ann"
    tasks = [Purchase]
