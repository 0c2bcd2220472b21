# title: test data that the top level reads from a file beside it
# expect: runs
# args: -u 2 --iterations-per-vu 2
# iterations: 4
# requests: 6
import csv
import os
import random

from locust import HttpUser, constant, task

with open(os.path.join(os.path.dirname(__file__), "data", "users.csv")) as file:
    USERS = list(csv.DictReader(file))


class LoggedIn(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        login = self.client.post("/login", json=random.choice(USERS))
        self.client.headers["Authorization"] = f"Bearer {login.json()['token']}"

    @task
    def cart(self):
        self.client.get("/cart")
