# title: the requests library beside self.client
# expect: runs
# args: -u 1 --iterations-per-vu 1
# iterations: 1
# requests: 3
# requests of setup: 1
# failed requests: 1
import requests
from locust import HttpUser, events, task

token = ""


@events.test_start.add_listener
def log_in(environment, **kwargs):
    global token
    response = requests.post("/login", json={"user": "ann", "password": "secret"})
    response.raise_for_status()
    token = response.json()["token"]


class Client(HttpUser):
    @task
    def call(self):
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {token}"
        assert session.get("/cart").status_code == 200
        self.client.get("/")
        try:
            session.get("/status/500").raise_for_status()
        except requests.exceptions.HTTPError as error:
            assert "500" in str(error)
