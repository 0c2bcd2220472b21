"""Pages as tasks, for classes that inherit them."""

from locust import HttpUser, task


class Pages(HttpUser):
    abstract = True

    @task
    def front(self):
        self.client.get("/")

    @task
    def catalogue(self):
        self.client.get("/catalogue")
