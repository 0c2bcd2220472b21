// The contract's types, as the rest of the SDK sees them.

// Package host is the contract with wasmswarm in Go's own types: the functions of wit/, called by
// the canonical ABI of the component model. On another system than wasip1 there is no host, and
// every call says so.
package host

import "unsafe"

// Text is the text in bytes that nobody changes any more.
func Text(bytes []byte) string { return unsafe.String(unsafe.SliceData(bytes), len(bytes)) }

// Pair is a header, a tag, a parameter or a field of a row.
type Pair struct{ Key, Value string }

// Redirects as the contract numbers them.
const (
	RedirectsInherit uint8 = iota
	RedirectsNone
	RedirectsFollow
)

// Statuses is a range, both ends included.
type Statuses struct{ Low, High uint16 }

// Request is one to send; what is empty or 0 means the default.
type Request struct {
	Method, URL   string
	Headers       []Pair
	Body          string
	Name          string
	Tags          []Pair
	Timeout       uint64
	Redirects     uint8
	RedirectLimit uint32
	Expected      []Statuses
	Discard       bool
	// Jar is the number of the jar that it uses; 0 is the VU's own.
	Jar uint64
	// Shared is the number of its shared body plus 1; 0 if it has none.
	Shared uint64
}

// NoJar is the number that stands for no jar at all.
const NoJar = ^uint64(0)

// Cookie is one of a jar's.
type Cookie struct {
	Name, Value, Domain, Path  string
	Expires                    uint64
	Secure, HTTPOnly, HostOnly bool
}

// Response names a response on the host.
type Response struct {
	ID       uint64
	Status   uint16
	OK       bool
	Duration uint64
}

// Result is a response, or the number of the reason why there is none, from 1; 0 if there is one.
type Result struct {
	Response Response
	Reason   uint8
	// Why says the reason in words.
	Why string
}

// Timings are the phases of an exchange, in microseconds.
type Timings struct{ Blocked, DNS, Connect, TLS, Sending, Waiting, Receiving uint64 }

// Kinds of metrics as the contract numbers them.
const (
	Counter uint32 = iota
	Gauge
	Rate
	Trend
)

// Levels of log lines as the contract numbers them.
const (
	Debug uint32 = iota
	Info
	Warn
	Error
)

// Picks of rows as the contract numbers them.
const (
	Sequential uint32 = iota
	Shuffled
	Random
	PerVU
)

// What follows the last row.
const (
	Wrap uint32 = iota
	Stop
)

// Reasons why there is no row.
const (
	NoReason uint8 = iota
	NotGranted
	Exhausted
)

// Reasons why a shared value wasn't taken.
const (
	Full     uint8 = 1
	TooLarge uint8 = 2
)

// Identity is who is running.
type Identity struct {
	ID             uint64
	ScenarioIndex  uint32
	Scenario       string
	Iteration      uint64
	IterationIndex uint64
}
