# title: HttpUser with weighted tasks, between, on_start, a loop with name=
# expect: runs
# args: -u 2 --iterations-per-vu 10
# iterations: 20
import time

from locust import HttpUser, between, task


class QuickstartUser(HttpUser):
    wait_time = between(0.001, 0.002)

    @task
    def pages(self):
        self.client.get("/")
        self.client.get("/catalogue")

    @task(3)
    def view_items(self):
        for item_id in range(3):
            self.client.get(f"/items/{item_id + 1}", name="/items")
            time.sleep(0.001)

    def on_start(self):
        self.client.post("/login", json={"user": "foo", "password": "bar"})
