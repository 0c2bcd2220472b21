// Requests: made here, sent and measured by the host.

package wasmswarm

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Option is one thing about a request that isn't the default. Making one costs no memory.
type Option struct {
	kind       optionKind
	key, value string
	number     uint64
}

type optionKind uint8

const (
	setName optionKind = iota
	addTag
	addHeader
	setBody
	setTimeout
	setRedirects
	addExpected
	discard
	setJar
	setShared
	broken
)

// Name groups requests in the results: "/items/{id}" for "/items/17". Without it, the URL's path
// counts. It never keeps a request from being sent: what is longer than 200 bytes is cut.
func Name(name string) Option { return Option{kind: setName, value: name} }

// Tag adds a tag of the form "key=value", which splits the results further. 16 count, of
// 200 bytes each; the rest is left out.
func Tag(tag string) Option {
	pair := splitTag(tag)
	return Option{kind: addTag, key: pair.Key, value: pair.Value}
}

// Header adds a header; the same name may be added again.
func Header(name, value string) Option { return Option{kind: addHeader, key: name, value: value} }

// Bearer authenticates with a token.
func Bearer(token string) Option { return Header("authorization", "Bearer "+token) }

// BasicAuth authenticates with a user name and a password.
func BasicAuth(user, password string) Option {
	encoded := base64.StdEncoding.EncodeToString([]byte(user + ":" + password))
	return Header("authorization", "Basic "+encoded)
}

// Body sends these bytes as they are. At most 16 MiB, unless the operator allows more.
func Body(body []byte) Option { return Option{kind: setBody, value: string(body)} }

// Text sends this text as it is.
func Text(body string) Option { return Option{kind: setBody, value: body} }

// JSON sends a value as JSON. If it can't be written as JSON, the request returns that error.
func JSON(value any) Option {
	body, err := json.Marshal(value)
	if err != nil {
		return Option{kind: broken, value: err.Error()}
	}
	return Option{kind: setBody, value: host.Text(body), key: "application/json"}
}

// SharedBody is a body that the host has and that many requests can send: see [VU.ShareBody].
type SharedBody struct{ number uint64 }

// ShareBody hands over a body that many requests send, so that it crosses into the host once per VU:
// do it at the VU's start. Equal bodies are kept once for the whole run. An error means that it is
// larger than a body may be, or that there is no room: a VU can share 64 bodies, and the different
// ones of a run have at most 256 MiB.
func (vu *VU) ShareBody(body []byte) (SharedBody, error) {
	number, reason := host.ShareBody(string(body))
	if reason != 0 {
		return SharedBody{}, &RequestError{title: "share a body", Code: ErrorCode(reason), problem: host.Failure(0)}
	}
	return SharedBody{number}, nil
}

// Shared sends a body that [VU.ShareBody] has handed over.
func Shared(body SharedBody) Option { return Option{kind: setShared, number: body.number + 1} }

// Form sends pairs as an HTML form does.
func Form(values url.Values) Option {
	return Option{kind: setBody, value: values.Encode(), key: "application/x-www-form-urlencoded"}
}

// Timeout limits the whole exchange, redirects included.
func Timeout(limit time.Duration) Option {
	return Option{kind: setTimeout, number: max(micros(limit), 1)}
}

// Redirects follows at most this many redirects; 0 returns the redirect itself.
func Redirects(limit int) Option { return Option{kind: setRedirects, number: uint64(max(limit, 0))} }

// Expect counts this status as success, and no other that isn't expected too. Without it: 200 to 399.
func Expect(status int) Option { return ExpectRange(status, status) }

// ExpectRange counts these statuses as success, both ends included.
func ExpectRange(low, high int) Option {
	return Option{kind: addExpected, number: uint64(uint16(low))<<16 | uint64(uint16(high))}
}

// Discard throws the body away as it comes, of any size and encoding: cheapest, when status and headers are enough.
func Discard() Option { return Option{kind: discard} }

// Get sends a GET request and waits for the whole response. A URL is absolute, or relative to the
// run's host, under whose path it then goes: with --host http://h/api, "/items" is
// http://h/api/items. An error means that there is no response, and is a [*RequestError]; a bad status is
// none: the host has counted it as failed.
func (vu *VU) Get(url string, options ...Option) (Response, error) {
	return vu.Do("GET", url, options...)
}

// Head sends a HEAD request, as [VU.Get].
func (vu *VU) Head(url string, options ...Option) (Response, error) {
	return vu.Do("HEAD", url, options...)
}

// Post sends a POST request, as [VU.Get]; see [JSON], [Form], [Text] and [Body].
func (vu *VU) Post(url string, options ...Option) (Response, error) {
	return vu.Do("POST", url, options...)
}

