// expect: runs
// title: hashes, HMAC, base64 and UUIDs
// requests: 1
// checks: 6
// iterations: 1
import http from "k6/http";
import { check } from "k6";
import crypto2, { createHash, hexEncode, hmac, md5, sha256 } from "k6/crypto";
import encoding from "k6/encoding";
import { uuidv4 } from "https://jslib.k6.io/k6-utils/1.4.0/index.js";

export default function () {
  const credentials = encoding.b64encode("ann:secret");
  const response = http.get("/echo", { headers: { Authorization: `Basic ${credentials}` } });
  check(response, {
    "basic authorization by hand": (r) => r.body.includes("Basic YW5uOnNlY3JldA=="),
  });
  check(null, {
    hashes: () =>
      md5("hello", "hex") === "5d41402abc4b2a76b9719d911017c592" &&
      sha256("hello", "base64") === "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" &&
      createHash("sha1").update("hel").update("lo").digest("hex") === crypto2.sha1("hello", "hex"),
    HMAC: () =>
      hmac("sha256", "key", "hello", "hex") ===
      "9307b3b915efb5171ff14d8cb55fbcc798c6c0ef1456d66ded1a6aa723a58b7b",
    base64: () =>
      encoding.b64encode("hi?>", "rawurl") === "aGk_Pg" &&
      encoding.b64decode("aGk_Pg", "rawurl", "s") === "hi?>",
    UUIDs: () =>
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuidv4()) && uuidv4() !== uuidv4(),
    "random bytes": () =>
      hexEncode(crypto2.randomBytes(8)).length === 16 && crypto.randomUUID().length === 36,
  });
}
