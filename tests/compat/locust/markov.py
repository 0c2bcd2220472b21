# title: MarkovTaskSet with transition and transitions
# expect: runs
# args: -u 2 --iterations-per-vu 9
# iterations: 18
# requests: 18
from locust import HttpUser, MarkovTaskSet, constant, task, transition, transitions


class Walk(MarkovTaskSet):
    @transition("catalogue")
    def front(self):
        self.client.get("/")

    @transitions({"item": 3, "front": 1})
    def catalogue(self):
        self.client.get("/catalogue")

    @transitions(["front", ("catalogue", 2)])
    def item(self):
        self.client.get("/items/3", name="/items/{id}")


class Walker(HttpUser):
    wait_time = constant(0)
    tasks = [Walk]
