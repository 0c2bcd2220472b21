// JSON: reading what a service answers, and writing what it is sent.

const enum Kind { Missing, Null, Bool, Number, Text, List, Object }

/// A value. Asking it for what it doesn't have gives nothing, rather than a crash: a missing member is
/// a value that isn't `exists`, and the text of a number is "".
export class Json {
  private kind: Kind = Kind.Missing;
  /// A text, or a number as it was written.
  private plain: string = "";
  private keys: string[] = [];
  private values: Json[] = [];

  static of(kind: Kind, plain: string = ""): Json {
    const value = new Json();
    value.kind = kind;
    value.plain = plain;
    return value;
  }

  /// False for what wasn't there, or wasn't JSON.
  get exists(): bool {
    return this.kind != Kind.Missing;
  }

  get isNull(): bool {
    return this.kind == Kind.Null;
  }

  get isText(): bool {
    return this.kind == Kind.Text;
  }

  get isNumber(): bool {
    return this.kind == Kind.Number;
  }

  /// A text's characters; empty for all else.
  get text(): string {
    return this.kind == Kind.Text ? this.plain : "";
  }

  /// A number; 0 for all else.
  get number(): f64 {
    return this.kind == Kind.Number ? F64.parseFloat(this.plain) : 0;
  }

  /// A whole number; 0 for all else.
  get integer(): i64 {
    return this.kind == Kind.Number ? I64.parseInt(this.plain, 10) : 0;
  }

  /// Whether this is `true`.
  get bool(): bool {
    return this.kind == Kind.Bool && this.plain == "true";
  }

  /// How many elements or members there are.
  get length(): i32 {
    return this.values.length;
  }

  /// The member of this name.
  get(key: string): Json {
    for (let i = 0; i < this.keys.length; i++) {
      if (this.keys[i] == key) return this.values[i];
    }
    return new Json();
  }

  /// The element of this index.
  at(index: i32): Json {
    return this.kind == Kind.List && index >= 0 && index < this.values.length ? this.values[index] : new Json();
  }

  /// Adds a member to an object: a string, number, boolean or `Json`.
  set<T>(key: string, value: T): this {
    this.keys.push(key);
    this.values.push(json.from<T>(value));
    return this;
  }

  /// Adds an element to a list.
  push<T>(value: T): this {
    this.values.push(json.from<T>(value));
    return this;
  }

  toString(): string {
    switch (this.kind) {
      case Kind.Text: return quote(this.plain);
      case Kind.Number:
      case Kind.Bool: return this.plain;
      case Kind.List: return "[" + this.members() + "]";
      case Kind.Object: return "{" + this.members() + "}";
      default: return "null";
    }
  }

  private members(): string {
    const parts = new Array<string>(this.values.length);
    for (let i = 0; i < parts.length; i++) {
      const value = this.values[i].toString();
      parts[i] = this.kind == Kind.Object ? quote(this.keys[i]) + ":" + value : value;
    }
    return parts.join(",");
  }
}

export namespace json {
  /// An object to fill: `json.object().set("user", "ann").set("age", 7)`.
  export function object(): Json {
    return Json.of(Kind.Object);
  }

  /// A list to fill: `json.list().push(1).push(2)`.
  export function list(): Json {
    return Json.of(Kind.List);
  }

  /// A string, number, boolean or `Json` as a value.
  export function from<T>(value: T): Json {
    if (isString<T>()) return Json.of(Kind.Text, <string>value);
    if (isBoolean<T>()) return Json.of(Kind.Bool, value ? "true" : "false");
    if (isInteger<T>() || isFloat<T>()) {
      if (isFloat<T>() && !isFinite(<f64>value)) return Json.of(Kind.Null);
      return Json.of(Kind.Number, value.toString());
    }
    if (isManaged<T>()) return value as Json;
    ERROR("JSON is made of strings, numbers, booleans and Json");
  }

  /// Reads a text. What isn't JSON is a value that doesn't `exists`.
  export function parse(text: string): Json {
    const reader = new Reader(text);
    const value = reader.value();
    return reader.isDone() ? value : new Json();
  }
}

