// Modules that k6 has and this library doesn't, each with what there is instead.

const WHY = {
  "k6/ws": "WebSockets aren't spoken yet; HTTP is, with `k6/http`",
  "k6/websockets": "WebSockets aren't spoken yet; HTTP is, with `k6/http`",
  "k6/net/grpc": "gRPC isn't spoken yet; HTTP is, with `k6/http`",
  "k6/browser": "there is no browser; load pages and their parts with `http.get` and `http.batch`",
  "k6/html":
    "pages aren't parsed; search `response.body` with a regular expression, or use `findBetween` of k6-utils",
  "k6/secrets":
    "pass secrets as parameters (`-e NAME=value`) and read them with `__ENV.NAME` in a function",
  "k6/crypto/x509": "certificates aren't parsed",
};

const EXPERIMENTAL = {
  "k6/experimental/csv":
    "pass the file with `--data NAME=FILE` and read rows with `data.row` of the module `wasmswarm`",
  "k6/experimental/fs":
    "read files with `open()` at the top level, or rows with `data.row` of the module `wasmswarm`",
  "k6/experimental/redis":
    "`shared` of the module `wasmswarm` has counters, queues and keys for all virtual users",
  "k6/experimental/streams": "streams aren't supported; bodies are read whole",
  "k6/experimental/timers": "import `k6/timers`",
  "k6/experimental/websockets": WHY["k6/websockets"],
  "k6/experimental/grpc": WHY["k6/net/grpc"],
  "k6/experimental/browser": WHY["k6/browser"],
};

const JSLIB = {
  "k6-summary": "the summary is the host's; `--summary-json FILE` writes all results",
  httpx: "use `k6/http`",
  k6chaijs: "use `check`, or throw an Error",
  testing: "use `check`, or throw an Error",
  aws: "it needs WebCrypto, which isn't supported",
  totp: "compute codes with `k6/crypto`",
};

/** Why a module can't be imported and what to do instead; undefined if nothing is known about it. */
export function why(specifier) {
  const instead = WHY[specifier] ?? EXPERIMENTAL[specifier] ?? ofFamily(specifier);
  return instead === undefined
    ? undefined
    : `the module "${specifier}" isn't supported: ${instead}`;
}

function ofFamily(specifier) {
  if (specifier.startsWith("k6/x/"))
    return "extensions are compiled into k6, and can't be used here";
  if (specifier.startsWith("k6/experimental/"))
    return "experimental modules of k6 aren't available";
  if (specifier.startsWith("k6/"))
    return "this library doesn't have it; see the list in sdk/js/README.md";
  const library = /^https:\/\/jslib\.k6\.io\/([^/]+)\//.exec(specifier)?.[1];
  if (library !== undefined) {
    return (
      JSLIB[library] ??
      "of k6's libraries only k6-utils, papaparse, formdata and url are here; bundle others with your script"
    );
  }
  if (/^https?:/.test(specifier))
    return "modules aren't loaded from the network; save the file beside the script and import that";
  return undefined;
}
