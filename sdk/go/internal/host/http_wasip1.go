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

func (r *rawResult) result(index int) Result {
	if r.failed != 0 {
		reason := uint8(r.id) + 1
		return Result{Reason: reason, Why: Failure(index)}
	}
	return Result{Response: Response{r.id, r.status, r.ok != 0, r.duration}}
}

// outgoing is a request as the host reads it, with the lists that it points to.
type outgoing struct {
	raw rawRequest
	// shared follows the request where both are one parameter.
	shared uint64
	list   []pair
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
	if r.Jar != 0 {
		cookiesUseJar(r.Jar)
	}
	if r.Shared != 0 {
		o.shared = r.Shared - 1
		httpSendShared(unsafe.Pointer(&o.raw), answer())
	} else {
		httpSend(unsafe.Pointer(&o.raw), answer())
	}
	result := as[rawResult]().result(0)
	if r.Jar != 0 {
		cookiesUseJar(0)
	}
	spare = o
	return result
}

// several are requests to be sent at once, as the host reads them.
type several struct {
	lowered []outgoing
	raw     []rawRequest
	shared  []uint64
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
	s.raw, s.shared = s.raw[:0], s.shared[:0]
	for i, r := range requests {
		s.lowered[i].lower(r)
		s.raw = append(s.raw, s.lowered[i].raw)
		// What is below 0 stands for the request's own body.
		s.shared = append(s.shared, r.Shared-1)
	}
	useJars(requests)
	reading()
	count := uint32(len(s.raw))
	httpSendAllShared(unsafe.Pointer(unsafe.SliceData(s.raw)), count, unsafe.Pointer(unsafe.SliceData(s.shared)), count, answer())
	received := list[rawResult](*as[span]())
	for i := range received {
		tell(i, received[i].result(i))
	}
	done()
	spares = s
}

// Failure is why a request of the last call failed.
func Failure(index int) string {
	reading()
	httpFailure(uint32(index), answer())
	why := Text(as[span]().own())
	done()
	return why
}

// ShareBody hands over a body, and returns its number and the reason why it wasn't taken.
func ShareBody(body string) (uint64, uint8) {
	httpShareBody(body, answer())
	shared := *as[countResult]()
	if shared.failed != 0 {
		return 0, uint8(shared.count) + 1
	}
	return shared.count, 0
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
