// expect: runs
// title: all methods; JSON, forms, bytes and headers as bodies take them
// requests: 9
// checks: 9
// iterations: 1
import http from "k6/http";
import { check } from "k6";

const JSON_HEADERS = { headers: { "Content-Type": "application/json" } };

function header(response, name) {
  return response.json("headers").find(([key]) => key === name)?.[1];
}

export default function () {
  const note = http.post("/api/notes", JSON.stringify({ text: "milk" }), JSON_HEADERS);
  check(note, { "post creates": (r) => r.status === 201 && r.json("text") === "milk" });

  const url = `/api/notes/${note.json("id")}`;
  const named = { tags: { name: "/api/notes/{id}" } };
  const changed = http.put(url, JSON.stringify({ text: "tea" }), { ...JSON_HEADERS, ...named });
  check(changed, { "put changes": (r) => r.json("text") === "tea" });
  check(http.del(url, null, named), { "del removes": (r) => r.status === 204 });

  const patched = http.patch("/echo", "plain text");
  check(patched, {
    "patch sends text": (r) => r.json("method") === "PATCH" && r.json("body") === "plain text",
  });

  const form = http.post("/echo", { name: "Ann Lee", tags: ["a", "b"] });
  check(form, {
    "an object is sent as a form": (r) =>
      r.json("body") === "name=Ann+Lee&tags=a&tags=b" &&
      header(r, "content-type") === "application/x-www-form-urlencoded",
  });

  const bytes = http.put("/echo", new Uint8Array([104, 105]).buffer, {
    headers: { "X-Kind": "bytes" },
  });
  check(bytes, {
    "bytes are sent": (r) => r.json("body") === "hi" && header(r, "x-kind") === "bytes",
  });

  check(http.head("/"), { "head has no body": (r) => r.status === 200 && r.body === "" });
  check(http.options("/echo"), { "options is sent": (r) => r.json("method") === "OPTIONS" });
  check(http.request("delete", "/echo"), { "any method": (r) => r.json("method") === "DELETE" });
}
