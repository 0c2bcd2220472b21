# title: a file's own arguments, which are parameters here
# expect: runs
# args: -u 1 --iterations-per-vu 2 -e my-argument=/catalogue -e repeat=3
# iterations: 2
# requests: 6
from locust import HttpUser, constant, events, task


@events.init_command_line_parser.add_listener
def add_arguments(parser):
    parser.add_argument("--my-argument", type=str, env_var="LOCUST_MY_ARGUMENT", default="/")
    parser.add_argument("--repeat", type=int, default=1, include_in_web_ui=False)
    parser.add_argument("--left-out", default="as it was")


class Parametrised(HttpUser):
    wait_time = constant(0)

    @task
    def call(self):
        options = self.environment.parsed_options
        assert options.left_out == "as it was"
        for _ in range(options.repeat):
            self.client.get(options.my_argument)
