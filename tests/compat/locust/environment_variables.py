# title: environment variables, which are parameters here
# expect: runs
# args: -u 1 --iterations-per-vu 2 -e PAGE=/catalogue
# iterations: 2
# requests: 2
import os

from locust import HttpUser, constant, task


class Configured(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        self.page = os.environ["PAGE"]
        assert os.getenv("MISSING", "none") == "none"
        assert os.environ.get("MISSING") is None

    @task
    def call(self):
        self.client.get(self.page)
