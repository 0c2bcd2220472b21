"""Requests, responses and what is around them."""

import unittest

from .running import refusal, run

FORM = "application/x-www-form-urlencoded"
TASK = """
from wasmswarm import *

class Shopper(HttpUser):
    @task
    def go(self):
"""


def in_task(lines: str, **parameters: str) -> dict:
    body = "".join(f"        {line}\n" for line in lines.strip().splitlines())
    return run(TASK + body, **parameters)


class Client(unittest.TestCase):
    def test_names(self):
        found = in_task("""
self.client.get("/a?b=1")
self.client.get("/items/1", name="/items")
with self.client.rename_request("/r"):
    self.client.get("/x")
""")
        self.assertEqual([name for *_, name in found["requests"]], ["", "/items", "/r"])

    def test_no_response_is_no_exception(self):
        found = in_task("""
r = self.client.get("/down")
check("none", r.status_code == 0 and not r.ok and r.text == "")
r.raise_for_status()
""")
        self.assertEqual(found["checks"], [["none", True]])
        self.assertEqual(
            found["errors"][0].splitlines()[0],
            "ConnectionError: connection refused: nobody listens there (GET /down)",
        )

    def test_success_needs_catch_response(self):
        found = in_task("""self.client.get("/").success()""")
        self.assertIn("catch_response=True", found["errors"][0])

    def test_marks(self):
        found = in_task(
            """
with self.client.get("/status/404", catch_response=True) as r: r.success()
with self.client.get("/", catch_response=True) as r: r.failure("no")
with self.client.get("/", catch_response=True) as r: r.failure(ValueError("bad"))
with self.client.get("/", catch_response=True) as r: raise CatchResponseError("caught")
with self.rest("GET", "/") as r: assert r.js is None, "not none"
""".replace("self.rest", "self.client.rest")
        )
        expected = ["pass", "no", "ValueError: bad", "caught", "not none"]
        self.assertEqual(found["marks"], expected)

    def test_gone_after_the_call(self):
        found = run(
            """
from wasmswarm import *
class Shopper(HttpUser):
    kept = None
    @task
    def go(self):
        if self.kept: self.kept.text
        self.kept = self.client.get("/")
""",
            iterations=2,
        )
        self.assertIn("can't be read any more", found["errors"][0])

    def test_options_that_are_the_operators(self):
        found = in_task("""self.client.get("/", proxies={"http": "http://p"})""")
        self.assertIn("a proxy is the operator's choice", found["errors"][0])
        found = in_task("""
self.client.verify = False
check("it says what it was told", self.client.verify is False)
self.client.get("/", verify=False, stream=True, cert=None)
""")
        self.assertEqual((found["errors"], found["checks"][0][1]), ([], True))
        found = in_task("""self.client.get("/", jsn={})""")
        self.assertIn("a request has no option 'jsn'", found["errors"][0])

    def test_hosts(self):
        source = """
from wasmswarm import *
class A(HttpUser):
    host = "http://a"
    @task
    def go(self): self.client.get("/x")
class B(A):
    host = "http://{}"
"""
        same, different = run(source.format("a")), run(source.format("b"))
        self.assertEqual(same["description"]["options"], {"host": "http://a", "on_stop": "at-pause"})
        self.assertEqual([url for _, url, _ in same["requests"]], ["/x", "/x"])
        self.assertEqual(different["description"]["options"], {"on_stop": "at-pause"})
        self.assertEqual([u for _, u, _ in different["requests"]], ["http://a/x", "http://b/x"])


