// expect: refused: comes too late
// title: parameters at the top level
// args: -e ITEM=7
import http from "k6/http";

const item = __ENV.ITEM || "1";

export default function () {
  http.get(`/items/${item}`);
}
