// Turns scenario.js into a component: `node build.js OUT.wasm`.
import { componentize } from "@bytecodealliance/componentize-js";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { component } = await componentize({
  sourcePath: here("scenario.js"),
  witPath: here("../../../wit"),
  worldName: "plugin",
});
await writeFile(process.argv[2] ?? "scenario.wasm", component);
