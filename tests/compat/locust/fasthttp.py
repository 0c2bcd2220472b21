# title: FastHttpUser, rest() and rest_()
# expect: runs
# args: -u 1 --iterations-per-vu 2
# iterations: 2
# requests: 10
# failed requests: 6
from locust import FastHttpUser, constant, task
from locust.contrib.fasthttp import FastHttpUser as SameUser


class Fast(FastHttpUser):
    wait_time = constant(0)

    @task
    def use(self):
        assert issubclass(Fast, SameUser)
        assert self.client.get("/").text.startswith("<!doctype")
        with self.rest("GET", "/catalogue") as resp:
            assert resp.js["items"], "there are no items"
        with self.rest("GET", "/items/1", name="/items") as resp:
            if resp.js["id"] != 2:
                resp.failure(f"Unexpected id {resp.js['id']}")
        with self.rest("GET", "/bytes/5", name="/bytes") as resp:
            pass
        with self.rest_("GET", "/echo") as resp:
            assert resp.js["nothing"] == 1
