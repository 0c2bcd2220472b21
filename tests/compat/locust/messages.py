# title: messages between master and workers
# expect: refused: wasmswarm.shared
from locust import HttpUser, events, task


@events.init.add_listener
def on_init(environment, **kwargs):
    environment.runner.register_message("users", lambda environment, msg, **kwargs: None)


class Talker(HttpUser):
    @task
    def call(self):
        self.client.get("/")
