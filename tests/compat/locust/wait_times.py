# title: constant, constant_pacing, constant_throughput, poisson and a wait_time method
# expect: runs
# args: -u 5 --iterations-per-vu 3
# iterations: 15
# requests: 15
from locust import HttpUser, constant, constant_pacing, constant_throughput, poisson, task


class Caller(HttpUser):
    abstract = True

    @task
    def front(self):
        self.client.get("/")


class Constant(Caller):
    wait_time = constant(0.001)


class Pacing(Caller):
    wait_time = constant_pacing(0.01)


class Throughput(Caller):
    wait_time = constant_throughput(100)


class Poisson(Caller):
    wait_time = poisson(500)


class Own(Caller):
    last_wait_time = 0

    def wait_time(self):
        self.last_wait_time += 0.001
        return self.last_wait_time
