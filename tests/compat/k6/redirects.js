// expect: runs
// title: following redirects, or not
// requests: 7
// checks: 3
// iterations: 1
import http from "k6/http";
import { check } from "k6";

export const options = { maxRedirects: 4 };

export default function () {
  check(http.get("/redirect/3"), { "followed to the end": (r) => r.json("redirects") === "done" });
  check(http.get("/redirect/3", { redirects: 0 }), {
    "the redirect itself": (r) => r.status === 302 && r.headers.Location === "/redirect/2",
  });
  check(http.get("/redirect/1", { redirects: 2 }), {
    "as many as needed": (r) => r.status === 200,
  });
}
