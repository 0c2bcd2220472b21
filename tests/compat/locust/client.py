# title: the client like requests: methods, json=, data=, params=, headers=, auth=, files=, timeout=
# expect: runs
# args: -u 1 --iterations-per-vu 1
# iterations: 1
# requests: 11
from locust import HttpUser, task


class Caller(HttpUser):
    @task
    def call(self):
        self.client.headers.update({"X-Test": "yes"})
        echo = self.client.get("/echo", params={"a": 1, "b": ["x", "y"]}, timeout=5).json()
        headers = {name.lower(): value for name, value in echo["headers"]}
        assert headers["x-test"] == "yes", headers

        echo = self.client.post("/echo", json={"a": 1}).json()
        assert echo["body"] == '{"a": 1}', echo
        echo = self.client.put("/echo", data={"a": "b c"}, headers={"X-Test": None}).json()
        headers = {name.lower(): value for name, value in echo["headers"]}
        assert echo["body"] == "a=b+c" and "x-test" not in headers, echo
        assert headers["content-type"] == "application/x-www-form-urlencoded", headers
        echo = self.client.patch("/echo", data="text", auth=("ann", "secret")).json()
        headers = {name.lower(): value for name, value in echo["headers"]}
        assert headers["authorization"] == "Basic YW5uOnNlY3JldA==", headers
        echo = self.client.post("/echo", files={"file": ("a.txt", b"content")}).json()
        assert 'filename="a.txt"' in echo["body"], echo
        assert self.client.delete("/echo").json()["method"] == "DELETE"
        assert self.client.head("/echo").text == ""
        assert self.client.request("OPTIONS", "/echo").ok

        response = self.client.get("/redirect/1", name="redirect", allow_redirects=False)
        assert response.status_code == 302 and response.is_redirect
        assert response.headers["Location"] == "/redirect/0"
        response = self.client.get("/gzip")
        assert response.json() == {"gzipped": True} and response.reason == "OK"
        assert response.headers["CONTENT-TYPE"].startswith("application/json")
        with self.client.rename_request("/named"):
            self.client.get("/items/5")
