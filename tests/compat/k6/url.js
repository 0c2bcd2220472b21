// expect: runs
// title: URLs and their parameters (the url library)
// requests: 1
// checks: 5
// iterations: 1
import http from "k6/http";
import { check } from "k6";
import { URL, URLSearchParams } from "https://jslib.k6.io/url/1.0.0/index.js";

export default function () {
  const query = new URLSearchParams([["q", "lamp & mug"]]);
  query.append("page", "2");
  const response = http.get(`/search?${query.toString()}`);
  check(response, { "parameters are escaped": (r) => r.json("query") === "lamp & mug" });

  const url = new URL("https://shop.example:8443/a/b?x=1&x=2#top");
  check(url, {
    "an address has parts": (u) =>
      u.host === "shop.example:8443" && u.pathname === "/a/b" && u.hash === "#top",
    "and parameters": (u) => u.searchParams.getAll("x").join() === "1,2",
    "and is whole again": (u) => u.href === "https://shop.example:8443/a/b?x=1&x=2#top",
    "relative ones too": (u) =>
      new URL("../c?y=3", u.href).href === "https://shop.example:8443/c?y=3",
  });
}
