// `https://jslib.k6.io/papaparse/…`: CSV texts as arrays, as far as scripts read test data with it.

const KNOWN = [
  "header",
  "delimiter",
  "quoteChar",
  "skipEmptyLines",
  "dynamicTyping",
  "comments",
  "newline",
];

/** The rows of a text, as arrays; with `header` as objects. */
export function parse(text, config = {}) {
  const unknown = Object.keys(config).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) {
    throw new Error(
      `papaparse: "${unknown}" isn't supported here; of its settings there are ${KNOWN.join(", ")}`,
    );
  }
  const { header, comments, skipEmptyLines, dynamicTyping } = config;
  const source = text.replace(/^\uFEFF/, "");
  const delimiter = config.delimiter || guess(source);
  let rows = split(source, delimiter, config.quoteChar ?? '"');
  if (comments) rows = rows.filter((row) => !row[0].startsWith(comments === true ? "#" : comments));
  if (skipEmptyLines) rows = rows.filter((row) => !isEmpty(row, skipEmptyLines));
  const fields = header ? (rows.shift() ?? []) : undefined;
  if (dynamicTyping) rows = rows.map((row) => row.map(typed));
  const data = fields === undefined ? rows : rows.map((row) => toObject(fields, row));
  return { data, errors: [], meta: { delimiter, fields, aborted: false, truncated: false } };
}

/** The delimiter that the first line has most of. */
function guess(text) {
  const line = text.slice(0, (text + "\n").search(/\r?\n/));
  const count = (one) => line.split(one).length;
  return [",", "\t", "|", ";"].reduce((best, one) => (count(one) > count(best) ? one : best));
}

function split(text, delimiter, quote) {
  const rows = [];
  let row = [];
  let at = 0;
  while (at <= text.length) {
    const [field, end] =
      text[at] === quote ? quotedAt(text, at, quote) : plainAt(text, at, delimiter);
    row.push(field);
    at = end;
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      continue;
    }
    rows.push(row);
    row = [];
    if (at >= text.length) break;
    at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
  }
  return rows;
}

function plainAt(text, at, delimiter) {
  let end = at;
  while (
    end < text.length &&
    text[end] !== "\n" &&
    text[end] !== "\r" &&
    !text.startsWith(delimiter, end)
  )
    end++;
  return [text.slice(at, end), end];
}

/** A quoted field; its quotes are doubled inside. */
function quotedAt(text, at, quote) {
  let field = "";
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] !== quote) field += text[i];
    else if (text[i + 1] === quote) field += text[i++];
    else return [field, i + 1];
  }
  return [field, text.length];
}

function isEmpty(row, how) {
  const blank =
    how === "greedy"
      ? row.every((field) => field.trim() === "")
      : row.length === 1 && row[0] === "";
  return blank;
}

function typed(field) {
  if (field === "true" || field === "TRUE") return true;
  if (field === "false" || field === "FALSE") return false;
  return /^\s*-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(field)
    ? Number(field)
    : field === ""
      ? null
      : field;
}

function toObject(fields, row) {
  const object = {};
  fields.forEach((name, at) => {
    if (at < row.length) object[name] = row[at];
  });
  return object;
}

export default { parse };
