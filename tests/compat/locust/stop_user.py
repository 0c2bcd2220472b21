# title: StopUser ends one user
# expect: runs
# args: -u 3 -t 20s
# iterations: 6
# requests: 6
from locust import HttpUser, constant, task
from locust.exception import StopUser


class Short(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.calls = 0

    @task
    def call(self):
        self.client.get("/")
        self.calls += 1
        if self.calls == 2:
            raise StopUser()
