// Requests and responses, to the host and from it.

package host

import "unsafe"

// rawRequest is the contract's `request`.
type rawRequest struct {
	method, url, headers, body, name, tags span

	timeout       uint64
	redirects     uint8
	redirectLimit uint32
	expected      span
	keep          uint8
	_             uint32
}

// rawResult is the contract's `result<response, error-code>`.
type rawResult struct {
	failed uint8
	_      uint32
	// The error's number is in its first byte.
	id       uint64
	status   uint16
	ok       uint8
	duration uint64
}

func (r *rawResult) result() Result {
	if r.failed != 0 {
		return Result{Reason: uint8(r.id) + 1}
	}
	return Result{Response: Response{r.id, r.status, r.ok != 0, r.duration}}
}

// outgoing is a request as the host reads it, with the lists that it points to.
type outgoing struct {
	raw  rawRequest
	list []pair
}

// lower fills it. Headers and tags share one list; all that allocates comes first.
func (o *outgoing) lower(r *Request) {
	o.list = o.list[:0]
	for i := range r.Headers {
		o.list = append(o.list, lowerPair(&r.Headers[i]))
	}
	for i := range r.Tags {
		o.list = append(o.list, lowerPair(&r.Tags[i]))
	}
	headers := len(r.Headers)
	o.raw = rawRequest{
		method:        textSpan(r.Method),
		url:           textSpan(r.URL),
		headers:       listSpan(o.list[:headers]),
		body:          textSpan(r.Body),
		name:          textSpan(r.Name),
		tags:          listSpan(o.list[headers:]),
		timeout:       r.Timeout,
		redirects:     r.Redirects,
		redirectLimit: r.RedirectLimit,
		expected:      listSpan(r.Expected),
	}
	if r.Discard {
		o.raw.keep = 1
	}
}

// spare is what the last request was lowered to, for the next one.
var spare = new(outgoing)

// Send sends a request, which is on the heap, and waits.
func Send(r *Request) Result {
	o := spare
	if spare = nil; o == nil {
		o = new(outgoing)
	}
	o.lower(r)
	httpSend(unsafe.Pointer(&o.raw), answer())
	spare = o
	return as[rawResult]().result()
}

// several are requests to be sent at once, as the host reads them.
type several struct {
	lowered []outgoing
	raw     []rawRequest
}

// spares are what the last requests were lowered to, for the next ones.
var spares = new(several)

// SendAll sends all requests, which are on the heap, at once, and tells each result in their order.
func SendAll(requests []*Request, tell func(index int, result Result)) {
	s := spares
	if spares = nil; s == nil {
		s = new(several)
	}
	if more := len(requests) - len(s.lowered); more > 0 {
		s.lowered = append(s.lowered, make([]outgoing, more)...)
	}
	s.raw = s.raw[:0]
	for i, r := range requests {
		s.lowered[i].lower(r)
		s.raw = append(s.raw, s.lowered[i].raw)
	}
	reading()
	httpSendAll(unsafe.Pointer(unsafe.SliceData(s.raw)), uint32(len(s.raw)), answer())
	received := list[rawResult](*as[span]())
	for i := range received {
		tell(i, received[i].result())
	}
	done()
	spares = s
}

// Body is the body, to keep.
func Body(response uint64) []byte {
	reading()
	httpBody(response, answer())
	body := as[span]().own()
	done()
	return body
}

// WithBody lets use look at the body; it must not keep it.
func WithBody(response uint64, use func(body []byte) error) error {
	reading()
	defer done()
	httpBody(response, answer())
	return use(as[span]().bytes())
}

// Header is the first header of this name.
func Header(response uint64, name string) (string, bool) {
	reading()
	httpHeader(response, name, answer())
	value, found := as[option]().own()
	done()
	return Text(value), found
}

// Headers are all headers.
func Headers(response uint64) []Pair {
	reading()
	httpHeaders(response, answer())
	headers := as[span]().pairs()
	done()
	return headers
}

// TimingsOf is where the time went.
func TimingsOf(response uint64) Timings {
	httpTimings(response, answer())
	return *as[Timings]()
}

// RemoteAddress is the address and port that answered.
func RemoteAddress(response uint64) string {
	reading()
	httpRemoteAddress(response, answer())
	text := Text(as[span]().own())
	done()
	return text
}

// FinalURL is the URL that answered.
func FinalURL(response uint64) string {
	reading()
	httpFinalURL(response, answer())
	text := Text(as[span]().own())
	done()
	return text
}

// Pass counts a response as a success.
func Pass(response uint64) { httpPass(response) }

// Fail counts a response as a failure.
func Fail(response uint64, message string) { httpFail(response, message) }
