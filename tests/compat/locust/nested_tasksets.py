# title: nested TaskSets with interrupt, on_start, on_stop, self.parent and self.user
# expect: runs
# args: -u 1 --iterations-per-vu 40
# iterations: 40
from locust import HttpUser, TaskSet, between, constant, task


class Forum(HttpUser):
    wait_time = constant(0)
    entered = 0
    left = 0

    @task(5)
    class Threads(TaskSet):
        wait_time = between(0.001, 0.002)

        def on_start(self):
            self.user.entered += 1
            self.pages = 0

        def on_stop(self):
            self.user.left += 1

        @task(3)
        def read(self):
            self.pages += 1
            self.client.get("/items/1", name="/items/{id}")

        @task
        class Reply(TaskSet):
            @task
            def write(self):
                assert type(self.parent).__name__ == "Threads"
                self.client.post("/api/notes", json={"text": f"after {self.parent.pages}"})
                self.interrupt()

        @task
        def stop(self):
            self.interrupt(reschedule=False)

    @task
    def front(self):
        assert self.entered == self.left, (self.entered, self.left)
        self.client.get("/")
