# title: users of other protocols (MQTT)
# expect: refused: module locust.contrib.mqtt isn't supported
from locust import task
from locust.contrib.mqtt import MqttUser


class Publisher(MqttUser):
    @task
    def publish(self):
        self.client.publish("topic", b"text")
