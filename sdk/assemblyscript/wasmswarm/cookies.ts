// The VU's cookies, as the host keeps, sends and stores them (RFC 6265): there is no other jar.

import * as host from "./imports";
import { area, at, begin, liftText, lowerText, size } from "./memory";

const COOKIE_SIZE = 48;

/// One of a jar's.
export class Cookie {
  /// In lower case, without a leading dot.
  domain: string = "";
  path: string = "/";
  /// Seconds since 1970; 0 lasts as long as the jar.
  expires: u64 = 0;
  /// Only sent over https.
  secure: bool = false;
  /// Makes no difference here.
  httpOnly: bool = false;
  /// Only sent to `domain` itself.
  hostOnly: bool = false;

  constructor(public name: string, public value: string) {}
}

/// Cookies for requests. URLs are absolute, or relative to the run's host. A `cookie` header that a request sets
/// goes out together with the jar's cookies: its own first, and of the jar those that have another name.
export class Jar {
  constructor(public number: u64) {}

  /// What a request to this URL carries, in that order.
  matching(url: string): Cookie[] {
    begin();
    const u = lowerText(url);
    host.cookiesMatching(this.number, at(u), size(u), area);
    return lift();
  }

  /// The value of the first cookie of this name that a request to this URL carries, or null.
  get(url: string, name: string): string | null {
    const all = this.matching(url);
    for (let i = 0; i < all.length; i++) {
      if (all[i].name == name) return all[i].value;
    }
    return null;
  }

  /// All that haven't expired, in the order in which they were set.
  all(): Cookie[] {
    begin();
    host.cookiesAll(this.number, area);
    return lift();
  }

  /// Takes in the text of a `Set-Cookie` header, as if this URL had answered with it. False if it is ignored there.
  set(url: string, text: string): bool {
    begin();
    const u = lowerText(url), t = lowerText(text);
    return host.cookiesSet(this.number, at(u), size(u), at(t), size(t));
  }

  /// Puts in a cookie as it is, whoever it belongs to. False if it can't be sent.
  put(cookie: Cookie): bool {
    begin();
    const n = lowerText(cookie.name), v = lowerText(cookie.value);
    const d = lowerText(cookie.domain), p = lowerText(cookie.path);
    return host.cookiesPut(
      this.number, at(n), size(n), at(v), size(v), at(d), size(d), at(p), size(p),
      cookie.expires, cookie.secure, cookie.httpOnly, cookie.hostOnly,
    );
  }

  /// Removes the cookies of this name that a request to this URL carries, and returns how many these were.
  remove(url: string, name: string): u32 {
    begin();
    const u = lowerText(url), n = lowerText(name);
    return host.cookiesDelete(this.number, at(u), size(u), at(n), size(n));
  }

  /// Removes all cookies.
  clear(): void {
    host.cookiesClear(this.number);
  }
}

/// The VU's own jar.
export const cookies = new Jar(0);

/// No jar: nothing is sent or stored.
export const noCookies = new Jar(u64.MAX_VALUE);

/// An empty jar for requests that name it. Of a VU's jars, the 64 that were used last have cookies.
export function newJar(): Jar {
  return new Jar(host.cookiesNewJar());
}

function lift(): Cookie[] {
  const list = load<usize>(area);
  const count = load<i32>(area, 4);
  const all = new Array<Cookie>(count);
  for (let i = 0; i < count; i++) {
    const place = list + i * COOKIE_SIZE;
    const cookie = new Cookie(liftText(place), liftText(place + 8));
    cookie.domain = liftText(place + 16);
    cookie.path = liftText(place + 24);
    cookie.expires = load<u64>(place, 32);
    cookie.secure = load<bool>(place, 40);
    cookie.httpOnly = load<bool>(place, 41);
    cookie.hostOnly = load<bool>(place, 42);
    all[i] = cookie;
  }
  return all;
}
