// A response: a number that names it on the host, and what can be asked about it.

package wasmswarm

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Response is a completed exchange, already recorded.
//
// Headers and body stay on the host until asked for. A response is gone when the task returns, or
// when 64 newer ones exist; asking for more of it then ends this instance of the plugin.
type Response struct {
	// Status is the status code, 100 to 999.
	Status int
	// OK says whether the status is one of the expected ones.
	OK bool
	// Duration is the service time: first byte written to last byte read.
	Duration time.Duration

	id uint64
}

// Bytes is the body, decompressed. Empty after [Discard].
func (r Response) Bytes() []byte { return host.Body(r.id) }

// Text is the body as text; bytes that aren't UTF-8 are replaced.
func (r Response) Text() string { return strings.ToValidUTF8(host.Text(host.Body(r.id)), "\uFFFD") }

// Size is the length of the body in bytes.
func (r Response) Size() int {
	size := 0
	_ = host.WithBody(r.id, func(body []byte) error {
		size = len(body)
		return nil
	})
	return size
}

// JSON reads the body into the value that v points to. A struct with only the fields that you look
// at is the cheapest.
func (r Response) JSON(v any) error {
	return host.WithBody(r.id, func(body []byte) error {
		if len(body) == 0 {
			return fmt.Errorf("the body of the %d response is empty or was discarded", r.Status)
		}
		if err := json.Unmarshal(body, v); err != nil {
			return fmt.Errorf("the body of the %d response isn't the expected JSON: %w", r.Status, err)
		}
		return nil
	})
}

// Header is the first header of this name, in any case; empty if there is none.
func (r Response) Header(name string) string {
	value, _ := host.Header(r.id, name)
	return value
}

// Headers calls yield with the headers in the order received: for name, value := range r.Headers.
func (r Response) Headers(yield func(name, value string) bool) {
	for _, header := range host.Headers(r.id) {
		if !yield(header.Key, header.Value) {
			return
		}
	}
}

// Timings are the phases of an exchange. DNS, Connect and TLS are 0 on a kept-alive connection.
type Timings struct {
	// Blocked is the wait for a free connection, and everything else before DNS.
	Blocked time.Duration
	DNS     time.Duration
	Connect time.Duration
	TLS     time.Duration
	// Sending is the writing of the request.
	Sending time.Duration
	// Waiting is from the last byte written to the first byte read.
	Waiting time.Duration
	// Receiving is from the first to the last byte read.
	Receiving time.Duration
}

// Timings says where the time went.
func (r Response) Timings() Timings {
	t := host.TimingsOf(r.id)
	return Timings{
		Blocked:   duration(t.Blocked),
		DNS:       duration(t.DNS),
		Connect:   duration(t.Connect),
		TLS:       duration(t.TLS),
		Sending:   duration(t.Sending),
		Waiting:   duration(t.Waiting),
		Receiving: duration(t.Receiving),
	}
}

// RemoteAddr is the address and port that answered.
func (r Response) RemoteAddr() string { return host.RemoteAddress(r.id) }

// URL is the URL that answered, after redirects.
func (r Response) URL() string { return host.FinalURL(r.id) }

// Pass counts this response as a success, whatever its status.
func (r Response) Pass() { host.Pass(r.id) }

// Fail counts this response as a failure with this message: the right status, the wrong answer.
func (r Response) Fail(message string) { host.Fail(r.id, message) }

// Err is an error if the status isn't an expected one: if err := response.Err(); err != nil.
func (r Response) Err() error {
	if r.OK {
		return nil
	}
	return fmt.Errorf("unexpected status %d", r.Status)
}
