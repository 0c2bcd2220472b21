# title: a file without a user class
# expect: refused: there is no user class
from locust import task


@task
def call(user):
    user.client.get("/")
