// All that `import`, `require` and `open` find.
// expect: old:   x 42, default too; its version: 1
// expect: new: 5; again: 5
// expect: json: 7; text: {"seven": 7}
// expect: dynamic: 5 bytes; later: 5 bytes
// expect: k6: function
// expect: top level: waited
import old, { version } from "old";
import { five } from "new";
import json from "./inner/seven.json";

const { five: again } = require("new");
const http = require("k6/http");
const waited = await Promise.resolve("waited");
const text = open("./inner/seven.json");
const dynamic = await import("./inner/dynamic.js");

export default async function () {
  console.log(`old: ${old("x", 3)}, ${require("old").name} too; its version: ${version}`);
  console.log(`new: ${five}; again: ${again}`);
  console.log(`json: ${json.seven}; text: ${text.trim()}`);
  const later = await import("./inner/dynamic.js");
  console.log(`dynamic: ${dynamic.size} bytes; later: ${later.size} bytes`);
  console.log(`k6: ${typeof http.default.get}`);
  console.log(`top level: ${waited}`);
}
