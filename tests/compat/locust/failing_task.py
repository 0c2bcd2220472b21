# title: an exception in a task: its traceback, and the user goes on
# expect: fails: KeyError: 'price'
# args: -u 1 --iterations-per-vu 3
# iterations: 3
# failed iterations: 3
# requests: 3
from locust import HttpUser, constant, task


def price_of(item):
    return item["price"]


class Buyer(HttpUser):
    wait_time = constant(0)

    @task
    def buy(self):
        item = self.client.get("/items/1", name="/items").json()
        price_of({"id": item["id"]})
