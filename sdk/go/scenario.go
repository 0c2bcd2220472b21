// Scenarios: what one kind of VU does.

package wasmswarm

import (
	"fmt"
	"math"

	"github.com/wasmswarm/wasmswarm/sdk/go/internal/host"
)

// Scenario is one workload of a plugin, made by [Define].
type Scenario interface {
	describe() (host.ScenarioInfo, error)
	start(vu *VU) (running, error)
	setup(vu *VU) (any, error)
	teardown(vu *VU) error
	// taskIndex is the place of the task of this name.
	taskIndex(name string) (uint32, bool)
}

// running is a scenario in the middle of a VU's life.
type running interface {
	runTask(task uint32, vu *VU) error
	stop(vu *VU) error
}

// Definition is a scenario whose VUs keep a value of type T, as a rule a pointer to a struct.
// Its methods may be chained.
type Definition[T any] struct {
	info       host.ScenarioInfo
	problem    error
	onStart    func(vu *VU) (T, error)
	onStop     func(state T, vu *VU) error
	tasks      []func(state T, vu *VU) error
	onSetup    func(vu *VU) (any, error)
	onTeardown func(vu *VU) error
}

// Define begins a scenario. The name has letters, digits, `-` and `_`. start runs when a VU begins,
// and what it returns is the VU's own: nobody shares it. An error counts as a failed start; the host
// tries again after a pause.
//
// Without further calls it has weight 1, random order and no wait.
func Define[T any](name string, start func(vu *VU) (T, error)) *Definition[T] {
	d := &Definition[T]{info: host.ScenarioInfo{Name: name, VUs: 1}, onStart: start}
	if start == nil {
		d.fail("its start function is nil; take wasmswarm.Zero if there is nothing to do")
	}
	return d
}

// Zero is a start function for scenarios that need none: Define("Visitor", wasmswarm.Zero[Visitor]).
func Zero[T any](*VU) (*T, error) { return new(T), nil }

// Weight is the scenario's share of the VUs, in proportion to the others' weights; 0 is never run.
func (d *Definition[T]) Weight(weight int) *Definition[T] {
	d.info.Fixed, d.info.VUs = false, d.number("weight", weight)
	return d
}

// Fixed gives the scenario exactly this many VUs, taken from the total before weights are applied.
func (d *Definition[T]) Fixed(vus int) *Definition[T] {
	d.info.Fixed, d.info.VUs = true, d.number("number of VUs", vus)
	return d
}

// InOrder runs the tasks in the order in which they were added, again and again; a task's weight
// says how often it repeats.
func (d *Definition[T]) InOrder() *Definition[T] {
	d.info.Sequential = true
	return d
}

// Wait is the pause between two tasks, spent outside of the plugin.
func (d *Definition[T]) Wait(wait Wait) *Definition[T] {
	d.info.Wait = wait.raw
	if wait.problem != nil {
		d.fail(wait.problem.Error())
	}
	return d
}

// Task adds a task. A heavier one runs more often; one of weight 0 runs only when [VU.Next] names it.
// An error that run returns fails the iteration; the VU goes on.
//
// Tags are labels by which the operator picks tasks; one of the form "key=value" is also a tag on
// all that is recorded while the task runs.
func (d *Definition[T]) Task(name string, weight int, run func(state T, vu *VU) error, tags ...string) *Definition[T] {
	if run == nil {
		d.fail(fmt.Sprintf("the function of task %q is nil", name))
	}
	task := host.TaskInfo{Name: name, Weight: d.number("weight of task "+name, weight), Tags: tags}
	d.info.Tasks = append(d.info.Tasks, task)
	d.tasks = append(d.tasks, run)
	return d
}

// OnStop runs when a VU ends in an orderly way.
func (d *Definition[T]) OnStop(stop func(state T, vu *VU) error) *Definition[T] {
	d.onStop = stop
	return d
}

// Setup runs once per run if the scenario takes part in it, after the plugin's Setup. What it
// returns travels as JSON; the scenario's VUs read it with [VU.ScenarioData].
func (d *Definition[T]) Setup(setup func(vu *VU) (any, error)) *Definition[T] {
	d.onSetup = setup
	return d
}

// Teardown runs once per run, after the last VU and before the plugin's Teardown.
func (d *Definition[T]) Teardown(teardown func(vu *VU) error) *Definition[T] {
	d.onTeardown = teardown
	return d
}

func (d *Definition[T]) number(what string, number int) uint32 {
	if number < 0 || number > math.MaxInt32 {
		d.fail(fmt.Sprintf("its %s is %d; it must not be negative", what, number))
		return 0
	}
	return uint32(number)
}

// fail keeps the first mistake until the host asks.
func (d *Definition[T]) fail(problem string) {
	if d.problem == nil {
		d.problem = fmt.Errorf("%s", problem)
	}
}

func (d *Definition[T]) describe() (host.ScenarioInfo, error) {
	if len(d.tasks) == 0 {
		d.fail("it has no task")
	}
	return d.info, d.problem
}

func (d *Definition[T]) taskIndex(name string) (uint32, bool) {
	for i := range d.info.Tasks {
		if d.info.Tasks[i].Name == name {
			return uint32(i), true
		}
	}
	return 0, false
}

func (d *Definition[T]) setup(vu *VU) (any, error) {
	if d.onSetup == nil {
		return nil, nil
	}
	return d.onSetup(vu)
}

func (d *Definition[T]) teardown(vu *VU) error {
	if d.onTeardown == nil {
		return nil
	}
	return d.onTeardown(vu)
}

func (d *Definition[T]) start(vu *VU) (running, error) {
	state, err := d.onStart(vu)
	return &life[T]{d, state}, err
}

// life is what a VU keeps from its start to its end.
type life[T any] struct {
	definition *Definition[T]
	state      T
}

func (l *life[T]) runTask(task uint32, vu *VU) error {
	if int(task) >= len(l.definition.tasks) {
		return fmt.Errorf("the scenario has no task %d", task)
	}
	return l.definition.tasks[task](l.state, vu)
}

func (l *life[T]) stop(vu *VU) error {
	if l.definition.onStop == nil {
		return nil
	}
	return l.definition.onStop(l.state, vu)
}
