# title: tags, chosen with --tags and --exclude-tags
# expect: runs
# args: -u 1 --iterations-per-vu 5 --tags read --exclude-tags slow
# iterations: 5
# requests: 5
from locust import HttpUser, constant, tag, task


class Tagged(HttpUser):
    wait_time = constant(0)

    @tag("read")
    @task
    def read(self):
        self.client.get("/catalogue")

    @tag("read", "slow")
    @task(100)
    def slow(self):
        raise RuntimeError("was to be left out")

    @tag("write")
    @task(100)
    def write(self):
        raise RuntimeError("was to be left out")
