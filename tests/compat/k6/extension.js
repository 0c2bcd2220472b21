// expect: refused: "k6/x/sql" isn't supported
// title: extensions (k6/x/…)
import sql from "k6/x/sql";

export default function () {}
