# title: users that count themselves in a class, take a row each from a list, and stop where none is left
# expect: runs
# args: -u 5 --iterations-per-vu 2
# iterations: 6
# requests: 9
from locust import HttpUser, constant, task
from locust.exception import StopUser

ROWS = [11, 12, 13]
TAKEN = "/items/{}"


class Shopper(HttpUser):
    wait_time = constant(0)
    number = 0

    def on_start(self):
        Shopper.number += 1
        assert 1 <= Shopper.number <= 5
        if not ROWS:
            raise StopUser()
        self.row = ROWS.pop()
        self.client.get(TAKEN.format(self.row), name="mine")

    @task
    def look(self):
        assert self.client.get(TAKEN.format(self.row)).json()["id"] == self.row
