# title: environment.runner.quit() ends the run
# expect: aborts: runner.quit()
# args: -u 1 -t 20s
from locust import HttpUser, constant, events, task
from locust.runners import MasterRunner, WorkerRunner


@events.init.add_listener
def on_init(environment, runner, **kwargs):
    assert not isinstance(runner, (MasterRunner, WorkerRunner))


class Quitter(HttpUser):
    wait_time = constant(0)

    @task
    def call(self):
        self.client.get("/")
        self.environment.runner.quit()
