# title: the quitting event with the run's statistics
# expect: refused: environment.stats isn't supported
from locust import HttpUser, events, task


@events.quitting.add_listener
def judge(environment, **kwargs):
    if environment.stats.total.fail_ratio > 0.01:
        environment.process_exit_code = 1


class Judged(HttpUser):
    @task
    def call(self):
        self.client.get("/")
