// Endless recursion, however it comes about, is an error that a script can catch: no instance is lost.
// expect: caught 14 of 14
const endless = [
  () => {
    const f = () => f() + 1;
    return f();
  },
  () => [1].map(function f(x) {
    return [x].map(f);
  }),
  () => [1, 2].sort(function f() {
    return [1, 2].sort(f).length;
  }),
  () => "a".replace(/a/g, function f() {
    return "a".replace(/a/g, f);
  }),
  () => {
    const x = { toJSON: () => JSON.stringify(x) };
    return JSON.stringify(x);
  },
  () => {
    class A {
      constructor() {
        return new A();
      }
    }
    return new A();
  },
  () => {
    function* g() {
      yield* g();
    }
    return [...g()];
  },
  () => {
    const o = {
      get x() {
        return this.x;
      },
    };
    return o.x;
  },
  () => {
    const p = new Proxy({}, { get: (_, key) => p[key] });
    return p.x;
  },
  () => {
    const o = { [Symbol.toPrimitive]: () => `${o}` };
    return `${o}`;
  },
  () => {
    globalThis.again = () => eval("again()");
    return again();
  },
  () => {
    const f = (...all) => Reflect.apply(f, null, all);
    return f(1, 2, 3);
  },
  () => {
    let x = [];
    for (let i = 0; i < 20000; i++) x = [x];
    return String(x);
  },
  () => {
    let p = {};
    for (let i = 0; i < 20000; i++) p = new Proxy(p, {});
    return p.x;
  },
];

export default function () {
  let caught = 0;
  for (const recurse of endless) {
    try {
      recurse();
    } catch {
      caught++;
    }
  }
  console.log(`caught ${caught} of ${endless.length}`);
}
