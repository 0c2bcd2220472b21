// The virtual user that this instance is, and what it may do to itself and the run.

package wasmswarm

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// VU is the virtual user that runs, and the way to the host. There is one per instance of the
// plugin; its memory is shared with nobody.
//
// In a plugin's Setup and Teardown it stands for nobody: its ID is 0.
type VU struct {
	setupData    []byte
	scenarioData []byte
	scenario     Scenario
	random       *rand.Rand
	// What the running task has decided, and what was wrong with it.
	outcome host.Outcome
	problem error
}

// Identity is who is running.
type Identity struct {
	// ID is the number of the VU in the run, from 1.
	ID uint64
	// Scenario is the name of its scenario, and ScenarioIndex its place in the plugin.
	Scenario      string
	ScenarioIndex int
	// Iteration is how many iterations this VU has begun, the running one included.
	Iteration uint64
	// IterationIndex is the number of the running iteration in its scenario of the whole run, from
	// 0. Each number is given once, however many VUs, threads and machines share the run.
	IterationIndex uint64
}

// Identity is all of who is running, with one call into the host.
func (vu *VU) Identity() Identity {
	current := host.Current()
	return Identity{
		ID:             current.ID,
		Scenario:       current.Scenario,
		ScenarioIndex:  int(current.ScenarioIndex),
		Iteration:      current.Iteration,
		IterationIndex: current.IterationIndex,
	}
}

// ID is the number of this VU in the run, from 1; 0 in setup and teardown.
func (vu *VU) ID() uint64 { return host.Current().ID }

// Iteration is how many iterations this VU has begun, the running one included.
func (vu *VU) Iteration() uint64 { return host.Current().Iteration }

// SetupData reads what the plugin's Setup returned into the value that v points to.
func (vu *VU) SetupData(v any) error {
	return unpack(vu.setupData, v, "the setup data")
}

// ScenarioData reads what the scenario's Setup returned into the value that v points to.
func (vu *VU) ScenarioData(v any) error {
	return unpack(vu.scenarioData, v, "the scenario's setup data")
}

func unpack(data []byte, v any, what string) error {
	if len(data) == 0 {
		return fmt.Errorf("%s isn't there: setup returned nothing", what)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s doesn't fit: %w", what, err)
	}
	return nil
}

// Next makes the task of this name the next one. A name that the scenario doesn't have fails the
// iteration.
func (vu *VU) Next(task string) {
	var index uint32
	found := false
	if vu.scenario != nil {
		index, found = vu.scenario.taskIndex(task)
	}
	if !found {
		vu.problem = fmt.Errorf("vu.Next(%q): the scenario has no task of this name", task)
		return
	}
	vu.outcome.Next, vu.outcome.Task = host.NextTask, index
}

// NextIn pauses exactly this long before the next task, whatever the scenario's wait says. The pause
// is spent outside of the plugin.
func (vu *VU) NextIn(pause time.Duration) {
	vu.outcome.Exactly, vu.outcome.Wait = true, micros(pause)
}

// Stop ends this VU after the running task; it isn't replaced.
func (vu *VU) Stop() { host.StopVU() }

// Abort ends the whole run, in an orderly way and with a report, for this reason.
func (vu *VU) Abort(reason string) { host.Abort(reason) }

// Sleep pauses inside a task, at most one hour. The pause counts as part of the task's time; for
// think time between tasks use the scenario's wait.
func (vu *VU) Sleep(pause time.Duration) { host.Sleep(micros(pause)) }

// Group runs part of a task as a group, and returns what it returns. Everything that is recorded
// inside has the tag `group`, which is `::login` here and `::login::token` in a group "token"
// within; the time that it took goes to the trend `group_duration`. What is deeper than 8 groups counts
// to the eighth.
func (vu *VU) Group(name string, part func() error) error {
	host.EnterGroup(name)
	defer host.LeaveGroup()
	return part()
}

// SetTag sets a tag on everything that this VU records from now on; an empty value removes it.
func (vu *VU) SetTag(key, value string) { host.SetTag(key, value) }

// Check counts one pass or failure under this name, and returns passed. Tags have the form
// "key=value". It is a measurement, not an assertion: the task goes on.
func (vu *VU) Check(name string, passed bool, tags ...string) bool {
	host.Check(name, passed, pairs(tags))
	return passed
}

// Now is the time since the run began, from a clock that never jumps.
func (vu *VU) Now() time.Duration { return duration(host.Now()) }

// Rand draws from the VU's own generator, which the run's --seed determines.
func (vu *VU) Rand() *rand.Rand {
	if vu.random == nil {
		vu.random = rand.New(source{})
	}
	return vu.random
}

// source is the VU's generator on the host.
type source struct{}

func (source) Uint64() uint64 { return host.RandomBits() }

// Param is the value of the parameter that the operator passed with -e name=value; empty if it
// wasn't passed.
func (vu *VU) Param(name string) string {
	value, _ := host.Param(name)
	return value
}

// LookupParam is the value of a parameter, and whether it was passed.
func (vu *VU) LookupParam(name string) (string, bool) { return host.Param(name) }

// Params are all parameters.
func (vu *VU) Params() map[string]string {
	all := host.Params()
	params := make(map[string]string, len(all))
	for _, param := range all {
		params[param.Key] = param.Value
	}
	return params
}
