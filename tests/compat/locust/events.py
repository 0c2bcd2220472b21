# title: test_start, test_stop, init and request events; what test_start sets reaches the users
# expect: runs
# args: -u 2 --iterations-per-vu 3
# iterations: 6
# requests: 6
# log: the test is over, token abc
import logging

from locust import HttpUser, constant, events, task

token = None
seen = 0


@events.init.add_listener
def on_init(environment, **kwargs):
    environment.prepared = True


@events.test_start.add_listener
def on_test_start(environment, **kwargs):
    global token
    token = "abc"


@events.test_stop.add_listener
def on_test_stop(environment, **kwargs):
    logging.info("the test is over, token %s", token)


@events.request.add_listener
def on_request(request_type, name, response_time, response_length, exception, context, **kwargs):
    global seen
    assert request_type == "GET" and name == "/" and exception is None
    assert response_time >= 0 and response_length > 0
    seen += 1


class Listener(HttpUser):
    wait_time = constant(0)

    @task
    def front(self):
        assert token == "abc" and self.environment.prepared
        before = seen
        self.client.get("/")
        # What is global is everybody's, so others may have been seen meanwhile.
        assert seen > before
