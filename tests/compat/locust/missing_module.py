# title: a third-party module that isn't there
# expect: refused: there is no module 'faker'
from faker import Faker
from locust import HttpUser, task

fake = Faker()


class Named(HttpUser):
    @task
    def call(self):
        self.client.post("/login", json={"user": fake.name(), "password": "x"})
