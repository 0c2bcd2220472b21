// expect: refused: "k6/ws" isn't supported
// title: WebSockets (k6/ws, k6/websockets)
import ws from "k6/ws";

export default function () {}
