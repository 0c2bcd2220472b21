# title: run_single_user at the end of the file
# expect: runs
# args: -u 1 --iterations-per-vu 1
# requests: 1
from locust import HttpUser, run_single_user, task


class Debugged(HttpUser):
    host = "http://localhost"

    @task
    def call(self):
        self.client.get(f"{self.host}/catalogue")


if __name__ == "__main__":
    run_single_user(Debugged)
