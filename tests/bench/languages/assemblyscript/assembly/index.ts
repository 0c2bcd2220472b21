// One GET and a check.

import { check, http, Scenario } from "wasmswarm";

class Get {
  get(): void {
    check("status is 200", http.get("/").send().status == 200);
  }
}

new Scenario<Get>("Get").task("get", (user) => user.get());
