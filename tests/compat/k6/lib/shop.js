// The shop's pages, for ../modules.js.
import http from "k6/http";

export function home() {
  return http.get("/");
}

export function item(id) {
  return http.get(`/items/${id}`, { tags: { name: "/items/{id}" } });
}