class Arguments(unittest.TestCase):
    """What is sent is what `requests` sends."""

    def sent(self, call: str) -> dict:
        found = in_task(f"import json; log.info(json.dumps(self.client.{call}.json()))")
        self.assertEqual(found["errors"], [])
        import json

        return json.loads(found["log"][0][1])

    def test_bodies(self):
        for call, body, kind in [
            ("""put("/e", data=[], json={"a": None})""", '{"a": null}', "application/json"),
            ("""patch("/e", data=b"", json=False)""", "false", "application/json"),
            ("""post("/e", data="x", json={"a": 1})""", "x", None),
            ("""post("/e", {"a": (1, None, "\u00fc"), "b": []})""", "a=1&a=%C3%BC", FORM),
            ("""post("/e", data=((k, 2) for k in "ab"))""", None, None),
            ("""post("/e", data=iter(["a", b"b", "c"]))""", "abc", None),
            ("""post("/e", data={"a": 1}, headers={b"content-type": b"x/y"})""", "a=1", "x/y"),
        ]:
            with self.subTest(call):
                if body is None:
                    self.assertIn("TypeError", in_task(f"self.client.{call}")["errors"][0])
                    continue
                sent = self.sent(call)
                kinds = [v for n, v in sent["headers"] if n == "content-type"]
                self.assertEqual((sent["body"], kinds), (body, [kind] if kind else []))

    def test_files(self):
        files = """{"a": ("q\\"\\n.csv", "1,2", "text/csv", {"X-Row": "3"}), "b": (None, "plain")}"""
        body = self.sent(f"""post("/e", {{"t": [1, 2]}}, files={files}, json=[])""")["body"]
        mark = body.partition("\r\n")[0]
        parts = [part.strip("\r\n") for part in body.split(mark)][1:-1]
        named = 'Content-Disposition: form-data; name="'
        expected = [
            f'{named}t"\r\n\r\n1',
            f'{named}t"\r\n\r\n2',
            f'{named}a"; filename="q%22%0A.csv"\r\nContent-Type: text/csv\r\nX-Row: 3\r\n\r\n1,2',
            f'{named}b"\r\n\r\nplain',
        ]
        self.assertEqual(parts, expected)

    def test_authentication_outranks_a_header(self):
        headers = """{"AUTHORIZATION": "Bearer x", "X-N": 7, "X-None": None}"""
        sent = dict(self.sent(f"""get("/e", auth=("a", "b"), headers={headers})""")["headers"])
        self.assertEqual(sent, {"authorization": "Basic YTpi", "x-n": "7"})

    def test_authentication_of_ones_own(self):
        found = in_task("""
from requests.auth import AuthBase
class Token(AuthBase):
    def __call__(self, r):
        r.headers["X-Token"] = f"{r.method} {r.path_url} {len(r.body or b'')}"
        return r
self.client.auth = Token()
sent = dict(self.client.post("/echo?a=1", json=[1]).json()["headers"])
check("called with the request", sent["x-token"] == "POST /echo?a=1 3")
""")
        self.assertEqual((found["errors"], found["checks"][0][1]), ([], True))

    def test_digest(self):
        found = in_task("""
import re
from requests.auth import HTTPDigestAuth
who = HTTPDigestAuth("ann", "secret")
first = self.client.get("/digest?a=1", auth=who)
sent = dict(first.json()["headers"])["authorization"]
field = dict(re.findall(r'([a-z]+)="?([^",]+)', sent))
from hashlib import md5
h = lambda *of: md5(":".join(of).encode()).hexdigest()
due = h(h("ann", "r", "secret"), "n", field["nc"], field["cnonce"], "auth", h("GET", "/digest?a=1"))
check("answers", field["response"] == due and field["uri"] == "/digest?a=1" and field["nc"] == "00000001")
check("and keeps the first one", [r.status_code for r in first.history] == [401])
again = dict(self.client.get("/digest", auth=who).json()["headers"])["authorization"]
check("the next one is known at once", 'nc=00000002' in again)
from wasmswarm.auth import HTTPDigestAuth as Digest
below = Digest("ann", "secret")
below.takes('Digest nonce="n"', "/digest?b", "http://shop/base/digest?b")
given = below(self.client.prepare_request(__import__("requests").Request("GET", "/digest?c")))
check("under the host's path", 'uri="/base/digest?c"' in given.headers["Authorization"])
""")
        self.assertEqual(found["errors"], [])
        self.assertEqual([passed for _, passed in found["checks"]], [True] * 4)
        self.assertEqual(len(found["requests"]), 3)
        self.assertEqual(found["marks"], ["pass"], "a challenge is no failure")


