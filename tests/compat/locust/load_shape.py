# title: LoadTestShape with stages and user_classes
# expect: runs
# log: stage 2
import logging

from locust import HttpUser, LoadTestShape, constant, task


class First(HttpUser):
    wait_time = constant(0.1)

    @task
    def front(self):
        self.client.get("/")


class Second(HttpUser):
    wait_time = constant(0.1)

    @task
    def catalogue(self):
        self.client.get("/catalogue")


class Stages(LoadTestShape):
    stages = [
        {"duration": 1, "users": 2, "spawn_rate": 10, "user_classes": [First]},
        {"duration": 3, "users": 4, "spawn_rate": 10, "user_classes": [First, Second]},
    ]

    def tick(self):
        run_time = self.get_run_time()
        for number, stage in enumerate(self.stages):
            if run_time < stage["duration"]:
                logging.info("stage %d, %d users", number + 1, self.get_current_user_count())
                return stage["users"], stage["spawn_rate"], stage["user_classes"]
        return None
