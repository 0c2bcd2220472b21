# title: modules and packages beside the file, a user class that inherits tasks
# expect: runs
# args: -u 1 --iterations-per-vu 5
# iterations: 5
# requests: 5
from common.pages import Pages
from locust import constant


class Visitor(Pages):
    wait_time = constant(0)
