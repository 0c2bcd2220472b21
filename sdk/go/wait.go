// Pauses between two tasks.

package wasmswarm

import (
	"fmt"
	"math"
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Wait is a pause between two tasks of a VU. The zero value is no pause.
type Wait struct {
	raw     host.Wait
	problem error
}

// Constant is always the same pause.
func Constant(pause time.Duration) Wait {
	return Wait{raw: host.Wait{Kind: host.WaitConstant, Low: micros(pause)}}
}

// Between is a pause evenly distributed between two bounds, both included.
func Between(shortest, longest time.Duration) Wait {
	if shortest > longest {
		return Wait{problem: fmt.Errorf("Between(%v, %v): the shortest pause comes first", shortest, longest)}
	}
	return Wait{raw: host.Wait{Kind: host.WaitUniform, Low: micros(shortest), High: micros(longest)}}
}

// Pacing starts tasks at least this far apart; one that took longer is followed at once.
func Pacing(distance time.Duration) Wait {
	return Wait{raw: host.Wait{Kind: host.WaitPacing, Low: micros(distance)}}
}

// Throughput is at most this many task starts per second and VU.
func Throughput(perSecond float64) Wait {
	if !(perSecond > 0) || math.IsInf(perSecond, 0) {
		return Wait{problem: fmt.Errorf("Throughput(%v): the rate is above 0 and finite", perSecond)}
	}
	return Wait{raw: host.Wait{Kind: host.WaitThroughput, Rate: perSecond}}
}

// Exponential is a pause drawn from the exponential distribution with this mean, as of independent
// visitors.
func Exponential(mean time.Duration) Wait {
	if mean <= 0 {
		return Wait{problem: fmt.Errorf("Exponential(%v): the mean is above 0", mean)}
	}
	return Wait{raw: host.Wait{Kind: host.WaitExponential, Low: micros(mean)}}
}

// micros is a duration as the contract counts it; a negative one is none.
func micros(d time.Duration) uint64 { return uint64(max(d, 0).Microseconds()) }

func duration(micros uint64) time.Duration {
	return time.Duration(min(micros, math.MaxInt64/1000)) * time.Microsecond
}
