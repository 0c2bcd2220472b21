// Custom metrics, and requests of protocols that the host doesn't speak.

package wasmswarm

import (
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// A metric is known by its name (at most 200 bytes), which belongs to one kind for the whole run.
// Tags have the form "key=value".

// Counter is a sum, such as orders placed: wasmswarm.Counter("orders").Add(1).
type Counter string

// Gauge is a value of which the last counts, such as a queue's length.
type Gauge string

// Rate is a share of hits, such as cache hits.
type Rate string

// Trend is a distribution, such as the value of a cart. Values must not be negative.
type Trend string

// Add adds to the sum.
func (c Counter) Add(number float64, tags ...string) {
	host.AddMetric(string(c), host.Counter, number, pairs(tags))
}

// Set sets the value.
func (g Gauge) Set(value float64, tags ...string) {
	host.AddMetric(string(g), host.Gauge, value, pairs(tags))
}

// Add counts a hit or a miss.
func (r Rate) Add(hit bool, tags ...string) {
	value := 0.0
	if hit {
		value = 1
	}
	host.AddMetric(string(r), host.Rate, value, pairs(tags))
}

// Add adds a value to the distribution.
func (t Trend) Add(value float64, tags ...string) {
	host.AddMetric(string(t), host.Trend, value, pairs(tags))
}

// RecordRequest records an exchange in another protocol, beside HTTP in the same table. The protocol
// takes the method's place ("redis"); err is nil for success.
func (vu *VU) RecordRequest(protocol, name string, took time.Duration, bytesReceived int, err error) {
	problem := ""
	if err != nil {
		problem = err.Error()
	}
	host.RecordRequest(protocol, name, micros(took), uint64(max(bytesReceived, 0)), problem)
}
