# title: catch_response: success, failure, raised errors, a JSON body that is checked
# expect: runs
# args: -u 1 --iterations-per-vu 4
# iterations: 4
# requests: 20
# failed requests: 8
from json import JSONDecodeError

from locust import HttpUser, constant, task
from locust.exception import RescheduleTask


class Checker(HttpUser):
    wait_time = constant(0)

    @task
    def check(self):
        with self.client.get("/status/404", catch_response=True) as response:
            if response.status_code == 404:
                response.success()
        with self.client.get("/", catch_response=True) as response:
            if "no such text" not in response.text:
                response.failure("Got wrong response")
        with self.client.get("/catalogue", catch_response=True) as response:
            try:
                if not response.json()["items"]:
                    response.failure("no items")
            except JSONDecodeError:
                response.failure("Response could not be decoded as JSON")
            except KeyError:
                response.failure("Response did not contain expected key 'items'")
        with self.client.get("/bytes/3", catch_response=True, name="/bytes") as response:
            try:
                response.json()
            except JSONDecodeError:
                response.failure("Response could not be decoded as JSON")
        with self.client.get("/items/1", name="/items", catch_response=True) as response:
            if response.elapsed.total_seconds() > 60:
                response.failure("Request took too long")
            elif response.status_code == 200:
                raise RescheduleTask()
        raise RuntimeError("the task went on")
