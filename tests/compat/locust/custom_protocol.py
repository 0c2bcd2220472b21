# title: another protocol's client that fires the request event
# expect: runs
# args: -u 1 --iterations-per-vu 3
# iterations: 3
# requests: 6
# failed requests: 3
import time

from locust import User, constant, events, task


class QueueClient:
    def __init__(self, request_event):
        self.request_event = request_event

    def call(self, name):
        meta = {
            "request_type": "queue",
            "name": name,
            "start_time": time.time(),
            "response_length": 10,
            "response": None,
            "context": {},
            "exception": None,
        }
        start = time.perf_counter()
        time.sleep(0.001)
        if name == "bad":
            meta["exception"] = ValueError("the queue is closed")
        meta["response_time"] = (time.perf_counter() - start) * 1000
        self.request_event.fire(**meta)


class QueueUser(User):
    wait_time = constant(0)

    def __init__(self, environment):
        super().__init__(environment)
        self.client = QueueClient(environment.events.request)

    @task
    def use(self):
        self.client.call("good")
        self.client.call("bad")


assert events.request is not None
