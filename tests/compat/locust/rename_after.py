# title: renaming a request after its response
# expect: refused: request_meta isn't supported
from locust import HttpUser, task


class Renamer(HttpUser):
    @task
    def call(self):
        with self.client.get("/items/1", catch_response=True) as response:
            response.request_meta["name"] = "/items"
