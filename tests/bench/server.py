"""The two servers of the benchmark: nginx, and a socket that only sees a first request."""

import http.client
import os
import select
import shutil
import socket
import subprocess
import time

import proc

CONF = """daemon off;
worker_processes 1;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/error.log crit;
worker_rlimit_nofile {files};
events {{ worker_connections {files}; use epoll; multi_accept on; }}
http {{
  access_log off;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{
    listen 127.0.0.1:{port} backlog=16384;
    location = / {{ default_type text/plain; return 200 "hello"; }}
    location = /-/status {{ stub_status; }}
  }}
}}
"""


class Nginx:
    """One nginx process on one core, answering GET / with five bytes."""

    def __init__(self, core, folder, files):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        conf = os.path.join(folder, "nginx.conf")
        with open(conf, "w") as file:
            file.write(CONF.format(dir=folder, port=self.port, files=files))
        self.group = proc.Group(["nginx", "-c", conf, "-p", folder], core, log=f"{folder}/out.log")
        self.link = None
        self.own = 0
        self._wait()

    def _wait(self):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("error: nginx did not start; see its out.log and error.log")

    def counters(self):
        """(requests served, connections open), without those of the harness itself."""
        if self.link is None:
            self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self.own += 1
        self.link.request("GET", "/-/status")
        words = self.link.getresponse().read().decode().split()
        return int(words[9]) - self.own, int(words[2]) - 1

    def stop(self):
        if self.link:
            self.link.close()
        self.group.stop()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class FirstRequest:
    """A listening socket that says when the first byte of the first request arrived."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def wait(self, seconds):
        """The monotonic time of the first byte, or None."""
        end, open_links = time.monotonic() + seconds, []
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.socket, *open_links], [], [], left)
            for link in ready:
                now = time.monotonic()
                if link is self.socket:
                    open_links.append(link.accept()[0])
                elif link.recv(4096):
                    link.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")
                    return now
                else:
                    open_links.remove(link)
        return None

    def close(self):
        self.socket.close()


def nginx_version():
    out = subprocess.run(["nginx", "-v"], capture_output=True, text=True)
    return out.stderr.strip().rpartition("/")[2]
