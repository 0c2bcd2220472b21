// Paths into JSON, as k6's `response.json("items.0.name")` takes them (the GJSON form).

/** What the path finds, undefined if there is nothing. */
export function select(value, path) {
  const steps = known.get(path) ?? stepsOf(String(path));
  return walk(value, steps, 0);
}

/**
 * Paths that were asked for before, as steps. A step is the text of a key, or a function of the value,
 * the steps and the number of the step, which goes on by itself.
 */
const known = new Map();

function stepsOf(path) {
  const steps = partsOf(path).map(stepOf);
  if (known.size < 1000) known.set(path, steps);
  return steps;
}

/** The path cut at its dots; those that are escaped or inside of a query aren't cut. */
function partsOf(path) {
  const parts = [];
  let part = "";
  let depth = 0;
  for (let i = 0; i < path.length; i++) {
    const c = path[i];
    if (c === "\\") part += c + (path[++i] ?? "");
    else if (depth === 0 && c === ".") {
      parts.push(part);
      part = "";
    } else {
      refuseOthers(c, part, path);
      if (c === "(") depth++;
      if (c === ")") depth--;
      part += c;
    }
  }
  return [...parts, part];
}

function refuseOthers(c, part, path) {
  if (c === "|" || (part === "" && "@{[!".includes(c))) {
    throw new Error(
      `json("${path}"): "${c}" isn't supported in a path; take \`json()\` and go on in JavaScript`,
    );
  }
}

function stepOf(part) {
  if (part === "#") return each;
  if (part.startsWith("#(")) return query(part);
  const key = part.replace(/\\(.)/g, "$1");
  return /(^|[^\\])[*?]/.test(part) ? like(patternOf(part)) : key;
}

function walk(value, steps, at) {
  for (; at < steps.length; at++) {
    if (value === undefined || value === null) return undefined;
    const step = steps[at];
    if (typeof step === "function") return step(value, steps, at);
    if (typeof value !== "object" || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

/** The first key that a pattern fits. */
function like(pattern) {
  return (value, steps, at) => {
    if (typeof value !== "object") return undefined;
    const found = Object.keys(value).find((name) => pattern.test(name));
    return found === undefined ? undefined : walk(value[found], steps, at + 1);
  };
}

/** `#` counts, `#.name` gives one of each. */
function each(list, steps, at) {
  if (!Array.isArray(list)) return undefined;
  return at + 1 === steps.length ? list.length : ofEach(list, steps, at + 1);
}

function ofEach(list, steps, at) {
  return list.map((one) => walk(one, steps, at)).filter((one) => one !== undefined);
}

/** `#(age>40)` finds the first, `#(age>40)#` all. */
function query(part) {
  const matches = queryOf(part.slice(2, part.lastIndexOf(")")));
  const isAll = part.endsWith("#");
  return (list, steps, at) => {
    if (!Array.isArray(list)) return undefined;
    if (!isAll) return walk(list.find(matches), steps, at + 1);
    const found = list.filter(matches);
    if (at + 1 === steps.length) return found;
    const isCount = steps[at + 1] === each && at + 2 === steps.length;
    return isCount ? found.length : ofEach(found, steps, at + 1);
  };
}

/** A test of one element: `name`, `name=="Ann"`, `age>40`, `name%"A*"`. */
function queryOf(text) {
  const [, path, operator, right] = /^(.*?)\s*(==|!=|<=|>=|!%|=|<|>|%)\s*(.*)$/s.exec(text) ?? [
    null,
    text,
  ];
  const steps = path === "" ? [] : stepsOf(path.trim());
  if (operator === undefined) return (one) => walk(one, steps, 0) !== undefined;
  const wanted = wantedOf(right, text);
  const holds = operator.endsWith("%")
    ? likeness(operator, String(wanted))
    : comparison(operator, wanted);
  return (one) => {
    const found = walk(one, steps, 0);
    return found !== undefined && typeof found === typeof wanted && holds(found);
  };
}

function wantedOf(text, query) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(
      `json(): "${text}" in the query "${query}" is neither text in quotes nor a number`,
    );
  }
}

function likeness(operator, pattern) {
  const like = patternOf(pattern);
  return operator === "%" ? (value) => like.test(value) : (value) => !like.test(value);
}

function comparison(operator, wanted) {
  return {
    "=": (value) => value === wanted,
    "==": (value) => value === wanted,
    "!=": (value) => value !== wanted,
    "<": (value) => value < wanted,
    "<=": (value) => value <= wanted,
    ">": (value) => value > wanted,
    ">=": (value) => value >= wanted,
  }[operator];
}

/** `*` stands for any text, `?` for one character. */
function patternOf(text) {
  const source = text.replace(/\\(.)|([*?])|[.+^${}()|[\]\\]/g, (all, escaped, wild) => {
    if (wild !== undefined) return wild === "*" ? ".*" : ".";
    return `\\${escaped ?? all}`;
  });
  return new RegExp(`^${source}$`, "s");
}
