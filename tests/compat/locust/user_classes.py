# title: several user classes: weight, fixed_count, abstract base class
# expect: runs
# args: -u 5 --iterations-per-vu 4
# iterations: 20
# requests: 20
from locust import HttpUser, constant, task


class Base(HttpUser):
    abstract = True
    wait_time = constant(0)


class Reader(Base):
    weight = 3

    @task
    def read(self):
        self.client.get("/catalogue")


class Mobile(Base):
    @task
    def front(self):
        self.client.get("/")


class Admin(Base):
    fixed_count = 1

    @task
    def search(self):
        self.client.get("/search?q=lamp", name="/search")