/// Reads a text from front to back. After a mistake, `failed` is set and nothing more is read.
class Reader {
  private place: i32 = 0;
  private failed: bool = false;
  private depth: i32 = 0;

  constructor(private source: string) {}

  isDone(): bool {
    this.skipSpace();
    return !this.failed && this.place == this.source.length;
  }

  value(): Json {
    this.skipSpace();
    switch (this.peek()) {
      case 0x7b: return this.nested(Kind.Object, 0x7d);
      case 0x5b: return this.nested(Kind.List, 0x5d);
      case 0x22: return Json.of(Kind.Text, this.text());
      case 0x74: return this.word("true", Kind.Bool);
      case 0x66: return this.word("false", Kind.Bool);
      case 0x6e: return this.word("null", Kind.Null);
      default: return this.number();
    }
  }

  private nested(kind: Kind, end: i32): Json {
    const value = Json.of(kind);
    this.place++;
    if (++this.depth > 200) return this.mistake();
    this.skipSpace();
    if (this.peek() == end) this.place++;
    else this.members(value, kind, end);
    this.depth--;
    return value;
  }

  private members(value: Json, kind: Kind, end: i32): void {
    while (!this.failed) {
      if (kind == Kind.Object) {
        this.skipSpace();
        const key = this.text();
        this.skipSpace();
        this.expect(0x3a);
        value.set(key, this.value());
      } else {
        value.push(this.value());
      }
      this.skipSpace();
      if (this.peek() == end) {
        this.place++;
        return;
      }
      this.expect(0x2c);
    }
  }

  private text(): string {
    this.expect(0x22);
    let text = "";
    let start = this.place;
    while (!this.failed) {
      const c = this.peek();
      if (c == 0x22) {
        text += this.source.substring(start, this.place++);
        return text;
      }
      if (c == 0x5c) {
        text += this.source.substring(start, this.place) + this.escape();
        start = this.place;
      } else if (c < 0x20) {
        this.failed = true;
      } else {
        this.place++;
      }
    }
    return "";
  }

  private escape(): string {
    const c = this.source.charAt(this.place + 1);
    this.place += 2;
    const found = "bfnrt\"\\/".indexOf(c);
    if (c != "" && found >= 0) return "\b\f\n\r\t\"\\/".charAt(found);
    const digits = this.source.substring(this.place, this.place + 4);
    this.place += 4;
    if (c != "u" || digits.length != 4) this.failed = true;
    return String.fromCharCode(<i32>I32.parseInt(digits, 16));
  }

  private number(): Json {
    const start = this.place;
    while ("+-.0123456789eE".includes(String.fromCharCode(this.peek()))) this.place++;
    const text = this.source.substring(start, this.place);
    return text == "" || isNaN(F64.parseFloat(text)) ? this.mistake() : Json.of(Kind.Number, text);
  }

  private word(word: string, kind: Kind): Json {
    if (this.source.substring(this.place, this.place + word.length) != word) return this.mistake();
    this.place += word.length;
    return Json.of(kind, word);
  }

  private expect(c: i32): void {
    if (this.peek() == c) this.place++;
    else this.failed = true;
  }

  private mistake(): Json {
    this.failed = true;
    return new Json();
  }

  private skipSpace(): void {
    let c = this.peek();
    while (c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09) {
      this.place++;
      c = this.peek();
    }
  }

  /// The next character; 0 at the end.
  private peek(): i32 {
    return this.place < this.source.length ? this.source.charCodeAt(this.place) : 0;
  }
}

/// A text as JSON.
function quote(text: string): string {
  let quoted = "\"";
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x20 && c != 0x22 && c != 0x5c) continue;
    quoted += text.substring(start, i);
    quoted += c < 0x20 ? "\\u" + c.toString(16).padStart(4, "0") : "\\" + text.charAt(i);
    start = i + 1;
  }
  return quoted + text.substring(start) + "\"";
}
