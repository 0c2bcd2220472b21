# title: a syntax error
# expect: refused: syntax_error.py:8
from locust import HttpUser, task


class Broken(HttpUser):
    @task
    def call(self)
        self.client.get("/")