class Answers(unittest.TestCase):
    def passes(self, lines: str) -> dict:
        found = in_task(lines)
        self.assertEqual(found["errors"], [])
        self.assertTrue(found["checks"] and all(passed for _, passed in found["checks"]), found["checks"])
        return found

    def test_exceptions(self):
        self.passes("""
import requests
from requests.exceptions import HTTPError, InvalidJSONError, ReadTimeout, RequestException, Timeout
e = self.client.get("/late").error
check("late", isinstance(e, ReadTimeout) and isinstance(e, Timeout) and not isinstance(e, requests.ConnectionError))
try: requests.post("/down", data="x")
except requests.ConnectionError as error: e = error
check("of a session's own", e.request.method == "POST" and e.request.body == b"x" and isinstance(e, OSError))
try: self.client.get("/status/404").raise_for_status()
except HTTPError as error: e = error
check("of a status", e.response.status_code == 404 and str(e).startswith("404 Client Error: Not Found for url"))
try: self.client.get("/as?X=y").json()
except requests.JSONDecodeError as error: e = error
check("of text", isinstance(e, ValueError) and isinstance(e, RequestException) and e.pos == 0)
try: self.client.post("/", json=float("nan"))
except InvalidJSONError: check("of what is no JSON", True)
""")

    def test_text(self):
        self.passes("""
get = lambda kind: self.client.get(f"/as?content-type={kind}")
r = get("text/html")
check("text without a set", r.encoding == "ISO-8859-1" and r.text == "grÃ¼n" and r.apparent_encoding == "utf-8")
r.encoding = "utf-8"
check("set by hand", r.text == "grün" and list(r.iter_lines(decode_unicode=True)) == ["grün"])
check("named", get("text/html; charset=UTF-8").text == "grün" and get("application/json").text == "grün")
check("looked at", get("image/png").encoding is None and get("image/png").text == "grün")
check("pieces", "".join(get("a/b;charset=utf-8").iter_content(3, True)) == "grün")
""")

    def test_links_and_requests(self):
        self.passes("""
r = self.client.get("/as?link=<http://a/2>; rel=next; title=x, </z>; rel=last", headers={"X": "y"})
check("links", r.links["next"] == {"url": "http://a/2", "rel": "next", "title": "x"} and r.links["last"]["url"] == "/z")
q = r.request
check("request", q.url.startswith("http://shop/as") and q.headers["x"] == "y" and "User-Agent" in q.headers)
one = self.client.get("/one"); two = self.client.get("/two")
check("each has its own", one.request.path_url == "/one" and two.request.method == "GET" and two.request.body is None)
""")

    def test_history(self):
        found = self.passes("""
r = self.client.post("/moved/307?/moved/302", data="abc", headers={"Authorization": "x"})
check("hops", [h.status_code for h in r.history] == [307, 302] and r.url == "http://shop/echo" and r.status_code == 200)
last = r.json()
check("the last one", last["method"] == "GET" and last["body"] == "" and dict(last["headers"])["authorization"] == "x")
r = self.client.get("/moved/301?http://elsewhere/echo", auth=("a", "b"))
check("nobody else is told", r.request.headers.get("authorization") is None)
r = self.client.get("/moved/302", allow_redirects=False)
check("not followed", r.history == [] and r.is_redirect and r.next.url == "http://shop/echo")
""")
        methods = [method for method, *_ in found["requests"]]
        self.assertEqual(methods, ["POST", "POST", "GET", "GET", "GET", "GET"])

    def test_hooks_and_prepared_requests(self):
        found = self.passes("""
import requests
called = []
self.client.hooks["response"].append(lambda r, *_, **__: called.append(("own", r.status_code)))
self.client.get("/echo", hooks={"response": [lambda r, *_, **__: called.append(("given", r.status_code))]})
check("called", called == [("own", 200), ("given", 200)])
self.client.headers["X-S"] = "1"
made = self.client.prepare_request(requests.Request("put", "/echo", params={"z": 1}, json={"a": 1}))
made.headers["X-M"] = "2"
r = self.client.send(made, timeout=1)
check("sent", r.json()["method"] == "PUT" and r.json()["body"] == '{"a": 1}' and r.request.path_url == "/echo?z=1")
check("with", {("x-s", "1"), ("x-m", "2")} <= {tuple(h) for h in r.json()["headers"]} and len(called) == 3)
""")
        self.assertEqual(len(found["requests"]), 2)

    def test_tries_again(self):
        found = self.passes("""
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry
s = requests.Session()
s.mount("http://", HTTPAdapter(max_retries=Retry(total=2, backoff_factor=0.5, status_forcelist=[503])))
check("in the end", s.get("/flaky").status_code == 200)
check("as often as it may", s.get("/status/503").status_code == 503 and s.post("/status/503").status_code == 503)
""")
        self.assertEqual(len(found["requests"]), 3 + 3 + 1)


SENT = """
c = self.client
sent = lambda r: dict(r.json()["headers"]).get("cookie")
"""