// Put sends a PUT request, as [VU.Post].
func (vu *VU) Put(url string, options ...Option) (Response, error) {
	return vu.Do("PUT", url, options...)
}

// Patch sends a PATCH request, as [VU.Post].
func (vu *VU) Patch(url string, options ...Option) (Response, error) {
	return vu.Do("PATCH", url, options...)
}

// Delete sends a DELETE request, as [VU.Get].
func (vu *VU) Delete(url string, options ...Option) (Response, error) {
	return vu.Do("DELETE", url, options...)
}

// Do sends a request with any method, in upper case.
func (vu *VU) Do(method, url string, options ...Option) (Response, error) {
	pace.safePoint()
	r := idle
	if idle = nil; r == nil {
		r = new(host.Request)
	}
	err := fill(r, method, url, options)
	response := Response{}
	if err == nil {
		response, err = received(r, host.Send(r))
	}
	idle = r
	return response, err
}

// Request is one of the requests of a [VU.Batch].
type Request struct {
	method, url string
	options     []Option
}

// NewRequest is a request to send with others.
func NewRequest(method, url string, options ...Option) Request {
	return Request{method, url, options}
}

// Result is a response, or the reason why there is none.
type Result struct {
	Response
	Err error
}

// Batch sends all requests at once and waits for all; results are in the order of the requests. At
// most 64. If one of them can't be made (its JSON fails), none is sent, and its error is the result
// of each.
func (vu *VU) Batch(requests ...Request) []Result {
	pace.safePoint()
	results := make([]Result, len(requests))
	batch := idleBatch
	idleBatch = nil
	for len(batch) < len(requests) {
		batch = append(batch, new(host.Request))
	}
	if err := fillAll(batch, requests); err != nil {
		for i := range results {
			results[i].Err = err
		}
	} else {
		host.SendAll(batch[:len(requests)], func(i int, result host.Result) {
			results[i].Response, results[i].Err = received(batch[i], result)
		})
	}
	idleBatch = batch
	return results
}

func fillAll(batch []*host.Request, requests []Request) error {
	for i, r := range requests {
		if err := fill(batch[i], r.method, r.url, r.options); err != nil {
			return err
		}
	}
	return nil
}

// idle is the request that was sent last, to be filled again. Requests are always on the heap.
var idle = new(host.Request)

// idleBatch are the requests that were sent at once last.
var idleBatch []*host.Request

func fill(r *host.Request, method, url string, options []Option) error {
	*r = host.Request{
		Method:   method,
		URL:      url,
		Headers:  r.Headers[:0],
		Tags:     r.Tags[:0],
		Expected: r.Expected[:0],
	}
	contentType := ""
	for i := range options {
		o := &options[i]
		switch o.kind {
		case setName:
			r.Name = o.value
		case addTag:
			r.Tags = append(r.Tags, host.Pair{Key: o.key, Value: o.value})
		case addHeader:
			r.Headers = append(r.Headers, host.Pair{Key: o.key, Value: o.value})
		case setBody:
			r.Body, contentType, r.Shared = o.value, o.key, 0
		case setTimeout:
			r.Timeout = o.number
		case setRedirects:
			r.Redirects, r.RedirectLimit = redirects(o.number)
		case addExpected:
			r.Expected = append(r.Expected, host.Statuses{Low: uint16(o.number >> 16), High: uint16(o.number)})
		case discard:
			r.Discard = true
		case setJar:
			r.Jar = o.number
		case setShared:
			r.Body, contentType, r.Shared = "", "", o.number
		case broken:
			return &RequestError{title: title(r), problem: "the body can't be written as JSON: " + o.value}
		}
	}
	if contentType != "" && !has(r.Headers, "content-type") {
		r.Headers = append(r.Headers, host.Pair{Key: "content-type", Value: contentType})
	}
	return nil
}

func redirects(limit uint64) (policy uint8, most uint32) {
	if limit == 0 {
		return host.RedirectsNone, 0
	}
	return host.RedirectsFollow, uint32(min(limit, 1<<31))
}

func has(headers []host.Pair, name string) bool {
	for i := range headers {
		if strings.EqualFold(headers[i].Key, name) {
			return true
		}
	}
	return false
}

func received(r *host.Request, result host.Result) (Response, error) {
	if result.Reason != 0 {
		return Response{}, &RequestError{title: title(r), Code: ErrorCode(result.Reason), problem: result.Why}
	}
	raw := result.Response
	return Response{Status: int(raw.Status), OK: raw.OK, Duration: duration(raw.Duration), id: raw.ID}, nil
}

// title is what messages call this request. Without the query, so that equal failures read equal.
func title(r *host.Request) string {
	if r.Name != "" {
		return r.Method + " " + r.Name
	}
	path := r.URL
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	return r.Method + " " + path
}
