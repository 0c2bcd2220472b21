# title: Locust as a library
# expect: refused: Environment() isn't supported
from locust import HttpUser, task
from locust.env import Environment


class Called(HttpUser):
    @task
    def call(self):
        self.client.get("/")


environment = Environment(user_classes=[Called])
