// expect: runs
// title: uploads: http.file, open() with bytes, FormData
// requests: 2
// checks: 2
// iterations: 1
import http from "k6/http";
import { check } from "k6";
import { FormData } from "https://jslib.k6.io/formdata/0.0.2/index.js";

const users = open("./data/users.csv", "b");

export default function () {
  const simple = http.post("/echo", {
    kind: "list",
    file: http.file(users, "users.csv", "text/csv"),
  });
  check(simple, {
    "a file in a form": (r) =>
      r.json("body").includes('name="file"; filename="users.csv"') &&
      r.json("body").includes("ann,secret"),
  });

  const form = new FormData();
  form.append("kind", "list");
  form.append("file", http.file("one,two", "small.csv"));
  const headers = { "Content-Type": `multipart/form-data; boundary=${form.boundary}` };
  check(http.post("/echo", form.body(), { headers }), {
    FormData: (r) =>
      r.json("body").includes("one,two") && r.json("body").endsWith(`--${form.boundary}--\r\n`),
  });
}
