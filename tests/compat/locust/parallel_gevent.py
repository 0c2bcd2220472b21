# title: requests at once with gevent's Pool
# expect: runs
# args: -u 1 --iterations-per-vu 2
# iterations: 2
# requests: 12
import gevent
from gevent.pool import Pool
from locust import HttpUser, constant, task


class Page(HttpUser):
    wait_time = constant(0)

    @task
    def load(self):
        pool = Pool()
        for size in (1, 2, 3):
            pool.spawn(self.client.get, f"/bytes/{size}", name="/bytes")
        pool.join()
        jobs = [gevent.spawn(self.client.get, f"/items/{n}", name="/items") for n in (1, 2, 3)]
        gevent.joinall(jobs)
        assert [job.value.json()["id"] for job in jobs] == [1, 2, 3]
        gevent.sleep(0.001)
