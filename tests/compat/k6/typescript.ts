// expect: runs
// title: TypeScript, by leaving out the types
// requests: 2
// checks: 2
// iterations: 2
import { check } from "k6";
import { Options } from "k6/options";
import http, { RefinedResponse, ResponseType } from "k6/http";

export const options: Options = { vus: 1, iterations: 2 };

interface Item {
  id: number;
}

export default function (): void {
  const response: RefinedResponse<ResponseType> = http.get("/items/2");
  const item = response.json() as unknown as Item;
  check(item, { "the item": (one: Item): boolean => one.id === 2 });
}
