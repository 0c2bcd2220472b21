"""Locust doing the benchmark's work. THINK_MS paces each user."""

import os

from locust import FastHttpUser, HttpUser, constant, constant_pacing, task

THINK = float(os.environ.get("THINK_MS", "0")) / 1000
WAIT = constant_pacing(THINK) if THINK else constant(0)


class Http(HttpUser):
    wait_time = WAIT

    @task
    def get(self):
        self.client.get("/")


class Fast(FastHttpUser):
    wait_time = WAIT

    @task
    def get(self):
        self.client.get("/")
