// Builds a script with StarlingMonkey: node build.mjs SCRIPT -o OUT.wasm --wit FOLDER
//
// The script, the library and the natives become one module, which ComponentizeJS evaluates and puts
// into a component together with the engine.

import { componentize } from "@bytecodealliance/componentize-js";
import { build } from "esbuild";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const library = join(here, "../lib");
const JSLIB = "https://jslib.k6.io/";

/** `open("file")` with its name written out: only such files can be read. */
const OPENED = /\bopen\(\s*(["'`])((?:(?!\1)[^$\\\n])+)\1/g;

function readArguments() {
  const options = {
    output: { type: "string", short: "o" },
    wit: { type: "string" },
    reach: { type: "string" },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (positionals.length !== 1 || !values.output || !values.wit) {
    throw new Error("usage: node build.mjs SCRIPT -o OUT.wasm --wit FOLDER");
  }
  const reach = values.reach && JSON.parse(readFileSync(values.reach, "utf8"));
  return { script: resolve(positionals[0]), output: values.output, wit: resolve(values.wit), reach };
}

/** Says why a script may not read a file; nothing if it may. `reach`: the places, as `wasmswarm` names them. */
function whyNot(file, script, reach) {
  if (!reach || file === script) return undefined;
  const covers = (path) =>
    reach.places.some(({ names, without_hidden: withoutHidden }) =>
      names.some((name) => {
        if (path !== name && !path.startsWith(`${name}/`)) return false;
        const [own] = path.slice(name.length).split("/node_modules/");
        return !withoutHidden || !own.split("/").some((part) => part.startsWith("."));
      }),
    );
  const real = existsSync(file) ? realpathSync(file) : file;
  if (covers(file) && covers(real)) return undefined;
  const folder = dirname(covers(file) ? real : file);
  return `${file} may not be read: a script reads its own folder, and the one in which the command was typed if it lies in there; \`--allow-read ${folder}\` lets it read that folder too`;
}

/** The library's file that a name in a script means. */
function libraryFile(name) {
  const plain = name.startsWith(JSLIB) ? `jslib/${name.slice(JSLIB.length).split("/")[0]}` : name;
  if (!/^(wasmswarm$|k6$|k6\/|jslib\/)/.test(plain)) return undefined;
  return [`${plain}.js`, `${plain}/index.js`]
    .map((file) => join(library, file))
    .find((file) => existsSync(file));
}

/** Tells the bundler what the names mean that are not files. */
function names(script, why, files, reach) {
  const isOfLibrary = (file) => !relative(library, file).startsWith("..");
  return {
    name: "wasmswarm",
    setup(bundler) {
      bundler.onResolve({ filter: /^wasmswarm:scenario\// }, ({ path }) => ({
        path,
        external: true,
      }));
      bundler.onResolve({ filter: /^wasmswarm:native$/ }, () => ({
        path: join(here, "native.js"),
      }));
      bundler.onResolve({ filter: /^wasmswarm:script$/ }, () => ({ path: script }));
      bundler.onResolve({ filter: /^wasmswarm:files$/ }, () => ({
        path: "files",
        namespace: "files",
      }));
      bundler.onResolve({ filter: /^(wasmswarm$|k6$|k6\/|https?:)/ }, ({ path }) => {
        const file = libraryFile(path);
        if (file !== undefined) return { path: file };
        const reason = why(path) ?? `there is no module "${path}"`;
        return { errors: [{ text: reason }] };
      });
      bundler.onLoad({ filter: /.*/, namespace: "file" }, ({ path }) => {
        if (isOfLibrary(path) || path.startsWith(here)) return undefined;
        const refused = whyNot(path, script, reach);
        if (refused) return { errors: [{ text: refused }] };
        if (/\.[cm]?[jt]s$/.test(path)) gather(path, files, script, reach);
        return undefined;
      });
    },
  };
}

/** Reads the files that a script opens, as far as they are there; see `native.js`. */
function gather(path, files, script, reach) {
  for (const [, , name] of readFileSync(path, "utf8").matchAll(OPENED)) {
    const file = resolve(dirname(path), name);
    const refused = whyNot(file, script, reach);
    if (refused) throw new Error(refused);
    if (!existsSync(file) || !statSync(file).isFile()) continue;
    if (files.has(name) && files.get(name) !== file) {
      throw new Error(
        `two files of the script open "${name}", which isn't the same file for both: name them differently`,
      );
    }
    files.set(name, file);
  }
}

/** A module that holds the files, as base64. */
function filesModule(files) {
  const entries = [...files].map(([name, file]) => [name, readFileSync(file).toString("base64")]);
  return `export const files = new Map(${JSON.stringify(entries)});\n`;
}

/** The library's own account of what isn't supported. Its folder doesn't say that it holds modules. */
async function reasons() {
  const code = readFileSync(join(library, "unsupported.js"));
  const { why } = await import(`data:text/javascript;base64,${code.toString("base64")}`);
  return why;
}

async function bundle(script, files, contents, reach) {
  const why = await reasons();
  const held = {
    name: "files",
    setup(bundler) {
      bundler.onLoad({ filter: /.*/, namespace: "files" }, () => ({ contents }));
    },
  };
  const result = await build({
    entryPoints: [join(here, "guest.js")],
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import"],
    target: "es2022",
    keepNames: true,
    write: false,
    logLevel: "silent",
    plugins: [names(script, why, files, reach), held],
  });
  return result.outputFiles[0].text;
}

async function main() {
  const { script, output, wit, reach } = readArguments();
  const files = new Map();
  // Which files it opens is known only when it has been read once.
  await bundle(script, files, filesModule(new Map()), reach);
  const code = await bundle(script, files, filesModule(files), reach);
  const folder = mkdtempSync(join(tmpdir(), "wasmswarm-"));
  try {
    const sourcePath = join(folder, "plugin.js");
    writeFileSync(sourcePath, code);
    const { component } = await componentize({
      sourcePath,
      witPath: wit,
      worldName: "plugin",
      disableFeatures: ["fetch-event"],
    });
    writeFileSync(output, component);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the bundler found wrong, with places; or what else went wrong. */
function explained(error) {
  if (!Array.isArray(error.errors)) return error.message ?? String(error);
  return error.errors
    .map(({ text, location }) =>
      location ? `${location.file}:${location.line}:${location.column + 1}: ${text}` : text,
    )
    .join("\n");
}

main().catch((error) => {
  console.error(`error: ${explained(error)}`);
  process.exit(1);
});
