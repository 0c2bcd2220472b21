// The VU's cookies, as the host keeps, sends and stores them: there is no other jar.

package wasmswarm

import (
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Cookie is one of a jar's.
type Cookie struct {
	Name, Value string
	// Domain is in lower case, without a leading dot; Path begins with "/".
	Domain, Path string
	// Expires is the zero time for a cookie that lasts as long as its jar.
	Expires time.Time
	// Secure cookies are only sent over https, HostOnly ones only to Domain itself. HTTPOnly makes
	// no difference here.
	Secure, HTTPOnly, HostOnly bool
}

// Jar holds cookies (RFC 6265). What is set here is sent, and what responses set can be read here.
// URLs are absolute, or relative to the run's host. A cookie header that a request sets goes out
// together with the jar's cookies: its own first, and of the jar those that have another name.
type Jar struct{ number uint64 }

// Cookies is the VU's own jar.
func (vu *VU) Cookies() Jar { return Jar{} }

// NewJar is an empty jar for requests that say so: see [UseJar]. Of a VU's jars, the 64 that were
// used last have cookies.
func (vu *VU) NewJar() Jar { return Jar{host.NewJar()} }

// Matching are the cookies that a request to this URL carries, in that order.
func (j Jar) Matching(url string) []Cookie { return cookies(host.CookiesMatching(j.number, url)) }

// All are the cookies that haven't expired, in the order in which they were set.
func (j Jar) All() []Cookie { return cookies(host.CookiesAll(j.number)) }

// Get is the value of the first cookie of this name that a request to this URL carries, and whether
// there is one.
func (j Jar) Get(url, name string) (value string, found bool) {
	for _, cookie := range host.CookiesMatching(j.number, url) {
		if cookie.Name == name {
			return cookie.Value, true
		}
	}
	return "", false
}

// Set takes in the text of a Set-Cookie header, as if this URL had answered with it. False if it is
// ignored there.
func (j Jar) Set(url, text string) bool { return host.CookieSet(j.number, url, text) }

// Put puts in a cookie as it is, whoever it belongs to. False if it can't be sent.
func (j Jar) Put(cookie Cookie) bool {
	raw := &host.Cookie{
		Name:     cookie.Name,
		Value:    cookie.Value,
		Domain:   cookie.Domain,
		Path:     cookie.Path,
		Secure:   cookie.Secure,
		HTTPOnly: cookie.HTTPOnly,
		HostOnly: cookie.HostOnly,
	}
	if !cookie.Expires.IsZero() {
		raw.Expires = uint64(max(cookie.Expires.Unix(), 1))
	}
	return host.CookiePut(j.number, raw)
}

// Delete removes the cookies of this name that a request to this URL carries, and returns how many
// these were.
func (j Jar) Delete(url, name string) int { return host.CookieDelete(j.number, url, name) }

// Clear removes all cookies.
func (j Jar) Clear() { host.CookiesClear(j.number) }

// UseJar sends the cookies of this jar, and stores in it what the response sets, instead of the VU's
// own.
func UseJar(jar Jar) Option { return Option{kind: setJar, number: jar.number} }

// NoCookies sends no cookies of a jar, and stores none.
func NoCookies() Option { return Option{kind: setJar, number: host.NoJar} }

func cookies(raw []host.Cookie) []Cookie {
	cookies := make([]Cookie, len(raw))
	for i := range raw {
		c := &raw[i]
		cookies[i] = Cookie{
			Name:     c.Name,
			Value:    c.Value,
			Domain:   c.Domain,
			Path:     c.Path,
			Secure:   c.Secure,
			HTTPOnly: c.HTTPOnly,
			HostOnly: c.HostOnly,
		}
		if c.Expires > 0 {
			cookies[i].Expires = time.Unix(int64(c.Expires), 0)
		}
	}
	return cookies
}
