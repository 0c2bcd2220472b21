// Load shapes: a function of the plugin that says, once a second, how much load there is to be.

package wasmswarm

import (
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Moment is when a shape is asked.
type Moment struct {
	// Elapsed is the time since the run began.
	Elapsed time.Duration
	// Users is how many VUs run now.
	Users int
}

// Target is how much load there is to be until the shape is asked again.
type Target struct{ raw host.Load }

// Users asks for this many VUs, all at once unless [Target.SpawnRate] is called.
func Users(users int) Target {
	return Target{host.Load{Kind: host.LoadUsers, Users: uint32(max(users, 0))}}
}

// Iterations asks for this many iterations started per second, whoever is free to run them.
func Iterations(perSecond float64) Target {
	return Target{host.Load{Kind: host.LoadRate, Rate: perSecond}}
}

// Finish ends the run.
func Finish() Target { return Target{host.Load{Kind: host.LoadStop}} }

// SpawnRate is how many VUs per second are started or ended until there are as many as asked for.
// It means nothing with [Iterations].
func (t Target) SpawnRate(perSecond float64) Target {
	t.raw.SpawnRate = perSecond
	return t
}

// Only names the scenarios that new VUs run; all of them unless it is called. It means nothing with
// [Iterations].
func (t Target) Only(scenarios ...string) Target {
	t.raw.Scenarios = scenarios
	return t
}