class Cookies(unittest.TestCase):
    """The host's jar, as `requests` shows it."""

    def passes(self, lines: str) -> None:
        found = in_task(SENT + lines)
        self.assertEqual(found["errors"], [])
        self.assertTrue(found["checks"] and all(ok for _, ok in found["checks"]), found["checks"])

    def test_read_and_changed(self):
        self.passes("""
c.get("/set?a=1; Path=/"); c.get("/set?b=2; Path=/x")
jar = c.cookies
check("read", jar["a"] == "1" and jar.get("b", path="/x") == "2" and jar.get("none") is None and "a" in jar)
check("all", jar.get_dict() == {"a": "1", "b": "2"} and dict(jar) == {"a": "1", "b": "2"} and len(jar) == 2)
check("each", [(one.name, one.domain, one.path) for one in jar] == [("a", "shop", "/"), ("b", "shop", "/x")])
check("scope", jar.get_dict(path="/x") == {"b": "2"} and jar.list_domains() == ["shop"])
check("paths", jar.list_paths() == ["/", "/x"])
check("sent", sent(c.get("/x")) == "a=1; b=2" and sent(c.get("/y")) == "a=1")
jar.set("a", "3"); jar["c"] = 4
check("set", sent(c.get("/y")) == "a=3; c=4")
del jar["c"]; jar.set("b", None, path="/x")
check("deleted", jar.items() == [("a", "3")] and sent(c.get("/x")) == "a=3")
try: jar["c"]
except KeyError: check("gone", jar.pop("a") == "3" and jar.pop("a", 0) == 0 and not jar)
c.cookies.update({"p": "1", "q": "2"}); c.cookies.clear("shop", "/", "p")
check("cleared one", sent(c.get("/")) == "q=2")
c.cookies.clear()
check("cleared", sent(c.get("/")) is None and c.cookies.get_dict() == {})
""")

    def test_of_one_request(self):
        self.passes("""
c.cookies.set("a", "1")
check("beside the jar's", sent(c.get("/", cookies={"b": "2"})) == "b=2; a=1")
check("instead of the jar's", sent(c.get("/", cookies={"a": "9"})) == "a=9" and sent(c.get("/")) == "a=1")
check("a header of one's own goes alone", sent(c.get("/", headers={"cookie": "x=y"}, cookies={"z": "1"})) == "x=y")
check("once", sent(c.get("/")) == "a=1")
from requests.cookies import RequestsCookieJar
given = RequestsCookieJar(); given.set("j", "1", domain="shop", path="/"); given.set("k", "2")
check("a jar", sent(c.get("/", cookies=given)) == "j=1; k=2; a=1" and c.cookies.get_dict() == {"a": "1"})
c.cookies = given
check("in place of the session's", c.cookies.get_dict() == {"j": "1", "k": "2"})
r = c.get("/as?set-cookie=s=1; Path=/p; Secure; Max-Age=60")
one = next(iter(r.cookies))
check("of a response", (one.value, one.path, one.domain, one.secure) == ("1", "/p", "shop", True) and one.expires)
""")

    def test_of_sessions_of_ones_own(self):
        self.passes("""
import requests
c.cookies.set("mine", "1")
s, t = requests.Session(), requests.Session()
s.get("/set?own=1; Path=/"); t.cookies.set("t", "2")
from locust.clients import HttpSession
more = HttpSession(base_url="http://shop/", request_event=self.environment.events.request, user=self)
more.get("/set?more=1; Path=/"); more.cookies.set("m", "2")
check("a further client", more.cookies.get_dict()["m"] == "2" and "m=2" in sent(more.get("/")))
check("apart", sent(s.get("/")) == "own=1" and sent(t.get("/")) == "t=2" and sent(c.get("/")) == "mine=1")
check("none at first", sent(requests.get("/")) is None and requests.Session().cookies.get_dict() == {})
check("to other servers too", sent(t.get("http://other/")) == "t=2" and sent(s.get("http://other/")) is None)
check("and theirs stay theirs", t.cookies.list_domains() == ["shop", "other"] and sent(t.get("/")) == "t=2")
""")


class Around(unittest.TestCase):
    def test_setup_reaches_users_and_teardown(self):
        found = run(
            """
from wasmswarm import *
configure(about="text", users=4)
@setup
def prepare(): return {"a": 1}
@teardown
def end(): log.info(f"end {setup_data()}")
class Shopper(HttpUser):
    @classmethod
    def setup_scenario(cls): return ["s"]
    @task
    def go(self): check("both", (setup_data(), scenario_data()) == ({"a": 1}, ["s"]))
"""
        )
        self.assertEqual(found["checks"], [["both", True]])
        self.assertEqual(found["log"], [["INFO", "end {'a': 1}"]])
        self.assertEqual(found["description"]["about"], "text")
        self.assertEqual(found["description"]["options"], {"users": 4, "on_stop": "at-pause"})

    def test_events_by_name(self):
        text = refusal("from locust import events\nevents.quitting.add_listener(print)")
        self.assertIn("events.quitting isn't supported", text)

    def test_modules_by_name(self):
        self.assertIn("module locust.web isn't supported", refusal("import locust.web"))
        text = refusal("from locust.stats import RequestStats")
        self.assertIn("locust.stats.RequestStats isn't supported", text)

    def test_data(self):
        found = in_task("""
check("row", data.row("items") == {"item": "7"})
data.row("nobody")
""")
        self.assertEqual(found["checks"], [["row", True]])
        self.assertIn("--data nobody=FILE", found["errors"][0])

    def test_parameters_are_the_environment(self):
        found = run(
            """
import os
from wasmswarm import *
class Shopper(HttpUser):
    @task
    def go(self):
        check("env", os.environ["A"] == "1" and os.getenv("B", "2") == "2")
""",
            A="1",
        )
        self.assertEqual(found["checks"], [["env", True]])


if __name__ == "__main__":
    unittest.main()
