// One GET and a check, with types.
import http, { type Response } from "k6/http";
import { check } from "k6";

export default function (): void {
  const response: Response = http.get("/");
  check(response, { "status is 200": (r: Response): boolean => r.status === 200 });
}
