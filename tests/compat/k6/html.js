// expect: refused: "k6/html" isn't supported
// title: parsing pages (k6/html, response.html())
import { parseHTML } from "k6/html";

export default function () {}
