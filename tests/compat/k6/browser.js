// expect: refused: "k6/browser" isn't supported
// title: the browser (k6/browser)
import { browser } from "k6/browser";

export default function () {}
