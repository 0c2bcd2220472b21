# title: the tasks attribute, as a dictionary and a list of functions
# expect: runs
# args: -u 2 --iterations-per-vu 6
# iterations: 12
# requests: 12
from locust import HttpUser, constant


def front(user):
    user.client.get("/")


def catalogue(user):
    user.client.get("/catalogue")


class Weighted(HttpUser):
    wait_time = constant(0)
    tasks = {front: 3, catalogue: 1}


class Even(HttpUser):
    wait_time = constant(0)
    tasks = [front, catalogue]
