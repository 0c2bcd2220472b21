// What the top level made stays whole in the run, whatever refers to it or is put into it, though the
// engine no longer counts references to it.
// expect: whole after 40 rounds: true
// expect: own cycles are freed: true
const list = [{ id: 0 }];
const map = new Map([["a", { seen: 0 }]]);
const weak = new WeakMap();
const key = {};
const text = "text";
let replaced = { old: true };
const shaped = { a: 1 };
// A shape of its own, which grows in the run.
const grown = { a: 1, b: 2, c: 3 };
delete grown.b;
class Counter {
  #count = 0;
  add() {
    return ++this.#count;
  }
}
const counter = new Counter();
function* numbers() {
  for (let i = 0; ; i++) yield { i };
}
const going = numbers();
going.next();
const bound = ((x) => () => x)(Symbol("captured"));

export const options = { vus: 1, iterations: 40 };
let rounds = 0;
let wrong = [];

function expect(what, is) {
  if (!is) wrong.push(`${what} in round ${rounds}`);
}

/** Cycles of this run, more than the engine lets pass before it looks for them. */
function waste() {
  for (let i = 0; i < 4000; i++) {
    const a = { list, map, text: text + i };
    const b = { a, key, counter };
    a.b = b;
  }
}

const finalized = [];
const registry = new FinalizationRegistry((name) => finalized.push(name));

export default function () {
  rounds++;
  list.push({ id: rounds, first: list[0] });
  map.set(rounds, { list, seen: rounds });
  map.get("a").seen++;
  weak.set(key, { rounds });
  replaced = { old: false, before: rounds === 1 ? replaced : null };
  shaped[`p${rounds}`] = rounds;
  if (rounds % 10 === 0) delete shaped.a;
  shaped.a = rounds;
  for (let i = 0; i < 8; i++) grown[`g${rounds}-${i}`] = rounds;
  (() => {
    const cycle = { list };
    cycle.self = cycle;
    registry.register(cycle, rounds);
  })();
  waste();

  expect("list", list.length === rounds + 1 && list.every((x, i) => x.id === i));
  expect("first", list.at(-1).first === list[0]);
  expect("map", map.size === rounds + 1 && map.get(rounds).list === list && map.get("a").seen === rounds);
  expect("weak map", weak.get(key).rounds === rounds);
  expect("replaced", replaced.old === false);
  expect("shape", shaped.a === rounds && shaped[`p${rounds}`] === rounds && shaped.p1 === 1);
  expect("own shape", Object.keys(grown).length === 2 + 8 * rounds && grown[`g${rounds}-7`] === rounds && grown.c === 3);
  expect("other shapes", Object.keys({ a: 1 }).join() === "a");
  expect("private field", counter.add() === rounds);
  expect("generator", going.next().value.i === rounds);
  expect("closure", bound().description === "captured");
  expect("text", text + text === "texttext" && `${text}` === "text");
  if (rounds === 40) {
    console.log(`whole after ${rounds} rounds: ${wrong.length === 0}`, wrong.slice(0, 3).join("; "));
    console.log(`own cycles are freed: ${finalized.length > 20}`);
  }
}
