# title: cookies that the file looks at and sets itself
# expect: runs
# args: -u 2 --iterations-per-vu 2
# iterations: 4
# requests: 10
from locust import HttpUser, constant, task


class Browser(HttpUser):
    wait_time = constant(0)

    def on_start(self):
        response = self.client.post("/login", json={"user": "ann", "password": "secret"})
        assert response.cookies["session"] == self.client.cookies["session"]

    @task
    def cart(self):
        self.client.get("/cart", headers={"X-CSRF": self.client.cookies["session"]})
        self.client.cookies.set("colour", "teal")
        echo = self.client.get("/echo", cookies={"size": "small"}).json()
        sent = dict(echo["headers"])["cookie"]
        assert "session=" in sent and "colour=teal" in sent and "size=small" in sent, sent
