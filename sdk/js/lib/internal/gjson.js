// Paths into JSON, as k6's `response.json("items.0.name")` takes them (the GJSON form).

/** What the path finds, undefined if there is nothing. */
export function select(value, path) {
  return walk(value, partsOf(String(path)), 0);
}

const known = new Map();

/** The path cut at its dots; those that are escaped or inside of a query aren't cut. */
function partsOf(path) {
  const before = known.get(path);
  if (before !== undefined) return before;
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
  parts.push(part);
  if (known.size < 1000) known.set(path, parts);
  return parts;
}

function refuseOthers(c, part, path) {
  if (c === "|" || (part === "" && "@{[!".includes(c))) {
    throw new Error(
      `json("${path}"): "${c}" isn't supported in a path; take \`json()\` and go on in JavaScript`,
    );
  }
}

function walk(value, parts, at) {
  if (at === parts.length) return value;
  if (value === undefined || value === null) return undefined;
  const part = parts[at];
  if (part === "#" || part.startsWith("#("))
    return Array.isArray(value) ? ofList(value, parts, at) : undefined;
  if (typeof value !== "object") return undefined;
  const key = part.replace(/\\(.)/g, "$1");
  if (Object.hasOwn(value, key)) return walk(value[key], parts, at + 1);
  if (!/(^|[^\\])[*?]/.test(part)) return undefined;
  const pattern = patternOf(part);
  const found = Object.keys(value).find((name) => pattern.test(name));
  return found === undefined ? undefined : walk(value[found], parts, at + 1);
}

/** `#` counts, `#.name` maps, `#(age>40)` finds the first, `#(age>40)#` all. */
function ofList(list, parts, at) {
  const part = parts[at];
  if (part === "#") {
    if (at + 1 === parts.length) return list.length;
    return list.map((one) => walk(one, parts, at + 1)).filter((one) => one !== undefined);
  }
  const isAll = part.endsWith("#");
  const matches = queryOf(part.slice(2, part.lastIndexOf(")")));
  if (!isAll) return walk(list.find(matches), parts, at + 1);
  const found = list.filter(matches);
  if (at + 1 === parts.length) return found;
  if (parts[at + 1] === "#" && at + 2 === parts.length) return found.length;
  return found.map((one) => walk(one, parts, at + 1)).filter((one) => one !== undefined);
}

/** A test of one element: `name`, `name=="Ann"`, `age>40`, `name%"A*"`. */
function queryOf(text) {
  const [, path, operator, right] = /^(.*?)\s*(==|!=|<=|>=|!%|=|<|>|%)\s*(.*)$/s.exec(text) ?? [
    null,
    text,
  ];
  const parts = path === "" ? [] : partsOf(path.trim());
  if (operator === undefined) return (one) => walk(one, parts, 0) !== undefined;
  const wanted = wantedOf(right, text);
  const holds = operator.endsWith("%")
    ? likeness(operator, String(wanted))
    : comparison(operator, wanted);
  return (one) => {
    const found = walk(one, parts, 0);
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
