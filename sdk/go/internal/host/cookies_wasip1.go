// The jars on the host.

package host

import "unsafe"

// rawCookie is the contract's `cookie`.
type rawCookie struct {
	name, value, domain, path  span
	expires                    uint64
	secure, httpOnly, hostOnly uint8
}

func text(s span) string { return Text(s.own()) }

func ownCookies() []Cookie {
	written := list[rawCookie](*as[span]())
	cookies := make([]Cookie, len(written))
	for i := range written {
		c := &written[i]
		cookies[i] = Cookie{
			Name:     text(c.name),
			Value:    text(c.value),
			Domain:   text(c.domain),
			Path:     text(c.path),
			Expires:  c.expires,
			Secure:   c.secure != 0,
			HTTPOnly: c.httpOnly != 0,
			HostOnly: c.hostOnly != 0,
		}
	}
	return cookies
}

// CookiesMatching are those that a request to this URL carries.
func CookiesMatching(jar uint64, url string) []Cookie {
	reading()
	cookiesMatching(jar, url, answer())
	cookies := ownCookies()
	done()
	return cookies
}

// CookiesAll are all of a jar.
func CookiesAll(jar uint64) []Cookie {
	reading()
	cookiesAll(jar, answer())
	cookies := ownCookies()
	done()
	return cookies
}

// CookieSet takes in the text of a Set-Cookie header.
func CookieSet(jar uint64, url, text string) bool { return cookiesSet(jar, url, text) }

// CookiePut puts in a cookie as it is.
func CookiePut(jar uint64, c *Cookie) bool {
	return cookiesPut(jar, c.Name, c.Value, c.Domain, c.Path, c.Expires, c.Secure, c.HTTPOnly, c.HostOnly)
}

// CookieDelete removes the cookies of this name that a request to this URL carries.
func CookieDelete(jar uint64, url, name string) int { return int(cookiesDelete(jar, url, name)) }

// CookiesClear empties a jar.
func CookiesClear(jar uint64) { cookiesClear(jar) }

// NewJar makes a jar.
func NewJar() uint64 { return cookiesNewJar() }

// jars are those of a batch; kept here, they are on the heap.
var jars [64]uint64

// useJars lets each request of the next batch use its own jar, if any of them has one.
func useJars(requests []*Request) {
	others := false
	count := min(len(requests), len(jars))
	for i, r := range requests[:count] {
		jars[i] = r.Jar
		others = others || r.Jar != 0
	}
	if others {
		cookiesUseJars(unsafe.Pointer(&jars), uint32(count))
	}
}
