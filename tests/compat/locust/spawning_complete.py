# title: the spawning_complete event
# expect: refused: events.spawning_complete isn't supported
from locust import HttpUser, events, task


@events.spawning_complete.add_listener
def ready(user_count, **kwargs):
    print("all users are there")


class Waiting(HttpUser):
    @task
    def call(self):
        self.client.get("/")
